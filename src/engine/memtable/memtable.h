/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memtable.h -- recent events of one shard in memory, in columns.
 *
 * A MemTable is one generation: it takes rows until it is frozen, is flushed
 * into a segment, and goes as a whole when the last reference goes.
 *
 * Each event type has a list of chunks.  A chunk has a fixed capacity and
 * never moves; its columns are plain arrays in the physical forms of vectors,
 * so that a scan hands them out without a copy.  Rows of one chunk have the
 * same schema version.  All memory is pieces of the generation's slabs.
 *
 *   type ─► chunk ─► chunk ─► chunk          context hash
 *            │ context_id  timestamp           │ bucket ─► context ─► context
 *            │ event_id    previous            │             newest row
 *            │ field 0 ... n, null flags       ▼               │
 *            └ count, published                row ◄───────────┘
 *                                              └ previous ─► row ─► ...
 *
 * Every row knows the previous row of its context, of whatever type; a hash
 * of fixed size leads from a context to its newest row.
 *
 * Invariants
 *   T1  One thread appends, in ascending event_id.
 *   T2  A row is complete before the count that includes it is stored with
 *       release; readers load the count with acquire and look at no row past
 *       it.  The same holds for a context's newest row and the links of lists.
 *   T3  What is published never changes and does not move while somebody holds
 *       a reference.
 *   T4  Readers bound what they see by the event_id of their snapshot: rows
 *       after it may be there.
 *
 * Threads: T1 and T2; references are atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "vec/vec.h"

struct event_type;
struct memtable;
struct rows;

/* A row: the address of its chunk, which is aligned, plus its number. */
typedef uintptr_t mem_ref;

#define MEM_CHUNK_ROWS 2048u /* most; also the alignment of chunks */

struct mem_column {
	enum phys phys;
	atomic_bool has_null; /* set before the row with it is published */
	union {
		void *data;
		uint8_t *boolean;
		int64_t *i64;
		double *f64;
		struct numeric *numeric;
		struct str *str;
		struct uuid *uuid;
		struct interval *interval;
	};
	uint8_t *nulls;
};

struct mem_chunk {
	_Atomic(struct mem_chunk *) next;
	uint32_t type_oid;
	uint32_t version;     /* of the schema, for all its rows */
	uint32_t field_count; /* columns of the payload */
	uint32_t capacity;
	atomic_uint count; /* T2 */
	struct str *contexts;
	int64_t *timestamps;
	int64_t *event_ids;
	mem_ref *previous; /* older row of the context, 0 none */
	struct mem_column *columns;
};

/* One event type in a generation. */
struct mem_type {
	struct mem_type *next; /* in its bucket; set before it is published */
	uint32_t type_oid;
	_Atomic(struct mem_chunk *) first;
	struct mem_chunk *last; /* the writer's */
};

/* `size_bytes` is what it is expected to hold: the hash is made for it. */
struct memtable *memtable_new(uint64_t hash_seed, size_t size_bytes);
struct memtable *memtable_ref(struct memtable *memtable);
void memtable_unref(struct memtable *memtable); /* NULL is allowed */

enum memtable_result {
	MEMTABLE_OK,
	MEMTABLE_NO_MEMORY, /* nothing has changed: it may be tried again */
	MEMTABLE_MALFORMED, /* the bytes are not what the type says */
};

/*
 * Append the rows from `first` on of those, which are bound to `type`, of a
 * batch whose first row has the event_id `batch_event_id`.  The writer's.
 */
MUST_USE enum memtable_result memtable_append(struct memtable *memtable,
    const struct event_type *type, const struct rows *rows, uint32_t first,
    uint64_t batch_event_id);

/* The writer's, or anybody's when it is frozen. */
size_t memtable_bytes(const struct memtable *memtable);
uint64_t memtable_row_count(const struct memtable *memtable);
uint64_t memtable_first_event_id(const struct memtable *memtable);
uint64_t memtable_last_event_id(const struct memtable *memtable);

/*
 * It has become a segment: only snapshots keep it.  And its bytes if it has, and
 * this mark is new to it; 0 otherwise.  Under the lock of the view.
 */
void memtable_set_flushed(struct memtable *memtable);
size_t memtable_mark_kept(struct memtable *memtable, uint64_t mark);

/* The greatest timestamp, or INT64_MIN.  Any thread's, at any time. */
int64_t memtable_time_max(const struct memtable *memtable);

/* ---- reading ---- */

const struct mem_type *memtable_type(const struct memtable *memtable,
    uint32_t type_oid);

/* Rows of a type, published or about to be.  Any thread's, at any time. */
uint64_t memtable_type_rows(const struct memtable *memtable, uint32_t type_oid);

/* All types, in ascending oid, malloc'd; NULL without memory.  When frozen. */
const struct mem_type **memtable_types(const struct memtable *memtable,
    uint32_t *count);

static inline const struct mem_chunk *
mem_type_first(const struct mem_type *type)
{
	/* Pairs with the release in memtable.c, add_chunk(). */
	return atomic_load_explicit(&type->first, memory_order_acquire);
}

static inline const struct mem_chunk *
mem_chunk_next(const struct mem_chunk *chunk)
{
	return atomic_load_explicit(&chunk->next, memory_order_acquire);
}

static inline uint32_t
mem_chunk_count(const struct mem_chunk *chunk)
{
	/* Pairs with the release in mem_append.c, publish(). */
	return atomic_load_explicit(&chunk->count, memory_order_acquire);
}

/* Rows of the chunk with event_id <= last (T4). */
uint32_t mem_chunk_count_upto(const struct mem_chunk *chunk, uint64_t last);

static inline const struct mem_chunk *
mem_ref_chunk(mem_ref ref)
{
	return (
	    const struct mem_chunk *)(ref & ~(uintptr_t)(MEM_CHUNK_ROWS - 1));
}

static inline uint32_t
mem_ref_row(mem_ref ref)
{
	return (uint32_t)(ref & (MEM_CHUNK_ROWS - 1));
}

/* Newest row of a context, which may be past a snapshot (T4); 0 if none. */
mem_ref memtable_context_newest(const struct memtable *memtable,
    struct str context);
