/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_bound.h -- which conjuncts of a filter prune the scan below it; private
 * to src/plan/.
 */
#pragma once

#include "common/arena.h"
#include "plan/logical.h"

/*
 * Give a scan, both in a finished plan, the bounds that its filter implies.
 * The filter stays as it is: bounds may keep rows that it does not.
 */
void scan_set_bounds(struct arena *arena, struct rel *scan,
    const struct rel_filter *filter);
