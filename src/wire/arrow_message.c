/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrow_message.c -- messages of an Arrow stream.  The numbers are those of
 * Schema.fbs and Message.fbs; fields stand in their tables' order.
 */
#include <assert.h>
#include <string.h>

#include "types/type.h"
#include "wire/arrow.h"
#include "wire/arrow_dictionary.h"
#include "wire/flatbuf.h"
#include "wire/result_private.h"

#define CONTINUATION UINT32_MAX
#define VERSION_V5   4

enum message_header {
	HEADER_SCHEMA = 1,
	HEADER_DICTIONARY_BATCH = 2,
	HEADER_RECORD_BATCH = 3,
};

static size_t
padded(size_t len)
{
	return (len + 7) / 8 * 8;
}

static void
put_padding(struct buf *out, size_t len)
{
	static const uint8_t zeros[8];

	buf_put(out, zeros, padded(len) - len);
}

/* ---- the envelope ---- */

struct message {
	struct flatbuf fb;
	size_t begin; /* in the output */
	size_t table;
};

static struct message
begin_message(struct buf *out, enum message_header header, uint64_t body_length)
{
	struct message m = { .begin = out->len };
	const struct flatbuf_field fields[] = {
		FLATBUF_I16(VERSION_V5),
		FLATBUF_U8(header),
		FLATBUF_REF, /* header */
		FLATBUF_I64(body_length),
	};

	buf_put_u32(out, CONTINUATION);
	buf_put_u32(out, 0);
	m.fb = flatbuf_begin(out);
	m.table = flatbuf_table(&m.fb, fields, ARRAY_LEN(fields));
	flatbuf_set_root(&m.fb, m.table);
	return m;
}

static void
set_header(struct message *m, size_t table)
{
	flatbuf_set_field(&m->fb, m->table, 2, table);
}

static void
end_metadata(struct message *m)
{
	struct buf *out = m->fb.out;
	size_t len = out->len - m->fb.begin;

	put_padding(out, len);
	if (out->failed)
		return;
	for (size_t i = 0; i < 4; i++)
		out->data[m->begin + 4 + i] = (uint8_t)(padded(len) >> (8 * i));
}

/* Half a message is none. */
static void
end_message(struct message *m)
{
	if (m->fb.out->failed)
		m->fb.out->len = m->begin;
}

/* ---- types ---- */

enum type_number {
	TYPE_NUMBER_INT = 2,
	TYPE_NUMBER_FLOATING_POINT = 3,
	TYPE_NUMBER_BOOL = 6,
	TYPE_NUMBER_DECIMAL = 7,
	TYPE_NUMBER_DATE = 8,
	TYPE_NUMBER_TIME = 9,
	TYPE_NUMBER_TIMESTAMP = 10,
	TYPE_NUMBER_FIXED_SIZE_BINARY = 15,
	TYPE_NUMBER_LARGE_BINARY = 19,
	TYPE_NUMBER_LARGE_UTF8 = 20,
};

enum {
	PRECISION_SINGLE = 1,
	PRECISION_DOUBLE = 2,
	DATE_UNIT_DAY = 0,
	TIME_UNIT_MILLISECOND = 1,
	TIME_UNIT_MICROSECOND = 2,
};

static size_t
put_one(struct flatbuf *fb, struct flatbuf_field field)
{
	return flatbuf_table(fb, &field, 1);
}

static size_t
put_two(struct flatbuf *fb, struct flatbuf_field first,
    struct flatbuf_field second)
{
	const struct flatbuf_field fields[] = { first, second };

	return flatbuf_table(fb, fields, ARRAY_LEN(fields));
}

static size_t
put_int_type(struct flatbuf *fb, int32_t bits, bool is_signed)
{
	return put_two(fb, FLATBUF_I32(bits), FLATBUF_U8(is_signed));
}

static size_t
put_decimal_type(struct flatbuf *fb, const struct type *type)
{
	return put_two(fb, FLATBUF_I32(type_numeric_precision(type->mod)),
	    FLATBUF_I32(type_numeric_scale(type->mod)));
}

static size_t
put_utc_type(struct flatbuf *fb)
{
	size_t table =
	    put_two(fb, FLATBUF_I16(TIME_UNIT_MICROSECOND), FLATBUF_REF);

	flatbuf_set_field(fb, table, 1, flatbuf_string(fb, STR("UTC")));
	return table;
}

/* The table of a type, and which it is of the union. */
static size_t
put_type(struct flatbuf *fb, const struct arrow_column *column,
    enum type_number *number)
{
	switch (column->type) {
	case ARROW_BOOL:
		*number = TYPE_NUMBER_BOOL;
		return flatbuf_table(fb, NULL, 0);
	case ARROW_INT16:
	case ARROW_INT32:
	case ARROW_INT64:
		*number = TYPE_NUMBER_INT;
		return put_int_type(fb, (int32_t)column->width * 8, true);
	case ARROW_UINT32:
		*number = TYPE_NUMBER_INT;
		return put_int_type(fb, 32, false);
	case ARROW_FLOAT32:
		*number = TYPE_NUMBER_FLOATING_POINT;
		return put_one(fb, FLATBUF_I16(PRECISION_SINGLE));
	case ARROW_FLOAT64:
		*number = TYPE_NUMBER_FLOATING_POINT;
		return put_one(fb, FLATBUF_I16(PRECISION_DOUBLE));
	case ARROW_DECIMAL128:
		*number = TYPE_NUMBER_DECIMAL;
		return put_decimal_type(fb, &column->field->type);
	case ARROW_DATE32:
		*number = TYPE_NUMBER_DATE;
		return put_one(fb, FLATBUF_I16(DATE_UNIT_DAY));
	case ARROW_TIME64:
		*number = TYPE_NUMBER_TIME;
		return put_two(fb, FLATBUF_I16(TIME_UNIT_MICROSECOND),
		    FLATBUF_I32(64));
	case ARROW_TIMESTAMP_UTC:
		*number = TYPE_NUMBER_TIMESTAMP;
		return put_utc_type(fb);
	case ARROW_TIMESTAMP_LOCAL:
		*number = TYPE_NUMBER_TIMESTAMP;
		return put_one(fb, FLATBUF_I16(TIME_UNIT_MICROSECOND));
	case ARROW_TIMESTAMP_SECONDS:
		*number = TYPE_NUMBER_TIMESTAMP;
		return put_one(fb, FLATBUF_I16(TIME_UNIT_MILLISECOND));
	case ARROW_UUID:
		*number = TYPE_NUMBER_FIXED_SIZE_BINARY;
		return put_one(fb, FLATBUF_I32(sizeof(struct uuid)));
	case ARROW_LARGE_BINARY:
		*number = TYPE_NUMBER_LARGE_BINARY;
		return flatbuf_table(fb, NULL, 0);
	case ARROW_LARGE_UTF8:
	case ARROW_ENUM:
	case ARROW_DICTIONARY:
		break;
	}
	*number = TYPE_NUMBER_LARGE_UTF8;
	return flatbuf_table(fb, NULL, 0);
}

/* ---- the schema ---- */

static bool
is_encoded(const struct arrow_column *column)
{
	return column->type == ARROW_ENUM || column->type == ARROW_DICTIONARY;
}

/* 32-bit codes; those of an enum have the order of its labels. */
static size_t
put_dictionary_encoding(struct flatbuf *fb, uint32_t id, bool is_ordered)
{
	const struct flatbuf_field fields[] = { FLATBUF_I64(id), FLATBUF_REF,
		FLATBUF_U8(is_ordered) };
	size_t table = flatbuf_table(fb, fields, ARRAY_LEN(fields));

	flatbuf_set_field(fb, table, 1, put_int_type(fb, 32, true));
	return table;
}

/* The field is a uuid, not just any 16 bytes. */
static size_t
put_uuid_metadata(struct flatbuf *fb)
{
	size_t refs = flatbuf_refs(fb, 1);
	size_t pair = put_two(fb, FLATBUF_REF, FLATBUF_REF);

	flatbuf_set_ref(fb, refs, 0, pair);
	flatbuf_set_field(fb, pair, 0,
	    flatbuf_string(fb, STR("ARROW:extension:name")));
	flatbuf_set_field(fb, pair, 1, flatbuf_string(fb, STR("arrow.uuid")));
	return refs;
}

enum field_place {
	FIELD_NAME,
	FIELD_NULLABLE,
	FIELD_TYPE_NUMBER,
	FIELD_TYPE,
	FIELD_DICTIONARY,
	FIELD_CHILDREN,
	FIELD_METADATA,
	FIELD_PLACES,
};

static size_t
put_field(struct flatbuf *fb, const struct arrow_column *column, uint32_t id)
{
	struct flatbuf_field fields[FIELD_PLACES] = {
		[FIELD_NAME] = FLATBUF_REF,
		[FIELD_NULLABLE] = FLATBUF_U8(true),
		[FIELD_TYPE_NUMBER] = FLATBUF_U8(0),
		[FIELD_TYPE] = FLATBUF_REF,
		[FIELD_CHILDREN] = FLATBUF_REF,
	};
	enum type_number number;
	size_t table;

	if (is_encoded(column))
		fields[FIELD_DICTIONARY] = FLATBUF_REF;
	if (column->type == ARROW_UUID)
		fields[FIELD_METADATA] = FLATBUF_REF;
	table = flatbuf_table(fb, fields, ARRAY_LEN(fields));
	flatbuf_set_field(fb, table, FIELD_NAME,
	    flatbuf_string(fb, column->field->name));
	flatbuf_set_field(fb, table, FIELD_TYPE, put_type(fb, column, &number));
	flatbuf_set_u8(fb, table, FIELD_TYPE_NUMBER, (uint8_t)number);
	flatbuf_set_field(fb, table, FIELD_CHILDREN, flatbuf_refs(fb, 0));
	if (is_encoded(column))
		flatbuf_set_field(fb, table, FIELD_DICTIONARY,
		    put_dictionary_encoding(fb, id,
			column->type == ARROW_ENUM));
	if (column->type == ARROW_UUID)
		flatbuf_set_field(fb, table, FIELD_METADATA,
		    put_uuid_metadata(fb));
	return table;
}

void
arrow_put_schema(struct buf *out, const struct arrow_column *columns,
    uint32_t count)
{
	struct message m = begin_message(out, HEADER_SCHEMA, 0);
	size_t schema =
	    put_two(&m.fb, (struct flatbuf_field){ 0 }, FLATBUF_REF);
	size_t refs;

	set_header(&m, schema);
	refs = flatbuf_refs(&m.fb, count);
	flatbuf_set_field(&m.fb, schema, 1, refs);
	for (uint32_t i = 0; i < count; i++)
		flatbuf_set_ref(&m.fb, refs, i,
		    put_field(&m.fb, &columns[i], i));
	end_metadata(&m);
	end_message(&m);
}

/* ---- bodies ---- */

enum piece_form {
	PIECE_BYTES,
	PIECE_TRUE,  /* a bit for each byte: whether it is 1 */
	PIECE_FALSE, /* whether it is 0 */
};

/* A buffer of the body. */
struct piece {
	const uint8_t *data;
	size_t len; /* of data */
	enum piece_form form;
};

/* What a record batch is: nodes and buffers as its table lists them. */
struct body {
	uint32_t rows;
	int64_t *nodes; /* rows, nulls: of each column */
	uint32_t node_count;
	int64_t *buffers; /* offset, length */
	struct piece *pieces;
	uint32_t piece_count;
	int64_t length;
};

static struct body
body_of(uint32_t rows, uint32_t column_count, struct arena *scratch)
{
	size_t pieces = (size_t)column_count * 3;
	struct body body = { .rows = rows };

	body.nodes =
	    arena_alloc_array(scratch, column_count, 2 * sizeof(int64_t));
	body.buffers = arena_alloc_array(scratch, pieces, 2 * sizeof(int64_t));
	body.pieces = arena_alloc_array(scratch, pieces, sizeof(*body.pieces));
	return body;
}

static void
add_piece(struct body *body, enum piece_form form, const void *data, size_t len)
{
	size_t size = form == PIECE_BYTES ? len : (len + 7) / 8;

	body->buffers[2 * body->piece_count] = body->length;
	body->buffers[2 * body->piece_count + 1] = (int64_t)size;
	body->pieces[body->piece_count++] =
	    (struct piece){ .data = data, .len = len, .form = form };
	body->length += (int64_t)padded(size);
}

static void
add_node(struct body *body, const uint8_t *nulls, uint32_t null_count)
{
	body->nodes[2 * body->node_count] = body->rows;
	body->nodes[2 * body->node_count + 1] = null_count;
	body->node_count++;
	add_piece(body, PIECE_FALSE, nulls, null_count > 0 ? body->rows : 0);
}

static void
add_column(struct body *body, const struct arrow_column *column)
{
	add_node(body, column->nulls.data, column->null_count);
	if (column->width == 0)
		add_piece(body, PIECE_BYTES, column->offsets.data,
		    column->offsets.len);
	add_piece(body, column->type == ARROW_BOOL ? PIECE_TRUE : PIECE_BYTES,
	    column->values.data, column->values.len);
}

/* The first row is the lowest bit. */
static void
put_bits(struct buf *out, const uint8_t *bytes, size_t count, bool wanted)
{
	uint8_t *at = buf_take(out, (count + 7) / 8);

	if (at == NULL)
		return;
	memset(at, 0, (count + 7) / 8);
	for (size_t i = 0; i < count; i++)
		at[i / 8] |= (uint8_t)((bytes[i] == wanted) << i % 8);
}

static void
put_body(struct buf *out, const struct body *body)
{
	for (uint32_t i = 0; i < body->piece_count; i++) {
		const struct piece *piece = &body->pieces[i];

		if (piece->form == PIECE_BYTES)
			buf_put(out, piece->data, piece->len);
		else
			put_bits(out, piece->data, piece->len,
			    piece->form == PIECE_TRUE);
		put_padding(out, (size_t)body->buffers[2 * i + 1]);
	}
}

static size_t
put_record_batch(struct flatbuf *fb, const struct body *body)
{
	const struct flatbuf_field fields[] = { FLATBUF_I64(body->rows),
		FLATBUF_REF, FLATBUF_REF };
	size_t table = flatbuf_table(fb, fields, ARRAY_LEN(fields));

	flatbuf_set_field(fb, table, 1,
	    flatbuf_i64s(fb, body->nodes, body->node_count, 2));
	flatbuf_set_field(fb, table, 2,
	    flatbuf_i64s(fb, body->buffers, body->piece_count, 2));
	return table;
}

void
arrow_put_batch(struct buf *out, const struct arrow_column *columns,
    uint32_t count, uint32_t rows, struct arena *scratch)
{
	struct body body = body_of(rows, count, scratch);
	struct message m;

	for (uint32_t i = 0; i < count; i++)
		add_column(&body, &columns[i]);
	m = begin_message(out, HEADER_RECORD_BATCH, (uint64_t)body.length);
	set_header(&m, put_record_batch(&m.fb, &body));
	end_metadata(&m);
	put_body(out, &body);
	end_message(&m);
}

/* A body of one column of `count` strings, none of which is null. */
static struct body
strings_body(uint32_t count, const int64_t *offsets, const uint8_t *bytes,
    struct arena *scratch)
{
	struct body body = body_of(count, 1, scratch);

	add_node(&body, NULL, 0);
	add_piece(&body, PIECE_BYTES, offsets, (count + 1u) * sizeof(*offsets));
	add_piece(&body, PIECE_BYTES, bytes, (size_t)offsets[count]);
	return body;
}

static void
put_dictionary(struct buf *out, uint32_t id, const struct body *body)
{
	const struct flatbuf_field fields[] = { FLATBUF_I64(id), FLATBUF_REF };
	struct message m =
	    begin_message(out, HEADER_DICTIONARY_BATCH, (uint64_t)body->length);
	size_t table = flatbuf_table(&m.fb, fields, ARRAY_LEN(fields));

	set_header(&m, table);
	flatbuf_set_field(&m.fb, table, 1, put_record_batch(&m.fb, body));
	end_metadata(&m);
	put_body(out, body);
	end_message(&m);
}

void
arrow_put_labels(struct buf *out, uint32_t id, const struct enum_type *type,
    struct arena *scratch)
{
	int64_t *offsets = arena_alloc_array(scratch, type->label_count + 1u,
	    sizeof(*offsets));
	struct body body;
	struct buf text;

	buf_init(&text);
	offsets[0] = 0;
	for (uint32_t i = 0; i < type->label_count; i++) {
		buf_put_str(&text, type->labels[i]);
		offsets[i + 1] = (int64_t)text.len;
	}
	if (text.failed)
		out->failed = true;
	body = strings_body(type->label_count, offsets, text.data, scratch);
	put_dictionary(out, id, &body);
	buf_release(&text);
}

void
arrow_put_dictionary(struct buf *out, uint32_t id,
    const struct arrow_column *column, struct arena *scratch)
{
	static const int64_t nothing[1];
	const struct arrow_dictionary *dict = column->dictionary;
	const int64_t *offsets = dict->count == 0
	    ? nothing
	    : (const int64_t *)(const void *)dict->offsets.data;
	struct body body =
	    strings_body(dict->count, offsets, dict->strings.data, scratch);

	put_dictionary(out, id, &body);
}

void
arrow_put_end(struct buf *out)
{
	buf_put_u32(out, CONTINUATION);
	buf_put_u32(out, 0);
}
