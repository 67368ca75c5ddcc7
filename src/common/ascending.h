/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascending.h -- numbers that ascend, looked into by halves.
 */
#pragma once

#include <stdint.h>

/* The place of the first that is not less than `value`; `count`: there is none. */
static inline uint32_t
ascending_find(const uint32_t *numbers, uint32_t count, uint32_t value)
{
	uint32_t first = 0, limit = count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (numbers[middle] < value)
			first = middle + 1;
		else
			limit = middle;
	}
	return first;
}
