/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/writer_column.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/segment/bitpack.h"
#include "engine/segment/chunk.h"
#include "engine/segment/segment.h"
#include "engine/segment/segment_output.h"
#include "engine/segment/text.h"

/* A dictionary that has grown past one of these is given up. */
#define DICT_STRING_BYTES_MAX 4096
#define DICT_BYTES_MAX        ((size_t)16 << 20)
#define DICT_COUNT_MAX        (UINT32_C(1) << 20)
#define DICT_COUNT_FREE       65536 /* up to here repeats are not asked for */
#define REPEATS_A_LOT         8     /* values for each different one */

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

int
writer_column_init(struct writer_column *column,
    const struct writer_column_options *options, struct error *err)
{
	*column = (struct writer_column){
		.phys = options->phys,
		.chunk_phys = options->phys,
		.zone_limit = options->zone_limit,
		.is_coded = options->phys == PHYS_STR,
	};
	arena_init(&column->arena, NULL);
	dict_builder_init(&column->dict, options->seed);
	filter_builder_init(&column->filter, options->phys, options->zone_limit,
	    options->filter_budget);
	column->filter.is_off |= !options->is_filtered;
	column->values = malloc(options->zone_limit * phys_size(column->phys));
	column->nulls = malloc(options->zone_limit);
	if (column->values == NULL || column->nulls == NULL)
		return no_memory(err);
	return 0;
}

void
writer_column_release(struct writer_column *column)
{
	free(column->values);
	free(column->nulls);
	free(column->codes);
	free(column->infos);
	dict_builder_release(&column->dict);
	filter_builder_release(&column->filter);
	arena_release(&column->arena);
	*column = (struct writer_column){ 0 };
}

int
writer_column_use_dict(struct writer_column *column, struct segment_output *out,
    const struct segment_strings *strings, struct error *err)
{
	assert(column->phys == PHYS_STR && column->row_count == 0);
	column->is_coded = false;
	column->is_known = true;
	column->chunk_phys = PHYS_I64;
	filter_builder_init(&column->filter, PHYS_I64, column->zone_limit,
	    column->filter.budget);
	return segment_output_strings(out, strings, &column->known_root,
	    &column->known_count, err);
}

void
writer_column_use_plain(struct writer_column *column)
{
	assert(column->phys == PHYS_STR && column->row_count == 0);
	column->is_coded = false;
}

/* ---- rows ---- */

static int
reserve_codes(struct writer_column *column, uint32_t count, struct error *err)
{
	size_t capacity = 2 * (size_t)column->row_capacity;
	uint32_t *codes;

	if (count <= column->row_capacity - column->row_count)
		return 0;
	if (capacity < (size_t)column->row_count + count)
		capacity = (size_t)column->row_count + column->zone_limit;
	if (capacity > UINT32_MAX)
		capacity = UINT32_MAX;
	codes = realloc(column->codes, capacity * sizeof(*codes));
	if (codes == NULL)
		return no_memory(err);
	column->codes = codes;
	column->row_capacity = (uint32_t)capacity;
	return 0;
}

/* The strings of selected rows side by side: the vector's own, or copies. */
static const struct str *
strings_of(const struct vec *vec, struct sel sel, uint32_t first,
    uint32_t count, struct str *copies)
{
	if (sel.rows == NULL && !vec->is_constant)
		return vec->str + first;
	for (uint32_t i = 0; i < count; i++)
		copies[i] = vec->str[vec_index(vec, sel_row(sel, first + i))];
	return copies;
}

static int
append_plain(struct writer_column *column, const struct str *strings,
    const uint8_t *nulls, uint32_t count, size_t bytes_count, struct error *err)
{
	struct str *values = (struct str *)column->values + column->fill;
	char *bytes = arena_try_alloc(&column->arena, bytes_count + 1);

	if (bytes == NULL)
		return no_memory(err);
	for (uint32_t i = 0; i < count; i++) {
		size_t len = nulls[i] != 0 ? 0 : strings[i].len;

		if (len > 0)
			memcpy(bytes, strings[i].data, len);
		values[i] = str_of(bytes, len);
		bytes += len;
	}
	return 0;
}

static int
append_strings(struct writer_column *column, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count, struct error *err)
{
	const uint8_t *nulls = column->nulls + column->fill;
	struct str copies[VEC_ROWS];
	const struct str *strings = strings_of(vec, sel, first, count, copies);
	size_t bytes = 0, longest = 0;
	int rc;

	for (uint32_t i = 0; i < count; i++) {
		size_t len = nulls[i] != 0 ? 0 : strings[i].len;

		bytes += len;
		longest = len > longest ? len : longest;
	}
	column->string_bytes += bytes;
	column->is_long |= longest > DICT_STRING_BYTES_MAX;
	if (!column->is_coded)
		return append_plain(column, strings, nulls, count, bytes, err);
	rc = reserve_codes(column, count, err);
	return rc != 0 ? rc
		       : dict_builder_add(&column->dict, strings, nulls, count,
			     column->codes + column->row_count, err);
}

size_t
writer_column_bytes(const struct vec *vec, struct sel sel, uint32_t first,
    uint32_t count)
{
	size_t bytes = 0;

	if (sel.rows == NULL && !vec->is_constant && vec->nulls == NULL) {
		for (uint32_t i = first; i < first + count; i++)
			bytes += vec->str[i].len;
		return bytes;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = sel_row(sel, first + i);

		if (!vec_is_null(vec, row))
			bytes += vec->str[vec_index(vec, row)].len;
	}
	return bytes;
}

/* Values of selected rows side by side. */
static void
gather_fixed(const struct vec *vec, struct sel sel, uint32_t first,
    uint32_t count, size_t size, void *out)
{
	const char *in = vec->data;
	char *at = out;

	if (sel.rows == NULL && !vec->is_constant) {
		memcpy(out, in + first * size, count * size);
		return;
	}
	if (size == sizeof(int64_t)) {
		int64_t *wide = out;

		for (uint32_t i = 0; i < count; i++)
			wide[i] =
			    vec->i64[vec_index(vec, sel_row(sel, first + i))];
		return;
	}
	for (uint32_t i = 0; i < count; i++, at += size)
		memcpy(at, in + vec_index(vec, sel_row(sel, first + i)) * size,
		    size);
}

static int
append_fixed(struct writer_column *column, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count, struct error *err)
{
	size_t size = phys_size(column->chunk_phys);

	gather_fixed(vec, sel, first, count, size,
	    (char *)column->values + column->fill * size);
	for (uint32_t i = 0; column->phys == PHYS_NUMERIC && i < count; i++) {
		struct numeric *value =
		    (struct numeric *)column->values + column->fill + i;

		if (column->nulls[column->fill + i] != 0)
			value->limbs = NULL;
		if (value->limbs != NULL)
			return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
			    "numeric value is too large to be stored");
	}
	return 0;
}

/* Null flags of selected rows; how many are set. */
static uint32_t
gather_nulls(const struct vec *vec, struct sel sel, uint32_t first,
    uint32_t count, uint8_t *out)
{
	uint32_t nulls = 0;

	if (vec->nulls == NULL) {
		memset(out, 0, count);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		out[i] = vec_is_null(vec, sel_row(sel, first + i));
		nulls += out[i];
	}
	return nulls;
}

int
writer_column_append(struct writer_column *column, const struct vec *vec,
    struct sel sel, uint32_t first, uint32_t count, struct error *err)
{
	uint32_t nulls;
	int rc;

	assert(count <= column->zone_limit - column->fill && count <= VEC_ROWS);
	nulls =
	    gather_nulls(vec, sel, first, count, column->nulls + column->fill);
	column->has_nulls |= nulls > 0;
	column->null_count += nulls;
	assert(vec->phys == column->chunk_phys);
	rc = column->chunk_phys == PHYS_STR
	    ? append_strings(column, vec, sel, first, count, err)
	    : append_fixed(column, vec, sel, first, count, err);
	column->fill += count;
	column->row_count += count;
	return rc;
}

/* ---- zones ---- */

static int
put_chunk(struct writer_column *column, struct segment_output *out,
    const struct chunk_rows *rows, struct error *err)
{
	struct chunk_info *info;
	const uint8_t *nulls = rows->nulls;
	uint32_t count = rows->row_count;
	int rc;

	if (column->info_count == column->info_capacity) {
		uint32_t capacity =
		    column->info_capacity == 0 ? 16 : 2 * column->info_capacity;
		struct chunk_info *infos =
		    realloc(column->infos, capacity * sizeof(*infos));

		if (infos == NULL)
			return no_memory(err);
		column->infos = infos;
		column->info_capacity = capacity;
	}
	info = &column->infos[column->info_count++];
	rc = segment_output_chunk(out, rows, info, err);
	if (rc != 0)
		return rc;
	/* Encoding has moved the values together if the chunk is dense. */
	if (info->null_count == count || (info->flags & CHUNK_DENSE) != 0) {
		count -= info->null_count;
		nulls = NULL;
	}
	filter_builder_add(&column->filter, rows->values, nulls, count, info);
	return 0;
}

/* Null flags of the rows of a zone, from their codes; NULL if there are none */
static const uint8_t *
nulls_of_codes(struct writer_column *column, const uint32_t *codes,
    uint32_t row_count)
{
	bool has_nulls = false;

	for (uint32_t i = 0; i < row_count; i++) {
		column->nulls[i] = codes[i] == DICT_FULL;
		has_nulls |= codes[i] == DICT_FULL;
	}
	return has_nulls ? column->nulls : NULL;
}

/* Write all zones so far as plain strings and forget the dictionary. */
static int
give_up_dict(struct writer_column *column, struct segment_output *out,
    const uint32_t *zone_rows, uint32_t zone_count, struct error *err)
{
	const uint32_t *codes = column->codes;
	struct str *values = column->values;
	int rc = 0;

	for (uint32_t z = 0; z < zone_count && rc == 0; z++) {
		const struct chunk_rows rows = {
			.phys = PHYS_STR,
			.row_count = zone_rows[z],
			.values = values,
			.nulls = nulls_of_codes(column, codes, zone_rows[z]),
		};

		for (uint32_t i = 0; i < zone_rows[z]; i++)
			values[i] = codes[i] == DICT_FULL
			    ? str_of(NULL, 0)
			    : column->dict.strings[codes[i]];
		rc = put_chunk(column, out, &rows, err);
		codes += zone_rows[z];
	}
	dict_builder_release(&column->dict);
	free(column->codes);
	column->codes = NULL;
	column->row_capacity = 0;
	column->is_coded = false;
	return rc;
}

static bool
dict_has_failed(const struct writer_column *column)
{
	uint32_t count = column->dict.count;

	return column->is_long || count > DICT_COUNT_MAX ||
	    column->dict.bytes > DICT_BYTES_MAX ||
	    (count > DICT_COUNT_FREE &&
		count > (column->row_count - column->null_count) / 4 * 3);
}

int
writer_column_end_zone(struct writer_column *column, struct segment_output *out,
    const int64_t *ids, const uint32_t *zone_rows, uint32_t zone_count,
    struct error *err)
{
	const struct chunk_rows rows = {
		.phys = column->chunk_phys,
		.row_count = column->fill,
		.values = column->values,
		.nulls = column->has_nulls ? column->nulls : NULL,
		.ids = ids,
	};
	int rc = 0;

	assert(rows.row_count > 0);
	if (!column->is_coded)
		rc = put_chunk(column, out, &rows, err);
	else if (dict_has_failed(column))
		rc = give_up_dict(column, out, zone_rows, zone_count, err);
	arena_reset(&column->arena);
	column->fill = 0;
	column->has_nulls = false;
	return rc;
}

/*
 * What strings take as text, from compressing some of them in their order:
 * those of the first rows that are not null.
 */
static int
estimate_text(struct writer_column *column, struct segment_output *out,
    uint64_t *bytes, struct error *err)
{
	size_t packed;
	int rc;

	buf_reset(&out->text);
	for (uint32_t i = 0;
	     i < column->row_count && out->text.len < TEXT_PAGE_BYTES; i++)
		if (column->codes[i] != DICT_FULL)
			buf_put_str(&out->text,
			    column->dict.strings[column->codes[i]]);
	rc = segment_output_pack(out, &packed, err);
	if (rc == 0)
		*bytes = out->text.len == 0
		    ? 0
		    : column->string_bytes * packed / out->text.len;
	buf_reset(&out->text);
	return rc;
}

/*
 * Are the dictionary and codes smaller than the strings themselves, and their
 * ends?  Strings that repeat a lot get one even if compression would do the
 * same: predicates and groups are cheap on codes.
 */
static int
judge_dict(struct writer_column *column, struct segment_output *out, bool *pays,
    struct error *err)
{
	uint64_t count = column->dict.count;
	uint64_t values = column->row_count - column->null_count;
	uint64_t text = column->string_bytes;
	uint64_t dict = column->dict.bytes + 4 * count +
	    values * (count < 2 ? 0 : bits_of(count - 1)) / 8;
	int rc = 0;

	*pays = false;
	if (count == 0)
		return 0;
	if (count * REPEATS_A_LOT > values) {
		/* Sorted and front-coded, about a quarter is not there. */
		dict -= column->dict.bytes / 4;
		rc = estimate_text(column, out, &text, err);
	}
	*pays = dict < text + values;
	return rc;
}

static int
put_codes(struct writer_column *column, struct segment_output *out,
    const uint32_t *zone_rows, uint32_t zone_count, struct error *err)
{
	const uint32_t *codes = column->codes;
	int64_t *sorted = malloc(column->zone_limit * sizeof(*sorted));
	int rc = 0;

	if (sorted == NULL)
		return no_memory(err);
	for (uint32_t z = 0; z < zone_count && rc == 0; z++) {
		const struct chunk_rows rows = {
			.phys = PHYS_I64,
			.row_count = zone_rows[z],
			.values = sorted,
			.nulls = nulls_of_codes(column, codes, zone_rows[z]),
		};

		for (uint32_t i = 0; i < zone_rows[z]; i++)
			sorted[i] = codes[i] == DICT_FULL
			    ? 0
			    : column->dict.ranks[codes[i]];
		rc = put_chunk(column, out, &rows, err);
		codes += zone_rows[z];
	}
	free(sorted);
	return rc;
}

int
writer_column_finish(struct writer_column *column, struct segment_output *out,
    const uint32_t *zone_rows, uint32_t zone_count, struct column_info *info,
    struct error *err)
{
	bool pays = false;
	int rc = 0;

	assert(column->fill == 0);
	*info = (struct column_info){ .phys = column->phys };
	if (column->is_coded)
		rc = judge_dict(column, out, &pays, err);
	if (rc != 0)
		return rc;
	if (pays) {
		filter_builder_init(&column->filter, PHYS_I64,
		    column->zone_limit, column->filter.budget);
		rc = dict_builder_sort(&column->dict, err);
		if (rc == 0)
			rc = segment_output_dict(out, &column->dict,
			    &info->dict_root, err);
		if (rc == 0)
			rc = put_codes(column, out, zone_rows, zone_count, err);
		info->has_dict = true;
		info->dict_count = column->dict.count;
	} else if (column->is_known) {
		info->has_dict = true;
		info->dict_root = column->known_root;
		info->dict_count = column->known_count;
	} else if (column->is_coded) {
		rc = give_up_dict(column, out, zone_rows, zone_count, err);
	}
	if (rc != 0)
		return rc;
	assert(column->info_count == zone_count);
	if (filter_builder_finish(&column->filter)) {
		rc = segment_output_filter(out, &column->filter, &info->filter,
		    err);
		if (rc != 0)
			return rc;
	}
	return segment_output_chunk_table(out, column->infos, zone_count,
	    &info->chunks, err);
}
