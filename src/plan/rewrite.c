/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/rewrite.h"

#include "plan/rel_walk.h"

void
conditions_add(struct binder *binder, struct conditions *list,
    struct expr *condition)
{
	list->items = arena_grow(binder->arena, list->items, list->count,
	    &list->capacity, sizeof(*list->items));
	list->items[list->count++] = condition;
}

void
conditions_add_all(struct binder *binder, struct conditions *list,
    struct expr *const *conditions, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		conditions_add(binder, list, conditions[i]);
}

/* Those with subqueries cost most: they come last. */
struct rel *
conditions_above(struct binder *binder, struct rel *rel,
    const struct conditions *list)
{
	struct conditions sorted = { .count = 0 };
	struct rel *filter;

	if (list->count == 0)
		return rel;
	for (uint32_t i = 0; i < list->count; i++) {
		if (!expr_has_subquery(list->items[i]))
			conditions_add(binder, &sorted, list->items[i]);
	}
	for (uint32_t i = 0; i < list->count; i++) {
		if (expr_has_subquery(list->items[i]))
			conditions_add(binder, &sorted, list->items[i]);
	}
	filter = rel_new_over(binder, REL_FILTER, rel);
	filter->filter.conjuncts = sorted.items;
	filter->filter.count = sorted.count;
	return filter;
}

/* ---- questions ---- */

static bool
is_subquery(const struct expr *expr)
{
	return expr->kind == EXPR_SUBQUERY;
}

bool
expr_has_subquery(const struct expr *expr)
{
	return expr_any(expr, is_subquery);
}

static bool
is_volatile_call(const struct expr *expr, void *arg UNUSED)
{
	return expr_is_volatile_call(expr);
}

bool
expr_is_volatile(const struct expr *expr)
{
	return expr_find(expr, is_volatile_call, NULL);
}

static bool
is_column_of(const struct expr *expr, void *arg)
{
	return expr->kind == EXPR_COLUMN && rel_makes(arg, expr->column.rel);
}

static bool
is_column_of_others(const struct expr *expr, void *arg)
{
	return expr->kind == EXPR_COLUMN && !rel_makes(arg, expr->column.rel);
}

bool
expr_names_any(const struct expr *expr, struct rel *rel)
{
	return expr_find(expr, is_column_of, rel);
}

bool
rel_names_any(struct rel *inner, struct rel *rel)
{
	return rel_find(inner, is_column_of, rel);
}

bool
expr_names_only(const struct expr *expr, struct rel *rel)
{
	return !expr_find(expr, is_column_of_others, rel);
}

/* ---- changes ---- */

#define GROWTH_MAX 1000 /* of one condition at one level */

/* By how many nodes it would grow. */
static uint32_t
growth_of(const struct expr *expr, uint32_t id, struct expr *const *exprs)
{
	uint32_t growth = 0;

	if (expr->kind == EXPR_COLUMN && expr->column.rel == id)
		return expr_weight(exprs[expr->column.column]) - 1;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (__builtin_add_overflow(growth,
			growth_of(expr->args[i], id, exprs), &growth))
			growth = UINT32_MAX;
	return growth;
}

bool
expr_may_grow(const struct binder *binder, const struct expr *expr, uint32_t id,
    struct expr *const *exprs)
{
	uint32_t growth = growth_of(expr, id, exprs);

	return growth <= GROWTH_MAX && binder_has_room(binder, growth);
}

/* What names no such column stays the same node: lists may be long. */
struct expr *
expr_substitute(struct binder *binder, struct expr *expr, uint32_t id,
    struct expr *const *exprs)
{
	struct expr *copy = expr;

	if (expr->kind == EXPR_COLUMN && expr->column.rel == id)
		return exprs[expr->column.column];
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		struct expr *arg =
		    expr_substitute(binder, expr->args[i], id, exprs);

		if (arg == expr->args[i])
			continue;
		if (copy == expr) {
			copy = expr_copy(binder->arena, expr);
			binder_add_copies(binder, 1);
		}
		copy->args[i] = arg;
	}
	return copy;
}

/* ---- nulls ---- */

/* Whether the value is null if all columns of the relation are. */
static bool
is_null_with(const struct expr *expr, struct rel *rel)
{
	switch (expr->kind) {
	case EXPR_COLUMN:
		return rel_makes(rel, expr->column.rel);
	case EXPR_CAST:
	case EXPR_NOT:
		return is_null_with(expr->args[0], rel);
	case EXPR_IN: /* in nothing is nothing, not even a null */
		return expr->arg_count > 1 && is_null_with(expr->args[0], rel);
	case EXPR_CALL:
		for (uint32_t i = 0;
		     expr->function->is_strict && i < expr->arg_count; i++) {
			if (is_null_with(expr->args[i], rel))
				return true;
		}
		return false;
	default:
		return false;
	}
}

bool
expr_rejects_nulls(const struct expr *condition, struct rel *rel)
{
	bool any = false;
	bool all = true;

	switch (condition->kind) {
	case EXPR_AND:
	case EXPR_OR:
		for (uint32_t i = 0; i < condition->arg_count; i++) {
			bool rejects =
			    expr_rejects_nulls(condition->args[i], rel);

			any |= rejects;
			all &= rejects;
		}
		return condition->kind == EXPR_AND ? any : all;
	case EXPR_TEST:
		return condition->test == TEST_NOT_NULL &&
		    is_null_with(condition->args[0], rel);
	default:
		return is_null_with(condition, rel);
	}
}
