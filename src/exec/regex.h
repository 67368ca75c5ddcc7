/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h -- regular expressions as PostgreSQL writes them, run by PCRE2.
 *
 * The syntax is that of PostgreSQL's advanced regular expressions ("ARE", the
 * manual's section 9.7.3): regex_syntax.c reads it, says what is wrong in
 * PostgreSQL's words, and writes the same in PCRE2's syntax.
 *
 * One difference remains.  PostgreSQL takes the longest of all matches that
 * begin first; a backtracking matcher takes the first that it finds.  They
 * differ only where an alternative is the beginning of a later one
 * ('a|ab').  What quantifiers prefer as a whole is translated.  Lookbehind must
 * have a fixed length: 0A000 otherwise.
 *
 * A match is bounded in steps and memory, so that no pattern can hold a thread:
 * past the bound it is 54001.
 *
 * Memory: PCRE2's own, freed by regex_release().  Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;

enum regex_syntax { REGEX_ARE, REGEX_ERE, REGEX_LITERAL };

struct regex_options {
	enum regex_syntax syntax;
	bool any_case;
	bool newline_stops;   /* '.' and [^...] never match a newline */
	bool newline_anchors; /* '^' and '$' match around newlines, too */
	bool is_expanded;     /* white space and comments are left out */
	bool is_similar;      /* made by regex_of_similar() */
};

struct regex {
	void *code;  /* NULL: nothing is compiled */
	void *match; /* where PCRE2 puts what it finds */
	void *limits;
	uint32_t group_count;
};

/* Offsets in bytes; SIZE_MAX: the group took no part. */
struct regex_span {
	size_t start;
	size_t end;
};

/*
 * Set options by their letters, as the flags of the functions and (?...) have
 * them; false for a letter that is none, or 'b', which we have not.
 */
MUST_USE bool regex_set_option(struct regex_options *options, char letter);

/*
 * 2201B for what is no regular expression.  `is_hot`: it will be matched often
 * enough to be worth machine code.  On failure there is nothing to release.
 */
MUST_USE int regex_compile(struct str pattern,
    const struct regex_options *options, bool is_hot, struct regex *out,
    struct error *err);
void regex_release(struct regex *regex);

/*
 * Find the first match that begins at or after byte `start` of a UTF-8 text.
 * Returns 1, 0 or an error.
 */
MUST_USE int regex_search(const struct regex *regex, struct str text,
    size_t start, struct error *err);

/* Of the last match: group 0 is all of it. */
struct regex_span regex_group(const struct regex *regex, uint32_t group);

/* ---- regex_syntax.c ---- */

/*
 * Append the pattern in PCRE2's syntax; `options` becomes what the pattern's
 * own prefix makes of it.
 */
MUST_USE int regex_translate(struct str pattern, struct regex_options *options,
    struct buf *out, struct error *err);

/* ---- regex_similar.c ---- */

/*
 * A pattern of SIMILAR TO as a regular expression.  An empty escape is none.
 * 22025 for a longer one, 2200C for more than two separators.
 */
MUST_USE int regex_of_similar(struct str pattern, struct str escape,
    struct buf *out, struct error *err);
