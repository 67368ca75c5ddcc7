/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h -- what malloc() does with large blocks, what the process has, and
 * who may look at it.
 *
 * Threads: any.
 */
#pragma once

#include <stddef.h>

#define OS_LARGE_BLOCK_SIZE ((size_t)1 << 20)

/*
 * From now on blocks of OS_LARGE_BLOCK_SIZE and more go back to the kernel when
 * they are freed.  By default malloc() keeps larger and larger ones: a server
 * would stay as large as after its largest load.
 *
 * This size is no more than that of an arena's largest chunks.  Smaller blocks lie
 * in the heaps of malloc(), which give back only what is free at their ends: a
 * piece that another statement holds there keeps tens of megabytes below it, that
 * no budget counts any more.
 */
void os_memory_init(void);

/*
 * From now on the process leaves no core behind, and others of the same user
 * cannot look into its memory: it has secrets.
 */
void os_forbid_dumps(void);

/*
 * Zeroed memory in pages of OS_HUGE_PAGE, aligned to one, if the system has such;
 * `size` is a multiple of it.  NULL without memory.
 */
#define OS_HUGE_PAGE ((size_t)2 << 20)
void *os_huge_alloc(size_t size);
void os_huge_free(void *memory, size_t size);

/*
 * The most that the process may have: the machine's memory, or what a control
 * group that it is in allows, if that is less.  `root` stands before the names of
 * the kernel's files: "", or a folder of a test's.
 */
size_t os_memory_limit(const char *root);

/* What is not known is 0. */
struct os_memory {
	size_t resident_bytes; /* of the process, in the kernel's eyes */
	size_t used_bytes;     /* that were allocated and not freed */
	size_t free_bytes;     /* that malloc() keeps for what comes next */
};

void os_memory_get(struct os_memory *out);
