/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_seen.h -- the values of an aggregate with DISTINCT that were seen, by
 * group; for aggregates to which it is all one in which order they come.
 *
 * A set of bits is asked first, and a table for what that has no room for, which
 * keeps up to work_mem.  When it is full, rows whose value is not in
 * it wait in parts by hash, with their groups, until all have come.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/agg_state.h"
#include "exec/group_table.h"
#include "exec/partition.h"
#include "exec/seen_set.h"

struct error;

/* Columns of a row: its group, the value, and the second argument, if any. */
#define AGG_SEEN_COLUMNS 3

struct agg_seen {
	const struct exec_context *context;
	struct seen_set set;
	struct group_table table; /* by group and value; those not in the set */
	struct type types[AGG_SEEN_COLUMNS];
	bool is_full;
	bool has_parts;
	struct partitions parts;
};

/* It stays where it is. */
void agg_seen_init(struct agg_seen *seen, const struct agg_call *call,
    const struct exec_context *context);
void agg_seen_release(struct agg_seen *seen);

static inline size_t
agg_seen_bytes(const struct agg_seen *seen)
{
	return group_table_bytes(&seen->table) + seen_set_bytes(&seen->set);
}

/*
 * Leave in kept[] the rows whose value is the first of its group, *count of
 * them; what is not known yet waits.
 */
MUST_USE int agg_seen_filter(struct agg_seen *seen, const struct vec *columns,
    struct sel sel, struct arena *arena, uint16_t *kept, uint32_t *count,
    struct error *err);

/* All rows have come: add those that waited to the state. */
MUST_USE int agg_seen_finish(struct agg_seen *seen, struct agg_state *state,
    struct error *err);
