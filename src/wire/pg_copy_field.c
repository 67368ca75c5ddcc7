/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_field.c -- the value of a field: escapes undone, quotes taken off,
 * or null.
 *
 * A field that stands as it is meant is borrowed from raw.  Others are built
 * in decoder->text, whose room was reserved: no value is longer than its field.
 */
#include "wire/pg_copy_private.h"
#include "wire/pg_frontend.h"

/* ---- text ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * The number after a backslash: up to three octal digits from *at on, or an x
 * and up to two hexadecimal ones.  False if it is none.
 */
static bool
numeric_escape(struct str field, size_t *at, uint8_t *out)
{
	unsigned value = 0;
	unsigned digits = 0;

	if (field.data[*at] == 'x') {
		size_t i = *at + 1;

		for (; digits < 2 && i < field.len &&
		     hex_digit(field.data[i]) >= 0;
		     i++, digits++)
			value = value * 16 + (unsigned)hex_digit(field.data[i]);
		if (digits == 0)
			return false;
		*at = i;
	} else {
		for (; digits < 3 && *at < field.len &&
		     field.data[*at] >= '0' && field.data[*at] <= '7';
		     digits++)
			value =
			    value * 8 + (unsigned)(field.data[(*at)++] - '0');
		if (digits == 0)
			return false;
	}
	*out = (uint8_t)value;
	return true;
}

static uint8_t
letter_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	default:
		return (uint8_t)c;
	}
}

static int
unescape(struct buf *text, struct str field, struct str *out, struct error *err)
{
	size_t begin = text->len;
	size_t at = 0;
	uint8_t byte;

	while (at < field.len) {
		char c = field.data[at++];

		if (c != '\\') {
			buf_put_u8(text, (uint8_t)c);
			continue;
		}
		if (field.data[at] == '.')
			return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
			    "end-of-copy marker corrupt");
		if (numeric_escape(field, &at, &byte)) {
			buf_put_u8(text, byte);
			continue;
		}
		buf_put_u8(text, letter_escape(field.data[at++]));
	}
	*out = str_of((const char *)text->data + begin, text->len - begin);
	return pg_check_text(*out, err);
}

/*
 * A field that the data end in, without a backslash behind which there is nothing
 * more: it means nothing, for null neither.
 */
static struct str
without_open_escape(struct str field)
{
	size_t count = 0;

	while (count < field.len && field.data[field.len - 1 - count] == '\\')
		count++;
	return str_of(field.data, field.len - count % 2);
}

static int
text_value(struct pg_copy_decoder *decoder, const struct pg_copy_piece *piece,
    struct str *value, uint8_t *is_null, struct error *err)
{
	if (piece->is_changed)
		*value = without_open_escape(*value);
	*is_null = str_equal(*value, decoder->options->null);
	if (!piece->is_changed || *is_null)
		return 0;
	return unescape(&decoder->text, *value, value, err);
}

/* ---- csv ---- */

static int
unquote(struct pg_copy_decoder *decoder, struct str field, struct str *out,
    struct error *err)
{
	const struct pg_copy_options *options = decoder->options;
	struct buf *text = &decoder->text;
	size_t begin = text->len;
	bool in_quote = false;

	for (size_t at = 0; at < field.len; at++) {
		char c = field.data[at];

		if (!in_quote && c == options->quote) {
			in_quote = true;
			continue;
		}
		if (in_quote && c == options->escape && at + 1 < field.len &&
		    (field.data[at + 1] == options->quote ||
			field.data[at + 1] == options->escape)) {
			buf_put_u8(text, (uint8_t)field.data[++at]);
			continue;
		}
		if (in_quote && c == options->quote)
			in_quote = false;
		else
			buf_put_u8(text, (uint8_t)c);
	}
	if (in_quote)
		return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "unterminated CSV quoted field");
	*out = str_of((const char *)text->data + begin, text->len - begin);
	return 0;
}

static int
csv_value(struct pg_copy_decoder *decoder, uint32_t column,
    const struct pg_copy_piece *piece, struct str *value, uint8_t *is_null,
    struct error *err)
{
	const struct pg_copy_options *options = decoder->options;
	const bool *forced =
	    piece->is_changed ? options->force_null : options->force_not_null;
	bool is_forced = forced != NULL && forced[column];
	int rc = 0;

	if (piece->is_changed)
		rc = unquote(decoder, *value, value, err);
	*is_null =
	    is_forced == piece->is_changed && str_equal(*value, options->null);
	return rc;
}

int
copy_put_row(struct pg_copy_decoder *decoder, uint32_t row, struct error *err)
{
	const char *raw = (const char *)decoder->raw.data;
	uint32_t count = decoder->piece_count;
	int rc = 0;

	if (count > decoder->column_count)
		count = decoder->column_count;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct pg_copy_piece *piece = &decoder->pieces[i];
		struct str *value = &decoder->cols[i].str[row];
		uint8_t *is_null = &decoder->cols[i].nulls[row];

		*value = str_of(raw + piece->begin, piece->end - piece->begin);
		rc = decoder->options->is_csv
		    ? csv_value(decoder, i, piece, value, is_null, err)
		    : text_value(decoder, piece, value, is_null, err);
	}
	return rc;
}
