/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/row_format.h"

#include <assert.h>

#include "common/buf.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/value_format.h"

static void
patch_u32(uint8_t *at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void
patch_length(struct buf *buf, size_t begin)
{
	if (!buf->failed)
		patch_u32(buf->data + begin, (uint32_t)(buf->len - begin - 4));
}

static void
put_value(struct buf *out, const struct vec *vec, uint32_t row)
{
	uint32_t at = vec_index(vec, row);

	switch (vec->phys) {
	case PHYS_BOOL:
		buf_put_u8(out, vec->boolean[at] != 0);
		break;
	case PHYS_I64:
		value_put_i64(out, vec->i64[at]);
		break;
	case PHYS_F64:
		value_put_f64(out, vec->f64[at]);
		break;
	case PHYS_NUMERIC:
		value_put_numeric(out, &vec->numeric[at]);
		break;
	case PHYS_STR:
		value_put_str(out, vec->str[at]);
		break;
	case PHYS_UUID:
		buf_put(out, vec->uuid[at].bytes, sizeof(vec->uuid[at].bytes));
		break;
	case PHYS_INTERVAL:
		value_put_interval(out, &vec->interval[at]);
		break;
	case PHYS_COUNT:
		break;
	}
}

void
row_encode(struct buf *out, const struct event_type *type, uint32_t shard,
    int64_t timestamp, const struct vec *cols, uint32_t at)
{
	size_t begin = out->len;
	size_t bitmap_len = (type->field_count + 7) / 8;
	size_t bitmap;
	uint8_t *bits;

	assert(shard < SHARD_COUNT_MAX);
	buf_put_u32(out, 0);
	buf_put_u8(out, ENTRY_ROW);
	buf_put_u16(out, (uint16_t)shard);
	buf_put_varint(out, type->oid);
	buf_put_varint(out, event_type_current(type)->number);
	buf_put_u64(out, (uint64_t)timestamp);
	value_put_str(out, cols[0].str[vec_index(&cols[0], at)]);
	bitmap = out->len;
	bits = buf_take(out, bitmap_len);
	if (bits == NULL)
		return;
	memset(bits, 0, bitmap_len);
	for (uint32_t i = 0; i < type->field_count; i++) {
		if (!vec_is_null(&cols[2 + i], at))
			put_value(out, &cols[2 + i], at);
		else if (!out->failed)
			out->data[bitmap + i / 8] |= (uint8_t)(1u << (i % 8));
	}
	patch_length(out, begin);
}

int
entry_next(struct reader *r, struct entry *out)
{
	uint32_t len;
	const uint8_t *bytes;
	uint8_t kind;

	if (reader_left(r) == 0)
		return 0;
	len = reader_u32(r);
	bytes = reader_take(r, len);
	if (bytes == NULL)
		return -1;
	out->content = reader_over(bytes, len);
	kind = reader_u8(&out->content);
	out->shard = 0;
	if (kind == ENTRY_ROW)
		out->shard = reader_u16(&out->content);
	else if (kind != ENTRY_DDL)
		return -1;
	out->kind = (enum entry_kind)kind;
	return out->content.failed ? -1 : 1;
}

bool
row_decode(struct entry *entry, struct row *out)
{
	struct reader *r = &entry->content;
	uint64_t oid = reader_varint(r);
	uint64_t version = reader_varint(r);

	out->type_oid = (uint32_t)oid;
	out->version = (uint32_t)version;
	out->timestamp = reader_i64(r);
	out->context = value_get_str(r);
	out->fields = *r;
	return !r->failed && oid <= UINT32_MAX && version <= UINT32_MAX;
}

bool
row_bind(struct row *row, const struct event_type *type)
{
	const struct schema_version *version =
	    event_type_version(type, row->version);

	if (version == NULL)
		return false;
	row->field_count = version->field_count;
	row->nulls =
	    reader_take(&row->fields, ((size_t)version->field_count + 7) / 8);
	return !row->fields.failed;
}

size_t
entry_ddl_begin(struct buf *out)
{
	size_t begin = out->len;

	buf_put_u32(out, 0);
	buf_put_u8(out, ENTRY_DDL);
	buf_put_u64(out, 0);
	return begin;
}

void
entry_ddl_end(struct buf *out, size_t begin)
{
	patch_length(out, begin);
}

void
entry_ddl_stamp(uint8_t *entry, uint64_t generation)
{
	for (size_t i = 0; i < 8; i++)
		entry[ENTRY_HEADER_SIZE + i] = (uint8_t)(generation >> (8 * i));
}
