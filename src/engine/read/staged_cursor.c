/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transaction sees of its rows that are in staged segments, and then of
 * the others: batch_cursor.c.
 *
 * Each shard's segments are one stream of ascending ordinals; the streams are
 * merged row by row, as the rows came.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"
#include "engine/read/scan_private.h"
#include "engine/segment/segment.h"

/* The rows of one shard. */
struct stream {
	uint32_t next;                 /* of the batch's segments */
	struct segment_cursor *cursor; /* NULL: none is open */
	struct batch batch;            /* what it has given last */
	uint32_t at;                   /* row of it that is next */
	bool is_at_end;
};

/* Where a row of the output comes from. */
struct pick {
	uint32_t stream;
	uint32_t row; /* of its batch */
};

struct staged_cursor {
	struct scan_cursor base;
	struct write_batch *batch; /* borrowed, as are type and attnums */
	const struct event_type *type;
	const uint32_t *attnums;
	struct scan_spec spec; /* attnums, and event_id behind them; owned */
	struct stream *streams;
	uint32_t stream_count; /* shards */
	struct pick picks[VEC_ROWS];
	struct arena arena; /* of the current vectors */
	struct vec *cols;
	struct scan_cursor *rest; /* rows in entries; NULL: not yet */
};

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- streams ---- */

/* Open the stream's next segment that has rows of the type, if there is one. */
static int
open_segment(struct staged_cursor *cursor, uint32_t shard, struct error *err)
{
	struct stream *stream = &cursor->streams[shard];
	struct segment_section *section = NULL;
	int rc = 0;

	while (section == NULL && rc == 0) {
		struct segment *segment;

		if (stream->next == cursor->batch->staged_count) {
			stream->is_at_end = true;
			return 0;
		}
		segment = cursor->batch->staged[stream->next++].segment;
		if (segment_meta(segment)->shard == shard)
			rc = segment_section(segment, cursor->type->oid,
			    &section, err);
	}
	if (rc != 0)
		return rc;
	return segment_cursor_open_all(section, &cursor->spec, &stream->cursor,
	    err);
}

/* Make sure that the stream's next row is there, or its end is known. */
static int
fill_stream(struct staged_cursor *cursor, uint32_t shard, struct error *err)
{
	struct stream *stream = &cursor->streams[shard];

	while (!stream->is_at_end && stream->at == stream->batch.row_count) {
		int rc = 0;

		stream->at = stream->batch.row_count = 0;
		if (stream->cursor == NULL) {
			rc = open_segment(cursor, shard, err);
		} else {
			rc = segment_cursor_next(stream->cursor, &stream->batch,
			    err);
			if (rc == 0) {
				segment_cursor_close(stream->cursor);
				stream->cursor = NULL;
			}
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int64_t
next_id(const struct staged_cursor *cursor, const struct stream *stream)
{
	const struct vec *ids =
	    &stream->batch.cols[cursor->spec.attnum_count - 1];

	return ids->i64[vec_index(ids, stream->at)];
}

/* The stream with the least next row; NULL at the end of all. */
static struct stream *
least_stream(struct staged_cursor *cursor)
{
	struct stream *least = NULL;

	for (uint32_t i = 0; i < cursor->stream_count; i++) {
		struct stream *stream = &cursor->streams[i];

		if (!stream->is_at_end &&
		    (least == NULL ||
			next_id(cursor, stream) < next_id(cursor, least)))
			least = stream;
	}
	return least;
}

/* The next rows, until one is not there: how many. */
static uint32_t
pick_rows(struct staged_cursor *cursor)
{
	uint32_t count = 0;

	while (count < VEC_ROWS) {
		struct stream *stream = least_stream(cursor);

		if (stream == NULL)
			break;
		cursor->picks[count++] = (struct pick){
			.stream = (uint32_t)(stream - cursor->streams),
			.row = stream->at++,
		};
		if (stream->at == stream->batch.row_count)
			break;
	}
	return count;
}

/* ---- columns ---- */

/* Column `c` of the rows that were picked. */
static void
gather(struct staged_cursor *cursor, uint32_t c, uint32_t count,
    struct vec *out)
{
	enum phys phys =
	    event_type_column_phys(cursor->type, cursor->spec.attnums[c]);
	size_t size = phys_size(phys);
	char *values;
	uint8_t *nulls;

	vec_init(out, phys, VEC_ROWS, &cursor->arena);
	nulls = vec_need_nulls(out, VEC_ROWS, &cursor->arena);
	values = out->data;
	for (uint32_t i = 0; i < count; i++) {
		const struct pick *pick = &cursor->picks[i];
		const struct vec *in =
		    &cursor->streams[pick->stream].batch.cols[c];
		uint32_t at = vec_index(in, pick->row);

		memcpy(values + i * size, (const char *)in->data + at * size,
		    size);
		nulls[i] = in->nulls != NULL && in->nulls[at] != 0;
	}
}

/* No event_id yet; but where the row is in the batch. */
static void
gather_ordinals(struct staged_cursor *cursor, uint32_t count, struct vec *out)
{
	gather(cursor, cursor->spec.attnum_count - 1, count, out);
	for (uint32_t i = 0; i < count; i++)
		out->i64[i]--;
	memset(out->nulls, 1, count);
}

static int
next_staged(struct staged_cursor *cursor, struct batch *out, struct error *err)
{
	uint32_t col_count = cursor->spec.attnum_count - 1;
	uint32_t count;

	for (uint32_t i = 0; i < cursor->stream_count; i++) {
		int rc = fill_stream(cursor, i, err);

		if (rc != 0)
			return rc;
	}
	count = pick_rows(cursor);
	arena_reset(&cursor->arena);
	for (uint32_t c = 0; c < col_count && count > 0; c++) {
		if (cursor->attnums[c] == COLUMN_EVENT_ID)
			gather_ordinals(cursor, count, &cursor->cols[c]);
		else
			gather(cursor, c, count, &cursor->cols[c]);
	}
	*out = (struct batch){
		.row_count = count,
		.col_count = col_count,
		.cols = cursor->cols,
		.sel = sel_all(count),
	};
	return arena_check(&cursor->arena, err) == 0 ? count > 0 : err->code;
}

/* ---- the cursor ---- */

static int
staged_next(struct scan_cursor *base, struct batch *out, struct error *err)
{
	struct staged_cursor *cursor = (struct staged_cursor *)base;
	int rc = 0;

	if (cursor->rest == NULL) {
		rc = next_staged(cursor, out, err);
		if (rc != 0)
			return rc;
		rc = batch_cursor_open(cursor->batch, cursor->type,
		    cursor->attnums, cursor->spec.attnum_count - 1,
		    &cursor->rest, err);
	}
	return rc == 0 ? scan_cursor_next(cursor->rest, out, err) : rc;
}

static void
staged_close(struct scan_cursor *base)
{
	struct staged_cursor *cursor = (struct staged_cursor *)base;
	union {
		const uint32_t *shared;
		uint32_t *owned;
	} attnums = { .shared = cursor->spec.attnums };

	for (uint32_t i = 0;
	     cursor->streams != NULL && i < cursor->stream_count; i++)
		segment_cursor_close(cursor->streams[i].cursor);
	scan_cursor_close(cursor->rest);
	arena_release(&cursor->arena);
	free(attnums.owned);
	free(cursor->streams);
	free(cursor->cols);
	free(cursor);
}

static const struct scan_cursor_class staged_class = {
	.next = staged_next,
	.close = staged_close,
};

static int
staged_open(struct write_batch *batch, const struct event_type *type,
    const uint32_t *attnums, uint32_t attnum_count, struct scan_cursor **out,
    struct error *err)
{
	struct staged_cursor *cursor = calloc(1, sizeof(*cursor));
	uint32_t *all;

	if (cursor == NULL)
		return no_memory(err);
	arena_init(&cursor->arena, NULL);
	cursor->base.class = &staged_class;
	cursor->batch = batch;
	cursor->type = type;
	cursor->attnums = attnums;
	cursor->stream_count = batch->engine->shard_count;
	cursor->streams =
	    calloc(cursor->stream_count, sizeof(cursor->streams[0]));
	cursor->cols = calloc(attnum_count + (size_t)1, sizeof(struct vec));
	all = malloc((attnum_count + (size_t)1) * sizeof(*all));
	cursor->spec = (struct scan_spec){
		.type = type,
		.attnums = all,
		.attnum_count = attnum_count + 1,
	};
	if (cursor->streams == NULL || cursor->cols == NULL || all == NULL) {
		staged_close(&cursor->base);
		return no_memory(err);
	}
	if (attnum_count > 0)
		memcpy(all, attnums, attnum_count * sizeof(*all));
	all[attnum_count] = COLUMN_EVENT_ID;
	*out = &cursor->base;
	return 0;
}

int
write_batch_scan(struct write_batch *batch, const struct event_type *type,
    const uint32_t *attnums, uint32_t attnum_count, struct scan_cursor **out,
    struct error *err)
{
	int rc = write_batch_settle(batch, err); /* keeps B2 */

	*out = NULL;
	write_batch_encode_gathered(batch);
	if (rc == 0)
		rc = write_batch_check_size(batch, err);
	if (rc != 0)
		return rc;
	if (batch->staged_count > 0 && write_batch_has_type(batch, type->oid))
		return staged_open(batch, type, attnums, attnum_count, out,
		    err);
	return batch_cursor_open(batch, type, attnums, attnum_count, out, err);
}
