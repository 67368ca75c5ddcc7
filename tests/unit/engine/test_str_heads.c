/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a string belongs among sorted ones, against a look at each of them: for
 * the strings themselves, and for what is a little shorter, longer or other.
 */
#include "engine/segment/str_heads.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "../check_each.h"

#define COUNT_MAX 1200
#define TEXT_MAX  48

static char texts[COUNT_MAX][TEXT_MAX];
static struct str strings[COUNT_MAX];
static uint32_t numbers[2 * COUNT_MAX];

/* String i is a number between two texts, so that they ascend. */
static const struct {
	const char *what;
	const char *before;
	int digits;
	const char *behind;
	uint32_t factor;
	uint32_t count;
} kind[] = {
	{ "one", "user-", 4, "", 1, 1 },
	{ "two", "", 4, "", 1, 2 },
	{ "less than a step", "user-", 4, "", 7, 31 },
	{ "one step", "user-", 4, "", 7, 32 },
	{ "more than a step", "user-", 4, "", 7, 33 },
	{ "users", "user-", 6, "", 3, 1200 },
	{ "ten of a head", "user-", 5, " and more", 1, 1200 },
	{ "nothing in common", "", 10, "", 3571428, 1200 },
};
#define KINDS ((int)(sizeof(kind) / sizeof(kind[0])))

static void
check_find(const struct str_heads *heads, struct str s)
{
	uint32_t first, limit;

	str_heads_find(heads, s, &first, &limit);
	ck_assert_uint_le(first, limit);
	ck_assert_uint_le(limit, heads->count);
	for (uint32_t i = 0; i < first; i++)
		CHECK_EACH(str_compare(strings[i], s) < 0);
	for (uint32_t i = limit; i < heads->count; i++)
		CHECK_EACH(str_compare(strings[i], s) > 0);
}

/* A string, and its neighbours among all strings that there could be. */
static void
check_around(const struct str_heads *heads, struct str s)
{
	char other[TEXT_MAX + 1];

	check_find(heads, s);
	for (size_t len = 0; len < s.len; len++)
		check_find(heads, str_of(s.data, len));
	memcpy(other, s.data, s.len);
	other[s.len] = '\0';
	check_find(heads, str_of(other, s.len + 1));
	other[s.len] = (char)0xFF;
	check_find(heads, str_of(other, s.len + 1));
	for (size_t i = 0; i < s.len; i++) {
		other[i]++;
		check_find(heads, str_of(other, s.len));
		other[i] = (char)(other[i] - 2);
		check_find(heads, str_of(other, s.len));
		other[i]++;
	}
}

START_TEST(finds_what_is_around)
{
	struct str_heads heads;
	uint32_t count = kind[_i].count;

	for (uint32_t i = 0; i < count; i++) {
		int len =
		    snprintf(texts[i], TEXT_MAX, "%s%0*u%s", kind[_i].before,
			kind[_i].digits, i * kind[_i].factor, kind[_i].behind);

		strings[i] = str_of(texts[i], (size_t)len);
	}
	str_heads_init(&heads, numbers, strings, sizeof(strings[0]), count);
	for (uint32_t i = 0; i < count; i += count / 40 + 1)
		check_around(&heads, strings[i]);
	check_around(&heads, strings[count - 1]);
}
END_TEST

/* Strings that are the beginning of others; zeros, and all that have one head. */
START_TEST(ends_and_zeros)
{
	static const struct str sorted[] = { { "", 0 }, { "\0", 1 },
		{ "\0\0", 2 }, { "\0\0\0\0\0", 5 }, { "\0\0\0\0\1", 5 },
		{ "a", 1 }, { "a\0", 2 }, { "a\0\0\0", 4 }, { "ab", 2 },
		{ "abcd", 4 }, { "abcda", 5 }, { "abcdb", 5 }, { "abcdc", 5 },
		{ "abcdd", 5 }, { "abcde", 5 }, { "\xff\xff\xff\xff", 4 },
		{ "\xff\xff\xff\xff\xff", 5 } };
	const uint32_t count = sizeof(sorted) / sizeof(sorted[0]);
	struct str_heads heads;

	memcpy(strings, sorted, sizeof(sorted));
	for (uint32_t from = 0; from < count; from++) {
		memmove(strings, sorted + from,
		    (count - from) * sizeof(sorted[0]));
		str_heads_init(&heads, numbers, strings, sizeof(strings[0]),
		    count - from);
		for (uint32_t i = 0; i < count; i++)
			check_around(&heads, sorted[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("str_heads");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, finds_what_is_around, 0, KINDS);
	tcase_add_test(tc, ends_and_zeros);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
