/* SPDX-License-Identifier: Apache-2.0 */
/*
 * array_list.h -- an array that is made value by value: array_agg() and
 * ARRAY(SELECT ...).
 *
 * Values that are arrays make one array of one more dimension; they all have
 * the first one's shape.
 *
 * Memory: of the arena that each call is given, always the same.
 */
#pragma once

#include <stdint.h>

#include "types/array.h"

struct array_list {
	struct datum *items; /* elements; of values that are arrays: theirs */
	uint32_t count;
	uint32_t capacity;
	uint32_t values;          /* added so far */
	struct array_shape shape; /* of each value that is an array */
};

/*
 * Add a value of `type`, which is copied.  2202E for an array that is empty or
 * has another shape than the first, 22004 for a null instead of one.
 */
MUST_USE int array_list_add(struct array_list *list, const struct type *type,
    const struct datum *value, struct arena *arena, struct error *err);

/* The array of all values, of which there may be none. */
MUST_USE int array_list_make(const struct array_list *list,
    const struct type *type, struct arena *arena, struct str *out,
    struct error *err);
