/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.h -- what holds the events, as an immutable list, and snapshots of it.
 *
 * A view lists the segments and MemTables of every shard.  It changes when a
 * MemTable is started or becomes a segment, when the segments of a large batch
 * are adopted, and when segments are merged: a new view is made and swapped in,
 * and whoever holds the old one keeps all of it alive.
 *
 * Invariants
 *   R1  Segments are in the order of their first event_id and may interleave,
 *       as merges cut by time; the MemTables, oldest first, have events that
 *       are later than all in these.  Adopted segments, which the MANIFEST does
 *       not name yet, and MemTables have events in turn.  No event is in two
 *       of them.
 *   R2  A MemTable is in the current view before it takes its first row, and
 *       an adopted segment before its rows are published; so a view taken
 *       after reading a position holds every event up to it.
 *   R3  Position, catalogue and view of a snapshot are read under one lock,
 *       and position and catalogue are published together under it.
 *   R4  A snapshot that is too old has given up its view: nothing is opened
 *       in it any more (72000), and what is open holds what it reads itself.
 *
 * Threads: any; references are atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "engine/engine.h"
#include "os/thread.h"

struct memtable;
struct segment;

/* One shard's part; shared by views in which it is the same. */
struct shard_view {
	atomic_uint refs;
	uint32_t segment_count;
	uint32_t adopted_count;
	uint32_t memtable_count;
	struct segment **segments;   /* referenced; the MANIFEST names them */
	struct segment **adopted;    /* referenced; it will, in this order */
	struct memtable **memtables; /* referenced */
};

struct view {
	atomic_uint refs;
	uint32_t shard_count;
	struct shard_view *shards[];
};

struct snapshot {
	atomic_uint refs;
	uint64_t position;
	const struct catalog *catalog;
	struct view_holder *holder;
	struct snapshot *older, *younger; /* under the holder's lock */

	/* R4 */
	pthread_mutex_t lock;
	struct view *view; /* under the lock, or between enter and leave */
	uint32_t user_count;
	atomic_bool is_too_old; /* set under the lock, once */
};

/* Who waits for a position to become visible. */
struct view_waiter;

/* The current state; embedded in the engine. */
struct view_holder {
	uint32_t shard_count; /* constant */
	pthread_mutex_t lock;
	struct view *view;
	const struct catalog *catalog;
	atomic_uint_least64_t position; /* stored under the lock, release */
	struct view_waiter *waiters;
	struct snapshot *oldest, *youngest; /* of all that there are */
	uint64_t kept_mark;   /* of the last look at what they keep */
	pthread_cond_t moved; /* the position, for those who may block */
	bool is_closed;       /* the position will not move any more */
};

/* Empty, at position 0 and without a catalogue: view_publish() follows. */
MUST_USE int view_init(struct view_holder *holder, uint32_t shard_count,
    struct error *err);
void view_release(struct view_holder *holder);

/* A shard's part as it is, a new reference. */
struct shard_view *view_shard(struct view_holder *holder, uint32_t shard);
void shard_view_unref(struct shard_view *part); /* NULL is allowed */

/*
 * A change that the MANIFEST has cannot be taken back: who has found no memory
 * for it waits a moment before he tries again.
 */
void view_rest(void);

/*
 * Change one shard's part: add a MemTable at the end; put a segment in the
 * place of the oldest MemTable; add adopted segments at their end; say that the
 * MANIFEST names the oldest of these; put segments in the place of others,
 * which are there (MUST; in any order, maybe none).  References are taken.
 * STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int view_add_memtable(struct view_holder *holder, uint32_t shard,
    struct memtable *memtable, struct error *err);
MUST_USE int view_replace_memtable(struct view_holder *holder, uint32_t shard,
    struct memtable *oldest, struct segment *segment, struct error *err);
MUST_USE int view_add_adopted(struct view_holder *holder, uint32_t shard,
    struct segment *const *segments, uint32_t count, struct error *err);
MUST_USE int view_settle_adopted(struct view_holder *holder, uint32_t shard,
    uint32_t count, struct error *err);
MUST_USE int view_replace_segments(struct view_holder *holder, uint32_t shard,
    struct segment *const *removed, uint32_t removed_count,
    struct segment *const *added, uint32_t added_count, struct error *err);

/*
 * R3: the new position and, unless NULL, catalogue (a reference that is taken
 * over).  Wakes who waited for it, without the lock.
 */
void view_publish(struct view_holder *holder, uint64_t position,
    const struct catalog *catalog);

/* Wake everybody: nothing will be published any more. */
void view_close(struct view_holder *holder);

/* Block until the position is reached; false if it never will be. */
bool view_wait(struct view_holder *holder, uint64_t position);

/*
 * Use a snapshot's view: 0, or STELE_E_SNAPSHOT_TOO_OLD.  Between these two the
 * view and all that it lists is there.
 */
MUST_USE int snapshot_enter(struct snapshot *snapshot, struct error *err);
void snapshot_leave(struct snapshot *snapshot);

/* STELE_E_SNAPSHOT_TOO_OLD if it is. */
MUST_USE int snapshot_check(const struct snapshot *snapshot, struct error *err);

/*
 * snapshot_memory.c: a MemTable has become a segment, and is kept by snapshots
 * alone.  If those keep more than `limit_bytes` in all, the oldest of them are
 * too old from now on.
 */
void view_limit_snapshots(struct view_holder *holder, struct memtable *flushed,
    size_t limit_bytes);

/* What snapshots alone keep now. */
size_t view_kept_bytes(struct view_holder *holder);

/* The view's own, for snapshot_memory.c. */
void view_unref(struct view *view);
