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
#include "plan/bind_view.h"
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/kept.h"
#include "plan/layout.h"
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
	list->items = arena_grow(binder->arena, list->items, list->count,
	    &list->capacity, sizeof(*list->items));
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

/* The view's query as a tree: a SELECT, or a QUERY that was remembered. */
static int
parse_query(struct binder *binder, struct str name, struct str query,
    const struct ast_stmt **out, struct error *err)
{
	struct sql_statements statements;
	int rc;

	rc = sql_parse(query, SQL_DIALECT_POSTGRES, binder->arena, &statements,
	    err);
	if (rc != 0)
		return rc;
	*out = statements.count == 1 ? statements.items[0] : NULL;
	if (*out == NULL ||
	    ((*out)->kind != AST_SELECT && (*out)->kind != AST_QUERY))
		return error_set(err, STELE_E_CORRUPT,
		    "view \"%.*s\" is not a query", STR_FMT(name));
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
	    : time_zone_find_stored(settings.time_zones, reading->time_zone);
	return settings;
}

/* A query of either language: of the native one if `select` is NULL. */
static int
bind_either(struct binder *binder, const struct ast_select *select,
    const struct ast_query *native, struct query *out, struct error *err)
{
	if (select == NULL)
		return bind_native_query(binder, native, out, err);
	return bind_select(binder, NULL, select, UNKNOWNS_TEXT, out, err);
}

static void
view_inside_init(struct view_inside *inside, const struct binder *binder,
    const struct sql_view *view)
{
	inside->settings = settings_of(binder, view);
	inside->context = *binder->context;
	inside->context.settings = &inside->settings;
	inside->context.path = NULL;
	if (view->oid < TEMP_OID_FIRST)
		inside->context.temp = NULL; /* it was made without */
	plan_names_init(&inside->names, &inside->context);
	inside->settings.names = &inside->names.base;
}

int
bind_view_query(struct binder *binder, const struct sql_view *view,
    struct view_inside *inside, struct query *out, struct error *err)
{
	const struct plan_context *context = binder->context;
	const struct sublink_name *sublink_names = binder->sublink_names;
	const struct sql_view *around = binder->view;
	const struct ast_stmt *stmt = NULL;
	int rc;

	rc = parse_query(binder, view->name, view->query, &stmt, err);
	if (rc != 0)
		return rc;
	view_inside_init(inside, binder, view);
	inside->stmt = stmt;
	binder->context = &inside->context;
	binder->view = view;
	binder->sublink_names = NULL;
	rc = bind_either(binder, stmt->kind == AST_SELECT ? stmt->select : NULL,
	    &stmt->query, out, err);
	binder->context = context;
	binder->view = around;
	binder->sublink_names = sublink_names;
	return rc;
}

static struct rel *
new_reading(struct binder *binder, const struct sql_view *view,
    struct rel *input)
{
	struct rel *rel = rel_new_over(binder, REL_READING, input);

	rel->reading = &view->reading;
	return rel;
}

static int
bind_query(struct binder *binder, const struct sql_view *view,
    struct query *out, struct error *err)
{
	struct view_inside inside;

	return bind_view_query(binder, view, &inside, out, err);
}

/* What is kept, and what is new, in the place of all events. */
static int
bind_kept(struct binder *binder, const struct sql_view *view,
    struct query *query, struct error *err)
{
	struct kept_cut cut;
	int rc;

	if (!view->kept.is_populated) {
		(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "materialized view \"%.*s\" has not been populated",
		    STR_FMT(view->name));
		return error_hint(err,
		    "Use the REFRESH MATERIALIZED VIEW command.");
	}
	rc = kept_cut(binder, query, 0, &cut, err);
	if (rc == 0)
		rc = kept_read(binder, view, &cut, err);
	if (rc == 0)
		query->rel = new_reading(binder, view, query->rel);
	query->exprs = NULL; /* they are below */
	return rc;
}

int
bind_view(struct binder *binder, struct scope *scope,
    const struct sql_view *view, const struct ast_from *from, struct rel **out,
    struct error *err)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct bind_notes *notes = binder->notes;
	struct query query;
	int rc;

	binder_note_dependency(binder, view->oid, view->column_count);
	if (binder->view_depth == VIEW_DEPTH_MAX)
		return error_at(err, from->location, STELE_E_TOO_COMPLEX,
		    "views are nested more than %d deep", VIEW_DEPTH_MAX);
	binder->view_depth++;
	binder->copy_depth++;
	binder_add_copies(binder, 1);
	binder->notes = NULL; /* they are of the query that names it */
	if (!view_is_kept(view))
		binder->locked = locking_of_item(scope, from);
	else
		bind_not_lockable(binder, scope, from, "materialized view",
		    view->name);
	rc = bind_query(binder, view, &query, err);
	binder->locked = NULL;
	binder->notes = notes;
	binder->view_depth--;
	binder->copy_depth--;
	if (rc == 0 && view_is_kept(view))
		rc = bind_kept(binder, view, &query, err);
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

int
bind_system_query(struct binder *binder, const struct system_table *table,
    const struct ast_select **select, struct rel **out, struct error *err)
{
	const struct ast_stmt *stmt = NULL;
	struct expr **exprs = arena_alloc_array(binder->arena,
	    table->column_count + 1, sizeof(*exprs));
	struct query query;
	int rc;

	rc = parse_query(binder, str_of_cstr(table->name),
	    str_of_cstr(table->query), &stmt, err);
	binder->system_view_depth++;
	binder->copy_depth++;
	binder_add_copies(binder, 1);
	if (rc == 0)
		rc = bind_select(binder, NULL, stmt->select, UNKNOWNS_STAY,
		    &query, err);
	binder->system_view_depth--;
	binder->copy_depth--;
	if (rc == 0)
		rc = cast_columns(binder, table, &query, exprs, err);
	if (rc != 0)
		return rc;
	*select = stmt->select;
	*out = rel_new_project(binder, query.rel, exprs, table->column_count);
	return 0;
}

int
bind_system_view(struct binder *binder, struct scope *scope,
    const struct system_table *table, const struct ast_from *from,
    struct rel **out, struct error *err)
{
	const struct sublink_name *sublink_names = binder->sublink_names;
	struct bind_notes *notes = binder->notes;
	const struct ast_select *select;
	struct range *range;
	int rc;

	binder->sublink_names = NULL;
	binder->notes = NULL; /* they are of the query that names it */
	rc = bind_system_query(binder, table, &select, out, err);
	binder->notes = notes;
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
print_query(struct binder *binder, const struct ast_create_view *ast,
    struct str *out, struct error *err)
{
	struct ast_stmt stmt = { .kind = AST_SELECT, .select = ast->query };
	struct buf text;
	int rc = 0;

	if (ast->native != NULL)
		stmt = (struct ast_stmt){ .kind = AST_QUERY,
			.is_native = true,
			.query = *ast->native };
	buf_init(&text);
	print_stmt(&text, &stmt);
	if (text.failed)
		rc = error_no_memory(err);
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

/* The fields of the rows that are kept of a query, if it can be kept. */
static int
bind_rows_kept(struct binder *binder, const struct ast_create_view *ast,
    struct query *query, struct plan_ddl *ddl, struct error *err)
{
	int location =
	    ast->query != NULL ? ast->query->location : ast->native->location;
	struct kept_cut cut;
	int rc = kept_cut(binder, query, location, &cut, err);

	if (rc != 0)
		return rc;
	ddl->kept_fields = kept_fields(binder, &cut);
	ddl->kept_field_count = cut.column_count;
	ddl->has_no_data = ast->has_no_data;
	ddl->tells = ast->native != NULL;
	return 0;
}

int
bind_refresh_rows(struct binder *binder, struct kept_refresh *refresh,
    struct plan_insert *insert, struct error *err)
{
	const struct catalog *catalog = binder->context->catalog;
	const struct sql_view *view =
	    catalog_view_by_oid(catalog, refresh->oid);
	const struct event_type *type =
	    catalog_type_by_oid(catalog, view->kept.type_oid);
	struct datum time;
	struct query query;
	struct kept_cut cut;
	struct rel *rel, *source;
	int rc = bind_query(binder, view, &query, err);

	if (rc == 0)
		rc = kept_cut(binder, &query, 0, &cut, err);
	if (rc != 0)
		return rc;
	refresh->is_merge = refresh->wants_merge && cut.agg != NULL;
	time =
	    (struct datum){ .i64 = refresh->is_merge ? refresh->new_generation
						     : refresh->generation };
	rc = kept_rows(binder, view, &cut, refresh->is_merge, &rel, err);
	if (rc == 0)
		rc = layout_rel(binder, new_reading(binder, view, rel),
		    rel->column_count, &source, err);
	if (rc != 0)
		return rc;
	*insert = (struct plan_insert){ .type = type,
		.source = source,
		.value_count = type->field_count + 2,
		.values = arena_alloc_array(binder->arena,
		    (size_t)type->field_count + 2, sizeof(*insert->values)) };
	for (uint32_t i = 0; i < insert->value_count; i++)
		insert->values[i] = i == 1
		    ? expr_const(binder->arena, type_of(TYPE_TIMESTAMPTZ), 0,
			  &time)
		    : expr_column(binder->arena,
			  source->types[i > 1 ? i - 1 : 0], 0, source->id,
			  i > 1 ? i - 1 : 0);
	return 0;
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
	rc = bind_either(binder, ast->query, ast->native, &query, err);
	binder->dependencies = NULL;
	if (rc != 0)
		return rc;
	columns = arena_alloc_array(binder->arena,
	    (size_t)query.column_count + 1, sizeof(*columns));
	rc = name_columns(ast, &query, columns, err);
	if (rc == 0)
		rc = print_query(binder, ast, &view->query, err);
	if (rc == 0 && ast->is_kept)
		rc = bind_rows_kept(binder, ast, &query, ddl, err);
	view->reading = reading_of(binder->context->settings);
	view->columns = columns;
	view->column_count = query.column_count;
	view->dependencies = dependencies.items;
	view->dependency_count = dependencies.count;
	ddl->view = view;
	ddl->or_replace = ast->or_replace;
	return rc;
}
