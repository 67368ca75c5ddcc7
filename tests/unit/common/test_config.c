/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options: what a value may look like and how it is shown, PostgreSQL's words
 * for every mistake, the file, the session's own settings, a reload.
 */
#include "common/config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct config *config;
static struct buf out;
static struct error err;

static void
setup(void)
{
	config = config_new();
	ck_assert_ptr_nonnull(config);
	buf_init(&out);
	err = (struct error){ .code = 0 };
}

static void
teardown(void)
{
	config_unref(config);
	buf_release(&out);
}

static const struct config_option *
option(const char *name)
{
	const struct config_option *opt = config_option_find(str_of_cstr(name));

	ck_assert_ptr_nonnull(opt);
	return opt;
}

/* The content of `out` as a C string; `out` is then empty. */
static const char *
taken(void)
{
	buf_put_u8(&out, 0);
	ck_assert(!out.failed);
	out.len = 0;
	return (const char *)out.data;
}

static const char *
shown(const char *name)
{
	config_show(config, option(name), &out);
	return taken();
}

START_TEST(rows_are_sorted_and_their_defaults_valid)
{
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *opt = config_option_at(i);
		struct buf text;

		if (i > 0)
			ck_assert_int_lt(strcmp(config_option_at(i - 1)->name,
					     opt->name),
			    0);
		ck_assert_int_eq(opt->doc[strlen(opt->doc) - 1], '.');
		buf_init(&text);
		config_show(config, opt, &text);
		ck_assert_msg(config_set(config, str_of_cstr(opt->name),
				  buf_str(&text), &err) == 0,
		    "%s: %s", opt->name, err.message);
		buf_release(&text);
	}
}
END_TEST

static const struct {
	const char *name, *value, *shown;
} good_case[] = {
	{ "port", "5432", "5432" },
	{ "PORT", " 0x1F ", "31" },
	{ "port", "010", "8" },
	{ "port", "1e3", "1000" },
	{ "synchronous_commit", "off", "off" },
	{ "synchronous_commit", "TRUE", "on" },
	{ "synchronous_commit", "n", "off" },
	{ "synchronous_commit", "of", "off" },
	{ "synchronous_commit", "1", "on" },
	{ "work_mem", "65536", "64MB" },
	{ "work_mem", "1025", "1025kB" },
	{ "work_mem", "1.5GB", "1536MB" },
	{ "work_mem", "1 TB", "1TB" },
	{ "work_mem", "131072B", "128kB" },
	{ "max_wal_size", "2048", "2GB" },
	{ "max_context_size", "1000", "1000B" },
	{ "statement_timeout", "0", "0" },
	{ "statement_timeout", "1500", "1500ms" },
	{ "statement_timeout", "90s", "90s" },
	{ "statement_timeout", "1.5 min", "90s" },
	{ "statement_timeout", "2h", "2h" },
	{ "statement_timeout", "1d", "1d" },
	{ "statement_timeout", "1600us", "2ms" },
	{ "memtable_age", "90", "90s" },
	{ "memtable_age", "0", "0" },
	{ "log_min_duration_statement", "-1", "-1" },
	{ "log_min_messages", "Warning", "warning" },
	{ "listen_addresses", "", "" },
	{ "listen_addresses", "::1, 127.0.0.1", "::1, 127.0.0.1" },
	{ "zone_rows", "4096", "4096" },
};

START_TEST(values_are_read_and_shown_as_in_postgresql)
{
	ck_assert_msg(config_set(config, str_of_cstr(good_case[_i].name),
			  str_of_cstr(good_case[_i].value), &err) == 0,
	    "%s", err.message);
	ck_assert_str_eq(shown(good_case[_i].name), good_case[_i].shown);
}
END_TEST

static const struct {
	const char *name, *value, *sqlstate, *message, *hint;
} bad_case[] = {
	{ "nonsense", "1", "42704",
	    "unrecognized configuration parameter \"nonsense\"", "" },
	{ "port", "", "22023", "invalid value for parameter \"port\": \"\"",
	    "" },
	{ "port", "x", "22023", "invalid value for parameter \"port\": \"x\"",
	    "" },
	{ "port", "1kB", "22023",
	    "invalid value for parameter \"port\": \"1kB\"", "" },
	{ "port", "0", "22023",
	    "0 is outside the valid range for parameter \"port\" (1 .. 65535)",
	    "" },
	{ "port", "1e30", "22023",
	    "invalid value for parameter \"port\": \"1e30\"",
	    "Value exceeds integer range." },
	{ "port", "nan", "22023",
	    "invalid value for parameter \"port\": \"nan\"", "" },
	{ "work_mem", "1kb", "22023",
	    "invalid value for parameter \"work_mem\": \"1kb\"",
	    "Valid units for this parameter are \"B\", \"kB\", \"MB\", "
	    "\"GB\", and \"TB\"." },
	{ "work_mem", "1", "22023",
	    "1 kB is outside the valid range for parameter \"work_mem\" "
	    "(64 .. 2147483647)",
	    "" },
	{ "work_mem", "99999999999999999999TB", "22023",
	    "invalid value for parameter \"work_mem\": "
	    "\"99999999999999999999TB\"",
	    "Value exceeds integer range." },
	{ "statement_timeout", "1 hour", "22023",
	    "invalid value for parameter \"statement_timeout\": \"1 hour\"",
	    "Valid units for this parameter are \"us\", \"ms\", \"s\", "
	    "\"min\", \"h\", and \"d\"." },
	{ "statement_timeout", "-1", "22023",
	    "-1 ms is outside the valid range for parameter "
	    "\"statement_timeout\" (0 .. 2147483647)",
	    "" },
	{ "synchronous_commit", "o", "22023",
	    "parameter \"synchronous_commit\" requires a Boolean value", "" },
	{ "log_destination", "syslog", "22023",
	    "invalid value for parameter \"log_destination\": \"syslog\"",
	    "Available values: stderr, file." },
	{ "zone_rows", "5000", "22023",
	    "invalid value for parameter \"zone_rows\": 5000",
	    "It must be a multiple of 2048." },
};

START_TEST(mistakes_are_worded_as_in_postgresql)
{
	ck_assert_int_lt(config_set(config, str_of_cstr(bad_case[_i].name),
			     str_of_cstr(bad_case[_i].value), &err),
	    0);
	ck_assert_str_eq(err.message, bad_case[_i].message);
	ck_assert_str_eq(err.hint, bad_case[_i].hint);
	ck_assert_str_eq(error_sqlstate(err.code), bad_case[_i].sqlstate);
}
END_TEST

START_TEST(arguments_set_options)
{
	ck_assert_int_eq(config_set_argument(config, STR("max-connections=7"),
			     &err),
	    0);
	ck_assert_int_eq(config->max_connections, 7);
	ck_assert_int_eq(config_set_argument(config,
			     STR("listen_addresses=a=b"), &err),
	    0);
	ck_assert_str_eq(config->listen_addresses, "a=b");
	ck_assert_int_lt(config_set_argument(config, STR("port"), &err), 0);
	ck_assert_str_eq(err.message, "-c port requires a value");
	ck_assert_int_lt(config_set_argument(config, STR(""), &err), 0);
	ck_assert_int_lt(config_set_argument(config, STR("=1"), &err), 0);
}
END_TEST

START_TEST(files_are_read_as_in_postgresql)
{
	static const char text[] =
	    "# a comment\n"
	    "\n"
	    "port = 6000 # and why\n"
	    "  work_mem\t128MB\r\n"
	    "log_filename='it''s \\'a\\' \\t\\101 # name'\n"
	    "port=6001\n"
	    "unix_socket_directories = ''\n"
	    "statement_timeout = '5 s'";

	ck_assert_msg(config_set_text(config, str_of(text, sizeof(text) - 1),
			  "f", &err) == 0,
	    "%s", err.message);
	ck_assert_int_eq(config->port, 6001);
	ck_assert_str_eq(shown("work_mem"), "128MB");
	ck_assert_str_eq(config->log_filename, "it's 'a' \tA # name");
	ck_assert_str_eq(config->unix_socket_directories, "");
	ck_assert_str_eq(shown("statement_timeout"), "5s");
}
END_TEST

static const struct {
	const char *text, *message;
} bad_file_case[] = {
	{ "port = 1\nnone = 2\n",
	    "unrecognized configuration parameter \"none\" in file \"f\" "
	    "line 2" },
	{ "\n\nport = x",
	    "invalid value for parameter \"port\": \"x\" in file \"f\" "
	    "line 3" },
	{ "port\n", "syntax error in file \"f\" line 1, near end of line" },
	{ "port = # 1", "syntax error in file \"f\" line 1, near end of line" },
	{ "port = 1 2", "syntax error in file \"f\" line 1, near token \"2\"" },
	{ "port == 2", "syntax error in file \"f\" line 1, near token \"=\"" },
	{ "1port = 2",
	    "syntax error in file \"f\" line 1, near token \"1port\"" },
	{ "log_filename = 'open\nport = 1\n",
	    "syntax error in file \"f\" line 1, near token \"'\"" },
	{ "log_filename = 'open\\",
	    "syntax error in file \"f\" line 1, near token \"'\"" },
	{ "= 1", "syntax error in file \"f\" line 1, near token \"=\"" },
};

START_TEST(mistakes_in_files_name_the_line)
{
	ck_assert_int_lt(config_set_text(config,
			     str_of_cstr(bad_file_case[_i].text), "f", &err),
	    0);
	ck_assert_str_eq(err.message, bad_file_case[_i].message);
	ck_assert_str_eq(error_sqlstate(err.code), "F0000");
}
END_TEST

START_TEST(sessions_have_their_own)
{
	struct config_session session = config->session;
	struct config *next = config_new();

	ck_assert_ptr_nonnull(next);
	ck_assert_int_eq(config_session_set(&session, option("work_mem"),
			     STR("1MB"), &err),
	    0);
	ck_assert_int_eq(session.work_mem_bytes, 1 << 20);
	ck_assert_int_eq(config->session.work_mem_bytes, 64 << 20);
	config_session_show(&session, config, option("work_mem"), &out);
	ck_assert_str_eq(taken(), "1MB");
	config_session_show(&session, config, option("port"), &out);
	ck_assert_str_eq(taken(), "5433");

	next->session.work_mem_bytes = 2 << 20;
	next->session.synchronous_commit = false;
	config_session_follow(&session, next);
	ck_assert_int_eq(session.work_mem_bytes, 1 << 20);
	ck_assert(!session.synchronous_commit);
	ck_assert_int_eq(config_session_reset(&session, next,
			     option("work_mem"), &err),
	    0);
	ck_assert_int_eq(session.work_mem_bytes, 2 << 20);

	ck_assert_int_lt(config_session_set(&session, option("port"), STR("1"),
			     &err),
	    0);
	ck_assert_str_eq(err.message,
	    "parameter \"port\" cannot be changed "
	    "without restarting the server");
	ck_assert_str_eq(error_sqlstate(err.code), "55P02");
	ck_assert_int_lt(config_session_reset(&session, next,
			     option("max_fields"), &err),
	    0);
	ck_assert_str_eq(err.message,
	    "parameter \"max_fields\" cannot be changed now");
	config_unref(next);
}
END_TEST

START_TEST(a_reload_keeps_what_needs_a_restart)
{
	struct config *next = config_new();

	ck_assert_ptr_nonnull(next);
	next->port = 1;
	next->max_fields = 5;
	ck_assert_int_eq(config_set(next, STR("listen_addresses"), STR("*"),
			     &err),
	    0);
	ck_assert_int_eq(config_keep_startup(next, config, &out, &err), 0);
	ck_assert_str_eq(taken(), "listen_addresses, port");
	ck_assert_int_eq(next->port, 5433);
	ck_assert_int_eq(next->max_fields, 5);
	ck_assert_str_eq(next->listen_addresses, "127.0.0.1");
	config_unref(next);
}
END_TEST

static enum config_source
source_of(const struct config *in, const char *name, uint32_t *line)
{
	return config_source_of(in, config_option_find(str_of_cstr(name)),
	    line);
}

START_TEST(values_know_where_they_are_from)
{
	struct config *next = config_new();
	uint32_t line;

	ck_assert_int_eq(config_set_text(config,
			     STR("\nport = 7\nport = 8\nmax_fields = 9\n"), "f",
			     &err),
	    0);
	ck_assert_int_eq(config_set_argument(config, STR("max-fields=5"), &err),
	    0);
	ck_assert_int_eq(source_of(config, "port", &line), CONFIG_FROM_FILE);
	ck_assert_uint_eq(line, 3);
	ck_assert_int_eq(source_of(config, "max_fields", &line),
	    CONFIG_FROM_ARGUMENT);
	ck_assert_uint_eq(line, 0);
	ck_assert_int_eq(source_of(config, "http_port", &line),
	    CONFIG_FROM_DEFAULT);
	ck_assert_uint_eq(line, 0);

	/* What a reload does not change is still from where it was. */
	ck_assert_int_eq(config_set_text(next, STR("port = 9\n"), "f", &err),
	    0);
	ck_assert_int_eq(config_keep_startup(next, config, &out, &err), 0);
	ck_assert_int_eq(source_of(next, "port", &line), CONFIG_FROM_FILE);
	ck_assert_uint_eq(line, 3);
	config_unref(next);
}
END_TEST

START_TEST(settings_are_numbers_in_the_unit)
{
	config_show_setting(config, option("work_mem"), &out);
	ck_assert_str_eq(taken(), "65536");
	config_show_setting(config, option("log_min_duration_statement"), &out);
	ck_assert_str_eq(taken(), "-1");
	config_show_setting(config, option("memtable_age"), &out);
	ck_assert_str_eq(taken(), "3600");
	config_show_setting(config, option("log_destination"), &out);
	ck_assert_str_eq(taken(), "stderr");
}
END_TEST

/* Every line "#name = value" of the sample must be right without its '#'. */
START_TEST(the_sample_is_a_valid_file)
{
	size_t found = 0;
	char *text, *line, *rest = NULL;

	config_write_sample(&out);
	text = strdup(taken());
	ck_assert_ptr_nonnull(text);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		ck_assert_uint_lt(strlen(line), 80);
		if (line[1] == ' ' || line[1] == '\0')
			continue;
		ck_assert_msg(config_set_text(config, str_of_cstr(line + 1),
				  "sample", &err) == 0,
		    "%s", err.message);
		found++;
	}
	ck_assert_uint_eq(found, config_option_count());
	free(text);
	ck_assert_str_eq(shown("wal_sync_interval"), "10ms");
}
END_TEST

START_TEST(lists_and_manual_name_every_option)
{
	config_write_list(config, &out);
	config_write_manual(&out);
	(void)taken();
	for (size_t i = 0; i < config_option_count(); i++) {
		const char *name = config_option_at(i)->name;
		const char *first = strstr((char *)out.data, name);

		ck_assert_ptr_nonnull(first);
		ck_assert_ptr_nonnull(strstr(first + 1, name));
	}
	ck_assert_ptr_nonnull(strstr((char *)out.data,
	    "work_mem = 64MB  # 64kB to 2147483647kB; also SET in a session\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rows_are_sorted_and_their_defaults_valid);
	tcase_add_loop_test(tc, values_are_read_and_shown_as_in_postgresql, 0,
	    ARRAY_LEN(good_case));
	tcase_add_loop_test(tc, mistakes_are_worded_as_in_postgresql, 0,
	    ARRAY_LEN(bad_case));
	tcase_add_test(tc, arguments_set_options);
	tcase_add_test(tc, files_are_read_as_in_postgresql);
	tcase_add_loop_test(tc, mistakes_in_files_name_the_line, 0,
	    ARRAY_LEN(bad_file_case));
	tcase_add_test(tc, sessions_have_their_own);
	tcase_add_test(tc, a_reload_keeps_what_needs_a_restart);
	tcase_add_test(tc, values_know_where_they_are_from);
	tcase_add_test(tc, settings_are_numbers_in_the_unit);
	tcase_add_test(tc, the_sample_is_a_valid_file);
	tcase_add_test(tc, lists_and_manual_name_every_option);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
