/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_parts.c -- see top_parts.h.
 */
#include "exec/top_parts.h"

#include <stdlib.h>

#include "engine/catalog/catalog.h"
#include "exec/eval.h"
#include "exec/event_types.h"
#include "exec/scan_spec.h"

uint32_t
top_attnum_of(const struct rel *scan, uint32_t column)
{
	uint32_t attnum = scan->scan.attnums[column];

	return scan->kind == REL_EVENTS ? events_attnum(attnum) : attnum;
}

/*
 * Of the columns that are marked, those that are read; the type's name is made.
 * False for a payload, which would have to be built for all rows.
 */
static bool
take_columns(struct top_search *search, const bool *marks)
{
	const struct rel *rel = search->scan_rel;

	search->type_column = UINT32_MAX;
	for (uint32_t c = 0; c < rel->column_count; c++) {
		uint32_t attnum = top_attnum_of(rel, c);

		if (!marks[c])
			continue;
		if (attnum != ATTNUM_NONE) {
			search->columns[search->attnum_count] = c;
			search->attnums[search->attnum_count++] = attnum;
		} else if (rel->scan.attnums[c] == EVENTS_EVENT_TYPE) {
			search->type_column = c;
		} else {
			return false;
		}
	}
	return true;
}

/* The key, and what the filters name: whether all that can be read here. */
static bool
choose_columns(struct top_search *search)
{
	const struct rel *rel = search->scan_rel;
	size_t count = (size_t)rel->column_count + 1;
	bool *marks = arena_zalloc(&search->arena, count);

	for (const struct rel *filter = search->filters; filter != rel;
	     filter = filter->input) {
		for (uint32_t i = 0; i < filter->filter.count; i++)
			expr_mark_columns(filter->filter.conjuncts[i], marks);
	}
	search->attnums =
	    arena_alloc_array(&search->arena, count, sizeof(*search->attnums));
	search->columns =
	    arena_alloc_array(&search->arena, count, sizeof(*search->columns));
	search->vecs =
	    arena_zalloc(&search->arena, count * sizeof(*search->vecs));
	marks[search->column] = true;
	return take_columns(search, marks);
}

/* The types, without scans. */
static int
choose_sources(struct top_search *search, struct error *err)
{
	const struct rel *rel = search->scan_rel;
	const struct event_type *type = rel->scan.type;
	struct event_types events = { .types = &type, .count = 1 };
	int rc = 0;

	if (rel->kind == REL_EVENTS)
		rc = event_types_choose(search->env, rel, NULL, &events, err);
	if (rc != 0)
		return rc;
	search->sources = arena_try_alloc(&search->arena,
	    ((size_t)events.count + 1) * sizeof(*search->sources));
	if (search->sources == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < events.count; i++)
		search->sources[search->source_count++] =
		    (struct top_source){ .type = events.types[i] };
	return 0;
}

int
top_parts_open(struct top_search *search, struct error *err)
{
	const struct exec_env *env = search->env;
	const struct rel *rel = search->scan_rel;
	struct scan_spec spec = { .snapshot = env->context->snapshot,
		.without = env->context->scan_without,
		.has_small_parts = true,
		.is_estimate = true };
	bool is_empty;
	int rc;

	rc = scan_spec_bounds(env, rel, &spec, &is_empty, err);
	if (rc != 0 || is_empty || spec.has_context || !choose_columns(search))
		return rc;
	spec.attnums = search->attnums;
	spec.attnum_count = search->attnum_count;
	rc = choose_sources(search, err);
	for (uint32_t i = 0; i < search->source_count && rc == 0; i++) {
		struct top_source *source = &search->sources[i];

		spec.type = source->type;
		if (catalog_type_by_oid(snapshot_catalog(spec.snapshot),
			source->type->oid) != NULL)
			rc = scan_open(env->context->engine, &spec,
			    &search->arena, &source->scan, err);
	}
	return rc;
}

static int
compare_candidates(const void *a, const void *b)
{
	const struct top_part *x = a;
	const struct top_part *y = b;

	return (x->best > y->best) - (x->best < y->best);
}

static int
add_candidate(struct top_search *search, const struct top_source *source,
    uint32_t run, uint32_t part, struct error *err)
{
	struct top_part *candidate = &search->parts[search->part_count];
	bool is_descending = search->best.is_descending;
	struct scan_range range;
	bool is_known;
	int rc;

	rc = scan_part_range(source->scan, run, part,
	    top_attnum_of(search->scan_rel, search->column), &range, err);
	if (rc != 0)
		return rc;
	is_known = is_descending ? range.has_high : range.has_low;
	*candidate = (struct top_part){ .source = source,
		.run = run,
		.part = part,
		.best = !is_known
		    ? INT64_MIN
		    : best_rank_of(&search->best,
			  is_descending ? &range.high : &range.low) };
	search->part_count++;
	return 0;
}

static int
add_parts(struct top_search *search, const struct top_source *source,
    struct error *err)
{
	uint32_t run_count = scan_run_count(source->scan);
	int rc = 0;

	for (uint32_t run = 0; run < run_count; run++) {
		uint32_t count = scan_part_count(source->scan, run);

		for (uint32_t part = 0; part < count && rc == 0; part++)
			rc = add_candidate(search, source, run, part, err);
	}
	return rc;
}

static size_t
count_parts(const struct top_source *source)
{
	uint32_t run_count = scan_run_count(source->scan);
	size_t total = 0;

	for (uint32_t run = 0; run < run_count; run++)
		total += scan_part_count(source->scan, run);
	return total;
}

int
top_parts_list(struct top_search *search, struct error *err)
{
	size_t total = 0;
	int rc = 0;

	for (uint32_t i = 0; i < search->source_count; i++) {
		if (search->sources[i].scan != NULL)
			total += count_parts(&search->sources[i]);
	}
	search->parts = arena_try_alloc(&search->arena,
	    (total + 1) * sizeof(*search->parts));
	if (search->parts == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < search->source_count && rc == 0; i++) {
		if (search->sources[i].scan != NULL)
			rc = add_parts(search, &search->sources[i], err);
	}
	qsort(search->parts, search->part_count, sizeof(*search->parts),
	    compare_candidates);
	return rc;
}

uint64_t
top_parts_rows(const struct top_search *search)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < search->source_count; i++) {
		if (search->sources[i].scan != NULL)
			rows += scan_row_estimate(search->sources[i].scan);
	}
	return rows;
}

void
top_parts_close(struct top_search *search)
{
	for (uint32_t i = 0; i < search->source_count; i++) {
		if (search->sources[i].scan != NULL)
			scan_close(search->sources[i].scan);
	}
}
