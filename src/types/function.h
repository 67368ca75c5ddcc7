/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function.h -- the signatures of scalar functions and operators.
 *
 * Every function is one row of functions.def, an operator too; names,
 * arguments and results are those of PostgreSQL's pg_proc and pg_operator.
 * This layer says what exists; which candidate a call means is the binder's to
 * find, and what it does is in src/exec/func_*.c.
 *
 * An argument of TYPE_ANY takes any type as it is, TYPE_ANYENUM any enum, both
 * arguments the same one.
 *
 * Threads: the table is constant; its index is built once, by whoever comes
 * first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

#define FUNCTION_ARGS_MAX 7

enum function_kind {
	FUNCTION_PLAIN,    /* called by name: length(text) */
	FUNCTION_OPERATOR, /* infix with two arguments, prefix with one */
	FUNCTION_INTERNAL, /* what only the binder makes: ROW(a, b) */
};

/* The second and the third are one to PostgreSQL: fixed during a statement. */
enum function_volatility {
	FUNCTION_IMMUTABLE, /* may be folded when planning */
	FUNCTION_STABLE,    /* asks how values are read and written */
	FUNCTION_MOMENTARY, /* the clock, the session, objects, the server */
	FUNCTION_VOLATILE,  /* evaluated for every row */
};

enum function_id {
#define F(id, kind, name, args, result, nulls, volatility) FN_##id,
#include "types/functions.def"
#undef F
	FUNCTION_COUNT,
};

struct function {
	enum function_id id;
	enum function_kind kind;
	const char *name;
	uint32_t arg_count;
	uint32_t args[FUNCTION_ARGS_MAX]; /* OIDs; those past the last are 0 */
	uint32_t result;                  /* OID */
	bool is_strict;                   /* null if any argument is */
	bool is_variadic; /* the last argument repeats, once or more */
	enum function_volatility volatility;
};

const struct function *function_by_id(enum function_id id);

/* What a call may name, or leave out. */
struct function_params {
	enum function_id id;
	const char *names;    /* of all parameters, blanks between */
	const char *defaults; /* of the last ones, likewise, as literals */
};

/* NULL: its parameters have neither. */
const struct function_params *function_params(enum function_id id);

/*
 * The candidates of a name, one after the other: pass NULL for the first, then
 * the last answer; NULL at the end.  Names compare exactly.
 *
 *	const struct function *f = NULL;
 *
 *	while ((f = function_next(FUNCTION_PLAIN, name, f)) != NULL)
 *		...
 */
const struct function *function_next(enum function_kind kind, struct str name,
    const struct function *previous);
