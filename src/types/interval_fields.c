/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intervals that have some fields only: INTERVAL '90' MINUTE, interval(3).
 *
 * The modifier is PostgreSQL's: a bit for each field in the high half, the
 * digits of a second's fraction in the low one; all bits set mean all fields
 * and all digits.
 */
#include "types/datetime.h"
#include "types/interval.h"

#define ALL_DIGITS 0xffff

enum {
	MONTH = 1 << 1,
	YEAR = 1 << 2,
	DAY = 1 << 3,
	HOUR = 1 << 10,
	MINUTE = 1 << 11,
	SECOND = 1 << 12,
};

static const struct {
	int32_t fields;
	const char *text;
	int64_t step_us; /* of the time that is kept; 0: no time is */
} ranges[] = {
	{ YEAR, " year", 0 },
	{ MONTH, " month", 0 },
	{ YEAR | MONTH, " year to month", 0 },
	{ DAY, " day", 0 },
	{ HOUR, " hour", USECS_PER_HOUR },
	{ MINUTE, " minute", USECS_PER_MINUTE },
	{ SECOND, " second", 1 },
	{ DAY | HOUR, " day to hour", USECS_PER_HOUR },
	{ DAY | HOUR | MINUTE, " day to minute", USECS_PER_MINUTE },
	{ DAY | HOUR | MINUTE | SECOND, " day to second", 1 },
	{ HOUR | MINUTE, " hour to minute", USECS_PER_MINUTE },
	{ HOUR | MINUTE | SECOND, " hour to second", 1 },
	{ MINUTE | SECOND, " minute to second", 1 },
};

int32_t
interval_mod(int32_t fields, int32_t digits)
{
	if (fields == INTERVAL_ALL_FIELDS && digits < 0)
		return -1;
	return (fields & INTERVAL_ALL_FIELDS) << 16 |
	    (digits < 0 ? ALL_DIGITS : digits);
}

bool
interval_fields_exist(int32_t fields)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (ranges[i].fields == fields)
			return true;
	return fields == INTERVAL_ALL_FIELDS;
}

static int32_t
fields_of(int32_t mod)
{
	return mod < 0 ? INTERVAL_ALL_FIELDS : mod >> 16 & INTERVAL_ALL_FIELDS;
}

/* The least of the fields is what a bare number counts. */
enum interval_unit
interval_bare_unit(int32_t mod)
{
	int32_t fields = fields_of(mod);

	if (fields == INTERVAL_ALL_FIELDS || (fields & SECOND) != 0)
		return INTERVAL_SECONDS;
	if ((fields & MINUTE) != 0)
		return INTERVAL_MINUTES;
	if ((fields & HOUR) != 0)
		return INTERVAL_HOURS;
	if ((fields & DAY) != 0)
		return INTERVAL_DAYS;
	return (fields & MONTH) != 0 ? INTERVAL_MONTHS : INTERVAL_YEARS;
}

bool
interval_is_minutes_and_seconds(int32_t mod)
{
	return fields_of(mod) == (MINUTE | SECOND);
}

/* The most that rounding adds is half a second. */
static bool
round_time(int32_t digits, int64_t *microseconds)
{
	const int64_t half = USECS_PER_SEC / 2;

	if (digits >= INTERVAL_DIGITS_MAX)
		return true;
	if (*microseconds > INT64_MAX - half ||
	    *microseconds < -INT64_MAX + half)
		return false;
	*microseconds = timestamp_round(*microseconds, digits);
	return true;
}

bool
interval_fit(int32_t mod, struct interval *interval)
{
	int32_t fields = fields_of(mod);

	if (mod < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		int64_t step = ranges[i].step_us;

		if (ranges[i].fields != fields)
			continue;
		if (step == 0)
			interval->microseconds = 0;
		else
			interval->microseconds -= interval->microseconds % step;
		if ((fields & (YEAR | MONTH)) != 0)
			interval->days = 0;
		if (fields == YEAR)
			interval->months -= interval->months % MONTHS_PER_YEAR;
	}
	return round_time(mod & ALL_DIGITS, &interval->microseconds);
}

struct str
interval_format_mod(int32_t mod, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (ranges[i].fields == fields_of(mod))
			text = ranges[i].text;
	if ((mod & ALL_DIGITS) == ALL_DIGITS)
		return arena_printf(arena, "interval%s", text);
	return arena_printf(arena, "interval%s(%d)", text, mod & ALL_DIGITS);
}
