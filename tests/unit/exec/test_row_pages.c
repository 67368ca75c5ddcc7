/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows in a temporary file: any is found again, and they lie in few blocks,
 * however long their strings are.
 */
#include "exec/row_pages.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/temp_file.h"
#include "os/file.h"

#define WORK_MEM  ((size_t)4 << 20)
#define ROWS      20000
#define LONG_ROWS 20 /* with strings that are a block each */
#define BATCH     500

#define DIR_TEMPLATE "/tmp/stele-test-row-pages-XXXXXX"

static char dir[sizeof(DIR_TEMPLATE)];
static struct temp_space space;
static struct mem_budget budget;
static struct exec_context context;
static struct type types[2];
static struct row_pages pages;
static struct error err;
static char text[200000];

static void
setup(void)
{
	memcpy(dir, DIR_TEMPLATE, sizeof(dir));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	space = (struct temp_space){ .fs = os_fs_real(),
		.dir = dir,
		.limit_bytes = UINT64_MAX };
	budget = (struct mem_budget){ .used_bytes = 0 };
	context = (struct exec_context){ .budget = &budget,
		.work_mem_bytes = WORK_MEM,
		.temp = &space };
	types[0] = type_of(TYPE_INT8);
	types[1] = type_of(TYPE_TEXT);
	memset(text, 'x', sizeof(text));
	row_pages_init(&pages, &context, types, 2);
}

static void
teardown(void)
{
	char temp[64];

	row_pages_release(&pages);
	ck_assert_uint_eq(budget.used_bytes, 0);
	(void)snprintf(temp, sizeof(temp), "%s/" TEMP_DIRECTORY, dir);
	ck_assert_int_eq(rmdir(temp), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* The first are long, so that much memory was in use before the others. */
static struct str
text_of(uint32_t row)
{
	return str_of(text, row < LONG_ROWS ? sizeof(text) : row % 60);
}

static void
put_one_by_one(void)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		const struct datum values[] = { { .i64 = i },
			{ .str = text_of(i) } };

		row_pages_put(&pages, values, 2);
	}
	ck_assert_int_eq(row_pages_check(&pages, &err), 0);
}

static void
add_batches(void)
{
	for (uint32_t at = 0; at < ROWS; at += BATCH) {
		struct vec columns[2];
		struct arena arena;

		arena_init(&arena, NULL);
		vec_init(&columns[0], PHYS_I64, BATCH, &arena);
		vec_init(&columns[1], PHYS_STR, BATCH, &arena);
		for (uint32_t i = 0; i < BATCH; i++) {
			columns[0].i64[i] = at + i;
			columns[1].str[i] = text_of(at + i);
		}
		ck_assert_int_eq(row_pages_add(&pages, columns, sel_all(BATCH),
				     &err),
		    0);
		arena_release(&arena);
	}
}

START_TEST(rows_lie_in_few_blocks)
{
	/* A row in memory: two values, two flags, about 30 bytes and a gap. */
	const size_t row_bytes = 8 + 16 + 2 + 30 + 32;
	size_t blocks = ROWS * row_bytes / pages.spill.block_bytes;

	if (_i == 0)
		put_one_by_one();
	else
		add_batches();
	ck_assert_int_eq(row_pages_end(&pages, &err), 0);
	ck_assert_uint_eq(pages.row_count, ROWS);
	/* Batches end blocks, and memory comes in pieces. */
	ck_assert_uint_le(pages.spill.runs[0].block_count,
	    LONG_ROWS + ROWS / BATCH + 3 * blocks);
	for (uint32_t i = 0; i < ROWS; i++) {
		/* Far from each other first, then in order. */
		uint32_t row = i < 200 ? i * 7919 % ROWS : i;
		struct datum value = row_pages_get(&pages, 0, row);

		ck_assert_int_eq(value.i64, row);
		value = row_pages_get(&pages, 1, row);
		ck_assert(str_equal(value.str, text_of(row)));
	}
	ck_assert_int_eq(row_pages_check(&pages, &err), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("row_pages");
	TCase *tcase = tcase_create("row_pages");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, rows_lie_in_few_blocks, 0, 2);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
