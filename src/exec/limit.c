/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.c -- OFFSET and LIMIT: skips, then stops asking; WITH TIES only when a
 * row differs from the last one.
 */
#include "exec/eval.h"
#include "exec/last_row.h"

struct limit_op {
	struct op_state op;
	uint64_t skip;        /* rows still to be skipped */
	uint64_t left;        /* rows still to be given */
	struct last_row last; /* WITH TIES: the last row of those */
};

static int
eval_count(const struct exec_env *env, const struct expr *expr,
    uint64_t if_null, int code, const char *name, uint64_t *out,
    struct error *err)
{
	struct datum value;
	int rc;

	*out = if_null;
	if (expr == NULL)
		return 0;
	rc = eval_fixed(env, expr, env->arena, &value, err);
	if (rc != 0 || value.is_null)
		return rc;
	if (value.i64 < 0)
		return error_set(err, code, "%s must not be negative", name);
	*out = (uint64_t)value.i64;
	return 0;
}

int
limit_eval(const struct exec_env *env, const struct rel *rel, uint64_t *limit,
    uint64_t *offset, struct error *err)
{
	int rc;

	rc = eval_count(env, rel->limit.offset, 0, STELE_E_INVALID_OFFSET,
	    "OFFSET", offset, err);
	if (rc != 0)
		return rc;
	return eval_count(env, rel->limit.limit, UINT64_MAX,
	    STELE_E_INVALID_LIMIT, "LIMIT", limit, err);
}

static int
limit_open(struct op_state *op, struct error *err)
{
	struct limit_op *limit = (struct limit_op *)op;

	if (op->rel->limit.tie_count > 0)
		last_row_init(&limit->last, op->rel->types, op->rel->limit.ties,
		    op->rel->limit.tie_count, op->env->arena,
		    op->env->context->budget);
	return limit_eval(op->env, op->rel, &limit->left, &limit->skip, err);
}

/* The selection from its first-th row on, `count` of them. */
static struct sel
sel_slice(struct sel sel, uint32_t first, uint32_t count, struct arena *arena)
{
	uint16_t *rows;

	if (sel.rows != NULL)
		/* It takes the member for the variable. */
		/* cppcheck-suppress legacyUninitvar */
		return (struct sel){ .rows = sel.rows + first, .count = count };
	if (first == 0)
		return sel_all(count);
	rows = arena_alloc_array(arena, count, sizeof(*rows));
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (uint16_t)(first + i);
	return (struct sel){ .rows = rows, .count = count };
}

/* How many rows of a batch, from the first-th on, equal the last row kept. */
static uint32_t
count_ties(const struct limit_op *limit, const struct batch *batch,
    uint32_t first)
{
	uint32_t count = 0;

	while (first + count < batch->sel.count &&
	    last_row_equal(&limit->last, batch,
		sel_row(batch->sel, first + count)))
		count++;
	return count;
}

/* How many rows of a batch come out after those that are skipped. */
static int
count_rows(struct limit_op *limit, const struct batch *batch, uint32_t first,
    uint32_t *out, struct error *err)
{
	uint32_t count = batch->sel.count - first;
	int rc = 0;

	if (count > limit->left)
		count = (uint32_t)limit->left;
	limit->left -= count;
	*out = count;
	if (limit->left > 0 || limit->last.count == 0)
		return 0;
	if (count > 0)
		rc = last_row_set(&limit->last, batch,
		    sel_row(batch->sel, first + count - 1), err);
	if (rc == 0 && last_row_is_set(&limit->last))
		*out += count_ties(limit, batch, first + count);
	return rc;
}

/* Whether another row can still come out. */
static bool
is_done(const struct limit_op *limit)
{
	return limit->left == 0 && !last_row_is_set(&limit->last);
}

static int
limit_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct limit_op *limit = (struct limit_op *)op;
	uint32_t first;
	uint32_t count;
	int rc;

	do {
		if (is_done(limit))
			return 0;
		if (limit->last.count == 0 &&
		    limit->left < UINT64_MAX - limit->skip)
			op->input->row_goal = limit->skip + limit->left;
		rc = op_next(op->input, out, err);
		if (rc <= 0)
			return rc;
		first = limit->skip < out->sel.count ? (uint32_t)limit->skip
						     : out->sel.count;
		limit->skip -= first;
	} while (first == out->sel.count);
	rc = count_rows(limit, out, first, &count, err);
	if (rc != 0 || count == 0)
		return rc;
	out->sel = sel_slice(out->sel, first, count, &op->batch_arena);
	return 1;
}

static void
limit_close(struct op_state *op)
{
	last_row_release(&((struct limit_op *)op)->last);
}

static const struct op_class limit_class = {
	.name = "limit",
	.open = limit_open,
	.next = limit_next,
	.close = limit_close,
};

struct op_state *
limit_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct limit_op *limit = arena_zalloc(env->arena, sizeof(*limit));

	/* with ties nobody knows how many rows a sort has to keep */
	if (rel->input->kind == REL_SORT && rel->limit.tie_count == 0)
		limit->op.input = sort_op_new(env, rel->input, rel);
	op_init(&limit->op, &limit_class, env, rel);
	return &limit->op;
}
