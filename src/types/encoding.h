/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encoding.h -- encodings of text other than UTF-8, as PostgreSQL names and
 * numbers them.
 *
 * Texts are UTF-8 in the server.  They are converted to and from encodings in which
 * the first 128 characters are ASCII: of one byte a character by tables, of several
 * one text at a time.  What the bytes mean is the C library's knowledge (iconv).
 * Not converted are MULE_INTERNAL, which PostgreSQL does not convert to UTF-8
 * either, and JOHAB, of which it reads a part alone.  SQL_ASCII has no meaning: its
 * bytes are taken as they are.
 *
 * Threads: any.  Tables are made when they are first needed, and stay.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct text_encoding;
struct error;

extern const struct text_encoding *const encoding_utf8;
extern const struct text_encoding *const encoding_sql_ascii;

/* By PostgreSQL's number of it; NULL if there is none. */
const struct text_encoding *encoding_at(int64_t number);

/*
 * By name, of which letters and digits alone count, in any case: "utf-8",
 * "Latin1", "windows-1252".  NULL if PostgreSQL has none of that name.
 */
const struct text_encoding *encoding_find(struct str name);

const char *encoding_name(const struct text_encoding *encoding);
int64_t encoding_number(const struct text_encoding *encoding);
/* Bytes of a character. */
int encoding_length_max(const struct text_encoding *encoding);

/* Whether texts can be converted to it and from it. */
bool encoding_is_known(const struct text_encoding *encoding);

/*
 * Append `text`, which is in `from`, to *out in `to`; both are known, and one of
 * them is UTF-8 or SQL_ASCII, or both are the same.  Texts have no NUL.
 *
 * Returns 0; STELE_E_CHARACTER_NOT_IN_REPERTOIRE, with the bytes, for what is no
 * text in `from`; STELE_E_UNTRANSLATABLE_CHARACTER for a character that `to`
 * does not have; STELE_E_OUT_OF_MEMORY.  *out has what comes before then.
 */
MUST_USE int encoding_convert(const struct text_encoding *from,
    const struct text_encoding *to, struct str text, struct buf *out,
    struct error *err);

/* The same without errors, from valid UTF-8: '?' is what `to` does not have. */
void encoding_put(const struct text_encoding *to, struct str text,
    struct buf *out);

/* STELE_E_CHARACTER_NOT_IN_REPERTOIRE, with the bytes, unless it is a text. */
MUST_USE int encoding_check(const struct text_encoding *encoding,
    struct str text, struct error *err);

/*
 * Bytes of a text that comes in pieces, up to a character at the end whose other
 * bytes are in the next piece.
 */
size_t encoding_whole(const struct text_encoding *encoding, struct str text);

/* Characters of what is a text. */
uint64_t encoding_length(const struct text_encoding *encoding, struct str text);
