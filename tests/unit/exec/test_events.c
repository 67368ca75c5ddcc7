/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relation `events`: payloads are right wherever in the plan they are
 * built, and are built for no more rows than leave it, which is seen by the
 * memory that a query needs.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

#define EVENTS      3000
#define BODY_BYTES  6000
#define BUDGET      ((size_t)6 << 20) /* the bodies have 12 MB */
#define BUDGET_SORT ((size_t)3 << 20)
#define BUDGET_TINY ((size_t)1 << 20)

static struct sql_runner *runner;

/* Event i is a "small" if 3 divides i, else a "big"; its payload has its i. */
static void
setup(void)
{
	char sql[512];

	runner = sql_runner_open();
	sql_run(runner, "create table big (id bigint, body text)");
	sql_run(runner, "create table small (id bigint, \"even\" boolean)");
	sql_run(runner, "begin");
	for (int i = 1; i <= EVENTS; i++) {
		if (i % 3 == 0)
			snprintf(sql, sizeof(sql),
			    "insert into small values ('c%d', '2026-01-01', "
			    "%d, %s)",
			    i % 5, i, i % 2 == 0 ? "true" : "null");
		else
			snprintf(sql, sizeof(sql),
			    "insert into big values ('c%d', '2026-01-01', %d, "
			    "repeat('x', %d))",
			    i % 5, i, BODY_BYTES);
		ck_assert_str_eq(sql_run(runner, sql), "INSERT 0 1\n");
		if (i == EVENTS / 2) {
			sql_run(runner, "commit");
			sql_run(runner, "begin");
		}
	}
	ck_assert_str_eq(sql_run(runner, "commit"), "");
}

static void
teardown(void)
{
	sql_runner_close(runner);
}

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} cases[] = {
	{ "select event_id, event_type, payload->>'id' as id from events "
	    "order by event_id desc limit 4",
	    "event_id|event_type|id\n"
	    "3000|small|3000\n"
	    "2999|big|2999\n"
	    "2998|big|2998\n"
	    "2997|small|2997\n" },
	{ "select payload from events where event_type = 'small' "
	    "order by context_id desc, event_id desc limit 2 offset 1",
	    "payload\n"
	    "{\"id\": 2979}\n"
	    "{\"id\": 2964, \"even\": true}\n" },
	{ "select event_id, length(payload::text) as bytes, version from "
	    "events where context_id = 'c4' order by length(context_id), "
	    "event_id limit 3",
	    "event_id|bytes|version\n"
	    "4|6021|1\n"
	    "9|9|1\n"
	    "14|6022|1\n" },
	{ "select payload->>'id' as id from events order by timestamp, "
	    "event_id desc limit 2",
	    "id\n3000\n2999\n" },
	{ "select payload->'id' as id, event_id from events order by 1 desc "
	    "limit 2",
	    "id|event_id\n3000|3000\n2999|2999\n" },
	{ "select payload->>'id' as id from events where payload->>'even' = "
	    "'true' order by event_id desc limit 2",
	    "id\n3000\n2994\n" },
	{ "select id from (select payload->>'id' as id, event_id from events "
	    "order by event_id desc limit 3) as last order by id limit 2",
	    "id\n2998\n2999\n" },
	{ "select event_id from (select payload, event_id from events "
	    "order by timestamp desc limit 3) as last",
	    "event_id\n1\n2\n3\n" },
	{ "select payload->>'id' as id from events where event_id > 2998 "
	    "limit 1",
	    "id\n2999\n" },
	{ "select payload->>'id' as id from events offset 2998 limit 5",
	    "id\n2999\n3000\n" },
	{ "select payload->>'id' as id from events limit 0", "id\n" },
	{ "select payload->>'id' as id from events where false "
	    "order by timestamp limit 3",
	    "id\n" },
	{ "select count(*) from events where context_id = 'c1'",
	    "count\n600\n" },
};
/* clang-format on */

static void
check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(sql_run(runner, cases[i].sql),
		    cases[i].answer);
}

START_TEST(payloads_are_right)
{
	check_cases();
	sql_run(runner, "checkpoint");
	check_cases();
	sql_runner_restart(runner);
	check_cases();
}
END_TEST

START_TEST(own_rows_have_theirs)
{
	sql_run(runner, "begin");
	sql_run(runner,
	    "insert into small values ('c9', '2026-02-01', -1, false), "
	    "('c9', '2025-01-01', -2, true)");
	sql_run(runner, "insert into big values ('c9', '2026-03-01', -3)");
	ck_assert_str_eq(
	    sql_run(runner,
		"select event_id, payload from events order by timestamp desc, "
		"event_id desc limit 2 offset 1"),
	    "event_id|payload\n"
	    "-|{\"id\": -1, \"even\": false}\n"
	    "3000|{\"id\": 3000, \"even\": true}\n");
	sql_run(runner, "rollback");
}
END_TEST

static size_t
count_lines(const char *answer)
{
	size_t lines = 0;

	for (; *answer != '\0'; answer++)
		lines += *answer == '\n';
	return lines;
}

/* Lines of the answer, less that of the names; an error is one line. */
static const struct {
	const char *sql;
	size_t memory_bytes;
	size_t rows;
} memory_cases[] = {
	{ "select payload from events order by timestamp desc limit 9",
	    BUDGET_SORT, 9 },
	{ "select * from events order by event_id desc limit 9", BUDGET_SORT,
	    9 },
	{ "select payload from events limit 9", BUDGET_TINY, 9 },
	{ "select payload from events where context_id <> 'c1' limit 9",
	    BUDGET_TINY, 9 },
	{ "select payload from events order by context_id limit 2500", BUDGET,
	    2500 },
	{ "select payload from events", BUDGET, EVENTS },
	{ "replay for c3", BUDGET, EVENTS / 5 },
	/* What holds all of them does not fit. */
	{ "select payload from events order by timestamp", BUDGET, 1 },
};

static void
check_memory(void)
{
	for (size_t i = 0; i < sizeof(memory_cases) / sizeof(memory_cases[0]);
	     i++) {
		const char *answer;

		sql_runner_set_memory(runner, memory_cases[i].memory_bytes);
		answer = sql_run(runner, memory_cases[i].sql);
		ck_assert_msg(count_lines(answer) == memory_cases[i].rows + 1,
		    "%s: %zu lines, the last is %.80s", memory_cases[i].sql,
		    count_lines(answer),
		    strstr(answer, "ERROR") == NULL ? ""
						    : strstr(answer, "ERROR"));
	}
	sql_runner_set_memory(runner, 0);
}

START_TEST(only_rows_that_leave_need_memory)
{
	check_memory();
	sql_run(runner, "checkpoint");
	check_memory();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("events");
	TCase *tcase = tcase_create("events");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, payloads_are_right);
	tcase_add_test(tcase, own_rows_have_theirs);
	tcase_add_test(tcase, only_rows_that_leave_need_memory);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
