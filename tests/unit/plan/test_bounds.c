/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts whose plans would be far larger than they are (ADR 79): each is planned,
 * or refused, in little memory.
 */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "common/arena.h"
#include "common/buf.h"
#include "engine/catalog/catalog.h"
#include "plan/plan.h"
#include "unit/sql/parse_helper.h"

#define MIB          ((size_t)1 << 20)
#define MEMORY_MAX   (256 * MIB)
#define FROM_ONE_ROW " FROM (VALUES (1)) AS t (a)"

/* `depth` times `before`, then the kernel, then as many times `after`. */
struct nest {
	const char *start, *before, *kernel, *after, *end;
	int depth;
	int code; /* 0: it is planned */
};

static const struct nest nests[] = {
	{ "SELECT 1 FROM (", "SELECT a + a AS a FROM (", "VALUES (1)",
	    ") AS t (a)", ") AS t (a) WHERE a > 0", 40, 0 },
	{ "SELECT 1" FROM_ONE_ROW " WHERE a IN (", "SELECT a + a AS a FROM (",
	    "VALUES (1)", ") AS t (a)", ")", 40, 0 },
	{ "SELECT ", "(", "true", " BETWEEN false AND true)", "", 45,
	    STELE_E_TOO_COMPLEX },
	{ "SELECT ", "(", "(a > 0)", " BETWEEN SYMMETRIC false AND true)",
	    FROM_ONE_ROW, 45, STELE_E_TOO_COMPLEX },
	{ "SELECT ", "(", "true", " BETWEEN false AND true)", "", 10, 0 },
	{ "SELECT ", "((", "true", ", 2) < (true, 4))", "", 45,
	    STELE_E_TOO_COMPLEX },
	{ "SELECT ", "((", "true", ", 2) IN ((true, 4), (false, 1)))", "", 45,
	    STELE_E_TOO_COMPLEX },
};

/* Items with a number between two words each, and what is between them. */
struct list {
	const char *before, *left, *right, *between, *after;
	int count;
	int code;
};

static const struct list lists[] = {
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY ROLLUP (", "a+", "", ", ", ")",
	    1600, 0 },
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY ROLLUP (", "a+", "", ", ", ")",
	    2000, STELE_E_TOO_MANY_COLUMNS },
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY CUBE (a-1, a-2, a-3, a-4, a-5,"
	  " a-6, a-7, a-8, a-9, a-10, a-11, a-12), ",
	    "a+", "", ", ", "", 1000, 0 },
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY DISTINCT CUBE (a-1, a-2, a-3,"
	  " a-4, a-5, a-6, a-7, a-8, a-9, a-10, a-11, a-12), ",
	    "a+", "", ", ", "", 1000, 0 },
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY ", "a+", "", ", ", "", 1664, 0 },
	{ "SELECT 1" FROM_ONE_ROW " GROUP BY ", "a+", "", ", ", "", 1665,
	    STELE_E_TOO_MANY_COLUMNS },
	{ "SELECT 1" FROM_ONE_ROW " ORDER BY ", "a+", "", ", ", "", 1663, 0 },
	{ "SELECT 1" FROM_ONE_ROW " ORDER BY ", "a+", "", ", ", "", 1664,
	    STELE_E_TOO_MANY_COLUMNS },
	{ "SELECT 1 FROM (SELECT t.*", "/*", "*/", ", t.*",
	    " FROM (VALUES (1, 2)) AS t) AS u", 832, 0 },
	{ "SELECT 1 FROM (SELECT t.*", "/*", "*/", ", t.*",
	    " FROM (VALUES (1, 2)) AS t) AS u", 833, STELE_E_TOO_MANY_COLUMNS },
	{ "SELECT ", "row_number() OVER (ORDER BY a+", ")", ", ", FROM_ONE_ROW,
	    1000, 0 },
	{ "SELECT ", "row_number() OVER (ORDER BY a+", ")", ", ", FROM_ONE_ROW,
	    1001, STELE_E_TOO_COMPLEX },
	{ "SELECT 1 FROM ", "(SELECT 1) t", "", ", ", "", 1000, 0 },
};

/* One that fails is not to take the machine with it. */
static void
limit_this_process(void)
{
	const struct rlimit memory = { 4096 * MIB, 4096 * MIB };
	const struct rlimit seconds = { 60, 60 };

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &memory), 0);
#endif
	(void)memory;
	ck_assert_int_eq(setrlimit(RLIMIT_CPU, &seconds), 0);
}

static int
plan_code(const char *sql, size_t memory_bytes, const atomic_bool *cancel)
{
	struct plan_session session = { .user = STR("tester"),
		.cancel = cancel };
	struct plan_context context = { .session = &session,
		.settings = &type_settings_default };
	struct mem_budget budget = { .limit_bytes = memory_bytes };
	struct parsed parsed;
	struct arena arena;
	struct plan *plan;
	struct error err;
	int rc;

	arena_init(&arena, &budget);
	ck_assert_int_eq(catalog_new(&context.catalog, &err), 0);
	rc = plan_statement(&context, parsed_one(&parsed, sql), NULL, 0, &arena,
	    &plan, &err);
	ck_assert_msg(arena.used_bytes < memory_bytes + MEMORY_MAX,
	    "%zu bytes: %.60s", arena.used_bytes, sql);
	catalog_unref(context.catalog);
	parsed_release(&parsed);
	arena_release(&arena);
	return rc;
}

static void
check_code(const struct buf *sql, int code)
{
	int rc = plan_code((const char *)sql->data, MEMORY_MAX, NULL);

	ck_assert_msg(rc == code, "%d instead of %d: %.60s", rc, code,
	    (const char *)sql->data);
}

static void
put_nest(struct buf *sql, const struct nest *nest)
{
	buf_put_cstr(sql, nest->start);
	for (int i = 0; i < nest->depth; i++)
		buf_put_cstr(sql, nest->before);
	buf_put_cstr(sql, nest->kernel);
	for (int i = 0; i < nest->depth; i++)
		buf_put_cstr(sql, nest->after);
	buf_put_cstr(sql, nest->end);
	buf_put_u8(sql, '\0');
}

START_TEST(nests_do_not_double)
{
	struct buf sql;

	limit_this_process();
	buf_init(&sql);
	put_nest(&sql, &nests[_i]);
	check_code(&sql, nests[_i].code);
	buf_release(&sql);
}
END_TEST

static void
put_list(struct buf *sql, const struct list *list)
{
	buf_put_cstr(sql, list->before);
	for (int i = 0; i < list->count; i++)
		buf_printf(sql, "%s%s%d%s", i == 0 ? "" : list->between,
		    list->left, i, list->right);
	buf_put_cstr(sql, list->after);
	buf_put_u8(sql, '\0');
}

START_TEST(lists_do_not_multiply)
{
	struct buf sql;

	limit_this_process();
	buf_init(&sql);
	put_list(&sql, &lists[_i]);
	check_code(&sql, lists[_i].code);
	buf_release(&sql);
}
END_TEST

/* Each names the one before it twice. */
START_TEST(copies_are_counted)
{
	struct buf sql;

	limit_this_process();
	for (int depth = 4; depth <= 40; depth += 36) {
		buf_init(&sql);
		buf_put_cstr(&sql, "WITH c0 AS (SELECT 1 AS x)");
		for (int i = 1; i < depth; i++)
			buf_printf(&sql,
			    ", c%d AS NOT MATERIALIZED (SELECT p.x FROM c%d p,"
			    " c%d q)",
			    i, i - 1, i - 1);
		buf_printf(&sql, " SELECT x FROM c%d", depth - 1);
		buf_put_u8(&sql, '\0');
		check_code(&sql, depth == 4 ? 0 : STELE_E_TOO_COMPLEX);
		buf_release(&sql);
	}
}
END_TEST

/* An equality between each two neighbours. */
START_TEST(chains_of_joins_are_short_work)
{
	struct buf sql;

	limit_this_process();
	buf_init(&sql);
	buf_put_cstr(&sql, "SELECT 1 FROM (VALUES (1)) AS t0 (a)");
	for (int i = 1; i < 400; i++)
		buf_printf(&sql, ", (VALUES (1)) AS t%d (a)", i);
	buf_put_cstr(&sql, " WHERE true");
	for (int i = 1; i < 400; i++)
		buf_printf(&sql, " AND t%d.a = t%d.a", i - 1, i);
	buf_put_u8(&sql, '\0');
	check_code(&sql, 0);
	buf_release(&sql);
}
END_TEST

START_TEST(joins_are_counted)
{
	struct buf sql;

	limit_this_process();
	buf_init(&sql);
	put_list(&sql,
	    &(struct list){ .before = "SELECT 1 FROM ",
		.left = "(SELECT 1) t",
		.right = "",
		.between = ", ",
		.after = "",
		.count = 100000 });
	check_code(&sql, STELE_E_TOO_COMPLEX);
	buf_release(&sql);
}
END_TEST

/* A budget that the text's own size is past. */
START_TEST(memory_is_looked_at)
{
	struct buf sql;

	limit_this_process();
	buf_init(&sql);
	put_list(&sql,
	    &(struct list){ .before = "VALUES ",
		.left = "(",
		.right = ")",
		.between = ", ",
		.after = "",
		.count = 20000 });
	ck_assert_int_eq(plan_code((const char *)sql.data, MIB, NULL),
	    STELE_E_OUT_OF_MEMORY);
	ck_assert_int_eq(plan_code((const char *)sql.data, MEMORY_MAX, NULL),
	    0);
	buf_release(&sql);
}
END_TEST

START_TEST(planning_can_be_cancelled)
{
	atomic_bool cancel = true;

	ck_assert_int_eq(plan_code("SELECT 1", MEMORY_MAX, &cancel),
	    STELE_E_QUERY_CANCELED);
	atomic_store(&cancel, false);
	ck_assert_int_eq(plan_code("SELECT 1", MEMORY_MAX, &cancel), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bounds");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, nests_do_not_double, 0,
	    sizeof(nests) / sizeof(nests[0]));
	tcase_add_loop_test(tests, lists_do_not_multiply, 0,
	    sizeof(lists) / sizeof(lists[0]));
	tcase_add_test(tests, copies_are_counted);
	tcase_add_test(tests, chains_of_joins_are_short_work);
	tcase_add_test(tests, joins_are_counted);
	tcase_add_test(tests, memory_is_looked_at);
	tcase_add_test(tests, planning_can_be_cancelled);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
