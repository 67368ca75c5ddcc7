/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy_line.c -- where lines and fields end.
 *
 * A plain loop over blocks flags every byte that may matter; the search then
 * steps from flag to flag.
 */
#include <endian.h>

#include "common/must.h"
#include "wire/pg_copy_private.h"

#define MARK_BLOCK 64
#define MARK_SLACK 16 /* flags behind the last: where a search ends */

struct mark_bytes {
	uint8_t a, b, c; /* of the format; maybe the same */
};

/* ---- marks ---- */

STELE_CLONES static void
mark_blocks(const uint8_t *restrict bytes, uint8_t *restrict marks,
    size_t block_count, struct mark_bytes of)
{
	for (; block_count > 0; block_count--) {
		for (size_t i = 0; i < MARK_BLOCK; i++)
			marks[i] = (bytes[i] == of.a) | (bytes[i] == of.b) |
			    (bytes[i] == of.c) | (bytes[i] == '\n') |
			    (bytes[i] == '\r');
		bytes += MARK_BLOCK;
		marks += MARK_BLOCK;
	}
}

bool
copy_mark(struct pg_copy_decoder *decoder)
{
	const struct pg_copy_options *options = decoder->options;
	const struct buf *raw = &decoder->raw;
	struct mark_bytes of = { (uint8_t)options->delimiter, '\\', '\\' };
	size_t from = decoder->marked_end;
	size_t len = raw->len - from;

	if (options->is_csv) {
		of.b = (uint8_t)options->quote;
		of.c = (uint8_t)options->escape;
	}
	decoder->marks.len = from;
	if (buf_take(&decoder->marks, len + MARK_BLOCK + MARK_SLACK) == NULL)
		return false;
	if (len > 0) {
		uint8_t tail[MARK_BLOCK] = { 0 };
		size_t whole = len / MARK_BLOCK;
		uint8_t *marks = decoder->marks.data + from;
		const uint8_t *bytes = raw->data + from;

		mark_blocks(bytes, marks, whole, of);
		memcpy(tail, bytes + whole * MARK_BLOCK, len % MARK_BLOCK);
		mark_blocks(tail, marks + whole * MARK_BLOCK, 1, of);
	}
	memset(decoder->marks.data + raw->len, 1, MARK_SLACK);
	decoder->marked_end = raw->len;
	return true;
}

/* The first flag at or after `at`, which is at most one past raw's end. */
static size_t
next_mark(const struct pg_copy_decoder *decoder, size_t at)
{
	const uint8_t *marks = decoder->marks.data;

	for (;;) {
		uint64_t eight;

		memcpy(&eight, marks + at, sizeof(eight));
		if (eight != 0)
			return at + (size_t)__builtin_ctzll(le64toh(eight)) / 8;
		at += sizeof(eight);
	}
}

/* ---- what ends a line ---- */

static int
stray_return(const struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->options->is_csv) {
		(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "unquoted carriage return found in data");
		return error_hint(err,
		    "Use quoted CSV field to represent carriage return.");
	}
	(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
	    "literal carriage return found in data");
	return error_hint(err, "Use \"\\r\" to represent carriage return.");
}

static int
stray_newline(const struct pg_copy_decoder *decoder, struct error *err)
{
	if (decoder->options->is_csv) {
		(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
		    "unquoted newline found in data");
		return error_hint(err,
		    "Use quoted CSV field to represent newline.");
	}
	(void)error_set(err, STELE_E_BAD_COPY_FILE_FORMAT,
	    "literal newline found in data");
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

/* ---- lines ---- */

/* A field ends at `end`; one more than there are columns is enough to know. */
static void
end_piece(struct pg_copy_decoder *decoder, struct pg_copy_piece *piece,
    size_t end)
{
	if (decoder->piece_count <= decoder->column_count) {
		piece->end = end;
		decoder->pieces[decoder->piece_count++] = *piece;
	}
	*piece = (struct pg_copy_piece){ .begin = end + 1 };
}

static int
find_text_line(struct pg_copy_decoder *decoder, size_t *end, size_t *eol,
    struct error *err)
{
	const struct buf *raw = &decoder->raw;
	uint8_t delimiter = (uint8_t)decoder->options->delimiter;
	struct pg_copy_piece piece = { .begin = decoder->next };
	size_t at = next_mark(decoder, decoder->next);

	while (at < raw->len) {
		uint8_t byte = raw->data[at];

		if (byte == delimiter) {
			end_piece(decoder, &piece, at);
			at = next_mark(decoder, at + 1);
		} else if (byte == '\\') {
			/* It takes the next byte, a newline too, with it. */
			piece.is_changed = true;
			at = next_mark(decoder, at + 2);
		} else {
			int length = eol_length(decoder, at, err);

			*end = at;
			if (length <= 0)
				return length;
			end_piece(decoder, &piece, at);
			*eol = (size_t)length;
			return 1;
		}
	}
	if (!decoder->at_end)
		return 0;
	end_piece(decoder, &piece, raw->len);
	*end = raw->len;
	*eol = 0;
	return 1;
}

/* A byte in quotes; PostgreSQL counts as much before it knows what ends lines. */
static void
count_newline(struct pg_copy_decoder *decoder, size_t at)
{
	uint8_t newline = decoder->eol == PG_EOL_NL ? '\n' : '\r';

	if (at < decoder->raw.len && decoder->raw.data[at] == newline)
		decoder->newlines++;
}

/* Behind the quote that ends what the one before `at` has begun. */
static size_t
skip_quoted(struct pg_copy_decoder *decoder, size_t at)
{
	const struct buf *raw = &decoder->raw;
	uint8_t quote = (uint8_t)decoder->options->quote;
	uint8_t escape = (uint8_t)decoder->options->escape;

	for (at = next_mark(decoder, at); at < raw->len;) {
		uint8_t byte = raw->data[at];

		if (byte == escape && escape != quote)
			at++; /* it takes the next byte with it */
		else if (byte == quote)
			return at + 1;
		count_newline(decoder, at);
		at = next_mark(decoder, at + 1);
	}
	return at;
}

static int
find_csv_line(struct pg_copy_decoder *decoder, size_t *end, size_t *eol,
    struct error *err)
{
	const struct buf *raw = &decoder->raw;
	uint8_t delimiter = (uint8_t)decoder->options->delimiter;
	uint8_t quote = (uint8_t)decoder->options->quote;
	struct pg_copy_piece piece = { .begin = decoder->next };
	size_t at = next_mark(decoder, decoder->next);

	while (at < raw->len) {
		uint8_t byte = raw->data[at];

		if (byte == delimiter) {
			end_piece(decoder, &piece, at);
			at = next_mark(decoder, at + 1);
		} else if (byte == quote) {
			piece.is_changed = true;
			at = skip_quoted(decoder, at + 1);
			if (at < raw->len)
				at = next_mark(decoder, at);
		} else if (byte == '\n' || byte == '\r') {
			int length = eol_length(decoder, at, err);

			*end = at;
			if (length <= 0)
				return length;
			end_piece(decoder, &piece, at);
			*eol = (size_t)length;
			return 1;
		} else {
			at = next_mark(decoder, at + 1);
		}
	}
	if (!decoder->at_end)
		return 0;
	end_piece(decoder, &piece, raw->len);
	*end = raw->len;
	*eol = 0;
	return 1;
}

int
copy_find_line(struct pg_copy_decoder *decoder, size_t *end, size_t *eol,
    struct error *err)
{
	MUST(decoder->marked_end == decoder->raw.len);
	decoder->piece_count = 0;
	decoder->newlines = 0;
	if (decoder->options->is_csv)
		return find_csv_line(decoder, end, eol, err);
	return find_text_line(decoder, end, eol, err);
}
