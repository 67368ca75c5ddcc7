/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of SQL.
 */
#include "common/attr.h"
#include "sql/print_private.h"

static void
print_insert(struct buf *out, const struct ast_insert *stmt)
{
	buf_put_cstr(out, "INSERT INTO ");
	print_dotted(out, &stmt->table);
	if (stmt->alias.len > 0) {
		buf_put_cstr(out, " AS ");
		print_name(out, stmt->alias);
	}
	if (stmt->has_columns) {
		buf_put_cstr(out, " (");
		print_names(out, stmt->columns, stmt->column_count);
		buf_put_cstr(out, ")");
	}
	if (stmt->overriding != AST_OVERRIDING_NOTHING)
		buf_put_cstr(out,
		    stmt->overriding == AST_OVERRIDING_SYSTEM_VALUE
			? " OVERRIDING SYSTEM VALUE"
			: " OVERRIDING USER VALUE");
	buf_put_cstr(out, stmt->source == NULL ? " DEFAULT VALUES" : " ");
	if (stmt->source != NULL)
		print_select(out, stmt->source);
	print_conflict(out, stmt->conflict);
	if (stmt->returning.count > 0)
		buf_put_cstr(out, " RETURNING ");
	print_targets(out, &stmt->returning);
}

static void
print_copy(struct buf *out, const struct ast_copy *stmt)
{
	buf_put_cstr(out, "COPY ");
	if (stmt->query != NULL) {
		buf_put_cstr(out, "(");
		print_select(out, stmt->query);
		buf_put_cstr(out, ")");
	}
	print_dotted(out, &stmt->table);
	if (stmt->has_columns) {
		buf_put_cstr(out, " (");
		print_names(out, stmt->columns, stmt->column_count);
		buf_put_cstr(out, ")");
	}
	buf_put_cstr(out, stmt->is_from ? " FROM " : " TO ");
	buf_put_cstr(out, stmt->is_program ? "PROGRAM " : "");
	if (stmt->filename.len > 0)
		print_string(out, stmt->filename);
	else
		buf_put_cstr(out, stmt->is_from ? "STDIN" : "STDOUT");
	if (stmt->option_count > 0) {
		buf_put_cstr(out, " WITH ");
		print_options(out, stmt->options, stmt->option_count);
	}
	if (stmt->where != NULL) {
		buf_put_cstr(out, " WHERE ");
		print_expr(out, stmt->where);
	}
}

/* (name = value, ...) */
static void
print_parameters(struct buf *out, const struct ast_option *options,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_put_cstr(out, i > 0 ? ", " : "(");
		print_name(out, options[i].name);
		if (options[i].value == NULL)
			continue;
		buf_put_cstr(out, " = ");
		print_expr(out, options[i].value);
	}
	buf_put_cstr(out, ")");
}

static void
print_create_table(struct buf *out, const struct ast_create_table *stmt)
{
	buf_put_cstr(out,
	    stmt->is_temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ");
	buf_put_cstr(out, stmt->if_not_exists ? "IF NOT EXISTS " : "");
	print_dotted(out, &stmt->name);
	buf_put_cstr(out, " (");
	print_column_defs(out, stmt->columns, stmt->column_count);
	print_constraints(out, stmt->constraints, stmt->constraint_count,
	    stmt->column_count > 0 ? ", " : "");
	buf_put_cstr(out, ")");
	if (stmt->option_count > 0) {
		buf_put_cstr(out, " WITH ");
		print_parameters(out, stmt->options, stmt->option_count);
	}
	print_on_commit(out, stmt->has_on_commit, stmt->on_commit);
}

static void
print_alter_table(struct buf *out, const struct ast_alter_table *stmt)
{
	buf_put_cstr(out,
	    stmt->is_sequence ? "ALTER SEQUENCE " : "ALTER TABLE ");
	buf_put_cstr(out, stmt->if_exists ? "IF EXISTS " : "");
	print_dotted(out, &stmt->name);
	for (uint32_t i = 0; i < stmt->action_count; i++) {
		const struct ast_alter_action *action = &stmt->actions[i];

		buf_put_cstr(out, i > 0 ? ", " : " ");
		switch (action->kind) {
		case AST_ADD_COLUMN:
			buf_put_cstr(out, "ADD COLUMN ");
			buf_put_cstr(out,
			    action->if_not_exists ? "IF NOT EXISTS " : "");
			print_column_defs(out, &action->column, 1);
			break;
		case AST_DROP_COLUMN:
			buf_put_cstr(out, "DROP COLUMN ");
			buf_put_cstr(out,
			    action->if_exists ? "IF EXISTS " : "");
			print_name(out, action->name);
			buf_put_cstr(out, action->is_cascade ? " CASCADE" : "");
			break;
		case AST_RENAME_COLUMN:
			buf_put_cstr(out, "RENAME COLUMN ");
			print_name(out, action->name);
			buf_put_cstr(out, " TO ");
			print_name(out, action->new_name);
			break;
		case AST_RENAME_TABLE:
			buf_put_cstr(out, "RENAME TO ");
			print_name(out, action->new_name);
			break;
		case AST_ALTER_DEFAULT:
		case AST_ADD_IDENTITY:
		case AST_SET_IDENTITY:
		case AST_DROP_IDENTITY:
			print_alter_column(out, action);
			break;
		case AST_SET_OPTIONS:
		case AST_RESET_OPTIONS:
			buf_put_cstr(out,
			    action->kind == AST_SET_OPTIONS ? "SET "
							    : "RESET ");
			print_parameters(out, action->options,
			    action->option_count);
			break;
		}
	}
}

static void
print_drop(struct buf *out, const struct ast_drop *stmt)
{
	static const char *const words[] = {
		[AST_OBJECT_TABLE] = "DROP TABLE ",
		[AST_OBJECT_TYPE] = "DROP TYPE ",
		[AST_OBJECT_VIEW] = "DROP VIEW ",
		[AST_OBJECT_KEPT] = "DROP MATERIALIZED VIEW ",
		[AST_OBJECT_INDEX] = "DROP INDEX ",
		[AST_OBJECT_SEQUENCE] = "DROP SEQUENCE ",
	};

	buf_put_cstr(out, words[stmt->kind]);
	buf_put_cstr(out, stmt->if_exists ? "IF EXISTS " : "");
	for (uint32_t i = 0; i < stmt->count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_dotted(out, &stmt->names[i]);
	}
	buf_put_cstr(out, stmt->is_cascade ? " CASCADE" : "");
}

static void
print_comment(struct buf *out, const struct ast_comment *stmt)
{
	static const char *const words[] = {
		[AST_OBJECT_TABLE] = "TABLE ",
		[AST_OBJECT_TYPE] = "TYPE ",
		[AST_OBJECT_VIEW] = "VIEW ",
		[AST_OBJECT_KEPT] = "MATERIALIZED VIEW ",
		[AST_OBJECT_SEQUENCE] = "SEQUENCE ",
		[AST_OBJECT_COLUMN] = "COLUMN ",
		[AST_OBJECT_SCHEMA] = "SCHEMA ",
		[AST_OBJECT_DATABASE] = "DATABASE ",
	};

	buf_put_cstr(out, "COMMENT ON ");
	buf_put_cstr(out, words[stmt->kind]);
	print_dotted(out, &stmt->name);
	buf_put_cstr(out, " IS ");
	if (stmt->text.len == 0)
		buf_put_cstr(out, "NULL");
	else
		print_string(out, stmt->text);
}

static void
print_create_enum(struct buf *out, const struct ast_create_enum *stmt)
{
	buf_put_cstr(out, "CREATE TYPE ");
	print_dotted(out, &stmt->name);
	buf_put_cstr(out, " AS ENUM (");
	for (uint32_t i = 0; i < stmt->count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_string(out, stmt->labels[i]);
	}
	buf_put_cstr(out, ")");
}

static void
print_create_view(struct buf *out, const struct ast_create_view *stmt)
{
	buf_put_cstr(out, stmt->or_replace ? "CREATE OR REPLACE " : "CREATE ");
	buf_put_cstr(out, stmt->is_temporary ? "TEMPORARY " : "");
	buf_put_cstr(out, stmt->is_kept ? "MATERIALIZED VIEW " : "VIEW ");
	buf_put_cstr(out, stmt->if_not_exists ? "IF NOT EXISTS " : "");
	print_dotted(out, &stmt->name);
	for (uint32_t i = 0; i < stmt->column_count; i++) {
		buf_put_cstr(out, i == 0 ? " (" : ", ");
		print_name(out, stmt->columns[i]);
	}
	buf_put_cstr(out, stmt->column_count > 0 ? ") AS " : " AS ");
	print_select(out, stmt->query);
	buf_put_cstr(out, stmt->has_no_data ? " WITH NO DATA" : "");
}

static void
print_refresh(struct buf *out, const struct ast_refresh *stmt)
{
	buf_put_cstr(out, "REFRESH MATERIALIZED VIEW ");
	buf_put_cstr(out, stmt->is_concurrent ? "CONCURRENTLY " : "");
	print_dotted(out, &stmt->name);
	buf_put_cstr(out, stmt->has_no_data ? " WITH NO DATA" : "");
}

static void
print_alter_enum(struct buf *out, const struct ast_alter_enum *stmt)
{
	buf_put_cstr(out, "ALTER TYPE ");
	print_dotted(out, &stmt->name);
	buf_put_cstr(out, " ADD VALUE ");
	buf_put_cstr(out, stmt->if_not_exists ? "IF NOT EXISTS " : "");
	print_string(out, stmt->label);
	if (stmt->neighbor.len > 0) {
		buf_put_cstr(out, stmt->is_after ? " AFTER " : " BEFORE ");
		print_string(out, stmt->neighbor);
	}
}

static void
print_explain(struct buf *out, const struct ast_stmt *stmt)
{
	buf_put_cstr(out, "EXPLAIN ");
	if (stmt->explain.option_count > 0) {
		print_options(out, stmt->explain.options,
		    stmt->explain.option_count);
		buf_put_cstr(out, " ");
	}
	print_stmt(out, stmt->explain.stmt);
}

static void
print_prepare(struct buf *out, const struct ast_stmt *stmt)
{
	buf_put_cstr(out, "PREPARE ");
	print_name(out, stmt->prepare.name);
	for (uint32_t i = 0; i < stmt->prepare.type_count; i++) {
		buf_put_cstr(out, i == 0 ? " (" : ", ");
		print_type(out, &stmt->prepare.types[i]);
	}
	buf_put_cstr(out, stmt->prepare.type_count > 0 ? ") AS " : " AS ");
	print_stmt(out, stmt->prepare.stmt);
}

static void
print_execute(struct buf *out, const struct ast_stmt *stmt)
{
	buf_put_cstr(out, "EXECUTE ");
	print_name(out, stmt->execute.name);
	if (stmt->execute.args.count == 0)
		return;
	buf_put_cstr(out, " (");
	print_exprs(out, &stmt->execute.args);
	buf_put_cstr(out, ")");
}

/* A word and a name, or what stands for no name. */
static void
print_named(struct buf *out, const char *word, struct str name,
    const char *none)
{
	buf_put_cstr(out, word);
	if (name.len == 0)
		buf_put_cstr(out, none);
	else
		print_name(out, name);
}

static void
print_notify(struct buf *out, const struct ast_stmt *stmt)
{
	print_named(out, "NOTIFY ", stmt->notify.channel, "");
	if (stmt->notify.payload.len > 0) {
		buf_put_cstr(out, ", ");
		print_string(out, stmt->notify.payload);
	}
}

static void
print_show(struct buf *out, struct str name)
{
	buf_put_cstr(out, "SHOW ");
	if (str_equal(name, STR("all")))
		buf_put_cstr(out, "ALL");
	else
		print_setting(out, name);
}

/* False if it is another one. */
static bool
print_role_stmt(struct buf *out, const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_CREATE_ROLE:
		print_create_role(out, &stmt->role_def);
		return true;
	case AST_ALTER_ROLE:
		print_alter_role(out, &stmt->role_def);
		return true;
	case AST_ALTER_SETTING:
		print_alter_setting(out, &stmt->alter_setting);
		return true;
	case AST_DROP_ROLE:
		print_drop_role(out, &stmt->drop_role);
		return true;
	case AST_GRANT:
		print_grant(out, &stmt->grant);
		return true;
	case AST_GRANT_ROLE:
		print_grant_role(out, &stmt->grant_role);
		return true;
	case AST_ALTER_OWNER:
		print_alter_owner(out, &stmt->alter_owner);
		return true;
	default:
		return false;
	}
}

static void
print_session_stmt(struct buf *out, const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_TRANSACTION:
		print_transaction(out, &stmt->transaction);
		break;
	case AST_SET:
		print_set(out, &stmt->set);
		break;
	case AST_SHOW:
		print_show(out, stmt->show);
		break;
	case AST_CHECKPOINT:
		buf_put_cstr(out, "CHECKPOINT");
		break;
	case AST_DEALLOCATE:
		print_named(out, "DEALLOCATE ", stmt->deallocate, "ALL");
		break;
	case AST_DISCARD:
		buf_put_cstr(out, "DISCARD ");
		buf_put_str(out, stmt->discard);
		break;
	case AST_LISTEN:
		print_named(out, "LISTEN ", stmt->notify.channel, "");
		break;
	case AST_UNLISTEN:
		print_named(out, "UNLISTEN ", stmt->notify.channel, "*");
		break;
	case AST_NOTIFY:
		print_notify(out, stmt);
		break;
	case AST_DECLARE_CURSOR:
		print_cursor(out, &stmt->declare_cursor);
		break;
	case AST_FETCH:
		print_fetch(out, &stmt->fetch);
		break;
	case AST_CLOSE_CURSOR:
		print_named(out, "CLOSE ", stmt->close_cursor, "ALL");
		break;
	default:
		break;
	}
}

/* Statements about what only temporary tables have; false if it is none. */
static bool
print_table_stmt(struct buf *out, const struct ast_stmt *stmt)
{
	switch ((int)stmt->kind) {
	case AST_UPDATE:
	case AST_DELETE:
		print_modify(out, &stmt->modify, stmt->kind == AST_UPDATE);
		return true;
	case AST_TRUNCATE:
	case AST_LOCK_TABLE:
	case AST_VACUUM:
		print_tables(out, stmt);
		return true;
	case AST_CREATE_TABLE_AS:
		print_create_table_as(out, &stmt->create_table_as);
		return true;
	case AST_CREATE_INDEX:
		print_create_index(out, &stmt->create_index);
		return true;
	case AST_CREATE_SEQUENCE:
		print_create_sequence(out, &stmt->create_sequence);
		return true;
	case AST_CREATE_SCHEMA:
		buf_put_cstr(out, "CREATE SCHEMA ");
		if (stmt->create_schema.if_not_exists)
			buf_put_cstr(out, "IF NOT EXISTS ");
		print_name(out, stmt->create_schema.name);
		return true;
	case AST_ALTER_SEQUENCE:
		print_alter_sequence(out, &stmt->alter_sequence);
		return true;
	default:
		return false;
	}
}

void
print_stmt(struct buf *out, const struct ast_stmt *stmt)
{
	if (stmt->is_native && stmt->kind != AST_EXPLAIN &&
	    print_native(out, stmt))
		return;
	switch ((int)stmt->kind) {
	case AST_SELECT:
		print_select(out, stmt->select);
		break;
	case AST_INSERT:
		print_insert(out, &stmt->insert);
		break;
	case AST_COPY:
		print_copy(out, &stmt->copy);
		break;
	case AST_CREATE_TABLE:
		print_create_table(out, &stmt->create_table);
		break;
	case AST_ALTER_TABLE:
		print_alter_table(out, &stmt->alter_table);
		break;
	case AST_DROP:
		print_drop(out, &stmt->drop);
		break;
	case AST_CREATE_ENUM:
		print_create_enum(out, &stmt->create_enum);
		break;
	case AST_CREATE_VIEW:
		print_create_view(out, &stmt->create_view);
		break;
	case AST_REFRESH:
		print_refresh(out, &stmt->refresh);
		break;
	case AST_COMMENT:
		print_comment(out, &stmt->comment);
		break;
	case AST_ALTER_ENUM:
		print_alter_enum(out, &stmt->alter_enum);
		break;
	case AST_EXPLAIN:
		print_explain(out, stmt);
		break;
	case AST_PREPARE:
		print_prepare(out, stmt);
		break;
	case AST_EXECUTE:
		print_execute(out, stmt);
		break;
	default:
		if (!print_role_stmt(out, stmt) && !print_table_stmt(out, stmt))
			print_session_stmt(out, stmt);
		break;
	}
}
