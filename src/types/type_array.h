/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type_array.h -- order and hash of arrays, from those of their elements.
 */
#pragma once

#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"
#include "types/array.h"
#include "types/type.h"

/*
 * As PostgreSQL's array_cmp(): the first elements that differ decide, a null
 * being greater than any value, then what is shorter, has fewer dimensions,
 * shorter ones, lower bounds.
 */
int array_compare(const struct type *type, struct str left, struct str right);

uint64_t array_hash(const struct type *type, struct str value);

/* "[1:2][0:3]" */
void array_shape_put(const struct array_shape *shape, struct buf *out);
