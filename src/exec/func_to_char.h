/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_to_char.h -- to_char() of timestamps.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/str.h"

struct error;
struct time_zone_moment;

/*
 * Append a local time in a template's form.  `moment` is NULL without a zone.
 * The patterns are PostgreSQL's but for Roman months, TM and SP; those are
 * 0A000.
 */
MUST_USE int to_char_timestamp(int64_t local,
    const struct time_zone_moment *moment, struct str format, struct buf *out,
    struct error *err);
