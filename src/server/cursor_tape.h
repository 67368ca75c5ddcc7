/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor_tape.h -- rows of a cursor that are kept: those that a scrolling one
 * has passed, and what is left of one that outlives its transaction.
 *
 * Rows are numbered from 0 in the order in which the query gives them.
 *
 * Memory: as that of the cursor's query, what exceeds work_mem goes to a
 * temporary file.  Threads: that of the cursor's session, or its worker.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/exec.h"
#include "exec/row_spool.h"

struct cursor_tape {
	struct row_spool rows;
	struct type *types; /* of the columns, in the arena */
	struct arena arena;
	bool is_complete; /* the query has no more */

	/* private: rows that lie together, from `first` on */
	struct arena batch_arena;
	struct batch batch;
	uint64_t first;
};

/* Borrows plan and context; NULL if there is no memory. */
struct cursor_tape *cursor_tape_new(const struct plan *plan,
    const struct exec_context *context);
/* NULL is allowed. */
void cursor_tape_free(struct cursor_tape *tape);

/* Add the selected rows of a batch. */
MUST_USE int cursor_tape_add(struct cursor_tape *tape,
    const struct batch *batch, struct sel sel, struct error *err);

/* Take rows from the query until row `row` is there, or all are. */
MUST_USE int cursor_tape_reach(struct cursor_tape *tape, struct exec *exec,
    uint64_t row, struct error *err);

/*
 * Row `row`, which must be there, as a row of a batch; that stays until the
 * next call of any of these.
 */
MUST_USE int cursor_tape_row(struct cursor_tape *tape, uint64_t row,
    const struct batch **batch, uint32_t *index, struct error *err);

static inline uint64_t
cursor_tape_count(const struct cursor_tape *tape)
{
	return tape->rows.row_count;
}
