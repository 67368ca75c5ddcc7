/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_stage.h -- rows of a batch that is too large for memory, in segments.
 *
 *   entries ──► MemTable ──► segment file     for one shard after the other,
 *                                              when they pass batch_memory
 *
 * A staged segment is like one that a flush has made, synced and under its
 * final name, but nobody knows of it; and as its rows have no event_ids yet, it
 * has their ordinals + 1 (segment.h, G5).  The record of the batch in the log
 * names it (row_format.h, ENTRY_SEGMENT): with that the shards adopt it.  If
 * there is never such a record, it is removed with the batch, or, as its number
 * was given out, at the next start.
 *
 * Invariants
 *   B1  Staged segments have the first staged_rows rows of the batch; those of
 *       one shard ascend and do not overlap.
 *   B2  What was taken back is in no segment of a batch that is sealed: before
 *       that, and before anybody reads the batch's own rows, it is settled.
 *
 * Threads: that of the batch; all but _rewind() and _free() write files.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/append/write_batch.h"

/* Less than all were taken back: forget the rows and changes that were. */
void write_stage_rewind(struct write_batch *batch);

/*
 * Write what was taken back in part once more, without that.  Returns 0;
 * STELE_E_DISK_FULL, STELE_E_OS, STELE_E_OUT_OF_MEMORY: it may be tried again.
 */
MUST_USE int write_batch_settle(struct write_batch *batch, struct error *err);

/*
 * Give up the segments; their files go, unless the batch is numbered: then they
 * are the shards'.
 */
void write_stage_free(struct write_batch *batch);

/* Files are synced as often as this: others use the disk too. */
#define STAGE_SYNC_BYTES ((uint32_t)8 << 20)
