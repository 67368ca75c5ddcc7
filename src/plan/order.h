/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.h -- where the order of rows can be seen in the result; private to
 * src/plan/.
 *
 * Rows without ORDER BY have an order all the same, and always the same one
 * (O4).  Where nobody can see it, a scan reads its runs one after the other, a
 * join chooses its sides freely, and a sort goes.  It is seen in the result, by
 * LIMIT and DISTINCT ON, by a sort among equals, and by aggregates that depend
 * on it.
 */
#pragma once

#include <stdbool.h>

#include "plan/bind.h"

/* Whether equal values look alike, so that it does not matter which is kept. */
bool type_has_one_look(const struct type *type);

/* Whether an aggregate depends on the order of its rows. */
bool agg_needs_order(const struct agg_call *call);

/* The plan, told whether somebody above sees the order of its rows. */
struct rel *order_relax(struct binder *binder, struct rel *rel, bool is_seen);
