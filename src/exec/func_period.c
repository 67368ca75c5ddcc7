/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OVERLAPS, and times made of their parts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/func_private.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/time_zone.h"
#include "types/timestamp_math.h"

/* ---- OVERLAPS ---- */

/* Two ends, either of which may be null. */
struct period {
	struct datum start;
	struct datum end;
};

/* The end of a period, which may be given by its length. */
static int
read_end(struct function_call *call, uint32_t arg, uint32_t row,
    struct datum start, struct datum *out)
{
	const struct time_zone *zone = call->settings->time_zone;
	struct datum value = vec_get(&call->args[arg], row);
	bool is_time = call->function->args[0] == TYPE_TIME;

	*out = value;
	if (call->function->args[arg] != TYPE_INTERVAL)
		return 0;
	*out = (struct datum){ .is_null = start.is_null || value.is_null };
	if (out->is_null)
		return 0;
	if (is_time) {
		out->i64 = floor_mod(start.i64 +
			value.interval.microseconds % USECS_PER_DAY,
		    USECS_PER_DAY);
		return 0;
	}
	if (call->function->args[0] != TYPE_TIMESTAMPTZ)
		zone = NULL;
	if (timestamp_add(start.i64, &value.interval, zone, &out->i64))
		return 0;
	return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
	    "timestamp out of range");
}

/* In order; a null goes to the end.  False if both are null. */
static bool
order_ends(struct period *p)
{
	struct datum start = p->start;

	if (p->start.is_null ||
	    (!p->end.is_null && p->start.i64 > p->end.i64)) {
		p->start = p->end;
		p->end = start;
	}
	return !p->start.is_null;
}

/* Whether the earlier period reaches into the later one; may be null. */
static struct datum
reaches(const struct period *earlier, const struct period *later)
{
	struct datum result = { .boolean = false };

	if (earlier->end.is_null)
		result.is_null = true;
	else if (later->start.i64 < earlier->end.i64)
		result.boolean = true;
	else
		result.is_null = later->end.is_null;
	return result;
}

static int
overlaps_row(struct function_call *call, uint32_t row)
{
	struct datum result = { .is_null = true };
	struct period p[2];

	for (uint32_t i = 0; i < 2; i++) {
		int rc;

		p[i].start = vec_get(&call->args[2 * i], row);
		rc = read_end(call, 2 * i + 1, row, p[i].start, &p[i].end);
		if (rc != 0)
			return rc;
	}
	if (order_ends(&p[0]) && order_ends(&p[1])) {
		if (p[0].start.i64 < p[1].start.i64)
			result = reaches(&p[0], &p[1]);
		else if (p[0].start.i64 > p[1].start.i64)
			result = reaches(&p[1], &p[0]);
		else
			result = (struct datum){ .boolean = true,
				.is_null =
				    p[0].end.is_null || p[1].end.is_null };
	}
	vec_need_nulls(call->result, call->row_count, call->arena)[row] =
	    result.is_null;
	call->result->boolean[row] = !result.is_null && result.boolean;
	return 0;
}
ROW_KERNEL(overlaps)

/* ---- making ---- */

/* Hours, minutes and seconds from argument `at` on; 24:00:00 is a time. */
static int
read_time(struct function_call *call, uint32_t at, uint32_t row, int64_t *out)
{
	int64_t hour = ARG(call, at, i64, row);
	int64_t minute = ARG(call, at + 1, i64, row);
	double second = ARG(call, at + 2, f64, row);

	if (hour < 0 || minute < 0 || minute > 59 || isnan(second) ||
	    second < 0 || second > 60 || hour > 24 ||
	    (hour == 24 && (minute > 0 || second > 0)))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "time field value out of range: %lld:%02lld:%02g",
		    (long long)hour, (long long)minute, second);
	*out = hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE +
	    (int64_t)rint(second * 1e6);
	return 0;
}

static int
make_time_row(struct function_call *call, uint32_t row)
{
	return read_time(call, 0, row, &call->result->i64[row]);
}
ROW_KERNEL(make_time)

static int
read_timestamp(struct function_call *call, uint32_t row, int64_t *out)
{
	int64_t year = ARG(call, 0, i64, row), shown = year;
	int64_t month = ARG(call, 1, i64, row), day = ARG(call, 2, i64, row);
	int64_t time = 0, date;
	int rc;

	if (year < 0)
		year++; /* -1 is 1 BC */
	if (shown == 0 || month < 1 || month > 12 || day < 1 ||
	    day > date_month_days(year, (int)month))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date field value out of range: %lld-%02lld-%02lld",
		    (long long)shown, (long long)month, (long long)day);
	date = date_of_civil(year, (int)month, (int)day);
	if (!date_is_valid(date))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range: %lld-%02lld-%02lld", (long long)shown,
		    (long long)month, (long long)day);
	rc = read_time(call, 3, row, &time);
	if (rc != 0)
		return rc;
	if (__builtin_mul_overflow(date, USECS_PER_DAY, out) ||
	    __builtin_add_overflow(*out, time, out) ||
	    !timestamp_is_valid(*out))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: %lld-%02lld-%02lld"
		    " %lld:%02lld:%02g",
		    (long long)shown, (long long)month, (long long)day,
		    (long long)ARG(call, 3, i64, row),
		    (long long)ARG(call, 4, i64, row), ARG(call, 5, f64, row));
	return 0;
}

static int
make_timestamp_row(struct function_call *call, uint32_t row)
{
	return read_timestamp(call, row, &call->result->i64[row]);
}
ROW_KERNEL(make_timestamp)

/* "+hh[:mm[:ss]]" or "+hhmm", as PostgreSQL reads a numeric time zone. */
enum offset_form { OFFSET_READ, OFFSET_RANGE, OFFSET_NONE };

#define OFFSET_HOURS_MAX 15
#define OFFSET_SIZE      32 /* longer ones are out of range, or none */

static enum offset_form
read_offset(struct str zone, int32_t *seconds)
{
	long parts[3] = { 0 };
	char text[OFFSET_SIZE] = "", *at = text;
	size_t count = 0;

	if (zone.len == 0 || zone.len >= sizeof(text) ||
	    (zone.data[0] != '+' && zone.data[0] != '-'))
		return OFFSET_NONE;
	memcpy(text, zone.data, zone.len);
	do
		parts[count++] = strtol(at + 1, &at, 10);
	while (*at == ':' && count < ARRAY_LEN(parts));
	if (count == 1 && *at == '\0' && zone.len > 3) {
		parts[1] = parts[0] % 100;
		parts[0] /= 100;
	}
	if (parts[0] < 0 || parts[0] > OFFSET_HOURS_MAX || parts[1] < 0 ||
	    parts[1] > 59 || parts[2] < 0 || parts[2] > 59)
		return OFFSET_RANGE;
	*seconds = (int32_t)(parts[0] * 3600 + parts[1] * 60 + parts[2]);
	if (text[0] == '-')
		*seconds = -*seconds;
	return *at == '\0' ? OFFSET_READ : OFFSET_NONE;
}

static int
bad_offset(struct function_call *call, struct str zone)
{
	(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid input syntax for type %s: \"%.*s\"", "numeric time zone",
	    STR_FMT(zone));
	return error_hint(call->err,
	    "Numeric time zones must have \"-\" or \"+\" as first"
	    " character.");
}

/* The UTC time of a local one in a zone: by name, abbreviation or offset. */
static int
to_utc(struct function_call *call, struct str zone, int64_t *time)
{
	const struct time_zone *found;
	struct time_zone *made;
	enum offset_form form;
	int32_t seconds;

	if (zone.len > 0 && zone.data[0] >= '0' && zone.data[0] <= '9')
		return bad_offset(call, zone);
	form = read_offset(zone, &seconds);
	if (form == OFFSET_RANGE)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "numeric time zone \"%.*s\" out of range", STR_FMT(zone));
	if (form == OFFSET_READ || time_zone_abbrev(zone, &seconds)) {
		*time -= seconds * USECS_PER_SEC;
		return 0;
	}
	found = time_zone_find_once(call->settings->time_zones, zone, &made);
	if (found == NULL)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "time zone \"%.*s\" not recognized", STR_FMT(zone));
	*time = timestamp_of_local(found, *time);
	time_zone_free(made);
	return 0;
}

static int
make_timestamptz_row(struct function_call *call, uint32_t row)
{
	int64_t time = 0;
	int rc;

	rc = read_timestamp(call, row, &time);
	if (rc == 0 && call->arg_count > 6)
		rc = to_utc(call, ARG(call, 6, str, row), &time);
	else
		time = timestamp_of_local(call->settings->time_zone, time);
	if (rc != 0)
		return rc;
	call->result->i64[row] = time;
	if (!timestamp_is_valid(call->result->i64[row]))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range");
	return 0;
}
ROW_KERNEL(make_timestamptz)

#define OVERLAPS(type) \
	{ FN_OVERLAPS_##type, { overlaps, false } }, \
	    { FN_OVERLAPS_##type##_1, { overlaps, false } }, \
	    { FN_OVERLAPS_##type##_2, { overlaps, false } }, \
	{ \
		FN_OVERLAPS_##type##_12, \
		{ \
			overlaps, false \
		} \
	}

static const struct func_row rows[] = {
	{ FN_MAKE_TIME, { make_time, false } },
	{ FN_MAKE_TIMESTAMP, { make_timestamp, false } },
	{ FN_MAKE_TIMESTAMPTZ, { make_timestamptz, false } },
	{ FN_MAKE_TIMESTAMPTZ_ZONE, { make_timestamptz, false } },
	OVERLAPS(TIME),
	OVERLAPS(TIMESTAMP),
	OVERLAPS(TIMESTAMPTZ),
};

const struct func_family func_period = { rows, ARRAY_LEN(rows) };
