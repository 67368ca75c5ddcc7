/* SPDX-License-Identifier: Apache-2.0 */
/*
 * haste.h -- a thread that others wait for reads only what is in memory, and
 * only so much of it.
 *
 * A net thread may look something up itself, in place of waking a worker, as
 * long as that takes microseconds.  Nobody knows beforehand: whether a block is
 * in the cache, and how many rows a context has, is found out by reading.  So
 * the thread gets a number of steps (engine_haste_begin()), and who reads takes
 * them; where they end, or a file would be read, reading fails, and the caller
 * has it done elsewhere, from the beginning.
 *
 * A step is what waits for far memory once or twice, some hundred nanoseconds:
 * a row of a MemTable, a block, or HASTE_STEP_BYTES of strings.
 *
 * Threads: all of it is the calling thread's.  It is not handed from call to
 * call because every way to a block or a row must ask for it, and none may
 * forget to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct error;

#define HASTE_STEP_BYTES 4096

/* 0; or in haste STELE_E_INSUFFICIENT_RESOURCES: it must not be read here. */
MUST_USE int haste_check_read(struct error *err);

/* Take steps: 0, or the same error in haste, when there are not as many left. */
MUST_USE int haste_take(uint64_t steps, struct error *err);

/*
 * So many more steps will be needed, as far as is known: the same error at once
 * if all that was expected is more than there was to begin with.
 */
MUST_USE int haste_expect(uint64_t steps, struct error *err);

/* Whether the thread is in haste. */
bool haste_is_on(void);
