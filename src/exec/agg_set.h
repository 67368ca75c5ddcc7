/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_set.h -- ordered-set aggregates: percentiles, the mode, and ranks of a
 * row that is not there.
 *
 * The rows of one group come in order, one after the other; of them are kept
 * the values that the result needs.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/agg_state.h"
#include "exec/row_order.h"

/* One of the values that percentiles are made of. */
struct set_pick {
	uint64_t position; /* among values that are not null */
	uint32_t slot;     /* which one it is */
};

struct agg_set {
	const struct agg_call *call;
	const struct row_order *order; /* the group, then the keys */
	uint32_t direct_at;            /* column of the first direct argument */
	uint32_t keys_at;              /* column of the first key */

	/* of the group */
	uint64_t row_count;
	uint64_t value_count; /* seen so far; its key is not null */
	uint64_t values_all;  /* that there will be */
	struct arena arena;   /* of what follows */

	struct str fractions; /* an array, if there are several; else: */
	struct datum fraction;
	struct set_pick *picks; /* in order of positions */
	uint32_t pick_count;
	uint32_t picked;
	struct datum *values; /* by slot: two for a fraction */

	struct arena run_arenas[2]; /* of the run's value, of the longest's */
	struct datum run_values[2];
	uint64_t run_lengths[2];
	uint32_t run; /* which of both is the run; the other is the longest */

	uint64_t before; /* rows before the one that is not there */
	uint64_t before_distinct;
	uint64_t equal; /* and equal to it */
};

void agg_set_init(struct agg_set *set, const struct agg_call *call,
    const struct row_order *order, uint32_t direct_at, uint32_t keys_at,
    struct mem_budget *budget);
void agg_set_release(struct agg_set *set);

/* What groups without a row have: ranks as if they were alone. */
void agg_set_no_rows(struct agg_state *state);

/* A new group, which will have so many values that are not null. */
void agg_set_begin(struct agg_set *set, int64_t value_count);

/*
 * The next row of the group; `is_repeated` if its keys are those of the row
 * before.  22003 for a fraction outside 0 to 1.
 */
MUST_USE int agg_set_add(struct agg_set *set, const struct vec *columns,
    uint32_t row, bool is_repeated, struct error *err);

/* The result of the group; the cell stays as it is if it had no row. */
MUST_USE int agg_set_end(struct agg_set *set, struct agg_state *state,
    struct agg_cell *cell, struct error *err);
