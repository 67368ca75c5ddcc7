/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_to_char.h -- to_char() of timestamps and intervals.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;
struct interval;
struct time_zone_moment;

/*
 * Append a local time in a template's form.  `moment` is NULL without a zone.
 * The patterns are PostgreSQL's; names are English with TM, too, and SP does
 * nothing.  57014 if it is cancelled meanwhile.
 */
MUST_USE int to_char_timestamp(int64_t local,
    const struct time_zone_moment *moment, struct str format,
    const atomic_bool *cancel, struct buf *out, struct error *err);

/*
 * Append a span of time.  22007 for what only a date has; patterns of ISO weeks
 * and Julian days are 0A000.
 */
MUST_USE int to_char_interval(const struct interval *value, struct str format,
    const atomic_bool *cancel, struct buf *out, struct error *err);
