/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_late.h -- rows of an aggregate that wait until their group is given.
 *
 *   agg(x ORDER BY y), agg(DISTINCT x) where it matters which x is first, and
 *   WITHIN GROUP: all rows, by group and keys, equal ones as they came
 *   array_agg(), string_agg(), json_agg() ...: once work_mem is full, those
 *   that come then, by group
 *
 * They wait in a sorter, and go to the states, or to an ordered set, when the
 * groups are given, as many groups at a time as fit.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/agg_set.h"
#include "exec/agg_state.h"
#include "exec/eval.h"
#include "exec/sorter.h"

struct error;

struct agg_late {
	bool is_begun; /* some rows wait; the rest is not set before */

	/* private */
	const struct agg_call *call;
	struct arena shape; /* of types and keys */
	struct type *types; /* the group, arguments, direct ones, the keys */
	uint32_t column_count;
	uint32_t direct_at; /* column of the first direct argument */
	uint32_t keys_at;   /* column of the first key */
	struct sorter sorter;
	struct arena arena; /* of `rows` */
	struct batch rows;  /* of the sorter, at hand */
	uint32_t at;
	bool is_done;
	struct row_store last;  /* the last row of the batch before */
	struct agg_state state; /* of the groups that are given */
	struct agg_set set;     /* of the one that is read, if it is one */
};

/* Whether states of such aggregates grow with every row. */
bool agg_kind_collects(enum agg_kind kind);

/*
 * Row sel_row(sel, i) of group groups[i] waits; `args` are the call's one or two
 * arguments.  `before` has the groups' cells, which count values for percentiles.
 */
MUST_USE int agg_late_add(struct agg_late *late, struct agg_state *before,
    const struct eval *eval, const struct vec *args, struct sel sel,
    const uint32_t *groups, struct error *err);

/* No more rows. */
MUST_USE int agg_late_finish(struct agg_late *late, struct error *err);

/*
 * The next groups' states, in late->state as groups 0.. of `count` at most: begin,
 * then take one after the other.  A state goes on from that in `before`, which
 * is not used any more.
 */
MUST_USE int agg_late_begin(struct agg_late *late,
    const struct agg_state *before, uint32_t count, struct error *err);
MUST_USE int agg_late_take(struct agg_late *late,
    const struct agg_state *before, uint32_t group, uint32_t index,
    struct error *err);

void agg_late_release(struct agg_late *late);
