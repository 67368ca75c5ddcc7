/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and permissions, as the statements of SQL that say the same:
 *
 *   CREATE USER name [WITH KEY key] [WITH ROLES [ role (, role)* ]]
 *   ROTATE KEY name [WITH KEY key]
 *   REVOKE KEY name
 *   GRANT right (, right)* ON type (, type)* TO name
 *   REVOKE [right (, right)*] ON type (, type)* FROM name
 *   SHOW PERMISSIONS FOR name
 *   LIST USERS
 *
 * A key is a string or a bare word; one that is not given is made.  A right is
 * READ or WRITE; REVOKE without one means both.  REVOKE denies, too:
 * see ast_grant.is_denial.
 */
#include "sql/native.h"

/* ---- lists ---- */

/* Names, commas between, into a list that has none. */
static int
name_list(struct native *n, const char *what, struct ast_role_list *out)
{
	void *items = NULL;
	int rc;

	do {
		struct ast_role role = { .kind = AST_ROLE_NAME };

		rc = native_name(n, what, &role.name, &role.location);
		if (rc == 0)
			rc = native_room(n, &items, out->count, sizeof(role));
		if (rc != 0)
			return rc;
		out->items = items;
		out->items[out->count++] = role;
		rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc;
}

/* ---- users ---- */

/* The role "admin" is what a superuser is; others are memberships. */
static void
take_admin(struct ast_role_def *def)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < def->in_roles.count; i++) {
		if (str_equal(def->in_roles.items[i].name, STR("admin"))) {
			def->given |= 1u << AST_ROLE_SUPERUSER;
			def->value |= 1u << AST_ROLE_SUPERUSER;
		} else {
			def->in_roles.items[kept++] = def->in_roles.items[i];
		}
	}
	def->in_roles.count = kept;
}

/* KEY key */
static int
user_key(struct native *n, struct ast_role_def *out)
{
	int rc;

	if (out->key_change == AST_KEY_GIVEN)
		return native_repeated(n, "KEY");
	rc = native_expect(n, "KEY");
	if (rc != 0)
		return rc;
	if (n->token.kind != NATIVE_STRING) {
		native_widen_context(n);
		if (n->token.kind != NATIVE_BARE)
			return native_expected(n, "a key");
	}
	out->key_change = AST_KEY_GIVEN;
	out->key = n->token.text;
	return native_advance(n);
}

/* ROLES [ role (, role)* ] */
static int
user_roles(struct native *n, bool *is_given, struct ast_role_def *out)
{
	int rc;

	if (*is_given && native_is_word(n, "ROLES"))
		return native_repeated(n, "ROLES");
	*is_given = true;
	rc = native_expect(n, "ROLES");
	if (rc == 0)
		rc = native_expect_punct(n, "[");
	if (rc == 0 && !native_is_punct(n, "]"))
		rc = name_list(n, "a role", &out->in_roles);
	if (rc == 0)
		take_admin(out);
	return rc != 0 ? rc : native_expect_punct(n, "]");
}

int
native_create_user(struct native *n, struct ast_role_def *out)
{
	int rc = native_expect(n, "USER");
	bool has_roles = false;

	out->word = AST_WORD_USER;
	out->key_change = AST_KEY_MADE;
	if (rc == 0)
		rc = native_name(n, "a user", &out->role.name,
		    &out->role.location);
	while (rc == 0) {
		rc = native_accept(n, "WITH");
		if (rc <= 0)
			return rc;
		if (native_is_word(n, "KEY"))
			rc = user_key(n, out);
		else
			rc = user_roles(n, &has_roles, out);
	}
	return rc;
}

/* The word KEY is taken. */
int
native_revoke_key(struct native *n, struct ast_role_def *out)
{
	out->key_change = AST_KEY_REVOKED;
	return native_name(n, "a user", &out->role.name, &out->role.location);
}

int
native_rotate_key(struct native *n, struct ast_role_def *out)
{
	int rc = native_expect(n, "KEY");

	out->key_change = AST_KEY_MADE;
	if (rc == 0)
		rc = native_name(n, "a user", &out->role.name,
		    &out->role.location);
	if (rc == 0)
		rc = native_accept(n, "WITH");
	return rc <= 0 ? rc : user_key(n, out);
}

/* ---- permissions ---- */

static int
right_list(struct native *n, struct ast_grant *out)
{
	struct str *rights = native_alloc(n, 2 * sizeof(*rights));
	int rc = 1;

	if (rights == NULL)
		return STELE_E_OUT_OF_MEMORY;
	out->rights = rights;
	while (rc == 1) {
		struct str right = STR("read");

		rc = native_accept(n, "READ");
		if (rc == 0) {
			right = STR("write");
			rc = native_expect(n, "WRITE");
			rc = rc == 0 ? 1 : rc;
		}
		if (rc < 0)
			return rc;
		if (out->right_count == 2)
			return native_expected(n, "ON");
		rights[out->right_count++] = right;
		rc = native_accept_punct(n, ",");
	}
	return rc;
}

static int
type_list(struct native *n, struct ast_grant *out)
{
	struct ast_role_list names = { .count = 0 };
	int rc = name_list(n, "an event type", &names);

	out->objects =
	    native_alloc(n, (names.count + (size_t)1) * sizeof(*out->objects));
	if (rc != 0 || out->objects == NULL)
		return rc != 0 ? rc : STELE_E_OUT_OF_MEMORY;
	for (uint32_t i = 0; i < names.count; i++) {
		out->objects[i].parts[0] = names.items[i].name;
		out->objects[i].count = 1;
		out->objects[i].location = names.items[i].location;
	}
	out->object_count = names.count;
	return 0;
}

int
native_grant(struct native *n, bool is_revoke, struct ast_grant *out)
{
	int rc = 0;

	out->is_revoke = out->is_denial = is_revoke;
	out->is_whole = true;
	if (!is_revoke || !native_is_word(n, "ON"))
		rc = right_list(n, out);
	if (rc == 0 && out->right_count == 0) {
		out->rights = native_alloc(n, 2 * sizeof(*out->rights));
		if (out->rights == NULL)
			return STELE_E_OUT_OF_MEMORY;
		out->rights[0] = STR("read");
		out->rights[1] = STR("write");
		out->right_count = 2;
	}
	if (rc == 0)
		rc = native_expect(n, "ON");
	if (rc == 0)
		rc = type_list(n, out);
	if (rc == 0)
		rc = native_expect(n, is_revoke ? "FROM" : "TO");
	return rc != 0 ? rc : name_list(n, "a user", &out->roles);
}

/* ---- looking ---- */

/* SELECT * FROM stele.`table`, which may be NULL without memory. */
static struct ast_select *
select_all(struct native *n, const char *table)
{
	struct ast_from *from = native_alloc(n, sizeof(*from));

	if (from == NULL)
		return NULL;
	from->kind = AST_FROM_TABLE;
	from->table.parts[0] = STR("stele");
	from->table.parts[1] = str_of_cstr(table);
	from->table.count = 2;
	return native_select_all(n, from);
}

/* "user_name" = name */
static struct ast_expr *
is_user(struct native *n, struct str name, size_t off)
{
	struct ast_expr *test = native_new(n, AST_OP, off);
	struct ast_expr *column = native_new(n, AST_COLUMN, off);
	struct ast_expr *value = native_string(n, name, off);

	if (test == NULL || column == NULL || value == NULL)
		return NULL;
	column->column.name.parts[0] = STR("user_name");
	column->column.name.count = 1;
	test->op.name.parts[0] = STR("=");
	test->op.name.count = 1;
	test->op.left = column;
	test->op.right = value;
	return test;
}

int
native_list(struct native *n, struct ast_select **out)
{
	const char *table = "users";
	int rc = native_accept(n, "REMEMBERED");

	if (rc == 1)
		table = "remembered";
	else if (rc == 0 && !native_is_word(n, "USERS"))
		rc = native_expected(n, "USERS, TYPES or REMEMBERED");
	else if (rc == 0)
		rc = native_advance(n);
	if (rc < 0)
		return rc;
	*out = select_all(n, table);
	return *out == NULL ? STELE_E_OUT_OF_MEMORY : 0;
}

int
native_show_permissions(struct native *n, struct ast_select **out)
{
	size_t off = n->token.start;
	struct str name;
	int rc = native_expect(n, "PERMISSIONS");

	if (rc == 0)
		rc = native_expect(n, "FOR");
	if (rc == 0) {
		off = n->token.start;
		rc = native_name(n, "a user", &name, NULL);
	}
	if (rc != 0)
		return rc;
	*out = select_all(n, "permissions");
	if (*out != NULL)
		(*out)->where = is_user(n, name, off);
	return *out == NULL || (*out)->where == NULL ? STELE_E_OUT_OF_MEMORY
						     : 0;
}
