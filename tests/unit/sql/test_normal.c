/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normal forms of statements: what differs from call to call is gone, what does
 * not is left, and nothing of a payload is shown.
 */
#include "sql/normal.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *text;
	const char *normal;
} native_case[] = {
	{ "STORE t FOR c PAYLOAD {\"a\": 1}", "store t for $1 payload $2" },
	{ "store t for \"c d\" at 2026-01-01 payload {\"}\\\"{\": {\"x\": []}} ",
	    "store t for $1 at $2 payload $3" },
	{ "STORE t FOR 9:a.b-c PAYLOAD '{}'", "store t for $1 payload $2" },
	{ "STORE t FOR $1 PAYLOAD $2", "store t for $1 payload $2" },
	{ "QUERY  Orders -- all\n WHERE a = 1", "query Orders where a = $1" },
	{ "QUERY t FOR alice SINCE 1700000000 LIMIT 5",
	    "query t for $1 since $2 limit $3" },
	{ "QUERY t WHERE status=paid AND x!=\"y\" OR not_paid",
	    "query t where status=$1 and x!=$2 or not_paid" },
	{ "QUERY t WHERE \"a b\" <= -1.5e3 AND c <> 'x' AND d IS NULL",
	    "query t where \"a b\" <= $1 and c <> $2 and d is null" },
	{ "QUERY t WHERE a IN (x, \"y\", 3, 2026-01-01) AND (b = true)",
	    "query t where a in ($1, $2, $3, $4) and (b = true)" },
	{ "QUERY t RETURN [\"x\", y] /* no */ COUNT UNIQUE Field",
	    "query t return [\"x\", y] count unique Field" },
	{ "PLOT total(x) OF a -> b FILTER a.x > y TOP 3 OVER day(at)",
	    "plot total(x) of a -> b filter a.x > $1 top $2 over day(at)" },
	{ "BATCH [STORE t FOR a PAYLOAD {\"a\":1}; STORE t FOR b PAYLOAD {}]",
	    "batch [store t for $1 payload $2; store t for $3 payload $4]" },
	{ "DEFINE t AS 2 FIELDS { \"a\": \"string | null\" }",
	    "define t as $1 fields { \"a\": \"string | null\" }" },
	{ "QUERY a FOLLOWED BY b LINKED BY f WITHIN 7 DAYS",
	    "query a followed by b linked by f within $1 days" },
	{ "REPLAY order-1 FOR user-42", "replay order-1 for $1" },
	/* what is not closed ends with the text */
	{ "STORE t FOR \"c", "store t for $1" },
	{ "STORE t FOR c PAYLOAD {\"a\": \"", "store t for $1 payload $2" },
	{ "PING /* x", "ping" },
	{ "", "" },
};

START_TEST(normals)
{
	struct str text = str_of_cstr(native_case[_i].text);
	struct buf out;

	buf_init(&out);
	ck_assert_uint_ne(native_put_normal(&out, text, 0, 1024), 0);
	ck_assert_msg(str_equal(buf_str(&out),
			  str_of_cstr(native_case[_i].normal)),
	    "%s\nis %.*s", native_case[_i].text, STR_FMT(buf_str(&out)));
	buf_release(&out);
}
END_TEST

static uint64_t
id_of(const char *text, size_t max_bytes)
{
	struct buf out;
	uint64_t id;

	buf_init(&out);
	id = native_put_normal(&out, str_of_cstr(text), 0, max_bytes);
	buf_release(&out);
	return id;
}

START_TEST(ids_are_of_the_whole)
{
	ck_assert_uint_eq(id_of("QUERY t  WHERE a=1", 1024),
	    id_of("query t WHERE a = 2", 1024));
	ck_assert_uint_ne(id_of("QUERY t", 1024), id_of("QUERY T", 1024));
	ck_assert_uint_ne(id_of("QUERY t WHERE a = 1 COUNT", 4),
	    id_of("QUERY t WHERE a = 1 TOTAL a", 4));
}
END_TEST

START_TEST(is_cut_behind_a_token)
{
	struct buf out;

	buf_init(&out);
	(void)native_put_normal(&out, STR("QUERY t WHERE a = 1 LIMIT 5"), 0,
	    10);
	ck_assert(str_equal(buf_str(&out), STR("query t where")));
	buf_release(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("normal");
	TCase *tests = tcase_create("normal");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tests, normals, 0,
	    sizeof(native_case) / sizeof(native_case[0]));
	tcase_add_test(tests, ids_are_of_the_whole);
	tcase_add_test(tests, is_cut_behind_a_token);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
