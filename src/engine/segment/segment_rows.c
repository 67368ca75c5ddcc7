/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_rows.c -- single rows of a section as batches: the story of a
 * context, or events by their ids.
 *
 * Each row lies in another zone, and each of its values in another chunk, so
 * that what it costs is memory that is in no cache of the processor.  It is
 * asked for early: of a few zones all columns' chunks, before any of them is
 * opened; and of a column the values, before those of the column before it are
 * read.
 */
#include <stdlib.h>

#include "common/must.h"
#include "engine/segment/segment_cursor_private.h"

#define GROUPS_MAX 16 /* zones that are looked at together */

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
    const struct row_groups *groups)
{
	uint32_t zones[GROUPS_MAX];

	for (uint32_t g = 0; g < groups->count; g++)
		zones[g] = groups->of[g].zone;
	for (unsigned step = 0; step < SEGMENT_HINT_STEPS; step++)
		for (uint32_t i = 0; i < cursor->column_count; i++)
			if (cursor->columns[i].info != NULL)
				segment_hint_chunks(cursor->section,
				    cursor->columns[i].table, zones,
				    groups->count, step);
}

static int
open_chunks(struct segment_cursor *cursor, const struct cursor_column *column,
    const struct row_groups *groups, struct segment_chunk *chunks,
    struct error *err)
{
	int rc = 0;

	for (uint32_t g = 0; g < groups->count; g++)
		segment_chunk_init(&chunks[g]);
	for (uint32_t g = 0; g < groups->count && rc == 0; g++) {
		const struct row_group *group = &groups->of[g];
		uint32_t first = cursor->section->zone_first[group->zone];

		rc = segment_cursor_chunk(cursor, column, group->zone,
		    &chunks[g], err);
		for (uint32_t at = group->first; at < group->limit && rc == 0;
		     at++)
			chunk_hint(&chunks[g].view, groups->rows[at] - first);
	}
	return rc;
}

static void
release_chunks(struct segment_cursor *cursor, const struct row_groups *groups,
    struct segment_chunk *chunks)
{
	for (uint32_t g = 0; g < groups->count; g++)
		segment_chunk_release(cursor->segment, &chunks[g]);
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

/* The chunks of a column are opened before those of the last one are read. */
static int
fill_columns(struct segment_cursor *cursor, const struct row_groups *groups,
    struct error *err)
{
	struct segment_chunk chunks[2][GROUPS_MAX];
	struct segment_chunk *opened = NULL, *next = chunks[0];
	uint32_t of = 0; /* the column that `opened` are of */
	int rc = 0;

	hint_chunks(cursor, groups);
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		if (cursor->columns[i].info == NULL)
			continue;
		rc =
		    open_chunks(cursor, &cursor->columns[i], groups, next, err);
		if (rc == 0 && opened != NULL)
			rc = fill_column(cursor, of, groups, opened, err);
		if (opened != NULL)
			release_chunks(cursor, groups, opened);
		opened = next;
		next = opened == chunks[0] ? chunks[1] : chunks[0];
		of = i;
	}
	if (rc == 0 && opened != NULL)
		rc = fill_column(cursor, of, groups, opened, err);
	if (opened != NULL)
		release_chunks(cursor, groups, opened);
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

int
segment_rows_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err)
{
	struct row_groups groups = {
		.rows = cursor->rows + cursor->part_next,
	};
	int rc = 0;

	*count = cursor->part_count - cursor->part_next;
	if (*count > VEC_ROWS)
		*count = VEC_ROWS;
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
