/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/merge_source.h"

#include "common/must.h"
#include "engine/compact/cut.h"

/* The bounds of what is chosen. */
static void
set_range(struct merge_source *source)
{
	const struct merge_choice *choice = &source->choice;
	int64_t low = INT64_MIN, high = INT64_MAX;

	if (choice->cut != NULL)
		cut_bounds(choice->cut, choice->piece, &low, &high);
	if (low < choice->low)
		low = choice->low;
	if (high > choice->high)
		high = choice->high;
	source->range = (struct scan_range){
		.attnum = COLUMN_TIMESTAMP,
		.has_low = true,
		.has_high = true,
		.low = { .i64 = low },
		.high = { .i64 = high },
	};
	source->spec.ranges = &source->range;
	source->spec.range_count = 1;
}

int
merge_source_open(struct merge_source *source, struct segment_section *section,
    const struct event_type *type, const uint32_t *attnums,
    uint32_t attnum_count, uint32_t batch_rows, struct merge_choice choice,
    struct arena *arena, struct error *err)
{
	int rc;

	if (choice.cut != NULL && choice.cut->piece_count == 1)
		choice.cut = NULL;
	source->section = section;
	source->cursor = NULL;
	source->bytes_read = 0;
	source->choice = choice;
	source->is_all = choice.cut == NULL && choice.low == INT64_MIN &&
	    choice.high == INT64_MAX;
	source->spec = (struct scan_spec){
		.type = type,
		.attnums = attnums,
		.attnum_count = attnum_count,
	};
	if (!source->is_all) {
		set_range(source);
		source->time_column = 0;
		while (attnums[source->time_column] != COLUMN_TIMESTAMP)
			MUST(++source->time_column < attnum_count);
	}
	rc = segment_prune(section, &source->spec, arena, &source->parts, err);
	if (rc == 0 && source->parts.zone_count > 0)
		rc = segment_cursor_open_batches(section, &source->spec,
		    source->parts.zones, source->parts.zone_count, batch_rows,
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

/* Those between low and high, into rows[], which may be that of `sel`. */
static uint32_t
pick_between(int64_t low, int64_t high, const struct vec *times, struct sel sel,
    uint16_t *rows)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint16_t row = (uint16_t)sel_row(sel, i);
		int64_t time = times->i64[vec_index(times, row)];

		rows[count] = row;
		count += time >= low && time <= high;
	}
	return count;
}

static void
pick(struct merge_source *source)
{
	const struct merge_choice *choice = &source->choice;
	struct batch *batch = &source->batch;
	const struct vec *times = &batch->cols[source->time_column];

	if (choice->cut != NULL) {
		batch->sel.count = cut_pick(choice->cut, choice->piece, times,
		    batch->sel, source->rows);
		batch->sel.rows = source->rows;
	}
	if (choice->low > INT64_MIN || choice->high < INT64_MAX)
		batch->sel.count = pick_between(choice->low, choice->high,
		    times, batch->sel, source->rows);
	batch->sel.rows = source->rows;
}

int
merge_source_next(struct merge_source *source, struct error *err)
{
	int rc;

	if (source->cursor == NULL)
		return 0;
	do {
		rc = segment_cursor_next(source->cursor, &source->batch, err);
		if (rc != 1 || source->is_all)
			return rc;
		pick(source);
	} while (source->batch.sel.count == 0);
	return 1;
}
