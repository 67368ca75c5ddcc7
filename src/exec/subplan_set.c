/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/subplan_set.h"

#include "plan/logical.h"

/* ---- which subqueries have one ---- */

static bool
reads_columns(const struct expr *expr)
{
	if (expr->kind == EXPR_COLUMN)
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (reads_columns(expr->args[i]))
			return true;
	}
	return false;
}

static bool
reads_slots(const struct expr *expr)
{
	if (expr->kind == EXPR_OUTER || expr->kind == EXPR_SUBQUERY)
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (reads_slots(expr->args[i]))
			return true;
	}
	return false;
}

/* Operands lie in slots while the subquery runs, in vectors for the set. */
static struct expr *
over_operands(const struct exec_env *env, const struct expr *expr,
    uint32_t first_slot)
{
	struct expr *copy = expr_copy(env->arena, expr);

	if (expr->kind == EXPR_OUTER) {
		copy->kind = EXPR_COLUMN;
		copy->column.rel = 0;
		copy->column.column = expr->slot - first_slot;
	}
	for (uint32_t i = 0; i < expr->arg_count; i++)
		copy->args[i] = over_operands(env, expr->args[i], first_slot);
	return copy;
}

static bool
add_equality(struct subplan_set *set, const struct exec_env *env,
    const struct expr *test, uint32_t first_slot)
{
	const struct expr *operand;
	struct expr *column;

	if (!expr_is_equality(test, &set->types[set->count]))
		return false;
	operand = test->args[0];
	column = test->args[1];
	if (reads_columns(operand) || reads_slots(column))
		return false;
	set->operands[set->count] = over_operands(env, operand, first_slot);
	set->columns[set->count++] = column;
	return true;
}

bool
subplan_set_init(struct subplan_set *set, const struct exec_env *env,
    const struct expr *expr)
{
	const struct subquery *query = expr->subquery;
	const struct expr *test = query->test;
	bool is_row = test != NULL && test->kind == EXPR_AND;
	uint32_t count = is_row ? test->arg_count : 1;
	bool is_possible = true;

	*set = (struct subplan_set){ .count = 0 };
	if (!query->can_hash || query->kind != SUBQUERY_ANY ||
	    query->outer_count > 0 || expr->arg_count == 0)
		return false;
	set->operands =
	    arena_alloc_array(env->arena, count + 1, sizeof(*set->operands));
	set->columns =
	    arena_alloc_array(env->arena, count + 1, sizeof(*set->columns));
	set->types =
	    arena_alloc_array(env->arena, count + 1, sizeof(*set->types));
	for (uint32_t i = 0; i < count && is_possible; i++)
		is_possible = add_equality(set, env,
		    is_row ? test->args[i] : test, query->operand_slot);
	if (!is_possible)
		return false;
	key_set_init(&set->keys, env->context, set->types, set->count,
	    env->arena);
	return true;
}

void
subplan_set_release(struct subplan_set *set)
{
	key_set_release(&set->keys);
}

/* ---- rows ---- */

/* The rows whose keys have no null, into rows[]. */
static struct sel
without_nulls(const struct subplan_set *set, const struct vec *keys,
    struct sel sel, uint16_t *rows)
{
	struct sel found = { .rows = rows };

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		bool has_null = false;

		for (uint32_t k = 0; k < set->count; k++)
			has_null |= vec_is_null(&keys[k], row);
		rows[found.count] = (uint16_t)row;
		found.count += !has_null;
	}
	return found;
}

static int
eval_keys(const struct subplan_set *set, const struct eval *eval,
    struct expr *const *exprs, struct sel sel, struct vec **out,
    struct error *err)
{
	int rc = 0;

	*out = arena_alloc_array(eval->arena, set->count + 1, sizeof(**out));
	for (uint32_t i = 0; i < set->count && rc == 0; i++)
		rc = eval_expr(eval, exprs[i], sel, &(*out)[i], err);
	return rc;
}

int
subplan_set_add(struct subplan_set *set, const struct exec_env *env,
    const struct batch *batch, struct error *err)
{
	struct arena_mark mark = arena_mark(env->arena);
	const struct eval eval = eval_of_batch(env, env->arena, batch);
	uint16_t *rows =
	    arena_alloc_array(env->arena, batch->sel.count + 1, sizeof(*rows));
	bool *is_new = arena_alloc_array(env->arena, batch->sel.count + 1,
	    sizeof(*is_new));
	struct vec *keys;
	struct sel sel;
	int rc;

	rc = eval_keys(set, &eval, set->columns, batch->sel, &keys, err);
	if (rc == 0) {
		sel = without_nulls(set, keys, batch->sel, rows);
		set->has_nulls |= sel.count < batch->sel.count;
		rc =
		    key_set_add(&set->keys, keys, sel, env->arena, is_new, err);
	}
	if (rc == 0)
		rc = arena_check(env->arena, err);
	arena_rewind(env->arena, mark);
	return rc;
}

/* ---- answers ---- */

/*
 * For one column the set knows all: a null, on either side, leaves it open
 * unless there is no row.  For more it matters which of them are null.
 */
int
subplan_set_eval(struct subplan_set *set, const struct eval *eval,
    const struct vec *operands, struct sel *sel, struct vec *out,
    struct error *err)
{
	const struct eval over = { .env = eval->env,
		.arena = eval->arena,
		.columns = operands,
		.row_count = eval->row_count };
	uint16_t *rows =
	    arena_alloc_array(eval->arena, sel->count + 1, sizeof(*rows));
	uint16_t *left =
	    arena_alloc_array(eval->arena, sel->count + 1, sizeof(*left));
	bool *is_there =
	    arena_alloc_array(eval->arena, sel->count + 1, sizeof(*is_there));
	bool is_empty = key_set_is_empty(&set->keys) && !set->has_nulls;
	uint32_t left_count = 0;
	uint32_t at = 0;
	struct vec *keys;
	struct sel found;
	int rc;

	rc = eval_keys(set, &over, set->operands, *sel, &keys, err);
	if (rc != 0)
		return rc;
	found = without_nulls(set, keys, *sel, rows);
	rc = key_set_find(&set->keys, keys, found, eval->arena, is_there, err);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < sel->count; i++) {
		uint32_t row = sel_row(*sel, i);
		bool has_null = at == found.count || found.rows[at] != row;
		bool is_in = !has_null && is_there[at];

		at += !has_null;
		out->boolean[row] = is_in;
		out->nulls[row] =
		    !is_in && !is_empty && (has_null || set->has_nulls);
		left[left_count] = (uint16_t)row;
		left_count += out->nulls[row] && set->count > 1;
	}
	*sel = (struct sel){ .rows = left, .count = left_count };
	return 0;
}
