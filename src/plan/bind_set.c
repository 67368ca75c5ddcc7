/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_set.c -- functions that return sets: their calls in FROM and in select
 * lists.
 *
 * While a select list is bound, such a call is an EXPR_SET.  At the end it
 * becomes a column of a relation that makes the rows, below the one that
 * computes the list: calls in arguments of others lie in relations below
 * theirs, and calls that the query is grouped by below the aggregation.
 */
#include "plan/bind.h"
#include "plan/polymorphic.h"
#include "plan/set_function.h"

/* ---- one call ---- */

int
bind_set_call(struct binder *binder, struct str name,
    const struct call_form *form, struct expr **args, uint32_t count,
    int location, struct set_call *out, struct error *err)
{
	int rc;

	*out = (struct set_call){ .args = args, .arg_count = count };
	rc = resolve_set_function(binder, name, form, args, count, location,
	    out, err);
	if (rc == 0)
		out->column_count = out->function->column_count;
	return rc;
}

static int
refuse(int location, const char *text, const char *what, struct error *err)
{
	error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED, "%s%s", text,
	    what);
	return error_hint(err,
	    "You might be able to move the set-returning function into a"
	    " LATERAL FROM item.");
}

static int
check_set_place(const struct scope *scope, int location, struct error *err)
{
	if (scope->sets == NULL && scope->place == PLACE_FROM_FUNCTION)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "set-returning functions must appear at top level of FROM");
	if (scope->sets == NULL)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "set-returning functions are not allowed in %s",
		    bind_place_name(scope->place));
	if (scope->in_aggregate)
		return refuse(location,
		    "aggregate function calls cannot contain set-returning"
		    " function calls",
		    "", err);
	if (scope->in_window)
		return refuse(location,
		    "window function calls cannot contain set-returning"
		    " function calls",
		    "", err);
	if (scope->no_sets_in != NULL)
		return refuse(location,
		    "set-returning functions are not allowed in ",
		    scope->no_sets_in, err);
	return 0;
}

int
bind_set_expr(struct binder *binder, struct scope *scope, struct str name,
    const struct call_form *form, struct expr **args, uint32_t count,
    int location, struct expr **out, struct error *err)
{
	struct set_call *call = arena_alloc(binder->arena, sizeof(*call));
	struct expr *expr =
	    expr_new(binder->arena, EXPR_SET, type_of(0), location, count);
	int rc;

	rc =
	    bind_set_call(binder, name, form, args, count, location, call, err);
	if (rc == 0)
		rc = check_set_place(scope, location, err);
	if (rc != 0)
		return rc;
	if (call->column_count > 1)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %.*s, whose rows have several columns, is only"
		    " supported in FROM",
		    STR_FMT(name));
	for (uint32_t i = 0; i < count; i++)
		expr->args[i] = args[i];
	expr->set = call;
	expr->type = call->types[0];
	scope->sets->is_used = true;
	*out = expr;
	return 0;
}

/* ---- relations ---- */

/* The calls of one level: none is in an argument of another. */
struct level {
	struct rel *rel;
	struct expr **exprs; /* as they were written */
};

struct set_maker {
	struct binder *binder;
	struct level *levels; /* from the lowest */
	uint32_t level_count;
	uint32_t capacity; /* as many calls and levels as can be */
};

static uint32_t
count_sets(const struct expr *expr)
{
	uint32_t count = expr->kind == EXPR_SET;

	for (uint32_t i = 0; i < expr->arg_count; i++)
		count += count_sets(expr->args[i]);
	return count;
}

/* How many sets are one in an argument of the other, at most. */
static uint32_t
depth_of(const struct expr *expr)
{
	uint32_t depth = 0;

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		uint32_t its = depth_of(expr->args[i]);

		depth = its > depth ? its : depth;
	}
	return depth + (expr->kind == EXPR_SET);
}

static void
grow_levels(struct set_maker *maker, uint32_t count)
{
	struct binder *binder = maker->binder;

	for (; maker->level_count < count; maker->level_count++) {
		struct level *level = &maker->levels[maker->level_count];

		level->rel =
		    rel_new(binder, REL_PROJECT_SET, NULL, maker->capacity);
		level->rel->column_count = 0;
		level->rel->project_set.calls = arena_alloc_array(binder->arena,
		    maker->capacity, sizeof(*level->rel->project_set.calls));
		level->exprs = arena_alloc_array(binder->arena, maker->capacity,
		    sizeof(struct expr *));
	}
}

static struct expr *
set_column(struct set_maker *maker, const struct level *level, uint32_t column)
{
	const struct expr *expr = level->exprs[column];

	return expr_column(maker->binder->arena, expr->type, expr->location,
	    level->rel->id, column);
}

static void replace_sets(struct set_maker *maker, struct expr **slot);

static void
make_set(struct set_maker *maker, struct expr **slot)
{
	const struct expr *expr = *slot;
	uint32_t depth = depth_of(expr);
	struct expr *copy = expr_copy(maker->binder->arena, expr);
	struct level *level;
	struct set_call *call;
	uint32_t column;

	grow_levels(maker, depth);
	level = &maker->levels[depth - 1];
	for (uint32_t i = 0; i < copy->arg_count; i++)
		replace_sets(maker, &copy->args[i]);
	column = level->rel->project_set.call_count++;
	level->exprs[column] = *slot;
	call = &level->rel->project_set.calls[column];
	*call = *expr->set;
	call->args = copy->args;
	level->rel->types[column] = expr->type;
	level->rel->column_count++;
	*slot = set_column(maker, level, column);
}

/* Each call becomes a column; the original may be part of a group's. */
static void
replace_sets(struct set_maker *maker, struct expr **slot)
{
	struct expr *copy;

	if (depth_of(*slot) == 0)
		return;
	if ((*slot)->kind == EXPR_SET) {
		make_set(maker, slot);
		return;
	}
	copy = expr_copy(maker->binder->arena, *slot);
	for (uint32_t i = 0; i < copy->arg_count; i++)
		replace_sets(maker, &copy->args[i]);
	*slot = copy;
}

static void
start_levels(struct set_maker *maker, struct binder *binder, uint32_t capacity)
{
	*maker = (struct set_maker){ .binder = binder, .capacity = capacity };
	maker->levels = arena_alloc_array(binder->arena, (size_t)capacity + 1,
	    sizeof(*maker->levels));
}

static void
stack_levels(const struct set_maker *maker, struct select_state *state)
{
	for (uint32_t i = 0; i < maker->level_count; i++) {
		maker->levels[i].rel->input = state->rel;
		state->rel = maker->levels[i].rel;
	}
}

void
select_sets(struct binder *binder, struct select_state *state)
{
	struct set_maker maker;
	uint32_t count = 0;

	for (uint32_t i = 0; i < state->targets.count; i++)
		count += count_sets(state->targets.items[i].expr);
	start_levels(&maker, binder, count);
	for (uint32_t i = 0; i < state->targets.count; i++)
		replace_sets(&maker, &state->targets.items[i].expr);
	stack_levels(&maker, state);
}

/* The calls that are grouped by, wherever they are, are those columns. */
static struct expr *
find_made(struct set_maker *maker, const struct expr *expr)
{
	for (uint32_t l = 0; l < maker->level_count; l++) {
		const struct level *level = &maker->levels[l];

		for (uint32_t i = 0; i < level->rel->column_count; i++)
			if (expr_equal(level->exprs[i], expr))
				return set_column(maker, level, i);
	}
	return NULL;
}

static void
use_made(struct set_maker *maker, struct expr **slot)
{
	struct expr *column = find_made(maker, *slot);
	struct expr *copy;

	if (column != NULL) {
		*slot = column;
		return;
	}
	if (depth_of(*slot) == 0)
		return;
	copy = expr_copy(maker->binder->arena, *slot);
	for (uint32_t i = 0; i < copy->arg_count; i++)
		use_made(maker, &copy->args[i]);
	*slot = copy;
}

void
select_group_sets(struct binder *binder, struct select_state *state)
{
	struct set_maker maker;
	uint32_t count = 0;

	for (uint32_t i = 0; i < state->group_count; i++)
		count += count_sets(state->groups[i]);
	if (count == 0)
		return;
	start_levels(&maker, binder, count);
	for (uint32_t i = 0; i < state->group_count; i++)
		replace_sets(&maker, &state->groups[i]);
	for (uint32_t i = 0; i < state->targets.count; i++)
		use_made(&maker, &state->targets.items[i].expr);
	stack_levels(&maker, state);
}
