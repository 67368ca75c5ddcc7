/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast_role.h -- the part of the syntax tree that is about roles and rights.
 *
 * Memory and threads: as ast.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

struct ast_name;

enum ast_role_kind {
	AST_ROLE_NAME,
	AST_ROLE_CURRENT, /* CURRENT_ROLE, CURRENT_USER */
	AST_ROLE_SESSION, /* SESSION_USER */
	AST_ROLE_PUBLIC,
};

/* A role as a statement names it. */
struct ast_role {
	enum ast_role_kind kind;
	struct str name;
	int location;
};

struct ast_role_list {
	struct ast_role *items;
	uint32_t count;
};

/* What is on or off. */
enum ast_role_flag {
	AST_ROLE_LOGIN,
	AST_ROLE_SUPERUSER,
	AST_ROLE_CREATEROLE,
	AST_ROLE_CREATEDB,
	AST_ROLE_INHERIT,
	AST_ROLE_REPLICATION,
	AST_ROLE_BYPASSRLS,
	AST_ROLE_FLAG_COUNT,
};

enum ast_role_word { AST_WORD_ROLE, AST_WORD_USER, AST_WORD_GROUP };

/* What the native language says of a user's key. */
enum ast_key_change {
	AST_KEY_KEPT,
	AST_KEY_GIVEN,   /* WITH KEY */
	AST_KEY_MADE,    /* a random one */
	AST_KEY_REVOKED, /* there is none any more */
};

/*
 * CREATE and ALTER ROLE, USER, GROUP; native CREATE USER, ROTATE KEY and REVOKE
 * KEY.
 */
struct ast_role_def {
	enum ast_role_word word; /* of CREATE */
	struct ast_role role;
	uint32_t given; /* flags that it has, and .. */
	uint32_t value; /* .. those that are on, by 1 << enum ast_role_flag */
	bool has_connection_limit;
	int32_t connection_limit;
	bool has_valid_until;
	struct str valid_until;
	int valid_until_location;
	bool has_password;
	bool is_password_null;
	struct str password;
	enum ast_key_change key_change;
	struct str key;                /* AST_KEY_GIVEN */
	struct ast_role_list in_roles; /* IN ROLE; native WITH ROLES */
	struct ast_role_list members;  /* ROLE, USER */
	struct ast_role_list admins;   /* ADMIN */
	bool is_drop;                  /* ALTER GROUP ... DROP USER members */
	struct str new_name;           /* ALTER ... RENAME TO; empty: none */
};

struct ast_drop_role {
	struct ast_role_list roles;
	bool if_exists;
};

enum ast_grant_target {
	AST_GRANT_TABLES,
	AST_GRANT_ALL_TABLES, /* IN SCHEMA objects */
	AST_GRANT_SCHEMAS,
	AST_GRANT_DATABASES,
};

/* One right on some columns of each object. */
struct ast_column_right {
	struct str right; /* lower case; empty: ALL */
	struct str *columns;
	uint32_t column_count;
};

/* GRANT and REVOKE of rights. */
struct ast_grant {
	bool is_revoke;
	enum ast_grant_target target;
	struct ast_name *objects;
	uint32_t object_count;
	struct str *rights; /* on the whole, lower case; none of both: ALL */
	uint32_t right_count;
	struct ast_column_right *column_rights;
	uint32_t column_right_count;
	struct ast_role_list roles;
	bool with_option; /* REVOKE: GRANT OPTION FOR */
	bool has_grantor;
	struct ast_role grantor;
	bool is_cascade;
	/* REVOKE of READ or WRITE: what the roles' own roles give, too */
	bool is_denial;
	/* What is named whole, or an error: there is nobody to warn */
	bool is_whole;
};

/* GRANT and REVOKE of roles. */
struct ast_grant_role {
	bool is_revoke;
	struct ast_role_list roles;
	struct ast_role_list members;
	bool with_admin; /* REVOKE: ADMIN OPTION FOR */
	bool has_grantor;
	struct ast_role grantor;
	bool is_cascade;
};

/* ALTER ... OWNER TO, REASSIGN OWNED, DROP OWNED. */
enum ast_owner_kind {
	AST_OWNER_OF_TABLE,
	AST_OWNER_OF_VIEW,
	AST_OWNER_OF_KEPT,
	AST_OWNER_OF_TYPE,
	AST_OWNER_REASSIGN,
	AST_OWNER_DROP,
};
