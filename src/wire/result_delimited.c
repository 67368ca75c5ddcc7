/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_delimited.c -- csv and text: a line of names, then one a row.
 *
 * A value is written into the output and looked at there; only where it has
 * something to quote is it moved.
 */
#include "common/quote.h"
#include "wire/escape_letter.h"
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

static void
text_put(struct buf *out, struct str field)
{
	size_t begin = 0;

	for (size_t i = 0; i < field.len; i++) {
		char byte = field.data[i];
		char letter = byte == '\\' ? byte : escape_letter(byte);

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

struct result_form {
	void (*put)(struct buf *out, struct str field);
	struct str null;
	struct str newline;
	char delimiter;
};

static void
put_names(struct result_writer *w, struct buf *out)
{
	const struct result_form *form = w->format->form;

	for (uint32_t i = 0; i < w->field_count; i++) {
		if (i > 0)
			buf_put_u8(out, (uint8_t)form->delimiter);
		form->put(out, w->fields[i].name);
	}
	buf_put_str(out, form->newline);
}

static void
put_field(struct result_writer *w, const struct result_field *field,
    const struct vec *vec, uint32_t row, const struct result_form *form,
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

/* ---- the functions of both ---- */

static void
delimited_begin(struct result_writer *w, struct buf *out,
    const struct pg_column *columns, uint32_t count,
    const struct type_settings *settings)
{
	if (!result_start(w, out, columns, count, settings))
		return;
	put_names(w, out);
}

static uint32_t
delimited_rows(struct result_writer *w, struct buf *out,
    const struct batch *batch, uint32_t first, size_t limit)
{
	const struct result_form *form = w->format->form;
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

/* ---- the two ---- */

static const struct result_form csv_form = {
	.put = csv_put,
	.null = { "", 0 },
	.newline = { "\r\n", 2 },
	.delimiter = ',',
};

const struct result_format result_csv = {
	.name = "csv",
	.content_type = "text/csv; charset=utf-8; header=present",
	.form = &csv_form,
	.begin = delimited_begin,
	.rows = delimited_rows,
	.close = delimited_close,
	.end = delimited_end,
};

static const struct result_form text_form = {
	.put = text_put,
	.null = { "\\N", 2 },
	.newline = { "\n", 1 },
	.delimiter = '\t',
};

const struct result_format result_text = {
	.name = "text",
	.content_type = "text/plain; charset=utf-8",
	.form = &text_form,
	.begin = delimited_begin,
	.rows = delimited_rows,
	.close = delimited_close,
	.end = delimited_end,
};
