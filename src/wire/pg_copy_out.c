/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_out.c -- COPY TO: rows to lines, one CopyData message a row.
 */
#include "wire/escape_letter.h"
#include "wire/pg_copy_private.h"

static void
put_text_field(struct buf *out, const struct pg_copy_options *options,
    struct str field)
{
	size_t begin = 0;

	for (size_t i = 0; i < field.len; i++) {
		uint8_t byte = (uint8_t)field.data[i];
		char letter = escape_letter(field.data[i]);

		if (letter == 0 && byte != '\\' &&
		    byte != (uint8_t)options->delimiter)
			continue;
		buf_put(out, field.data + begin, i - begin);
		buf_put_u8(out, '\\');
		buf_put_u8(out, letter != 0 ? (uint8_t)letter : byte);
		begin = i + 1;
	}
	buf_put(out, field.data + begin, field.len - begin);
}

static bool
csv_needs_quote(const struct pg_copy_options *options, struct str field,
    bool is_only)
{
	if (str_equal(field, options->null))
		return true;
	if (is_only && str_equal(field, STR("\\.")))
		return true;
	for (size_t i = 0; i < field.len; i++) {
		char c = field.data[i];

		if (c == options->delimiter || c == options->quote ||
		    c == '\n' || c == '\r')
			return true;
	}
	return false;
}

static void
put_csv_field(struct buf *out, const struct pg_copy_options *options,
    struct str field, bool quote)
{
	if (!quote) {
		buf_put_str(out, field);
		return;
	}
	buf_put_u8(out, (uint8_t)options->quote);
	for (size_t i = 0; i < field.len; i++) {
		char c = field.data[i];

		if (c == options->quote || c == options->escape)
			buf_put_u8(out, (uint8_t)options->escape);
		buf_put_u8(out, (uint8_t)c);
	}
	buf_put_u8(out, (uint8_t)options->quote);
}

static void
put_field(struct buf *out, const struct pg_copy_options *options,
    struct str field, uint32_t column, uint32_t column_count)
{
	if (!options->is_csv)
		put_text_field(out, options, field);
	else
		put_csv_field(out, options, field,
		    (options->force_quote != NULL &&
			options->force_quote[column]) ||
			csv_needs_quote(options, field, column_count == 1));
}

void
pg_put_copy_header(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, uint32_t column_count)
{
	struct pg_copy_options plain = *options;
	size_t begin = pg_begin(out, 'd');

	plain.force_quote = NULL;
	for (uint32_t i = 0; i < column_count; i++) {
		if (i > 0)
			buf_put_u8(out, (uint8_t)options->delimiter);
		put_field(out, &plain, columns[i].name, i, column_count);
	}
	buf_put_u8(out, '\n');
	pg_end(out, begin);
}

void
pg_put_copy_row(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, const struct type_settings *settings,
    const struct batch *batch, uint32_t row, bool is_first, struct buf *scratch)
{
	size_t begin = pg_begin(out, 'd');

	if (options->is_binary) {
		copy_put_binary_row(out, columns, batch, row, is_first);
		pg_end(out, begin);
		return;
	}

	for (uint32_t i = 0; i < batch->col_count; i++) {
		const struct vec *vec = &batch->cols[i];

		if (i > 0)
			buf_put_u8(out, (uint8_t)options->delimiter);
		if (vec_is_null(vec, row)) {
			buf_put_str(out, options->null);
			continue;
		}
		buf_reset(scratch);
		type_out_text(&columns[i].type, settings, vec, row, scratch);
		if (scratch->failed)
			out->failed = true;
		put_field(out, options, buf_str(scratch), i, batch->col_count);
	}
	buf_put_u8(out, '\n');
	pg_end(out, begin);
}
