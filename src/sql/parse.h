/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h -- text to statements, in either language.
 *
 * The first word of each statement decides (design.md section 2, "Who owns a
 * word"), so that SQL and native statements may stand in one text.
 *
 * Limits, refused with STELE_E_TOO_COMPLEX (54001) before PostgreSQL's grammar
 * sees the text: nesting deeper than 1,000, a run of more than 20,000 tokens
 * without a comma.
 *
 * Stack: call sql_parse() only on a thread whose stack is SQL_STACK_SIZE or
 * more; PostgreSQL's parser recurses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"

struct ast_stmt;
struct error;

#define SQL_STACK_SIZE ((size_t)64 << 20)

/* Whose meaning a word has that both languages own: SHOW, GRANT, EXPLAIN ... */
enum sql_dialect { SQL_DIALECT_POSTGRES, SQL_DIALECT_NATIVE };

struct sql_statements {
	struct ast_stmt **items;
	uint32_t count;
};

/*
 * Parse a text of any number of statements, none included.  Everything is
 * allocated in `arena`; the tree borrows from `text` too, which must stay.
 *
 * Returns 0, or STELE_E_SYNTAX with PostgreSQL's text and the position in
 * characters, STELE_E_TOO_COMPLEX, STELE_E_FEATURE_NOT_SUPPORTED for what the
 * tree cannot hold, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int sql_parse(struct str text, enum sql_dialect dialect,
    struct arena *arena, struct sql_statements *out, struct error *err);
