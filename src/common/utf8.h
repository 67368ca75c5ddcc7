/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h -- the one text encoding of the server.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

/*
 * Length of the longest prefix that is valid UTF-8 (RFC 3629: no overlong
 * forms, no surrogates, nothing above U+10FFFF) and has no NUL byte, which
 * text in PostgreSQL cannot hold.  Equal to s.len if all of it is.
 */
size_t utf8_valid_prefix(struct str s);

static inline bool
utf8_is_valid(struct str s)
{
	return utf8_valid_prefix(s) == s.len;
}

/* Number of characters (code points) in valid UTF-8. */
size_t utf8_length(struct str s);

/* Byte offset of character number `index` from 0, or s.len past the end. */
size_t utf8_offset(struct str s, size_t index);

/* Write a code point to out (at most 4 bytes); returns its length. */
size_t utf8_encode(uint32_t code_point, char *out);
