/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/by_shard.h"

#include "engine/engine.h"
#include "plan/rel_walk.h"

/* ---- which columns are the context ---- */

static bool column_is_context(const struct rel *rel, uint32_t column);

bool
rel_is_context(const struct rel *rel, const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN &&
	    column_is_context(rel, expr->column.column);
}

/* Where a side is filled with nulls, these come from several shards. */
static bool
join_column_is_context(const struct rel *rel, uint32_t column)
{
	const struct rel_join *join = &rel->join;
	uint32_t left_count = rel->input->column_count;
	uint32_t its = join->outputs[column];

	if (join->kind == JOIN_FULL || join->is_lateral)
		return false;
	if (its < left_count)
		return column_is_context(rel->input, its);
	return join->kind == JOIN_INNER &&
	    column_is_context(join->right, its - left_count);
}

static bool
append_column_is_context(const struct rel *rel, uint32_t column)
{
	for (uint32_t i = 0; i < rel->append.count; i++)
		if (!column_is_context(rel->append.inputs[i], column))
			return false;
	return true;
}

static bool
sequence_column_is_context(const struct rel *rel, uint32_t column)
{
	const struct sequence_input *step = rel->sequence.steps;

	for (; column >= step->kept_count; step++)
		column -= step->kept_count;
	return column_is_context(step->rel, step->kept[column]);
}

static bool
column_is_context(const struct rel *rel, uint32_t column)
{
	switch (rel->kind) {
	case REL_SCAN:
		return rel->scan.attnums[column] == COLUMN_CONTEXT_ID;
	case REL_FILTER:
		return column_is_context(rel->input, column);
	case REL_PROJECT:
		return rel_is_context(rel->input, rel->project[column]);
	case REL_JOIN:
		return join_column_is_context(rel, column);
	case REL_AGG:
		return rel->agg.set_count == 0 && column < rel->agg.key_count &&
		    rel_is_context(rel->input, rel->agg.keys[column]);
	case REL_APPEND:
		return append_column_is_context(rel, column);
	case REL_WINDOW:
		return column < rel->input->column_count &&
		    column_is_context(rel->input, column);
	case REL_SEQUENCE:
		return sequence_column_is_context(rel, column);
	default:
		return false;
	}
}

/* ---- which relations bring only rows of one context together ---- */

static bool
any_is_context(const struct rel *rel, struct expr *const *exprs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (rel_is_context(rel, exprs[i]))
			return true;
	return false;
}

static bool
joins_by_context(const struct rel *rel)
{
	const struct rel_join *join = &rel->join;

	for (uint32_t k = 0; k < join->key_count && !join->is_lateral; k++)
		if (rel_is_context(rel->input, join->keys[k].left) &&
		    rel_is_context(join->right, join->keys[k].right))
			return true;
	return false;
}

static bool
is_by_context(const struct rel *rel)
{
	switch (rel->kind) {
	case REL_SCAN:
	case REL_FILTER:
	case REL_PROJECT:
	case REL_APPEND:
		return true; /* each row by itself */
	case REL_JOIN:
		return joins_by_context(rel);
	case REL_AGG:
		return rel->agg.set_count == 0 &&
		    any_is_context(rel->input, rel->agg.keys,
			rel->agg.key_count);
	case REL_WINDOW:
		return any_is_context(rel->input, rel->window.partition,
		    rel->window.partition_count);
	case REL_SEQUENCE:
		return rel->sequence.is_by_context;
	default:
		return false;
	}
}

/* ---- what several threads may not do ---- */

static bool
is_shared_state(const struct expr *expr)
{
	return expr->kind == EXPR_SUBQUERY || expr_is_volatile_call(expr);
}

static int
test_slot(struct expr **slot, void *arg UNUSED)
{
	return *slot != NULL && expr_any(*slot, is_shared_state);
}

/* Keys of a join were conjuncts before, and are no expressions of it now. */
bool
rel_has_shared_state(const struct rel *rel)
{
	for (uint32_t k = 0; rel->kind == REL_JOIN && k < rel->join.key_count;
	     k++)
		if (expr_any(rel->join.keys[k].left, is_shared_state) ||
		    expr_any(rel->join.keys[k].right, is_shared_state))
			return true;
	return rel_each_expr_of(rel, test_slot, NULL) != 0;
}

bool
rel_is_by_shard(const struct rel *rel)
{
	if (!is_by_context(rel) || rel_has_shared_state(rel))
		return false;
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		if (!rel_is_by_shard(rel_child(rel, i)))
			return false;
	return true;
}
