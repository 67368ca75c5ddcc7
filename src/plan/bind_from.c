/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_from.c -- FROM: event types, views, the server's own relations,
 * subqueries.
 *
 * Items are bound from left to right.  Those to the left of an item are in the
 * scope meanwhile, for LATERAL alone; at the end all are there for everybody.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "plan/bind_sequence.h"
#include "plan/rewrite.h"
#include "plan/schema.h"
#include "plan/system_table.h"

int
range_rename_columns(struct binder *binder, struct range *range,
    const struct ast_from *from, struct error *err)
{
	const struct ast_alias *alias = &from->alias;
	struct range_column *columns;

	if (alias->column_count == 0)
		return 0;
	if (alias->column_count > range->column_count)
		return error_set(err, STELE_E_INVALID_COLUMN_REFERENCE,
		    "table \"%.*s\" has %u columns available but %u columns"
		    " specified",
		    STR_FMT(range->name), range->column_count,
		    alias->column_count);
	columns = arena_alloc_array(binder->arena, range->column_count,
	    sizeof(*columns));
	memcpy(columns, range->columns, range->column_count * sizeof(*columns));
	for (uint32_t i = 0; i < alias->column_count; i++)
		columns[i].name = alias->columns[i];
	range->columns = columns;
	return 0;
}

static int
bind_with_table(struct binder *binder, struct scope *scope,
    struct with_item *item, const struct ast_from *from, struct rel **out,
    struct error *err)
{
	struct range *range;
	int rc;

	rc = bind_with_ref(binder, item, from, &range, out, err);
	if (rc != 0)
		return rc;
	binder_add_range(binder, range);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}

/* One of the server's own relations, from its rows or its query. */
static int
bind_system_rows(struct binder *binder, struct scope *scope,
    const struct system_table *table, const struct ast_from *from,
    struct rel **out, struct error *err)
{
	struct range *range;

	if (table->query != NULL)
		return bind_system_view(binder, scope, table, from, out, err);
	range = range_new_system(binder, table, from->alias.name, out);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}

static int
bind_table(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	struct with_item *item = with_find(scope, &from->table);
	struct relation relation;
	struct range *range;
	int rc;

	if (item != NULL)
		return bind_with_table(binder, scope, item, from, out, err);
	rc = bind_relation(binder, &from->table, &relation, err);
	if (rc != 0)
		return with_explain_missing(scope, &from->table, err);
	if (relation.system == NULL && relation.schema != SCHEMA_PG_TEMP)
		binder_need_columns(binder, &relation, RIGHT_SELECT);
	if (relation.view != NULL)
		return bind_view(binder, scope, relation.view, from, out, err);
	if (relation.sequence != NULL)
		bind_not_lockable(binder, scope, from, "sequence",
		    relation.name);
	if (relation.system != NULL) {
		binder_need_system(binder, relation.system);
		return bind_system_rows(binder, scope, relation.system, from,
		    out, err);
	}
	if (relation.temp != NULL || relation.sequence != NULL) {
		range = relation.temp != NULL
		    ? range_new_temp(binder, &relation, from->alias.name, out)
		    : range_new_sequence(binder, &relation, from->alias.name,
			  out);
		(void)scope_add(binder, scope, range);
		return range_rename_columns(binder, range, from, err);
	}
	range = range_new_scan(binder, relation.type, from->alias.name, out);
	binder_limit_columns(binder, relation.oid, range,
	    COLUMN_FIRST_FIELD - 1);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}

/* The relation whose rows a function in FROM has; NULL: none. */
static const struct system_table *
table_of_function(struct binder *binder, const struct ast_from *from)
{
	const struct ast_expr *call = from->functions.items[0];
	const struct system_table *table;

	if (from->functions.count != 1 || call->kind != AST_CALL ||
	    from->with_ordinality)
		return NULL;
	table = system_table_by_function(binder->context->system,
	    builtin_name(binder, &call->call.name));
	return table != NULL &&
		call->call.args.count == (table->function_key != NULL ? 1 : 0)
	    ? table
	    : NULL;
}

/* Those rows whose key is the argument, or all if that is null. */
static int
keep_key(struct binder *binder, const struct system_table *table,
    const struct range *range, struct expr *arg, int location, struct rel **rel,
    struct error *err)
{
	struct expr *is_null = expr_new(binder->arena, EXPR_TEST,
	    type_of(TYPE_BOOL), arg->location, 1);
	struct expr *kept = expr_new(binder->arena, EXPR_OR, type_of(TYPE_BOOL),
	    arg->location, 2);
	uint32_t key = 0;
	int rc;

	while (strcmp(table->columns[key].name, table->function_key) != 0)
		key++;
	if (!can_coerce(&arg->type, &range->columns[key].type, CAST_IMPLICIT))
		return function_error(binder, str_of_cstr(table->function),
		    &arg, 1, location, false, err);
	rc =
	    coerce(binder, &arg, &range->columns[key].type, CAST_IMPLICIT, err);
	if (rc != 0)
		return rc;
	is_null->test = TEST_NULL;
	is_null->args[0] = arg;
	kept->args[0] = is_null;
	rc = bind_operator(binder, STR("="),
	    range_column_expr(binder, range, key, 0), arg, arg->location,
	    &kept->args[1], err);
	if (rc == 0)
		*rel = rel_new_filter(binder, *rel, kept);
	return rc;
}

/* What a function returns is no table's, for clients. */
static void
forget_table(struct binder *binder, struct range *range)
{
	size_t size = range->column_count * sizeof(*range->columns);
	struct range_column *columns = arena_alloc(binder->arena, size);

	memcpy(columns, range->columns, size);
	for (uint32_t i = 0; i < range->column_count; i++) {
		columns[i].table_oid = 0;
		columns[i].attnum = 0;
	}
	range->columns = columns;
}

static int
bind_table_function(struct binder *binder, struct scope *scope,
    const struct system_table *table, const struct ast_from *from,
    struct rel **out, struct error *err)
{
	const struct ast_expr *call = from->functions.items[0];
	struct ast_from named = *from;
	struct range *range;
	struct expr *arg = NULL;
	int rc = 0;

	if (named.alias.name.len == 0)
		named.alias.name = str_of_cstr(table->function);
	if (table->function_key != NULL) {
		scope->is_lateral_active = true;
		scope->place = PLACE_FROM_FUNCTION;
		rc = bind_expr(binder, scope, call->call.args.items[0], &arg,
		    err);
		scope->is_lateral_active = false;
	}
	if (rc != 0)
		return rc;
	binder_need_table_function(binder, table);
	rc = bind_system_rows(binder, scope, table, &named, out, err);
	if (rc != 0)
		return rc;
	range = scope->items[scope->item_count - 1].range;
	forget_table(binder, range);
	return arg == NULL
	    ? 0
	    : keep_key(binder, table, range, arg, call->location, out, err);
}

static int
bind_function_item(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	const struct system_table *table = table_of_function(binder, from);

	if (from->functions.count == 1 &&
	    is_sequence_call(from->functions.items[0]))
		return bind_sequence_call(binder, scope, from, out, err);
	if (table != NULL)
		return bind_table_function(binder, scope, table, from, out,
		    err);
	return bind_from_function(binder, scope, from, out, err);
}

static int
bind_subquery(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct query query;
	int rc;

	scope->is_lateral_active = from->is_lateral;
	scope->place = PLACE_FROM_SUBQUERY;
	binder->locked = locking_of_item(scope, from);
	rc = bind_select(binder, scope, from->subquery, UNKNOWNS_TEXT, &query,
	    err);
	scope->is_lateral_active = false;
	if (rc != 0)
		return rc;
	range->name = from->alias.name;
	range->rel_id = query.rel->id;
	range->columns = query.columns;
	range->column_count = query.column_count;
	binder_add_range(binder, range);
	(void)scope_add(binder, scope, range);
	*out = query.rel;
	return range_rename_columns(binder, range, from, err);
}

static int
bind_item(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	switch (from->kind) {
	case AST_FROM_TABLE:
		return bind_table(binder, scope, from, out, err);
	case AST_FROM_SUBQUERY:
		return bind_subquery(binder, scope, from, out, err);
	case AST_FROM_JOIN:
		return bind_join(binder, scope, from, out, err);
	case AST_FROM_FUNCTION:
		return bind_function_item(binder, scope, from, out, err);
	case AST_FROM_SEQUENCE:
		return bind_sequence(binder, scope, from->sequence, out, err);
	}
	return error_at(err, from->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "this item of FROM is not supported");
}

/* Joins below each other become one list, and that one chain. */
#define FROM_TABLES_MAX 2000

int
bind_from_item(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	int rc;

	if (from->kind != AST_FROM_JOIN &&
	    ++scope->table_count > FROM_TABLES_MAX)
		return error_at(err, from->location, STELE_E_TOO_COMPLEX,
		    "FROM has more than %d items", FROM_TABLES_MAX);
	rc = binder_enter(binder, 1, "FROM", from->location, err);
	if (rc != 0)
		return rc;
	rc = bind_item(binder, scope, from, out, err);
	binder_leave(binder, 1);
	if (rc == 0) /* of a join, too, what comes out of it is the last */
		bind_note_range(binder->notes, from,
		    scope->items[scope->item_count - 1].range);
	return rc;
}

struct rel *
from_join(struct binder *binder, const struct scope *scope, enum join_kind kind,
    struct rel *left, struct rel *right)
{
	struct rel *join = rel_new_join(binder, kind, left, right);

	binder->join_count++;
	join->join.is_lateral =
	    scope->has_lateral_use && rel_names_any(right, left);
	return join;
}

/* An item of a list, of which the first is at the end of the chain. */
static int
bind_list_item(struct binder *binder, struct scope *scope,
    const struct ast_from_list *list, uint32_t i, struct rel **out,
    struct error *err)
{
	uint32_t first = scope->item_count;
	uint32_t above = list->count - 1 - i;
	int rc =
	    binder_enter(binder, above, "FROM", list->items[i]->location, err);

	if (rc != 0)
		return rc;
	scope_show_lateral(scope, 0, first, true, true);
	rc = bind_from_item(binder, scope, list->items[i], out, err);
	binder_leave(binder, above);
	return rc != 0 ? rc : scope_check_names(scope, 0, first, err);
}

int
bind_from(struct binder *binder, struct scope *scope,
    const struct ast_from_list *list, struct rel **out, struct error *err)
{
	int rc = 0;

	if (list->count == 0) {
		/* one row without columns */
		*out = rel_new(binder, REL_VALUES, NULL, 0);
		(*out)->values.row_count = 1;
		return 0;
	}
	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		struct rel *rel = NULL;

		if (!binder_may_join(binder))
			return error_at(err, list->items[i]->location,
			    STELE_E_TOO_COMPLEX,
			    "the statement has too many relations in FROM");
		rc = bind_list_item(binder, scope, list, i, &rel, err);
		if (rc == 0 && binder_is_over(binder))
			rc = binder_check(binder, err);
		if (rc == 0)
			*out = i == 0
			    ? rel
			    : from_join(binder, scope, JOIN_INNER, *out, rel);
	}
	scope_show_lateral(scope, 0, scope->item_count, false, true);
	return rc;
}
