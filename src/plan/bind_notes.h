/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_notes.h -- what became of a syntax tree's nodes when they were bound, for
 * who writes the tree down again with all that binding has found out
 * (deparse.h); private to src/plan/.
 *
 * A binder that has none notes nothing.  What is bound twice is noted as it was
 * bound last.
 *
 * Memory: the arena's, which is the binder's.
 */
#pragma once

#include <stdint.h>

#include "common/arena.h"

struct ast_select;
struct expr;
struct query;
struct range;

struct bind_notes {
	struct arena *arena;

	/* private */
	struct bind_note *notes; /* a table with room, by key */
	uint32_t capacity;       /* a power of two, or 0 */
	uint32_t count;
};

/*
 * `key` is a node: of an expression, noted with what it is bound to; of an item
 * of FROM, or of a name with a star, with its range; of a query, with its
 * columns; of a native query, with the SELECT that says the same.  An expression
 * of the plan is noted with what it was cast to.  NULL notes are allowed.
 */
void bind_note_expr(struct bind_notes *notes, const void *key,
    const struct expr *expr);
void bind_note_range(struct bind_notes *notes, const void *key,
    const struct range *range);
void bind_note_query(struct bind_notes *notes, const void *key,
    const struct query *query);
void bind_note_select(struct bind_notes *notes, const void *key,
    const struct ast_select *select);

/* NULL: there is no note. */
const struct expr *bind_noted_expr(const struct bind_notes *notes,
    const void *key);
const struct range *bind_noted_range(const struct bind_notes *notes,
    const void *key);
const struct query *bind_noted_query(const struct bind_notes *notes,
    const void *key);
const struct ast_select *bind_noted_select(const struct bind_notes *notes,
    const void *key);
