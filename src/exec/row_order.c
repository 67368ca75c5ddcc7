/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/row_order.h"

int
row_order_values(const struct row_order *order, uint32_t number,
    const struct vec *a, uint32_t a_row, const struct vec *b, uint32_t b_row)
{
	const struct sort_key *key = &order->keys[number];
	bool a_is_null = vec_is_null(a, a_row);
	bool b_is_null = vec_is_null(b, b_row);
	int result;

	if (a_is_null || b_is_null) {
		result = (int)a_is_null - (int)b_is_null;
		return key->nulls_first ? -result : result;
	}
	if (a->phys == PHYS_I64) {
		int64_t x = a->i64[vec_index(a, a_row)];
		int64_t y = b->i64[vec_index(b, b_row)];

		result = (x > y) - (x < y);
	} else {
		struct datum x = vec_get(a, a_row);
		struct datum y = vec_get(b, b_row);

		result = type_compare(&order->types[key->column], &x, &y);
	}
	return key->is_descending ? -result : result;
}

int
row_order_compare(const struct row_order *order, const struct vec *a,
    uint32_t a_row, const struct vec *b, uint32_t b_row)
{
	for (uint32_t i = 0; i < order->key_count; i++) {
		uint32_t column = order->keys[i].column;
		int result = row_order_values(order, i, &a[column], a_row,
		    &b[column], b_row);

		if (result != 0)
			return result;
	}
	return 0;
}
