/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/unicode.h"

#include <assert.h>
#include <stdlib.h>

#include <utf8proc.h>

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

bool
unicode_normalize(struct str text, enum unicode_form form, struct arena *arena,
    struct str *out)
{
	utf8proc_option_t options = UTF8PROC_STABLE;
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t len;

	*out = text;
	if (text.len == 0)
		return true;
	options |= form == UNICODE_NFC || form == UNICODE_NFKC
	    ? UTF8PROC_COMPOSE
	    : UTF8PROC_DECOMPOSE;
	if (form == UNICODE_NFKC || form == UNICODE_NFKD)
		options |= UTF8PROC_COMPAT;
	len = utf8proc_map((const utf8proc_uint8_t *)text.data,
	    (utf8proc_ssize_t)text.len, &mapped, options);
	if (len < 0)
		return false;
	*out = arena_str(arena, str_of((const char *)mapped, (size_t)len));
	free(mapped);
	return true;
}
