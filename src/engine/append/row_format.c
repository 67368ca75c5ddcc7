/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/append/row_format.h"

#include <assert.h>

#include "common/buf.h"
#include "common/error.h"
#include "engine/append/row_column.h"
#include "engine/catalog/catalog.h"
#include "engine/segment/segment.h"

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

/* Ordinals; the last is at most VEC_ROWS - 1 above the first. */
static void
put_ordinals(struct buf *out, const struct rows_source *source)
{
	uint32_t count = source->sel.count;
	const uint16_t *offsets = source->offsets;
	uint32_t span = offsets == NULL ? count - 1 : offsets[count - 1];

	buf_put_varint(out, source->first_ordinal);
	buf_put_varint(out, span);
	if (span == count - 1)
		return;
	for (uint32_t i = 0; i < count; i++)
		buf_put_u16(out, offsets[i]);
}

void
rows_encode(struct buf *out, const struct rows_source *source)
{
	size_t begin = out->len;

	assert(source->shard < SHARD_COUNT_MAX);
	buf_put_u32(out, 0);
	buf_put_u8(out, ENTRY_ROWS);
	buf_put_u16(out, (uint16_t)source->shard);
	buf_put_varint(out, source->type_oid);
	buf_put_varint(out, source->version);
	buf_put_varint(out, source->sel.count);
	put_ordinals(out, source);
	row_column_encode(out, source->timestamps, source->sel);
	row_column_encode(out, &source->cols[0], source->sel);
	for (uint32_t i = 0; i < source->field_count; i++)
		row_column_encode(out, &source->cols[2 + i], source->sel);
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
	if (kind == ENTRY_ROWS || kind == ENTRY_SEGMENT)
		out->shard = reader_u16(&out->content);
	else if (kind != ENTRY_DDL)
		return -1;
	out->kind = (enum entry_kind)kind;
	return out->content.failed ? -1 : 1;
}

/* False unless each of the offsets is above the one before it. */
static bool
offsets_ascend(const uint8_t *offsets, uint32_t count, uint64_t last)
{
	struct reader r = reader_over(offsets, (size_t)count * 2);
	uint32_t before = reader_u16(&r);

	if (before != 0)
		return false;
	for (uint32_t i = 1; i < count; i++) {
		uint32_t offset = reader_u16(&r);

		if (offset <= before)
			return false;
		before = offset;
	}
	return before == last;
}

bool
rows_decode(const struct entry *entry, struct rows *out)
{
	struct reader r = entry->content;
	uint64_t oid = reader_varint(&r);
	uint64_t version = reader_varint(&r);
	uint64_t count = reader_varint(&r);
	uint64_t first = reader_varint(&r);
	uint64_t span = reader_varint(&r);

	if (r.failed || oid > UINT32_MAX || version > UINT32_MAX ||
	    count == 0 || count > VEC_ROWS || span < count - 1 ||
	    span > UINT16_MAX || first > UINT64_MAX / 2)
		return false;
	*out = (struct rows){
		.type_oid = (uint32_t)oid,
		.version = (uint32_t)version,
		.count = (uint32_t)count,
		.first_ordinal = first,
	};
	if (span > count - 1) {
		out->offsets = reader_take(&r, (size_t)count * 2);
		if (out->offsets == NULL ||
		    !offsets_ascend(out->offsets, out->count, span))
			return false;
	}
	out->columns = r;
	return true;
}

bool
rows_bind(struct rows *rows, const struct event_type *type)
{
	const struct schema_version *version =
	    event_type_version(type, rows->version);

	if (version == NULL)
		return false;
	rows->field_count = version->field_count;
	return true;
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

void
entry_segment_encode(struct buf *out, const struct segment_meta *meta)
{
	size_t begin = out->len;

	assert(meta->shard < SHARD_COUNT_MAX);
	buf_put_u32(out, 0);
	buf_put_u8(out, ENTRY_SEGMENT);
	buf_put_u16(out, (uint16_t)meta->shard);
	segment_meta_put(out, meta);
	patch_length(out, begin);
}

int
entry_segment_decode(const struct entry *entry, uint64_t first_event_id,
    struct segment_meta *out, struct error *err)
{
	struct reader r = entry->content;
	int rc;

	*out = (struct segment_meta){ .number = 0 };
	rc = segment_meta_take(&r, out, err);
	if (rc == 0 &&
	    (reader_left(&r) != 0 || out->shard != entry->shard ||
		out->event_id_first == 0 ||
		out->event_id_last < out->event_id_first ||
		out->event_id_last > UINT64_MAX / 2 || out->row_count == 0 ||
		out->row_count > out->event_id_last))
		rc = error_set(err, STELE_E_CORRUPT,
		    "invalid segment in a batch");
	out->event_id_first += first_event_id - 1;
	out->event_id_last += first_event_id - 1;
	return rc;
}
