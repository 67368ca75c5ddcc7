/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compactor.h -- merges in the background.
 *
 * Threads of low priority look at one shard after the other: policy.h
 * says what to merge, merge.h does it, and the result is put in the place of
 * the inputs, in the MANIFEST and in the view, each in one step.  A shard is
 * merged by one thread at a time.  Input files go with the last snapshot that
 * uses them.
 *
 * Invariants
 *   K1  Inputs are given up only when the MANIFEST, synced, names the outputs,
 *       which were synced and verified before (promise C4).
 *   K2  Nobody waits for a merge but who asked for it, and K5.  What goes wrong
 *       in one is told, and tried again later; appends and reads do not notice.
 *   K3  A segment that can not be read is left alone until the next start.
 *   K4  Events that are older than the horizon of their type go with their
 *       segment, if all are, or else with a merge (merge_past.c).
 *   K5  A shard that has max_small_segments small ones (policy.h) is flushed
 *       once for each merge of it: who appends faster than is merged waits when
 *       the MemTables are full (shard.h), at the pace of the merges.  Flushes
 *       are held for merges only that go on: not while compaction is off or
 *       paused, nor after one has failed, nor when there is nothing to merge.
 *
 * Pace.  While others read or append, a merge works a quarter of the time, and
 * not at all while a shard is full, unless flushes wait for it; it keeps to a
 * rate, if one is configured; it does not start without room on the disk for all
 * that it will write, and ends when a flush finds none.  Time in which it had to
 * wait for a processor is rest; and a shard that is behind with its small
 * segments rests less.
 *
 * A low priority is enough, and the lowest would be too low: what gets no
 * processor falls behind for ever.  Measured on 2 cores with two other processes
 * that never wait and 16 runnable tasks on average, 48,000 rows/s in flushes of
 * 1 MB, queries, and 50 durable stores/s: segments after 30 s, and the p99 of
 * the stores.
 *
 *     nice 19, rests 3 times as long as it took    628, 684    35, 39 ms
 *     nice 10, rests by its processor time         104, 182    70, 32 ms
 *     nice  5, the same                             44,  31    59, 32 ms
 *
 * With 16,000 rows/s there were 331 and 336, then 13 to 23, then 12 and 13
 * segments, with a p99 of 30 to 43, 24 to 32, and 24 and 26 ms.  Queries gain,
 * as they have fewer segments to read.
 *
 * Threads: all functions may be called by any.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/compact/policy.h"
#include "engine/engine.h"
#include "os/thread.h"

struct compact_task;
struct segment;

#define COMPACT_HISTORY 32 /* merges that are remembered */

/* What the compactor knows of a shard. */
struct compact_shard {
	bool is_busy;         /* a thread has it */
	bool is_changed;      /* since it was last found to need nothing */
	bool is_forced;       /* all that can be merged is to be */
	int64_t forced_us;    /* the width of windows meanwhile; 0: not known */
	uint32_t forced_left; /* merges that it may take at most */
	int64_t retry_ns;     /* not before; 0: at once */
	int last_code;        /* of a failure that was told; 0: none */
	uint64_t merges;      /* of it that were published, and .. */
	uint64_t merges_at_flush; /* .. so many when it got a segment last */
	bool holds_flush;         /* of it, until this is false (K5) */
	uint64_t *bad; /* numbers of segments that are left alone; owned */
	uint32_t bad_count;
};

struct compactor {
	struct engine *engine;
	struct os_thread *threads;  /* owned */
	struct compact_task *tasks; /* one a thread; owned */
	uint32_t thread_count;
	struct compact_policy policy;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t wake;  /* for threads: something to do, or to stop */
	pthread_cond_t done;  /* for who waits: a forced shard has ended */
	bool is_stopping;
	bool is_paused;
	struct error engine_failure;  /* code 0: it has not failed */
	struct compact_shard *shards; /* owned */
	uint32_t next_shard;          /* where the next look begins */
	uint64_t next_id;
	uint64_t merge_count;   /* that were published */
	uint64_t failure_count; /* of forced merges */
	struct error failure;   /* of the last of these */
	struct compaction_status history[COMPACT_HISTORY]; /* a ring */
	uint64_t history_count;                            /* ever */
};

/* Release in any case, once it was zeroed. */
MUST_USE int compactor_init(struct compactor *compactor, struct engine *engine,
    struct error *err);
MUST_USE int compactor_start(struct compactor *compactor, struct error *err);

/* End the threads; what they are at is given up. */
void compactor_stop(struct compactor *compactor);
void compactor_release(struct compactor *compactor);

/* The engine has failed: no merge goes on, or begins. */
void compactor_fail(struct compactor *compactor, const struct error *err);

/*
 * Under the lock: may merges go on?  STELE_E_ADMIN_SHUTDOWN: it is to stop; or
 * why the engine has failed.
 */
MUST_USE int compactor_check(const struct compactor *compactor,
    struct error *err);

/* A shard has got a segment. */
void compactor_wake(struct compactor *compactor, uint32_t shard);

/* ---- K5: compact_hold.c ---- */

/*
 * May what a shard has frozen be flushed?  If not, the flusher is woken when it
 * is to ask again.
 */
bool compactor_lets_flush(struct compactor *compactor, uint32_t shard);

/* Is it held; is any? */
bool compactor_holds_flush(struct compactor *compactor, uint32_t shard);
bool compactor_holds_any(struct compactor *compactor);

/* Under the lock: is a shard to be looked at for a merge? */
bool compactor_is_due(const struct compactor *compactor,
    const struct compact_shard *shard, int64_t now_ns);

/* How many of a shard's segments are small. */
uint32_t compactor_count_small(const struct compactor *compactor,
    uint32_t shard);
