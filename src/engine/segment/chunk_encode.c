/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk_encode.c -- choosing an encoding by looking at the values.
 *
 * The bytes of a chunk are the map of its nulls (null_map.h), if some rows are
 * null and others are not; then, by encoding:
 *
 *   ENC_NULL, ENC_CONSTANT  none: the value is `low` of the chunk's table
 *   ENC_INT                 one array, int_codec.h
 *   ENC_INT_BY_ID           slope (8); one array: value - slope * event_id,
 *                           modulo 2^64
 *   ENC_F64_DECIMAL         f64_codec.h
 *   ENC_PARTS               arrays of integers, one for each part, parts.h
 *   ENC_NUMERIC_INT         one array: coefficient - low
 *   ENC_STR                 one array: where the bytes of each string end; the
 *                           directory of their pages, text.h
 *   ENC_STR_CONSTANT        the bytes of the string
 *
 * If the chunk is dense, only rows that are not null have values; else what
 * lies under a null is the value before it, or, of strings, empty: that costs
 * few bits.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/segment/chunk.h"

/* A chunk is dense when at least one row of as many is null. */
#define DENSE_SHARE 16
#define SLOPE_ROWS  128 /* of each end: where it is */

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
fill_null_strs(struct str *values, const uint8_t *nulls, uint32_t row_count)
{
	for (uint32_t i = 0; i < row_count; i++)
		if (nulls[i] != 0)
			values[i] = str_of(NULL, 0);
}

static void
put_bounds(struct chunk_info *info, const void *low, const void *high,
    size_t size)
{
	info->flags |= CHUNK_HAS_BOUNDS;
	memcpy(info->low, low, size);
	memcpy(info->high, high, size);
}

/* Which of the integers low..low + 127 are there. */
static void
put_set(struct chunk_info *info, const int64_t *values, uint32_t count,
    int64_t low)
{
	uint8_t seen[CHUNK_SET_BITS] = { 0 };
	uint64_t words[CHUNK_SET_BITS / 64] = { 0 };

	for (uint32_t i = 0; i < count; i++)
		seen[values[i] - low] = 1;
	for (unsigned bit = 0; bit < CHUNK_SET_BITS; bit++)
		words[bit / 64] |= (uint64_t)seen[bit] << bit % 64;
	info->flags |= CHUNK_HAS_SET;
	memcpy(info->low + 8, &words[0], 8);
	memcpy(info->high + 8, &words[1], 8);
}

/* How much the values rise with each id; the ends may be outliers. */
static int64_t
slope_by_id(const int64_t *values, const int64_t *ids, uint32_t count)
{
	const int64_t limit = INT64_C(1) << 60;
	int64_t first, last;

	if (count < 2 * SLOPE_ROWS)
		return 0;
	first = int_middle(values, SLOPE_ROWS);
	last = int_middle(values + count - SLOPE_ROWS, SLOPE_ROWS);
	if (first < -limit || first > limit || last < -limit || last > limit)
		return 0;
	return (last - first) /
	    (ids[count - SLOPE_ROWS / 2] - ids[SLOPE_ROWS / 2]);
}

/*
 * Times follow the ids of all events, of which a type's rows are every other,
 * at chance: they may be nearer to a line over the ids than over the rows.
 * `direct` is where the values were put as they are; they are replaced if it
 * takes less.
 */
static void
try_by_id(const int64_t *values, const int64_t *ids, uint32_t count,
    size_t direct, struct buf *out, struct chunk_info *info)
{
	int64_t slope = slope_by_id(values, ids, count);
	size_t start = out->len;
	int64_t *residuals;

	if (slope == 0)
		return;
	residuals = malloc(count * sizeof(*residuals));
	if (residuals == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		residuals[i] = (int64_t)((uint64_t)values[i] -
		    (uint64_t)slope * (uint64_t)ids[i]);
	buf_put_u64(out, (uint64_t)slope);
	int_encode(residuals, count, out);
	free(residuals);
	if (out->failed)
		return;
	/* It takes a second column to read: it must be worth it. */
	if (out->len - start < (start - direct) / 16 * 15) {
		info->encoding = ENC_INT_BY_ID;
		memmove(out->data + direct, out->data + start,
		    out->len - start);
		out->len -= start - direct;
	} else {
		out->len = start;
	}
}

static void
encode_i64(const int64_t *values, const int64_t *ids, uint32_t count,
    struct buf *out, struct chunk_info *info)
{
	size_t start = out->len;
	int64_t low = values[0], high = values[0];

	for (uint32_t i = 1; i < count; i++) {
		low = values[i] < low ? values[i] : low;
		high = values[i] > high ? values[i] : high;
	}
	put_bounds(info, &low, &high, sizeof(low));
	info->encoding = low == high ? ENC_CONSTANT : ENC_INT;
	if (low == high)
		return;
	if ((uint64_t)high - (uint64_t)low < CHUNK_SET_BITS)
		put_set(info, values, count, low);
	int_encode(values, count, out);
	if (ids != NULL && !out->failed)
		try_by_id(values, ids, count, start, out, info);
}

static void
encode_bool(const uint8_t *values, uint32_t count, struct buf *out,
    struct chunk_info *info)
{
	int64_t *wide = malloc(count * sizeof(*wide));

	assert(count > 0);
	if (wide == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		wide[i] = values[i];
	encode_i64(wide, NULL, count, out, info);
	free(wide);
}

static void
encode_parts(enum phys phys, const void *values, uint32_t count,
    struct buf *out, struct chunk_info *info)
{
	int64_t *part = malloc(count * sizeof(*part));

	info->encoding = ENC_PARTS;
	if (part == NULL) {
		out->failed = true;
		return;
	}
	for (unsigned p = 0; p < parts_count(phys); p++) {
		parts_take(phys, p, values, count, part);
		int_encode(part, count, out);
	}
	free(part);
}

/* The order of float8: NaN is equal to itself and greater than all. */
static bool
f64_less(double a, double b)
{
	return a < b || (b != b && a == a);
}

static void
encode_f64(const double *values, uint32_t count, struct buf *out,
    struct chunk_info *info)
{
	double low = values[0], high = values[0];
	bool is_constant = true;

	for (uint32_t i = 1; i < count; i++) {
		low = f64_less(values[i], low) ? values[i] : low;
		high = f64_less(high, values[i]) ? values[i] : high;
		/* -0 is not 0 here, and a NaN is itself. */
		/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
		is_constant &= memcmp(&values[i], &values[0], 8) == 0;
	}
	put_bounds(info, &low, &high, sizeof(low));
	info->encoding = is_constant ? ENC_CONSTANT : ENC_F64_DECIMAL;
	if (!is_constant && !f64_encode(values, count, out))
		encode_parts(PHYS_F64, values, count, out, info);
}

static void
encode_numeric_int(const struct numeric *values, i128 low, uint32_t count,
    struct buf *out, struct chunk_info *info)
{
	int64_t *offsets = malloc(count * sizeof(*offsets));

	info->encoding = ENC_NUMERIC_INT;
	if (offsets == NULL) {
		out->failed = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		offsets[i] = (int64_t)(values[i].small - low);
	int_encode(offsets, count, out);
	free(offsets);
}

static void
encode_numeric(const struct numeric *values, uint32_t count, struct buf *out,
    struct chunk_info *info)
{
	i128 low = values[0].small, high = values[0].small;
	bool is_uniform = true;

	for (uint32_t i = 0; i < count; i++) {
		assert(values[i].limbs == NULL);
		low = values[i].small < low ? values[i].small : low;
		high = values[i].small > high ? values[i].small : high;
		is_uniform &= values[i].kind == NUMERIC_FINITE &&
		    values[i].scale == values[0].scale;
	}
	if (is_uniform) {
		put_bounds(info, &low, &high, sizeof(low));
		info->scale = values[0].scale;
	}
	if (is_uniform && low == high)
		info->encoding = ENC_CONSTANT;
	else if (is_uniform && (u128)high - (u128)low <= INT64_MAX)
		encode_numeric_int(values, low, count, out, info);
	else
		encode_parts(PHYS_NUMERIC, values, count, out, info);
}

static void
encode_uuid(const struct uuid *values, uint32_t count, struct buf *out,
    struct chunk_info *info)
{
	const struct uuid *low = values, *high = values;

	for (uint32_t i = 1; i < count; i++) {
		if (memcmp(&values[i], low, sizeof(*low)) < 0)
			low = &values[i];
		if (memcmp(&values[i], high, sizeof(*high)) > 0)
			high = &values[i];
	}
	put_bounds(info, low->bytes, high->bytes, sizeof(low->bytes));
	if (memcmp(low, high, sizeof(*low)) == 0)
		info->encoding = ENC_CONSTANT;
	else
		encode_parts(PHYS_UUID, values, count, out, info);
}

/* They have no bounds: their order is not that of their parts. */
static void
encode_interval(const struct interval *values, uint32_t count, struct buf *out,
    struct chunk_info *info)
{
	const struct interval *first = &values[0];
	bool is_constant = true;

	for (uint32_t i = 1; i < count && is_constant; i++)
		is_constant = values[i].microseconds == first->microseconds &&
		    values[i].days == first->days &&
		    values[i].months == first->months;
	if (!is_constant) {
		encode_parts(PHYS_INTERVAL, values, count, out, info);
		return;
	}
	info->encoding = ENC_CONSTANT;
	memcpy(info->low, &first->microseconds, 8);
	memcpy(info->low + 8, &first->days, 4);
	memcpy(info->low + 12, &first->months, 4);
}

static void
put_str_bound(uint8_t bound[16], struct str s)
{
	size_t len = s.len < BOUND_STR_BYTES ? s.len : BOUND_STR_BYTES;

	if (len > 0)
		memcpy(bound, s.data, len);
	bound[BOUND_STR_BYTES] = (uint8_t)len;
}

static int
put_strs(const struct str *values, uint32_t count,
    const struct chunk_text_sink *text, struct buf *out, struct error *err)
{
	int64_t *ends = malloc(count * sizeof(*ends));
	int64_t end = 0;

	if (ends == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		ends[i] = end += (int64_t)values[i].len;
	int_encode(ends, count, out);
	free(ends);
	return text->put(text->arg, values, count, out, err);
}

/* Nulls of a chunk that is not dense are empty strings, and not in bounds. */
static int
encode_str(const struct str *values, const uint8_t *nulls, uint32_t count,
    const struct chunk_text_sink *text, struct buf *out,
    struct chunk_info *info, struct error *err)
{
	struct str low = { 0 }, high = { 0 };
	bool has_one = false;

	for (uint32_t i = 0; i < count; i++) {
		if (nulls != NULL && nulls[i] != 0)
			continue;
		if (!has_one || str_compare(values[i], low) < 0)
			low = values[i];
		if (!has_one || str_compare(values[i], high) > 0)
			high = values[i];
		has_one = true;
	}
	info->flags |= CHUNK_HAS_BOUNDS;
	if (high.len > BOUND_STR_BYTES)
		info->flags |= CHUNK_HIGH_IS_PREFIX;
	put_str_bound(info->low, low);
	put_str_bound(info->high, high);
	info->encoding = str_equal(low, high) ? ENC_STR_CONSTANT : ENC_STR;
	if (info->encoding == ENC_STR)
		return put_strs(values, count, text, out, err);
	buf_put_str(out, low);
	return 0;
}

static uint32_t
count_nulls(const uint8_t *nulls, uint32_t row_count)
{
	uint32_t count = 0;

	for (uint32_t i = 0; nulls != NULL && i < row_count; i++)
		count += nulls[i] != 0;
	return count;
}

/* Put the map and make the values dense, or fill those under nulls. */
static uint32_t
put_nulls(const struct chunk_rows *rows, struct buf *out,
    struct chunk_info *info)
{
	bool is_dense = info->null_count >= rows->row_count / DENSE_SHARE;

	null_map_put(out, rows->nulls, rows->row_count,
	    is_dense ? NULL_MAP_DENSE : NULL_MAP_PLAIN);
	if (is_dense) {
		info->flags |= CHUNK_DENSE;
		null_map_gather(rows->nulls, rows->row_count,
		    phys_size(rows->phys), rows->values);
		return rows->row_count - info->null_count;
	}
	if (rows->phys == PHYS_STR)
		fill_null_strs(rows->values, rows->nulls, rows->row_count);
	else
		fill_nulls(rows->values, phys_size(rows->phys), rows->nulls,
		    rows->row_count);
	return rows->row_count;
}

/* `nulls` is NULL unless some of the values are of nulls. */
static int
encode_values(const struct chunk_rows *rows, const uint8_t *nulls,
    uint32_t count, const struct chunk_text_sink *text, struct buf *out,
    struct chunk_info *info, struct error *err)
{
	const void *values = rows->values;

	switch (rows->phys) {
	case PHYS_BOOL:
		encode_bool(values, count, out, info);
		break;
	case PHYS_I64:
		encode_i64(values, info->null_count == 0 ? rows->ids : NULL,
		    count, out, info);
		break;
	case PHYS_F64:
		encode_f64(values, count, out, info);
		break;
	case PHYS_NUMERIC:
		encode_numeric(values, count, out, info);
		break;
	case PHYS_STR:
		return encode_str(values, nulls, count, text, out, info, err);
	case PHYS_UUID:
		encode_uuid(values, count, out, info);
		break;
	case PHYS_INTERVAL:
		encode_interval(values, count, out, info);
		break;
	case PHYS_COUNT:
		break;
	}
	return 0;
}

int
chunk_encode(const struct chunk_rows *rows, const struct chunk_text_sink *text,
    struct buf *out, struct chunk_info *info, struct error *err)
{
	const uint8_t *nulls = rows->nulls;
	uint32_t count = rows->row_count;
	int rc = 0;

	assert(count > 0 && count <= INT_ROWS_MAX && out->len == 0);
	*info = (struct chunk_info){
		.encoding = ENC_NULL,
		.row_count = count,
		.null_count = count_nulls(nulls, count),
	};
	if (info->null_count == count)
		return 0;
	if (info->null_count == 0)
		nulls = NULL;
	else
		count = put_nulls(rows, out, info);
	if ((info->flags & CHUNK_DENSE) != 0)
		nulls = NULL; /* no value is */
	rc = encode_values(rows, nulls, count, text, out, info, err);
	if (rc == 0 && out->failed)
		rc = error_no_memory(err);
	return rc;
}
