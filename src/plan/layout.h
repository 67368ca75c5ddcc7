/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h -- the last step of planning: from names of columns to positions in
 * batches; private to src/plan/.
 *
 * Each relation is copied with only the columns that something above it wants,
 * and every expression with positions in place of names.  The logical plan is
 * not changed, and may be laid out again (an expression that stands in two
 * places may hold a subquery: each place then runs its own).
 *
 * L1  Columns are found in the layout of the relation's inputs; what is not
 *     there is a column of a row around this relation, see struct frame.
 * L2  A filter on a scan becomes bounds of the scan as well, where a bound says
 *     the same or less.
 *
 * Memory: the binder's arena.  Threads: one.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "plan/bind.h"

/*
 * Improve (improve.h) and finish a relation whose columns 0..count-1 are the
 * result, in this order.  54001 for a plan of too many parts.
 */
MUST_USE int layout_rel(struct binder *binder, struct rel *rel, uint32_t count,
    struct rel **out, struct error *err);

/*
 * The same for an expression over the columns of one finished relation, or
 * over none (rel is NULL).
 */
MUST_USE int layout_expr(struct binder *binder, const struct expr *expr,
    const struct rel *rel, struct expr **out, struct error *err);
