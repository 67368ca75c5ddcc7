/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.c -- OFFSET and LIMIT: skips, then stops asking.
 */
#include "exec/eval.h"

struct limit_op {
	struct op_state op;
	uint64_t skip; /* rows still to be skipped */
	uint64_t left; /* rows still to be given */
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

	return limit_eval(op->env, op->rel, &limit->left, &limit->skip, err);
}

/* The selection from its first-th row on, `count` of them. */
static struct sel
sel_slice(struct sel sel, uint32_t first, uint32_t count, struct arena *arena)
{
	uint16_t *rows;

	if (sel.rows != NULL)
		return (struct sel){ .rows = sel.rows + first, .count = count };
	if (first == 0)
		return sel_all(count);
	rows = arena_alloc_array(arena, count, sizeof(*rows));
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (uint16_t)(first + i);
	return (struct sel){ .rows = rows, .count = count };
}

static int
limit_next(struct op_state *op, struct batch *out, struct error *err)
{
	struct limit_op *limit = (struct limit_op *)op;
	uint32_t first;
	uint32_t count;
	int rc;

	do {
		if (limit->left == 0)
			return 0;
		if (limit->left < UINT64_MAX - limit->skip)
			op->input->row_goal = limit->skip + limit->left;
		rc = op_next(op->input, out, err);
		if (rc <= 0)
			return rc;
		first = limit->skip < out->sel.count ? (uint32_t)limit->skip
						     : out->sel.count;
		limit->skip -= first;
	} while (first == out->sel.count);
	count = out->sel.count - first;
	if (count > limit->left)
		count = (uint32_t)limit->left;
	limit->left -= count;
	out->sel = sel_slice(out->sel, first, count, &op->batch_arena);
	return 1;
}

static const struct op_class limit_class = {
	.name = "limit",
	.open = limit_open,
	.next = limit_next,
};

struct op_state *
limit_op_new(const struct exec_env *env, const struct rel *rel)
{
	struct limit_op *limit = arena_zalloc(env->arena, sizeof(*limit));

	if (rel->input->kind == REL_SORT)
		limit->op.input = sort_op_new(env, rel->input, rel);
	op_init(&limit->op, &limit_class, env, rel);
	return &limit->op;
}
