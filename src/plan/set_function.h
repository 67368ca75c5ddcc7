/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_function.h -- the functions that return sets, those of PostgreSQL's that
 * we have.  What each does is in src/exec/set_cursor.c.
 *
 * Of a null argument there are no rows, unless the function is nullable.
 *
 * Threads: the table is constant.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

#define SET_ARGS_MAX    4
#define SET_COLUMNS_MAX 5

enum set_function_id {
	SET_SERIES_INT, /* start, stop, step: int4 or int8 */
	SET_SERIES_NUMERIC,
	SET_SERIES_TIMESTAMP,
	SET_SERIES_TIMESTAMPTZ,
	SET_UNNEST,
	SET_EXPAND_ARRAY,    /* elements and their numbers, from 1 */
	SET_SUBSCRIPTS,      /* array, dimension, whether downwards */
	SET_STRING_TO_TABLE, /* text, delimiter, what is null */
	SET_REGEXP_MATCHES,  /* text, pattern, flags */
	SET_REGEXP_SPLIT,    /* likewise */
	SET_ACL_ITEMS,       /* who may do what, of access rights */
	SET_KEYWORDS,
	SET_OPTIONS,    /* a=b of texts */
	SET_SNAPSHOT,   /* transactions that run in one */
	SET_DATABASES,  /* of a tablespace */
	SET_PARTITIONS, /* of a table that has none */
	SET_JSON_ELEMENTS,
	SET_JSON_ELEMENTS_TEXT,
	SET_JSON_EACH,
	SET_JSON_EACH_TEXT,
	SET_JSON_KEYS,
	SET_CHANNELS,        /* that the session listens on */
	SET_JSON_PATH,       /* document, path, variables, whether silent */
	SET_OBJECT_IDENTITY, /* one row: what an object is called, */
	SET_OBJECT_NAMES,    /* the names that lead to it, */
	SET_OBJECT_ADDRESS,  /* and which object names lead to */
	SET_JSON_RECORD,     /* one document, whose members ... */
	SET_JSON_RECORDSET,  /* ... are columns; elements of an array */
};

struct set_column {
	const char *name; /* NULL: that of the function, or its alias */
	uint32_t type;    /* OID, may be polymorphic */
};

struct set_function {
	const char *name;
	enum set_function_id id;
	bool is_nullable; /* looks at null arguments itself */
	uint32_t arg_count;
	uint32_t args[SET_ARGS_MAX]; /* OIDs */
	uint32_t column_count;
	struct set_column columns[SET_COLUMNS_MAX];
	const char *arg_names; /* blanks between; NULL: they have none */
};

/* Whether its columns are said where it is called, in FROM. */
static inline bool
set_function_is_record(const struct set_function *function)
{
	return function->id == SET_JSON_RECORD ||
	    function->id == SET_JSON_RECORDSET;
}

/* A column that is null in no row that the function gives. */
static inline uint32_t
set_function_solid_column(const struct set_function *function)
{
	return function->id == SET_EXPAND_ARRAY ? 1 : 0;
}

/* The candidates of a name, one after the other; NULL at the end. */
const struct set_function *set_function_next(struct str name,
    const struct set_function *previous);
