/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h -- regular expressions as PostgreSQL writes them, run by PCRE2.
 *
 * The syntax is that of PostgreSQL's advanced regular expressions ("ARE", the
 * manual's section 9.7.3): regex_syntax.c reads it, says what is wrong in
 * PostgreSQL's words, and writes the same in PCRE2's syntax.
 *
 * Of all matches that begin first PostgreSQL takes the longest, or the shortest
 * if the pattern prefers it; a backtracking matcher takes the first that it
 * comes to.  Where these may differ ('a|ab'), PCRE2's other matcher, which
 * follows all ways at once, finds the end, and the first match that ends there
 * says what the groups are.  One difference remains: of several ways to divide
 * a match among groups PostgreSQL gives each in turn as much as can be, here an
 * alternative goes before a later one.  Lookbehind must have a fixed length:
 * 0A000 otherwise.
 *
 * A match is bounded in steps and memory: past the bound it is 54001.  It notices
 * a cancel before each step that may cost more than a look at one character.
 *
 * Memory: PCRE2's own, freed by regex_release().  Threads: one at a time.
 */
#pragma once

#include <stdatomic.h>
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

/* What regex_translate() learns of a pattern. */
struct regex_traits {
	bool is_shortest;  /* prefers the shortest match */
	bool has_backrefs; /* only the backtracking matcher knows them */
	/*
	 * Quantifiers are of single characters, and all prefer the same: then
	 * the first match is the longest.  (Let another one be longer.  Where
	 * the two cross, inside of one quantifier, the first could go on as the
	 * other does, and would have, as it prefers more.)
	 */
	bool is_plain;
};

struct regex {
	void *code;  /* NULL: nothing is compiled */
	void *match; /* where PCRE2 puts what it finds */
	void *limits;
	uint32_t group_count;
	uint32_t search_count; /* until it is worth machine code */
	struct regex_traits traits;
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
 * 2201B for what is no regular expression.  On failure there is nothing to
 * release.
 */
MUST_USE int regex_compile(struct str pattern,
    const struct regex_options *options, struct regex *out, struct error *err);
void regex_release(struct regex *regex);

/*
 * Whether there is a match that begins at or after byte `start` of a UTF-8
 * text: 1, 0 or an error, 57014 once `cancel` (NULL: none) is set.
 */
MUST_USE int regex_search(struct regex *regex, struct str text, size_t start,
    const atomic_bool *cancel, struct error *err);

/* The same, with the match that PostgreSQL takes in the groups. */
MUST_USE int regex_find(struct regex *regex, struct str text, size_t start,
    const atomic_bool *cancel, struct error *err);

/* Of the match that was found: group 0 is all of it. */
struct regex_span regex_group(const struct regex *regex, uint32_t group);

/* ---- regex_syntax.c ---- */

/*
 * Append the pattern in PCRE2's syntax; `options` becomes what the pattern's
 * own prefix makes of it.  Callout 0 stands where a cancel is to be noticed, 1
 * at the end of a pattern that is not plain.
 */
MUST_USE int regex_translate(struct str pattern, struct regex_options *options,
    struct regex_traits *traits, struct buf *out, struct error *err);

/* ---- regex_similar.c ---- */

/*
 * A pattern of SIMILAR TO as a regular expression.  An empty escape is none.
 * 22025 for a longer one, 2200C for more than two separators.
 */
MUST_USE int regex_of_similar(struct str pattern, struct str escape,
    struct buf *out, struct error *err);
