/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memtable_private.h -- what the parts of a MemTable share: its memory, types
 * and chunks (memtable.c), contexts (mem_context.c), new rows (mem_append.c).
 */
#pragma once

#include "engine/memtable/memtable.h"

#define TYPE_BUCKETS 256u

/* One context of the generation. */
struct mem_context {
	struct mem_context *next; /* in its bucket */
	uint64_t hash;
	struct str name;
	_Atomic(mem_ref) newest;
};

/* A piece of the generation's memory, all of which is freed at once. */
struct mem_slab {
	struct mem_slab *older;
	size_t size, used;
	_Alignas(16) char data[];
};

struct memtable {
	atomic_uint refs;
	uint64_t hash_seed;
	struct mem_slab *slab; /* newest */
	size_t bytes;
	uint64_t row_count;
	uint64_t first_event_id, last_event_id;
	bool is_flushed;    /* under the view's lock, as is: */
	uint64_t kept_mark; /* the last look at what snapshots keep */
	atomic_int_least64_t time_max; /* relaxed: a number alone */
	_Atomic(struct mem_type *) types[TYPE_BUCKETS];
	uint32_t type_count;
	uint32_t context_mask;
	_Atomic(struct mem_context *) contexts[];
};

/*
 * Memory of the generation, or NULL.  Alignment is at most that of chunks.  The
 * writer's, as all below.
 */
void *memtable_alloc(struct memtable *memtable, size_t size, size_t align);

/* The type, made if it is new; NULL without memory. */
struct mem_type *memtable_need_type(struct memtable *memtable,
    uint32_t type_oid);

/* A place for rows: behind those of the chunk that are published. */
struct mem_place {
	struct mem_chunk *chunk;
	uint32_t at;
	uint32_t count;
};

/* Rows of an entry need two chunks at most. */
#define MEM_PLACES_MAX 2

/*
 * Places for the next `count` rows, at most MEM_CHUNK_ROWS, of `field_count`
 * fields: their number, or 0 without memory.
 */
uint32_t memtable_places(struct memtable *memtable, struct mem_type *mem_type,
    const struct event_type *type, const struct rows *rows, uint32_t count,
    struct mem_place places[MEM_PLACES_MAX]);

/* The contexts of these names, made if they are new; false without memory. */
MUST_USE bool memtable_need_contexts(struct memtable *memtable,
    const struct str *names, uint32_t count, struct mem_context **out);
