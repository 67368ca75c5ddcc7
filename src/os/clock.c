/* SPDX-License-Identifier: Apache-2.0 */
#include "os/clock.h"

#include <time.h>

#include "common/attr.h"

static int64_t
real_monotonic_ns(struct os_clock *clock UNUSED)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t
real_wall_us(struct os_clock *clock UNUSED)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	return ((int64_t)now.tv_sec - OS_EPOCH_2000_SECONDS) * 1000000 +
	    now.tv_nsec / 1000;
}

static struct os_clock real_clock = {
	.monotonic_ns = real_monotonic_ns,
	.wall_us = real_wall_us,
};

int64_t
os_clock_thread_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* cannot fail */
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct os_clock *
os_clock_real(void)
{
	return &real_clock;
}
