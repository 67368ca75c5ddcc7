/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_columns.c -- what an aggregation reads of its input's columns.
 *
 * Groups are found by codes, where keys have them, and of what is counted only
 * nulls and which are equal matter.  So the strings of such columns may come
 * late: they are asked for when a code is new.
 */
#include "exec/agg_op.h"
#include "plan/rel_walk.h"

/* Whether a call looks only at which rows are null, or equal. */
static bool
only_counts(const struct agg_call *call)
{
	return call->kind == AGG_COUNT && call->order_count == 0;
}

struct reading {
	const struct rel_agg *agg;
	bool *is_read; /* by column of the input */
};

/* A key, or what is counted: a column as it is. */
static bool
is_looked_up(const struct rel_agg *agg, struct expr *const *slot)
{
	if ((*slot)->kind != EXPR_COLUMN)
		return false;
	if (slot >= agg->keys && slot < agg->keys + agg->key_count)
		return true;
	for (uint32_t i = 0; i < agg->call_count; i++)
		if (slot == &agg->calls[i].arg)
			return only_counts(&agg->calls[i]);
	return false;
}

static int
mark_read(struct expr **slot, void *arg)
{
	const struct reading *reading = arg;

	if (!is_looked_up(reading->agg, slot))
		expr_mark_columns(*slot, reading->is_read);
	return 0;
}

/* From the columns of a projection to those of its input. */
static bool *
read_below(const struct rel *rel, const bool *is_read, struct arena *arena)
{
	bool *below = arena_zalloc(arena, (size_t)rel->input->column_count + 1);

	for (uint32_t i = 0; i < rel->column_count; i++)
		if (is_read[i] || rel->project[i]->kind != EXPR_COLUMN)
			expr_mark_columns(rel->project[i], below);
	return below;
}

int
agg_prepare(struct op_state *op, struct error *err)
{
	struct arena *arena = op->env->arena;
	struct reading reading = { .agg = &op->rel->agg,
		.is_read = arena_zalloc(arena,
		    (size_t)op->rel->input->column_count + 1) };
	struct op_state *below = op->input;

	(void)rel_each_expr_of(op->rel, mark_read, &reading);
	while (
	    below->rel->kind == REL_FILTER || below->rel->kind == REL_PROJECT) {
		const struct rel *rel = below->rel;

		if (rel->kind == REL_PROJECT)
			reading.is_read =
			    read_below(rel, reading.is_read, arena);
		for (uint32_t i = 0;
		     rel->kind == REL_FILTER && i < rel->filter.count; i++)
			expr_mark_columns(rel->filter.conjuncts[i],
			    reading.is_read);
		below = below->input;
	}
	if (below->rel->kind == REL_SCAN)
		scan_op_let_late(below, reading.is_read);
	return arena_check(arena, err);
}
