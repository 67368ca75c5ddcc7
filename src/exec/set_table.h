/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_table.h -- sets whose rows are made at once, when the set is started:
 * they are few.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "plan/set_function.h"
#include "types/type.h"

struct arena;
struct error;
struct exec_env;
struct set_call;

struct set_table {
	const struct datum *cells; /* row by row */
	uint32_t count;            /* of rows */
	uint32_t next;             /* for who reads them */
};

/*
 * Make the rows that a call gives for these arguments, none of which is null
 * unless the function is nullable, in the arena; values may point into the arguments.
 */
MUST_USE int set_table_make(const struct exec_env *env,
    const struct set_call *call, const struct datum *args, struct arena *arena,
    struct set_table *out, struct error *err);
