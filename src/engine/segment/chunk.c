/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/segment/chunk.h"

#include <assert.h>
#include <string.h>

#include "common/error.h"
#include "common/reader.h"
#include "vec/vec.h"

#define NUMERIC_BYTES     16
#define NUMERIC_ANY_BYTES 19 /* coefficient, scale, kind */

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
	case ENC_F64_DECIMAL:
		return phys == PHYS_F64;
	case ENC_PLAIN:
		return phys == PHYS_F64 || phys == PHYS_UUID ||
		    phys == PHYS_INTERVAL;
	case ENC_NUMERIC_INT:
	case ENC_NUMERIC_128:
	case ENC_NUMERIC_ANY:
		return phys == PHYS_NUMERIC;
	case ENC_STR:
	case ENC_STR_CONSTANT:
		return phys == PHYS_STR;
	}
	return false;
}

/* Bytes of a row where that is all there is, else 0. */
static size_t
plain_row_bytes(const struct chunk_info *info, enum phys phys)
{
	switch ((enum encoding)info->encoding) {
	case ENC_PLAIN:
		return phys_size(phys);
	case ENC_NUMERIC_128:
		return NUMERIC_BYTES;
	case ENC_NUMERIC_ANY:
		return NUMERIC_ANY_BYTES;
	case ENC_NULL:
	case ENC_CONSTANT:
	case ENC_INT:
	case ENC_F64_DECIMAL:
	case ENC_NUMERIC_INT:
	case ENC_STR:
	case ENC_STR_CONSTANT:
		break;
	}
	return 0;
}

static bool
open_values(struct chunk_view *view, struct reader *r)
{
	const struct chunk_info *info = &view->info;
	size_t row_bytes = plain_row_bytes(info, view->phys);
	bool has_rest =
	    info->encoding == ENC_STR || info->encoding == ENC_STR_CONSTANT;

	if ((info->encoding == ENC_INT || info->encoding == ENC_NUMERIC_INT ||
		info->encoding == ENC_STR) &&
	    !int_open(r, info->row_count, &view->ints))
		return false;
	if (info->encoding == ENC_F64_DECIMAL &&
	    !f64_open(r, info->row_count, &view->f64s))
		return false;
	view->plain_len =
	    has_rest ? reader_left(r) : row_bytes * info->row_count;
	view->plain = reader_take(r, view->plain_len);
	return !r->failed && reader_left(r) == 0;
}

int
chunk_open(const struct chunk_info *info, enum phys phys, const void *data,
    size_t len, struct chunk_view *view, struct error *err)
{
	struct reader r = reader_over(data, len);

	assert((uintptr_t)data % 8 == 0);
	*view = (struct chunk_view){ .info = *info, .phys = phys };
	if (info->null_count > 0 && info->null_count < info->row_count) {
		const void *words =
		    reader_take(&r, ((size_t)info->row_count + 63) / 64 * 8);

		view->bitmap = words;
	}
	if (r.failed || !encoding_fits((enum encoding)info->encoding, phys) ||
	    !open_values(view, &r))
		return error_set(err, STELE_E_CORRUPT,
		    "segment has an invalid chunk at offset %llu",
		    (unsigned long long)info->block.offset);
	return 0;
}

/* ---- nulls ---- */

bool
chunk_is_null(const struct chunk_view *view, uint32_t row)
{
	if (view->bitmap == NULL)
		return view->info.encoding == ENC_NULL;
	return (view->bitmap[row / 64] >> (row % 64) & 1) != 0;
}

bool
chunk_nulls(const struct chunk_view *view, uint32_t first, uint32_t count,
    uint8_t *nulls)
{
	if (view->bitmap == NULL) {
		if (view->info.encoding != ENC_NULL)
			return false;
		memset(nulls, 1, count);
		return true;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = first + i;

		nulls[i] = view->bitmap[row / 64] >> (row % 64) & 1;
	}
	return true;
}

/* ---- values ---- */

static struct interval
interval_of(const uint8_t bytes[16])
{
	struct interval value;

	memcpy(&value.microseconds, bytes, 8);
	memcpy(&value.days, bytes + 8, 4);
	memcpy(&value.months, bytes + 12, 4);
	return value;
}

static i128
i128_of(const uint8_t bytes[16])
{
	i128 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static struct numeric
numeric_of(i128 coefficient, uint16_t scale)
{
	return (struct numeric){ .small = coefficient, .scale = scale };
}

/* Row i of ENC_NUMERIC_ANY, whose kind and scale are checked. */
static bool
numeric_any_at(const struct chunk_view *view, uint32_t i, struct numeric *out)
{
	size_t n = view->info.row_count;
	uint16_t scale;

	memcpy(&scale, view->plain + NUMERIC_BYTES * n + 2 * (size_t)i, 2);
	*out =
	    numeric_of(i128_of(view->plain + NUMERIC_BYTES * (size_t)i), scale);
	out->kind = view->plain[(NUMERIC_BYTES + 2) * n + i];
	return out->kind <= NUMERIC_MINUS_INFINITY && scale <= 16383;
}

static int
bad_value(const struct chunk_view *view, struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "segment has an invalid value in the chunk at offset %llu",
	    (unsigned long long)view->info.block.offset);
}

static bool
str_between(const struct chunk_view *view, int64_t start, int64_t end,
    struct str *out)
{
	if (start < 0 || end < start || (uint64_t)end > view->plain_len)
		return false;
	*out = str_of((const char *)view->plain + start, (size_t)(end - start));
	return true;
}

static int64_t
bound_i64(const uint8_t bound[16])
{
	int64_t value;

	memcpy(&value, bound, sizeof(value));
	return value;
}

/* The one value of ENC_CONSTANT, ENC_STR_CONSTANT; zero of ENC_NULL. */
static void
constant_value(const struct chunk_view *view, void *out)
{
	const struct chunk_info *info = &view->info;

	switch (view->phys) {
	case PHYS_BOOL:
		*(uint8_t *)out = bound_i64(info->low) != 0;
		break;
	case PHYS_I64:
	case PHYS_F64:
		memcpy(out, info->low, 8);
		break;
	case PHYS_NUMERIC:
		*(struct numeric *)out =
		    numeric_of(i128_of(info->low), info->scale);
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

int
chunk_at(const struct chunk_view *view, uint32_t row, void *out,
    struct error *err)
{
	const struct chunk_info *info = &view->info;
	int64_t value;

	assert(row < info->row_count);
	switch ((enum encoding)info->encoding) {
	case ENC_NULL:
	case ENC_CONSTANT:
	case ENC_STR_CONSTANT:
		constant_value(view, out);
		return 0;
	case ENC_INT:
		value = int_at(&view->ints, row);
		if (view->phys == PHYS_BOOL)
			*(uint8_t *)out = value != 0;
		else
			*(int64_t *)out = value;
		return 0;
	case ENC_F64_DECIMAL:
		*(double *)out = f64_at(&view->f64s, row);
		return 0;
	case ENC_PLAIN:
		if (view->phys == PHYS_INTERVAL)
			*(struct interval *)out =
			    interval_of(view->plain + 16 * (size_t)row);
		else
			memcpy(out, view->plain + row * phys_size(view->phys),
			    phys_size(view->phys));
		return 0;
	case ENC_NUMERIC_INT:
		*(struct numeric *)out =
		    numeric_of((i128)((u128)i128_of(info->low) +
				   (uint64_t)int_at(&view->ints, row)),
			info->scale);
		return 0;
	case ENC_NUMERIC_128:
		*(struct numeric *)out =
		    numeric_of(i128_of(
				   view->plain + NUMERIC_BYTES * (size_t)row),
			info->scale);
		return 0;
	case ENC_NUMERIC_ANY:
		return numeric_any_at(view, row, out) ? 0
						      : bad_value(view, err);
	case ENC_STR:
		value = row == 0 ? 0 : int_at(&view->ints, row - 1);
		return str_between(view, value, int_at(&view->ints, row), out)
		    ? 0
		    : bad_value(view, err);
	}
	return bad_value(view, err);
}

static void
decode_bools(const struct chunk_view *view, uint32_t first, uint32_t count,
    uint8_t *out)
{
	int64_t wide[VEC_ROWS + INT_DECODE_SLACK];

	int_decode(&view->ints, first, count, wide);
	for (uint32_t i = 0; i < count; i++)
		out[i] = wide[i] != 0;
}

static void
decode_numerics(const struct chunk_view *view, uint32_t first, uint32_t count,
    struct numeric *out)
{
	int64_t offsets[VEC_ROWS + INT_DECODE_SLACK];
	u128 low = (u128)i128_of(view->info.low);

	int_decode(&view->ints, first, count, offsets);
	for (uint32_t i = 0; i < count; i++)
		out[i] = numeric_of((i128)(low + (uint64_t)offsets[i]),
		    view->info.scale);
}

static int
decode_strs(const struct chunk_view *view, uint32_t first, uint32_t count,
    struct str *out, struct error *err)
{
	int64_t ends[VEC_ROWS + INT_DECODE_SLACK];
	int64_t start = first == 0 ? 0 : int_at(&view->ints, first - 1);

	int_decode(&view->ints, first, count, ends);
	for (uint32_t i = 0; i < count; i++) {
		if (!str_between(view, start, ends[i], &out[i]))
			return bad_value(view, err);
		start = ends[i];
	}
	return 0;
}

int
chunk_decode(const struct chunk_view *view, uint32_t first, uint32_t count,
    void *out, struct error *err)
{
	size_t size = phys_size(view->phys);
	int rc = 0;

	assert(count <= VEC_ROWS && first + count <= view->info.row_count);
	switch ((enum encoding)view->info.encoding) {
	case ENC_INT:
		if (view->phys == PHYS_BOOL)
			decode_bools(view, first, count, out);
		else
			int_decode(&view->ints, first, count, out);
		return 0;
	case ENC_F64_DECIMAL:
		f64_decode(&view->f64s, first, count, out);
		return 0;
	case ENC_NUMERIC_INT:
		decode_numerics(view, first, count, out);
		return 0;
	case ENC_STR:
		return decode_strs(view, first, count, out, err);
	case ENC_NULL:
	case ENC_CONSTANT:
	case ENC_STR_CONSTANT:
	case ENC_PLAIN:
	case ENC_NUMERIC_128:
	case ENC_NUMERIC_ANY:
		break;
	}
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = chunk_at(view, first + i, (char *)out + i * size, err);
	return rc;
}
