/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_temp_alter.c -- ALTER TABLE of a temporary table: the definition as it
 * becomes, and its rows' columns as expressions over those that they had.
 *
 * Defaults, conditions and views are kept as text, which names columns: what
 * such a text may name is not renamed.
 */
#include "plan/bind.h"
#include "plan/layout.h"
#include "plan/names.h"
#include "plan/temp_table.h"

struct alteration {
	struct binder *binder;
	const struct temp_table *before;
	struct temp_table *table; /* as it becomes */
	struct expr **values;     /* of its columns, over those before */
	struct plan_temp_ddl *ddl;
	struct temp_notice *notices;
	uint32_t *number; /* that each had before; 0: it is new */
	uint32_t *moved;  /* ddl->moved */
	uint32_t *ended;  /* ddl->oids */
	bool rewrites;
};

/* A copy with room for what the statement may add. */
static void
begin(struct alteration *a, const struct ast_alter_table *ast)
{
	struct arena *arena = a->binder->arena;
	const struct temp_table *before = a->before;
	struct temp_table *table = arena_alloc(arena, sizeof(*table));
	uint32_t constraints = 0;
	uint32_t *moved = arena_alloc_array(arena,
	    (size_t)before->column_count + 1, sizeof(*moved));

	for (uint32_t i = 0; i < ast->action_count; i++)
		constraints += ast->actions[i].column.constraint_count;
	*table = *before;
	table->columns = arena_zalloc(arena,
	    ((size_t)before->column_count + ast->action_count + 1) *
		sizeof(*table->columns));
	memcpy(table->columns, before->columns,
	    before->column_count * sizeof(*table->columns));
	table->keys = arena_zalloc(arena,
	    ((size_t)before->key_count + constraints + 1) *
		sizeof(*table->keys));
	memcpy(table->keys, before->keys,
	    before->key_count * sizeof(*table->keys));
	table->checks = arena_zalloc(arena,
	    ((size_t)before->check_count + constraints + 1) *
		sizeof(*table->checks));
	memcpy(table->checks, before->checks,
	    before->check_count * sizeof(*table->checks));
	a->table = table;
	a->notices = arena_zalloc(arena,
	    ((size_t)ast->action_count + 1) * sizeof(*a->notices));
	a->ddl->notices = a->notices;
	a->number = arena_zalloc(arena,
	    ((size_t)before->column_count + ast->action_count + 1) *
		sizeof(*a->number));
	a->values = arena_alloc_array(arena,
	    (size_t)before->column_count + ast->action_count + 1,
	    sizeof(*a->values));
	for (uint32_t i = 0; i < before->column_count; i++) {
		a->values[i] =
		    expr_column(arena, before->columns[i].type, 0, 0, i);
		moved[i] = i + 1;
		a->number[i] = i + 1;
	}
	a->moved = moved;
	a->ddl->moved = moved;
	a->ddl->sequences = arena_zalloc(arena,
	    ((size_t)ast->action_count + constraints + 1) *
		sizeof(*a->ddl->sequences));
	a->ended = arena_alloc_array(arena, (size_t)ast->action_count + 1,
	    sizeof(*a->ended));
	a->ddl->oids = a->ended;
}

static const struct sql_view *
view_of(const struct alteration *a)
{
	const struct temp_catalog *catalog = a->binder->context->temp;

	for (uint32_t i = 0; i < catalog->view_count; i++)
		if (view_dependency(&catalog->views[i]->view, a->before->oid) !=
		    NULL)
			return &catalog->views[i]->view;
	return NULL;
}

static void
note(struct alteration *a, int code, struct str text)
{
	a->notices[a->ddl->notice_count++] = (struct temp_notice){ code, text };
}

static int
no_column(const struct alteration *a, struct str name, struct error *err)
{
	return error_set(err, STELE_E_UNDEFINED_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" does not exist",
	    STR_FMT(name), STR_FMT(a->table->name));
}

static int
column_exists(const struct alteration *a, struct str name, struct error *err)
{
	return error_set(err, STELE_E_DUPLICATE_COLUMN,
	    "column \"%.*s\" of relation \"%.*s\" already exists",
	    STR_FMT(name), STR_FMT(a->table->name));
}

/* ---- ADD COLUMN ---- */

static bool
has_new_sequence(const struct alteration *a, uint32_t column)
{
	for (uint32_t i = 0; i < a->ddl->sequence_count; i++)
		if (a->ddl->sequences[i].column == column + 1)
			return true;
	return false;
}

static int
fill_of(struct alteration *a, uint32_t column, struct expr **out,
    struct error *err)
{
	const struct write_target target = {
		.relation = { .temp = a->table, .name = a->table->name },
		.space = names_space(a->binder->context),
	};
	struct expr *value;
	int rc;

	*out = NULL;
	if (has_new_sequence(a, column))
		return 0;
	rc = target_default(a->binder, &target, column + 1, &value, err);
	if (rc == 0 && value == NULL)
		value = expr_const(a->binder->arena,
		    a->table->columns[column].type, 0, NULL);
	return rc != 0 ? rc : layout_expr(a->binder, value, NULL, out, err);
}

static int
add_column(struct alteration *a, const struct ast_alter_action *action,
    struct error *err)
{
	struct ast_column_def def = action->column;
	uint32_t at = a->table->column_count;
	int rc;

	if (temp_table_column(a->table, def.name) != UINT32_MAX) {
		if (!action->if_not_exists)
			return column_exists(a, def.name, err);
		note(a, STELE_E_DUPLICATE_COLUMN,
		    arena_printf(a->binder->arena,
			"column \"%.*s\" of relation \"%.*s\" already exists,"
			" skipping",
			STR_FMT(def.name), STR_FMT(a->table->name)));
		return 0;
	}
	rc = bind_temp_column(a->binder, &def, a->table, a->ddl, err);
	if (rc != 0)
		return rc;
	a->rewrites = true;
	for (uint32_t i = 0; i < def.constraint_count && rc == 0; i++) {
		struct ast_constraint constraint = def.constraints[i];

		constraint.columns = &def.name;
		constraint.column_count = 1;
		rc = bind_temp_constraint(a->binder, a->table, &constraint,
		    a->ddl, err);
	}
	return rc != 0 ? rc : fill_of(a, at, &a->values[at], err);
}

/* ---- DROP COLUMN ---- */

/* Keys of the column go, and those of later ones move. */
static void
drop_from_keys(struct alteration *a, uint32_t column)
{
	struct temp_table *table = a->table;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < table->key_count; i++) {
		struct table_key key = table->keys[i];
		uint32_t *columns;

		if (table_key_has(&key, column))
			continue;
		columns = arena_alloc_array(a->binder->arena,
		    (size_t)key.count + 1, sizeof(*columns));
		for (uint32_t k = 0; k < key.count; k++)
			columns[k] = key.columns[k] - (key.columns[k] > column);
		key.columns = columns;
		table->keys[kept++] = key;
	}
	table->key_count = kept;
}

/* Whether a condition is about the column, with the table as it is. */
static int
check_names(struct alteration *a, const struct temp_check *check,
    uint32_t column, bool *out, struct error *err)
{
	const struct relation relation = { .temp = a->table,
		.name = a->table->name };
	struct temp_table without = *a->table;
	struct error ignored;
	struct expr *expr;
	struct rel *rel;
	struct range *range =
	    range_new_temp(a->binder, &relation, STR(""), &rel);
	struct range_column *columns = arena_alloc_array(a->binder->arena,
	    (size_t)without.column_count + 1, sizeof(*columns));

	memcpy(columns, range->columns,
	    without.column_count * sizeof(*columns));
	columns[column].name = STR("");
	range->columns = columns;
	*out =
	    bind_temp_text(a->binder, check->text, range, &expr, &ignored) != 0;
	return arena_check(a->binder->arena, err);
}

static int
drop_from_checks(struct alteration *a, uint32_t column, struct error *err)
{
	struct temp_table *table = a->table;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < table->check_count; i++) {
		bool is_named;
		int rc =
		    check_names(a, &table->checks[i], column, &is_named, err);

		if (rc != 0)
			return rc;
		if (!is_named)
			table->checks[kept++] = table->checks[i];
	}
	table->check_count = kept;
	return 0;
}

/* Whether the statement itself has dropped that column. */
static bool
is_gone(const struct alteration *a, const struct temp_use *use)
{
	return use->table == a->before &&
	    a->moved[use->column - use->table->columns] == 0;
}

/* A sequence goes with its column: no other may take numbers from it. */
static int
check_sequences(const struct alteration *a, uint32_t column, struct error *err)
{
	const struct temp_catalog *catalog = a->binder->context->temp;
	struct temp_use use;
	uint32_t skip = 0;

	if (a->number[column] == 0)
		return 0;
	do {
		if (!temp_use_find(catalog, a->before->oid, a->number[column],
			skip++, &use))
			return 0;
	} while (is_gone(a, &use));
	(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop column %.*s of table %.*s because other objects depend"
	    " on it",
	    STR_FMT(a->table->columns[column].name), STR_FMT(a->table->name));
	return error_detail(err,
	    "default value for column %.*s of table %.*s depends on sequence"
	    " %.*s",
	    STR_FMT(use.column->name), STR_FMT(use.table->name),
	    STR_FMT(use.sequence->name));
}

static void
drop_from_moved(struct alteration *a, uint32_t column)
{
	for (uint32_t i = 0; i < a->before->column_count; i++) {
		if (a->moved[i] == column + 1)
			a->moved[i] = 0;
		else if (a->moved[i] > column + 1)
			a->moved[i]--;
	}
}

static int
drop_column(struct alteration *a, const struct ast_alter_action *action,
    struct error *err)
{
	struct temp_table *table = a->table;
	uint32_t column = temp_table_column(table, action->name);
	const struct sql_view *view = view_of(a);
	int rc;

	if (column == UINT32_MAX && !action->if_exists)
		return no_column(a, action->name, err);
	if (column == UINT32_MAX) {
		note(a, 0,
		    arena_printf(a->binder->arena,
			"column \"%.*s\" of relation \"%.*s\" does not exist,"
			" skipping",
			STR_FMT(action->name), STR_FMT(table->name)));
		return 0;
	}
	if (view != NULL) {
		(void)error_set(err, STELE_E_DEPENDENT_OBJECTS_EXIST,
		    "cannot drop column %.*s of table %.*s because other"
		    " objects depend on it",
		    STR_FMT(action->name), STR_FMT(table->name));
		return error_detail(err, "view %.*s depends on table %.*s",
		    STR_FMT(view->name), STR_FMT(table->name));
	}
	rc = check_sequences(a, column, err);
	if (rc == 0)
		rc = drop_from_checks(a, column, err);
	if (rc != 0)
		return rc;
	drop_from_keys(a, column);
	drop_from_moved(a, column);
	table->column_count--;
	for (uint32_t i = column; i < table->column_count; i++) {
		table->columns[i] = table->columns[i + 1];
		a->values[i] = a->values[i + 1];
		a->number[i] = a->number[i + 1];
	}
	a->rewrites = true;
	return 0;
}

/* ---- RENAME ---- */

/* What text names stays. */
static int
check_texts(const struct alteration *a, int location, struct error *err)
{
	if (a->table->check_count == 0 && view_of(a) == NULL)
		return 0;
	return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "RENAME in a temporary table with a check constraint or a view is"
	    " not supported");
}

static int
rename_column(struct alteration *a, const struct ast_alter_action *action,
    struct error *err)
{
	uint32_t column = temp_table_column(a->table, action->name);
	int rc = check_texts(a, action->location, err);

	if (rc != 0)
		return rc;
	if (column == UINT32_MAX)
		return error_set(err, STELE_E_UNDEFINED_COLUMN,
		    "column \"%.*s\" does not exist", STR_FMT(action->name));
	if (temp_table_column(a->table, action->new_name) != UINT32_MAX)
		return column_exists(a, action->new_name, err);
	a->table->columns[column].name = action->new_name;
	return 0;
}

/* ---- defaults and identities ---- */

static int
set_default(struct alteration *a, struct temp_column *column,
    const struct ast_alter_action *action, struct error *err)
{
	if (column->identity != 0) {
		(void)error_set(err, STELE_E_SYNTAX,
		    "column \"%.*s\" of relation \"%.*s\" is an identity"
		    " column",
		    STR_FMT(column->name), STR_FMT(a->table->name));
		return action->default_value != NULL
		    ? err->code
		    : error_hint(err,
			  "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY"
			  " instead.");
	}
	column->sequence_oid = 0;
	column->default_text = STR("");
	if (action->default_value == NULL)
		return 0;
	return bind_temp_default(a->binder, action->default_value, column, err);
}

static int
add_identity(struct alteration *a, uint32_t at,
    const struct ast_alter_action *action, struct error *err)
{
	const struct temp_column *column = &a->table->columns[at];

	if (check_identity_type(&column->type, err) != 0)
		return err->code;
	if (!column->is_not_null)
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "column \"%.*s\" of relation \"%.*s\" must be declared NOT"
		    " NULL before identity can be added",
		    STR_FMT(column->name), STR_FMT(a->table->name));
	if (column->identity != 0)
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "column \"%.*s\" of relation \"%.*s\" is already an"
		    " identity column",
		    STR_FMT(column->name), STR_FMT(a->table->name));
	if (column->default_text.len > 0 || column->sequence_oid != 0)
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "column \"%.*s\" of relation \"%.*s\" already has a default"
		    " value",
		    STR_FMT(column->name), STR_FMT(a->table->name));
	return bind_identity(a->binder, a->table, at, action->is_always,
	    &action->sequence, 0, a->ddl, err);
}

static int
drop_identity(struct alteration *a, struct temp_column *column)
{
	a->ended[a->ddl->oid_count++] = column->sequence_oid;
	column->identity = 0;
	column->sequence_oid = 0;
	return 0;
}

static int
no_identity(struct alteration *a, const struct temp_column *column,
    const struct ast_alter_action *action, struct error *err)
{
	if (action->kind == AST_DROP_IDENTITY && action->if_exists) {
		note(a, 0,
		    arena_printf(a->binder->arena,
			"column \"%.*s\" of relation \"%.*s\" is not an"
			" identity column, skipping",
			STR_FMT(column->name), STR_FMT(a->table->name)));
		return 0;
	}
	return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "column \"%.*s\" of relation \"%.*s\" is not an identity column",
	    STR_FMT(column->name), STR_FMT(a->table->name));
}

static int
alter_column(struct alteration *a, const struct ast_alter_action *action,
    struct error *err)
{
	uint32_t at = temp_table_column(a->table, action->name);
	struct temp_column *column = &a->table->columns[at];

	if (at == UINT32_MAX)
		return no_column(a, action->name, err);
	if (action->kind == AST_ALTER_DEFAULT)
		return set_default(a, column, action, err);
	if (action->kind == AST_ADD_IDENTITY)
		return add_identity(a, at, action, err);
	if (column->identity == 0)
		return no_identity(a, column, action, err);
	return action->kind == AST_DROP_IDENTITY
	    ? drop_identity(a, column)
	    : bind_set_identity(a->binder, column, action, a->ddl, err);
}

static int
alter(struct alteration *a, const struct ast_alter_action *action,
    struct error *err)
{
	switch (action->kind) {
	case AST_ALTER_DEFAULT:
	case AST_ADD_IDENTITY:
	case AST_SET_IDENTITY:
	case AST_DROP_IDENTITY:
		return alter_column(a, action, err);
	case AST_ADD_COLUMN:
		return add_column(a, action, err);
	case AST_DROP_COLUMN:
		return drop_column(a, action, err);
	case AST_RENAME_COLUMN:
		return rename_column(a, action, err);
	case AST_RENAME_TABLE:
		a->table->name = action->new_name;
		return check_texts(a, action->location, err);
	case AST_SET_OPTIONS:
	case AST_RESET_OPTIONS:
		break;
	}
	return error_at(err, action->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "a parameter of a temporary table is not supported");
}

/* Conditions are asked of the rows that there are. */
static int
place_checks(struct alteration *a, struct error *err)
{
	const struct relation relation = { .temp = a->table,
		.name = a->table->name };
	struct rel *rel;
	struct range *range =
	    range_new_temp(a->binder, &relation, STR(""), &rel);
	int rc;

	rel_name_columns(a->binder, rel);
	rc = bind_temp_checks(a->binder, a->table, range, &a->ddl->checks, err);
	for (uint32_t i = 0; i < a->table->check_count && rc == 0; i++)
		rc = layout_expr(a->binder, a->ddl->checks[i], rel,
		    &a->ddl->checks[i], err);
	return rc;
}

/* A statement renames or does other things, not both. */
static bool
is_rename(const struct ast_alter_table *ast)
{
	return ast->action_count == 1 &&
	    (ast->actions[0].kind == AST_RENAME_TABLE ||
		ast->actions[0].kind == AST_RENAME_COLUMN);
}

int
bind_temp_alter(struct binder *binder, const struct ast_alter_table *ast,
    struct plan_temp_ddl *ddl, struct error *err)
{
	struct alteration a = { .binder = binder, .ddl = ddl };
	struct relation relation;
	int rc;

	rc = bind_relation(binder, &ast->name, &relation, err);
	if (rc == 0 && relation.sequence != NULL && ast->action_count == 1 &&
	    ast->actions[0].kind == AST_RENAME_TABLE)
		return bind_rename_sequence(relation.sequence, ast->actions,
		    binder, ddl);
	if (rc == 0 && ast->is_sequence)
		rc = error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a sequence", STR_FMT(relation.name));
	if (rc == 0 && relation.temp == NULL)
		rc = error_set(err, STELE_E_WRONG_OBJECT_TYPE,
		    "\"%.*s\" is not a table", STR_FMT(relation.name));
	if (rc != 0)
		return rc;
	a.before = relation.temp;
	begin(&a, ast);
	for (uint32_t i = 0; i < ast->action_count && rc == 0; i++)
		rc = alter(&a, &ast->actions[i], err);
	if (rc == 0 && a.rewrites)
		rc = place_checks(&a, err);
	ddl->op = TEMP_OP_ALTER_TABLE;
	ddl->is_rename = is_rename(ast);
	ddl->oid = relation.oid;
	ddl->definition = a.table;
	ddl->values = a.rewrites ? a.values : NULL;
	return rc;
}
