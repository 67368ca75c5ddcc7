/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CREATE TABLE, ALTER TABLE, RENAME, DROP and enum types.
 */
#include "sql/convert.h"

#include <assert.h>
#include <string.h>

#define EVENT_TABLE "An event type is a flat list of typed columns."

static bool
is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* ---- CREATE TABLE ---- */

static void
refuse_table_clauses(struct convert *c, const PgQuery__CreateStmt *in)
{
	if (in->n_inh_relations > 0)
		convert_unsupported(c, 0, EVENT_TABLE, "INHERITS");
	if (in->partspec != NULL)
		convert_unsupported(c,
		    convert_location(c, in->partspec->location),
		    "Events are partitioned by time by the server.",
		    "PARTITION BY");
	if (in->partbound != NULL)
		convert_unsupported(c, 0,
		    "Events are partitioned by time by the server.",
		    "PARTITION OF");
	if (in->of_typename != NULL)
		convert_unsupported(c, 0, EVENT_TABLE, "OF type");
	if (!is_empty(in->tablespacename))
		convert_unsupported(c, 0, NULL, "TABLESPACE");
	if (!is_empty(in->access_method))
		convert_unsupported(c, 0, NULL, "USING access method");
	if (strcmp(in->relation->relpersistence, "u") == 0)
		convert_unsupported(c, 0, NULL, "UNLOGGED");
	/* the parser leaves constraints in table_elts */
	assert(in->n_constraints == 0);
}

static void
convert_table_element(struct convert *c, const PgQuery__Node *node,
    struct ast_create_table *out)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_COLUMN_DEF:
		out->columns[out->column_count++] =
		    convert_column_def(c, node->column_def);
		break;
	case PG_QUERY__NODE__NODE_CONSTRAINT:
		out->constraints[out->constraint_count++] =
		    convert_constraint(c, node->constraint);
		break;
	default:
		convert_unsupported(c, 0, EVENT_TABLE, "LIKE in CREATE TABLE");
		break;
	}
}

void
convert_create_table(struct convert *c, const PgQuery__CreateStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_table *out = &stmt->create_table;

	stmt->kind = AST_CREATE_TABLE;
	out->name = convert_range_name(c, in->relation);
	out->if_not_exists = in->if_not_exists;
	out->is_temporary = strcmp(in->relation->relpersistence, "t") == 0;
	out->has_on_commit =
	    in->oncommit != PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_NOOP;
	out->on_commit = convert_on_commit(in->oncommit);
	refuse_table_clauses(c, in);
	out->options =
	    convert_options(c, PG_LIST(in, options), &out->option_count);
	if (in->n_table_elts == 0)
		return;
	out->columns =
	    convert_array(c, in->n_table_elts, sizeof(*out->columns));
	out->constraints =
	    convert_array(c, in->n_table_elts, sizeof(*out->constraints));
	if (convert_failed(c))
		return;
	for (size_t i = 0; i < in->n_table_elts; i++)
		convert_table_element(c, in->table_elts[i], out);
}

/* ---- ALTER TABLE ---- */

static const char *
alter_word(PgQuery__AlterTableType type)
{
	switch ((int)type) {
	case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
		return "ALTER TABLE ALTER COLUMN TYPE";
	case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
		return "ALTER TABLE SET NOT NULL";
	case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
		return "ALTER TABLE DROP NOT NULL";
	case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
		return "ALTER TABLE ADD CONSTRAINT";
	case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
		return "ALTER TABLE DROP CONSTRAINT";
	case PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner:
		return "ALTER TABLE OWNER TO";
	default:
		return "this form of ALTER TABLE";
	}
}

static void
convert_alter_action(struct convert *c, const PgQuery__AlterTableCmd *in,
    struct ast_alter_action *out)
{
	bool is_set =
	    in->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions;

	if (is_set ||
	    in->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions) {
		out->kind = is_set ? AST_SET_OPTIONS : AST_RESET_OPTIONS;
		assert(in->def->node_case == PG_QUERY__NODE__NODE_LIST);
		out->options = convert_options(c, PG_LIST(in->def->list, items),
		    &out->option_count);
		return;
	}
	if (in->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn) {
		out->kind = AST_DROP_COLUMN;
		out->location = c->stmt_location;
		out->name = convert_str(c, in->name);
		out->if_exists = in->missing_ok;
		out->is_cascade =
		    in->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
		return;
	}
	if (convert_alter_column(c, in, out))
		return;
	if (in->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn) {
		convert_unsupported(c, 0,
		    "A schema may grow by ADD COLUMN; what is stored stays.",
		    "%s", alter_word(in->subtype));
		return;
	}
	assert(in->def->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF);
	out->kind = AST_ADD_COLUMN;
	out->if_not_exists = in->missing_ok;
	out->column = convert_column_def(c, in->def->column_def);
	out->location = out->column.location;
}

void
convert_alter_table(struct convert *c, const PgQuery__AlterTableStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_alter_table *out = &stmt->alter_table;

	if (convert_table_owner(c, in, stmt))
		return;
	stmt->kind = AST_ALTER_TABLE;
	if (in->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
		convert_unsupported(c, 0, NULL, "ALTER of what is not a table");
		return;
	}
	out->name = convert_range_name(c, in->relation);
	out->if_exists = in->missing_ok;
	out->actions = convert_array(c, in->n_cmds, sizeof(*out->actions));
	if (out->actions == NULL)
		return;
	for (size_t i = 0; i < in->n_cmds; i++) {
		assert(in->cmds[i]->node_case ==
		    PG_QUERY__NODE__NODE_ALTER_TABLE_CMD);
		convert_alter_action(c, in->cmds[i]->alter_table_cmd,
		    &out->actions[i]);
	}
	out->action_count = (uint32_t)in->n_cmds;
}

void
convert_rename(struct convert *c, const PgQuery__RenameStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_alter_table *out = &stmt->alter_table;
	bool is_column =
	    in->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN &&
	    in->relation_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;

	if (in->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_ROLE) {
		convert_rename_role(c, in, stmt);
		return;
	}
	stmt->kind = AST_ALTER_TABLE;
	out->is_sequence =
	    in->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE;
	if (!is_column && !out->is_sequence &&
	    in->rename_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) {
		convert_unsupported(c, 0, NULL,
		    "RENAME of what is not a table or its column");
		return;
	}
	out->name = convert_range_name(c, in->relation);
	out->if_exists = in->missing_ok;
	out->actions = convert_array(c, 1, sizeof(*out->actions));
	if (out->actions == NULL)
		return;
	out->action_count = 1;
	out->actions->kind = is_column ? AST_RENAME_COLUMN : AST_RENAME_TABLE;
	out->actions->name = convert_str(c, in->subname);
	out->actions->new_name = convert_str(c, in->newname);
	out->actions->location = out->name.location;
}

/* ---- DROP ---- */

static struct ast_name
object_name(struct convert *c, const PgQuery__Node *node)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_LIST:
		return convert_name(c, PG_LIST(node->list, items), 0);
	case PG_QUERY__NODE__NODE_TYPE_NAME:
		return convert_name(c, PG_LIST(node->type_name, names),
		    convert_location(c, node->type_name->location));
	default:
		convert_unsupported(c, 0, NULL, "this kind of object");
		return (struct ast_name){ 0 };
	}
}

void
convert_drop(struct convert *c, const PgQuery__DropStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_drop *out = &stmt->drop;

	stmt->kind = AST_DROP;
	switch ((int)in->remove_type) {
	case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
		out->kind = AST_OBJECT_TABLE;
		break;
	case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
		out->kind = AST_OBJECT_TYPE;
		break;
	case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
		out->kind = AST_OBJECT_VIEW;
		break;
	case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
		out->kind = AST_OBJECT_KEPT;
		break;
	case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
		out->kind = AST_OBJECT_INDEX;
		break;
	case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
		out->kind = AST_OBJECT_SEQUENCE;
		break;
	default:
		convert_unsupported(c, 0, NULL,
		    "DROP of what is not a table, type, view, index or"
		    " sequence");
		return;
	}
	out->if_exists = in->missing_ok;
	out->is_cascade = in->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
	out->names = convert_array(c, in->n_objects, sizeof(*out->names));
	if (out->names == NULL)
		return;
	for (size_t i = 0; i < in->n_objects; i++)
		out->names[i] = object_name(c, in->objects[i]);
	out->count = (uint32_t)in->n_objects;
}

/* ---- COMMENT ON ---- */

static bool
comment_kind(int type, enum ast_object_kind *out)
{
	switch (type) {
	case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
		*out = AST_OBJECT_TABLE;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
		*out = AST_OBJECT_TYPE;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
		*out = AST_OBJECT_VIEW;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
		*out = AST_OBJECT_KEPT;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
		*out = AST_OBJECT_SEQUENCE;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN:
		*out = AST_OBJECT_COLUMN;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
		*out = AST_OBJECT_SCHEMA;
		return true;
	case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE:
		*out = AST_OBJECT_DATABASE;
		return true;
	default:
		return false;
	}
}

static struct ast_name
commented_name(struct convert *c, const PgQuery__Node *node)
{
	struct ast_name name = { .count = 1 };

	if (node->node_case != PG_QUERY__NODE__NODE_STRING)
		return object_name(c, node);
	name.parts[0] = convert_str(c, node->string->sval);
	return name;
}

void
convert_comment(struct convert *c, const PgQuery__CommentStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_comment *out = &stmt->comment;

	stmt->kind = AST_COMMENT;
	if (!comment_kind((int)in->objtype, &out->kind)) {
		convert_unsupported(c, 0, NULL,
		    "COMMENT ON what is not a table, column, view, "
		    "sequence, type, schema or database");
		return;
	}
	out->name = commented_name(c, in->object);
	out->text = convert_str(c, in->comment);
}

/* ---- views ---- */

static void
refuse_view_clauses(struct convert *c, const PgQuery__ViewStmt *in)
{
	if (in->n_options > 0)
		convert_unsupported(c,
		    convert_location(c, in->options[0]->def_elem->location),
		    NULL, "WITH (options of a view)");
	if (in->with_check_option ==
		PG_QUERY__VIEW_CHECK_OPTION__LOCAL_CHECK_OPTION ||
	    in->with_check_option ==
		PG_QUERY__VIEW_CHECK_OPTION__CASCADED_CHECK_OPTION)
		convert_unsupported(c, 0, "Views take no INSERT.",
		    "WITH CHECK OPTION");
}

void
convert_create_view(struct convert *c, const PgQuery__ViewStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_view *out = &stmt->create_view;

	stmt->kind = AST_CREATE_VIEW;
	refuse_view_clauses(c, in);
	out->name = convert_range_name(c, in->view);
	out->is_temporary = strcmp(in->view->relpersistence, "t") == 0;
	out->or_replace = in->replace;
	out->query = convert_select(c, in->query->select_stmt);
	if (in->n_aliases == 0)
		return;
	out->columns = convert_array(c, in->n_aliases, sizeof(*out->columns));
	if (out->columns == NULL)
		return;
	for (size_t i = 0; i < in->n_aliases; i++)
		out->columns[i] = convert_string_node(c, in->aliases[i]);
	out->column_count = (uint32_t)in->n_aliases;
}

/* ---- enum types ---- */

void
convert_create_enum(struct convert *c, const PgQuery__CreateEnumStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_create_enum *out = &stmt->create_enum;

	stmt->kind = AST_CREATE_ENUM;
	out->name = convert_name(c, PG_LIST(in, type_name), 0);
	out->labels = convert_strings(c, PG_LIST(in, vals), &out->count);
}

void
convert_alter_enum(struct convert *c, const PgQuery__AlterEnumStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_alter_enum *out = &stmt->alter_enum;

	stmt->kind = AST_ALTER_ENUM;
	if (!is_empty(in->old_val)) {
		convert_unsupported(c, 0, "Labels are only appended.",
		    "ALTER TYPE RENAME VALUE");
		return;
	}
	out->name = convert_name(c, PG_LIST(in, type_name), 0);
	out->label = convert_str(c, in->new_val);
	out->if_not_exists = in->skip_if_new_val_exists;
	out->neighbor = convert_str(c, in->new_val_neighbor);
	out->is_after = in->new_val_is_after;
}
