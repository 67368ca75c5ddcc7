/* SPDX-License-Identifier: Apache-2.0 */
#include "types/timestamp_math.h"

#include "types/datetime.h"
#include "types/interval.h"
#include "types/time_zone.h"

#define JULIAN_OF_2000 2451545

/*
 * The moment of a local time, unless that is further away than a zone can shift
 * it: what is not cannot overflow either.
 */
static bool
moment_of_local(const struct time_zone *zone, int64_t local, int64_t *out)
{
	if (local < TIMESTAMP_MIN - USECS_PER_DAY ||
	    local >= TIMESTAMP_LIMIT + USECS_PER_DAY)
		return false;
	*out = timestamp_of_local(zone, local);
	return timestamp_is_valid(*out);
}

/* Days of a date and a time, as a local time. */
static bool
local_of_date(int64_t date, int64_t time, int64_t *out)
{
	return !__builtin_mul_overflow(date, USECS_PER_DAY, out) &&
	    !__builtin_add_overflow(*out, time, out);
}

/* Add months to a moment, keeping the day of month where there is one. */
static bool
add_months(const struct time_zone *zone, int64_t months, int64_t *moment)
{
	int64_t local = timestamp_to_local(zone, *moment);
	int64_t date = floor_div(local, USECS_PER_DAY);
	int64_t time = local - date * USECS_PER_DAY;
	int64_t year, count;
	int month, day, last;

	civil_of_date(date, &year, &month, &day);
	count = year * MONTHS_PER_YEAR + month - 1 + months;
	year = floor_div(count, MONTHS_PER_YEAR);
	month = (int)(count - year * MONTHS_PER_YEAR) + 1;
	last = date_month_days(year, month);
	date = date_of_civil(year, month, day < last ? day : last);
	return local_of_date(date, time, &local) &&
	    moment_of_local(zone, local, moment);
}

static bool
add_days(const struct time_zone *zone, int64_t days, int64_t *moment)
{
	int64_t local = timestamp_to_local(zone, *moment);
	int64_t date = floor_div(local, USECS_PER_DAY);

	return local_of_date(date + days, local - date * USECS_PER_DAY,
		   &local) &&
	    moment_of_local(zone, local, moment);
}

/*
 * Each step ends at a moment of the zone, as in PostgreSQL: a month that ends
 * in a gap of the clock is moved out of it before the days are counted.
 */
bool
timestamp_add(int64_t timestamp, const struct interval *interval,
    const struct time_zone *zone, int64_t *out)
{
	*out = timestamp;
	if (!timestamp_is_finite(timestamp))
		return true;
	if (interval->months != 0 && !add_months(zone, interval->months, out))
		return false;
	if (interval->days != 0 && !add_days(zone, interval->days, out))
		return false;
	return !__builtin_add_overflow(*out, interval->microseconds, out) &&
	    timestamp_is_valid(*out);
}

bool
timestamp_subtract(int64_t timestamp, const struct interval *interval,
    const struct time_zone *zone, int64_t *out)
{
	struct interval negative;

	return interval_negate(interval, &negative) &&
	    timestamp_add(timestamp, &negative, zone, out);
}

bool
timestamp_difference(int64_t a, int64_t b, struct interval *out)
{
	int64_t difference;

	if (!timestamp_is_finite(a) || !timestamp_is_finite(b) ||
	    __builtin_sub_overflow(a, b, &difference))
		return false;
	*out = (struct interval){
		.days = (int32_t)(difference / USECS_PER_DAY),
		.microseconds = difference % USECS_PER_DAY,
	};
	return true;
}

bool
timestamp_age(int64_t a, int64_t b, struct interval *out)
{
	bool swapped = a < b;
	int64_t late_date, early_date, months, days, time;
	struct civil late, early;

	if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
		return false;
	civil_of_timestamp(swapped ? b : a, &late);
	civil_of_timestamp(swapped ? a : b, &early);
	late_date = floor_div(swapped ? b : a, USECS_PER_DAY);
	early_date = floor_div(swapped ? a : b, USECS_PER_DAY);
	time = (swapped ? b : a) - late_date * USECS_PER_DAY -
	    ((swapped ? a : b) - early_date * USECS_PER_DAY);
	months = (late.year - early.year) * MONTHS_PER_YEAR + late.month -
	    early.month;
	days = late.day - early.day;
	if (time < 0) {
		time += USECS_PER_DAY;
		days--;
	}
	if (days < 0) { /* borrow the month that the counting starts in */
		days += date_month_days(early.year, early.month);
		months--;
	}
	*out = (struct interval){
		.months = (int32_t)(swapped ? -months : months),
		.days = (int32_t)(swapped ? -days : days),
		.microseconds = swapped ? -time : time,
	};
	return true;
}

bool
time_field_of(struct str name, enum time_field *out)
{
	static const struct {
		char name[16];
		uint8_t field;
	} names[] = {
		{ "c", FIELD_CENTURY },
		{ "cent", FIELD_CENTURY },
		{ "centuries", FIELD_CENTURY },
		{ "century", FIELD_CENTURY },
		{ "d", FIELD_DAY },
		{ "day", FIELD_DAY },
		{ "days", FIELD_DAY },
		{ "dec", FIELD_DECADE },
		{ "decade", FIELD_DECADE },
		{ "decades", FIELD_DECADE },
		{ "decs", FIELD_DECADE },
		{ "dow", FIELD_DOW },
		{ "doy", FIELD_DOY },
		{ "epoch", FIELD_EPOCH },
		{ "h", FIELD_HOUR },
		{ "hour", FIELD_HOUR },
		{ "hours", FIELD_HOUR },
		{ "hr", FIELD_HOUR },
		{ "hrs", FIELD_HOUR },
		{ "isodow", FIELD_ISODOW },
		{ "isoyear", FIELD_ISOYEAR },
		{ "julian", FIELD_JULIAN },
		{ "m", FIELD_MINUTE },
		{ "microsecond", FIELD_MICROSECONDS },
		{ "microseconds", FIELD_MICROSECONDS },
		{ "mil", FIELD_MILLENNIUM },
		{ "millennia", FIELD_MILLENNIUM },
		{ "millennium", FIELD_MILLENNIUM },
		{ "millisecond", FIELD_MILLISECONDS },
		{ "milliseconds", FIELD_MILLISECONDS },
		{ "mils", FIELD_MILLENNIUM },
		{ "min", FIELD_MINUTE },
		{ "mins", FIELD_MINUTE },
		{ "minute", FIELD_MINUTE },
		{ "minutes", FIELD_MINUTE },
		{ "mon", FIELD_MONTH },
		{ "mons", FIELD_MONTH },
		{ "month", FIELD_MONTH },
		{ "months", FIELD_MONTH },
		{ "ms", FIELD_MILLISECONDS },
		{ "msec", FIELD_MILLISECONDS },
		{ "msecs", FIELD_MILLISECONDS },
		{ "qtr", FIELD_QUARTER },
		{ "quarter", FIELD_QUARTER },
		{ "s", FIELD_SECOND },
		{ "sec", FIELD_SECOND },
		{ "second", FIELD_SECOND },
		{ "seconds", FIELD_SECOND },
		{ "secs", FIELD_SECOND },
		{ "timezone", FIELD_TIMEZONE },
		{ "timezone_h", FIELD_TIMEZONE_HOUR },
		{ "timezone_hour", FIELD_TIMEZONE_HOUR },
		{ "timezone_m", FIELD_TIMEZONE_MINUTE },
		{ "timezone_minute", FIELD_TIMEZONE_MINUTE },
		{ "us", FIELD_MICROSECONDS },
		{ "usec", FIELD_MICROSECONDS },
		{ "usecs", FIELD_MICROSECONDS },
		{ "w", FIELD_WEEK },
		{ "week", FIELD_WEEK },
		{ "weeks", FIELD_WEEK },
		{ "y", FIELD_YEAR },
		{ "year", FIELD_YEAR },
		{ "years", FIELD_YEAR },
		{ "yr", FIELD_YEAR },
		{ "yrs", FIELD_YEAR },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_equal_nocase(name, str_of_cstr(names[i].name))) {
			*out = names[i].field;
			return true;
		}
	}
	return false;
}

int64_t
iso_year_start(int64_t year)
{
	int64_t fourth = date_of_civil(year, 1, 4); /* always in week 1 */

	return fourth - (date_weekday(fourth) + 6) % 7;
}

void
iso_week(int64_t date, int64_t *year, int *week)
{
	int month, day;

	civil_of_date(date, year, &month, &day);
	if (date >= iso_year_start(*year + 1))
		++*year;
	else if (date < iso_year_start(*year))
		--*year;
	*week = (int)((date - iso_year_start(*year)) / 7) + 1;
}

/* The first year of a span of years, in the calendar without a year 0. */
static int64_t
span_start(int64_t year, int64_t span)
{
	return floor_div(year - 1, span) * span + 1;
}

bool
timestamp_truncate(enum time_field field, int64_t local, int64_t *out)
{
	int64_t date = floor_div(local, USECS_PER_DAY), year;
	int month, day;

	*out = local;
	switch (field) {
	case FIELD_MICROSECONDS:
		return true;
	case FIELD_MILLISECONDS:
		*out = floor_div(local, 1000) * 1000;
		return true;
	case FIELD_SECOND:
		*out = floor_div(local, USECS_PER_SEC) * USECS_PER_SEC;
		return true;
	case FIELD_MINUTE:
		*out = floor_div(local, USECS_PER_MINUTE) * USECS_PER_MINUTE;
		return true;
	case FIELD_HOUR:
		*out = floor_div(local, USECS_PER_HOUR) * USECS_PER_HOUR;
		return true;
	default:
		break;
	}
	civil_of_date(date, &year, &month, &day);
	switch (field) {
	case FIELD_DAY:
		break;
	case FIELD_WEEK:
		date -= (date_weekday(date) + 6) % 7;
		break;
	case FIELD_MONTH:
		date = date_of_civil(year, month, 1);
		break;
	case FIELD_QUARTER:
		date = date_of_civil(year, (month - 1) / 3 * 3 + 1, 1);
		break;
	case FIELD_YEAR:
		date = date_of_civil(year, 1, 1);
		break;
	case FIELD_DECADE:
		date = date_of_civil(floor_div(year, 10) * 10, 1, 1);
		break;
	case FIELD_CENTURY:
		date = date_of_civil(span_start(year, 100), 1, 1);
		break;
	case FIELD_MILLENNIUM:
		date = date_of_civil(span_start(year, 1000), 1, 1);
		break;
	default:
		return false;
	}
	*out = date * USECS_PER_DAY;
	return true;
}

bool
interval_truncate(enum time_field field, const struct interval *interval,
    struct interval *out)
{
	static const int64_t units[] = {
		[FIELD_MICROSECONDS] = 1,
		[FIELD_MILLISECONDS] = 1000,
		[FIELD_SECOND] = USECS_PER_SEC,
		[FIELD_MINUTE] = USECS_PER_MINUTE,
		[FIELD_HOUR] = USECS_PER_HOUR,
	};
	int32_t months = 1;

	*out = *interval;
	if (field <= FIELD_HOUR) {
		out->microseconds -= out->microseconds % units[field];
		return true;
	}
	out->microseconds = 0;
	if (field == FIELD_DAY)
		return true;
	out->days = 0;
	switch (field) {
	case FIELD_MONTH:
		break;
	case FIELD_QUARTER:
		months = 3;
		break;
	case FIELD_YEAR:
		months = 12;
		break;
	case FIELD_DECADE:
		months = 120;
		break;
	case FIELD_CENTURY:
		months = 1200;
		break;
	case FIELD_MILLENNIUM:
		months = 12000;
		break;
	default:
		return false;
	}
	out->months -= out->months % months;
	return true;
}

static bool
whole(struct time_part *out, int64_t value)
{
	*out = (struct time_part){ .coefficient = value };
	return true;
}

static bool
decimal(struct time_part *out, i128 value, uint32_t scale)
{
	*out = (struct time_part){ .coefficient = value, .scale = scale };
	return true;
}

/* Parts within a day; `time` may be negative for intervals. */
static bool
clock_part(enum time_field field, int64_t time, struct time_part *out)
{
	switch (field) {
	case FIELD_MICROSECONDS:
		return whole(out, time % USECS_PER_MINUTE);
	case FIELD_MILLISECONDS:
		return decimal(out, time % USECS_PER_MINUTE, 3);
	case FIELD_SECOND:
		return decimal(out, time % USECS_PER_MINUTE, 6);
	case FIELD_MINUTE:
		return whole(out, time / USECS_PER_MINUTE % 60);
	case FIELD_HOUR:
		return whole(out, time / USECS_PER_HOUR);
	default:
		return false;
	}
}

/* Centuries and millennia: the year 0 does not exist. */
static int64_t
span_number(int64_t year, int64_t span)
{
	if (year > 0)
		return (year + span - 1) / span;
	return -((span - 1 - (year - 1)) / span);
}

bool
date_part(enum time_field field, int64_t date, struct time_part *out)
{
	int64_t year;
	int month, day, week;

	civil_of_date(date, &year, &month, &day);
	switch (field) {
	case FIELD_DAY:
		return whole(out, day);
	case FIELD_WEEK:
		iso_week(date, &year, &week);
		return whole(out, week);
	case FIELD_MONTH:
		return whole(out, month);
	case FIELD_QUARTER:
		return whole(out, (month - 1) / 3 + 1);
	case FIELD_YEAR:
		return whole(out, year > 0 ? year : year - 1);
	case FIELD_DECADE:
		return whole(out, floor_div(year, 10));
	case FIELD_CENTURY:
		return whole(out, span_number(year, 100));
	case FIELD_MILLENNIUM:
		return whole(out, span_number(year, 1000));
	case FIELD_DOW:
		return whole(out, date_weekday(date));
	case FIELD_ISODOW:
		return whole(out, (date_weekday(date) + 6) % 7 + 1);
	case FIELD_DOY:
		return whole(out, date - date_of_civil(year, 1, 1) + 1);
	case FIELD_ISOYEAR:
		iso_week(date, &year, &week);
		return whole(out, year > 0 ? year : year - 1);
	case FIELD_JULIAN:
		return whole(out, date + JULIAN_OF_2000);
	case FIELD_EPOCH:
		return whole(out,
		    (date - UNIX_EPOCH_DATE) * (USECS_PER_DAY / USECS_PER_SEC));
	default:
		return false;
	}
}

/*
 * Days and their fraction, with the digits that numeric division gives it: 16
 * significant ones, in steps of four.
 */
static bool
julian_part(int64_t local, struct time_part *out)
{
	int64_t date = floor_div(local, USECS_PER_DAY);
	int64_t time = local - date * USECS_PER_DAY;
	const int64_t leading = USECS_PER_DAY / 100000000; /* 864 */
	i128 unit = (i128)10000000000 * 10000000000;
	uint32_t scale = 20;

	if (time <= leading * 10000 + 9999)
		scale += 4;
	if (time <= leading)
		scale += 4;
	for (uint32_t i = 20; i < scale; i++)
		unit *= 10;
	return decimal(out,
	    (date + JULIAN_OF_2000) * unit +
		(time * unit + USECS_PER_DAY / 2) / USECS_PER_DAY,
	    scale);
}

bool
timestamp_part(enum time_field field, int64_t local, struct time_part *out)
{
	int64_t date = floor_div(local, USECS_PER_DAY);

	if (field == FIELD_EPOCH)
		return decimal(out, (i128)local - UNIX_EPOCH, 6);
	if (field == FIELD_JULIAN)
		return julian_part(local, out);
	if (clock_part(field, local - date * USECS_PER_DAY, out))
		return true;
	return date_part(field, date, out);
}

bool
time_of_day_part(enum time_field field, int64_t time, struct time_part *out)
{
	if (field == FIELD_EPOCH)
		return decimal(out, time, 6);
	return clock_part(field, time, out);
}

bool
interval_part(enum time_field field, const struct interval *interval,
    struct time_part *out)
{
	int32_t months = interval->months;
	i128 days;

	switch (field) {
	case FIELD_DAY:
		return whole(out, interval->days);
	case FIELD_MONTH:
		return whole(out, months % 12);
	case FIELD_QUARTER:
		return whole(out, months % 12 / 3 + 1);
	case FIELD_YEAR:
		return whole(out, months / 12);
	case FIELD_DECADE:
		return whole(out, months / 120);
	case FIELD_CENTURY:
		return whole(out, months / 1200);
	case FIELD_MILLENNIUM:
		return whole(out, months / 12000);
	case FIELD_EPOCH:
		/* A year has 365.25 days here, a month 30. */
		days = (i128)(months / 12) * 1461 +
		    ((i128)(months % 12) * DAYS_PER_MONTH + interval->days) * 4;
		return decimal(out,
		    days * (USECS_PER_DAY / 4) + interval->microseconds, 6);
	default:
		return clock_part(field, interval->microseconds, out);
	}
}
