/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_part.h -- the entries of a batch that are written as segments while the
 * batch takes the next ones.
 *
 *         flusher_stage_ask()            written, or not
 *   HELD ───────────────────► UNDER_WAY ─────────────────► DONE, FAILED
 *     ▲                                                             │
 *     └──────────────── once the batch has been told ───────────────┘
 *
 * A batch has one part at a time, and fills its entries again meanwhile: so it
 * takes twice batch_memory.  A part that has failed keeps its entries and may
 * be tried again; of one that is done only the segments are left.  The shards
 * of a part are written by different workers at the same time, the segments of
 * one shard one after the other.
 *
 * Threads: a part is its batch's, but while it is under way the flusher's
 * (shard/staging.c).  What is marked so is under flusher->lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "engine/append/write_batch.h"

struct catalog;
struct engine;
struct reader;
struct segment;
struct segment_meta;

enum stage_state { STAGE_HELD, STAGE_UNDER_WAY, STAGE_DONE, STAGE_FAILED };

/* The rows of one shard: of the worker that has claimed it. */
struct stage_shard {
	uint64_t row_count;
	struct segment **segments; /* referenced */
	uint32_t segment_count, segment_room;
};

struct stage_part {
	/* The batch's thread alone. */
	uint64_t first_row; /* of the batch */
	struct staged kept; /* what each segment is to be; it has none itself */

	/* Constant until it is done. */
	struct engine *engine;
	const struct catalog *catalog; /* to decode the rows with; owned */
	struct buf bytes;              /* as those of a batch */

	/* Under flusher->lock. */
	struct stage_part *next;
	enum stage_state state;
	uint32_t next_shard;     /* to be claimed; past the last: none */
	uint32_t claimed;        /* shards that workers are at */
	bool is_given_up;        /* whoever ends it frees it */
	struct error err;        /* code 0: none has failed */
	void (*wake)(void *arg); /* once it is not under way; NULL: nobody */
	void *wake_arg;

	struct stage_shard shards[];
};

/* A part without entries; NULL: out of memory. */
struct stage_part *stage_part_new(struct engine *engine,
    const struct catalog *catalog);

/* With the segments that it still has, whose files go. */
void stage_part_free(struct stage_part *part);

/* Give up its segments, but keep the entries. */
void stage_part_drop_segments(struct stage_part *part);

/*
 * Write the rows of a shard.  STELE_E_DISK_FULL, STELE_E_OS,
 * STELE_E_OUT_OF_MEMORY; segments that are whole are the part's even so.
 */
MUST_USE int stage_part_write(struct stage_part *part, uint32_t shard,
    struct error *err);

/* ---- one of its segments: stage_segment.c ---- */

/* Where an entry begins in the bytes of the part. */
struct stage_place {
	const uint8_t *entry;
	uint32_t type_oid;
};

/*
 * The shard's next entries from *entries on, as many as a segment takes: places
 * in the order in which it has them.  None: there are no more.
 */
MUST_USE int stage_find_entries(const struct stage_part *part, uint32_t shard,
    struct reader *entries, struct buf *places, struct error *err);

/* Write them.  On failure no file is left.  Errors of a segment_writer. */
MUST_USE int stage_write_segment(const struct stage_part *part, uint32_t shard,
    const struct buf *places, uint64_t number, struct segment_meta *out,
    struct error *err);

/* Files are synced as often as this: others use the disk too. */
#define STAGE_SYNC_BYTES ((uint32_t)8 << 20)
