/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_copy.h -- the text and csv forms of COPY: bytes to fields and back.
 *
 * The decoder takes the bytes in pieces cut anywhere and gives lines of
 * fields.  It keeps only the line it is in, bounded by line_size_max.
 *
 * The forms: PostgreSQL 15 documentation, COPY, "File Formats".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/vec.h"
#include "wire/pg_backend.h"

struct error;

enum pg_copy_header {
	PG_COPY_NO_HEADER,
	PG_COPY_HEADER,       /* skipped when reading */
	PG_COPY_HEADER_MATCH, /* must be the columns' names */
};

struct pg_copy_options {
	bool is_csv;
	char delimiter;
	char quote;      /* csv */
	char escape;     /* csv */
	struct str null; /* what stands for a null, unquoted */
	enum pg_copy_header header;
	const bool *force_not_null; /* csv, per column; NULL: none */
	const bool *force_null;     /* csv, per column; NULL: none */
	const bool *force_quote;    /* csv, per column; NULL: none */
};

/* PostgreSQL's defaults of the two formats. */
struct pg_copy_options pg_copy_defaults(bool is_csv);

/* ---- COPY FROM ---- */

enum pg_copy_eol { PG_EOL_UNKNOWN, PG_EOL_NL, PG_EOL_CRNL, PG_EOL_CR };

/* Thread: one at a time.  All members are private. */
struct pg_copy_decoder {
	const struct pg_copy_options *options; /* borrowed */
	struct str table;                      /* borrowed; for messages */
	const struct str *columns;             /* borrowed */
	uint32_t column_count;
	size_t line_size_max;
	struct buf raw;  /* bytes not yet decoded */
	size_t next;     /* in raw: where the current line starts */
	size_t scan;     /* in raw: the line's end is not before this */
	bool in_line;    /* `line` is begun and not yet whole */
	bool in_quote;   /* csv, at scan */
	bool was_escape; /* csv, at scan: the byte before escapes this one */
	bool at_end;     /* no more bytes come */
	bool saw_marker; /* "\." has been read: the rest is ignored */
	enum pg_copy_eol eol;
	uint64_t line;        /* number of the current line, from 1 */
	struct str line_text; /* the current line, or empty */
	struct buf text;      /* fields whose bytes had to change */
	struct str *fields;   /* column_count + 1 */
	bool *is_null;
	uint32_t field_count;
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

/* The bytes are over: a last line needs no newline. */
void pg_copy_decoder_end(struct pg_copy_decoder *decoder);

struct pg_copy_line {
	const struct str *fields;
	const bool *is_null;
	/* At most one more than there are columns, however many came. */
	uint32_t field_count;
	uint64_t number;
};

/*
 * The next line; valid until the next call of feed or next.  Returns 1, 0 if
 * more bytes are needed (or, after the end, if there are none), or
 * STELE_E_BAD_COPY_FILE_FORMAT, _CHARACTER_NOT_IN_REPERTOIRE, _LIMIT, with the
 * context `COPY t, line n`.
 */
MUST_USE int pg_copy_decoder_next(struct pg_copy_decoder *decoder,
    struct pg_copy_line *out, struct error *err);

/* Add `COPY t, line n` to an error that has no context yet. */
void pg_copy_decoder_context(const struct pg_copy_decoder *decoder,
    struct error *err);

/* ---- COPY TO ---- */

/* One CopyData message with the names of the columns. */
void pg_put_copy_header(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, uint32_t column_count);

/* One CopyData message with row `row`; `scratch` is the caller's. */
void pg_put_copy_row(struct buf *out, const struct pg_copy_options *options,
    const struct pg_column *columns, const struct type_settings *settings,
    const struct batch *batch, uint32_t row, struct buf *scratch);
