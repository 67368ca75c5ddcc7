/* SPDX-License-Identifier: Apache-2.0 */
/*
 * equality.h -- what follows from a = b and a condition on one of them; private
 * to src/plan/.
 *
 * From a.x = b.x and a.x < 5 follows b.x < 5, which may prune a scan of b.  Only
 * comparisons of a column with a value that is the same for all rows are
 * derived, and only between columns of the same type.
 */
#pragma once

#include "plan/rewrite.h"

/*
 * Of a join whose conditions `equalities` must hold for two rows to match, and
 * whose left side has only rows for which `facts` hold: add what must hold for
 * the right one's to *out.
 */
void equality_derive(struct binder *binder, struct rel *join,
    const struct conditions *equalities, const struct conditions *facts,
    struct conditions *out);

/* Conditions over `rel` that must all hold: add what follows from them. */
void equality_close(struct binder *binder, struct rel *rel,
    struct conditions *all);
