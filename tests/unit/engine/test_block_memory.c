/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of blocks: what is taken is nobody else's, what is given is used again.
 */
#include "engine/segment/block_memory.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../draws.h"
#include "os/memory.h"

#define BLOCKS 1500
#define STEPS  DRAWS(60000)

static struct block_memory *memory;

static struct {
	uint8_t *bytes; /* NULL: not taken */
	size_t size;
	uint8_t mark;
} blocks[BLOCKS];

static void
setup(void)
{
	memset(blocks, 0, sizeof(blocks));
	memory = block_memory_new();
	ck_assert_ptr_nonnull(memory);
}

static void
teardown(void)
{
	block_memory_free(memory);
}

static void
take(uint32_t i, size_t size, uint8_t mark)
{
	blocks[i].bytes = block_memory_take(memory, size);
	blocks[i].size = size;
	blocks[i].mark = mark;
	if (blocks[i].bytes == NULL || (uintptr_t)blocks[i].bytes % 64 != 0)
		ck_abort_msg("no block, or one that is not aligned");
	memset(blocks[i].bytes, mark, size);
}

static void
give(uint32_t i)
{
	if (blocks[i].bytes == NULL)
		return;
	for (size_t at = 0; at < blocks[i].size; at++)
		if (blocks[i].bytes[at] != blocks[i].mark)
			ck_abort_msg("a block was overwritten");
	block_memory_give(memory, blocks[i].bytes, blocks[i].size);
	blocks[i].bytes = NULL;
}

static size_t
live_bytes(void)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < BLOCKS; i++)
		if (blocks[i].bytes != NULL)
			bytes += blocks[i].size;
	return bytes;
}

/* Most are as chunks are, some as pages of dictionaries, few are large. */
static size_t
random_size(unsigned *seed)
{
	switch (rand_r(seed) % 50) {
	case 0:
		return (size_t)rand_r(seed) % (600 << 10);
	case 1:
		return 0;
	default:
		return (size_t)rand_r(seed) % (32 << 10);
	}
}

START_TEST(blocks_are_apart)
{
	unsigned seed = (unsigned)_i + 1;

	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t i = (uint32_t)rand_r(&seed) % BLOCKS;

		give(i);
		if (step % 3 != 0)
			take(i, random_size(&seed), (uint8_t)step);
	}
	/* Holes are used: no more than half as much lies idle. */
	ck_assert_uint_le(block_memory_bytes(memory),
	    live_bytes() * 3 / 2 + 2 * OS_HUGE_PAGE);
	for (uint32_t i = 0; i < BLOCKS; i++)
		give(i);
	ck_assert_uint_le(block_memory_bytes(memory), OS_HUGE_PAGE);
}
END_TEST

/* One extent, unit for unit, and once more in other sizes. */
START_TEST(fills_an_extent)
{
	size_t sizes[] = { 512, 1024, 64 << 9, 65 << 9, 127 << 9, 256 << 10 };

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint32_t count = 0;

		for (; count < BLOCKS &&
		     block_memory_bytes(memory) <= OS_HUGE_PAGE;
		     count++)
			take(count, sizes[s], (uint8_t)count);
		if (count < BLOCKS) /* the last lies in a second one */
			ck_assert_uint_ge(count * sizes[s] + 2048,
			    OS_HUGE_PAGE);
		for (uint32_t i = 0; i < count; i++)
			give(i);
		ck_assert_uint_le(block_memory_bytes(memory), OS_HUGE_PAGE);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("block memory");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, blocks_are_apart, 0, 3);
	tcase_add_test(tc, fills_an_extent);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
