/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_in.c -- COPY FROM: bytes to lines, lines to fields.
 *
 * raw holds [next, len): the current line and what follows it.  A line is
 * looked for from `scan` on, so that bytes that come in small pieces are
 * looked at once.
 */
#include <stdlib.h>

#include "common/error.h"
#include "wire/pg_copy.h"
#include "wire/pg_frontend.h"

#define CONTEXT_LINE_MAX 100

struct pg_copy_options
pg_copy_defaults(bool is_csv)
{
	return (struct pg_copy_options){
		.is_csv = is_csv,
		.delimiter = is_csv ? ',' : '\t',
		.quote = '"',
		.escape = '"',
		.null = is_csv ? str_of("", 0) : STR("\\N"),
	};
}

int
pg_copy_decoder_init(struct pg_copy_decoder *decoder,
    const struct pg_copy_options *options, struct str table,
    const struct str *columns, uint32_t column_count, size_t line_size_max,
    struct error *err)
{
	*decoder = (struct pg_copy_decoder){
		.options = options,
		.table = table,
		.columns = columns,
		.column_count = column_count,
		.line_size_max = line_size_max,
	};
	buf_init(&decoder->raw);
	buf_init(&decoder->text);
	decoder->fields =
	    calloc((size_t)column_count + 1, sizeof(*decoder->fields));
	decoder->is_null =
	    calloc((size_t)column_count + 1, sizeof(*decoder->is_null));
	if (decoder->fields == NULL || decoder->is_null == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	return 0;
}

void
pg_copy_decoder_release(struct pg_copy_decoder *decoder)
{
	buf_release(&decoder->raw);
	buf_release(&decoder->text);
	free(decoder->fields);
	free(decoder->is_null);
	decoder->fields = NULL;
	decoder->is_null = NULL;
}

int
pg_copy_decoder_feed(struct pg_copy_decoder *decoder, struct str bytes,
    struct error *err)
{
	struct buf *raw = &decoder->raw;

	decoder->line_text = str_of(NULL, 0);
	if (decoder->saw_marker)
		return 0;
	if (decoder->next > 0) {
		memmove(raw->data, raw->data + decoder->next,
		    raw->len - decoder->next);
		raw->len -= decoder->next;
		decoder->scan -= decoder->next;
		decoder->next = 0;
	}
	buf_put_str(raw, bytes);
	if (raw->failed)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	return 0;
}

void
pg_copy_decoder_end(struct pg_copy_decoder *decoder)
{
	decoder->at_end = true;
}

void
pg_copy_decoder_context(const struct pg_copy_decoder *decoder,
    struct error *err)
{
	struct str line = decoder->line_text;
	uint64_t number = decoder->line == 0 ? 1 : decoder->line;
	const char *dots = "";

	if (err->context[0] != '\0')
		return;
	if (line.data == NULL) {
		error_add_context(err, "COPY %.*s, line %llu",
		    STR_FMT(decoder->table), (unsigned long long)number);
		return;
	}
	if (line.len > CONTEXT_LINE_MAX) {
		line.len = CONTEXT_LINE_MAX;
		while (((unsigned char)line.data[line.len] & 0xc0) == 0x80)
			line.len--;
		dots = "...";
	}
	error_add_context(err, "COPY %.*s, line %llu: \"%.*s%s\"",
	    STR_FMT(decoder->table), (unsigned long long)decoder->line,
	    STR_FMT(line), dots);
}

static int
bad_format(const struct pg_copy_decoder *decoder, struct error *err,
    const char *message)
{
	(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT, "%s", message);
	pg_copy_decoder_context(decoder, err);
	return err->code;
}

/* ---- where a line ends ---- */

static int
stray_return(const struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->options->is_csv) {
		(void)bad_format(decoder, err,
		    "unquoted carriage return found in data");
		return error_hint(err,
		    "Use quoted CSV field to represent carriage return.");
	}
	(void)bad_format(decoder, err, "literal carriage return found in data");
	return error_hint(err, "Use \"\\r\" to represent carriage return.");
}

static int
stray_newline(const struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->options->is_csv) {
		(void)bad_format(decoder, err,
		    "unquoted newline found in data");
		return error_hint(err,
		    "Use quoted CSV field to represent newline.");
	}
	(void)bad_format(decoder, err, "literal newline found in data");
	return error_hint(err, "Use \"\\n\" to represent newline.");
}

/*
 * A newline or carriage return outside quotes at raw[at].  Returns its length
 * if the line ends here, 0 if the byte after it must be seen first, or a code.
 * The first line decides what ends the others.
 */
static int
eol_length(struct pg_copy_decoder *decoder, size_t at, struct error *err)
{
	const struct buf *raw = &decoder->raw;

	if (raw->data[at] == '\n') {
		if (decoder->eol == PG_EOL_UNKNOWN)
			decoder->eol = PG_EOL_NL;
		return decoder->eol == PG_EOL_NL ? 1
						 : stray_newline(decoder, err);
	}
	if (decoder->eol == PG_EOL_NL)
		return stray_return(decoder, err);
	if (at + 1 == raw->len && !decoder->at_end && decoder->eol != PG_EOL_CR)
		return 0;
	if (at + 1 < raw->len && raw->data[at + 1] == '\n' &&
	    decoder->eol != PG_EOL_CR) {
		decoder->eol = PG_EOL_CRNL;
		return 2;
	}
	if (decoder->eol == PG_EOL_CRNL)
		return stray_return(decoder, err);
	decoder->eol = PG_EOL_CR;
	return 1;
}

/*
 * Find the end of the line: sets *end (one past its last byte) and *eol.
 * Returns 1, 0 if it is not there yet, or a code.
 */
static int
find_text_end(struct pg_copy_decoder *decoder, size_t *end, size_t *eol,
    struct error *err)
{
	const struct buf *raw = &decoder->raw;
	size_t at = decoder->scan;
	int length;

	for (; at < raw->len; at++) {
		uint8_t byte = raw->data[at];

		if (byte == '\\') {
			/* It takes the next byte, a newline too, with it. */
			if (at + 1 == raw->len && !decoder->at_end)
				break;
			at++;
			continue;
		}
		if (byte != '\n' && byte != '\r')
			continue;
		length = eol_length(decoder, at, err);
		if (length < 0)
			return length;
		if (length == 0)
			break;
		*end = at;
		*eol = (size_t)length;
		return 1;
	}
	decoder->scan = at < raw->len ? at : raw->len;
	return 0;
}

static int
find_csv_end(struct pg_copy_decoder *decoder, size_t *end, size_t *eol,
    struct error *err)
{
	const struct pg_copy_options *options = decoder->options;
	const struct buf *raw = &decoder->raw;
	uint8_t quote = (uint8_t)options->quote;
	uint8_t escape = (uint8_t)options->escape;
	size_t at = decoder->scan;
	int length;

	for (; at < raw->len; at++) {
		uint8_t byte = raw->data[at];

		if (decoder->was_escape) {
			decoder->was_escape = false;
			continue;
		}
		if (decoder->in_quote && byte == escape && escape != quote) {
			decoder->was_escape = true;
			continue;
		}
		if (byte == quote) {
			decoder->in_quote = !decoder->in_quote;
			continue;
		}
		if (decoder->in_quote || (byte != '\n' && byte != '\r'))
			continue;
		length = eol_length(decoder, at, err);
		if (length < 0)
			return length;
		if (length == 0)
			break;
		*end = at;
		*eol = (size_t)length;
		return 1;
	}
	decoder->scan = at;
	return 0;
}

/*
 * Take the next line off raw.  Returns 1, 0 (more bytes needed, or the end)
 * or a code.
 */
static int
next_line(struct pg_copy_decoder *decoder, struct str *out, struct error *err)
{
	const struct buf *raw = &decoder->raw;
	size_t end = 0, eol = 0;
	int rc;

	decoder->line_text = str_of(NULL, 0);
	if (!decoder->in_line)
		decoder->line++;
	decoder->in_line = true;
	if (decoder->saw_marker || decoder->next == raw->len)
		return 0;
	rc = decoder->options->is_csv ? find_csv_end(decoder, &end, &eol, err)
				      : find_text_end(decoder, &end, &eol, err);
	if (rc < 0)
		return rc;
	if (rc == 0 && decoder->at_end) {
		end = raw->len;
		rc = 1;
	}
	if ((rc == 0 ? raw->len : end) - decoder->next > decoder->line_size_max)
		return error_set(err, STELE_E_LIMIT,
		    "line %llu of COPY is longer than %zu bytes",
		    (unsigned long long)decoder->line, decoder->line_size_max);
	if (rc == 0)
		return 0;
	*out = str_of((const char *)raw->data + decoder->next,
	    end - decoder->next);
	decoder->next = end + eol;
	decoder->scan = decoder->next;
	decoder->in_line = false;
	decoder->in_quote = false;
	decoder->was_escape = false;
	return 1;
}

/* ---- the fields of a line ---- */

/*
 * Open the next field; false if there is one more than there are columns,
 * which is enough to know.
 */
static bool
add_field(struct pg_copy_decoder *decoder, struct str bytes, bool is_null)
{
	uint32_t i = decoder->field_count;

	if (i > decoder->column_count)
		return false;
	decoder->fields[i] = bytes;
	decoder->is_null[i] = is_null;
	decoder->field_count++;
	return true;
}

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

/*
 * A text field with its escapes undone, in decoder->text, whose room next_text
 * has reserved: the result is never longer than the field.
 */
static int
unescape(struct pg_copy_decoder *decoder, struct str field, struct str *out,
    struct error *err)
{
	struct buf *text = &decoder->text;
	size_t begin = text->len;
	size_t at = 0;
	uint8_t byte;

	while (at < field.len) {
		char c = field.data[at++];

		if (c != '\\' || at == field.len) {
			buf_put_u8(text, (uint8_t)c);
			continue;
		}
		if (field.data[at] == '.')
			return bad_format(decoder, err,
			    "end-of-copy marker corrupt");
		if (numeric_escape(field, &at, &byte)) {
			buf_put_u8(text, byte);
			continue;
		}
		buf_put_u8(text, letter_escape(field.data[at++]));
	}
	*out = str_of((const char *)text->data + begin, text->len - begin);
	return 0;
}

static int
split_text(struct pg_copy_decoder *decoder, struct str line, struct error *err)
{
	const struct pg_copy_options *options = decoder->options;
	size_t begin = 0, at = 0;
	bool escaped = false;

	for (;; at++) {
		struct str field = str_of(NULL, 0);
		bool is_null;
		int rc;

		if (at < line.len && line.data[at] == '\\') {
			escaped = true;
			at++;
			if (at < line.len)
				continue;
		}
		if (at < line.len && line.data[at] != options->delimiter)
			continue;
		field = str_of(line.data + begin,
		    (at < line.len ? at : line.len) - begin);
		is_null = str_equal(field, options->null);
		if (escaped && !is_null) {
			rc = unescape(decoder, field, &field, err);
			if (rc == 0)
				rc = pg_check_text(field, err);
			if (rc != 0)
				return rc;
		}
		if (!add_field(decoder, field, is_null) || at >= line.len)
			return 0;
		begin = at + 1;
		escaped = false;
	}
}

/*
 * One csv field from *at on; *at is then at its delimiter or the line's end.
 * A field without quotes is borrowed, another built in decoder->text.
 */
static int
csv_field(struct pg_copy_decoder *decoder, struct str line, size_t *at,
    struct str *out, bool *was_quoted, struct error *err)
{
	const struct pg_copy_options *options = decoder->options;
	struct buf *text = &decoder->text;
	size_t begin = *at, begin_text = text->len;
	bool in_quote = false;

	*was_quoted = false;
	for (; *at < line.len; (*at)++) {
		char c = line.data[*at];

		if (!in_quote && c == options->delimiter)
			break;
		if (!in_quote && c == options->quote) {
			if (!*was_quoted)
				buf_put(text, line.data + begin, *at - begin);
			*was_quoted = true;
			in_quote = true;
			continue;
		}
		if (in_quote && c == options->escape && *at + 1 < line.len &&
		    (line.data[*at + 1] == options->quote ||
			line.data[*at + 1] == options->escape)) {
			buf_put_u8(text, (uint8_t)line.data[++*at]);
			continue;
		}
		if (in_quote && c == options->quote)
			in_quote = false;
		else if (*was_quoted)
			buf_put_u8(text, (uint8_t)c);
	}
	if (in_quote)
		return bad_format(decoder, err,
		    "unterminated CSV quoted field");
	*out = *was_quoted ? str_of((const char *)text->data + begin_text,
				 text->len - begin_text)
			   : str_of(line.data + begin, *at - begin);
	return 0;
}

static bool
csv_is_null(const struct pg_copy_decoder *decoder, struct str field,
    bool was_quoted)
{
	const struct pg_copy_options *options = decoder->options;
	uint32_t i = decoder->field_count;

	if (!str_equal(field, options->null))
		return false;
	if (i >= decoder->column_count)
		return !was_quoted;
	if (was_quoted)
		return options->force_null != NULL && options->force_null[i];
	return options->force_not_null == NULL || !options->force_not_null[i];
}

static int
split_csv(struct pg_copy_decoder *decoder, struct str line, struct error *err)
{
	size_t at = 0;

	for (;; at++) {
		struct str field = str_of(NULL, 0);
		bool was_quoted = false;
		int rc;

		rc = csv_field(decoder, line, &at, &field, &was_quoted, err);
		if (rc != 0)
			return rc;
		if (!add_field(decoder, field,
			csv_is_null(decoder, field, was_quoted)) ||
		    at == line.len)
			return 0;
	}
}

static int
split_line(struct pg_copy_decoder *decoder, struct str line, struct error *err)
{
	int rc;

	decoder->field_count = 0;
	buf_reset(&decoder->text);
	/* Fields point into text, which therefore must not move. */
	if (!buf_reserve(&decoder->text, line.len + 1))
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	rc = pg_check_text(line, err);
	if (rc == 0) {
		decoder->line_text = line;
		rc = decoder->options->is_csv ? split_csv(decoder, line, err)
					      : split_text(decoder, line, err);
	}
	if (rc != 0)
		pg_copy_decoder_context(decoder, err);
	return rc;
}

static int
check_header(struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->field_count != decoder->column_count) {
		(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "wrong number of fields in header line: field count is "
		    "%u, expected %u",
		    decoder->field_count, decoder->column_count);
		pg_copy_decoder_context(decoder, err);
		return err->code;
	}
	for (uint32_t i = 0; i < decoder->column_count; i++) {
		if (decoder->is_null[i])
			(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
			    "column name mismatch in header line field %u: "
			    "got null value (\"%.*s\"), expected \"%.*s\"",
			    i + 1, STR_FMT(decoder->options->null),
			    STR_FMT(decoder->columns[i]));
		else if (!str_equal(decoder->fields[i], decoder->columns[i]))
			(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
			    "column name mismatch in header line field %u: "
			    "got \"%.*s\", expected \"%.*s\"",
			    i + 1, STR_FMT(decoder->fields[i]),
			    STR_FMT(decoder->columns[i]));
		else
			continue;
		pg_copy_decoder_context(decoder, err);
		return err->code;
	}
	return 0;
}

int
pg_copy_decoder_next(struct pg_copy_decoder *decoder, struct pg_copy_line *out,
    struct error *err)
{
	struct str line = str_of(NULL, 0);
	int rc;

	for (;;) {
		rc = next_line(decoder, &line, err);
		if (rc != 1)
			return rc;
		if (str_equal(line, STR("\\."))) {
			decoder->saw_marker = true;
			return 0;
		}
		if (decoder->line == 1 &&
		    decoder->options->header == PG_COPY_HEADER)
			continue;
		rc = split_line(decoder, line, err);
		if (rc != 0)
			return rc;
		if (decoder->line > 1 ||
		    decoder->options->header != PG_COPY_HEADER_MATCH)
			break;
		rc = check_header(decoder, err);
		if (rc != 0)
			return rc;
	}
	*out = (struct pg_copy_line){
		.fields = decoder->fields,
		.is_null = decoder->is_null,
		.field_count = decoder->field_count,
		.number = decoder->line,
	};
	return 1;
}
