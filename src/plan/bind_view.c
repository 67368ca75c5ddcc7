/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_view.c -- views: made from a query, and their query in the place of
 * their name.
 *
 * A view is kept as text, for that outlives every form of the tree, and bound
 * anew with each statement that names it.  So that it means for ever what it
 * meant when it was made, it knows how many columns its relations had then (a
 * star stands for those; fields are only ever appended), and how its literals
 * were read.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/system_table.h"
#include "plan/temp_table.h"
#include "sql/parse.h"
#include "sql/print.h"
#include "types/time_zone.h"

#define VIEW_DEPTH_MAX 64
#define VIEW_QUERY_MAX ((size_t)64 << 10)

/* ---- what it depends on ---- */

void
binder_note_dependency(struct binder *binder, uint32_t oid,
    uint32_t column_count)
{
	struct dependency_list *list = binder->dependencies;

	if (list == NULL || binder->view != NULL)
		return; /* inside a view it is that view's */
	for (uint32_t i = 0; i < list->count; i++)
		if (list->items[i].oid == oid)
			return;
	if (list->count == list->capacity) {
		uint32_t capacity = list->capacity == 0 ? 8 : list->count * 2;
		struct view_dependency *items =
		    arena_alloc_array(binder->arena, capacity, sizeof(*items));

		if (list->count > 0)
			memcpy(items, list->items,
			    list->count * sizeof(*items));
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] =
	    (struct view_dependency){ oid, column_count };
}

void
binder_limit_columns(const struct binder *binder, uint32_t oid,
    struct range *range, uint32_t core_count)
{
	const struct view_dependency *known =
	    binder->view == NULL ? NULL : view_dependency(binder->view, oid);
	uint32_t count = known == NULL ? range->column_count
				       : core_count + known->column_count;

	if (count < range->column_count)
		range->column_count = count;
}

/* ---- reading it ---- */

/* The view's query as a tree. */
static int
parse_query(struct binder *binder, struct str name, struct str query,
    const struct ast_select **out, struct error *err)
{
	struct sql_statements statements;
	int rc;

	rc = sql_parse(query, SQL_DIALECT_POSTGRES, binder->arena, &statements,
	    err);
	if (rc != 0)
		return rc;
	if (statements.count != 1 || statements.items[0]->kind != AST_SELECT)
		return error_set(err, STELE_E_CORRUPT,
		    "view \"%.*s\" is not a query", STR_FMT(name));
	*out = statements.items[0]->select;
	return 0;
}

static struct type_settings
settings_of(const struct binder *binder, const struct sql_view *view)
{
	struct type_settings settings = *binder->context->settings;
	const struct view_reading *reading = &view->reading;

	settings.date_style = (enum date_style)reading->date_style;
	settings.date_order = (enum date_order)reading->date_order;
	settings.interval_style = (enum interval_style)reading->interval_style;
	settings.now = reading->now;
	settings.time_zone = reading->time_zone.len == 0
	    ? NULL
	    : time_zone_find(settings.time_zones, reading->time_zone);
	return settings;
}

static int
bind_query(struct binder *binder, const struct sql_view *view,
    struct query *out, struct error *err)
{
	const struct plan_context *context = binder->context;
	const struct sublink_name *sublink_names = binder->sublink_names;
	const struct sql_view *around = binder->view;
	struct type_settings settings = settings_of(binder, view);
	struct plan_context inside = *context;
	const struct ast_select *select = NULL;
	struct plan_names names;
	int rc;

	rc = parse_query(binder, view->name, view->query, &select, err);
	if (rc != 0)
		return rc;
	inside.settings = &settings;
	inside.path = NULL;
	if (view->oid < TEMP_OID_FIRST)
		inside.temp = NULL; /* it was made without */
	plan_names_init(&names, &inside);
	settings.names = &names.base;
	binder->context = &inside;
	binder->view = view;
	binder->sublink_names = NULL;
	rc = bind_select(binder, NULL, select, UNKNOWNS_TEXT, out, err);
	binder->context = context;
	binder->view = around;
	binder->sublink_names = sublink_names;
	return rc;
}

int
bind_view(struct binder *binder, struct scope *scope,
    const struct sql_view *view, const struct ast_from *from, struct rel **out,
    struct error *err)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct query query;
	int rc;

	binder_note_dependency(binder, view->oid, view->column_count);
	if (binder->view_depth == VIEW_DEPTH_MAX)
		return error_at(err, from->location, STELE_E_TOO_COMPLEX,
		    "views are nested more than %d deep", VIEW_DEPTH_MAX);
	binder->view_depth++;
	rc = bind_query(binder, view, &query, err);
	binder->view_depth--;
	if (rc != 0) /* a position in the view's text would mislead */
		return error_position(err, from->location);
	range->name = from->alias.name.len > 0 ? from->alias.name : view->name;
	range->table_name = view->name;
	range->schema = str_of_cstr(schema_by_oid(
	    view->oid < TEMP_OID_FIRST ? SCHEMA_PUBLIC : SCHEMA_PG_TEMP)
					->name);
	range->rel_id = query.rel->id;
	range->columns = query.columns;
	range->column_count = query.column_count;
	for (uint32_t i = 0; i < query.column_count; i++) {
		query.columns[i].table_oid = view->oid;
		query.columns[i].attnum = (int16_t)(i + 1);
		if (i < view->column_count)
			query.columns[i].name = view->columns[i].name;
	}
	binder_limit_columns(binder, view->oid, range, 0);
	binder_add_range(binder, range);
	(void)scope_add(binder, scope, range);
	*out = query.rel;
	return range_rename_columns(binder, range, from, err);
}

/* ---- the server's own ---- */

/* The query's columns as those of the relation; nulls and literals first. */
static int
cast_columns(struct binder *binder, const struct system_table *table,
    struct query *query, struct expr **exprs, struct error *err)
{
	int rc = 0;

	if (query->column_count != table->column_count)
		return error_set(err, STELE_E_CORRUPT,
		    "view \"%s\" has %u columns, its query %u", table->name,
		    (unsigned)table->column_count,
		    (unsigned)query->column_count);
	for (uint32_t i = 0; i < table->column_count; i++) {
		struct type type = type_of(table->columns[i].type);

		if (query->exprs != NULL)
			rc = coerce(binder, &query->exprs[i], &type,
			    CAST_ASSIGNMENT, err);
		if (rc == 0 && query->exprs != NULL)
			query->rel->types[i] = query->exprs[i]->type;
		exprs[i] = expr_column(binder->arena, query->rel->types[i], 0,
		    query->rel->id, i);
		if (rc == 0)
			rc = coerce(binder, &exprs[i], &type, CAST_ASSIGNMENT,
			    err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
bind_system_query(struct binder *binder, const struct system_table *table,
    struct rel **out, struct error *err)
{
	const struct ast_select *select = NULL;
	struct expr **exprs = arena_alloc_array(binder->arena,
	    table->column_count + 1, sizeof(*exprs));
	struct query query;
	int rc;

	rc = parse_query(binder, str_of_cstr(table->name),
	    str_of_cstr(table->query), &select, err);
	binder->system_view_depth++;
	if (rc == 0)
		rc = bind_select(binder, NULL, select, UNKNOWNS_STAY, &query,
		    err);
	binder->system_view_depth--;
	if (rc == 0)
		rc = cast_columns(binder, table, &query, exprs, err);
	if (rc == 0)
		*out = rel_new_project(binder, query.rel, exprs,
		    table->column_count);
	return rc;
}

int
bind_system_view(struct binder *binder, struct scope *scope,
    const struct system_table *table, const struct ast_from *from,
    struct rel **out, struct error *err)
{
	const struct sublink_name *sublink_names = binder->sublink_names;
	struct range *range;
	int rc;

	binder->sublink_names = NULL;
	rc = bind_system_query(binder, table, out, err);
	binder->sublink_names = sublink_names;
	if (rc != 0) /* a position in the view's text would mislead */
		return error_position(err, from->location);
	range = range_new_over(binder, table, from->alias.name, *out);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}

/* ---- making it ---- */

static int
name_columns(const struct ast_create_view *ast, struct query *query,
    struct view_column *columns, struct error *err)
{
	if (ast->column_count > query->column_count)
		return error_set(err, STELE_E_SYNTAX,
		    "CREATE VIEW specifies more column names than columns");
	for (uint32_t i = 0; i < query->column_count; i++) {
		columns[i] = (struct view_column){
			.name = i < ast->column_count ? ast->columns[i]
						      : query->columns[i].name,
			.type_oid = query->columns[i].type.oid,
			.type_mod = query->columns[i].type.mod,
		};
		if (query->columns[i].type.row != NULL ||
		    query->columns[i].type.oid == TYPE_RECORD)
			return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
			    "column \"%.*s\" has pseudo-type %s",
			    STR_FMT(columns[i].name),
			    type_info(query->columns[i].type.oid)->sql_name);
		for (uint32_t k = 0; k < i; k++)
			if (str_equal(columns[k].name, columns[i].name))
				return error_set(err, STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" specified more than once",
				    STR_FMT(columns[i].name));
	}
	return 0;
}

static int
print_query(struct binder *binder, const struct ast_select *select,
    struct str *out, struct error *err)
{
	struct ast_stmt stmt = { .kind = AST_SELECT,
		.select = (struct ast_select *)(uintptr_t)select };
	struct buf text;
	int rc = 0;

	buf_init(&text);
	print_stmt(&text, &stmt);
	if (text.failed)
		rc = error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	else if (text.len > VIEW_QUERY_MAX)
		rc = error_set(err, STELE_E_LIMIT,
		    "the query of a view may have at most %zu bytes",
		    VIEW_QUERY_MAX);
	else
		*out = arena_str(binder->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

static struct view_reading
reading_of(const struct type_settings *settings)
{
	return (struct view_reading){
		.time_zone = settings->time_zone == NULL
		    ? STR("")
		    : str_of_cstr(time_zone_name(settings->time_zone)),
		.date_style = (uint8_t)settings->date_style,
		.date_order = (uint8_t)settings->date_order,
		.interval_style = (uint8_t)settings->interval_style,
		.now = settings->now,
	};
}

int
bind_create_view(struct binder *binder, const struct ast_create_view *ast,
    struct plan_ddl *ddl, struct error *err)
{
	struct sql_view *view = arena_zalloc(binder->arena, sizeof(*view));
	struct dependency_list dependencies = { 0 };
	struct view_column *columns;
	struct query query;
	int rc;

	binder->dependencies = &dependencies;
	rc = bind_select(binder, NULL, ast->query, UNKNOWNS_TEXT, &query, err);
	binder->dependencies = NULL;
	if (rc != 0)
		return rc;
	columns = arena_alloc_array(binder->arena,
	    (size_t)query.column_count + 1, sizeof(*columns));
	rc = name_columns(ast, &query, columns, err);
	if (rc == 0)
		rc = print_query(binder, ast->query, &view->query, err);
	view->reading = reading_of(binder->context->settings);
	view->columns = columns;
	view->column_count = query.column_count;
	view->dependencies = dependencies.items;
	view->dependency_count = dependencies.count;
	ddl->view = view;
	ddl->or_replace = ast->or_replace;
	return rc;
}
