/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CREATE TABLE AS, SELECT INTO, CREATE INDEX, and statements that name tables:
 * TRUNCATE, LOCK TABLE, VACUUM, ANALYZE.
 */
#include "sql/convert.h"

#include <assert.h>
#include <string.h>

enum ast_on_commit
convert_on_commit(PgQuery__OnCommitAction action)
{
	switch ((int)action) {
	case PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DELETE_ROWS:
		return AST_ON_COMMIT_DELETE;
	case PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP:
		return AST_ON_COMMIT_DROP;
	default:
		return AST_ON_COMMIT_PRESERVE;
	}
}

/* ---- tables from queries ---- */

static void
convert_into(struct convert *c, const PgQuery__IntoClause *in,
    struct ast_create_table_as *out)
{
	out->name = convert_range_name(c, in->rel);
	out->is_temporary = strcmp(in->rel->relpersistence, "t") == 0;
	out->has_on_commit =
	    in->on_commit != PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_NOOP;
	out->on_commit = convert_on_commit(in->on_commit);
	out->columns =
	    convert_strings(c, PG_LIST(in, col_names), &out->column_count);
	out->has_no_data = in->skip_data;
	if (strcmp(in->rel->relpersistence, "u") == 0)
		convert_unsupported(c, 0, NULL, "UNLOGGED");
	if (in->access_method[0] != '\0')
		convert_unsupported(c, 0, NULL, "USING access method");
	if (in->table_space_name[0] != '\0')
		convert_unsupported(c, 0, NULL, "TABLESPACE");
	if (in->n_options > 0)
		convert_unsupported(c,
		    convert_location(c, in->options[0]->def_elem->location),
		    NULL, "WITH (options of a table)");
}

/* CREATE MATERIALIZED VIEW, whose grammar is that of CREATE TABLE AS. */
static void
convert_create_kept(struct convert *c, const PgQuery__CreateTableAsStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_view *out = &stmt->create_view;
	struct ast_create_table_as into = { .is_temporary = false };

	stmt->kind = AST_CREATE_VIEW;
	convert_into(c, in->into, &into);
	out->is_kept = true;
	out->name = into.name;
	out->columns = into.columns;
	out->column_count = into.column_count;
	out->has_no_data = into.has_no_data;
	out->if_not_exists = in->if_not_exists;
	if (in->query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
		convert_unsupported(c, 0, NULL,
		    "CREATE MATERIALIZED VIEW AS EXECUTE");
		return;
	}
	out->query = convert_select(c, in->query->select_stmt);
}

void
convert_refresh(struct convert *c, const PgQuery__RefreshMatViewStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_REFRESH;
	stmt->refresh.name = convert_range_name(c, in->relation);
	stmt->refresh.is_concurrent = in->concurrent;
	stmt->refresh.has_no_data = in->skip_data;
}

void
convert_create_table_as(struct convert *c, const PgQuery__CreateTableAsStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_table_as *out = &stmt->create_table_as;

	if (in->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) {
		convert_create_kept(c, in, stmt);
		return;
	}
	stmt->kind = AST_CREATE_TABLE_AS;
	convert_into(c, in->into, out);
	out->if_not_exists = in->if_not_exists;
	if (in->query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
		out->query = convert_select(c, in->query->select_stmt);
	else
		out->execute = convert_stmt(c, in->query);
}

bool
convert_select_into(struct convert *c, const PgQuery__SelectStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_table_as *out = &stmt->create_table_as;
	const PgQuery__SelectStmt *first = in;

	while (first->larg != NULL)
		first = first->larg;
	if (first->into_clause == NULL)
		return false;
	stmt->kind = AST_CREATE_TABLE_AS;
	convert_into(c, first->into_clause, out);
	out->is_select_into = true;
	c->into = first->into_clause;
	out->query = convert_select(c, in);
	c->into = NULL;
	return true;
}

/* ---- indexes ---- */

void
convert_index(struct convert *c, const PgQuery__IndexStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_index *out = &stmt->create_index;

	stmt->kind = AST_CREATE_INDEX;
	out->table = convert_range_name(c, in->relation);
	out->name = convert_str(c, in->idxname);
	out->is_unique = in->unique;
	out->nulls_are_equal = in->nulls_not_distinct;
	out->if_not_exists = in->if_not_exists;
	out->is_plain =
	    in->where_clause == NULL && in->n_index_including_params == 0;
	out->columns =
	    convert_array(c, in->n_index_params, sizeof(*out->columns));
	for (size_t i = 0; i < in->n_index_params && !convert_failed(c); i++) {
		const PgQuery__IndexElem *item =
		    in->index_params[i]->index_elem;

		out->columns[i] = convert_str(c, item->name);
		out->is_plain &= item->expr == NULL;
	}
	out->column_count = (uint32_t)in->n_index_params;
}

/* ---- statements that name tables ---- */

static struct ast_name *
convert_range_names(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_name *names =
	    convert_array(c, list.count + 1, sizeof(*names));

	*count = 0;
	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		const PgQuery__Node *node = list.items[i];

		if (node->node_case == PG_QUERY__NODE__NODE_VACUUM_RELATION)
			names[i] = convert_range_name(c,
			    node->vacuum_relation->relation);
		else
			names[i] = convert_range_name(c, node->range_var);
	}
	*count = (uint32_t)list.count;
	return names;
}

void
convert_truncate(struct convert *c, const PgQuery__TruncateStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_TRUNCATE;
	stmt->tables.names =
	    convert_range_names(c, PG_LIST(in, relations), &stmt->tables.count);
	stmt->tables.restarts = in->restart_seqs;
}

void
convert_lock(struct convert *c, const PgQuery__LockStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_LOCK_TABLE;
	stmt->tables.names =
	    convert_range_names(c, PG_LIST(in, relations), &stmt->tables.count);
	stmt->tables.lock_mode = (enum ast_lock_mode)in->mode;
	stmt->tables.is_nowait = in->nowait;
}

/* The columns that each table is named with. */
static struct ast_columns *
convert_columns(struct convert *c, struct pg_list list)
{
	struct ast_columns *columns =
	    convert_array(c, list.count + 1, sizeof(*columns));

	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		const PgQuery__VacuumRelation *in =
		    list.items[i]->vacuum_relation;

		columns[i].names =
		    convert_strings(c, PG_LIST(in, va_cols), &columns[i].count);
	}
	return columns;
}

void
convert_vacuum(struct convert *c, const PgQuery__VacuumStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_VACUUM;
	stmt->tables.names =
	    convert_range_names(c, PG_LIST(in, rels), &stmt->tables.count);
	stmt->tables.is_analyze = !in->is_vacuumcmd;
	stmt->tables.options = convert_options(c, PG_LIST(in, options),
	    &stmt->tables.option_count);
	stmt->tables.columns = convert_columns(c, PG_LIST(in, rels));
}

bool
convert_create_schema(struct convert *c, const PgQuery__CreateSchemaStmt *in,
    struct ast_stmt *stmt)
{
	/* What has an owner or objects of its own would be a new one. */
	if (in->authrole != NULL || in->n_schema_elts > 0)
		return false;
	stmt->kind = AST_CREATE_SCHEMA;
	stmt->create_schema.name = convert_str(c, in->schemaname);
	stmt->create_schema.if_not_exists = in->if_not_exists;
	return true;
}
