/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.h -- what the rules that improve plans ask of expressions, and how
 * they change them; private to src/plan/.
 *
 * Expressions are shared: a change makes copies, and leaves subqueries inside
 * as they are.  So what stands in a subquery cannot be rewritten, see
 * expr_has_subquery().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "plan/bind.h"

/* Conditions of which all must be true, in order. */
struct conditions {
	struct expr **items;
	uint32_t count;
	uint32_t capacity;
};

void conditions_add(struct binder *binder, struct conditions *list,
    struct expr *condition);
void conditions_add_all(struct binder *binder, struct conditions *list,
    struct expr *const *conditions, uint32_t count);

/* A filter of them above a relation; the relation itself if there are none. */
struct rel *conditions_above(struct binder *binder, struct rel *rel,
    const struct conditions *list);

bool expr_has_subquery(const struct expr *expr);
bool expr_is_volatile(const struct expr *expr);

/* Whether it names a column that the relation, or one below it, makes. */
bool expr_names_any(const struct expr *expr, struct rel *rel);
bool rel_names_any(struct rel *inner, struct rel *rel);

/* Whether all columns that it names are the relation's; true if there are
 * none. */
bool expr_names_only(const struct expr *expr, struct rel *rel);

/*
 * Whether a rule is to replace columns of the relation `id` by exprs[column]:
 * where each level of a query names a column of the next one twice, what comes
 * of it doubles at each of them.
 */
bool expr_may_grow(const struct binder *binder, const struct expr *expr,
    uint32_t id, struct expr *const *exprs);

/* Columns of the relation `id` replaced by exprs[column]. */
struct expr *expr_substitute(struct binder *binder, struct expr *expr,
    uint32_t id, struct expr *const *exprs);

/*
 * Whether the condition cannot be true for a row in which all columns of the
 * relation are null, as an outer join makes them.
 */
bool expr_rejects_nulls(const struct expr *condition, struct rel *rel);
