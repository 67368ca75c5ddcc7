/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block_cache.h -- checked blocks of files in memory, up to a bound.
 *
 * A block is read with pread, checked against its checksum, perhaps decoded
 * once, and kept until room is needed (CLOCK).  Files are not mapped: an I/O
 * error must be an answer.
 *
 * Invariants
 *   B1  What block_cache_get() hands out has passed its check.
 *   B2  A pinned block does not move, change or go.
 *   B3  Unpinned blocks never exceed the limit; pinned ones may.
 *   B4  What a slot was entered for is pinned until it is left.
 *
 * Threads: any.  The table is split by key, each part under its own lock, and
 * no lock is held over I/O: two threads may read the same block at once, and
 * one result is kept.  A pin ends without a lock unless there is too much.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct block_cache;
struct block_memory;
struct error;
struct os_file;

/* Where a block lies in its file, and its checksum; from the block above it. */
struct block_ref {
	uint64_t offset;
	uint32_t len;
	uint64_t checksum;
};

/* A file whose blocks are read. */
struct block_file {
	struct os_file *file; /* borrowed */
	uint64_t identity;    /* goes into every checksum */
	uint64_t cache_key;   /* from block_cache_new_key() */
	uint64_t size_bytes;
};

/* In memory.  `data` is aligned to 64 bytes. */
struct block {
	const void *data;
	size_t len;
};

/* The checksum of bytes at their place. */
uint64_t block_checksum(const void *data, size_t len, uint64_t identity,
    uint64_t offset);

/*
 * Turn the bytes of a block into what is kept instead of them: *out is one
 * piece of memory from block_memory_take(), *out_len bytes; `memory` may be
 * NULL.  Called once per read, after the check, without a lock.  Returns 0 or
 * an error, STELE_E_CORRUPT for what cannot be.
 */
typedef int (*block_decode_fn)(const uint8_t *data, size_t len,
    struct block_memory *memory, void **out, size_t *out_len,
    struct error *err);

/* Read and check without a cache; *out is malloc'd (aligned to 64). */
MUST_USE int block_read(const struct block_file *file,
    const struct block_ref *ref, uint8_t **out, struct error *err);

/* NULL when there is no memory.  All blocks must be unpinned at the end. */
struct block_cache *block_cache_new(size_t limit_bytes);
void block_cache_free(struct block_cache *cache);

/*
 * Memory for what leads to blocks, all zero, which lies where they do but is not
 * of the cache's limit; NULL without memory.  It is given with its size.
 */
void *block_cache_take_desk(struct block_cache *cache, size_t size);
void block_cache_give_desk(struct block_cache *cache, void *desk, size_t size);

/* A key for one more file: unique in this cache. */
uint64_t block_cache_new_key(struct block_cache *cache);

/*
 * The block at `ref`, pinned; decoded by `decode` unless that is NULL.  One that
 * is there as something else, since two refs of a made file lead to it, is
 * corrupt.  *bytes_read grows by what had to be read.  Errors: STELE_E_CORRUPT
 * with file and offset, STELE_E_OS, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int block_cache_get(struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref,
    block_decode_fn decode, const struct block **out, uint64_t *bytes_read,
    struct error *err);

/*
 * Hints that a block will be asked for soon, for who needs many: first of all
 * of them the one, then of all the other.  A block that is not there is not
 * read.
 */
void block_cache_prefetch_entry(const struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref);
void block_cache_prefetch_block(const struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref);

/* End a pin; NULL is allowed. */
void block_cache_unpin(struct block_cache *cache, const struct block *block);

/*
 * A slot knows where a block's data is as long as it is in the cache, for who
 * comes back again and again and has a place of his own for what he knows of
 * it: he neither looks it up nor takes a lock.  One for each block, all zero
 * before its first use; its memory stays until block_cache_forget().
 */
struct block_slot {
	_Atomic(const void *) data;   /* NULL: the cache has to be asked */
	atomic_uint_least64_t offset; /* of the block; once there was data */
	atomic_uint users;
	atomic_bool is_recent; /* as of an entry of the cache */
};

/*
 * Enter a slot: *out is the data, pinned until block_cache_leave(); or NULL, and
 * nothing is entered, if the slot does not know it.  Fails in haste alone.
 */
MUST_USE int block_slot_enter(struct block_slot *slot, const void **out,
    struct error *err);

/*
 * The same, and if it does not know it, ask the cache for the slot's block, which
 * is the one at `ref`, as block_cache_get() does, with the same errors; a block
 * that another slot knows is corrupt too.
 */
MUST_USE int block_cache_enter(struct block_cache *cache,
    const struct block_file *file, const struct block_ref *ref,
    block_decode_fn decode, struct block_slot *slot, const void **out,
    uint64_t *bytes_read, struct error *err);
void block_cache_leave(struct block_cache *cache, uint64_t file_key,
    struct block_slot *slot);

/* The slot's memory is going to go; nobody is in it. */
void block_cache_forget(struct block_cache *cache, uint64_t file_key,
    struct block_slot *slot);

/* Where the data is, to ask for its memory: it may be gone; or NULL. */
static inline const void *
block_slot_hint(const struct block_slot *slot)
{
	return atomic_load_explicit(&slot->data, memory_order_relaxed);
}

/*
 * Blocks that this thread has asked for, ever: what lies between two looks is
 * what was done there.
 */
struct block_usage {
	uint64_t hits; /* of slots too */
	uint64_t reads;
	uint64_t entered; /* hits of slots */
};
struct block_usage block_usage(void);

/* Slots that were entered without the cache: its statistics are told now and then. */
void block_cache_count_entered(struct block_cache *cache, uint64_t count);

struct block_cache_stats {
	uint64_t hits;
	uint64_t misses;
	uint64_t evictions;
	uint64_t bytes;
	uint64_t desk_bytes;
};
struct block_cache_stats block_cache_stats(struct block_cache *cache);
