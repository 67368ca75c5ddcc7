/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.c -- see layout.h.  Top down, each relation is told which columns are
 * wanted of it; bottom up, each says where its columns lie.
 */
#include "plan/layout.h"

#include "plan/improve.h"
#include "plan/late_payload.h"
#include "plan/layout_private.h"
#include "plan/option.h"
#include "plan/scan_bound.h"

/* ---- relations ---- */

struct rel *
layout_copy(struct layouter *l, const struct rel *rel)
{
	struct rel *copy = arena_alloc(l->arena, sizeof(*copy));

	(void)layout_count_node(l);
	*copy = *rel;
	copy->index = l->binder->rel_count++;
	return copy;
}

/* Room for the layout of a relation with at most `count` columns. */
void
layout_start_columns(struct layouter *l, struct rel *rel, uint32_t count)
{
	rel->column_count = 0;
	rel->types =
	    arena_alloc_array(l->arena, count + 1, sizeof(*rel->types));
	rel->columns =
	    arena_alloc_array(l->arena, count + 1, sizeof(*rel->columns));
}

void
layout_add_column(struct rel *rel, uint32_t id, uint32_t column,
    struct type type)
{
	rel->types[rel->column_count] = type;
	rel->columns[rel->column_count++] =
	    (struct column_id){ .rel = id, .column = column };
}

/* Columns pass through: the layout is the input's. */
void
layout_same_columns(struct rel *rel)
{
	rel->column_count = rel->input->column_count;
	rel->types = rel->input->types;
	rel->columns = rel->input->columns;
}

/* What is wanted of an input: what is wanted above, and more to be added. */
struct column_set
layout_wanted_below(struct layouter *l, const struct column_set *wanted)
{
	struct column_set below;

	column_set_init(&below, l->arena);
	if (wanted != NULL)
		column_set_add_all(&below, wanted);
	return below;
}

/*
 * A relation whose batches hold exactly columns 0..count-1 of the relation
 * `id`, in order: `rel` itself or a projection of it.
 */
static struct rel *
fit(struct layouter *l, struct rel *rel, uint32_t id, uint32_t count)
{
	bool fits = rel->column_count == count;
	struct rel *project;

	if (layout_is_over(l))
		return rel;
	for (uint32_t i = 0; i < count && fits; i++)
		fits = rel->columns[i].rel == id && rel->columns[i].column == i;
	if (fits)
		return rel;
	project = arena_zalloc(l->arena, sizeof(*project));
	project->kind = REL_PROJECT;
	project->index = l->binder->rel_count++;
	project->id = id;
	project->input = rel;
	project->project =
	    arena_alloc_array(l->arena, count + 1, sizeof(*project->project));
	layout_start_columns(l, project, count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		uint32_t column = rel->columns[i].column;

		if (rel->columns[i].rel != id || column >= count)
			continue;
		project->columns[column] = rel->columns[i];
		project->types[column] = rel->types[i];
		project->project[column] =
		    expr_column(l->arena, rel->types[i], 0, 0, i);
	}
	project->column_count = count;
	return project;
}

/* A query as such: exactly its first columns. */
struct rel *
lay_out_whole(struct layouter *l, const struct rel *rel, uint32_t count)
{
	struct column_set wanted;

	column_set_init(&wanted, l->arena);
	for (uint32_t i = 0; i < count; i++)
		column_set_add(&wanted, rel->id, i);
	return fit(l, lay_out(l, rel, &wanted), rel->id, count);
}

static struct rel *
lay_out_scan(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = layout_copy(l, rel);

	layout_start_columns(l, out, wanted->count);
	out->scan.attnums = arena_alloc_array(l->arena, wanted->count + 1,
	    sizeof(*out->scan.attnums));
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (!column_set_has(wanted, rel->id, i))
			continue;
		out->scan.attnums[out->column_count] = i + 1;
		layout_add_column(out, rel->id, i, rel->types[i]);
	}
	return out;
}

/* The columns of a relation that are wanted of it. */
void
layout_add_wanted(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted, struct rel *out)
{
	layout_start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (column_set_has(wanted, rel->id, i))
			layout_add_column(out, rel->id, i, rel->types[i]);
	}
}

static struct rel *
lay_out_values(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = layout_copy(l, rel);
	uint32_t row_count = rel->values.row_count;

	layout_add_wanted(l, rel, wanted, out);
	out->values.rows = arena_alloc_array(l->arena, row_count + 1,
	    sizeof(*out->values.rows));
	for (uint32_t r = 0; r < row_count; r++) {
		struct expr **row = arena_alloc_array(l->arena,
		    out->column_count + 1, sizeof(*row));

		for (uint32_t i = 0; i < out->column_count; i++)
			row[i] = layout_place(l,
			    rel->values.rows[r][out->columns[i].column], NULL);
		out->values.rows[r] = row;
	}
	return out;
}

struct set_call *
layout_place_sets(struct layouter *l, const struct set_call *calls,
    uint32_t count, const struct rel *input)
{
	struct set_call *placed =
	    arena_alloc_array(l->arena, (size_t)count + 1, sizeof(*placed));

	for (uint32_t i = 0; i < count; i++) {
		placed[i] = calls[i];
		placed[i].args = layout_place_all(l, calls[i].args,
		    calls[i].arg_count, input);
	}
	return placed;
}

static struct rel *
lay_out_function(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = layout_copy(l, rel);

	layout_add_wanted(l, rel, wanted, out);
	out->function.calls = layout_place_sets(l, rel->function.calls,
	    rel->function.call_count, NULL);
	return out;
}

/* What a condition lets nothing of through need not be read. */
static struct rel *
lay_out_nothing(struct layouter *l, const struct rel *like)
{
	struct rel *out = layout_copy(l, like);

	out->kind = REL_VALUES;
	out->input = NULL;
	out->values = (struct rel_values){ .row_count = 0 };
	return out;
}

static struct rel *
lay_out_filter(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);

	for (uint32_t i = 0; i < rel->filter.count; i++)
		column_set_add_expr(&below, rel->filter.conjuncts[i]);
	out->input = lay_out(l, rel->input, &below);
	layout_same_columns(out);
	if (!layout_fold_conjuncts(l, &out->filter, out->input))
		return lay_out_nothing(l, out->input);
	if ((out->input->kind == REL_SCAN || out->input->kind == REL_EVENTS ||
		out->input->kind == REL_SYSTEM) &&
	    option_is_on(l->binder, OPTION_SCAN_BOUNDS))
		scan_set_bounds(l->arena, out->input, &out->filter);
	return out;
}

static struct rel *
lay_out_project(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct column_set below = layout_wanted_below(l, NULL);
	struct rel *out = layout_copy(l, rel);

	layout_start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++) {
		if (!column_set_has(wanted, rel->id, i))
			continue;
		layout_add_column(out, rel->id, i, rel->types[i]);
		column_set_add_expr(&below, rel->project[i]);
	}
	out->input = lay_out(l, rel->input, &below);
	out->project = arena_alloc_array(l->arena, out->column_count + 1,
	    sizeof(*out->project));
	for (uint32_t i = 0; i < out->column_count; i++)
		out->project[i] = layout_place(l,
		    rel->project[out->columns[i].column], out->input);
	return out;
}

/* The columns of `events` get the names that they have above. */
static struct rel *
lay_out_payload(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	uint32_t source = rel->payload.source;
	struct column_set below = layout_wanted_below(l, NULL);
	struct rel *out = layout_copy(l, rel);
	const struct rel *input;

	for (uint32_t i = 0; i < EVENTS_COLUMN_COUNT; i++) {
		if (i == EVENTS_EVENT_ID - 1 || i == EVENTS_EVENT_TYPE - 1 ||
		    i == EVENTS_PAYLOAD - 1 ||
		    column_set_has(wanted, rel->id, i))
			column_set_add(&below, source, i);
	}
	input = out->input = lay_out(l, rel->input, &below);
	layout_start_columns(l, out, input->column_count);
	for (uint32_t i = 0; i < input->column_count; i++) {
		bool is_event = input->columns[i].rel == source &&
		    input->columns[i].column < EVENTS_COLUMN_COUNT;

		layout_add_column(out,
		    is_event ? rel->id : input->columns[i].rel,
		    input->columns[i].column, input->types[i]);
	}
	out->payload.event_id =
	    layout_find_column(input, source, EVENTS_EVENT_ID - 1);
	out->payload.event_type =
	    layout_find_column(input, source, EVENTS_EVENT_TYPE - 1);
	out->payload.payload =
	    layout_find_column(input, source, EVENTS_PAYLOAD - 1);
	return out;
}

void
layout_all_columns(struct layouter *l, const struct rel *rel, struct rel *out)
{
	layout_start_columns(l, out, rel->column_count);
	for (uint32_t i = 0; i < rel->column_count; i++)
		layout_add_column(out, rel->id, i, rel->types[i]);
}

static struct rel *
lay_out_append(struct layouter *l, const struct rel *rel)
{
	struct rel *out = layout_copy(l, rel);

	layout_all_columns(l, rel, out);
	out->append.inputs = arena_alloc_array(l->arena, rel->append.count + 1,
	    sizeof(*out->append.inputs));
	for (uint32_t i = 0; i < rel->append.count; i++)
		out->append.inputs[i] =
		    lay_out_whole(l, rel->append.inputs[i], rel->column_count);
	return out;
}

static struct rel *
lay_out_unpivot(struct layouter *l, const struct rel *rel)
{
	struct rel *out = layout_copy(l, rel);

	layout_all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input,
	    rel->column_count * rel->unpivot.row_count);
	return out;
}

/* Two inputs, all of whose columns are its own: a set operation, a recursion. */
static struct rel *
lay_out_two(struct layouter *l, const struct rel *rel)
{
	struct rel *out = layout_copy(l, rel);
	struct rel **second =
	    rel->kind == REL_SET_OP ? &out->set_op.right : &out->recursive.step;

	layout_all_columns(l, rel, out);
	out->input = lay_out_whole(l, rel->input, rel->column_count);
	*second = lay_out_whole(l, *second, rel->column_count);
	return out;
}

static struct rel *
lay_out_reading(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct column_set below = layout_wanted_below(l, wanted);
	struct rel *out = layout_copy(l, rel);

	out->input = lay_out(l, rel->input, &below);
	layout_same_columns(out);
	return out;
}

static struct rel *
lay_out_kind(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	const struct rel *late;

	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
		return lay_out_scan(l, rel, wanted);
	case REL_VALUES:
		return lay_out_values(l, rel, wanted);
	case REL_FUNCTION:
		return lay_out_function(l, rel, wanted);
	case REL_FILTER:
		return lay_out_filter(l, rel, wanted);
	case REL_PROJECT:
		return lay_out_project(l, rel, wanted);
	case REL_JOIN:
		return lay_out_join(l, rel, wanted);
	case REL_AGG:
		return lay_out_agg(l, rel, wanted);
	case REL_SORT:
		return lay_out_sort(l, rel, wanted);
	case REL_UNIQUE:
		return lay_out_unique(l, rel, wanted);
	case REL_LIMIT:
		late = late_payload(l->binder, rel, wanted);
		return late != NULL ? lay_out(l, late, wanted)
				    : lay_out_limit(l, rel, wanted);
	case REL_PAYLOAD:
		return lay_out_payload(l, rel, wanted);
	case REL_APPEND:
		return lay_out_append(l, rel);
	case REL_WINDOW:
		return lay_out_window(l, rel, wanted);
	case REL_PROJECT_SET:
		return lay_out_project_set(l, rel, wanted);
	case REL_SEQUENCE:
		return lay_out_sequence(l, rel, wanted);
	case REL_UNPIVOT:
		return lay_out_unpivot(l, rel);
	case REL_SET_OP:
	case REL_RECURSIVE:
		return lay_out_two(l, rel);
	case REL_WITH:
		return lay_out_with(l, rel, wanted);
	case REL_CTE:
	case REL_WORK:
		return lay_out_stored(l, rel, wanted);
	case REL_MODIFY:
		return lay_out_modify(l, rel);
	case REL_READING:
		return lay_out_reading(l, rel, wanted);
	}
	return layout_copy(l, rel);
}

/* Once planning is over, relations have no columns: those above make none. */
struct rel *
lay_out(struct layouter *l, const struct rel *rel,
    const struct column_set *wanted)
{
	struct rel *out = NULL;

	if (!layout_is_over(l))
		out = lay_out_kind(l, rel, wanted);
	if (!layout_is_over(l))
		return out;
	out = arena_zalloc(l->arena, sizeof(*out));
	out->kind = REL_VALUES;
	layout_start_columns(l, out, 0);
	return out;
}

/* ---- from outside ---- */

static int
check(const struct layouter *l, struct error *err)
{
	return l->is_too_complex ? too_complex(err)
				 : binder_check(l->binder, err);
}

int
layout_rel(struct binder *binder, struct rel *rel, uint32_t count,
    struct rel **out, struct error *err)
{
	struct layouter l = { .binder = binder, .arena = binder->arena };
	int rc;

	*out = NULL;
	rel = improve_rel(binder, rel);
	rc = binder_check(binder, err);
	if (rc != 0)
		return rc;
	*out = lay_out_whole(&l, rel, count);
	return check(&l, err);
}

int
layout_expr(struct binder *binder, const struct expr *expr,
    const struct rel *rel, struct expr **out, struct error *err)
{
	struct layouter l = { .binder = binder, .arena = binder->arena };

	improve_expr(binder, expr);
	*out = layout_place(&l, expr, rel);
	return check(&l, err);
}
