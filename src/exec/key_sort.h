/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_sort.h -- putting rows in order by integers that stand for their keys.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/row_order.h"

struct error;

/* A row, and what stands for its next key. */
struct key_item {
	uint32_t key_high;
	uint32_t key_low;
	uint32_t row;
};

/*
 * The numbers of rows 0..count-1 of the columns in the order of their keys,
 * equal ones ascending.  Columns have null flags; none is constant.
 *
 * `items` has room for `count`; the numbers are put at its beginning, and that is
 * what *rows becomes.
 *
 * Returns 0 or STELE_E_QUERY_CANCELED; then there is no order.
 */
MUST_USE int key_sort(const struct row_order *order, const struct vec *columns,
    uint32_t count, struct key_item *items, const atomic_bool *cancel,
    uint32_t **rows, struct error *err);
