/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lateral.c -- a join whose right side names columns of the left one: it runs
 * again for each row there.
 *
 * Rows that match are collected until a batch is worth giving.
 */
#include "exec/eval.h"
#include "exec/inner.h"
#include "exec/row_store.h"

#define ROWS_WANTED (VEC_ROWS / 2)

struct lateral_op {
	struct op_state op;
	struct inner inner;
	struct batch left;     /* the left side's batch */
	bool has_left;         /* it has rows that are not done */
	uint32_t at;           /* position in left.sel */
	bool is_running;       /* the right side, for that row */
	bool has_matched;      /* and gave a row */
	bool is_done;          /* the left side is at its end */
	struct row_store rows; /* collected */
	uint32_t given;        /* of them */
};

/* What conditions see: the left row as constants, then the right columns. */
static void
both_sides(struct lateral_op *lateral, const struct batch *right,
    struct arena *arena, struct batch *out)
{
	uint32_t left_count = lateral->left.col_count;
	uint32_t row = sel_row(lateral->left.sel, lateral->at);

	*out = *right;
	out->col_count = left_count + lateral->inner.rel->column_count;
	out->cols =
	    arena_alloc_array(arena, out->col_count + 1, sizeof(*out->cols));
	for (uint32_t i = 0; i < left_count; i++) {
		const struct vec *vec = &lateral->left.cols[i];
		struct datum value = vec_get(vec, row);

		vec_init_constant(&out->cols[i], vec->phys, &value, arena);
	}
	for (uint32_t i = left_count; i < out->col_count; i++)
		out->cols[i] = right->cols[i - left_count];
}

static int
collect(struct lateral_op *lateral, const struct batch *both, struct error *err)
{
	const struct rel *rel = lateral->op.rel;
	struct arena *arena = &lateral->op.batch_arena;
	struct vec *columns =
	    arena_alloc_array(arena, rel->column_count + 1, sizeof(*columns));

	for (uint32_t i = 0; i < rel->column_count; i++)
		columns[i] = both->cols[rel->join.outputs[i]];
	return row_store_add(&lateral->rows, columns, both->sel, err);
}

/* The rows of a batch of the right side that match. */
static int
collect_matches(struct lateral_op *lateral, const struct batch *right,
    struct error *err)
{
	const struct rel_join *rel = &lateral->op.rel->join;
	struct arena *arena = &lateral->op.batch_arena;
	struct batch both;
	struct eval eval;
	uint16_t *rows;

	both_sides(lateral, right, arena, &both);
	eval = eval_of_batch(lateral->op.env, arena, &both);
	rows = arena_alloc_array(arena, both.sel.count + 1, sizeof(*rows));
	for (uint32_t i = 0; i < rel->conjunct_count && both.sel.count > 0;
	     i++) {
		uint32_t count;
		int rc;

		rc = eval_filter(&eval, rel->conjuncts[i], both.sel, rows,
		    &count, err);
		if (rc != 0)
			return rc;
		both.sel = (struct sel){ .rows = rows, .count = count };
	}
	lateral->has_matched |= both.sel.count > 0;
	return both.sel.count == 0 ? 0 : collect(lateral, &both, err);
}

/* A left row without a match, with nulls. */
static int
collect_alone(struct lateral_op *lateral, struct error *err)
{
	const struct datum null = { .is_null = true };
	const struct rel *right = lateral->inner.rel;
	struct arena *arena = &lateral->op.batch_arena;
	struct batch nulls = { .row_count = 1, .sel = sel_all(1) };
	struct batch both;

	nulls.cols = arena_alloc_array(arena, right->column_count + 1,
	    sizeof(*nulls.cols));
	for (uint32_t i = 0; i < right->column_count; i++)
		vec_init_constant(&nulls.cols[i], type_phys(&right->types[i]),
		    &null, arena);
	both_sides(lateral, &nulls, arena, &both);
	return collect(lateral, &both, err);
}

static int
start_row(struct lateral_op *lateral, struct error *err)
{
	const struct rel_join *rel = &lateral->op.rel->join;

	inner_set_slots(lateral->op.env, rel->outers, rel->outer_count,
	    lateral->left.cols, sel_row(lateral->left.sel, lateral->at));
	lateral->is_running = true;
	lateral->has_matched = false;
	return inner_start(&lateral->inner, err);
}

/* One batch of the right side, or the end of the row. */
static int
step(struct lateral_op *lateral, struct error *err)
{
	struct batch right;
	int rc;

	rc = inner_next(&lateral->inner, &right, err);
	if (rc > 0)
		return collect_matches(lateral, &right, err);
	if (rc == 0 && !lateral->has_matched &&
	    lateral->op.rel->join.kind == JOIN_LEFT)
		rc = collect_alone(lateral, err);
	lateral->is_running = false;
	lateral->at++;
	lateral->has_left = lateral->at < lateral->left.sel.count;
	return rc;
}

static int
advance(struct lateral_op *lateral, struct error *err)
{
	int rc;

	if (lateral->is_running)
		return step(lateral, err);
	if (lateral->has_left)
		return start_row(lateral, err);
	rc = op_next(lateral->op.input, &lateral->left, err);
	lateral->is_done = rc == 0;
	lateral->has_left = rc > 0;
	lateral->at = 0;
	return rc < 0 ? rc : 0;
}

static int
collect_rows(struct lateral_op *lateral, struct error *err)
{
	int rc = 0;

	row_store_reset(&lateral->rows);
	lateral->given = 0;
	while (rc == 0 && !lateral->is_done &&
	    lateral->rows.row_count < ROWS_WANTED) {
		rc = advance(lateral, err);
		if (rc == 0)
			rc = op_forget(&lateral->op, err);
	}
	return rc;
}

static int
lateral_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct lateral_op *lateral = (struct lateral_op *)op;
	uint32_t count;
	int rc;

	if (lateral->given == lateral->rows.row_count) {
		rc = collect_rows(lateral, err);
		if (rc != 0)
			return rc;
	}
	count = lateral->rows.row_count - lateral->given;
	count = count < VEC_ROWS ? count : VEC_ROWS;
	if (count == 0)
		return 0;
	row_store_batch(&lateral->rows, NULL, lateral->given, count,
	    &op->batch_arena, out);
	lateral->given += count;
	return 1;
}

static int
lateral_open(struct op_state *op, struct error *err UNUSED)
{
	struct lateral_op *lateral = (struct lateral_op *)op;

	inner_init(&lateral->inner, op->env, op->rel->join.right);
	row_store_init(&lateral->rows, op->rel->types, op->rel->column_count,
	    op->env->context->budget);
	return 0;
}

static void
lateral_close(struct op_state *op)
{
	struct lateral_op *lateral = (struct lateral_op *)op;

	if (lateral->inner.rel != NULL)
		inner_end(&lateral->inner);
	row_store_release(&lateral->rows);
}

static const struct op_class lateral_class = {
	.name = "lateral join",
	.open = lateral_open,
	.next = lateral_next,
	.close = lateral_close,
};

struct op_state *
lateral_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct lateral_op *lateral = arena_zalloc(env->arena, sizeof(*lateral));

	op_init(&lateral->op, &lateral_class, env, rel);
	return &lateral->op;
}
