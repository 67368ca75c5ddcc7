/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: their form, what is escaped, the limit on repeats, rotation.
 */
#include "common/log.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

#define NOON_US   INT64_C(1798027507042000) /* 2026-12-23T12:05:07.042Z */
#define PREFIX    "2026-12-23T12:05:07.042Z "
#define PATH_MAX_ 128

static char dir[] = "/tmp/test_log.XXXXXX";
static char path[PATH_MAX_];
static char content[1 << 20];
static struct error err;
static int64_t clock_us;

static int64_t
fixed_clock(void)
{
	return clock_us;
}

static void
open_log(enum log_level level, int64_t rotation_size)
{
	struct log_options options = {
		.level = level,
		.path = path,
		.rotation_size = rotation_size,
		.rotation_count = 2,
	};

	ck_assert_msg(log_open(&options, &err) == 0, "%s", err.message);
}

static void
setup(void)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	clock_us = NOON_US;
	log_set_clock(fixed_clock);
	open_log(LOG_LEVEL_INFO, 0);
}

static void
teardown(void)
{
	static const char *const names[] = { "", ".1", ".2", ".3", ".old" };

	log_close();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char name[PATH_MAX_ + 8];

		snprintf(name, sizeof(name), "%s%s", path, names[i]);
		(void)unlink(name);
	}
	ck_assert_int_eq(rmdir(dir), 0);
}

/* What is in the file `path` with `suffix`; "" if there is none. */
static const char *
logged(const char *suffix)
{
	char name[PATH_MAX_ + 8];
	FILE *file;
	size_t len = 0;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	file = fopen(name, "r");
	if (file != NULL) {
		len = fread(content, 1, sizeof(content) - 1, file);
		fclose(file);
	}
	content[len] = '\0';
	return content;
}

static size_t
count_lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

START_TEST(a_line_has_time_level_category_message_fields)
{
	log_info(LOG_WAL, "log recovered", LOG_INT("files", -3),
	    LOG_UINT("rows", UINT64_MAX), LOG_FLOAT("ms", 1.25),
	    LOG_CSTR("dir", "/a"));
	log_error(LOG_SERVER, "stopping");
	ck_assert_str_eq(logged(""),
	    PREFIX "info wal log recovered files=-3 "
		   "rows=18446744073709551615 ms=1.250 dir=/a\n" PREFIX
		   "error server stopping\n");
}
END_TEST

static const struct {
	struct str value;
	const char *shown;
} text_case[] = {
	{ { "", 0 }, "\"\"" },
	{ { "a-b/c.d", 7 }, "a-b/c.d" },
	{ { "a b", 3 }, "\"a b\"" },
	{ { "a=b", 3 }, "\"a=b\"" },
	{ { "a\"\\b", 4 }, "\"a\\\"\\\\b\"" },
	{ { "a\nb\r\0", 5 }, "\"a\\nb\\x0d\\x00\"" },
	{ { "\x7f", 1 }, "\"\\x7f\"" },
	{ { "\xc3\xa4", 2 }, "\"\xc3\xa4\"" },
};

START_TEST(texts_cannot_break_the_line)
{
	char want[128];

	log_info(LOG_NET, "x", LOG_STR("v", text_case[_i].value));
	snprintf(want, sizeof(want), PREFIX "info net x v=%s\n",
	    text_case[_i].shown);
	ck_assert_str_eq(logged(""), want);
}
END_TEST

START_TEST(long_texts_are_cut)
{
	static char text[100000];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 4; i++)
		log_info(LOG_NET, "x", LOG_STR("a", str_of(text, 1 << 16)),
		    LOG_STR("b", str_of(text, 1 << 16)),
		    LOG_STR("c", str_of(text, 1 << 16)),
		    LOG_STR("d", str_of(text, 1 << 16)),
		    LOG_STR("e", str_of(text, 1 << 16)));
	ck_assert_uint_eq(count_lines(logged("")), 4);
	ck_assert_uint_eq(strlen(content), 4 * 4096);
}
END_TEST

START_TEST(levels_that_are_off_evaluate_nothing)
{
	int calls = 0;

	log_debug(LOG_NET, "x", LOG_INT("calls", ++calls));
	ck_assert_int_eq(calls, 0);
	open_log(LOG_LEVEL_DEBUG, 0);
	log_debug(LOG_NET, "x", LOG_INT("calls", ++calls));
	open_log(LOG_LEVEL_ERROR, 0);
	log_warn(LOG_NET, "x", LOG_INT("calls", ++calls));
	ck_assert_str_eq(logged(""), PREFIX "debug net x calls=1\n");
}
END_TEST

START_TEST(errors_are_fields)
{
	struct error failure;

	error_set(&failure, STELE_E_DISK_FULL, "no room");
	error_detail(&failure, "It is full.");
	error_add_context(&failure, "while flushing");
	failure.file = "f.c";
	failure.line = 7;
	log_error(LOG_SEGMENT, "flush failed", LOG_FAILURE(&failure));
	ck_assert_str_eq(logged(""),
	    PREFIX "error segment flush failed sqlstate=53100 "
		   "error=\"no room\" detail=\"It is full.\" "
		   "context=\"while flushing\" at=f.c:7\n");
}
END_TEST

START_TEST(a_thread_adds_its_ids)
{
	log_context_push("conn", 7);
	log_context_push("shard", 2);
	log_info(LOG_NET, "a", LOG_INT("n", 1));
	log_context_pop();
	log_context_pop();
	log_info(LOG_NET, "b");
	ck_assert_str_eq(logged(""),
	    PREFIX "info net a n=1 conn=7 shard=2\n" PREFIX "info net b\n");
}
END_TEST

START_TEST(repeats_are_counted_not_written)
{
	const char *last;

	for (int i = 0; i < 100; i++) {
		if (i == 99)
			clock_us += 1000000;
		log_warn(LOG_NET, "again");
	}
	log_warn(LOG_NET, "another place");
	ck_assert_uint_eq(count_lines(logged("")), LOG_BURST + 2);
	last = strstr(content, "12:05:08.042Z warning net again");
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_nonnull(strstr(last, "again suppressed=89\n"));
}
END_TEST

START_TEST(every_is_not_limited)
{
	for (int i = 0; i < 100; i++)
		log_every(LOG_LEVEL_INFO, LOG_SESSION, "statement");
	ck_assert_uint_eq(count_lines(logged("")), 100);
}
END_TEST

START_TEST(files_rotate_by_size)
{
	open_log(LOG_LEVEL_INFO, 100); /* three lines of 41 bytes: two fit */
	for (int i = 0; i < 9; i++)
		log_every(LOG_LEVEL_INFO, LOG_NET, "x", LOG_INT("i", i));
	ck_assert_str_eq(logged(""), PREFIX "info net x i=8\n");
	ck_assert_str_eq(logged(".1"),
	    PREFIX "info net x i=6\n" PREFIX "info net x i=7\n");
	ck_assert_str_eq(logged(".2"),
	    PREFIX "info net x i=4\n" PREFIX "info net x i=5\n");
	ck_assert_str_eq(logged(".3"), "");
}
END_TEST

START_TEST(reopen_follows_the_name)
{
	char moved[PATH_MAX_ + 8];

	log_info(LOG_NET, "before");
	snprintf(moved, sizeof(moved), "%s.old", path);
	ck_assert_int_eq(rename(path, moved), 0);
	log_info(LOG_NET, "still old");
	ck_assert_int_eq(log_reopen(&err), 0);
	log_info(LOG_NET, "new");
	ck_assert_str_eq(logged(""), PREFIX "info net new\n");
	ck_assert_uint_eq(count_lines(logged(".old")), 2);
}
END_TEST

START_TEST(a_bad_path_changes_nothing)
{
	struct log_options options = {
		.level = LOG_LEVEL_ERROR,
		.path = "/nonexistent/log",
	};

	ck_assert_int_eq(log_open(&options, &err), STELE_E_OS);
	ck_assert_str_eq(err.message,
	    "could not open log file "
	    "\"/nonexistent/log\": No such file or "
	    "directory");
	log_info(LOG_NET, "still here");
	ck_assert_uint_eq(count_lines(logged("")), 1);
}
END_TEST

static void *
write_many(void *arg)
{
	for (int i = 0; i < 200; i++)
		log_every(LOG_LEVEL_INFO, LOG_NET, "from a thread",
		    LOG_CSTR("name", arg));
	return NULL;
}

START_TEST(threads_do_not_mix_lines)
{
	static char names[4][2] = { "a", "b", "c", "d" };
	pthread_t thread[4];
	const char *line;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, write_many,
				     names[i]),
		    0);
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		pthread_join(thread[i], NULL);
	for (line = logged(""); *line != '\0'; line = strchr(line, '\n') + 1) {
		ck_assert_int_eq(strncmp(line,
				     PREFIX "info net from a thread name=",
				     strlen(PREFIX) + 28),
		    0);
		count++;
	}
	ck_assert_uint_eq(count, 800);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_line_has_time_level_category_message_fields);
	tcase_add_loop_test(tc, texts_cannot_break_the_line, 0,
	    ARRAY_LEN(text_case));
	tcase_add_test(tc, long_texts_are_cut);
	tcase_add_test(tc, levels_that_are_off_evaluate_nothing);
	tcase_add_test(tc, errors_are_fields);
	tcase_add_test(tc, a_thread_adds_its_ids);
	tcase_add_test(tc, repeats_are_counted_not_written);
	tcase_add_test(tc, every_is_not_limited);
	tcase_add_test(tc, files_rotate_by_size);
	tcase_add_test(tc, reopen_follows_the_name);
	tcase_add_test(tc, a_bad_path_changes_nothing);
	tcase_add_test(tc, threads_do_not_mix_lines);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
