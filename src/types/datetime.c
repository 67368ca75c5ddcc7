/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar.  Years start in March here, so that a leap day is the last of
 * its year; 400 years are 146,097 days.  H. Hinnant, "chrono-compatible
 * low-level date algorithms", 2013, describes it.
 */
#include "types/datetime.h"

#include <assert.h>

#include "types/time_zone.h"

#define DAYS_PER_ERA 146097
#define DAYS_TO_2000 730425 /* from 0000-03-01 */

int64_t
date_of_civil(int64_t year, int month, int day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(shifted, 400);
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year =
	    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_2000;
}

void
civil_of_date(int64_t date, int64_t *year, int *month, int *day)
{
	int64_t shifted = date + DAYS_TO_2000;
	int64_t era = floor_div(shifted, DAYS_PER_ERA);
	int64_t day_of_era = shifted - era * DAYS_PER_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
				  day_of_era / 36524 - day_of_era / 146096) /
	    365;
	int64_t day_of_year = day_of_era -
	    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
	*month =
	    (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

bool
date_is_leap_year(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
date_month_days(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && date_is_leap_year(year));
}

int
date_weekday(int64_t date)
{
	return (int)(((date + 6) % 7 + 7) % 7); /* 2000-01-01: Saturday */
}

void
civil_of_timestamp(int64_t timestamp, struct civil *out)
{
	int64_t date = floor_div(timestamp, USECS_PER_DAY);
	int64_t rest = timestamp - date * USECS_PER_DAY;

	civil_of_date(date, &out->year, &out->month, &out->day);
	out->hour = (int)(rest / USECS_PER_HOUR);
	out->minute = (int)(rest / USECS_PER_MINUTE % 60);
	out->second = (int)(rest / USECS_PER_SEC % 60);
	out->microsecond = (int)(rest % USECS_PER_SEC);
}

int64_t
timestamp_to_local(const struct time_zone *zone, int64_t utc)
{
	if (!timestamp_is_finite(utc))
		return utc;
	return utc + time_zone_offset(zone, utc) * USECS_PER_SEC;
}

int64_t
timestamp_of_local(const struct time_zone *zone, int64_t local)
{
	if (!timestamp_is_finite(local))
		return local;
	return local - time_zone_offset_local(zone, local) * USECS_PER_SEC;
}

int64_t
timestamp_round(int64_t timestamp, int32_t digits)
{
	static const int64_t units[] = { 1000000, 100000, 10000, 1000, 100,
		10 };
	int64_t unit, half;

	if (digits < 0 || digits > 5 || !timestamp_is_finite(timestamp))
		return timestamp;
	unit = units[digits];
	half = unit / 2;
	if (timestamp >= 0)
		return (timestamp + half) / unit * unit;
	return -((-timestamp + half) / unit * unit);
}
