/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_table.h -- the server's own relations, as statements name them.
 *
 * A system table shows state of the server as rows: stele.segments is one.  It
 * has a schema, a name and columns; that is all the planner knows.  Its rows
 * are told by a provider when a plan runs (exec/system_scan.h), or are those of
 * a query.
 *
 * Threads: constant.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "types/type.h"

struct system_column {
	const char *name;
	uint32_t type; /* OID */
	bool is_not_null;
};

struct system_table {
	uint32_t schema; /* enum schema_oid */
	const char *name;
	uint32_t oid; /* below FIRST_USER_OID, no other object's */
	char kind;    /* relkind: 'r' a table, 'v' a view, 'S' a sequence */
	const struct system_column *columns;
	uint32_t column_count;
	/*
	 * A view's rows: SQL that reads system tables.  Its columns are cast to
	 * those above.  NULL: the provider has them.
	 */
	const char *query;
	/* of pg_catalog, with the same rows; NULL: none */
	const char *function;
	/* the column that its one argument is equal to; NULL: it has none */
	const char *function_key;
};

/* All that a statement may name; NULL in place of one is an empty set. */
struct system_tables {
	const struct system_table *const *items; /* by name */
	uint32_t count;
	/* Those that have no name but that of their function. */
	const struct system_table *const *functions;
	uint32_t function_count;
	const struct system_tables *next; /* more of them; NULL: no more */
};

/* By exact name; NULL if there is none. */
const struct system_table *system_table_find(const struct system_tables *tables,
    uint32_t schema, struct str name);

/* By the name of its function. */
const struct system_table *
system_table_by_function(const struct system_tables *tables, struct str name);

/* The extension that has all of Stele's own relations and functions. */
#define STELE_EXTENSION_OID 15200u

/* The sequence of event_ids, in stele; its rows are a provider's. */
#define EVENT_ID_SEQUENCE_OID  15014u
#define EVENT_ID_SEQUENCE_NAME "stele.event_id_seq"

/* `events`, in public: the only one whose rows are the engine's. */
extern const struct system_table events_table;
