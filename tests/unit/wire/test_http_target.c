/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets of HTTP requests, their escapes, and authorities.
 */
#include "wire/http_target.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"

static struct error err;
static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

static const struct {
	const char *target;
	const char *authority; /* NULL: it has none */
	const char *path;      /* NULL: refused */
	const char *query;
} target_case[] = {
	{ "/", NULL, "/", "" },
	{ "/a?b", NULL, "/a", "b" },
	{ "/a?b?c", NULL, "/a", "b?c" },
	{ "/a?", NULL, "/a", "" },
	{ "//a", NULL, "//a", "" },
	{ "*", NULL, "*", "" },
	{ "http://h/p", "h", "/p", "" },
	{ "https://h:1?q", "h:1", "/", "q" },
	{ "http:///p", "", "/p", "" },
	{ "", NULL, NULL, "" },
	{ "a", NULL, NULL, "" },
	{ "ftp://h/", NULL, NULL, "" },
	{ "/a#b", NULL, NULL, "" },
	{ "/%", NULL, NULL, "" },
	{ "/%4", NULL, NULL, "" },
	{ "/%4g", NULL, NULL, "" },
	{ "/?%", NULL, NULL, "" },
};

START_TEST(targets)
{
	struct http_target target;
	int rc = http_target_parse(str_of_cstr(target_case[_i].target), &target,
	    &err);

	if (target_case[_i].path == NULL) {
		ck_assert_int_eq(rc, STELE_E_PROTOCOL_VIOLATION);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert(str_equal(target.path, str_of_cstr(target_case[_i].path)));
	ck_assert(str_equal(target.query, str_of_cstr(target_case[_i].query)));
	ck_assert(target.has_authority == (target_case[_i].authority != NULL));
	if (target.has_authority)
		ck_assert(str_equal(target.authority,
		    str_of_cstr(target_case[_i].authority)));
}
END_TEST

START_TEST(paths_have_segments)
{
	static const char *const expected[] = { "v1", "a%2Fb", "", "c" };
	struct str rest = STR("/v1/a%2Fb//c");
	struct str segment;

	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		ck_assert(http_path_next(&rest, &segment));
		ck_assert(str_equal(segment, str_of_cstr(expected[i])));
	}
	ck_assert(!http_path_next(&rest, &segment));
	rest = STR("/");
	ck_assert(http_path_next(&rest, &segment));
	ck_assert_uint_eq(segment.len, 0);
	ck_assert(!http_path_next(&rest, &segment));
}
END_TEST

static const struct {
	const char *text;
	enum http_escapes kind;
	const char *out; /* NULL: refused */
} escape_case[] = {
	{ "abc", HTTP_IN_PATH, "abc" },
	{ "", HTTP_IN_PATH, "" },
	{ "a%2Fb%2fc", HTTP_IN_PATH, "a/b/c" },
	{ "%61%7e", HTTP_IN_PATH, "a~" },
	{ "a+b", HTTP_IN_PATH, "a+b" },
	{ "a+b%2B", HTTP_IN_QUERY, "a b+" },
	{ "%C3%A4", HTTP_IN_PATH, "\xc3\xa4" },
	{ "%25%34%31", HTTP_IN_PATH, "%41" },
	{ "%C3", HTTP_IN_PATH, NULL },
	{ "%00", HTTP_IN_PATH, NULL },
	{ "%ED%A0%80", HTTP_IN_QUERY, NULL },
	{ "%", HTTP_IN_PATH, NULL },
	{ "%a", HTTP_IN_QUERY, NULL },
	{ "%xy", HTTP_IN_QUERY, NULL },
};

START_TEST(escapes)
{
	struct str out;
	int rc = http_unescape(str_of_cstr(escape_case[_i].text),
	    escape_case[_i].kind, &arena, &out, &err);

	if (escape_case[_i].out == NULL) {
		ck_assert_int_eq(rc, STELE_E_PROTOCOL_VIOLATION);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_msg(str_equal(out, str_of_cstr(escape_case[_i].out)), "%.*s",
	    STR_FMT(out));
}
END_TEST

START_TEST(queries_have_pairs)
{
	static const char *const expected[][2] = { { "a", "1" }, { "b", "" },
		{ "c d", "e=f" }, { "", "g" } };
	struct str query = STR("&a=1&&b&c+d=e%3df&=g&");
	struct str name, value;

	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		ck_assert_int_eq(http_query_next(&query, &arena, &name, &value,
				     &err),
		    1);
		ck_assert(str_equal(name, str_of_cstr(expected[i][0])));
		ck_assert(str_equal(value, str_of_cstr(expected[i][1])));
	}
	ck_assert_int_eq(http_query_next(&query, &arena, &name, &value, &err),
	    0);
	query = STR("a=%00");
	ck_assert_int_eq(http_query_next(&query, &arena, &name, &value, &err),
	    STELE_E_PROTOCOL_VIOLATION);
}
END_TEST

static const struct {
	const char *authority;
	const char *host; /* NULL: refused */
	uint16_t port;
} authority_case[] = {
	{ "a", "a", 0 },
	{ "a.b-c:8085", "a.b-c", 8085 },
	{ "127.0.0.1:", "127.0.0.1", 0 },
	{ "[::1]", "::1", 0 },
	{ "[::1]:65535", "::1", 65535 },
	{ "", NULL, 0 },
	{ ":80", NULL, 0 },
	{ "a:65536", NULL, 0 },
	{ "a:-1", NULL, 0 },
	{ "a:99999999999999999999", NULL, 0 },
	{ "a:1:2", NULL, 0 },
	{ "u@a", NULL, 0 },
	{ "a/b", NULL, 0 },
	{ "a b", NULL, 0 },
	{ "a,b", NULL, 0 },
	{ "[::1", NULL, 0 },
	{ "[]", NULL, 0 },
	{ "[::1]x", NULL, 0 },
	{ "[a/b]", NULL, 0 },
	{ "\xc3\xa4", NULL, 0 },
};

START_TEST(authorities)
{
	struct str host;
	uint16_t port;
	int rc = http_authority_parse(str_of_cstr(authority_case[_i].authority),
	    &host, &port, &err);

	if (authority_case[_i].host == NULL) {
		ck_assert_msg(rc == STELE_E_PROTOCOL_VIOLATION, "%s",
		    authority_case[_i].authority);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert(str_equal(host, str_of_cstr(authority_case[_i].host)));
	ck_assert_uint_eq(port, authority_case[_i].port);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_target");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, targets, 0, ARRAY_LEN(target_case));
	tcase_add_test(tc, paths_have_segments);
	tcase_add_loop_test(tc, escapes, 0, ARRAY_LEN(escape_case));
	tcase_add_test(tc, queries_have_pairs);
	tcase_add_loop_test(tc, authorities, 0, ARRAY_LEN(authority_case));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
