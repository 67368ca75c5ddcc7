/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_from.c -- FROM: tables, events, subqueries.
 */
#include "plan/bind.h"

/* FROM t AS a (x, y): other names for the first columns. */
static int
rename_columns(struct binder *binder, struct range *range,
    const struct ast_from *from, struct error *err)
{
	const struct ast_alias *alias = &from->alias;
	struct range_column *columns;

	if (alias->column_count == 0)
		return 0;
	if (alias->column_count > range->column_count)
		return error_at(err, from->location,
		    STELE_E_INVALID_COLUMN_REFERENCE,
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
bind_table(struct binder *binder, const struct ast_from *from,
    struct range **out, struct error *err)
{
	const struct event_type *type = NULL;
	int rc;

	if (!name_is_events(&from->table)) {
		rc = bind_table_name(binder, &from->table, &type, err);
		if (rc != 0)
			return rc;
	}
	*out = range_new_scan(binder, type, from->alias.name);
	return 0;
}

static int
bind_subquery(struct binder *binder, const struct ast_from *from,
    struct range **out, struct error *err)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct query query;
	int rc;

	rc = bind_select(binder, from->subquery, UNKNOWNS_TEXT, &query, err);
	if (rc != 0)
		return rc;
	range->name = from->alias.name;
	range->rel = query.rel;
	range->columns = query.columns;
	range->column_count = query.column_count;
	*out = range;
	return 0;
}

static int
bind_from_item(struct binder *binder, const struct ast_from *from,
    struct range **out, struct error *err)
{
	int rc = 0;

	*out = NULL;
	switch (from->kind) {
	case AST_FROM_TABLE:
		rc = bind_table(binder, from, out, err);
		break;
	case AST_FROM_SUBQUERY:
		rc = bind_subquery(binder, from, out, err);
		break;
	case AST_FROM_JOIN:
		return error_at(err, from->location,
		    STELE_E_FEATURE_NOT_SUPPORTED, "joins are not supported");
	case AST_FROM_FUNCTION:
		return error_at(err, from->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "functions in FROM are not supported");
	}
	return rc == 0 ? rename_columns(binder, *out, from, err) : rc;
}

int
bind_from(struct binder *binder, const struct ast_from_list *list,
    struct scope *scope, struct rel **out, struct error *err)
{
	struct range *range;
	int rc;

	if (list->count == 0) {
		/* one row without columns */
		*out = rel_new(binder, REL_VALUES, NULL, 0);
		(*out)->values.row_count = 1;
		return 0;
	}
	if (list->count > 1)
		return error_at(err, list->items[1]->location,
		    STELE_E_FEATURE_NOT_SUPPORTED, "joins are not supported");
	rc = bind_from_item(binder, list->items[0], &range, err);
	if (rc != 0)
		return rc;
	scope->ranges =
	    arena_alloc_array(binder->arena, 1, sizeof(*scope->ranges));
	scope->ranges[0] = range;
	scope->range_count = 1;
	*out = range->rel;
	return 0;
}
