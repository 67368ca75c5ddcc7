/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h -- the file that knows all others: which segments there are, how
 * far each shard has been flushed, the counters, a checkpoint of the catalogue.
 *
 * <dir>/MANIFEST is a checkpoint of the whole state followed by a log of
 * steps.  A step is one record: it is there entirely or not at all.  When the
 * log has grown past 1 MiB the file is written anew and renamed.
 *
 * MANIFEST.copy beside it has the same bytes.  What it says is nowhere else: the
 * catalogue, the seed of contexts to shards, which segments are valid and where
 * their ids begin.  Nothing is read from the copy but by who salvages.
 *
 * Invariants
 *   M1  manifest_append() returns 0 only when the step is synced, but for steps
 *       that are deferred: those are when manifest_commit() returns 0.
 *   M2  Damage to anything that was ever known to be synced is corruption and
 *       an error; a last record that was being written is a torn tail and cut.
 *   M3  What manifest_open() hands out is synced, its name too, whatever the
 *       process before was interrupted in.
 *   M4  No file that the MANIFEST does not know is deleted, unless its name is
 *       that of a temporary file, or of a segment with a number that the
 *       MANIFEST has given out (below next_segment) and the log does not name:
 *       what is left of a flush, a merge or a batch that did not end, or was
 *       replaced.
 *   M5  A step is in the copy, synced, before manifest_append() returns, and
 *       what manifest_open() hands out is, or there is no copy: one that could
 *       not be written is removed, and made anew when it can be.  A step is
 *       written to the copy when it is synced in the MANIFEST.
 *
 * Threads: one thread at a time; the engine says which.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "engine/segment/segment.h"
#include "vec/value.h"

struct manifest;
struct os_fs;

#define MANIFEST_NAME         "MANIFEST"
#define MANIFEST_COPY_NAME    "MANIFEST.copy"
#define QUARANTINE_DIRECTORY  "quarantine"
#define MANIFEST_SHARDS_MAX   4096
#define MANIFEST_CATALOG_MAX  ((size_t)1 << 30) /* bytes */
#define MANIFEST_SEGMENTS_MAX ((uint32_t)1 << 24)

/* The state after the last step.  Counters never go back. */
struct manifest_state {
	struct uuid directory; /* random, made with the directory */
	uint32_t shard_count;  /* fixed for ever, as is hash_seed */
	uint64_t hash_seed;    /* of contexts to shards */
	uint64_t next_event_id;
	uint32_t next_oid;
	uint64_t next_segment; /* numbers below are given out, for ever */
	uint64_t wal_file;     /* first file of the log that is still needed */
	uint64_t wal_group;    /* number of the first group that is in it */
	uint64_t wal_synced;   /* number of a group that was synced, as were all
				  before it: the log has them */
	uint64_t *flushed;     /* per shard: its rows up to this event_id are
				  in segments */
	uint32_t segment_count;
	struct segment_meta *segments; /* ascending number */
	struct str catalog; /* the checkpoint's bytes; may be empty */
};

/* Index of a segment by its number, or of the first greater one. */
uint32_t manifest_find(const struct manifest_state *state, uint64_t number);
bool manifest_has(const struct manifest_state *state, uint64_t number);

/*
 * One step.  A zero counter is "as it is"; what is set must not go back
 * (MUST).  Everything is borrowed for the call.
 */
struct manifest_step {
	const struct segment_meta *added;
	uint32_t added_count;
	const uint64_t *removed; /* numbers of segments that are known */
	uint32_t removed_count;
	bool has_flushed;
	uint32_t flushed_shard;
	uint64_t flushed_event_id;
	uint64_t next_event_id;
	uint32_t next_oid;
	uint64_t next_segment;
	uint64_t wal_file;
	uint64_t wal_group;
	uint64_t wal_synced;
	bool has_catalog;
	struct str catalog;
};

/*
 * Make the MANIFEST of a new directory, which exists and has none, and the
 * folders beside it.  `initial` gives directory, shard_count, hash_seed and
 * the counters.
 */
MUST_USE int manifest_create(struct os_fs *fs, const char *dir,
    const struct manifest_state *initial, struct manifest **out,
    struct error *err);

/*
 * Make the MANIFEST of a copy, with its segments and catalogue: the directory
 * becomes one by it, so all else must be there and synced.
 */
MUST_USE int manifest_write(struct os_fs *fs, const char *dir,
    const struct manifest_state *state, struct error *err);

/*
 * Read it, to append to it.  *torn_bytes is the length of a torn tail that was
 * cut, or 0.  STELE_E_FILE_MISSING if there is none, STELE_E_CORRUPT with the
 * offset.
 */
MUST_USE int manifest_open(struct os_fs *fs, const char *dir,
    struct manifest **out, uint64_t *torn_bytes, struct error *err);

/*
 * If the MANIFEST is corrupt, or missing beside a copy: make it of what either
 * of the two has.  Both as they were are in quarantine/ then.  Returns 1 if it
 * has, 0 if there was no need; STELE_E_CORRUPT if a step is in neither.
 * The caller holds the lock on the directory.
 */
MUST_USE int manifest_repair(struct os_fs *fs, const char *dir,
    struct error *err);

/* Read it and change nothing: for looking only, the torn tail stays. */
MUST_USE int manifest_load(struct os_fs *fs, const char *dir,
    struct manifest **out, uint64_t *torn_bytes, struct error *err);
void manifest_close(struct manifest *manifest); /* NULL is allowed */

/* Bytes of steps past which the file is written anew; 0 is 1 MiB. */
void manifest_set_log_size(struct manifest *manifest, uint64_t bytes);

/* Borrowed; changes with manifest_append() only. */
const struct manifest_state *manifest_state(const struct manifest *manifest);

/*
 * Write, sync, then apply one step.  A write that fails (STELE_E_DISK_FULL) is
 * taken back and may be tried again; of more than a MANIFEST may hold
 * (STELE_E_LIMIT) nothing is written; after a failed sync nothing is known:
 * this and every later call is STELE_E_OS, and the process should end (D3).
 */
MUST_USE int manifest_append(struct manifest *manifest,
    const struct manifest_step *step, struct error *err);

/*
 * From here on steps change the state alone, and nothing of the directory; all
 * are there at once with manifest_commit(), or none is.  What seems to be a
 * leftover stays where it is meanwhile.
 */
void manifest_defer(struct manifest *manifest);

/*
 * Write the state, with all steps since manifest_defer(), in place of the
 * MANIFEST, synced; steps are written as ever from then on.  STELE_E_DISK_FULL:
 * the old one is there; after another error it may be either.
 */
MUST_USE int manifest_commit(struct manifest *manifest, struct error *err);

/* What manifest_clear_files() did. */
struct manifest_files {
	uint32_t removed;     /* temporary files, and leftovers (M4) */
	uint32_t quarantined; /* other unknown files: moved to quarantine/ */
};

/*
 * Compare the folder of segments with the state, changing nothing.  A missing
 * file or one of another size is an error that names it (STELE_E_CORRUPT).  A
 * swapped file is found by its hash when it is first read (segment_open()).
 */
MUST_USE int manifest_check_files(struct manifest *manifest, struct error *err);

/*
 * Remove temporary files and leftovers, move other unknown files to
 * quarantine/.  Segments with the numbers `kept` stay: the log names them.
 * Only when the log has been replayed, and so the MANIFEST is known to be
 * whole: else an unknown file may be all that is left of something.
 */
MUST_USE int manifest_clear_files(struct manifest *manifest,
    const uint64_t *kept, size_t kept_count, struct manifest_files *done,
    struct error *err);

/*
 * Give all files in the folder of segments that the MANIFEST does not know, but
 * temporary ones, a second name in quarantine/, synced: the log has lost
 * something, and may have named them.  *count: so many.
 */
MUST_USE int manifest_link_unknown(struct manifest *manifest, uint32_t *count,
    struct error *err);

/*
 * Check the MANIFEST, its copy and every segment it knows, changing nothing.
 * Returns 0, or why it could not go on.
 */
MUST_USE int manifest_verify(struct os_fs *fs, const char *dir,
    const struct verify_watcher *watcher, struct verify_report *report,
    struct error *err);
