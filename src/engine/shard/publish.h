/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h -- the one writer of the MANIFEST while the engine runs.
 *
 * Whoever has made segments (flushes, merges) records them here; what the
 * MANIFEST says of the log and the catalogue is kept along with them.
 *
 * Invariants
 *   L1  The MANIFEST names a segment only when the segment is synced; the log
 *       is released only when the MANIFEST says how far each shard has got.
 *   L2  The MANIFEST has one writer at a time: `lock`.
 *   L3  A catalogue is in the MANIFEST before the log that made it goes.
 *   L4  The MANIFEST has given out a number before a file is named by it: so
 *       files it does not know, with numbers that it has given out, are left
 *       overs of this directory and are removed at start.  While a salvage
 *       defers the MANIFEST it gives out nothing: its files, if it does not
 *       come to its end, are unknown, and go to quarantine/.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "os/thread.h"

struct engine;
struct manifest;
struct segment_meta;

struct publisher {
	struct engine *engine;
	pthread_mutex_t lock;      /* all below; held over I/O */
	struct manifest *manifest; /* owned */
	uint64_t next_segment;     /* the next number, below .. */
	uint64_t given_segment;    /* .. what the MANIFEST has given out */
	uint64_t generation;       /* of the catalogue in it */
	uint64_t wal_file;         /* first that it says is needed */
};

/* Takes over the MANIFEST. */
void publisher_init(struct publisher *publisher, struct engine *engine,
    struct manifest *manifest);
void publisher_release(struct publisher *publisher);

/* A number for a new segment (L4).  Errors as publish_flush(). */
MUST_USE int publish_new_number(struct publisher *publisher, uint64_t *out,
    struct error *err);

/*
 * Record the segment of a shard's oldest MemTable, or adopted segments that
 * are its oldest events outside the MANIFEST, ascending by number.  Returns 0;
 * STELE_E_DISK_FULL, STELE_E_OUT_OF_MEMORY, or STELE_E_LIMIT (more than a
 * MANIFEST may hold): nothing was recorded; another code: nobody knows, and the
 * engine has failed (D3).
 */
MUST_USE int publish_flush(struct publisher *publisher,
    const struct segment_meta *metas, uint32_t count, struct error *err);

/* In one step, record segments in the place of others, given by number. */
MUST_USE int publish_merge(struct publisher *publisher,
    const struct segment_meta *added, uint32_t added_count,
    const uint64_t *removed, uint32_t removed_count, struct error *err);

/*
 * After a publication that failed with this code: may the files be removed, as
 * no MANIFEST that a start may read knows them?
 */
bool publish_is_taken_back(int rc);

/* Record the catalogue if the MANIFEST has an older one: it holds the log. */
void publish_catalog(struct publisher *publisher);

/* Let the log go as far as every shard has got (L1, L3). */
void publish_log_release(struct publisher *publisher);

/*
 * All that has been recorded since the MANIFEST was deferred, and a log that
 * begins with this file and group, in one write; segments that it does not
 * know get a name in quarantine/ before, *quarantined of them.  Errors as
 * publish_flush().
 */
MUST_USE int publish_salvaged(struct publisher *publisher, uint64_t wal_file,
    uint64_t wal_group, uint32_t *quarantined, struct error *err);

/* Bytes of the log that flushes, and a newer catalogue, would let go. */
uint64_t publish_log_size(struct publisher *publisher);

/*
 * After the log has been closed and all is published, with no other thread
 * left: the MANIFEST says how far the log goes, so that a log that ends before
 * has lost something.  Best effort.
 */
void publish_log_end(struct publisher *publisher, uint64_t synced_group);
