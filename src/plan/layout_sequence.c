/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_sequence.c -- event sequences and their steps; see layout.h.
 */
#include "plan/layout_private.h"

#include "plan/option.h"

static void
lay_out_step(struct layouter *l, struct sequence_input *step,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);

	column_set_add_expr(&below, step->link);
	column_set_add_expr(&below, step->time);
	column_set_add_expr(&below, step->id);
	step->rel = lay_out(l, step->rel, &below);
	step->link = layout_place(l, step->link, step->rel);
	step->time = layout_place(l, step->time, step->rel);
	step->id = layout_place(l, step->id, step->rel);
	/* What only its conditions and the matching look at is not kept. */
	step->kept = arena_alloc_array(l->arena,
	    (size_t)step->rel->column_count + 1, sizeof(*step->kept));
	step->kept_count = 0;
	for (uint32_t c = 0; c < step->rel->column_count; c++) {
		const struct column_id *column = &step->rel->columns[c];

		if (column_set_has(wanted, column->rel, column->column))
			step->kept[step->kept_count++] = c;
	}
}

/* The scan of a step, if there is nothing but conditions above it. */
static struct rel *
scan_of_step(struct rel *rel)
{
	while (rel->kind == REL_FILTER || rel->kind == REL_PROJECT)
		rel = rel->input;
	return rel->kind == REL_SCAN ? rel : NULL;
}

/* Linked by the context, later steps can be read context by context. */
static void
set_context_slot(struct layouter *l, struct rel_sequence *sequence)
{
	sequence->context_slot = 0;
	if (!sequence->is_by_context ||
	    !option_is_on(l->binder, OPTION_CONTEXT_WALK))
		return;
	for (uint32_t i = 1; i < sequence->step_count; i++)
		if (scan_of_step(sequence->steps[i].rel) == NULL)
			return;
	sequence->context_slot = ++l->binder->slot_count;
	for (uint32_t i = 1; i < sequence->step_count; i++) {
		struct rel *scan = scan_of_step(sequence->steps[i].rel);

		if (scan != NULL)
			scan->scan.context_slot = sequence->context_slot;
	}
}

/* The steps' columns side by side. */
struct rel *
lay_out_sequence(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = layout_copy(l, rel);
	uint32_t count = rel->sequence.step_count;
	uint32_t column_count = 0;

	out->sequence.within =
	    layout_place_optional(l, rel->sequence.within, NULL);
	out->sequence.steps =
	    arena_alloc_array(l->arena, count, sizeof(*out->sequence.steps));
	for (uint32_t i = 0; i < count; i++) {
		out->sequence.steps[i] = rel->sequence.steps[i];
		lay_out_step(l, &out->sequence.steps[i], wanted);
		column_count += out->sequence.steps[i].kept_count;
	}
	set_context_slot(l, &out->sequence);
	out->sequence.keeps_all =
	    !option_is_on(l->binder, OPTION_SEQUENCE_NEAREST);
	layout_start_columns(l, out, column_count);
	for (uint32_t i = 0; i < count; i++) {
		const struct sequence_input *step = &out->sequence.steps[i];

		for (uint32_t k = 0; k < step->kept_count; k++) {
			uint32_t c = step->kept[k];

			layout_add_column(out, step->rel->columns[c].rel,
			    step->rel->columns[c].column, step->rel->types[c]);
		}
	}
	return out;
}
