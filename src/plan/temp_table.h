/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_table.h -- a session's temporary tables and views, as its statements
 * name them.
 *
 * They are beside the catalogue, not in it: nobody else sees them and nothing
 * of them is logged.  Like the catalogue, a temp_catalog never changes: what
 * changes a definition makes a new one of the old (exec/temp_tables.h), and a
 * plan keeps the one that it was bound to.  A table's rows do change; which of
 * them a statement sees is told when it runs (exec/temp_rows.h).
 *
 * Defaults and conditions are kept as SQL and bound with each statement that
 * needs them.
 *
 * Memory: counted references, see exec/temp_tables.h.  Threads: those of the
 * session, one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/str.h"
#include "engine/catalog/catalog.h"
#include "types/type.h"

struct temp_rows;

/* The catalogue's own OIDs never get there. */
#define TEMP_OID_FIRST 0x40000000u

enum temp_on_commit {
	TEMP_PRESERVE_ROWS,
	TEMP_DELETE_ROWS,
	TEMP_DROP,
};

struct temp_column {
	struct str name;
	struct type type;
	bool is_not_null;
	struct str default_text; /* SQL; empty: null */
	struct str comment;      /* empty: none, as of all of them */
};

struct temp_check {
	struct str name;
	uint32_t oid;
	struct str text; /* SQL, in parentheses */
};

struct temp_table {
	uint32_t refs;
	uint32_t oid;
	uint32_t row_type_oid;
	uint32_t array_type_oid;
	struct str name;
	struct str comment;
	enum temp_on_commit on_commit;
	uint32_t column_count;
	struct temp_column *columns;
	uint32_t key_count;
	struct table_key *keys;
	uint32_t check_count;
	struct temp_check *checks;
	struct temp_rows *rows;      /* a reference */
	const struct catalog *enums; /* a reference: labels of its enums */
	struct arena arena;
};

struct temp_view {
	uint32_t refs;
	struct sql_view view;
	struct str comment;
	struct str *column_comments; /* as many as it has columns */
	struct arena arena;
};

struct temp_catalog {
	uint32_t refs;
	uint32_t table_count;
	struct temp_table **tables; /* ascending oid */
	uint32_t view_count;
	struct temp_view **views; /* ascending oid */
	struct arena arena;
};

/* NULL if there is none.  NULL in place of a catalogue is an empty one. */
const struct temp_table *temp_table_by_name(const struct temp_catalog *catalog,
    struct str name);
const struct temp_table *temp_table_by_oid(const struct temp_catalog *catalog,
    uint32_t oid);
const struct sql_view *temp_view_by_name(const struct temp_catalog *catalog,
    struct str name);
const struct sql_view *temp_view_by_oid(const struct temp_catalog *catalog,
    uint32_t oid);

/* Whose rows, or arrays of them, a type's OID means. */
const struct temp_table *temp_table_of_rows(const struct temp_catalog *catalog,
    uint32_t type_oid);
const struct sql_view *temp_view_of_rows(const struct temp_catalog *catalog,
    uint32_t type_oid);

/* What is said of one, or of a column of it, from 1; empty: nothing. */
struct str temp_comment(const struct temp_catalog *catalog, uint32_t oid,
    uint32_t attnum);

/* Index of a column by its exact name; UINT32_MAX if there is none. */
uint32_t temp_table_column(const struct temp_table *table, struct str name);

/* Whether a column, from 0, is one of a key's. */
bool table_key_has(const struct table_key *key, uint32_t column);
