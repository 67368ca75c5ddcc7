/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/row_column.h"

#include <assert.h>
#include <string.h>

#include "common/buf.h"
#include "engine/catalog/value_format.h"

#define NUMERIC_SCALE_MAX 16383

enum column_form { /* on disk: do not renumber */
	FORM_NO_NULL = 0,
	FORM_SOME_NULL = 1,
	FORM_ALL_NULL = 2,
};

/* ---- little-endian arrays ---- */

static void
store(uint8_t *at, uint64_t value, uint32_t width)
{
	for (uint32_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
load(const uint8_t *at, uint32_t width)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < width; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

static uint32_t
width_of(uint64_t range)
{
	if (range == 0)
		return 0;
	if (range <= UINT8_MAX)
		return 1;
	if (range <= UINT16_MAX)
		return 2;
	return range <= UINT32_MAX ? 4 : 8;
}

/* The width is a constant in each loop. */
static void
store_above(uint8_t *at, const int64_t *values, uint32_t count, uint64_t least,
    uint32_t width)
{
	switch (width) {
	case 1:
		for (uint32_t i = 0; i < count; i++)
			store(at + i, (uint64_t)values[i] - least, 1);
		break;
	case 2:
		for (uint32_t i = 0; i < count; i++)
			store(at + 2 * i, (uint64_t)values[i] - least, 2);
		break;
	case 4:
		for (uint32_t i = 0; i < count; i++)
			store(at + 4 * i, (uint64_t)values[i] - least, 4);
		break;
	case 8:
		for (uint32_t i = 0; i < count; i++)
			store(at + 8 * i, (uint64_t)values[i] - least, 8);
		break;
	default:
		break;
	}
}

static void
put_integers(struct buf *out, const int64_t *values, uint32_t count)
{
	int64_t least = values[0], greatest = values[0];
	uint32_t width;
	uint8_t *at;

	assert(count > 0);
	for (uint32_t i = 1; i < count; i++) {
		least = values[i] < least ? values[i] : least;
		greatest = values[i] > greatest ? values[i] : greatest;
	}
	width = width_of((uint64_t)greatest - (uint64_t)least);
	value_put_i64(out, least);
	buf_put_u8(out, (uint8_t)width);
	at = buf_take(out, (size_t)count * width);
	if (at != NULL)
		store_above(at, values, count, (uint64_t)least, width);
}

static bool
take_integers(struct reader *r, uint32_t count, struct row_integers *out)
{
	out->least = value_get_i64(r);
	out->width = reader_u8(r);
	out->values = reader_take(r, (size_t)count * out->width);
	return !r->failed &&
	    (out->width <= 2 || out->width == 4 || out->width == 8);
}

static void
read_integers(const struct row_integers *integers, uint32_t first,
    uint32_t count, int64_t *out)
{
	uint64_t least = (uint64_t)integers->least;
	const uint8_t *at = integers->values + (size_t)first * integers->width;

	switch (integers->width) {
	case 1:
		for (uint32_t i = 0; i < count; i++)
			out[i] = (int64_t)(least + load(at + i, 1));
		break;
	case 2:
		for (uint32_t i = 0; i < count; i++)
			out[i] = (int64_t)(least + load(at + 2 * i, 2));
		break;
	case 4:
		for (uint32_t i = 0; i < count; i++)
			out[i] = (int64_t)(least + load(at + 4 * i, 4));
		break;
	case 8:
		for (uint32_t i = 0; i < count; i++)
			out[i] = (int64_t)(least + load(at + 8 * i, 8));
		break;
	default:
		for (uint32_t i = 0; i < count; i++)
			out[i] = (int64_t)least;
		break;
	}
}

/* ---- encode ---- */

/* Put the form and maybe the bitmap; false if there is nothing more. */
static bool
put_nulls(struct buf *out, const struct vec *vec, struct sel sel)
{
	uint32_t null_count = 0;
	uint8_t *bits;

	if (vec->nulls != NULL)
		for (uint32_t i = 0; i < sel.count; i++)
			null_count += vec_is_null(vec, sel_row(sel, i));
	if (null_count == 0) {
		buf_put_u8(out, FORM_NO_NULL);
		return true;
	}
	if (null_count == sel.count) {
		buf_put_u8(out, FORM_ALL_NULL);
		return false;
	}
	buf_put_u8(out, FORM_SOME_NULL);
	bits = buf_take(out, (sel.count + 7) / 8);
	if (bits == NULL)
		return false;
	memset(bits, 0, (sel.count + 7) / 8);
	for (uint32_t i = 0; i < sel.count; i++)
		if (vec_is_null(vec, sel_row(sel, i)))
			bits[i / 8] |= (uint8_t)(1u << (i % 8));
	return true;
}

static void
put_bools(struct buf *out, const struct vec *vec, struct sel sel)
{
	uint8_t *at = buf_take(out, sel.count);

	if (at == NULL)
		return;
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		at[i] = !vec_is_null(vec, row) &&
		    vec->boolean[vec_index(vec, row)] != 0;
	}
}

/* A null stands as the value before it, so that it takes no width. */
static void
put_i64s(struct buf *out, const struct vec *vec, struct sel sel)
{
	int64_t values[VEC_ROWS];
	int64_t last = 0;
	uint32_t i = 0;

	while (vec_is_null(vec, sel_row(sel, i))) /* not all are */
		i++;
	last = vec->i64[vec_index(vec, sel_row(sel, i))];
	for (i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		if (!vec_is_null(vec, row))
			last = vec->i64[vec_index(vec, row)];
		values[i] = last;
	}
	put_integers(out, values, sel.count);
}

static void
put_f64s(struct buf *out, const struct vec *vec, struct sel sel)
{
	uint8_t *at = buf_take(out, (size_t)sel.count * 8);

	if (at == NULL)
		return;
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		uint64_t bits = 0;

		if (!vec_is_null(vec, row))
			memcpy(&bits, &vec->f64[vec_index(vec, row)],
			    sizeof(bits));
		store(at + 8 * i, bits, 8);
	}
}

static void
put_coefficients(struct buf *out, const struct vec *vec, struct sel sel,
    uint32_t width)
{
	uint8_t *at = buf_take(out, (size_t)sel.count * width);

	if (at == NULL)
		return;
	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		const struct numeric *value =
		    &vec->numeric[vec_index(vec, row)];
		u128 bits = 0;

		if (!vec_is_null(vec, row) && value->kind == NUMERIC_FINITE)
			bits = (u128)value->small;
		store(at + (size_t)i * width, (uint64_t)bits, 8);
		if (width == 16)
			store(at + (size_t)i * width + 8,
			    (uint64_t)(bits >> 64), 8);
	}
}

static void
put_numerics(struct buf *out, const struct vec *vec, struct sel sel)
{
	int64_t heads[VEC_ROWS];
	uint32_t width = 8;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		const struct numeric *value =
		    &vec->numeric[vec_index(vec, row)];

		heads[i] = 0;
		if (vec_is_null(vec, row))
			continue;
		assert(value->limbs == NULL);
		heads[i] = value->scale * 4 + value->kind;
		if (value->kind == NUMERIC_FINITE &&
		    value->small != (int64_t)value->small)
			width = 16;
	}
	put_integers(out, heads, sel.count);
	buf_put_u8(out, (uint8_t)width);
	put_coefficients(out, vec, sel, width);
}

static void
put_strs(struct buf *out, const struct vec *vec, struct sel sel)
{
	int64_t lengths[VEC_ROWS];
	size_t total = 0;
	uint32_t i = 0;
	uint8_t *at;

	do { /* there is at least one row */
		uint32_t row = sel_row(sel, i);
		size_t len = vec_is_null(vec, row)
		    ? 0
		    : vec->str[vec_index(vec, row)].len;

		lengths[i] = (int64_t)len;
		total += len;
	} while (++i < sel.count);
	put_integers(out, lengths, sel.count);
	at = buf_take(out, total);
	if (at == NULL)
		return;
	for (i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		if (lengths[i] == 0)
			continue;
		memcpy(at, vec->str[vec_index(vec, row)].data,
		    (size_t)lengths[i]);
		at += lengths[i];
	}
}

static void
put_uuids(struct buf *out, const struct vec *vec, struct sel sel)
{
	static const struct uuid zero;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		const struct uuid *value = vec_is_null(vec, row)
		    ? &zero
		    : &vec->uuid[vec_index(vec, row)];

		buf_put(out, value->bytes, sizeof(value->bytes));
	}
}

static void
put_intervals(struct buf *out, const struct vec *vec, struct sel sel)
{
	static const struct interval zero;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);

		value_put_interval(out,
		    vec_is_null(vec, row)
			? &zero
			: &vec->interval[vec_index(vec, row)]);
	}
}

void
row_column_encode(struct buf *out, const struct vec *vec, struct sel sel)
{
	assert(sel.count > 0 && sel.count <= VEC_ROWS);
	if (!put_nulls(out, vec, sel))
		return;
	switch (vec->phys) {
	case PHYS_BOOL:
		put_bools(out, vec, sel);
		break;
	case PHYS_I64:
		put_i64s(out, vec, sel);
		break;
	case PHYS_F64:
		put_f64s(out, vec, sel);
		break;
	case PHYS_NUMERIC:
		put_numerics(out, vec, sel);
		break;
	case PHYS_STR:
		put_strs(out, vec, sel);
		break;
	case PHYS_UUID:
		put_uuids(out, vec, sel);
		break;
	case PHYS_INTERVAL:
		put_intervals(out, vec, sel);
		break;
	case PHYS_COUNT:
		break;
	}
}

/* ---- decode ---- */

/* Lengths, and the bytes of all values. */
static bool
take_text(struct reader *r, struct row_column *column)
{
	int64_t lengths[VEC_ROWS];
	uint64_t total = 0;

	if (!take_integers(r, column->count, &column->integers))
		return false;
	read_integers(&column->integers, 0, column->count, lengths);
	for (uint32_t i = 0; i < column->count; i++) {
		/* Negative ones are larger than anything. */
		if ((uint64_t)lengths[i] > reader_left(r))
			return false;
		total += (uint64_t)lengths[i];
	}
	if (total > reader_left(r))
		return false;
	column->values = reader_take(r, (size_t)total);
	return true;
}

static bool
take_values(struct reader *r, struct row_column *column)
{
	switch (column->phys) {
	case PHYS_BOOL:
		column->width = 1;
		break;
	case PHYS_I64:
		return take_integers(r, column->count, &column->integers);
	case PHYS_F64:
		column->width = 8;
		break;
	case PHYS_NUMERIC:
		if (!take_integers(r, column->count, &column->integers))
			return false;
		column->width = reader_u8(r);
		if (column->width != 8 && column->width != 16)
			return false;
		break;
	case PHYS_STR:
		return take_text(r, column);
	case PHYS_UUID:
	case PHYS_INTERVAL:
		column->width = 16;
		break;
	case PHYS_COUNT:
		return false;
	}
	column->values = reader_take(r, (size_t)column->count * column->width);
	return column->values != NULL;
}

bool
row_column_take(struct reader *r, enum phys phys, uint32_t count,
    struct row_column *out)
{
	uint8_t form = reader_u8(r);

	assert(count > 0 && count <= VEC_ROWS);
	*out = (struct row_column){ .phys = phys, .count = count };
	switch (form) {
	case FORM_NO_NULL:
		break;
	case FORM_SOME_NULL:
		out->nulls = reader_take(r, (count + 7) / 8);
		break;
	case FORM_ALL_NULL:
		out->is_all_null = true;
		return !r->failed;
	default:
		return false;
	}
	return !r->failed && take_values(r, out);
}

static void
read_nulls(const struct row_column *column, uint32_t count, uint8_t *nulls)
{
	if (column->nulls == NULL) {
		memset(nulls, 0, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = column->next + i;

		nulls[i] = column->nulls[row / 8] >> (row % 8) & 1;
	}
}

static void
read_strs(struct row_column *column, uint32_t count, struct str *out)
{
	int64_t lengths[VEC_ROWS];
	const uint8_t *at = column->values;

	read_integers(&column->integers, column->next, count, lengths);
	for (uint32_t i = 0; i < count; i++) {
		out[i] = str_of((const char *)at, (size_t)lengths[i]);
		at += lengths[i];
	}
	column->values = at;
}

static bool
read_numerics(const struct row_column *column, uint32_t count,
    struct numeric *out)
{
	int64_t heads[VEC_ROWS];
	uint32_t width = column->width;
	const uint8_t *at = column->values + (size_t)column->next * width;
	bool is_sound = true;

	read_integers(&column->integers, column->next, count, heads);
	for (uint32_t i = 0; i < count; i++, at += width) {
		uint64_t low = load(at, 8);
		u128 bits = width == 16 ? (u128)load(at + 8, 8) << 64 | low
					: (u128)(i128)(int64_t)low;

		is_sound &= heads[i] >= 0 && heads[i] / 4 <= NUMERIC_SCALE_MAX;
		out[i] = (struct numeric){
			.small = (i128)bits,
			.scale = (uint16_t)(heads[i] / 4),
			.kind = (uint8_t)(heads[i] & 3),
		};
	}
	return is_sound;
}

/* Forms with bytes of a fixed width. */
static void
read_plain(const struct row_column *column, uint32_t count, void *out)
{
	const uint8_t *at =
	    column->values + (size_t)column->next * column->width;
	struct reader r = reader_over(at, (size_t)count * column->width);
	uint64_t bits;

	switch (column->phys) {
	case PHYS_BOOL:
		for (uint32_t i = 0; i < count; i++)
			((uint8_t *)out)[i] = at[i] != 0;
		break;
	case PHYS_F64:
		for (uint32_t i = 0; i < count; i++) {
			bits = load(at + 8 * i, 8);
			memcpy((double *)out + i, &bits, sizeof(bits));
		}
		break;
	case PHYS_INTERVAL:
		for (uint32_t i = 0; i < count; i++)
			((struct interval *)out)[i] = value_get_interval(&r);
		break;
	default:
		memcpy(out, at, (size_t)count * column->width);
		break;
	}
}

bool
row_column_read(struct row_column *column, uint32_t count, void *values,
    uint8_t *nulls)
{
	bool is_sound = true;

	assert(count <= column->count - column->next);
	if (column->is_all_null) {
		memset(values, 0, count * phys_size(column->phys));
		memset(nulls, 1, count);
		column->next += count;
		return true;
	}
	read_nulls(column, count, nulls);
	if (column->phys == PHYS_I64)
		read_integers(&column->integers, column->next, count, values);
	else if (column->phys == PHYS_STR)
		read_strs(column, count, values);
	else if (column->phys == PHYS_NUMERIC)
		is_sound = read_numerics(column, count, values);
	else
		read_plain(column, count, values);
	column->next += count;
	return is_sound;
}

bool
row_column_vec(struct reader *r, enum phys phys, uint32_t count,
    struct arena *arena, struct vec *out)
{
	struct row_column column;
	uint8_t nulls[VEC_ROWS]; /* of none */
	uint8_t *read = nulls;

	vec_init(out, phys, count, arena);
	if (!row_column_take(r, phys, count, &column))
		return false;
	if (row_column_has_null(&column))
		read = vec_need_nulls(out, count, arena);
	return row_column_read(&column, count, out->data, read);
}
