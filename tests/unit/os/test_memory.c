/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What statements free goes back to the kernel, though what others hold lies
 * behind each piece.  Where malloc() tells nothing (a sanitizer's, another C
 * library's) there is nothing to be seen.
 */
#include "os/memory.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/buf.h"

#define MIB    ((size_t)1 << 20)
#define PIECE  ((size_t)64 << 10)
#define LARGE  (128 * MIB)
#define KEPT   (LARGE / MIB)
#define MAY_BE (8 * MIB) /* of the small chunks that an arena begins with */

static void *kept[KEPT];

static size_t
free_bytes(void)
{
	struct os_memory memory;

	os_memory_get(&memory);
	return memory.free_bytes;
}

static void
free_kept(void)
{
	for (size_t i = 0; i < KEPT; i++)
		free(kept[i]);
}

START_TEST(chunks_of_an_arena)
{
	struct arena arena;

	arena_init(&arena, NULL);
	for (size_t i = 0; i < KEPT; i++) {
		for (size_t size = 0; size < MIB; size += PIECE)
			(void)arena_alloc(&arena, PIECE);
		kept[i] = malloc(PIECE);
	}
	ck_assert_uint_ge(arena.used_bytes, LARGE);
	arena_release(&arena);
	ck_assert_uint_lt(free_bytes(), MAY_BE);
	free_kept();
}
END_TEST

START_TEST(texts_that_grow)
{
	static struct buf bufs[KEPT];

	for (size_t i = 0; i < KEPT; i++) {
		buf_init(&bufs[i]);
		for (size_t size = 0; size < 2 * MIB; size += PIECE) {
			ck_assert(buf_reserve(&bufs[i], PIECE));
			bufs[i].len += PIECE;
		}
		kept[i] = malloc(PIECE);
	}
	for (size_t i = 0; i < KEPT; i++)
		buf_release(&bufs[i]);
	ck_assert_uint_lt(free_bytes(), MAY_BE);
	free_kept();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	os_memory_init();
	tcase_add_test(tc, chunks_of_an_arena);
	tcase_add_test(tc, texts_that_grow);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
