/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_modify.c -- INSERT, UPDATE and DELETE of temporary tables.
 *
 * Each is a relation over a query that says which rows are changed, and how:
 * see struct rel_modify.  RETURNING and conditions name the columns of the table
 * as they are after the change; those of FROM and USING are passed through.
 */
#include "plan/bind.h"
#include "plan/column_set.h"
#include "plan/improve.h"
#include "plan/names.h"
#include "plan/rel_walk.h"
#include "plan/temp_table.h"

#define IMMUTABLE "Events are immutable: store a new event instead."

struct modify_state {
	struct binder *binder;
	struct write_target target;
	struct range *range; /* of the table; its relation is the scan's */
	struct rel *scan;
	struct scope scope; /* of UPDATE's and DELETE's expressions */
	struct rel *input;
	struct expr **values; /* of the table's columns, over the input */
	struct target_list returning;
	struct with_list *with; /* NULL: none */
	struct rel_modify modify;
};

static uint32_t
width(const struct modify_state *state)
{
	return state->target.relation.temp->column_count;
}

static void
state_init(struct modify_state *state, struct binder *binder,
    struct scope *outer, const struct write_target *target, struct str alias,
    enum modify_kind kind)
{
	*state = (struct modify_state){
		.binder = binder,
		.target = *target,
		.scope = { .id = ++binder->scope_count,
		    .outer = outer,
		    .place = PLACE_WHERE },
		.modify = { .kind = kind, .table = target->relation.temp },
	};
	state->range =
	    range_new_temp(binder, &target->relation, alias, &state->scan);
	state->values = arena_zalloc(binder->arena,
	    (width(state) + 1) * sizeof(struct expr *));
}

/* ---- RETURNING ---- */

static int
bind_returning_list(struct modify_state *state, struct scope *scope,
    const struct ast_target_list *list, struct error *err)
{
	scope->place = PLACE_RETURNING;
	return bind_targets(state->binder, scope, list, UNKNOWNS_TEXT,
	    &state->returning, err);
}

/* Columns that RETURNING names, and that are none of the table. */
static int
find_others(struct modify_state *state, struct column_set *others,
    struct error *err)
{
	struct column_set named;

	column_set_init(&named, state->binder->arena);
	column_set_init(others, state->binder->arena);
	for (uint32_t i = 0; i < state->returning.count; i++)
		column_set_add_expr(&named, state->returning.items[i].expr);
	for (uint32_t i = 0; i < named.count; i++) {
		uint32_t rel = named.items[i].rel;
		uint32_t column = named.items[i].column;

		if (rel == state->range->rel_id && column < width(state))
			continue;
		if (rel == state->range->rel_id &&
		    state->modify.kind != MODIFY_DELETE)
			return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "RETURNING ctid is not supported");
		if (rel_makes(state->input, rel))
			column_set_add(others, rel, column);
	}
	return 0;
}

static struct type
type_of_column(const struct modify_state *state, uint32_t rel, uint32_t column)
{
	const struct range *range = binder_range_of(state->binder, rel);

	if (rel == state->range->rel_id)
		return state->scan->types[column];
	return range->columns[column].type;
}

/* ---- the relation ---- */

/* The columns that are written, as a projection, and their names. */
static int
project(struct modify_state *state, struct error *err)
{
	struct binder *binder = state->binder;
	uint32_t id = state->range->rel_id, n = width(state), count = 0;
	struct column_set others;
	struct column_id *names;
	struct expr **exprs;
	int rc;

	rc = find_others(state, &others, err);
	if (rc != 0)
		return rc;
	exprs = arena_alloc_array(binder->arena, (size_t)n + others.count + 2,
	    sizeof(*exprs));
	names = arena_alloc_array(binder->arena, (size_t)n + others.count + 2,
	    sizeof(*names));
	if (state->modify.kind != MODIFY_INSERT) {
		names[0] = (struct column_id){ id, UINT32_MAX };
		exprs[count++] =
		    expr_column(binder->arena, type_of(TYPE_INT8), 0, id, n);
	}
	for (uint32_t i = 0; i < n; i++) {
		names[count] = (struct column_id){ id, i };
		exprs[count++] = state->values[i];
	}
	for (uint32_t i = 0; i < others.count; i++) {
		uint32_t rel = others.items[i].rel;
		uint32_t column = others.items[i].column;

		names[count] = (struct column_id){ rel, column };
		exprs[count++] = expr_column(binder->arena,
		    type_of_column(state, rel, column), 0, rel, column);
	}
	state->modify.names = names;
	state->input = rel_new_project(binder, state->input, exprs, count);
	return 0;
}

static void
set_returning(struct modify_state *state, struct rel *rel, struct query *out)
{
	struct binder *binder = state->binder;
	uint32_t count = state->returning.count;

	rel->modify.returning = arena_alloc_array(binder->arena,
	    (size_t)count + 1, sizeof(struct expr *));
	out->columns = arena_alloc_array(binder->arena, (size_t)count + 1,
	    sizeof(*out->columns));
	for (uint32_t i = 0; i < count; i++) {
		const struct target *target = &state->returning.items[i];

		rel->modify.returning[i] = target->expr;
		rel->types[i] = target->expr->type;
		out->columns[i] = target->column;
		out->columns[i].type = target->expr->type;
		improve_expr(binder, target->expr);
	}
	out->column_count = count;
}

/* RETURNING may name what is in WITH, too: it is around the whole. */
static int
finish(struct modify_state *state, struct query *out, struct error *err)
{
	struct rel *rel;
	int rc = 0;

	if (state->modify.kind != MODIFY_DELETE) {
		state->modify.check_count =
		    state->target.relation.temp->check_count;
		rc =
		    bind_temp_checks(state->binder, state->target.relation.temp,
			state->range, &state->modify.checks, err);
	}
	if (rc == 0)
		rc = project(state, err);
	if (rc != 0)
		return rc;
	rel = rel_new(state->binder, REL_MODIFY, state->input,
	    state->returning.count);
	rel->modify = state->modify;
	*out = (struct query){ .rel = rel };
	set_returning(state, rel, out);
	if (state->with != NULL)
		out->rel = with_finish(state->binder, state->with, rel);
	return 0;
}

static int
set_plan(struct binder *binder, const struct query *query, struct plan *plan,
    struct error *err)
{
	plan->kind = PLAN_QUERY;
	plan->is_modify = true;
	return plan_set_query(binder, query, plan, err);
}

/* ---- assignments ---- */

static int
identity_error(struct str column, struct error *err)
{
	(void)error_set(err, STELE_E_GENERATED_ALWAYS,
	    "column \"%.*s\" can only be updated to DEFAULT", STR_FMT(column));
	return error_detail(err,
	    "Column \"%.*s\" is an identity column defined as GENERATED"
	    " ALWAYS.",
	    STR_FMT(column));
}

static int
bind_assignment(struct modify_state *state, struct scope *scope,
    const struct ast_assignment *assignment, uint32_t attnum,
    struct expr **value, struct error *err)
{
	const struct write_target *target = &state->target;
	int rc;

	if (assignment->value->kind == AST_DEFAULT) {
		rc = target_default(state->binder, target, attnum, value, err);
		if (rc == 0 && *value == NULL)
			*value = expr_const(state->binder->arena,
			    target_type(target, attnum), 0, NULL);
		return rc;
	}
	if (target->relation.temp->columns[attnum - 1].identity == 'a')
		return identity_error(target_column_name(target, attnum), err);
	scope->place = PLACE_UPDATE;
	rc = bind_expr(state->binder, scope, assignment->value, value, err);
	return rc != 0
	    ? rc
	    : target_coerce(state->binder, target, attnum, value, err);
}

/* Columns that are not assigned keep their value. */
static int
bind_assignments(struct modify_state *state, struct scope *scope,
    const struct ast_assignment *assignments, uint32_t count,
    struct expr **values, struct error *err)
{
	bool *is_set = arena_zalloc(state->binder->arena, width(state) + 1);

	for (uint32_t i = 0; i < width(state); i++)
		values[i] =
		    range_column_expr(state->binder, state->range, i, 0);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t attnum;
		int rc;

		rc = target_find(&state->target, assignments[i].column,
		    assignments[i].location, &attnum, err);
		if (rc == 0 && is_set[attnum - 1])
			rc = error_set(err, STELE_E_SYNTAX,
			    "multiple assignments to same column \"%.*s\"",
			    STR_FMT(assignments[i].column));
		if (rc == 0)
			rc = bind_assignment(state, scope, &assignments[i],
			    attnum, &values[attnum - 1], err);
		if (rc != 0)
			return rc;
		is_set[attnum - 1] = true;
	}
	return 0;
}

/* ---- ON CONFLICT ---- */

/* The key of exactly these columns. */
static int
key_of_columns(struct modify_state *state, const struct ast_conflict *ast,
    uint32_t *out, struct error *err)
{
	const struct temp_table *table = state->target.relation.temp;

	for (*out = 0; *out < table->key_count; ++*out) {
		const struct table_key *key = &table->keys[*out];
		bool fits = key->is_unique && key->count == ast->column_count;

		for (uint32_t i = 0; i < ast->column_count; i++) {
			uint32_t attnum;
			int rc = target_find(&state->target, ast->columns[i],
			    ast->location, &attnum, err);

			if (rc != 0)
				return rc;
			fits = fits && table_key_has(key, attnum - 1);
		}
		if (fits)
			return 0;
	}
	return error_set(err, STELE_E_INVALID_COLUMN_REFERENCE,
	    "there is no unique or exclusion constraint matching the ON"
	    " CONFLICT specification");
}

static int
key_of_constraint(struct modify_state *state, const struct ast_conflict *ast,
    uint32_t *out, struct error *err)
{
	const struct temp_table *table = state->target.relation.temp;

	for (*out = 0; *out < table->key_count; ++*out)
		if (table->keys[*out].constraint_oid != 0 &&
		    str_equal(table->keys[*out].name, ast->constraint))
			return 0;
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "constraint \"%.*s\" for table \"%.*s\" does not exist",
	    STR_FMT(ast->constraint), STR_FMT(table->name));
}

static int
find_key(struct modify_state *state, const struct ast_conflict *ast,
    uint32_t *out, struct error *err)
{
	*out = UINT32_MAX;
	if (ast->column_count > 0)
		return key_of_columns(state, ast, out, err);
	if (ast->constraint.len > 0)
		return key_of_constraint(state, ast, out, err);
	if (!ast->is_update)
		return 0;
	(void)error_at(err, ast->location, STELE_E_SYNTAX,
	    "ON CONFLICT DO UPDATE requires inference specification or"
	    " constraint name");
	return error_hint(err, "For example, ON CONFLICT (column_name).");
}

/* DO UPDATE: over the row that is there and `excluded`. */
static int
bind_conflict_update(struct modify_state *state, const struct ast_conflict *ast,
    struct modify_conflict *conflict, struct error *err)
{
	struct binder *binder = state->binder;
	struct scope scope = { .id = ++binder->scope_count };
	uint32_t n = width(state);
	struct range *excluded;
	struct rel *rel;
	int rc;

	excluded = range_new_temp(binder, &state->target.relation,
	    STR("excluded"), &rel);
	(void)scope_add(binder, &scope, state->range);
	scope_add(binder, &scope, excluded)->has_columns = false;
	conflict->names = arena_alloc_array(binder->arena, 2 * (size_t)n + 1,
	    sizeof(*conflict->names));
	for (uint32_t i = 0; i < n; i++) {
		conflict->names[i] =
		    (struct column_id){ state->range->rel_id, i };
		conflict->names[n + i] =
		    (struct column_id){ excluded->rel_id, i };
	}
	conflict->values = arena_alloc_array(binder->arena, (size_t)n + 1,
	    sizeof(*conflict->values));
	rc = bind_assignments(state, &scope, ast->assignments,
	    ast->assignment_count, conflict->values, err);
	if (rc != 0 || ast->where == NULL)
		return rc;
	scope.place = PLACE_WHERE;
	rc = bind_expr(binder, &scope, ast->where, &conflict->where, err);
	return rc != 0 ? rc
		       : coerce_boolean(binder, &conflict->where, "WHERE", err);
}

static int
bind_conflict(struct modify_state *state, const struct ast_conflict *ast,
    struct error *err)
{
	struct modify_conflict *conflict;
	int rc;

	if (ast == NULL)
		return 0;
	conflict = arena_zalloc(state->binder->arena, sizeof(*conflict));
	state->modify.conflict = conflict;
	conflict->is_update = ast->is_update;
	rc = find_key(state, ast, &conflict->key, err);
	if (rc == 0 && ast->is_update)
		rc = bind_conflict_update(state, ast, conflict, err);
	return rc;
}

/* ---- INSERT ---- */

/* Columns that are not given get their default. */
static int
set_values(struct modify_state *state, const struct ast_insert *insert,
    const struct insert_columns *columns, uint32_t given, struct error *err)
{
	const struct temp_column *its = state->target.relation.temp->columns;
	struct binder *binder = state->binder;
	int rc = 0;

	for (uint32_t i = 0; i < given && rc == 0; i++) {
		struct expr **value = &state->values[columns->attnums[i] - 1];

		if (insert->overriding == AST_OVERRIDING_USER_VALUE &&
		    its[columns->attnums[i] - 1].identity != 0)
			continue;
		*value = expr_column(binder->arena, state->input->types[i], 0,
		    state->input->id, i);
		rc = target_coerce(binder, &state->target, columns->attnums[i],
		    value, err);
	}
	for (uint32_t i = 0; i < width(state) && rc == 0; i++) {
		if (state->values[i] != NULL)
			continue;
		rc = target_default(binder, &state->target, i + 1,
		    &state->values[i], err);
		if (rc == 0 && state->values[i] == NULL)
			state->values[i] = expr_const(binder->arena,
			    target_type(&state->target, i + 1), 0, NULL);
	}
	return rc;
}

static int
bind_rows(struct modify_state *state, const struct ast_insert *insert,
    struct error *err)
{
	const struct ast_from_list no_table = { .count = 0 };
	struct insert_columns columns;
	uint32_t given;
	int rc;

	rc = bind_insert_columns(state->binder, insert, &state->target,
	    &columns, err);
	if (rc == 0)
		rc = bind_insert_rows(state->binder, state->scope.outer, insert,
		    &state->target, &columns, &state->input, &given, err);
	if (rc == 0 && state->input == NULL)
		rc = bind_from(state->binder, &state->scope, &no_table,
		    &state->input, err);
	return rc != 0 ? rc : set_values(state, insert, &columns, given, err);
}

static int
bind_insert_query(struct binder *binder, struct scope *outer,
    const struct ast_insert *insert, const struct write_target *target,
    struct query *out, struct error *err)
{
	struct scope scope = { .id = ++binder->scope_count, .outer = outer };
	struct modify_state state;
	int rc;

	state_init(&state, binder, outer, target, insert->alias, MODIFY_INSERT);
	rc = bind_rows(&state, insert, err);
	if (rc == 0)
		rc = bind_conflict(&state, insert->conflict, err);
	(void)scope_add(binder, &scope, state.range);
	if (rc == 0)
		rc = bind_returning_list(&state, &scope, &insert->returning,
		    err);
	return rc != 0 ? rc : finish(&state, out, err);
}

int
bind_temp_insert(struct binder *binder, const struct ast_insert *insert,
    const struct write_target *target, struct plan *plan, struct error *err)
{
	struct query query;
	int rc;

	rc = bind_insert_query(binder, NULL, insert, target, &query, err);
	return rc != 0 ? rc : set_plan(binder, &query, plan, err);
}

int
bind_temp_fill(struct binder *binder, const struct plan_temp_ddl *create,
    struct rel *input, uint32_t count, struct plan *plan, struct error *err)
{
	struct expr **exprs =
	    arena_alloc_array(binder->arena, (size_t)count + 1, sizeof(*exprs));
	struct query query = { .column_count = 0 };
	struct rel *rel;

	for (uint32_t i = 0; i < count; i++)
		exprs[i] = expr_column(binder->arena,
		    create->definition->columns[i].type, 0, input->id, i);
	input = rel_new_project(binder, input, exprs, count);
	query.rel = rel = rel_new(binder, REL_MODIFY, input, 0);
	rel->modify.kind = MODIFY_INSERT;
	rel->modify.create = create;
	rel->modify.names = arena_zalloc(binder->arena,
	    ((size_t)count + 1) * sizeof(*rel->modify.names));
	return set_plan(binder, &query, plan, err);
}

/* ---- UPDATE, DELETE ---- */

static int
refuse(const struct ast_stmt *stmt, struct error *err)
{
	if (stmt->kind == AST_INSERT)
		return error_at(err, stmt->insert.table.location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "INSERT of events in WITH is not supported");
	(void)error_at(err, stmt->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s is not supported",
	    stmt->kind == AST_UPDATE ? "UPDATE" : "DELETE");
	return error_hint(err, IMMUTABLE);
}

/* The rows: the table's, with those of FROM, for which WHERE is true. */
static int
bind_input(struct modify_state *state, const struct ast_modify *ast,
    struct error *err)
{
	struct binder *binder = state->binder;
	struct scope *scope = &state->scope;
	struct expr *where;
	struct rel *from;
	int rc = 0;

	state->input = state->scan;
	(void)scope_add(binder, scope, state->range);
	if (ast->from.count > 0) {
		rc = bind_from(binder, scope, &ast->from, &from, err);
		if (rc == 0)
			rc = scope_check_names(scope, 0, 1, err);
		if (rc != 0)
			return rc;
		state->input =
		    from_join(binder, scope, JOIN_INNER, state->scan, from);
		state->modify.may_repeat = true;
	}
	if (ast->where == NULL)
		return 0;
	scope->place = PLACE_WHERE;
	rc = bind_expr(binder, scope, ast->where, &where, err);
	if (rc == 0)
		rc = coerce_boolean(binder, &where, "WHERE", err);
	if (rc == 0)
		state->input = rel_new_filter(binder, state->input, where);
	return rc;
}

static int
bind_changes(struct modify_state *state, const struct ast_modify *ast,
    struct error *err)
{
	int rc = 0;

	if (ast->with != NULL)
		rc = with_begin(state->binder, ast->with, &state->scope,
		    &state->with, err);
	if (rc == 0)
		rc = bind_input(state, ast, err);
	if (rc == 0)
		rc = bind_assignments(state, &state->scope, ast->assignments,
		    ast->assignment_count, state->values, err);
	if (rc == 0)
		rc = bind_returning_list(state, &state->scope, &ast->returning,
		    err);
	return rc;
}

static int
bind_change_query(struct binder *binder, struct scope *outer,
    const struct ast_stmt *stmt, const struct write_target *target,
    struct query *out, struct error *err)
{
	struct modify_state state;
	int rc;

	state_init(&state, binder, outer, target, stmt->modify.alias,
	    stmt->kind == AST_UPDATE ? MODIFY_UPDATE : MODIFY_DELETE);
	rc = bind_changes(&state, &stmt->modify, err);
	return rc != 0 ? rc : finish(&state, out, err);
}

int
bind_modify_query(struct binder *binder, struct scope *outer,
    const struct ast_stmt *stmt, struct query *out, struct error *err)
{
	struct write_target target = { .space = names_space(binder->context) };
	const struct ast_name *name;
	int rc;

	if (stmt->kind != AST_INSERT && stmt->kind != AST_UPDATE &&
	    stmt->kind != AST_DELETE)
		return error_at(err, stmt->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "this statement in WITH is not supported");
	name = stmt->kind == AST_INSERT ? &stmt->insert.table
					: &stmt->modify.table;
	rc = bind_relation(binder, name, &target.relation, err);
	if (rc == 0 && target.relation.temp == NULL)
		rc = refuse(stmt, err);
	if (rc != 0)
		return rc;
	if (stmt->kind == AST_INSERT)
		return bind_insert_query(binder, outer, &stmt->insert, &target,
		    out, err);
	return bind_change_query(binder, outer, stmt, &target, out, err);
}

int
bind_modify(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	struct query query;
	int rc = bind_modify_query(binder, NULL, stmt, &query, err);

	return rc != 0 ? rc : set_plan(binder, &query, plan, err);
}
