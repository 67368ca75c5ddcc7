/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sorter.h -- rows in, the same rows out in order; equal ones as they came.
 *
 * Rows are kept in memory up to work_mem.  What is more is sorted and written
 * as a run; at the end the runs are merged, in several passes if they are many.
 * Without a temporary space all is kept.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/op.h"
#include "exec/row_order.h"
#include "exec/row_store.h"
#include "exec/run_merge.h"
#include "exec/spill.h"

struct sorter {
	const struct exec_context *context;
	struct row_order order;
	uint32_t column_count;
	struct row_store store; /* rows that are in no run */
	struct arena arena;     /* of `rows` */
	uint32_t *rows;         /* of the store in order, once it is sorted */
	uint32_t at;            /* the next of these to be given */

	struct spill spill;
	struct run_merge merge;
	bool is_merging;

	/* for EXPLAIN */
	uint64_t memory_bytes; /* the most that was kept */
	uint64_t disk_bytes;   /* all that was written */
	uint32_t runs_written; /* before any was merged */
};

/* `types` (of all columns) and `keys` stay. */
void sorter_init(struct sorter *sorter, const struct exec_context *context,
    const struct type *types, uint32_t column_count,
    const struct sort_key *keys, uint32_t key_count);
void sorter_release(struct sorter *sorter);

/* Whether `count` more rows make it write a run. */
bool sorter_is_full(const struct sorter *sorter, uint32_t count);

/* The selected rows, copied. */
MUST_USE int sorter_add(struct sorter *sorter, const struct vec *columns,
    struct sel sel, struct error *err);

/* Of the rows that are in no run leave the first `count`, sorted, as rows 0.. of
 * the store. */
MUST_USE int sorter_cut(struct sorter *sorter, uint32_t count,
    struct error *err);

/* No more rows. */
MUST_USE int sorter_finish(struct sorter *sorter, struct error *err);

/*
 * Instead of batches: all rows in order, as a store that is the caller's; the
 * sorter has none then.  Only if no run was written: sorter->is_merging.
 */
MUST_USE int sorter_take(struct sorter *sorter, struct row_store *out,
    struct error *err);

/*
 * The next batch, in `arena`; strings are borrowed until the next call.
 * Returns 1, 0 at the end, or a code.
 */
MUST_USE int sorter_next(struct sorter *sorter, struct arena *arena,
    struct batch *out, struct error *err);
