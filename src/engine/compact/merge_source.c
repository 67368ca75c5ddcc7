/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/merge_source.h"

#include "common/must.h"
#include "engine/compact/cut.h"

int
merge_source_open(struct merge_source *source, struct segment_section *section,
    const struct event_type *type, const uint32_t *attnums,
    uint32_t attnum_count, const struct cut *cut, uint32_t piece,
    struct arena *arena, struct error *err)
{
	int rc;

	source->section = section;
	source->cursor = NULL;
	source->bytes_read = 0;
	source->cut = cut != NULL && cut->piece_count > 1 ? cut : NULL;
	source->piece = piece;
	source->spec = (struct scan_spec){
		.type = type,
		.attnums = attnums,
		.attnum_count = attnum_count,
	};
	if (source->cut != NULL) {
		source->range = (struct scan_range){
			.attnum = COLUMN_TIMESTAMP,
			.has_low = true,
			.has_high = true,
		};
		cut_bounds(cut, piece, &source->range.low.i64,
		    &source->range.high.i64);
		source->spec.ranges = &source->range;
		source->spec.range_count = 1;
		source->time_column = 0;
		while (attnums[source->time_column] != COLUMN_TIMESTAMP)
			MUST(++source->time_column < attnum_count);
	}
	rc = segment_prune(section, &source->spec, arena, &source->parts, err);
	if (rc == 0 && source->parts.zone_count > 0)
		rc = segment_cursor_open_zones(section, &source->spec,
		    source->parts.zones, source->parts.zone_count,
		    &source->cursor, err);
	return rc;
}

void
merge_source_close(struct merge_source *source)
{
	if (source->cursor != NULL)
		source->bytes_read =
		    segment_cursor_stats(source->cursor).bytes_read;
	segment_cursor_close(source->cursor);
	source->cursor = NULL;
}

int
merge_source_next(struct merge_source *source, struct error *err)
{
	struct batch *batch = &source->batch;
	int rc;

	if (source->cursor == NULL)
		return 0;
	do {
		rc = segment_cursor_next(source->cursor, batch, err);
		if (rc != 1 || source->cut == NULL)
			return rc;
		batch->sel.count = cut_pick(source->cut, source->piece,
		    &batch->cols[source->time_column], batch->sel,
		    source->rows);
		batch->sel.rows = source->rows;
	} while (batch->sel.count == 0);
	return 1;
}
