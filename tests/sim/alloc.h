/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc.h -- memory of the harness itself, which never fails: without it the
 * process ends.
 *
 * In programs that fail the server's allocations (memfault.h) this is not
 * counted as one of them.
 */
#pragma once

#include <stddef.h>

/* Zeroed; free() it. */
void *sim_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *sim_realloc(void *memory, size_t size) __attribute__((returns_nonnull));

/*
 * Room for one more in an array of `count` elements of `size` bytes: doubled
 * when `count` is 0 or a power of two.
 */
void *sim_grow(void *array, size_t count, size_t size)
    __attribute__((returns_nonnull));
