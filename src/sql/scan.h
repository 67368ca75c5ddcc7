/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h -- a light tokenizer of SQL, and the guard against what would be too
 * much for a recursive parser.
 *
 * The tokenizer knows where tokens end as PostgreSQL's lexer does: '..', E'..',
 * "..", $tag$..$tag$, -- and nested comments.  It finds no errors: a literal
 * without its end reaches to the end of the text, and PostgreSQL's parser says
 * what is wrong.
 *
 * The guard bounds the depth of the tree that a text can become, from the
 * tokens alone.  `run` is an upper bound on how deep the node of the current
 * token lies: each token may add a level, brackets and CASE go on counting from
 * where they stand, a comma goes back to where its list began, a closing
 * bracket leaves the deepest run inside it, UNION and its kin, which bind looser
 * than a comma, keep what came before them.
 *
 * It also counts the entries of each SELECT's list, and what memory the grammar
 * may take for the tokens so far.  Of these, entries err on the low side (a FROM
 * that is an operator's ends the list) and memory on the high side.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "sql/parse.h"

enum scan_kind {
	SCAN_END,
	SCAN_WORD,   /* a keyword or an unquoted name */
	SCAN_QUOTED, /* "name" */
	SCAN_STRING, /* any string literal */
	SCAN_NUMBER,
	SCAN_PARAM, /* $1 */
	SCAN_PUNCT, /* one character */
};

struct scan_token {
	enum scan_kind kind;
	size_t start;
	size_t end;
};

struct scanner {
	struct str text;
	size_t at;
};

static inline struct scanner
scanner_at(struct str text, size_t at)
{
	return (struct scanner){ .text = text, .at = at };
}

/* The next token after blanks and comments; SCAN_END at the end. */
struct scan_token scan_next(struct scanner *scanner);

static inline struct str
scan_text(const struct scanner *scanner, struct scan_token token)
{
	return str_of(scanner->text.data + token.start,
	    token.end - token.start);
}

static inline bool
scan_is_punct(const struct scanner *scanner, struct scan_token token, char c)
{
	return token.kind == SCAN_PUNCT && scanner->text.data[token.start] == c;
}

static inline bool
scan_is_word(const struct scanner *scanner, struct scan_token token,
    struct str word)
{
	return token.kind == SCAN_WORD &&
	    str_equal_nocase(scan_text(scanner, token), word);
}

enum scan_verdict {
	SCAN_FINE,
	SCAN_STATEMENT_ENDS, /* the token is a `;` between statements */
	SCAN_TOO_NESTED,
	SCAN_TOO_LONG,
	SCAN_TOO_MANY_TARGETS,
};

struct scan_level {
	char close;            /* ')' or ']', 'E' for CASE */
	uint32_t floor;        /* where a comma goes back to */
	uint32_t deepest;      /* the greatest run so far */
	uint32_t target_count; /* of the list of SELECT; 0: not in one */
};

struct scan_guard {
	uint32_t depth; /* level[depth] is the current one */
	uint32_t run;
	size_t
	    memory_bytes; /* of the grammar, for all tokens since the start */
	struct scan_level level[SQL_NESTING_MAX + 1];
};

void scan_guard_init(struct scan_guard *guard);

/*
 * Tell the guard of the next token.  After SCAN_STATEMENT_ENDS it begins anew,
 * but for its memory.
 */
MUST_USE enum scan_verdict scan_guard_take(struct scan_guard *guard,
    const struct scanner *scanner, struct scan_token token);
