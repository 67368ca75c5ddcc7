/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_batch.h -- a batch from the inside: for commit, shards and scans.
 *
 * The bytes begin with room for the headers of a group and of a batch
 * (wal_format.h), so that a large batch is written as it is; entries follow.
 * Rows past batch_memory go to staged segments (write_stage.h): these have the
 * batch's first rows, the part that is on its way to them the next, the entries
 * the others.
 *
 * Threads: its session's until engine_commit(); then the bytes do not change,
 * the log and the shards read them, and whoever publishes the batch frees it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "engine/append/row_format.h"
#include "engine/append/row_gather.h"
#include "engine/engine.h"
#include "engine/wal/wal.h"

struct segment;
struct stage_part;

/*
 * A batch's place in the queue of one shard.  The rows are those in entries;
 * when the batch is sealed, those in segments are added.
 */
struct ticket {
	struct ticket *next;
	struct write_batch *batch;
	uint64_t row_count; /* of this shard */
};

/* A type of its rows. */
struct batch_type {
	uint32_t oid;
	int64_t time_min; /* the oldest timestamp */
};

/* A schema change in a batch. */
struct batch_ddl {
	size_t offset; /* of its entry's length, in the bytes */
	size_t len;    /* of its entry */
	const struct catalog *after;
};

/* A segment of rows; their event_ids in it are their ordinals + 1. */
struct staged {
	struct segment *segment; /* referenced */
	uint64_t last_id;        /* rows after it were taken back */
	/*
	 * So many of the batch's changes it knows; and if more were made when
	 * it was written, and taken back since: the catalogue after these,
	 * else NULL.
	 */
	uint32_t ddl_count;
	const struct catalog *catalog; /* owned */
};

struct write_batch {
	struct engine *engine;
	struct buf bytes;
	/* Rows after those in `bytes`, not encoded yet. */
	struct row_gather gather;
	bool is_lost; /* there was no memory to encode rows of the gather */
	/*
	 * The types of rows ever added, distinct: that of the first (oid 0:
	 * none) and, struct batch_type, others.
	 */
	struct batch_type first_type;
	struct buf more_types;
	uint64_t row_count;         /* without those in the gather */
	const struct catalog *base; /* owned: before the first change */
	struct batch_ddl *ddls;     /* catalogues owned */
	uint32_t ddl_count, ddl_room;
	size_t ddl_bytes; /* of their entries */

	/* In the order in which they were written: of each shard, of its rows. */
	struct staged *staged;
	uint32_t staged_count, staged_room;
	struct stage_part *part; /* owned; NULL: none is on its way */
	uint64_t staged_rows; /* the batch's first: in segments or the part */
	uint32_t stagings;    /* that there were: marks know it */
	size_t changes_end;   /* in the bytes: of changes before the last one */
	bool must_settle;     /* some segment has rows that were taken back */
	size_t part_bytes;    /* of the entries that the part has taken */
	size_t counted_bytes; /* of it all, in engine->batch_bytes */

	/* From engine_commit() on. */
	struct write_batch *next; /* in its group, or among those that wait */
	struct commit *commit;    /* NULL once it is told */
	enum sync_mode mode;
	uint64_t first_event_id;
	bool is_numbered;              /* its segments belong to the shards */
	const struct catalog *catalog; /* owned: to decode its rows with */
	struct ticket tickets[];       /* by shard */
};

/*
 * Encode what is gathered: `bytes` and `row_count` are of all rows then.  If
 * there is no memory, the batch is lost: write_batch_check_size() says so.
 */
void write_batch_encode_gathered(struct write_batch *batch);

/* The entries, when nothing is gathered. */
static inline struct reader
write_batch_entries(const struct write_batch *batch)
{
	return reader_over(batch->bytes.data + WAL_BATCH_HEADROOM,
	    batch->bytes.len - WAL_BATCH_HEADROOM);
}

/*
 * STELE_E_OUT_OF_MEMORY if there was none for its bytes; STELE_E_LIMIT if its
 * schema changes are too large.
 */
MUST_USE int write_batch_check_size(const struct write_batch *batch,
    struct error *err);

/* Tell the engine's statistics of its size, if that has changed by much. */
void write_batch_count_bytes(struct write_batch *batch);

/*
 * Append its segments, which are settled, to the entries, write the header in
 * front of these, and zeros behind the bytes of a large batch.
 * STELE_E_OUT_OF_MEMORY or STELE_E_LIMIT.
 */
MUST_USE int write_batch_seal(struct write_batch *batch, struct error *err);

/*
 * Whether a type, as a catalogue knows it, may be given events of that time.
 * STELE_E_DATETIME_OVERFLOW for those older than its horizon; for rows of a kept
 * query STELE_E_SERIALIZATION_FAILURE: it was refreshed meanwhile; the same if the
 * type was dropped.
 */
MUST_USE int write_batch_check_type(const struct event_type *type,
    int64_t time_min, struct error *err);

/*
 * Apply the batch's schema changes to `head`, as the catalogue is now, in
 * effect from `position`, and stamp them with their generations; *out is a new
 * reference to what they make (or to head).  STELE_E_SERIALIZATION_FAILURE if
 * an event type of its rows has gone, STELE_E_DATETIME_OVERFLOW if rows have
 * become too old, or what catalog_apply() answers.
 */
MUST_USE int write_batch_rebase(struct write_batch *batch,
    const struct catalog *head, uint64_t position, const struct catalog **out,
    struct error *err);
