/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovery.h -- from what is on disk to a state that can be read.
 *
 * The MANIFEST gives the segments, how far each shard was flushed, and a
 * catalogue; the log gives all later schema changes and rows.
 */
#pragma once

#include "common/attr.h"
#include "engine/wal/wal_replay.h"

struct catalog;
struct engine;
struct error;
struct manifest;
struct manifest_state;
struct os_fs;

/*
 * A new directory lasts when its name is synced.  Where the folder above may
 * not be read, somebody else has made the directory, and sees to that.
 */
MUST_USE int recovery_sync_name(struct os_fs *fs, const char *dir,
    struct error *err);

/*
 * Make the directory if it is not there, open its MANIFEST or make one.  Sets
 * the engine's identity, shard count and seed.
 */
MUST_USE int recovery_open_directory(struct engine *engine,
    struct manifest **out, struct error *err);

/* A new reference to the catalogue that the MANIFEST has. */
MUST_USE int recovery_first_catalog(const struct manifest_state *state,
    const struct catalog **out, struct error *err);

/*
 * The schema changes of a batch, which come into force before its rows are
 * read: *catalog is replaced by what they make of it.  Changes that it has
 * already are passed over.  STELE_E_CORRUPT if the batch is no batch.
 */
MUST_USE int recovery_apply_changes(const struct catalog **catalog,
    uint32_t shard_count, struct wal_replay_batch *batch, struct error *err);

/* The least event_id of which the MANIFEST does not say that it is flushed. */
uint64_t recovery_least_next(const struct manifest_state *state);

/*
 * Fill the view and the shards: segments, then the log.  *catalog is a new
 * reference to the catalogue after the log, *replay tells about its files, and
 * is released by the caller, also after an error.  No thread runs yet.
 */
MUST_USE int recovery_run(struct engine *engine, struct manifest *manifest,
    const struct catalog **catalog, struct wal_replay *replay,
    struct error *err);
