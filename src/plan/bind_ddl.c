/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_ddl.c -- changes of the schema in both languages.
 *
 * Types and defaults are bound here; whether objects exist is asked again when
 * the statement runs, in the catalogue of its batch (src/exec/ddl.c).
 */
#include "engine/catalog/catalog.h"
#include "plan/bind.h"
#include "plan/names.h"
#include "types/interval.h"

/* ---- names ---- */

/* Where a new object without a schema goes: it can only be public. */
static int
check_creation_schema(const struct binder *binder, int location,
    struct error *err)
{
	uint32_t current = search_path_current(names_path(binder->context));

	if (current == SCHEMA_PUBLIC)
		return 0;
	if (current == 0)
		return error_at(err, location, STELE_E_INVALID_SCHEMA_NAME,
		    "no schema has been selected to create in");
	return error_at(err, location, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "permission denied for schema %s", schema_by_oid(current)->name);
}

static int
object_name(struct binder *binder, const struct ast_name *name, struct str *out,
    struct error *err)
{
	if (name->count >= 2 &&
	    !str_equal(name->parts[name->count - 2], STR("public"))) {
		struct str schema = name->parts[name->count - 2];

		if (str_starts_with(schema, STR("pg_")))
			return error_at(err, name->location,
			    STELE_E_INSUFFICIENT_PRIVILEGE,
			    "permission denied to create \"%.*s\"",
			    STR_FMT(name_format(name, binder->arena)));
		if (schema_by_name(schema) != NULL)
			return error_at(err, name->location,
			    STELE_E_INSUFFICIENT_PRIVILEGE,
			    "permission denied for schema %.*s",
			    STR_FMT(schema));
		return error_at(err, name->location,
		    STELE_E_INVALID_SCHEMA_NAME,
		    "schema \"%.*s\" does not exist", STR_FMT(schema));
	}
	*out = ast_name_last(name);
	return 0;
}

/* The name of an object that is made. */
static int
new_name(struct binder *binder, const struct ast_name *name, struct str *out,
    struct error *err)
{
	int rc = object_name(binder, name, out, err);

	if (rc != 0 || name->count > 1)
		return rc;
	return check_creation_schema(binder, name->location, err);
}

int
bind_changed_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err)
{
	int rc = object_name(binder, name, out, err);

	if (rc == 0 && name_is_events(binder, name))
		return error_at(err, name->location,
		    STELE_E_INSUFFICIENT_PRIVILEGE,
		    "permission denied: \"events\" is a system relation");
	return rc;
}

/* ---- fields ---- */

static bool
is_not_constant(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_COLUMN:
	case EXPR_PARAM:
	case EXPR_FACT:
	case EXPR_AGG:
	case EXPR_WINDOW:
	case EXPR_GROUPING:
	case EXPR_SET:
	case EXPR_OUTER:
	case EXPR_SUBQUERY:
		return true;
	case EXPR_CALL:
		return expr->function->volatility != FUNCTION_IMMUTABLE;
	case EXPR_CONST:
	case EXPR_CAST:
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
	case EXPR_TEST:
	case EXPR_DISTINCT:
	case EXPR_IN:
	case EXPR_ANY:
	case EXPR_ALL:
	case EXPR_ARRAY:
	case EXPR_SUBSCRIPT:
	case EXPR_NULLIF:
	case EXPR_CASE:
	case EXPR_OPERAND:
	case EXPR_COALESCE:
	case EXPR_GREATEST:
	case EXPR_LEAST:
	case EXPR_TYPEOF:
	case EXPR_COLLATION:
		return false;
	}
	return true;
}

static int
bind_default(struct binder *binder, const struct ast_column_def *def,
    struct ddl_field *out, struct error *err)
{
	struct scope scope = { .place = PLACE_DEFAULT };
	struct expr **value = &out->default_value;
	int rc;

	rc = bind_expr(binder, &scope, def->default_value, value, err);
	if (rc != 0)
		return rc;
	if (!can_coerce(&(*value)->type, &out->type, CAST_ASSIGNMENT)) {
		error_at(err, (*value)->location, STELE_E_DATATYPE_MISMATCH,
		    "column \"%.*s\" is of type %s but default expression is"
		    " of type %s",
		    STR_FMT(def->name), type_text(binder, &out->type),
		    type_text(binder, &(*value)->type));
		return error_hint(err,
		    "You will need to rewrite or cast the expression.");
	}
	rc = coerce(binder, value, &out->type, CAST_ASSIGNMENT, err);
	if (rc == 0 && expr_any(*value, is_not_constant))
		return error_at(err, def->default_value->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "a default that is not a constant is not supported");
	return rc;
}

/* Of events none but NOT NULL is checked. */
static int
refuse_constraints(const struct ast_constraint *constraints, uint32_t count,
    struct error *err)
{
	static const char *const words[] = {
		[AST_CHECK] = "CHECK",
		[AST_PRIMARY_KEY] = "PRIMARY KEY",
		[AST_UNIQUE] = "UNIQUE",
		[AST_IDENTITY] = "GENERATED AS IDENTITY",
	};

	if (count == 0)
		return 0;
	(void)error_at(err, constraints[0].location,
	    STELE_E_FEATURE_NOT_SUPPORTED, "%s is not supported",
	    words[constraints[0].kind]);
	return error_hint(err,
	    "Events are checked by their types and by NOT NULL alone.");
}

static int
bind_field(struct binder *binder, const struct ast_column_def *def,
    const struct ast_enum_labels *labels, struct ddl_field *out,
    struct error *err)
{
	int rc =
	    refuse_constraints(def->constraints, def->constraint_count, err);

	if (rc != 0)
		return rc;
	out->name = def->name;
	out->location = def->location;
	out->is_not_null = def->is_not_null;
	out->is_unsigned = def->is_unsigned;
	if (labels != NULL && labels->count > 0) {
		out->labels = labels->labels;
		out->label_count = labels->count;
	} else {
		rc = bind_column_type(binder, &def->type, &out->type, err);
	}
	if (rc == 0)
		rc = bind_column_collation(binder, def, &out->type, err);
	if (rc == 0 && def->default_value != NULL)
		rc = bind_default(binder, def, out, err);
	return rc;
}

static const struct {
	const char *name;
	uint32_t type;
	const char *type_name;
} core_columns[] = {
	{ "context_id", TYPE_TEXT, "text" },
	{ "timestamp", TYPE_TIMESTAMPTZ, "timestamp with time zone" },
	{ "event_id", 0, NULL },
};

/* A varchar of any length is text in all but name, and what tools write. */
static bool
is_as_good(const struct type *type, uint32_t core)
{
	return type->mod == -1 &&
	    (type->oid == core ||
		(type->oid == TYPE_VARCHAR && core == TYPE_TEXT));
}

/* The columns that every event has may be declared, but only as they are. */
static int
check_core_column(struct binder *binder, const struct ast_column_def *def,
    bool *is_core, struct error *err)
{
	size_t i = 0;
	struct type type;
	int rc;

	while (i < ARRAY_LEN(core_columns) &&
	    !str_equal(def->name, str_of_cstr(core_columns[i].name)))
		i++;
	*is_core = i < ARRAY_LEN(core_columns);
	if (!*is_core)
		return 0;
	if (core_columns[i].type == 0) {
		error_at(err, def->location, STELE_E_GENERATED_ALWAYS,
		    "column \"event_id\" cannot be declared");
		return error_hint(err,
		    "Every event has an event_id, which is generated.");
	}
	rc = bind_type_name(binder, &def->type, &type, err);
	if (rc == 0)
		rc = bind_column_collation(binder, def, &type, err);
	if (rc == 0 &&
	    (!is_as_good(&type, core_columns[i].type) ||
		def->default_value != NULL))
		return error_at(err, def->location,
		    STELE_E_INVALID_TABLE_DEFINITION,
		    "column \"%s\" must be of type %s, without a default",
		    core_columns[i].name, core_columns[i].type_name);
	return rc;
}

/* DEFINE has no words for them: every event has them. */
static int
check_not_core(const struct ast_column_def *def, struct error *err)
{
	static const char *const core[] = { "context_id", "event_type",
		"timestamp", "event_id" };

	for (size_t i = 0; i < ARRAY_LEN(core); i++)
		if (str_equal(def->name, str_of_cstr(core[i])))
			return error_at(err, def->location,
			    STELE_E_DUPLICATE_COLUMN,
			    "every event has a field \"%s\" already", core[i]);
	return 0;
}

static int
check_duplicate(const struct plan_ddl *ddl, const struct ast_column_def *def,
    struct error *err)
{
	for (uint32_t i = 0; i < ddl->field_count; i++) {
		if (str_equal(ddl->fields[i].name, def->name))
			return error_at(err, def->location,
			    STELE_E_DUPLICATE_COLUMN,
			    "column \"%.*s\" specified more than once",
			    STR_FMT(def->name));
	}
	return 0;
}

/* ---- parameters of tables ---- */

static int
retain_invalid(const struct ast_option *option, struct error *err)
{
	(void)error_at(err, option->location, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid value for parameter \"retain\"");
	return error_hint(err,
	    "How long events are kept is a positive interval such as '90 days';"
	    " RESET (retain) keeps them for ever.");
}

/* retain = interval; months have 30 days. */
static int
bind_retain(const struct ast_option *option, struct plan_ddl *ddl,
    struct error *err)
{
	const struct type_settings settings = { .now = 0 };
	const struct ast_expr *value = option->value;
	struct interval interval;
	struct error ignored;
	i128 length;

	if (value == NULL || value->kind != AST_CONST ||
	    value->constant.kind != AST_STRING ||
	    interval_parse(value->constant.text, &settings, -1, &interval,
		&ignored) != 0)
		return retain_invalid(option, err);
	length = interval_length(&interval);
	if (length <= 0 || length > INT64_MAX)
		return retain_invalid(option, err);
	ddl->retain_us = (int64_t)length;
	return 0;
}

/* WITH (...), SET (...); RESET (...) has no values. */
static int
bind_parameters(const struct ast_option *options, uint32_t count, bool is_reset,
    struct plan_ddl *ddl, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (!str_equal(options[i].name, STR("retain"))) {
			(void)error_at(err, options[i].location,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "unrecognized parameter \"%.*s\"",
			    STR_FMT(options[i].name));
			return error_hint(err, "The one there is: retain.");
		}
		ddl->has_retain = true;
		ddl->retain_us = 0;
		if (!is_reset)
			rc = bind_retain(&options[i], ddl, err);
	}
	return rc;
}

/* ---- tables ---- */

static int
bind_create_table(struct binder *binder, const struct ast_create_table *ast,
    struct plan_ddl *ddl, struct error *err)
{
	int rc;

	if (ast->has_on_commit)
		return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
		    "ON COMMIT can only be used on temporary tables");
	rc = refuse_constraints(ast->constraints, ast->constraint_count, err);
	if (rc != 0)
		return rc;
	ddl->if_not_exists = ast->if_not_exists;
	ddl->version = ast->version;
	ddl->location = ast->name.location;
	ddl->fields = arena_zalloc(binder->arena,
	    (ast->column_count + 1) * sizeof(*ddl->fields));
	rc = ddl->op == DDL_OP_DEFINE
	    ? object_name(binder, &ast->name, &ddl->name, err)
	    : new_name(binder, &ast->name, &ddl->name, err);
	for (uint32_t i = 0; i < ast->column_count && rc == 0; i++) {
		const struct ast_column_def *def = &ast->columns[i];
		bool is_core = false;

		if (ddl->op == DDL_OP_CREATE_TABLE)
			rc = check_core_column(binder, def, &is_core, err);
		else
			rc = check_not_core(def, err);
		if (rc != 0 || is_core)
			continue;
		rc = check_duplicate(ddl, def, err);
		if (rc == 0)
			rc = bind_field(binder, def,
			    ast->enums == NULL ? NULL : &ast->enums[i],
			    &ddl->fields[ddl->field_count], err);
		ddl->field_count++;
	}
	if (rc == 0)
		rc = bind_parameters(ast->options, ast->option_count, false,
		    ddl, err);
	return rc;
}

static int
bind_add_column(struct binder *binder, const struct ast_alter_action *action,
    struct plan_ddl *ddl, struct error *err)
{
	struct ddl_field *field = &ddl->fields[ddl->field_count++];
	int rc;

	rc = bind_field(binder, &action->column, NULL, field, err);
	field->if_not_exists = action->if_not_exists;
	return rc;
}

static int
refuse_action(const char *what, const struct ast_alter_action *action,
    struct error *err)
{
	(void)error_at(err, action->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "ALTER TABLE %s is not supported", what);
	return error_hint(err,
	    "A schema may grow by ADD COLUMN; what is stored stays.");
}

static int
bind_alter_action(struct binder *binder, const struct ast_alter_action *action,
    struct plan_ddl *ddl, struct error *err)
{
	switch (action->kind) {
	case AST_ADD_COLUMN:
		return bind_add_column(binder, action, ddl, err);
	case AST_SET_OPTIONS:
	case AST_RESET_OPTIONS:
		return bind_parameters(action->options, action->option_count,
		    action->kind == AST_RESET_OPTIONS, ddl, err);
	case AST_DROP_COLUMN:
		return refuse_action("DROP COLUMN", action, err);
	case AST_ALTER_DEFAULT:
		return refuse_action("ALTER COLUMN DEFAULT", action, err);
	case AST_ADD_IDENTITY:
	case AST_SET_IDENTITY:
	case AST_DROP_IDENTITY:
		return refuse_action("ALTER COLUMN ... IDENTITY", action, err);
	case AST_RENAME_COLUMN:
	case AST_RENAME_TABLE:
		break;
	}
	(void)error_at(err, action->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "ALTER TABLE ... RENAME is not supported");
	return error_hint(err,
	    "A schema may grow by ADD COLUMN; what is stored stays.");
}

static int
bind_alter_table(struct binder *binder, const struct ast_alter_table *ast,
    struct plan_ddl *ddl, struct error *err)
{
	int rc;

	ddl->op = DDL_OP_ALTER_TABLE;
	ddl->if_exists = ast->if_exists;
	ddl->location = ast->name.location;
	ddl->fields = arena_zalloc(binder->arena,
	    (ast->action_count + 1) * sizeof(*ddl->fields));
	rc = bind_changed_name(binder, &ast->name, &ddl->name, err);
	for (uint32_t i = 0; i < ast->action_count && rc == 0; i++)
		rc = bind_alter_action(binder, &ast->actions[i], ddl, err);
	return rc;
}

static int
bind_drop(struct binder *binder, const struct ast_drop *ast,
    struct plan_ddl *ddl, struct error *err)
{
	struct str *names =
	    arena_alloc_array(binder->arena, ast->count + 1, sizeof(*names));
	int *locations = arena_alloc_array(binder->arena, ast->count + 1,
	    sizeof(*locations));
	int rc = 0;

	ddl->op = ast->kind == AST_OBJECT_TYPE ? DDL_OP_DROP_ENUM
	    : ast->kind == AST_OBJECT_VIEW     ? DDL_OP_DROP_VIEW
	    : ast->kind == AST_OBJECT_KEPT     ? DDL_OP_DROP_KEPT
					       : DDL_OP_DROP_TABLE;
	ddl->is_cascade = ast->is_cascade;
	ddl->if_exists = ast->if_exists;
	ddl->names = names;
	ddl->locations = locations;
	ddl->name_count = ast->count;
	for (uint32_t i = 0; i < ast->count && rc == 0; i++) {
		locations[i] = ast->names[i].location;
		rc = bind_changed_name(binder, &ast->names[i], &names[i], err);
	}
	return rc;
}

/* ---- enums ---- */

static int
bind_create_enum(struct binder *binder, const struct ast_create_enum *ast,
    struct plan_ddl *ddl, struct error *err)
{
	ddl->op = DDL_OP_CREATE_ENUM;
	ddl->location = ast->name.location;
	ddl->labels = ast->labels;
	ddl->label_count = ast->count;
	return new_name(binder, &ast->name, &ddl->name, err);
}

static int
bind_alter_enum(struct binder *binder, const struct ast_alter_enum *ast,
    struct plan_ddl *ddl, struct error *err)
{
	const struct enum_type *type;
	int rc;

	ddl->op = DDL_OP_ADD_LABEL;
	ddl->location = ast->name.location;
	ddl->if_not_exists = ast->if_not_exists;
	ddl->labels = &ast->label;
	ddl->label_count = 1;
	rc = object_name(binder, &ast->name, &ddl->name, err);
	if (rc != 0 || ast->neighbor.len == 0)
		return rc;
	type = catalog_enum_by_name(binder->context->catalog, ddl->name);
	if (type != NULL && ast->is_after && type->label_count > 0 &&
	    str_equal(type->labels[type->label_count - 1], ast->neighbor))
		return 0;
	error_at(err, ast->name.location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "adding a label anywhere but at the end is not supported");
	return error_hint(err,
	    "The order of an enum's labels never changes; leave out BEFORE and"
	    " AFTER.");
}

/* ---- kept queries ---- */

/* SHOW would find the setting. */
static int
check_no_setting(struct binder *binder, struct str name, int location,
    struct error *err)
{
	const struct plan_session *session = binder->context->session;
	struct str value;

	if (session->setting == NULL ||
	    !session->setting(session->arg, name, binder->arena, &value))
		return 0;
	(void)error_at(err, location, STELE_E_RESERVED_NAME,
	    "unacceptable name \"%.*s\"", STR_FMT(name));
	return error_detail(err,
	    "It is the name of a setting, and SHOW would find that.");
}

static int
bind_create_kept(struct binder *binder, const struct ast_create_view *ast,
    struct plan *plan, struct plan_ddl *ddl, struct error *err)
{
	int rc;

	plan->tag = ast->native != NULL ? "REMEMBER"
	    : ast->has_no_data          ? "CREATE MATERIALIZED VIEW"
					: "SELECT";
	plan->tag_has_count = !ast->has_no_data;
	ddl->op = DDL_OP_CREATE_KEPT;
	ddl->if_not_exists = ast->if_not_exists;
	ddl->location = ast->name.location;
	binder->reads_events = true; /* to be there from this moment on */
	rc = new_name(binder, &ast->name, &ddl->name, err);
	if (rc == 0)
		rc = check_no_setting(binder, ddl->name, ddl->location, err);
	return rc != 0 ? rc : bind_create_view(binder, ast, ddl, err);
}

int
bind_refresh(struct binder *binder, const struct ast_refresh *ast,
    struct plan *plan, struct error *err)
{
	struct plan_ddl *ddl = arena_zalloc(binder->arena, sizeof(*ddl));

	plan->ddl = ddl;
	ddl->op = DDL_OP_REFRESH_KEPT;
	ddl->location = ast->name.location;
	ddl->has_no_data = ast->has_no_data;
	binder->reads_events = true;
	if (ast->is_concurrent && ast->has_no_data)
		return error_at(err, ast->name.location, STELE_E_SYNTAX,
		    "REFRESH options CONCURRENTLY and WITH NO DATA cannot be"
		    " used together");
	return bind_changed_name(binder, &ast->name, &ddl->name, err);
}

int
bind_ddl(struct binder *binder, const struct ast_stmt *stmt, struct plan *plan,
    struct error *err)
{
	struct plan_ddl *ddl = arena_zalloc(binder->arena, sizeof(*ddl));
	int rc;

	plan->ddl = ddl;
	switch (stmt->kind) {
	case AST_CREATE_TABLE:
		plan->tag = "CREATE TABLE";
		ddl->op = DDL_OP_CREATE_TABLE;
		return bind_create_table(binder, &stmt->create_table, ddl, err);
	case AST_DEFINE:
		plan->tag = "CREATE TABLE";
		ddl->op = DDL_OP_DEFINE;
		return bind_create_table(binder, &stmt->create_table, ddl, err);
	case AST_ALTER_TABLE:
		plan->tag = "ALTER TABLE";
		return bind_alter_table(binder, &stmt->alter_table, ddl, err);
	case AST_DROP:
		plan->tag = stmt->drop.kind == AST_OBJECT_TYPE ? "DROP TYPE"
		    : stmt->drop.kind == AST_OBJECT_VIEW       ? "DROP VIEW"
		    : stmt->drop.kind == AST_OBJECT_KEPT
		    ? "DROP MATERIALIZED VIEW"
		    : "DROP TABLE";
		return bind_drop(binder, &stmt->drop, ddl, err);
	case AST_CREATE_ENUM:
		plan->tag = "CREATE TYPE";
		return bind_create_enum(binder, &stmt->create_enum, ddl, err);
	case AST_CREATE_VIEW:
		if (stmt->create_view.is_kept)
			return bind_create_kept(binder, &stmt->create_view,
			    plan, ddl, err);
		plan->tag = "CREATE VIEW";
		ddl->op = DDL_OP_CREATE_VIEW;
		ddl->location = stmt->create_view.name.location;
		rc = new_name(binder, &stmt->create_view.name, &ddl->name, err);
		if (rc == 0)
			rc = bind_create_view(binder, &stmt->create_view, ddl,
			    err);
		return rc != 0 ? rc : plan_temp_view(binder, ddl, plan, err);
	case AST_COMMENT:
		plan->tag = "COMMENT";
		return bind_comment(binder, &stmt->comment, ddl, err);
	case AST_CREATE_SEQUENCE:
		(void)error_at(err, stmt->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "CREATE SEQUENCE is not supported");
		return error_hint(err,
		    "event_id numbers the events without a gap; a sequence may"
		    " be temporary.");
	case AST_ALTER_ENUM:
		plan->tag = "ALTER TYPE";
		return bind_alter_enum(binder, &stmt->alter_enum, ddl, err);
	case AST_CREATE_ROLE:
	case AST_ALTER_ROLE:
	case AST_ALTER_SETTING:
	case AST_DROP_ROLE:
	case AST_GRANT:
	case AST_GRANT_ROLE:
	case AST_ALTER_OWNER:
		return bind_role_stmt(binder, stmt, plan, ddl, err);
	default: /* plan_statement() sends no others */
		return error_at(err, stmt->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "this statement is not supported");
	}
}
