/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest.h -- long work makes way for short work.
 *
 * A thread of low priority is not put aside at once whenever another wakes:
 * if Linux finds that it has had less than its share, which is likeliest just
 * after it began, it looks again with the next tick only, and that is up to
 * 4 ms later.  Some such wakes among a hundred are the 99th percentile of a
 * durable store.  So threads that work for long rest for a moment, some
 * thousand times a second, while stores are made durable: whoever waits for
 * the processor has it then.  Who rests loses nothing of its share.
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>

/* Whether the calling thread's work is long: os_thread_start() says so. */
void os_rest_allow(bool is_allowed);

/* Short work has been done: long work rests in the next milliseconds. */
void os_rest_note_short(void);

/*
 * Called by long work whenever it could be interrupted, hundreds of times in
 * a millisecond at most.  Does nothing on a thread that is not allowed to.
 */
void os_rest(void);
