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
#include <string.h>

#include "common/must.h"
#include "engine/segment/segment_cursor_private.h"
#include "engine/segment/segment_desk.h"

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

/* Ask for what leads to the rows of the groups. */
static void
hint_desks(const struct segment_section *section, const struct scan_spec *spec,
    const struct row_groups *groups)
{
	for (uint32_t g = 0; g < groups->count; g++)
		for (uint32_t i = 0; i < spec->attnum_count; i++) {
			const struct column_info *column =
			    segment_section_column(section, spec->attnums[i]);

			if (column != NULL)
				segment_desk_hint(section, column,
				    groups->of[g].zone);
		}
}

/* Ask for the rows themselves. */
static void
hint_group(const struct segment_cursor *cursor, const uint32_t *rows,
    const struct row_group *group)
{
	uint32_t first = cursor->section->zone_first[group->zone];

	for (uint32_t at = group->first; at < group->limit; at++)
		for (uint32_t i = 0; i < cursor->column_count; i++)
			if (cursor->columns[i].info != NULL)
				segment_desk_hint_row(cursor->section,
				    cursor->columns[i].info, group->zone,
				    rows[at] - first);
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
			return error_no_memory(err);
		cursor->pins = pins;
		cursor->pin_capacity = capacity;
	}
	cursor->pins[cursor->pin_count++] = *block;
	*block = NULL;
	return 0;
}

static int
keep_slot(struct segment_cursor *cursor, struct block_slot **slot,
    struct error *err)
{
	if (*slot == NULL)
		return 0;
	if (cursor->slot_count == cursor->slot_capacity) {
		uint32_t capacity = 2 * cursor->slot_capacity + 16;
		struct block_slot **slots = realloc(cursor->slots,
		    capacity * sizeof(struct block_slot *));

		if (slots == NULL)
			return error_no_memory(err);
		cursor->slots = slots;
		cursor->slot_capacity = capacity;
	}
	cursor->slots[cursor->slot_count++] = *slot;
	*slot = NULL;
	return 0;
}

/* Keep until the next call what strings of the chunk point to. */
static int
keep_chunk(struct segment_cursor *cursor, struct segment_chunk *chunk,
    struct error *err)
{
	int rc = 0;

	if (chunk->view.phys == PHYS_STR)
		rc = keep_slot(cursor, &chunk->slot, err);
	for (uint32_t p = 0;
	     chunk->text != NULL && rc == 0 && p < chunk->view.text.page_count;
	     p++)
		rc = keep_block(cursor, &chunk->text[p], err);
	return rc;
}

/* ---- values ---- */

/* Another page of the column's dictionary than the last one. */
static int
turn_to_page(struct segment_cursor *cursor, struct cursor_column *column,
    uint32_t page, struct error *err)
{
	struct segment *segment = cursor->segment;
	struct block_slot *slot;
	int rc = segment_desk_page(cursor->section, column->info, page,
	    &column->last_page, &slot, &cursor->stats.bytes_read, err);

	column->last_page_number = page;
	if (rc == 0)
		rc = keep_slot(cursor, &slot, err);
	if (rc == 0)
		return 0;
	if (slot != NULL)
		block_cache_leave(segment->cache, segment->cache_key, slot);
	column->last_page = NULL;
	return rc;
}

static int
string_of_code(struct segment_cursor *cursor, struct cursor_column *column,
    int64_t code, struct str *out, struct error *err)
{
	uint64_t page = (uint64_t)code / DICT_PAGE_STRINGS;
	uint32_t at = (uint32_t)code % DICT_PAGE_STRINGS;
	int rc = 0;

	if ((uint64_t)code >= column->info->dict_count)
		return segment_cursor_bad_code(cursor, err);
	if (column->last_page == NULL || column->last_page_number != page)
		rc = turn_to_page(cursor, column, (uint32_t)page, err);
	if (rc != 0)
		return rc;
	if (at >= column->last_page->count)
		return segment_cursor_bad_code(cursor, err);
	*out = column->last_page->strings[at];
	return 0;
}

/* One value, to index `at` of the column's data. */
static int
fill_value(struct segment_cursor *cursor, struct cursor_column *column,
    struct segment_chunk *chunk, uint32_t row, uint32_t at, struct error *err)
{
	size_t size = phys_size(column->info->phys);
	char *out = (char *)column->data + at * size;
	int64_t code;
	int rc;

	if (column->nulls[at] != 0) {
		memset(out, 0, size);
		return 0;
	}
	if (!column->info->has_dict) {
		rc = segment_chunk_need(cursor->segment, cursor->section->state,
		    chunk, row, 1, &cursor->stats.bytes_read, err);
		return rc == 0 ? chunk_at(&chunk->view, row, out, err) : rc;
	}
	rc = chunk_at(&chunk->view, row, &code, err);
	return rc == 0 ? string_of_code(cursor, column, code,
			     (struct str *)(void *)out, err)
		       : rc;
}

/* A value is read of a chunk of which nulls alone were known. */
static int
need_values(struct segment_cursor *cursor, const struct cursor_column *column,
    uint32_t zone, struct segment_chunk *chunk, struct error *err)
{
	if (!chunk->is_nulls)
		return 0;
	segment_chunk_release(cursor->segment, chunk);
	return segment_desk_chunk(cursor->section, column->info, zone,
	    DESK_VALUES, NULL, chunk, &cursor->stats.bytes_read, err);
}

/* Rows of one zone, of column i, whose chunk is open. */
static int
fill_group(struct segment_cursor *cursor, uint32_t i,
    const struct row_groups *groups, const struct row_group *group,
    struct segment_chunk *chunk, struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	uint32_t first = cursor->section->zone_first[group->zone];
	int rc = 0;

	for (uint32_t at = group->first; at < group->limit && rc == 0; at++) {
		uint32_t row = groups->rows[at] - first;

		column->nulls[at] = chunk_is_null(&chunk->view, row);
		if (column->nulls[at] != 0)
			cursor->vecs[i].nulls = column->nulls;
		else
			rc = need_values(cursor, column, group->zone, chunk,
			    err);
		if (rc == 0)
			rc = fill_value(cursor, column, chunk, row, at, err);
	}
	return rc == 0 ? keep_chunk(cursor, chunk, err) : rc;
}

/* All columns of rows of one zone. */
static int
fill_columns(struct segment_cursor *cursor, const struct row_groups *groups,
    const struct row_group *group, struct error *err)
{
	const struct cursor_column *ids = plain_ids(cursor);
	struct segment_chunk id_chunk, chunk;
	bool has_ids = false;
	int rc = 0;

	segment_chunk_init(&id_chunk);
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		struct cursor_column *column = &cursor->columns[i];
		struct segment_chunk *of = column == ids ? &id_chunk : &chunk;

		if (column->info == NULL)
			continue;
		rc = segment_desk_chunk(cursor->section, column->info,
		    group->zone, DESK_NULLS, has_ids ? &id_chunk : NULL, of,
		    &cursor->stats.bytes_read, err);
		if (rc == 0)
			rc = fill_group(cursor, i, groups, group, of, err);
		if (column == ids)
			has_ids = true;
		else
			segment_chunk_release(cursor->segment, of);
	}
	segment_chunk_release(cursor->segment, &id_chunk);
	return rc;
}

static void
begin_columns(struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->column_count; i++) {
		struct cursor_column *column = &cursor->columns[i];
		struct vec *vec = &cursor->vecs[i];

		column->last_page = NULL;
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
segment_hint_rows(const struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *rows, uint32_t row_count)
{
	struct row_groups groups = { .rows = rows };

	group_rows(section, 0, row_count, &groups);
	hint_desks(section, spec, &groups);
}

void
segment_rows_begin(struct segment_cursor *cursor)
{
	struct row_groups *groups = &cursor->groups;

	groups->rows = cursor->rows;
	group_rows(cursor->section, 0, next_count(cursor), groups);
	hint_group(cursor, groups->rows, &groups->of[0]);
	groups->is_hinted = true;
}

/* The next of the batch's rows, and their memory. */
static void
prepare_groups(struct segment_cursor *cursor, uint32_t at, uint32_t count)
{
	struct row_groups *groups = &cursor->groups;

	if (!groups->is_hinted) {
		group_rows(cursor->section, at, count, groups);
		hint_desks(cursor->section, cursor->spec, groups);
		hint_group(cursor, groups->rows, &groups->of[0]);
	}
	groups->is_hinted = false;
}

int
segment_rows_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err)
{
	struct row_groups *groups = &cursor->groups;
	uint32_t at = 0;
	int rc = 0;

	*count = next_count(cursor);
	if (*count == 0)
		return 0;
	groups->rows = cursor->rows + cursor->part_next;
	MUST(groups->rows[*count - 1] < cursor->section->info.row_count);
	begin_columns(cursor);
	while (at < *count && rc == 0) {
		prepare_groups(cursor, at, *count);
		for (uint32_t g = 0; g < groups->count && rc == 0; g++) {
			if (g + 1 < groups->count)
				hint_group(cursor, groups->rows,
				    &groups->of[g + 1]);
			rc = fill_columns(cursor, groups, &groups->of[g], err);
		}
		at = groups->of[groups->count - 1].limit;
	}
	cursor->part_next += *count;
	return rc;
}
