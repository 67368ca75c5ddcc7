/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights.h -- what a plan needs of the role that runs it.
 *
 * A binder notes each relation that a statement reads or writes, and each
 * function that acts; the table of what they need is rights.def.  Nothing is
 * refused while a plan is made: rights are looked at when it is run, and each
 * time anew, in the catalogue of that moment, so that a plan that is kept does
 * not outlive a REVOKE.  A row costs nothing.
 *
 * A view's query needs the rights of its owner, and so do the views of the
 * server.  What changes of the schema, of roles and of rights need depends on
 * the objects: exec/ddl*.c asks for it.
 *
 * Threads: as the plan.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "plan/system_table.h"
#include "sql/ast.h"
#include "types/function.h"

struct catalog;
struct error;
struct event_type;
struct plan;
struct plan_session;

enum right_need {
	NEED_NOTHING,
	NEED_LISTED,      /* what it names: plan->rights */
	NEED_INNER,       /* what the statement within needs */
	NEED_CREATE,      /* CREATE on the schema */
	NEED_OWNER,       /* to be the owner of the object, or a member of it */
	NEED_CREATE_ROLE, /* CREATEROLE, and superuser for more */
	NEED_ADMIN_OPTION, /* on the role that is granted, or CREATEROLE */
	NEED_GRANT_OPTION, /* on the object, for the right that is granted */
	NEED_CHECKPOINT,   /* pg_checkpoint */
	NEED_SIGNAL,       /* the session's role, or pg_signal_backend */
	NEED_STATISTICS,   /* pg_read_all_stats */
	NEED_SUPERUSER,
};

/* What kinds of statements, functions, and the server's relations need. */
enum right_need stmt_need(enum ast_stmt_kind kind);
enum right_need function_need(enum function_id id);
enum right_need system_table_need(const struct system_table *table);

/* Whether rights.def has a row for a function. */
bool function_has_need(enum function_id id);

/* The columns of a relation that are read and written: a bit each. */
struct column_uses {
	uint32_t count; /* of the relation: attnums from 1 to it */
	uint64_t *read;
	uint64_t *written;
};

/* One thing that a plan needs. */
struct plan_right {
	uint32_t role_oid; /* whose right it must be; 0: current_user's */
	uint32_t oid;      /* an event type or a view .. */
	uint32_t rights;   /* .. and what is done to it, of acl.h; */
	uint32_t any_of;   /* .. of these one is enough; 0: none is asked */
	/*
	 * What is done to columns of it, each of which must be allowed where
	 * the whole is not; to any of them, if none is told.
	 */
	uint32_t column_rights;
	struct column_uses *columns;      /* or */
	const struct system_table *table; /* read, or */
	const char *function;             /* called */
	enum right_need need;             /* of these two */
	bool is_events; /* `events` is read: one of the types */
};

/* Whether a role, or everybody (0), has what something needs. */
bool rights_role_has(const struct catalog *catalog, uint32_t role_oid,
    enum right_need need);

/* Whether a role may read all of a type, or store events of it. */
bool plan_may_read(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type);
bool plan_may_write(const struct catalog *catalog, uint32_t role_oid,
    const struct event_type *type);

/*
 * 42501 in PostgreSQL's words unless the session's role has all that the plan
 * needs, by `catalog`.
 */
MUST_USE int plan_check_rights(const struct plan *plan,
    const struct catalog *catalog, const struct plan_session *session,
    struct error *err);
