/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "wire/line_reader.h"

#define MAX 6

static const struct {
	const char *input;
	enum line_result result;
	const char *line;
	size_t size;
} first_line[] = {
	{ "", LINE_MORE, NULL, 0 },
	{ "PING", LINE_MORE, NULL, 0 },
	{ "PING\n", LINE_WHOLE, "PING", 5 },
	{ "PING\r\n", LINE_WHOLE, "PING", 6 },
	{ "PING\r", LINE_MORE, NULL, 0 },
	{ "\n", LINE_WHOLE, "", 1 },
	{ "\r\n", LINE_WHOLE, "", 2 },
	{ "\r\r\n", LINE_WHOLE, "\r", 3 },
	{ "a\rb\n", LINE_WHOLE, "a\rb", 4 },
	{ "a\nb\n", LINE_WHOLE, "a", 2 },
	{ "123456\n", LINE_WHOLE, "123456", 7 },
	{ "12345\r\n", LINE_WHOLE, "12345", 7 },
	{ "123456\r\n", LINE_TOO_LONG, NULL, 0 },
	{ "123456", LINE_MORE, NULL, 0 },
	{ "1234567", LINE_TOO_LONG, NULL, 0 },
	{ "1234567\n", LINE_TOO_LONG, NULL, 0 },
};

START_TEST(the_first_line)
{
	struct line_reader reader = { .seen = 0 };
	struct str line;
	size_t size;

	ck_assert_int_eq(line_read(&reader, str_of_cstr(first_line[_i].input),
			     MAX, &line, &size),
	    first_line[_i].result);
	if (first_line[_i].result != LINE_WHOLE)
		return;
	ck_assert(str_equal(line, str_of_cstr(first_line[_i].line)));
	ck_assert_uint_eq(size, first_line[_i].size);
}
END_TEST

/* A line that comes byte by byte, and the next one behind it. */
START_TEST(in_pieces)
{
	static const char text[] = "ab\r\ncd\n";
	struct line_reader reader = { .seen = 0 };
	struct str line;
	size_t size;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(line_read(&reader, str_of(text, i), MAX, &line,
				     &size),
		    LINE_MORE);
	ck_assert_int_eq(line_read(&reader, str_of(text, 4), MAX, &line, &size),
	    LINE_WHOLE);
	ck_assert(str_equal(line, STR("ab")));
	ck_assert_uint_eq(size, 4);
	ck_assert_int_eq(line_read(&reader, str_of(text + 4, 2), MAX, &line,
			     &size),
	    LINE_MORE);
	ck_assert_int_eq(line_read(&reader, str_of(text + 4, 3), MAX, &line,
			     &size),
	    LINE_WHOLE);
	ck_assert(str_equal(line, STR("cd")));
}
END_TEST

/* What was seen is not looked at again: here it has become an LF. */
START_TEST(looked_at_once)
{
	struct line_reader reader = { .seen = 0 };
	struct str line;
	size_t size;

	ck_assert_int_eq(line_read(&reader, STR("abc"), MAX, &line, &size),
	    LINE_MORE);
	ck_assert_int_eq(line_read(&reader, STR("a\nc"), MAX, &line, &size),
	    LINE_MORE);
	ck_assert_int_eq(line_read(&reader, STR("a\ncd\n"), MAX, &line, &size),
	    LINE_WHOLE);
	ck_assert(str_equal(line, STR("a\ncd")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("line_reader");
	TCase *tcase = tcase_create("line_reader");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, the_first_line, 0,
	    (int)ARRAY_LEN(first_line));
	tcase_add_test(tcase, in_pieces);
	tcase_add_test(tcase, looked_at_once);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
