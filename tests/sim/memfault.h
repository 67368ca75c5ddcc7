/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memfault.h -- the allocation that fails.
 *
 * Every malloc, calloc, realloc, aligned_alloc and strdup of the server's code
 * goes through here in programs that are linked with $(sim_ldflags); libraries
 * from outside, and the harness itself (alloc.h), are not concerned.  The
 * server has no fault points for it, and costs nothing more elsewhere.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

/* Let the next `times` allocations fail; 0: none. */
void memfault_set(uint64_t times);

/*
 * Told of each allocation before it is made, and may let it fail; NULL: nobody.
 */
void memfault_on_call(void (*fn)(void *arg), void *arg);
