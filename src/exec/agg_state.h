/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_state.h -- the running state of one aggregate, for all groups.
 *
 * What a kind keeps for a group is one struct agg_cell, all of them in one
 * array by group.  A batch is added by a loop over its rows, chosen once a
 * batch by kind and physical form.
 *
 * Memory: an arena of the state's own.  Threads: one.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "plan/logical.h"
#include "types/numeric.h"
#include "vec/vec.h"

struct array_list;
struct error;
struct type_settings;

struct distinct_sketch; /* exec/agg_distinct.h */

struct float_moments {
	double sx;  /* sum */
	double sxx; /* sum of the squares of distances from the mean */
};

struct pair_moments {
	double sx, sxx, sy, syy;
	double sxy; /* sum of the products of both distances */
};

struct agg_cell {
	int64_t count; /* values that were not null */
	union {
		i128 i128;
		double f64;
		struct numeric_sum sum;
		struct datum datum;
		struct interval interval;
		struct float_moments moments;  /* variance of floats */
		struct numeric_moments *exact; /* of others */
		struct pair_moments pairs;     /* regression */
		struct distinct_sketch *sketch;
		struct array_list *list; /* array_agg */
		struct {
			struct datum value;
			void *room; /* of its string or limbs */
			size_t capacity;
		} extreme; /* min, max; the value is `datum`, too */
		struct {
			char *data;
			size_t len;
			size_t capacity;
		} text;
	};
};

struct agg_state {
	const struct agg_call *call;
	const struct type_settings *settings;
	struct arena arena;        /* what cells point to */
	struct arena cells_arena;  /* the cells themselves */
	const atomic_bool *cancel; /* set after init; NULL: none */
	struct agg_cell *cells;
	uint32_t count; /* of cells that groups have; zeroed at first */
	uint32_t capacity;
};

void agg_state_init(struct agg_state *state, const struct agg_call *call,
    const struct type_settings *settings, struct mem_budget *budget);
void agg_state_release(struct agg_state *state);

/* Forget all groups, keep the memory of the cells. */
void agg_state_reset(struct agg_state *state);

static inline size_t
agg_state_bytes(const struct agg_state *state)
{
	return state->arena.used_bytes + state->cells_arena.used_bytes;
}

/* The same with cells for `count` groups. */
size_t agg_state_bytes_with(const struct agg_state *state, uint32_t count);

/* Cells for groups 0..count-1; new ones are empty. */
MUST_USE int agg_state_reserve(struct agg_state *state, uint32_t count,
    struct error *err);

/*
 * Add row sel_row(sel, i) to group groups[i].  `arg` is NULL for count(*),
 * `second` is the call's second argument, where it has one.
 */
MUST_USE int agg_state_add(struct agg_state *state, const struct vec *arg,
    const struct vec *second, struct sel sel, const uint32_t *groups,
    struct error *err);

/* agg_combine.c: whether states of such aggregates can be combined. */
bool agg_kind_combines(enum agg_kind kind);

/*
 * Add what `more`, of an equal call, has for its group g to group groups[g].
 * All is copied.  22003 as agg_state_add().
 */
MUST_USE int agg_state_combine(struct agg_state *state, const uint32_t *groups,
    const struct agg_state *more, struct error *err);

/*
 * What one group has come to so far; strings and limbs are the state's, or in
 * `arena`.
 */
MUST_USE int agg_state_value(const struct agg_state *state, uint32_t group,
    struct arena *arena, struct datum *out, struct error *err);

/* The results of `count` groups from `first` on. */
MUST_USE int agg_state_result(struct agg_state *state, uint32_t first,
    uint32_t count, struct arena *arena, struct vec *out, struct error *err);
