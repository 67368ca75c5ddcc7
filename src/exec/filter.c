/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.c -- the rows for which all conjuncts are true.  No value is moved:
 * the batch passes with a smaller selection.
 */
#include "exec/eval.h"

static int
filter_next(struct op_state *op, struct batch *out, struct error *err)
{
	const struct rel_filter *filter = &op->rel->filter;
	int rc;

	while ((rc = op_next(op->input, out, err)) > 0) {
		struct eval eval;
		uint16_t *rows;

		rc = op_forget(op, err);
		if (rc != 0)
			return rc;
		eval = eval_of_batch(op->env, &op->batch_arena, out);
		rows = arena_alloc_array(&op->batch_arena, out->sel.count + 1,
		    sizeof(*rows));
		for (uint32_t i = 0; i < filter->count && out->sel.count > 0;
		     i++) {
			uint32_t count;

			rc = eval_filter(&eval, filter->conjuncts[i], out->sel,
			    rows, &count, err);
			if (rc != 0)
				return rc;
			/* where all rows pass, loops go on without a list */
			if (count < out->sel.count)
				out->sel = (struct sel){ .rows = rows,
					.count = count };
		}
		if (out->sel.count > 0)
			return 1;
	}
	return rc;
}

static const struct op_class filter_class = {
	.name = "filter",
	.next = filter_next,
};

struct op_state *
filter_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct op_state *op = arena_zalloc(env->arena, sizeof(*op));

	op_init(op, &filter_class, env, rel);
	return op;
}
