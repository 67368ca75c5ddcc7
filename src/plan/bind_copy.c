/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_copy.c -- COPY: which columns a line has, or which query is copied.
 *
 * Without a list the columns are those that INSERT has without one, so that
 * what COPY TO writes COPY FROM reads.
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/column_set.h"
#include "plan/layout.h"
#include "plan/names.h"
#include "plan/rights.h"
#include "plan/temp_table.h"

/* Columns of COPY events without a list. */
static const uint32_t events_defaults[] = { EVENTS_EVENT_TYPE,
	EVENTS_CONTEXT_ID, EVENTS_TIMESTAMP, EVENTS_PAYLOAD };

static int
undefined_column(struct str name, struct str table, struct error *err)
{
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(table));
}

static int
find_copy_column(const struct range *range, struct str name, uint32_t *attnum,
    struct error *err)
{
	for (uint32_t i = 0; i < range->column_count; i++) {
		if (str_equal(range->columns[i].name, name)) {
			*attnum = i + 1;
			return 0;
		}
	}
	return undefined_column(name, range->table_name, err);
}

static int
named_columns(const struct ast_copy *copy, const struct range *range,
    uint32_t *attnums, struct error *err)
{
	for (uint32_t i = 0; i < copy->column_count; i++) {
		struct str name = copy->columns[i];
		int rc;

		rc = find_copy_column(range, name, &attnums[i], err);
		if (rc != 0)
			return rc;
		for (uint32_t k = 0; k < i; k++) {
			if (attnums[k] == attnums[i])
				return error_set(err, STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" specified more than once",
				    STR_FMT(name));
		}
	}
	return 0;
}

static int
copy_columns(struct binder *binder, const struct ast_copy *copy,
    const struct relation *relation, const struct range *range,
    uint32_t **attnums, uint32_t *count, struct error *err)
{
	const struct event_type *type = relation->type;
	bool has_all = relation->temp != NULL || relation->system != NULL;

	*count = copy->has_columns ? copy->column_count
	    : has_all              ? range->column_count
	    : type == NULL         ? (uint32_t)ARRAY_LEN(events_defaults)
				   : range->column_count - 1;
	*attnums =
	    arena_alloc_array(binder->arena, *count + 1, sizeof(**attnums));
	if (copy->has_columns)
		return named_columns(copy, range, *attnums, err);
	for (uint32_t i = 0; i < *count; i++)
		(*attnums)[i] = has_all ? i + 1
		    : type == NULL      ? events_defaults[i]
		    : i < 2             ? i + 1
					: i + 2;
	return 0;
}

static struct range *
range_of(struct binder *binder, const struct relation *relation,
    struct rel **rel)
{
	return relation->temp != NULL
	    ? range_new_temp(binder, relation, STR(""), rel)
	    : range_new_scan(binder, relation->type, STR(""), rel);
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

static bool
is_param(const struct expr *expr, const struct relation *relation UNUSED)
{
	return expr->kind == EXPR_PARAM;
}

/* What a row does not have before it is stored. */
static bool
is_generated(const struct expr *expr, const struct relation *relation)
{
	uint32_t attnum = expr->column.column + 1;

	if (expr->kind != EXPR_COLUMN)
		return false;
	if (relation->temp != NULL)
		return attnum > relation->temp->column_count;
	if (relation->type != NULL)
		return attnum == COLUMN_EVENT_ID;
	return attnum == EVENTS_EVENT_ID || attnum == EVENTS_VERSION;
}

/* The first such part of a condition; NULL: there is none. */
static const struct expr *
find_part(const struct expr *expr, const struct relation *relation,
    bool (*test)(const struct expr *expr, const struct relation *relation))
{
	const struct expr *found = NULL;

	if (test(expr, relation))
		return expr;
	for (uint32_t i = 0; i < expr->arg_count && found == NULL; i++)
		found = find_part(expr->args[i], relation, test);
	return found;
}

static int
check_where(const struct expr *where, const struct relation *relation,
    const struct range *range, struct error *err)
{
	const struct expr *part = find_part(where, relation, is_param);
	struct str name;

	if (part != NULL)
		return error_at(err, part->location,
		    STELE_E_UNDEFINED_PARAMETER, "there is no parameter $%u",
		    part->param + 1);
	part = find_part(where, relation, is_generated);
	if (part == NULL)
		return 0;
	name = part->column.column < range->column_count
	    ? range->columns[part->column.column].name
	    : STR("ctid");
	(void)error_at(err, part->location, STELE_E_INVALID_COLUMN_REFERENCE,
	    "generated columns are not supported in COPY FROM WHERE"
	    " conditions");
	return error_detail(err, "Column \"%.*s\" is a generated column.",
	    STR_FMT(name));
}

static int
bind_copy_where(struct binder *binder, const struct ast_copy *ast,
    const struct relation *relation, struct range *range, struct rel *rel,
    struct plan_copy *copy, struct error *err)
{
	struct scope scope = { .place = PLACE_COPY_WHERE };
	struct expr *where = NULL;
	struct column_set used;
	int rc;

	if (ast->where == NULL)
		return 0;
	(void)scope_add(binder, &scope, range);
	rc = bind_expr(binder, &scope, ast->where, &where, err);
	if (rc == 0)
		rc = coerce_boolean(binder, &where, "WHERE", err);
	if (rc != 0)
		return rc;
	rc = check_where(where, relation, range, err);
	if (rc != 0)
		return rc;
	column_set_init(&used, binder->arena);
	column_set_add_expr(&used, where);
	copy->is_in_where = arena_zalloc(binder->arena, rel->column_count + 1);
	for (uint32_t i = 0; i < used.count; i++)
		copy->is_in_where[used.items[i].column] = true;
	return layout_expr(binder, where, rel, &copy->where, err);
}

/* What a temporary table's other columns get, and what its rows must be. */
static int
bind_temp_copy(struct binder *binder, const struct relation *relation,
    struct range *range, struct rel *rel, struct plan_copy *copy,
    struct error *err)
{
	const struct write_target target = { .relation = *relation,
		.space = names_space(binder->context) };
	const struct temp_table *table = relation->temp;
	struct expr **checks;
	int rc = 0;

	copy->defaults = arena_zalloc(binder->arena,
	    ((size_t)table->column_count + 1) * sizeof(struct expr *));
	for (uint32_t i = 0; i < table->column_count && rc == 0; i++) {
		struct expr *value = NULL;

		if (!has_attnum(copy, i + 1))
			rc =
			    target_default(binder, &target, i + 1, &value, err);
		if (rc == 0 && value != NULL)
			rc = layout_expr(binder, value, NULL,
			    &copy->defaults[i], err);
	}
	copy->checks = arena_zalloc(binder->arena,
	    ((size_t)table->check_count + 1) * sizeof(struct expr *));
	if (rc == 0)
		rc = bind_temp_checks(binder, table, range, &checks, err);
	for (uint32_t i = 0; i < table->check_count && rc == 0; i++)
		rc = layout_expr(binder, checks[i], rel, &copy->checks[i], err);
	return rc;
}

static int
bind_from_side(struct binder *binder, const struct ast_copy *ast,
    const struct relation *relation, struct plan *plan, struct error *err)
{
	struct plan_copy *copy = arena_zalloc(binder->arena, sizeof(*copy));
	struct rel *rel;
	struct range *range = range_of(binder, relation, &rel);
	struct plan_column *columns;
	int rc;

	binder->reads_events = false;
	copy->type = relation->type;
	copy->temp = relation->temp;
	copy->name = range->table_name;
	rel_name_columns(binder, rel);
	rc = bind_copy_where(binder, ast, relation, range, rel, copy, err);
	if (rc == 0)
		rc = copy_columns(binder, ast, relation, range, &copy->attnums,
		    &copy->count, err);
	if (rc == 0 && copy->temp == NULL)
		rc = check_from(ast, copy, err);
	else if (rc == 0)
		rc = bind_temp_copy(binder, relation, range, rel, copy, err);
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
		if (relation->type != NULL)
			binder_use_column(binder, relation->oid,
			    copy->attnums[i], RIGHT_INSERT);
	}
	plan->copy = copy;
	plan->columns = columns;
	plan->column_count = copy->count;
	return 0;
}

/* ---- COPY TO ---- */

static int
bind_to_side(struct binder *binder, const struct ast_copy *ast,
    const struct relation *relation, const struct range *range, struct rel *rel,
    struct plan *plan, struct error *err)
{
	struct plan_column *columns;
	struct expr **exprs;
	uint32_t *attnums;
	uint32_t count;
	int rc;

	rc = copy_columns(binder, ast, relation, range, &attnums, &count, err);
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

/* ---- what has no rows of a session's ---- */

static const char *
kind_words(const struct relation *relation)
{
	switch (relation_kind(relation)) {
	case 'v':
		return "view";
	case 'm':
		return "materialized view";
	case 'S':
		return "sequence";
	}
	return "table";
}

static int
check_names(struct binder *binder, const struct ast_copy *copy,
    const struct relation *relation, struct error *err)
{
	const struct relation_space space = names_space(binder->context);

	for (uint32_t i = 0; i < copy->column_count; i++)
		if (relation_column_find(&space, relation, copy->columns[i]) ==
		    0)
			return undefined_column(copy->columns[i],
			    relation->name, err);
	return 0;
}

/*
 * One of the server's own: what is refused anyway is refused first to those
 * who may not even ask.
 */
static int
check_system_rights(const struct binder *binder, const struct ast_copy *copy,
    const struct relation *relation, struct error *err)
{
	const struct catalog *catalog = binder->context->catalog;
	uint32_t role_oid = binder->context->session->role_oid;

	if (relation->system == NULL || catalog_is_superuser(catalog, role_oid))
		return 0;
	if (!copy->is_from &&
	    rights_role_has(catalog, role_oid,
		system_table_need(relation->system)))
		return 0;
	return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for %s %.*s", kind_words(relation),
	    STR_FMT(relation->name));
}

static int
refuse_from(const struct relation *relation, struct error *err)
{
	if (relation_kind(relation) == 'r') {
		error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot copy to system catalog \"%.*s\"",
		    STR_FMT(relation->name));
		return error_hint(err,
		    "Its rows tell what there is; statements such as CREATE and"
		    " ALTER change that.");
	}
	return error_set(err, STELE_E_WRONG_OBJECT_TYPE,
	    "cannot copy to %s \"%.*s\"", kind_words(relation),
	    STR_FMT(relation->name));
}

static int
refuse_to(const struct relation *relation, struct error *err)
{
	int rc = error_set(err, STELE_E_WRONG_OBJECT_TYPE,
	    "cannot copy from %s \"%.*s\"", kind_words(relation),
	    STR_FMT(relation->name));

	if (relation_kind(relation) == 'S')
		return rc;
	return error_hint(err, "Try the COPY (SELECT ...) TO variant.");
}

/* Neither of events nor temporary: the server's own tables can be read. */
static int
bind_other(struct binder *binder, const struct ast_copy *copy,
    const struct relation *relation, struct plan *plan, struct error *err)
{
	const struct ast_from from = { .kind = AST_FROM_TABLE,
		.table = copy->table,
		.location = copy->table.location };
	struct scope scope = { .place = PLACE_COPY_WHERE };
	struct rel *rel;
	int rc;

	rc = check_names(binder, copy, relation, err);
	if (rc == 0)
		rc = check_system_rights(binder, copy, relation, err);
	if (rc != 0)
		return rc;
	if (copy->is_from)
		return refuse_from(relation, err);
	if (relation_kind(relation) != 'r')
		return refuse_to(relation, err);
	rc = bind_from_item(binder, &scope, &from, &rel, err);
	if (rc != 0)
		return rc;
	return bind_to_side(binder, copy, relation, scope.items[0].range, rel,
	    plan, err);
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
	return 0;
}

int
bind_copy(struct binder *binder, const struct ast_stmt *stmt, struct plan *plan,
    struct error *err)
{
	const struct ast_copy *copy = &stmt->copy;
	struct relation relation = { 0 };
	struct range *range;
	struct rel *rel;
	int rc;

	rc = check_supported(stmt, err);
	if (rc != 0)
		return rc;
	if (copy->query != NULL)
		return bind_query_plan(binder, copy->query, plan, err);
	if (!name_is_events(binder, &copy->table)) {
		rc = bind_relation(binder, &copy->table, &relation, err);
		/* PostgreSQL looks for it later, and knows not where. */
		if (rc != 0)
			return error_position(err, 0);
		if (relation.type == NULL && relation.temp == NULL)
			return bind_other(binder, copy, &relation, plan, err);
	}
	/* of `events`: that on the type of each row */
	if (relation.type != NULL)
		binder_need_columns(binder, &relation,
		    copy->is_from ? RIGHT_INSERT : RIGHT_SELECT);
	else if (!copy->is_from && relation.temp == NULL)
		binder_need_system(binder, &events_table);
	if (copy->is_from)
		return bind_from_side(binder, copy, &relation, plan, err);
	range = range_of(binder, &relation, &rel);
	return bind_to_side(binder, copy, &relation, range, rel, plan, err);
}
