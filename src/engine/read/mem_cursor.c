/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors over MemTables: whole chunks without a copy, or the rows of one
 * context, or of a list of events, gathered from wherever they are.
 */
#include <math.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "engine/haste.h"
#include "engine/memtable/mem_scan.h"
#include "engine/read/scan_private.h"

struct mem_cursor {
	struct scan_cursor base;
	struct memtable *memtable;     /* referenced (R4) */
	struct arena arena;            /* of the current batch */
	const struct mem_chunk *chunk; /* PART_CHUNKS: the next one */
	uint32_t chunks_left;
	mem_ref *refs; /* rows to be gathered, ascending event_id; owned */
	size_t ref_count, ref_next;
	struct vec *cols; /* of attnum_count; owned */
};

static void
mem_close(struct scan_cursor *base)
{
	struct mem_cursor *cursor = (struct mem_cursor *)base;

	arena_release(&cursor->arena);
	memtable_unref(cursor->memtable);
	free(cursor->refs);
	free(cursor->cols);
	free(cursor);
}

static struct mem_cursor *
mem_cursor_new(struct scan *scan, const struct scan_part *part,
    const struct scan_cursor_class *class)
{
	struct mem_cursor *cursor = calloc(1, sizeof(*cursor));

	if (cursor == NULL)
		return NULL;
	cursor->base.class = class;
	cursor->base.scan = scan;
	cursor->base.spec = scan_part_spec(scan, part);
	cursor->memtable = memtable_ref(part->memtable);
	arena_init(&cursor->arena, NULL);
	cursor->cols = calloc(cursor->base.spec->attnum_count + (size_t)1,
	    sizeof(cursor->cols[0]));
	if (cursor->cols != NULL)
		return cursor;
	mem_close(&cursor->base);
	return NULL;
}

static int
finish_batch(struct mem_cursor *cursor, uint32_t rows, struct batch *out,
    struct error *err)
{
	int rc = arena_check(&cursor->arena, err);

	*out = (struct batch){
		.row_count = rows,
		.col_count = cursor->base.spec->attnum_count,
		.cols = cursor->cols,
		.sel = sel_all(rows),
	};
	return rc == 0 ? 1 : rc;
}

/* ---- chunks ---- */

/* Leave the rows of `sel` that a range of integers or floats does not exclude;
 * NaN stays, as it may be the greatest. */
static uint32_t
leave_in_range(const struct scan_range *range, const struct vec *vec,
    struct sel sel, uint16_t *rows)
{
	int64_t low = range->has_low ? range->low.i64 : INT64_MIN;
	int64_t high = range->has_high ? range->high.i64 : INT64_MAX;
	double low_f64 = range->has_low ? range->low.f64 : -INFINITY;
	double high_f64 = range->has_high ? range->high.f64 : INFINITY;
	uint32_t count = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint32_t at = vec_index(vec, row);
		bool is_in = vec->phys == PHYS_I64
		    ? vec->i64[at] >= low && vec->i64[at] <= high
		    : !(vec->f64[at] < low_f64) && !(vec->f64[at] > high_f64);

		rows[count] = (uint16_t)row;
		count += is_in && !vec_is_null(vec, row);
	}
	return count;
}

/* The rows of a chunk from `from` on that may lie in all ranges. */
static struct sel
in_ranges(struct mem_cursor *cursor, const struct mem_chunk *chunk,
    uint32_t from, uint32_t count)
{
	const struct scan_spec *spec = cursor->base.spec;
	struct sel sel = sel_all(count);
	uint16_t *rows;

	if (spec->range_count == 0 ||
	    (spec->without & SCAN_WITHOUT_ROW_FILTER) != 0)
		return sel;
	rows = arena_alloc_array(&cursor->arena, count, sizeof(*rows));
	for (uint32_t i = 0; i < spec->range_count && sel.count > 0; i++) {
		struct vec vec;

		mem_chunk_vec(chunk, spec->type, spec->ranges[i].attnum, from,
		    &cursor->arena, &vec);
		if (vec.phys != PHYS_I64 && vec.phys != PHYS_F64)
			continue;
		sel.count = leave_in_range(&spec->ranges[i], &vec, sel, rows);
		sel.rows = rows;
	}
	return sel;
}

static int
chunks_next(struct scan_cursor *base, struct batch *out, struct error *err)
{
	struct mem_cursor *cursor = (struct mem_cursor *)base;
	const struct scan_spec *spec = base->spec;

	arena_reset(&cursor->arena);
	while (cursor->chunks_left > 0) {
		const struct mem_chunk *chunk = cursor->chunk;
		uint32_t limit =
		    mem_chunk_count_upto(chunk, spec->event_id_last);
		uint32_t from = 0;
		struct sel sel;
		int rc;

		cursor->chunks_left--;
		if (cursor->chunks_left > 0)
			cursor->chunk = mem_chunk_next(chunk);
		if (spec->event_id_first > 0)
			from = mem_chunk_count_upto(chunk,
			    spec->event_id_first - 1);
		if (from >= limit)
			continue;
		sel = in_ranges(cursor, chunk, from, limit - from);
		if (sel.count == 0)
			continue;
		for (uint32_t i = 0; i < spec->attnum_count; i++)
			mem_chunk_vec(chunk, spec->type, spec->attnums[i], from,
			    &cursor->arena, &cursor->cols[i]);
		rc = finish_batch(cursor, limit - from, out, err);
		out->sel = sel;
		return rc;
	}
	return 0;
}

static const struct scan_cursor_class chunks_class = {
	.next = chunks_next,
	.close = mem_close,
};

int
mem_chunks_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err)
{
	struct mem_cursor *cursor = mem_cursor_new(scan, part, &chunks_class);

	if (cursor == NULL)
		return error_no_memory(err);
	cursor->chunk = part->chunk;
	cursor->chunks_left = part->count;
	*out = &cursor->base;
	return 0;
}

/* ---- rows from here and there ---- */

/* Is the row one of the scan's?  1, 0, or -1: neither is any older one. */
static int
is_wanted(const struct scan_spec *spec, mem_ref ref)
{
	const struct mem_chunk *chunk = mem_ref_chunk(ref);
	uint64_t event_id = (uint64_t)chunk->event_ids[mem_ref_row(ref)];

	if (event_id < spec->event_id_first)
		return -1;
	return event_id <= spec->event_id_last &&
	    chunk->type_oid == spec->type->oid;
}

/*
 * The rows of the context in chunks of the type from `chunk` on, without its
 * chain: all rows are looked at, once to be counted.
 */
static int
search_refs(struct mem_cursor *cursor, const struct mem_chunk *chunk,
    struct error *err)
{
	const struct scan_spec *spec = cursor->base.spec;
	const struct mem_chunk *first = chunk;
	size_t count = 0;

	for (; chunk != NULL; chunk = mem_chunk_next(chunk))
		count += mem_chunk_count_upto(chunk, spec->event_id_last);
	cursor->refs = malloc((count + 1) * sizeof(cursor->refs[0]));
	if (cursor->refs == NULL)
		return error_no_memory(err);
	for (chunk = first; chunk != NULL; chunk = mem_chunk_next(chunk)) {
		uint32_t rows =
		    mem_chunk_count_upto(chunk, spec->event_id_last);

		for (uint32_t row = 0; row < rows; row++)
			if (str_equal(chunk->contexts[row], spec->context) &&
			    (uint64_t)chunk->event_ids[row] >=
				spec->event_id_first)
				cursor->refs[cursor->ref_count++] =
				    (mem_ref)chunk | row;
	}
	return 0;
}

/* Follow the chain from the newest row, twice: count, then fill backwards. */
static int
collect_refs(struct mem_cursor *cursor, const struct memtable *memtable,
    struct error *err)
{
	const struct scan_spec *spec = cursor->base.spec;
	mem_ref newest = memtable_context_newest(memtable, spec->context);
	size_t at, count = 0;
	mem_ref ref;
	int wanted, rc;

	for (ref = newest; ref != 0 && (wanted = is_wanted(spec, ref)) >= 0;
	     ref = mem_ref_chunk(ref)->previous[mem_ref_row(ref)]) {
		rc = haste_take(1, err);
		if (rc != 0)
			return rc;
		count += wanted == 1;
	}
	cursor->refs = malloc((count + 1) * sizeof(cursor->refs[0]));
	if (cursor->refs == NULL)
		return error_no_memory(err);
	cursor->ref_count = at = count;
	for (ref = newest; ref != 0 && at > 0;
	     ref = mem_ref_chunk(ref)->previous[mem_ref_row(ref)])
		if (is_wanted(spec, ref) == 1)
			cursor->refs[--at] = ref;
	return 0;
}

/* Events that are asked for and lie in chunks of the type from `chunk` on. */
static int
find_refs(struct mem_cursor *cursor, const struct mem_chunk *chunk,
    struct error *err)
{
	const struct scan_spec *spec = cursor->base.spec;
	uint32_t next = 0;

	cursor->refs =
	    malloc((spec->event_id_count + (size_t)1) * sizeof(mem_ref));
	if (cursor->refs == NULL)
		return error_no_memory(err);
	for (; chunk != NULL; chunk = mem_chunk_next(chunk)) {
		uint32_t count = mem_chunk_count(chunk);

		for (; next < spec->event_id_count && count > 0; next++) {
			int64_t id = spec->event_ids[next];
			uint32_t upto;

			if (id > chunk->event_ids[count - 1])
				break; /* in a later chunk */
			upto = mem_chunk_count_upto(chunk, (uint64_t)id);
			if (upto > 0 && chunk->event_ids[upto - 1] == id)
				cursor->refs[cursor->ref_count++] =
				    (mem_ref)chunk | (upto - 1);
		}
	}
	return 0;
}

/* Rows from refs[first] on that lie in one chunk, at most VEC_ROWS. */
static uint32_t
same_chunk_count(const struct mem_cursor *cursor, size_t first)
{
	const struct mem_chunk *chunk = mem_ref_chunk(cursor->refs[first]);
	size_t i = first;

	while (i < cursor->ref_count && i - first < VEC_ROWS &&
	    mem_ref_chunk(cursor->refs[i]) == chunk)
		i++;
	return (uint32_t)(i - first);
}

static int
refs_next(struct scan_cursor *base, struct batch *out, struct error *err)
{
	struct mem_cursor *cursor = (struct mem_cursor *)base;
	const struct scan_spec *spec = base->spec;
	uint16_t rows[VEC_ROWS];
	const struct mem_chunk *chunk;
	uint32_t count;

	arena_reset(&cursor->arena);
	if (cursor->ref_next == cursor->ref_count)
		return 0;
	chunk = mem_ref_chunk(cursor->refs[cursor->ref_next]);
	count = same_chunk_count(cursor, cursor->ref_next);
	for (uint32_t i = 0; i < count; i++)
		rows[i] =
		    (uint16_t)mem_ref_row(cursor->refs[cursor->ref_next + i]);
	cursor->ref_next += count;
	base->is_over = cursor->ref_next == cursor->ref_count;
	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		const struct sel sel = { .rows = rows, .count = count };
		struct vec whole;

		mem_chunk_vec(chunk, spec->type, spec->attnums[i], 0,
		    &cursor->arena, &whole);
		if (whole.is_constant)
			cursor->cols[i] = whole;
		else
			vec_gather(&cursor->cols[i], &whole, sel,
			    &cursor->arena);
	}
	return finish_batch(cursor, count, out, err);
}

static const struct scan_cursor_class refs_class = {
	.next = refs_next,
	.close = mem_close,
};

int
mem_rows_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err)
{
	struct mem_cursor *cursor = mem_cursor_new(scan, part, &refs_class);
	int rc;

	if (cursor == NULL)
		return error_no_memory(err);
	if (part->kind == PART_EVENTS)
		rc = find_refs(cursor, part->chunk, err);
	else if ((scan->spec.without & SCAN_WITHOUT_CONTEXT_INDEX) != 0)
		rc = search_refs(cursor, part->chunk, err);
	else
		rc = collect_refs(cursor, part->memtable, err);
	if (rc != 0)
		mem_close(&cursor->base);
	else
		*out = &cursor->base;
	return rc;
}
