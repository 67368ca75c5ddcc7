/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements under every limit of memory: each answers as it should or with
 * 53200, and a limit that is enough once is enough from then on.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "exec/set_object.h"
#include "os/file.h"
#include "sql_runner.h"
#include "types/array.h"

static struct sql_runner *runner;

static const char *const prepare[] = {
	"create table t (a int, b text, n numeric(10,2))",
	"insert into t (context_id, a, b, n) with recursive r (i) as (select 1"
	" union all select i + 1 from r where i < 3000) select 'c' || i % 7, i,"
	" repeat('x', i % 50), i / 2.0 from r",
};

static const char *const queries[] = {
	"select count(*), sum(n) from t",
	"select a, b from t order by b, a desc limit 3",
	"select count(*), min(b) from (select * from t order by b) q",
	"select a % 500 as k, count(*), max(b) from t group by 1 order by 2, 1"
	" limit 3",
	"select count(*), max(x.b) from t x join t y on x.a = y.a",
	"select count(*) from t x full join t y on x.b = y.b and y.a < 9",
	"select count(*) from t x left join t y on x.a < y.a and y.a < 4",
	"select count(*) from t x where exists (select 1 from t y where y.b = x.b"
	" and y.a > x.a)",
	"select count(*) from t where a not in (select a from t where a > 5)",
	"select count(*) from t x where (select max(y.a) from t y where y.a < 3"
	" and y.context_id = x.context_id) = x.a",
	"select count(*), max(q.b) from t x, lateral (select y.b from t y where"
	" y.context_id = x.context_id order by y.a limit 1) q where x.a < 40",
	"select count(*) from (select a, b from t intersect select a, b from t"
	" where a % 2 = 0) q",
	"select count(*) from (select b from t union select b || 'y' from t) q",
	"with c as materialized (select a, b from t) select count(*) from c, c d"
	" where c.a = d.a",
	"with recursive r (i) as (select 1 union select i + 1 from r where"
	" i < 500) select sum(i) from r",
	"select b, a % 2, count(*) from t group by cube (b, a % 2) order by 3"
	" desc, 1, 2 limit 2",
	"select distinct on (b) b, a from t order by b, a limit 2",
	"select a from t order by a % 10 fetch first 1 rows with ties",
	"select count(*), sum(length(s)) from (select string_agg(b, '') over"
	" (partition by a / 300 order by a) s from t) q",
	"select count(*), max(s) from (select sum(n) over (order by a rows 2"
	" preceding) s from t) q",
	"select jsonb_path_query_first('1', ('\"' || repeat('x', 400000) ||"
	" '\"')::jsonpath) = to_jsonb(repeat('x', 400000)) as a",
	"select length(jsonb_path_query_array(repeat('7', 60000)::jsonb,"
	" '$ * $', '{}', true)::text) as a, length(jsonb_path_query_array("
	"repeat('7', 60000)::jsonb, '-$', '{}', true)::text) as b",
	"select count(q) from jsonb_path_query('1', ('$ + ' || repeat('7',"
	" 100000))::jsonpath) q where q <> '1'",
};

/* These where little of them stays in memory. */
static const char *const spilled[] = {
	"select count(*), sum(length(s)) from (select json_agg(repeat(chr(1),"
	" a / 3000 * 170000)) filter (where a = 3000) over (order by a)::text s,"
	" b from t) q",
	"select count(*), max(s) from (select sum(n) over (order by a) s, b"
	" from t) q",
	"select count(*), max(s), min(f) from (select max(b) over w s,"
	" first_value(b) over w f from t window w as (order by a rows 3"
	" preceding)) q",
};

#define QUERY_COUNT   (sizeof(queries) / sizeof(queries[0]))
#define SPILLED_COUNT (sizeof(spilled) / sizeof(spilled[0]))
#define LIMIT_FIRST   ((size_t)16 << 10)
#define LIMIT_LAST    ((size_t)64 << 20)
#define WORK_MEM      ((size_t)64 << 10)

#define MEGABYTE   ((size_t)1 << 20)
#define LONG_LIST  100000u
#define MANY       "280000"
#define TENFOLD_20 "00000000000000000000"
#define TENFOLD_60 TENFOLD_20 TENFOLD_20 TENFOLD_20

static void
under_limits(const char *query)
{
	char expected[4096];
	bool was_enough = false;

	snprintf(expected, sizeof(expected), "%s", sql_run(runner, query));
	ck_assert_msg(strncmp(expected, "ERROR", 5) != 0, "%s: %s", query,
	    expected);
	for (size_t limit = LIMIT_FIRST; limit <= LIMIT_LAST;
	     limit += limit / 8) {
		const char *answer;
		bool is_enough;

		sql_runner_set_memory(runner, limit);
		answer = sql_run(runner, query);
		is_enough = strstr(answer, "ERROR: 53200") == NULL;
		if (is_enough)
			ck_assert_str_eq(answer, expected);
		ck_assert_msg(is_enough || !was_enough,
		    "%s: less was enough than %zu bytes", query, limit);
		was_enough = is_enough;
	}
	sql_runner_set_memory(runner, 0);
	ck_assert_msg(was_enough, "%s: %zu bytes are not enough", query,
	    LIMIT_LAST);
}

START_TEST(any_limit)
{
	under_limits(queries[_i]);
}
END_TEST

START_TEST(any_limit_spilled)
{
	sql_runner_set_work_mem(runner, WORK_MEM, os_fs_real());
	under_limits(spilled[_i]);
}
END_TEST

/* Each row has a better one than those before: a shard apart, then in order. */
START_TEST(the_best_alone_is_kept)
{
	sql_runner_set_memory(runner, 4 * MEGABYTE);
	if (_i == 1)
		sql_runner_add_in_order(runner);
	ck_assert_str_eq(
	    sql_run(runner,
		"select max('k' || a + 1000000) as a, min('k' || 9000000 - a)"
		" as b, max(a * 1e60) as c from many"),
	    "a|b|c\nk1280000|k8720000|" MANY TENFOLD_60 "\n");
}
END_TEST

/* With room for one value that grows; nulls count for nothing. */
START_TEST(the_best_grows)
{
	ck_assert_str_eq(
	    sql_run(runner,
		"select max(repeat('x', g)) = repeat('x', 1000) as a,"
		" min(nullif(repeat('y', 1001 - g), '')) as b, max(case when"
		" g < 500 then null else 10::numeric ^ (g / 10) end) ="
		" 10::numeric ^ 100 as c, min(nullif('', repeat('z', g - 1)))"
		" is null as d from generate_series(1, 1000) g"),
	    "a|b|c|d\nt|y|t|f\n");
}
END_TEST

START_TEST(a_long_list_of_names)
{
	const struct array_shape shape = array_shape_list(LONG_LIST);
	const struct plan_names names = { 0 }; /* is not asked */
	struct datum *items = calloc(LONG_LIST, sizeof(*items));
	struct datum args[3] = { { .str = STR("table") } };
	struct mem_budget budget = { .limit_bytes = MEGABYTE };
	struct datum row[3];
	struct arena lists, arena;
	struct error err;

	arena_init(&lists, NULL);
	arena_init(&arena, &budget);
	for (uint32_t i = 0; i < LONG_LIST; i++)
		items[i].str = STR("x");
	ck_assert_int_eq(array_make(&shape, PHYS_STR, items, &lists,
			     &args[1].str, &err),
	    0);
	args[2] = args[1];
	ck_assert_int_eq(set_object_row(&names, SET_OBJECT_ADDRESS, args, row,
			     &arena, &err),
	    STELE_E_OUT_OF_MEMORY);
	arena_release(&arena);
	arena_release(&lists);
	free(items);
}
END_TEST

/* Each asks for more than REFUSED_LIMIT for one value, most of them at once. */
static const char *const refused[] = {
	"select to_date('1', repeat('Y', 1000000))",
	"select to_char(1, repeat('9', 1000000))",
	"select to_number('1', repeat('9', 1000000))",
	"select (array_fill(1, array[300000]))[1:300000]",
	"select array[array_fill(1, array[300000])]",
	"select array_positions(array_fill(1, array[300000]), 1)",
	"select array_fill(1, array[300000])::text[]",
	"select array_fill(1, array[300000])::numeric[]",
	"select jsonb_set('{\"a\": 1}', array_fill('a'::text, array[300000]),"
	" '2')",
	"select '{\"a\": 1}'::jsonb #- array_fill('a'::text, array[300000])",
	/* a result that fits, beside one that grows */
	"select length(to_char(timestamp '2024-01-01', repeat('DAY', 600000)))",
	"select length(to_char(interval '2500000000 hours', repeat('HH24',"
	" 500000)))",
	"select jsonb_pretty(('[' || repeat('1,', 300000) || '1]')::jsonb)",
};

#define REFUSED_COUNT (sizeof(refused) / sizeof(refused[0]))
#define REFUSED_LIMIT ((size_t)8 << 20)

START_TEST(large_values_are_refused)
{
	const char *answer;

	sql_runner_set_memory(runner, REFUSED_LIMIT);
	answer = sql_run(runner, refused[_i]);
	ck_assert_msg(strstr(answer, "ERROR: 53200: out of memory\n") != NULL,
	    "%s: %s", refused[_i], answer);
	sql_runner_set_memory(runner, 0);
	ck_assert_str_eq(sql_run(runner, "select count(*) from t"),
	    "count\n3000\n");
}
END_TEST

#define BIG     "('1' || repeat('0', 300))::numeric"
#define BIG_SET "generate_series(1, 1000) g) q, generate_series(1, 100)"

/* Each reads many times what is small: a value that was looked at is gone. */
static const char *const small[] = {
	"select count(*) from (select array_agg(" BIG " + g) a,"
	" array_agg(-" BIG " - g) b from generate_series(1, 1000) g) q"
	" where not a && b",
	"select count(*) from (select array_agg(" BIG " + g) a"
	" from generate_series(1, 1000) g) q where a @> a and a <@ a",
	"select count(distinct array_position(a, -1)) + 1 from (select"
	" array_agg(" BIG " + g) a from " BIG_SET,
	"select count(distinct array_positions(a, -1)) from (select"
	" array_agg(" BIG " + g) a from " BIG_SET,
	"select count(distinct array_remove(a, x)) from (select"
	" array_agg(" BIG " + g / 10000) a, min(" BIG ") x from"
	" generate_series(1, 1000) g) q, generate_series(1, 50)",
};

#define SMALL_COUNT (sizeof(small) / sizeof(small[0]))

START_TEST(what_was_read_is_not_kept)
{
	sql_runner_set_memory(runner, REFUSED_LIMIT);
	ck_assert_str_eq(strchr(sql_run(runner, small[_i]), '\n'), "\n1\n");
}
END_TEST

static void
run(const char *statement)
{
	const char *answer = sql_run(runner, statement);

	ck_assert_msg(strncmp(answer, "ERROR", 5) != 0, "%s", answer);
}

static void
open_many(void)
{
	runner = sql_runner_open();
	run("create table many (a int)");
	run("insert into many (context_id, a) select 'c' || g % 100, g from"
	    " generate_series(1, " MANY ") g");
}

static void
open_runner(void)
{
	runner = sql_runner_open();
	for (size_t i = 0; i < sizeof(prepare) / sizeof(prepare[0]); i++)
		run(prepare[i]);
}

static void
close_runner(void)
{
	sql_runner_close(runner);
}

int
main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tcase = tcase_create("limits");
	TCase *many_case = tcase_create("many rows");
	TCase *list_case = tcase_create("lists");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, open_runner, close_runner);
	tcase_add_loop_test(tcase, any_limit, 0, (int)QUERY_COUNT);
	tcase_add_loop_test(tcase, any_limit_spilled, 0, (int)SPILLED_COUNT);
	tcase_add_loop_test(tcase, large_values_are_refused, 0,
	    (int)REFUSED_COUNT);
	tcase_add_loop_test(tcase, what_was_read_is_not_kept, 0,
	    (int)SMALL_COUNT);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(many_case, open_many, close_runner);
	tcase_add_loop_test(many_case, the_best_alone_is_kept, 0, 2);
	tcase_add_test(many_case, the_best_grows);
	tcase_set_timeout(many_case, 60);
	suite_add_tcase(suite, many_case);
	tcase_add_test(list_case, a_long_list_of_names);
	suite_add_tcase(suite, list_case);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? 0 : 1;
}
