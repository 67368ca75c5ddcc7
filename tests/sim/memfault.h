/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memfault.h -- the allocation that fails.
 *
 * Every malloc, calloc, realloc, aligned_alloc and strdup of the server's code
 * goes through here in programs that are linked with $(sim_ldflags); libraries
 * from outside, and the harness itself (alloc.h), are not concerned.  The
 * server has no fault points for it, and costs nothing more elsewhere.
 *
 * Threads: any.  With sched.h the count of a call is the same in every run.
 */
#pragma once

#include <stdint.h>

/*
 * Let allocations first .. last fail, counting from 1 with the next; 0, 0
 * for none.
 */
void memfault_set(uint64_t first, uint64_t last);

/* Allocations since memfault_set(), those that failed too. */
uint64_t memfault_count(void);
uint64_t memfault_failed(void);
