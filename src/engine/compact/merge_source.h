/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_source.h -- rows of one type in one input of a merge, those of one
 * piece, batch by batch.
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

struct merge_source {
	struct segment_section *section; /* borrowed */
	struct scan_spec spec;
	struct scan_range range;
	const struct cut *cut; /* borrowed; NULL: all rows */
	uint32_t piece;
	uint32_t time_column; /* of timestamp, if there is a cut */
	struct segment_parts parts;
	struct segment_cursor *cursor;
	struct batch batch;      /* selected: the rows of the piece */
	uint16_t rows[VEC_ROWS]; /* what batch.sel points to */
	uint64_t bytes_read;     /* by the cursor, once it is closed */
};

/*
 * Open it for columns `attnums`, which stay borrowed; with a cut, timestamp
 * must be one of them.  `arena` lives until it is closed.  Close in any case.
 */
MUST_USE int merge_source_open(struct merge_source *source,
    struct segment_section *section, const struct event_type *type,
    const uint32_t *attnums, uint32_t attnum_count, const struct cut *cut,
    uint32_t piece, struct arena *arena, struct error *err);
void merge_source_close(struct merge_source *source);

/*
 * source->batch is the next that has a selected row: 1, 0 at the end, or a
 * code.  What it holds is valid until the next call.
 */
MUST_USE int merge_source_next(struct merge_source *source, struct error *err);
