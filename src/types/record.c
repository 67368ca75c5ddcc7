/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as values, and their text and binary forms, from those of the fields.
 */
#include "types/record.h"

#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "types/packed.h"
#include "types/type_private.h"

#define VALUE_BYTES_MAX ((size_t)1 << 30) /* PostgreSQL's limit, too */

/* ---- reading ---- */

struct record
record_open(struct str value)
{
	struct record record;

	memcpy(&record.row, value.data, sizeof(record.row));
	record.nulls = value.data + sizeof(record.row);
	record.ends = record.nulls + record.row->count;
	record.data = record.ends + record.row->count * sizeof(uint32_t);
	return record;
}

static uint32_t
end_of(const struct record *record, uint32_t i)
{
	uint32_t end;

	memcpy(&end, record->ends + i * sizeof(end), sizeof(end));
	return end;
}

struct datum
record_get(const struct record *record, uint32_t i, struct arena *arena)
{
	uint32_t first = i == 0 ? 0 : end_of(record, i - 1);

	if (record_is_null(record, i))
		return (struct datum){ .is_null = true };
	return packed_read(type_phys(&record->row->types[i]),
	    str_of(record->data + first, end_of(record, i) - first), arena);
}

/* ---- making ---- */

static size_t
field_size(const struct row_type *row, const struct datum *fields, uint32_t i)
{
	return fields[i].is_null
	    ? 0
	    : packed_size(type_phys(&row->types[i]), &fields[i]);
}

int
record_make(const struct row_type *row, const struct datum *fields,
    struct arena *arena, struct str *out, struct error *err)
{
	size_t header = sizeof(row) + row->count * (1 + sizeof(uint32_t));
	size_t size = header;
	char *value, *nulls, *ends, *data;
	uint32_t end = 0;

	for (uint32_t i = 0; i < row->count && size < VALUE_BYTES_MAX; i++)
		size += field_size(row, fields, i);
	if (size >= VALUE_BYTES_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "row size exceeds the maximum allowed (%zu)",
		    VALUE_BYTES_MAX - 1);
	value = arena_try_alloc(arena, size);
	if (value == NULL)
		return error_no_memory(err);
	memcpy(value, &row, sizeof(row));
	nulls = value + sizeof(row);
	ends = nulls + row->count;
	data = value + header;
	for (uint32_t i = 0; i < row->count; i++) {
		nulls[i] = (char)fields[i].is_null;
		if (!fields[i].is_null)
			packed_write(type_phys(&row->types[i]), &fields[i],
			    data + end);
		end += (uint32_t)field_size(row, fields, i);
		memcpy(ends + i * sizeof(end), &end, sizeof(end));
	}
	*out = str_of(value, size);
	return 0;
}

/* ---- order ---- */

static int
compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_field(const struct record *a, const struct record *b, uint32_t i,
    struct arena *scratch)
{
	const struct type *type = &a->row->types[i];
	int order = compare_u32(type->oid, b->row->types[i].oid);
	struct datum x, y;

	if (order != 0)
		return order;
	if (record_is_null(a, i) || record_is_null(b, i))
		return (int)record_is_null(a, i) - (int)record_is_null(b, i);
	x = record_get(a, i, scratch);
	y = record_get(b, i, scratch);
	return type_compare(type, &x, &y);
}

int
record_compare(struct str left, struct str right)
{
	const struct record a = record_open(left), b = record_open(right);
	struct arena scratch;
	int order = 0;

	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < a.row->count && i < b.row->count && order == 0;
	     i++)
		order = compare_field(&a, &b, i, &scratch);
	arena_release(&scratch);
	return order != 0 ? order : compare_u32(a.row->count, b.row->count);
}

uint64_t
record_hash(struct str value)
{
	const struct record record = record_open(value);
	uint64_t hash = record.row->count;
	struct arena scratch;

	arena_init(&scratch, NULL);
	for (uint32_t i = 0; i < record.row->count; i++) {
		struct datum field = record_get(&record, i, &scratch);

		hash = hash_combine(hash,
		    field.is_null ? 0
				  : type_hash(&record.row->types[i], &field));
	}
	arena_release(&scratch);
	return hash;
}

/* ---- text and binary forms ---- */

static int
record_in(const struct type_input *in, struct datum *out UNUSED)
{
	return error_set(in->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "input of anonymous composite types is not implemented");
}

static bool
needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' ||
		    type_is_space(c))
			return true;
	}
	return text.len == 0;
}

static void
put_field(struct str text, struct buf *out)
{
	bool has_quotes = needs_quotes(text);

	if (has_quotes)
		buf_put_u8(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_put_u8(out, (uint8_t)text.data[i]);
		buf_put_u8(out, (uint8_t)text.data[i]);
	}
	if (has_quotes)
		buf_put_u8(out, '"');
}

static void
record_out(const struct type *type UNUSED, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	const struct record record = record_open(*(const struct str *)value);
	struct arena scratch;
	struct buf text;

	arena_init(&scratch, NULL);
	buf_init(&text);
	buf_put_u8(out, '(');
	for (uint32_t i = 0; i < record.row->count && !out->failed; i++) {
		const struct type *its = &record.row->types[i];
		struct datum field = record_get(&record, i, &scratch);

		if (i > 0)
			buf_put_u8(out, ',');
		if (field.is_null)
			continue;
		buf_reset(&text);
		type_ops_of(its)->out_text(its, settings, &field, &text);
		out->failed |= text.failed;
		put_field(buf_str(&text), out);
	}
	buf_put_u8(out, ')');
	buf_release(&text);
	arena_release(&scratch);
}

static void
record_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct record record = record_open(*(const struct str *)value);
	struct arena scratch;

	arena_init(&scratch, NULL);
	buf_put_u32_be(out, record.row->count);
	for (uint32_t i = 0; i < record.row->count && !out->failed; i++) {
		const struct type *its = &record.row->types[i];
		struct datum field = record_get(&record, i, &scratch);
		size_t at;

		buf_put_u32_be(out, its->oid);
		at = out->len;
		buf_put_u32_be(out, field.is_null ? UINT32_MAX : 0);
		if (field.is_null)
			continue;
		type_ops_of(its)->out_binary(its, NULL, &field, out);
		buf_patch_u32_be(out, at, (uint32_t)(out->len - at - 4));
	}
	arena_release(&scratch);
}

const struct type_ops type_ops_record = { record_in, record_in, record_out,
	record_send };
