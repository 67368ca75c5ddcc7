/* SPDX-License-Identifier: Apache-2.0 */
#include "common/utf8.h"

#include <string.h>

#include "common/attr.h"

/* Eight bytes that are all ASCII and none of them NUL. */
static bool
is_plain_ascii8(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	if ((word & 0x8080808080808080u) != 0)
		return false;
	return ((word - 0x0101010101010101u) & 0x8080808080808080u) == 0;
}

#define PLAIN_BLOCK 32

/*
 * The same of PLAIN_BLOCK bytes.  A borrow leaves a NUL, or marks what is above
 * one: no byte of plain ASCII is marked without one.
 */
static bool
is_plain_ascii_block(const uint8_t *bytes)
{
	uint64_t words[PLAIN_BLOCK / 8], marks = 0;

	memcpy(words, bytes, sizeof(words));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		marks |= words[i] | (words[i] - 0x0101010101010101u);
	return (marks & 0x8080808080808080u) == 0;
}

/* Length of the valid sequence at bytes[0..left), or 0. */
static size_t
sequence_length(const uint8_t *bytes, size_t left)
{
	uint8_t lead = bytes[0];
	uint8_t low = 0x80, high = 0xbf; /* what the second byte may be */
	size_t len;

	if (lead < 0x80)
		return lead != 0;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0) {
		len = 2;
	} else if (lead < 0xf0) {
		len = 3;
		if (lead == 0xe0)
			low = 0xa0;
		if (lead == 0xed)
			high = 0x9f;
	} else if (lead < 0xf5) {
		len = 4;
		if (lead == 0xf0)
			low = 0x90;
		if (lead == 0xf4)
			high = 0x8f;
	} else {
		return 0;
	}
	if (left < len || bytes[1] < low || bytes[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t
utf8_valid_prefix(struct str s)
{
	const uint8_t *bytes = (const uint8_t *)s.data;
	size_t at = 0;

	while (s.len - at >= PLAIN_BLOCK && is_plain_ascii_block(bytes + at))
		at += PLAIN_BLOCK;
	while (at < s.len) {
		size_t len;

		if (s.len - at >= 8 && is_plain_ascii8(bytes + at)) {
			at += 8;
			continue;
		}
		/* The last bytes, together with some that were seen. */
		if (s.len - at < 8 && s.len >= 8 &&
		    is_plain_ascii8(bytes + s.len - 8))
			return s.len;
		len = sequence_length(bytes + at, s.len - at);
		if (len == 0)
			break;
		at += len;
	}
	return at;
}

size_t
utf8_length(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += ((uint8_t)s.data[i] & 0xc0) != 0x80;
	return count;
}

size_t
utf8_offset(struct str s, size_t index)
{
	size_t at = 0;

	while (at < s.len && index > 0) {
		at++;
		while (at < s.len && ((uint8_t)s.data[at] & 0xc0) == 0x80)
			at++;
		index--;
	}
	return at;
}

size_t
utf8_encode(uint32_t code_point, char *out)
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xc0 | code_point >> 6);
		out[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		out[0] = (char)(0xe0 | code_point >> 12);
		out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code_point >> 18);
	out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}
