/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block_memory.h -- memory for blocks in the cache, in pages of 2 MiB.
 *
 * A lookup reads hundreds of places that are in no cache of the processor.  In
 * pages of 4 KiB each of them is a walk through page tables as well, which in a
 * virtual machine is as far as the value itself.  malloc() cannot help: its
 * arenas grow by less than a large page.
 *
 * Extents of 2 MiB are cut into units of 512 bytes; what is allocated is a run
 * of units, the first that fits in the first extent that has one: what is freed
 * is used again from the front, and extents at the end run empty and go back.
 * What is larger than an eighth of an extent is malloc()'s.
 *
 * Threads: any; there is one lock, which is taken when a block is read from a
 * file or goes, not when it is found.
 */
#pragma once

#include <stddef.h>

struct block_memory;

/* NULL without memory. */
struct block_memory *block_memory_new(void);

/* All is free: MUST.  NULL is allowed. */
void block_memory_free(struct block_memory *memory);

/*
 * Aligned to 64 bytes; NULL without memory.  Of NULL it is malloc()'s, and
 * aligned as that aligns.
 */
void *block_memory_take(struct block_memory *memory, size_t size);

/* With the size that it was taken with. */
void block_memory_give(struct block_memory *memory, void *block, size_t size);

/* Bytes of all extents. */
size_t block_memory_bytes(struct block_memory *memory);
