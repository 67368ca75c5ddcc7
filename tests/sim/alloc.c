/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/alloc.h"

#include <stdlib.h>

void *
sim_alloc(size_t size)
{
	void *memory = calloc(1, size == 0 ? 1 : size);

	if (memory == NULL)
		abort();
	return memory;
}

void *
sim_realloc(void *memory, size_t size)
{
	memory = realloc(memory, size == 0 ? 1 : size);
	if (memory == NULL)
		abort();
	return memory;
}

void *
sim_grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return array;
	return sim_realloc(array, (count == 0 ? 1 : 2 * count) * size);
}
