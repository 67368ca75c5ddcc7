/* SPDX-License-Identifier: Apache-2.0 */
/*
 * salvage.h -- what engine_open() does when it salvages: the log is read past
 * what is damaged (wal/wal_salvage.h), and batches that need a schema change
 * that is lost are lost with it.
 *
 * Threads: engine_salvage()'s, while no other runs.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "engine/wal/wal_salvage.h"

struct catalog;
struct error;
struct manifest_state;
struct wal_replay;

/* A part of the log that is not there, or of no use. */
struct salvage_gap {
	struct wal_loss loss;
	const char *why; /* a batch alone: what it lacks; else NULL */
};

struct salvage {
	struct buf gaps; /* struct salvage_gap, in the order of the log */
	uint64_t event_id_floor; /* event_ids below may have been given out */
};

/*
 * As wal_replay(), into `salvage`; `batch` is told of those that can be
 * applied to *catalog, which it replaces.  With no `batch` it only finds out
 * what a start would be refused for: segments are not looked at.
 */
MUST_USE int salvage_replay(struct salvage *salvage, struct os_fs *fs,
    const char *dir, const struct wal_replay_options *options,
    const struct manifest_state *state, const struct catalog **catalog,
    uint32_t shard_count, struct wal_replay *out, struct error *err);
