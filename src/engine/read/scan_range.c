/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_range.c -- between which values those of a part lie: zones have maps, and
 * chunks of MemTables ascend in event_id and have their times in one array.
 */
#include "engine/catalog/catalog.h"
#include "engine/read/scan_private.h"
#include "engine/read/view.h"

/* A chunk's rows come in order. */
static void
widen_by_ids(struct scan_range *range, const struct mem_chunk *chunk,
    uint32_t count)
{
	if (!range->has_low)
		range->low.i64 = chunk->event_ids[0];
	range->high.i64 = chunk->event_ids[count - 1];
	range->has_low = range->has_high = true;
}

static void
widen_by_times(struct scan_range *range, const struct mem_chunk *chunk,
    uint32_t count)
{
	int64_t low = range->has_low ? range->low.i64 : INT64_MAX;
	int64_t high = range->has_high ? range->high.i64 : INT64_MIN;

	for (uint32_t i = 0; i < count; i++) {
		int64_t time = chunk->timestamps[i];

		low = time < low ? time : low;
		high = time > high ? time : high;
	}
	range->low.i64 = low;
	range->high.i64 = high;
	range->has_low = range->has_high = true;
}

static void
chunks_range(const struct scan *scan, const struct scan_part *part,
    struct scan_range *out)
{
	const struct mem_chunk *chunk = part->chunk;

	for (uint32_t i = 0; i < part->count; i++) {
		uint32_t count =
		    mem_chunk_count_upto(chunk, scan->spec.event_id_last);

		if (count > 0 && out->attnum == COLUMN_EVENT_ID)
			widen_by_ids(out, chunk, count);
		else if (count > 0 && out->attnum == COLUMN_TIMESTAMP)
			widen_by_times(out, chunk, count);
		if (i + 1 < part->count)
			chunk = mem_chunk_next(chunk);
	}
}

/* While the snapshot holds what the part is of. */
static int
part_range(const struct scan *scan, const struct scan_part *part,
    struct scan_range *out, struct error *err)
{
	if (part->kind == PART_CHUNKS && !part->is_aged)
		chunks_range(scan, part, out);
	if (part->kind != PART_ZONES)
		return 0;
	return segment_zones_range(part->section, part->numbers, part->count,
	    out, err);
}

int
scan_part_range(const struct scan *scan, uint32_t run, uint32_t part,
    uint32_t attnum, struct scan_range *out, struct error *err)
{
	struct snapshot *snapshot = scan->spec.snapshot;
	int rc;

	*out = (struct scan_range){ .attnum = attnum };
	if ((scan->spec.without & SCAN_WITHOUT_ZONE_MAPS) != 0)
		return 0;
	rc = snapshot_enter(snapshot, err);
	if (rc != 0)
		return rc;
	rc = part_range(scan, &scan->runs[run].parts[part], out, err);
	snapshot_leave(snapshot);
	return rc;
}
