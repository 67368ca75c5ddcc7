/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_places.c -- the rows of a context that has many in a segment, as parts of
 * a scan.
 *
 * A number for each row would be as much memory as the context is large.  What
 * is kept is where they may be, a number for each granule; who reads a part
 * finds the rows of its granules.
 */
#include <string.h>

#include "common/error.h"
#include "engine/haste.h"
#include "engine/read/scan_private.h"

/* The granules may be in memory that the scan outlives. */
static int
add_part(struct scan *scan, struct scan_run *run,
    struct segment_section *section, uint32_t code,
    const struct segment_places *places, struct error *err)
{
	struct scan_part *part = scan_add_part(scan, run, scan->is_aging);
	uint32_t *numbers =
	    arena_try_array(scan->arena, places->count, sizeof(*numbers));

	if (part == NULL || numbers == NULL)
		return error_no_memory(err);
	memcpy(numbers, places->granules, places->count * sizeof(*numbers));
	part->kind = PART_PLACES;
	part->section = section;
	part->code = code;
	part->numbers = numbers;
	part->count = places->count;
	run->row_estimate += places->count; /* at least */
	return haste_expect((uint64_t)places->count * scan->spec.attnum_count,
	    err);
}

static bool
is_asked_for(const struct scan *scan, const struct scan_range *ids)
{
	const struct scan_spec *spec = &scan->spec;

	return (spec->without & SCAN_WITHOUT_ZONE_MAPS) != 0 ||
	    ((!ids->has_low || (uint64_t)ids->low.i64 <= spec->event_id_last) &&
		(!ids->has_high ||
		    (uint64_t)ids->high.i64 >= spec->event_id_first));
}

static void
count_pruned(struct scan *scan, enum scan_pruner why, uint32_t zones)
{
	scan->opened.zones_pruned += zones;
	scan->opened.pruned_by[why] += zones;
}

int
scan_add_places(struct scan *scan, uint32_t first,
    struct segment_section *section, const struct segment_meta *meta,
    const struct segment_context *context, struct error *err)
{
	struct scan_run *run =
	    scan_run_before(scan, first, meta->event_id_first);
	struct segment_places places = { .granules = NULL };
	uint32_t rest = segment_section_zone_count(section);
	struct scan_range ids;
	int rc = 0;

	if (run == NULL)
		return error_no_memory(err);
	run->last_event_id = meta->event_id_last;
	scan->opened.zones += rest;
	while (rc == 0 && segment_places_next(section, context, &places)) {
		rest -= places.zone_count;
		rc = segment_places_range(section, &places, &ids, err);
		if (rc == 0 && is_asked_for(scan, &ids))
			rc = add_part(scan, run, section, context->code,
			    &places, err);
		else
			count_pruned(scan, PRUNED_BY_ZONE_MAP,
			    places.zone_count);
	}
	count_pruned(scan, PRUNED_BY_CONTEXT_INDEX, rest);
	return rc;
}
