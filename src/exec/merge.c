/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.c -- see merge.h.
 *
 * The source with the least event_id gives rows up to the least of the others,
 * which a search by halves finds; a binary heap finds the next source.  Runs that
 * hardly interleave cost one comparison a batch.
 */
#include "exec/merge.h"

#include <inttypes.h>

#include "exec/eval.h"

void
merge_init(struct merge *merge, struct merge_source *sources,
    uint32_t source_count, bool is_ordered, struct arena *arena)
{
	*merge = (struct merge){ .sources = sources,
		.source_count = source_count,
		.is_ordered = is_ordered && source_count > 1 };
	merge->heap = arena_alloc_array(arena, source_count + 1,
	    sizeof(struct merge_source *));
	merge->spans =
	    arena_alloc_array(arena, VEC_ROWS, sizeof(*merge->spans));
}

void
merge_close(struct merge *merge)
{
	for (uint32_t i = 0; i < merge->source_count; i++) {
		if (merge->sources[i].cursor != NULL)
			scan_cursor_close(merge->sources[i].cursor);
		merge->sources[i].cursor = NULL;
	}
}

/* ---- sources ---- */

/* A cursor is open, unless there is no part left. */
static int
source_open(struct merge_source *source, struct error *err)
{
	if (source->cursor != NULL ||
	    source->next_part == scan_part_count(source->scan, source->run))
		return 0;
	return scan_cursor_open(source->scan, source->run, source->next_part++,
	    &source->cursor, err);
}

/* The next batch of a source that has none left: 1, 0 at the end. */
static int
source_fill(struct merge_source *source, struct error *err)
{
	int rc;

	source->at = 0;
	source->batch.sel.count = 0;
	for (;;) {
		rc = source_open(source, err);
		if (rc != 0)
			return rc;
		if (source->cursor == NULL)
			break;
		rc = scan_cursor_next(source->cursor, &source->batch, err);
		if (rc < 0)
			return rc;
		if (rc > 0 && source->batch.sel.count > 0)
			return 1;
		if (rc == 0) {
			scan_cursor_close(source->cursor);
			source->cursor = NULL;
		}
	}
	source->is_done = true;
	return 0;
}

static int64_t
source_id(const struct merge_source *source, uint32_t i)
{
	const struct vec *ids = &source->batch.cols[source->id_column];

	return ids->i64[vec_index(ids, sel_row(source->batch.sel, i))];
}

static bool
is_before(const struct merge_source *a, const struct merge_source *b)
{
	return source_id(a, a->at) < source_id(b, b->at);
}

/* ---- the heap ---- */

static void
sift_down(struct merge *merge, uint32_t i)
{
	struct merge_source **heap = merge->heap;

	for (;;) {
		uint32_t least = i;
		struct merge_source *moved = heap[i];

		for (uint32_t child = 2 * i + 1;
		     child <= 2 * i + 2 && child < merge->heap_count; child++) {
			if (is_before(heap[child], heap[least]))
				least = child;
		}
		if (least == i)
			return;
		heap[i] = heap[least];
		heap[least] = moved;
		i = least;
	}
}

static void
heap_push(struct merge *merge, struct merge_source *source)
{
	struct merge_source **heap = merge->heap;
	uint32_t i = merge->heap_count++;

	heap[i] = source;
	while (i > 0 && is_before(heap[i], heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
		heap[i] = source;
	}
}

static void
heap_pop(struct merge *merge)
{
	merge->heap[0] = merge->heap[--merge->heap_count];
	if (merge->heap_count > 1)
		sift_down(merge, 0);
}

/* The least event_id that a source other than the first has next. */
static int64_t
next_limit(const struct merge *merge)
{
	int64_t limit = INT64_MAX;

	for (uint32_t i = 1; i <= 2 && i < merge->heap_count; i++) {
		const struct merge_source *source = merge->heap[i];
		int64_t id = source_id(source, source->at);

		limit = id < limit ? id : limit;
	}
	return limit;
}

/* ---- merging ---- */

static void
add_span(struct merge *merge, struct merge_source *source, uint32_t count)
{
	merge->spans[merge->span_count++] = (struct merge_span){
		.source = source,
		.first = source->at,
		.count = count,
	};
	source->at += count;
	merge->row_count += count;
}

/* All runs are open before one is read: what they need is asked for together. */
static int
start(struct merge *merge, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < merge->source_count && rc == 0; i++)
		rc = source_open(&merge->sources[i], err);
	merge->is_started = true;
	return rc;
}

/* Sources whose batch is used up get their next. */
static int
refill(struct merge *merge, struct error *err)
{
	if (!merge->is_started && start(merge, err) != 0)
		return err->code;
	for (uint32_t i = 0; i < merge->source_count; i++) {
		struct merge_source *source = &merge->sources[i];
		int rc;

		if (source->is_done || source->at < source->batch.sel.count)
			continue;
		rc = source_fill(source, err);
		if (rc < 0)
			return rc;
		if (rc > 0)
			heap_push(merge, source);
	}
	return 0;
}

/* One past the last row before `end` whose event_id is less than `limit`. */
static uint32_t
rows_below(const struct merge_source *source, uint32_t end, int64_t limit)
{
	uint32_t first = source->at;

	if (end > first && source_id(source, end - 1) < limit)
		return end; /* runs hardly interleave */
	while (first < end) {
		uint32_t middle = first + (end - first) / 2;

		if (source_id(source, middle) < limit)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* No batch of its run follows the one that it is at. */
static bool
is_over(const struct merge_source *source)
{
	return scan_cursor_is_over(source->cursor) &&
	    source->next_part == scan_part_count(source->scan, source->run);
}

/* Two sources have it: in files that somebody has made, and no others. */
static int
breaks_order(const struct merge_source *source, struct error *err)
{
	(void)error_set(err, STELE_E_CORRUPT,
	    "event_id %" PRId64 " does not ascend",
	    source_id(source, source->at));
	return error_detail(err, "It is in two segments.");
}

static int
merge_by_id(struct merge *merge, struct error *err)
{
	int rc = refill(merge, err);

	if (rc != 0)
		return rc;
	while (merge->heap_count > 0 && merge->row_count < VEC_ROWS) {
		struct merge_source *source = merge->heap[0];
		uint32_t end = source->batch.sel.count;
		uint32_t room = VEC_ROWS - merge->row_count;

		if (end - source->at > room)
			end = source->at + room;
		end = rows_below(source, end, next_limit(merge));
		if (end == source->at)
			return breaks_order(source, err);
		add_span(merge, source, end - source->at);
		if (source->at < source->batch.sel.count) {
			sift_down(merge, 0);
			continue;
		}
		heap_pop(merge);
		source->is_done = is_over(source);
		/* What was named must stay: no refill before return. */
		if (!source->is_done)
			break;
	}
	return merge->row_count > 0;
}

/* One source after the other, batch by batch. */
static int
merge_in_turn(struct merge *merge, struct error *err)
{
	for (uint32_t i = 0; i < merge->source_count; i++) {
		struct merge_source *source = &merge->sources[i];
		int rc;

		if (source->is_done)
			continue;
		rc = source_fill(source, err);
		if (rc < 0)
			return rc;
		if (rc > 0) {
			add_span(merge, source, source->batch.sel.count);
			return 1;
		}
	}
	return 0;
}

int
merge_next(struct merge *merge, struct error *err)
{
	merge->span_count = 0;
	merge->row_count = 0;
	return merge->is_ordered ? merge_by_id(merge, err)
				 : merge_in_turn(merge, err);
}

/* ---- columns ---- */

void
merge_shape(const struct merge *merge, struct arena *arena, struct batch *out)
{
	const struct merge_span *span = &merge->spans[0];
	struct sel sel = span->source->batch.sel;
	uint16_t *rows;

	out->row_count = merge->row_count;
	out->sel = sel_all(merge->row_count);
	if (merge->span_count > 1)
		return;
	/* the source's own batch, or a piece of it */
	out->row_count = span->source->batch.row_count;
	if (span->first == 0 && span->count == sel.count) {
		out->sel = sel;
		return;
	}
	rows = arena_alloc_array(arena, span->count, sizeof(*rows));
	for (uint32_t i = 0; i < span->count; i++)
		rows[i] = (uint16_t)sel_row(sel, span->first + i);
	out->sel = (struct sel){ .rows = rows, .count = span->count };
}

void
merge_column(const struct merge *merge, uint32_t column, enum phys phys,
    struct arena *arena, struct vec *out)
{
	uint32_t at = 0;

	if (merge->span_count == 1) {
		*out = merge->spans[0].source->batch.cols[column];
		return;
	}
	vec_init(out, phys, merge->row_count, arena);
	for (uint32_t i = 0; i < merge->span_count; i++) {
		const struct merge_span *span = &merge->spans[i];
		const struct batch *batch = &span->source->batch;

		vec_copy_span(out, at, &batch->cols[column], batch->sel,
		    span->first, span->count, merge->row_count, arena);
		at += span->count;
	}
}

int
merge_need_strings(const struct merge *merge, uint32_t column,
    struct error *err)
{
	uint16_t rows[VEC_ROWS];
	int rc = 0;

	/* a column that is borrowed stays as it is */
	for (uint32_t i = 0;
	     merge->span_count > 1 && i < merge->span_count && rc == 0; i++) {
		const struct merge_span *span = &merge->spans[i];
		const struct batch *batch = &span->source->batch;
		struct sel sel = { .rows = rows, .count = span->count };

		for (uint32_t k = 0; k < span->count; k++)
			rows[k] =
			    (uint16_t)sel_row(batch->sel, span->first + k);
		rc = vec_need_strings(&batch->cols[column], sel, err);
	}
	return rc;
}
