/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/pg_recode.h"

#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/reader.h"
#include "types/array.h"
#include "types/encoding.h"

/* From one encoding to another, one of them UTF-8. */
struct recoding {
	const struct text_encoding *from;
	const struct text_encoding *to;
	struct error *err; /* NULL: '?' instead of errors */
};

static int
put_recoded(const struct recoding *recoding, struct str text, struct buf *out)
{
	if (recoding->err != NULL)
		return encoding_convert(recoding->from, recoding->to, text, out,
		    recoding->err);
	encoding_put(recoding->to, text, out);
	return 0;
}

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.data[i] >= 0x80)
			return false;
	return true;
}

/* ---- values in binary form ---- */

enum text_form {
	FORM_NONE,      /* no text */
	FORM_TEXT,      /* all of it */
	FORM_VERSIONED, /* behind a byte */
	FORM_ARRAY,
	FORM_RECORD,
};

static enum text_form
form_of(const struct type *type)
{
	switch (type->oid) {
	case TYPE_TEXT:
	case TYPE_VARCHAR:
	case TYPE_BPCHAR:
	case TYPE_NAME:
	case TYPE_REFCURSOR:
	case TYPE_JSON:
	case TYPE_UNKNOWN:
	case TYPE_PG_NODE_TREE:
		return FORM_TEXT;
	case TYPE_JSONB:
	case TYPE_JSONPATH:
		return FORM_VERSIONED;
	case TYPE_RECORD:
		return FORM_RECORD;
	default:
		if (type_is_array(type))
			return FORM_ARRAY;
		return type->oid >= FIRST_USER_OID && type->enum_type != NULL
		    ? FORM_TEXT
		    : FORM_NONE;
	}
}

static int put_value(const struct recoding *recoding, const struct type *type,
    struct str value, struct buf *out);

/* A value with its length before it. */
static int
put_sized(const struct recoding *recoding, const struct type *type,
    struct str value, struct buf *out)
{
	size_t at = out->len + 4;
	int rc;

	buf_put_u32_be(out, 0);
	rc = put_value(recoding, type, value, out);
	if (rc == 0 && !out->failed)
		buf_patch_u32_be(out, at - 4, (uint32_t)(out->len - at));
	return rc;
}

/*
 * An array in binary form: header, dimensions, then elements with lengths.  From
 * where it is none on it stays as it is, and whoever reads it refuses it.
 */
static int
put_array(const struct recoding *recoding, const struct type *element,
    struct str value, struct buf *out)
{
	struct reader r = reader_over(value.data, value.len);
	uint32_t dimensions = reader_u32_be(&r);
	size_t header = 12 + (size_t)dimensions * 8;
	int rc = 0;

	if (r.failed || dimensions > 6 || header > value.len) {
		buf_put_str(out, value);
		return 0;
	}
	buf_put(out, value.data, header);
	(void)reader_take(&r, header - 4);
	while (reader_left(&r) > 0 && rc == 0) {
		struct str rest = str_of((const char *)r.next, reader_left(&r));
		uint32_t len = reader_u32_be(&r);
		bool is_null = len == UINT32_MAX;
		struct str bytes = reader_str(&r, is_null ? 0 : len);

		if (r.failed) {
			buf_put_str(out, rest);
			break;
		}
		if (is_null)
			buf_put_u32_be(out, len);
		else
			rc = put_sized(recoding, element, bytes, out);
	}
	return rc;
}

static int
put_value(const struct recoding *recoding, const struct type *type,
    struct str value, struct buf *out)
{
	enum text_form form = form_of(type);
	struct type element;

	if (form == FORM_NONE || is_ascii(value)) {
		buf_put_str(out, value);
		return 0;
	}
	switch (form) {
	case FORM_TEXT:
		return put_recoded(recoding, value, out);
	case FORM_VERSIONED:
		buf_put(out, value.data, 1);
		return put_recoded(recoding,
		    str_of(value.data + 1, value.len - 1), out);
	case FORM_ARRAY:
		element = type_element(type);
		return put_array(recoding, &element, value, out);
	case FORM_RECORD:
	case FORM_NONE:
		break;
	}
	return error_set(recoding->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "records in binary form are not supported with client_encoding %s",
	    encoding_name(recoding->to));
}

/* ---- messages ---- */

static size_t
cstr_len(struct str text)
{
	const char *end =
	    text.len == 0 ? NULL : memchr(text.data, '\0', text.len);

	return end == NULL ? text.len : (size_t)(end - text.data);
}

/* The next string of a body and its NUL; false: there is none. */
static bool
put_string(const struct recoding *recoding, struct str *body, struct buf *out)
{
	size_t len = cstr_len(*body);

	if (len == body->len)
		return false;
	(void)put_recoded(recoding, str_of(body->data, len), out);
	buf_put_u8(out, 0);
	*body = str_of(body->data + len + 1, body->len - len - 1);
	return true;
}

/* Bytes that are no text. */
static void
put_plain(struct str *body, size_t len, struct buf *out)
{
	if (len > body->len)
		len = body->len;
	buf_put(out, body->data, len);
	*body = str_of(body->data + len, body->len - len);
}

static void
put_body(const struct recoding *recoding, char type, struct str body,
    struct buf *out)
{
	switch (type) {
	case 'E': /* ErrorResponse and NoticeResponse: letter and text */
	case 'N':
		while (body.len > 1) {
			put_plain(&body, 1, out);
			if (!put_string(recoding, &body, out))
				break;
		}
		break;
	case 'T': /* RowDescription: count; name and 18 bytes */
		put_plain(&body, 2, out);
		while (put_string(recoding, &body, out))
			put_plain(&body, 18, out);
		break;
	case 'A': /* NotificationResponse: pid, channel, payload */
		put_plain(&body, 4, out);
		while (put_string(recoding, &body, out))
			;
		break;
	case 'S': /* ParameterStatus */
	case 'C': /* CommandComplete */
		while (put_string(recoding, &body, out))
			;
		break;
	default:
		break;
	}
	buf_put_str(out, body);
}

/* What is from `begin` on is replaced. */
static void
replace(struct buf *out, size_t begin, const struct buf *instead)
{
	out->len = begin;
	buf_put_str(out, buf_str(instead));
	out->failed |= instead->failed;
}

static struct str
bytes_from(const struct buf *out, size_t begin)
{
	return str_of((const char *)out->data + begin, out->len - begin);
}

void
pg_recode_messages(struct buf *out, size_t begin,
    const struct text_encoding *encoding)
{
	const struct recoding recoding = { .from = encoding_utf8,
		.to = encoding };
	struct buf instead;
	struct reader r;

	if (out->failed || out->len <= begin ||
	    is_ascii(bytes_from(out, begin)))
		return; /* bytes above 0x7f may be lengths: then it is slower */
	buf_init(&instead);
	r = reader_over(out->data + begin, out->len - begin);
	while (reader_left(&r) > 0) {
		char type = (char)reader_u8(&r);
		uint32_t len = reader_u32_be(&r);
		struct str body = reader_str(&r, len - 4);
		size_t at;

		if (r.failed)
			break;
		at = pg_begin(&instead, type);
		put_body(&recoding, type, body, &instead);
		if (!instead.failed)
			pg_end(&instead, at);
	}
	replace(out, begin, &instead);
	buf_release(&instead);
}

/* ---- rows ---- */

static int
put_columns(const struct recoding *recoding, struct reader *r,
    const struct pg_column *columns, const uint16_t *formats,
    uint32_t format_count, struct buf *out)
{
	const struct type text = type_of(TYPE_TEXT);
	uint32_t count = reader_u16_be(r);
	int rc = 0;

	buf_put_u16_be(out, (uint16_t)count);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		uint32_t len = reader_u32_be(r);
		bool is_binary =
		    format_count > 0 && formats[format_count == 1 ? 0 : i] == 1;

		if (len == UINT32_MAX)
			buf_put_u32_be(out, len);
		else
			rc = put_sized(recoding,
			    is_binary ? &columns[i].type : &text,
			    reader_str(r, len), out);
	}
	return rc;
}

/* The message is replaced, or after an error taken away. */
static int
end_row(struct buf *out, size_t begin, struct buf *instead, int rc)
{
	if (rc == 0)
		replace(out, begin, instead);
	else
		out->len = begin;
	buf_release(instead);
	return rc;
}

int
pg_recode_row(struct buf *out, size_t begin, const struct pg_column *columns,
    const uint16_t *formats, uint32_t format_count,
    const struct text_encoding *encoding, struct error *err)
{
	const struct recoding recoding = { encoding_utf8, encoding, err };
	struct buf instead;
	struct reader r;
	size_t at;
	int rc;

	if (out->failed || is_ascii(bytes_from(out, begin)))
		return 0;
	buf_init(&instead);
	r = reader_over(out->data + begin + 5, out->len - begin - 5);
	at = pg_begin(&instead, 'D');
	rc = put_columns(&recoding, &r, columns, formats, format_count,
	    &instead);
	if (rc == 0 && !instead.failed)
		pg_end(&instead, at);
	return end_row(out, begin, &instead, rc);
}

/* The first row of the binary form has the file's header in front. */
static int
put_binary_line(const struct recoding *recoding, struct str line,
    const struct pg_column *columns, bool is_first, struct buf *out)
{
	static const uint16_t binary[] = { 1 };
	struct str rest = line;
	struct reader r;

	if (is_first)
		put_plain(&rest, PG_COPY_BINARY_HEADER_SIZE, out);
	r = reader_over(rest.data, rest.len);
	return put_columns(recoding, &r, columns, binary, 1, out);
}

int
pg_recode_copy_row(struct buf *out, size_t begin,
    const struct pg_copy_options *options, const struct pg_column *columns,
    bool is_first, const struct text_encoding *encoding, struct error *err)
{
	const struct recoding recoding = { encoding_utf8, encoding, err };
	struct buf instead;
	struct str line;
	size_t at;
	int rc;

	if (out->failed || is_ascii(bytes_from(out, begin)))
		return 0;
	buf_init(&instead);
	line = bytes_from(out, begin + 5);
	at = pg_begin(&instead, 'd');
	rc = options->is_binary
	    ? put_binary_line(&recoding, line, columns, is_first, &instead)
	    : put_recoded(&recoding, line, &instead);
	if (rc == 0 && !instead.failed)
		pg_end(&instead, at);
	return end_row(out, begin, &instead, rc);
}

/* ---- from a client ---- */

static int
keep(struct buf *text, struct arena *arena, struct str *out, int rc)
{
	if (rc == 0)
		*out = arena_str(arena, buf_str(text));
	buf_release(text);
	return rc;
}

int
pg_recode_text(const struct text_encoding *encoding, struct arena *arena,
    struct str *text, struct error *err)
{
	struct buf out;

	buf_init(&out);
	return keep(&out, arena, text,
	    encoding_convert(encoding, encoding_utf8, *text, &out, err));
}

int
pg_recode_value(const struct text_encoding *encoding, const struct type *type,
    struct arena *arena, struct str *value, struct error *err)
{
	const struct recoding recoding = { encoding, encoding_utf8, err };
	struct buf out;
	int rc;

	buf_init(&out);
	rc = put_value(&recoding, type, *value, &out);
	if (rc == 0 && out.failed)
		rc = error_no_memory(err);
	return keep(&out, arena, value, rc);
}

int
pg_recode_piece(const struct text_encoding *encoding,
    struct pg_recode_rest *rest, struct str piece, struct buf *out,
    struct error *err)
{
	struct buf joined;
	size_t whole;
	int rc;

	buf_init(&joined);
	if (rest->len > 0) {
		buf_put(&joined, rest->bytes, rest->len);
		buf_put_str(&joined, piece);
		piece = buf_str(&joined);
	}
	whole = encoding_whole(encoding, piece);
	rc = joined.failed ? error_no_memory(err)
			   : encoding_convert(encoding, encoding_utf8,
				 str_of(piece.data, whole), out, err);
	if (rc == 0) {
		rest->len = piece.len - whole;
		memcpy(rest->bytes, piece.data + whole, rest->len);
	}
	buf_release(&joined);
	return rc;
}

int
pg_recode_end(const struct text_encoding *encoding,
    const struct pg_recode_rest *rest, struct error *err)
{
	return encoding_check(encoding, str_of(rest->bytes, rest->len), err);
}
