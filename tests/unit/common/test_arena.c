/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arenas: pieces do not overlap, a mark gives back what came after it, and a
 * budget that is used up fails the way the header says.
 */
#include "common/arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

static struct error err;

START_TEST(pieces_are_aligned_and_apart)
{
	struct arena arena;
	unsigned char *piece[500];

	arena_init(&arena, NULL);
	for (size_t i = 0; i < ARRAY_LEN(piece); i++) {
		piece[i] = arena_alloc(&arena, i + 1);
		ck_assert_uint_eq((uintptr_t)piece[i] % 16, 0);
		memset(piece[i], (int)(i & 0xff), i + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(piece); i++)
		for (size_t j = 0; j <= i; j++)
			ck_assert_uint_eq(piece[i][j], i & 0xff);
	arena_release(&arena);
	ck_assert_uint_eq(arena.used_bytes, 0);
}
END_TEST

START_TEST(arrays_grow)
{
	struct arena arena;
	uint32_t capacity = 0, *items = NULL;

	arena_init(&arena, NULL);
	for (uint32_t count = 0; count < 100; count++) {
		uint32_t had = capacity, *before = items;

		items =
		    arena_grow(&arena, items, count, &capacity, sizeof(*items));
		ck_assert_uint_gt(capacity, count);
		ck_assert((items == before) == (count < had));
		items[count] = count;
	}
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_uint_eq(items[i], i);
	arena_release(&arena);
}
END_TEST

START_TEST(rewind_gives_back)
{
	struct arena arena;
	struct arena_mark mark;
	size_t used;

	arena_init(&arena, NULL);
	(void)arena_str(&arena, STR("kept"));
	used = arena.used_bytes;
	mark = arena_mark(&arena);
	(void)arena_alloc(&arena, 1000);
	(void)arena_try_alloc(&arena, 1 << 22);
	arena_rewind(&arena, mark);
	ck_assert_uint_eq(arena.used_bytes, used);
	arena_release(&arena);
}
END_TEST

/* Two budgets of one total; what is given back serves the other. */
START_TEST(budgets_share_a_total)
{
	const size_t mb = (size_t)1 << 20;
	struct mem_budget total = { .limit_bytes = 8 * mb };
	struct mem_budget a = { .total = &total }, b = { .total = &total };

	ck_assert(mem_budget_take(&a, MEM_BUDGET_FREE_BYTES));
	ck_assert_uint_eq(atomic_load(&total.used_bytes), 0);
	ck_assert(mem_budget_take(&a, 5 * mb - MEM_BUDGET_FREE_BYTES));
	ck_assert_uint_eq(atomic_load(&total.used_bytes), 5 * mb);
	ck_assert(!mem_budget_take(&b, 4 * mb));
	ck_assert_uint_eq(atomic_load(&b.used_bytes), 0);
	ck_assert(mem_budget_take(&b, 3 * mb));
	ck_assert_uint_eq(atomic_load(&total.used_bytes), 8 * mb);
	/* what hardly counts goes on */
	ck_assert(mem_budget_take(&(struct mem_budget){ .total = &total },
	    MEM_BUDGET_FREE_BYTES));
	mem_budget_give(&a, 4 * mb);
	ck_assert(mem_budget_take(&b, 2 * mb));
	mem_budget_give(&a, mb);
	mem_budget_give(&b, 5 * mb);
	ck_assert_uint_eq(atomic_load(&total.used_bytes), 0);
	ck_assert_uint_eq(atomic_load(&a.shared_bytes), 0);
}
END_TEST

START_TEST(budget_fails_sticky)
{
	struct mem_budget budget = { .limit_bytes = 4096 };
	struct arena arena;

	arena_init(&arena, &budget);
	ck_assert_ptr_null(arena_try_alloc(&arena, 8192));
	ck_assert_int_eq(arena_check(&arena, &err), 0);
	memset(arena_alloc(&arena, 3000), 1, 3000);
	memset(arena_alloc(&arena, 3000), 1, 3000); /* past the budget */
	ck_assert_int_eq(arena_check(&arena, &err), STELE_E_OUT_OF_MEMORY);
	ck_assert_str_eq(error_sqlstate(err.code), "53200");
	arena_release(&arena);
	ck_assert_uint_eq(atomic_load(&budget.used_bytes), 0);
}
END_TEST

/* The process goes on, whatever the size, and the statement does not. */
START_TEST(overdraws_at_any_size)
{
	struct mem_budget budget = { .limit_bytes = 4096 };
	const size_t size = (size_t)8 << 20;
	uint32_t capacity = 1u << 20;
	struct arena arena;
	char *items;

	arena_init(&arena, &budget);
	memset(arena_alloc(&arena, size), 1, size);
	ck_assert_int_eq(arena_check(&arena, &err), STELE_E_OUT_OF_MEMORY);
	items = arena_zalloc(&arena, capacity);
	items = arena_grow(&arena, items, capacity, &capacity, 1);
	ck_assert_uint_eq(capacity, 1u << 21);
	ck_assert_int_eq(items[(1u << 20) - 1], 0);
	arena_release(&arena);
	ck_assert_uint_eq(atomic_load(&budget.used_bytes), 0);
}
END_TEST

START_TEST(arrays_too_large_are_refused)
{
	volatile size_t count = SIZE_MAX / 4; /* the compiler would object */
	struct arena arena;

	arena_init(&arena, NULL);
	ck_assert_ptr_null(arena_try_array(&arena, count, 8));
	ck_assert_ptr_nonnull(arena_try_array(&arena, 4, 8));
	ck_assert_int_eq(arena_check(&arena, &err), 0);
	arena_release(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, pieces_are_aligned_and_apart);
	tcase_add_test(tc, arrays_grow);
	tcase_add_test(tc, rewind_gives_back);
	tcase_add_test(tc, budget_fails_sticky);
	tcase_add_test(tc, budgets_share_a_total);
	tcase_add_test(tc, overdraws_at_any_size);
	tcase_add_test(tc, arrays_too_large_are_refused);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
