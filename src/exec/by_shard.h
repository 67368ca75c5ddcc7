/* SPDX-License-Identifier: Apache-2.0 */
/*
 * by_shard.h -- which relations can be made of each shard's events apart.
 *
 * A context is in one shard.  So what groups, joins, partitions or links by
 * context never brings rows of two shards together, and the rows that it makes
 * of all events are those that it makes of one shard's, of the next one's, and
 * so on: in another order, but for those of one context.
 */
#pragma once

#include <stdbool.h>

#include "plan/logical.h"

/* Nor is there anything in it that only one thread may do. */
bool rel_is_by_shard(const struct rel *rel);

/* Whether one of its own expressions must not be computed by several threads. */
bool rel_has_shared_state(const struct rel *rel);

/*
 * Whether an expression over the rows of a relation is their context, so that
 * no two shards have rows with the same value of it.
 */
bool rel_is_context(const struct rel *rel, const struct expr *expr);
