/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_json.c -- rows as JSON, straight from the vectors.
 *
 * What stands before a value (a comma; a comma, a name and a colon) is made once
 * for the result and copied with the value.  Room is asked for once a value, for
 * the longest that it can be.
 */
#include <assert.h>
#include <math.h>

#include "common/error.h"
#include "common/json.h"
#include "common/utf8.h"
#include "types/array.h"
#include "types/datetime.h"
#include "types/float_text.h"
#include "types/numeric.h"
#include "types/type_int.h"
#include "wire/result_private.h"

static void put_value(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t at, struct buf *out);

/* ---- numbers ---- */

/*
 * Floats show that they are no integers, as those of SnelDB do: 20.0.  What is
 * no number is a string.
 */
static void
put_float(struct buf *out, double value, bool is_float4)
{
	uint8_t *at = buf_take(out, FLOAT_TEXT_SIZE + 2);
	char *text = (char *)at;
	size_t len;

	if (at == NULL)
		return;
	if (!isfinite(value))
		*text++ = '"';
	len = is_float4 ? float4_text(value, text) : float8_text(value, text);
	text += len;
	if (!isfinite(value)) {
		*text++ = '"';
	} else if (memchr(text - len, '.', len) == NULL &&
	    memchr(text - len, 'e', len) == NULL) {
		*text++ = '.';
		*text++ = '0';
	}
	out->len -= FLOAT_TEXT_SIZE + 2 - (size_t)(text - (char *)at);
}

static void
put_int(struct buf *out, int64_t value)
{
	uint8_t *at = buf_take(out, INT_TEXT_SIZE);

	if (at != NULL)
		out->len -= INT_TEXT_SIZE - int_text(value, (char *)at);
}

static void
put_numeric(struct buf *out, const struct numeric *value)
{
	if (numeric_is_finite(value)) {
		numeric_put(value, out);
		return;
	}
	buf_put_u8(out, '"');
	numeric_put(value, out);
	buf_put_u8(out, '"');
}

/* ---- times ---- */

#define UNIX_EPOCH_SECONDS (UNIX_EPOCH / USECS_PER_SEC)

static void
put_infinity(struct buf *out, bool is_negative)
{
	buf_put_str(out,
	    is_negative ? STR("\"-infinity\"") : STR("\"infinity\""));
}

static void
put_timestamp(struct result_writer *w, struct buf *out, int64_t value,
    bool is_utc)
{
	if (!timestamp_is_finite(value)) {
		put_infinity(out, value < 0);
	} else if (w->in_seconds) {
		put_int(out,
		    floor_div(value, USECS_PER_SEC) - UNIX_EPOCH_SECONDS);
	} else {
		buf_put_u8(out, '"');
		result_put_timestamp(out, value, is_utc);
		buf_put_u8(out, '"');
	}
}

static void
put_date(struct result_writer *w, struct buf *out, int64_t value)
{
	if (!date_is_finite(value)) {
		put_infinity(out, value < 0);
	} else if (w->in_seconds) {
		put_int(out,
		    (value - UNIX_EPOCH_DATE) *
			(USECS_PER_DAY / USECS_PER_SEC));
	} else {
		buf_put_u8(out, '"');
		result_put_date(out, value);
		buf_put_u8(out, '"');
	}
}

/* ---- the rest ---- */

/* Line breaks between its tokens would end our line; no string has any. */
static void
put_json(struct buf *out, struct str json)
{
	size_t begin = out->len;

	buf_put_str(out, json);
	if (out->failed)
		return;
	for (size_t i = begin; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
}

static void
put_quoted_text(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t at, struct buf *out)
{
	buf_reset(&w->text);
	type_out_text(&field->type, w->settings, vec, at, &w->text);
	if (w->text.failed)
		out->failed = true;
	json_put_string(out, buf_str(&w->text));
}

/* Element `i`, which the writer's scratch arena may hold parts of. */
static void
put_element(struct result_writer *w, const struct result_field *element,
    const struct array *array, uint32_t i, struct buf *out)
{
	enum phys phys = type_phys(&element->type);
	struct vec vec = { .phys = phys, .is_constant = true };
	struct datum value;

	if (array_is_null(array, i)) {
		buf_put_str(out, STR("null"));
		return;
	}
	arena_reset(&w->scratch);
	value = array_get(array, phys, i, &w->scratch);
	vec.data = &value;
	put_value(w, element, &vec, 0, out);
	if (w->scratch.failed)
		out->failed = true;
}

/* What dimension `dim` holds, from element *next on. */
static void
put_dimension(struct result_writer *w, const struct result_field *element,
    const struct array *array, uint32_t dim, uint32_t *next, struct buf *out)
{
	buf_put_u8(out, '[');
	for (int32_t i = 0; i < array->shape.lengths[dim]; i++) {
		if (i > 0)
			buf_put_u8(out, ',');
		if (dim + 1 < array->shape.dims)
			put_dimension(w, element, array, dim + 1, next, out);
		else
			put_element(w, element, array, (*next)++, out);
	}
	buf_put_u8(out, ']');
}

static void
put_array(struct result_writer *w, const struct result_field *field,
    struct str value, struct buf *out)
{
	struct array array = array_open(value);
	uint32_t next = 0;

	if (array.count == 0)
		buf_put_str(out, STR("[]"));
	else
		put_dimension(w, field->element, &array, 0, &next, out);
}

static void
put_uuid(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t at, struct buf *out)
{
	buf_put_u8(out, '"');
	type_out_text(&field->type, w->settings, vec, at, out);
	buf_put_u8(out, '"');
}

/* The value at index `at` of the vector's arrays, which is not null. */
static void
put_value(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t at, struct buf *out)
{
	switch (field->kind) {
	case RESULT_BOOL:
		buf_put_str(out, vec->boolean[at] ? STR("true") : STR("false"));
		return;
	case RESULT_INT:
		put_int(out, vec->i64[at]);
		return;
	case RESULT_FLOAT4:
	case RESULT_FLOAT8:
		put_float(out, vec->f64[at], field->kind == RESULT_FLOAT4);
		return;
	case RESULT_NUMERIC:
		put_numeric(out, &vec->numeric[at]);
		return;
	case RESULT_TIMESTAMP:
	case RESULT_TIMESTAMPTZ:
		put_timestamp(w, out, vec->i64[at],
		    field->kind == RESULT_TIMESTAMPTZ);
		return;
	case RESULT_DATE:
		put_date(w, out, vec->i64[at]);
		return;
	case RESULT_STRING:
		json_put_string(out, vec->str[at]);
		return;
	case RESULT_JSON:
		put_json(out, vec->str[at]);
		return;
	case RESULT_JSONB:
		buf_put_str(out, vec->str[at]);
		return;
	case RESULT_UUID:
		put_uuid(w, field, vec, at, out);
		return;
	case RESULT_ARRAY:
		put_array(w, field, vec->str[at], out);
		return;
	case RESULT_ENUM:
		json_put_string(out,
		    field->type.enum_type->labels[vec->i64[at]]);
		return;
	case RESULT_OTHER:
		put_quoted_text(w, field, vec, at, out);
		return;
	}
}

void
result_put_json_row(struct result_writer *w, struct buf *out,
    const struct batch *batch, uint32_t row, struct str tail)
{
	for (uint32_t i = 0; i < w->field_count; i++) {
		const struct result_field *field = &w->fields[i];
		const struct vec *vec = &batch->cols[i];
		uint32_t at = vec_index(vec, row);

		buf_put_str(out, field->lead);
		if (vec->nulls != NULL && vec->nulls[at] != 0)
			buf_put_str(out, STR("null"));
		else
			put_value(w, field, vec, at, out);
	}
	buf_put_str(out, tail);
}

void
result_put_json_error(struct result_writer *w UNUSED, struct buf *out,
    const struct error *err)
{
	struct str message = str_of_cstr(err->message);

	/* A message that was cut to its size may end in half a character. */
	message.len = utf8_valid_prefix(message);
	buf_put_cstr(out, "{\"type\":\"error\",\"sqlstate\":\"");
	buf_put_cstr(out, error_sqlstate(err->code));
	buf_put_cstr(out, "\",\"message\":");
	json_put_string(out, message);
	if (err->position > 0)
		buf_printf(out, ",\"position\":%d", err->position);
	buf_put_cstr(out, "}\n");
}
