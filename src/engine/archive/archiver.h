/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archiver.h -- the thread that archives finished log files (ADR 25).
 *
 * It takes one file after the other, and only then may they go: a file of the
 * log is needed until its rows are in segments and it is archived.  While that
 * fails the log grows, stores go on, and it is tried again.
 *
 * Which file is next is not noted anywhere: the archive's last file says how
 * far it goes.  A crash therefore loses nothing, and leaves at most a temporary
 * file, which is overwritten.
 *
 * A file from before archiving was switched on may name segments that merges
 * have replaced since.  It is left out: that is a gap, as if it had gone.
 *
 * Invariants
 *   V1  A file is archived only when all its groups are synced, and entirely.
 *   V2  wal_archived() is told of a file when it is synced, and its name too.
 *   V3  An archive gets files of one history: of one directory, and, where
 *       both have the same group, with the same content in it.
 *   V4  A segment that the log names stays until the log's file is archived,
 *       whatever merges and retention have made of it, over restarts too.
 *   V5  A file that is archived comes behind all that the archive has, by
 *       number and by group: none is ever replaced.
 *
 * Threads: its own; archiver_wake() and engine_archive_status() are any
 * thread's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/engine.h"
#include "os/file.h"
#include "os/thread.h"

struct engine;
struct segment;

struct archiver {
	struct engine *engine;  /* NULL: nothing is archived */
	char dir[OS_PATH_SIZE]; /* of the archive */
	uint64_t start_group;   /* last one when the engine was opened */
	struct os_thread thread;

	/* Its thread's own, and before and after it the opener's. */
	struct os_file *file_lock; /* on the archive; NULL: not opened yet */
	uint64_t group;            /* archived up to this one; 0: none */
	uint64_t file;             /* the archive's last; 0: it has none */
	int64_t pause_ns;          /* until it is tried again */

	pthread_mutex_t lock; /* all below */
	pthread_cond_t wake;
	bool is_stopping;
	bool has_work;   /* archiver_wake() since it was looked */
	struct buf held; /* struct segment *: references, archiver_hold() */
	struct archive_status status;
};

/* From the engine's options; STELE_E_LIMIT for a path that is too long. */
MUST_USE int archiver_init(struct archiver *archiver, struct engine *engine,
    struct error *err);
bool archiver_is_on(const struct archiver *archiver);

/*
 * Look into the archive and start the thread.  An archive that cannot be read
 * now is tried again; one that is in use (STELE_E_OBJECT_IN_USE), or that is of
 * another history (STELE_E_NOT_IN_PREREQUISITE_STATE), is an error.
 */
MUST_USE int archiver_start(struct archiver *archiver, struct error *err);

/*
 * The log names these segments: their files stay until its file is archived.
 * False without memory.
 */
MUST_USE bool archiver_hold(struct archiver *archiver,
    struct segment *const *segments, uint32_t count);

/* A file of the log may be finished. */
void archiver_wake(struct archiver *archiver);

/* End the thread; and when the log has ended too, archive what is left. */
void archiver_stop(struct archiver *archiver);
void archiver_finish(struct archiver *archiver);
void archiver_release(struct archiver *archiver);
