/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_delimited.c -- csv and text: a line of names, then one a row.
 *
 * A value is written into the output and looked at there; only where it has
 * something to quote is it moved.
 */
#include "common/quote.h"
#include "wire/result_private.h"

/* ---- fields ---- */

/* Numbers, times and the like have no character that either form minds. */
static bool
is_harmless(enum result_kind kind)
{
	switch (kind) {
	case RESULT_BOOL:
	case RESULT_INT:
	case RESULT_FLOAT4:
	case RESULT_FLOAT8:
	case RESULT_NUMERIC:
	case RESULT_TIMESTAMP:
	case RESULT_TIMESTAMPTZ:
	case RESULT_DATE:
	case RESULT_UUID:
		return true;
	case RESULT_ENUM:
	case RESULT_STRING:
	case RESULT_JSON:
	case RESULT_JSONB:
	case RESULT_ARRAY:
	case RESULT_OTHER:
		break;
	}
	return false;
}

/* RFC 4180; spaces at either end too, which some readers trim. */
static bool
csv_needs_quotes(struct str field)
{
	if (field.len == 0 || field.data[0] == ' ' ||
	    field.data[field.len - 1] == ' ')
		return true;
	for (size_t i = 0; i < field.len; i++) {
		char c = field.data[i];

		if (c == ',' || c == '"' || c == '\n' || c == '\r')
			return true;
	}
	return false;
}

static void
csv_put(struct buf *out, struct str field)
{
	if (csv_needs_quotes(field))
		quote_put(out, field, '"');
	else
		buf_put_str(out, field);
}

/* The letter behind the backslash, or 0. */
static char
escape_of(char c)
{
	switch (c) {
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\v':
		return 'v';
	case '\\':
		return '\\';
	default:
		return 0;
	}
}

static void
text_put(struct buf *out, struct str field)
{
	size_t begin = 0;

	for (size_t i = 0; i < field.len; i++) {
		char letter = escape_of(field.data[i]);

		if (letter == 0)
			continue;
		buf_put(out, field.data + begin, i - begin);
		buf_put_u8(out, '\\');
		buf_put_u8(out, (uint8_t)letter);
		begin = i + 1;
	}
	if (field.len > begin)
		buf_put(out, field.data + begin, field.len - begin);
}

/* ---- rows ---- */

struct form {
	void (*put)(struct buf *out, struct str field);
	struct str null;
	struct str newline;
	char delimiter;
};

static const struct form csv_form = { csv_put, { "", 0 }, { "\r\n", 2 }, ',' };
static const struct form text_form = { text_put, { "\\N", 2 }, { "\n", 1 },
	'\t' };

static void
put_names(struct result_writer *w, struct buf *out, const struct form *form)
{
	for (uint32_t i = 0; i < w->field_count; i++) {
		if (i > 0)
			buf_put_u8(out, (uint8_t)form->delimiter);
		form->put(out, w->fields[i].name);
	}
	buf_put_str(out, form->newline);
}

static void
put_field(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t row, const struct form *form,
    struct buf *out)
{
	if (vec_is_null(vec, row)) {
		buf_put_str(out, form->null);
	} else if (is_harmless(field->kind)) {
		result_put_plain(w, field, vec, row, out);
	} else if (field->kind == RESULT_STRING) {
		form->put(out, vec->str[vec_index(vec, row)]);
	} else {
		buf_reset(&w->text);
		result_put_plain(w, field, vec, row, &w->text);
		if (w->text.failed)
			out->failed = true;
		form->put(out, buf_str(&w->text));
	}
}

static uint32_t
put_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit, const struct form *form)
{
	uint32_t i = first;

	do {
		uint32_t row = sel_row(batch->sel, i);
		size_t begin = out->len;

		for (uint32_t c = 0; c < w->field_count; c++) {
			if (c > 0)
				buf_put_u8(out, (uint8_t)form->delimiter);
			put_field(w, &w->fields[c], &batch->cols[c], row, form,
			    out);
		}
		buf_put_str(out, form->newline);
		if (out->failed) {
			out->len = begin;
			break;
		}
		i++;
	} while (i < batch->sel.count && out->len < limit);
	return i - first;
}

static void
delimited_close(struct result_writer *w UNUSED, struct buf *out UNUSED)
{
}

static void
delimited_end(struct result_writer *w UNUSED, struct buf *out UNUSED,
    uint64_t row_count UNUSED)
{
}

/* ---- csv ---- */

static void
csv_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	result_start(w, columns, count, settings);
	put_names(w, out, &csv_form);
}

static uint32_t
csv_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	return put_rows(w, out, batch, first, limit, &csv_form);
}

const struct result_format result_csv = {
	.name = "csv",
	.content_type = "text/csv; charset=utf-8; header=present",
	.begin = csv_begin,
	.rows = csv_rows,
	.close = delimited_close,
	.end = delimited_end,
};

/* ---- text ---- */

static void
text_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	result_start(w, columns, count, settings);
	put_names(w, out, &text_form);
}

static uint32_t
text_rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	return put_rows(w, out, batch, first, limit, &text_form);
}

const struct result_format result_text = {
	.name = "text",
	.content_type = "text/plain; charset=utf-8",
	.begin = text_begin,
	.rows = text_rows,
	.close = delimited_close,
	.end = delimited_end,
};
