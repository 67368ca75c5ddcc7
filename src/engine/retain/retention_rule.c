/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/retain/retention_rule.h"

#include "engine/catalog/catalog.h"

#define SECOND_US INT64_C(1000000)

int64_t
retention_wanted(int64_t retain_us, int64_t newest, int64_t wall_us)
{
	int64_t base = newest, wanted;

	/* Events may lie in the future; that makes none older. */
	if (newest == INT64_MIN || newest > wall_us)
		base = wall_us;
	if (__builtin_sub_overflow(base, retain_us, &wanted))
		return HORIZON_NONE;
	return wanted;
}

int64_t
retention_allowed(const struct retention_anchor *anchor, int64_t wanted,
    int64_t now_us, bool *is_held)
{
	int64_t passed = now_us - anchor->since_us;
	int64_t pace, limit;

	if (__builtin_add_overflow(anchor->horizon, passed, &pace))
		pace = INT64_MAX;
	if (__builtin_add_overflow(pace, RETENTION_SLACK_US, &limit))
		limit = INT64_MAX;
	*is_held = wanted > limit;
	return *is_held ? pace : wanted;
}

int64_t
retention_step(int64_t retain_us)
{
	int64_t step = retain_us / 1000;

	if (step < SECOND_US)
		return SECOND_US;
	return step < 600 * SECOND_US ? step : 600 * SECOND_US;
}
