/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_batch.h -- a batch from the inside: for commit, shards and scans.
 *
 * The bytes begin with room for the headers of a group and of a batch
 * (wal_format.h), so that a large batch is written as it is; entries follow.
 *
 * Threads: its session's until engine_commit(); then the bytes do not change,
 * the log and the shards read them, and whoever publishes the batch frees it.
 */
#pragma once

#include <stdint.h>

#include "common/buf.h"
#include "engine/append/row_format.h"
#include "engine/engine.h"
#include "engine/wal/wal.h"

/* A batch's place in the queue of one shard. */
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
	const struct catalog *after;
};

struct write_batch {
	struct engine *engine;
	struct buf bytes;
	struct buf row_types; /* uint32_t, one a row; empty until asked for */
	/*
	 * The types of rows ever added, distinct: that of the first (oid 0:
	 * none) and, struct batch_type, others.
	 */
	struct batch_type first_type;
	struct buf more_types;
	uint64_t row_count;
	const struct catalog *base; /* owned: before the first change */
	struct batch_ddl *ddls;     /* catalogues owned */
	uint32_t ddl_count, ddl_room;

	/* From engine_commit() on. */
	struct write_batch *next; /* in its group, or among those that wait */
	struct commit *commit;    /* NULL once it is told */
	enum sync_mode mode;
	uint64_t first_event_id;
	const struct catalog *catalog; /* owned: to decode its rows with */
	struct ticket tickets[];       /* by shard */
};

/* The entries. */
static inline struct reader
write_batch_entries(const struct write_batch *batch)
{
	return reader_over(batch->bytes.data + WAL_BATCH_HEADROOM,
	    batch->bytes.len - WAL_BATCH_HEADROOM);
}

/* STELE_E_LIMIT if it is too large; STELE_E_OUT_OF_MEMORY. */
MUST_USE int write_batch_check_size(const struct write_batch *batch,
    struct error *err);

/*
 * Write the header in front of the entries, and zeros behind the bytes of a
 * large batch.  STELE_E_OUT_OF_MEMORY or STELE_E_LIMIT.
 */
MUST_USE int write_batch_seal(struct write_batch *batch, struct error *err);

/* STELE_E_DATETIME_OVERFLOW for events older than the type's horizon. */
MUST_USE int write_batch_check_age(const struct event_type *type,
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
