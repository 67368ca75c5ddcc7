/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timestamp_math.h -- adding to timestamps, taking them apart, cutting them.
 *
 * All work on local time; for a timestamptz the caller converts, except where a
 * zone is a parameter (NULL is UTC).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "vec/value.h"

struct error;
struct time_zone;

/*
 * Months first (to the last day of a shorter month), then days, both in local
 * time, then microseconds.  False if out of range; infinities stay.
 */
MUST_USE bool timestamp_add(int64_t timestamp, const struct interval *interval,
    const struct time_zone *zone, int64_t *out);
MUST_USE bool timestamp_subtract(int64_t timestamp,
    const struct interval *interval, const struct time_zone *zone,
    int64_t *out);

/* a - b in days and microseconds; false if out of range or infinite. */
MUST_USE bool timestamp_difference(int64_t a, int64_t b, struct interval *out);

/* a - b in years, months and days as people count; false for infinities. */
MUST_USE bool timestamp_age(int64_t a, int64_t b, struct interval *out);

/* The fields of date_trunc() and extract(). */
enum time_field {
	FIELD_MICROSECONDS,
	FIELD_MILLISECONDS,
	FIELD_SECOND,
	FIELD_MINUTE,
	FIELD_HOUR,
	FIELD_DAY,
	FIELD_WEEK,
	FIELD_MONTH,
	FIELD_QUARTER,
	FIELD_YEAR,
	FIELD_DECADE,
	FIELD_CENTURY,
	FIELD_MILLENNIUM,
	FIELD_DOW,
	FIELD_ISODOW,
	FIELD_DOY,
	FIELD_ISOYEAR,
	FIELD_JULIAN,
	FIELD_EPOCH,
	FIELD_TIMEZONE,
	FIELD_TIMEZONE_HOUR,
	FIELD_TIMEZONE_MINUTE,
};

/* A field by any of its names, in any case; false if it is none. */
bool time_field_of(struct str name, enum time_field *out);

/*
 * Cut a local time to the field, which must be one of microseconds to
 * millennium (else false).
 */
bool timestamp_truncate(enum time_field field, int64_t local, int64_t *out);
bool interval_truncate(enum time_field field, const struct interval *interval,
    struct interval *out);

/*
 * One field as coefficient * 10^-scale.  False if the field is none of the
 * type's.  `date` and `local` are finite.
 */
struct time_part {
	i128 coefficient;
	uint32_t scale;
};

bool date_part(enum time_field field, int64_t date, struct time_part *out);
bool timestamp_part(enum time_field field, int64_t local,
    struct time_part *out);
bool interval_part(enum time_field field, const struct interval *interval,
    struct time_part *out);
bool time_of_day_part(enum time_field field, int64_t time,
    struct time_part *out);

/* Monday of the first week of a year, by ISO 8601, as a date. */
int64_t iso_year_start(int64_t year);

/* Week 1..53 and year that a date belongs to. */
void iso_week(int64_t date, int64_t *year, int *week);
