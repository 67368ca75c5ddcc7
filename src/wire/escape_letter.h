/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape_letter.h -- control characters in lines of text: COPY's, and those of
 * the result format "text".
 *
 * Thread: any.
 */
#pragma once

/* The letter that stands behind the backslash for a byte, or 0. */
static inline char
escape_letter(char byte)
{
	switch (byte) {
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\v':
		return 'v';
	default:
		return 0;
	}
}
