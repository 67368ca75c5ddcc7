/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups by two keys, a string and an integer, nulls among them: a table that
 * keeps strings as numbers gives the same groups as one that does not.
 */
#include "exec/group_table.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"

enum { KEYS = 2, ROWS = VEC_ROWS, ROUNDS = 20, TEXTS = 300, NUMBERS = 7 };

static struct type types[KEYS];
static struct group_table plain, numbered;
static struct arena arena;
static struct error err;
static char names[TEXTS][8];
static uint64_t state = 1;

static uint32_t
draw(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % limit;
}

static void
setup(void)
{
	types[0] = type_of(TYPE_TEXT);
	types[1] = type_of(TYPE_INT8);
	arena_init(&arena, NULL);
	group_table_init(&plain, types, KEYS, KEY_EQUAL, NULL);
	group_table_init(&numbered, types, KEYS, KEY_EQUAL, NULL);
	group_table_number_texts(&numbered, 4096);
	for (uint32_t i = 0; i < TEXTS; i++)
		snprintf(names[i], sizeof(names[i]), "t%u", i);
}

static void
teardown(void)
{
	group_table_release(&plain);
	group_table_release(&numbered);
	arena_release(&arena);
}

/* Random rows, of which texts from `first` on are as many as `count`. */
static void
make_rows(struct vec *keys, uint32_t first, uint32_t count)
{
	vec_init(&keys[0], PHYS_STR, ROWS, &arena);
	vec_init(&keys[1], PHYS_I64, ROWS, &arena);
	(void)vec_need_nulls(&keys[0], ROWS, &arena);
	for (uint32_t i = 0; i < ROWS; i++) {
		const char *name = names[first + draw(count)];

		keys[0].str[i] = (struct str){ name, strlen(name) };
		keys[0].nulls[i] = draw(50) == 0;
		keys[1].i64[i] = draw(NUMBERS);
	}
}

static void
check_keys(void)
{
	uint32_t count = group_table_count(&plain);

	ck_assert_uint_eq(group_table_count(&numbered), count);
	for (uint32_t g = 0; g < count; g++) {
		struct batch a, b;

		group_table_batch(&plain, g, 1, &arena, &a);
		group_table_batch(&numbered, g, 1, &arena, &b);
		for (uint32_t k = 0; k < KEYS; k++)
			ck_assert(row_key_equal(&types[k], KEY_SAME, &a.cols[k],
			    0, &b.cols[k], 0));
		arena_reset(&arena);
	}
}

START_TEST(numbers_change_nothing)
{
	static uint32_t a[ROWS], b[ROWS];
	static bool a_new[ROWS], b_new[ROWS];
	struct vec keys[KEYS];

	for (uint32_t round = 0; round < ROUNDS; round++) {
		make_rows(keys, 0, (round + 1) * TEXTS / ROUNDS);
		ck_assert_int_eq(group_table_find(&plain, keys, sel_all(ROWS),
				     &arena, a, a_new, &err),
		    0);
		ck_assert_int_eq(group_table_find(&numbered, keys,
				     sel_all(ROWS), &arena, b, b_new, &err),
		    0);
		ck_assert_mem_eq(a, b, sizeof(a));
		ck_assert_mem_eq(a_new, b_new, sizeof(a_new));
		arena_reset(&arena);
	}
	check_keys();
}
END_TEST

START_TEST(lookups_find_what_is_there)
{
	static uint32_t groups[ROWS], found[ROWS];
	struct vec keys[KEYS];

	make_rows(keys, 0, TEXTS / 2);
	ck_assert_int_eq(group_table_find(&numbered, keys, sel_all(ROWS),
			     &arena, groups, NULL, &err),
	    0);
	group_table_lookup(&numbered, keys, sel_all(ROWS), &arena, found);
	ck_assert_mem_eq(groups, found, sizeof(groups));
	make_rows(keys, TEXTS / 2, TEXTS / 2);
	memset(keys[0].nulls, 0, ROWS);
	group_table_lookup(&numbered, keys, sel_all(ROWS), &arena, found);
	for (uint32_t i = 0; i < ROWS; i++)
		ck_assert_uint_eq(found[i], GROUP_NONE);
}
END_TEST

/* What the strings take is told, now and with more of them. */
START_TEST(counts_its_strings)
{
	static uint32_t groups[ROWS];
	struct vec keys[KEYS];
	size_t before = group_table_bytes(&numbered);

	make_rows(keys, 0, TEXTS);
	ck_assert_int_eq(group_table_find(&numbered, keys, sel_all(ROWS),
			     &arena, groups, NULL, &err),
	    0);
	ck_assert_uint_gt(group_table_bytes(&numbered),
	    before + TEXTS * sizeof(struct str));
	ck_assert_uint_gt(group_table_bytes_with(&numbered, 1000000),
	    1000000 * (sizeof(struct str) + sizeof(int64_t)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("group_table");
	TCase *tcase = tcase_create("texts");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, numbers_change_nothing);
	tcase_add_test(tcase, lookups_find_what_is_there);
	tcase_add_test(tcase, counts_its_strings);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
