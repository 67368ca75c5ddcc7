/* SPDX-License-Identifier: Apache-2.0 */
#include "types/interval.h"

#include <math.h>

#include "common/hash.h"
#include "types/datetime.h"

i128
interval_length(const struct interval *interval)
{
	i128 days = (i128)interval->months * DAYS_PER_MONTH + interval->days;

	return days * USECS_PER_DAY + interval->microseconds;
}

int
interval_compare(const struct interval *a, const struct interval *b)
{
	i128 x = interval_length(a), y = interval_length(b);

	return (x > y) - (x < y);
}

uint64_t
interval_hash(const struct interval *interval)
{
	i128 length = interval_length(interval);

	return hash_combine((uint64_t)((u128)length >> 64), (uint64_t)length);
}

bool
interval_add(const struct interval *a, const struct interval *b,
    struct interval *out)
{
	struct interval sum;

	if (__builtin_add_overflow(a->months, b->months, &sum.months) ||
	    __builtin_add_overflow(a->days, b->days, &sum.days) ||
	    __builtin_add_overflow(a->microseconds, b->microseconds,
		&sum.microseconds))
		return false;
	*out = sum;
	return true;
}

bool
interval_subtract(const struct interval *a, const struct interval *b,
    struct interval *out)
{
	struct interval difference;

	if (__builtin_sub_overflow(a->months, b->months, &difference.months) ||
	    __builtin_sub_overflow(a->days, b->days, &difference.days) ||
	    __builtin_sub_overflow(a->microseconds, b->microseconds,
		&difference.microseconds))
		return false;
	*out = difference;
	return true;
}

bool
interval_negate(const struct interval *interval, struct interval *out)
{
	struct interval zero = { .months = 0 };

	return interval_subtract(&zero, interval, out);
}

/* Round to microseconds a value in days, as PostgreSQL's TSROUND does. */
static double
round_micro(double value)
{
	return rint(value * 1e6) / 1e6;
}

static bool
to_i32(double value, int32_t *out)
{
	if (!(value >= INT32_MIN && value <= INT32_MAX))
		return false;
	*out = (int32_t)value;
	return true;
}

static bool
to_i64(double value, int64_t *out)
{
	if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0))
		return false;
	*out = (int64_t)value;
	return true;
}

/*
 * Scale each part, then cascade what is left of months to days and of days to
 * seconds.
 */
static bool
scale(double months, double days, double microseconds, struct interval *out)
{
	double month_days, day_seconds;
	struct interval result;

	if (!to_i32(months, &result.months) || !to_i32(days, &result.days))
		return false;
	month_days = round_micro((months - result.months) * DAYS_PER_MONTH);
	day_seconds =
	    (days - result.days + month_days - (int)month_days) * 86400.0;
	day_seconds = round_micro(day_seconds);
	/* Rounding may have made whole days of the seconds. */
	if (fabs(day_seconds) >= 86400.0) {
		int whole = (int)(day_seconds / 86400.0);

		if (__builtin_add_overflow(result.days, whole, &result.days))
			return false;
		day_seconds -= whole * 86400.0;
	}
	if (__builtin_add_overflow(result.days, (int32_t)month_days,
		&result.days))
		return false;
	if (!to_i64(rint(microseconds + day_seconds * 1e6),
		&result.microseconds))
		return false;
	*out = result;
	return true;
}

bool
interval_multiply(const struct interval *interval, double factor,
    struct interval *out)
{
	return scale(interval->months * factor, interval->days * factor,
	    (double)interval->microseconds * factor, out);
}

bool
interval_divide(const struct interval *interval, double divisor,
    struct interval *out)
{
	return scale(interval->months / divisor, interval->days / divisor,
	    (double)interval->microseconds / divisor, out);
}

bool
interval_justify_hours(struct interval *interval)
{
	int32_t whole = (int32_t)(interval->microseconds / USECS_PER_DAY);

	interval->microseconds %= USECS_PER_DAY;
	if (__builtin_add_overflow(interval->days, whole, &interval->days))
		return false;
	if (interval->days > 0 && interval->microseconds < 0) {
		interval->microseconds += USECS_PER_DAY;
		interval->days--;
	} else if (interval->days < 0 && interval->microseconds > 0) {
		interval->microseconds -= USECS_PER_DAY;
		interval->days++;
	}
	return true;
}

bool
interval_justify_days(struct interval *interval)
{
	int32_t whole = interval->days / DAYS_PER_MONTH;

	interval->days %= DAYS_PER_MONTH;
	if (__builtin_add_overflow(interval->months, whole, &interval->months))
		return false;
	if (interval->months > 0 && interval->days < 0) {
		interval->days += DAYS_PER_MONTH;
		interval->months--;
	} else if (interval->months < 0 && interval->days > 0) {
		interval->days -= DAYS_PER_MONTH;
		interval->months++;
	}
	return true;
}

bool
interval_justify(struct interval *interval)
{
	int32_t whole_days, whole_months;

	whole_days = (int32_t)(interval->microseconds / USECS_PER_DAY);
	interval->microseconds %= USECS_PER_DAY;
	if (__builtin_add_overflow(interval->days, whole_days, &interval->days))
		return false;
	whole_months = interval->days / DAYS_PER_MONTH;
	interval->days %= DAYS_PER_MONTH;
	if (__builtin_add_overflow(interval->months, whole_months,
		&interval->months))
		return false;
	if (interval->months > 0 &&
	    (interval->days < 0 ||
		(interval->days == 0 && interval->microseconds < 0))) {
		interval->days += DAYS_PER_MONTH;
		interval->months--;
	} else if (interval->months < 0 &&
	    (interval->days > 0 ||
		(interval->days == 0 && interval->microseconds > 0))) {
		interval->days -= DAYS_PER_MONTH;
		interval->months++;
	}
	if (interval->days > 0 && interval->microseconds < 0) {
		interval->microseconds += USECS_PER_DAY;
		interval->days--;
	} else if (interval->days < 0 && interval->microseconds > 0) {
		interval->microseconds -= USECS_PER_DAY;
		interval->days++;
	}
	return true;
}
