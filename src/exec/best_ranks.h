/* SPDX-License-Identifier: Apache-2.0 */
/*
 * best_ranks.h -- the N best of many values of a sort key.
 *
 * Values, integers or floats, become integers, ranks, of which the least is the
 * best: so that they can be compared, also with those of another event type,
 * whatever the key's form and direction.
 *
 * Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vec/vec.h"

struct best_ranks {
	enum phys phys; /* PHYS_I64 or PHYS_F64 */
	bool is_descending;
	int64_t *heap; /* room for `wanted`: the worst of them on top */
	uint32_t count;
	uint32_t wanted; /* at least one */
};

/* -0 has the rank of 0, and becomes that. */
int64_t best_rank_of_f64(double value);

static inline int64_t
best_rank_of(const struct best_ranks *best, const struct datum *value)
{
	int64_t rank =
	    best->phys == PHYS_F64 ? best_rank_of_f64(value->f64) : value->i64;

	return best->is_descending ? ~rank : rank;
}

struct datum best_value_of(const struct best_ranks *best, int64_t rank);

void best_ranks_keep(struct best_ranks *best, int64_t rank);

/* Whether another rank, or a worse one, would change nothing of the ranks. */
static inline bool
best_ranks_exclude(const struct best_ranks *best, int64_t rank)
{
	return best->count == best->wanted && rank >= best->heap[0];
}
