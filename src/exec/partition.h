/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partition.h -- rows that wait in a temporary file, in parts by a hash: those of
 * equal keys in one part, in the order in which they came.
 *
 * Rows are added until partitions_end(); then the parts wait.  While one of
 * them is read, rows of it may be added again: they go to parts of the next
 * level, cut by other bits, which wait before all others.
 *
 * Memory: a block of each part that is written, charged to the budget.
 * Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/exec.h"
#include "exec/row_store.h"
#include "exec/spill.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;

struct part {
	uint32_t run; /* of the spill */
	uint32_t level;
	/* so many times, the last ones, it had all rows that were cut */
	uint32_t times_whole;
};

struct partitions {
	const struct exec_context *context;
	struct spill spill;
	uint32_t fan_out;
	uint32_t level; /* of rows that are added */
	uint32_t times_whole;
	uint64_t written; /* parts that were begun */

	/* private */
	struct part *waiting; /* the next one last */
	uint32_t waiting_count;
	uint32_t waiting_capacity;
	struct row_store *open; /* rows of no block, fan_out; NULL: none */
	uint32_t first_run;     /* of the part open[0] */
	struct arena arena;     /* of `waiting` and `open` */
};

/* `types` of the rows' columns stay. */
void partitions_init(struct partitions *partitions,
    const struct exec_context *context, const struct type *types,
    uint32_t column_count);
void partitions_release(struct partitions *partitions);

/* Add the selected rows; hashes[i] is that of sel_row(sel, i). */
MUST_USE int partitions_add(struct partitions *partitions,
    const struct vec *columns, struct sel sel, const uint64_t *hashes,
    struct error *err);

/*
 * Begin parts before a row of them has come, so that there are some even if none
 * comes; otherwise partitions_add() does so.
 */
MUST_USE int partitions_begin(struct partitions *partitions, struct error *err);

/* No more rows for now: the parts wait, if any were begun. */
MUST_USE int partitions_end(struct partitions *partitions, struct error *err);

/* Take the next part that waits, which may be empty; false if there is none. */
bool partitions_next(struct partitions *partitions, struct part *part);

/* Whether it is hardly to be cut at all: its rows have one hash. */
static inline bool
part_is_stuck(const struct part *part)
{
	return part->times_whole >= 2;
}

static inline uint64_t
part_row_count(const struct partitions *partitions, const struct part *part)
{
	return partitions->spill.runs[part->run].row_count;
}
