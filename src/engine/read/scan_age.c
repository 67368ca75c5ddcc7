/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Retention in scans.  The horizon is the type's as the snapshot's catalogue
 * has it.  It is a range for pruning like any other, and exact for the rows of
 * those parts in which some may be older.
 */
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog.h"
#include "engine/read/scan_private.h"
#include "engine/read/view.h"

/* The attnums, and the timestamp; the ranges, and that of the horizon. */
int
scan_age_init(struct scan *scan, struct error *err)
{
	struct scan_spec *spec = &scan->spec;
	const struct event_type *type =
	    catalog_type_by_oid(spec->snapshot->catalog, spec->type->oid);
	struct scan_range *ranges;
	uint32_t *attnums;

	scan->horizon = type == NULL ? HORIZON_NONE : type->horizon;
	if (scan->horizon == HORIZON_NONE)
		return 0;
	ranges = arena_try_alloc(scan->arena,
	    (spec->range_count + (size_t)1) * sizeof(*ranges));
	attnums = arena_try_alloc(scan->arena,
	    (spec->attnum_count + (size_t)1) * sizeof(*attnums));
	if (ranges == NULL || attnums == NULL)
		return error_no_memory(err);
	if (spec->range_count > 0)
		memcpy(ranges, spec->ranges,
		    spec->range_count * sizeof(*ranges));
	ranges[spec->range_count++] = (struct scan_range){
		.attnum = COLUMN_TIMESTAMP,
		.has_low = true,
		.low = { .i64 = scan->horizon },
	};
	spec->ranges = ranges;
	if (spec->attnum_count > 0)
		memcpy(attnums, spec->attnums,
		    spec->attnum_count * sizeof(*attnums));
	attnums[spec->attnum_count] = COLUMN_TIMESTAMP;
	scan->aged_spec = *spec;
	scan->aged_spec.attnums = attnums;
	scan->aged_spec.attnum_count++;
	return 0;
}

void
scan_age_filter(struct scan_cursor *cursor, struct batch *out)
{
	const struct vec *times = &out->cols[out->col_count - 1];
	uint32_t count = 0;

	for (uint32_t i = 0; i < out->sel.count; i++) {
		uint16_t row = (uint16_t)sel_row(out->sel, i);

		cursor->young[count] = row;
		count +=
		    times->i64[vec_index(times, row)] >= cursor->scan->horizon;
	}
	out->sel = (struct sel){ .rows = cursor->young, .count = count };
	out->col_count--; /* nobody has asked for the timestamp */
}
