/* SPDX-License-Identifier: Apache-2.0 */
/*
 * project_set.c -- functions in the select list that return sets: each row of
 * the input as often as its longest set has rows, and the sets beside it.
 */
#include "exec/eval.h"
#include "exec/set_rows.h"

struct project_set_op {
	struct op_state op;
	struct set_rows rows;
	struct batch input; /* at hand */
	struct vec **args;  /* of the calls, for the input's rows */
	struct arena arena; /* of args */
	uint32_t at;        /* next of the input's selected rows */
	bool is_started;    /* the sets are those of the row before `at` */
	uint16_t *sources;  /* of a batch's rows: rows of the input */
};

static int
eval_args(struct project_set_op *set, struct error *err)
{
	const struct eval eval =
	    eval_of_batch(set->op.env, &set->arena, &set->input);
	int rc = 0;

	set->args = arena_alloc_array(&set->arena, (size_t)set->rows.count + 1,
	    sizeof(*set->args));
	for (uint32_t c = 0; c < set->rows.count; c++) {
		const struct set_call *call = set->rows.cursors[c].call;

		set->args[c] = arena_alloc_array(&set->arena,
		    (size_t)call->arg_count + 1, sizeof(**set->args));
		for (uint32_t i = 0; i < call->arg_count && rc == 0; i++)
			rc = eval_expr(&eval, call->args[i], set->input.sel,
			    &set->args[c][i], err);
	}
	return rc != 0 ? rc : arena_check(&set->arena, err);
}

/* The next batch of the input; 0 at the end. */
static int
next_input(struct project_set_op *set, struct error *err)
{
	int rc;

	arena_reset(&set->arena);
	rc = op_next(set->op.input, &set->input, err);
	if (rc <= 0)
		return rc;
	set->at = 0;
	rc = eval_args(set, err);
	return rc != 0 ? rc : 1;
}

static int
start_row(struct project_set_op *set, struct error *err)
{
	uint32_t row = sel_row(set->input.sel, set->at++);
	int rc = 0;

	for (uint32_t c = 0; c < set->rows.count && rc == 0; c++) {
		struct set_cursor *cursor = &set->rows.cursors[c];

		for (uint32_t i = 0; i < cursor->call->arg_count; i++)
			cursor->args[i] = vec_get(&set->args[c][i], row);
		rc = set_cursor_start(cursor, err);
	}
	set->is_started = rc == 0;
	return rc;
}

/* Rows of the input at hand until there are VEC_ROWS, or it ends. */
static int
fill(struct project_set_op *set, struct vec *columns, uint32_t *count,
    struct error *err)
{
	struct arena *arena = &set->op.batch_arena;

	while (*count < VEC_ROWS) {
		uint32_t more;
		uint32_t row;
		int rc = 0;

		if (!set->is_started && set->at == set->input.sel.count)
			break;
		if (!set->is_started)
			rc = start_row(set, err);
		if (rc == 0)
			rc = set_rows_fill(&set->rows, columns, *count,
			    VEC_ROWS - *count, arena, &more, err);
		if (rc != 0)
			return rc;
		row = sel_row(set->input.sel, set->at - 1);
		for (uint32_t i = 0; i < more; i++)
			set->sources[*count + i] = (uint16_t)row;
		*count += more;
		set->is_started = !set_rows_are_done(&set->rows);
	}
	return 0;
}

static void
put_batch(struct project_set_op *set, struct vec *columns, uint32_t count,
    struct batch *out)
{
	const struct sel sources = { .rows = set->sources, .count = count };
	const struct rel *rel = set->op.rel;
	uint32_t inputs = rel->column_count - set->rows.column_count;
	struct arena *arena = &set->op.batch_arena;

	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = rel->column_count;
	out->cols = arena_alloc_array(arena, (size_t)out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < inputs; c++)
		vec_gather(&out->cols[c], &set->input.cols[c], sources, arena);
	for (uint32_t c = inputs; c < out->col_count; c++)
		out->cols[c] = columns[c - inputs];
}

static int
project_set_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct project_set_op *set = (struct project_set_op *)op;
	uint32_t count = 0;
	struct vec *columns;
	int rc;

	for (;;) {
		columns = set_rows_new_columns(&set->rows, &op->batch_arena);
		rc = fill(set, columns, &count, err);
		if (rc != 0)
			return rc;
		if (count > 0)
			break;
		rc = next_input(set, err);
		if (rc <= 0)
			return rc;
		rc = op_forget(op, err);
		if (rc != 0)
			return rc;
	}
	put_batch(set, columns, count, out);
	return 1;
}

static void
project_set_close(struct op_state *op)
{
	struct project_set_op *set = (struct project_set_op *)op;

	set_rows_release(&set->rows);
	arena_release(&set->arena);
}

static const struct op_class project_set_class = {
	.name = "project set",
	.next = project_set_next,
	.close = project_set_close,
};

struct op_state *
project_set_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct project_set_op *set = arena_zalloc(env->arena, sizeof(*set));

	set_rows_init(&set->rows, env, rel->project_set.calls,
	    rel->project_set.call_count);
	arena_init(&set->arena, env->context->budget);
	set->sources =
	    arena_alloc_array(env->arena, VEC_ROWS, sizeof(*set->sources));
	op_init(&set->op, &project_set_class, env, rel);
	return &set->op;
}
