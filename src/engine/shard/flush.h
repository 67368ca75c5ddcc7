/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush.h -- MemTables become segments, on worker threads.
 *
 * A worker takes the oldest frozen MemTable of a shard, waits until its last
 * row is visible (what is not durable must not get into a segment), writes the
 * segment, records it in the MANIFEST, and swaps it into the view in the place
 * of the MemTable, in one step.  Adopted segments are written already: there
 * is only the MANIFEST to tell.  Then files of the log that hold nothing else
 * are released.  When there is nothing to flush, the workers stage parts of
 * large batches (append/stage_part.h).
 *
 * Threads: workers of this module; the functions here are any thread's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/engine.h"
#include "os/thread.h"

struct doomed;
struct flush_request;
struct segment;
struct stage_part;
struct write_batch;

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

	/* Chores: chores.c. */
	struct doomed *doomed;         /* segments that go; owned */
	struct write_batch *unsettled; /* to be committed; by `next` */

	/* Staging: staging.c. */
	struct stage_part
	    *parts;            /* that have shards to be claimed; by `next` */
	pthread_cond_t staged; /* a part is not under way any more */
};

void flusher_init(struct flusher *flusher, struct engine *engine);
MUST_USE int flusher_start(struct flusher *flusher, struct error *err);

/* End the workers; what they are at is finished first. */
void flusher_stop(struct flusher *flusher);
void flusher_release(struct flusher *flusher);

/* The engine has failed: nothing can be promised to be flushed any more. */
void flusher_fail(struct flusher *flusher, const struct error *err);

/* A MemTable was frozen, or the log has passed its bound. */
void flusher_wake(struct flusher *flusher);

/* ---- chores: what is left to a worker by those who must not do files ---- */

/* Take the reference to a segment that nobody will know; its file goes. */
void flusher_discard(struct flusher *flusher, struct segment *segment);

/* Settle a batch, then commit it: it is answered in any case. */
void flusher_settle(struct flusher *flusher, struct write_batch *batch);

/* A worker: do what there is; true if there was something. */
bool flusher_do_chores(struct flusher *flusher);

/* Answer batches that will not be settled; let go what is doomed, if anything. */
void flusher_refuse_unsettled(struct flusher *flusher, const struct error *err);
bool flusher_bury(struct flusher *flusher);

/* ---- staging: parts of large batches ---- */

/*
 * How is a part?  Returns 1: it is done.  0: it is under way, from now on if it
 * was held; `wake`, if not NULL, will be called once when it is no more, on any
 * thread, also if the part is given up.  Or why it has failed; it is held then.
 */
MUST_USE int flusher_stage_ask(struct flusher *flusher, struct stage_part *part,
    void (*wake)(void *arg), void *arg, struct error *err);

/* Under the lock: one that is held (or none: NULL) is under way again. */
void flusher_retry_stage(struct flusher *flusher, struct stage_part *part);

/* Until it is not under way. */
void flusher_stage_wait(struct flusher *flusher, const struct stage_part *part);

/* Take the part, in any state, and free it when no worker is at it. */
void flusher_stage_give_up(struct flusher *flusher, struct stage_part *part);

/* A worker: write one shard of a part; false if there is none. */
bool flusher_do_stage(struct flusher *flusher);

/* Parts that no worker has begun will not be written. */
void flusher_fail_parts(struct flusher *flusher, const struct error *err);
