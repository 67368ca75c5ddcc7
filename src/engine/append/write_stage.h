/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_stage.h -- rows of a batch that is too large for memory, in segments.
 *
 *   entries ──► part ──► MemTables ──► segment files
 *      when they pass        by workers, while the batch
 *      batch_memory          takes the next entries
 *
 * A staged segment is like one that a flush has made, synced and under its
 * final name, but nobody knows of it; and as its rows have no event_ids yet, it
 * has their ordinals + 1 (segment.h, G5).  The record of the batch in the log
 * names it (row_format.h, ENTRY_SEGMENT): with that the shards adopt it.  If
 * there is never such a record, it is removed with the batch, or, as its number
 * was given out, at the next start.
 *
 * Invariants
 *   B1  Staged segments, and then the part (stage_part.h), have the first
 *       staged_rows rows of the batch; those of one shard ascend and do not
 *       overlap.
 *   B2  A batch that is sealed has no part, and what was taken back is in none
 *       of its segments: before that, and before anybody reads the batch's own
 *       rows, it is settled.
 *
 * Threads: that of the batch.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "engine/append/write_batch.h"

/* Less than all were taken back: forget the rows and changes that were. */
void write_stage_rewind(struct write_batch *batch);

/* Neither a part, nor anything in segments that was taken back. */
static inline bool
write_batch_is_settled(const struct write_batch *batch)
{
	return batch->part == NULL && !batch->must_settle;
}

/*
 * Wait for the part, and write what was taken back in part once more, without
 * that.  Returns 0; STELE_E_DISK_FULL, STELE_E_OS, STELE_E_OUT_OF_MEMORY, also
 * those of the part: it may be tried again.  Threads: may write files; does not
 * wait if the part is not under way and has not failed before.
 */
MUST_USE int write_batch_settle(struct write_batch *batch, struct error *err);

/*
 * The part of write_batch_settle() that concerns the part: afterwards there is
 * none.  It writes no files itself.
 */
MUST_USE int write_stage_end(struct write_batch *batch, struct error *err);

/*
 * Give up the part and the segments; their files go, unless the batch is
 * numbered: then they are the shards'.
 */
void write_stage_free(struct write_batch *batch);
