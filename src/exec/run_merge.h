/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_merge.h -- sorted runs of a spill as one; equal rows come in the order of
 * their runs.
 *
 * Memory: a block of each run, charged to the budget.  Threads: one.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/row_order.h"
#include "exec/spill.h"
#include "vec/vec.h"

struct error;

/* One run: the block that is read, and its next row. */
struct run_source {
	struct spill_reader reader;
	struct batch block;
	uint32_t at;
};

struct run_merge {
	const struct row_order *order;
	struct arena arena; /* of all that follows */
	struct run_source *sources;
	uint32_t source_count;
	/* of the sources that have rows, the least one first */
	uint32_t *heap;
	uint32_t heap_count;
	uint32_t used_up; /* its block ended with the last batch; or NONE */
	/* rows of the batch that is made */
	uint32_t *row_sources;
	uint32_t *rows;
};

/*
 * Start with the runs from first_run on; `order` and the spill stay.  Must be released, whatever it
 * returns.
 */
MUST_USE int run_merge_init(struct run_merge *merge,
    const struct row_order *order, const struct spill *spill,
    uint32_t first_run, uint32_t run_count, struct error *err);
void run_merge_release(struct run_merge *merge);

/*
 * The next rows, in `arena`; strings are borrowed until the next call.
 * Returns 1, 0 at the end, or a code.
 */
MUST_USE int run_merge_next(struct run_merge *merge, struct arena *arena,
    struct batch *out, struct error *err);
