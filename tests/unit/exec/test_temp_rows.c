/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of temporary tables where memory ends: a statement that there is none for
 * leaves nothing behind, and neither does one that is taken back.
 */
#include "exec/temp_rows.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT     ((size_t)7 << 19) /* 3.5 MiB */
#define LONG      2000              /* bytes: a page of them is more */
#define VERY_LONG ((size_t)5 << 20)

static struct error err;
static struct mem_budget budget;
static struct arena arena; /* of what is added */
static struct temp_rows *rows;
static char *text; /* of VERY_LONG bytes */

static void
setup(void)
{
	struct temp_column columns[] = {
		{ .name = STR("a"), .type = type_of(TYPE_INT8) },
		{ .name = STR("b"), .type = type_of(TYPE_TEXT) },
	};
	const struct temp_table table = { .column_count = 2,
		.columns = columns };

	budget = (struct mem_budget){ .limit_bytes = LIMIT };
	arena_init(&arena, NULL);
	rows = temp_rows_new(&table, &budget);
	ck_assert_ptr_nonnull(rows);
	text = malloc(VERY_LONG);
	memset(text, 'x', VERY_LONG);
}

static void
teardown(void)
{
	temp_rows_unref(rows);
	ck_assert_uint_eq(budget.used_bytes, 0);
	arena_release(&arena);
	free(text);
}

/* Rows 0, 1, ... with a text of `len` bytes each. */
static void
make_rows(struct vec *columns, uint32_t count, size_t len)
{
	vec_init(&columns[0], PHYS_I64, count, &arena);
	vec_init(&columns[1], PHYS_STR, count, &arena);
	for (uint32_t i = 0; i < count; i++) {
		columns[0].i64[i] = i;
		columns[1].str[i] = str_of(text, len);
	}
}

static int
add(uint32_t count, size_t len, uint64_t stamp)
{
	struct vec columns[2];

	make_rows(columns, count, len);
	return temp_rows_add_all(rows, columns, sel_all(count), stamp, &err);
}

static int
add_one(size_t len, uint64_t stamp)
{
	struct vec columns[2];

	make_rows(columns, 1, len);
	return temp_rows_add(rows, columns, 0, stamp, &err);
}

/* Of the rows that are left. */
static void
check_texts(uint64_t count)
{
	ck_assert_uint_eq(temp_rows_count(rows), count);
	for (uint64_t row = 0; row < count; row++) {
		struct str its =
		    temp_rows_column(rows, 1, row)->str[row % VEC_ROWS];

		ck_assert_mem_eq(its.data, text, its.len);
	}
}

START_TEST(rows_without_memory_leave_nothing)
{
	size_t before = budget.used_bytes;

	ck_assert_int_eq(add(VEC_ROWS, LONG, 1), STELE_E_OUT_OF_MEMORY);
	temp_rows_rewind(rows, 0);
	ck_assert_uint_eq(temp_rows_count(rows), 0);
	ck_assert_uint_eq(budget.used_bytes, before);
	ck_assert_int_eq(add(VEC_ROWS, 10, 2), 0);
	ck_assert_uint_eq(temp_rows_count(rows), VEC_ROWS);
}
END_TEST

/* A page of their own has all their strings at once. */
START_TEST(a_page_without_memory_leaves_nothing)
{
	size_t before;

	ck_assert_int_eq(add(VEC_ROWS, 10, 1), 0);
	before = budget.used_bytes;
	ck_assert_int_eq(add(VEC_ROWS, LONG, 2), STELE_E_OUT_OF_MEMORY);
	ck_assert_uint_eq(temp_rows_count(rows), VEC_ROWS);
	temp_rows_rewind(rows, 1);
	ck_assert_int_eq(add(1, 10, 3), 0);
	ck_assert_uint_eq(temp_rows_count(rows), VEC_ROWS + 1);
	temp_rows_rewind(rows, 1);
	ck_assert_uint_eq(budget.used_bytes, before);
}
END_TEST

START_TEST(after_a_row_without_memory_there_is_room)
{
	const struct vec *column;

	ck_assert_int_eq(add_one(10, 1), 0);
	ck_assert_int_eq(add_one(VERY_LONG, 2), STELE_E_OUT_OF_MEMORY);
	temp_rows_rewind(rows, 1);
	ck_assert_int_eq(add_one(20, 3), 0);
	ck_assert_int_eq(add(1, VERY_LONG, 4), STELE_E_OUT_OF_MEMORY);
	temp_rows_rewind(rows, 3);
	ck_assert_int_eq(add(1, 30, 5), 0);
	ck_assert_uint_eq(temp_rows_count(rows), 3);
	column = temp_rows_column(rows, 1, 0);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(column->str[i].len, 10 * (i + 1));
}
END_TEST

/* Again and again: within a transaction, or each time in one of its own. */
START_TEST(rows_taken_back_leave_nothing)
{
	uint64_t stamp = 1;
	size_t before;

	ck_assert_int_eq(add(1, 10, stamp), 0);
	if (_i == 1)
		temp_rows_commit(rows);
	for (int round = 0; round < 20; round++) {
		ck_assert_int_eq(add(500, LONG, stamp + 1), 0);
		ck_assert_int_eq(add_one(LONG, stamp + 2), 0);
		ck_assert_int_eq(add(200, LONG, stamp + 3), 0);
		temp_rows_rewind(rows, stamp + 1);
		ck_assert_uint_eq(temp_rows_count(rows), 501 + (uint64_t)round);
		temp_rows_rewind(rows, stamp);
		ck_assert_uint_eq(temp_rows_count(rows), 1 + (uint64_t)round);
		stamp += 4;
		ck_assert_int_eq(add_one(20, stamp), 0);
	}
	before = budget.used_bytes;
	ck_assert_int_eq(add(600, LONG, stamp + 1), 0);
	temp_rows_rewind(rows, stamp);
	ck_assert_uint_eq(budget.used_bytes, before);
	check_texts(21);
}
END_TEST

/* Pages that are cut off, and one that is cut. */
START_TEST(pages_taken_back_leave_nothing)
{
	size_t before;

	ck_assert_int_eq(add(VEC_ROWS + 3, 20, 1), 0);
	before = budget.used_bytes;
	for (uint64_t stamp = 2; stamp < 20; stamp += 2) {
		ck_assert_int_eq(add(VEC_ROWS - 5, 400, stamp), 0);
		ck_assert_int_eq(add(VEC_ROWS, 400, stamp + 1), 0);
		temp_rows_rewind(rows, 1);
		ck_assert_uint_eq(budget.used_bytes, before);
	}
	check_texts(VEC_ROWS + 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("temp_rows");
	TCase *tcase = tcase_create("memory");
	SRunner *srunner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, rows_without_memory_leave_nothing);
	tcase_add_test(tcase, a_page_without_memory_leaves_nothing);
	tcase_add_test(tcase, after_a_row_without_memory_there_is_room);
	tcase_add_loop_test(tcase, rows_taken_back_leave_nothing, 0, 2);
	tcase_add_test(tcase, pages_taken_back_leave_nothing);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_ENV);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
