/* SPDX-License-Identifier: Apache-2.0 */
/*
 * role.h -- roles: who there is, and who is a member of whom.
 *
 * Roles are part of the catalogue (catalog.h): immutable, in the log with all
 * else, found without a lock in whatever catalogue one holds.  A login looks
 * its role up in the newest one:
 *
 *	const struct catalog *catalog = engine_catalog(engine);
 *	const struct role *role = catalog_role_by_name(catalog, name);
 *	... role is valid until ...
 *	catalog_unref(catalog);
 *
 * and keeps the OID, which names the role for ever: what a statement may do is
 * asked of the catalogue of that moment.
 *
 * While there is no role (catalog_has_roles()) everybody whom a listener admits
 * is the owner of the server, ROLE_OWNER_OID, under whatever name.  The first
 * role that is made takes over this OID: it owns what there was before, and a
 * session that began without roles goes on as this role.
 *
 * The predefined roles (pg_read_all_data ...) are always there, cannot log in
 * and are not counted.
 *
 * Invariants
 *   R1  Names of roles are unique, and so are their OIDs, which are those of
 *       the one counter (K1) but for ROLE_OWNER_OID.
 *   R2  Once there is a role, there is one that can log in and is a superuser.
 *   R3  No role is a member of itself, directly or through others.
 *   R4  What a role is a member of, and who granted it, is there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct catalog;
struct ddl;
struct error;

#define ROLE_OWNER_OID 10u /* as PostgreSQL's bootstrap superuser */

enum role_attribute { /* on disk: do not renumber */
	ROLE_LOGIN = 1,
	ROLE_SUPERUSER = 2,
	ROLE_CREATE_ROLE = 4,
	ROLE_CREATE_DB = 8,
	ROLE_INHERIT = 16,
	ROLE_REPLICATION = 32,
	ROLE_BYPASS_RLS = 64,
	ROLE_ATTRIBUTES_ALL = 127,
};

#define ROLE_VALID_FOREVER INT64_MAX

struct role_membership {
	uint32_t role_oid; /* of the role that it is a member of */
	uint32_t grantor_oid;
	bool is_admin; /* may make others members */
};

struct role {
	uint32_t oid;
	struct str name;
	uint32_t attributes;      /* enum role_attribute */
	int32_t connection_limit; /* -1: none */
	/* Passwords and keys are good before this time (us), or FOREVER. */
	int64_t valid_until;
	/* "SCRAM-SHA-256$4096:salt$stored:server"; empty: there is no password */
	struct str verifier;
	/* wrapped, as user_key.h says; empty: there is none */
	struct str key;
	uint32_t membership_count;
	const struct role_membership *memberships; /* ascending role_oid */
};

static inline bool
role_can_login(const struct role *role)
{
	return (role->attributes & ROLE_LOGIN) != 0;
}

static inline bool
role_is_superuser(const struct role *role)
{
	return (role->attributes & ROLE_SUPERUSER) != 0;
}

/* Whether roles decide who may do what; else everybody is the owner. */
bool catalog_has_roles(const struct catalog *catalog);

/* By exact name, predefined ones too; NULL if there is none. */
const struct role *catalog_role_by_name(const struct catalog *catalog,
    struct str name);
const struct role *catalog_role_by_oid(const struct catalog *catalog,
    uint32_t oid);

/* ---- predefined roles: PostgreSQL's, with its OIDs ---- */

enum {
	ROLE_PG_MONITOR = 3373,
	ROLE_PG_READ_ALL_SETTINGS = 3374,
	ROLE_PG_READ_ALL_STATS = 3375,
	ROLE_PG_SIGNAL_BACKEND = 4200,
	ROLE_PG_CHECKPOINT = 4544,
	ROLE_PG_DATABASE_OWNER = 6171,
	ROLE_PG_READ_ALL_DATA = 6181,
	ROLE_PG_WRITE_ALL_DATA = 6182,
};

uint32_t role_predefined_count(void);
const struct role *role_predefined(uint32_t index); /* ascending oid */

/* ---- what a role has through others ---- */

/*
 * True of everybody while there are no roles; then of who is a superuser.  A
 * role that is not there, because it was dropped, may do nothing.
 */
bool catalog_is_superuser(const struct catalog *catalog, uint32_t oid);

/* Whether it has one of enum role_attribute, or is a superuser. */
bool catalog_role_has(const struct catalog *catalog, uint32_t oid,
    enum role_attribute attribute);

/*
 * Whether `oid` is `role_oid`, or a member of it, through any number of others;
 * a superuser is a member of each.  _uses: has its rights without SET ROLE, so
 * only where all members on the way inherit.  _admins: may make others members.
 * _reaches: as _is_member, of `role_oid` itself not, and of superusers by their
 * memberships alone.
 */
bool catalog_role_is_member(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid);
bool catalog_role_uses(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid);
bool catalog_role_admins(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid);
bool catalog_role_reaches(const struct catalog *catalog, uint32_t oid,
    uint32_t role_oid);

/* What the native language calls roles, of a role's rights over all types. */
enum native_role {
	NATIVE_ADMIN = 1,  /* superuser */
	NATIVE_READER = 2, /* uses pg_read_all_data */
	NATIVE_WRITER = 4, /* uses pg_write_all_data; editor: both */
};

unsigned catalog_native_roles(const struct catalog *catalog, uint32_t oid);

/* ---- changes ---- */

enum role_set { /* on disk: do not renumber; above those of attributes */
	ROLE_SET_CONNECTION_LIMIT = 256,
	ROLE_SET_VALID_UNTIL = 512,
	ROLE_SET_VERIFIER = 1024,
	ROLE_SET_KEY = 2048,
	ROLE_SET_ALL = 2048 | 1024 | 512 | 256 | ROLE_ATTRIBUTES_ALL,
};

/*
 * What DDL_CREATE_ROLE and DDL_ALTER_ROLE say: the members that `set` names, of
 * enum role_attribute and of enum role_set; others are as they were, or in a new
 * role: INHERIT alone, no limit, valid for ever, no password, no key.
 */
struct role_change {
	uint32_t set;
	uint32_t attributes;
	int32_t connection_limit;
	int64_t valid_until;
	struct str verifier;
	struct str key;
};

/* What DDL_GRANT_ROLE and DDL_REVOKE_ROLE say: of whom, to whom. */
struct role_grant {
	uint32_t member_oid;
	uint32_t grantor_oid; /* GRANT_ROLE */
	bool is_admin; /* GRANT: with the option; REVOKE: the option alone */
};
