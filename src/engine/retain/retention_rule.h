/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_rule.h -- how far a horizon may move.
 *
 * The horizon of an event type follows the newest stored time: what is older
 * than that by more than `retain` is gone.  Nobody can vouch for a clock, so
 * no horizon moves further than the time that has really passed, by the
 * monotonic clock, and an hour.  Where the newest time is ahead of that, a clock
 * has jumped (or the server was stopped for longer, which nothing can tell from
 * it): the horizon goes on at the pace of real time, and keeps more.
 *
 * Threads: pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RETENTION_SLACK_US INT64_C(3600000000)

/* A horizon and when it was known to be right. */
struct retention_anchor {
	int64_t horizon;
	int64_t since_us; /* monotonic */
};

/*
 * The horizon that `retain_us` asks for: HORIZON_NONE if it is before all time.
 * `newest` is INT64_MIN if nothing is stored; then it is the wall clock's.
 */
int64_t retention_wanted(int64_t retain_us, int64_t newest, int64_t wall_us);

/*
 * What the horizon may be at the monotonic time `now_us`; *is_held if that is
 * not what is wanted.
 */
int64_t retention_allowed(const struct retention_anchor *anchor, int64_t wanted,
    int64_t now_us, bool *is_held);

/* Less than this is not worth a change of the catalogue. */
int64_t retention_step(int64_t retain_us);
