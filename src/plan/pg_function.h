/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_function.h -- functions and operators as pg_proc and pg_operator have them.
 *
 * Threads: constant.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

#define PROC_ARGS_MAX 100 /* as PostgreSQL's FUNC_MAX_ARGS */

/* Lists have blanks between; NULL where pg_proc has a null. */
struct pg_function {
	uint32_t oid;
	const char *name; /* of one of Stele's own: the schema and the name */
	uint32_t language;
	double cost;
	double rows;
	uint32_t variadic; /* type of what repeats, 0: nothing does */
	char kind;         /* 'f', 'a' aggregate, 'w' window function */
	bool is_leakproof;
	bool is_strict;
	bool returns_set;
	char volatility; /* 'i', 's', 'v' */
	char parallel;   /* 's', 'r', 'u' */
	uint32_t default_count;
	uint32_t result;      /* OID of a type */
	const char *args;     /* OIDs */
	const char *all_args; /* OIDs, results too */
	const char *modes;    /* a letter each */
	const char *names;
	const char *defaults;
	const char *source;
	const char *of_operator; /* that it is the code of; NULL: of none */
};

struct pg_operator {
	uint32_t oid;
	const char *name;
	char kind; /* 'b' infix, 'l' prefix */
	bool can_merge;
	bool can_hash;
	uint32_t left; /* OIDs of types; 0: prefix */
	uint32_t right;
	uint32_t result;
	uint32_t commutator; /* OIDs of operators; 0: none */
	uint32_t negator;
	uint32_t code; /* OIDs of functions; 0: none */
	uint32_t restrict_estimator;
	uint32_t join_estimator;
};

/* Those that there are here, by OID; NULL: there is none. */
const struct pg_function *pg_function_by_oid(uint32_t oid);
const struct pg_operator *pg_operator_by_oid(uint32_t oid);

/* All of these, one after the other: pass NULL first; NULL at the end. */
const struct pg_function *pg_function_next(const struct pg_function *previous);
const struct pg_operator *pg_operator_next(const struct pg_operator *previous);

/* The same of those of a name alone, whatever their schema. */
const struct pg_function *pg_function_named(struct str name,
    const struct pg_function *previous);
const struct pg_operator *pg_operator_named(struct str name,
    const struct pg_operator *previous);

/* Its name alone, and the schema: enum schema_oid. */
struct str pg_function_name(const struct pg_function *function,
    uint32_t *schema);

/*
 * How many arguments of an aggregate come before its ORDER BY; -1 if it has
 * none there.
 */
int pg_function_direct_count(const struct pg_function *function);

/* The types of a list; returns how many. */
uint32_t pg_function_types(const char *list, uint32_t out[PROC_ARGS_MAX]);
