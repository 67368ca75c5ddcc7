/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal.h -- the log being written: groups of batches, one write and one sync
 * each.
 *
 * Whoever commits takes the log's lock, asks for room, copies his batch into
 * the group that is being filled, and unlocks.  The log thread takes the group
 * as soon as it is free: while it writes and syncs one, the next one fills.
 * There is no timer.
 *
 * A large batch is not copied: it is a group of its own, written from its own
 * memory, which has room for the group's header in front.
 *
 * Places are given under the lock, in files that are already full of zeros, so
 * that a group that was admitted can be written without the disk growing.
 * Another thread makes the next file in the background, or renames one that is
 * needed no more; wal_admit() answers "wait" until it is there.
 *
 * Invariants
 *   W1  Groups lie in the files in the order of their numbers, no number is
 *       missing, and none lies in two files.
 *   W2  When a group is written into a new file, all groups of the older ones
 *       are synced.
 *   W3  The position "known to be synced" in a header was synced when the
 *       header was made.
 *   W4  A failed write or sync of a group is never repeated: the log has
 *       failed, for ever.
 *   W5  An adopted group has the one batch whose bytes it is: it takes no
 *       other, not even while it waits to be written.
 *
 * Threads: the log thread and the file thread are inside; hooks run on them,
 * never under the lock.  Rank of the lock: doc/threads.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/wal/wal_format.h"

struct error;
struct log_status;
struct os_fs;
struct wal;
struct wal_file;

/* Content of a group that is copied together; a larger batch stands alone. */
#define WAL_BUFFER_SIZE    (2u * 1024 * 1024)
#define WAL_COPY_SIZE_MAX  (256u * 1024)
#define WAL_BATCH_HEADROOM (WAL_GROUP_HEADER_SIZE + WAL_BATCH_HEADER_SIZE)

/* Embedded by the owner, who fills what is marked; the rest is the log's. */
struct wal_group {
	struct wal_group *next;
	uint8_t *data;           /* its bytes, header first */
	uint64_t len;            /* header and content */
	uint64_t number;         /* W1 */
	struct wal_file *file;   /* its place */
	uint64_t offset;         /* in the file */
	uint64_t first_event_id; /* the owner's, before wal_begin() */
	uint64_t last_event_id;  /* the owner's; 0 while it has no rows */
	uint64_t generation;     /* the owner's: last catalogue in it, or 0 */
	bool must_sync;          /* the owner's: someone waits for the disk */
	bool is_adopted;         /* data is the owner's */
};

struct wal_hooks {
	void *arg;
	/* No batch is added any more; before it is written. */
	void (*closed)(void *arg, struct wal_group *group);
	/* The kernel has its bytes; not called after a failure. */
	void (*written)(void *arg, struct wal_group *group);
	/* These, linked by next, are durable; the log forgets them. */
	void (*synced)(void *arg, struct wal_group *groups);
	/* wal_admit() may answer otherwise than before. */
	void (*room)(void *arg);
	/* The next file is there; all that are needed take so many bytes. */
	void (*grown)(void *arg, uint64_t size_bytes);
	/* W4, once, with STELE_E_OS.  The log forgets every group. */
	void (*failed)(void *arg, const struct error *err);
};

struct wal_options {
	const char *dir;          /* of the log files; copied */
	uint64_t key;             /* of the checksums */
	uint64_t file_size_bytes; /* a multiple of WAL_ALIGN */
	int64_t sync_interval_ns; /* longest that written bytes stay unsynced */
	uint64_t
	    next_file_number; /* none of this or a higher number is there */
	uint64_t next_group_number; /* all before are synced */
	uint64_t next_event_id;     /* likewise */
	bool is_archived; /* no file goes before wal_archived() says so */
};

/* A file in which no group will be written any more, and all are synced. */
struct wal_finished {
	uint64_t number;
	uint64_t first_group;
	uint64_t last_group;
};

/* A file of an earlier run, for wal_release(); in ascending number. */
struct wal_old_file {
	uint64_t number;
	uint64_t size_bytes;
	uint64_t first_group;
	uint64_t last_event_id;
	uint64_t generation;
};

/* Start the threads.  The first file is made in the background. */
MUST_USE int wal_open(struct os_fs *fs, const struct wal_options *options,
    const struct wal_old_file *old_files, size_t old_file_count,
    const struct wal_hooks *hooks, struct wal **out, struct error *err);

/*
 * Write and sync what there is, stop the threads.  Then all files are finished,
 * unless it has failed.  The number of the last group that is synced.
 */
uint64_t wal_stop(struct wal *wal);

/* Stop it, if that has not been done; NULL is allowed. */
void wal_close(struct wal *wal);

void wal_lock(struct wal *wal);
void wal_unlock(struct wal *wal); /* and wake the log thread if it has work */

/*
 * Under the lock: is there room for a batch of `len` bytes, its header
 * included?  1: yes, append it to *group, or begin a new group if that is
 * NULL; 0: not now, hooks->room() will be called; STELE_E_DISK_FULL or what
 * else kept the next file from being made; STELE_E_OS after W4.
 */
MUST_USE int wal_admit(struct wal *wal, uint64_t len, struct wal_group **group,
    struct error *err);

/* Under the lock, after wal_admit() said so.  None of them can fail. */
void wal_begin(struct wal *wal, struct wal_group *group, uint64_t len);
void wal_append(struct wal *wal, struct wal_group *group, const uint8_t *batch,
    size_t len);

/*
 * A group of one batch of more than WAL_COPY_SIZE_MAX bytes: `data` has room
 * for the group's header, the batch, and zeros up to WAL_ALIGN.
 */
void wal_adopt(struct wal *wal, struct wal_group *group, uint8_t *data,
    uint64_t len);

/*
 * The first file that is needed when rows up to `event_id` and catalogues up
 * to `generation` are stored elsewhere, and the number of the first group that
 * is or will be in it; 0 if there is none yet.  Once both are on disk (in the
 * MANIFEST), wal_release() recycles or removes the files before it.
 */
uint64_t wal_first_needed(struct wal *wal, uint64_t event_id,
    uint64_t generation, uint64_t *first_group);
void wal_release(struct wal *wal, uint64_t first_needed);

/*
 * The first finished file that has groups after number `group`; false if there
 * is none.  wal_archived(): those up to `group` are archived, and
 * wal_first_needed() may go past their files.
 */
bool wal_next_finished(struct wal *wal, uint64_t group,
    struct wal_finished *out);
void wal_archived(struct wal *wal, uint64_t group);

/* Number of a group that is synced, as are all before it. */
uint64_t wal_synced_group(const struct wal *wal);

/*
 * Bytes of the files from the first one on that holds more than rows up to
 * `event_id` and catalogues up to `generation`: others wait for being archived,
 * or copied.
 */
uint64_t wal_size(struct wal *wal, uint64_t event_id, uint64_t generation);

/* What of *out the log itself knows. */
void wal_status(struct wal *wal, struct log_status *out);
