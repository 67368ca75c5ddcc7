/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unique.c -- DISTINCT ON: of rows that are equal in some columns, and come one
 * after the other, the first.
 */
#include "exec/eval.h"
#include "exec/last_row.h"

struct unique_op {
	struct op_state op;
	struct last_row last; /* of the last batch */
};

static int
unique_open(struct op_state *op, struct error *err UNUSED)
{
	struct unique_op *unique = (struct unique_op *)op;

	last_row_init(&unique->last, op->rel->types, op->rel->unique.columns,
	    op->rel->unique.count, op->env->arena, op->env->context->budget);
	return 0;
}

static int
keep_first(struct unique_op *unique, struct batch *batch, struct error *err)
{
	struct sel sel = batch->sel;
	uint16_t *rows = arena_alloc_array(&unique->op.batch_arena,
	    sel.count + 1, sizeof(*rows));
	uint32_t kept = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		bool is_equal = i > 0 ? last_row_pair_equal(&unique->last,
					    batch, row, sel_row(sel, i - 1))
				      : last_row_is_set(&unique->last) &&
			last_row_equal(&unique->last, batch, row);

		rows[kept] = (uint16_t)row;
		kept += !is_equal;
	}
	batch->sel = (struct sel){ .rows = rows, .count = kept };
	return last_row_set(&unique->last, batch, sel_row(sel, sel.count - 1),
	    err);
}

static int
unique_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct unique_op *unique = (struct unique_op *)op;
	int rc;

	while ((rc = op_next(op->input, out, err)) > 0) {
		rc = op_forget(op, err);
		if (rc == 0)
			rc = keep_first(unique, out, err);
		if (rc != 0)
			return rc;
		if (out->sel.count > 0)
			return 1;
	}
	return rc;
}

static void
unique_close(struct op_state *op)
{
	last_row_release(&((struct unique_op *)op)->last);
}

static const struct op_class unique_class = {
	.name = "unique",
	.open = unique_open,
	.next = unique_next,
	.close = unique_close,
};

struct op_state *
unique_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct unique_op *unique = arena_zalloc(env->arena, sizeof(*unique));

	op_init(&unique->op, &unique_class, env, rel);
	return &unique->op;
}
