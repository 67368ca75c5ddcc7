/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shard.h -- the owner of all contexts that hash to it.
 *
 * A shard's thread is the only writer of its active MemTable.  It takes the
 * work of one group after the other, in the order of the log, hence of
 * event_id, and applies it unseen: readers look no further than the published
 * position.  When the active MemTable is full, old enough, or a flush was
 * asked for, the thread freezes it, starts another, and hands the frozen one
 * to the flusher.
 *
 * The segments of a large batch are adopted: they are written already, and
 * wait among the frozen MemTables until the MANIFEST names them.  The active
 * MemTable is frozen before, so that what a shard has in memory and in adopted
 * segments lies in stretches of event_ids, one after the other.
 *
 * Backpressure: when FROZEN_MAX of these wait to be flushed and the active
 * MemTable is full as well, the shard is full: batches with rows for it wait
 * before they get numbers, and batches with segments for it even if the active
 * one is not full.  If it is full because the last try to flush has failed,
 * they are refused with that failure, until a later try succeeds.  Flushes in
 * turn wait for merges when these are behind (compactor.h, K5).
 *
 * Invariants
 *   S1  Work is applied in the order in which it was pushed.
 *   S2  A MemTable is in the view before it takes its first row.
 *   S3  Frozen MemTables are flushed, and adopted segments named by the
 *       MANIFEST, one after the other, oldest first.
 *
 * Threads: each function says which.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/engine.h"
#include "os/thread.h"

struct buf;
struct memtable;
struct segment;
struct shard_status;
struct shard_work;

#define FROZEN_MAX 3

/*
 * A MemTable on its way to becoming a segment; or the adopted segments of one
 * batch, on theirs into the MANIFEST.
 */
struct frozen {
	struct frozen *next;
	struct memtable *memtable; /* referenced; NULL: segments */
	struct segment **segments; /* referenced, ascending event_ids; owned */
	uint32_t segment_count;
};

struct shard {
	struct engine *engine;
	uint32_t id;
	struct os_thread thread;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct shard_work *work_head;
	struct shard_work **work_tail;
	bool is_waiting;            /* the thread, for `wake` */
	bool is_stopping;           /* after the work there is */
	bool must_rotate;           /* a flush was asked for */
	struct frozen *frozen_head; /* oldest first; the first may be in work */
	struct frozen **frozen_tail;
	uint32_t frozen_count;
	bool is_flushing;         /* a worker has the first one */
	struct error flush_error; /* of the last try; code 0: it went well */

	/* Of the active MemTable, by the thread; 0 while it has no row. */
	uint64_t active_first_event_id;
	size_t active_bytes;
	uint64_t active_rows;

	uint64_t flushed_event_id; /* at start: replay leaves these out */

	/* Taken before the view's lock by who changes the shard's part. */
	pthread_mutex_t view_lock;

	atomic_bool is_full;
	atomic_bool is_behind; /* FROZEN_MAX wait, or more */

	/* The thread's own. */
	struct memtable *active; /* referenced */
	int64_t active_since_ns; /* of its first row */
};

/* Make the MemTable, ready for rows; the thread starts later. */
MUST_USE int shard_init(struct shard *shard, struct engine *engine, uint32_t id,
    uint64_t flushed_event_id, struct error *err);
MUST_USE int shard_start(struct shard *shard, struct error *err);

/* Apply what was pushed and end the thread. */
void shard_stop(struct shard *shard);
void shard_release(struct shard *shard);

/* The log thread: work for the shard.  Wakes it. */
void shard_push(struct shard *shard, struct shard_work *work);

/* Any thread. */
static inline bool
shard_is_full(const struct shard *shard)
{
	return atomic_load(&shard->is_full);
}

static inline bool
shard_is_behind(const struct shard *shard)
{
	return atomic_load(&shard->is_behind);
}

/* Any thread: freeze the active MemTable soon if it has rows. */
void shard_request_flush(struct shard *shard);

/*
 * A worker: the oldest that is frozen, to be flushed by this worker alone, or
 * NULL.  Then say that the MANIFEST names its segments.
 */
const struct frozen *shard_take_frozen(struct shard *shard);
void shard_flushed(struct shard *shard);

/* A worker could not flush it: it stays the oldest, for another try. */
void shard_flush_failed(struct shard *shard, const struct error *err);

/* A worker does not flush it: the same, without a failure. */
void shard_put_back(struct shard *shard);

/* Any thread: is it full for a reason that waiting does not end?  0 or a code. */
MUST_USE int shard_check_flush(struct shard *shard, struct error *err);

/*
 * Any thread: every row of the shard up to this event_id is in a segment; at
 * least `visible` if it has none in memory.
 */
uint64_t shard_flushed_position(struct shard *shard, uint64_t visible);

/* Any thread: what of *out the shard itself knows. */
void shard_status(struct shard *shard, struct shard_status *out);

/*
 * Recovery, before the threads: apply one batch's rows of this shard.  Adopted
 * segments are looked at: STELE_E_CORRUPT with file and place.
 */
struct wal_replay_batch;
MUST_USE int shard_replay(struct shard *shard, const struct catalog *catalog,
    const struct wal_replay_batch *batch, struct error *err);

/* Recovery: append the numbers of adopted segments, uint64_t each. */
void shard_adopted_numbers(const struct shard *shard, struct buf *out);
