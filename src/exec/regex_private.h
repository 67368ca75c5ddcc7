/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_private.h -- between the files that read regular expressions.
 */
#pragma once

#include "exec/regex.h"

#define REGEX_GROUPS_MAX 1000

/* A pattern that is read, and what is written of it. */
struct regex_reader {
	struct str in;
	size_t at;
	struct regex_options *options;
	struct regex_traits *traits;
	struct buf *out;
	struct error *err;
	uint32_t depth;                       /* of parentheses */
	uint32_t groups;                      /* that have begun */
	bool is_closed[REGEX_GROUPS_MAX + 1]; /* by number, from 1 */
	/* where quantifiers end in `out`, and what they prefer */
	struct regex_quantifier *quantifiers;
	uint32_t quantifier_count;
	uint32_t quantifier_capacity;
};

/* 2201B with PostgreSQL's words for it. */
int regex_error(const struct regex_reader *reader, const char *what);

static inline bool
regex_has(const struct regex_reader *reader)
{
	return reader->at < reader->in.len;
}

/* The byte that comes, or 0 at the end: no text has one. */
static inline char
regex_peek(const struct regex_reader *reader)
{
	return regex_has(reader) ? reader->in.data[reader->at] : '\0';
}

/* Take what is next if it is this. */
bool regex_take(struct regex_reader *reader, const char *text);

/* A literal character, quoted where PCRE2 needs it. */
void regex_put_char(struct regex_reader *reader, uint32_t c);

/* What an escape means: a character, or a class of them ('d', 'W' ...). */
struct regex_escape {
	enum {
		REGEX_CHAR,
		REGEX_CLASS,
		REGEX_BACKREF,
		REGEX_CONSTRAINT,
	} kind;
	uint32_t value;
};

/* After the backslash. */
MUST_USE int regex_read_escape(struct regex_reader *reader,
    struct regex_escape *out);

/* ---- regex_bracket.c ---- */

/* After the '['. */
MUST_USE int regex_bracket(struct regex_reader *reader);
