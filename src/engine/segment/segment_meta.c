/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_meta.c -- what is known of a segment without its file.
 *
 * In the MANIFEST and in the log it is: number (8), shard (4), size (8), hash
 * (8), rows (8), least and greatest event_id (8, 8), least and greatest
 * timestamp (8, 8), zones (4), types T (4), T times oid (4) and rows (8).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/reader.h"
#include "engine/segment/segment.h"

#define TYPE_ROWS_SIZE 12

void
segment_meta_release(struct segment_meta *meta)
{
	free(meta->types);
	*meta = (struct segment_meta){ 0 };
}

int
segment_meta_copy(struct segment_meta *out, const struct segment_meta *meta,
    struct error *err)
{
	size_t size = meta->type_count * sizeof(*meta->types);

	*out = *meta;
	out->types = malloc(size == 0 ? 1 : size);
	if (out->types == NULL) {
		*out = (struct segment_meta){ 0 };
		return error_no_memory(err);
	}
	if (size > 0)
		memcpy(out->types, meta->types, size);
	return 0;
}

void
segment_meta_put(struct buf *out, const struct segment_meta *meta)
{
	buf_put_u64(out, meta->number);
	buf_put_u32(out, meta->shard);
	buf_put_u64(out, meta->size_bytes);
	buf_put_u64(out, meta->hash);
	buf_put_u64(out, meta->row_count);
	buf_put_u64(out, meta->event_id_first);
	buf_put_u64(out, meta->event_id_last);
	buf_put_u64(out, (uint64_t)meta->time_min);
	buf_put_u64(out, (uint64_t)meta->time_max);
	buf_put_u32(out, meta->zone_count);
	buf_put_u32(out, meta->type_count);
	for (uint32_t i = 0; i < meta->type_count; i++) {
		buf_put_u32(out, meta->types[i].type_oid);
		buf_put_u64(out, meta->types[i].row_count);
	}
}

static int
bad_meta(struct error *err)
{
	return error_set(err, STELE_E_CORRUPT,
	    "invalid description of a segment");
}

int
segment_meta_take(struct reader *r, struct segment_meta *meta,
    struct error *err)
{
	meta->number = reader_u64(r);
	meta->shard = reader_u32(r);
	meta->size_bytes = reader_u64(r);
	meta->hash = reader_u64(r);
	meta->row_count = reader_u64(r);
	meta->event_id_first = reader_u64(r);
	meta->event_id_last = reader_u64(r);
	meta->time_min = reader_i64(r);
	meta->time_max = reader_i64(r);
	meta->zone_count = reader_u32(r);
	meta->type_count = reader_u32(r);
	if (r->failed || meta->type_count > reader_left(r) / TYPE_ROWS_SIZE) {
		meta->type_count = 0;
		return bad_meta(err);
	}
	meta->types =
	    calloc((size_t)meta->type_count + 1, sizeof(*meta->types));
	if (meta->types == NULL)
		return error_no_memory(err);
	for (uint32_t i = 0; i < meta->type_count; i++) {
		meta->types[i].type_oid = reader_u32(r);
		meta->types[i].row_count = reader_u64(r);
		if (i > 0 &&
		    meta->types[i].type_oid <= meta->types[i - 1].type_oid)
			return bad_meta(err);
	}
	return 0;
}

uint64_t
segment_meta_type_rows(const struct segment_meta *meta, uint32_t type_oid)
{
	uint32_t first = 0;
	uint32_t limit = meta->type_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (meta->types[middle].type_oid < type_oid)
			first = middle + 1;
		else
			limit = middle;
	}
	if (first == meta->type_count ||
	    meta->types[first].type_oid != type_oid)
		return 0;
	return meta->types[first].row_count;
}

int
segment_path(char *out, size_t size, const char *dir, uint64_t number,
    struct error *err)
{
	int len = snprintf(out, size,
	    "%s/" SEGMENT_DIRECTORY "/%016" PRIx64 ".seg", dir, number);

	if (len < 0 || (size_t)len >= size)
		return error_set(err, STELE_E_LIMIT,
		    "path of directory \"%s\" is too long", dir);
	return 0;
}
