/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/chunk.h"

#include <assert.h>
#include <string.h>

#include "common/error.h"
#include "common/reader.h"
#include "vec/vec.h"

#define LINE 16 /* rows at a time, in plain loops */

/* ---- opening ---- */

static bool
encoding_fits(enum encoding encoding, enum phys phys)
{
	switch (encoding) {
	case ENC_NULL:
		return true;
	case ENC_CONSTANT:
		return phys != PHYS_STR;
	case ENC_INT:
		return phys == PHYS_I64 || phys == PHYS_BOOL;
	case ENC_INT_BY_ID:
		return phys == PHYS_I64;
	case ENC_F64_DECIMAL:
		return phys == PHYS_F64;
	case ENC_NUMERIC_INT:
		return phys == PHYS_NUMERIC;
	case ENC_PARTS:
		return parts_count(phys) > 0;
	case ENC_STR:
	case ENC_STR_CONSTANT:
		return phys == PHYS_STR;
	}
	return false;
}

static bool
open_parts(struct chunk_view *view, struct reader *r)
{
	for (unsigned p = 0; p < parts_count(view->phys); p++)
		if (!int_open(r, view->value_count, &view->parts[p]))
			return false;
	return true;
}

static bool
open_values(struct chunk_view *view, struct reader *r)
{
	switch ((enum encoding)view->info.encoding) {
	case ENC_NULL:
	case ENC_CONSTANT:
		return true;
	case ENC_INT:
	case ENC_NUMERIC_INT:
		return int_open(r, view->value_count, &view->parts[0]);
	case ENC_INT_BY_ID:
		view->id_slope = reader_i64(r);
		return view->nulls.words == NULL &&
		    int_open(r, view->value_count, &view->parts[0]);
	case ENC_F64_DECIMAL:
		return f64_open(r, view->value_count, &view->f64s);
	case ENC_PARTS:
		return open_parts(view, r);
	case ENC_STR:
		return int_open(r, view->value_count, &view->parts[0]) &&
		    text_open(r, view->value_count, &view->text);
	case ENC_STR_CONSTANT:
		view->plain_len = reader_left(r);
		view->plain = reader_take(r, view->plain_len);
		return true;
	}
	return false;
}

static bool
open_nulls(struct chunk_view *view, struct reader *r)
{
	const struct chunk_info *info = &view->info;
	bool is_dense = (info->flags & CHUNK_DENSE) != 0;

	view->nulls.words = NULL;
	view->nulls.row_count = info->row_count;
	view->value_count = info->row_count;
	if (info->null_count == 0 || info->null_count == info->row_count)
		return !is_dense;
	if (is_dense)
		view->value_count -= info->null_count;
	return null_map_open(r, info->row_count,
	    is_dense ? NULL_MAP_DENSE : NULL_MAP_PLAIN, &view->nulls);
}

int
chunk_open(const struct chunk_info *info, enum phys phys, const void *data,
    size_t len, struct chunk_view *view, struct error *err)
{
	struct reader r = reader_over(data, len);

	assert((uintptr_t)data % 8 == 0);
	view->info = *info;
	view->phys = phys;
	view->pages = NULL;
	view->ids = NULL;
	view->base = 0;
	view->text.page_count = 0;
	if (!encoding_fits((enum encoding)info->encoding, phys) ||
	    !open_nulls(view, &r) || !open_values(view, &r) || r.failed ||
	    reader_left(&r) != 0)
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid chunk at offset %llu",
		    (unsigned long long)info->block.offset);
	return 0;
}

bool
chunk_is_null(const struct chunk_view *view, uint32_t row)
{
	if (view->nulls.words == NULL)
		return view->info.encoding == ENC_NULL;
	return null_map_at(&view->nulls, row);
}

static bool
is_dense(const struct chunk_view *view)
{
	return view->value_count < view->info.row_count;
}

/* ---- values ---- */

static int
bad_value(const struct chunk_view *view, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "segment has an invalid value in the chunk at offset %llu",
	    (unsigned long long)view->info.block.offset);
}

static i128
i128_of(const uint8_t bytes[16])
{
	i128 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* A constant or the base of numerics. */
static struct numeric
numeric_from(const struct chunk_info *info, int64_t offset)
{
	return (struct numeric){
		.small = (i128)((u128)i128_of(info->low) + (uint64_t)offset),
		.scale = info->scale,
	};
}

static struct interval
interval_of(const uint8_t bytes[16])
{
	struct interval value;

	memcpy(&value.microseconds, bytes, 8);
	memcpy(&value.days, bytes + 8, 4);
	memcpy(&value.months, bytes + 12, 4);
	return value;
}

/* The one value of ENC_CONSTANT and ENC_STR_CONSTANT. */
static void
constant_value(const struct chunk_view *view, void *out)
{
	const struct chunk_info *info = &view->info;

	switch (view->phys) {
	case PHYS_BOOL:
		*(uint8_t *)out = info->low[0] != 0;
		break;
	case PHYS_I64:
	case PHYS_F64:
		memcpy(out, info->low, 8);
		break;
	case PHYS_NUMERIC:
		*(struct numeric *)out = numeric_from(info, 0);
		break;
	case PHYS_STR:
		*(struct str *)out =
		    str_of((const char *)view->plain, view->plain_len);
		break;
	case PHYS_UUID:
		memcpy(out, info->low, sizeof(info->low));
		break;
	case PHYS_INTERVAL:
		*(struct interval *)out = interval_of(info->low);
		break;
	case PHYS_COUNT:
		break;
	}
}

/* ---- strings ---- */

static int64_t
text_end_before(const struct chunk_view *view, uint32_t value)
{
	return value == 0 ? 0 : int_at(&view->parts[0], value - 1);
}

/* Values first..first+count-1, which lie in page p; their ends are `ends`. */
static bool
take_strs(const struct chunk_view *view, uint32_t p, int64_t start,
    const int64_t *ends, uint32_t count, struct str *out)
{
	uint32_t page_first = p == 0 ? 0 : text_page_limit(&view->text, p - 1);
	const char *bytes = (const char *)view->pages[p];
	struct text_page page;
	int64_t origin;

	if (bytes == NULL || !text_page_at(&view->text, p, &page) ||
	    page_first > view->value_count)
		return false;
	origin = text_end_before(view, page_first);
	for (uint32_t i = 0; i < count; i++) {
		if (start < origin || ends[i] < start ||
		    (uint64_t)ends[i] - (uint64_t)origin > page.raw_len)
			return false;
		out[i] =
		    str_of(bytes + (start - origin), (size_t)(ends[i] - start));
		start = ends[i];
	}
	return true;
}

static bool
decode_strs(const struct chunk_view *view, uint32_t first, uint32_t count,
    struct str *out)
{
	int64_t ends[VEC_ROWS + INT_DECODE_SLACK];
	int64_t start = text_end_before(view, first);
	uint32_t p = text_page_of(&view->text, first);

	int_decode(&view->parts[0], first, count, ends);
	for (uint32_t done = 0; done < count; p++) {
		uint32_t n = count - done, limit;

		if (p >= view->text.page_count)
			return false;
		limit = text_page_limit(&view->text, p);
		if (limit <= first + done)
			return false;
		if (n > limit - (first + done))
			n = limit - (first + done);
		if (!take_strs(view, p, start, ends + done, n, out + done))
			return false;
		start = ends[done + n - 1];
		done += n;
	}
	return true;
}

void
chunk_text_pages(const struct chunk_view *view, uint32_t first, uint32_t count,
    uint32_t *first_page, uint32_t *limit_page)
{
	uint32_t value_count = count;

	*first_page = *limit_page = 0;
	if (view->info.encoding != ENC_STR)
		return;
	if (is_dense(view)) {
		value_count = null_map_count_values(&view->nulls, first, count);
		first = null_map_rank(&view->nulls, first);
	}
	if (value_count == 0)
		return;
	*first_page = text_page_of(&view->text, first);
	*limit_page = text_page_of(&view->text, first + value_count - 1) + 1;
	if (*limit_page > view->text.page_count)
		*limit_page = view->text.page_count;
}

/* ---- some rows ---- */

static void
decode_bools(const struct chunk_view *view, uint32_t first, uint32_t count,
    uint8_t *out)
{
	int64_t wide[VEC_ROWS + INT_DECODE_SLACK];

	int_decode(&view->parts[0], first, count, wide);
	for (uint32_t i = 0; i < count; i++)
		out[i] = wide[i] != 0;
}

static void
decode_numerics(const struct chunk_view *view, uint32_t first, uint32_t count,
    struct numeric *out)
{
	int64_t offsets[VEC_ROWS + INT_DECODE_SLACK];

	int_decode(&view->parts[0], first, count, offsets);
	for (uint32_t i = 0; i < count; i++)
		out[i] = numeric_from(&view->info, offsets[i]);
}

static bool
decode_parts(const struct chunk_view *view, uint32_t first, uint32_t count,
    void *out)
{
	int64_t part[VEC_ROWS + INT_DECODE_SLACK];

	for (unsigned p = 0; p < parts_count(view->phys); p++) {
		int_decode(&view->parts[p], first, count, part);
		parts_put(view->phys, p, part, count, out);
	}
	return parts_are_valid(view->phys, out, count);
}

/* Whole lines: out += slope * ids */
STELE_CLONES static void
add_slope(uint64_t *restrict out, const int64_t *restrict ids,
    uint32_t line_count, uint64_t slope)
{
	for (uint32_t line = 0; line < line_count; line++) {
		for (unsigned l = 0; l < LINE; l++)
			out[l] += slope * (uint64_t)ids[l];
		out += LINE;
		ids += LINE;
	}
}

static void
decode_ints(const struct chunk_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	uint64_t base = (uint64_t)view->base;

	int_decode(&view->parts[0], first, count, out);
	if (base == 0)
		return;
	for (uint32_t i = 0; i < count; i++)
		out[i] = (int64_t)((uint64_t)out[i] + base);
}

static bool decode_values(const struct chunk_view *view, uint32_t first,
    uint32_t count, void *out);

static bool
decode_by_id(const struct chunk_view *view, uint32_t first, uint32_t count,
    int64_t *out)
{
	uint64_t slope = (uint64_t)view->id_slope;
	int64_t ids[VEC_ROWS + INT_DECODE_SLACK];

	if (view->ids == NULL || view->ids->info.encoding == ENC_INT_BY_ID ||
	    view->ids->value_count != view->value_count ||
	    !decode_values(view->ids, first, count, ids))
		return false;
	int_decode(&view->parts[0], first, count, out);
	add_slope((uint64_t *)(void *)out, ids, count / LINE, slope);
	for (uint32_t i = count / LINE * LINE; i < count; i++)
		out[i] = (int64_t)((uint64_t)out[i] + slope * (uint64_t)ids[i]);
	return true;
}

static void
repeat_constant(const struct chunk_view *view, uint32_t count, void *out)
{
	size_t size = phys_size(view->phys);

	constant_value(view, out);
	for (uint32_t i = 1; i < count; i++)
		memcpy((char *)out + i * size, out, size);
}

/* Values first..first+count-1, of which there are some. */
static bool
decode_values(const struct chunk_view *view, uint32_t first, uint32_t count,
    void *out)
{
	switch ((enum encoding)view->info.encoding) {
	case ENC_NULL:
		memset(out, 0, count * phys_size(view->phys));
		return true;
	case ENC_CONSTANT:
	case ENC_STR_CONSTANT:
		repeat_constant(view, count, out);
		return true;
	case ENC_INT:
		if (view->phys == PHYS_BOOL)
			decode_bools(view, first, count, out);
		else
			decode_ints(view, first, count, out);
		return true;
	case ENC_INT_BY_ID:
		return decode_by_id(view, first, count, out);
	case ENC_F64_DECIMAL:
		f64_decode(&view->f64s, first, count, out);
		return true;
	case ENC_NUMERIC_INT:
		decode_numerics(view, first, count, out);
		return true;
	case ENC_PARTS:
		return decode_parts(view, first, count, out);
	case ENC_STR:
		return decode_strs(view, first, count, out);
	}
	return false;
}

int
chunk_decode(const struct chunk_view *view, uint32_t first, uint32_t count,
    void *values, uint8_t *nulls, bool *has_nulls, struct error *err)
{
	uint32_t value_first = first, value_count = count;
	size_t size = phys_size(view->phys);

	assert(count <= VEC_ROWS && first + count <= view->info.row_count);
	*has_nulls = view->info.encoding == ENC_NULL;
	if (*has_nulls)
		memset(nulls, 1, count);
	if (view->nulls.words != NULL) {
		uint32_t others =
		    null_map_count_values(&view->nulls, first, count);

		*has_nulls = others < count;
		if (*has_nulls)
			null_map_get(&view->nulls, first, count, nulls);
		if (is_dense(view)) {
			value_first = null_map_rank(&view->nulls, first);
			value_count = others;
		}
	}
	if (value_first + value_count > view->value_count ||
	    (value_count > 0 &&
		!decode_values(view, value_first, value_count, values)))
		return bad_value(view, err);
	if (value_count < count)
		null_map_spread(nulls, count, value_count, size, values);
	return 0;
}

/* ---- one row ---- */

static bool
str_at(const struct chunk_view *view, uint32_t value, struct str *out)
{
	uint32_t p = text_page_of(&view->text, value);
	int64_t end = int_at(&view->parts[0], value);

	return p < view->text.page_count &&
	    take_strs(view, p, text_end_before(view, value), &end, 1, out);
}

static bool value_at(const struct chunk_view *view, uint32_t value, void *out);

static bool
parts_at(const struct chunk_view *view, uint32_t value, void *out)
{
	for (unsigned p = 0; p < parts_count(view->phys); p++) {
		int64_t part = int_at(&view->parts[p], value);

		parts_put(view->phys, p, &part, 1, out);
	}
	return parts_are_valid(view->phys, out, 1);
}

static bool
by_id_at(const struct chunk_view *view, uint32_t value, int64_t *out)
{
	int64_t id;

	if (view->ids == NULL || view->ids->info.encoding == ENC_INT_BY_ID ||
	    view->ids->value_count != view->value_count ||
	    !value_at(view->ids, value, &id))
		return false;
	*out = (int64_t)((uint64_t)int_at(&view->parts[0], value) +
	    (uint64_t)view->id_slope * (uint64_t)id);
	return true;
}

static bool
value_at(const struct chunk_view *view, uint32_t value, void *out)
{
	switch ((enum encoding)view->info.encoding) {
	case ENC_NULL:
		memset(out, 0, phys_size(view->phys));
		return true;
	case ENC_CONSTANT:
	case ENC_STR_CONSTANT:
		constant_value(view, out);
		return true;
	case ENC_INT:
		if (view->phys == PHYS_BOOL)
			*(uint8_t *)out = int_at(&view->parts[0], value) != 0;
		else
			*(int64_t *)out =
			    (int64_t)((uint64_t)int_at(&view->parts[0], value) +
				(uint64_t)view->base);
		return true;
	case ENC_INT_BY_ID:
		return by_id_at(view, value, out);
	case ENC_F64_DECIMAL:
		*(double *)out = f64_at(&view->f64s, value);
		return true;
	case ENC_NUMERIC_INT:
		*(struct numeric *)out =
		    numeric_from(&view->info, int_at(&view->parts[0], value));
		return true;
	case ENC_PARTS:
		return parts_at(view, value, out);
	case ENC_STR:
		return str_at(view, value, out);
	}
	return false;
}

static void
hint_ints(const struct int_view *ints, uint32_t row)
{
	if (ints->form == INT_PACKED)
		int_packed_hint(&ints->values, row);
}

void
chunk_hint(const struct chunk_view *view, uint32_t row)
{
	if (is_dense(view)) /* where it is would have to be read */
		return;
	switch ((enum encoding)view->info.encoding) {
	case ENC_NULL:
	case ENC_CONSTANT:
	case ENC_STR_CONSTANT:
		break;
	case ENC_INT_BY_ID:
		if (view->ids != NULL)
			chunk_hint(view->ids, row);
		hint_ints(&view->parts[0], row);
		break;
	case ENC_INT:
	case ENC_NUMERIC_INT:
	case ENC_STR:
		hint_ints(&view->parts[0], row);
		break;
	case ENC_F64_DECIMAL:
		hint_ints(&view->f64s.ints, row);
		break;
	case ENC_PARTS:
		for (unsigned p = 0; p < parts_count(view->phys); p++)
			hint_ints(&view->parts[p], row);
		break;
	}
}

int
chunk_at(const struct chunk_view *view, uint32_t row, void *out,
    struct error *err)
{
	uint32_t value = row;

	assert(row < view->info.row_count);
	if (view->nulls.words != NULL && null_map_at(&view->nulls, row)) {
		memset(out, 0, phys_size(view->phys));
		return 0;
	}
	if (is_dense(view))
		value = null_map_rank(&view->nulls, row);
	if (value >= view->value_count || !value_at(view, value, out))
		return bad_value(view, err);
	return 0;
}

/* ---- testing values where they lie ---- */

bool
chunk_test_ints(const struct chunk_view *view, uint32_t first, uint32_t count,
    int64_t low, int64_t high, uint8_t *passes)
{
	return view->info.encoding == ENC_INT && view->phys == PHYS_I64 &&
	    view->nulls.words == NULL && view->base == 0 &&
	    view->parts[0].form == INT_PACKED &&
	    int_packed_test(&view->parts[0].values, first, count, low, high,
		passes);
}

bool
chunk_test_doubles(const struct chunk_view *view, uint32_t first,
    uint32_t count, double low, double high, bool nan_passes, uint8_t *passes)
{
	return view->info.encoding == ENC_F64_DECIMAL &&
	    view->nulls.words == NULL &&
	    f64_test(&view->f64s, first, count, low, high, nan_passes, passes);
}

/* ---- looking for a value ---- */

/* Whole lines of values; where they lie from `first` on. */
STELE_CLONES static uint32_t
find_in_lines(const int64_t *restrict values, uint32_t line_count,
    int64_t value, uint32_t first, uint32_t *restrict rows)
{
	uint32_t found = 0;

	for (uint32_t line = 0; line < line_count; line++) {
		uint64_t any = 0;

		for (unsigned l = 0; l < LINE; l++)
			any |= values[l] == value;
		for (unsigned l = 0; any != 0 && l < LINE; l++)
			if (values[l] == value)
				rows[found++] = first + line * LINE + l;
		values += LINE;
	}
	return found;
}

/* Few of them pass. */
static uint32_t
rows_that_pass(const uint8_t *passes, uint32_t first, uint32_t count,
    uint32_t *rows)
{
	const uint8_t *end = passes + count;
	const uint8_t *at = memchr(passes, 1, count);
	uint32_t found = 0;

	while (at != NULL) {
		rows[found++] = first + (uint32_t)(at - passes);
		at++;
		at = memchr(at, 1, (size_t)(end - at));
	}
	return found;
}

uint32_t
chunk_find(const struct chunk_view *view, uint32_t first, uint32_t count,
    int64_t value, uint32_t *rows)
{
	int64_t values[VEC_ROWS + INT_DECODE_SLACK];
	uint8_t passes[VEC_ROWS + INT_DECODE_SLACK];
	uint32_t whole = count / LINE * LINE, found;

	assert(view->phys == PHYS_I64 && count <= VEC_ROWS &&
	    first + count <= view->value_count);
	if (chunk_test_ints(view, first, count, value, value, passes))
		return rows_that_pass(passes, first, count, rows);
	if (!decode_values(view, first, count, values))
		return 0;
	found = find_in_lines(values, count / LINE, value, first, rows);
	for (uint32_t i = whole; i < count; i++)
		if (values[i] == value)
			rows[found++] = first + i;
	return found;
}
