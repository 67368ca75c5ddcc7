/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inner.h -- a plan that runs inside another, anew for each outer row: a
 * subquery, the right side of a LATERAL join.
 *
 * What it needs of the outer row lies in slots (EXPR_OUTER), which are shared
 * by all; everything else of a run is its own and gone when it ends.
 *
 * Threads: one, that of the outer plan.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/op.h"
#include "plan/logical.h"

struct inner {
	const struct rel *rel;
	struct arena arena; /* of one run */
	struct exec_env env;
	struct op_state *root; /* NULL: does not run */
};

void inner_init(struct inner *inner, const struct exec_env *outer,
    const struct rel *rel);

/* Fill slots from a row of the outer batch; strings are borrowed from it. */
void inner_set_slots(const struct exec_env *env,
    const struct outer_value *values, uint32_t count, const struct vec *columns,
    uint32_t row);

/* Start a run; one that has been started is ended. */
MUST_USE int inner_start(struct inner *inner, struct error *err);
MUST_USE int inner_next(struct inner *inner, struct batch *out,
    struct error *err);

/* End a run, if there is one; inner_init() needs nothing else to be undone. */
void inner_end(struct inner *inner);
