/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest.c -- see rest.h.
 */
#include "os/rest.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <time.h>

#include "os/clock.h"

/* Between two rests: the longest that short work waits for long work. */
#define REST_INTERVAL_NS 200000
/* After short work: long against the time between two stores of one client. */
#define REST_PERIOD_NS 20000000
/* To be put aside is what counts; what ends at once is no rest. */
#define REST_NS 15000

/* Nothing is published with it: relaxed. */
static atomic_int_least64_t last_short_ns = INT64_MIN / 2;

static _Thread_local struct {
	bool is_allowed;
	int64_t last_ns;
} self;

void
os_rest_allow(bool is_allowed)
{
	self.is_allowed = is_allowed;
	/* Else the kernel adds 50 us to every rest; failing does no harm. */
	if (is_allowed)
		(void)prctl(PR_SET_TIMERSLACK, 1);
}

void
os_rest_note_short(void)
{
	atomic_store_explicit(&last_short_ns,
	    os_clock_monotonic_ns(os_clock_real()), memory_order_relaxed);
}

void
os_rest(void)
{
	const struct timespec moment = { .tv_nsec = REST_NS };
	int64_t now;

	if (!self.is_allowed)
		return;
	now = os_clock_monotonic_ns(os_clock_real());
	if (now - self.last_ns < REST_INTERVAL_NS)
		return;
	self.last_ns = now;
	if (now - atomic_load_explicit(&last_short_ns, memory_order_relaxed) >
	    REST_PERIOD_NS)
		return;
	(void)nanosleep(&moment, NULL);
	self.last_ns = os_clock_monotonic_ns(os_clock_real());
}
