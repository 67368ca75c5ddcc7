/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_copy.c -- COPY: which columns a line has, or which query is copied.
 *
 * Without a list the columns are those that INSERT has without one, so that
 * what COPY TO writes COPY FROM reads.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/layout.h"

/* Columns of COPY events without a list. */
static const uint32_t events_defaults[] = { EVENTS_EVENT_TYPE,
	EVENTS_CONTEXT_ID, EVENTS_TIMESTAMP, EVENTS_PAYLOAD };

static int
find_copy_column(const struct ast_copy *copy, const struct range *range,
    struct str name, uint32_t *attnum, struct error *err)
{
	for (uint32_t i = 0; i < range->column_count; i++) {
		if (str_equal(range->columns[i].name, name)) {
			*attnum = i + 1;
			return 0;
		}
	}
	return error_at(err, copy->table.location, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(range->table_name));
}

static int
named_columns(const struct ast_copy *copy, const struct range *range,
    uint32_t *attnums, struct error *err)
{
	for (uint32_t i = 0; i < copy->column_count; i++) {
		struct str name = copy->columns[i];
		int rc;

		rc = find_copy_column(copy, range, name, &attnums[i], err);
		if (rc != 0)
			return rc;
		for (uint32_t k = 0; k < i; k++) {
			if (attnums[k] == attnums[i])
				return error_at(err, copy->table.location,
				    STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" specified more than once",
				    STR_FMT(name));
		}
	}
	return 0;
}

static int
copy_columns(struct binder *binder, const struct ast_copy *copy,
    const struct event_type *type, const struct range *range,
    uint32_t **attnums, uint32_t *count, struct error *err)
{
	*count = copy->has_columns ? copy->column_count
	    : type == NULL         ? (uint32_t)ARRAY_LEN(events_defaults)
				   : range->column_count - 1;
	*attnums =
	    arena_alloc_array(binder->arena, *count + 1, sizeof(**attnums));
	if (copy->has_columns)
		return named_columns(copy, range, *attnums, err);
	for (uint32_t i = 0; i < *count; i++)
		(*attnums)[i] = type == NULL ? events_defaults[i]
		    : i < 2                  ? i + 1
					     : i + 2;
	return 0;
}

/* ---- COPY FROM ---- */

static bool
has_attnum(const struct plan_copy *copy, uint32_t attnum)
{
	for (uint32_t i = 0; i < copy->count; i++) {
		if (copy->attnums[i] == attnum)
			return true;
	}
	return false;
}

static int
check_from(const struct ast_copy *ast, const struct plan_copy *copy,
    struct error *err)
{
	static const struct {
		uint32_t attnum;
		const char *name;
	} needed[] = {
		{ EVENTS_EVENT_TYPE, "event_type" },
		{ EVENTS_CONTEXT_ID, "context_id" },
		{ EVENTS_PAYLOAD, "payload" },
	};

	if (has_attnum(copy,
		copy->type == NULL ? (uint32_t)EVENTS_EVENT_ID
				   : (uint32_t)COLUMN_EVENT_ID))
		return error_at(err, ast->table.location,
		    STELE_E_GENERATED_ALWAYS,
		    "cannot copy into column \"event_id\"");
	if (copy->type != NULL)
		return 0;
	if (has_attnum(copy, EVENTS_VERSION))
		return error_at(err, ast->table.location,
		    STELE_E_GENERATED_ALWAYS,
		    "cannot copy into column \"version\"");
	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (has_attnum(copy, needed[i].attnum))
			continue;
		(void)error_null_value(err, STR("events"),
		    str_of_cstr(needed[i].name));
		return error_position(err, ast->table.location);
	}
	return 0;
}

static int
bind_from_side(struct binder *binder, const struct ast_copy *ast,
    const struct event_type *type, struct plan *plan, struct error *err)
{
	struct plan_copy *copy = arena_zalloc(binder->arena, sizeof(*copy));
	struct rel *rel;
	const struct range *range = range_new_scan(binder, type, STR(""), &rel);
	struct plan_column *columns;
	int rc;

	binder->reads_events = false;
	copy->type = type;
	copy->name = range->table_name;
	rc = copy_columns(binder, ast, type, range, &copy->attnums,
	    &copy->count, err);
	if (rc == 0)
		rc = check_from(ast, copy, err);
	if (rc != 0)
		return rc;
	columns =
	    arena_zalloc(binder->arena, (copy->count + 1) * sizeof(*columns));
	for (uint32_t i = 0; i < copy->count; i++) {
		const struct range_column *column =
		    &range->columns[copy->attnums[i] - 1];

		columns[i].name = column->name;
		columns[i].type = column->type;
		columns[i].table_oid = column->table_oid;
		columns[i].attnum = column->attnum;
	}
	plan->copy = copy;
	plan->columns = columns;
	plan->column_count = copy->count;
	return 0;
}

/* ---- COPY TO ---- */

static int
bind_to_side(struct binder *binder, const struct ast_copy *ast,
    const struct event_type *type, struct plan *plan, struct error *err)
{
	struct rel *rel;
	const struct range *range = range_new_scan(binder, type, STR(""), &rel);
	struct plan_column *columns;
	struct expr **exprs;
	uint32_t *attnums;
	uint32_t count;
	int rc;

	rc = copy_columns(binder, ast, type, range, &attnums, &count, err);
	if (rc != 0)
		return rc;
	exprs = arena_alloc_array(binder->arena, count + 1, sizeof(*exprs));
	columns = arena_zalloc(binder->arena, (count + 1) * sizeof(*columns));
	for (uint32_t i = 0; i < count; i++) {
		const struct range_column *column =
		    &range->columns[attnums[i] - 1];

		exprs[i] = range_column_expr(binder, range, attnums[i] - 1, 0);
		columns[i].name = column->name;
		columns[i].type = column->type;
		columns[i].table_oid = column->table_oid;
		columns[i].attnum = column->attnum;
	}
	rc = layout_rel(binder, rel_new_project(binder, rel, exprs, count),
	    count, &rel, err);
	plan->root = rel;
	plan->columns = columns;
	plan->column_count = count;
	return rc;
}

static int
check_supported(const struct ast_stmt *stmt, struct error *err)
{
	const struct ast_copy *copy = &stmt->copy;

	if (copy->is_program || copy->filename.len > 0) {
		error_at(err,
		    copy->query != NULL ? stmt->location : copy->table.location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY to or from a %s of the server is not supported",
		    copy->is_program ? "program" : "file");
		return error_hint(err,
		    "Use COPY ... FROM STDIN or TO STDOUT, or psql's \\copy.");
	}
	if (copy->where != NULL)
		return error_at(err, copy->where->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "COPY ... WHERE is not supported");
	return 0;
}

int
bind_copy(struct binder *binder, const struct ast_stmt *stmt, struct plan *plan,
    struct error *err)
{
	const struct ast_copy *copy = &stmt->copy;
	const struct event_type *type = NULL;
	int rc;

	rc = check_supported(stmt, err);
	if (rc != 0)
		return rc;
	if (copy->query != NULL)
		return bind_query_plan(binder, copy->query, plan, err);
	if (!name_is_events(binder, &copy->table)) {
		rc = bind_table_name(binder, &copy->table, &type, err);
		/* PostgreSQL looks for it later, and knows not where. */
		if (rc == STELE_E_UNDEFINED_TABLE)
			return error_position(err, 0);
		if (rc != 0)
			return rc;
	}
	/* of `events`: that on the type of each row */
	if (type != NULL)
		binder_need_relation(binder, type->oid,
		    copy->is_from ? RIGHT_INSERT : RIGHT_SELECT);
	else if (!copy->is_from)
		binder_need_system(binder, &events_table);
	if (copy->is_from)
		return bind_from_side(binder, copy, type, plan, err);
	return bind_to_side(binder, copy, type, plan, err);
}
