/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pg_recode.h -- messages and values in the encoding of a client that does not
 * speak UTF-8.
 *
 * Messages are made in UTF-8 and rewritten here, so that the many who do speak
 * it pay nothing.  `encoding` is never NULL.
 *
 * Threads: pure functions.
 */
#pragma once

#include "common/attr.h"
#include "common/buf.h"
#include "wire/pg_backend.h"
#include "wire/pg_copy.h"

struct arena;
struct error;
struct text_encoding;

/*
 * Rewrite the messages of `out` from `begin` on: texts of errors and notices,
 * names of columns, settings, notifications, command tags.  What the encoding
 * does not have becomes '?'.  Rows are left as they are.
 */
void pg_recode_messages(struct buf *out, size_t begin,
    const struct text_encoding *encoding);

/*
 * Rewrite the one DataRow, or CopyData of a row, that begins there.
 * After an error (STELE_E_UNTRANSLATABLE_CHARACTER, STELE_E_OUT_OF_MEMORY,
 * STELE_E_FEATURE_NOT_SUPPORTED for binary records with other letters than
 * ASCII's) it is not there any more.
 */
MUST_USE int pg_recode_row(struct buf *out, size_t begin,
    const struct pg_column *columns, const uint16_t *formats,
    uint32_t format_count, const struct text_encoding *encoding,
    struct error *err);
MUST_USE int pg_recode_copy_row(struct buf *out, size_t begin,
    const struct pg_copy_options *options, const struct pg_column *columns,
    bool is_first, const struct text_encoding *encoding, struct error *err);

/*
 * Text from a client to UTF-8, in the arena: as pg_check_text(), or
 * STELE_E_UNTRANSLATABLE_CHARACTER.  And a value in binary form, as far as it is
 * text.
 */
MUST_USE int pg_recode_text(const struct text_encoding *encoding,
    struct arena *arena, struct str *text, struct error *err);
MUST_USE int pg_recode_value(const struct text_encoding *encoding,
    const struct type *type, struct arena *arena, struct str *value,
    struct error *err);

/* What a piece of a text ended with: the first bytes of a character. */
struct pg_recode_rest {
	char bytes[4];
	size_t len;
};

/*
 * Append a text that comes in pieces, which may end anywhere, to *out in UTF-8.
 * *rest is zeroed before the first; pg_recode_end() is what the text ends with.
 * Errors of encoding_convert().
 */
MUST_USE int pg_recode_piece(const struct text_encoding *encoding,
    struct pg_recode_rest *rest, struct str piece, struct buf *out,
    struct error *err);
MUST_USE int pg_recode_end(const struct text_encoding *encoding,
    const struct pg_recode_rest *rest, struct error *err);
