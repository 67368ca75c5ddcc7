/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_scope.c -- what the names of columns stand for.
 *
 * The scopes of nested queries form a chain: a name that the inner query does
 * not have is one of the query around it.
 */
#include "engine/catalog/acl.h"
#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "plan/schema.h"

/* ---- ranges ---- */

void
binder_add_range(struct binder *binder, struct range *range)
{
	uint32_t capacity = binder->range_capacity;

	if (range->rel_id >= capacity) {
		struct range **ranges;

		while (range->rel_id >= capacity)
			capacity = capacity == 0 ? 16 : capacity * 2;
		ranges =
		    arena_zalloc(binder->arena, capacity * sizeof(*ranges));
		if (binder->range_capacity > 0)
			memcpy(ranges, binder->ranges,
			    binder->range_capacity * sizeof(*ranges));
		binder->ranges = ranges;
		binder->range_capacity = capacity;
	}
	binder->ranges[range->rel_id] = range;
}

const struct range *
binder_range_of(const struct binder *binder, uint32_t rel_id)
{
	return rel_id < binder->range_capacity ? binder->ranges[rel_id] : NULL;
}

struct expr *
range_column_shown(struct binder *binder, const struct range *range,
    uint32_t index, int location)
{
	struct expr *expr;

	if (range->exprs == NULL) {
		expr = expr_column(binder->arena, range->columns[index].type,
		    location, range->rel_id, index);
		set_collation(expr, range->columns[index].collation);
		return expr;
	}
	expr = expr_copy(binder->arena, range->exprs[index]);
	expr->location = location;
	return expr;
}

struct expr *
range_column_expr(struct binder *binder, const struct range *range,
    uint32_t index, int location)
{
	const struct range_column *column = &range->columns[index];

	if (column->table_oid != 0 && column->attnum > 0)
		binder_use_column(binder, column->table_oid,
		    (uint32_t)column->attnum, RIGHT_SELECT);
	return range_column_shown(binder, range, index, location);
}

/* ---- scopes ---- */

struct scope_item *
scope_add(struct binder *binder, struct scope *scope, struct range *range)
{
	scope->items = arena_grow(binder->arena, scope->items,
	    scope->item_count, &scope->item_capacity, sizeof(*scope->items));
	range->scope_id = scope->id;
	scope->items[scope->item_count] = (struct scope_item){
		.range = range,
		.has_table = true,
		.has_columns = true,
		.is_lateral_ok = true,
	};
	return &scope->items[scope->item_count++];
}

void
scope_show_lateral(struct scope *scope, uint32_t first, uint32_t limit,
    bool is_lateral_only, bool is_lateral_ok)
{
	for (uint32_t i = first; i < limit; i++) {
		scope->items[i].is_lateral_only = is_lateral_only;
		scope->items[i].is_lateral_ok = is_lateral_ok;
	}
}

int
scope_check_names(const struct scope *scope, uint32_t first, uint32_t middle,
    struct error *err)
{
	for (uint32_t i = middle; i < scope->item_count; i++) {
		const struct range *range = scope->items[i].range;

		if (!scope->items[i].has_table || range->name.len == 0)
			continue;
		for (uint32_t k = first; k < middle; k++) {
			if (scope->items[k].has_table &&
			    str_equal(range->name, scope->items[k].range->name))
				return error_set(err, STELE_E_DUPLICATE_ALIAS,
				    "table name \"%.*s\" specified more than"
				    " once",
				    STR_FMT(range->name));
		}
	}
	return 0;
}

bool
range_find_column(const struct range *range, struct str name, uint32_t *index)
{
	for (uint32_t i = 0; i < range->column_count; i++) {
		if (str_equal(range->columns[i].name, name)) {
			*index = i;
			return true;
		}
	}
	return false;
}

bool
scope_has_column(const struct scope *scope, struct str name)
{
	uint32_t index;

	for (uint32_t i = 0; i < scope->item_count; i++) {
		if (scope->items[i].has_columns &&
		    range_find_column(scope->items[i].range, name, &index))
			return true;
	}
	return false;
}

/* An item that only LATERAL may see is not there for the others. */
static bool
is_hidden(const struct scope *scope, const struct scope_item *item)
{
	return item->is_lateral_only && !scope->is_lateral_active;
}

/* The item is used; note it, and that its join may not be crossed so. */
static int
use_item(struct scope *scope, const struct scope_item *item, int location,
    struct error *err)
{
	if (!item->is_lateral_only)
		return 0;
	scope->has_lateral_use = true;
	if (item->is_lateral_ok)
		return 0;
	error_at(err, location, STELE_E_INVALID_COLUMN_REFERENCE,
	    "invalid reference to FROM-clause entry for table \"%.*s\"",
	    STR_FMT(item->range->name));
	return error_detail(err,
	    "The combining JOIN type must be INNER or LEFT for a LATERAL"
	    " reference.");
}

/* ---- tables ---- */

/* The temporary schema has two names. */
static bool
means_schema(struct str name, struct str schema)
{
	return str_equal(name, schema) ||
	    (str_equal(name, STR("pg_temp")) &&
		str_equal(schema, temp_schema_name()));
}

static bool
means_range(const struct ast_name *name, uint32_t count,
    const struct range *range)
{
	struct str table = name->parts[count - 1];

	return str_equal(range->name, table) &&
	    (count == 1 ||
		(means_schema(name->parts[count - 2], range->schema) &&
		    str_equal(range->table_name, table)));
}

/* Whether a range is of one of the queries that a scope is in. */
static bool
is_of_query(const struct range *range, const struct scope *scope)
{
	for (; scope != NULL; scope = scope->outer) {
		if (range->scope_id == scope->id)
			return true;
	}
	return false;
}

/* A table that FROM has, but not here or not by this name. */
static int
missing_range(const struct binder *binder, const struct scope *scope,
    struct str table, int location, struct error *err)
{
	for (uint32_t i = 0; i < binder->range_capacity; i++) {
		const struct range *range = binder->ranges[i];

		if (range == NULL || !is_of_query(range, scope) ||
		    (!str_equal(range->name, table) &&
			!str_equal(range->table_name, table)))
			continue;
		error_at(err, location, STELE_E_UNDEFINED_TABLE,
		    "invalid reference to FROM-clause entry for table"
		    " \"%.*s\"",
		    STR_FMT(table));
		if (!str_equal(range->name, table))
			return error_hint(err,
			    "Perhaps you meant to reference the table alias"
			    " \"%.*s\".",
			    STR_FMT(range->name));
		return error_hint(err,
		    "There is an entry for table \"%.*s\", but it cannot be"
		    " referenced from this part of the query.",
		    STR_FMT(table));
	}
	return error_at(err, location, STELE_E_UNDEFINED_TABLE,
	    "missing FROM-clause entry for table \"%.*s\"", STR_FMT(table));
}

/* The range that the qualifier before a column or a star means. */
static int
find_range(const struct binder *binder, struct scope *scope,
    const struct ast_name *name, uint32_t count, int location,
    const struct range **out, struct error *err)
{
	struct str table = name->parts[count - 1];

	for (struct scope *at = scope; at != NULL; at = at->outer) {
		const struct scope_item *found = NULL;

		for (uint32_t i = 0; i < at->item_count; i++) {
			const struct scope_item *item = &at->items[i];

			if (!item->has_table || is_hidden(at, item) ||
			    !means_range(name, count, item->range))
				continue;
			if (found != NULL)
				return error_at(err, location,
				    STELE_E_AMBIGUOUS_ALIAS,
				    "table reference \"%.*s\" is ambiguous",
				    STR_FMT(table));
			found = item;
		}
		if (found != NULL) {
			*out = found->range;
			return use_item(at, found, location, err);
		}
	}
	*out = NULL;
	return missing_range(binder, scope, table, location, err);
}

int
bind_star_range(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct range **out, struct error *err)
{
	int rc = find_range(binder, scope, &ast->column.name,
	    ast->column.name.count, ast->location, out, err);

	if (rc == 0)
		bind_note_range(binder->notes, ast, *out);
	return rc;
}

/* ---- columns ---- */

static int
bind_qualified(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_name *name = &ast->column.name;
	struct str column = ast_name_last(name);
	const struct range *range;
	uint32_t index;
	int rc;

	rc = find_range(binder, scope, name, name->count - 1, ast->location,
	    &range, err);
	if (rc != 0)
		return rc;
	if (!range_find_column(range, column, &index)) {
		*out =
		    range_system_column(binder, range, column, ast->location);
		if (*out != NULL)
			return 0;
		return error_at(err, ast->location, STELE_E_UNDEFINED_COLUMN,
		    "column %.*s.%.*s does not exist", STR_FMT(range->name),
		    STR_FMT(column));
	}
	for (uint32_t i = index + 1; i < range->column_count; i++) {
		if (str_equal(range->columns[i].name, column))
			return error_at(err, ast->location,
			    STELE_E_AMBIGUOUS_COLUMN,
			    "column reference \"%.*s\" is ambiguous",
			    STR_FMT(column));
	}
	*out = range_column_expr(binder, range, index, ast->location);
	return 0;
}

static int
column_not_found(const struct binder *binder, const struct scope *scope,
    struct str name, int location, struct error *err)
{
	uint32_t index;

	error_at(err, location, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" does not exist", STR_FMT(name));
	for (uint32_t i = 0; i < binder->range_capacity; i++) {
		const struct range *range = binder->ranges[i];

		if (range != NULL && is_of_query(range, scope) &&
		    range_find_column(range, name, &index))
			return error_hint(err,
			    "There is a column named \"%.*s\" in table"
			    " \"%.*s\", but it cannot be referenced from this"
			    " part of the query.",
			    STR_FMT(name), STR_FMT(range->name));
	}
	return err->code;
}

/* An unqualified name among the items of one query; *out NULL: not there. */
static int
find_column(struct binder *binder, struct scope *scope, struct str name,
    int location, struct expr **out, struct error *err)
{
	const struct scope_item *found = NULL;
	uint32_t found_index = 0;

	*out = NULL;
	for (uint32_t i = 0; i < scope->item_count; i++) {
		const struct scope_item *item = &scope->items[i];
		const struct range *range = item->range;

		if (!item->has_columns || is_hidden(scope, item))
			continue;
		for (uint32_t c = 0; c < range->column_count; c++) {
			if (!str_equal(range->columns[c].name, name))
				continue;
			if (found != NULL)
				return error_at(err, location,
				    STELE_E_AMBIGUOUS_COLUMN,
				    "column reference \"%.*s\" is ambiguous",
				    STR_FMT(name));
			found = item;
			found_index = c;
		}
	}
	if (found == NULL)
		return 0;
	*out = range_column_expr(binder, found->range, found_index, location);
	return use_item(scope, found, location, err);
}

/* The same among the columns that no star shows. */
static int
find_system_column(struct binder *binder, struct scope *scope, struct str name,
    int location, struct expr **out, struct error *err)
{
	const struct scope_item *found = NULL;

	*out = NULL;
	for (uint32_t i = 0; i < scope->item_count; i++) {
		const struct scope_item *item = &scope->items[i];
		struct expr *column;

		if (is_hidden(scope, item))
			continue;
		column =
		    range_system_column(binder, item->range, name, location);
		if (column == NULL)
			continue;
		if (found != NULL)
			return error_at(err, location, STELE_E_AMBIGUOUS_COLUMN,
			    "column reference \"%.*s\" is ambiguous",
			    STR_FMT(name));
		found = item;
		*out = column;
	}
	return found == NULL ? 0 : use_item(scope, found, location, err);
}

/* The range of a name, in the innermost query that has one; NULL: none. */
static int
find_row(struct scope *scope, struct str name, int location,
    const struct range **out, struct error *err)
{
	*out = NULL;
	for (; scope != NULL; scope = scope->outer) {
		for (uint32_t i = 0; i < scope->item_count; i++) {
			const struct scope_item *item = &scope->items[i];

			if (!item->has_table || is_hidden(scope, item) ||
			    !str_equal(item->range->name, name))
				continue;
			*out = item->range;
			return use_item(scope, item, location, err);
		}
	}
	return 0;
}

int
scope_find_row(struct scope *scope, struct str name, bool is_star, int location,
    const struct range **out, struct error *err)
{
	int rc;

	*out = NULL;
	for (struct scope *at = scope; at != NULL && !is_star; at = at->outer) {
		if (scope_has_column(at, name))
			return 0;
	}
	rc = find_row(scope, name, location, out, err);
	if (rc == 0 && *out != NULL && (*out)->is_value)
		*out = NULL;
	return rc;
}

int
bind_column_ref(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct str name = ast_name_last(&ast->column.name);
	const struct range *range;
	int rc;

	if (scope->place == PLACE_DEFAULT)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot use column reference in DEFAULT expression");
	if (ast->column.has_star) {
		rc = bind_star_range(binder, scope, ast, &range, err);
		if (rc == 0)
			*out = bind_whole_row(binder, range, ast->location);
		return rc;
	}
	if (ast->column.name.count > 1)
		return bind_qualified(binder, scope, ast, out, err);
	for (struct scope *at = scope; at != NULL; at = at->outer) {
		rc = find_column(binder, at, name, ast->location, out, err);
		if (rc == 0 && *out == NULL)
			rc = find_system_column(binder, at, name, ast->location,
			    out, err);
		if (rc != 0 || *out != NULL)
			return rc;
	}
	rc = find_row(scope, name, ast->location, &range, err);
	if (rc != 0)
		return rc;
	if (range != NULL) {
		bind_note_range(binder->notes, ast, range);
		*out = bind_whole_row(binder, range, ast->location);
		return 0;
	}
	return column_not_found(binder, scope, name, ast->location, err);
}
