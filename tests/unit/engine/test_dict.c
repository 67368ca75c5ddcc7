/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dictionaries against a naive list: the same string has the same code, codes
 * compare as the strings do, pages give them back, damaged ones do no harm.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/hash.h"
#include "engine/segment/dict.h"
#include "engine/segment/str_sort.h"

#define STRINGS 6000

static struct error err;
static struct arena arena;
static struct dict_builder dict;
static uint64_t seed;
static struct str strings[STRINGS];
static uint8_t nulls[STRINGS];
static uint32_t codes[STRINGS];

static uint64_t
draw(void)
{
	return hash_u64(++seed);
}

/* ---- strings of all kinds ---- */

static struct str
number(uint32_t i UNUSED)
{
	return arena_printf(&arena, "user-%06u", (unsigned)(draw() % 2000));
}

/* They share all but the end, at any depth. */
static struct str
nested(uint32_t i UNUSED)
{
	char text[300];
	size_t len = draw() % sizeof(text);

	memset(text, 'a', len);
	if (len > 0)
		text[len - 1] = (char)('a' + draw() % 3);
	return arena_str(&arena, str_of(text, len));
}

/* Zeros at the end: a shorter one sorts first. */
static struct str
zeros(uint32_t i UNUSED)
{
	static const char text[40];

	return str_of(text, draw() % sizeof(text));
}

static struct str
bytes(uint32_t i UNUSED)
{
	char text[24];
	size_t len = draw() % sizeof(text);

	for (size_t k = 0; k < len; k++)
		text[k] = (char)draw();
	return arena_str(&arena, str_of(text, len));
}

static struct str
few(uint32_t i UNUSED)
{
	static const struct str words[] = { { "", 0 }, { "paid", 4 },
		{ "done", 4 }, { "d", 1 }, { "do", 2 }, { "shipped", 7 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9 } };

	return words[draw() % ARRAY_LEN(words)];
}

static struct str (*const kinds[])(
    uint32_t i) = { number, nested, zeros, bytes, few };

static void
make_strings(int kind)
{
	for (uint32_t i = 0; i < STRINGS; i++) {
		strings[i] = kinds[kind](i);
		nulls[i] = draw() % 20 == 0;
	}
}

static int
compare_strs(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* ---- tests ---- */

START_TEST(codes_are_those_of_the_strings)
{
	uint32_t done = 0;

	make_strings(_i);
	while (done < STRINGS) { /* in pieces of any size */
		uint32_t count = 1 + (uint32_t)(draw() % 700);

		count = count > STRINGS - done ? STRINGS - done : count;
		ck_assert_int_eq(dict_builder_add(&dict, strings + done,
				     nulls + done, count, codes + done, &err),
		    0);
		done += count;
	}
	for (uint32_t i = 0; i < STRINGS; i++) {
		if (nulls[i] != 0)
			ck_assert_uint_eq(codes[i], DICT_FULL);
		else
			ck_assert(
			    str_equal(dict.strings[codes[i]], strings[i]));
	}
	for (uint32_t c = 1; c < dict.count; c++) /* no string twice */
		for (uint32_t d = 0; d < c && c < 500; d++)
			ck_assert(!str_equal(dict.strings[c], dict.strings[d]));
	ck_assert_int_eq(dict_builder_sort(&dict, &err), 0);
	for (uint32_t c = 1; c < dict.count; c++)
		ck_assert_int_lt(str_compare(dict.strings[c - 1],
				     dict.strings[c]),
		    0);
	for (uint32_t i = 0; i < STRINGS; i++)
		if (nulls[i] == 0)
			ck_assert(str_equal(dict.strings[dict.ranks[codes[i]]],
			    strings[i]));
}
END_TEST

START_TEST(strings_are_sorted)
{
	static struct str_item items[STRINGS], spare[STRINGS];
	static struct str want[STRINGS];

	make_strings(_i);
	for (uint32_t i = 0; i < STRINGS; i++) {
		items[i] = (struct str_item){ .string = strings[i], .tag = i };
		want[i] = strings[i];
	}
	qsort(want, STRINGS, sizeof(*want), compare_strs);
	str_sort(items, spare, STRINGS);
	for (uint32_t i = 0; i < STRINGS; i++) {
		ck_assert(str_equal(items[i].string, want[i]));
		ck_assert(str_equal(strings[items[i].tag], want[i]));
	}
}
END_TEST

/* Long strings that fork at every eighth byte: no deep recursion. */
START_TEST(deep_strings_are_sorted)
{
	static struct str_item items[STRINGS], spare[STRINGS];
	size_t depth = 8 * (size_t)(STRINGS / 40 + 1);
	char *text = arena_alloc(&arena, depth + 8);

	memset(text, 'm', depth + 8);
	for (uint32_t i = 0; i < STRINGS; i++) {
		struct str s =
		    arena_str(&arena, str_of(text, 8 * (i / 40) + 8));
		union {
			const char *read;
			char *write;
		} bytes_of = { .read = s.data };

		bytes_of.write[s.len - 1] = (char)('a' + i % 40);
		items[i].string = s;
	}
	str_sort(items, spare, STRINGS);
	for (uint32_t i = 1; i < STRINGS; i++)
		ck_assert_int_le(str_compare(items[i - 1].string,
				     items[i].string),
		    0);
}
END_TEST

static void
build(int kind)
{
	make_strings(kind);
	ck_assert_int_eq(dict_builder_add(&dict, strings, nulls, STRINGS, codes,
			     &err),
	    0);
	ck_assert_int_eq(dict_builder_sort(&dict, &err), 0);
}

static void
put_page(struct buf *buf, uint32_t page)
{
	uint32_t first = page * DICT_PAGE_STRINGS;
	uint32_t count = dict.count - first;

	dict_put_page(buf, dict.strings + first,
	    count < DICT_PAGE_STRINGS ? count : DICT_PAGE_STRINGS);
}

START_TEST(pages_come_back)
{
	struct buf buf;
	void *decoded;
	size_t len;

	build(_i);
	buf_init(&buf);
	for (uint32_t p = 0; p < dict_page_count(dict.count); p++) {
		uint32_t first = p * DICT_PAGE_STRINGS;
		const struct dict_page *page;

		buf_reset(&buf);
		put_page(&buf, p);
		ck_assert_int_eq(dict_page_decode(buf.data, buf.len, NULL,
				     &decoded, &len, &err),
		    0);
		page = decoded;
		for (uint32_t i = 0; i < page->count; i++) {
			ck_assert(str_equal(page->strings[i],
			    dict.strings[first + i]));
			ck_assert_uint_eq(dict_page_find(page,
					      page->strings[i]),
			    i);
		}
		free(decoded);
	}
	buf_release(&buf);
}
END_TEST

START_TEST(damaged_pages_do_no_harm)
{
	struct buf buf;
	uint8_t *copy;
	void *decoded;
	size_t len;

	build(4);
	buf_init(&buf);
	put_page(&buf, 0);
	for (size_t bit = 0; bit < 8 * buf.len; bit++) {
		buf.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (dict_page_decode(buf.data, buf.len, NULL, &decoded, &len,
			&err) == 0)
			free(decoded);
		buf.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < buf.len; cut++) {
		copy = malloc(cut + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, buf.data, cut);
		ck_assert_int_eq(dict_page_decode(copy, cut, NULL, &decoded,
				     &len, &err),
		    STELE_E_CORRUPT);
		free(copy);
	}
	buf_release(&buf);
}
END_TEST

static void
setup(void)
{
	arena_init(&arena, NULL);
	dict_builder_init(&dict, 7);
	seed = 1;
}

static void
teardown(void)
{
	arena_release(&arena);
	dict_builder_release(&dict);
}

int
main(void)
{
	Suite *suite = suite_create("dict");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, codes_are_those_of_the_strings, 0,
	    ARRAY_LEN(kinds));
	tcase_add_loop_test(tc, strings_are_sorted, 0, ARRAY_LEN(kinds));
	tcase_add_test(tc, deep_strings_are_sorted);
	tcase_add_loop_test(tc, pages_come_back, 0, ARRAY_LEN(kinds));
	tcase_add_test(tc, damaged_pages_do_no_harm);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
