/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_in.c -- COPY FROM: bytes to batches of rows.
 *
 * raw holds [next, len): lines that are not yet decoded, the last of them maybe
 * not whole.  Nothing is looked at before there is enough for a batch.  If that
 * turns out to be less than a line, twice as much is waited for: a long line in
 * small pieces is looked at a few times only.
 */
#include <stdlib.h>

#include "common/utf8.h"
#include "wire/pg_copy_private.h"
#include "wire/pg_frontend.h"

#define CONTEXT_LINE_MAX 100
#define ENOUGH_BYTES     ((size_t)256 << 10)
#define CELLS_MAX        65536u /* of a batch */

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

/* ---- life ---- */

/* As many rows as scans have, fewer of very wide ones. */
static uint32_t
batch_rows(uint32_t column_count)
{
	uint32_t rows = CELLS_MAX / (column_count == 0 ? 1 : column_count);

	if (rows > VEC_ROWS)
		rows = VEC_ROWS;
	return rows == 0 ? 1 : rows;
}

int
pg_copy_decoder_init(struct pg_copy_decoder *decoder,
    const struct pg_copy_options *options, struct str table,
    const struct str *columns, uint32_t column_count, size_t line_size_max,
    struct error *err)
{
	uint32_t rows = batch_rows(column_count);

	*decoder = (struct pg_copy_decoder){
		.options = options,
		.table = table,
		.columns = columns,
		.column_count = column_count,
		.line_size_max = line_size_max,
		.enough_bytes = ENOUGH_BYTES,
		.rows_max = rows,
	};
	buf_init(&decoder->raw);
	buf_init(&decoder->marks);
	buf_init(&decoder->text);
	arena_init(&decoder->arena, NULL);
	decoder->pieces = arena_alloc_array(&decoder->arena,
	    (size_t)column_count + 1, sizeof(*decoder->pieces));
	decoder->cols = arena_alloc_array(&decoder->arena,
	    (size_t)column_count + 1, sizeof(*decoder->cols));
	decoder->lines =
	    arena_alloc_array(&decoder->arena, rows, sizeof(*decoder->lines));
	decoder->numbers =
	    arena_alloc_array(&decoder->arena, rows, sizeof(*decoder->numbers));
	for (uint32_t i = 0; i < column_count; i++) {
		vec_init(&decoder->cols[i], PHYS_STR, rows, &decoder->arena);
		(void)vec_need_nulls(&decoder->cols[i], rows, &decoder->arena);
	}
	return arena_check(&decoder->arena, err);
}

void
pg_copy_decoder_release(struct pg_copy_decoder *decoder)
{
	buf_release(&decoder->raw);
	buf_release(&decoder->marks);
	buf_release(&decoder->text);
	arena_release(&decoder->arena);
}

/* ---- bytes ---- */

/* Drop what is decoded; the line in work comes to the front. */
static void
drop_decoded(struct pg_copy_decoder *decoder)
{
	struct buf *raw = &decoder->raw;

	if (decoder->next == 0)
		return;
	memmove(raw->data, raw->data + decoder->next, raw->len - decoder->next);
	raw->len -= decoder->next;
	decoder->valid_end = decoder->valid_end > decoder->next
	    ? decoder->valid_end - decoder->next
	    : 0;
	decoder->marked_end = 0;
	decoder->next = 0;
}

int
pg_copy_decoder_feed(struct pg_copy_decoder *decoder, struct str bytes,
    struct error *err)
{
	if (decoder->saw_marker && !decoder->options->is_binary)
		return 0;
	decoder->row_count = 0;
	drop_decoded(decoder);
	buf_put_str(&decoder->raw, bytes);
	if (decoder->raw.failed)
		return error_no_memory(err);
	return 0;
}

void
pg_copy_decoder_hurry(struct pg_copy_decoder *decoder)
{
	decoder->is_hurried = true;
}

void
pg_copy_decoder_end(struct pg_copy_decoder *decoder)
{
	decoder->at_end = true;
}

/* ---- contexts ---- */

static void
add_line_context(const struct pg_copy_decoder *decoder, uint64_t number,
    struct str line, struct error *err)
{
	const char *dots = "";

	if (line.len > CONTEXT_LINE_MAX) {
		line.len = CONTEXT_LINE_MAX;
		while (((unsigned char)line.data[line.len] & 0xc0) == 0x80)
			line.len--;
		dots = "...";
	}
	error_add_context(err, "COPY %.*s, line %llu: \"%.*s%s\"",
	    STR_FMT(decoder->table), (unsigned long long)number, STR_FMT(line),
	    dots);
}

void
pg_copy_decoder_row_context(const struct pg_copy_decoder *decoder, uint32_t row,
    struct error *err)
{
	uint64_t line = decoder->numbers[row];

	if (err->context[0] != '\0')
		return;
	if (decoder->options->is_binary)
		error_add_context(err, "COPY %.*s, line %llu",
		    STR_FMT(decoder->table), (unsigned long long)line);
	else
		add_line_context(decoder, line, decoder->lines[row], err);
}

void
pg_copy_decoder_context(const struct pg_copy_decoder *decoder,
    struct error *err)
{
	uint64_t line = decoder->line + 1 + decoder->newlines;

	if (decoder->options->is_binary && !decoder->has_header)
		return; /* the header has no place */
	if (err->context[0] == '\0')
		error_add_context(err, "COPY %.*s, line %llu",
		    STR_FMT(decoder->table), (unsigned long long)line);
}

const uint64_t *
pg_copy_decoder_lines(const struct pg_copy_decoder *decoder)
{
	return decoder->numbers;
}

/* ---- rows ---- */

static int
check_count(const struct pg_copy_decoder *decoder, struct error *err)
{
	uint32_t count = decoder->piece_count;

	if (count < decoder->column_count)
		return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "missing data for column \"%.*s\"",
		    STR_FMT(decoder->columns[count]));
	if (count > decoder->column_count)
		return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "extra data after last expected column");
	return 0;
}

/* The header line's fields are in row `row`. */
static int
check_header(const struct pg_copy_decoder *decoder, uint32_t row,
    struct error *err)
{
	if (decoder->piece_count != decoder->column_count)
		return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "wrong number of fields in header line: field count is "
		    "%u, expected %u",
		    decoder->piece_count, decoder->column_count);
	for (uint32_t i = 0; i < decoder->column_count; i++) {
		struct str name = decoder->columns[i];
		struct str found = decoder->cols[i].str[row];

		if (decoder->cols[i].nulls[row])
			return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
			    "column name mismatch in header line field %u: "
			    "got null value (\"%.*s\"), expected \"%.*s\"",
			    i + 1, STR_FMT(decoder->options->null),
			    STR_FMT(name));
		if (!str_equal(found, name))
			return error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
			    "column name mismatch in header line field %u: "
			    "got \"%.*s\", expected \"%.*s\"",
			    i + 1, STR_FMT(found), STR_FMT(name));
	}
	return 0;
}

/*
 * Take the next line off raw: 1 and its text, 0 if its end is not there, or a
 * code with its context.
 */
static int
take_line(struct pg_copy_decoder *decoder, struct str *line, struct error *err)
{
	const struct buf *raw = &decoder->raw;
	size_t begin = decoder->next, end = raw->len, eol = 0;
	int rc;

	if (begin == raw->len)
		return 0;
	rc = copy_find_line(decoder, &end, &eol, err);
	if (end - begin > decoder->line_size_max)
		return error_set(err, STELE_E_LIMIT,
		    "line %llu of COPY is longer than %zu bytes",
		    (unsigned long long)decoder->line + 1,
		    decoder->line_size_max);
	if (rc == 0)
		return 0;
	*line = str_of((const char *)raw->data + begin, end - begin);
	if (rc == 1 && end > decoder->valid_end)
		rc = pg_check_text(*line, err);
	if (rc < 0) {
		pg_copy_decoder_context(decoder, err);
		return rc;
	}
	decoder->next = end + eol;
	decoder->line += 1 + decoder->newlines;
	decoder->newlines = 0;
	return 1;
}

/* The line that was found to the next row, unless it is a header: 1 or a code. */
static int
take_row(struct pg_copy_decoder *decoder, struct str line, struct error *err)
{
	uint32_t row = decoder->row_count;
	bool is_header = !decoder->has_header &&
	    decoder->options->header != PG_COPY_NO_HEADER;
	int rc;

	decoder->has_header = true;
	if (is_header && decoder->options->header == PG_COPY_HEADER)
		return 1;
	rc = copy_put_row(decoder, row, err);
	if (rc == 0)
		rc = is_header ? check_header(decoder, row, err)
			       : check_count(decoder, err);
	if (rc != 0) {
		add_line_context(decoder, decoder->line, line, err);
		return rc;
	}
	if (is_header)
		return 1;
	decoder->numbers[row] = decoder->line;
	decoder->lines[row] = line;
	decoder->row_count++;
	return 1;
}

/* Look at what came since the last batch. */
static int
begin_batch(struct pg_copy_decoder *decoder, struct error *err)
{
	const struct buf *raw = &decoder->raw;
	size_t from = decoder->valid_end;

	if (from < decoder->next)
		from = decoder->next;
	decoder->valid_end = from +
	    utf8_valid_prefix(
		str_of((const char *)raw->data + from, raw->len - from));
	decoder->row_count = 0;
	buf_reset(&decoder->text);
	/* Fields point into text, which therefore must not move. */
	if (!buf_reserve(&decoder->text, raw->len - decoder->next + 1) ||
	    !copy_mark(decoder))
		return error_no_memory(err);
	return 1;
}

static bool
has_enough(const struct pg_copy_decoder *decoder)
{
	size_t bytes = decoder->raw.len - decoder->next;

	if (decoder->at_end && decoder->options->is_binary &&
	    !decoder->has_header)
		return true; /* it must be there, without any row too */
	return bytes > 0 &&
	    (decoder->at_end || decoder->is_hurried ||
		bytes >= decoder->enough_bytes);
}

/* All is decoded but a part of a line. */
static void
wait_for_more(struct pg_copy_decoder *decoder)
{
	size_t twice = 2 * (decoder->raw.len - decoder->next);

	decoder->enough_bytes = twice < ENOUGH_BYTES ? ENOUGH_BYTES : twice;
}

static int
text_rows(struct pg_copy_decoder *decoder, struct error *err)
{
	struct str line = { NULL, 0 };
	int rc = begin_batch(decoder, err);

	while (rc == 1 && decoder->row_count < decoder->rows_max) {
		rc = take_line(decoder, &line, err);
		if (rc == 0)
			wait_for_more(decoder);
		if (rc == 1 && str_equal(line, STR("\\."))) {
			decoder->saw_marker = true;
			rc = 0;
		}
		if (rc == 1)
			rc = take_row(decoder, line, err);
	}
	return rc;
}

static int
binary_rows(struct pg_copy_decoder *decoder, struct error *err)
{
	int rc;

	decoder->row_count = 0;
	rc = copy_binary_rows(decoder, err);
	if (rc == 0)
		wait_for_more(decoder);
	return rc;
}

int
pg_copy_decoder_next(struct pg_copy_decoder *decoder, struct batch *out,
    struct error *err)
{
	int rc;

	if (decoder->failure.code != 0) {
		*err = decoder->failure;
		return err->code;
	}
	if (!has_enough(decoder) ||
	    (decoder->saw_marker && !decoder->options->is_binary))
		return 0;
	rc = decoder->options->is_binary ? binary_rows(decoder, err)
					 : text_rows(decoder, err);
	if (decoder->row_count == 0)
		return rc;
	if (rc < 0)
		decoder->failure = *err;
	*out = (struct batch){
		.row_count = decoder->row_count,
		.col_count = decoder->column_count,
		.cols = decoder->cols,
		.sel = sel_all(decoder->row_count),
	};
	return 1;
}
