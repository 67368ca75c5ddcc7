/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_verify.c -- reading all of a segment and holding it against the
 * rules of its format.
 *
 * Nothing is cached and nothing is trusted but the checksums.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "engine/segment/codec_zstd.h"
#include "engine/segment/segment_private.h"

struct extent {
	uint64_t offset;
	uint64_t len;
};

struct verify {
	struct segment_state *state;
	const char *path;
	struct buf extents;      /* struct extent of each block that was read */
	uint32_t *context_codes; /* of all rows, sections one after the other */
	uint32_t row_count;      /* of them so far */
	int64_t last_event_id;   /* of the section so far */
	int64_t values[VEC_ROWS + INT_DECODE_SLACK];
	struct numeric any[VEC_ROWS + INT_DECODE_SLACK]; /* of any form */
	uint8_t nulls[VEC_ROWS];
};

static int
broken(const struct verify *v, const char *what, uint64_t offset,
    struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "%s in file \"%s\" at offset %" PRIu64, what, v->path, offset);
}

static int
no_memory(struct error *err)
{
	return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
}

static void
add_extent(struct verify *v, uint64_t offset, uint64_t len)
{
	struct extent extent = { offset, len };

	buf_put(&v->extents, &extent, sizeof(extent));
}

/* Read and check a block; the caller frees it. */
static int
read_block(struct verify *v, const struct block_ref *ref, uint8_t **out,
    struct error *err)
{
	add_extent(v, ref->offset, ref->len);
	return block_read(&v->state->file, ref, out, err);
}

/* ---- dictionaries ---- */

static int
verify_page(struct verify *v, const struct dict_root *root, uint32_t p,
    struct buf *last, struct error *err)
{
	const struct block_ref *ref = &root->pages[p].ref;
	struct dict_page *page = NULL;
	void *decoded = NULL;
	uint8_t *data;
	size_t len;
	int rc = read_block(v, ref, &data, err);

	if (rc != 0)
		return rc;
	rc = dict_page_decode(data, ref->len, &decoded, &len, err);
	free(data);
	if (rc != 0)
		return rc;
	page = decoded;
	if (page->count != dict_page_strings(root, p) ||
	    !str_equal(page->strings[0], root->pages[p].first) ||
	    (p > 0 && str_compare(buf_str(last), page->strings[0]) >= 0))
		rc = broken(v, "unexpected page of a dictionary", ref->offset,
		    err);
	buf_reset(last);
	buf_put_str(last, page->strings[page->count - 1]);
	free(page);
	return rc;
}

static int
verify_dict(struct verify *v, const struct block_ref *ref, uint32_t count,
    struct error *err)
{
	struct dict_root *root;
	void *decoded = NULL;
	struct buf last; /* string of the page before */
	uint8_t *data;
	size_t len;
	int rc = read_block(v, ref, &data, err);

	if (rc != 0)
		return rc;
	rc = dict_root_decode(data, ref->len, &decoded, &len, err);
	free(data);
	if (rc != 0)
		return rc;
	root = decoded;
	buf_init(&last);
	if (root->count != count)
		rc = broken(v, "unexpected dictionary", ref->offset, err);
	for (uint32_t p = 0; p < root->page_count && rc == 0; p++)
		rc = verify_page(v, root, p, &last, err);
	buf_release(&last);
	free(root);
	return rc;
}

/* ---- chunks ---- */

static bool
str_in_bounds(const struct chunk_info *info, struct str s)
{
	struct str low =
	    str_of((const char *)info->low, info->low[BOUND_STR_BYTES]);
	struct str high =
	    str_of((const char *)info->high, info->high[BOUND_STR_BYTES]);

	return str_compare(low, s) <= 0 &&
	    (str_compare(s, high) <= 0 ||
		((info->flags & CHUNK_HIGH_IS_PREFIX) != 0 &&
		    str_starts_with(s, high)));
}

static bool
f64_in_bounds(const struct chunk_info *info, double value)
{
	double low, high;

	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	if (value != value) /* NaN: the greatest */
		return high != high;
	return (low <= value) && (high != high || value <= high);
}

static bool
numeric_in_bounds(const struct chunk_info *info, const struct numeric *value)
{
	i128 low, high;

	memcpy(&low, info->low, sizeof(low));
	memcpy(&high, info->high, sizeof(high));
	return low <= value->small && value->small <= high;
}

/* Is value i of an array of a form within the zone map?  Keeps Z1. */
static bool
in_bounds(const struct chunk_view *view, const void *values, uint32_t i)
{
	const struct chunk_info *info = &view->info;
	int64_t low, high, value;

	if ((info->flags & CHUNK_HAS_BOUNDS) == 0)
		return true;
	switch (view->phys) {
	case PHYS_BOOL:
	case PHYS_I64:
		memcpy(&low, info->low, sizeof(low));
		memcpy(&high, info->high, sizeof(high));
		value = view->phys == PHYS_BOOL ? ((const uint8_t *)values)[i]
						: ((const int64_t *)values)[i];
		return low <= value && value <= high &&
		    ((info->flags & CHUNK_HAS_SET) == 0 ||
			chunk_set_has(info, value));
	case PHYS_F64:
		return f64_in_bounds(info, ((const double *)values)[i]);
	case PHYS_NUMERIC:
		return numeric_in_bounds(info,
		    (const struct numeric *)values + i);
	case PHYS_STR:
		return info->low[BOUND_STR_BYTES] <= BOUND_STR_BYTES &&
		    info->high[BOUND_STR_BYTES] <= BOUND_STR_BYTES &&
		    str_in_bounds(info, ((const struct str *)values)[i]);
	case PHYS_UUID:
		return memcmp(info->low, (const struct uuid *)values + i, 16) <=
		    0 &&
		    memcmp((const struct uuid *)values + i, info->high, 16) <=
		    0;
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return true;
}

/* What is asked of the integers of a chunk besides their zone map. */
struct chunk_rules {
	uint32_t place;     /* in its section, from 1; 0: the context index */
	int64_t code_limit; /* of codes; 0: no codes */
};

/* The rules of core columns; notes the contexts' codes. */
static bool
follows_rules(struct verify *v, const struct chunk_rules *rules, int64_t value)
{
	const struct segment_footer *footer = &v->state->footer;

	if (rules->code_limit > 0 && (value < 0 || value >= rules->code_limit))
		return false;
	switch (rules->place) { /* of these, that is the attnum */
	case COLUMN_CONTEXT_ID:
		v->context_codes[v->row_count++] = (uint32_t)value;
		return true;
	case COLUMN_TIMESTAMP:
		return footer->time_min <= value && value <= footer->time_max;
	case COLUMN_EVENT_ID:
		if (value <= v->last_event_id) /* breaks G1 */
			return false;
		v->last_event_id = value;
		return (uint64_t)value >= footer->event_id_first &&
		    (uint64_t)value <= footer->event_id_last;
	default:
		return true;
	}
}

static int
verify_values(struct verify *v, const struct chunk_view *view,
    const struct chunk_rules *rules, struct error *err)
{
	bool is_i64 = view->phys == PHYS_I64;
	void *values = is_i64 ? (void *)v->values : (void *)v->any;
	uint32_t row_count = view->info.row_count;
	uint32_t null_count = 0;
	bool has_nulls;
	int rc = 0;

	for (uint32_t first = 0; first < row_count; first += VEC_ROWS) {
		uint32_t count = row_count - first;

		count = count > VEC_ROWS ? VEC_ROWS : count;
		rc = chunk_decode(view, first, count, values, v->nulls,
		    &has_nulls, err);
		if (rc != 0)
			return rc;
		for (uint32_t i = 0; i < count; i++) {
			if (has_nulls && v->nulls[i] != 0) {
				null_count++;
				continue;
			}
			if (!in_bounds(view, values, i))
				return broken(v, "value outside its zone map",
				    view->info.block.offset, err);
			if (is_i64 && !follows_rules(v, rules, v->values[i]))
				return broken(v, "value against the rules",
				    view->info.block.offset, err);
		}
	}
	if (null_count != view->info.null_count ||
	    (null_count > 0 && rules->place <= SEGMENT_CORE_COLUMNS))
		return broken(v, "unexpected nulls", view->info.block.offset,
		    err);
	return 0;
}

/* Read page p of a chunk's text; the caller frees it. */
static int
read_page(struct verify *v, const struct chunk_view *view, uint32_t p,
    uint32_t *limit, uint64_t *bytes, uint8_t **out, struct error *err)
{
	struct text_page page;
	void *decoded = NULL;
	uint8_t *data;
	size_t len;
	int rc;

	if (!text_page_at(&view->text, p, &page) || page.limit <= *limit)
		return broken(v, "invalid page of text",
		    view->info.block.offset, err);
	*limit = page.limit;
	*bytes += page.raw_len;
	if (page.ref.len == 0) {
		*out = calloc(1, 1);
		return *out == NULL ? no_memory(err) : 0;
	}
	rc = read_block(v, &page.ref, &data, err);
	if (rc != 0 || page.form == TEXT_PLAIN) {
		*out = data;
		return rc;
	}
	rc = zstd_block_decode(data, page.ref.len, &decoded, &len, err);
	free(data);
	*out = decoded;
	if (rc == 0 && len != page.raw_len)
		rc = broken(v, "unexpected page of text", page.ref.offset, err);
	return rc;
}

/* The values of a chunk with its pages of text. */
static int
verify_text(struct verify *v, struct chunk_view *view,
    const struct chunk_rules *rules, struct error *err)
{
	uint32_t count = view->text.page_count, limit = 0;
	uint8_t **pages = calloc(count, sizeof(*pages));
	uint64_t bytes = 0;
	int rc = 0;

	if (pages == NULL)
		return no_memory(err);
	for (uint32_t p = 0; p < count && rc == 0; p++)
		rc = read_page(v, view, p, &limit, &bytes, &pages[p], err);
	if (rc == 0 &&
	    (limit != view->value_count ||
		bytes !=
		    (uint64_t)int_at(&view->parts[0], view->value_count - 1)))
		rc = broken(v, "unexpected pages of text",
		    view->info.block.offset, err);
	view->pages = (const uint8_t *const *)pages;
	if (rc == 0)
		rc = verify_values(v, view, rules, err);
	for (uint32_t p = 0; p < count; p++)
		free(pages[p]);
	free(pages);
	return rc;
}

static int
verify_chunk(struct verify *v, const struct chunk_info *info, enum phys phys,
    const struct chunk_rules *rules, struct error *err)
{
	static const uint64_t nothing[1];
	struct chunk_view view;
	uint8_t *data = NULL;
	int rc = 0;

	if (info->block.len > 0)
		rc = read_block(v, &info->block, &data, err);
	if (rc == 0)
		rc = chunk_open(info, phys,
		    data == NULL ? (const void *)nothing : data,
		    info->block.len, &view, err);
	if (rc == 0)
		rc = view.text.page_count > 0
		    ? verify_text(v, &view, rules, err)
		    : verify_values(v, &view, rules, err);
	free(data);
	return rc;
}

/*
 * All chunks of a column; *rows becomes their rows.  Zones' rows are compared
 * by who calls, with `zone_rows` (NULL: not).
 */
static int
verify_chunks(struct verify *v, const struct block_ref *table, uint32_t count,
    enum phys phys, const struct chunk_rules *rules, uint32_t *zone_rows,
    struct error *err)
{
	uint8_t *data;
	int rc;

	if (table->len != (uint64_t)count * CHUNK_INFO_SIZE)
		return broken(v, "invalid table of chunks", table->offset, err);
	rc = read_block(v, table, &data, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < count && rc == 0; z++) {
		struct chunk_info info;

		if (!segment_take_chunk_info(data + (size_t)z * CHUNK_INFO_SIZE,
			&info) ||
		    info.row_count != zone_rows[z])
			rc = broken(v, "invalid table of chunks", table->offset,
			    err);
		else
			rc = verify_chunk(v, &info, phys, rules, err);
	}
	free(data);
	return rc;
}

/* ---- sections ---- */

/* Rows of each zone, as the table of event_id has them. */
static int
read_zone_rows(struct verify *v, const struct section_info *section,
    const struct block_ref *table, uint32_t **out, struct error *err)
{
	uint64_t row_count = 0;
	uint8_t *data;
	int rc;

	*out = NULL;
	if (table->len != (uint64_t)section->zone_count * CHUNK_INFO_SIZE)
		return broken(v, "invalid table of chunks", table->offset, err);
	*out = calloc(section->zone_count, sizeof(**out));
	if (*out == NULL)
		return no_memory(err);
	rc = block_read(&v->state->file, table, &data, err);
	if (rc != 0)
		return rc;
	for (uint32_t z = 0; z < section->zone_count && rc == 0; z++) {
		struct chunk_info info;

		if (!segment_take_chunk_info(data + (size_t)z * CHUNK_INFO_SIZE,
			&info) ||
		    info.row_count > v->state->header.zone_rows)
			rc = broken(v, "invalid table of chunks", table->offset,
			    err);
		(*out)[z] = info.row_count;
		row_count += info.row_count;
	}
	free(data);
	if (rc == 0 && row_count != section->row_count)
		rc = broken(v, "invalid rows of zones", table->offset, err);
	return rc;
}

static int
verify_column(struct verify *v, const struct section_info *section,
    const struct column_info *column, uint32_t place, uint32_t *zone_rows,
    struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	struct chunk_rules rules = {
		.place = place,
		.code_limit = column->has_dict ? column->dict_count : 0,
	};
	int rc = 0;

	if (place == COLUMN_CONTEXT_ID) {
		if (column->dict_root.offset != footer->contexts.offset ||
		    column->dict_count != footer->context_count)
			return broken(v, "another dictionary of contexts",
			    section->columns.offset, err);
	} else if (column->has_dict) {
		rc =
		    verify_dict(v, &column->dict_root, column->dict_count, err);
	}
	if (rc != 0)
		return rc;
	return verify_chunks(v, &column->chunks, section->zone_count,
	    column_chunk_phys(column), &rules, zone_rows, err);
}

static int
verify_columns(struct verify *v, const struct section_info *section,
    const uint8_t *data, struct error *err)
{
	struct column_info column, ids;
	uint32_t *zone_rows = NULL;
	int rc;

	if (!segment_take_column_info(data +
		    (size_t)(COLUMN_EVENT_ID - 1) * COLUMN_INFO_SIZE,
		&ids) ||
	    ids.phys != PHYS_I64)
		return broken(v, "invalid table of columns",
		    section->columns.offset, err);
	rc = read_zone_rows(v, section, &ids.chunks, &zone_rows, err);
	v->last_event_id = 0;
	for (uint32_t c = 0; c < section->column_count && rc == 0; c++) {
		if (!segment_take_column_info(data +
			    (size_t)c * COLUMN_INFO_SIZE,
			&column) ||
		    (c == 0 && !column.has_dict) ||
		    (c > 0 && c < SEGMENT_CORE_COLUMNS &&
			column.phys != PHYS_I64))
			rc = broken(v, "invalid table of columns",
			    section->columns.offset, err);
		else
			rc = verify_column(v, section, &column, c + 1,
			    zone_rows, err);
	}
	free(zone_rows);
	return rc;
}

static int
verify_sections(struct verify *v, struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	int rc = 0;

	for (uint32_t s = 0; s < footer->section_count && rc == 0; s++) {
		uint8_t *data;

		rc = read_block(v, &footer->sections[s].columns, &data, err);
		if (rc != 0)
			return rc;
		rc = verify_columns(v, &footer->sections[s], data, err);
		free(data);
	}
	return rc;
}

/* ---- the context index ---- */

/* Read `count` numbers of a column of the index; the caller frees them. */
static int
read_numbers(struct verify *v, const struct block_ref *table, uint32_t count,
    uint32_t **out, struct error *err)
{
	uint32_t chunk_count =
	    (count + INDEX_CHUNK_ROWS - 1) / INDEX_CHUNK_ROWS;
	struct chunk_info info;
	struct chunk_view view;
	uint8_t *data = NULL, *chunk;
	int rc = 0;

	static const uint64_t nothing[1];

	*out = NULL;
	if (table->len != (uint64_t)chunk_count * CHUNK_INFO_SIZE)
		return broken(v, "invalid table of chunks", table->offset, err);
	*out = malloc((size_t)count * sizeof(**out));
	if (*out == NULL)
		return no_memory(err);
	rc = read_block(v, table, &data, err);
	for (uint32_t k = 0; k < chunk_count && rc == 0; k++) {
		uint32_t first = k * INDEX_CHUNK_ROWS;
		uint32_t rows = count - first < INDEX_CHUNK_ROWS
		    ? count - first
		    : INDEX_CHUNK_ROWS;

		chunk = NULL;
		if (!segment_take_chunk_info(data + (size_t)k * CHUNK_INFO_SIZE,
			&info) ||
		    info.row_count != rows || info.null_count != 0)
			rc = broken(v, "invalid table of chunks", table->offset,
			    err);
		else if (info.block.len > 0)
			rc = read_block(v, &info.block, &chunk, err);
		if (rc == 0)
			rc = chunk_open(&info, PHYS_I64,
			    chunk == NULL ? (const void *)nothing : chunk,
			    info.block.len, &view, err);
		for (uint32_t i = 0; i < rows && rc == 0; i++) {
			rc = chunk_at(&view, i, &v->values[0], err);
			(*out)[first + i] = (uint32_t)v->values[0];
		}
		free(chunk);
	}
	free(data);
	return rc;
}

/* Each row stands under its context, once: the index is the column inverted */
static bool
index_agrees(const struct verify *v, const uint32_t *starts,
    const uint32_t *rows)
{
	uint32_t context_count = v->state->footer.context_count;

	if (starts[0] != 0 || starts[context_count] != v->row_count)
		return false;
	for (uint32_t c = 0; c < context_count; c++) {
		if (starts[c] >= starts[c + 1] || starts[c + 1] > v->row_count)
			return false;
		for (uint32_t i = starts[c]; i < starts[c + 1]; i++)
			if (rows[i] >= v->row_count ||
			    v->context_codes[rows[i]] != c ||
			    (i > starts[c] && rows[i] <= rows[i - 1]))
				return false;
	}
	return true;
}

static int
verify_index(struct verify *v, struct error *err)
{
	const struct segment_footer *footer = &v->state->footer;
	uint32_t *starts = NULL, *rows = NULL;
	int rc;

	rc = read_numbers(v, &footer->starts, footer->context_count + 1,
	    &starts, err);
	if (rc == 0)
		rc = read_numbers(v, &footer->rows, (uint32_t)footer->row_count,
		    &rows, err);
	if (rc == 0 && !index_agrees(v, starts, rows))
		rc = broken(v, "context index that does not agree",
		    footer->rows.offset, err);
	free(starts);
	free(rows);
	return rc;
}

/* ---- all of it ---- */

static int
compare_extents(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* No byte lies outside of all blocks, none in two: keeps G3. */
static int
verify_extents(struct verify *v, struct error *err)
{
	uint64_t size = v->state->file.size_bytes;
	struct extent *extents;
	uint64_t offset = 0;
	size_t count;

	/* The footer lies before the trailer, as the trailer was checked. */
	add_extent(v, 0, SEGMENT_HEADER_SIZE);
	add_extent(v, v->state->footer_offset, size - v->state->footer_offset);
	if (v->extents.failed)
		return no_memory(err);
	extents = (void *)v->extents.data;
	count = v->extents.len / sizeof(*extents);
	qsort(extents, count, sizeof(*extents), compare_extents);
	for (size_t i = 0; i < count; i++) {
		if (extents[i].offset != offset)
			return broken(v, "gap or overlap of blocks", offset,
			    err);
		offset += extents[i].len;
	}
	return offset == size ? 0
			      : broken(v, "bytes after the end", offset, err);
}

int
segment_verify(struct os_fs *fs, const char *dir,
    const struct segment_meta *meta, const struct uuid *directory,
    struct error *err)
{
	struct verify *v = calloc(1, sizeof(*v));
	char path[OS_PATH_SIZE];
	int rc;

	if (v == NULL)
		return no_memory(err);
	buf_init(&v->extents);
	v->path = path;
	rc = segment_path(path, sizeof(path), dir, meta->number, err);
	if (rc == 0)
		rc = segment_state_open(fs, path, meta, directory, &v->state,
		    err);
	if (rc != 0)
		goto out;
	v->context_codes =
	    malloc(v->state->footer.row_count * sizeof(*v->context_codes));
	if (v->context_codes == NULL) {
		rc = no_memory(err);
		goto out;
	}
	rc = verify_dict(v, &v->state->footer.contexts,
	    v->state->footer.context_count, err);
	if (rc == 0)
		rc = verify_sections(v, err);
	if (rc == 0)
		rc = verify_index(v, err);
	if (rc == 0)
		rc = verify_extents(v, err);
out:
	segment_state_free(v->state);
	free(v->context_codes);
	buf_release(&v->extents);
	free(v);
	return rc;
}
