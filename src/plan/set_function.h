/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_function.h -- the functions that return sets, those of PostgreSQL's that
 * we have.  What each does is in src/exec/set_function.c.
 *
 * Threads: the table is constant.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

#define SET_ARGS_MAX 3

enum set_function_id {
	SET_SERIES_INT, /* start, stop, step: int4 or int8 */
	SET_SERIES_NUMERIC,
	SET_SERIES_TIMESTAMP,
	SET_SERIES_TIMESTAMPTZ,
};

struct set_function {
	const char *name;
	enum set_function_id id;
	uint32_t arg_count;
	uint32_t args[SET_ARGS_MAX]; /* OIDs */
	uint32_t result;             /* OID */
};

/* The candidates of a name, one after the other; NULL at the end. */
const struct set_function *set_function_next(struct str name,
    const struct set_function *previous);
