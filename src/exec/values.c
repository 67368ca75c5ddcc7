/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.c -- rows that are written down; one row without columns if there is
 * no FROM.
 */
#include "exec/eval.h"

struct values_op {
	struct op_state op;
	uint32_t at; /* next row */
};

static int
fill_column(struct op_state *op, uint32_t first, uint32_t count,
    uint32_t column, struct vec *out, struct error *err)
{
	struct arena *arena = &op->batch_arena;

	vec_init(out, type_phys(&op->rel->types[column]), count, arena);
	vec_need_nulls(out, count, arena);
	for (uint32_t i = 0; i < count; i++) {
		const struct expr *cell =
		    op->rel->values.rows[first + i][column];
		struct datum value;
		int rc;

		rc = eval_fixed(op->env, cell, arena, &value, err);
		if (rc != 0)
			return rc;
		vec_set(out, i, &value);
	}
	return 0;
}

static int
values_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct values_op *values = (struct values_op *)op;
	uint32_t left = op->rel->values.row_count - values->at;
	uint32_t count = left < VEC_ROWS ? left : VEC_ROWS;

	if (count == 0)
		return 0;
	out->row_count = count;
	out->sel = sel_all(count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t c = 0; c < out->col_count; c++) {
		int rc =
		    fill_column(op, values->at, count, c, &out->cols[c], err);

		if (rc != 0)
			return rc;
	}
	values->at += count;
	return 1;
}

static const struct op_class values_class = {
	.name = "values",
	.next = values_next,
};

struct op_state *
values_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct values_op *values = arena_zalloc(env->arena, sizeof(*values));

	op_init(&values->op, &values_class, env, rel);
	return &values->op;
}
