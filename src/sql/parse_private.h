/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_private.h -- what the two parsers share; private to src/sql.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"
#include "sql/ast.h"
#include "sql/parse.h"
#include "sql/position.h"

struct scan_guard;

/* One call of sql_parse(). */
struct parse {
	struct str text;
	enum sql_dialect dialect;
	struct arena *arena;           /* of the result */
	struct arena scratch;          /* until sql_parse() returns */
	struct position_map positions; /* in scratch */
	struct sql_statements *out;
	uint32_t capacity;            /* of out->items */
	uint32_t truncation_capacity; /* of out->truncations */
	struct scan_guard *guard;     /* in scratch, from the first SQL on */
	struct error *err;
};

/* Append to the result. */
MUST_USE int parse_add(struct parse *p, struct ast_stmt *stmt);

/* 54001: the parts of a text that a recursive parser must not see. */
int parse_too_nested(struct parse *p, size_t off);

/* For logs and for who looks: a statement without its password. */
struct str parse_without_secret(struct parse *p, const struct ast_stmt *stmt);

/* parse_sql.c: statements of SQL between two byte offsets. */
MUST_USE int parse_sql_run(struct parse *p, size_t start, size_t end);

/*
 * parse_native.c: the one native statement that begins with the word at
 * `start`; *end becomes the offset after it, of a `;` or the text's end.
 */
MUST_USE int parse_native(struct parse *p, size_t start, size_t *end);

/* Does the native language own the statement that begins at `start`? */
bool parse_is_native(const struct parse *p, size_t start);
