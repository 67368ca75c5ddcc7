/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_group.c -- aggregates, order, windows and sets; see layout.h.
 */
#include "plan/layout_private.h"

#include "plan/rel_walk.h"

static void
place_call(struct layouter *l, struct agg_call *call, const struct rel *input)
{
	struct order_key *order = arena_alloc_array(l->arena,
	    (size_t)call->order_count + 1, sizeof(*order));

	call->arg = layout_place_optional(l, call->arg, input);
	call->second = layout_place_optional(l, call->second, input);
	call->filter = layout_place_optional(l, call->filter, input);
	call->direct =
	    layout_place_all(l, call->direct, call->direct_count, input);
	for (uint32_t i = 0; i < call->order_count; i++) {
		order[i] = call->order[i];
		order[i].key = layout_place_optional(l, order[i].key, input);
	}
	call->order = order;
}

static void
want_call(struct column_set *below, const struct agg_call *call)
{
	if (call->arg != NULL)
		column_set_add_expr(below, call->arg);
	if (call->second != NULL)
		column_set_add_expr(below, call->second);
	for (uint32_t i = 0; i < call->direct_count; i++)
		column_set_add_expr(below, call->direct[i]);
	for (uint32_t i = 0; i < call->order_count; i++)
		column_set_add_expr(below, call->order[i].key);
	if (call->filter != NULL)
		column_set_add_expr(below, call->filter);
}

/* The aggregates and GROUPING()s that are wanted, after the keys. */
static void
keep_calls(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted, struct rel *out, struct column_set *below)
{
	const struct rel_agg *agg = &rel->agg;
	uint32_t column = agg->key_count;

	out->agg.calls = arena_alloc_array(l->arena, agg->call_count + 1,
	    sizeof(*out->agg.calls));
	out->agg.call_count = 0;
	for (uint32_t i = 0; i < agg->call_count; i++, column++) {
		if (!column_set_has(wanted, rel->id, column))
			continue;
		layout_add_column(out, rel->id, column, rel->types[column]);
		out->agg.calls[out->agg.call_count++] = agg->calls[i];
		want_call(below, &agg->calls[i]);
	}
	out->agg.groupings = arena_alloc_array(l->arena,
	    agg->grouping_count + 1, sizeof(*out->agg.groupings));
	out->agg.grouping_count = 0;
	for (uint32_t i = 0; i < agg->grouping_count; i++, column++) {
		if (!column_set_has(wanted, rel->id, column))
			continue;
		layout_add_column(out, rel->id, column, rel->types[column]);
		out->agg.groupings[out->agg.grouping_count++] =
		    agg->groupings[i];
	}
}

/* All keys make the groups; what nobody wants of the rest is left out. */
struct rel *
lay_out_agg(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct rel_agg *agg = &rel->agg;
	struct column_set below = layout_wanted_below(l, NULL);
	struct rel *out = layout_copy(l, rel);

	layout_start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < agg->key_count; i++) {
		layout_add_column(out, rel->id, i, rel->types[i]);
		column_set_add_expr(&below, agg->keys[i]);
	}
	keep_calls(l, rel, wanted, out, &below);
	out->input = lay_out(l, rel->input, &below);
	out->agg.keys =
	    layout_place_all(l, agg->keys, agg->key_count, out->input);
	for (uint32_t i = 0; i < out->agg.call_count; i++)
		place_call(l, &out->agg.calls[i], out->input);
	return out;
}

/* Columns of a relation by their number as positions in a layout. */
static uint32_t *
place_numbers(struct layouter *l, const struct rel *input, uint32_t id,
    const uint32_t *columns, uint32_t count)
{
	uint32_t *placed =
	    arena_alloc_array(l->arena, count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++)
		placed[i] = layout_find_column(input, id, columns[i]);
	return placed;
}

struct rel *
lay_out_unique(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);

	for (uint32_t i = 0; i < rel->unique.count; i++)
		column_set_add(&below, rel->id, rel->unique.columns[i]);
	out->input = lay_out(l, rel->input, &below);
	layout_same_columns(out);
	out->unique.columns = place_numbers(l, out->input, rel->id,
	    rel->unique.columns, rel->unique.count);
	return out;
}

struct rel *
lay_out_sort(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);
	uint32_t count = rel->sort.key_count;

	for (uint32_t i = 0; i < count; i++)
		column_set_add(&below, rel->id, rel->sort.keys[i].column);
	out->input = lay_out(l, rel->input, &below);
	layout_same_columns(out);
	out->sort.keys =
	    arena_alloc_array(l->arena, count + 1, sizeof(*out->sort.keys));
	for (uint32_t i = 0; i < count; i++) {
		out->sort.keys[i] = rel->sort.keys[i];
		out->sort.keys[i].column = layout_find_column(out->input,
		    rel->id, rel->sort.keys[i].column);
	}
	return out;
}

struct rel *
lay_out_limit(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);

	for (uint32_t i = 0; i < rel->limit.tie_count; i++)
		column_set_add(&below, rel->id, rel->limit.ties[i]);
	out->input = lay_out(l, rel->input, &below);
	layout_same_columns(out);
	out->limit.limit = layout_place_optional(l, rel->limit.limit, NULL);
	out->limit.offset = layout_place_optional(l, rel->limit.offset, NULL);
	out->limit.ties = place_numbers(l, out->input, rel->id, rel->limit.ties,
	    rel->limit.tie_count);
	return out;
}

/* ---- windows, sets ---- */

static void
place_window_call(struct layouter *l, struct window_call *call,
    const struct rel *input)
{
	call->agg.arg = layout_place_optional(l, call->agg.arg, input);
	call->agg.second = layout_place_optional(l, call->agg.second, input);
	call->agg.filter = layout_place_optional(l, call->agg.filter, input);
	for (uint32_t i = 0; i < WINDOW_ARGS_MAX; i++)
		call->args[i] = layout_place_optional(l, call->args[i], input);
	call->frame.start_offset =
	    layout_place_optional(l, call->frame.start_offset, input);
	call->frame.end_offset =
	    layout_place_optional(l, call->frame.end_offset, input);
	call->frame.range_key =
	    layout_place_optional(l, call->frame.range_key, input);
}

static int
want_slot(struct expr **slot, void *arg)
{
	column_set_add_expr(arg, *slot);
	return 0;
}

/* The input's columns that are wanted, then all calls. */
struct rel *
lay_out_window(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);
	struct rel_window *window = &out->window;

	(void)rel_each_expr_of(rel, want_slot, &below);
	out->input = lay_out(l, rel->input, &below);
	layout_start_columns(l, out,
	    out->input->column_count + window->call_count);
	for (uint32_t i = 0; i < out->input->column_count; i++)
		layout_add_column(out, out->input->columns[i].rel,
		    out->input->columns[i].column, out->input->types[i]);
	for (uint32_t i = 0; i < window->call_count; i++)
		layout_add_column(out, rel->id, i, rel->types[i]);
	window->partition = layout_place_all(l, rel->window.partition,
	    window->partition_count, out->input);
	window->order = arena_alloc_array(l->arena,
	    (size_t)window->order_count + 1, sizeof(*window->order));
	window->calls = arena_alloc_array(l->arena,
	    (size_t)window->call_count + 1, sizeof(*window->calls));
	for (uint32_t i = 0; i < window->order_count; i++) {
		window->order[i] = rel->window.order[i];
		window->order[i].key =
		    layout_place(l, window->order[i].key, out->input);
	}
	for (uint32_t i = 0; i < window->call_count; i++) {
		window->calls[i] = rel->window.calls[i];
		place_window_call(l, &window->calls[i], out->input);
	}
	return out;
}

/* The input's columns that are wanted, then all sets. */
struct rel *
lay_out_project_set(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);
	uint32_t count = rel->column_count;

	(void)rel_each_expr_of(rel, want_slot, &below);
	out->input = lay_out(l, rel->input, &below);
	layout_start_columns(l, out, out->input->column_count + count);
	for (uint32_t i = 0; i < out->input->column_count; i++)
		layout_add_column(out, out->input->columns[i].rel,
		    out->input->columns[i].column, out->input->types[i]);
	for (uint32_t i = 0; i < count; i++)
		layout_add_column(out, rel->id, i, rel->types[i]);
	out->project_set.calls = layout_place_sets(l, rel->project_set.calls,
	    rel->project_set.call_count, out->input);
	return out;
}
