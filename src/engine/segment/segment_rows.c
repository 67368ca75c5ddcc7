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

#define GROUPS_AHEAD \
	3 /* zones whose values are asked for before they are read */

/* How many of the rows, of which there is one, lie in the first one's zone. */
static uint32_t
count_in_zone(const struct segment_section *section, const uint32_t *rows,
    uint32_t count, uint32_t *zone)
{
	uint32_t n = 1;

	MUST(rows[0] < section->info.row_count);
	*zone = segment_section_zone_of(section, rows[0]);
	while (n < count && rows[n] < section->zone_first[*zone + 1])
		n++;
	return n;
}

/* The next rows for a batch, from its row `at` on, by their zones. */
static void
take_groups(struct segment_cursor *cursor, uint32_t at, uint32_t limit)
{
	struct row_groups *groups = &cursor->groups;

	groups->count = 0;
	while (at < limit && groups->count < GROUPS_MAX) {
		const struct segment_piece *piece =
		    &cursor->pieces[cursor->piece];
		struct row_group *group = &groups->of[groups->count];
		uint32_t left = piece->row_count - cursor->piece_row;

		if (left == 0) {
			cursor->piece++;
			cursor->piece_row = 0;
			continue;
		}
		group->section = piece->section;
		group->rows = piece->rows + cursor->piece_row;
		group->at = at;
		group->count = count_in_zone(piece->section, group->rows,
		    left < limit - at ? left : limit - at, &group->zone);
		cursor->piece_row += group->count;
		at += group->count;
		groups->count++;
	}
}

/* ---- chunks ---- */

/* Ask for what leads to the rows of a zone. */
static void
hint_desks(const struct segment_section *section, const struct scan_spec *spec,
    uint32_t zone)
{
	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		const struct column_info *column =
		    segment_section_column(section, spec->attnums[i]);

		if (column != NULL)
			segment_desk_hint(section, column, zone);
	}
}

/* Ask for the rows themselves. */
static void
hint_group(const struct segment_cursor *cursor, const struct row_group *group)
{
	const struct segment_section *section = group->section;
	const struct scan_spec *spec = cursor->spec;
	uint32_t first = section->zone_first[group->zone];

	for (uint32_t n = 0; n < group->count; n++)
		for (uint32_t i = 0; i < spec->attnum_count; i++) {
			const struct column_info *column =
			    segment_section_column(section, spec->attnums[i]);

			if (column != NULL &&
			    !segment_cursor_knows_context(spec,
				spec->attnums[i]))
				segment_desk_hint_row(section, column,
				    group->zone, group->rows[n] - first);
		}
}

/* The section that is read now, and its columns. */
static int
turn_to_section(struct segment_cursor *cursor, struct segment_section *section,
    struct error *err)
{
	int rc = 0;

	if (cursor->section == section)
		return 0;
	cursor->section = section;
	cursor->segment = section->segment;
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		cursor->columns[i].last_page = NULL;
		if (!segment_cursor_knows_context(cursor->spec,
			cursor->spec->attnums[i]))
			rc = segment_cursor_turn_column(cursor, i, err);
	}
	return rc;
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
		struct kept_slot *slots =
		    realloc(cursor->slots, capacity * sizeof(*slots));

		if (slots == NULL)
			return error_no_memory(err);
		cursor->slots = slots;
		cursor->slot_capacity = capacity;
	}
	cursor->slots[cursor->slot_count++] =
	    (struct kept_slot){ *slot, cursor->segment->cache_key };
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
    const struct row_group *group, struct segment_chunk *chunk,
    struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	uint32_t first = cursor->section->zone_first[group->zone];
	int rc = 0;

	for (uint32_t n = 0; n < group->count && rc == 0; n++) {
		uint32_t row = group->rows[n] - first, at = group->at + n;

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

/* Of column i, which is younger than the section; not of the context. */
static void
fill_default(struct segment_cursor *cursor, uint32_t i,
    const struct row_group *group)
{
	struct cursor_column *column = &cursor->columns[i];
	struct vec *vec = &cursor->vecs[i];
	struct datum value =
	    segment_cursor_default(cursor->spec, cursor->spec->attnums[i]);

	if (value.is_null)
		vec->nulls = column->nulls;
	for (uint32_t at = group->at; at < group->at + group->count; at++) {
		column->nulls[at] = 0;
		vec_set(vec, at, &value);
	}
}

/* All columns of rows of one zone. */
static int
fill_columns(struct segment_cursor *cursor, const struct row_group *group,
    struct error *err)
{
	const struct cursor_column *ids = plain_ids(cursor);
	struct segment_chunk id_chunk, chunk;
	bool has_ids = false;
	int rc = 0;

	segment_chunk_init(&id_chunk);
	for (uint32_t i = 0; i < cursor->column_count && rc == 0; i++) {
		struct cursor_column *column = &cursor->columns[i];
		struct segment_chunk *of = column == ids ? &id_chunk : &chunk;

		if (segment_cursor_knows_context(cursor->spec,
			cursor->spec->attnums[i]))
			continue;
		if (column->info == NULL) {
			fill_default(cursor, i, group);
			continue;
		}
		rc = segment_desk_chunk(cursor->section, column->info,
		    group->zone, DESK_NULLS, has_ids ? &id_chunk : NULL, of,
		    &cursor->stats.bytes_read, err);
		if (rc == 0)
			rc = fill_group(cursor, i, group, of, err);
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
		if (segment_cursor_knows_context(cursor->spec,
			cursor->spec->attnums[i])) {
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
	uint32_t at = 0, zone;

	for (uint32_t n = 0; n < GROUPS_MAX && at < row_count; n++) {
		at += count_in_zone(section, rows + at, row_count - at, &zone);
		hint_desks(section, spec, zone);
	}
}

static void
hint_first(const struct segment_cursor *cursor)
{
	const struct row_groups *groups = &cursor->groups;

	for (uint32_t g = 0; g < GROUPS_AHEAD && g < groups->count; g++)
		hint_group(cursor, &groups->of[g]);
}

void
segment_rows_begin(struct segment_cursor *cursor)
{
	struct row_groups *groups = &cursor->groups;

	take_groups(cursor, 0, next_count(cursor));
	hint_first(cursor);
	groups->is_hinted = true;
}

/* The next of the batch's rows, and their memory. */
static void
prepare_groups(struct segment_cursor *cursor, uint32_t at, uint32_t limit)
{
	struct row_groups *groups = &cursor->groups;

	if (!groups->is_hinted) {
		take_groups(cursor, at, limit);
		for (uint32_t g = 0; g < groups->count; g++)
			hint_desks(groups->of[g].section, cursor->spec,
			    groups->of[g].zone);
		hint_first(cursor);
	}
	groups->is_hinted = false;
}

/* All of them; *at is one past the last. */
static int
fill_groups(struct segment_cursor *cursor, uint32_t *at, struct error *err)
{
	const struct row_groups *groups = &cursor->groups;
	int rc = 0;

	for (uint32_t g = 0; g < groups->count && rc == 0; g++) {
		const struct row_group *group = &groups->of[g];

		if (g + GROUPS_AHEAD < groups->count)
			hint_group(cursor, group + GROUPS_AHEAD);
		rc = turn_to_section(cursor, group->section, err);
		if (rc == 0)
			rc = fill_columns(cursor, group, err);
		*at = group->at + group->count;
	}
	return rc;
}

int
segment_rows_next(struct segment_cursor *cursor, uint32_t *count,
    struct error *err)
{
	uint32_t at = 0;
	int rc = 0;

	*count = next_count(cursor);
	if (*count == 0)
		return 0;
	begin_columns(cursor);
	while (at < *count && rc == 0) {
		prepare_groups(cursor, at, *count);
		rc = fill_groups(cursor, &at, err);
	}
	cursor->part_next += *count;
	if (rc == 0 && cursor->piece_count > 1)
		rc = segment_rows_order(cursor, *count, err);
	return rc;
}
