/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements about tables that change: temporary ones.
 */
#include "sql/print_private.h"

static void
print_constraint(struct buf *out, const struct ast_constraint *constraint)
{
	static const char *const words[] = {
		[AST_CHECK] = "CHECK (",
		[AST_PRIMARY_KEY] = "PRIMARY KEY",
		[AST_UNIQUE] = "UNIQUE",
	};

	if (constraint->name.len > 0) {
		buf_put_cstr(out, "CONSTRAINT ");
		print_name(out, constraint->name);
		buf_put_cstr(out, " ");
	}
	if (constraint->kind == AST_IDENTITY) {
		print_identity(out, constraint->is_always,
		    &constraint->options);
		return;
	}
	buf_put_cstr(out, words[constraint->kind]);
	if (constraint->kind == AST_CHECK) {
		print_expr(out, constraint->check);
		buf_put_cstr(out, ")");
	}
	buf_put_cstr(out,
	    constraint->nulls_are_equal ? " NULLS NOT DISTINCT" : "");
	if (constraint->column_count > 0) {
		buf_put_cstr(out, " (");
		print_names(out, constraint->columns, constraint->column_count);
		buf_put_cstr(out, ")");
	}
}

void
print_constraints(struct buf *out, const struct ast_constraint *constraints,
    uint32_t count, const char *separator)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_put_cstr(out, separator);
		print_constraint(out, &constraints[i]);
	}
}

void
print_on_commit(struct buf *out, bool has_on_commit,
    enum ast_on_commit on_commit)
{
	static const char *const words[] = {
		[AST_ON_COMMIT_PRESERVE] = " ON COMMIT PRESERVE ROWS",
		[AST_ON_COMMIT_DELETE] = " ON COMMIT DELETE ROWS",
		[AST_ON_COMMIT_DROP] = " ON COMMIT DROP",
	};

	if (has_on_commit)
		buf_put_cstr(out, words[on_commit]);
}

/* ---- UPDATE, DELETE, ON CONFLICT ---- */

static void
print_assignments(struct buf *out, const struct ast_assignment *assignments,
    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_put_cstr(out, i == 0 ? " SET " : ", ");
		print_name(out, assignments[i].column);
		buf_put_cstr(out, " = ");
		print_expr(out, assignments[i].value);
	}
}

static void
print_where(struct buf *out, const struct ast_expr *where)
{
	if (where == NULL)
		return;
	buf_put_cstr(out, " WHERE ");
	print_expr(out, where);
}

void
print_conflict(struct buf *out, const struct ast_conflict *conflict)
{
	if (conflict == NULL)
		return;
	buf_put_cstr(out, " ON CONFLICT");
	if (conflict->column_count > 0) {
		buf_put_cstr(out, " (");
		print_names(out, conflict->columns, conflict->column_count);
		buf_put_cstr(out, ")");
	} else if (conflict->constraint.len > 0) {
		buf_put_cstr(out, " ON CONSTRAINT ");
		print_name(out, conflict->constraint);
	}
	if (!conflict->is_update) {
		buf_put_cstr(out, " DO NOTHING");
		return;
	}
	buf_put_cstr(out, " DO UPDATE");
	print_assignments(out, conflict->assignments,
	    conflict->assignment_count);
	print_where(out, conflict->where);
}

void
print_modify(struct buf *out, const struct ast_modify *stmt, bool is_update)
{
	if (stmt->with != NULL)
		print_ctes(out, stmt->with);
	buf_put_cstr(out, is_update ? "UPDATE " : "DELETE FROM ");
	print_dotted(out, &stmt->table);
	if (stmt->alias.len > 0) {
		buf_put_cstr(out, " AS ");
		print_name(out, stmt->alias);
	}
	print_assignments(out, stmt->assignments, stmt->assignment_count);
	if (stmt->from.count > 0)
		buf_put_cstr(out, is_update ? " FROM " : " USING ");
	print_from_list(out, &stmt->from);
	print_where(out, stmt->where);
	if (stmt->returning.count > 0)
		buf_put_cstr(out, " RETURNING ");
	print_targets(out, &stmt->returning);
}

/* ---- tables and indexes ---- */

static void
print_table_names(struct buf *out, const struct ast_tables *tables)
{
	for (uint32_t i = 0; i < tables->count; i++) {
		buf_put_cstr(out, i == 0 ? " " : ", ");
		print_dotted(out, &tables->names[i]);
		if (tables->columns == NULL || tables->columns[i].count == 0)
			continue;
		buf_put_cstr(out, " (");
		print_names(out, tables->columns[i].names,
		    tables->columns[i].count);
		buf_put_cstr(out, ")");
	}
}

static const char *
lock_mode_name(enum ast_lock_mode mode)
{
	switch (mode) {
	case AST_LOCK_ACCESS_SHARE:
		return "ACCESS SHARE";
	case AST_LOCK_ROW_SHARE:
		return "ROW SHARE";
	case AST_LOCK_ROW_EXCLUSIVE:
		return "ROW EXCLUSIVE";
	case AST_LOCK_SHARE_UPDATE_EXCLUSIVE:
		return "SHARE UPDATE EXCLUSIVE";
	case AST_LOCK_SHARE:
		return "SHARE";
	case AST_LOCK_SHARE_ROW_EXCLUSIVE:
		return "SHARE ROW EXCLUSIVE";
	case AST_LOCK_EXCLUSIVE:
		return "EXCLUSIVE";
	case AST_LOCK_ACCESS_EXCLUSIVE:
		break;
	}
	return "ACCESS EXCLUSIVE";
}

void
print_tables(struct buf *out, const struct ast_stmt *stmt)
{
	if (stmt->kind == AST_TRUNCATE)
		buf_put_cstr(out, "TRUNCATE");
	else if (stmt->kind == AST_LOCK_TABLE)
		buf_put_cstr(out, "LOCK TABLE");
	else
		buf_put_cstr(out,
		    stmt->tables.is_analyze ? "ANALYZE" : "VACUUM");
	if (stmt->tables.option_count > 0) {
		buf_put_cstr(out, " ");
		print_options(out, stmt->tables.options,
		    stmt->tables.option_count);
	}
	print_table_names(out, &stmt->tables);
	buf_put_cstr(out, stmt->tables.restarts ? " RESTART IDENTITY" : "");
	if (stmt->kind == AST_LOCK_TABLE)
		buf_printf(out, " IN %s MODE%s",
		    lock_mode_name(stmt->tables.lock_mode),
		    stmt->tables.is_nowait ? " NOWAIT" : "");
}

void
print_create_table_as(struct buf *out, const struct ast_create_table_as *stmt)
{
	buf_put_cstr(out,
	    stmt->is_temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ");
	buf_put_cstr(out, stmt->if_not_exists ? "IF NOT EXISTS " : "");
	print_dotted(out, &stmt->name);
	if (stmt->column_count > 0) {
		buf_put_cstr(out, " (");
		print_names(out, stmt->columns, stmt->column_count);
		buf_put_cstr(out, ")");
	}
	print_on_commit(out, stmt->has_on_commit, stmt->on_commit);
	buf_put_cstr(out, " AS ");
	if (stmt->query != NULL)
		print_select(out, stmt->query);
	else
		print_stmt(out, stmt->execute);
	buf_put_cstr(out, stmt->has_no_data ? " WITH NO DATA" : "");
}

void
print_create_index(struct buf *out, const struct ast_create_index *stmt)
{
	buf_put_cstr(out,
	    stmt->is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
	buf_put_cstr(out, stmt->if_not_exists ? "IF NOT EXISTS " : "");
	if (stmt->name.len > 0) {
		print_name(out, stmt->name);
		buf_put_cstr(out, " ");
	}
	buf_put_cstr(out, "ON ");
	print_dotted(out, &stmt->table);
	buf_put_cstr(out, " (");
	print_names(out, stmt->columns, stmt->column_count);
	buf_put_cstr(out, stmt->nulls_are_equal ? ") NULLS NOT DISTINCT" : ")");
}
