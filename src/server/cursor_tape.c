/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cursor_tape.h"

#include <stdlib.h>

#include "common/error.h"

struct cursor_tape *
cursor_tape_new(const struct plan *plan, const struct exec_context *context)
{
	struct cursor_tape *tape = calloc(1, sizeof(*tape));

	if (tape == NULL)
		return NULL;
	arena_init(&tape->arena, context->budget);
	arena_init(&tape->batch_arena, context->budget);
	tape->types = arena_alloc_array(&tape->arena,
	    (size_t)plan->column_count + 1, sizeof(*tape->types));
	for (uint32_t i = 0; i < plan->column_count; i++)
		tape->types[i] = plan->columns[i].type;
	row_spool_init(&tape->rows, context, tape->types, plan->column_count);
	return tape;
}

void
cursor_tape_free(struct cursor_tape *tape)
{
	if (tape == NULL)
		return;
	row_spool_release(&tape->rows);
	arena_release(&tape->batch_arena);
	arena_release(&tape->arena);
	free(tape);
}

/* What is read borrows from rows that may move now. */
static void
forget_batch(struct cursor_tape *tape)
{
	arena_reset(&tape->batch_arena);
	tape->batch = (struct batch){ .row_count = 0 };
}

int
cursor_tape_add(struct cursor_tape *tape, const struct batch *batch,
    struct sel sel, struct error *err)
{
	forget_batch(tape);
	return row_spool_add(&tape->rows, batch->cols, sel, err);
}

int
cursor_tape_reach(struct cursor_tape *tape, struct exec *exec, uint64_t row,
    struct error *err)
{
	struct batch batch;
	int rc = arena_check(&tape->arena, err);

	while (
	    rc == 0 && !tape->is_complete && cursor_tape_count(tape) <= row) {
		rc = exec_next(exec, &batch, err);
		if (rc == 0)
			tape->is_complete = true;
		else if (rc == 1)
			rc = cursor_tape_add(tape, &batch, batch.sel, err);
	}
	return rc;
}

int
cursor_tape_row(struct cursor_tape *tape, uint64_t row,
    const struct batch **batch, uint32_t *index, struct error *err)
{
	int rc;

	*batch = &tape->batch;
	if (row < tape->first || row - tape->first >= tape->batch.row_count) {
		forget_batch(tape);
		rc = row_spool_read(&tape->rows, row, &tape->batch_arena,
		    &tape->batch, &tape->first, err);
		if (rc != 0)
			return rc;
	}
	*index = (uint32_t)(row - tape->first);
	return 0;
}
