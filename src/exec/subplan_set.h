/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subplan_set.h -- the rows of a subquery as a set, for IN and = ANY.
 *
 * Rows without a null are in a set of keys, which may leave memory.  Whether a row with one equals
 * another is unknown or false, never true.
 *
 * Memory: arenas of the set's own.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/eval.h"
#include "exec/key_set.h"

struct subplan_set {
	bool is_complete; /* all rows are in it; the caller's to set */

	/* private: of each equality, both sides as the type they compare as */
	uint32_t count;
	struct expr **operands; /* over the vectors of the operands */
	struct expr **columns;  /* over those of the subquery */
	struct type *types;
	struct key_set keys;
	bool has_nulls; /* rows with a null were left out */
};

/*
 * False, with nothing to release, if the expression is no IN or = ANY of a
 * query that needs nothing of the outer row.
 */
bool subplan_set_init(struct subplan_set *set, const struct exec_env *env,
    const struct expr *expr);
void subplan_set_release(struct subplan_set *set);

/* Add the rows of a batch of the subquery. */
MUST_USE int subplan_set_add(struct subplan_set *set,
    const struct exec_env *env, const struct batch *batch, struct error *err);

/*
 * Decide what can be decided by the set and write it to `out`; *sel becomes the
 * rows that are left.  `operands` are the values of the expression's arguments.
 */
MUST_USE int subplan_set_eval(struct subplan_set *set, const struct eval *eval,
    const struct vec *operands, struct sel *sel, struct vec *out,
    struct error *err);
