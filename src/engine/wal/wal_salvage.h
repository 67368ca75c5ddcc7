/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wal_salvage.h -- what can still be read of a log that is corrupt.
 *
 * Every place at which a group may lie is looked at, so that what follows a
 * damaged one is found.  Groups above the last that is known to be synced are a
 * torn tail as ever: with the first of them that is missing the log ends.  Events
 * may be missing between two groups that follow each other.
 *
 * Nothing is changed.  Threads: before the engine's own are started.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/wal/wal_replay.h"

struct error;
struct os_fs;

/*
 * What is missing between two groups, before the first, at the end: groups, or
 * events that none of them has.
 */
struct wal_loss {
	uint64_t first_group;
	uint64_t last_group;     /* below the first: none, or not known */
	uint64_t first_event_id; /* of the next event there */
	uint64_t next_event_id; /* of what follows; 0: nothing, it is the end */
	/* Files with bytes that may have been theirs; the last counts too. */
	uint64_t first_file;
	uint64_t last_file;
	uint64_t offset; /* in the first of them */
	uint64_t bytes;  /* at the end: that may have been theirs, at most */
};

struct wal_salvage_options {
	struct wal_replay_options log; /* batch and arg may be NULL */
	uint64_t first_event_id; /* of the first group, if it is missing */
	uint64_t next_event_id;  /* a log that has groups goes as far */
	/* Each loss in its turn, between batches. */
	void (*loss)(void *arg, const struct wal_loss *loss);
	void *loss_arg;
};

/*
 * Tell the batches that are there and the losses, in the order of the log.
 * *out has no files: none of them is to be used again.  Errors of the files,
 * STELE_E_OUT_OF_MEMORY, and those of batch().
 */
MUST_USE int wal_salvage(struct os_fs *fs,
    const struct wal_salvage_options *options, struct wal_replay *out,
    struct error *err);
