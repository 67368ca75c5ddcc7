/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window_range.c -- where the frame of RANGE with an offset ends: PostgreSQL's
 * in_range().
 *
 * Integers and times of day are moved as numbers without ends.  Infinities stay
 * where they are, unless they are moved back by an infinite offset: then every
 * key is within reach.
 */
#include <math.h>

#include "common/error.h"
#include "exec/window_private.h"
#include "types/interval.h"
#include "types/numeric.h"
#include "types/timestamp_math.h"

static int
overflow(const char *what, struct error *err)
{
	return error_set(err, STELE_E_DATETIME_OVERFLOW, "%s out of range",
	    what);
}

/* Not a number is neither. */
static bool
is_negative(const struct window_reach *reach)
{
	const struct datum *offset = &reach->offset;

	switch (reach->type->oid) {
	case TYPE_INT8:
		return offset->i64 < 0;
	case TYPE_FLOAT8:
		return isnan(offset->f64) || offset->f64 < 0;
	case TYPE_NUMERIC:
		return offset->numeric.kind == NUMERIC_NAN ||
		    numeric_sign(&offset->numeric) < 0;
	case TYPE_TIME: /* that part of an interval is all that counts */
		return offset->interval.microseconds < 0;
	default:
		return interval_length(&offset->interval) < 0;
	}
}

static void
move_i64(const struct window_reach *reach, int64_t key, int64_t offset,
    struct window_bound *out)
{
	if (reach->is_minus
		? __builtin_sub_overflow(key, offset, &out->value.i64)
		: __builtin_add_overflow(key, offset, &out->value.i64))
		out->beyond = reach->is_minus ? -1 : 1;
}

static void
move_f64(const struct window_reach *reach, double key, struct window_bound *out)
{
	double offset = reach->offset.f64;
	double moved = reach->is_minus ? key - offset : key + offset;

	if (isnan(moved) && !isnan(key))
		moved = reach->is_lower ? -INFINITY : INFINITY;
	out->value.f64 = moved;
}

static int
move_numeric(const struct window_reach *reach, const struct numeric *key,
    struct arena *arena, struct window_bound *out, struct error *err)
{
	const struct numeric *offset = &reach->offset.numeric;
	struct numeric *moved = &out->value.numeric;
	int rc = reach->is_minus
	    ? numeric_subtract(key, offset, arena, moved, err)
	    : numeric_add(key, offset, arena, moved, err);

	if (rc != 0)
		return rc;
	if (moved->kind == NUMERIC_NAN && key->kind != NUMERIC_NAN)
		moved->kind =
		    reach->is_lower ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY;
	/* it may be one of the two */
	out->value = datum_copy(PHYS_NUMERIC, &out->value, arena);
	return arena_check(arena, err);
}

static int
move_timestamp(const struct window_reach *reach, int64_t key,
    struct window_bound *out, struct error *err)
{
	const struct interval *offset = &reach->offset.interval;
	const struct time_zone *zone =
	    reach->type->oid == TYPE_TIMESTAMPTZ ? reach->zone : NULL;
	bool ok = reach->is_minus
	    ? timestamp_subtract(key, offset, zone, &out->value.i64)
	    : timestamp_add(key, offset, zone, &out->value.i64);

	return ok ? 0 : overflow("timestamp", err);
}

static int
move_interval(const struct window_reach *reach, const struct interval *key,
    struct window_bound *out, struct error *err)
{
	const struct interval *offset = &reach->offset.interval;
	struct interval *moved = &out->value.interval;
	bool ok = reach->is_minus ? interval_subtract(key, offset, moved)
				  : interval_add(key, offset, moved);

	return ok ? 0 : overflow("interval", err);
}

int
window_reach_check(const struct window_reach *reach, struct error *err)
{
	if (!is_negative(reach))
		return 0;
	return error_set(err, STELE_E_INVALID_WINDOW_FRAME,
	    "invalid preceding or following size in window function");
}

int
window_reach_bound(const struct window_reach *reach, const struct datum *key,
    struct arena *arena, struct window_bound *out, struct error *err)
{
	const struct datum *offset = &reach->offset;

	*out = (struct window_bound){ .beyond = 0 };
	switch (reach->type->oid) {
	case TYPE_INT8:
		move_i64(reach, key->i64, offset->i64, out);
		return 0;
	case TYPE_FLOAT8:
		move_f64(reach, key->f64, out);
		return 0;
	case TYPE_NUMERIC:
		return move_numeric(reach, &key->numeric, arena, out, err);
	case TYPE_TIME:
		move_i64(reach, key->i64, offset->interval.microseconds, out);
		return 0;
	case TYPE_INTERVAL:
		return move_interval(reach, &key->interval, out, err);
	default:
		return move_timestamp(reach, key->i64, out, err);
	}
}
