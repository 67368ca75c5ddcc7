/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/memfault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/alloc.h"
#include "sim/real_calls.h"

static atomic_uint_least64_t left; /* that fail */
static void (*on_call)(void *arg);
static void *on_call_arg;

void
memfault_set(uint64_t times)
{
	atomic_store(&left, times);
}

void
memfault_on_call(void (*fn)(void *arg), void *arg)
{
	on_call = fn;
	on_call_arg = arg;
}

static bool
must_fail(void)
{
	if (on_call != NULL)
		on_call(on_call_arg);
	if (atomic_load(&left) == 0)
		return false;
	atomic_fetch_sub(&left, 1);
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
