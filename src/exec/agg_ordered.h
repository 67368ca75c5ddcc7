/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_ordered.h -- aggregates whose rows are taken in an order: agg(x ORDER BY
 * y), agg(DISTINCT x) where it matters which x is first, and WITHIN GROUP.
 *
 * All rows are kept, with their groups.  At the end they are sorted by group
 * and keys, rows equal in all keys as they came, and go to the aggregate's
 * state; those of an ordered set to agg_set.h.
 *
 * Memory: a row_store of its own, charged to the budget.  Threads: one.
 */
#pragma once

#include "exec/agg_state.h"
#include "exec/eval.h"
#include "exec/row_store.h"

struct agg_ordered {
	const struct agg_call *call;
	const struct expr **exprs; /* arguments, direct ones, then the keys */
	uint32_t expr_count;
	uint32_t direct_at;     /* column of the first direct argument */
	uint32_t keys_at;       /* column of the first key */
	struct type *types;     /* of the columns: the group, then the exprs */
	struct row_store store; /* its column 0 is the group */
};

/* What is kept of the call; `arena` as long as the execution. */
void agg_ordered_init(struct agg_ordered *ordered, const struct agg_call *call,
    struct arena *arena, struct mem_budget *budget, const atomic_bool *cancel);
void agg_ordered_release(struct agg_ordered *ordered);

/* Keep the rows of `sel`, the i-th of group groups[i]. */
MUST_USE int agg_ordered_add(struct agg_ordered *ordered,
    const struct eval *eval, struct sel sel, const uint32_t *groups,
    struct error *err);

/* All rows are there: into the state, whose cells exist; then they are gone. */
MUST_USE int agg_ordered_finish(struct agg_ordered *ordered,
    struct agg_state *state, struct error *err);

/* Order of rows a and b of the store by the keys alone. */
int agg_ordered_compare(const struct agg_ordered *ordered, uint32_t a,
    uint32_t b);
