/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_set.c -- see column_set.h: an array, and open addressing over it.
 */
#include "plan/column_set.h"

#include <string.h>

#include "common/hash.h"
#include "plan/rel_walk.h"

#define SLOTS_MIN 32

void
column_set_init(struct column_set *set, struct arena *arena)
{
	*set = (struct column_set){ .arena = arena };
}

static uint32_t
find_slot(const struct column_set *set, uint32_t rel, uint32_t column)
{
	uint32_t mask = set->slot_count - 1;
	uint32_t at = (uint32_t)hash_u64((uint64_t)rel << 32 | column) & mask;

	while (set->slots[at] != 0) {
		const struct column_id *item = &set->items[set->slots[at] - 1];

		if (item->rel == rel && item->column == column)
			break;
		at = (at + 1) & mask;
	}
	return at;
}

static void
grow(struct column_set *set)
{
	uint32_t capacity =
	    set->capacity == 0 ? SLOTS_MIN / 2 : set->capacity * 2;
	struct column_id *items =
	    arena_alloc_array(set->arena, capacity, sizeof(*items));

	if (set->count > 0)
		memcpy(items, set->items, set->count * sizeof(*items));
	set->items = items;
	set->capacity = capacity;
	set->slot_count = capacity * 2;
	set->slots =
	    arena_zalloc(set->arena, set->slot_count * sizeof(*set->slots));
	for (uint32_t i = 0; i < set->count; i++)
		set->slots[find_slot(set, items[i].rel, items[i].column)] =
		    i + 1;
}

bool
column_set_has(const struct column_set *set, uint32_t rel, uint32_t column)
{
	return set->count > 0 && set->slots[find_slot(set, rel, column)] != 0;
}

void
column_set_add(struct column_set *set, uint32_t rel, uint32_t column)
{
	uint32_t slot;

	if (set->count == set->capacity)
		grow(set);
	slot = find_slot(set, rel, column);
	if (set->slots[slot] != 0)
		return;
	set->items[set->count] =
	    (struct column_id){ .rel = rel, .column = column };
	set->slots[slot] = ++set->count;
}

void
column_set_add_all(struct column_set *set, const struct column_set *more)
{
	for (uint32_t i = 0; i < more->count; i++)
		column_set_add(set, more->items[i].rel, more->items[i].column);
}

void
column_set_add_expr(struct column_set *set, const struct expr *expr)
{
	if (expr->kind == EXPR_COLUMN)
		column_set_add(set, expr->column.rel, expr->column.column);
	if (expr->kind == EXPR_SUBQUERY) {
		column_set_add_rel(set, expr->subquery->rel);
		if (expr->subquery->test != NULL)
			column_set_add_expr(set, expr->subquery->test);
	}
	for (uint32_t i = 0; i < expr->arg_count; i++)
		column_set_add_expr(set, expr->args[i]);
}

static int
add_slot(struct expr **slot, void *arg)
{
	column_set_add_expr(arg, *slot);
	return 0;
}

void
column_set_add_rel(struct column_set *set, struct rel *rel)
{
	(void)rel_each_expr(rel, add_slot, set);
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		column_set_add_rel(set, *rel_input(rel, i));
}
