/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of dates, times and intervals, over types/timestamp_math.h.
 *
 * A kernel of one row returns 0 or an error; each_row() runs it.  What a
 * timestamp with time zone means is looked at in the session's zone.
 */
#include <math.h>

#include "exec/func_private.h"
#include "exec/func_to_char.h"
#include "os/clock.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/numeric.h"
#include "types/time_zone.h"
#include "types/timestamp_math.h"

static int
timestamp_out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
	    "timestamp out of range");
}

static int
interval_out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
	    "interval out of range");
}

static int
date_out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
	    "date out of range");
}

/* The argument that has a type, of two. */
static uint32_t
arg_of_type(const struct function_call *call, uint32_t oid)
{
	return call->function->args[0] == oid ? 0 : 1;
}

/* A date as the timestamp of its midnight. */
static int
midnight(const struct function_call *call, int64_t date, int64_t *out)
{
	if (!date_is_finite(date))
		*out = date < 0 ? TIMESTAMP_MINUS_INFINITY : TIMESTAMP_INFINITY;
	else if (__builtin_mul_overflow(date, USECS_PER_DAY, out) ||
	    !timestamp_is_valid(*out))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range for timestamp");
	return 0;
}

/* timestamp[tz] or date with an interval, in either order, + or -. */
static int
add_interval_row(struct function_call *call, uint32_t row)
{
	uint32_t span = arg_of_type(call, TYPE_INTERVAL);
	uint32_t oid = call->function->args[1 - span];
	const struct interval *interval = &ARG(call, span, interval, row);
	int64_t start = ARG(call, 1 - span, i64, row);
	int64_t *out = &call->result->i64[row];
	const struct time_zone *zone =
	    oid == TYPE_TIMESTAMPTZ ? call->settings->time_zone : NULL;
	bool ok;

	if (oid == TYPE_DATE && midnight(call, start, &start) != 0)
		return call->err->code;
	if (call->function->name[0] == '-')
		ok = timestamp_subtract(start, interval, zone, out);
	else
		ok = timestamp_add(start, interval, zone, out);
	return ok ? 0 : timestamp_out_of_range(call);
}
ROW_KERNEL(add_interval)

/* Times of day wrap at midnight. */
static int
time_add_row(struct function_call *call, uint32_t row)
{
	uint32_t span = arg_of_type(call, TYPE_INTERVAL);
	int64_t part =
	    ARG(call, span, interval, row).microseconds % USECS_PER_DAY;
	int64_t time = ARG(call, 1 - span, i64, row);

	time += call->function->name[0] == '-' ? -part : part;
	call->result->i64[row] =
	    time - floor_div(time, USECS_PER_DAY) * USECS_PER_DAY;
	return 0;
}
ROW_KERNEL(time_add)

static int
time_difference_row(struct function_call *call, uint32_t row)
{
	call->result->interval[row] = (struct interval){
		.microseconds = ARG(call, 0, i64, row) - ARG(call, 1, i64, row),
	};
	return 0;
}
ROW_KERNEL(time_difference)

static int
date_and_time_row(struct function_call *call, uint32_t row)
{
	uint32_t date = arg_of_type(call, TYPE_DATE);
	int64_t *out = &call->result->i64[row];

	if (midnight(call, ARG(call, date, i64, row), out) != 0)
		return call->err->code;
	if (timestamp_is_finite(*out)) {
		*out += ARG(call, 1 - date, i64, row);
		if (!timestamp_is_valid(*out))
			return timestamp_out_of_range(call);
	}
	return 0;
}
ROW_KERNEL(date_and_time)

static int
date_add_row(struct function_call *call, uint32_t row)
{
	uint32_t date = arg_of_type(call, TYPE_DATE);
	int64_t days = ARG(call, 1 - date, i64, row);
	int64_t start = ARG(call, date, i64, row);
	int64_t sum = start + (call->function->name[0] == '-' ? -days : days);

	call->result->i64[row] = date_is_finite(start) ? sum : start;
	if (date_is_finite(start) && !date_is_valid(sum))
		return date_out_of_range(call);
	return 0;
}
ROW_KERNEL(date_add)

static int
date_difference_row(struct function_call *call, uint32_t row)
{
	int64_t a = ARG(call, 0, i64, row), b = ARG(call, 1, i64, row);

	if (!date_is_finite(a) || !date_is_finite(b))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "cannot subtract infinite dates");
	call->result->i64[row] = a - b;
	return 0;
}
ROW_KERNEL(date_difference)

static int
timestamp_minus_row(struct function_call *call, uint32_t row)
{
	int64_t a = ARG(call, 0, i64, row), b = ARG(call, 1, i64, row);

	if (!timestamp_is_finite(a) || !timestamp_is_finite(b))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "cannot subtract infinite timestamps");
	if (!timestamp_difference(a, b, &call->result->interval[row]))
		return interval_out_of_range(call);
	return 0;
}
ROW_KERNEL(timestamp_minus)

static int
interval_sum_row(struct function_call *call, uint32_t row)
{
	const struct interval *a = &ARG(call, 0, interval, row);
	const struct interval *b = &ARG(call, 1, interval, row);
	struct interval *out = &call->result->interval[row];
	bool ok = call->function->name[0] == '-' ? interval_subtract(a, b, out)
						 : interval_add(a, b, out);

	return ok ? 0 : interval_out_of_range(call);
}
ROW_KERNEL(interval_sum)

static int
interval_minus_row(struct function_call *call, uint32_t row)
{
	if (!interval_negate(&ARG(call, 0, interval, row),
		&call->result->interval[row]))
		return interval_out_of_range(call);
	return 0;
}
ROW_KERNEL(interval_minus)

static int
interval_times_row(struct function_call *call, uint32_t row)
{
	uint32_t span = arg_of_type(call, TYPE_INTERVAL);

	if (!interval_multiply(&ARG(call, span, interval, row),
		ARG(call, 1 - span, f64, row), &call->result->interval[row]))
		return interval_out_of_range(call);
	return 0;
}
ROW_KERNEL(interval_times)

static int
interval_over_row(struct function_call *call, uint32_t row)
{
	double divisor = ARG(call, 1, f64, row);

	if (divisor == 0)
		return error_set(call->err, STELE_E_DIVISION_BY_ZERO,
		    "division by zero");
	if (!interval_divide(&ARG(call, 0, interval, row), divisor,
		&call->result->interval[row]))
		return interval_out_of_range(call);
	return 0;
}
ROW_KERNEL(interval_over)

#define JUSTIFY_KERNEL(name, function) \
	static int name##_row(struct function_call *call, uint32_t row) \
	{ \
		struct interval *out = &call->result->interval[row]; \
		*out = ARG(call, 0, interval, row); \
		return function(out) ? 0 : interval_out_of_range(call); \
	} \
	ROW_KERNEL(name)
JUSTIFY_KERNEL(justify_hours, interval_justify_hours)
JUSTIFY_KERNEL(justify_days, interval_justify_days)
JUSTIFY_KERNEL(justify, interval_justify)

/* The transaction's time, for all the functions that give it. */
static int
now(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->i64[row] = call->settings->now;);
	return 0;
}

static int
clock_now(struct function_call *call)
{
	EACH_ROW(call->sel, row,
		 call->result->i64[row] = os_clock_wall_us(os_clock_real()););
	return 0;
}

static int
bad_field(const struct function_call *call, struct str name, uint32_t oid,
    bool is_known)
{
	const char *type = type_info(oid)->sql_name;
	int code = is_known ? STELE_E_FEATURE_NOT_SUPPORTED
			    : STELE_E_INVALID_PARAMETER_VALUE;

	return error_set(call->err, code,
	    is_known ? "unit \"%.*s\" not supported for type %s"
		     : "unit \"%.*s\" not recognized for type %s",
	    STR_FMT(name), type);
}

/* What one can cut to in principle: other names only name a part. */
static bool
is_unit(enum time_field field)
{
	return field <= FIELD_MILLENNIUM || field >= FIELD_TIMEZONE;
}

/* time_field_of() the first argument, once if it is the same for all rows. */
static bool
field_named(struct function_call *call, uint32_t row, enum time_field *out)
{
	struct str name = ARG(call, 0, str, row);

	if (!call->args[0].is_constant)
		return time_field_of(name, out);
	if (call->memo == 0)
		call->memo = time_field_of(name, out) ? 2 + (uint32_t)*out : 1;
	if (call->memo == 1)
		return false;
	*out = (enum time_field)(call->memo - 2);
	return true;
}

/* The zone of a row, until release_zone(). */
struct row_zone {
	const struct time_zone *zone;
	struct time_zone *made; /* the same if it is ours; or NULL */
};

static void
release_zone(struct row_zone *its)
{
	time_zone_free(its->made);
}

/*
 * A zone by its abbreviation or name: abbreviations come first, for some zones
 * of the database have the name of one that is one offset all year (CET).
 */
static int
named_zone(struct function_call *call, struct str name, struct row_zone *out)
{
	struct time_zone_set *zones = call->settings->time_zones;
	int32_t offset;

	if (time_zone_abbrev(name, &offset))
		*out = (struct row_zone){
			.zone = time_zone_fixed(zones, offset),
		};
	else
		out->zone = time_zone_find_once(zones, name, &out->made);
	if (out->zone != NULL)
		return 0;
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "time zone \"%.*s\" not recognized", STR_FMT(name));
}

/* That of date_trunc(): the session's, or the third argument's; NULL: none. */
static int
truncation_zone(struct function_call *call, uint32_t row, struct row_zone *out)
{
	bool has_zone = call->function->args[1] == TYPE_TIMESTAMPTZ;

	*out = (struct row_zone){
		.zone = has_zone ? call->settings->time_zone : NULL,
	};
	return call->arg_count == 3
	    ? named_zone(call, ARG(call, 2, str, row), out)
	    : 0;
}

static bool
is_within_day(enum time_field field)
{
	return field == FIELD_MICROSECONDS || field == FIELD_MILLISECONDS ||
	    field == FIELD_SECOND || field == FIELD_MINUTE ||
	    field == FIELD_HOUR;
}

static int
truncate_timestamp_row(struct function_call *call, uint32_t row)
{
	struct str name = ARG(call, 0, str, row);
	uint32_t oid = call->function->args[1];
	int64_t value = ARG(call, 1, i64, row);
	struct row_zone its;
	enum time_field field = FIELD_EPOCH;
	int64_t local, cut;
	bool is_known = field_named(call, row, &field);
	int rc;

	call->result->i64[row] = value;
	if (!timestamp_is_finite(value))
		return 0;
	rc = truncation_zone(call, row, &its);
	if (rc == 0 && (!is_known || !timestamp_truncate(field, 0, &local)))
		rc = bad_field(call, name, oid, is_unit(field));
	if (rc == 0) {
		local = timestamp_to_local(its.zone, value);
		(void)timestamp_truncate(field, local, &cut);
		/* As PostgreSQL: less than a day keeps the moment's offset. */
		value = is_within_day(field)
		    ? value - (local - cut)
		    : timestamp_of_local(its.zone, cut);
	}
	release_zone(&its);
	if (rc != 0)
		return rc;
	call->result->i64[row] = value;
	return timestamp_is_valid(value) ? 0 : timestamp_out_of_range(call);
}

/* From `first` until `limit` all moments are truncated to `first`. */
struct truncated {
	int64_t first;
	int64_t limit;
};

/* Of fields that all have one length; 0 for the others. */
static int64_t
field_length(enum time_field field)
{
	switch (field) {
	case FIELD_SECOND:
		return USECS_PER_SEC;
	case FIELD_MINUTE:
		return USECS_PER_MINUTE;
	case FIELD_HOUR:
		return USECS_PER_HOUR;
	case FIELD_DAY:
		return USECS_PER_DAY;
	default:
		return 0;
	}
}

/* What the row was truncated to: nothing is known if its offset changes. */
static struct truncated
truncated_of(struct function_call *call, uint32_t row)
{
	int64_t first = call->result->i64[row], local, cut, length, last;
	enum time_field field = FIELD_EPOCH;
	struct row_zone its;

	if (!field_named(call, row, &field) || !timestamp_is_finite(first))
		return (struct truncated){ 0 };
	length = field_length(field);
	if (length == 0 || !timestamp_is_valid(first + length) ||
	    truncation_zone(call, row, &its) != 0)
		return (struct truncated){ 0 };
	local = timestamp_to_local(its.zone, first);
	last = timestamp_to_local(its.zone, first + length - 1);
	release_zone(&its);
	return timestamp_truncate(field, local, &cut) && cut == local &&
		last - local == length - 1
	    ? (struct truncated){ first, first + length }
	    : (struct truncated){ 0 };
}

/* date_trunc(): moments that follow each other mostly have one value. */
static int
truncate_timestamp(struct function_call *call)
{
	bool is_fixed = call->args[0].is_constant &&
	    (call->arg_count < 3 || call->args[2].is_constant);
	struct truncated last = { 0 };
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t value = ARG(call, 1, i64, row);

		if (value >= last.first && value < last.limit) {
			call->result->i64[row] = last.first;
			continue;
		}
		rc = truncate_timestamp_row(call, row);
		if (rc == 0 && is_fixed)
			last = truncated_of(call, row);
	}
	return rc;
}

static int
truncate_interval_row(struct function_call *call, uint32_t row)
{
	struct str name = ARG(call, 0, str, row);
	enum time_field field = FIELD_EPOCH;
	bool is_known = field_named(call, row, &field);

	if (!is_known ||
	    !interval_truncate(field, &ARG(call, 1, interval, row),
		&call->result->interval[row]))
		return bad_field(call, name, TYPE_INTERVAL, is_unit(field));
	return 0;
}
ROW_KERNEL(truncate_interval)

/* Fields that a zone adds. */
static bool
zone_part(enum time_field field, int32_t offset, struct time_part *out)
{
	*out = (struct time_part){ .coefficient = offset };
	switch (field) {
	case FIELD_TIMEZONE:
		return true;
	case FIELD_TIMEZONE_HOUR:
		out->coefficient = offset / 3600;
		return true;
	case FIELD_TIMEZONE_MINUTE:
		out->coefficient = offset / 60 % 60;
		return true;
	default:
		return false;
	}
}

static bool
moment_part(const struct function_call *call, enum time_field field,
    uint32_t oid, int64_t value, struct time_part *out)
{
	const struct time_zone *zone = call->settings->time_zone;

	switch (oid) {
	case TYPE_TIME:
		return time_of_day_part(field, value, out);
	case TYPE_DATE:
		return date_part(field, value, out);
	case TYPE_TIMESTAMPTZ:
		if (zone_part(field, time_zone_offset(zone, value), out))
			return true;
		if (field != FIELD_EPOCH)
			value = timestamp_to_local(zone, value);
		return timestamp_part(field, value, out);
	default:
		return timestamp_part(field, value, out);
	}
}

/* Infinities: those fields that only grow are infinite, the others null. */
static int
infinite_part(struct function_call *call, uint32_t row, enum time_field field,
    bool is_negative)
{
	bool grows = field == FIELD_YEAR || field == FIELD_DECADE ||
	    field == FIELD_CENTURY || field == FIELD_MILLENNIUM ||
	    field == FIELD_ISOYEAR || field == FIELD_JULIAN ||
	    field == FIELD_EPOCH;
	struct vec *out = call->result;

	if (out->phys == PHYS_F64)
		out->f64[row] = is_negative ? -INFINITY : INFINITY;
	else
		out->numeric[row] = numeric_special(
		    is_negative ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY);
	if (!grows)
		vec_need_nulls(out, call->row_count, call->arena)[row] = 1;
	return 0;
}

/*
 * extract() gives numeric, date_part() the same as float8; to that a date is a
 * timestamp.
 */
static int
extract_row(struct function_call *call, uint32_t row)
{
	struct str name = ARG(call, 0, str, row);
	uint32_t oid = call->function->args[1];
	enum time_field field = FIELD_EPOCH;
	bool is_known = field_named(call, row, &field), ok;
	struct time_part part;
	struct numeric value;

	if (oid == TYPE_INTERVAL) {
		ok = interval_part(field, &ARG(call, 1, interval, row), &part);
	} else {
		int64_t moment = ARG(call, 1, i64, row);
		bool is_finite;

		if (oid == TYPE_DATE && call->result->phys == PHYS_F64) {
			if (midnight(call, moment, &moment) != 0)
				return call->err->code;
			oid = TYPE_TIMESTAMP;
		}
		is_finite = oid == TYPE_DATE ? date_is_finite(moment)
					     : timestamp_is_finite(moment);
		ok = moment_part(call, field, oid, is_finite ? moment : 0,
		    &part);
		if (is_known && (ok || oid != TYPE_DATE) && !is_finite)
			return infinite_part(call, row, field, moment < 0);
	}
	if (!is_known || !ok)
		return bad_field(call, name, oid, is_known);
	value = numeric_of_i128(part.coefficient, part.scale);
	if (call->result->phys == PHYS_F64)
		call->result->f64[row] = numeric_to_f64(&value);
	else
		call->result->numeric[row] = value;
	return 0;
}
ROW_KERNEL(extract)

/* age(): with one argument, from today's midnight. */
static int
age_row(struct function_call *call, uint32_t row)
{
	bool has_zone = call->function->args[0] == TYPE_TIMESTAMPTZ;
	const struct time_zone *zone =
	    has_zone ? call->settings->time_zone : NULL;
	int64_t a = ARG(call, 0, i64, row), b;

	if (call->arg_count == 2) {
		b = ARG(call, 1, i64, row);
	} else {
		b = a;
		a = timestamp_to_local(call->settings->time_zone,
		    call->settings->now);
		a = floor_div(a, USECS_PER_DAY) * USECS_PER_DAY;
		a = timestamp_of_local(zone, a);
	}
	if (!timestamp_age(timestamp_to_local(zone, a),
		timestamp_to_local(zone, b), &call->result->interval[row]))
		return timestamp_out_of_range(call);
	return 0;
}
ROW_KERNEL(age)

static int
bin_row(struct function_call *call, uint32_t row)
{
	const struct interval *stride = &ARG(call, 0, interval, row);
	int64_t value = ARG(call, 1, i64, row);
	int64_t origin = ARG(call, 2, i64, row);
	int64_t width, distance;

	call->result->i64[row] = value;
	if (!timestamp_is_finite(value))
		return 0;
	if (!timestamp_is_finite(origin))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "origin out of range");
	if (stride->months != 0)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "timestamps cannot be binned into intervals containing "
		    "months or years");
	if (__builtin_mul_overflow((int64_t)stride->days, USECS_PER_DAY,
		&width) ||
	    __builtin_add_overflow(width, stride->microseconds, &width) ||
	    __builtin_sub_overflow(value, origin, &distance))
		return interval_out_of_range(call);
	if (width <= 0)
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "stride must be greater than zero");
	distance %= width;
	if (distance < 0)
		distance += width;
	if (__builtin_sub_overflow(value, distance, &value) ||
	    !timestamp_is_valid(value))
		return timestamp_out_of_range(call);
	call->result->i64[row] = value;
	return 0;
}
ROW_KERNEL(bin)

/* The offset that AT TIME ZONE's zone has at a moment or a local time. */
static int
zone_shift(struct function_call *call, uint32_t row, bool is_local,
    int64_t value, int64_t *shift)
{
	struct row_zone its;
	struct str name;
	int32_t offset;
	int rc;

	if (call->function->args[0] == TYPE_INTERVAL) {
		const struct interval *span = &ARG(call, 0, interval, row);

		if (span->months != 0 || span->days != 0)
			return error_set(call->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "interval time zone must not include months or "
			    "days");
		*shift = span->microseconds / USECS_PER_SEC * USECS_PER_SEC;
		return 0;
	}
	name = ARG(call, 0, str, row);
	if (!time_zone_abbrev(name, &offset)) { /* else no zone is needed */
		rc = named_zone(call, name, &its);
		if (rc != 0)
			return rc;
		offset = is_local ? time_zone_offset_local(its.zone, value)
				  : time_zone_offset(its.zone, value);
		release_zone(&its);
	}
	*shift = offset * USECS_PER_SEC;
	return 0;
}

/* timezone(zone, timestamp) is a moment; timezone(zone, timestamptz) local. */
static int
at_time_zone_row(struct function_call *call, uint32_t row)
{
	bool is_local = call->function->args[1] == TYPE_TIMESTAMP;
	int64_t value = ARG(call, 1, i64, row), shift = 0;
	int rc;

	call->result->i64[row] = value;
	if (!timestamp_is_finite(value))
		return 0;
	rc = zone_shift(call, row, is_local, value, &shift);
	if (rc != 0)
		return rc;
	if (__builtin_add_overflow(value, is_local ? -shift : shift, &value) ||
	    !timestamp_is_valid(value))
		return timestamp_out_of_range(call);
	call->result->i64[row] = value;
	return 0;
}
ROW_KERNEL(at_time_zone)

static int
is_finite_row(struct function_call *call, uint32_t row)
{
	uint8_t *out = &call->result->boolean[row];

	switch (call->function->args[0]) {
	case TYPE_INTERVAL:
		*out = 1;
		break;
	case TYPE_DATE:
		*out = date_is_finite(ARG(call, 0, i64, row));
		break;
	default:
		*out = timestamp_is_finite(ARG(call, 0, i64, row));
	}
	return 0;
}
ROW_KERNEL(is_finite)

static int
make_date_row(struct function_call *call, uint32_t row)
{
	int64_t year = ARG(call, 0, i64, row);
	int64_t month = ARG(call, 1, i64, row), day = ARG(call, 2, i64, row);
	int64_t shown = year;
	int64_t *out = &call->result->i64[row];

	if (year < 0)
		year++; /* -1 is 1 BC */
	if (shown == 0 || month < 1 || month > 12 || day < 1 ||
	    day > date_month_days(year, (int)month))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date field value out of range: %lld-%02lld-%02lld",
		    (long long)shown, (long long)month, (long long)day);
	*out = date_of_civil(year, (int)month, (int)day);
	if (!date_is_valid(*out))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range: %lld-%02lld-%02lld", (long long)shown,
		    (long long)month, (long long)day);
	return 0;
}
ROW_KERNEL(make_date)

/* Years, months, weeks, days, hours, minutes, seconds. */
static int
make_interval_row(struct function_call *call, uint32_t row)
{
	double seconds = ARG(call, 6, f64, row);
	int64_t months =
	    ARG(call, 0, i64, row) * MONTHS_PER_YEAR + ARG(call, 1, i64, row);
	int64_t days = ARG(call, 2, i64, row) * 7 + ARG(call, 3, i64, row);
	int64_t time = ARG(call, 4, i64, row) * USECS_PER_HOUR +
	    ARG(call, 5, i64, row) * USECS_PER_MINUTE;

	if (!(fabs(seconds) < 9e12) || months != (int32_t)months ||
	    days != (int32_t)days ||
	    __builtin_add_overflow(time, (int64_t)rint(seconds * 1e6), &time))
		return interval_out_of_range(call);
	call->result->interval[row] = (struct interval){
		.months = (int32_t)months,
		.days = (int32_t)days,
		.microseconds = time,
	};
	return 0;
}
ROW_KERNEL(make_interval)

static int
to_timestamp_row(struct function_call *call, uint32_t row)
{
	double seconds = ARG(call, 0, f64, row), shifted;
	int64_t *out = &call->result->i64[row];

	if (isnan(seconds))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp cannot be NaN");
	if (isinf(seconds)) {
		*out =
		    seconds < 0 ? TIMESTAMP_MINUS_INFINITY : TIMESTAMP_INFINITY;
		return 0;
	}
	shifted = rint((seconds + (double)UNIX_EPOCH / 1e6) * 1e6);
	if (!(shifted >= (double)TIMESTAMP_MIN &&
		shifted < (double)TIMESTAMP_LIMIT))
		return error_set(call->err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: \"%g\"", seconds);
	*out = (int64_t)shifted;
	return 0;
}
ROW_KERNEL(to_timestamp)

/* to_char() of a timestamp: an infinity, or no template, gives null. */
static int
to_char_row(struct function_call *call, uint32_t row)
{
	bool has_zone = call->function->args[0] == TYPE_TIMESTAMPTZ;
	int64_t value = ARG(call, 0, i64, row);
	struct time_zone_moment moment = { .offset = 0 };
	struct str format = ARG(call, 1, str, row);
	struct buf text;
	int rc;

	if (!timestamp_is_finite(value) || format.len == 0) {
		put_null(call, row);
		return 0;
	}
	if (has_zone)
		moment = time_zone_at(call->settings->time_zone, value);
	buf_init_charged(&text, call->arena->budget);
	rc = to_char_timestamp(value + moment.offset * USECS_PER_SEC,
	    has_zone ? &moment : NULL, format, call->cancel, &text, call->err);
	if (rc == 0)
		rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
ROW_KERNEL(to_char)

/* clock_timestamp() in an old form. */
static int
timeofday_row(struct function_call *call, uint32_t row)
{
	int64_t now = os_clock_wall_us(os_clock_real());
	struct time_zone_moment moment =
	    time_zone_at(call->settings->time_zone, now);
	struct buf text;
	int rc;

	buf_init(&text);
	rc = to_char_timestamp(now + moment.offset * USECS_PER_SEC, &moment,
	    STR("Dy Mon DD HH24:MI:SS.US YYYY TZ"), NULL, &text, call->err);
	if (rc == 0)
		rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
ROW_KERNEL(timeofday)

static int
interval_to_char_row(struct function_call *call, uint32_t row)
{
	const struct interval *value = &ARG(call, 0, interval, row);
	struct str format = ARG(call, 1, str, row);
	struct buf text;
	int rc;

	if (format.len == 0) {
		put_null(call, row);
		return 0;
	}
	buf_init_charged(&text, call->arena->budget);
	rc = to_char_interval(value, format, call->cancel, &text, call->err);
	if (rc == 0)
		rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
ROW_KERNEL(interval_to_char)

static const struct func_row datetime_rows[] = {
	{ FN_AGE_TIMESTAMP, { age, false } },
	{ FN_AGE_TIMESTAMPTZ, { age, false } },
	{ FN_AGE_TIMESTAMPTZ_TIMESTAMPTZ, { age, false } },
	{ FN_AGE_TIMESTAMP_TIMESTAMP, { age, false } },
	{ FN_CLOCK_TIMESTAMP, { clock_now, false } },
	{ FN_TIMEOFDAY, { timeofday, false } },
	{ FN_DATETIME_PL, { date_and_time, false } },
	{ FN_DATE_BIN_INTERVAL_TIMESTAMPTZ_TIMESTAMPTZ, { bin, false } },
	{ FN_DATE_BIN_INTERVAL_TIMESTAMP_TIMESTAMP, { bin, false } },
	{ FN_DATE_MI, { date_difference, false } },
	{ FN_DATE_MII, { date_add, false } },
	{ FN_DATE_MI_INTERVAL, { add_interval, false } },
	{ FN_DATE_PART_TEXT_DATE, { extract, false } },
	{ FN_DATE_PART_TEXT_INTERVAL, { extract, false } },
	{ FN_DATE_PART_TEXT_TIME, { extract, false } },
	{ FN_DATE_PART_TEXT_TIMESTAMP, { extract, false } },
	{ FN_DATE_PART_TEXT_TIMESTAMPTZ, { extract, false } },
	{ FN_DATE_PLI, { date_add, false } },
	{ FN_DATE_PL_INTERVAL, { add_interval, false } },
	{ FN_DATE_TRUNC_TEXT_INTERVAL, { truncate_interval, false } },
	{ FN_DATE_TRUNC_TEXT_TIMESTAMP, { truncate_timestamp, false } },
	{ FN_DATE_TRUNC_TEXT_TIMESTAMPTZ, { truncate_timestamp, false } },
	{ FN_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, { truncate_timestamp, false } },
	{ FN_EXTRACT_TEXT_DATE, { extract, false } },
	{ FN_EXTRACT_TEXT_INTERVAL, { extract, false } },
	{ FN_EXTRACT_TEXT_TIME, { extract, false } },
	{ FN_EXTRACT_TEXT_TIMESTAMP, { extract, false } },
	{ FN_EXTRACT_TEXT_TIMESTAMPTZ, { extract, false } },
	{ FN_INTEGER_PL_DATE, { date_add, false } },
	{ FN_INTERVAL_DIV, { interval_over, false } },
	{ FN_INTERVAL_MI, { interval_sum, false } },
	{ FN_INTERVAL_MUL, { interval_times, false } },
	{ FN_INTERVAL_PL, { interval_sum, false } },
	{ FN_INTERVAL_PL_DATE, { add_interval, false } },
	{ FN_INTERVAL_PL_TIME, { time_add, false } },
	{ FN_INTERVAL_PL_TIMESTAMP, { add_interval, false } },
	{ FN_INTERVAL_PL_TIMESTAMPTZ, { add_interval, false } },
	{ FN_INTERVAL_UM, { interval_minus, false } },
	{ FN_ISFINITE_DATE, { is_finite, false } },
	{ FN_ISFINITE_INTERVAL, { is_finite, false } },
	{ FN_ISFINITE_TIMESTAMP, { is_finite, false } },
	{ FN_ISFINITE_TIMESTAMPTZ, { is_finite, false } },
	{ FN_JUSTIFY_DAYS, { justify_days, false } },
	{ FN_JUSTIFY_HOURS, { justify_hours, false } },
	{ FN_JUSTIFY_INTERVAL, { justify, false } },
	{ FN_MAKE_DATE, { make_date, false } },
	{ FN_MAKE_INTERVAL, { make_interval, false } },
	{ FN_MUL_D_INTERVAL, { interval_times, false } },
	{ FN_NOW, { now, true } },
	{ FN_STATEMENT_TIMESTAMP, { now, true } },
	{ FN_TIMEDATE_PL, { date_and_time, false } },
	{ FN_TIMESTAMPTZ_MI, { timestamp_minus, false } },
	{ FN_TIMESTAMPTZ_MI_INTERVAL, { add_interval, false } },
	{ FN_TIMESTAMPTZ_PL_INTERVAL, { add_interval, false } },
	{ FN_TIMESTAMP_MI, { timestamp_minus, false } },
	{ FN_TIMESTAMP_MI_INTERVAL, { add_interval, false } },
	{ FN_TIMESTAMP_PL_INTERVAL, { add_interval, false } },
	{ FN_TIMEZONE_INTERVAL_TIMESTAMP, { at_time_zone, false } },
	{ FN_TIMEZONE_INTERVAL_TIMESTAMPTZ, { at_time_zone, false } },
	{ FN_TIMEZONE_TEXT_TIMESTAMP, { at_time_zone, false } },
	{ FN_TIMEZONE_TEXT_TIMESTAMPTZ, { at_time_zone, false } },
	{ FN_TIME_MI_INTERVAL, { time_add, false } },
	{ FN_TIME_MI_TIME, { time_difference, false } },
	{ FN_TIME_PL_INTERVAL, { time_add, false } },
	{ FN_TO_CHAR_TIMESTAMPTZ_TEXT, { to_char, false } },
	{ FN_TO_CHAR_TIMESTAMP_TEXT, { to_char, false } },
	{ FN_TO_CHAR_INTERVAL_TEXT, { interval_to_char, false } },
	{ FN_TO_TIMESTAMP, { to_timestamp, false } },
	{ FN_TRANSACTION_TIMESTAMP, { now, true } },
};

const struct func_family func_datetime = { datetime_rows,
	ARRAY_LEN(datetime_rows) };
