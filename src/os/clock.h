/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h -- the only place that asks what time it is.
 *
 * Monotonic time measures and sets deadlines; wall time stamps events and may
 * jump both ways.  A clock is passed to who needs one, so that tests bring
 * their own.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

/* Seconds from 1970-01-01 to 2000-01-01, PostgreSQL's epoch and ours. */
#define OS_EPOCH_2000_SECONDS 946684800

struct os_clock {
	void *ctx;
	int64_t (*monotonic_ns)(struct os_clock *clock);
	int64_t (*wall_us)(struct os_clock *clock);
};

/* The kernel's.  One for the process, never freed. */
struct os_clock *os_clock_real(void);

/* Nanoseconds that the calling thread has had a processor. */
int64_t os_clock_thread_ns(void);

/* Nanoseconds from an arbitrary start; never goes back. */
static inline int64_t
os_clock_monotonic_ns(struct os_clock *clock)
{
	return clock->monotonic_ns(clock);
}

/* Microseconds since 2000-01-01 00:00 UTC. */
static inline int64_t
os_clock_wall_us(struct os_clock *clock)
{
	return clock->wall_us(clock);
}
