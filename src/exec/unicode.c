/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/unicode.h"

#include <assert.h>
#include <stdlib.h>

#include <utf8proc.h>

#include "common/buf.h"
#include "common/cancel.h"
#include "common/must.h"

uint32_t
unicode_next(struct str text, size_t *at)
{
	utf8proc_int32_t code_point;
	utf8proc_ssize_t used;

	assert(*at < text.len);
	used = utf8proc_iterate((const utf8proc_uint8_t *)text.data + *at,
	    (utf8proc_ssize_t)(text.len - *at), &code_point);
	MUST(used > 0); /* texts are checked where they come in */
	*at += (size_t)used;
	return (uint32_t)code_point;
}

uint32_t
unicode_to_lower(uint32_t code_point)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

uint32_t
unicode_to_upper(uint32_t code_point)
{
	if (code_point == 0xdf)
		return code_point; /* the sharp s, whose capital is rare */
	return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code_point);
}

bool
unicode_is_alphanumeric(uint32_t code_point)
{
	switch (utf8proc_category((utf8proc_int32_t)code_point)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

/* Between two looks for a cancel. */
#define PIECE_BYTES ((size_t)256 << 10)

/* What never joins what is before it: ASCII, and U+4000..U+9FFF, ideographs. */
static bool
begins_piece(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x80 || (byte >= 0xe4 && byte <= 0xe9);
}

/* How much of a long text can be normalized apart from the rest. */
static size_t
piece_of(struct str text)
{
	size_t at = PIECE_BYTES;

	while (at < text.len && !begins_piece(text.data[at]))
		at++;
	return at < text.len ? at : text.len;
}

static bool
normalize_piece(struct str text, utf8proc_option_t options, struct buf *out)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)text.data,
	    (utf8proc_ssize_t)text.len, &mapped, options);

	if (len < 0)
		return false;
	buf_put(out, (const char *)mapped, (size_t)len);
	free(mapped);
	return !out->failed;
}

bool
unicode_normalize(struct str text, enum unicode_form form,
    const atomic_bool *cancel, struct arena *arena, struct str *out)
{
	utf8proc_option_t options = UTF8PROC_STABLE;
	struct buf normal;
	bool is_done = true;

	options |= form == UNICODE_NFC || form == UNICODE_NFKC
	    ? UTF8PROC_COMPOSE
	    : UTF8PROC_DECOMPOSE;
	if (form == UNICODE_NFKC || form == UNICODE_NFKD)
		options |= UTF8PROC_COMPAT;
	buf_init_charged(&normal, arena->budget);
	while (text.len > 0 && is_done && !cancel_is_set(cancel)) {
		size_t piece = piece_of(text);

		is_done =
		    normalize_piece(str_of(text.data, piece), options, &normal);
		text = str_of(text.data + piece, text.len - piece);
	}
	*out = arena_str(arena, buf_str(&normal));
	buf_release(&normal);
	return is_done;
}
