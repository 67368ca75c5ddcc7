/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/json_value.h"

#include <math.h>

#include "common/json.h"
#include "types/array.h"
#include "types/record.h"

static void
put_text(const struct type *type, const struct type_settings *settings,
    const struct datum *value, struct buf *out)
{
	struct arena scratch;
	struct vec vec;

	arena_init(&scratch, NULL);
	vec_init_constant(&vec, type_phys(type), value, &scratch);
	type_out_text(type, settings, &vec, 0, out);
	arena_release(&scratch);
}

/* "2026-01-02 03:04:05-07 BC" as "2026-01-02T03:04:05-07:00 BC" */
static void
put_moment(struct str text, struct buf *out)
{
	bool is_time = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		bool is_zone = is_time && (c == '+' || c == '-');

		if (c == ' ' && !is_time && i + 1 < text.len &&
		    text.data[i + 1] != 'B') {
			is_time = true;
			c = 'T';
		}
		buf_put_u8(out, (uint8_t)c);
		if (is_zone && i + 2 < text.len) {
			buf_put(out, &text.data[i + 1], 2);
			i += 2;
			if (i + 1 == text.len || text.data[i + 1] != ':')
				buf_put_cstr(out, ":00");
		}
	}
}

static bool
is_moment(const struct type *type)
{
	return type->oid == TYPE_DATE || type->oid == TYPE_TIMESTAMP ||
	    type->oid == TYPE_TIMESTAMPTZ;
}

/* The text of a scalar, not yet quoted. */
static void
put_plain(const struct type *type, const struct type_settings *settings,
    const struct datum *value, struct buf *out)
{
	struct type_settings iso = *settings;
	struct buf text;

	if (type->oid == TYPE_BOOL) {
		buf_put_cstr(out, value->boolean ? "true" : "false");
		return;
	}
	if (!is_moment(type)) {
		put_text(type, settings, value, out);
		return;
	}
	iso.date_style = DATE_STYLE_ISO;
	buf_init(&text);
	put_text(type, &iso, value, &text);
	out->failed |= text.failed;
	put_moment(buf_str(&text), out);
	buf_release(&text);
}

static bool
is_number(const struct type *type, const struct datum *value)
{
	switch (type->oid) {
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
		return true;
	case TYPE_FLOAT4:
	case TYPE_FLOAT8:
		return isfinite(value->f64);
	case TYPE_NUMERIC:
		return value->numeric.kind == NUMERIC_FINITE;
	default:
		return false;
	}
}

void
json_name_put(const struct type *type, const struct type_settings *settings,
    const struct datum *value, struct buf *out)
{
	struct buf text;

	buf_init(&text);
	put_plain(type, settings, value, &text);
	out->failed |= text.failed;
	json_put_string(out, buf_str(&text));
	buf_release(&text);
}

/* ---- arrays ---- */

/* The elements below one place of dimension `dim`, from *at on. */
static void
put_level(const struct type *element, const struct type_settings *settings,
    const struct array *array, const char *separator, uint32_t dim,
    uint32_t *at, struct arena *scratch, struct buf *out)
{
	buf_put_u8(out, '[');
	for (int32_t i = 0; i < array->shape.lengths[dim] && !out->failed;
	     i++) {
		struct datum value;

		if (i > 0)
			buf_put_cstr(out, separator);
		if (dim + 1 < array->shape.dims) {
			put_level(element, settings, array, ",", dim + 1, at,
			    scratch, out);
			continue;
		}
		value = array_get(array, type_phys(element), (*at)++, scratch);
		json_value_put(element, settings, &value, out);
		arena_reset(scratch);
	}
	buf_put_u8(out, ']');
}

static void
put_array(const struct type *type, const struct type_settings *settings,
    struct str value, const char *separator, struct buf *out)
{
	const struct type element = type_element(type);
	const struct array array = array_open(value);
	struct arena scratch;
	uint32_t at = 0;

	if (array.count == 0) {
		buf_put_cstr(out, "[]");
		return;
	}
	arena_init(&scratch, NULL);
	put_level(&element, settings, &array, separator, 0, &at, &scratch, out);
	arena_release(&scratch);
}

void
json_array_put_lines(const struct type *type,
    const struct type_settings *settings, struct str value, struct buf *out)
{
	put_array(type, settings, value, ",\n ", out);
}

/* ---- rows ---- */

void
json_record_put(const struct type_settings *settings, struct str value,
    bool has_lines, struct buf *out)
{
	const struct record record = record_open(value);
	struct arena scratch;

	arena_init(&scratch, NULL);
	buf_put_u8(out, '{');
	for (uint32_t i = 0; i < record.row->count && !out->failed; i++) {
		struct datum field = record_get(&record, i, &scratch);

		if (i > 0)
			buf_put_cstr(out, has_lines ? ",\n " : ",");
		json_put_string(out, record.row->names[i]);
		buf_put_u8(out, ':');
		json_value_put(&record.row->types[i], settings, &field, out);
	}
	buf_put_u8(out, '}');
	arena_release(&scratch);
}

/* ---- any ---- */

void
json_value_put(const struct type *type, const struct type_settings *settings,
    const struct datum *value, struct buf *out)
{
	if (value->is_null)
		buf_put_cstr(out, "null");
	else if (type_is_array(type))
		put_array(type, settings, value->str, ",", out);
	else if (type->oid == TYPE_RECORD)
		json_record_put(settings, value->str, false, out);
	else if (type->oid == TYPE_JSON || type->oid == TYPE_JSONB)
		buf_put_str(out, value->str);
	else if (type->oid == TYPE_BOOL || is_number(type, value))
		put_plain(type, settings, value, out);
	else
		json_name_put(type, settings, value, out);
}

bool
json_can_be_name(const struct type *type)
{
	return !type_is_array(type) && type->oid != TYPE_RECORD &&
	    type->oid != TYPE_JSON && type->oid != TYPE_JSONB;
}
