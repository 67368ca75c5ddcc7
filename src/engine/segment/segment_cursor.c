/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_cursor.c -- rows of a section as batches.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/must.h"
#include "engine/segment/row_filter.h"
#include "engine/segment/segment_cursor_private.h"

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

static bool
may_be_late(const struct scan_spec *spec, uint32_t attnum)
{
	for (uint32_t i = 0; i < spec->late_count; i++)
		if (spec->late_attnums[i] == attnum)
			return true;
	return false;
}

static int
open_dict(struct segment_cursor *cursor, struct cursor_column *column,
    struct error *err)
{
	const struct column_info *info = column->info;
	const struct dict_root *root;
	int rc;

	if (!info->has_dict)
		return 0;
	rc = segment_dict_root(cursor->segment, cursor->section->state,
	    &info->dict_root, info->dict_count, &column->dict_root,
	    &cursor->stats.bytes_read, err);
	if (rc != 0)
		return rc;
	root = column->dict_root->data;
	column->codes = column->codes_room;
	column->pages = root->page_count == 1
	    ? &column->only_page
	    : calloc(root->page_count, sizeof(struct block *));
	return column->pages == NULL ? no_memory(err) : 0;
}

static void
free_pages(struct cursor_column *column)
{
	if (column->pages != &column->only_page)
		free(column->pages);
	column->pages = NULL;
}

/* In whole lines of the processor's cache. */
static size_t
line_bytes(size_t count, size_t size)
{
	return (count * size + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

static size_t
values_bytes(const struct segment_cursor *cursor, enum phys phys)
{
	return line_bytes(cursor->batch_rows + INT_DECODE_SLACK,
	    phys_size(phys));
}

/* Only strings may have codes. */
static size_t
codes_bytes(const struct segment_cursor *cursor, enum phys phys)
{
	return phys == PHYS_STR
	    ? line_bytes((size_t)cursor->batch_rows + 1, sizeof(uint32_t))
	    : 0;
}

/* One block for the values of all columns: most cursors read few rows. */
static int
take_memory(struct segment_cursor *cursor, struct error *err)
{
	const struct scan_spec *spec = cursor->spec;
	size_t nulls_bytes = line_bytes((size_t)cursor->batch_rows + 1, 1);
	size_t bytes = values_bytes(cursor, PHYS_I64);
	char *at;

	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		enum phys phys =
		    event_type_column_phys(spec->type, spec->attnums[i]);

		cursor->vecs[i] = (struct vec){ .phys = phys };
		bytes += values_bytes(cursor, phys) +
		    codes_bytes(cursor, phys) + nulls_bytes;
	}
	cursor->memory = at = aligned_alloc(LINE_BYTES, bytes);
	if (at == NULL)
		return no_memory(err);
	cursor->codes = (void *)at;
	at += values_bytes(cursor, PHYS_I64);
	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		struct cursor_column *column = &cursor->columns[i];
		enum phys phys = cursor->vecs[i].phys;

		column->data = at;
		at += values_bytes(cursor, phys);
		column->codes_room = (void *)at;
		at += codes_bytes(cursor, phys);
		column->nulls = (void *)at;
		at += nulls_bytes;
	}
	return 0;
}

int
segment_cursor_turn_column(struct segment_cursor *cursor, uint32_t i,
    struct error *err)
{
	uint32_t attnum = cursor->spec->attnums[i];
	struct cursor_column *column = &cursor->columns[i];

	column->info = segment_section_column(cursor->section, attnum);
	if (column->info == NULL || column->info->phys == cursor->vecs[i].phys)
		return 0;
	return error_set(err, STELE_E_CORRUPT,
	    "column %" PRIu32 " of file \"%s\" has another form than its type",
	    attnum, cursor->segment->path);
}

static int
open_column(struct segment_cursor *cursor, uint32_t i, struct error *err)
{
	struct segment_section *section = cursor->section;
	uint32_t attnum = cursor->spec->attnums[i];
	struct cursor_column *column = &cursor->columns[i];
	int rc;

	rc = segment_cursor_turn_column(cursor, i, err);
	if (rc != 0 || column->info == NULL)
		return rc;
	rc = segment_chunk_table(cursor->segment, section->state,
	    &column->info->chunks, section->info.zone_count, &column->table,
	    &cursor->stats.bytes_read, err);
	if (rc != 0)
		return rc;
	column->is_late = may_be_late(cursor->spec, attnum);
	column->late =
	    (struct late_strings){ .base = { .fill = segment_cursor_fill_late },
		    .cursor = cursor,
		    .column = column };
	return open_dict(cursor, column, err);
}

/* Ask for the tables of chunks of all columns, before the first is opened. */
static void
hint_tables(const struct segment_section *section, const struct scan_spec *spec)
{
	const struct block_file *file = &section->state->file;
	const struct block_cache *cache = section->segment->cache;
	const struct column_info *info;

	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		info = segment_section_column(section, spec->attnums[i]);
		if (info != NULL)
			block_cache_prefetch_entry(cache, file, &info->chunks);
	}
	for (uint32_t i = 0; i < spec->attnum_count; i++) {
		info = segment_section_column(section, spec->attnums[i]);
		if (info != NULL)
			block_cache_prefetch_block(cache, file, &info->chunks);
	}
}

/* A chunk of each column is open while a zone is read. */
static int
take_chunks(struct segment_cursor *cursor, struct error *err)
{
	uint32_t count = cursor->spec->attnum_count;

	cursor->chunks = malloc((count + (size_t)1) * sizeof(*cursor->chunks));
	if (cursor->chunks == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < count; i++) {
		segment_chunk_init(&cursor->chunks[i]);
		cursor->columns[i].chunk = &cursor->chunks[i];
	}
	return 0;
}

/* Without rows yet. */
static struct segment_cursor *
cursor_new(const struct scan_spec *spec)
{
	uint32_t count = spec->attnum_count;
	struct segment_cursor *cursor = calloc(1,
	    sizeof(*cursor) +
		count * (sizeof(cursor->columns[0]) + sizeof(struct vec)));

	if (cursor == NULL)
		return NULL;
	cursor->vecs = (struct vec *)(void *)(cursor->columns + count);
	cursor->spec = spec;
	cursor->batch_rows = VEC_ROWS;
	return cursor;
}

int
segment_cursor_open_batches(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *zones, uint32_t zone_count,
    uint32_t batch_rows, struct segment_cursor **out, struct error *err)
{
	struct segment_cursor *cursor = cursor_new(spec);
	int rc;

	MUST(batch_rows > 0 && batch_rows <= VEC_ROWS);
	*out = NULL;
	if (cursor == NULL)
		return no_memory(err);
	cursor->batch_rows = batch_rows;
	cursor->section = section;
	cursor->segment = segment_ref(section->segment);
	cursor->zones = zones;
	cursor->part_count = zone_count;
	rc = take_memory(cursor, err);
	if (rc == 0)
		rc = take_chunks(cursor, err);
	hint_tables(section, spec);
	for (; rc == 0 && cursor->column_count < spec->attnum_count;
	     cursor->column_count++)
		rc = open_column(cursor, cursor->column_count, err);
	if (rc == 0)
		rc = row_filter_open(section, spec, &cursor->filter,
		    &cursor->stats.bytes_read, err);
	if (rc != 0) {
		segment_cursor_close(cursor);
		return rc;
	}
	*out = cursor;
	return 0;
}

int
segment_cursor_open_zones(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *zones, uint32_t zone_count,
    struct segment_cursor **out, struct error *err)
{
	return segment_cursor_open_batches(section, spec, zones, zone_count,
	    VEC_ROWS, out, err);
}

int
segment_cursor_open_all(struct segment_section *section,
    const struct scan_spec *spec, struct segment_cursor **out,
    struct error *err)
{
	uint32_t count = section->info.zone_count;
	uint32_t *zones = malloc(count * sizeof(*zones));
	int rc;

	*out = NULL;
	if (zones == NULL)
		return no_memory(err);
	for (uint32_t z = 0; z < count; z++)
		zones[z] = z;
	rc = segment_cursor_open_zones(section, spec, zones, count, out, err);
	if (rc == 0)
		(*out)->all_zones = zones;
	else
		free(zones);
	return rc;
}

/* What is read of them is on the sections' desks. */
static int
open_pieces(struct segment_cursor *cursor, uint32_t piece_count,
    struct error *err)
{
	for (uint32_t p = 0; p < piece_count; p++) {
		(void)segment_ref(cursor->pieces[p].section->segment);
		cursor->part_count += cursor->pieces[p].row_count;
	}
	cursor->piece_count = piece_count;
	cursor->column_count = cursor->spec->attnum_count;
	if (cursor->part_count < VEC_ROWS)
		cursor->batch_rows = cursor->part_count;
	MUST(piece_count == 1 || cursor->part_count <= VEC_ROWS);
	return take_memory(cursor, err);
}

int
segment_cursor_open_pieces(const struct scan_spec *spec,
    const struct segment_piece *pieces, uint32_t piece_count,
    struct segment_cursor **out, struct error *err)
{
	struct segment_cursor *cursor = cursor_new(spec);
	int rc;

	*out = NULL;
	if (cursor == NULL)
		return no_memory(err);
	cursor->pieces = pieces;
	if (piece_count == 1) {
		cursor->only_piece = pieces[0];
		cursor->pieces = &cursor->only_piece;
	}
	rc = open_pieces(cursor, piece_count, err);
	if (rc != 0) {
		segment_cursor_close(cursor);
		return rc;
	}
	segment_rows_begin(cursor);
	*out = cursor;
	return 0;
}

int
segment_cursor_open_rows(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *rows, uint32_t row_count,
    struct segment_cursor **out, struct error *err)
{
	struct segment_piece piece = { section, rows, row_count };

	return segment_cursor_open_pieces(spec, &piece, 1, out, err);
}

void
segment_cursor_want_codes(struct segment_cursor *cursor, uint32_t i)
{
	struct cursor_column *column = &cursor->columns[i];

	MUST(column->dict_root != NULL && cursor->zones != NULL &&
	    cursor->part_next == 0);
	block_cache_unpin(cursor->segment->cache, column->dict_root);
	column->dict_root = NULL; /* the chunks' integers are the values */
	free_pages(column);
	column->codes = NULL;
	column->wants_codes = true;
	cursor->vecs[i].phys = PHYS_I64;
}

/* All segments have one cache. */
static void
release_pins(struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->pin_count; i++)
		block_cache_unpin(cursor->segment->cache, cursor->pins[i]);
	for (uint32_t i = 0; i < cursor->slot_count; i++)
		block_cache_leave(cursor->segment->cache,
		    cursor->slots[i].cache_key, cursor->slots[i].slot);
	cursor->pin_count = 0;
	cursor->slot_count = 0;
}

static void
close_column(struct segment_cursor *cursor, struct cursor_column *column)
{
	struct block_cache *cache = cursor->segment->cache;

	if (column->chunk != NULL)
		segment_chunk_release(cursor->segment, column->chunk);
	block_cache_unpin(cache, column->table);
	if (column->dict_root != NULL && column->pages != NULL) {
		const struct dict_root *root = column->dict_root->data;

		for (uint32_t p = 0; p < root->page_count; p++)
			block_cache_unpin(cache, column->pages[p]);
	}
	block_cache_unpin(cache, column->dict_root);
	free_pages(column);
}

void
segment_cursor_close(struct segment_cursor *cursor)
{
	if (cursor == NULL)
		return;
	release_pins(cursor);
	row_filter_close(cursor->filter);
	/* One more than counted may be half open; the rest is zero. */
	for (uint32_t i = 0;
	     cursor->zones != NULL && i < cursor->spec->attnum_count; i++)
		close_column(cursor, &cursor->columns[i]);
	free(cursor->chunks);
	free(cursor->all_zones);
	free(cursor->memory);
	free(cursor->pins);
	free(cursor->slots);
	for (uint32_t p = 0; p < cursor->piece_count; p++)
		segment_unref(cursor->pieces[p].section->segment);
	if (cursor->zones != NULL)
		segment_unref(cursor->segment);
	free(cursor);
}

bool
segment_cursor_is_over(const struct segment_cursor *cursor)
{
	return cursor->zones == NULL && cursor->part_next == cursor->part_count;
}

struct segment_cursor_stats
segment_cursor_stats(const struct segment_cursor *cursor)
{
	return cursor->stats;
}

int
segment_cursor_next(struct segment_cursor *cursor, struct batch *out,
    struct error *err)
{
	uint32_t count = 0;
	int rc;

	release_pins(cursor);
	rc = cursor->zones != NULL ? segment_zones_next(cursor, &count, err)
				   : segment_rows_next(cursor, &count, err);
	if (rc != 0 || count == 0)
		return rc;
	cursor->stats.rows += count;
	*out = (struct batch){
		.row_count = count,
		.col_count = cursor->column_count,
		.cols = cursor->vecs,
		.sel = sel_all(count),
	};
	return 1;
}
