/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_function.c -- functions in FROM: the rows of several sets side by side,
 * nulls where one has ended before the others, and their numbers.
 */
#include "exec/eval.h"
#include "exec/set_cursor.h"
#include "exec/set_rows.h"

struct function_op {
	struct op_state op;
	struct set_rows rows;
	int64_t given; /* rows so far */
};

static int
set_function_open(struct op_state *op, struct error *err)
{
	struct function_op *set = (struct function_op *)op;
	const struct rel_function *rel = &op->rel->function;

	for (uint32_t c = 0; c < rel->call_count; c++) {
		struct set_cursor *cursor = &set->rows.cursors[c];
		int rc = 0;

		for (uint32_t i = 0; i < cursor->call->arg_count && rc == 0;
		     i++)
			rc = eval_fixed(op->env, cursor->call->args[i],
			    op->env->arena, &cursor->args[i], err);
		if (rc == 0)
			rc = set_cursor_start(cursor, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* WITH ORDINALITY */
static void
number_rows(struct function_op *set, uint32_t count, struct vec *out)
{
	vec_init(out, PHYS_I64, count, &set->op.batch_arena);
	for (uint32_t i = 0; i < count; i++)
		out->i64[i] = set->given + i + 1;
}

static int
set_function_next_batch(struct op_state *op, struct batch *out,
    struct error *err)
{
	struct function_op *set = (struct function_op *)op;
	struct vec *columns;
	uint32_t count;
	int rc;

	columns = set_rows_new_columns(&set->rows, &op->batch_arena);
	rc = set_rows_fill(&set->rows, columns, 0, VEC_ROWS, &op->batch_arena,
	    &count, err);
	if (rc == 0)
		rc = arena_check(&op->batch_arena, err);
	if (rc != 0 || count == 0)
		return rc;
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++) {
		uint32_t column = op->rel->columns[c].column;

		if (column < set->rows.column_count)
			out->cols[c] = columns[column];
		else
			number_rows(set, count, &out->cols[c]);
	}
	set->given += count;
	return 1;
}

static void
set_function_close(struct op_state *op)
{
	set_rows_release(&((struct function_op *)op)->rows);
}

static const struct op_class set_function_class = {
	.name = "function scan",
	.open = set_function_open,
	.next = set_function_next_batch,
	.close = set_function_close,
};

struct op_state *
set_function_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct function_op *set = arena_zalloc(env->arena, sizeof(*set));

	set_rows_init(&set->rows, env, rel->function.calls,
	    rel->function.call_count);
	op_init(&set->op, &set_function_class, env, rel);
	return &set->op;
}
