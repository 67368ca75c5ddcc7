/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of POST /v1/events.
 */
#include "server/http/http_event_line.h"

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

#define WHOLE "\"type\":\"t\",\"context\":\"c\",\"payload\":{}"

static const struct {
	const char *what;
	const char *line;
	const char *type;
	const char *context;
	const char *at;
	const char *payload;
} good_case[] = {
	{ "all keys",
	    "{\"type\":\"t\",\"context\":\"c\",\"at\":\"2025-01-01\","
	    "\"payload\":{\"a\":{\"b\":[1,\"}\"]}}}",
	    "t", "c", "2025-01-01", "{\"a\":{\"b\":[1,\"}\"]}}" },
	{ "the other names, in another order",
	    " { \"payload\" : { } , \"timestamp\":\"x\",\"context_id\":\"c\","
	    "\"event_type\":\"t\" } ",
	    "t", "c", "x", "{ }" },
	{ "of now", "{" WHOLE "}", "t", "c", "now", "{}" },
	{ "null is nothing", "{" WHOLE ",\"at\":null}", "t", "c", "now", "{}" },
	{ "escapes",
	    "{\"type\":\"\\u0074\",\"context\":\"a\\\"\\n\","
	    "\"payload\":{}}",
	    "t", "a\"\n", "now", "{}" },
	{ "empty strings are strings",
	    "{\"type\":\"\",\"context\":\"\",\"payload\":{}}", "", "", "now",
	    "{}" },
	{ "seconds", "{" WHOLE ",\"at\":1735689600}", "t", "c",
	    "2025-01-01 00:00:00.000000+00", "{}" },
	{ "with a fraction", "{" WHOLE ",\"at\":1735689600.5}", "t", "c",
	    "2025-01-01 00:00:00.500000+00", "{}" },
	{ "milliseconds", "{" WHOLE ",\"at\":1735689600123}", "t", "c",
	    "2025-01-01 00:00:00.123000+00", "{}" },
	{ "before 2000", "{" WHOLE ",\"at\":-1}", "t", "c",
	    "1969-12-31 23:59:59.000000+00", "{}" },
};

START_TEST(good)
{
	const struct http_event_line none = { .type = { 0 } };
	struct http_event_line event;
	struct str line = str_of_cstr(good_case[_i].line);
	int rc = http_event_line_read(line, &none, &arena, &event, &err);

	ck_assert_msg(rc == 0, "%s: %s", good_case[_i].what, err.message);
	ck_assert(str_equal(event.type, str_of_cstr(good_case[_i].type)));
	ck_assert(str_equal(event.context, str_of_cstr(good_case[_i].context)));
	ck_assert_msg(str_equal(event.at, str_of_cstr(good_case[_i].at)),
	    "%.*s", STR_FMT(event.at));
	ck_assert(str_equal(event.payload, str_of_cstr(good_case[_i].payload)));
	ck_assert_ptr_eq(event.payload.data, line.data + event.payload_off);
}
END_TEST

/* Who reads a payload finds what is wrong in it; that is where it is, then. */
START_TEST(payload_is_its_reader_s)
{
	const struct http_event_line none = { .type = { 0 } };
	struct str line =
	    STR("{\"type\":\"t\",\"context\":\"c\",\"payload\":{\"a\":]}}");
	struct http_event_line event;

	ck_assert_int_eq(http_event_line_read(line, &none, &arena, &event,
			     &err),
	    0);
	ck_assert(str_equal(event.payload, STR("{\"a\":]}")));
	ck_assert_int_eq(http_event_line_check(line, &none, &arena, &err),
	    STELE_E_INVALID_TEXT_REPRESENTATION);
	ck_assert_int_eq(err.position, 42);
	line = STR("{" WHOLE "}");
	ck_assert_int_eq(http_event_line_check(line, &none, &arena, &err), 0);
}
END_TEST

static const struct {
	const char *line;
	int rc;
	const char *message;
	int position;
} bad_case[] = {
	{ "PING", STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type json", 1 },
	{ "{" WHOLE "} x", STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type json", 41 },
	{ "{" WHOLE, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type json", 39 },
	{ "{\"type\":\"\xc3\xa4\",\"payload\":{]}}",
	    STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type json", 24 },
	{ "[]", STELE_E_INVALID_TEXT_REPRESENTATION,
	    "an event is a JSON object", 1 },
	{ " 1", STELE_E_INVALID_TEXT_REPRESENTATION,
	    "an event is a JSON object", 2 },
	{ "{" WHOLE ",\"x\":1}", STELE_E_SYNTAX,
	    "key \"x\" of the event is not known", 40 },
	{ "{" WHOLE ",\"event_type\":\"t\"}", STELE_E_SYNTAX,
	    "key \"event_type\" of the event is given more than once", 40 },
	{ "{\"type\":1}", STELE_E_SYNTAX,
	    "\"type\" of the event is not a string", 9 },
	{ "{\"at\":true}", STELE_E_SYNTAX,
	    "\"at\" of the event is not a string or a number", 7 },
	{ "{\"at\":99999999999999999999}", STELE_E_INVALID_DATETIME_FORMAT,
	    "99999999999999999999 is no time", 7 },
	{ "{\"payload\":\"{}\"}", STELE_E_SYNTAX,
	    "\"payload\" of the event is not an object", 12 },
	{ "{}", STELE_E_NOT_NULL_VIOLATION, "the event has no \"type\"", 1 },
	{ "{\"type\":\"t\"}", STELE_E_NOT_NULL_VIOLATION,
	    "the event has no \"context\"", 1 },
	{ "{\"type\":\"t\",\"context\":\"c\",\"payload\":null}",
	    STELE_E_NOT_NULL_VIOLATION, "the event has no \"payload\"", 1 },
};

START_TEST(bad)
{
	const struct http_event_line none = { .type = { 0 } };
	struct http_event_line event;
	int rc = http_event_line_read(str_of_cstr(bad_case[_i].line), &none,
	    &arena, &event, &err);

	ck_assert_msg(rc == bad_case[_i].rc, "%s: %s", bad_case[_i].line,
	    err.message);
	ck_assert_str_eq(err.message, bad_case[_i].message);
	ck_assert_msg(err.position == bad_case[_i].position, "%s: %d",
	    bad_case[_i].line, err.position);
}
END_TEST

START_TEST(defaults_are_for_lines_without)
{
	const struct http_event_line defaults = {
		.type = STR("t"),
		.context = STR("c"),
	};
	struct http_event_line event;

	ck_assert_int_eq(http_event_line_read(STR("{\"payload\":{}}"),
			     &defaults, &arena, &event, &err),
	    0);
	ck_assert(str_equal(event.type, STR("t")));
	ck_assert(str_equal(event.context, STR("c")));
	ck_assert_int_eq(
	    http_event_line_read(STR("{\"context\":\"d\",\"payload\":{}}"),
		&defaults, &arena, &event, &err),
	    0);
	ck_assert(str_equal(event.context, STR("d")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_event_line");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, good, 0, ARRAY_LEN(good_case));
	tcase_add_loop_test(tc, bad, 0, ARRAY_LEN(bad_case));
	tcase_add_test(tc, payload_is_its_reader_s);
	tcase_add_test(tc, defaults_are_for_lines_without);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
