/* SPDX-License-Identifier: Apache-2.0 */
/*
 * datetime.h -- dates, times and timestamps: calendar, text, arithmetic.
 *
 * A date is days since 2000-01-01, a timestamp microseconds since then (of UTC
 * or of no zone), a time microseconds since midnight, all in an int64_t.  The
 * calendar is the Gregorian one without end in both directions; the year 0 is
 * 1 BC.  Infinities are the values below.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"
#include "types/type.h"

struct error;

#define USECS_PER_SEC    INT64_C(1000000)
#define USECS_PER_MINUTE (60 * USECS_PER_SEC)
#define USECS_PER_HOUR   (60 * USECS_PER_MINUTE)
#define USECS_PER_DAY    (24 * USECS_PER_HOUR)

#define DATE_INFINITY            ((int64_t)INT32_MAX)
#define DATE_MINUS_INFINITY      ((int64_t)INT32_MIN)
#define TIMESTAMP_INFINITY       INT64_MAX
#define TIMESTAMP_MINUS_INFINITY INT64_MIN

/* PostgreSQL's ranges: from 4714-11-24 BC; each limit is one past. */
#define DATE_MIN        INT64_C(-2451545)
#define DATE_LIMIT      INT64_C(2145031949)
#define TIMESTAMP_MIN   INT64_C(-211813488000000000)
#define TIMESTAMP_LIMIT INT64_C(9223371331200000000)
#define UNIX_EPOCH_DATE INT64_C(-10957)
#define UNIX_EPOCH      (UNIX_EPOCH_DATE * USECS_PER_DAY)

static inline bool
timestamp_is_finite(int64_t timestamp)
{
	return timestamp != TIMESTAMP_INFINITY &&
	    timestamp != TIMESTAMP_MINUS_INFINITY;
}

static inline bool
timestamp_is_valid(int64_t timestamp)
{
	return timestamp >= TIMESTAMP_MIN && timestamp < TIMESTAMP_LIMIT;
}

static inline bool
date_is_finite(int64_t date)
{
	return date != DATE_INFINITY && date != DATE_MINUS_INFINITY;
}

static inline bool
date_is_valid(int64_t date)
{
	return date >= DATE_MIN && date < DATE_LIMIT;
}

/* x / y rounded down; y is positive. */
static inline int64_t
floor_div(int64_t x, int64_t y)
{
	return x / y - (x % y < 0);
}

/* What is left of x then: at least 0, less than y. */
static inline int64_t
floor_mod(int64_t x, int64_t y)
{
	return x % y + (x % y < 0 ? y : 0);
}

int64_t date_of_civil(int64_t year, int month, int day);
void civil_of_date(int64_t date, int64_t *year, int *month, int *day);
bool date_is_leap_year(int64_t year);
int date_month_days(int64_t year, int month); /* month is 1..12 */
int date_weekday(int64_t date);               /* 0 is Sunday */

/* A point in time taken apart, in some zone's local time. */
struct civil {
	int64_t year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int microsecond;
};

/* Of a finite timestamp. */
void civil_of_timestamp(int64_t timestamp, struct civil *out);

/* Between UTC and the local time of a zone; infinities stay. */
int64_t timestamp_to_local(const struct time_zone *zone, int64_t utc);
int64_t timestamp_of_local(const struct time_zone *zone, int64_t local);

/*
 * The text of each type, with PostgreSQL's errors.  `mod` is the number of
 * digits kept of a second, or -1.
 */
MUST_USE int date_parse(struct str text, const struct type_settings *settings,
    int64_t *out, struct error *err);
MUST_USE int time_parse(struct str text, const struct type_settings *settings,
    int64_t *out, struct error *err);
MUST_USE int timestamp_parse(struct str text,
    const struct type_settings *settings, int64_t *out, struct error *err);
MUST_USE int timestamptz_parse(struct str text,
    const struct type_settings *settings, int64_t *out, struct error *err);

void date_put(int64_t date, const struct type_settings *settings,
    struct buf *out);
void time_put(int64_t time, struct buf *out);
void timestamp_put(int64_t timestamp, const struct type_settings *settings,
    struct buf *out);
void timestamptz_put(int64_t timestamp, const struct type_settings *settings,
    struct buf *out);

/* Round to 10^-digits seconds; digits outside 0..5 change nothing. */
int64_t timestamp_round(int64_t timestamp, int32_t digits);
