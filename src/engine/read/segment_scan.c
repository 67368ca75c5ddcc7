/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursors over parts of segments.
 */
#include <stdlib.h>

#include "common/error.h"
#include "engine/read/scan_private.h"

struct segment_scan_cursor {
	struct scan_cursor base;
	struct segment_cursor *inner; /* NULL: there are no rows */
	struct arena found;           /* the rows of PART_PLACES */
};

static int
segment_next(struct scan_cursor *base, struct batch *out, struct error *err)
{
	struct segment_scan_cursor *cursor = (struct segment_scan_cursor *)base;
	int rc;

	if (cursor->inner == NULL) {
		base->is_over = true;
		return 0;
	}
	rc = segment_cursor_next(cursor->inner, out, err);
	base->bytes_read = segment_cursor_stats(cursor->inner).bytes_read;
	base->is_over = segment_cursor_is_over(cursor->inner);
	return rc;
}

static void
segment_close(struct scan_cursor *base)
{
	struct segment_scan_cursor *cursor = (struct segment_scan_cursor *)base;

	segment_cursor_close(cursor->inner);
	arena_release(&cursor->found);
	free(cursor);
}

static const struct scan_cursor_class segment_cursor_class = {
	.next = segment_next,
	.close = segment_close,
};

static int
open_places(struct segment_scan_cursor *cursor, const struct scan_part *part,
    struct error *err)
{
	struct segment_places places = { part->numbers, part->count, 0 };
	const struct scan_spec *spec = cursor->base.spec;
	struct segment_parts found;
	int rc;

	rc = segment_find_places(part->section, spec, part->code, places,
	    &cursor->found, &found, err);
	if (rc != 0 || found.row_count == 0)
		return rc;
	return segment_cursor_open_rows(part->section, spec, found.rows,
	    found.row_count, &cursor->inner, err);
}

int
segment_part_open(struct scan *scan, const struct scan_part *part,
    struct scan_cursor **out, struct error *err)
{
	struct segment_scan_cursor *cursor = calloc(1, sizeof(*cursor));
	int rc;

	if (cursor == NULL)
		return error_no_memory(err);
	cursor->base.class = &segment_cursor_class;
	cursor->base.scan = scan;
	cursor->base.spec = scan_part_spec(scan, part);
	arena_init(&cursor->found, scan->arena->budget);
	if (part->kind == PART_PLACES)
		rc = open_places(cursor, part, err);
	else if (part->kind == PART_ZONES)
		rc = segment_cursor_open_zones(part->section, cursor->base.spec,
		    part->numbers, part->count, &cursor->inner, err);
	else
		rc = segment_cursor_open_pieces(cursor->base.spec, part->pieces,
		    part->count, &cursor->inner, err);
	if (rc != 0)
		segment_close(&cursor->base);
	else
		*out = &cursor->base;
	return rc;
}
