/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse.h -- text to statements, in either language.
 *
 * The first word of each statement decides (design.md section 2, "Who owns a
 * word"), so that SQL and native statements may stand in one text.
 *
 * Limits, refused with STELE_E_TOO_COMPLEX (54001) before PostgreSQL's grammar
 * sees the text: nesting deeper than SQL_NESTING_MAX, a run of more than
 * SQL_RUN_MAX tokens without a comma (scan.h says how that is counted).  With
 * STELE_E_TOO_MANY_COLUMNS (54011): a SELECT of more than SQL_TARGETS_MAX
 * columns.
 *
 * Stack: call sql_parse() only on a thread whose stack is SQL_STACK_SIZE or
 * more; PostgreSQL's parser and the walks over its tree recurse, and the limits
 * above are what bounds them.
 *
 * Memory: what libpg_query takes comes from malloc, and a malloc that fails in
 * there ends the process.  So the arena's budget is charged with the most that
 * the tokens can cost (scan.h) before it is called, and 53200 is the answer if
 * that is not left.  Without a budget the caller bounds the length: a byte may
 * cost 600.
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

#define SQL_STACK_SIZE  ((size_t)64 << 20)
#define SQL_NESTING_MAX 1000
#define SQL_RUN_MAX     20000
/* PostgreSQL's MaxTupleAttributeNumber. */
#define SQL_TARGETS_MAX 1664

/* Whose meaning a word has that both languages own: SHOW, GRANT, EXPLAIN ... */
enum sql_dialect { SQL_DIALECT_POSTGRES, SQL_DIALECT_NATIVE };

/*
 * An identifier of SQL longer than 63 bytes was cut, as PostgreSQL does.  The
 * session reports each as a notice with SQLSTATE 42622:
 * identifier "%s" will be truncated to "%s".
 */
struct sql_truncation {
	struct str written; /* without its quotes */
	struct str kept;
};

struct sql_statements {
	struct ast_stmt **items;
	uint32_t count;
	struct sql_truncation *truncations;
	uint32_t truncation_count;
};

/*
 * Parse a text of any number of statements, none included.  Everything is
 * allocated in `arena`; the tree borrows from `text` too, which must stay.
 *
 * Returns 0, or STELE_E_SYNTAX with PostgreSQL's text and the position in
 * characters, STELE_E_CHARACTER_NOT_IN_REPERTOIRE for what is not UTF-8,
 * STELE_E_TOO_COMPLEX, STELE_E_TOO_MANY_COLUMNS, STELE_E_FEATURE_NOT_SUPPORTED
 * for what the tree cannot hold, STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int sql_parse(struct str text, enum sql_dialect dialect,
    struct arena *arena, struct sql_statements *out, struct error *err);
