/* SPDX-License-Identifier: Apache-2.0 */
/*
 * distinct_count.h -- groups that are made only to be counted are not made;
 * private to src/plan/.
 *
 *     SELECT k, count(*) FROM (SELECT DISTINCT k, context_id FROM t) AS x
 *     GROUP BY k
 *
 * is count(DISTINCT context_id) for each k.  The inner groups would be a row of
 * a table each; a context that was seen is a bit.  Contexts only: they are never
 * null, and their sets are of one shard each.
 */
#pragma once

#include "plan/bind.h"

/* Change the relation, and all below it, where it applies. */
void distinct_count(struct binder *binder, struct rel *rel);
