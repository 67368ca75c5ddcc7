/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_order.c -- ORDER BY, LIMIT and OFFSET, and targets by name or number.
 */
#include "plan/bind.h"
#include "plan/rel_walk.h"
#include "sql/parse.h"

int
target_by_alias(const struct select_state *state, struct str name,
    const char *clause, int location, const struct target **out,
    struct error *err)
{
	*out = NULL;
	for (uint32_t i = 0; i < state->visible_count; i++) {
		const struct target *target = &state->targets.items[i];

		if (!str_equal(target->column.name, name))
			continue;
		if (*out != NULL && !expr_equal((*out)->expr, target->expr))
			return error_at(err, location, STELE_E_AMBIGUOUS_COLUMN,
			    "%s \"%.*s\" is ambiguous", clause, STR_FMT(name));
		if (*out == NULL)
			*out = target;
	}
	return 0;
}

int
target_by_ordinal(const struct ast_expr *ast, uint32_t count,
    const char *clause, uint32_t *out, struct error *err)
{
	if (ast->constant.kind != AST_INTEGER)
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "non-integer constant in %s", clause);
	if (ast->constant.integer < 1 ||
	    (uint32_t)ast->constant.integer > count)
		return error_at(err, ast->location,
		    STELE_E_INVALID_COLUMN_REFERENCE,
		    "%s position %d is not in select list", clause,
		    ast->constant.integer);
	*out = (uint32_t)ast->constant.integer - 1;
	return 0;
}

int
bind_sort_direction(struct binder *binder, const struct ast_sort *sort,
    struct sort_key *out, struct error *err)
{
	struct str op = STR("");
	int rc = 0;

	if (sort->using_op.count > 0)
		rc = bind_operator_name(binder, &sort->using_op, &op, err);
	if (rc != 0)
		return rc;
	out->is_descending = sort->is_descending;
	if (str_equal(op, STR(">")))
		out->is_descending = true;
	else if (op.len > 0 && !str_equal(op, STR("<")))
		return error_at(err, sort->location, STELE_E_WRONG_OBJECT_TYPE,
		    "operator %.*s is not a valid ordering operator",
		    STR_FMT(op));
	out->nulls_first = sort->nulls == AST_NULLS_DEFAULT
	    ? out->is_descending
	    : sort->nulls == AST_NULLS_FIRST;
	return 0;
}

/* The target equal to an expression; a hidden one is added if none is. */
static int
target_of_expr(struct binder *binder, struct select_state *state,
    struct expr *expr, int location, uint32_t *out, struct error *err)
{
	struct target target = { .expr = expr };

	for (uint32_t i = 0; i < state->targets.count; i++) {
		if (expr_equal(state->targets.items[i].expr, expr)) {
			*out = i;
			return 0;
		}
	}
	if (state->select->is_distinct)
		return error_at(err, location, STELE_E_INVALID_COLUMN_REFERENCE,
		    "for SELECT DISTINCT, ORDER BY expressions must appear in"
		    " select list");
	if (state->targets.count >= SQL_TARGETS_MAX)
		return too_many_targets(err);
	*out = state->targets.count;
	target_list_add(binder, &state->targets, &target);
	return 0;
}

static int
bind_sort_target(struct binder *binder, struct select_state *state,
    const struct ast_expr *ast, const char *clause, uint32_t *out,
    struct error *err)
{
	struct str name = ast_bare_column(ast);
	const struct target *target = NULL;
	struct scope scope = state->scope;
	struct expr *expr;
	int rc;

	if (ast->kind == AST_CONST)
		return target_by_ordinal(ast, state->visible_count, clause, out,
		    err);
	if (name.len > 0) {
		rc = target_by_alias(state, name, clause, ast->location,
		    &target, err);
		if (rc != 0)
			return rc;
	}
	if (target != NULL) {
		*out = (uint32_t)(target - state->targets.items);
		return 0;
	}
	scope.place = PLACE_ORDER_BY;
	rc = bind_value(binder, &scope, ast, &expr, err);
	if (rc != 0)
		return rc;
	return target_of_expr(binder, state, expr, ast->location, out, err);
}

int
bind_order_by(struct binder *binder, struct select_state *state,
    struct error *err)
{
	const struct ast_sort_list *list = &state->select->order_by;
	int rc = 0;

	state->sort_keys = arena_zalloc(binder->arena,
	    (list->count + 1) * sizeof(*state->sort_keys));
	state->sort_key_capacity = list->count + 1;
	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		const struct ast_sort *sort = &list->items[i];
		struct sort_key *key = &state->sort_keys[i];

		rc = bind_sort_direction(binder, sort, key, err);
		if (rc == 0)
			rc = bind_sort_target(binder, state, sort->expr,
			    "ORDER BY", &key->column, err);
		if (rc == 0)
			rc = coerce_unknown(binder,
			    &state->targets.items[key->column].expr, err);
		if (rc == 0)
			rc = need_ordering(binder,
			    &state->targets.items[key->column].expr->type,
			    sort->expr->location, err);
	}
	state->sort_key_count = list->count;
	return rc;
}

/* ---- DISTINCT ON ---- */

static bool
is_distinct_target(const struct select_state *state, uint32_t column)
{
	for (uint32_t i = 0; i < state->distinct_count; i++) {
		if (state->distinct[i] == column)
			return true;
	}
	return false;
}

static bool
is_sort_key(const struct select_state *state, uint32_t column)
{
	for (uint32_t i = 0; i < state->sort_key_count; i++) {
		if (state->sort_keys[i].column == column)
			return true;
	}
	return false;
}

static int
distinct_error(const struct select_state *state, uint32_t column,
    struct error *err)
{
	const struct ast_expr_list *list = &state->select->distinct_on;
	int location = 0;

	for (uint32_t i = 0; i < list->count && location == 0; i++) {
		if (state->distinct[i] == column)
			location = list->items[i]->location;
	}
	return error_at(err, location, STELE_E_INVALID_COLUMN_REFERENCE,
	    "SELECT DISTINCT ON expressions must match initial ORDER BY"
	    " expressions");
}

/* ORDER BY must start with the expressions of DISTINCT ON, in any order. */
static int
match_order(struct binder *binder, struct select_state *state,
    struct error *err)
{
	bool has_others = false;

	for (uint32_t i = 0; i < state->sort_key_count; i++) {
		uint32_t column = state->sort_keys[i].column;

		if (!is_distinct_target(state, column))
			has_others = true;
		else if (has_others)
			return distinct_error(state, column, err);
	}
	for (uint32_t i = 0; i < state->distinct_count; i++) {
		if (is_sort_key(state, state->distinct[i]))
			continue;
		if (has_others)
			return distinct_error(state, state->distinct[i], err);
		select_add_sort_key(binder, state, state->distinct[i]);
	}
	return 0;
}

int
bind_distinct_on(struct binder *binder, struct select_state *state,
    struct error *err)
{
	const struct ast_expr_list *list = &state->select->distinct_on;
	int rc = 0;

	if (list->count == 0)
		return 0;
	state->distinct = arena_alloc_array(binder->arena, list->count,
	    sizeof(*state->distinct));
	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		rc = bind_sort_target(binder, state, list->items[i],
		    "DISTINCT ON", &state->distinct[i], err);
		if (rc == 0)
			rc = need_equality(binder,
			    &state->targets.items[state->distinct[i]]
				 .expr->type,
			    list->items[i]->location, err);
	}
	state->distinct_count = list->count;
	return rc != 0 ? rc : match_order(binder, state, err);
}

/* ---- ORDER BY over a result: VALUES and UNION ---- */

/* Where an operator's text starts: its operands'. */
static int
ast_start(const struct ast_expr *ast)
{
	while (ast->kind == AST_OP && ast->op.left != NULL)
		ast = ast->op.left;
	return ast->location;
}

static int
result_column(const struct query *query, const struct ast_expr *ast,
    uint32_t *out, struct error *err)
{
	struct str name = ast_bare_column(ast);

	if (ast->kind == AST_CONST)
		return target_by_ordinal(ast, query->column_count, "ORDER BY",
		    out, err);
	for (uint32_t i = 0; i < query->column_count && name.len > 0; i++) {
		if (str_equal(query->columns[i].name, name)) {
			*out = i;
			return 0;
		}
	}
	if (name.len > 0)
		return error_at(err, ast->location, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(name));
	error_at(err, ast_start(ast), STELE_E_FEATURE_NOT_SUPPORTED,
	    "invalid UNION/INTERSECT/EXCEPT ORDER BY clause");
	error_detail(err,
	    "Only result column names can be used, not expressions or"
	    " functions.");
	return error_hint(err,
	    "Add the expression/function to every SELECT, or move the UNION"
	    " into a FROM clause.");
}

int
bind_order_of_result(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *query, struct error *err)
{
	const struct ast_sort_list *list = &select->order_by;
	struct scope scope = { .outer = outer, .place = PLACE_LIMIT };
	struct sort_key *keys =
	    arena_zalloc(binder->arena, (list->count + 1) * sizeof(*keys));
	int rc = 0;

	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		const struct ast_sort *sort = &list->items[i];

		rc = bind_sort_direction(binder, sort, &keys[i], err);
		if (rc == 0)
			rc = result_column(query, sort->expr, &keys[i].column,
			    err);
		if (rc == 0)
			rc = need_ordering(binder,
			    &query->columns[keys[i].column].type,
			    sort->expr->location, err);
	}
	if (rc != 0)
		return rc;
	if (list->count > 0)
		query->rel =
		    rel_new_sort(binder, query->rel, keys, list->count);
	return bind_limit(binder, &scope, select, keys, &query->rel, err);
}

/* ---- LIMIT and OFFSET ---- */

/* The query whose rows are counted. */
struct limited {
	const struct binder *binder;
	uint32_t scope_id;
};

static bool
is_variable(const struct expr *expr, void *arg)
{
	const struct limited *limited = arg;
	const struct range *range;

	if (expr->kind != EXPR_COLUMN)
		return false;
	range = binder_range_of(limited->binder, expr->column.rel);
	return range != NULL && range->scope_id == limited->scope_id;
}

static int
bind_count(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum bind_place place, const char *name,
    struct expr **out, struct error *err)
{
	struct type bigint = type_of(TYPE_INT8);
	struct scope inner = *scope;
	struct limited limited;
	int rc;

	inner.aggs = NULL;
	inner.sets = NULL;
	inner.place = place;
	rc = bind_expr(binder, &inner, ast, out, err);
	if (rc != 0)
		return rc;
	if (!can_coerce(&(*out)->type, &bigint, CAST_ASSIGNMENT))
		return error_at(err, (*out)->location,
		    STELE_E_DATATYPE_MISMATCH,
		    "argument of %s must be type bigint, not type %s", name,
		    type_text(binder, &(*out)->type));
	rc = coerce(binder, out, &bigint, CAST_ASSIGNMENT, err);
	limited.binder = binder;
	limited.scope_id = scope->id;
	if (rc == 0 && expr_find(*out, is_variable, &limited))
		return error_at(err, ast->location,
		    STELE_E_INVALID_COLUMN_REFERENCE,
		    "argument of %s must not contain variables", name);
	return rc;
}

static int
set_ties(struct binder *binder, const struct ast_select *select,
    const struct sort_key *keys, struct rel_limit *limit, struct error *err)
{
	if (!select->with_ties)
		return 0;
	if (select->limit == NULL)
		return error_set(err, STELE_E_INVALID_LIMIT,
		    "row count cannot be null in FETCH FIRST ... WITH TIES"
		    " clause");
	limit->tie_count = select->order_by.count;
	limit->ties = arena_alloc_array(binder->arena, limit->tie_count + 1,
	    sizeof(*limit->ties));
	for (uint32_t i = 0; i < limit->tie_count; i++)
		limit->ties[i] = keys[i].column;
	return 0;
}

int
bind_limit(struct binder *binder, struct scope *scope,
    const struct ast_select *select, const struct sort_key *keys,
    struct rel **rel, struct error *err)
{
	struct rel *limit;
	int rc;

	if (select->limit == NULL && select->offset == NULL &&
	    !select->with_ties)
		return 0;
	limit = rel_new_over(binder, REL_LIMIT, *rel);
	rc = set_ties(binder, select, keys, &limit->limit, err);
	if (rc == 0 && select->limit != NULL)
		rc = bind_count(binder, scope, select->limit, PLACE_LIMIT,
		    "LIMIT", &limit->limit.limit, err);
	if (rc == 0 && select->offset != NULL)
		rc = bind_count(binder, scope, select->offset, PLACE_OFFSET,
		    "OFFSET", &limit->limit.offset, err);
	*rel = limit;
	return rc;
}
