/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deparse.h -- the query of a view as PostgreSQL prints one: every name
 * qualified as it must be, stars written out, literals with their types, casts
 * that nobody wrote shown where they matter.
 *
 * A view is kept as text (bind_view.c).  It is bound once more, with notes of
 * what each node of the tree became; the tree is then written down by these.
 *
 *   deparse.c        the view, bound
 *   deparse_names.c  what the items of FROM are called
 *   deparse_term.c   expressions of the tree as the terms that PostgreSQL's
 *                    parser makes of them: BETWEEN is AND, IN is = ANY ...
 *   deparse_call.c   the same of calls
 *   deparse_expr.c   terms as text; deparse_function.c calls
 *   deparse_query.c  queries; deparse_from.c FROM; deparse_sort.c what sorts
 *                    and groups
 *   deparse_text.c   lines and their indentation
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "common/str.h"

struct plan_context;
struct relation;

#define DEPARSE_NO_WRAP (-1)

struct deparse_style {
	bool is_pretty; /* no parentheses that are not needed */
	/*
	 * Items of a list share a line up to this column; 0: each has its own;
	 * DEPARSE_NO_WRAP: all share one.
	 */
	int wrap_column;
};

/*
 * The query of a view, with its semicolon; empty for what is none, or is not
 * made of SQL.
 */
MUST_USE int deparse_view(const struct plan_context *context,
    const struct relation *relation, struct deparse_style style,
    struct arena *arena, struct str *out, struct error *err);
