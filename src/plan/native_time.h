/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native_time.h -- moments as numbers, as the native language has them.
 *
 * An integer counts from 1970-01-01 UTC in units that its digits tell: up to
 * 11 seconds, to 14 milliseconds, to 16 microseconds, to 19 nanoseconds.  A
 * number with a fraction is of seconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* Whether a text is such an integer: digits, maybe after a minus. */
bool native_time_is_integer(struct str text);

/* As a timestamptz; false if there are too many digits or it is no number. */
bool native_time_read(struct str text, int64_t *out);
