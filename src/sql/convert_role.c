/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles, GRANT and REVOKE, owners.
 */
#include "sql/convert.h"

#include <assert.h>
#include <string.h>

/* ---- names of roles ---- */

static struct ast_role
convert_role_spec(struct convert *c, const PgQuery__RoleSpec *in)
{
	struct ast_role out = { .kind = AST_ROLE_NAME };

	if (in == NULL)
		return out;
	out.location = convert_location(c, in->location);
	switch ((int)in->roletype) {
	case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_ROLE:
	case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CURRENT_USER:
		out.kind = AST_ROLE_CURRENT;
		break;
	case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_SESSION_USER:
		out.kind = AST_ROLE_SESSION;
		break;
	case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC:
		out.kind = AST_ROLE_PUBLIC;
		break;
	default:
		out.name = convert_str(c, in->rolename);
		break;
	}
	return out;
}

/* RoleSpecs, or the AccessPrivs that the roles of GRANT are to the grammar. */
static struct ast_role_list
convert_roles(struct convert *c, struct pg_list list)
{
	struct ast_role_list out = { .count = 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(*out.items));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count; i++) {
		const PgQuery__Node *node = list.items[i];

		if (node->node_case == PG_QUERY__NODE__NODE_ACCESS_PRIV) {
			out.items[i].name =
			    convert_str(c, node->access_priv->priv_name);
			if (node->access_priv->n_cols > 0)
				convert_fail(c, STELE_E_SYNTAX, 0,
				    "column names cannot be included in "
				    "GRANT/REVOKE ROLE");
			continue;
		}
		assert(node->node_case == PG_QUERY__NODE__NODE_ROLE_SPEC);
		out.items[i] = convert_role_spec(c, node->role_spec);
	}
	out.count = (uint32_t)list.count;
	return out;
}

/* ---- CREATE, ALTER ROLE ---- */

static const struct {
	const char *name;
	enum ast_role_flag flag;
} flags[] = {
	{ "canlogin", AST_ROLE_LOGIN },
	{ "superuser", AST_ROLE_SUPERUSER },
	{ "createrole", AST_ROLE_CREATEROLE },
	{ "createdb", AST_ROLE_CREATEDB },
	{ "inherit", AST_ROLE_INHERIT },
	{ "isreplication", AST_ROLE_REPLICATION },
	{ "bypassrls", AST_ROLE_BYPASSRLS },
};

/* An option may be given once. */
static void
once(struct convert *c, const PgQuery__DefElem *in, bool is_given)
{
	if (is_given)
		convert_fail(c, STELE_E_SYNTAX,
		    convert_location(c, in->location),
		    "conflicting or redundant options");
}

static bool
convert_role_flag(struct convert *c, const PgQuery__DefElem *in,
    struct ast_role_def *out)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		uint32_t bit = 1u << flags[i].flag;

		if (strcmp(in->defname, flags[i].name) != 0)
			continue;
		once(c, in, (out->given & bit) != 0);
		assert(in->arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN);
		out->given |= bit;
		if (in->arg->boolean->boolval)
			out->value |= bit;
		return true;
	}
	return false;
}

static bool
convert_role_roles(struct convert *c, const PgQuery__DefElem *in,
    struct ast_role_def *out)
{
	struct ast_role_list *list = NULL;

	if (strcmp(in->defname, "addroleto") == 0)
		list = &out->in_roles;
	else if (strcmp(in->defname, "rolemembers") == 0)
		list = &out->members;
	else if (strcmp(in->defname, "adminmembers") == 0)
		list = &out->admins;
	if (list == NULL)
		return false;
	once(c, in, list->count > 0);
	assert(in->arg->node_case == PG_QUERY__NODE__NODE_LIST);
	*list = convert_roles(c, PG_LIST(in->arg->list, items));
	return true;
}

static struct str
option_text(struct convert *c, const PgQuery__DefElem *in)
{
	return convert_string_node(c, in->arg);
}

static void
convert_role_option(struct convert *c, const PgQuery__DefElem *in,
    struct ast_role_def *out)
{
	if (convert_role_flag(c, in, out) || convert_role_roles(c, in, out))
		return;
	if (strcmp(in->defname, "password") == 0) {
		once(c, in, out->has_password);
		out->has_password = true;
		out->is_password_null = in->arg == NULL;
		if (in->arg != NULL)
			out->password = option_text(c, in);
	} else if (strcmp(in->defname, "validUntil") == 0) {
		once(c, in, out->has_valid_until);
		out->has_valid_until = true;
		out->valid_until = option_text(c, in);
		out->valid_until_location = convert_location(c, in->location);
	} else if (strcmp(in->defname, "connectionlimit") == 0) {
		once(c, in, out->has_connection_limit);
		assert(in->arg->node_case == PG_QUERY__NODE__NODE_INTEGER);
		out->has_connection_limit = true;
		out->connection_limit = in->arg->integer->ival;
	} else if (strcmp(in->defname, "sysid") != 0) { /* noise to it, too */
		convert_unsupported(c, convert_location(c, in->location), NULL,
		    "the option \"%s\"", in->defname);
	}
}

static void
convert_role_options(struct convert *c, struct pg_list list,
    struct ast_role_def *out)
{
	for (size_t i = 0; i < list.count; i++) {
		assert(
		    list.items[i]->node_case == PG_QUERY__NODE__NODE_DEF_ELEM);
		convert_role_option(c, list.items[i]->def_elem, out);
	}
}

void
convert_create_role(struct convert *c, const PgQuery__CreateRoleStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_role_def *out = &stmt->role_def;

	stmt->kind = AST_CREATE_ROLE;
	out->word = in->stmt_type == PG_QUERY__ROLE_STMT_TYPE__ROLESTMT_USER
	    ? AST_WORD_USER
	    : in->stmt_type == PG_QUERY__ROLE_STMT_TYPE__ROLESTMT_GROUP
	    ? AST_WORD_GROUP
	    : AST_WORD_ROLE;
	out->role.name = convert_str(c, in->role);
	convert_role_options(c, PG_LIST(in, options), out);
	stmt->has_secret = out->has_password;
}

void
convert_alter_role(struct convert *c, const PgQuery__AlterRoleStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_role_def *out = &stmt->role_def;

	stmt->kind = AST_ALTER_ROLE;
	out->role = convert_role_spec(c, in->role);
	convert_role_options(c, PG_LIST(in, options), out);
	out->is_drop = in->action < 0;
	stmt->has_secret = out->has_password;
}

void
convert_alter_role_set(struct convert *c, const PgQuery__AlterRoleSetStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_alter_setting *out = &stmt->alter_setting;

	stmt->kind = AST_ALTER_SETTING;
	out->has_role = in->role != NULL;
	out->role = convert_role_spec(c, in->role);
	out->database = convert_str(c, in->database);
	convert_set(c, in->setstmt, &out->set);
}

void
convert_alter_database_set(struct convert *c,
    const PgQuery__AlterDatabaseSetStmt *in, struct ast_stmt *stmt)
{
	struct ast_alter_setting *out = &stmt->alter_setting;

	stmt->kind = AST_ALTER_SETTING;
	out->is_of_database = true;
	out->database = convert_str(c, in->dbname);
	convert_set(c, in->setstmt, &out->set);
}

void
convert_rename_role(struct convert *c, const PgQuery__RenameStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_role_def *out = &stmt->role_def;

	stmt->kind = AST_ALTER_ROLE;
	out->role.name = convert_str(c, in->subname);
	out->new_name = convert_str(c, in->newname);
}

void
convert_drop_role(struct convert *c, const PgQuery__DropRoleStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_DROP_ROLE;
	stmt->drop_role.roles = convert_roles(c, PG_LIST(in, roles));
	stmt->drop_role.if_exists = in->missing_ok;
}

/* ---- GRANT, REVOKE ---- */

static bool
is_native_right(struct str name)
{
	return str_equal(name, STR("read")) || str_equal(name, STR("write"));
}

static void
convert_column_right(struct convert *c, const PgQuery__AccessPriv *in,
    struct ast_column_right *out)
{
	struct pg_list cols = PG_LIST(in, cols);

	/* the protocol buffer has an empty name for ALL */
	out->right = convert_lower(c, in->priv_name);
	out->columns = convert_array(c, cols.count, sizeof(*out->columns));
	if (out->columns == NULL)
		return;
	for (size_t i = 0; i < cols.count; i++)
		out->columns[i] = convert_string_node(c, cols.items[i]);
	out->column_count = (uint32_t)cols.count;
}

static void
convert_rights(struct convert *c, struct pg_list list, struct ast_grant *out)
{
	if (list.count == 0)
		return;
	out->rights = convert_array(c, list.count, sizeof(*out->rights));
	out->column_rights =
	    convert_array(c, list.count, sizeof(*out->column_rights));
	if (out->rights == NULL || out->column_rights == NULL)
		return;
	for (size_t i = 0; i < list.count; i++) {
		const PgQuery__AccessPriv *in = list.items[i]->access_priv;
		struct str *right = &out->rights[out->right_count];

		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_ACCESS_PRIV);
		if (in->n_cols > 0) {
			convert_column_right(c, in,
			    &out->column_rights[out->column_right_count++]);
			continue;
		}
		*right = convert_lower(c, in->priv_name);
		if (out->is_revoke && is_native_right(*right))
			out->is_denial = true;
		out->right_count++;
	}
}

static enum ast_grant_target
grant_target(struct convert *c, const PgQuery__GrantStmt *in)
{
	bool is_all = in->targtype ==
	    PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA;

	switch ((int)in->objtype) {
	case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
		return is_all ? AST_GRANT_ALL_TABLES : AST_GRANT_TABLES;
	case PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA:
		return AST_GRANT_SCHEMAS;
	case PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE:
		return AST_GRANT_DATABASES;
	default:
		convert_unsupported(c, 0, NULL,
		    "GRANT on what is not a table, schema or database");
		return AST_GRANT_TABLES;
	}
}

static void
convert_grant_objects(struct convert *c, struct pg_list list,
    struct ast_grant *out)
{
	out->objects = convert_array(c, list.count, sizeof(*out->objects));
	if (out->objects == NULL)
		return;
	for (size_t i = 0; i < list.count; i++) {
		const PgQuery__Node *node = list.items[i];

		if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
			out->objects[i] =
			    convert_range_name(c, node->range_var);
			continue;
		}
		out->objects[i].parts[0] = convert_string_node(c, node);
		out->objects[i].count = 1;
	}
	out->object_count = (uint32_t)list.count;
}

void
convert_grant(struct convert *c, const PgQuery__GrantStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_grant *out = &stmt->grant;

	stmt->kind = AST_GRANT;
	out->is_revoke = !in->is_grant;
	if (in->targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_DEFAULTS)
		convert_unsupported(c, 0, NULL, "ALTER DEFAULT PRIVILEGES");
	out->target = grant_target(c, in);
	convert_grant_objects(c, PG_LIST(in, objects), out);
	convert_rights(c, PG_LIST(in, privileges), out);
	out->roles = convert_roles(c, PG_LIST(in, grantees));
	out->with_option = in->grant_option;
	out->has_grantor = in->grantor != NULL;
	out->grantor = convert_role_spec(c, in->grantor);
	out->is_cascade = in->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

void
convert_grant_role(struct convert *c, const PgQuery__GrantRoleStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_grant_role *out = &stmt->grant_role;

	stmt->kind = AST_GRANT_ROLE;
	out->is_revoke = !in->is_grant;
	out->roles = convert_roles(c, PG_LIST(in, granted_roles));
	out->members = convert_roles(c, PG_LIST(in, grantee_roles));
	out->with_admin = in->admin_opt;
	out->has_grantor = in->grantor != NULL;
	out->grantor = convert_role_spec(c, in->grantor);
	out->is_cascade = in->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

/* ---- owners ---- */

bool
convert_table_owner(struct convert *c, const PgQuery__AlterTableStmt *in,
    struct ast_stmt *stmt)
{
	const PgQuery__AlterTableCmd *cmd;

	if (in->n_cmds != 1)
		return false;
	cmd = in->cmds[0]->alter_table_cmd;
	if (cmd->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner ||
	    (in->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE &&
		in->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_VIEW &&
		in->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW))
		return false;
	stmt->kind = AST_ALTER_OWNER;
	stmt->alter_owner.kind =
	    in->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_VIEW
	    ? AST_OWNER_OF_VIEW
	    : in->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW
	    ? AST_OWNER_OF_KEPT
	    : AST_OWNER_OF_TABLE;
	stmt->alter_owner.name = convert_range_name(c, in->relation);
	stmt->alter_owner.if_exists = in->missing_ok;
	stmt->alter_owner.owner = convert_role_spec(c, cmd->newowner);
	return true;
}

void
convert_alter_owner(struct convert *c, const PgQuery__AlterOwnerStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_ALTER_OWNER;
	if (in->object_type != PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
	    in->object->node_case != PG_QUERY__NODE__NODE_LIST) {
		convert_unsupported(c, 0, NULL,
		    "OWNER TO of what is not a table, view or type");
		return;
	}
	stmt->alter_owner.kind = AST_OWNER_OF_TYPE;
	stmt->alter_owner.name =
	    convert_name(c, PG_LIST(in->object->list, items), 0);
	stmt->alter_owner.owner = convert_role_spec(c, in->newowner);
}

void
convert_reassign_owned(struct convert *c, const PgQuery__ReassignOwnedStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_ALTER_OWNER;
	stmt->alter_owner.kind = AST_OWNER_REASSIGN;
	stmt->alter_owner.roles = convert_roles(c, PG_LIST(in, roles));
	stmt->alter_owner.owner = convert_role_spec(c, in->newrole);
}

void
convert_drop_owned(struct convert *c, const PgQuery__DropOwnedStmt *in,
    struct ast_stmt *stmt)
{
	stmt->kind = AST_ALTER_OWNER;
	stmt->alter_owner.kind = AST_OWNER_DROP;
	stmt->alter_owner.roles = convert_roles(c, PG_LIST(in, roles));
	stmt->alter_owner.is_cascade =
	    in->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}
