/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_compare.h -- the order of jsonb values.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

/*
 * Compare two values in their canonical text, as PostgreSQL's btree order has
 * it: objects, arrays, booleans, numbers, strings, null, from the greatest to
 * the least; containers first by their number of elements.  Alone, an empty
 * array is less than all others.
 */
int jsonb_compare(struct str a, struct str b);

/* Equal values have equal hashes. */
uint64_t jsonb_hash(struct str value);
