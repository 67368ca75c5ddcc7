/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the settings of a session may take.  What they go back to is in
 * regress/sql/setting_savepoint.sql.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/error.h"
#include "server/settings.h"

#define NAMES_MAX 4096u
#define LONG      ((size_t)50000)

/* A value and what it goes back to, each with its name of three bytes. */
#define ENTRY       ((size_t)512 + 3)
#define LONGEST_NEW (SETTINGS_BYTES_MAX - 2 * ENTRY)

static struct config *config;
static struct settings settings;
static struct error err;
static char *text; /* as long as all may be */

static void
setup(void)
{
	config = config_new();
	settings_init(&settings, config, NULL);
	text = malloc(SETTINGS_BYTES_MAX);
	memset(text, 'x', SETTINGS_BYTES_MAX);
}

static void
teardown(void)
{
	free(text);
	settings_release(&settings);
	config_unref(config);
}

static int
set(const char *name, size_t len, enum setting_scope scope)
{
	return settings_set(&settings, str_of_cstr(name), str_of(text, len),
	    scope, &err);
}

static const struct {
	size_t len;
	int rc;
} length_case[] = {
	{ LONGEST_NEW - 1, 0 },
	{ LONGEST_NEW, 0 },
	{ LONGEST_NEW + 1, STELE_E_LIMIT },
};

START_TEST(a_long_value)
{
	int rc = set("a.b", length_case[_i].len, SETTING_SESSION);

	ck_assert_int_eq(rc, length_case[_i].rc);
	if (rc != 0)
		ck_assert_str_ne(err.hint, "");
}
END_TEST

/* What the transaction would go back to takes as much as what there is. */
START_TEST(what_it_goes_back_to_counts)
{
	size_t half = LONGEST_NEW / 2;

	ck_assert_int_eq(set("a.b", half, SETTING_SESSION), 0);
	settings_commit(&settings);
	ck_assert_int_eq(set("a.b", half + 1, SETTING_LOCAL), STELE_E_LIMIT);
	ck_assert_int_eq(set("a.b", half, SETTING_LOCAL), 0);
	ck_assert_int_eq(set("a.b", half, SETTING_SESSION), 0);
	settings_commit(&settings);
	ck_assert_int_eq(settings_reset(&settings, STR("a.b"), SETTING_SESSION,
			     &err),
	    0);
	settings_commit(&settings);
	/* The name is still known, and has a record of its own. */
	ck_assert_int_eq(set("a.b", LONGEST_NEW, SETTING_SESSION), 0);
}
END_TEST

/* By set_config() on each row of a query, say. */
START_TEST(again_and_again)
{
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(set("a.b", LONG, SETTING_LOCAL), 0);
		ck_assert_int_eq(set("a.b", LONG, SETTING_SESSION), 0);
	}
	settings_rollback(&settings);
	ck_assert_int_eq(set("a.b", LONGEST_NEW, SETTING_SESSION), 0);
}
END_TEST

/* Savepoints that are released leave one record. */
START_TEST(released_savepoints)
{
	for (int i = 0; i < 10000; i++) {
		const struct setting_undo *mark = settings_mark(&settings);

		ck_assert_int_eq(set("a.b", 10, SETTING_LOCAL), 0);
		settings_merge(&settings, mark, NULL);
	}
	settings_commit(&settings);
}
END_TEST

static unsigned
set_names(const char *prefix)
{
	unsigned count = 0;
	char name[32];
	int rc = 0;

	while (rc == 0 && count < NAMES_MAX) {
		(void)snprintf(name, sizeof(name), "%s.n%u", prefix, count);
		rc = set(name, 1, SETTING_SESSION);
		settings_commit(&settings);
		count += rc == 0;
	}
	ck_assert_int_eq(rc, STELE_E_LIMIT);
	return count;
}

START_TEST(many_names)
{
	unsigned count = set_names("first");

	ck_assert_uint_gt(count, 1000);
	/* Names without a value make room for others. */
	settings_reset_all(&settings);
	ck_assert_uint_eq(set_names("other"), count);
}
END_TEST

/* A role may have been given more: that has a limit of its own. */
START_TEST(what_it_begins_with)
{
	ck_assert_int_eq(set("a.b", SETTINGS_BYTES_MAX, SETTING_KEPT), 0);
	ck_assert_int_eq(set("c.d", LONG, SETTING_SESSION), 0);
	settings_commit(&settings);
	ck_assert_int_eq(settings_reset(&settings, STR("a.b"), SETTING_SESSION,
			     &err),
	    0);
	settings_commit(&settings);
	ck_assert_int_eq(set("c.d", LONG, SETTING_SESSION), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *tcase = tcase_create("room");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_long_value, 0, ARRAY_LEN(length_case));
	tcase_add_test(tcase, what_it_goes_back_to_counts);
	tcase_add_test(tcase, again_and_again);
	tcase_add_test(tcase, released_savepoints);
	tcase_add_test(tcase, many_names);
	tcase_add_test(tcase, what_it_begins_with);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
