/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush.h -- MemTables become segments, on worker threads.
 *
 * A worker takes the oldest frozen MemTable of a shard, waits until its last
 * row is visible (what is not durable must not get into a segment), writes the
 * segment, records it in the MANIFEST, and swaps it into the view in the place
 * of the MemTable, in one step.  Then files of the log that hold nothing else
 * are released.
 *
 * Invariants
 *   L1  The MANIFEST names a segment only when the segment is synced; the log
 *       is released only when the MANIFEST says how far each shard has got.
 *   L2  The MANIFEST has one writer at a time: manifest_lock.
 *   L3  A catalogue is in the MANIFEST before the log that made it goes.
 *
 * Threads: workers of this module; the functions here are any thread's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/engine.h"
#include "os/thread.h"

struct flush_request;
struct manifest;

struct flusher {
	struct engine *engine;
	struct os_thread *workers; /* worker_count */
	uint32_t worker_count;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping;
	bool has_work;       /* flusher_wake() since it was looked */
	int64_t retry_ns;    /* not before; 0: at once */
	uint32_t next_shard; /* where the next look begins: fairness */
	struct flush_request *requests; /* engine_flush() */
	struct error failure; /* code 0: none; else every request gets it */

	pthread_mutex_t manifest_lock;
	struct manifest *manifest; /* owned */
	uint64_t next_segment;     /* L2 */
	uint64_t generation;       /* of the catalogue in it */
	uint64_t wal_file;         /* first that it says is needed */
};

/* Takes over the MANIFEST. */
void flusher_init(struct flusher *flusher, struct engine *engine,
    struct manifest *manifest);
MUST_USE int flusher_start(struct flusher *flusher, struct error *err);

/* End the workers; what they are at is finished first. */
void flusher_stop(struct flusher *flusher);

/*
 * After the log has been closed and all is published: the MANIFEST says how
 * far the log goes, so that a log that ends before has lost something.  Best
 * effort.
 */
void flusher_note_end(struct flusher *flusher, uint64_t synced_group);
void flusher_release(struct flusher *flusher);

/* The engine has failed: nothing can be promised to be flushed any more. */
void flusher_fail(struct flusher *flusher, const struct error *err);

/* A MemTable was frozen, or the log has passed its bound. */
void flusher_wake(struct flusher *flusher);
