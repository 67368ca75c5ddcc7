/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/memfault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/real_calls.h"

static atomic_uint_least64_t count, failed;
static atomic_uint_least64_t fail_first, fail_last;

void
memfault_set(uint64_t first, uint64_t last)
{
	atomic_store(&fail_first, first);
	atomic_store(&fail_last, last);
	atomic_store(&count, 0);
	atomic_store(&failed, 0);
}

uint64_t
memfault_count(void)
{
	return atomic_load(&count);
}

uint64_t
memfault_failed(void)
{
	return atomic_load(&failed);
}

static bool
must_fail(void)
{
	uint64_t number = atomic_fetch_add(&count, 1) + 1;

	if (number < atomic_load(&fail_first) ||
	    number > atomic_load(&fail_last))
		return false;
	atomic_fetch_add(&failed, 1);
	errno = ENOMEM;
	return true;
}

/* ---- the server's allocations ---- */

void *
__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t number, size_t size)
{
	return must_fail() ? NULL : __real_calloc(number, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
	return must_fail() ? NULL : __real_realloc(memory, size);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return must_fail() ? NULL : __real_aligned_alloc(alignment, size);
}

char *
__wrap_strdup(const char *text)
{
	return must_fail() ? NULL : __real_strdup(text);
}

/* ---- the harness's own ---- */

void *
sim_alloc(size_t size)
{
	void *memory = __real_calloc(1, size == 0 ? 1 : size);

	if (memory == NULL)
		abort();
	return memory;
}

void *
sim_realloc(void *memory, size_t size)
{
	memory = __real_realloc(memory, size == 0 ? 1 : size);
	if (memory == NULL)
		abort();
	return memory;
}

void *
sim_grow(void *array, size_t number, size_t size)
{
	if ((number & (number - 1)) != 0)
		return array;
	return sim_realloc(array, (number == 0 ? 1 : 2 * number) * size);
}
