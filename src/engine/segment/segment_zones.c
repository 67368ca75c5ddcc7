/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_zones.c -- zones of a section as batches.
 *
 * A chunk stays pinned while its zone is read and one vector of each column is
 * decoded at a time; a batch never spans zones.  If the scan has ranges, rows
 * outside of them are left out where they are most, and a zone without others is
 * not read at all but for what is asked about.
 */
#include "engine/segment/row_filter.h"
#include "engine/segment/segment_cursor_private.h"

#define SOME_SHARE 4  /* of so many rows one is left: the others are left out */
#define FEW_ROWS   16 /* are read one by one */

/* First row of an event_id chunk whose id is not less than `id`. */
static int
first_row_from(const struct chunk_view *view, uint64_t id, uint32_t *out,
    struct error *err)
{
	uint32_t first = 0, limit = view->info.row_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;
		int64_t value;
		int rc = chunk_at(view, middle, &value, err);

		if (rc != 0)
			return rc;
		if ((uint64_t)value < id)
			first = middle + 1;
		else
			limit = middle;
	}
	*out = first;
	return 0;
}

/* Rows of a zone within the limits of event_id. */
static int
limit_zone(struct segment_cursor *cursor, uint32_t zone, struct error *err)
{
	struct segment_section *section = cursor->section;
	const struct scan_spec *spec = cursor->spec;
	struct cursor_column ids = {
		.info = &section->columns[COLUMN_EVENT_ID - 1],
	};
	struct segment_chunk chunk;
	int rc;

	cursor->zone_row = 0;
	cursor->zone_limit = segment_section_zone_rows(section, zone);
	if (spec->event_id_first <= cursor->segment->meta.event_id_first &&
	    (spec->event_id_last == 0 ||
		spec->event_id_last >= cursor->segment->meta.event_id_last))
		return 0;
	segment_chunk_init(&chunk);
	rc = segment_chunk_table(cursor->segment, section->state,
	    &ids.info->chunks, section->info.zone_count, &ids.table,
	    &cursor->stats.bytes_read, err);
	if (rc == 0)
		rc =
		    segment_cursor_chunk(cursor, &ids, zone, NULL, &chunk, err);
	if (rc == 0)
		rc = first_row_from(&chunk.view, spec->event_id_first,
		    &cursor->zone_row, err);
	if (rc == 0 && spec->event_id_last != 0 &&
	    spec->event_id_last < UINT64_MAX)
		rc = first_row_from(&chunk.view, spec->event_id_last + 1,
		    &cursor->zone_limit, err);
	segment_chunk_release(cursor->segment, &chunk);
	block_cache_unpin(cursor->segment->cache, ids.table);
	return rc;
}

/* Go on to the next zone: what of it is wanted.  Its chunks come later. */
static int
next_zone(struct segment_cursor *cursor, struct error *err)
{
	int rc;

	cursor->zone = cursor->zones[cursor->part_next++];
	cursor->is_zone_open = false;
	cursor->is_all = true;
	rc = limit_zone(cursor, cursor->zone, err);
	if (rc == 0 && cursor->filter != NULL &&
	    cursor->zone_row < cursor->zone_limit)
		rc = row_filter_zone(cursor->filter, cursor->zone,
		    &cursor->is_all, err);
	return rc;
}

/* The chunks of the columns: there is a row to be shown. */
static int
open_zone(struct segment_cursor *cursor, struct error *err)
{
	int rc = 0;

	if (cursor->is_zone_open)
		return 0;
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		struct cursor_column *column = &cursor->columns[i];

		segment_chunk_release(cursor->segment, column->chunk);
		if (column->info != NULL)
			rc = segment_cursor_chunk(cursor, column, cursor->zone,
			    NULL, column->chunk, err);
	}
	cursor->is_zone_open = rc == 0;
	return rc;
}

/* Some rows of `all` from zone_row on, in the way that costs least. */
static int
fill_some(struct segment_cursor *cursor, uint32_t all, const uint16_t *rows,
    uint32_t count, struct error *err)
{
	uint32_t first = cursor->zone_row;
	int rc = 0;

	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		if (count <= FEW_ROWS) {
			rc = segment_cursor_fill_few(cursor, i, first, rows,
			    count, err);
			continue;
		}
		rc = segment_cursor_fill_column(cursor, i, first, all, err);
		if (rc == 0)
			segment_cursor_keep_rows(&cursor->columns[i],
			    &cursor->vecs[i], rows, count);
	}
	return rc;
}

/*
 * The next rows of the zone, at most `all`: *count of them are in the batch,
 * which may be none.
 */
static int
fill_batch(struct segment_cursor *cursor, uint32_t all, uint32_t *count,
    struct error *err)
{
	uint16_t rows[VEC_ROWS];
	int rc = 0;

	*count = all;
	if (!cursor->is_all)
		rc = row_filter_rows(cursor->filter, cursor->zone_row, all,
		    rows, count, err);
	if (rc != 0 || *count == 0)
		return rc;
	rc = open_zone(cursor, err);
	if (rc != 0)
		return rc;
	if (*count <= all / SOME_SHARE)
		return fill_some(cursor, all, rows, *count, err);
	*count = all; /* moving them would cost more than it saves */
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++)
		rc = segment_cursor_fill_column(cursor, i, cursor->zone_row,
		    all, err);
	return rc;
}

int
segment_zones_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err)
{
	int rc = 0;

	while (*count == 0 && rc == 0) {
		uint32_t all = cursor->zone_limit - cursor->zone_row;

		if (cursor->zone_row >= cursor->zone_limit) {
			if (cursor->part_next == cursor->part_count)
				return 0;
			rc = next_zone(cursor, err);
			continue;
		}
		if (all > cursor->batch_rows)
			all = cursor->batch_rows;
		rc = fill_batch(cursor, all, count, err);
		cursor->zone_row += all;
	}
	return rc;
}
