/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonpath_lex.h -- the words of a jsonpath; for jsonpath_parse.c.
 */
#pragma once

#include "types/jsonpath.h"

enum jsonpath_token {
	JSONPATH_T_END,
	JSONPATH_T_CHAR, /* one of special characters: `symbol` */
	JSONPATH_T_WORD, /* text, unescaped; without escapes it may be a keyword */
	JSONPATH_T_STRING,
	JSONPATH_T_VARIABLE,
	JSONPATH_T_INTEGER,
	JSONPATH_T_NUMBER,
	JSONPATH_T_OP, /* of two characters: both in `symbol`, "**" "&&" ">=" */
};

struct jsonpath_lexer {
	struct str input;
	size_t at;
	struct arena *arena;
	struct error *err;
	int rc;

	/* the token at hand */
	enum jsonpath_token token;
	char symbol[3];
	struct str text;
	bool has_escape;
	size_t start; /* where it begins */
};

/* The next token; false if there is none: rc. */
MUST_USE bool jsonpath_lex(struct jsonpath_lexer *lex);

/* Syntax error at the token at hand, 42601; returns the code. */
int jsonpath_syntax_error(struct jsonpath_lexer *lex);
