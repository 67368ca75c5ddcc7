/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_values.c -- what a cursor shows of a column: values that are decoded,
 * or strings of a dictionary, whose pages are pinned when first used and until
 * the end.
 */
#include <string.h>

#include "common/attr.h"
#include "engine/segment/segment_cursor_private.h"

int
segment_cursor_bad_code(const struct segment_cursor *cursor, struct error *err)
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
	return greatest < column->info->dict_count
	    ? 0
	    : segment_cursor_bad_code(cursor, err);
}

#define LANES 16

/*
 * Codes in half their bytes, whole lines; something past UINT32_MAX, or the
 * greatest of them.
 */
STELE_CLONES static uint64_t
narrow_lines(const int64_t *restrict codes, uint32_t line_count,
    uint32_t *restrict out)
{
	uint32_t greatest[LANES] = { 0 }, most = 0;
	uint64_t high[LANES] = { 0 }, any_high = 0;

	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LANES; l++) {
			uint32_t code = (uint32_t)codes[l];

			high[l] |= (uint64_t)codes[l] >> 32;
			greatest[l] = code > greatest[l] ? code : greatest[l];
			out[l] = code;
		}
		codes += LANES;
		out += LANES;
	}
	for (unsigned l = 0; l < LANES; l++) {
		any_high |= high[l];
		most = greatest[l] > most ? greatest[l] : most;
	}
	return any_high << 32 | most;
}

/* The codes of rows, checked. */
static int
take_codes(const struct segment_cursor *cursor,
    const struct cursor_column *column, const int64_t *codes, uint32_t count,
    uint32_t *out, struct error *err)
{
	uint32_t whole = count / LANES * LANES;
	uint64_t greatest = narrow_lines(codes, count / LANES, out);

	for (uint32_t i = whole; i < count; i++) {
		out[i] = (uint32_t)codes[i];
		greatest = (uint64_t)codes[i] > greatest ? (uint64_t)codes[i]
							 : greatest;
	}
	return greatest < column->info->dict_count
	    ? 0
	    : segment_cursor_bad_code(cursor, err);
}

/* Codes of a dictionary of one page. */
static int
strings_of_page(struct segment_cursor *cursor, struct cursor_column *column,
    const int64_t *codes, uint32_t count, uint32_t at, struct error *err)
{
	struct str *out = (struct str *)column->data + at;
	const struct str *strings;
	int rc =
	    take_codes(cursor, column, codes, count, column->codes + at, err);

	if (rc == 0)
		rc = need_page(cursor, column, 0, err);
	if (rc != 0)
		return rc;
	strings = ((const struct dict_page *)column->pages[0]->data)->strings;
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
			return segment_cursor_bad_code(cursor, err);
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
segment_cursor_fill_late(const struct vec_late *late, const struct vec *vec,
    struct sel sel, struct error *err)
{
	const struct late_strings *its = (const struct late_strings *)late;
	struct cursor_column *column = its->column;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint32_t code = vec->codes.of[row];
		uint32_t page = code / DICT_PAGE_STRINGS;
		const struct dict_page *strings;
		int rc;

		vec->str[row] = STR("");
		if (vec_is_null(vec, row)) /* its code is any */
			continue;
		if (column->pages[page] == NULL) {
			rc = need_page(its->cursor, column, page, err);
			if (rc != 0)
				return rc;
		}
		strings = column->pages[page]->data;
		vec->str[row] = strings->strings[code % DICT_PAGE_STRINGS];
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

struct datum
segment_cursor_default(const struct scan_spec *spec, uint32_t attnum)
{
	const struct field *field =
	    &spec->type->fields[attnum - COLUMN_FIRST_FIELD];

	return field->has_default ? field->default_value
				  : (struct datum){ .is_null = true };
}

void
segment_cursor_fill_missing(struct segment_cursor *cursor, uint32_t i)
{
	uint32_t attnum = cursor->spec->attnums[i];
	struct cursor_column *column = &cursor->columns[i];
	struct vec *vec = &cursor->vecs[i];
	struct datum value = segment_cursor_knows_context(cursor->spec, attnum)
	    ? (struct datum){ .str = cursor->spec->context }
	    : segment_cursor_default(cursor->spec, attnum);

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
	struct segment_chunk *chunk = column->chunk;
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
	if (column->is_late)
		return take_codes(cursor, column, cursor->codes, count,
		    column->codes, err);
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

int
segment_cursor_fill_column(struct segment_cursor *cursor, uint32_t i,
    uint32_t first, uint32_t count, struct error *err)
{
	const struct cursor_column *column = &cursor->columns[i];
	struct vec *vec = &cursor->vecs[i];
	int rc = fill_values(cursor, i, first, count, err);

	segment_cursor_show_codes(column, vec);
	if (column->is_late && vec->codes.of != NULL && !vec->is_constant)
		vec->codes.late = &column->late.base;
	if (rc == 0 && column->wants_codes && !vec->is_constant)
		rc = check_codes(cursor, column, column->data, count, err);
	return rc;
}

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

/* ---- some rows ---- */

/* Keep only some of a column's values. */
void
segment_cursor_keep_rows(struct cursor_column *column, struct vec *vec,
    const uint16_t *rows, uint32_t count)
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
	} else if (vec->codes.late == NULL) {
		for (uint32_t i = 0; i < count; i++)
			if (rows[i] != i)
				memcpy(bytes + i * size, bytes + rows[i] * size,
				    size);
	}
	for (uint32_t i = 0; vec->nulls != NULL && i < count; i++)
		vec->nulls[i] = vec->nulls[rows[i]];
}

/* Values of few rows, from `first` on, one by one. */
int
segment_cursor_fill_few(struct segment_cursor *cursor, uint32_t i,
    uint32_t first, const uint16_t *rows, uint32_t count, struct error *err)
{
	struct cursor_column *column = &cursor->columns[i];
	struct segment_chunk *chunk = column->chunk;
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
