/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h -- the tree back to text, in the language that it was written in.
 *
 * What is printed parses to the same tree: operators stand in parentheses,
 * names are quoted where they must be.  EXPLAIN shows expressions so, and the
 * parser's tests compare print(parse(print(parse(text)))) with its first half.
 *
 * Appends to `out`, whose `failed` tells of missing memory.
 */
#pragma once

#include "common/buf.h"
#include "common/str.h"
#include "sql/ast.h"

void print_stmt(struct buf *out, const struct ast_stmt *stmt);
void print_expr(struct buf *out, const struct ast_expr *expr);
void print_type(struct buf *out, const struct ast_type *type);

/* A name of SQL, in double quotes if it needs them. */
void print_name(struct buf *out, struct str name);

/* What DEFINE calls a type of pg_catalog; NULL if it has none. */
const char *print_native_type(struct str sql_name);

/* FOR UPDATE ... */
const char *print_lock_strength(enum ast_lock_strength strength);

/* A string literal. */
void print_string(struct buf *out, struct str text);
