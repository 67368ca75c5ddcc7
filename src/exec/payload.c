/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload.c -- see payload.h.
 */
#include "exec/payload.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"
#include "engine/catalog/catalog.h"
#include "types/type.h"

/* The order of jsonb's keys. */
static int
compare_keys(struct str a, struct str b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return str_compare(a, b);
}

static struct str
field_head(struct str name, struct arena *arena)
{
	struct str head;
	struct buf buf;

	buf_init(&buf);
	json_put_string(&buf, name);
	buf_put_cstr(&buf, ": ");
	head = arena_str(arena, buf_str(&buf));
	arena->failed |= buf.failed;
	buf_release(&buf);
	return head;
}

void
payload_shape_init(struct payload_shape *shape, const struct event_type *type,
    struct arena *arena)
{
	shape->type = type;
	shape->fields = arena_alloc_array(arena, type->field_count + 1,
	    sizeof(*shape->fields));
	for (uint32_t i = 0; i < type->field_count; i++) {
		struct payload_field field = { .index = i };
		uint32_t at = i;

		field.head = field_head(type->fields[i].name, arena);
		while (at > 0 &&
		    compare_keys(type->fields[i].name,
			type->fields[shape->fields[at - 1].index].name) < 0) {
			shape->fields[at] = shape->fields[at - 1];
			at--;
		}
		shape->fields[at] = field;
	}
}

/* ---- values ---- */

static void
put_quoted(const struct type *type, const struct vec *vec, uint32_t row,
    struct buf *out)
{
	buf_put_u8(out, '"');
	type_out_text(type, &type_settings_default, vec, row, out);
	buf_put_u8(out, '"');
}

/* "2026-01-02 03:04:05+00" as "2026-01-02T03:04:05+00:00" */
static void
put_timestamp(const struct type *type, const struct vec *vec, uint32_t row,
    struct buf *out)
{
	struct buf text;
	bool has_date = false;

	buf_init(&text);
	type_out_text(type, &type_settings_default, vec, row, &text);
	buf_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (c == ' ' && !has_date) {
			has_date = true;
			c = 'T';
		}
		buf_put_u8(out, c);
		if (c == '+' && i + 2 < text.len) {
			buf_put(out, &text.data[i + 1], 2);
			buf_put_cstr(out, ":00");
			i += 2;
		}
	}
	buf_put_u8(out, '"');
	out->failed |= text.failed;
	buf_release(&text);
}

static int
put_float(const struct type *type, const struct vec *vec, uint32_t row,
    struct buf *out, struct error *err)
{
	struct buf text;
	int rc;

	if (!isfinite(vec->f64[vec_index(vec, row)])) {
		put_quoted(type, vec, row, out);
		return 0;
	}
	buf_init(&text);
	type_out_text(type, &type_settings_default, vec, row, &text);
	rc = text.failed ? error_no_memory(err)
			 : json_put_number(out, buf_str(&text), err);
	buf_release(&text);
	return rc;
}

static void
put_numeric(const struct type *type, const struct vec *vec, uint32_t row,
    struct buf *out)
{
	if (vec->numeric[vec_index(vec, row)].kind == NUMERIC_FINITE)
		type_out_text(type, &type_settings_default, vec, row, out);
	else
		put_quoted(type, vec, row, out);
}

#define JSON_DEPTH_MAX 1000

static int
put_string(const struct type *type, struct str text, struct arena *scratch,
    struct buf *out, struct error *err)
{
	if (type->oid == TYPE_JSONB)
		buf_put_str(out, text);
	else if (type->oid == TYPE_JSON)
		return json_canonical(text, JSON_DEPTH_MAX, scratch, out, err);
	else
		json_put_string(out, text);
	return 0;
}

/*
 * Whose type is dropped may have lost its labels, when it is read from an
 * archive: they are numbers, from 0 on, then.
 */
static void
put_label(const struct enum_type *labels, int64_t label, struct buf *out)
{
	if (labels != NULL && label >= 0 && label < labels->label_count)
		json_put_string(out, labels->labels[label]);
	else
		buf_printf(out, "%" PRId64, label);
}

static int
put_value(const struct type *type, const struct vec *vec, uint32_t row,
    struct arena *scratch, struct buf *out, struct error *err)
{
	uint32_t at = vec_index(vec, row);

	if (type->oid >= FIRST_USER_OID) {
		put_label(type->enum_type, vec->i64[at], out);
		return 0;
	}
	switch (type_phys(type)) {
	case PHYS_BOOL:
		buf_put_cstr(out, vec->boolean[at] != 0 ? "true" : "false");
		return 0;
	case PHYS_I64:
		if (type->oid == TYPE_TIMESTAMPTZ)
			put_timestamp(type, vec, row, out);
		else if (type->oid == TYPE_DATE)
			put_quoted(type, vec, row, out);
		else
			type_out_text(type, &type_settings_default, vec, row,
			    out);
		return 0;
	case PHYS_F64:
		return put_float(type, vec, row, out, err);
	case PHYS_NUMERIC:
		put_numeric(type, vec, row, out);
		return 0;
	case PHYS_STR:
		return put_string(type, vec->str[at], scratch, out, err);
	case PHYS_UUID:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	put_quoted(type, vec, row, out);
	return 0;
}

int
payload_put(const struct payload_shape *shape, const struct vec *fields,
    uint32_t row, struct arena *scratch, struct buf *out, struct error *err)
{
	const struct event_type *type = shape->type;
	bool is_first = true;
	int rc = 0;

	buf_put_u8(out, '{');
	for (uint32_t i = 0; i < type->field_count && rc == 0; i++) {
		const struct payload_field *field = &shape->fields[i];
		const struct vec *vec = &fields[field->index];

		if (vec_is_null(vec, row))
			continue;
		if (!is_first)
			buf_put_cstr(out, ", ");
		is_first = false;
		buf_put_str(out, field->head);
		rc = put_value(&type->fields[field->index].type, vec, row,
		    scratch, out, err);
	}
	buf_put_u8(out, '}');
	return rc;
}

/* ---- the column ---- */

void
payload_column_init(struct payload_column *column, struct mem_budget *budget)
{
	*column = (struct payload_column){ .vec = NULL };
	buf_init_charged(&column->buf, budget);
}

void
payload_column_release(struct payload_column *column)
{
	buf_release(&column->buf);
}

void
payload_column_begin(struct payload_column *column, uint32_t row_count,
    struct vec *vec, struct arena *arena)
{
	buf_reset(&column->buf);
	column->arena = arena;
	column->vec = vec;
	column->starts = arena_alloc_array(arena, row_count + (size_t)1,
	    sizeof(*column->starts));
	for (uint32_t i = 0; i < row_count; i++)
		column->starts[i] = SIZE_MAX;
}

int
payload_column_put(struct payload_column *column, uint32_t row,
    const struct payload_shape *shape, const struct vec *fields,
    uint32_t source, struct error *err)
{
	size_t start = column->buf.len;
	int rc;

	rc = payload_put(shape, fields, source, column->arena, &column->buf,
	    err);
	column->starts[row] = start;
	column->vec->str[row].len = column->buf.len - start;
	return rc;
}

int
payload_column_finish(struct payload_column *column, uint32_t row_count,
    struct error *err)
{
	size_t len = column->buf.len;
	char *text = arena_try_alloc(column->arena, len + 1);

	if (column->buf.failed || text == NULL)
		return error_no_memory(err);
	if (len > 0)
		memcpy(text, column->buf.data, len);
	for (uint32_t i = 0; i < row_count; i++) {
		if (column->starts[i] != SIZE_MAX)
			column->vec->str[i].data = text + column->starts[i];
	}
	return 0;
}
