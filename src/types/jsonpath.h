/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath.h -- the path language of SQL/JSON, as PostgreSQL 15 has it.
 *
 * A value of the type jsonpath is its text in one spelling, which parses to the
 * same tree.  A tree says what to do with an item: each node makes items of one,
 * which go on to its `next`, the accessor behind it.
 *
 *	$.a[*] ? (@.b > 1)      ROOT -> KEY a -> ANY_ARRAY -> FILTER
 *	                                                       left: GREATER
 *
 * Height and size of a tree are bounded, and the brackets of a text, whose
 * number in one spelling the height bounds: 54001.
 *
 * Memory: the arena that is passed; the text is borrowed.  Threads: a tree is
 * immutable.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "vec/value.h"

struct error;

enum jsonpath_kind {
	/* predicates */
	JSONPATH_AND,
	JSONPATH_OR,
	JSONPATH_NOT,
	JSONPATH_IS_UNKNOWN,
	JSONPATH_EXISTS,
	JSONPATH_EQUAL,
	JSONPATH_NOT_EQUAL,
	JSONPATH_LESS,
	JSONPATH_GREATER,
	JSONPATH_LESS_EQUAL,
	JSONPATH_GREATER_EQUAL,
	JSONPATH_STARTS_WITH, /* left, right: a string or a variable */
	JSONPATH_LIKE_REGEX,  /* left, text, flags */

	/* arithmetic */
	JSONPATH_ADD,
	JSONPATH_SUBTRACT,
	JSONPATH_MULTIPLY,
	JSONPATH_DIVIDE,
	JSONPATH_MODULO,
	JSONPATH_PLUS,
	JSONPATH_MINUS,

	/* where a path begins */
	JSONPATH_NULL,
	JSONPATH_TRUE,
	JSONPATH_FALSE,
	JSONPATH_NUMBER,   /* text: as numeric writes it */
	JSONPATH_STRING,   /* text */
	JSONPATH_VARIABLE, /* text */
	JSONPATH_ROOT,
	JSONPATH_CURRENT,
	JSONPATH_LAST,

	/* accessors */
	JSONPATH_KEY, /* text */
	JSONPATH_ANY_KEY,
	JSONPATH_ANY_ARRAY,
	JSONPATH_INDEX,     /* left: the first of a list of SUBSCRIPT */
	JSONPATH_ANY,       /* ** from level first to last */
	JSONPATH_FILTER,    /* left */
	JSONPATH_SUBSCRIPT, /* left to right, or left alone; next: the next */

	/* methods */
	JSONPATH_TYPE,
	JSONPATH_SIZE,
	JSONPATH_ABS,
	JSONPATH_FLOOR,
	JSONPATH_CEILING,
	JSONPATH_DOUBLE,
	JSONPATH_KEYVALUE,
	JSONPATH_DATETIME,
	JSONPATH_KIND_COUNT
};

#define JSONPATH_LEVEL_LAST UINT32_MAX

/* Flags of like_regex, in the order in which they are written. */
enum jsonpath_flag {
	JSONPATH_FLAG_I = 1,
	JSONPATH_FLAG_S = 2,
	JSONPATH_FLAG_M = 4,
	JSONPATH_FLAG_X = 8,
	JSONPATH_FLAG_Q = 16,
};

struct jsonpath_node {
	enum jsonpath_kind kind;
	bool is_delimited; /* was in parentheses; only while parsing */
	uint32_t height;   /* of what is below and behind it; likewise */
	unsigned flags;    /* of like_regex */
	struct str text;
	uint32_t first; /* of ANY */
	uint32_t last;
	struct jsonpath_node *left; /* or the only operand */
	struct jsonpath_node *right;
	struct jsonpath_node *next;
};

struct jsonpath {
	bool is_strict;
	struct jsonpath_node *root;
};

static inline bool
jsonpath_is_predicate(enum jsonpath_kind kind)
{
	return kind <= JSONPATH_LIKE_REGEX;
}

/* "+", "starts with": of what has two operands; "size": of a method. */
const char *jsonpath_name(enum jsonpath_kind kind);

/*
 * 22P02 for no text, 42601 for what is not in the language, 22003 for a number
 * out of range, 54001 for a path that is too long or too deep.
 */
MUST_USE int jsonpath_parse(struct str text, struct arena *arena,
    struct jsonpath *out, struct error *err);

/* The spelling of a path that PostgreSQL shows. */
void jsonpath_put(const struct jsonpath *path, struct buf *out);
