/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_rows.c -- the exact rows that a lookup finds, as parts of a scan.
 *
 * The story of a context is a few rows of each segment.  A cursor for each would
 * cost more than the rows do, and the more the more segments there are; so what
 * fits into one batch is one part, whatever the segments.
 */
#include <string.h>

#include "common/error.h"
#include "engine/haste.h"
#include "engine/read/scan_private.h"

static bool
make_room(struct scan *scan)
{
	struct found_piece *found;
	uint32_t room = 2 * scan->found_room + 8;

	if (scan->found_count < scan->found_room)
		return true;
	found = arena_try_alloc(scan->arena, room * sizeof(*found));
	if (found == NULL)
		return false;
	if (scan->found_count > 0)
		memcpy(found, scan->found, scan->found_count * sizeof(*found));
	scan->found = found;
	scan->found_room = room;
	return true;
}

int
scan_find_rows(struct scan *scan, struct segment_section *section,
    const struct segment_meta *meta, const struct segment_parts *found,
    struct error *err)
{
	if (!make_room(scan))
		return error_no_memory(err);
	scan->found[scan->found_count++] = (struct found_piece){
		.rows = { section, found->rows, found->row_count },
		.event_id_first = meta->event_id_first,
		.event_id_last = meta->event_id_last,
		.is_aged = scan->is_aging,
	};
	segment_hint_rows(section, &scan->spec, found->rows, found->row_count);
	/* Most rows lie in a zone of their own. */
	return haste_expect((uint64_t)found->row_count *
		scan->spec.attnum_count,
	    err);
}

/* One part of some of the segments. */
static int
add_pieces(struct scan *scan, uint32_t first, const struct found_piece *found,
    uint32_t count, struct error *err)
{
	uint64_t event_id_first = UINT64_MAX;
	struct segment_piece *pieces =
	    arena_try_alloc(scan->arena, count * sizeof(*pieces));
	struct scan_run *run;
	struct scan_part *part;

	if (pieces == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		if (found[i].event_id_first < event_id_first)
			event_id_first = found[i].event_id_first;
	run = scan_run_before(scan, first, event_id_first);
	part = run == NULL ? NULL : scan_add_part(scan, run, found->is_aged);
	if (part == NULL)
		return error_no_memory(err);
	part->kind = PART_ROWS;
	part->pieces = pieces;
	part->count = count;
	for (uint32_t i = 0; i < count; i++) {
		pieces[i] = found[i].rows;
		run->row_estimate += pieces[i].row_count;
		if (found[i].event_id_last > run->last_event_id)
			run->last_event_id = found[i].event_id_last;
	}
	return 0;
}

/* Parts are read in one way or the other. */
static bool
is_one_batch(const struct scan *scan)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < scan->found_count; i++) {
		if (scan->found[i].is_aged != scan->found[0].is_aged)
			return false;
		rows += scan->found[i].rows.row_count;
	}
	return rows <= VEC_ROWS;
}

int
scan_add_rows(struct scan *scan, uint32_t first, struct error *err)
{
	uint32_t count = scan->found_count, step;
	int rc = 0;

	step = is_one_batch(scan) ? count : 1;
	for (uint32_t i = 0; i < count && rc == 0; i += step)
		rc = add_pieces(scan, first, scan->found + i, step, err);
	scan->found_count = 0;
	return rc;
}
