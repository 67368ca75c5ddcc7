/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encoding_multi.h -- encodings of several bytes a character; private to
 * src/types/encoding*.c.
 *
 * Which bytes are a character is PostgreSQL's rule, a shape that several
 * encodings share; which character they are is the C library's knowledge.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

enum encoding_shape {
	SHAPE_SINGLE, /* one byte a character: encoding.c does these */
	SHAPE_EUC,    /* two bytes of the upper half */
	SHAPE_EUC_JP, /* the same; three behind 0x8f, one and a half .. */
	SHAPE_EUC_TW, /* .. behind 0x8e, or four */
	SHAPE_SJIS,   /* one or two, of which the second may be ASCII's */
	SHAPE_PAIR,   /* two, the second is not NUL */
	SHAPE_GB18030,
};

/*
 * Bytes of the character that `text`, which is not empty, begins with; 0: it
 * begins with none.
 */
size_t encoding_character(enum encoding_shape shape, struct str text);

/* As many as its first bytes promise; for messages. */
size_t encoding_wanted(enum encoding_shape shape, struct str text);

/* Whether the C library knows it. */
bool encoding_library_has(const char *name);

/*
 * A conversion between two encodings of the C library, either of which may be
 * UTF-8.
 */
struct recoder {
	void *library; /* iconv_t */
};

/* False: there is no memory, or the library does not know them. */
MUST_USE bool recoder_open(struct recoder *recoder, const char *from,
    const char *to);
void recoder_close(struct recoder *recoder);

/*
 * Append what a text of whole characters is in the other encoding.  Returns the
 * bytes that were converted: all, or those before a character that the other
 * encoding does not have.
 */
size_t recoder_put(struct recoder *recoder, struct str text, struct buf *out);
