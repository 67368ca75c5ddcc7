/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_set.h -- a set of columns, by their names in a logical plan; private
 * to src/plan/.
 *
 * Memory: the arena given to column_set_init().  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "plan/expr.h"
#include "plan/logical.h"

struct column_set {
	struct arena *arena;
	struct column_id *items; /* in the order they were added */
	uint32_t count;
	/* private */
	uint32_t capacity;
	uint32_t *slots; /* index + 1, or 0; a power of two of them */
	uint32_t slot_count;
};

void column_set_init(struct column_set *set, struct arena *arena);
void column_set_add(struct column_set *set, uint32_t rel, uint32_t column);
bool column_set_has(const struct column_set *set, uint32_t rel,
    uint32_t column);
void column_set_add_all(struct column_set *set, const struct column_set *more);

/*
 * All columns that an expression names, or a relation and all below it.
 * Subqueries count with all that is in them.
 */
void column_set_add_expr(struct column_set *set, const struct expr *expr);
void column_set_add_rel(struct column_set *set, struct rel *rel);
