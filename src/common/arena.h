/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h -- memory of one lifetime: allocated piece by piece, freed at once.
 *
 * Five lifetimes exist: process, session, statement, batch, generation (of a
 * MemTable).  All but the first are arenas, passed explicitly.
 *
 * Failure.  arena_alloc() never returns NULL.  When a budget is used up it goes
 * past it, when malloc fails it takes from a reserve of small pieces, and both
 * set `failed`, which stays set: who runs a statement tests arena_check() once
 * per batch and answers 53200.  Requests whose size a user's values choose
 * go through arena_try_alloc() or arena_try_array(), which return NULL and set
 * nothing.
 *
 * Threads: an arena belongs to one thread at a time; a budget may be shared.
 * Under AddressSanitizer, memory that arena_rewind() gives back is poisoned.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct error;
struct arena_chunk;

/*
 * A limit in bytes that several arenas share.  It may be part of another one, in
 * which it is charged by the megabyte, so that small statements leave the cache
 * line that all share alone; what is below MEM_BUDGET_FREE_BYTES is not charged.
 */
struct mem_budget {
	atomic_size_t used_bytes;
	size_t limit_bytes;         /* 0 is no limit */
	struct mem_budget *total;   /* NULL: none; has none itself */
	atomic_size_t shared_bytes; /* charged to `total` */
};

#define MEM_BUDGET_FREE_BYTES ((size_t)256 << 10)

/*
 * Charge what is not allocated in an arena, and give it back.  A NULL budget
 * has no limit; false if a limit does not allow it.
 */
MUST_USE bool mem_budget_take(struct mem_budget *budget, size_t size);
void mem_budget_give(struct mem_budget *budget, size_t size);

struct arena {
	struct arena_chunk *head;  /* newest chunk; private */
	struct mem_budget *budget; /* borrowed, may be NULL */
	size_t chunk_size_bytes;   /* of the next chunk; private */
	size_t used_bytes;         /* of all chunks, headers included */
	bool failed;               /* an allocation was refused */
};

struct arena_mark {
	struct arena_chunk *head;
	size_t chunk_used;
};

/* Start an empty arena that holds no memory.  budget may be NULL. */
void arena_init(struct arena *arena, struct mem_budget *budget);

/* Free everything.  The arena may be used again, as after arena_init(). */
void arena_release(struct arena *arena);

/* Forget all content but keep one chunk; clears `failed`. */
void arena_reset(struct arena *arena);

/* Memory aligned to 16 bytes, not zeroed.  Never NULL; see `failed`. */
void *arena_alloc(struct arena *arena, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* The same, zeroed. */
void *arena_zalloc(struct arena *arena, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* count * size bytes; an overflow is a failed allocation. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/*
 * Room for one item more than `count`, of *capacity, in an array that grows: the
 * array itself, or a copy of twice the size; NULL and 0 are none.
 */
void *arena_grow(struct arena *arena, void *items, uint32_t count,
    uint32_t *capacity, size_t size) __attribute__((returns_nonnull));

/* For sizes that a user chooses: NULL when there is no memory. */
void *arena_try_alloc(struct arena *arena, size_t size)
    __attribute__((malloc, alloc_size(2)));
void *arena_try_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, alloc_size(2, 3)));

/* 0, or STELE_E_OUT_OF_MEMORY if an allocation has failed since the start. */
MUST_USE int arena_check(const struct arena *arena, struct error *err);

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* A copy with a terminating NUL that the length does not count. */
struct str arena_str(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
