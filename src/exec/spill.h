/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spill.h -- rows that do not fit into work_mem, as runs of blocks in a
 * temporary file.
 *
 * A block has up to VEC_ROWS rows of one shape, column by column, so that
 * fixed-width columns and strings are used where they were read.  A run is a
 * list of blocks; the blocks of many runs lie in one file as they were written,
 * and all go when the spill is released.  What was written is read by the same
 * process only: values have the form that they have in memory.  The checksum of
 * a block is kept with the run, in memory; a block that does not have it is
 * XX001.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/exec.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;
struct temp_file;

struct spill_block {
	uint64_t offset;
	uint64_t checksum;
	size_t size;
	uint32_t row_count;
};

struct spill_run {
	struct spill_block *blocks;
	uint32_t block_count;
	uint32_t capacity;
	uint64_t row_count;
};

struct spill {
	const struct exec_context *context;
	const struct type *types; /* borrowed */
	uint32_t column_count;
	size_t block_bytes;     /* a block has no more, or one row */
	struct temp_file *file; /* NULL: nothing was written */
	struct spill_run *runs; /* numbered from 0 */
	uint32_t run_count;
	uint32_t run_capacity;
	struct arena arena;   /* lists of blocks and runs */
	struct arena scratch; /* the block that is written */
};

/* `types` stay.  Blocks have a size that fits work_mem. */
void spill_init(struct spill *spill, const struct exec_context *context,
    const struct type *types, uint32_t column_count);
void spill_release(struct spill *spill);

/* Bytes in the file. */
uint64_t spill_size(const struct spill *spill);

/* Runs that can be read at once within work_mem, at least 4. */
uint32_t spill_fan_in(const struct spill *spill);

/* `count` more runs, still empty; they get the next numbers. */
MUST_USE int spill_add_runs(struct spill *spill, uint32_t count,
    struct error *err);

/* Add the selected rows at the end of a run.  Cancelled between two blocks. */
MUST_USE int spill_write(struct spill *spill, uint32_t run,
    const struct vec *columns, struct sel sel, struct error *err);

/* A block of a run, in `arena`. */
MUST_USE int spill_read(const struct spill *spill, uint32_t run, uint32_t block,
    struct arena *arena, struct batch *out, struct error *err);

/* ---- a run that is read from its start ---- */

struct spill_reader {
	const struct spill *spill;
	uint32_t run;
	uint32_t next; /* block */
	struct arena arena;
};

void spill_reader_init(struct spill_reader *reader, const struct spill *spill,
    uint32_t run);
void spill_reader_release(struct spill_reader *reader);

/* The next block, until the next call: 1, 0 at the end, or a code. */
MUST_USE int spill_reader_next(struct spill_reader *reader, struct batch *out,
    struct error *err);
