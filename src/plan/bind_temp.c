/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_temp.c -- temporary tables and views, as they are made.
 *
 * Their definitions are complete here but for OIDs; src/exec/temp_ddl.c gives
 * these and makes them the session's.
 */
#include "common/buf.h"
#include "plan/bind.h"
#include "plan/names.h"
#include "plan/temp_table.h"
#include "sql/print.h"

/* ---- whether it is temporary ---- */

/* Whether a name says the temporary schema, itself or by search_path. */
static bool
name_is_temp(const struct binder *binder, const struct ast_name *name)
{
	const struct schema *schema;

	if (name->count < 2)
		return search_path_current(names_path(binder->context)) ==
		    SCHEMA_PG_TEMP;
	schema = schema_by_name(name->parts[name->count - 2]);
	return schema != NULL && schema->oid == SCHEMA_PG_TEMP;
}

static bool
name_means_temp(const struct binder *binder, const struct ast_name *name)
{
	struct relation relation;

	return names_relation(binder->context, name, &relation) &&
	    relation.schema == SCHEMA_PG_TEMP;
}

/* An index cannot be dropped as anything else, whose ever it is. */
static bool
name_means_index(const struct binder *binder, const struct ast_name *name)
{
	struct relation relation;

	return names_relation(binder->context, name, &relation) &&
	    relation.key != NULL;
}

static bool
means_or_says_temp(const struct binder *binder, const struct ast_name *name)
{
	return name_means_temp(binder, name) ||
	    (name->count > 1 && name_is_temp(binder, name));
}

static bool
comment_is_temp(const struct binder *binder, const struct ast_comment *ast)
{
	struct ast_name name = ast->name;

	switch (ast->kind) {
	case AST_OBJECT_COLUMN:
		name.count--; /* the table's */
		return name.count > 0 && means_or_says_temp(binder, &name);
	case AST_OBJECT_TABLE:
	case AST_OBJECT_VIEW:
	case AST_OBJECT_KEPT:
		return means_or_says_temp(binder, &name);
	case AST_OBJECT_SEQUENCE:
		return true; /* no others have any */
	case AST_OBJECT_TYPE:
	case AST_OBJECT_INDEX:
	case AST_OBJECT_SCHEMA:
	case AST_OBJECT_DATABASE:
		break;
	}
	return false;
}

bool
stmt_is_temp(struct binder *binder, const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_CREATE_TABLE:
		return stmt->create_table.is_temporary ||
		    name_is_temp(binder, &stmt->create_table.name);
	case AST_CREATE_SEQUENCE:
		return stmt->create_sequence.is_temporary ||
		    name_is_temp(binder, &stmt->create_sequence.name);
	case AST_ALTER_SEQUENCE:
		return true; /* as those of DROP */
	case AST_CREATE_VIEW:
		return !stmt->create_view.is_kept &&
		    (stmt->create_view.is_temporary ||
			name_is_temp(binder, &stmt->create_view.name));
	case AST_COMMENT:
		return comment_is_temp(binder, &stmt->comment);
	case AST_ALTER_TABLE:
		return name_means_temp(binder, &stmt->alter_table.name);
	case AST_DROP:
		if (stmt->drop.kind == AST_OBJECT_INDEX ||
		    stmt->drop.kind == AST_OBJECT_SEQUENCE)
			return true; /* no others have any */
		for (uint32_t i = 0;
		     i < stmt->drop.count && stmt->drop.kind != AST_OBJECT_TYPE;
		     i++)
			if (name_means_temp(binder, &stmt->drop.names[i]) ||
			    name_means_index(binder, &stmt->drop.names[i]))
				return true;
		return false;
	default:
		return false;
	}
}

/* The name of what is made; a schema that it has must be the temporary one. */
int
bind_temp_name(struct binder *binder, const struct ast_name *name,
    struct str *out, struct error *err)
{
	int rc = names_check_database(binder->context, name, err);

	*out = ast_name_last(name);
	if (rc != 0 || name->count < 2 || name_is_temp(binder, name))
		return rc;
	return error_at(err, name->location, STELE_E_INVALID_TABLE_DEFINITION,
	    "cannot create temporary relation in non-temporary schema");
}

/* ---- columns ---- */

static int
text_of(struct binder *binder, const struct ast_expr *ast, struct str *out,
    struct error *err)
{
	struct buf text;
	int rc = 0;

	buf_init(&text);
	print_expr(&text, ast);
	if (text.failed)
		rc = error_no_memory(err);
	else
		*out = arena_str(binder->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

static bool
is_param(const struct expr *expr)
{
	return expr->kind == EXPR_PARAM;
}

/* What is kept as text has no parameters. */
static int
refuse_params(const struct expr *expr, int location, struct error *err)
{
	if (!expr_any(expr, is_param))
		return 0;
	return error_at(err, location, STELE_E_UNDEFINED_PARAMETER,
	    "there is no parameter $1");
}

int
bind_temp_default(struct binder *binder, const struct ast_expr *ast,
    struct temp_column *out, struct error *err)
{
	struct scope scope = { .place = PLACE_DEFAULT };
	struct expr *value;
	int rc;

	out->default_text = STR("");
	rc = bind_expr(binder, &scope, ast, &value, err);
	if (rc == 0)
		rc = refuse_params(value, ast->location, err);
	if (rc != 0)
		return rc;
	out->sequence_oid = default_sequence(binder, value);
	if (!can_coerce(&value->type, &out->type, CAST_ASSIGNMENT)) {
		error_set(err, STELE_E_DATATYPE_MISMATCH,
		    "column \"%.*s\" is of type %s but default expression is"
		    " of type %s",
		    STR_FMT(out->name), type_text(binder, &out->type),
		    type_text(binder, &value->type));
		return error_hint(err,
		    "You will need to rewrite or cast the expression.");
	}
	rc = coerce(binder, &value, &out->type, CAST_ASSIGNMENT, err);
	if (rc != 0 || out->sequence_oid != 0)
		return rc;
	if (!expr_is_null_const(value))
		rc = text_of(binder, ast, &out->default_text, err);
	/* as PostgreSQL shows a literal of a type that has no other form */
	if (rc == 0 && ast->kind == AST_CONST &&
	    ast->constant.kind == AST_STRING)
		out->default_text = arena_printf(binder->arena, "%.*s::%s",
		    STR_FMT(out->default_text), type_text(binder, &out->type));
	return rc;
}

static const char *const system_columns[] = { "ctid", "xmin", "cmin", "xmax",
	"cmax", "tableoid" };

int
bind_temp_column(struct binder *binder, const struct ast_column_def *def,
    struct temp_table *table, struct plan_temp_ddl *ddl, struct error *err)
{
	uint32_t at = table->column_count;
	struct temp_column *out = &table->columns[at];
	bool is_serial = false;
	int rc;

	*out = (struct temp_column){ .name = def->name,
		.is_not_null = def->is_not_null };
	for (size_t i = 0; i < ARRAY_LEN(system_columns); i++)
		if (str_equal(def->name, str_of_cstr(system_columns[i])))
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column name \"%.*s\" conflicts with a system"
			    " column name",
			    STR_FMT(def->name));
	rc = bind_serial_type(binder, table, def, &out->type, &is_serial, err);
	if (rc == 0)
		rc = bind_column_collation(binder, def, &out->type, err);
	if (rc == 0 && def->default_value != NULL)
		rc = bind_temp_default(binder, def->default_value, out, err);
	if (rc == 0 && is_serial)
		rc = bind_serial(binder, table, at, ddl, err);
	table->column_count++;
	return rc;
}

/* ---- names of keys and conditions ---- */

static bool
is_taken(const struct temp_table *table, struct str name)
{
	for (uint32_t i = 0; i < table->key_count; i++)
		if (str_equal(table->keys[i].name, name))
			return true;
	for (uint32_t i = 0; i < table->check_count; i++)
		if (str_equal(table->checks[i].name, name))
			return true;
	return false;
}

#define NAME_BYTES_MAX 63

struct str
temp_object_name(struct binder *binder, const struct temp_table *table,
    const char *suffix, const struct str *columns, uint32_t column_count)
{
	struct arena *arena = binder->arena;
	struct str base = table->name, name;

	for (uint32_t i = 0; i < column_count; i++)
		base = arena_printf(arena, "%.*s_%.*s", STR_FMT(base),
		    STR_FMT(columns[i]));
	if (base.len > NAME_BYTES_MAX - strlen(suffix) - 3)
		base.len = NAME_BYTES_MAX - strlen(suffix) - 3;
	name = arena_printf(arena, "%.*s_%s", STR_FMT(base), suffix);
	for (unsigned i = 1; is_taken(table, name); i++)
		name =
		    arena_printf(arena, "%.*s_%s%u", STR_FMT(base), suffix, i);
	return name;
}

static int
check_name(const struct temp_table *table, struct str name, struct error *err)
{
	if (name.len == 0 || !is_taken(table, name))
		return 0;
	return error_set(err, STELE_E_DUPLICATE_TABLE,
	    "relation \"%.*s\" already exists", STR_FMT(name));
}

/* ---- keys ---- */

static int
find_key_columns(struct binder *binder, struct temp_table *table,
    const struct ast_constraint *ast, struct table_key *key, struct error *err)
{
	bool is_primary = ast->kind == AST_PRIMARY_KEY;
	uint32_t *columns = arena_alloc_array(binder->arena,
	    (size_t)ast->column_count + 1, sizeof(*columns));

	key->columns = columns;
	for (uint32_t i = 0; i < ast->column_count; i++) {
		uint32_t column = temp_table_column(table, ast->columns[i]);

		if (column == UINT32_MAX)
			return error_at(err, ast->location,
			    STELE_E_UNDEFINED_COLUMN,
			    "column \"%.*s\" named in key does not exist",
			    STR_FMT(ast->columns[i]));
		for (uint32_t k = 0; k < i; k++)
			if (columns[k] == column)
				return error_at(err, ast->location,
				    STELE_E_DUPLICATE_COLUMN,
				    "column \"%.*s\" appears twice in %s"
				    " constraint",
				    STR_FMT(ast->columns[i]),
				    is_primary ? "primary key" : "unique");
		columns[i] = column;
		table->columns[column].is_not_null |= is_primary;
		if (need_ordering(binder, &table->columns[column].type, 0,
			err) == 0)
			continue;
		(void)error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "data type %s has no default operator class for access"
		    " method \"btree\"",
		    type_text(binder, &table->columns[column].type));
		return error_hint(err,
		    "You must specify an operator class for the index or"
		    " define a default operator class for the data type.");
	}
	return 0;
}

static int
add_key(struct binder *binder, struct temp_table *table,
    const struct ast_constraint *ast, struct error *err)
{
	bool is_primary = ast->kind == AST_PRIMARY_KEY;
	struct table_key *key = &table->keys[table->key_count];
	int rc;

	for (uint32_t i = 0; i < table->key_count && is_primary; i++)
		if (table->keys[i].is_primary)
			return error_at(err, ast->location,
			    STELE_E_INVALID_TABLE_DEFINITION,
			    "multiple primary keys for table \"%.*s\" are not"
			    " allowed",
			    STR_FMT(table->name));
	rc = check_name(table, ast->name, err);
	if (rc != 0)
		return rc;
	*key = (struct table_key){ .name = ast->name,
		.count = ast->column_count,
		.is_primary = is_primary,
		.is_unique = true,
		.nulls_are_equal = ast->nulls_are_equal,
		.constraint_oid = 1 };
	rc = find_key_columns(binder, table, ast, key, err);
	if (rc == 0 && ast->name.len == 0)
		key->name = is_primary
		    ? temp_object_name(binder, table, "pkey", NULL, 0)
		    : temp_object_name(binder, table, "key", ast->columns,
			  ast->column_count);
	table->key_count++;
	return rc;
}

/* ---- conditions ---- */

struct find_column {
	uint32_t column;
	bool is_several;
};

static bool
note_column(const struct expr *expr, void *arg)
{
	struct find_column *find = arg;

	if (expr->kind != EXPR_COLUMN)
		return false;
	if (find->column != UINT32_MAX && find->column != expr->column.column)
		find->is_several = true;
	find->column = expr->column.column;
	return false;
}

static bool
find_column(const struct expr *expr, struct find_column *find)
{
	if (note_column(expr, find))
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		(void)find_column(expr->args[i], find);
	return false;
}

static int
add_check(struct binder *binder, struct temp_table *table,
    const struct ast_constraint *ast, struct error *err)
{
	struct temp_check *check = &table->checks[table->check_count];
	const struct relation relation = { .temp = table, .name = table->name };
	struct find_column find = { .column = UINT32_MAX };
	struct scope scope = { .id = ++binder->scope_count,
		.place = PLACE_CHECK };
	struct expr *expr;
	struct rel *rel;
	int rc;

	rc = check_name(table, ast->name, err);
	if (rc != 0)
		return rc;
	(void)scope_add(binder, &scope,
	    range_new_temp(binder, &relation, STR(""), &rel));
	rc = bind_expr(binder, &scope, ast->check, &expr, err);
	if (rc == 0)
		rc = coerce_boolean(binder, &expr, "CHECK", err);
	if (rc == 0)
		rc = refuse_params(expr, ast->location, err);
	if (rc == 0)
		rc = text_of(binder, ast->check, &check->text, err);
	if (rc != 0)
		return rc;
	(void)find_column(expr, &find);
	check->name = ast->name;
	if (ast->name.len == 0)
		check->name = temp_object_name(binder, table, "check",
		    find.column < table->column_count && !find.is_several
			? &table->columns[find.column].name
			: NULL,
		    find.column < table->column_count && !find.is_several ? 1
									  : 0);
	table->check_count++;
	return 0;
}

int
bind_temp_constraint(struct binder *binder, struct temp_table *table,
    const struct ast_constraint *ast, struct plan_temp_ddl *ddl,
    struct error *err)
{
	switch (ast->kind) {
	case AST_PRIMARY_KEY:
	case AST_UNIQUE:
		return add_key(binder, table, ast, err);
	case AST_CHECK:
		return add_check(binder, table, ast, err);
	case AST_IDENTITY:
		break;
	}
	return bind_identity(binder, table,
	    temp_table_column(table, ast->columns[0]), ast->is_always,
	    &ast->options, ast->location, ddl, err);
}

/* ---- CREATE TABLE ---- */

/* Room for all that a statement says. */
static struct temp_table *
new_table(struct binder *binder, struct str name, uint32_t column_count,
    uint32_t constraint_count, enum ast_on_commit on_commit)
{
	static const enum temp_on_commit actions[] = {
		[AST_ON_COMMIT_PRESERVE] = TEMP_PRESERVE_ROWS,
		[AST_ON_COMMIT_DELETE] = TEMP_DELETE_ROWS,
		[AST_ON_COMMIT_DROP] = TEMP_DROP,
	};
	struct temp_table *table = arena_zalloc(binder->arena, sizeof(*table));

	table->name = name;
	table->on_commit = actions[on_commit];
	table->columns = arena_zalloc(binder->arena,
	    ((size_t)column_count + 1) * sizeof(*table->columns));
	table->keys = arena_zalloc(binder->arena,
	    ((size_t)constraint_count + 1) * sizeof(*table->keys));
	table->checks = arena_zalloc(binder->arena,
	    ((size_t)constraint_count + 1) * sizeof(*table->checks));
	return table;
}

static int
add_column(struct binder *binder, struct temp_table *table,
    const struct ast_column_def *def, struct plan_temp_ddl *ddl,
    struct error *err)
{
	if (temp_table_column(table, def->name) != UINT32_MAX)
		return error_set(err, STELE_E_DUPLICATE_COLUMN,
		    "column \"%.*s\" specified more than once",
		    STR_FMT(def->name));
	return bind_temp_column(binder, def, table, ddl, err);
}

static int
add_constraints(struct binder *binder, struct temp_table *table,
    const struct ast_create_table *ast, struct plan_temp_ddl *ddl,
    struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < ast->column_count; i++) {
		struct ast_column_def *def = &ast->columns[i];

		for (uint32_t k = 0; k < def->constraint_count && rc == 0;
		     k++) {
			struct ast_constraint constraint = def->constraints[k];

			constraint.columns = &def->name;
			constraint.column_count = 1;
			rc = bind_temp_constraint(binder, table, &constraint,
			    ddl, err);
		}
	}
	for (uint32_t i = 0; i < ast->constraint_count && rc == 0; i++)
		rc = bind_temp_constraint(binder, table, &ast->constraints[i],
		    ddl, err);
	return rc;
}

static uint32_t
count_constraints(const struct ast_create_table *ast)
{
	uint32_t count = ast->constraint_count;

	for (uint32_t i = 0; i < ast->column_count; i++)
		count += ast->columns[i].constraint_count;
	return count;
}

void
temp_ddl_nothing(struct binder *binder, struct plan_temp_ddl *ddl, int code,
    struct str text)
{
	struct temp_notice *notice =
	    arena_zalloc(binder->arena, sizeof(*notice));

	notice->code = code;
	notice->text = text;
	ddl->op = TEMP_OP_NOTHING;
	ddl->notices = notice;
	ddl->notice_count = 1;
}

bool
temp_name_is_there(struct binder *binder, struct str name, bool if_not_exists,
    struct plan_temp_ddl *ddl)
{
	const struct relation_space space = names_space(binder->context);
	struct relation relation;

	if (!if_not_exists ||
	    !relation_by_name(&space, SCHEMA_PG_TEMP, name, &relation))
		return false;
	temp_ddl_nothing(binder, ddl, STELE_E_DUPLICATE_TABLE,
	    arena_printf(binder->arena,
		"relation \"%.*s\" already exists, skipping", STR_FMT(name)));
	return true;
}

#define COLUMNS_MAX 1600

static int
bind_create_table(struct binder *binder, const struct ast_create_table *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct temp_table *table;
	int rc;

	ddl->op = TEMP_OP_CREATE_TABLE;
	rc = bind_temp_name(binder, &ast->name, &ddl->name, err);
	if (rc != 0 ||
	    temp_name_is_there(binder, ddl->name, ast->if_not_exists, ddl))
		return rc;
	if (ast->column_count > COLUMNS_MAX)
		return error_set(err, STELE_E_TOO_MANY_COLUMNS,
		    "tables can have at most %d columns", COLUMNS_MAX);
	if (ast->option_count > 0)
		return error_at(err, ast->options[0].location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "a parameter of a temporary table is not supported");
	table = new_table(binder, ddl->name, ast->column_count,
	    count_constraints(ast), ast->on_commit);
	ddl->definition = table;
	ddl->sequences = arena_zalloc(binder->arena,
	    ((size_t)ast->column_count + 1) * sizeof(*ddl->sequences));
	for (uint32_t i = 0; i < ast->column_count && rc == 0; i++)
		rc = add_column(binder, table, &ast->columns[i], ddl, err);
	return rc != 0 ? rc : add_constraints(binder, table, ast, ddl, err);
}

/* ---- CREATE TABLE AS ---- */

static int
refuse_events(const struct ast_stmt *stmt, struct error *err)
{
	const struct ast_create_table_as *ast = &stmt->create_table_as;

	(void)error_at(err,
	    ast->is_select_into ? ast->name.location : stmt->location,
	    STELE_E_FEATURE_NOT_SUPPORTED, "%s is not supported",
	    ast->is_select_into ? "SELECT INTO" : "CREATE TABLE AS");
	return error_hint(err, "Use CREATE TABLE and INSERT ... SELECT.");
}

static int
columns_of_query(struct binder *binder, const struct ast_create_table_as *ast,
    const struct query *query, struct temp_table *table, struct error *err)
{
	if (ast->column_count > query->column_count)
		return error_set(err, STELE_E_SYNTAX,
		    "too many column names were specified");
	for (uint32_t i = 0; i < query->column_count; i++) {
		struct temp_column *column = &table->columns[i];

		column->name = i < ast->column_count ? ast->columns[i]
						     : query->columns[i].name;
		column->type = query->columns[i].type;
		if (column->type.row != NULL || column->type.oid == TYPE_RECORD)
			return error_set(err, STELE_E_INVALID_TABLE_DEFINITION,
			    "column \"%.*s\" has pseudo-type %s",
			    STR_FMT(column->name),
			    type_text(binder, &column->type));
		if (temp_table_column(table, column->name) != UINT32_MAX)
			return error_set(err, STELE_E_DUPLICATE_COLUMN,
			    "column \"%.*s\" specified more than once",
			    STR_FMT(column->name));
		table->column_count++;
	}
	return 0;
}

/* Without rows, it is a definition alone. */
static int
plan_definition(const struct plan_temp_ddl *ddl, struct plan *plan)
{
	plan->kind = PLAN_TEMP_DDL;
	plan->temp_ddl = ddl;
	plan->tag = "CREATE TABLE AS";
	plan->tag_has_count = false;
	return 0;
}

int
bind_create_table_as(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	const struct ast_create_table_as *ast = &stmt->create_table_as;
	struct plan_temp_ddl *ddl = arena_zalloc(binder->arena, sizeof(*ddl));
	struct temp_table *table;
	struct query query;
	int rc;

	if (!ast->is_temporary && !name_is_temp(binder, &ast->name))
		return refuse_events(stmt, err);
	ddl->op = TEMP_OP_CREATE_TABLE;
	rc = bind_temp_name(binder, &ast->name, &ddl->name, err);
	if (rc != 0)
		return rc;
	if (temp_name_is_there(binder, ddl->name, ast->if_not_exists, ddl))
		return plan_definition(ddl, plan);
	rc = bind_select(binder, NULL, ast->query, UNKNOWNS_TEXT, &query, err);
	if (rc != 0)
		return rc;
	table =
	    new_table(binder, ddl->name, query.column_count, 0, ast->on_commit);
	ddl->definition = table;
	rc = columns_of_query(binder, ast, &query, table, err);
	if (rc != 0)
		return rc;
	if (ast->has_no_data)
		return plan_definition(ddl, plan);
	return bind_temp_fill(binder, ddl, query.rel, query.column_count, plan,
	    err);
}

/* ---- CREATE VIEW ---- */

static int
bind_view_of(struct binder *binder, const struct ast_create_view *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct plan_ddl inner = { .op = DDL_OP_CREATE_VIEW };
	int rc;

	ddl->op = TEMP_OP_CREATE_VIEW;
	rc = bind_temp_name(binder, &ast->name, &ddl->name, err);
	if (rc == 0)
		rc = bind_create_view(binder, ast, &inner, err);
	ddl->view = inner.view;
	ddl->or_replace = inner.or_replace;
	return rc;
}

int
plan_temp_view(struct binder *binder, const struct plan_ddl *ddl,
    struct plan *plan, struct error *err UNUSED)
{
	struct plan_temp_ddl *temp = arena_zalloc(binder->arena, sizeof(*temp));
	struct temp_notice *notice;
	bool is_temp = false;

	for (uint32_t i = 0; i < ddl->view->dependency_count; i++)
		is_temp |= ddl->view->dependencies[i].oid >= TEMP_OID_FIRST;
	if (!is_temp)
		return 0;
	notice = arena_zalloc(binder->arena, sizeof(*notice));
	notice->text = arena_printf(binder->arena,
	    "view \"%.*s\" will be a temporary view", STR_FMT(ddl->name));
	*temp = (struct plan_temp_ddl){ .op = TEMP_OP_CREATE_VIEW,
		.name = ddl->name,
		.view = ddl->view,
		.or_replace = ddl->or_replace,
		.notices = notice,
		.notice_count = 1 };
	plan->kind = PLAN_TEMP_DDL;
	plan->temp_ddl = temp;
	return 0;
}

/* ---- the statements ---- */

int
bind_temp_ddl(struct binder *binder, const struct ast_stmt *stmt,
    struct plan *plan, struct error *err)
{
	struct plan_temp_ddl *ddl = arena_zalloc(binder->arena, sizeof(*ddl));

	plan->temp_ddl = ddl;
	switch ((int)stmt->kind) {
	case AST_CREATE_TABLE:
		plan->tag = "CREATE TABLE";
		return bind_create_table(binder, &stmt->create_table, ddl, err);
	case AST_CREATE_VIEW:
		plan->tag = "CREATE VIEW";
		return bind_view_of(binder, &stmt->create_view, ddl, err);
	case AST_LOCK_TABLE:
		plan->tag = "LOCK TABLE";
		return bind_lock(binder, stmt, ddl, err);
	case AST_VACUUM:
		plan->tag = stmt->tables.is_analyze ? "ANALYZE" : "VACUUM";
		return bind_vacuum(binder, stmt, ddl, err);
	case AST_CREATE_SCHEMA:
		plan->tag = "CREATE SCHEMA";
		return bind_create_schema(binder, stmt, ddl, err);
	case AST_CREATE_SEQUENCE:
		plan->tag = "CREATE SEQUENCE";
		return bind_temp_sequence(binder, stmt, ddl, err);
	case AST_ALTER_SEQUENCE:
		plan->tag = "ALTER SEQUENCE";
		return bind_temp_sequence(binder, stmt, ddl, err);
	case AST_COMMENT:
		plan->tag = "COMMENT";
		return bind_temp_comment(binder, &stmt->comment, ddl, err);
	default:
		return bind_temp_change(binder, stmt, ddl, plan, err);
	}
}
