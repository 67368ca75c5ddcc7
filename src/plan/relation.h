/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relation.h -- all that has rows and a name, by OID and by name: event types,
 * views, `events`, the server's own relations, and temporary ones.
 *
 * This is what a name in FROM means, what pg_class shows, and what a regclass
 * is.  A relation has a row type and a type of arrays of it, or, if it is the
 * server's own, neither.  What is temporary is the session's alone, in the
 * schema pg_temp.
 *
 * Threads: a space is as immutable as the catalogue that it borrows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"
#include "plan/system_table.h"
#include "types/type.h"

struct catalog;
struct event_type;
struct sql_view;
struct table_key;
struct temp_catalog;
struct temp_sequence;
struct temp_table;

/* Where relations are looked for. */
struct relation_space {
	const struct catalog *catalog;      /* users' objects */
	const struct system_tables *system; /* the server's; NULL: none */
	const struct temp_catalog *temp;    /* the session's; NULL: none */
};

/*
 * Exactly one of type, view, system, temp, sequence and key is not NULL; all is
 * borrowed from the space.  A key is an index, of a temporary table or of an event type.
 */
struct relation {
	uint32_t oid;
	uint32_t schema; /* enum schema_oid */
	struct str name;
	const struct event_type *type;
	const struct sql_view *view;
	const struct system_table *system;
	const struct temp_table *temp;
	const struct temp_sequence *sequence;
	const struct table_key *key;
	const struct temp_table *index_of; /* with a key: one of these two */
	const struct event_type *key_of;
};

struct relation_column {
	struct str name;
	struct type type;
	bool is_not_null;
};

/* False if there is none; a type that was dropped is none. */
bool relation_by_oid(const struct relation_space *space, uint32_t oid,
    struct relation *out);
bool relation_by_name(const struct relation_space *space, uint32_t schema,
    struct str name, struct relation *out);

/* The type of a row type's rows, or of arrays of them. */
bool relation_of_rows(const struct relation_space *space, uint32_t type_oid,
    struct relation *out);

/*
 * One after the other: the server's own, then event types, each before its key,
 * then views, then what is temporary.
 */
struct relation_cursor {
	/* private */
	const struct relation_space *space;
	const struct system_tables *system; /* the rest of them, */
	uint32_t index;                     /* from here on */
	uint32_t type;                      /* the next in the catalogue, */
	bool is_at_key;                     /* or the key of the last one */
	uint32_t view;
	uint32_t temp_table;
	uint32_t temp_key; /* 1 + the next of its keys; 0: the table itself */
	uint32_t temp_view;
	uint32_t temp_sequence;
	bool has_events; /* `events` has been told */
};

void relation_cursor_init(struct relation_cursor *cursor,
    const struct relation_space *space);
bool relation_next(struct relation_cursor *cursor, struct relation *out);

/*
 * pg_class.relkind: 'r' a table, 'v' a view, 'm' a kept one, 'i' an index, 'S' a
 * sequence.
 */
char relation_kind(const struct relation *relation);

/* What an index, which it must be, is of. */
struct relation relation_of_index(const struct relation *index);

/* pg_class.relisshared: a catalogue that all databases of a server share. */
bool relation_is_shared(const struct relation *relation);

/* pg_class.relpersistence: 't' if it ends with the session, else 'p'. */
char relation_persistence(const struct relation *relation);

/* The type of its rows, and of arrays of them; 0 if there is none. */
uint32_t relation_row_type(const struct relation *relation);
uint32_t relation_array_type(const struct relation *relation);

/* Columns by attnum, from 1. */
uint32_t relation_column_count(const struct relation *relation);
struct relation_column relation_column(const struct relation_space *space,
    const struct relation *relation, uint32_t attnum);

/* The columns of a temporary sequence, which is read as one row. */
enum sequence_attnum {
	TEMP_SEQUENCE_LAST_VALUE = 1,
	TEMP_SEQUENCE_LOG_CNT,
	TEMP_SEQUENCE_IS_CALLED,
};

/* attnum of a column by its exact name; 0 if there is none. */
uint32_t relation_column_find(const struct relation_space *space,
    const struct relation *relation, struct str name);

/* Whether INSERT has a value for a column that is left out, but for null. */
bool relation_has_default(const struct relation *relation, uint32_t attnum);

/* OIDs of defaults: a column's number in its table says which it is. */
#define RELATION_DEFAULT_OIDS 1024u

static inline uint32_t
relation_default_oid(const struct relation *relation, uint32_t attnum)
{
	return (uint32_t)(relation->oid * RELATION_DEFAULT_OIDS + attnum);
}

/* The column that has this default; false if none has. */
bool relation_of_default(const struct relation_space *space, uint32_t oid,
    struct relation *out, uint32_t *attnum);
