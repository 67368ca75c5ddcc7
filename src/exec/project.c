/* SPDX-License-Identifier: Apache-2.0 */
/*
 * project.c -- columns computed from the input's.
 */
#include "exec/eval.h"

static int
project_next(struct op_state *op, struct batch *out, struct error *err)
{
	uint32_t count = op->rel->column_count;
	struct batch input;
	struct eval eval;
	int rc;

	op->input->row_goal = op->row_goal;
	rc = op_next(op->input, &input, err);
	if (rc <= 0)
		return rc;
	eval = eval_of_batch(op->env, &op->batch_arena, &input);
	*out = input;
	out->col_count = count;
	out->cols =
	    arena_alloc_array(&op->batch_arena, count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < count; i++) {
		rc = eval_expr(&eval, op->rel->project[i], input.sel,
		    &out->cols[i], err);
		if (rc != 0)
			return rc;
	}
	return 1;
}

static const struct op_class project_class = {
	.name = "project",
	.next = project_next,
};

struct op_state *
project_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct op_state *op = arena_zalloc(env->arena, sizeof(*op));

	op_init(op, &project_class, env, rel);
	return op;
}
