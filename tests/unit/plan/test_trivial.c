/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which queries count as trivial or as lookups: those that a thread which must
 * not be kept may run itself, or try to.
 */
#include "plan/trivial.h"

#include <check.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"
#include "engine/catalog/catalog.h"
#include "plan/plan.h"
#include "unit/sql/parse_helper.h"

static const struct {
	const char *sql;
	bool is_trivial;
} cases[] = {
	{ "SELECT 1", true },
	{ "SELECT 1 AS a, 'x' AS b, NULL", true },
	{ "SELECT $1::int + 1, $2::text", true },
	{ "SELECT version(), current_user, current_database()", true },
	{ "SELECT current_setting('TimeZone')", true },
	{ "SELECT now(), 1 = 1 AND NOT false", true },
	{ "SELECT '2026-01-01'::timestamptz, '1.5'::numeric", true },
	{ "SELECT CASE WHEN $1 THEN 1 ELSE 2 END", true },
	{ "SELECT 1 WHERE 1 IN (2, 3)", true },
	{ "SELECT 1 LIMIT 1", true },
	{ "VALUES (1)", true },
	{ "VALUES (1), (2)", false },
	{ "SELECT 1 UNION ALL SELECT 2", false },
	{ "SELECT count(*)", false },
	{ "SELECT 1 ORDER BY 1", false },
	/* One value may be any amount of work. */
	{ "SELECT repeat('x', $1)", false },
	{ "SELECT 1 WHERE length(lpad('x', 1000000000)) > 0", false },
	{ "SELECT $1::numeric ^ $2::numeric", false },
	{ "SELECT $1::text LIKE $2", false },
	{ "SELECT $1::text || $2", false },
	{ "SELECT random()", false },
	{ "SHOW TimeZone", false },
	{ "CREATE TABLE t (a int)", false },
};

static const struct {
	const char *sql;
	bool is_lookup;
} lookups[] = {
	{ "REPLAY FOR c", true },
	{ "REPLAY FOR $1", true },
	{ "REPLAY t FOR $1", true },
	{ "REPLAY FOR $1 SINCE '2026-01-01 00:00:00+00'", true },
	{ "QUERY t FOR $1", true },
	{ "QUERY t FOR $1 WHERE a > 3", true },
	{ "SELECT * FROM t WHERE context_id = $1", true },
	{ "SELECT * FROM events WHERE context_id = $1 ORDER BY event_id",
	    true },
	{ "SELECT a, $2::bigint FROM t WHERE context_id = $1 AND a = 1", true },
	{ "SELECT * FROM t", false },
	{ "SELECT * FROM t WHERE a = 1", false },
	{ "SELECT * FROM t WHERE context_id > $1", false },
	{ "SELECT * FROM t WHERE context_id = $1 OR a = 1", false },
	{ "SELECT count(*) FROM t WHERE context_id = $1", false },
	{ "SELECT a + 1 FROM t WHERE context_id = $1", false },
	{ "SELECT a FROM t WHERE context_id = $1 ORDER BY a", false },
	{ "SELECT a FROM t WHERE context_id = $1 AND s LIKE $2", false },
	{ "SELECT payload->>'a' FROM events WHERE context_id = $1", false },
	{ "SELECT a FROM t WHERE context_id = (SELECT 'c')", false },
	{ "EXPLAIN ANALYZE REPLAY FOR c", false },
	{ "SELECT 1", false },
};

/* A catalogue with the event type t (a, s). */
static const struct catalog *
catalog_of_t(void)
{
	const struct field fields[] = {
		{ .name = STR("a"), .type = { .oid = TYPE_INT8 } },
		{ .name = STR("s"), .type = { .oid = TYPE_TEXT } },
	};
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.name = STR("t"),
		.oid = 20000,
		.row_type_oid = 20001,
		.array_type_oid = 20002,
		.fields = fields,
		.field_count = 2,
	};
	const struct catalog *before, *after;
	struct error err;

	ck_assert_int_eq(catalog_new(&before, &err), 0);
	ck_assert_msg(catalog_apply(before, &ddl, 1, &after, &err) == 0, "%s",
	    err.message);
	catalog_unref(before);
	return after;
}

static bool
plan_is_lookup(const char *sql)
{
	const struct plan_session session = { .user = STR("tester") };
	struct plan_context context = {
		.session = &session,
		.settings = &type_settings_default,
		.catalog = catalog_of_t(),
	};
	struct parsed parsed;
	struct arena arena;
	struct plan *plan;
	struct error err;
	bool is_lookup;

	arena_init(&arena, NULL);
	ck_assert_msg(plan_statement(&context, parsed_one(&parsed, sql), NULL,
			  0, &arena, &plan, &err) == 0,
	    "%s: %s", sql, err.message);
	is_lookup = plan->is_lookup;
	catalog_unref(context.catalog);
	parsed_release(&parsed);
	arena_release(&arena);
	return is_lookup;
}

START_TEST(knows_what_is_a_lookup)
{
	ck_assert_msg(plan_is_lookup(lookups[_i].sql) == lookups[_i].is_lookup,
	    "%s", lookups[_i].sql);
}
END_TEST

static bool
plan_is_trivial(const char *sql)
{
	const struct plan_session session = { .user = STR("tester") };
	struct plan_context context = {
		.session = &session,
		.settings = &type_settings_default,
	};
	struct parsed parsed;
	struct arena arena;
	struct plan *plan;
	struct error err;
	bool is_trivial;

	arena_init(&arena, NULL);
	ck_assert_int_eq(catalog_new(&context.catalog, &err), 0);
	ck_assert_msg(plan_statement(&context, parsed_one(&parsed, sql), NULL,
			  0, &arena, &plan, &err) == 0,
	    "%s: %s", sql, err.message);
	is_trivial = plan->is_trivial;
	catalog_unref(context.catalog);
	parsed_release(&parsed);
	arena_release(&arena);
	return is_trivial;
}

START_TEST(knows_what_is_trivial)
{
	ck_assert_msg(plan_is_trivial(cases[_i].sql) == cases[_i].is_trivial,
	    "%s", cases[_i].sql);
}
END_TEST

/* Many steps are work, too. */
START_TEST(long_ones_are_not)
{
	struct buf sql;

	for (int terms = 10; terms <= 1000; terms *= 10) {
		buf_init(&sql);
		buf_put_cstr(&sql, "SELECT 1");
		for (int i = 0; i < terms; i++)
			buf_put_cstr(&sql, ", 2");
		buf_put_u8(&sql, '\0');
		ck_assert_int_eq(plan_is_trivial((const char *)sql.data),
		    terms < 200);
		buf_release(&sql);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("trivial");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tests, knows_what_is_trivial, 0,
	    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, long_ones_are_not);
	tcase_add_loop_test(tests, knows_what_is_a_lookup, 0,
	    sizeof(lookups) / sizeof(lookups[0]));
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
