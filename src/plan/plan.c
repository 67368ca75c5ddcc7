/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c -- from a statement to its plan: which binder, and what is left to
 * say when it is done.
 */
#include "plan/plan.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/fold_params.h"
#include "plan/kept.h"
#include "plan/layout.h"
#include "plan/option.h"
#include "plan/trivial.h"
#include "types/type_int.h"

void
plan_tag(const struct plan *plan, uint64_t row_count, char out[PLAN_TAG_SIZE])
{
	size_t len = strlen(plan->tag);

	assert(len + 1 + INT_TEXT_SIZE < PLAN_TAG_SIZE);
	memcpy(out, plan->tag, len);
	if (plan->tag_has_count) {
		out[len++] = ' ';
		len += int_text((int64_t)row_count, out + len);
	}
	out[len] = '\0';
}

/* ---- parameters ---- */

static int
set_params(struct binder *binder, const uint32_t *oids, uint32_t count,
    struct error *err)
{
	binder->param_capacity = count;
	binder->param_count = count;
	binder->param_types = arena_zalloc(binder->arena,
	    (count + 1) * sizeof(*binder->param_types));
	for (uint32_t i = 0; i < count; i++) {
		const struct enum_type *enum_type;

		if (oids[i] == 0 || oids[i] == TYPE_UNKNOWN)
			continue;
		binder->param_types[i] = type_of(oids[i]);
		if (type_info(oids[i]) != NULL)
			continue;
		enum_type =
		    catalog_enum_of_type(binder->context->catalog, oids[i]);
		if (enum_type == NULL)
			return error_set(err, STELE_E_UNDEFINED_OBJECT,
			    "type with OID %" PRIu32 " of parameter $%" PRIu32
			    " does not exist",
			    oids[i], i + 1);
		binder->param_types[i].enum_type = enum_type;
	}
	return 0;
}

static int
check_params(const struct binder *binder, struct error *err)
{
	for (uint32_t i = 0; i < binder->param_count; i++) {
		if (binder->param_types[i].oid == 0)
			return error_set(err, STELE_E_INDETERMINATE_DATATYPE,
			    "could not determine data type of parameter"
			    " $%" PRIu32,
			    i + 1);
	}
	return 0;
}

/* ---- statements ---- */

int
plan_set_query(struct binder *binder, const struct query *query,
    struct plan *plan, struct error *err)
{
	struct plan_column *columns = arena_alloc_array(binder->arena,
	    query->column_count + 1, sizeof(*columns));
	struct rel *root;
	int rc;

	rc = layout_rel(binder, query->rel, query->column_count, &root, err);
	if (rc != 0)
		return rc;
	plan->root = root;
	for (uint32_t i = 0; i < query->column_count; i++)
		columns[i] = (struct plan_column){
			.name = query->columns[i].name,
			.type = root->types[i],
			.table_oid = query->columns[i].table_oid,
			.attnum = query->columns[i].attnum,
		};
	plan->columns = columns;
	plan->column_count = query->column_count;
	return 0;
}

int
bind_query_plan(struct binder *binder, const struct ast_select *select,
    struct plan *plan, struct error *err)
{
	struct query query;
	int rc;

	rc = bind_select(binder, NULL, select, UNKNOWNS_TEXT, &query, err);
	if (rc == 0)
		rc = plan_set_query(binder, &query, plan, err);
	return rc;
}

/* QUERY, FIND and REPLAY; PLOT; LIST TYPES and DESCRIBE. */
static int
bind_native(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	struct query query;
	int rc;

	if (stmt->kind == AST_PLOT)
		rc = bind_plot(binder, &stmt->plot, &query, err);
	else if (stmt->kind == AST_LIST_TYPES)
		rc = bind_list_types(binder, stmt, &query, err);
	else if (stmt->kind == AST_DESCRIBE)
		rc = bind_describe(binder, stmt, &query, err);
	else
		rc = bind_native_query(binder, &stmt->query, &query, err);
	if (rc == 0)
		rc = plan_set_query(binder, &query, plan, err);
	return rc;
}

static void
set_kind(struct plan *plan, enum plan_kind kind, const char *tag,
    bool has_count)
{
	plan->kind = kind;
	plan->tag = tag;
	plan->tag_has_count = has_count;
}

/* It is planned when it is opened; here its parameters get their types. */
static int
check_cursor(struct binder *binder, const struct ast_declare_cursor *declare,
    struct error *err)
{
	struct query query;
	int rc;

	if (declare->is_scroll && declare->is_no_scroll)
		return error_set(err, STELE_E_INVALID_CURSOR_DEFINITION,
		    "cannot specify both SCROLL and NO SCROLL");
	if (declare->is_asensitive && declare->is_insensitive)
		return error_set(err, STELE_E_INVALID_CURSOR_DEFINITION,
		    "cannot specify both ASENSITIVE and INSENSITIVE");
	rc = bind_select(binder, NULL, declare->query, UNKNOWNS_TEXT, &query,
	    err);
	return rc != 0 ? rc : bind_cursor_locking(declare, err);
}

/* SELECT * FROM name */
static int
bind_shown(struct binder *binder, struct str name, int location,
    struct plan *plan, struct error *err)
{
	struct ast_expr star = { .kind = AST_STAR, .location = location };
	struct ast_target target = { .expr = &star, .location = location };
	struct ast_from from = { .kind = AST_FROM_TABLE,
		.table = { .parts = { STR("public"), name },
		    .count = 2,
		    .location = location },
		.location = location };
	struct ast_from *items[] = { &from };
	const struct ast_select select = { .targets = { &target, 1 },
		.from = { items, 1 },
		.location = location };

	return bind_query_plan(binder, &select, plan, err);
}

/*
 * A setting, or a kept query: SQL knows a setting first, which none may be named
 * like; the native language has no settings.
 */
static int
bind_show(struct binder *binder, const struct ast_stmt *stmt, struct plan *plan,
    struct error *err)
{
	const struct sql_view *view =
	    catalog_view_by_name(binder->context->catalog, stmt->show);

	set_kind(plan, PLAN_UTILITY, "", false);
	if (view == NULL || !view_is_kept(view))
		return stmt->is_native
		    ? error_at(err, stmt->location, STELE_E_UNDEFINED_TABLE,
			  "kept query \"%.*s\" does not exist",
			  STR_FMT(stmt->show))
		    : 0;
	set_kind(plan, PLAN_QUERY, "SELECT", true);
	plan->shown_oid = view->oid;
	return bind_shown(binder, stmt->show, stmt->location, plan, err);
}

/* What may be about a temporary table, a kept query, or neither. */
static int
bind_definition(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	bool is_kept =
	    stmt->kind == AST_CREATE_VIEW && stmt->create_view.is_kept;

	if (stmt_is_temp(binder, stmt)) {
		set_kind(plan, PLAN_TEMP_DDL, "", false);
		return bind_temp_ddl(binder, stmt, plan, err);
	}
	set_kind(plan, is_kept ? PLAN_KEEP : PLAN_DDL, "", false);
	return bind_ddl(binder, stmt, plan, err);
}

int
bind_stmt(struct binder *binder, const struct ast_stmt *stmt, struct plan *plan,
    struct error *err)
{
	switch (stmt->kind) {
	case AST_SELECT:
		set_kind(plan, PLAN_QUERY, "SELECT", true);
		return bind_query_plan(binder, stmt->select, plan, err);
	case AST_QUERY:
	case AST_PLOT:
	case AST_LIST_TYPES:
	case AST_DESCRIBE:
		set_kind(plan, PLAN_QUERY, "SELECT", true);
		return bind_native(binder, stmt, plan, err);
	case AST_INSERT:
		set_kind(plan, PLAN_INSERT, "INSERT 0", true);
		return bind_insert(binder, &stmt->insert, plan, err);
	case AST_UPDATE:
		set_kind(plan, PLAN_QUERY, "UPDATE", true);
		return bind_modify(binder, stmt, plan, err);
	case AST_DELETE:
		set_kind(plan, PLAN_QUERY, "DELETE", true);
		return bind_modify(binder, stmt, plan, err);
	case AST_CREATE_TABLE_AS:
		if (stmt->create_table_as.execute != NULL) {
			set_kind(plan, PLAN_UTILITY, "", false);
			return 0;
		}
		set_kind(plan, PLAN_QUERY, "SELECT", true);
		return bind_create_table_as(binder, stmt, plan, err);
	case AST_TRUNCATE:
	case AST_CREATE_INDEX:
	case AST_LOCK_TABLE:
	case AST_VACUUM:
	case AST_CREATE_SCHEMA:
		set_kind(plan, PLAN_TEMP_DDL, "", false);
		return bind_temp_ddl(binder, stmt, plan, err);
	case AST_STORE:
		set_kind(plan, PLAN_INSERT, "INSERT 0", true);
		return bind_store(binder, &stmt->store, plan, err);
	case AST_COPY:
		set_kind(plan,
		    stmt->copy.is_from ? PLAN_COPY_FROM : PLAN_COPY_TO, "COPY",
		    true);
		return bind_copy(binder, stmt, plan, err);
	case AST_CREATE_TABLE:
	case AST_DEFINE:
	case AST_ALTER_TABLE:
	case AST_DROP:
	case AST_CREATE_ENUM:
	case AST_ALTER_ENUM:
	case AST_COMMENT:
	case AST_CREATE_VIEW:
	case AST_CREATE_SEQUENCE:
	case AST_ALTER_SEQUENCE:
	case AST_CREATE_ROLE:
	case AST_ALTER_ROLE:
	case AST_ALTER_SETTING:
	case AST_DROP_ROLE:
	case AST_GRANT:
	case AST_GRANT_ROLE:
	case AST_ALTER_OWNER:
		return bind_definition(binder, stmt, plan, err);
	case AST_EXPLAIN:
		set_kind(plan, PLAN_QUERY, "EXPLAIN", false);
		return bind_explain(binder, stmt, plan, err);
	case AST_DECLARE_CURSOR:
		set_kind(plan, PLAN_UTILITY, "", false);
		return check_cursor(binder, &stmt->declare_cursor, err);
	case AST_BATCH:
		set_kind(plan, PLAN_UTILITY, "", false);
		return bind_batch(binder, stmt, err);
	case AST_REFRESH:
		set_kind(plan, PLAN_KEEP, "REFRESH MATERIALIZED VIEW", false);
		return bind_refresh(binder, &stmt->refresh, plan, err);
	case AST_SHOW:
		return bind_show(binder, stmt, plan, err);
	case AST_TRANSACTION:
	case AST_SET:
	case AST_CHECKPOINT:
	case AST_PREPARE:
	case AST_EXECUTE:
	case AST_DEALLOCATE:
	case AST_DISCARD:
	case AST_PING:
	case AST_LISTEN:
	case AST_UNLISTEN:
	case AST_NOTIFY:
	case AST_FETCH:
	case AST_CLOSE_CURSOR:
		set_kind(plan, PLAN_UTILITY, "", false);
		return 0;
	}
	return error_at(err, stmt->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "this statement is not supported");
}

/* What the statement has come to ask for while it was bound. */
static void
set_needs(const struct binder *binder, struct plan *plan)
{
	plan->rights = binder->rights;
	plan->right_count = binder->right_count;
	plan->reads_events = binder->reads_events;
	plan->slot_count = binder->slot_count;
	plan->subquery_count = binder->subquery_count;
	plan->cte_count = binder->cte_count;
	plan->work_count = binder->work_count;
	plan->rel_count = binder->rel_count;
	plan->param_types = binder->param_types;
	plan->param_count = binder->param_count;
	/* What is only defined here is to fail when it is used. */
	if (plan->kind == PLAN_QUERY || plan->kind == PLAN_INSERT ||
	    plan->kind == PLAN_COPY_TO || plan->kind == PLAN_COPY_FROM)
		plan->constant_failure = binder->folded.failure;
	plan->folds_params = binder->folded.waits_for_params ||
	    (plan->kind == PLAN_INSERT && insert_casts_params(plan->insert));
}

bool
plan_is_late(const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_ALTER_ENUM:
	case AST_ALTER_OWNER:
	case AST_ALTER_SEQUENCE:
	case AST_ALTER_TABLE:
	case AST_COMMENT:
	case AST_CREATE_ENUM:
	case AST_CREATE_INDEX:
	case AST_CREATE_SCHEMA:
	case AST_CREATE_SEQUENCE:
	case AST_CREATE_TABLE:
	case AST_DROP:
	case AST_DROP_ROLE:
	case AST_GRANT:
	case AST_GRANT_ROLE:
	case AST_LOCK_TABLE:
	case AST_REFRESH:
	case AST_TRUNCATE:
	case AST_VACUUM:
		return !stmt->is_native;
	case AST_CREATE_VIEW:
		return !stmt->is_native && !stmt->create_view.is_kept;
	default:
		return false;
	}
}

int
plan_statement(const struct plan_context *context, const struct ast_stmt *stmt,
    const uint32_t *param_oids, uint32_t param_oid_count, struct arena *arena,
    struct plan **out, struct error *err)
{
	struct binder binder = { .context = context, .arena = arena };
	struct plan *plan = arena_zalloc(arena, sizeof(*plan));
	int rc;

	*out = NULL;
	plan->generation = context->catalog->generation;
	plan->need = stmt_need(stmt->kind);
	plan->space = (struct relation_space){ .catalog = context->catalog,
		.system = context->system,
		.temp = context->temp };
	rc = set_params(&binder, param_oids, param_oid_count, err);
	if (rc == 0)
		rc = bind_stmt(&binder, stmt, plan, err);
	if (rc == 0)
		rc = check_params(&binder, err);
	if (rc == 0)
		rc = arena_check(arena, err);
	if (rc != 0)
		return rc;
	set_needs(&binder, plan);
	plan->is_trivial = plan->kind == PLAN_QUERY && plan->root != NULL &&
	    plan->explain == NULL && rel_is_trivial(plan->root);
	plan->is_lookup = plan->kind == PLAN_QUERY && plan->root != NULL &&
	    plan->explain == NULL && !plan->is_modify &&
	    rel_is_lookup(plan->root);
	if (plan->root != NULL && !plan->is_trivial) {
		plan->bounds_tops = option_is_on(&binder, OPTION_TOP_BOUND);
		plan->spills_all = !option_is_on(&binder, OPTION_WORK_MEM);
	}
	*out = plan;
	return 0;
}

int
plan_refresh(const struct plan_context *context, struct kept_refresh *refresh,
    struct arena *arena, struct plan **out, struct error *err)
{
	struct binder binder = { .context = context, .arena = arena };
	struct plan *plan = arena_zalloc(arena, sizeof(*plan));
	struct plan_insert *insert = arena_zalloc(arena, sizeof(*insert));
	int rc;

	*out = NULL;
	set_kind(plan, PLAN_INSERT, "", false);
	plan->insert = insert;
	rc = bind_refresh_rows(&binder, refresh, insert, err);
	if (rc == 0)
		rc = arena_check(arena, err);
	if (rc != 0)
		return rc;
	set_needs(&binder, plan);
	*out = plan;
	return 0;
}

/* ---- EXECUTE ---- */

static int
bind_argument(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct type *type, uint32_t number,
    struct expr **out, struct error *err)
{
	int rc = bind_expr(binder, scope, ast, out, err);

	if (rc != 0)
		return rc;
	if (!can_coerce(&(*out)->type, type, CAST_ASSIGNMENT)) {
		(void)error_at(err, (*out)->location, STELE_E_DATATYPE_MISMATCH,
		    "parameter $%" PRIu32
		    " of type %s cannot be coerced to the expected type %s",
		    number, type_text(binder, &(*out)->type),
		    type_text(binder, type));
		return error_hint(err,
		    "You will need to rewrite or cast the expression.");
	}
	return coerce(binder, out, type, CAST_ASSIGNMENT, err);
}

int
plan_arguments(const struct plan_context *context, struct ast_expr *const *args,
    const struct type *types, uint32_t count, struct arena *arena,
    struct plan **out, struct error *err)
{
	struct binder binder = { .context = context, .arena = arena };
	struct plan *plan = arena_zalloc(arena, sizeof(*plan));
	struct expr **exprs =
	    arena_alloc_array(arena, count + 1, sizeof(*exprs));
	const struct ast_from_list no_table = { .count = 0 };
	struct scope scope = { .place = PLACE_EXECUTE };
	struct query query = { .columns = NULL };
	int rc = 0;

	*out = NULL;
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = bind_argument(&binder, &scope, args[i], &types[i], i + 1,
		    &exprs[i], err);
	if (rc != 0)
		return rc;
	rc = bind_from(&binder, &scope, &no_table, &query.rel, err);
	if (rc != 0)
		return rc;
	query.rel = rel_new_project(&binder, query.rel, exprs, count);
	query.columns =
	    arena_zalloc(arena, (count + 1) * sizeof(*query.columns));
	query.column_count = count;
	rc = plan_set_query(&binder, &query, plan, err);
	if (rc == 0)
		rc = arena_check(arena, err);
	if (rc != 0)
		return rc;
	set_needs(&binder, plan);
	*out = plan;
	return 0;
}
