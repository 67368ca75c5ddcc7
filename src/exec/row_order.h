/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_order.h -- the order that ORDER BY gives to rows, of one batch or two.
 */
#pragma once

#include <stdint.h>

#include "plan/logical.h"
#include "types/type.h"
#include "vec/vec.h"

struct row_order {
	const struct sort_key *keys;
	uint32_t key_count;
	const struct type *types; /* of all columns */
};

/* Two values, by one key. */
int row_order_values(const struct row_order *order, uint32_t key,
    const struct vec *a, uint32_t a_row, const struct vec *b, uint32_t b_row);

/* Less than, equal to or greater than 0; `a` and `b` are all columns. */
int row_order_compare(const struct row_order *order, const struct vec *a,
    uint32_t a_row, const struct vec *b, uint32_t b_row);
