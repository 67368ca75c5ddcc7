/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles, GRANT and REVOKE, owners.  Passwords and keys are not printed.
 */
#include "sql/print_private.h"

static void
print_role(struct buf *out, const struct ast_role *role)
{
	static const char *const words[] = {
		[AST_ROLE_CURRENT] = "CURRENT_USER",
		[AST_ROLE_SESSION] = "SESSION_USER",
		[AST_ROLE_PUBLIC] = "PUBLIC",
	};

	if (role->kind == AST_ROLE_NAME)
		print_name(out, role->name);
	else
		buf_put_cstr(out, words[role->kind]);
}

static void
print_roles(struct buf *out, const char *word, const struct ast_role_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		buf_put_cstr(out, i == 0 ? word : ", ");
		print_role(out, &list->items[i]);
	}
}

/* ---- CREATE, ALTER, DROP ---- */

static void
print_flags(struct buf *out, const struct ast_role_def *def)
{
	static const char *const words[] = {
		[AST_ROLE_LOGIN] = "LOGIN",
		[AST_ROLE_SUPERUSER] = "SUPERUSER",
		[AST_ROLE_CREATEROLE] = "CREATEROLE",
		[AST_ROLE_CREATEDB] = "CREATEDB",
		[AST_ROLE_INHERIT] = "INHERIT",
		[AST_ROLE_REPLICATION] = "REPLICATION",
		[AST_ROLE_BYPASSRLS] = "BYPASSRLS",
	};

	for (uint32_t i = 0; i < AST_ROLE_FLAG_COUNT; i++) {
		if ((def->given & 1u << i) == 0)
			continue;
		buf_put_cstr(out, (def->value & 1u << i) != 0 ? " " : " NO");
		buf_put_cstr(out, words[i]);
	}
}

static void
print_role_options(struct buf *out, const struct ast_role_def *def)
{
	print_flags(out, def);
	if (def->has_connection_limit)
		buf_printf(out, " CONNECTION LIMIT %d",
		    (int)def->connection_limit);
	if (def->has_password)
		buf_put_cstr(out,
		    def->is_password_null ? " PASSWORD NULL"
					  : " PASSWORD '********'");
	if (def->has_valid_until) {
		buf_put_cstr(out, " VALID UNTIL ");
		print_string(out, def->valid_until);
	}
}

/* ---- what only the native language says ---- */

static void
print_key(struct buf *out, const struct ast_role_def *def)
{
	if (def->key_change == AST_KEY_GIVEN)
		buf_put_cstr(out, " WITH KEY '********'");
}

/* "admin" is a superuser; a list that is empty tells it from SQL's CREATE USER. */
static void
print_create_user(struct buf *out, const struct ast_role_def *def)
{
	bool is_admin = (def->value & 1u << AST_ROLE_SUPERUSER) != 0;

	buf_put_cstr(out, "CREATE USER ");
	print_native_name(out, def->role.name);
	print_key(out, def);
	buf_put_cstr(out, " WITH ROLES [");
	for (uint32_t i = 0; i < def->in_roles.count; i++) {
		buf_put_cstr(out, i == 0 ? "" : ", ");
		print_native_name(out, def->in_roles.items[i].name);
	}
	if (is_admin)
		buf_put_cstr(out,
		    def->in_roles.count == 0 ? "\"admin\"" : ", \"admin\"");
	buf_put_cstr(out, "]");
}

static void
print_change_of_key(struct buf *out, const struct ast_role_def *def)
{
	buf_put_cstr(out,
	    def->key_change == AST_KEY_REVOKED ? "REVOKE KEY " : "ROTATE KEY ");
	print_native_name(out, def->role.name);
	print_key(out, def);
}

void
print_create_role(struct buf *out, const struct ast_role_def *def)
{
	static const char *const words[] = {
		[AST_WORD_ROLE] = "CREATE ROLE ",
		[AST_WORD_USER] = "CREATE USER ",
		[AST_WORD_GROUP] = "CREATE GROUP ",
	};

	if (def->key_change != AST_KEY_KEPT) {
		print_create_user(out, def);
		return;
	}
	buf_put_cstr(out, words[def->word]);
	print_role(out, &def->role);
	print_role_options(out, def);
	print_roles(out, " IN ROLE ", &def->in_roles);
	print_roles(out, " ROLE ", &def->members);
	print_roles(out, " ADMIN ", &def->admins);
}

void
print_alter_role(struct buf *out, const struct ast_role_def *def)
{
	if (def->key_change != AST_KEY_KEPT) {
		print_change_of_key(out, def);
		return;
	}
	buf_put_cstr(out,
	    def->members.count > 0 ? "ALTER GROUP " : "ALTER ROLE ");
	print_role(out, &def->role);
	print_role_options(out, def);
	print_roles(out, def->is_drop ? " DROP USER " : " ADD USER ",
	    &def->members);
	if (def->new_name.len > 0) {
		buf_put_cstr(out, " RENAME TO ");
		print_name(out, def->new_name);
	}
}

void
print_alter_setting(struct buf *out, const struct ast_alter_setting *stmt)
{
	if (stmt->is_of_database) {
		buf_put_cstr(out, "ALTER DATABASE ");
		print_name(out, stmt->database);
	} else {
		buf_put_cstr(out, "ALTER ROLE ");
		if (stmt->has_role)
			print_role(out, &stmt->role);
		else
			buf_put_cstr(out, "ALL");
	}
	if (!stmt->is_of_database && stmt->database.len > 0) {
		buf_put_cstr(out, " IN DATABASE ");
		print_name(out, stmt->database);
	}
	buf_put_u8(out, ' ');
	print_set(out, &stmt->set);
}

void
print_drop_role(struct buf *out, const struct ast_drop_role *stmt)
{
	print_roles(out,
	    stmt->if_exists ? "DROP ROLE IF EXISTS " : "DROP ROLE ",
	    &stmt->roles);
}

/* ---- GRANT, REVOKE ---- */

static void
print_column_right(struct buf *out, const struct ast_column_right *right)
{
	if (right->right.len == 0)
		buf_put_cstr(out, "ALL PRIVILEGES");
	else
		print_name(out, right->right);
	for (uint32_t i = 0; i < right->column_count; i++) {
		buf_put_cstr(out, i == 0 ? " (" : ", ");
		print_name(out, right->columns[i]);
	}
	buf_put_u8(out, ')');
}

static void
print_rights(struct buf *out, const struct ast_grant *stmt)
{
	if (stmt->right_count + stmt->column_right_count == 0)
		buf_put_cstr(out, "ALL PRIVILEGES");
	for (uint32_t i = 0; i < stmt->right_count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_name(out, stmt->rights[i]);
	}
	for (uint32_t i = 0; i < stmt->column_right_count; i++) {
		if (stmt->right_count + i > 0)
			buf_put_cstr(out, ", ");
		print_column_right(out, &stmt->column_rights[i]);
	}
}

void
print_grant(struct buf *out, const struct ast_grant *stmt)
{
	static const char *const words[] = {
		[AST_GRANT_TABLES] = " ON TABLE ",
		[AST_GRANT_ALL_TABLES] = " ON ALL TABLES IN SCHEMA ",
		[AST_GRANT_SCHEMAS] = " ON SCHEMA ",
		[AST_GRANT_DATABASES] = " ON DATABASE ",
	};

	buf_put_cstr(out, stmt->is_revoke ? "REVOKE " : "GRANT ");
	if (stmt->is_revoke && stmt->with_option)
		buf_put_cstr(out, "GRANT OPTION FOR ");
	print_rights(out, stmt);
	for (uint32_t i = 0; i < stmt->object_count; i++) {
		buf_put_cstr(out, i == 0 ? words[stmt->target] : ", ");
		print_dotted(out, &stmt->objects[i]);
	}
	print_roles(out, stmt->is_revoke ? " FROM " : " TO ", &stmt->roles);
	if (!stmt->is_revoke && stmt->with_option)
		buf_put_cstr(out, " WITH GRANT OPTION");
	if (stmt->has_grantor) {
		buf_put_cstr(out, " GRANTED BY ");
		print_role(out, &stmt->grantor);
	}
	if (stmt->is_revoke && stmt->is_cascade)
		buf_put_cstr(out, " CASCADE");
}

void
print_grant_role(struct buf *out, const struct ast_grant_role *stmt)
{
	buf_put_cstr(out, stmt->is_revoke ? "REVOKE " : "GRANT ");
	if (stmt->is_revoke && stmt->with_admin)
		buf_put_cstr(out, "ADMIN OPTION FOR ");
	print_roles(out, "", &stmt->roles);
	print_roles(out, stmt->is_revoke ? " FROM " : " TO ", &stmt->members);
	if (!stmt->is_revoke && stmt->with_admin)
		buf_put_cstr(out, " WITH ADMIN OPTION");
	if (stmt->has_grantor) {
		buf_put_cstr(out, " GRANTED BY ");
		print_role(out, &stmt->grantor);
	}
	if (stmt->is_revoke && stmt->is_cascade)
		buf_put_cstr(out, " CASCADE");
}

/* ---- owners ---- */

void
print_alter_owner(struct buf *out, const struct ast_alter_owner *stmt)
{
	static const char *const words[] = {
		[AST_OWNER_OF_TABLE] = "ALTER TABLE ",
		[AST_OWNER_OF_VIEW] = "ALTER VIEW ",
		[AST_OWNER_OF_KEPT] = "ALTER MATERIALIZED VIEW ",
		[AST_OWNER_OF_TYPE] = "ALTER TYPE ",
	};

	if (stmt->kind == AST_OWNER_DROP) {
		print_roles(out, "DROP OWNED BY ", &stmt->roles);
		buf_put_cstr(out, stmt->is_cascade ? " CASCADE" : "");
		return;
	}
	if (stmt->kind == AST_OWNER_REASSIGN) {
		print_roles(out, "REASSIGN OWNED BY ", &stmt->roles);
		buf_put_cstr(out, " TO ");
	} else {
		buf_put_cstr(out, words[stmt->kind]);
		buf_put_cstr(out, stmt->if_exists ? "IF EXISTS " : "");
		print_dotted(out, &stmt->name);
		buf_put_cstr(out, " OWNER TO ");
	}
	print_role(out, &stmt->owner);
}
