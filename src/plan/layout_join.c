/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_join.c -- where the columns of joins lie; see layout.h.
 */
#include "plan/layout_private.h"

#include "plan/option.h"

/* Whether all columns of an expression are among those of one side. */
static bool
is_over(struct layouter *l, const struct expr *expr, const struct rel *side)
{
	struct column_set set;

	column_set_init(&set, l->arena);
	column_set_add_expr(&set, expr);
	for (uint32_t i = 0; i < set.count; i++) {
		if (layout_find_column(side, set.items[i].rel,
			set.items[i].column) == LAYOUT_NOT_FOUND)
			return false;
	}
	return set.count > 0;
}

/* The conjunct as an equality of both sides, if it is one that hashes. */
static bool
key_of(struct layouter *l, const struct expr *conjunct, const struct rel *left,
    const struct rel *right, struct join_key *out)
{
	if (!expr_is_equality(conjunct, &out->type))
		return false;
	for (uint32_t side = 0; side < 2; side++) {
		const struct expr *a = conjunct->args[side];
		const struct expr *b = conjunct->args[1 - side];

		if (!is_over(l, a, left) || !is_over(l, b, right))
			continue;
		out->left = layout_place(l, a, left);
		out->right = layout_place(l, b, right);
		return true;
	}
	return false;
}

/* What conditions see: the columns of the left side, then the right one's. */
static struct rel
both_sides(struct layouter *l, const struct rel *left, const struct rel *right)
{
	struct rel both = { .kind = REL_JOIN };

	layout_start_columns(l, &both,
	    left->column_count + right->column_count);
	for (uint32_t i = 0; i < left->column_count; i++)
		layout_add_column(&both, left->columns[i].rel,
		    left->columns[i].column, left->types[i]);
	for (uint32_t i = 0; i < right->column_count; i++)
		layout_add_column(&both, right->columns[i].rel,
		    right->columns[i].column, right->types[i]);
	return both;
}

static void
place_conditions(struct layouter *l, const struct rel *rel, struct rel *out,
    const struct rel *both)
{
	uint32_t count = rel->join.conjunct_count;
	bool can_hash =
	    !rel->join.is_lateral && option_is_on(l->binder, OPTION_HASH_JOIN);

	out->join.keys =
	    arena_alloc_array(l->arena, count + 1, sizeof(*out->join.keys));
	out->join.key_count = 0;
	out->join.conjuncts = arena_alloc_array(l->arena, count + 1,
	    sizeof(*out->join.conjuncts));
	out->join.conjunct_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct expr *conjunct = rel->join.conjuncts[i];

		if (can_hash &&
		    key_of(l, conjunct, out->input, out->join.right,
			&out->join.keys[out->join.key_count]))
			out->join.key_count++;
		else
			out->join.conjuncts[out->join.conjunct_count++] =
			    layout_place(l, conjunct, both);
	}
}

/* The right side; LATERAL, it runs for each row of the left one. */
static void
lay_out_right(struct layouter *l, struct rel *join,
    const struct column_set *wanted)
{
	struct frame frame = { .outer = l->frame, .host = join->input };

	if (!join->join.is_lateral) {
		join->join.right = lay_out(l, join->join.right, wanted);
		return;
	}
	l->frame = &frame;
	join->join.right = lay_out(l, join->join.right, wanted);
	l->frame = frame.outer;
	join->join.outers = frame.values;
	join->join.outer_count = frame.count;
	if (l->frame != NULL)
		l->frame->is_volatile |= frame.is_volatile;
}

struct rel *
lay_out_join(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);
	struct rel both;
	uint32_t count;

	for (uint32_t i = 0; i < rel->join.conjunct_count; i++)
		column_set_add_expr(&below, rel->join.conjuncts[i]);
	if (rel->join.is_lateral)
		column_set_add_rel(&below, rel->join.right);
	out->input = lay_out(l, rel->input, &below);
	lay_out_right(l, out, &below);
	both = both_sides(l, out->input, out->join.right);
	place_conditions(l, rel, out, &both);
	count = rel->join.kind == JOIN_SEMI || rel->join.kind == JOIN_ANTI
	    ? out->input->column_count
	    : both.column_count;
	layout_start_columns(l, out, count);
	out->join.outputs =
	    arena_alloc_array(l->arena, count + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		const struct column_id *id = &both.columns[i];

		if (!column_set_has(wanted, id->rel, id->column))
			continue;
		out->join.outputs[out->column_count] = i;
		layout_add_column(out, id->rel, id->column, both.types[i]);
	}
	return out;
}
