/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_group.c -- GROUP BY, HAVING and aggregates.
 *
 * Everything is bound over the input first; then expressions are lifted: what
 * equals a group expression becomes that column of the aggregation, aggregates
 * become theirs, and any column that is left is an error.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/rel_walk.h"
#include "sql/parse.h"

/* ---- what is grouped by ---- */

/* An aggregate of this query, in a subquery too. */
static bool
is_aggregate(const struct expr *expr, void *arg)
{
	const uint32_t *rel_id = arg;

	return expr->kind == EXPR_AGG && expr->agg.rel == *rel_id;
}

static bool
is_window(const struct expr *expr, void *arg UNUSED)
{
	return expr->kind == EXPR_WINDOW;
}

static int
bind_group_expr(struct binder *binder, struct select_state *state,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct str name = ast_bare_column(ast);
	const struct target *target = NULL;
	struct scope scope = state->scope;
	uint32_t ordinal;
	int rc = 0;

	if (ast->kind == AST_CONST) {
		rc = target_by_ordinal(ast, state->visible_count, "GROUP BY",
		    &ordinal, err);
		if (rc != 0)
			return rc;
		target = &state->targets.items[ordinal];
	} else if (name.len > 0 && !scope_has_column(&scope, name)) {
		rc = target_by_alias(state, name, "GROUP BY", ast->location,
		    &target, err);
		if (rc != 0)
			return rc;
	}
	if (target != NULL) {
		ordinal = (uint32_t)(target - state->targets.items);
		rc = coerce_unknown(binder, &state->targets.items[ordinal].expr,
		    err);
		*out = target->expr;
		if (rc != 0)
			return rc;
		if (expr_find(*out, is_aggregate, &state->aggs.rel_id))
			return error_at(err, (*out)->location, STELE_E_GROUPING,
			    "aggregate functions are not allowed in GROUP BY");
		if (expr_find(*out, is_window, NULL))
			return error_at(err, (*out)->location,
			    STELE_E_WINDOWING,
			    "window functions are not allowed in GROUP BY");
	} else {
		scope.aggs = NULL;
		scope.place = PLACE_GROUP_BY;
		rc = bind_value(binder, &scope, ast, out, err);
		if (rc != 0)
			return rc;
	}
	return need_equality(binder, &(*out)->type, ast->location, err);
}

/* Of constants and parameters alone: the same in every row and query. */
static bool
is_settled(const struct expr *expr)
{
	bool is_call = expr->kind == EXPR_CALL;

	if (expr->kind == EXPR_CONST || expr->kind == EXPR_PARAM)
		return true;
	if (expr->arg_count == 0 || expr->kind == EXPR_SUBQUERY ||
	    (is_call && expr->function->volatility != FUNCTION_IMMUTABLE))
		return false;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (!is_settled(expr->args[i]))
			return false;
	return true;
}

/*
 * What is settled is grouped by as the target that it is: elsewhere a 1 is not
 * that 1, which is null in the totals.
 */
static bool
take_target(const struct select_state *state, struct expr **group)
{
	const struct target_list *targets = &state->targets;

	if (!is_settled(*group))
		return false;
	for (uint32_t i = 0; i < targets->count; i++)
		if (targets->items[i].expr == *group)
			return true;
	for (uint32_t i = 0; i < targets->count; i++) {
		if (expr_equal(targets->items[i].expr, *group)) {
			*group = targets->items[i].expr;
			return true;
		}
	}
	return false;
}

int
bind_group_index(struct binder *binder, struct select_state *state,
    const struct ast_expr *ast, uint32_t *out, struct error *err)
{
	struct expr *group = NULL;
	bool is_target;
	int rc;

	rc = bind_group_expr(binder, state, ast, &group, err);
	if (rc != 0)
		return rc;
	is_target = take_target(state, &group);
	for (uint32_t i = 0; i < state->group_count; i++) {
		if (is_target ? state->groups[i] == group
			      : expr_equal(state->groups[i], group)) {
			*out = i;
			return 0;
		}
	}
	if (state->group_count >= SQL_TARGETS_MAX)
		return too_many_targets(err);
	state->groups = arena_grow(binder->arena, state->groups,
	    state->group_count, &state->group_capacity, sizeof(group));
	state->groups[state->group_count] = group;
	*out = state->group_count++;
	return 0;
}

int
bind_group_by(struct binder *binder, struct select_state *state,
    struct error *err)
{
	return bind_grouping_sets(binder, state, err);
}

/* ---- lifting ---- */

struct lift {
	struct binder *binder;
	struct rel *agg;
	uint32_t scope_id;   /* of the query that is grouped */
	bool is_in_subquery; /* below it: only columns are looked up */
	struct error *err;
};

static int lift_rel(struct lift *lift, struct rel *rel);

static int
ungrouped_error(const struct lift *lift, const struct range *range,
    const struct expr *column)
{
	struct str name = range->columns[column->column.column].name;

	if (lift->is_in_subquery)
		return error_at(lift->err, column->location, STELE_E_GROUPING,
		    "subquery uses ungrouped column \"%.*s.%.*s\" from outer"
		    " query",
		    STR_FMT(range->name), STR_FMT(name));
	return error_at(lift->err, column->location, STELE_E_GROUPING,
	    "column \"%.*s.%.*s\" must appear in the GROUP BY clause or be"
	    " used in an aggregate function",
	    STR_FMT(range->name), STR_FMT(name));
}

/* The expression as a column of the aggregation; NULL if it is none. */
static struct expr *
group_column(const struct lift *lift, const struct expr *expr)
{
	const struct rel_agg *agg = &lift->agg->agg;
	struct arena *arena = lift->binder->arena;

	if (expr->kind == EXPR_AGG && expr->agg.rel == lift->agg->id)
		return expr_column(arena, expr->type, expr->location,
		    lift->agg->id, agg->key_count + expr->agg.index);
	if (lift->is_in_subquery && expr->kind != EXPR_COLUMN)
		return NULL;
	for (uint32_t i = 0; i < agg->key_count; i++) {
		if (expr == agg->keys[i] ||
		    (!is_settled(expr) && expr_equal(expr, agg->keys[i])))
			return expr_column(arena, expr->type, expr->location,
			    lift->agg->id, i);
	}
	return NULL;
}

/* One more column of the aggregation: a number for each set. */
static uint32_t
add_grouping(struct lift *lift, int32_t *values)
{
	struct rel *agg = lift->agg;
	uint32_t column = agg->column_count;
	struct grouping_call *calls = arena_alloc_array(lift->binder->arena,
	    agg->agg.grouping_count + 1, sizeof(*calls));
	struct type *types =
	    arena_alloc_array(lift->binder->arena, column + 1, sizeof(*types));

	for (uint32_t i = 0; i < agg->agg.grouping_count; i++)
		calls[i] = agg->agg.groupings[i];
	calls[agg->agg.grouping_count++].values = values;
	agg->agg.groupings = calls;
	for (uint32_t i = 0; i < column; i++)
		types[i] = agg->types[i];
	types[column] = type_of(TYPE_INT4);
	agg->types = types;
	agg->column_count++;
	return column;
}

static uint32_t
set_count(const struct rel_agg *agg)
{
	return agg->set_count == 0 ? 1 : agg->set_count;
}

static bool
set_has(const struct rel_agg *agg, uint32_t set, uint32_t key)
{
	if (agg->set_count == 0)
		return true;
	for (uint32_t i = 0; i < agg->sets[set].count; i++) {
		if (agg->sets[set].keys[i] == key)
			return true;
	}
	return false;
}

/* GROUPING(a, b): a bit for each argument, set where it is not grouped by. */
static int
lift_grouping(struct lift *lift, struct expr **slot)
{
	const struct rel_agg *agg = &lift->agg->agg;
	const struct expr *expr = *slot;
	int32_t *values =
	    arena_zalloc(lift->binder->arena, set_count(agg) * sizeof(*values));

	for (uint32_t a = 0; a < expr->arg_count; a++) {
		uint32_t key = 0;

		while (key < agg->key_count &&
		    !expr_equal(expr->args[a], agg->keys[key]))
			key++;
		if (key == agg->key_count)
			return error_at(lift->err, expr_start(expr->args[a]),
			    STELE_E_GROUPING,
			    "arguments to GROUPING must be grouping"
			    " expressions of the associated query level");
		for (uint32_t set = 0; set < set_count(agg); set++)
			values[set] = (int32_t)((uint32_t)values[set] << 1 |
			    !set_has(agg, set, key));
	}
	*slot = expr_column(lift->binder->arena, expr->type, expr->location,
	    lift->agg->id, add_grouping(lift, values));
	return 0;
}

/* The original may be part of a group expression: it stays as it is. */
static int
lift_expr(struct lift *lift, struct expr **slot)
{
	const struct expr *expr = *slot;
	struct expr *copy = group_column(lift, expr);
	const struct range *range;
	int rc = 0;

	if (expr->kind == EXPR_GROUPING && !lift->is_in_subquery)
		return lift_grouping(lift, slot);
	if (copy != NULL) {
		*slot = copy;
		return 0;
	}
	if (expr->kind == EXPR_COLUMN) {
		range = binder_range_of(lift->binder, expr->column.rel);
		if (range == NULL || range->scope_id != lift->scope_id)
			return 0; /* of a query around this one, or inside */
		return ungrouped_error(lift, range, expr);
	}
	copy = expr_copy(lift->binder->arena, expr);
	*slot = copy;
	for (uint32_t i = 0; i < copy->arg_count && rc == 0; i++)
		rc = lift_expr(lift, &copy->args[i]);
	if (rc == 0 && copy->kind == EXPR_SUBQUERY) {
		struct lift inner = *lift;

		inner.is_in_subquery = true;
		rc = lift_rel(&inner, copy->subquery->rel);
		if (rc == 0 && copy->subquery->test != NULL)
			rc = lift_expr(&inner, &copy->subquery->test);
	}
	return rc;
}

static int
lift_slot(struct expr **slot, void *arg)
{
	return lift_expr(arg, slot);
}

static int
lift_rel(struct lift *lift, struct rel *rel)
{
	int rc;

	rc = rel_each_expr(rel, lift_slot, lift);
	for (uint32_t i = 0; i < rel_input_count(rel) && rc == 0; i++)
		rc = lift_rel(lift, *rel_input(rel, i));
	return rc;
}

/* ---- the aggregation ---- */

static struct rel *
new_agg(struct binder *binder, struct select_state *state)
{
	uint32_t count = state->group_count + state->aggs.count;
	struct rel *rel = rel_new(binder, REL_AGG, state->rel, count);

	rel->id = state->aggs.rel_id;
	rel->agg.keys = state->groups;
	rel->agg.key_count = state->group_count;
	rel->agg.calls = state->aggs.items;
	rel->agg.call_count = state->aggs.count;
	rel->agg.sets = state->sets;
	rel->agg.set_count = state->set_count;
	for (uint32_t i = 0; i < state->group_count; i++)
		rel->types[i] = state->groups[i]->type;
	for (uint32_t i = 0; i < state->aggs.count; i++)
		rel->types[state->group_count + i] = state->aggs.items[i].type;
	return rel;
}

/* PostgreSQL does not aggregate what a recursive query has so far. */
static int
check_recursion(const struct select_state *state, struct error *err)
{
	for (uint32_t i = 0; i < state->scope.item_count; i++) {
		if (state->aggs.count > 0 &&
		    state->scope.items[i].range->is_self)
			return error_at(err, state->aggs.items[0].location,
			    STELE_E_INVALID_RECURSION,
			    "aggregate functions are not allowed in a recursive"
			    " query's recursive term");
	}
	return 0;
}

/* The number of the set as the last column, to sort by. */
static void
number_sets(struct lift *lift)
{
	uint32_t count = lift->agg->agg.set_count;
	int32_t *values;

	if (count == 0)
		return;
	values = arena_alloc_array(lift->binder->arena, count, sizeof(*values));
	for (uint32_t i = 0; i < count; i++)
		values[i] = (int32_t)i;
	(void)add_grouping(lift, values);
}

/* 42803 for a column in a direct argument that is not grouped by. */
static int
check_direct(const struct lift *lift, const struct expr *expr)
{
	const struct rel_agg *agg = &lift->agg->agg;
	const struct range *range;
	int rc = 0;

	for (uint32_t i = 0; i < agg->key_count; i++) {
		if (expr_equal(expr, agg->keys[i]))
			return 0;
	}
	if (expr->kind == EXPR_COLUMN) {
		range = binder_range_of(lift->binder, expr->column.rel);
		if (range == NULL || range->scope_id != lift->scope_id)
			return 0;
		(void)ungrouped_error(lift, range, expr);
		return error_detail(lift->err,
		    "Direct arguments of an ordered-set aggregate must use only"
		    " grouped columns.");
	}
	for (uint32_t i = 0; i < expr->arg_count && rc == 0; i++)
		rc = check_direct(lift, expr->args[i]);
	return rc;
}

static int
check_direct_args(const struct lift *lift)
{
	const struct rel_agg *agg = &lift->agg->agg;
	int rc = 0;

	for (uint32_t i = 0; i < agg->call_count; i++)
		for (uint32_t k = 0; k < agg->calls[i].direct_count && rc == 0;
		     k++)
			rc = check_direct(lift, agg->calls[i].direct[k]);
	return rc;
}

int
select_aggregate(struct binder *binder, struct select_state *state,
    struct error *err)
{
	struct lift lift = { .binder = binder,
		.scope_id = state->scope.id,
		.err = err };
	int rc;

	rc = check_recursion(state, err);
	state->rel = new_agg(binder, state);
	lift.agg = state->rel;
	if (rc == 0)
		rc = check_direct_args(&lift);
	for (uint32_t i = 0; i < state->targets.count && rc == 0; i++)
		rc = lift_expr(&lift, &state->targets.items[i].expr);
	if (rc == 0 && state->having != NULL)
		rc = lift_expr(&lift, &state->having);
	number_sets(&lift);
	if (rc == 0 && state->having != NULL)
		state->rel = rel_new_filter(binder, state->rel, state->having);
	return rc;
}
