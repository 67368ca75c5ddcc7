/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saslprep.c -- map, normalise, look for what is prohibited: the steps of
 * RFC 3454 with the tables that RFC 4013 names.
 *
 * The tables are of Unicode 3.2, as the RFC has it: a character that is newer
 * counts as unassigned, and a password with it is taken as it is.  Only which
 * characters are written from left to right (D.2) is asked of today's Unicode.
 */
#include "common/saslprep.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <utf8proc.h>

#include "common/attr.h"
#include "common/crypto.h"
#include "common/utf8.h"

/* Longer ones are not prepared: no client has them. */
#define PASSWORD_SIZE_MAX ((size_t)1 << 16)

struct range {
	uint32_t first;
	uint32_t last;
};

/* clang-format off */

/* C.1.2: spaces that are not ASCII; each becomes a space. */
static const struct range other_spaces[] = {
	{ 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200b },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* B.1: each becomes nothing, if it is no space. */
static const struct range nothings[] = {
	{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x1806, 0x1806 },
	{ 0x180b, 0x180d }, { 0x200b, 0x200d }, { 0x2060, 0x2060 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

/* C.1.2, C.2.1, C.2.2, C.3 to C.9, merged. */
static const struct range prohibited[] = {
	{ 0x0, 0x1f }, { 0x7f, 0xa0 }, { 0x340, 0x341 }, { 0x6dd, 0x6dd },
	{ 0x70f, 0x70f }, { 0x1680, 0x1680 }, { 0x180e, 0x180e },
	{ 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x2063 },
	{ 0x206a, 0x206f }, { 0x2ff0, 0x2ffb }, { 0x3000, 0x3000 },
	{ 0xd800, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff },
	{ 0xfff9, 0xffff }, { 0x1d173, 0x1d17a }, { 0x1fffe, 0x1ffff },
	{ 0x2fffe, 0x2ffff }, { 0x3fffe, 0x3ffff }, { 0x4fffe, 0x4ffff },
	{ 0x5fffe, 0x5ffff }, { 0x6fffe, 0x6ffff }, { 0x7fffe, 0x7ffff },
	{ 0x8fffe, 0x8ffff }, { 0x9fffe, 0x9ffff }, { 0xafffe, 0xaffff },
	{ 0xbfffe, 0xbffff }, { 0xcfffe, 0xcffff }, { 0xdfffe, 0xdffff },
	{ 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f }, { 0xefffe, 0x10ffff },
};

/* D.1: written from right to left. */
static const struct range right_to_left[] = {
	{ 0x5be, 0x5be }, { 0x5c0, 0x5c0 }, { 0x5c3, 0x5c3 },
	{ 0x5d0, 0x5ea }, { 0x5f0, 0x5f4 }, { 0x61b, 0x61b },
	{ 0x61f, 0x61f }, { 0x621, 0x63a }, { 0x640, 0x64a },
	{ 0x66d, 0x66f }, { 0x671, 0x6d5 }, { 0x6dd, 0x6dd },
	{ 0x6e5, 0x6e6 }, { 0x6fa, 0x6fe }, { 0x700, 0x70d },
	{ 0x710, 0x710 }, { 0x712, 0x72c }, { 0x780, 0x7a5 },
	{ 0x7b1, 0x7b1 }, { 0x200f, 0x200f }, { 0xfb1d, 0xfb1d },
	{ 0xfb1f, 0xfb28 }, { 0xfb2a, 0xfb36 }, { 0xfb38, 0xfb3c },
	{ 0xfb3e, 0xfb3e }, { 0xfb40, 0xfb41 }, { 0xfb43, 0xfb44 },
	{ 0xfb46, 0xfbb1 }, { 0xfbd3, 0xfd3d }, { 0xfd50, 0xfd8f },
	{ 0xfd92, 0xfdc7 }, { 0xfdf0, 0xfdfc }, { 0xfe70, 0xfe74 },
	{ 0xfe76, 0xfefc },
};

static const struct range unassigned[] = {
#include "common/unassigned_3_2.def"
};

/* clang-format on */

static int
compare_range(const void *key, const void *row)
{
	uint32_t code_point = *(const uint32_t *)key;
	const struct range *range = row;

	if (code_point < range->first)
		return -1;
	return code_point > range->last;
}

#define IN(table, code_point) \
	(bsearch(&(code_point), (table), ARRAY_LEN(table), sizeof((table)[0]), \
	     compare_range) != NULL)

/* The next character of valid UTF-8. */
static uint32_t
next_character(struct str text, size_t *at)
{
	utf8proc_int32_t code_point = 0;

	*at += (size_t)utf8proc_iterate((const uint8_t *)text.data + *at,
	    (utf8proc_ssize_t)(text.len - *at), &code_point);
	return (uint32_t)code_point;
}

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.data[i] >= 0x80)
			return false;
	return true;
}

static void
put_mapped(struct buf *out, struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t first = at;
		uint32_t code_point = next_character(text, &at);

		if (IN(other_spaces, code_point))
			buf_put_u8(out, ' ');
		else if (!IN(nothings, code_point))
			buf_put(out, text.data + first, at - first);
	}
}

/*
 * A character from right to left forbids those from left to right, and has to
 * be the first and the last (RFC 3454 §6).
 */
static bool
is_allowed(struct str text)
{
	bool has_right_to_left = false, has_left_to_right = false;
	bool is_first = false, is_last = false;
	size_t at = 0;

	while (at < text.len) {
		bool is_start = at == 0;
		uint32_t code_point = next_character(text, &at);

		if (IN(prohibited, code_point) || IN(unassigned, code_point))
			return false;
		is_last = IN(right_to_left, code_point);
		if (is_start)
			is_first = is_last;
		has_right_to_left |= is_last;
		has_left_to_right |=
		    utf8proc_get_property((utf8proc_int32_t)code_point)
			->bidi_class == UTF8PROC_BIDI_CLASS_L;
	}
	return !has_right_to_left ||
	    (is_first && is_last && !has_left_to_right);
}

/* Returns false if the password is to be taken as it is. */
static bool
put_prepared(struct buf *out, struct str password)
{
	utf8proc_uint8_t *normal = NULL;
	utf8proc_ssize_t len = -1;
	struct str text;
	struct buf mapped;
	bool is_prepared = false;

	buf_init(&mapped);
	/* Room at once, as for all of them: growing leaves copies behind. */
	(void)buf_reserve(&mapped, password.len);
	put_mapped(&mapped, password);
	if (!mapped.failed)
		len = utf8proc_map(mapped.data, (utf8proc_ssize_t)mapped.len,
		    &normal,
		    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
	if (mapped.failed || len == UTF8PROC_ERROR_NOMEM) {
		out->failed = true;
		is_prepared = true;
	} else if (len > 0) {
		text = str_of((const char *)normal, (size_t)len);
		is_prepared = is_allowed(text);
		if (is_prepared && buf_reserve(out, text.len))
			buf_put_str(out, text);
	}
	if (len > 0)
		crypto_wipe(normal, (size_t)len);
	free(normal);
	crypto_release_buf(&mapped);
	return is_prepared;
}

void
saslprep_put(struct buf *out, struct str password)
{
	if (password.len <= PASSWORD_SIZE_MAX && !is_ascii(password) &&
	    utf8_is_valid(password) && put_prepared(out, password))
		return;
	if (buf_reserve(out, password.len))
		buf_put_str(out, password);
}
