/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interval.h -- spans of time: months, days and microseconds, kept apart.
 *
 * Intervals compare as if a month had 30 days and a day 24 hours.  Functions
 * that can overflow return false then; the caller words the error.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/int128.h"
#include "common/str.h"
#include "types/type.h"
#include "vec/value.h"

struct error;

#define DAYS_PER_MONTH  30
#define MONTHS_PER_YEAR 12

/* The length by which intervals compare, in microseconds. */
i128 interval_length(const struct interval *interval);

int interval_compare(const struct interval *a, const struct interval *b);
uint64_t interval_hash(const struct interval *interval);

MUST_USE bool interval_add(const struct interval *a, const struct interval *b,
    struct interval *out);
MUST_USE bool interval_subtract(const struct interval *a,
    const struct interval *b, struct interval *out);
MUST_USE bool interval_negate(const struct interval *interval,
    struct interval *out);

/* Fractions of months become days, those of days microseconds. */
MUST_USE bool interval_multiply(const struct interval *interval, double factor,
    struct interval *out);
MUST_USE bool interval_divide(const struct interval *interval, double divisor,
    struct interval *out); /* divisor is not 0 */

/* 24 hours to a day; 30 days to a month; both. */
MUST_USE bool interval_justify_hours(struct interval *interval);
MUST_USE bool interval_justify_days(struct interval *interval);
MUST_USE bool interval_justify(struct interval *interval);

/* ---- interval_fields.c: the modifier of the type ---- */

#define INTERVAL_ALL_FIELDS 0x7fff
#define INTERVAL_DIGITS_MAX 6

/* A bit per field as PostgreSQL's grammar has them; -1 digits are all. */
int32_t interval_mod(int32_t fields, int32_t digits);

/* Whether the grammar has these fields together. */
bool interval_fields_exist(int32_t fields);

/*
 * Leave out what the modifier has not: smaller fields, more digits.  False if
 * there is no such interval, after rounding.
 */
MUST_USE bool interval_fit(int32_t mod, struct interval *interval);

/* "interval day to second(3)" */
struct str interval_format_mod(int32_t mod, struct arena *arena);

enum interval_unit {
	INTERVAL_SECONDS,
	INTERVAL_MINUTES,
	INTERVAL_HOURS,
	INTERVAL_DAYS,
	INTERVAL_MONTHS,
	INTERVAL_YEARS,
};

/* What a number without a unit is, and what "1:30" is. */
enum interval_unit interval_bare_unit(int32_t mod);
bool interval_is_minutes_and_seconds(int32_t mod);

/*
 * ---- interval_text.c; PostgreSQL's errors ----
 *
 * The modifier says what bare numbers mean, and is applied.
 */
MUST_USE int interval_parse(struct str text,
    const struct type_settings *settings, int32_t mod, struct interval *out,
    struct error *err);
