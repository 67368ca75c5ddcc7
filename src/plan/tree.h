/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.h -- making pieces of a syntax tree, for what is rewritten before it is
 * bound; private to src/plan/.
 *
 * Memory: the arena's; strings are borrowed.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/str.h"
#include "sql/ast.h"
#include "types/type.h"

struct ast_expr *tree_expr(struct arena *arena, enum ast_expr_kind kind,
    int location);
struct ast_name tree_name(struct str name, int location);
struct ast_expr *tree_column(struct arena *arena, struct str name,
    int location);
struct ast_expr *tree_string(struct arena *arena, struct str text,
    int location);

/* A number, as ORDER BY 1 and GROUP BY 1 have one. */
struct ast_expr *tree_position(struct arena *arena, uint32_t position,
    int location);

/* A cast to a type by its name, without its modifier; of NULL. */
struct ast_expr *tree_cast(struct arena *arena, struct ast_expr *arg,
    const struct type *type);
struct ast_expr *tree_null(struct arena *arena, const struct type *type);

/* At the place of its left side. */
struct ast_expr *tree_op(struct arena *arena, struct str name,
    struct ast_expr *left, struct ast_expr *right);
struct ast_expr *tree_call(struct arena *arena, const char *name,
    struct ast_expr **args, uint32_t count, int location);

/* Both conditions; `left` may be NULL. */
struct ast_expr *tree_and(struct arena *arena, struct ast_expr *left,
    struct ast_expr *right);
