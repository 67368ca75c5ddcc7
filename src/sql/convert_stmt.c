/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that move data or hold other statements: SELECT, INSERT, COPY,
 * EXPLAIN, PREPARE, EXECUTE; the rest is dispatched to convert_ddl.c and
 * convert_session.c, and what the tree cannot hold to unsupported.c.
 */
#include "sql/convert.h"

#include <assert.h>

/* ---- INSERT ---- */

static void
convert_insert_columns(struct convert *c, struct pg_list cols,
    struct ast_insert *out)
{
	out->has_columns = cols.count > 0;
	if (cols.count == 0)
		return;
	out->columns = convert_array(c, cols.count, sizeof(struct str));
	out->column_locations = convert_array(c, cols.count, sizeof(int));
	if (convert_failed(c))
		return;
	for (size_t i = 0; i < cols.count; i++) {
		const PgQuery__ResTarget *in = cols.items[i]->res_target;
		int location = convert_location(c, in->location);

		assert(cols.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_RES_TARGET);
		out->columns[i] = convert_str(c, in->name);
		out->column_locations[i] = location;
		if (in->n_indirection > 0)
			convert_unsupported(c, location, NULL,
			    "a part of a column as a target of INSERT");
	}
	out->column_count = (uint32_t)cols.count;
}

/* WITH before INSERT becomes the WITH of its query, where it is visible. */
static void
convert_insert_with(struct convert *c, const PgQuery__WithClause *with,
    struct ast_insert *out)
{
	int location;

	if (with == NULL || convert_failed(c))
		return;
	location = convert_location(c, with->location);
	if (out->source == NULL || out->source->cte_count > 0)
		convert_unsupported(c, location,
		    "Write the WITH before the SELECT of the INSERT.",
		    "WITH in this place");
	else
		convert_with(c, with, out->source);
}

static void
convert_insert(struct convert *c, const PgQuery__InsertStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_insert *out = &stmt->insert;

	stmt->kind = AST_INSERT;
	out->table = convert_range_name(c, in->relation);
	if (in->relation->alias != NULL)
		out->alias = convert_str(c, in->relation->alias->aliasname);
	convert_insert_columns(c, PG_LIST(in, cols), out);
	out->conflict = convert_conflict(c, in->on_conflict_clause);
	if (in->override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE)
		out->overriding = AST_OVERRIDING_USER_VALUE;
	if (in->override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_SYSTEM_VALUE)
		out->overriding = AST_OVERRIDING_SYSTEM_VALUE;
	if (in->select_stmt != NULL)
		out->source = convert_select_node(c, in->select_stmt);
	convert_insert_with(c, in->with_clause, out);
	out->returning = convert_targets(c, PG_LIST(in, returning_list));
}

/* ---- COPY ---- */

static void
convert_copy(struct convert *c, const PgQuery__CopyStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_copy *out = &stmt->copy;

	stmt->kind = AST_COPY;
	if (in->relation != NULL)
		out->table = convert_range_name(c, in->relation);
	if (in->query != NULL)
		out->query = convert_select_node(c, in->query);
	out->has_columns = in->n_attlist > 0;
	out->columns =
	    convert_strings(c, PG_LIST(in, attlist), &out->column_count);
	out->is_from = in->is_from;
	out->is_program = in->is_program;
	out->filename = convert_str(c, in->filename);
	out->options =
	    convert_options(c, PG_LIST(in, options), &out->option_count);
	if (in->where_clause != NULL)
		out->where = convert_expr(c, in->where_clause);
}

/* ---- statements that hold others ---- */

static void
convert_explain(struct convert *c, const PgQuery__ExplainStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_EXPLAIN;
	stmt->explain.options = convert_options(c, PG_LIST(in, options),
	    &stmt->explain.option_count);
	stmt->explain.stmt = convert_stmt(c, in->query);
}

static void
convert_prepare(struct convert *c, const PgQuery__PrepareStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_PREPARE;
	stmt->prepare.name = convert_str(c, in->name);
	if (in->n_argtypes > 0) {
		stmt->prepare.types =
		    convert_array(c, in->n_argtypes, sizeof(struct ast_type));
		if (stmt->prepare.types == NULL)
			return;
	}
	for (size_t i = 0; i < in->n_argtypes; i++) {
		assert(in->argtypes[i]->node_case ==
		    PG_QUERY__NODE__NODE_TYPE_NAME);
		stmt->prepare.types[i] =
		    convert_type(c, in->argtypes[i]->type_name);
	}
	stmt->prepare.type_count = (uint32_t)in->n_argtypes;
	stmt->prepare.stmt = convert_stmt(c, in->query);
	/* the parameters are the prepared statement's */
	if (!convert_failed(c))
		stmt->prepare.stmt->param_count = c->param_count;
	c->param_count = 0;
}

static void
convert_execute(struct convert *c, const PgQuery__ExecuteStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_EXECUTE;
	stmt->execute.name = convert_str(c, in->name);
	stmt->execute.args = convert_exprs(c, PG_LIST(in, params));
}

static void
convert_notify(struct convert *c, enum ast_stmt_kind kind, const char *channel,
    const char *payload, struct ast_stmt *stmt)
{
	stmt->kind = kind;
	stmt->notify.channel = convert_str(c, channel);
	stmt->notify.payload = convert_str(c, payload);
}

/* ---- dispatch ---- */

/* Statements about the session; false if it is none. */
static bool
convert_session_stmt(struct convert *c, const PgQuery__Node *node,
    struct ast_stmt *stmt)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
		convert_transaction(c, node->transaction_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
		stmt->kind = AST_SET;
		convert_set(c, node->variable_set_stmt, &stmt->set);
		return true;
	case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
		stmt->kind = AST_SHOW;
		stmt->show = convert_str(c, node->variable_show_stmt->name);
		return true;
	case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
		stmt->kind = AST_CHECKPOINT;
		return true;
	case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
		stmt->kind = AST_DEALLOCATE;
		stmt->deallocate = convert_str(c, node->deallocate_stmt->name);
		return true;
	case PG_QUERY__NODE__NODE_DISCARD_STMT:
		convert_discard(c, node->discard_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_LISTEN_STMT:
		convert_notify(c, AST_LISTEN, node->listen_stmt->conditionname,
		    NULL, stmt);
		return true;
	case PG_QUERY__NODE__NODE_UNLISTEN_STMT:
		convert_notify(c, AST_UNLISTEN,
		    node->unlisten_stmt->conditionname, NULL, stmt);
		return true;
	case PG_QUERY__NODE__NODE_NOTIFY_STMT:
		convert_notify(c, AST_NOTIFY, node->notify_stmt->conditionname,
		    node->notify_stmt->payload, stmt);
		return true;
	case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
		convert_declare_cursor(c, node->declare_cursor_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_FETCH_STMT:
		convert_fetch(c, node->fetch_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_CLOSE_PORTAL_STMT:
		stmt->kind = AST_CLOSE_CURSOR;
		stmt->close_cursor =
		    convert_str(c, node->close_portal_stmt->portalname);
		return true;
	default:
		return false;
	}
}

/* Statements about the schema; false if it is none that the tree can hold. */
static bool
convert_ddl_stmt(struct convert *c, const PgQuery__Node *node,
    struct ast_stmt *stmt)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_CREATE_STMT:
		convert_create_table(c, node->create_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
		convert_alter_table(c, node->alter_table_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_RENAME_STMT:
		convert_rename(c, node->rename_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_DROP_STMT:
		convert_drop(c, node->drop_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
		convert_create_enum(c, node->create_enum_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_COMMENT_STMT:
		convert_comment(c, node->comment_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_VIEW_STMT:
		convert_create_view(c, node->view_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
		convert_refresh(c, node->refresh_mat_view_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
		convert_alter_enum(c, node->alter_enum_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_INDEX_STMT:
		convert_index(c, node->index_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
		return convert_create_schema(c, node->create_schema_stmt, stmt);
	case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
		convert_create_sequence(c, node->create_seq_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
		convert_alter_sequence(c, node->alter_seq_stmt, stmt);
		return true;
	default:
		return false;
	}
}

/* What is done to the rows of tables; false if it is nothing of that. */
static bool
convert_table_stmt(struct convert *c, const PgQuery__Node *node,
    struct ast_stmt *stmt)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_INSERT_STMT:
		convert_insert(c, node->insert_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_UPDATE_STMT:
		convert_update(c, node->update_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_DELETE_STMT:
		convert_delete(c, node->delete_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
		convert_truncate(c, node->truncate_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
		convert_create_table_as(c, node->create_table_as_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_LOCK_STMT:
		convert_lock(c, node->lock_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_VACUUM_STMT:
		convert_vacuum(c, node->vacuum_stmt, stmt);
		return true;
	default:
		return false;
	}
}

/* Statements about roles and rights; false if it is none. */
static bool
convert_role_stmt(struct convert *c, const PgQuery__Node *node,
    struct ast_stmt *stmt)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
		convert_create_role(c, node->create_role_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
		convert_alter_role(c, node->alter_role_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
		convert_alter_role_set(c, node->alter_role_set_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
		convert_alter_database_set(c, node->alter_database_set_stmt,
		    stmt);
		return true;
	case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
		convert_drop_role(c, node->drop_role_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_GRANT_STMT:
		convert_grant(c, node->grant_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_GRANT_ROLE_STMT:
		convert_grant_role(c, node->grant_role_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT:
		convert_alter_owner(c, node->alter_owner_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_REASSIGN_OWNED_STMT:
		convert_reassign_owned(c, node->reassign_owned_stmt, stmt);
		return true;
	case PG_QUERY__NODE__NODE_DROP_OWNED_STMT:
		convert_drop_owned(c, node->drop_owned_stmt, stmt);
		return true;
	default:
		return false;
	}
}

struct ast_stmt *
convert_stmt(struct convert *c, const PgQuery__Node *node)
{
	struct ast_stmt *stmt = arena_zalloc(c->arena, sizeof(*stmt));

	stmt->location = c->stmt_location;
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_SELECT_STMT:
		if (convert_select_into(c, node->select_stmt, stmt))
			break;
		stmt->kind = AST_SELECT;
		stmt->select = convert_select(c, node->select_stmt);
		break;
	case PG_QUERY__NODE__NODE_COPY_STMT:
		convert_copy(c, node->copy_stmt, stmt);
		break;
	case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
		convert_explain(c, node->explain_stmt, stmt);
		break;
	case PG_QUERY__NODE__NODE_PREPARE_STMT:
		convert_prepare(c, node->prepare_stmt, stmt);
		break;
	case PG_QUERY__NODE__NODE_EXECUTE_STMT:
		convert_execute(c, node->execute_stmt, stmt);
		break;
	default:
		if (!convert_session_stmt(c, node, stmt) &&
		    !convert_table_stmt(c, node, stmt) &&
		    !convert_ddl_stmt(c, node, stmt) &&
		    !convert_role_stmt(c, node, stmt))
			convert_refuse_stmt(c, node->node_case);
		break;
	}
	return stmt;
}
