/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_cursor.c -- rows of a section as batches.
 *
 * Reading zones, a chunk stays pinned while its zone is read and one vector of
 * each column is decoded at a time; a batch never spans zones.  If the scan has
 * ranges, rows outside of them are left out where they are most, and a zone
 * without others is not read at all but for what is asked about.  Single rows
 * are segment_rows.c's.  Pages of dictionaries are pinned when first used and
 * until the end.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/must.h"
#include "engine/segment/row_filter.h"
#include "engine/segment/segment_cursor_private.h"

#define SOME_SHARE 4  /* of so many rows one is left: the others are left out */
#define FEW_ROWS   16 /* are read one by one */

static int
no_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

/* ---- life ---- */

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

/* All rows that are read have the context that is asked for. */
static bool
is_known_context(const struct scan_spec *spec, uint32_t attnum)
{
	return spec->has_context && attnum == COLUMN_CONTEXT_ID;
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
		struct type type =
		    event_type_column_type(spec->type, spec->attnums[i]);
		enum phys phys = type_phys(&type);

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

static int
open_column(struct segment_cursor *cursor, uint32_t i, struct error *err)
{
	struct segment_section *section = cursor->section;
	uint32_t attnum = cursor->spec->attnums[i];
	struct cursor_column *column = &cursor->columns[i];
	int rc;

	if (cursor->rows != NULL && is_known_context(cursor->spec, attnum))
		return 0;
	column->info = segment_section_column(section, attnum);
	if (column->info == NULL)
		return 0;
	if (column->info->phys != cursor->vecs[i].phys)
		return error_set(err, STELE_E_CORRUPT,
		    "column %" PRIu32
		    " of file \"%s\" has another form than its type",
		    attnum, cursor->segment->path);
	rc = segment_chunk_table(cursor->segment, section->state,
	    &column->info->chunks, section->info.zone_count, &column->table,
	    &cursor->stats.bytes_read, err);
	if (rc != 0)
		return rc;
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

/* Zones or rows: the other is NULL. */
static int
cursor_open(struct segment_section *section, const struct scan_spec *spec,
    const uint32_t *zones, const uint32_t *rows, uint32_t part_count,
    struct segment_cursor **out, struct error *err)
{
	uint32_t count = spec->attnum_count;
	struct segment_cursor *cursor = calloc(1,
	    sizeof(*cursor) +
		count * (sizeof(cursor->columns[0]) + sizeof(struct vec)));
	int rc;

	*out = NULL;
	if (cursor == NULL)
		return no_memory(err);
	cursor->vecs = (struct vec *)(void *)(cursor->columns + count);
	cursor->section = section;
	cursor->segment = segment_ref(section->segment);
	cursor->spec = spec;
	cursor->zones = zones;
	cursor->rows = rows;
	cursor->part_count = part_count;
	cursor->batch_rows = VEC_ROWS;
	if (zones == NULL && part_count < VEC_ROWS)
		cursor->batch_rows = part_count;
	rc = take_memory(cursor, err);
	hint_tables(section, spec);
	for (; rc == 0 && cursor->column_count < count;
	     cursor->column_count++) {
		rc = open_column(cursor, cursor->column_count, err);
	}
	if (rc == 0 && zones != NULL)
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
	return cursor_open(section, spec, zones, NULL, zone_count, out, err);
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

int
segment_cursor_open_rows(struct segment_section *section,
    const struct scan_spec *spec, const uint32_t *rows, uint32_t row_count,
    struct segment_cursor **out, struct error *err)
{
	return cursor_open(section, spec, NULL, rows, row_count, out, err);
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

static void
release_pins(struct segment_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->pin_count; i++)
		block_cache_unpin(cursor->segment->cache, cursor->pins[i]);
	cursor->pin_count = 0;
}

static void
close_column(struct segment_cursor *cursor, struct cursor_column *column)
{
	struct block_cache *cache = cursor->segment->cache;

	segment_chunk_release(cursor->segment, &column->chunk);
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
	for (uint32_t i = 0; i < cursor->spec->attnum_count; i++)
		close_column(cursor, &cursor->columns[i]);
	free(cursor->all_zones);
	free(cursor->memory);
	free(cursor->pins);
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

/* ---- values ---- */

static int
bad_code(const struct segment_cursor *cursor, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "invalid code of a dictionary in file \"%s\"",
	    cursor->segment->path);
}

static int
need_page(struct segment_cursor *cursor, struct cursor_column *column,
    uint32_t page, struct error *err)
{
	if (column->pages[page] != NULL)
		return 0;
	return segment_dict_page(cursor->segment, cursor->section->state,
	    column->dict_root->data, page, &column->pages[page],
	    &cursor->stats.bytes_read, err);
}

static int
check_codes(const struct segment_cursor *cursor,
    const struct cursor_column *column, const int64_t *codes, uint32_t count,
    struct error *err)
{
	uint64_t greatest = 0; /* as unsigned: none is negative */

	for (uint32_t i = 0; i < count; i++)
		greatest = (uint64_t)codes[i] > greatest ? (uint64_t)codes[i]
							 : greatest;
	return greatest < column->info->dict_count ? 0 : bad_code(cursor, err);
}

/* Codes of a dictionary of one page. */
static int
strings_of_page(struct segment_cursor *cursor, struct cursor_column *column,
    const int64_t *codes, uint32_t count, uint32_t at, struct error *err)
{
	struct str *out = (struct str *)column->data + at;
	const struct str *strings;
	int rc = check_codes(cursor, column, codes, count, err);

	if (rc == 0)
		rc = need_page(cursor, column, 0, err);
	if (rc != 0)
		return rc;
	strings = ((const struct dict_page *)column->pages[0]->data)->strings;
	for (uint32_t i = 0; i < count; i++)
		column->codes[at + i] = (uint32_t)codes[i];
	for (uint32_t i = 0; i < count; i++)
		out[i] = strings[codes[i]];
	return 0;
}

/*
 * Strings of codes, which lie in pinned pages, to index `at` of the column's
 * data and those behind it; and the codes beside them.
 */
static int
strings_of_codes(struct segment_cursor *cursor, struct cursor_column *column,
    const int64_t *codes, uint32_t count, uint32_t at, struct error *err)
{
	const uint64_t limit = column->info->dict_count;
	struct str *out = (struct str *)column->data + at;

	if (limit <= DICT_PAGE_STRINGS)
		return strings_of_page(cursor, column, codes, count, at, err);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t code = (uint64_t)codes[i];
		uint32_t page = (uint32_t)(code / DICT_PAGE_STRINGS);
		const struct dict_page *strings;
		int rc;

		if (code >= limit)
			return bad_code(cursor, err);
		if (column->pages[page] == NULL) {
			rc = need_page(cursor, column, page, err);
			if (rc != 0)
				return rc;
		}
		strings = column->pages[page]->data;
		out[i] = strings->strings[code % DICT_PAGE_STRINGS];
		column->codes[at + i] = (uint32_t)code;
	}
	return 0;
}

int
segment_cursor_fill_one(struct segment_cursor *cursor,
    struct cursor_column *column, struct segment_chunk *chunk, uint32_t row,
    uint32_t at, struct error *err)
{
	size_t size =
	    phys_size(column->wants_codes ? PHYS_I64 : column->info->phys);
	char *out = (char *)column->data + at * size;
	int64_t code;
	int rc;

	if (column->info->has_dict &&
	    chunk_is_null(&chunk->view, row)) { /* it has no code */
		memset(out, 0, size);
		if (column->codes != NULL)
			column->codes[at] = 0;
		return 0;
	}
	if (column->dict_root == NULL) {
		rc = segment_chunk_need(cursor->segment, cursor->section->state,
		    chunk, row, 1, &cursor->stats.bytes_read, err);
		if (rc == 0)
			rc = chunk_at(&chunk->view, row, out, err);
		if (rc == 0 && column->wants_codes)
			rc =
			    check_codes(cursor, column, (int64_t *)out, 1, err);
		return rc;
	}
	rc = chunk_at(&chunk->view, row, &code, err);
	if (rc != 0)
		return rc;
	return strings_of_codes(cursor, column, &code, 1, at, err);
}

void
segment_cursor_fill_missing(struct segment_cursor *cursor, uint32_t i)
{
	uint32_t attnum = cursor->spec->attnums[i];
	struct cursor_column *column = &cursor->columns[i];
	struct vec *vec = &cursor->vecs[i];
	struct datum value = { .is_null = true };

	if (is_known_context(cursor->spec, attnum)) {
		value = (struct datum){ .str = cursor->spec->context };
	} else {
		const struct field *field =
		    &cursor->spec->type->fields[attnum - COLUMN_FIRST_FIELD];

		if (field->has_default)
			value = field->default_value;
	}
	vec->is_constant = true;
	vec->data = column->data;
	vec->nulls = value.is_null ? column->nulls : NULL;
	vec_set(vec, 0, &value);
}

/* Rows first..first+count-1 of the current zone. */
static int
fill_values(struct segment_cursor *cursor, uint32_t i, uint32_t first,
    uint32_t count, struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	struct segment_chunk *chunk = &column->chunk;
	const struct chunk_view *view = &chunk->view;
	struct vec *vec = &cursor->vecs[i];
	void *out = column->data;
	bool has_nulls;
	int rc;

	if (column->info == NULL) {
		segment_cursor_fill_missing(cursor, i);
		return 0;
	}
	vec->data = column->data;
	vec->nulls = NULL;
	vec->is_constant = view->nulls.words == NULL &&
	    (chunk_is_constant(view) || view->info.encoding == ENC_NULL);
	if (vec->is_constant) {
		column->nulls[0] = 1;
		vec->nulls =
		    view->info.encoding == ENC_NULL ? column->nulls : NULL;
		return segment_cursor_fill_one(cursor, column, chunk, first, 0,
		    err);
	}
	segment_chunk_let_go(cursor->segment, chunk, first);
	rc = segment_chunk_need(cursor->segment, cursor->section->state, chunk,
	    first, count, &cursor->stats.bytes_read, err);
	if (rc != 0)
		return rc;
	if (column->dict_root != NULL)
		out = cursor->codes;
	rc = chunk_decode(view, first, count, out, column->nulls, &has_nulls,
	    err);
	if (rc != 0)
		return rc;
	vec->nulls = has_nulls ? column->nulls : NULL;
	if (column->dict_root == NULL)
		return 0;
	return strings_of_codes(cursor, column, cursor->codes, count, 0, err);
}

void
segment_cursor_show_codes(const struct cursor_column *column, struct vec *vec)
{
	vec->codes = (struct vec_codes){ .of = NULL };
	if (column->dict_root != NULL)
		vec->codes = (struct vec_codes){ .dict = column->info,
			.of = column->codes,
			.count = column->info->dict_count };
}

static int
fill_column(struct segment_cursor *cursor, uint32_t i, uint32_t first,
    uint32_t count, struct error *err)
{
	const struct cursor_column *column = &cursor->columns[i];
	int rc = fill_values(cursor, i, first, count, err);

	segment_cursor_show_codes(column, &cursor->vecs[i]);

	if (rc == 0 && column->wants_codes && !cursor->vecs[i].is_constant)
		rc = check_codes(cursor, column, column->data, count, err);
	return rc;
}

/* ---- zones ---- */

int
segment_cursor_chunk(struct segment_cursor *cursor,
    const struct cursor_column *column, uint32_t zone,
    const struct segment_chunk *ids, struct segment_chunk *out,
    struct error *err)
{
	struct chunk_info info;

	return segment_zone_chunk(cursor->section, column->info, column->table,
	    zone, ids, &info, out, &cursor->stats.bytes_read, err);
}

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
	int rc;

	cursor->zone_row = 0;
	cursor->zone_limit = segment_section_zone_rows(section, zone);
	if (spec->event_id_first <= cursor->segment->meta.event_id_first &&
	    (spec->event_id_last == 0 ||
		spec->event_id_last >= cursor->segment->meta.event_id_last))
		return 0;
	rc = segment_chunk_table(cursor->segment, section->state,
	    &ids.info->chunks, section->info.zone_count, &ids.table,
	    &cursor->stats.bytes_read, err);
	if (rc == 0)
		rc = segment_cursor_chunk(cursor, &ids, zone, NULL, &ids.chunk,
		    err);
	if (rc == 0)
		rc = first_row_from(&ids.chunk.view, spec->event_id_first,
		    &cursor->zone_row, err);
	if (rc == 0 && spec->event_id_last != 0 &&
	    spec->event_id_last < UINT64_MAX)
		rc = first_row_from(&ids.chunk.view, spec->event_id_last + 1,
		    &cursor->zone_limit, err);
	segment_chunk_release(cursor->segment, &ids.chunk);
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

		segment_chunk_release(cursor->segment, &column->chunk);
		if (column->info != NULL)
			rc = segment_cursor_chunk(cursor, column, cursor->zone,
			    NULL, &column->chunk, err);
	}
	cursor->is_zone_open = rc == 0;
	return rc;
}

/* Keep only some of a column's values. */
static void
keep_rows(struct cursor_column *column, struct vec *vec, const uint16_t *rows,
    uint32_t count)
{
	size_t size = phys_size(vec->phys);
	char *bytes = column->data;

	if (vec->is_constant)
		return;
	for (uint32_t i = 0; column->codes != NULL && i < count; i++)
		column->codes[i] = column->codes[rows[i]];
	if (size == sizeof(int64_t)) {
		for (uint32_t i = 0; i < count; i++)
			vec->i64[i] = vec->i64[rows[i]];
	} else {
		for (uint32_t i = 0; i < count; i++)
			if (rows[i] != i)
				memcpy(bytes + i * size, bytes + rows[i] * size,
				    size);
	}
	for (uint32_t i = 0; vec->nulls != NULL && i < count; i++)
		vec->nulls[i] = vec->nulls[rows[i]];
}

/* Values of few rows, from `first` on, one by one. */
static int
fill_few(struct segment_cursor *cursor, uint32_t i, uint32_t first,
    const uint16_t *rows, uint32_t count, struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	struct segment_chunk *chunk = &column->chunk;
	struct vec *vec = &cursor->vecs[i];
	int rc = 0;

	if (column->info == NULL) {
		segment_cursor_fill_missing(cursor, i);
		return 0;
	}
	vec->data = column->data;
	vec->is_constant = false;
	vec->nulls = NULL;
	segment_chunk_let_go(cursor->segment, chunk, first);
	for (uint32_t k = 0; k < count && rc == 0; k++) {
		uint32_t row = first + rows[k];

		column->nulls[k] = chunk_is_null(&chunk->view, row);
		if (column->nulls[k] != 0)
			vec->nulls = column->nulls;
		rc =
		    segment_cursor_fill_one(cursor, column, chunk, row, k, err);
	}
	segment_cursor_show_codes(column, vec);
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
			rc = fill_few(cursor, i, first, rows, count, err);
			continue;
		}
		rc = fill_column(cursor, i, first, all, err);
		if (rc == 0)
			keep_rows(&cursor->columns[i], &cursor->vecs[i], rows,
			    count);
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
		rc = fill_column(cursor, i, cursor->zone_row, all, err);
	return rc;
}

static int
next_of_zones(struct segment_cursor *cursor, uint32_t *count, struct error *err)
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
		all = all > VEC_ROWS ? VEC_ROWS : all;
		rc = fill_batch(cursor, all, count, err);
		cursor->zone_row += all;
	}
	return rc;
}

int
segment_cursor_next(struct segment_cursor *cursor, struct batch *out,
    struct error *err)
{
	uint32_t count = 0;
	int rc;

	release_pins(cursor);
	rc = cursor->zones != NULL ? next_of_zones(cursor, &count, err)
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
