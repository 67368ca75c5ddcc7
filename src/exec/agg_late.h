/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_late.h -- rows of aggregates that keep every value (array_agg(),
 * string_agg(), json_agg() ...), once work_mem is full: they wait in a sorter by
 * their groups, and go to the states when the groups are given, as many groups
 * at a time as fit.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/agg_state.h"
#include "exec/sorter.h"

struct error;

struct agg_late {
	bool is_begun; /* some rows wait; the rest is not set before */

	/* private */
	struct type types[3]; /* the group, the arguments */
	uint32_t column_count;
	struct sort_key by_group;
	struct sorter sorter;
	struct arena arena; /* of `rows` */
	struct batch rows;  /* of the sorter, at hand */
	uint32_t at;
	bool is_done;
	struct agg_state state; /* of the groups that are given */
};

/* Whether states of such aggregates grow with every row. */
bool agg_kind_collects(enum agg_kind kind);

/* Row sel_row(sel, i) of group groups[i] waits. */
MUST_USE int agg_late_add(struct agg_late *late, const struct agg_call *call,
    const struct exec_context *context, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    uint32_t row_count, struct arena *scratch, struct error *err);

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
