/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrow.h -- Apache Arrow's IPC stream: rows gathered into record batches.
 *
 * A stream is messages: a schema, dictionaries, record batches.  Each is
 *
 *	u32 0xffffffff   u32 length of the metadata, with its padding
 *	metadata         a FlatBuffer, root table Message
 *	body             the buffers of the columns, each padded to 8 bytes
 *
 * and the stream ends with 0xffffffff and a length of zero.  Everything is
 * little-endian.  A column has up to three buffers: a bit a row that is set
 * where there is a value (none if there is no null), offsets, values.  The
 * format, of metadata version V5: "Arrow Columnar Format",
 * arrow.apache.org/docs/format/Columnar.html, and the files Schema.fbs and
 * Message.fbs beside it.
 *
 * The batches that come are as large as filters leave them, so rows are copied
 * into columns of our own until they make a record batch worth sending.
 *
 * Types.  Integers, floats and booleans are themselves; oid and its kin are
 * uint32; numeric(p,s) of up to 38 digits is decimal128 unless s is below zero, any
 * other numeric its text; date is date32, time time64 in microseconds, timestamps are in
 * microseconds, with the zone "UTC" if they have one; uuid is 16 bytes and marked
 * as the extension arrow.uuid; bytea is large_binary; enums are dictionaries of
 * all their labels, in order; what is left is large_utf8.  Infinite times are
 * the ends of their integers, and so are timestamps that microseconds since
 * 1970 do not reach (after the year 294246).  A decimal128 has no NaN: it is
 * null.
 *
 * Text is a dictionary only where the client has asked for dictionaries and the
 * first rows come with codes: so the schema depends on where the rows lie.
 *
 * With RESULT_TIMES_SECONDS a timestamp is what SnelDB sends and its Ruby client
 * expects: a count of seconds in a column that says milliseconds, without a zone.
 */
#pragma once

#include <stdint.h>

#include "common/buf.h"
#include "wire/result_format.h"

enum arrow_type {
	ARROW_BOOL,
	ARROW_INT16,
	ARROW_INT32,
	ARROW_INT64,
	ARROW_UINT32,
	ARROW_FLOAT32,
	ARROW_FLOAT64,
	ARROW_DECIMAL128,
	ARROW_DATE32,
	ARROW_TIME64,
	ARROW_TIMESTAMP_UTC,
	ARROW_TIMESTAMP_LOCAL,
	ARROW_TIMESTAMP_SECONDS,
	ARROW_UUID,
	ARROW_LARGE_BINARY,
	ARROW_LARGE_UTF8,
	/* 32-bit codes of a dictionary of large_utf8 */
	ARROW_ENUM,
	ARROW_DICTIONARY,
};

struct arrow_dictionary;

/* One column of the record batch that is being gathered. */
struct arrow_column {
	const struct result_field *field;
	enum arrow_type type;
	uint32_t width;     /* bytes a value; of a boolean 1; 0: has offsets */
	struct buf nulls;   /* a byte a row, 1 is null */
	struct buf values;  /* of fixed width, or the bytes of strings */
	struct buf offsets; /* i64; one more than rows */
	uint32_t null_count;
	struct arrow_dictionary *dictionary; /* owned; of ARROW_DICTIONARY */
};

/* ---- arrow_column.c ---- */

void arrow_column_init(struct arrow_column *column,
    const struct result_field *field, enum result_times times,
    struct mem_budget *budget);
void arrow_column_release(struct arrow_column *column);

/*
 * Text becomes codes of a dictionary, another one for each record batch.  Before
 * the schema is put, and the first row; false without memory.
 */
MUST_USE bool arrow_column_use_dictionary(struct arrow_column *column,
    struct mem_budget *budget);

/* Forget the rows. */
void arrow_column_reset(struct arrow_column *column);

/*
 * Append the values of a vector at `count` indexes.  False without memory: then
 * the column has the rows that it had, which are `rows`.
 */
MUST_USE bool arrow_column_append(struct arrow_column *column,
    const struct type_settings *settings, const struct vec *vec,
    const uint32_t *indexes, uint32_t count, uint32_t rows);

/* Take back rows from `rows` on. */
void arrow_column_cut(struct arrow_column *column, uint32_t rows);

/* ---- arrow_message.c; where `out` fails, it is as it was ---- */

void arrow_put_schema(struct buf *out, const struct arrow_column *columns,
    uint32_t count);

/* The dictionary of an enum; its id is the column's number. */
void arrow_put_labels(struct buf *out, uint32_t id,
    const struct enum_type *type, struct arena *scratch);

/* The dictionary of a column's record batch, in place of the one before. */
void arrow_put_dictionary(struct buf *out, uint32_t id,
    const struct arrow_column *column, struct arena *scratch);

void arrow_put_batch(struct buf *out, const struct arrow_column *columns,
    uint32_t count, uint32_t rows, struct arena *scratch);

void arrow_put_end(struct buf *out);
