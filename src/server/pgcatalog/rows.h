/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h -- the rows of pg_catalog's tables; private to src/server/pgcatalog/.
 *
 * For each relation r of pg_catalog.def that is ROWS there is a function
 * r_rows(), a fill() of exec/system_scan.h whose argument is the session; and
 * for each column c of any relation r the enumerator r_c, its index.
 *
 * Threads: as system_scan.h says.
 */
#pragma once

#include "exec/system_scan.h"
#include "plan/comment.h"
#include "plan/names.h"
#include "plan/relation.h"
#include "plan/schema.h"
#include "server/session_private.h"

#define RELATION(id, name, schema, oid, kind, source) enum { id##_BEFORE = -1,
#define COLUMN(id, name, type, nulls)                 id##_##name,
#define END(id) \
	id##_COUNT \
	} \
	;
#include "server/pgcatalog/pg_catalog.def"
#undef RELATION
#undef COLUMN
#undef END

typedef int rows_fn(void *session, struct system_rows *rows, struct error *err);

#define ROWS(id) rows_fn id##_rows;
#define QUERY(id)
#define EMPTY(id)
#define CALLED(source, function)                      source
#define RELATION(id, name, schema, oid, kind, source) source(id)
#define COLUMN(id, name, type, nulls)
#define END(id)
#include "server/pgcatalog/pg_catalog.def"
#undef ROWS
#undef QUERY
#undef EMPTY
#undef CALLED
#undef RELATION
#undef COLUMN
#undef END

#define OWNER_OID      10u   /* ROLE_OWNER_OID, of what is the server's own */
#define TABLESPACE_OID 1663u /* pg_default */
#define HEAP_AM_OID    2u
#define BTREE_AM_OID   403u

/* ---- relations.c: which relations a scan wants ---- */

/*
 * All relations, or those that the keys of two columns leave: one that is
 * their OID, one that is their name (NO_COLUMN: there is none).
 */
#define NO_COLUMN UINT32_MAX

struct wanted_relations {
	const struct relation_space *space;
	const struct system_key *oids;  /* NULL: any */
	const struct system_key *names; /* NULL: any */
	struct relation_cursor all;
	uint32_t at;     /* in the key */
	uint32_t schema; /* of a name, that are tried */
};

void wanted_relations_init(struct wanted_relations *wanted,
    const struct system_rows *rows, uint32_t oid_column, uint32_t name_column);
bool wanted_relations_next(struct wanted_relations *wanted,
    struct relation *out);

/* ---- role_rows.c ---- */

/* The list of rights of an object, as aclitem[]; none is null. */
void put_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t object_oid);
void put_column_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t object_oid, uint32_t attnum);

/*
 * Of a schema, which has a list in PostgreSQL from the beginning; and the list
 * that it had then.
 */
void put_schema_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t schema_oid);
void put_first_acl(struct system_rows *rows, uint32_t column,
    const struct session *session, uint32_t schema_oid);

/* Of a relation, its types, an enum; else the server's. */
uint32_t owner_of(const struct system_rows *rows, uint32_t object_oid);
