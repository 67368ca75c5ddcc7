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
#include "types/record.h"

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

static const struct row_type *
row_type_of(struct binder *binder, const struct set_call *call)
{
	struct row_type *row = arena_alloc(binder->arena, sizeof(*row));
	struct str *names = arena_alloc_array(binder->arena, call->column_count,
	    sizeof(*names));

	for (uint32_t i = 0; i < call->column_count; i++)
		names[i] = str_of_cstr(call->function->columns[i].name);
	*row = (struct row_type){ .count = call->column_count,
		.types = call->types,
		.names = names };
	return row;
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
	if (set_function_is_record(call->function)) {
		(void)error_at(err, 0, STELE_E_FEATURE_NOT_SUPPORTED,
		    "could not determine row type for result of %.*s",
		    STR_FMT(name));
		return error_hint(err,
		    "Call the function in the FROM clause using a column"
		    " definition list.");
	}
	for (uint32_t i = 0; i < count; i++)
		expr->args[i] = args[i];
	expr->set = call;
	expr->type = call->column_count == 1
	    ? call->types[0]
	    : type_of_row(row_type_of(binder, call));
	scope->sets->is_used = true;
	*out = expr;
	return 0;
}

/* ---- relations ---- */

/* The calls of one level: none is in an argument of another. */
struct level {
	struct rel *rel;
	struct expr **exprs; /* as they were written */
	uint32_t *firsts;    /* the first column of each */
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

		level->rel = rel_new(binder, REL_PROJECT_SET, NULL,
		    maker->capacity * SET_COLUMNS_MAX);
		level->rel->column_count = 0;
		level->rel->project_set.calls = arena_alloc_array(binder->arena,
		    maker->capacity, sizeof(*level->rel->project_set.calls));
		level->exprs = arena_alloc_array(binder->arena, maker->capacity,
		    sizeof(struct expr *));
		level->firsts = arena_alloc_array(binder->arena,
		    maker->capacity, sizeof(*level->firsts));
	}
}

/* A column of the n-th call. */
static struct expr *
set_column(struct set_maker *maker, const struct level *level, uint32_t n,
    uint32_t column)
{
	const struct set_call *call = &level->rel->project_set.calls[n];

	return expr_column(maker->binder->arena, call->types[column],
	    level->exprs[n]->location, level->rel->id,
	    level->firsts[n] + column);
}

/*
 * What the n-th call gives; of several columns a row, which is null where the
 * set has ended before others: one column never is.
 */
static struct expr *
set_value(struct set_maker *maker, const struct level *level, uint32_t n)
{
	const struct expr *expr = level->exprs[n];
	struct expr *fields[SET_COLUMNS_MAX];
	struct expr *row;

	if (expr->set->column_count == 1)
		return set_column(maker, level, n, 0);
	for (uint32_t i = 0; i < expr->set->column_count; i++)
		fields[i] = set_column(maker, level, n, i);
	row = expr_row(maker->binder, fields, expr->type.row->names,
	    expr->set->column_count, expr->location);
	return expr_row_unless_null(maker->binder,
	    fields[set_function_solid_column(expr->set->function)], row);
}

static void replace_sets(struct set_maker *maker, struct expr **slot);

/* The call of an expression, in its level; one node is one call. */
static uint32_t
make_set(struct set_maker *maker, struct expr *expr, const struct level **out)
{
	uint32_t depth = depth_of(expr);
	struct expr *copy = expr_copy(maker->binder->arena, expr);
	struct level *level;
	struct set_call *call;
	uint32_t n = 0;

	grow_levels(maker, depth);
	*out = level = &maker->levels[depth - 1];
	while (
	    n < level->rel->project_set.call_count && level->exprs[n] != expr)
		n++;
	if (n < level->rel->project_set.call_count)
		return n;
	for (uint32_t i = 0; i < copy->arg_count; i++)
		replace_sets(maker, &copy->args[i]);
	level->rel->project_set.call_count++;
	level->exprs[n] = expr;
	level->firsts[n] = level->rel->column_count;
	call = &level->rel->project_set.calls[n];
	*call = *expr->set;
	call->args = copy->args;
	for (uint32_t i = 0; i < call->column_count; i++)
		level->rel->types[level->rel->column_count++] = call->types[i];
	return n;
}

static bool
is_field_of_set(const struct expr *expr)
{
	return expr->kind == EXPR_CALL && expr->function->id == FN_ROW_FIELD &&
	    expr->args[0]->kind == EXPR_SET;
}

/* Each call becomes a column; the original may be part of a group's. */
static void
replace_sets(struct set_maker *maker, struct expr **slot)
{
	const struct level *level;
	struct expr *copy;
	uint32_t n;

	if (depth_of(*slot) == 0)
		return;
	if ((*slot)->kind == EXPR_SET) {
		n = make_set(maker, *slot, &level);
		*slot = set_value(maker, level, n);
		return;
	}
	if (is_field_of_set(*slot)) {
		n = make_set(maker, (*slot)->args[0], &level);
		*slot = set_column(maker, level, n,
		    (uint32_t)(*slot)->args[1]->value.i64);
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

/* The call that says the same as `expr`; false: there is none. */
static bool
find_made(struct set_maker *maker, const struct expr *expr,
    const struct level **level, uint32_t *n)
{
	for (uint32_t l = 0; l < maker->level_count; l++) {
		*level = &maker->levels[l];
		for (*n = 0; *n < (*level)->rel->project_set.call_count; ++*n)
			if (expr_equal((*level)->exprs[*n], expr))
				return true;
	}
	return false;
}

/* The calls that are grouped by, wherever they are, are those columns. */
static void
use_made(struct set_maker *maker, struct expr **slot)
{
	const struct level *level;
	struct expr *copy;
	uint32_t n;

	if (depth_of(*slot) == 0)
		return;
	if (find_made(maker, *slot, &level, &n)) {
		*slot = set_value(maker, level, n);
		return;
	}
	if (is_field_of_set(*slot) &&
	    find_made(maker, (*slot)->args[0], &level, &n)) {
		*slot = set_column(maker, level, n,
		    (uint32_t)(*slot)->args[1]->value.i64);
		return;
	}
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
