/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_replay.h -- the log being read: at start, and by verification.
 *
 * Where the groups of the log end, a write may have been cut off: what follows
 * is the torn tail, and is cut.  But a group that is damaged although some
 * later valid group, or the MANIFEST, says that it was synced is corruption
 * (STELE_E_CORRUPT), and so is a group that is missing between two files, or
 * before the first.
 *
 * The surviving tail.  Groups that no later group knows to be synced may be in
 * the page cache alone, left by a process whose sync failed or was killed
 * before: the kernel may have marked the pages clean (D3).  The last file is
 * then copied as far as it is valid, the copy synced and renamed over it,
 * before anybody sees what it says.  On a disk without room for that it is
 * written again in its place.
 *
 * Threads: before the engine's own are started.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/wal/wal.h"

struct error;
struct os_fs;
struct reader;

struct wal_replay_batch {
	uint64_t first_event_id; /* of its rows */
	uint64_t row_count;
	const uint8_t *entries; /* valid during the call */
	size_t len;
	uint64_t generation; /* out: of the last schema change in it, or 0 */
	bool has_segments;   /* for those who read it */
};

/*
 * The next batch of a group's content: 1, 0 at its end, -1 if it is malformed.
 * *event_id, that of its first row, is moved past its rows.
 */
int wal_next_batch(struct reader *content, uint64_t *event_id,
    struct wal_replay_batch *out);

struct wal_replay_options {
	const char *dir;       /* of the log files */
	uint64_t key;          /* of the checksums */
	uint64_t first_file;   /* older ones are removed */
	uint64_t first_group;  /* number that the log begins with; not 0 */
	uint64_t synced_group; /* it is there, as are all before it; or 0 */
	bool is_read_only;     /* verify: change nothing */
	const char *reserve;   /* removed if the copy finds the disk full */
	void *arg;
	/* Each batch in order; an error ends the replay. */
	int (*batch)(void *arg, struct wal_replay_batch *batch,
	    struct error *err);
};

/* Release with wal_replay_release(), after an error too. */
struct wal_replay {
	struct wal_old_file *files; /* those with groups, ascending */
	size_t file_count;
	uint64_t next_file_number;
	uint64_t next_group_number;
	uint64_t next_event_id; /* 0 if the log is empty */
	uint64_t group_count;
	uint64_t bytes;
	bool is_torn;       /* a tail was cut */
	uint64_t torn_file; /* where */
	uint64_t torn_offset;
	bool has_copied_tail;
};

MUST_USE int wal_replay(struct os_fs *fs,
    const struct wal_replay_options *options, struct wal_replay *out,
    struct error *err);
void wal_replay_release(struct wal_replay *replay);
