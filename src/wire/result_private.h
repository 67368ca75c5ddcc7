/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_private.h -- what the result formats share.
 */
#pragma once

#include "wire/pg_backend.h"
#include "wire/result_format.h"

/* Ways to write a value, coarser than types. */
enum result_kind {
	RESULT_BOOL,
	RESULT_INT,
	RESULT_FLOAT4,
	RESULT_FLOAT8,
	RESULT_NUMERIC,
	RESULT_TIMESTAMP,
	RESULT_TIMESTAMPTZ,
	RESULT_DATE,
	RESULT_ENUM,
	RESULT_STRING, /* the bytes are the text */
	RESULT_JSON,   /* as somebody wrote it */
	RESULT_JSONB,  /* canonical */
	RESULT_UUID,
	RESULT_ARRAY,
	RESULT_OTHER, /* by type_out_text() */
};

struct result_field {
	enum result_kind kind;
	struct type type;
	struct str name;
	struct str lead;                    /* what stands before each value */
	const struct result_field *element; /* of an array */
};

/*
 * Begin a result: `fields` are made, their leads empty.  The writer's state is
 * that of a result of which nothing is written.  False without memory: `out` has
 * failed, and the fields are not to be looked at.
 */
MUST_USE bool result_start(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings);

/* ---- result_text.c: values of any text format ---- */

/* Finite; a date is given as its midnight. */
void result_put_timestamp(struct buf *out, int64_t timestamp, bool is_utc);
void result_put_date(struct buf *out, int64_t date);

/* A value that is not null, as csv and text have it, without quotes. */
void result_put_plain(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t row, struct buf *out);

/* ---- result_json.c ---- */

/* {"type":"error","sqlstate":"...","message":"..."} and a newline. */
void result_put_json_error(struct result_writer *w, struct buf *out,
    const struct error *err);

/* A row: before each value its lead, a null too; then `tail`. */
void result_put_json_row(struct result_writer *w, struct buf *out,
    const struct batch *batch, uint32_t row, struct str tail);

/* ---- the formats ---- */

extern const struct result_format result_frames;
extern const struct result_format result_ndjson;
extern const struct result_format result_json;
extern const struct result_format result_csv;
extern const struct result_format result_text;
extern const struct result_format result_arrow;

/* What arrow holds between results. */
void result_arrow_release(struct result_writer *w);
