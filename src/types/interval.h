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

/* interval_text.c; PostgreSQL's errors. */
MUST_USE int interval_parse(struct str text,
    const struct type_settings *settings, struct interval *out,
    struct error *err);
void interval_put(const struct interval *interval, enum interval_style style,
    struct buf *out);
