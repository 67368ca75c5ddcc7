/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy.h -- the text, csv and binary forms of COPY: bytes to columns of
 * fields and back.
 *
 * The decoder takes the bytes in pieces cut anywhere and gives batches of rows,
 * a vector of texts for each column.  It waits until there is enough for a
 * batch; it keeps the bytes of one batch and the line it is in, which is
 * bounded by line_size_max.
 *
 * The forms: PostgreSQL 15 documentation, COPY, "File Formats".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/vec.h"
#include "wire/pg_backend.h"

enum pg_copy_header {
	PG_COPY_NO_HEADER,
	PG_COPY_HEADER,       /* skipped when reading */
	PG_COPY_HEADER_MATCH, /* must be the columns' names */
};

struct pg_copy_options {
	bool is_csv;
	bool is_binary; /* then nothing below counts */
	char delimiter;
	char quote;      /* csv */
	char escape;     /* csv */
	struct str null; /* what stands for a null, unquoted */
	enum pg_copy_header header;
	const bool *force_not_null;           /* csv, per column; NULL: none */
	const bool *force_null;               /* csv, per column; NULL: none */
	const bool *force_quote;              /* csv, per column; NULL: none */
	const struct text_encoding *encoding; /* ENCODING; NULL: the client's */
};

/* What the first CopyData of the binary form begins with. */
#define PG_COPY_BINARY_HEADER_SIZE 19

/* PostgreSQL's defaults of the two formats. */
struct pg_copy_options pg_copy_defaults(bool is_csv);

/* ---- COPY FROM ---- */

enum pg_copy_eol { PG_EOL_UNKNOWN, PG_EOL_NL, PG_EOL_CRNL, PG_EOL_CR };

struct pg_copy_piece;

/* Thread: one at a time.  All members are private. */
struct pg_copy_decoder {
	const struct pg_copy_options *options; /* borrowed */
	struct str table;                      /* borrowed; for messages */
	const struct str *columns;             /* borrowed */
	uint32_t column_count;
	size_t line_size_max;

	/* bytes: raw[next, len) is not yet decoded */
	struct buf raw;
	size_t next;
	size_t valid_end; /* raw[next, valid_end) is valid UTF-8 */
	struct buf marks; /* a flag for each byte of raw that may end a field */
	size_t marked_end;   /* so far they are set */
	size_t enough_bytes; /* as many are worth a look */
	bool is_hurried;     /* any number is */
	bool at_end;         /* no more bytes come */
	bool saw_marker;     /* "\." has been read: the rest is ignored */
	bool has_header;     /* if there is one: it has been read */
	enum pg_copy_eol eol;

	/* the line in work */
	uint64_t line; /* number of the last one that was found, from 1 */
	uint64_t
	    newlines; /* csv: in quotes of the line in work; they count too */
	struct pg_copy_piece *pieces; /* its fields, column_count + 1 */
	uint32_t piece_count;

	/* the batch */
	struct arena arena; /* of these arrays */
	struct vec *cols;   /* column_count, of rows_max rows */
	struct str *lines;  /* the text of each row */
	uint64_t *numbers;  /* of these lines */
	uint32_t rows_max;
	uint32_t row_count;
	struct buf text;      /* fields whose bytes had to change */
	struct error failure; /* code 0: none; comes after the batch's rows */
};

/* 0 or STELE_E_OUT_OF_MEMORY; pg_copy_decoder_release() is allowed after. */
MUST_USE int pg_copy_decoder_init(struct pg_copy_decoder *decoder,
    const struct pg_copy_options *options, struct str table,
    const struct str *columns, uint32_t column_count, size_t line_size_max,
    struct error *err);
void pg_copy_decoder_release(struct pg_copy_decoder *decoder);

/* More bytes: 0 or STELE_E_OUT_OF_MEMORY. */
MUST_USE int pg_copy_decoder_feed(struct pg_copy_decoder *decoder,
    struct str bytes, struct error *err);

/* From now on give the rows that are there, however few. */
void pg_copy_decoder_hurry(struct pg_copy_decoder *decoder);

/* The bytes are over: a last line needs no newline. */
void pg_copy_decoder_end(struct pg_copy_decoder *decoder);

/*
 * The next rows: one vector of texts for each column (or, of the binary form,
 * of values in theirs), with null flags, valid until the next call of feed or next.  Returns 1, 0 if more bytes are needed
 * (or, after the end, if there are none), or STELE_E_BAD_COPY_FILE_FORMAT,
 * _CHARACTER_NOT_IN_REPERTOIRE, _LIMIT, _OUT_OF_MEMORY, with the context
 * `COPY t, line n`.
 */
MUST_USE int pg_copy_decoder_next(struct pg_copy_decoder *decoder,
    struct batch *out, struct error *err);

/* The number of the line that each of the batch's rows was. */
const uint64_t *pg_copy_decoder_lines(const struct pg_copy_decoder *decoder);

/* Add `COPY t, line n: "text"` of a row of the batch, if err has no context. */
void pg_copy_decoder_row_context(const struct pg_copy_decoder *decoder,
    uint32_t row, struct error *err);

/* Add `COPY t, line n` of the line that is read, if err has no context. */
void pg_copy_decoder_context(const struct pg_copy_decoder *decoder,
    struct error *err);

/* ---- COPY TO ---- */

/* One CopyData message with the names of the columns. */
void pg_put_copy_header(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, uint32_t column_count);

/*
 * One CopyData message with row `row`; `scratch` is the caller's.  The first row
 * of a COPY has what comes before it.
 */
void pg_put_copy_row(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, const struct type_settings *settings,
    const struct batch *batch, uint32_t row, bool is_first,
    struct buf *scratch);

/* What comes behind the last row; is_first if there was none. */
void pg_put_copy_trailer(struct buf *out, const struct pg_copy_options *options,
    bool is_first);
