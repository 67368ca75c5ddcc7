/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last lines in a ring: always the newest, whole, in their order.
 */
#include "common/log_tail.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct error err;
static struct log_tail tail;

static void
setup(void)
{
	tail = (struct log_tail){ .bytes = NULL };
}

static void
teardown(void)
{
	log_tail_release(&tail);
}

/* Line `number`: its digits, as often as it says itself. */
static size_t
make_text(char *text, size_t size, uint64_t number)
{
	size_t len = 0;

	for (uint64_t i = 0; i <= number * 7 % 23; i++)
		len += (size_t)snprintf(text + len, size - len, "%llu.",
		    (unsigned long long)number);
	return len;
}

static void
add(uint64_t number)
{
	char text[512];
	size_t len = make_text(text, sizeof(text), number);
	const struct log_tail_line line = {
		.time_us = (int64_t)number * 10,
		.level = (uint8_t)(number % 4),
		.category = (uint8_t)(number % 11),
		.text = str_of(text, len),
	};

	log_tail_add(&tail, &line);
}

/* How many lines there are; they end with `last`. */
static uint64_t
check_lines(uint64_t last)
{
	struct log_tail copy;
	struct log_tail_line line;
	uint64_t count = 0, before = 0;
	char text[512];

	ck_assert_int_eq(log_tail_copy(&tail, &copy, &err), 0);
	while (log_tail_take(&copy, &line)) {
		if (count++ > 0)
			ck_assert_uint_eq(line.number, before + 1);
		before = line.number;
		ck_assert_int_eq(line.time_us, (int64_t)line.number * 10);
		ck_assert_uint_eq(line.level, line.number % 4);
		ck_assert_uint_eq(line.category, line.number % 11);
		ck_assert(str_equal(line.text,
		    str_of(text, make_text(text, sizeof(text), line.number))));
	}
	if (count > 0)
		ck_assert_uint_eq(before, last);
	log_tail_release(&copy);
	return count;
}

/* Of every size, around and around. */
START_TEST(the_newest_lines)
{
	size_t size = 1024 + (size_t)_i;

	ck_assert_int_eq(log_tail_resize(&tail, size, &err), 0);
	for (uint64_t number = 1; number <= 200; number++) {
		add(number);
		ck_assert_uint_ge(check_lines(number), number < 4 ? number : 4);
	}
}
END_TEST

START_TEST(nothing_is_kept)
{
	add(1);
	ck_assert_uint_eq(check_lines(1), 0);
	ck_assert_int_eq(log_tail_resize(&tail, 1024, &err), 0);
	add(2);
	ck_assert_uint_eq(check_lines(2), 1);
	ck_assert_int_eq(log_tail_resize(&tail, 1024, &err), 0);
	ck_assert_uint_eq(check_lines(2), 1);
	ck_assert_int_eq(log_tail_resize(&tail, 0, &err), 0);
	ck_assert_uint_eq(check_lines(2), 0);
}
END_TEST

START_TEST(a_long_line_is_left_out)
{
	char text[600];
	const struct log_tail_line line = { .text = str_of(text, 600) };

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(log_tail_resize(&tail, 1024, &err), 0);
	add(1);
	log_tail_add(&tail, &line);
	ck_assert_uint_eq(check_lines(1), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log_tail");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, the_newest_lines, 0, 64);
	tcase_add_test(tc, nothing_is_kept);
	tcase_add_test(tc, a_long_line_is_left_out);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
