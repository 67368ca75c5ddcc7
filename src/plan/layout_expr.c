/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_expr.c -- positions in place of names in expressions, and what is given to
 * relations that run inside others; see layout.h.
 */
#include "plan/layout_private.h"

#include <assert.h>

#include "plan/option.h"

/* Of copied expressions and relations: copies of copies may grow fast. */
#define NODES_MAX 1000000

bool
layout_count_node(struct layouter *l)
{
	if (l->node_count >= NODES_MAX)
		l->is_too_complex = true;
	l->node_count++;
	return !layout_is_over(l);
}

bool
layout_is_over(const struct layouter *l)
{
	return l->is_too_complex || binder_is_over(l->binder);
}

/* Position of a column in the layout of a relation. */
uint32_t
layout_find_column(const struct rel *rel, uint32_t id, uint32_t column)
{
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (rel->columns[i].rel == id &&
		    rel->columns[i].column == column)
			return i;
	}
	return LAYOUT_NOT_FOUND;
}

static uint32_t
give(struct layouter *l, struct frame *frame, uint32_t rel, uint32_t column,
    uint32_t slot)
{
	struct given *given = arena_alloc(l->arena, sizeof(*given));

	*given = (struct given){ .next = frame->given,
		.rel = rel,
		.column = column,
		.slot = slot };
	frame->given = given;
	return slot;
}

static void
add_value(struct layouter *l, struct frame *frame, uint32_t slot,
    uint32_t column)
{
	frame->values = arena_grow(l->arena, frame->values, frame->count,
	    &frame->capacity, sizeof(*frame->values));
	frame->values[frame->count++] = (struct outer_value){ .slot = slot,
		.column = column,
		.type = frame->host->types[column] };
}

/* The slot of a column that a relation around the frame makes. */
static uint32_t
outer_slot(struct layouter *l, struct frame *frame, uint32_t rel,
    uint32_t column)
{
	uint32_t position = LAYOUT_NOT_FOUND;
	uint32_t slot;

	assert(frame != NULL);
	for (const struct given *given = frame->given; given != NULL;
	     given = given->next) {
		if (given->rel == rel && given->column == column)
			return given->slot;
	}
	if (frame->host != NULL)
		position = layout_find_column(frame->host, rel, column);
	if (position == LAYOUT_NOT_FOUND)
		return give(l, frame, rel, column,
		    outer_slot(l, frame->outer, rel, column));
	slot = l->binder->slot_count++;
	add_value(l, frame, slot, position);
	return give(l, frame, rel, column, slot);
}

static void
place_column(struct layouter *l, struct expr *placed, const struct rel *input)
{
	uint32_t rel = placed->column.rel;
	uint32_t column = placed->column.column;
	uint32_t position = input == NULL
	    ? LAYOUT_NOT_FOUND
	    : layout_find_column(input, rel, column);

	if (position != LAYOUT_NOT_FOUND) {
		placed->column.column = position;
		return;
	}
	placed->kind = EXPR_OUTER;
	placed->slot = outer_slot(l, l->frame, rel, column);
}

/* The query inside an expression, as it runs for rows of `input`. */
static void
place_subquery(struct layouter *l, struct expr *placed, const struct rel *input)
{
	const struct subquery *from = placed->subquery;
	struct subquery *subquery = arena_alloc(l->arena, sizeof(*subquery));
	struct frame frame = { .outer = l->frame, .host = input };

	*subquery = *from;
	subquery->index = l->binder->subquery_count++;
	subquery->operand_slot = l->binder->slot_count;
	l->binder->slot_count += placed->arg_count;
	for (uint32_t i = 0; i < placed->arg_count; i++)
		(void)give(l, &frame, from->operand_rel, i,
		    subquery->operand_slot + i);
	l->frame = &frame;
	subquery->rel = lay_out_whole(l, from->rel,
	    from->kind == SUBQUERY_EXISTS ? 0 : from->column_count);
	subquery->test = layout_place_optional(l, from->test, subquery->rel);
	l->frame = frame.outer;
	subquery->outers = frame.values;
	subquery->outer_count = frame.count;
	subquery->is_volatile = frame.is_volatile;
	subquery->can_hash = option_is_on(l->binder, OPTION_HASHED_SUBQUERY);
	subquery->can_remember = option_is_on(l->binder, OPTION_MEMOIZE) &&
	    (!frame.is_volatile || frame.count == 0);
	if (l->frame != NULL)
		l->frame->is_volatile |= frame.is_volatile;
	placed->subquery = subquery;
}

/* The expression over the batches of `input`, NULL if it has none. */
struct expr *
layout_place(struct layouter *l, const struct expr *expr,
    const struct rel *input)
{
	struct expr *placed;

	if (expr->kind == EXPR_OPERAND && l->operand != NULL)
		return l->operand;
	placed = expr_copy(l->arena, expr);
	if (!layout_count_node(l))
		return placed;
	if (fold_is_lazy(expr))
		return layout_fold_lazy(l, placed, input);
	for (uint32_t i = 0; i < expr->arg_count; i++)
		placed->args[i] = layout_place(l, expr->args[i], input);
	if (layout_is_over(l))
		return placed;
	if (expr->kind == EXPR_COLUMN)
		place_column(l, placed, input);
	else if (expr->kind == EXPR_SUBQUERY)
		place_subquery(l, placed, input);
	else if (l->frame != NULL && expr_is_volatile_call(expr))
		l->frame->is_volatile = true;
	return layout_fold(l, placed);
}

struct expr *
layout_place_optional(struct layouter *l, const struct expr *expr,
    const struct rel *input)
{
	return expr == NULL ? NULL : layout_place(l, expr, input);
}

struct expr **
layout_place_all(struct layouter *l, struct expr *const *exprs, uint32_t count,
    const struct rel *input)
{
	struct expr **placed =
	    arena_alloc_array(l->arena, count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++)
		placed[i] = layout_place(l, exprs[i], input);
	return placed;
}
