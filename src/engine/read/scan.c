/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a scan: which shards, segments, zones and chunks can hold its rows,
 * cut into parts.  Nothing of the data is read here but zone maps and indexes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/haste.h"
#include "engine/read/context_places.h"
#include "engine/read/scan_private.h"
#include "engine/segment/block_cache.h"

#define PART_ZONE_COUNT  4  /* zones of one part: work for one thread */
#define PART_CHUNK_COUNT 16 /* chunks of one part */

static int
out_of_memory(struct error *err)
{
	return error_no_memory(err);
}

struct scan_part *
scan_add_part(struct scan *scan, struct scan_run *run, bool is_aged)
{
	if (run->part_count == run->part_room) {
		uint32_t room = run->part_room == 0 ? 8 : run->part_room * 2;
		struct scan_part *parts =
		    arena_try_alloc(scan->arena, room * sizeof(*parts));

		if (parts == NULL)
			return NULL;
		if (run->part_count > 0)
			memcpy(parts, run->parts,
			    run->part_count * sizeof(*parts));
		run->parts = parts;
		run->part_room = room;
	}
	memset(&run->parts[run->part_count], 0, sizeof(run->parts[0]));
	run->parts[run->part_count].is_aged = is_aged;
	scan->has_aged |= is_aged;
	return &run->parts[run->part_count++];
}

struct scan_run *
scan_run_before(struct scan *scan, uint32_t first, uint64_t event_id)
{
	struct scan_run *best = NULL;

	for (uint32_t i = first; i < scan->run_count; i++) {
		struct scan_run *run = &scan->runs[i];

		if (run->last_event_id < event_id &&
		    (best == NULL || run->last_event_id > best->last_event_id))
			best = run;
	}
	if (best != NULL)
		return best;
	if (scan->run_count == scan->run_room) {
		uint32_t room = scan->run_room == 0 ? 8 : scan->run_room * 2;
		struct scan_run *runs =
		    arena_try_alloc(scan->arena, room * sizeof(*runs));

		if (runs == NULL)
			return NULL;
		if (scan->run_count > 0)
			memcpy(runs, scan->runs,
			    scan->run_count * sizeof(*runs));
		scan->runs = runs;
		scan->run_room = room;
	}
	best = &scan->runs[scan->run_count++];
	*best = (struct scan_run){ .shard = scan->shard };
	return best;
}

/* ---- segments ---- */

void
scan_bound_spec(struct scan_spec *spec)
{
	uint64_t position = spec->snapshot->position;

	if (spec->event_id_last == 0 || spec->event_id_last > position)
		spec->event_id_last = position;
}

bool
scan_may_hold(const struct scan_spec *spec, const struct segment_meta *meta,
    enum scan_pruner *why)
{
	*why = PRUNED_BY_EVENT_ID;
	if ((spec->without & SCAN_WITHOUT_SEGMENT_RANGES) != 0)
		return true;
	if (meta->event_id_first > spec->event_id_last ||
	    meta->event_id_last < spec->event_id_first)
		return false;
	*why = PRUNED_BY_TIME;
	for (uint32_t i = 0; i < spec->range_count; i++) {
		const struct scan_range *range = &spec->ranges[i];

		if (range->attnum != COLUMN_TIMESTAMP)
			continue;
		if ((range->has_low && meta->time_max < range->low.i64) ||
		    (range->has_high && meta->time_min > range->high.i64))
			return false;
	}
	return true;
}

static int
add_zones(struct scan *scan, struct scan_run *run,
    struct segment_section *section, const struct segment_parts *found,
    struct error *err)
{
	uint32_t most = scan->spec.has_small_parts ? 1 : PART_ZONE_COUNT;

	for (uint32_t at = 0; at < found->zone_count; at += most) {
		struct scan_part *part =
		    scan_add_part(scan, run, scan->is_aging);

		if (part == NULL)
			return out_of_memory(err);
		part->kind = PART_ZONES;
		part->section = section;
		part->numbers = found->zones + at;
		part->count = found->zone_count - at;
		if (part->count > most)
			part->count = most;
		for (uint32_t i = 0; i < part->count; i++)
			run->row_estimate += segment_section_zone_rows(section,
			    part->numbers[i]);
	}
	return 0;
}

/* Number `i` of its shard in the view. */
static const struct segment_context *
known_place(const struct scan *scan, uint32_t i)
{
	const struct context_places *places = scan->spec.places;

	return places != NULL && places->segments[i].is_asked
	    ? &places->segments[i]
	    : NULL;
}

/* Where the scan's context is, as far as it was not known. */
static int
find_place(const struct scan *scan, struct segment *segment,
    const struct segment_context **known, struct segment_context *found,
    struct error *err)
{
	int rc;

	if (*known != NULL || !scan->spec.has_context ||
	    scan->spec.event_ids != NULL)
		return 0;
	rc = segment_contexts_find(&segment, 1, scan->spec.context,
	    scan->spec.without, scan->arena, found, err);
	*known = found;
	return rc;
}

/* `first`: where the runs of its shard begin; `known`: NULL, or the context's. */
static int
add_segment(struct scan *scan, uint32_t first, struct segment *segment,
    const struct segment_context *known, struct error *err)
{
	const struct segment_meta *meta = segment_meta(segment);
	struct segment_section *section;
	struct segment_parts found = { .zone_count = 0 };
	struct segment_context place;
	struct scan_run *run;
	enum scan_pruner why = PRUNED_BY_TYPE;
	int rc;

	scan->opened.segments++;
	if (segment_meta_type_rows(meta, scan->spec.type->oid) == 0 ||
	    !scan_may_hold(&scan->spec, meta, &why)) {
		scan->opened.segments_pruned++;
		scan->opened.pruned_by[why]++;
		return 0;
	}
	scan->is_aging = segment_meta(segment)->time_min < scan->horizon;
	rc = segment_section(segment, scan->spec.type->oid, &section, err);
	if (rc != 0 || section == NULL)
		return rc;
	rc = find_place(scan, segment, &known, &place, err);
	if (rc != 0)
		return rc;
	if (known != NULL && segment_context_is_large(section, known))
		return scan_add_places(scan, first, section, meta, known, err);
	rc = known != NULL
	    ? segment_prune_context(section, &scan->spec, known, scan->arena,
		  &found, err)
	    : segment_prune(section, &scan->spec, scan->arena, &found, err);
	if (rc != 0)
		return rc;
	scan->opened.zones += segment_section_zone_count(section);
	for (uint32_t i = 0; i < PRUNER_COUNT; i++) {
		scan->opened.zones_pruned += found.pruned_by[i];
		scan->opened.pruned_by[i] += found.pruned_by[i];
	}
	if (found.row_count > 0)
		return scan_find_rows(scan, section, meta, &found, err);
	if (found.zone_count == 0)
		return 0;
	run = scan_run_before(scan, first, meta->event_id_first);
	if (run == NULL)
		return out_of_memory(err);
	run->last_event_id = meta->event_id_last;
	return add_zones(scan, run, section, &found, err);
}

/* ---- MemTables ---- */

static int
add_chunks(struct scan *scan, struct scan_run *run,
    const struct mem_chunk *chunk, struct memtable *memtable, struct error *err)
{
	uint32_t most = scan->spec.has_small_parts ? 1 : PART_CHUNK_COUNT;
	struct scan_part *part = NULL;

	for (; chunk != NULL; chunk = mem_chunk_next(chunk)) {
		uint32_t rows =
		    mem_chunk_count_upto(chunk, scan->spec.event_id_last);

		if (rows == 0)
			break;
		if (part == NULL || part->count == most) {
			part = scan_add_part(scan, run, scan->is_aging);
			if (part == NULL)
				return out_of_memory(err);
			part->kind = PART_CHUNKS;
			part->chunk = chunk;
			part->memtable = memtable;
		}
		part->count++;
		run->row_estimate += rows;
	}
	return 0;
}

/* Some rows that are found when the part is read. */
static int
add_found(struct scan *scan, struct scan_run *run, enum scan_part_kind kind,
    struct memtable *memtable, const struct mem_chunk *chunk, struct error *err)
{
	struct scan_part *part = scan_add_part(scan, run, scan->is_aging);

	if (part == NULL)
		return out_of_memory(err);
	part->kind = kind;
	part->memtable = memtable;
	part->chunk = chunk;
	run->row_estimate++; /* at least; counting would read the rows */
	return 0;
}

/* `first`: where the runs of its shard begin. */
static int
add_memtable(struct scan *scan, uint32_t first, struct memtable *memtable,
    struct error *err)
{
	const struct scan_spec *spec = &scan->spec;
	const struct mem_type *type = memtable_type(memtable, spec->type->oid);
	const struct mem_chunk *chunk =
	    type == NULL ? NULL : mem_type_first(type);
	struct scan_run *run;

	if (chunk == NULL ||
	    mem_chunk_count_upto(chunk, spec->event_id_last) == 0)
		return 0;
	run = scan_run_before(scan, first, (uint64_t)chunk->event_ids[0]);
	if (run == NULL)
		return out_of_memory(err);
	scan->is_aging = scan->horizon != HORIZON_NONE;
	if (spec->event_ids != NULL)
		return add_found(scan, run, PART_EVENTS, memtable, chunk, err);
	if (!spec->has_context)
		return add_chunks(scan, run, chunk, memtable, err);
	if ((spec->without & SCAN_WITHOUT_CONTEXT_INDEX) == 0 &&
	    memtable_context_newest(memtable, spec->context) == 0)
		return 0;
	return add_found(scan, run, PART_CONTEXT, memtable, chunk, err);
}

/* ---- scans ---- */

/* Of the events that are asked for, those within the limits. */
static void
limit_events(struct scan_spec *spec)
{
	while (spec->event_id_count > 0 &&
	    (uint64_t)spec->event_ids[0] < spec->event_id_first) {
		spec->event_ids++;
		spec->event_id_count--;
	}
	while (spec->event_id_count > 0 &&
	    (uint64_t)spec->event_ids[spec->event_id_count - 1] >
		spec->event_id_last)
		spec->event_id_count--;
}

static int
add_shard(struct scan *scan, const struct shard_view *part, struct error *err)
{
	uint64_t position = scan->spec.snapshot->position;
	uint32_t first = scan->run_count;
	int rc = 0;

	for (uint32_t i = 0; i < part->segment_count && rc == 0; i++)
		rc = add_segment(scan, first, part->segments[i],
		    known_place(scan, i), err);
	/* Those of a batch that is not visible are not there. */
	for (uint32_t i = 0; i < part->adopted_count && rc == 0; i++)
		if (segment_meta(part->adopted[i])->event_id_last <= position)
			rc = add_segment(scan, first, part->adopted[i],
			    known_place(scan, part->segment_count + i), err);
	if (rc == 0)
		rc = scan_add_rows(scan, first, err);
	for (uint32_t i = 0; i < part->memtable_count && rc == 0; i++)
		rc = add_memtable(scan, first, part->memtables[i], err);
	return rc;
}

/* ---- statistics ---- */

/* The blocks that the thread has asked for since `before` are the scan's. */
static void
count_blocks(const struct scan *scan, struct block_usage before)
{
	struct block_usage now = block_usage();

	type_count_add(scan->counter, TYPE_BLOCKS_READ,
	    now.reads - before.reads);
	type_count_add(scan->counter, TYPE_BLOCKS_HIT, now.hits - before.hits);
	block_cache_count_entered(scan->engine->cache,
	    now.entered - before.entered);
}

static bool
is_lookup(const struct scan *scan)
{
	return scan->spec.has_context || scan->spec.event_ids != NULL;
}

static void
count_scan(const struct scan *scan)
{
	if (!scan->spec.is_estimate)
		type_count_add(scan->counter,
		    is_lookup(scan) ? TYPE_LOOKUPS : TYPE_SCANS, 1);
}

static void
count_rows(struct scan *scan, uint64_t rows)
{
	type_count_add(scan->counter,
	    is_lookup(scan) ? TYPE_LOOKUP_ROWS : TYPE_SCAN_ROWS, rows);
}

/* ---- opening ---- */

/* Between enter and leave of the snapshot. */
static int
fill_scan(struct scan *scan, uint32_t first, uint32_t limit, struct error *err)
{
	const struct view *view = scan->spec.snapshot->view;
	int rc = 0;

	for (uint32_t i = first; i < limit && rc == 0; i++) {
		scan->shard = i;
		rc = add_shard(scan, view->shards[i], err);
	}
	if (rc == 0)
		rc = arena_check(scan->arena, err);
	return rc;
}

int
scan_open(struct engine *engine, const struct scan_spec *spec,
    struct arena *arena, struct scan **out, struct error *err)
{
	struct scan *scan = arena_zalloc(arena, sizeof(*scan));
	uint32_t first = 0, limit = engine->shard_count;
	struct block_usage before = block_usage();
	int rc = 0;

	*out = NULL;
	scan->spec = *spec;
	scan->arena = arena;
	scan->engine = engine;
	scan->counter = type_counter(&engine->activity, spec->type->oid);
	atomic_init(&scan->rows, 0);
	atomic_init(&scan->bytes_read, 0);
	scan_bound_spec(&scan->spec);
	assert(spec->event_ids == NULL || !spec->has_context);
	if (spec->event_ids != NULL)
		limit_events(&scan->spec);
	rc = scan_age_init(scan, err);
	if (rc != 0)
		return rc;
	if (spec->has_context) {
		first = engine_shard_of(engine, spec->context);
		limit = first + 1;
	}
	/* 0 means "no limit" to those below, and nothing is visible yet. */
	if (scan->spec.event_id_last == 0)
		limit = first;
	rc = snapshot_enter(spec->snapshot, err);
	if (rc != 0)
		return rc;
	rc = fill_scan(scan, first, limit, err);
	snapshot_leave(spec->snapshot);
	count_blocks(scan, before);
	scan->is_counted_late = haste_is_on();
	if (!scan->is_counted_late)
		count_scan(scan);
	if (rc == 0 && spec->progress != NULL && !spec->is_estimate)
		atomic_fetch_add_explicit(&spec->progress->events_total,
		    scan_row_estimate(scan), memory_order_relaxed);
	if (rc == 0)
		*out = scan;
	return rc;
}

uint32_t
scan_run_count(const struct scan *scan)
{
	return scan->run_count;
}

uint32_t
scan_part_count(const struct scan *scan, uint32_t run)
{
	return scan->runs[run].part_count;
}

uint32_t
scan_run_shard(const struct scan *scan, uint32_t run)
{
	return scan->runs[run].shard;
}

uint64_t
scan_run_estimate(const struct scan *scan, uint32_t run)
{
	return scan->runs[run].row_estimate;
}

uint64_t
scan_row_estimate(const struct scan *scan)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < scan->run_count; i++)
		rows += scan->runs[i].row_estimate;
	return rows;
}

bool
scan_row_count(const struct scan *scan, uint64_t *out)
{
	*out = scan_row_estimate(scan);
	return !scan->has_aged && !scan->spec.has_context &&
	    scan->spec.event_ids == NULL &&
	    (scan->spec.without & SCAN_WITHOUT_ZONE_MAPS) == 0;
}

struct scan_stats
scan_stats(const struct scan *scan)
{
	struct scan_stats stats = scan->opened;

	stats.rows = atomic_load_explicit(&scan->rows, memory_order_relaxed);
	stats.bytes_read =
	    atomic_load_explicit(&scan->bytes_read, memory_order_relaxed);
	return stats;
}

void
scan_close(struct scan *scan)
{
	/* All of it lies in the caller's arena or belongs to the snapshot. */
	if (scan->is_counted_late && !engine_haste_has_failed())
		count_scan(scan);
}

static int
open_part(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err)
{
	switch (part->kind) {
	case PART_ZONES:
	case PART_ROWS:
	case PART_PLACES:
		return segment_part_open(scan, part, out, err);
	case PART_CHUNKS:
		return mem_chunks_open(scan, part, out, err);
	case PART_CONTEXT:
	case PART_EVENTS:
		return mem_rows_open(scan, part, out, err);
	}
	return error_set(err, STELE_E_INTERNAL, "unknown part of a scan");
}

int
scan_cursor_open(struct scan *scan, uint32_t run, uint32_t part,
    struct scan_cursor **out, struct error *err)
{
	const struct scan_part *what = &scan->runs[run].parts[part];
	struct block_usage before = block_usage();
	int rc;

	*out = NULL;
	atomic_fetch_add_explicit(&scan->engine->scan_count, 1,
	    memory_order_relaxed); /* only whether it moves is asked for */
	rc = snapshot_enter(scan->spec.snapshot, err);
	if (rc != 0)
		return rc;
	rc = open_part(scan, what, out, err);
	snapshot_leave(scan->spec.snapshot);
	count_blocks(scan, before);
	if (rc != 0 || !what->is_aged)
		return rc;
	(*out)->young = malloc(VEC_ROWS * sizeof((*out)->young[0]));
	if ((*out)->young != NULL)
		return 0;
	(*out)->class->close(*out);
	*out = NULL;
	return out_of_memory(err);
}

/* Strings are as long as they are, and somebody will read them. */
static int
take_strings(const struct batch *batch, struct error *err)
{
	size_t bytes = 0;

	for (uint32_t c = 0; c < batch->col_count; c++) {
		const struct vec *vec = &batch->cols[c];

		for (uint32_t i = 0;
		     vec->phys == PHYS_STR && i < batch->sel.count; i++) {
			uint32_t row = sel_row(batch->sel, i);

			if (!vec_is_null(vec, row))
				bytes += vec->str[vec_index(vec, row)].len;
		}
	}
	return haste_take(bytes / HASTE_STEP_BYTES, err);
}

int
scan_cursor_next(struct scan_cursor *cursor, struct batch *out,
    struct error *err)
{
	struct block_usage before = block_usage();
	int rc = 0;

	if (cursor->scan != NULL)
		rc = snapshot_check(cursor->scan->spec.snapshot, err);
	if (rc == 0)
		rc = cursor->class->next(cursor, out, err);
	if (cursor->scan != NULL)
		count_blocks(cursor->scan, before);
	if (rc == 1 && cursor->young != NULL)
		scan_age_filter(cursor, out);
	if (rc == 1)
		cursor->rows += out->sel.count;
	if (rc == 1 && haste_is_on() && take_strings(out, err) != 0)
		rc = err->code;
	return rc;
}

bool
scan_cursor_is_over(const struct scan_cursor *cursor)
{
	return cursor->is_over;
}

/* A part was read.  Numbers for those who watch: no order with other memory. */
static void
tell_progress(const struct scan_spec *spec, uint64_t rows)
{
	if (spec->progress == NULL)
		return;
	atomic_fetch_add_explicit(&spec->progress->events, rows,
	    memory_order_relaxed);
	if (spec->budget != NULL)
		atomic_store_explicit(&spec->progress->memory_bytes,
		    atomic_load_explicit(&spec->budget->used_bytes,
			memory_order_relaxed),
		    memory_order_relaxed);
}

void
scan_cursor_close(struct scan_cursor *cursor)
{
	struct scan *scan;

	if (cursor == NULL)
		return;
	free(cursor->young);
	scan = cursor->scan;
	if (scan != NULL) { /* statistics: no order with other memory */
		atomic_fetch_add_explicit(&scan->rows, cursor->rows,
		    memory_order_relaxed);
		atomic_fetch_add_explicit(&scan->bytes_read, cursor->bytes_read,
		    memory_order_relaxed);
		if (!engine_haste_has_failed())
			count_rows(scan, cursor->rows);
		tell_progress(&scan->spec, cursor->rows);
	}
	cursor->class->close(cursor);
}
