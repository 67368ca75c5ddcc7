/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h -- bytes with a length: the string of the server.
 *
 * A struct str borrows: who owns the bytes is said where the pointer lives.
 * The bytes need no terminator and may hold any value.  An empty string may
 * have a NULL pointer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct str {
	const char *data;
	size_t len;
};

/* A struct str over a string literal. */
#define STR(literal) \
	((struct str){ .data = (literal), .len = sizeof(literal) - 1 })

/* The two arguments of a "%.*s" conversion. */
#define STR_FMT(s) (int)(s).len, (s).len == 0 ? "" : (s).data

static inline struct str
str_of(const char *data, size_t len)
{
	return (struct str){ .data = data, .len = len };
}

static inline struct str
str_of_cstr(const char *text)
{
	return (struct str){ .data = text, .len = strlen(text) };
}

static inline bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* ASCII letters compare without case. */
static inline bool
str_equal_nocase(struct str a, struct str b)
{
	return a.len == b.len &&
	    (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}

/* Bytewise order: negative, 0 or positive. */
static inline int
str_compare(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.data, b.data, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

static inline bool
str_starts_with(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}
