/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push.c -- see push.h.
 */
#include "plan/push.h"

#include "plan/equality.h"
#include "plan/order.h"
#include "plan/rel_walk.h"
#include "plan/trivial.h"

static const struct conditions none;

/* The inputs with nothing but their own conditions. */
static void
push_inputs(struct binder *binder, struct rel *rel)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		struct rel **input = rel_input(rel, i);

		*input = push_down(binder, *input, &none);
	}
}

/* Everything stays above. */
static struct rel *
stop(struct binder *binder, struct rel *rel, const struct conditions *above)
{
	push_inputs(binder, rel);
	return conditions_above(binder, rel, above);
}

static struct rel *
push_filter(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct conditions all = { .count = 0 };

	conditions_add_all(binder, &all, rel->filter.conjuncts,
	    rel->filter.count);
	conditions_add_all(binder, &all, above->items, above->count);
	return push_down(binder, rel->input, &all);
}

/* ---- relations with columns of their own ---- */

struct movable {
	uint32_t id;
	struct expr *const *exprs;
	uint32_t count; /* columns from here on have no expression */
};

static bool
has_no_expr(const struct expr *expr, void *arg)
{
	const struct movable *movable = arg;

	return expr->kind == EXPR_COLUMN && expr->column.rel == movable->id &&
	    expr->column.column >= movable->count;
}

static bool
is_bad_column(const struct expr *expr, void *arg)
{
	const struct movable *movable = arg;
	const struct expr *its;

	if (expr->kind != EXPR_COLUMN || expr->column.rel != movable->id)
		return false;
	its = movable->exprs[expr->column.column];
	return expr_has_subquery(its) || expr_is_volatile(its);
}

/* Whether a condition can say the same of the expressions behind columns. */
static bool
can_move(const struct binder *binder, const struct expr *condition,
    struct movable *movable)
{
	return !expr_has_subquery(condition) && !expr_is_volatile(condition) &&
	    !expr_find(condition, has_no_expr, movable) &&
	    expr_may_grow(binder, condition, movable->id, movable->exprs) &&
	    !expr_find(condition, is_bad_column, movable);
}

/* Conditions that can move go to *below in terms of it, the others stay. */
static void
move(struct binder *binder, struct movable *movable,
    const struct conditions *above, struct conditions *below,
    struct conditions *stay)
{
	for (uint32_t i = 0; i < above->count; i++) {
		struct expr *condition = above->items[i];

		if (can_move(binder, condition, movable))
			conditions_add(binder, below,
			    expr_substitute(binder, condition, movable->id,
				movable->exprs));
		else
			conditions_add(binder, stay, condition);
	}
}

static struct rel *
push_project(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct movable movable = { .id = rel->id,
		.exprs = rel->project,
		.count = rel->column_count };
	struct conditions below = { .count = 0 };
	struct conditions stay = { .count = 0 };

	move(binder, &movable, above, &below, &stay);
	rel->input = push_down(binder, rel->input, &below);
	return conditions_above(binder, rel, &stay);
}

/* Groups are chosen by their keys; without keys there is always one. */
static struct rel *
push_agg(struct binder *binder, struct rel *rel, const struct conditions *above)
{
	struct movable movable = { .id = rel->id,
		.exprs = rel->agg.keys,
		.count = rel->agg.key_count };
	struct conditions below = { .count = 0 };
	struct conditions stay = { .count = 0 };

	if (rel->agg.key_count == 0 || rel->agg.set_count > 0)
		return stop(binder, rel, above);
	move(binder, &movable, above, &below, &stay);
	rel->input = push_down(binder, rel->input, &below);
	return conditions_above(binder, rel, &stay);
}

/* The same conditions for one input of an append or a set operation. */
static void
push_part(struct binder *binder, const struct rel *rel, struct rel **part,
    const struct conditions *above)
{
	struct expr **exprs = arena_alloc_array(binder->arena,
	    rel->column_count + 1, sizeof(*exprs));
	struct conditions below = { .count = 0 };

	for (uint32_t i = 0; i < rel->column_count; i++)
		exprs[i] = expr_column(binder->arena, rel->types[i], 0,
		    (*part)->id, i);
	for (uint32_t i = 0; i < above->count; i++)
		conditions_add(binder, &below,
		    expr_substitute(binder, above->items[i], rel->id, exprs));
	*part = push_down(binder, *part, &below);
}

/* What is the same for equal values of its arguments, whatever they look like. */
static bool
is_blind(const struct expr *expr)
{
	static const char *const names[] = { "=", "<>", "<", "<=", ">",
		">=", NULL };

	switch ((int)expr->kind) {
	case EXPR_CALL:
	case EXPR_IN:
		return function_is_operator(expr->function, names);
	case EXPR_TEST:
		return true;
	default:
		return false;
	}
}

/* Whether it may tell equal values of a column apart. */
static bool
sees_looks(const struct expr *expr)
{
	if (expr->kind == EXPR_COLUMN)
		return !type_has_one_look(&expr->type);
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		const struct expr *arg = expr->args[i];

		if (arg->kind == EXPR_COLUMN && is_blind(expr))
			continue;
		if (sees_looks(arg))
			return true;
	}
	return false;
}

/*
 * What holds for the rows of the whole holds for those of each part.  Of a set
 * operation, parts have rows that equal those of the whole, for which it must
 * hold as well: 1.0 is 1.00, but not the same text.
 */
static struct rel *
push_parts(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct conditions moved = { .count = 0 };
	struct conditions stay = { .count = 0 };

	for (uint32_t i = 0; i < above->count; i++) {
		struct expr *condition = above->items[i];

		if (expr_has_subquery(condition) ||
		    expr_is_volatile(condition) ||
		    (rel->kind == REL_SET_OP && sees_looks(condition)))
			conditions_add(binder, &stay, condition);
		else
			conditions_add(binder, &moved, condition);
	}
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		push_part(binder, rel, rel_input(rel, i), &moved);
	return conditions_above(binder, rel, &stay);
}

/* ---- joins ---- */

/* An outer join that no row with nulls for one side survives. */
static void
strengthen(struct rel *rel, const struct conditions *above)
{
	bool needs_left = false;
	bool needs_right = false;

	for (uint32_t i = 0; i < above->count; i++) {
		needs_left |= expr_rejects_nulls(above->items[i], rel->input);
		needs_right |=
		    expr_rejects_nulls(above->items[i], rel->join.right);
	}
	if (rel->join.kind == JOIN_LEFT && needs_right)
		rel->join.kind = JOIN_INNER;
	if (rel->join.kind != JOIN_FULL)
		return;
	if (needs_left && needs_right) {
		rel->join.kind = JOIN_INNER;
	} else if (needs_left) {
		rel->join.kind = JOIN_LEFT;
	} else if (needs_right) {
		struct rel *left = rel->input;

		rel->join.kind = JOIN_LEFT;
		rel->input = rel->join.right;
		rel->join.right = left;
	}
}

/*
 * Conditions above a left, semi or anti join that only know its left side go
 * there; those of its own that only know the right side go there.
 */
static struct rel *
push_outer_join(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct conditions left = { .count = 0 };
	struct conditions right = { .count = 0 };
	struct conditions both = { .count = 0 };
	struct conditions stay = { .count = 0 };

	for (uint32_t i = 0; i < above->count; i++) {
		struct expr *condition = above->items[i];

		if (!expr_is_volatile(condition) &&
		    !expr_names_any(condition, rel->join.right))
			conditions_add(binder, &left, condition);
		else
			conditions_add(binder, &stay, condition);
	}
	for (uint32_t i = 0; i < rel->join.conjunct_count; i++) {
		struct expr *condition = rel->join.conjuncts[i];
		bool names_left = expr_names_any(condition, rel->input);
		bool names_right = expr_names_any(condition, rel->join.right);

		if (names_left == names_right || expr_is_volatile(condition) ||
		    (names_left && rel->join.kind != JOIN_SEMI))
			conditions_add(binder, &both, condition);
		else
			conditions_add(binder, names_right ? &right : &left,
			    condition);
	}
	equality_derive(binder, rel, &both, &left, &right);
	rel->join.conjuncts = both.items;
	rel->join.conjunct_count = both.count;
	rel->input = push_down(binder, rel->input, &left);
	rel->join.right = push_down(binder, rel->join.right, &right);
	return conditions_above(binder, rel, &stay);
}

static struct rel *
push_join(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	strengthen(rel, above);
	switch (rel->join.kind) {
	case JOIN_INNER:
		return push_inner_join(binder, rel, above);
	case JOIN_LEFT:
	case JOIN_SEMI:
	case JOIN_ANTI:
		return push_outer_join(binder, rel, above);
	case JOIN_FULL:
		break;
	}
	return stop(binder, rel, above);
}

/* ---- a kept query ---- */

/* Casts of texts and times ask the settings, and so do functions like these. */
static bool
asks_settings(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_CONST:
	case EXPR_PARAM:
	case EXPR_COLUMN:
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
	case EXPR_TEST:
	case EXPR_IN:
	case EXPR_COALESCE:
		return false;
	case EXPR_CALL:
		return expr->function->volatility != FUNCTION_IMMUTABLE;
	default:
		return true;
	}
}

/* What is above has the session's settings, what is below those of its own. */
static struct rel *
push_reading(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	struct conditions below = { .count = 0 };
	struct conditions stay = { .count = 0 };

	for (uint32_t i = 0; i < above->count; i++)
		conditions_add(binder,
		    expr_any(above->items[i], asks_settings) ? &stay : &below,
		    above->items[i]);
	rel->input = push_down(binder, rel->input, &below);
	return conditions_above(binder, rel, &stay);
}

/* ---- any relation ---- */

static struct rel *
push_input(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	for (uint32_t i = 0; i < rel_input_count(rel); i++) {
		struct rel **input = rel_input(rel, i);

		*input = push_down(binder, *input, i == 0 ? above : &none);
	}
	return rel;
}

struct rel *
push_down(struct binder *binder, struct rel *rel,
    const struct conditions *above)
{
	if (binder_is_over(binder))
		return rel;
	switch (rel->kind) {
	case REL_FILTER:
		return push_filter(binder, rel, above);
	case REL_PROJECT:
		return push_project(binder, rel, above);
	case REL_JOIN:
		return push_join(binder, rel, above);
	case REL_AGG:
		return push_agg(binder, rel, above);
	case REL_SORT:
	case REL_WITH:
		return push_input(binder, rel, above);
	case REL_APPEND:
	case REL_SET_OP:
		return push_parts(binder, rel, above);
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_PAYLOAD:
	case REL_VALUES:
	case REL_FUNCTION:
	case REL_UNIQUE:
	case REL_LIMIT:
	case REL_WINDOW:
	case REL_PROJECT_SET:
	case REL_SEQUENCE:
	case REL_UNPIVOT:
	case REL_CTE:
	case REL_RECURSIVE:
	case REL_WORK:
	case REL_TEMP:
	case REL_MODIFY:
		break;
	case REL_READING:
		return push_reading(binder, rel, above);
	}
	return stop(binder, rel, above);
}
