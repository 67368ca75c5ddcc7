/* SPDX-License-Identifier: Apache-2.0 */
/*
 * positions.h -- finding a row among the ascending positions of exceptions.
 */
#pragma once

#include <stdint.h>

/*
 * Index of the first of `count` positions that is not less than `row`, which
 * is less than row_count; in positions that do not ascend any index up to
 * `count`.
 *
 * Exceptions lie anywhere, so where the row's would be if they were evenly
 * spread is near, and most often in the same line of memory: from there the
 * steps double.
 */
static inline uint32_t
positions_from(const uint16_t *positions, uint32_t count, uint32_t row,
    uint32_t row_count)
{
	uint32_t guess = (uint32_t)((uint64_t)row * count / row_count);
	uint32_t first = 0, limit = count, step = 1;

	if (count == 0)
		return 0;
	if (positions[guess] < row) {
		first = guess + 1;
		while (first + step < limit && positions[first + step] < row) {
			first += step + 1;
			step *= 2;
		}
		limit = first + step < limit ? first + step : limit;
	} else {
		limit = guess;
		while (limit > step && positions[limit - step] >= row) {
			limit -= step;
			step *= 2;
		}
		first = limit > step ? limit - step : 0;
	}
	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (positions[middle] < row)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}
