/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrow_column.c -- columns that grow: values of vectors in Arrow's layouts.
 */
#include "wire/arrow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "types/datetime.h"
#include "types/numeric.h"
#include "wire/arrow_dictionary.h"
#include "wire/result_private.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "values are copied into the stream as they are");

/* ---- types ---- */

/* Not all readers know a scale below zero. */
static bool
is_decimal128(const struct type *type)
{
	return type->mod >= 0 &&
	    type_numeric_precision(type->mod) <= NUMERIC_I128_DIGITS &&
	    type_numeric_scale(type->mod) >= 0;
}

static enum arrow_type
integer_type(const struct type *type)
{
	switch (type->oid) {
	case TYPE_INT2:
		return ARROW_INT16;
	case TYPE_INT4:
		return ARROW_INT32;
	case TYPE_INT8:
		return ARROW_INT64;
	default:
		return ARROW_UINT32;
	}
}

static enum arrow_type
arrow_type_of(const struct result_field *field, enum result_times times)
{
	bool in_seconds = times == RESULT_TIMES_SECONDS;

	switch (field->kind) {
	case RESULT_BOOL:
		return ARROW_BOOL;
	case RESULT_INT:
		return integer_type(&field->type);
	case RESULT_FLOAT4:
		return ARROW_FLOAT32;
	case RESULT_FLOAT8:
		return ARROW_FLOAT64;
	case RESULT_NUMERIC:
		return is_decimal128(&field->type) ? ARROW_DECIMAL128
						   : ARROW_LARGE_UTF8;
	case RESULT_TIMESTAMP:
		return in_seconds ? ARROW_TIMESTAMP_SECONDS
				  : ARROW_TIMESTAMP_LOCAL;
	case RESULT_TIMESTAMPTZ:
		return in_seconds ? ARROW_TIMESTAMP_SECONDS
				  : ARROW_TIMESTAMP_UTC;
	case RESULT_DATE:
		return ARROW_DATE32;
	case RESULT_ENUM:
		return ARROW_ENUM;
	case RESULT_UUID:
		return ARROW_UUID;
	case RESULT_OTHER:
		if (field->type.oid == TYPE_TIME)
			return ARROW_TIME64;
		if (field->type.oid == TYPE_BYTEA)
			return ARROW_LARGE_BINARY;
		break;
	case RESULT_STRING:
	case RESULT_JSON:
	case RESULT_JSONB:
	case RESULT_ARRAY:
		break;
	}
	return ARROW_LARGE_UTF8;
}

static const uint8_t width_of[] = {
	[ARROW_BOOL] = 1,
	[ARROW_INT16] = 2,
	[ARROW_INT32] = 4,
	[ARROW_INT64] = 8,
	[ARROW_UINT32] = 4,
	[ARROW_FLOAT32] = 4,
	[ARROW_FLOAT64] = 8,
	[ARROW_DECIMAL128] = 16,
	[ARROW_DATE32] = 4,
	[ARROW_TIME64] = 8,
	[ARROW_TIMESTAMP_UTC] = 8,
	[ARROW_TIMESTAMP_LOCAL] = 8,
	[ARROW_TIMESTAMP_SECONDS] = 8,
	[ARROW_UUID] = 16,
	[ARROW_LARGE_BINARY] = 0,
	[ARROW_LARGE_UTF8] = 0,
	[ARROW_ENUM] = 4,
	[ARROW_DICTIONARY] = 4,
};

/* ---- memory ---- */

void
arrow_column_init(struct arrow_column *column, const struct result_field *field,
    enum result_times times, struct mem_budget *budget)
{
	*column = (struct arrow_column){ .field = field,
		.type = arrow_type_of(field, times) };
	column->width = width_of[column->type];
	buf_init_charged(&column->nulls, budget);
	buf_init_charged(&column->values, budget);
	buf_init_charged(&column->offsets, budget);
}

void
arrow_column_release(struct arrow_column *column)
{
	buf_release(&column->nulls);
	buf_release(&column->values);
	buf_release(&column->offsets);
	if (column->dictionary != NULL)
		arrow_dictionary_release(column->dictionary);
	free(column->dictionary);
	column->dictionary = NULL;
}

bool
arrow_column_use_dictionary(struct arrow_column *column,
    struct mem_budget *budget)
{
	assert(column->type == ARROW_LARGE_UTF8);
	column->dictionary = malloc(sizeof(*column->dictionary));
	if (column->dictionary == NULL)
		return false;
	arrow_dictionary_init(column->dictionary, budget);
	column->type = ARROW_DICTIONARY;
	column->width = width_of[column->type];
	return true;
}

void
arrow_column_reset(struct arrow_column *column)
{
	buf_reset(&column->nulls);
	buf_reset(&column->values);
	buf_reset(&column->offsets);
	column->null_count = 0;
	if (column->dictionary != NULL)
		arrow_dictionary_reset(column->dictionary);
}

static int64_t
offset_at(const struct arrow_column *column, uint32_t i)
{
	int64_t offset;

	memcpy(&offset, column->offsets.data + (size_t)i * sizeof(offset),
	    sizeof(offset));
	return offset;
}

void
arrow_column_cut(struct arrow_column *column, uint32_t rows)
{
	column->nulls.failed = column->values.failed = false;
	column->offsets.failed = false;
	for (size_t i = rows; i < column->nulls.len; i++)
		column->null_count -= column->nulls.data[i];
	if (column->nulls.len > rows)
		column->nulls.len = rows;
	if (column->width > 0) {
		if (column->values.len > (size_t)rows * column->width)
			column->values.len = (size_t)rows * column->width;
	} else if (column->offsets.len > (size_t)rows * sizeof(int64_t)) {
		column->values.len = (size_t)offset_at(column, rows);
		column->offsets.len = ((size_t)rows + 1) * sizeof(int64_t);
	}
}

/* ---- values of fixed width ---- */

/* What is added to PostgreSQL's times, from 2000 to 1970; the ends stay. */
static int64_t
since_1970(int64_t timestamp)
{
	int64_t micros;

	if (!timestamp_is_finite(timestamp) ||
	    __builtin_sub_overflow(timestamp, UNIX_EPOCH, &micros))
		return timestamp < 0 ? INT64_MIN : INT64_MAX;
	return micros;
}

static int64_t
seconds_since_1970(int64_t timestamp)
{
	if (!timestamp_is_finite(timestamp))
		return timestamp;
	return floor_div(timestamp, USECS_PER_SEC) - UNIX_EPOCH / USECS_PER_SEC;
}

static int32_t
days_since_1970(int64_t date)
{
	return (int32_t)(date_is_finite(date) ? date - UNIX_EPOCH_DATE : date);
}

#define EACH_INTEGER(X) \
	X(int16, int16_t, (int16_t)value) \
	X(int32, int32_t, (int32_t)value) \
	X(uint32, uint32_t, (uint32_t)value) \
	X(int64, int64_t, value) \
	X(micros, int64_t, since_1970(value)) \
	X(seconds, int64_t, seconds_since_1970(value)) \
	X(days, int32_t, days_since_1970(value))

#define X(name, ctype, expression) \
	static void take_##name(const struct vec *vec, \
	    const uint32_t *indexes, uint32_t count, uint8_t *at) \
	{ \
		for (uint32_t i = 0; i < count; i++) { \
			int64_t value = vec->i64[indexes[i]]; \
			ctype out = expression; \
			memcpy(at + i * sizeof(out), &out, sizeof(out)); \
		} \
	}
EACH_INTEGER(X)
#undef X

static void
take_bool(const struct vec *vec, const uint32_t *indexes, uint32_t count,
    uint8_t *at)
{
	for (uint32_t i = 0; i < count; i++)
		at[i] = vec->boolean[indexes[i]];
}

static void
take_float32(const struct vec *vec, const uint32_t *indexes, uint32_t count,
    uint8_t *at)
{
	for (uint32_t i = 0; i < count; i++) {
		float value = (float)vec->f64[indexes[i]];

		memcpy(at + i * sizeof(value), &value, sizeof(value));
	}
}

static void
take_float64(const struct vec *vec, const uint32_t *indexes, uint32_t count,
    uint8_t *at)
{
	for (uint32_t i = 0; i < count; i++)
		memcpy(at + i * sizeof(double), &vec->f64[indexes[i]],
		    sizeof(double));
}

static void
take_uuid(const struct vec *vec, const uint32_t *indexes, uint32_t count,
    uint8_t *at)
{
	for (uint32_t i = 0; i < count; i++)
		memcpy(at + i * sizeof(struct uuid), &vec->uuid[indexes[i]],
		    sizeof(struct uuid));
}

static void
take_fixed(enum arrow_type type, const struct vec *vec, const uint32_t *indexes,
    uint32_t count, uint8_t *at)
{
	switch (type) {
	case ARROW_BOOL:
		take_bool(vec, indexes, count, at);
		return;
	case ARROW_INT16:
		take_int16(vec, indexes, count, at);
		return;
	case ARROW_INT32:
	case ARROW_ENUM:
		take_int32(vec, indexes, count, at);
		return;
	case ARROW_UINT32:
		take_uint32(vec, indexes, count, at);
		return;
	case ARROW_INT64:
	case ARROW_TIME64:
		take_int64(vec, indexes, count, at);
		return;
	case ARROW_FLOAT32:
		take_float32(vec, indexes, count, at);
		return;
	case ARROW_FLOAT64:
		take_float64(vec, indexes, count, at);
		return;
	case ARROW_DATE32:
		take_days(vec, indexes, count, at);
		return;
	case ARROW_TIMESTAMP_UTC:
	case ARROW_TIMESTAMP_LOCAL:
		take_micros(vec, indexes, count, at);
		return;
	case ARROW_TIMESTAMP_SECONDS:
		take_seconds(vec, indexes, count, at);
		return;
	case ARROW_UUID:
		take_uuid(vec, indexes, count, at);
		return;
	case ARROW_DECIMAL128:
	case ARROW_LARGE_BINARY:
	case ARROW_LARGE_UTF8:
	case ARROW_DICTIONARY:
		break;
	}
	assert(false); /* none of fixed width */
}

/* As take_fixed(); what is not finite becomes null. */
static void
take_decimals(struct arrow_column *column, const struct vec *vec,
    const uint32_t *indexes, uint32_t count, uint8_t *at, uint8_t *nulls)
{
	uint32_t scale = (uint32_t)type_numeric_scale(column->field->type.mod);

	for (uint32_t i = 0; i < count; i++) {
		i128 value = 0;

		if (nulls[i] == 0 &&
		    !numeric_to_i128(&vec->numeric[indexes[i]], scale,
			&value)) {
			nulls[i] = 1;
			column->null_count++;
		}
		memcpy(at + i * sizeof(value), &value, sizeof(value));
	}
}

static void
append_fixed(struct arrow_column *column, const struct vec *vec,
    const uint32_t *indexes, uint32_t count, uint8_t *nulls)
{
	uint8_t *at = buf_take(&column->values, (size_t)count * column->width);

	if (at == NULL)
		return;
	if (column->type == ARROW_DECIMAL128)
		take_decimals(column, vec, indexes, count, at, nulls);
	else if (column->type == ARROW_DICTIONARY)
		column->values.failed =
		    !arrow_dictionary_take(column->dictionary, vec, indexes,
			nulls, count, (int32_t *)(void *)at);
	else
		take_fixed(column->type, vec, indexes, count, at);
	if (column->null_count == 0)
		return;
	/* What lies under a null is not the client's. */
	for (uint32_t i = 0; i < count; i++)
		if (nulls[i] != 0)
			memset(at + (size_t)i * column->width, 0,
			    column->width);
}

/* ---- strings ---- */

static void
append_strings(struct arrow_column *column,
    const struct type_settings *settings, const struct vec *vec,
    const uint32_t *indexes, uint32_t count, const uint8_t *nulls)
{
	enum result_kind kind = column->field->kind;
	bool is_plain = kind == RESULT_STRING || kind == RESULT_JSON ||
	    kind == RESULT_JSONB || column->type == ARROW_LARGE_BINARY;

	if (column->offsets.len == 0)
		buf_put_u64(&column->offsets, 0);
	for (uint32_t i = 0; i < count; i++) {
		if (nulls[i] != 0)
			;
		else if (is_plain)
			buf_put_str(&column->values, vec->str[indexes[i]]);
		else
			type_out_text(&column->field->type, settings, vec,
			    indexes[i], &column->values);
		buf_put_u64(&column->offsets, column->values.len);
	}
}

/* ---- rows ---- */

/* Their null flags; NULL without memory. */
static uint8_t *
append_nulls(struct arrow_column *column, const struct vec *vec,
    const uint32_t *indexes, uint32_t count)
{
	uint8_t *nulls = buf_take(&column->nulls, count);

	if (nulls == NULL)
		return NULL;
	memset(nulls, 0, count);
	if (vec->nulls == NULL)
		return nulls;
	for (uint32_t i = 0; i < count; i++) {
		nulls[i] = vec->nulls[indexes[i]] != 0;
		column->null_count += nulls[i];
	}
	return nulls;
}

bool
arrow_column_append(struct arrow_column *column,
    const struct type_settings *settings, const struct vec *vec,
    const uint32_t *indexes, uint32_t count, uint32_t rows)
{
	uint8_t *nulls = append_nulls(column, vec, indexes, count);

	if (nulls != NULL && column->width > 0)
		append_fixed(column, vec, indexes, count, nulls);
	else if (nulls != NULL)
		append_strings(column, settings, vec, indexes, count, nulls);
	if (!column->nulls.failed && !column->values.failed &&
	    !column->offsets.failed)
		return true;
	arrow_column_cut(column, rows);
	return false;
}
