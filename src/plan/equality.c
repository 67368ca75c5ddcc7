/* SPDX-License-Identifier: Apache-2.0 */
/*
 * equality.c -- see equality.h.
 */
#include "plan/equality.h"

#include "plan/option.h"

#define CONDITIONS_MAX 100 /* that are looked at together */

/* Both sides of a condition "column = column" of one type. */
static bool
is_pair(const struct expr *condition, const struct expr **a,
    const struct expr **b)
{
	struct type type;

	if (!expr_is_equality(condition, &type))
		return false;
	*a = condition->args[0];
	*b = condition->args[1];
	return (*a)->kind == EXPR_COLUMN && (*b)->kind == EXPR_COLUMN &&
	    (*a)->type.oid == (*b)->type.oid;
}

static bool
is_comparison(const struct expr *condition)
{
	static const char *const names[] = { "=", "<", "<=", ">", ">=" };

	if (condition->kind != EXPR_CALL || condition->arg_count != 2 ||
	    condition->function->kind != FUNCTION_OPERATOR)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(condition->function->name, names[i]) == 0)
			return true;
	}
	return false;
}

/*
 * A fact compares `column` with a value that no row of `rel` changes: the same
 * of `other`, else NULL.
 */
static struct expr *
transfer(struct binder *binder, const struct expr *fact, struct rel *rel,
    const struct expr *column, const struct expr *other)
{
	if (!is_comparison(fact))
		return NULL;
	for (uint32_t side = 0; side < 2; side++) {
		const struct expr *value = fact->args[1 - side];
		struct expr *copy;

		if (fact->args[side]->kind != EXPR_COLUMN ||
		    !expr_equal(fact->args[side], column) ||
		    expr_has_subquery(value) || expr_is_volatile(value) ||
		    expr_names_any(value, rel))
			continue;
		copy = expr_copy(binder->arena, fact);
		copy->args[side] = expr_copy(binder->arena, other);
		return copy;
	}
	return NULL;
}

static void
add_new(struct binder *binder, struct conditions *list, struct expr *condition)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (expr_equal(list->items[i], condition))
			return;
	}
	conditions_add(binder, list, condition);
}

void
equality_derive(struct binder *binder, struct rel *join,
    const struct conditions *equalities, const struct conditions *facts,
    struct conditions *out)
{
	if (!option_is_on(binder, OPTION_EQUALITIES))
		return;
	for (uint32_t i = 0; i < equalities->count; i++) {
		const struct expr *pair[2];

		if (!is_pair(equalities->items[i], &pair[0], &pair[1]))
			continue;
		for (uint32_t f = 0; f < 2 * facts->count; f++) {
			const struct expr *column = pair[f % 2];
			const struct expr *other = pair[1 - f % 2];
			struct expr *derived;

			if (!expr_names_only(other, join->join.right))
				continue;
			derived = transfer(binder, facts->items[f / 2], join,
			    column, other);
			if (derived != NULL)
				add_new(binder, out, derived);
		}
	}
}

void
equality_close(struct binder *binder, struct rel *rel, struct conditions *all)
{
	if (!option_is_on(binder, OPTION_EQUALITIES) ||
	    all->count > CONDITIONS_MAX)
		return;
	/* what is added is looked at in turn */
	for (uint32_t f = 0; f < all->count && f < CONDITIONS_MAX; f++) {
		for (uint32_t i = 0; i < all->count; i++) {
			const struct expr *pair[2];
			struct expr *derived;

			if (!is_pair(all->items[i], &pair[0], &pair[1]))
				continue;
			for (int side = 0; side < 2; side++) {
				derived = transfer(binder, all->items[f], rel,
				    pair[side], pair[1 - side]);
				if (derived != NULL)
					add_new(binder, all, derived);
			}
		}
	}
}
