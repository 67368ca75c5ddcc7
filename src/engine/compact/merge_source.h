/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_source.h -- rows of one type in one input of a merge, those that are
 * chosen by their time, batch by batch.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "engine/engine.h"
#include "engine/segment/segment.h"
#include "vec/vec.h"

struct cut;

/* Which rows. */
struct merge_choice {
	const struct cut *cut; /* borrowed; NULL: those of all pieces */
	uint32_t piece;
	int64_t low; /* their times lie between these */
	int64_t high;
};

static inline struct merge_choice
merge_choice_all(void)
{
	return (struct merge_choice){ .low = INT64_MIN, .high = INT64_MAX };
}

struct merge_source {
	struct segment_section *section; /* borrowed */
	struct scan_spec spec;
	struct scan_range range;
	struct merge_choice choice;
	bool is_all;          /* no row is left out */
	uint32_t time_column; /* of timestamp, unless it is all */
	struct segment_parts parts;
	struct segment_cursor *cursor;
	struct batch batch;      /* selected: what is chosen */
	uint16_t rows[VEC_ROWS]; /* what batch.sel points to */
	uint64_t bytes_read;     /* by the cursor, once it is closed */
};

/*
 * Open it for columns `attnums`, which stay borrowed; unless all rows are
 * chosen, timestamp must be one of them.  No batch has more than `batch_rows`
 * rows.  `arena` lives until it is closed.  Close in any case.
 */
MUST_USE int merge_source_open(struct merge_source *source,
    struct segment_section *section, const struct event_type *type,
    const uint32_t *attnums, uint32_t attnum_count, uint32_t batch_rows,
    struct merge_choice choice, struct arena *arena, struct error *err);
void merge_source_close(struct merge_source *source);

/*
 * source->batch is the next that has a selected row: 1, 0 at the end, or a
 * code.  What it holds is valid until the next call.
 */
MUST_USE int merge_source_next(struct merge_source *source, struct error *err);
