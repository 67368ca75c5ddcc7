/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temp_table.h -- a session's temporary tables, views and sequences, as its
 * statements name them.
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
	struct str default_text; /* SQL; empty: null, ... */
	uint32_t sequence_oid;   /* ... or, not 0, the next number of this */
	char identity;           /* as pg_attribute has it: 'a', 'd'; 0: none */
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

/*
 * The numbers of a sequence as they are given.  They change without a new
 * definition, and are not taken back.
 */
struct temp_counter {
	uint32_t refs;
	int64_t last_value;
	int64_t log_count; /* shown as log_cnt; nothing is logged */
	bool is_called;    /* last_value has been given */
	bool has_current;  /* currval() has a value: */
	int64_t current;
};

struct temp_sequence {
	uint32_t refs;
	uint32_t oid;
	struct str name;
	uint32_t type_oid; /* int2, int4, int8 */
	int64_t start;
	int64_t increment;
	int64_t min;
	int64_t max;
	int64_t cache;
	bool cycles;
	bool is_identity;      /* it is its column's, which is an identity */
	uint32_t owner_oid;    /* the table it goes with; 0: none ... */
	uint32_t owner_column; /* ... and the column of it, from 1 */
	struct temp_counter *counter; /* a reference; NULL: at its start */
	struct str comment;
	struct arena arena;
};

struct temp_catalog {
	uint32_t refs;
	uint32_t table_count;
	struct temp_table **tables; /* ascending oid */
	uint32_t view_count;
	struct temp_view **views; /* ascending oid */
	uint32_t sequence_count;
	struct temp_sequence **sequences; /* ascending oid */
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

const struct temp_sequence *
temp_sequence_by_name(const struct temp_catalog *catalog, struct str name);
const struct temp_sequence *
temp_sequence_by_oid(const struct temp_catalog *catalog, uint32_t oid);

/* The identity's sequence of a column, from 1; else the first that it owns. */
const struct temp_sequence *
temp_sequence_of_column(const struct temp_catalog *catalog, uint32_t table_oid,
    uint32_t column);

/* A column whose default is the next number of a sequence. */
struct temp_use {
	const struct temp_table *table;
	const struct temp_column *column;
	const struct temp_sequence *sequence;
};

/*
 * The columns that take numbers of sequence `oid`; or, if it is a table's, of any
 * that it owns, or that its column, from 1, does, other than those columns
 * themselves.  The first one after `skip` others; false if there is none.
 */
bool temp_use_find(const struct temp_catalog *catalog, uint32_t oid,
    uint32_t column, uint32_t skip, struct temp_use *out);

/* A default as SQL: its text, or the call of its sequence; empty: null. */
struct str temp_default_text(const struct temp_catalog *catalog,
    const struct temp_column *column, struct arena *arena);

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
