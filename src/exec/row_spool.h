/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_spool.h -- rows kept to be read again: of a CTE, of a round of a recursive
 * one.
 *
 * The newest rows are in memory, up to work_mem; those before them are in blocks
 * of a temporary file.  Any number of readers go from the first to the last,
 * each at its own pace, also while rows are added: as these may send what is in
 * memory to the file, readers get copies of it then, which stay (V3 of vec.h).
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/exec.h"
#include "exec/op.h"
#include "exec/row_store.h"
#include "exec/spill.h"

struct error;

struct row_spool {
	const struct exec_context *context;
	const struct type *types;
	uint32_t column_count;
	struct row_store store; /* the rows that are in no block */
	struct spill spill;     /* its run 0: the others */
	bool is_growing;        /* others may read before all rows are there */
	uint64_t row_count;
	uint64_t disk_bytes; /* written, before resets too */
	uint64_t memory_bytes;
};

/* Where a reader is; zeroed at first. */
struct spool_reader {
	uint64_t row; /* the next one */
	uint32_t block;
	uint64_t block_row; /* the first one of the block */
};

/* `types` stay. */
void row_spool_init(struct row_spool *spool, const struct exec_context *context,
    const struct type *types, uint32_t column_count);
void row_spool_release(struct row_spool *spool);

/* Forget the rows; readers start anew. */
void row_spool_reset(struct row_spool *spool);

/* Copy the selected rows of the columns. */
MUST_USE int row_spool_add(struct row_spool *spool, const struct vec *columns,
    struct sel sel, struct error *err);

/*
 * The next rows of an operator that gives stored ones, those columns that the
 * operator's columns name: 1, 0 if there are none now, or a code.
 */
MUST_USE int row_spool_next(const struct row_spool *spool,
    struct spool_reader *reader, struct op_state *op, struct batch *out,
    struct error *err);

/*
 * The rows that lie together with number `row`, which must be there, all of
 * their columns: vectors without a selection, in `arena`, which borrow from the
 * spool until it changes.  *first is the number of the first of them.
 */
MUST_USE int row_spool_read(const struct row_spool *spool, uint64_t row,
    struct arena *arena, struct batch *out, uint64_t *first, struct error *err);
