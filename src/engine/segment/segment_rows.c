/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_rows.c -- single rows of a section as batches: the story of a
 * context, or events by their ids.
 *
 * Each row lies in another zone, and each of its values in another chunk, so
 * that what it costs is memory that is in no cache of the processor.  It is
 * asked for early: of a few zones all columns' chunks, before any of them is
 * opened; and all their values, before any is read.
 */
#include <stdlib.h>

#include "common/must.h"
#include "engine/segment/segment_cursor_private.h"

#define GROUPS_MAX 16 /* zones that are looked at together */
#define CHUNKS_MAX 64 /* open at a time */

/* Rows of one zone, of those that are read. */
struct row_group {
	uint32_t zone;
	uint32_t first; /* in the list of rows */
	uint32_t limit;
};

/* Some of the rows of a batch. */
struct row_groups {
	const uint32_t *rows; /* of the batch */
	uint32_t count;
	struct row_group of[GROUPS_MAX];
};

/* The next rows from `at` on, by their zones. */
static void
group_rows(const struct segment_section *section, uint32_t at, uint32_t count,
    struct row_groups *groups)
{
	const uint32_t *rows = groups->rows;

	groups->count = 0;
	while (at < count && groups->count < GROUPS_MAX) {
		struct row_group *group = &groups->of[groups->count++];

		group->zone = segment_section_zone_of(section, rows[at]);
		group->first = at;
		while (at < count &&
		    rows[at] < section->zone_first[group->zone + 1])
			at++;
		group->limit = at;
	}
}

/* ---- chunks ---- */

static void
hint_chunks(const struct segment_cursor *cursor,
    const struct row_groups *groups, unsigned step)
{
	uint32_t zones[GROUPS_MAX];

	for (uint32_t g = 0; g < groups->count; g++)
		zones[g] = groups->of[g].zone;
	for (uint32_t i = 0; i < cursor->column_count; i++)
		if (cursor->columns[i].info != NULL)
			segment_hint_chunks(cursor->section,
			    cursor->columns[i].table, zones, groups->count,
			    step);
}

/* The column of event_ids, if its chunks hold them as others' values need them. */
static const struct cursor_column *
plain_ids(const struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->column_count; i++)
		if (cursor->spec->attnums[i] == COLUMN_EVENT_ID &&
		    segment_column_base(cursor->section,
			cursor->columns[i].info) == 0)
			return &cursor->columns[i];
	return NULL;
}

/* Of `count` columns from `columns` on; `chunks` are released even on failure. */
static int
open_chunks(struct segment_cursor *cursor, const struct cursor_column *columns,
    uint32_t count, const struct row_groups *groups,
    struct segment_chunk *chunks, struct error *err)
{
	const struct cursor_column *ids = plain_ids(cursor);
	const struct segment_chunk *id_chunks = NULL;
	int rc = 0;

	for (uint32_t c = 0; c < count * groups->count; c++)
		segment_chunk_init(&chunks[c]);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct segment_chunk *of = chunks + (size_t)i * groups->count;

		for (uint32_t g = 0;
		     columns[i].info != NULL && g < groups->count && rc == 0;
		     g++)
			rc = segment_cursor_chunk(cursor, &columns[i],
			    groups->of[g].zone,
			    id_chunks == NULL ? NULL : &id_chunks[g], &of[g],
			    err);
		if (&columns[i] == ids)
			id_chunks = of;
	}
	return rc;
}

/* Ask for all values, before the first is read. */
static void
hint_values(const struct segment_cursor *cursor,
    const struct cursor_column *columns, uint32_t count,
    const struct row_groups *groups, const struct segment_chunk *chunks)
{
	const uint32_t *zone_first = cursor->section->zone_first;

	for (uint32_t i = 0; i < count; i++, chunks += groups->count) {
		if (columns[i].info == NULL)
			continue;
		for (uint32_t g = 0; g < groups->count; g++) {
			const struct row_group *group = &groups->of[g];

			for (uint32_t at = group->first; at < group->limit;
			     at++)
				chunk_hint(&chunks[g].view,
				    groups->rows[at] - zone_first[group->zone]);
		}
	}
}

static int
keep_block(struct segment_cursor *cursor, const struct block **block,
    struct error *err)
{
	if (*block == NULL)
		return 0;
	if (cursor->pin_count == cursor->pin_capacity) {
		uint32_t capacity = 2 * cursor->pin_capacity + 16;
		const struct block **pins =
		    realloc(cursor->pins, capacity * sizeof(struct block *));

		if (pins == NULL)
			return error_set(err, STELE_E_OUT_OF_MEMORY,
			    "out of memory");
		cursor->pins = pins;
		cursor->pin_capacity = capacity;
	}
	cursor->pins[cursor->pin_count++] = *block;
	*block = NULL;
	return 0;
}

/* Keep until the next call what strings of the chunk point to. */
static int
keep_chunk(struct segment_cursor *cursor, struct segment_chunk *chunk,
    struct error *err)
{
	int rc = 0;

	if (chunk->view.phys == PHYS_STR)
		rc = keep_block(cursor, &chunk->block, err);
	for (uint32_t p = 0;
	     chunk->text != NULL && rc == 0 && p < chunk->view.text.page_count;
	     p++)
		rc = keep_block(cursor, &chunk->text[p], err);
	return rc;
}

/* ---- values ---- */

static int
fill_group(struct segment_cursor *cursor, uint32_t i, const uint32_t *rows,
    const struct row_group *group, struct segment_chunk *chunk,
    struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	uint32_t first = cursor->section->zone_first[group->zone];
	int rc = 0;

	for (uint32_t at = group->first; at < group->limit && rc == 0; at++) {
		uint32_t row = rows[at] - first;

		column->nulls[at] = chunk_is_null(&chunk->view, row);
		if (column->nulls[at] != 0)
			cursor->vecs[i].nulls = column->nulls;
		rc = segment_cursor_fill_one(cursor, column, chunk, row, at,
		    err);
	}
	return rc == 0 ? keep_chunk(cursor, chunk, err) : rc;
}

static int
fill_column(struct segment_cursor *cursor, uint32_t i,
    const struct row_groups *groups, struct segment_chunk *chunks,
    struct error *err)
{
	int rc = 0;

	for (uint32_t g = 0; g < groups->count && rc == 0; g++)
		rc = fill_group(cursor, i, groups->rows, &groups->of[g],
		    &chunks[g], err);
	return rc;
}

/* All columns of some zones: as many at a time as may have open chunks. */
static int
fill_columns(struct segment_cursor *cursor, const struct row_groups *groups,
    struct error *err)
{
	struct segment_chunk chunks[CHUNKS_MAX];
	uint32_t first = 0, count;
	int rc = 0;

	for (unsigned step = 0; step < SEGMENT_HINT_STEPS; step++)
		hint_chunks(cursor, groups, step);
	for (; first < cursor->column_count && rc == 0; first += count) {
		const struct cursor_column *columns = &cursor->columns[first];

		count = CHUNKS_MAX / groups->count;
		if (count > cursor->column_count - first)
			count = cursor->column_count - first;
		rc = open_chunks(cursor, columns, count, groups, chunks, err);
		if (rc == 0)
			hint_values(cursor, columns, count, groups, chunks);
		for (uint32_t i = 0; i < count && rc == 0; i++)
			if (columns[i].info != NULL)
				rc = fill_column(cursor, first + i, groups,
				    chunks + (size_t)i * groups->count, err);
		for (uint32_t c = 0; c < count * groups->count; c++)
			segment_chunk_release(cursor->segment, &chunks[c]);
	}
	return rc;
}

static void
begin_columns(struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->column_count; i++) {
		const struct cursor_column *column = &cursor->columns[i];
		struct vec *vec = &cursor->vecs[i];

		if (column->info == NULL) {
			segment_cursor_fill_missing(cursor, i);
			continue;
		}
		vec->data = column->data;
		vec->is_constant = false;
		vec->nulls = NULL;
	}
}

/* Rows of the next batch; 0 at the end. */
static uint32_t
next_count(const struct segment_cursor *cursor)
{
	uint32_t left = cursor->part_count - cursor->part_next;

	return left > VEC_ROWS ? VEC_ROWS : left;
}

void
segment_cursor_hint(struct segment_cursor *cursor, unsigned step)
{
	struct row_groups groups;

	if (cursor->zones != NULL || cursor->part_next == cursor->part_count)
		return;
	groups.rows = cursor->rows + cursor->part_next;
	group_rows(cursor->section, 0, next_count(cursor), &groups);
	hint_chunks(cursor, &groups, step);
}

int
segment_rows_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err)
{
	struct row_groups groups = {
		.rows = cursor->rows + cursor->part_next,
	};
	int rc = 0;

	*count = next_count(cursor);
	if (*count == 0)
		return 0;
	MUST(groups.rows[*count - 1] < cursor->section->info.row_count);
	begin_columns(cursor);
	for (uint32_t at = 0; at < *count && rc == 0;
	     at = groups.of[groups.count - 1].limit) {
		group_rows(cursor->section, at, *count, &groups);
		rc = fill_columns(cursor, &groups, err);
	}
	cursor->part_next += *count;
	return rc;
}
