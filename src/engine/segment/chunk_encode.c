/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk_encode.c -- choosing an encoding by looking at the values.
 *
 * The bytes of a chunk, after its bitmap of nulls (segment_format.c):
 *
 *   ENC_NULL, ENC_CONSTANT  none
 *   ENC_INT                 int_codec.h
 *   ENC_F64_DECIMAL         f64_codec.h
 *   ENC_PLAIN               8 or 16 bytes a row; an interval is microseconds
 *                           (8), days (4), months (4)
 *   ENC_NUMERIC_INT         int_codec.h: coefficient - low
 *   ENC_NUMERIC_128         16 bytes a row
 *   ENC_NUMERIC_ANY         all coefficients (16), scales (2), kinds (1)
 *   ENC_STR                 int_codec.h: where each string ends; the bytes
 *   ENC_STR_CONSTANT        the bytes
 *
 * What lies under a null is the value before it, or, of strings, empty: that
 * costs no bits.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "engine/segment/chunk.h"

static void
put_nulls(const uint8_t *nulls, uint32_t row_count, struct buf *out)
{
	for (uint32_t first = 0; first < row_count; first += 64) {
		uint64_t word = 0;

		for (uint32_t i = 0; i < 64 && first + i < row_count; i++)
			word |= (uint64_t)(nulls[first + i] != 0) << i;
		buf_put_u64(out, word);
	}
}

/* Give rows that are null the value before, the first ones the next. */
static void
fill_nulls(void *values, size_t size, const uint8_t *nulls, uint32_t row_count)
{
	char *bytes = values;
	uint32_t source = 0;

	while (nulls[source] != 0)
		source++;
	for (uint32_t i = 0; i < row_count; i++) {
		if (nulls[i] == 0)
			source = i;
		else
			memcpy(bytes + i * size, bytes + source * size, size);
	}
}

static void
encode_i64(const int64_t *values, uint32_t row_count, struct buf *out,
    struct chunk_info *info)
{
	int64_t low = values[0], high = values[0];

	for (uint32_t i = 1; i < row_count; i++) {
		low = values[i] < low ? values[i] : low;
		high = values[i] > high ? values[i] : high;
	}
	info->flags = CHUNK_HAS_BOUNDS;
	memcpy(info->low, &low, sizeof(low));
	memcpy(info->high, &high, sizeof(high));
	info->encoding = low == high ? ENC_CONSTANT : ENC_INT;
	if (low != high)
		int_encode(values, row_count, out);
}

static void
encode_bool(const uint8_t *values, uint32_t row_count, struct buf *out,
    struct chunk_info *info)
{
	int64_t *wide = malloc(row_count * sizeof(*wide));

	if (wide == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < row_count; i++)
		wide[i] = values[i];
	encode_i64(wide, row_count, out, info);
	free(wide);
}

/* The order of float8: NaN is equal to itself and greater than all. */
static bool
f64_less(double a, double b)
{
	return a < b || (b != b && a == a);
}

static void
encode_f64(const double *values, uint32_t row_count, struct buf *out,
    struct chunk_info *info)
{
	double low = values[0], high = values[0];
	bool is_constant = true;

	for (uint32_t i = 1; i < row_count; i++) {
		low = f64_less(values[i], low) ? values[i] : low;
		high = f64_less(high, values[i]) ? values[i] : high;
		is_constant &= memcmp(&values[i], &values[0], 8) == 0;
	}
	info->flags = CHUNK_HAS_BOUNDS;
	memcpy(info->low, &low, sizeof(low));
	memcpy(info->high, &high, sizeof(high));
	info->encoding = ENC_CONSTANT;
	if (is_constant)
		return;
	info->encoding = ENC_F64_DECIMAL;
	if (f64_encode(values, row_count, out))
		return;
	info->encoding = ENC_PLAIN;
	buf_put(out, values, row_count * sizeof(*values));
}

static void
encode_numeric_any(const struct numeric *values, uint32_t row_count,
    struct buf *out)
{
	for (uint32_t i = 0; i < row_count; i++)
		buf_put(out, &values[i].small, sizeof(values[i].small));
	for (uint32_t i = 0; i < row_count; i++)
		buf_put_u16(out, values[i].scale);
	for (uint32_t i = 0; i < row_count; i++)
		buf_put_u8(out, values[i].kind);
}

static void
encode_numeric_int(const struct numeric *values, i128 low, uint32_t row_count,
    struct buf *out)
{
	int64_t *offsets = malloc(row_count * sizeof(*offsets));

	if (offsets == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < row_count; i++)
		offsets[i] = (int64_t)(values[i].small - low);
	int_encode(offsets, row_count, out);
	free(offsets);
}

static void
encode_numeric(const struct numeric *values, uint32_t row_count,
    struct buf *out, struct chunk_info *info)
{
	i128 low = values[0].small, high = values[0].small;
	bool is_uniform = true;

	for (uint32_t i = 0; i < row_count; i++) {
		assert(values[i].limbs == NULL);
		low = values[i].small < low ? values[i].small : low;
		high = values[i].small > high ? values[i].small : high;
		is_uniform &= values[i].kind == NUMERIC_FINITE &&
		    values[i].scale == values[0].scale;
	}
	if (!is_uniform) {
		info->encoding = ENC_NUMERIC_ANY;
		encode_numeric_any(values, row_count, out);
		return;
	}
	info->flags = CHUNK_HAS_BOUNDS;
	info->scale = values[0].scale;
	memcpy(info->low, &low, sizeof(low));
	memcpy(info->high, &high, sizeof(high));
	if (low == high) {
		info->encoding = ENC_CONSTANT;
	} else if ((u128)high - (u128)low <= INT64_MAX) {
		info->encoding = ENC_NUMERIC_INT;
		encode_numeric_int(values, low, row_count, out);
	} else {
		info->encoding = ENC_NUMERIC_128;
		for (uint32_t i = 0; i < row_count; i++)
			buf_put(out, &values[i].small, sizeof(values[i].small));
	}
}

static void
encode_uuid(const struct uuid *values, uint32_t row_count, struct buf *out,
    struct chunk_info *info)
{
	const struct uuid *low = values, *high = values;

	for (uint32_t i = 1; i < row_count; i++) {
		if (memcmp(&values[i], low, sizeof(*low)) < 0)
			low = &values[i];
		if (memcmp(&values[i], high, sizeof(*high)) > 0)
			high = &values[i];
	}
	info->flags = CHUNK_HAS_BOUNDS;
	memcpy(info->low, low->bytes, sizeof(info->low));
	memcpy(info->high, high->bytes, sizeof(info->high));
	info->encoding =
	    memcmp(low, high, sizeof(*low)) == 0 ? ENC_CONSTANT : ENC_PLAIN;
	for (uint32_t i = 0; info->encoding == ENC_PLAIN && i < row_count; i++)
		buf_put(out, values[i].bytes, sizeof(values[i].bytes));
}

static void
put_interval(struct buf *out, const struct interval *value)
{
	buf_put_u64(out, (uint64_t)value->microseconds);
	buf_put_u32(out, (uint32_t)value->days);
	buf_put_u32(out, (uint32_t)value->months);
}

static bool
interval_same(const struct interval *a, const struct interval *b)
{
	return a->microseconds == b->microseconds && a->days == b->days &&
	    a->months == b->months;
}

static void
encode_interval(const struct interval *values, uint32_t row_count,
    struct buf *out, struct chunk_info *info)
{
	bool is_constant = true;
	size_t start = out->len;

	for (uint32_t i = 1; i < row_count && is_constant; i++)
		is_constant = interval_same(&values[i], &values[0]);
	info->encoding = is_constant ? ENC_CONSTANT : ENC_PLAIN;
	if (!is_constant) {
		for (uint32_t i = 0; i < row_count; i++)
			put_interval(out, &values[i]);
		return;
	}
	put_interval(out, &values[0]);
	if (out->failed)
		return;
	memcpy(info->low, out->data + start, sizeof(info->low));
	out->len = start;
}

static void
set_str_bound(uint8_t bound[16], struct str s)
{
	size_t len = s.len < BOUND_STR_BYTES ? s.len : BOUND_STR_BYTES;

	if (len > 0)
		memcpy(bound, s.data, len);
	bound[BOUND_STR_BYTES] = (uint8_t)len;
}

static void
put_strs(const struct str *values, const uint8_t *nulls, uint32_t row_count,
    struct buf *out)
{
	int64_t *ends = malloc(row_count * sizeof(*ends));
	int64_t end = 0;

	if (ends == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < row_count; i++) {
		if (nulls == NULL || nulls[i] == 0)
			end += (int64_t)values[i].len;
		ends[i] = end;
	}
	int_encode(ends, row_count, out);
	free(ends);
	for (uint32_t i = 0; i < row_count; i++)
		if (nulls == NULL || nulls[i] == 0)
			buf_put_str(out, values[i]);
}

static void
encode_str(const struct str *values, const uint8_t *nulls, uint32_t row_count,
    struct buf *out, struct chunk_info *info)
{
	struct str low = { 0 }, high = { 0 };
	bool has_one = false;

	for (uint32_t i = 0; i < row_count; i++) {
		if (nulls != NULL && nulls[i] != 0)
			continue;
		if (!has_one || str_compare(values[i], low) < 0)
			low = values[i];
		if (!has_one || str_compare(values[i], high) > 0)
			high = values[i];
		has_one = true;
	}
	info->flags = CHUNK_HAS_BOUNDS;
	if (high.len > BOUND_STR_BYTES)
		info->flags |= CHUNK_HIGH_IS_PREFIX;
	set_str_bound(info->low, low);
	set_str_bound(info->high, high);
	info->encoding = str_equal(low, high) ? ENC_STR_CONSTANT : ENC_STR;
	if (info->encoding == ENC_STR_CONSTANT)
		buf_put_str(out, low);
	else
		put_strs(values, nulls, row_count, out);
}

static uint32_t
count_nulls(const uint8_t *nulls, uint32_t row_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; nulls != NULL && i < row_count; i++)
		count += nulls[i] != 0;
	return count;
}

void
chunk_encode(enum phys phys, void *values, const uint8_t *nulls,
    uint32_t row_count, struct buf *out, struct chunk_info *info)
{
	assert(row_count > 0 && row_count <= INT_ROWS_MAX && out->len == 0);
	*info = (struct chunk_info){
		.encoding = ENC_NULL,
		.row_count = row_count,
		.null_count = count_nulls(nulls, row_count),
	};
	if (info->null_count == row_count)
		return;
	if (info->null_count == 0) {
		nulls = NULL;
	} else {
		put_nulls(nulls, row_count, out);
		if (phys != PHYS_STR)
			fill_nulls(values, phys_size(phys), nulls, row_count);
	}
	switch (phys) {
	case PHYS_BOOL:
		encode_bool(values, row_count, out, info);
		break;
	case PHYS_I64:
		encode_i64(values, row_count, out, info);
		break;
	case PHYS_F64:
		encode_f64(values, row_count, out, info);
		break;
	case PHYS_NUMERIC:
		encode_numeric(values, row_count, out, info);
		break;
	case PHYS_STR:
		encode_str(values, nulls, row_count, out, info);
		break;
	case PHYS_UUID:
		encode_uuid(values, row_count, out, info);
		break;
	case PHYS_INTERVAL:
		encode_interval(values, row_count, out, info);
		break;
	case PHYS_COUNT:
		break;
	}
}
