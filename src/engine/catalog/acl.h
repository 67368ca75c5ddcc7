/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acl.h -- rights on objects: who has granted what to whom.
 *
 * An object without a list (catalog_acl() is NULL) has the rights that
 * acl_default() tells.  The first GRANT or REVOKE makes a list of these, which
 * it then changes, as PostgreSQL does.  The owner may always grant; what he may
 * do himself is in the list too, and can be revoked.
 *
 * Beside what PostgreSQL knows an entry can deny: the native language's
 * REVOKE READ ON t FROM u takes t from what u may read as a reader, a member of
 * pg_read_all_data.  A denial beats these two roles, whichever way u has them,
 * and no grant, owner or superuser.
 *
 * Columns of event types and views have entries too, which add to those of the
 * whole.  They are in the same list; while there is nothing else in it, the
 * object's own rights are still the default ones (is_default).  REVOKE from the
 * whole takes the same from its columns.
 *
 * Invariants
 *   L1  A list is sorted by grantee and grantor, and has each pair once; that
 *       of the columns by their number first.
 *   L2  What an entry lets its grantee grant on, he has been given too.
 *   L3  Whom a list names is there; whose object is dropped, is not (R4).
 *   L4  A column that a list names is there.
 *
 * Threads: as the catalogue.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct arena;
struct catalog;
struct error;

/* On disk: do not renumber.  Letters and order are PostgreSQL's. */
#define RIGHTS(X) \
	X(INSERT, 0, 'a', "INSERT") \
	X(SELECT, 1, 'r', "SELECT") \
	X(UPDATE, 2, 'w', "UPDATE") \
	X(DELETE, 3, 'd', "DELETE") \
	X(TRUNCATE, 4, 'D', "TRUNCATE") \
	X(REFERENCES, 5, 'x', "REFERENCES") \
	X(TRIGGER, 6, 't', "TRIGGER") \
	X(EXECUTE, 7, 'X', "EXECUTE") \
	X(USAGE, 8, 'U', "USAGE") \
	X(CREATE, 9, 'C', "CREATE") \
	X(TEMPORARY, 10, 'T', "TEMPORARY") \
	X(CONNECT, 11, 'c', "CONNECT")

#define X(name, bit, letter, word) RIGHT_##name = 1 << (bit),
enum right { RIGHTS(X) };
#undef X

#define RIGHTS_ALL   4095u
#define RIGHTS_TABLE 127u
#define RIGHTS_COLUMN \
	((uint32_t)(RIGHT_INSERT | RIGHT_SELECT | RIGHT_UPDATE | \
	    RIGHT_REFERENCES))
#define RIGHTS_SCHEMA ((uint32_t)(RIGHT_USAGE | RIGHT_CREATE))
#define RIGHTS_DATABASE \
	((uint32_t)(RIGHT_CREATE | RIGHT_TEMPORARY | RIGHT_CONNECT))

#define ACL_PUBLIC 0u /* everybody, as a grantee */

struct acl_entry {
	uint32_t grantee; /* ACL_PUBLIC or a role */
	uint32_t grantor;
	uint32_t rights;  /* enum right */
	uint32_t options; /* those that it may grant on */
	uint32_t denied;  /* SELECT, INSERT */
	uint32_t attnum;  /* of a column; 0: of the whole */
};

struct acl {
	uint32_t object_oid;
	bool is_default; /* the rights on the whole are: no entries */
	uint32_t entry_count;
	const struct acl_entry *entries;
	uint32_t column_entry_count;
	const struct acl_entry *column_entries;
};

/* What rights are about. */
enum acl_kind {
	ACL_TABLE, /* views too */
	ACL_SCHEMA,
	ACL_DATABASE,
};

struct acl_object {
	enum acl_kind kind;
	uint32_t oid;
	uint32_t owner;
	struct str name;
	bool is_view;
	bool is_kept; /* such a view */
};

/* What messages call one. */
static inline const char *
acl_object_words(const struct acl_object *object)
{
	static const char *const words[] = {
		[ACL_TABLE] = "table",
		[ACL_SCHEMA] = "schema",
		[ACL_DATABASE] = "database",
	};

	return object->is_kept ? "materialized view"
	    : object->is_view  ? "view"
			       : words[object->kind];
}

#define ACL_SCHEMA_OID   2200u /* public: the one that has a list */
#define ACL_DATABASE_OID 5u

/* An event type, a view, the schema or the database; false: none has the OID. */
bool catalog_acl_object(const struct catalog *catalog, uint32_t oid,
    struct acl_object *out);

/* All rights that there are for such objects. */
uint32_t acl_kind_rights(enum acl_kind kind);

/* NULL: nobody has changed the default. */
const struct acl *catalog_acl(const struct catalog *catalog,
    uint32_t object_oid);

/* Those of one column: none is the default. */
const struct acl_entry *catalog_column_acl(const struct catalog *catalog,
    uint32_t object_oid, uint32_t attnum, uint32_t *count);

#define ACL_DEFAULT_MAX 2

/* What stands for a list that is not there; the number of entries. */
uint32_t acl_default(enum acl_kind kind, uint32_t owner,
    struct acl_entry out[ACL_DEFAULT_MAX]);

/* Those of the rights `wanted` that a role has. */
uint32_t catalog_rights(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t wanted);

/*
 * Those that a role has, that it may grant on, and that everybody has, on one
 * column or on the whole (0: on the whole only).
 */
uint32_t catalog_column_rights(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t attnum, uint32_t wanted);
uint32_t catalog_column_grantable(const struct catalog *catalog,
    uint32_t role_oid, const struct acl_object *object, uint32_t attnum,
    uint32_t wanted);
uint32_t catalog_column_public_rights(const struct catalog *catalog,
    const struct acl_object *object, uint32_t attnum);

/* Whether a role, which is not PUBLIC, has what the owner has. */
bool catalog_owns(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object);

/* Who is noted as the grantor of what a role grants of such an object. */
uint32_t catalog_best_grantor(const struct catalog *catalog, uint32_t role_oid,
    const struct acl_object *object, uint32_t attnum, uint32_t wanted);

/* ---- changes ---- */

enum acl_grant_flag {        /* on disk: do not renumber */
	ACL_WITH_OPTION = 1, /* GRANT: with it; REVOKE: it alone */
	ACL_CASCADE = 2,     /* REVOKE: what depends on it, too */
	ACL_DENY = 4,        /* REVOKE: and deny it; then no grantor is asked */
	ACL_FLAGS_ALL = 7,
	ACL_OF_COLUMN = 8, /* as bytes alone: there is an attnum */
};

/* What DDL_GRANT and DDL_REVOKE say of their object. */
struct acl_grant {
	uint32_t grantee;
	uint32_t grantor;
	uint32_t rights;
	uint32_t flags;  /* enum acl_grant_flag */
	uint32_t attnum; /* of a column; 0: of the whole */
};
