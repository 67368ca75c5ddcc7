/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_char_fields.c -- what the fields of a template say together.
 */
#include "common/error.h"
#include "exec/from_char_private.h"
#include "types/datetime.h"

#define JULIAN_OF_2000 2451545
#define SECONDS_A_DAY  86400

/* A date and a time that are being found. */
struct moment {
	int64_t year; /* 0 is 1 BC */
	int64_t month, day;
	bool has_date;
	int64_t hour, minute, second;
};

static int
overflow(struct str text, struct error *err)
{
	return error_set(err, STELE_E_DATETIME_OVERFLOW,
	    "date/time field value out of range: \"%.*s\"", STR_FMT(text));
}

/* ---- time ---- */

static int
join_time(const struct read_fields *f, struct moment *m, struct error *err)
{
	m->hour = f->hour != 0 ? f->hour : f->day_seconds / 3600;
	m->minute = f->minute != 0 ? f->minute : f->day_seconds / 60 % 60;
	m->second = f->second != 0 ? f->second : f->day_seconds % 60;
	if (!f->is_12_hours)
		return 0;
	if (m->hour < 1 || m->hour > 12) {
		(void)error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
		    "hour \"%lld\" is invalid for the 12-hour clock",
		    (long long)m->hour);
		return error_hint(err,
		    "Use the 24-hour clock, or give an hour between 1 and 12.");
	}
	if (f->is_pm && m->hour < 12)
		m->hour += 12;
	else if (!f->is_pm && m->hour == 12)
		m->hour = 0;
	return 0;
}

/* ---- date ---- */

static void
join_year(const struct read_fields *f, struct moment *m)
{
	int64_t century = f->is_bc ? -(int64_t)f->century : f->century;

	m->has_date = f->year != 0 || f->century != 0;
	if (f->year != 0 && f->century != 0 && f->year_digits <= 2) {
		m->year = f->year % 100;
		if (m->year != 0)
			m->year = century >= 0
			    ? m->year + (century - 1) * 100
			    : (century + 1) * 100 - m->year + 1;
		else
			m->year = century * 100 + (century >= 0 ? 0 : 1);
	} else if (f->year != 0) {
		m->year = f->is_bc ? -(int64_t)f->year : f->year;
		if (m->year < 0)
			m->year++;
	} else if (f->century != 0) {
		m->year =
		    century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
	}
}

static void
set_date(struct moment *m, int64_t date)
{
	int month, day;

	civil_of_date(date, &m->year, &month, &day);
	m->month = month;
	m->day = day;
	m->has_date = true;
}

/* Monday of the first ISO week: the one with January 4th. */
static int64_t
iso_year_start(int64_t year)
{
	int64_t fourth = date_of_civil(year, 1, 4);

	return fourth - (date_weekday(fourth) + 6) % 7;
}

/* Of the week days from Sunday, 1; ISO counts from Monday. */
static void
set_iso_week(struct moment *m, int64_t week, int64_t weekday)
{
	int64_t day = weekday == 0 ? 0 : (weekday + 5) % 7;

	set_date(m, iso_year_start(m->year) + (week - 1) * 7 + day);
}

static int
set_year_day(const struct read_fields *f, struct moment *m, int64_t year_day,
    struct error *err)
{
	int64_t left = year_day;
	int month = 1;

	if (m->year == 0 && !f->is_bc)
		return error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
		    "cannot calculate day of year without year information");
	m->has_date = true;
	if (f->convention == DATE_ISO) {
		set_date(m, iso_year_start(m->year) + year_day - 1);
		return 0;
	}
	while (month < 12 && left > date_month_days(m->year, month))
		left -= date_month_days(m->year, month++);
	if (m->month <= 1)
		m->month = month;
	if (m->day <= 1)
		m->day = left;
	return 0;
}

static int
join_date(const struct read_fields *f, struct moment *m, struct error *err)
{
	int64_t year_day = f->year_day;

	m->month = m->day = 1;
	join_year(f, m);
	if (f->julian != 0)
		set_date(m, (int64_t)f->julian - JULIAN_OF_2000);
	if (f->week != 0 && f->convention == DATE_ISO)
		set_iso_week(m, f->week, f->weekday);
	else if (f->week != 0)
		year_day = ((int64_t)f->week - 1) * 7 + 1;
	if (f->month_week != 0)
		m->day = ((int64_t)f->month_week - 1) * 7 + 1;
	if (f->day != 0)
		m->day = f->day;
	if (f->month != 0)
		m->month = f->month;
	m->has_date |= f->day != 0 || f->month != 0 || f->month_week != 0;
	if (year_day != 0 && (m->month <= 1 || m->day <= 1))
		return set_year_day(f, m, year_day, err);
	return 0;
}

static int
check_date(const struct moment *m, struct str text, struct error *err)
{
	if (m->month < 1 || m->month > 12 || m->day < 1 ||
	    m->day > date_month_days(m->year, (int)m->month))
		return overflow(text, err);
	return 0;
}

int
read_fields_join(const struct read_fields *f, struct str text,
    struct read_time *out, struct error *err)
{
	int64_t fraction = f->milliseconds * INT64_C(1000) + f->microseconds;
	struct moment m = { 0 };
	int rc = join_time(f, &m, err);

	if (rc == 0)
		rc = join_date(f, &m, err);
	if (rc == 0)
		rc = check_date(&m, text, err);
	if (rc != 0)
		return rc;
	if (m.hour < 0 || m.hour >= 24 || m.minute < 0 || m.minute >= 60 ||
	    m.second < 0 || m.second >= 60)
		return overflow(text, err);
	out->date = date_of_civil(m.year, (int)m.month, (int)m.day);
	out->time = (m.hour * 3600 + m.minute * 60 + m.second) * USECS_PER_SEC +
	    fraction;
	if (out->time < 0 || fraction < 0 || fraction >= USECS_PER_SEC)
		return overflow(text, err);
	out->has_offset = f->zone_sign != 0;
	if (f->zone_hour < 0 || f->zone_hour > 15 || f->zone_minute < 0 ||
	    f->zone_minute >= 60)
		return overflow(text, err);
	out->offset =
	    f->zone_sign * (f->zone_hour * 3600 + f->zone_minute * 60);
	return 0;
}
