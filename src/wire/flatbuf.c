/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/flatbuf.h"

#include <assert.h>
#include <string.h>

static void
put_zeros(struct buf *out, size_t count)
{
	uint8_t *at = buf_take(out, count);

	if (at != NULL)
		memset(at, 0, count);
}

/* Zeros until the end is `remainder` past a multiple of `unit`. */
static void
align(struct flatbuf *fb, size_t unit, size_t remainder)
{
	size_t past = (fb->out->len - fb->begin) % unit;

	put_zeros(fb->out, (remainder + unit - past) % unit);
}

static void
patch(struct buf *out, size_t at, uint64_t value, size_t width)
{
	if (out->failed)
		return;
	for (size_t i = 0; i < width; i++)
		out->data[at + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
peek(const struct buf *out, size_t at, size_t width)
{
	uint64_t value = 0;

	for (size_t i = width; i-- > 0;)
		value = value << 8 | out->data[at + i];
	return value;
}

static void
set_ref(struct flatbuf *fb, size_t at, size_t target)
{
	assert(fb->out->failed || target > at);
	patch(fb->out, at, target - at, 4);
}

struct flatbuf
flatbuf_begin(struct buf *out)
{
	struct flatbuf fb = { .out = out, .begin = out->len };

	buf_put_u32(out, 0);
	return fb;
}

/* Where each field lies in the table, whose end this returns. */
static uint16_t
place_fields(const struct flatbuf_field *fields, uint32_t count,
    uint16_t *places)
{
	uint16_t end = 4; /* behind the distance to the vtable */

	assert(count <= FLATBUF_FIELDS_MAX);
	for (uint8_t width = 8; width > 0; width /= 2)
		for (uint32_t i = 0; i < count; i++)
			if (fields[i].width == width) {
				places[i] = end;
				end = (uint16_t)(end + width);
			}
	return end;
}

size_t
flatbuf_table(struct flatbuf *fb, const struct flatbuf_field *fields,
    uint32_t count)
{
	uint16_t places[FLATBUF_FIELDS_MAX] = { 0 };
	uint16_t size = place_fields(fields, count, places);
	uint16_t vtable_size = (uint16_t)(4 + 2 * count);
	struct buf *out = fb->out;
	size_t vtable, table;

	/* So that the field behind the distance is at a multiple of 8. */
	align(fb, 8, (12u - vtable_size % 8) % 8);
	vtable = out->len;
	buf_put_u16(out, vtable_size);
	buf_put_u16(out, size);
	for (uint32_t i = 0; i < count; i++)
		buf_put_u16(out, places[i]);
	table = out->len;
	buf_put_u32(out, (uint32_t)(table - vtable));
	put_zeros(out, size - 4u);
	for (uint32_t i = 0; i < count; i++)
		patch(out, table + places[i], fields[i].value, fields[i].width);
	return table;
}

void
flatbuf_set_root(struct flatbuf *fb, size_t table)
{
	set_ref(fb, fb->begin, table);
}

size_t
flatbuf_refs(struct flatbuf *fb, uint32_t count)
{
	size_t refs;

	align(fb, 4, 0);
	refs = fb->out->len;
	buf_put_u32(fb->out, count);
	put_zeros(fb->out, (size_t)count * 4);
	return refs;
}

size_t
flatbuf_i64s(struct flatbuf *fb, const int64_t *values, uint32_t structs,
    uint32_t per_struct)
{
	size_t vector;

	align(fb, 8, 4);
	vector = fb->out->len;
	buf_put_u32(fb->out, structs);
	for (uint32_t i = 0; i < structs * per_struct; i++)
		buf_put_u64(fb->out, (uint64_t)values[i]);
	return vector;
}

size_t
flatbuf_string(struct flatbuf *fb, struct str text)
{
	size_t string;

	align(fb, 4, 0);
	string = fb->out->len;
	buf_put_u32(fb->out, (uint32_t)text.len);
	buf_put_str(fb->out, text);
	buf_put_u8(fb->out, 0);
	return string;
}

/* Where a field of a table lies. */
static size_t
field_at(const struct flatbuf *fb, size_t table, uint32_t field)
{
	size_t vtable = table - peek(fb->out, table, 4);
	size_t place = peek(fb->out, vtable + 4 + 2 * (size_t)field, 2);

	assert(place != 0);
	return table + place;
}

void
flatbuf_set_u8(struct flatbuf *fb, size_t table, uint32_t field, uint8_t value)
{
	if (!fb->out->failed)
		patch(fb->out, field_at(fb, table, field), value, 1);
}

void
flatbuf_set_field(struct flatbuf *fb, size_t table, uint32_t field,
    size_t target)
{
	if (!fb->out->failed)
		set_ref(fb, field_at(fb, table, field), target);
}

void
flatbuf_set_ref(struct flatbuf *fb, size_t refs, uint32_t i, size_t target)
{
	set_ref(fb, refs + 4 + 4 * (size_t)i, target);
}
