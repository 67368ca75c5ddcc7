/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_select.c -- SELECT:
 *
 *	FROM, WHERE -> aggregation, HAVING -> targets -> DISTINCT -> ORDER BY
 *	-> LIMIT
 *
 * Expressions that only ORDER BY has are hidden targets behind the visible
 * ones, which nobody above wants.
 *
 * Every result has one order (O4): scans give event_id's, which sorting keeps
 * among equals, and groups are sorted by their keys after all that ORDER BY
 * says.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "sql/parse.h"

/* ---- targets ---- */

void
target_list_add(struct binder *binder, struct target_list *list,
    const struct target *target)
{
	list->items = arena_grow(binder->arena, list->items, list->count,
	    &list->capacity, sizeof(*list->items));
	list->items[list->count++] = *target;
}

static void
add_all_columns(struct binder *binder, const struct range *range, int location,
    struct target_list *out)
{
	if (binder->copy_depth > 0)
		binder_add_copies(binder, range->column_count);
	for (uint32_t i = 0; i < range->column_count; i++) {
		struct target target = { .column = range->columns[i] };

		target.expr = range_column_expr(binder, range, i, location);
		target_list_add(binder, out, &target);
	}
}

/* (x).* */
static int
bind_field_star(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct target_list *out, struct error *err)
{
	struct field_list fields = { .count = 0 };
	int rc;

	rc = bind_row_star(binder, scope, ast, &fields, err);
	for (uint32_t i = 0; i < fields.count && rc == 0; i++)
		target_list_add(binder, out,
		    &(struct target){ .expr = fields.exprs[i],
			.column = { .name = fields.names[i] } });
	return rc;
}

static int
bind_star(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct target_list *out, struct error *err)
{
	const struct range *range;
	bool has_columns = false;
	int rc;

	if (ast->kind == AST_FIELD)
		return bind_field_star(binder, scope, ast, out, err);
	if (ast->kind == AST_COLUMN && ast->column.name.count > 0) {
		rc = bind_star_range(binder, scope, ast, &range, err);
		if (rc == 0)
			add_all_columns(binder, range, ast->location, out);
		return rc;
	}
	for (uint32_t i = 0; i < scope->item_count; i++) {
		if (!scope->items[i].has_columns)
			continue;
		has_columns = true;
		add_all_columns(binder, scope->items[i].range, ast->location,
		    out);
	}
	if (!has_columns)
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "SELECT * with no tables specified is not valid");
	return 0;
}

/* Where a column comes from, for the row description. */
static void
set_origin(const struct binder *binder, struct target *target)
{
	const struct expr *expr = target->expr;
	const struct range *range;

	if (expr == binder->system_column.expr) {
		target->column.table_oid = binder->system_column.table_oid;
		target->column.attnum = binder->system_column.attnum;
		return;
	}
	if (expr->kind != EXPR_COLUMN)
		return;
	range = binder_range_of(binder, expr->column.rel);
	if (range == NULL)
		return;
	target->column.table_oid =
	    range->columns[expr->column.column].table_oid;
	target->column.attnum = range->columns[expr->column.column].attnum;
}

int
bind_targets(struct binder *binder, struct scope *scope,
    const struct ast_target_list *list, enum unknowns unknowns,
    struct target_list *out, struct error *err)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct ast_target *item = &list->items[i];
		const struct ast_expr *ast = item->expr;
		struct target target = { .column = { .name = item->alias } };
		int rc;

		if (ast->kind == AST_STAR || ast_is_row_star(ast) ||
		    (ast->kind == AST_COLUMN && ast->column.has_star)) {
			rc = bind_star(binder, scope, ast, out, err);
			if (rc == 0 && out->count > SQL_TARGETS_MAX)
				rc = too_many_targets(err);
			if (rc != 0)
				return rc;
			continue;
		}
		rc = bind_expr(binder, scope, ast, &target.expr, err);
		if (rc == 0 && unknowns == UNKNOWNS_TEXT)
			rc = coerce_unknown(binder, &target.expr, err);
		if (rc != 0)
			return rc;
		if (target.column.name.len == 0)
			target.column.name = column_name(binder, ast);
		rc = derive_collation(target.expr, err);
		if (rc != 0)
			return rc;
		target.column.collation = target.expr->collate.collation;
		set_origin(binder, &target);
		target_list_add(binder, out, &target);
	}
	return 0;
}

/* ---- the parts ---- */

static int
bind_where(struct binder *binder, struct select_state *state, struct error *err)
{
	struct scope scope = state->scope;
	struct expr *condition;
	int rc;

	if (state->select->where == NULL)
		return 0;
	scope.aggs = NULL;
	scope.windows = NULL;
	scope.sets = NULL;
	scope.place = PLACE_WHERE;
	rc = bind_condition(binder, &scope, state->select->where, "WHERE",
	    &condition, err);
	if (rc == 0)
		state->rel = rel_new_filter(binder, state->rel, condition);
	return rc;
}

static int
bind_having(struct binder *binder, struct select_state *state,
    struct error *err)
{
	struct scope scope = state->scope;

	if (state->select->having == NULL)
		return 0;
	scope.windows = NULL;
	scope.sets = NULL;
	scope.place = PLACE_HAVING;
	return bind_condition(binder, &scope, state->select->having, "HAVING",
	    &state->having, err);
}

/* Whether somebody above can still give an unknown literal its type. */
static enum unknowns
unknowns_here(const struct ast_select *select, enum unknowns unknowns)
{
	return select->is_distinct ? UNKNOWNS_TEXT : unknowns;
}

static int
bind_parts(struct binder *binder, struct select_state *state,
    enum unknowns unknowns, struct error *err)
{
	const struct ast_select *select = state->select;
	int rc;

	rc = bind_from(binder, &state->scope, &select->from, &state->rel, err);
	state->scope.place = PLACE_SELECT;
	state->scope.aggs = &state->aggs;
	state->windows.select = select;
	state->scope.windows = &state->windows;
	state->scope.sets = &state->set_use;
	if (rc == 0)
		rc = bind_targets(binder, &state->scope, &select->targets,
		    unknowns_here(select, unknowns), &state->targets, err);
	state->visible_count = state->targets.count;
	if (rc == 0)
		rc = bind_where(binder, state, err);
	if (rc == 0)
		rc = bind_having(binder, state, err);
	if (rc == 0)
		rc = bind_order_by(binder, state, err);
	if (rc == 0)
		rc = bind_distinct_on(binder, state, err);
	if (rc == 0)
		rc = bind_group_by(binder, state, err);
	state->is_aggregated = state->aggs.count > 0 ||
	    state->aggs.has_grouping || select->group_count > 0 ||
	    select->having != NULL;
	return rc != 0 ? rc : bind_locking(binder, state, err);
}

/* ---- one order for everything ---- */

void
select_add_sort_key(struct binder *binder, struct select_state *state,
    uint32_t column)
{
	for (uint32_t i = 0; i < state->sort_key_count; i++) {
		if (state->sort_keys[i].column == column)
			return;
	}
	state->sort_keys =
	    arena_grow(binder->arena, state->sort_keys, state->sort_key_count,
		&state->sort_key_capacity, sizeof(*state->sort_keys));
	state->sort_keys[state->sort_key_count++] =
	    (struct sort_key){ .column = column };
}

static void
sort_by_column(struct binder *binder, struct select_state *state,
    const struct rel *agg, uint32_t column)
{
	struct target target = { .expr = expr_column(binder->arena,
				     agg->types[column], 0, agg->id, column) };
	uint32_t i = 0;

	while (i < state->targets.count &&
	    !expr_equal(state->targets.items[i].expr, target.expr))
		i++;
	if (i == state->targets.count)
		target_list_add(binder, &state->targets, &target);
	select_add_sort_key(binder, state, i);
}

/* Of GROUPING SETS the last GROUPING() is the number of the set. */
static void
sort_by_groups(struct binder *binder, struct select_state *state,
    const struct rel *agg)
{
	for (uint32_t k = 0; k < agg->agg.key_count; k++)
		sort_by_column(binder, state, agg, k);
	if (agg->agg.set_count > 0)
		sort_by_column(binder, state, agg, agg->column_count - 1);
}

/* Rows of a scan come by event_id anyway. */
static bool
is_sorted_already(const struct select_state *state)
{
	const struct sort_key *key = &state->sort_keys[0];
	const struct rel *rel = state->rel;
	const struct expr *expr;
	uint32_t event_id;

	while (rel->kind == REL_FILTER)
		rel = rel->input;
	if (state->sort_key_count != 1 || key->is_descending ||
	    key->nulls_first ||
	    (rel->kind != REL_SCAN && rel->kind != REL_EVENTS))
		return false;
	event_id = rel->kind == REL_SCAN ? (uint32_t)COLUMN_EVENT_ID
					 : (uint32_t)EVENTS_EVENT_ID;
	expr = state->targets.items[key->column].expr;
	return expr->kind == EXPR_COLUMN && expr->column.rel == rel->id &&
	    expr->column.column == event_id - 1;
}

static struct rel *
project_targets(struct binder *binder, struct select_state *state)
{
	struct expr **exprs = arena_alloc_array(binder->arena,
	    state->targets.count, sizeof(*exprs));

	for (uint32_t i = 0; i < state->targets.count; i++)
		exprs[i] = state->targets.items[i].expr;
	return rel_new_project(binder, state->rel, exprs, state->targets.count);
}

static int
need_distinct(struct binder *binder, const struct select_state *state,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < state->targets.count && rc == 0; i++) {
		const struct expr *expr = state->targets.items[i].expr;

		rc = need_equality(binder, &expr->type, expr->location, err);
	}
	return rc;
}

static void
set_columns(struct binder *binder, const struct select_state *state,
    struct query *out)
{
	out->column_count = state->visible_count;
	out->columns = arena_alloc_array(binder->arena, state->visible_count,
	    sizeof(*out->columns));
	for (uint32_t i = 0; i < state->visible_count; i++) {
		out->columns[i] = state->targets.items[i].column;
		out->columns[i].type = state->targets.items[i].expr->type;
	}
}

/*
 * The visible columns once more, for who gives them other types: what was
 * sorted or made distinct keeps its own.  Literals without a type stay so.
 */
static struct rel *
project_again(struct binder *binder, const struct select_state *state,
    struct rel *input)
{
	struct expr **exprs = arena_alloc_array(binder->arena,
	    state->visible_count, sizeof(*exprs));

	for (uint32_t i = 0; i < state->visible_count; i++) {
		struct expr *expr = state->targets.items[i].expr;

		exprs[i] = expr->type.oid == TYPE_UNKNOWN
		    ? expr
		    : expr_column(binder->arena, expr->type, expr->location,
			  input->id, i);
	}
	return rel_new_project(binder, input, exprs, state->visible_count);
}

static struct rel *
new_unique(struct binder *binder, const struct select_state *state,
    struct rel *input)
{
	struct rel *rel = rel_new_over(binder, REL_UNIQUE, input);

	rel->unique.columns = state->distinct;
	rel->unique.count = state->distinct_count;
	return rel;
}

/* Stack what was bound: from state->rel upwards. */
static int
build(struct binder *binder, struct select_state *state, enum unknowns unknowns,
    struct query *out, struct error *err)
{
	const struct ast_select *select = state->select;
	bool is_sorted = is_sorted_already(state) && !state->is_aggregated &&
	    !state->windows.is_used && !select->is_distinct &&
	    state->distinct_count == 0;
	struct rel *project;
	struct rel *rel;
	bool is_last;
	int rc = 0;

	set_columns(binder, state, out);
	if (state->set_use.is_used && state->is_aggregated)
		select_group_sets(binder, state);
	if (state->is_aggregated) {
		rc = select_aggregate(binder, state, err);
		if (rc != 0)
			return rc;
		rel = state->rel;
		while (rel->kind == REL_FILTER)
			rel = rel->input;
		if (!select->is_distinct)
			sort_by_groups(binder, state, rel);
	}
	if (state->windows.is_used)
		rc = select_windows(binder, state, err);
	if (rc != 0)
		return rc;
	if (state->set_use.is_used)
		select_sets(binder, state);
	rel = project = project_targets(binder, state);
	if (select->is_distinct) {
		rc = need_distinct(binder, state, err);
		if (rc != 0)
			return rc;
		rel = rel_new_distinct(binder, rel);
		for (uint32_t i = 0; i < state->visible_count; i++)
			select_add_sort_key(binder, state, i);
	}
	if (state->sort_key_count > 0 && !is_sorted)
		rel = rel_new_sort(binder, rel, state->sort_keys,
		    state->sort_key_count);
	if (state->distinct_count > 0)
		rel = new_unique(binder, state, rel);
	is_last = rel == project;
	rc = bind_limit(binder, &state->scope, select, state->sort_keys, &rel,
	    err);
	if (!is_last && unknowns == UNKNOWNS_STAY)
		rel = project = project_again(binder, state, rel);
	out->exprs =
	    is_last || unknowns == UNKNOWNS_STAY ? project->project : NULL;
	out->rel = rel;
	return rc;
}

static int
bind_core(struct binder *binder, struct scope *outer,
    const struct ast_select *select, const struct ast_locking *locked,
    enum unknowns unknowns, struct query *out, struct error *err)
{
	struct select_state state = { .select = select,
		.scope = { .id = ++binder->scope_count,
		    .outer = outer,
		    .select = select,
		    .locked = locked } };
	int rc;

	state.aggs.rel_id = binder->next_rel_id++;
	rc = bind_parts(binder, &state, unknowns, err);
	if (rc == 0)
		rc = build(binder, &state, unknowns, out, err);
	return rc != 0 ? rc : binder_check(binder, err);
}

static int
bind_body(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err)
{
	const struct ast_locking *locked = binder->locked;
	int rc;

	binder->locked = NULL;
	if (select->set_op == AST_SET_NONE && select->value_count == 0)
		return bind_core(binder, outer, select, locked, unknowns, out,
		    err);
	rc = bind_no_locking(select, select->set_op != AST_SET_NONE, err);
	if (rc == 0 && select->set_op != AST_SET_NONE)
		rc = bind_locked_set(binder, locked, err);
	if (rc != 0)
		return rc;
	return select->set_op != AST_SET_NONE
	    ? bind_set_op(binder, outer, select, out, err)
	    : bind_values(binder, outer, select, out, err);
}

int
bind_select_body(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err)
{
	int rc = binder_enter(binder, 1, "query", select->location, err);

	if (rc != 0)
		return rc;
	rc = bind_body(binder, outer, select, unknowns, out, err);
	binder_leave(binder, 1);
	if (rc == 0)
		bind_note_query(binder->notes, select, out);
	return rc;
}

int
bind_select(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err)
{
	if (select->cte_count > 0)
		return bind_with(binder, outer, select, unknowns, out, err);
	return bind_select_body(binder, outer, select, unknowns, out, err);
}
