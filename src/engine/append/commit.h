/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.h -- from a batch to a visible position.
 *
 *   engine_commit()        log thread            shard threads
 *   admit, number,   ───►  close the group  ───► apply their tickets
 *   copy, ticket           write, sync           │
 *        │                      └──► publish ◄───┘   whoever is last
 *        └ no room: wait in a queue, first come first served
 *
 * The critical section is under the log's lock: between taking numbers and
 * leaving nothing waits and nothing fails.  What may fail or wait (room in the
 * log and in MemTables, schema conflicts, memory) is asked before.
 *
 * A group of the log is also the unit of application and of publication: its
 * tickets are handed to each shard at once, when it is closed, so that a group
 * costs one wake-up per shard that it concerns; it is published when it is
 * durable and every such shard has applied it, in the order of groups.
 *
 * Invariants
 *   C1  event_ids are given under the log's lock, in the order in which
 *       batches lie in the log: 1, 2, 3 ... without a gap.
 *   C2  A group is published after all earlier ones, when its `pending` is 0.
 *   C3  commit->done() is called once, without a lock.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "engine/wal/wal.h"
#include "os/thread.h"

struct commit_group;
struct room_waiter;
struct ticket;
struct write_batch;

/* What a group asks of one shard. */
struct shard_work {
	struct shard_work *next; /* in the shard's queue */
	struct commit_group *group;
	struct ticket *head;
	struct ticket **tail;
};

struct commit_group {
	struct wal_group wal;      /* first: hooks get it */
	struct commit_group *next; /* newer, among those in flight */
	struct write_batch *head;  /* in the order of the log */
	struct write_batch **tail;
	uint64_t position;             /* visible once it is published */
	const struct catalog *catalog; /* owned: its last change, or NULL */
	size_t bytes;
	bool is_durable;     /* the log thread's */
	atomic_uint pending; /* shards that have to apply it, and the sync */
	struct shard_work work[]; /* by shard */
};

struct committer {
	/* Under the log's lock. */
	uint64_t next_event_id;
	const struct catalog *head; /* owned: newest, maybe not visible yet */
	struct write_batch *waiting_head;
	struct write_batch **waiting_tail;
	struct room_waiter *room_waiters;
	bool has_failed;

	/* Bytes of batches that are numbered and not yet published. */
	atomic_size_t bytes_in_flight;
	atomic_bool has_waiting; /* a hint for those without the lock */

	/* Groups from their beginning to publication; after the log's lock. */
	pthread_mutex_t groups_lock;
	struct commit_group *groups_head;
	struct commit_group **groups_tail;
	bool is_publishing; /* one thread at a time, it takes all there are */
};

/* Takes over the reference to `head`. */
void committer_init(struct committer *committer, const struct catalog *head,
    uint64_t next_event_id);

/* After the threads have ended: frees what was never published. */
void committer_release(struct committer *committer);

/* A new reference to the catalogue after all that is in the log. */
const struct catalog *commit_catalog(struct engine *engine);

/* The log's hooks, with the engine as argument. */
struct wal_hooks commit_hooks(struct engine *engine);

/*
 * The second half of engine_commit(), when no segment of the batch has anything
 * in it that was taken back; and the end of a batch that is not numbered.
 */
void commit_settled(struct engine *engine, struct write_batch *batch);
void commit_refuse(struct write_batch *batch, int rc, const struct error *err);

/* Room may have come: admit those who wait, in order. */
void commit_admit_waiting(struct engine *engine);

/* A shard has applied its part of the group. */
void commit_applied(struct engine *engine, struct commit_group *group);

/* After a failure: every batch that is not numbered is answered with it. */
void commit_stop(struct engine *engine);
