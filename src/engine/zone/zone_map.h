/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_map.h -- can a chunk hold a value of a range?
 *
 * Invariants
 *   Z1  The map errs on one side only: it may keep a chunk without a match, it
 *       never drops one that has one.
 *   Z2  A null is in no range.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/segment/segment_format.h"
#include "types/type.h"

struct scan_range;

/* A range over a dictionary column, in codes; empty if first > last. */
struct code_range {
	int64_t first;
	int64_t last;
};

/*
 * Do values of this type in chunks follow the order of the type, so that
 * ranges can be compared?  jsonb and bpchar, for example, do not.
 */
bool zone_map_has_order(const struct type *type);

/* A range that is one value. */
bool zone_map_is_equality(const struct type *type,
    const struct scan_range *range);

bool zone_map_may_match(const struct chunk_info *info, const struct type *type,
    const struct scan_range *range);
bool zone_map_may_match_codes(const struct chunk_info *info,
    struct code_range range);

/* The bounds of a chunk that has some, as values; not of strings. */
void zone_map_bounds(const struct chunk_info *info, enum phys phys,
    struct datum *low, struct datum *high);

/* zone_map_may_match() for one value: of a column that the segment does not have. */
bool zone_map_value_matches(const struct datum *value, const struct type *type,
    const struct scan_range *range);
