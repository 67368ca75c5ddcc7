/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpivot.c -- a row of n times the columns becomes n rows, which follow each
 * other.
 */
#include "exec/eval.h"

struct unpivot_op {
	struct op_state op;
	struct batch batch; /* of the input */
	uint32_t at;        /* rows of it that were given, by selection */
};

/* Column `column` of the rows that `count` selected rows become. */
static void
interleave(struct unpivot_op *unpivot, uint32_t column, uint32_t count,
    struct vec *out)
{
	const struct rel *rel = unpivot->op.rel;
	struct arena *arena = &unpivot->op.batch_arena;
	uint32_t row_count = rel->unpivot.row_count;

	vec_init(out, type_phys(&rel->types[column]), count * row_count, arena);
	vec_need_nulls(out, count * row_count, arena);
	for (uint32_t k = 0; k < row_count; k++) {
		const struct vec *source =
		    &unpivot->batch.cols[k * rel->column_count + column];

		for (uint32_t i = 0; i < count; i++) {
			uint32_t row =
			    sel_row(unpivot->batch.sel, unpivot->at + i);
			struct datum value = vec_get(source, row);

			vec_set(out, i * row_count + k, &value);
		}
	}
}

static int
unpivot_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct unpivot_op *unpivot = (struct unpivot_op *)op;
	uint32_t row_count = op->rel->unpivot.row_count;
	uint32_t count = VEC_ROWS / row_count;

	if (unpivot->at == unpivot->batch.sel.count) {
		int rc = op_next(op->input, &unpivot->batch, err);

		if (rc <= 0)
			return rc;
		unpivot->at = 0;
	}
	if (count > unpivot->batch.sel.count - unpivot->at)
		count = unpivot->batch.sel.count - unpivot->at;
	out->row_count = count * row_count;
	out->sel = sel_all(out->row_count);
	out->col_count = op->rel->column_count;
	out->cols = arena_alloc_array(&op->batch_arena, out->col_count + 1,
	    sizeof(*out->cols));
	for (uint32_t i = 0; i < out->col_count; i++)
		interleave(unpivot, i, count, &out->cols[i]);
	unpivot->at += count;
	return 1;
}

static const struct op_class unpivot_class = {
	.name = "unpivot",
	.next = unpivot_next,
};

struct op_state *
unpivot_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct unpivot_op *unpivot = arena_zalloc(env->arena, sizeof(*unpivot));

	op_init(&unpivot->op, &unpivot_class, env, rel);
	return &unpivot->op;
}
