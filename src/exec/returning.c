/* SPDX-License-Identifier: Apache-2.0 */
/*
 * returning.c -- see returning.h: an operator over the rows that were written.
 */
#include "exec/returning.h"

#include "engine/catalog/catalog.h"
#include "exec/eval.h"
#include "exec/row_store.h"

struct returning_op {
	struct op_state op;
	const struct plan_insert *plan;
	struct row_store rows; /* without event_id */
	uint64_t first_event_id;
	uint32_t at;
};

/* The columns that expressions see: event_id comes third. */
static struct vec *
add_event_ids(struct returning_op *returning, const struct batch *rows)
{
	struct arena *arena = &returning->op.batch_arena;
	uint32_t count = rows->col_count + 1;
	struct vec *cols = arena_alloc_array(arena, count, sizeof(*cols));
	struct vec *ids = &cols[COLUMN_EVENT_ID - 1];

	for (uint32_t i = 0; i < rows->col_count; i++)
		cols[i < COLUMN_EVENT_ID - 1 ? i : i + 1] = rows->cols[i];
	vec_init(ids, PHYS_I64, rows->row_count, arena);
	if (returning->first_event_id == 0)
		memset(vec_need_nulls(ids, rows->row_count, arena), 1,
		    rows->row_count);
	for (uint32_t i = 0; i < rows->row_count; i++)
		ids->i64[i] =
		    (int64_t)(returning->first_event_id + returning->at + i);
	return cols;
}

static int
returning_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct returning_op *returning = (struct returning_op *)op;
	uint32_t left = returning->rows.row_count - returning->at;
	uint32_t count = left < VEC_ROWS ? left : VEC_ROWS;
	const struct plan_insert *plan = returning->plan;
	struct batch rows;
	struct eval eval;

	if (count == 0)
		return 0;
	row_store_batch(&returning->rows, NULL, returning->at, count,
	    &op->batch_arena, &rows);
	rows.cols = add_event_ids(returning, &rows);
	eval = eval_of_batch(op->env, &op->batch_arena, &rows);
	*out = rows;
	out->col_count = plan->returning_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++) {
		int rc = eval_expr(&eval, plan->returning[i], out->sel,
		    &out->cols[i], err);

		if (rc != 0)
			return rc;
	}
	returning->at += count;
	return 1;
}

static void
returning_close(struct op_state *op)
{
	row_store_release(&((struct returning_op *)op)->rows);
}

static const struct op_class returning_class = {
	.name = "returning",
	.next = returning_next,
	.close = returning_close,
};

int
returning_new(const struct plan *plan, const struct exec_context *context,
    struct exec **out, struct error *err)
{
	static const struct rel no_rel = { .kind = REL_VALUES };
	const struct event_type *type = plan->insert->type;
	struct exec *exec = exec_new(plan, context);
	struct returning_op *op;
	struct type *types;

	*out = exec;
	if (exec == NULL)
		return error_no_memory(err);
	types = arena_alloc_array(&exec->arena, type->field_count + 2,
	    sizeof(*types));
	types[0] = type_of(TYPE_TEXT);
	types[1] = type_of(TYPE_TIMESTAMPTZ);
	for (uint32_t i = 0; i < type->field_count; i++)
		types[i + 2] = type->fields[i].type;
	op = arena_zalloc(&exec->arena, sizeof(*op));
	op->plan = plan->insert;
	row_store_init(&op->rows, types, type->field_count + 2,
	    context->budget);
	op_init(&op->op, &returning_class, &exec->env, &no_rel);
	exec->root = &op->op;
	return arena_check(&exec->arena, err);
}

int
returning_add(struct exec *returning, const struct vec *cols, struct sel sel,
    struct error *err)
{
	struct returning_op *op = (struct returning_op *)returning->root;

	return row_store_add(&op->rows, cols, sel, err);
}

void
exec_returning(struct exec *returning, uint64_t first_event_id)
{
	struct returning_op *op = (struct returning_op *)returning->root;

	op->first_event_id = first_event_id;
}
