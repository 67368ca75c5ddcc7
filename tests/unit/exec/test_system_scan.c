/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System tables: named, filtered, ordered and grouped as any relation, with
 * the rows that their providers tell, over more than one batch; equalities as
 * keys; views over them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "exec/system_scan.h"
#include "plan/schema.h"
#include "sql_runner.h"

static struct sql_runner *runner;

/* ---- two tables ---- */

enum {
	NUMBERS_N,
	NUMBERS_NAME,
	NUMBERS_IS_EVEN,
	NUMBERS_HALF,
	NUMBERS_NOTHING
};

static const struct system_column numbers_columns[] = {
	[NUMBERS_N] = { "n", TYPE_INT8, false },
	[NUMBERS_NAME] = { "name", TYPE_TEXT, false },
	[NUMBERS_IS_EVEN] = { "is_even", TYPE_BOOL, false },
	[NUMBERS_HALF] = { "half", TYPE_FLOAT8, false },
	[NUMBERS_NOTHING] = { "nothing", TYPE_TEXT, false },
};

static int
numbers_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const int64_t *count = arg;
	char name[24];

	for (int64_t n = 1; n <= *count; n++) {
		system_rows_next(rows);
		system_put_i64(rows, NUMBERS_N, n);
		/* one buffer for all: it must be copied */
		snprintf(name, sizeof(name), "number %d", (int)n);
		system_put_str(rows, NUMBERS_NAME, str_of_cstr(name));
		system_put_bool(rows, NUMBERS_IS_EVEN, n % 2 == 0);
		if (n % 3 != 0)
			system_put_f64(rows, NUMBERS_HALF, (double)n / 2);
	}
	return 0;
}

static int
broken_fill(void *arg UNUSED, struct system_rows *rows, struct error *err)
{
	system_rows_next(rows);
	return error_set(err, STELE_E_OS, "could not look");
}

/* Tells rows that are wanted only, and counts them. */
static int64_t told_count;

static int
keyed_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const int64_t *count = arg;
	char name[24];

	told_count = 0;
	for (int64_t n = 1; n <= *count; n++) {
		snprintf(name, sizeof(name), "number %d", (int)n);
		if (!system_wants_i64(rows, NUMBERS_N, n) ||
		    !system_wants_str(rows, NUMBERS_NAME, str_of_cstr(name)))
			continue;
		told_count++;
		system_rows_next(rows);
		system_put_i64(rows, NUMBERS_N, n);
		system_put_cstr(rows, NUMBERS_NAME, name);
	}
	return 0;
}

static const struct system_provider keyed = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "keyed",
		.oid = 12902,
		.columns = numbers_columns,
		.column_count = ARRAY_LEN(numbers_columns),
	},
	.fill = keyed_fill,
};

static const struct system_provider numbers = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "numbers",
		.oid = 12900,
		.columns = numbers_columns,
		.column_count = ARRAY_LEN(numbers_columns),
	},
	.fill = numbers_fill,
};

static const struct system_provider broken = {
	.table = {
		.schema = SCHEMA_PG_CATALOG,
		.name = "broken",
		.oid = 12901,
		.columns = numbers_columns,
		.column_count = 1,
	},
	.fill = broken_fill,
};

static const struct system_column doubled_columns[] = {
	{ "n", TYPE_INT4, false },
	{ "twice", TYPE_TEXT, false },
};

/* A view: its columns are cast to the types above. */
static const struct system_table doubled = {
	.schema = SCHEMA_INFORMATION,
	.name = "doubled",
	.oid = 12903,
	.kind = 'v',
	.columns = doubled_columns,
	.column_count = ARRAY_LEN(doubled_columns),
	.query = "SELECT n, n * 2 FROM stele.numbers",
};

static const struct system_table *const tables[] = { &broken.table, &doubled,
	&keyed.table, &numbers.table };
static const struct system_tables system_tables = {
	.items = tables,
	.count = ARRAY_LEN(tables),
};

/* ---- statements ---- */

static const struct {
	const char *sql;
	int64_t count; /* of numbers */
	const char *answer;
} cases[] = {
	{ "select * from stele.numbers", 3,
	    "n|name|is_even|half|nothing\n"
	    "1|number 1|f|0.5|-\n"
	    "2|number 2|t|1|-\n"
	    "3|number 3|f|-|-\n" },
	{ "select * from stele.numbers", 0, "n|name|is_even|half|nothing\n" },
	{ "select half, stele.numbers.n, numbers.name as x from stele.numbers"
	  " where half > 0.6 order by n desc",
	    4, "half|n|x\n2|4|number 4\n1|2|number 2\n" },
	{ "select a.k from stele.numbers as a (k) limit 1 offset 1", 5,
	    "k\n2\n" },
	{ "select count(*) from stele.numbers", 5000, "count\n5000\n" },
	{ "select is_even, count(*), sum(n), min(name), count(half) from "
	  "stele.numbers group by is_even",
	    5000,
	    "is_even|count|sum|min|count\n"
	    "f|2500|6250000|number 1|1667\n"
	    "t|2500|6252500|number 10|1667\n" },
	{ "select n, name from stele.numbers where n % 2048 = 0 order by 1",
	    5000, "n|name\n2048|number 2048\n4096|number 4096\n" },
	{ "select n from (select n from stele.numbers where is_even) as e"
	  " union all select 7 order by 1",
	    4, "n\n2\n4\n7\n" },
	{ "select n from stele.numbers order by nothing, n limit 2", 3,
	    "n\n1\n2\n" },
	{ "select 1 from stele.nothing", 1,
	    "ERROR: 42P01: relation \"stele.nothing\" does not exist [15]\n" },
	{ "select 1 from numbers", 1,
	    "ERROR: 42P01: relation \"numbers\" does not exist [15]\n" },
	{ "select 1 from public.numbers", 1,
	    "ERROR: 42P01: relation \"public.numbers\" does not exist [15]\n" },
	{ "select public.numbers.n from stele.numbers", 1,
	    "ERROR: 42P01: invalid reference to FROM-clause entry for table "
	    "\"numbers\" [8]\n" },
	{ "select m from stele.numbers", 1,
	    "ERROR: 42703: column \"m\" does not exist [8]\n" },
	{ "insert into stele.numbers values (1)", 1,
	    "ERROR: 42809: \"stele.numbers\" is not a table of events [13]\n" },
	{ "select n from broken", 1, "n\nERROR: 58030: could not look\n" },
	{ "select n from pg_catalog.broken", 1,
	    "n\nERROR: 58030: could not look\n" },
	{ "select d.twice || '!', d.n + 1 as m from"
	  " information_schema.doubled d where n = 2",
	    3, "?column?|m\n4!|3\n" },
	{ "select n from doubled", 1,
	    "ERROR: 42P01: relation \"doubled\" does not exist [15]\n" },
	/* who knows no such tables goes on without them */
	{ "copy (select n from stele.numbers) to stdout", 2, "n\n1\n2\n" },
};

START_TEST(answers)
{
	int64_t count = cases[_i].count;
	const char *answer;

	runner = sql_runner_open();
	sql_runner_set_system(runner, &system_tables, &count);
	answer = sql_run(runner, cases[_i].sql);
	ck_assert_msg(strcmp(answer, cases[_i].answer) == 0,
	    "%s\nexpected:\n%s\ngot:\n%s", cases[_i].sql, cases[_i].answer,
	    answer);
	sql_runner_close(runner);
}
END_TEST

struct told_case {
	const char *sql;
	int64_t told; /* rows, of a hundred */
	const char *answer;
};

static void
check_told(const struct told_case *told)
{
	int64_t count = 100;

	runner = sql_runner_open();
	sql_runner_set_system(runner, &system_tables, &count);
	ck_assert_str_eq(sql_run(runner, told->sql), told->answer);
	ck_assert_int_eq(told_count, told->told);
	sql_runner_close(runner);
}

/* What equalities leave to be told. */
static const struct told_case key_cases[] = {
	{ "select n from stele.keyed where name like 'number 1'", 100,
	    "n\n1\n" },
	{ "select name from stele.keyed where n = 7", 1, "name\nnumber 7\n" },
	{ "select name from stele.keyed where 7::int2 = n", 1,
	    "name\nnumber 7\n" },
	{ "select n from stele.keyed where name = 'number 8'", 1, "n\n8\n" },
	{ "select n from stele.keyed"
	  " where n in (3::int8, 5::int8, 3::int8, null) order by n",
	    2, "n\n3\n5\n" },
	{ "select n from stele.keyed where n = any ('{9,4,4,500}') order by n",
	    2, "n\n4\n9\n" },
	{ "select n from stele.keyed where n = any ('{1,2,3}') and n in (2, 9)",
	    1, "n\n2\n" },
	{ "select n from stele.keyed where n = 1 or n = 2 order by n", 100,
	    "n\n1\n2\n" },
	{ "select (select name from stele.keyed k where k.n = g) as s"
	  " from generate_series(99, 101) g",
	    0, "s\nnumber 99\nnumber 100\n-\n" },
	{ "select k.name from generate_series(1, 2) g, lateral"
	  " (select name from stele.keyed where n = g offset 0) k",
	    1, "name\nnumber 1\nnumber 2\n" },
};

/* What joins leave to be told. */
static const struct told_case join_cases[] = {
	{ "select k.name from stele.numbers n join stele.keyed k on k.n = n.n"
	  " where n.n in (3::int8, 4::int8) order by k.n",
	    2, "name\nnumber 3\nnumber 4\n" },
	{ "select k.n from stele.numbers n left join stele.keyed k"
	  " on k.name = n.name where n.n = 5",
	    1, "n\n5\n" },
	{ "select k.n from stele.numbers n left join stele.keyed k"
	  " on k.n = n.n + 100 where n.n = 5",
	    0, "n\n-\n" },
	{ "select m from (select n as m, name from stele.keyed where n < 50) k"
	  " join stele.numbers n on n.name = k.name where n.n = 7",
	    1, "m\n7\n" },
	/* through the side of another join that may lose rows */
	{ "select k.n, b.n from stele.keyed k left join stele.numbers b"
	  " on b.n = k.n * 2 join stele.numbers a on a.n = k.n where a.n = 6",
	    1, "n|n\n6|12\n" },
	/* rows without a partner are wanted, too */
	{ "select count(*), count(n.n) from stele.keyed k left join"
	  " stele.numbers n on n.n = k.n and n.n = 7",
	    100, "count|count\n100|1\n" },
	{ "select count(*), count(n.n) from stele.keyed k full join"
	  " (select * from stele.numbers where n = 7) n on n.n = k.n",
	    100, "count|count\n100|1\n" },
	{ "select count(*) from stele.keyed k where not exists (select from"
	  " stele.numbers n where n.n = k.n and n.n = 7)",
	    100, "count\n99\n" },
};

START_TEST(tells_what_joins)
{
	check_told(&join_cases[_i]);
}
END_TEST

START_TEST(tells_what_is_wanted)
{
	check_told(&key_cases[_i]);
}
END_TEST

START_TEST(no_key_no_row)
{
	int64_t count = 100;

	runner = sql_runner_open();
	sql_runner_set_system(runner, &system_tables, &count);
	told_count = -1;
	ck_assert_str_eq(sql_run(runner,
			     "select n from stele.keyed where n = null::int8"),
	    "n\n");
	ck_assert_str_eq(sql_run(runner,
			     "select n from stele.keyed where n = 1 and n = 2"),
	    "n\n");
	ck_assert_str_eq(sql_run(runner,
			     "select n from stele.keyed where n = any ('{}')"),
	    "n\n");
	ck_assert_int_eq(told_count, -1);
	sql_runner_close(runner);
}
END_TEST

START_TEST(no_tables_without_a_server)
{
	runner = sql_runner_open();
	ck_assert_str_eq(sql_run(runner, "select 1 from stele.numbers"),
	    "ERROR: 42P01: relation \"stele.numbers\" does not exist [15]\n");
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("system_scan");
	TCase *tcase = tcase_create("system_scan");
	SRunner *srunner;
	int failed;

	tcase_add_loop_test(tcase, answers, 0, ARRAY_LEN(cases));
	tcase_add_loop_test(tcase, tells_what_is_wanted, 0,
	    ARRAY_LEN(key_cases));
	tcase_add_loop_test(tcase, tells_what_joins, 0, ARRAY_LEN(join_cases));
	tcase_add_test(tcase, no_key_no_row);
	tcase_add_test(tcase, no_tables_without_a_server);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
