/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intervals as text.
 *
 * A text is cut into fields, which are then read from the last to the first:
 * a unit comes before the number it belongs to that way, and a number without
 * unit gets the one next smaller than what follows it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/type_int.h"
#include "types/type_private.h"

enum unit {
	UNIT_NONE,
	UNIT_MICROSECOND,
	UNIT_MILLISECOND,
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_YEAR,
	UNIT_DECADE,
	UNIT_CENTURY,
	UNIT_MILLENNIUM,
};

enum fault { FAULT_NONE, FAULT_SYNTAX, FAULT_RANGE };

#define FIELDS_MAX 25

struct field {
	enum { FIELD_WORD, FIELD_NUMBER, FIELD_TIME, FIELD_YEAR_MONTH } kind;
	char sign;       /* of a number: '+', '-' or none, '\0' */
	struct str text; /* without it */
};

/* Sums in full width; checked when the result is made. */
struct sum {
	int64_t months;
	int64_t days;
	int64_t microseconds;
	enum fault fault;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Punctuation without a meaning. */
static bool
is_separator(char c)
{
	return c > ' ' && c < 0x7f && !is_digit(c) && !is_alpha(c) &&
	    strchr("+-.", c) == NULL;
}

static void
add_i64(int64_t *to, int64_t value, int64_t factor, struct sum *sum)
{
	int64_t product;

	if (__builtin_mul_overflow(value, factor, &product) ||
	    __builtin_add_overflow(*to, product, to))
		sum->fault = FAULT_RANGE;
}

/* fraction * scale microseconds, rounded half away from zero. */
static void
add_fraction_us(struct sum *sum, double fraction, int64_t scale)
{
	double microseconds = fraction * (double)scale;
	int64_t whole = (int64_t)microseconds;

	microseconds -= (double)whole;
	if (microseconds > 0.5)
		whole++;
	else if (microseconds < -0.5)
		whole--;
	add_i64(&sum->microseconds, whole, 1, sum);
}

/* fraction * scale days. */
static void
add_fraction_days(struct sum *sum, double fraction, int scale)
{
	double days = fraction * scale;
	int64_t whole = (int64_t)days;

	add_i64(&sum->days, whole, 1, sum);
	add_fraction_us(sum, days - (double)whole, USECS_PER_DAY);
}

static void
add_years(struct sum *sum, int64_t value, double fraction, int64_t years)
{
	double months = rint(fraction * (double)(years * MONTHS_PER_YEAR));

	add_i64(&sum->months, value, years * MONTHS_PER_YEAR, sum);
	add_i64(&sum->months, (int64_t)months, 1, sum);
}

static void
add_unit(struct sum *sum, enum unit unit, int64_t value, double fraction)
{
	switch (unit) {
	case UNIT_MICROSECOND:
		add_i64(&sum->microseconds, value, 1, sum);
		add_fraction_us(sum, fraction, 1);
		return;
	case UNIT_MILLISECOND:
		add_i64(&sum->microseconds, value, 1000, sum);
		add_fraction_us(sum, fraction, 1000);
		return;
	case UNIT_SECOND:
	case UNIT_NONE:
		add_i64(&sum->microseconds, value, USECS_PER_SEC, sum);
		add_fraction_us(sum, fraction, USECS_PER_SEC);
		return;
	case UNIT_MINUTE:
		add_i64(&sum->microseconds, value, USECS_PER_MINUTE, sum);
		add_fraction_us(sum, fraction, USECS_PER_MINUTE);
		return;
	case UNIT_HOUR:
		add_i64(&sum->microseconds, value, USECS_PER_HOUR, sum);
		add_fraction_us(sum, fraction, USECS_PER_HOUR);
		return;
	case UNIT_DAY:
		add_i64(&sum->days, value, 1, sum);
		add_fraction_us(sum, fraction, USECS_PER_DAY);
		return;
	case UNIT_WEEK:
		add_i64(&sum->days, value, 7, sum);
		add_fraction_days(sum, fraction, 7);
		return;
	case UNIT_MONTH:
		add_i64(&sum->months, value, 1, sum);
		add_fraction_days(sum, fraction, DAYS_PER_MONTH);
		return;
	case UNIT_YEAR:
		add_years(sum, value, fraction, 1);
		return;
	case UNIT_DECADE:
		add_years(sum, value, fraction, 10);
		return;
	case UNIT_CENTURY:
		add_years(sum, value, fraction, 100);
		return;
	case UNIT_MILLENNIUM:
		add_years(sum, value, fraction, 1000);
		return;
	}
}

static enum unit
unit_of(struct str word)
{
	static const struct {
		char name[13];
		uint8_t unit;
	} units[] = {
		{ "c", UNIT_CENTURY },
		{ "cent", UNIT_CENTURY },
		{ "centuries", UNIT_CENTURY },
		{ "century", UNIT_CENTURY },
		{ "d", UNIT_DAY },
		{ "day", UNIT_DAY },
		{ "days", UNIT_DAY },
		{ "dec", UNIT_DECADE },
		{ "decade", UNIT_DECADE },
		{ "decades", UNIT_DECADE },
		{ "decs", UNIT_DECADE },
		{ "h", UNIT_HOUR },
		{ "hour", UNIT_HOUR },
		{ "hours", UNIT_HOUR },
		{ "hr", UNIT_HOUR },
		{ "hrs", UNIT_HOUR },
		{ "m", UNIT_MINUTE },
		{ "microsecond", UNIT_MICROSECOND },
		{ "microseconds", UNIT_MICROSECOND },
		{ "mil", UNIT_MILLENNIUM },
		{ "millennia", UNIT_MILLENNIUM },
		{ "millennium", UNIT_MILLENNIUM },
		{ "millisecond", UNIT_MILLISECOND },
		{ "milliseconds", UNIT_MILLISECOND },
		{ "mils", UNIT_MILLENNIUM },
		{ "min", UNIT_MINUTE },
		{ "mins", UNIT_MINUTE },
		{ "minute", UNIT_MINUTE },
		{ "minutes", UNIT_MINUTE },
		{ "mon", UNIT_MONTH },
		{ "mons", UNIT_MONTH },
		{ "month", UNIT_MONTH },
		{ "months", UNIT_MONTH },
		{ "ms", UNIT_MILLISECOND },
		{ "msec", UNIT_MILLISECOND },
		{ "msecs", UNIT_MILLISECOND },
		{ "s", UNIT_SECOND },
		{ "sec", UNIT_SECOND },
		{ "second", UNIT_SECOND },
		{ "seconds", UNIT_SECOND },
		{ "secs", UNIT_SECOND },
		{ "us", UNIT_MICROSECOND },
		{ "usec", UNIT_MICROSECOND },
		{ "usecs", UNIT_MICROSECOND },
		{ "w", UNIT_WEEK },
		{ "week", UNIT_WEEK },
		{ "weeks", UNIT_WEEK },
		{ "y", UNIT_YEAR },
		{ "year", UNIT_YEAR },
		{ "years", UNIT_YEAR },
		{ "yr", UNIT_YEAR },
		{ "yrs", UNIT_YEAR },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strnlen(units[i].name, sizeof(units[i].name));

		if (str_equal_nocase(word, str_of(units[i].name, len)))
			return units[i].unit;
	}
	return UNIT_NONE;
}

/*
 * Digits at *at, of a number of this sign (1, -1), for there is one more below
 * 0; overflow is a fault of range.
 */
static int64_t
take_digits(const char **at, const char *end, int sign, size_t *count,
    enum fault *fault)
{
	int64_t value = 0;

	*count = 0;
	for (; *at < end && is_digit(**at); (*at)++, (*count)++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, sign * (**at - '0'), &value))
			*fault = FAULT_RANGE;
	return value;
}

/* ".75" as a double below 1. */
static double
take_fraction(const char **at, const char *end, size_t *count)
{
	char text[40] = "0.";
	size_t len = 2;

	*count = 0;
	for (; *at < end && is_digit(**at); (*at)++, (*count)++)
		if (len < sizeof(text) - 1)
			text[len++] = **at;
	return strtod(text, NULL);
}

/* "1.5" behind a sign: its parts, both with that. */
static bool
read_number(char sign, struct str text, int64_t *value, double *fraction,
    enum fault *fault)
{
	const char *at = text.data, *end = text.data + text.len;
	size_t whole, rest = 0;

	*value = take_digits(&at, end, sign == '-' ? -1 : 1, &whole, fault);
	*fraction = 0;
	if (at < end && *at == '.') {
		at++;
		*fraction = take_fraction(&at, end, &rest);
	}
	if (sign == '-')
		*fraction = -*fraction;
	return at == end && whole + rest > 0;
}

/* "04:05[:06.789]" behind a sign, or minutes and seconds "05:06.789". */
static void
add_time(struct sum *sum, const struct field *field, int32_t mod)
{
	const char *at = field->text.data, *end = at + field->text.len;
	int64_t part[3] = { 0, 0, 0 };
	double fraction = 0;
	size_t digits, count = 0;
	struct sum time = { .months = 0 };
	bool has_hours;

	for (;;) {
		part[count++] = take_digits(&at, end, 1, &digits, &time.fault);
		if (digits == 0 && count > 1) {
			sum->fault = FAULT_SYNTAX;
			return;
		}
		if (at == end || *at != ':' || count == 3)
			break;
		at++;
	}
	has_hours = count != 2 || !interval_is_minutes_and_seconds(mod);
	if (at < end && *at == '.') {
		at++;
		fraction = take_fraction(&at, end, &digits);
		has_hours = count != 2;
	}
	if (!has_hours) {
		part[2] = part[1];
		part[1] = part[0];
		part[0] = 0;
	}
	if (at != end) {
		sum->fault = FAULT_SYNTAX;
		return;
	}
	if (part[1] > 59 || part[2] > 60)
		time.fault = FAULT_RANGE;
	add_unit(&time, UNIT_HOUR, part[0], 0);
	add_unit(&time, UNIT_MINUTE, part[1], 0);
	add_unit(&time, UNIT_SECOND, part[2], fraction);
	if (time.fault != FAULT_NONE)
		sum->fault = time.fault;
	add_i64(&sum->microseconds, time.microseconds,
	    field->sign == '-' ? -1 : 1, sum);
}

/* "1-2" behind a sign: years and months. */
static void
add_year_month(struct sum *sum, const struct field *field)
{
	const char *at = field->text.data, *end = at + field->text.len;
	int64_t sign = field->sign == '-' ? -1 : 1, years, months;
	size_t count, month_count;

	years = take_digits(&at, end, 1, &count, &sum->fault);
	at++;
	months = take_digits(&at, end, 1, &month_count, &sum->fault);
	if (months >= MONTHS_PER_YEAR)
		sum->fault = FAULT_RANGE;
	else if (at != end || month_count == 0)
		sum->fault = FAULT_SYNTAX;
	add_i64(&sum->months, years, sign * MONTHS_PER_YEAR, sum);
	add_i64(&sum->months, months, sign, sum);
}

/* Number, time or year-month at *at; false if there is none. */
static bool
split_number(const char **at, const char *end, struct field *out)
{
	const char *first, *next;

	out->sign = '\0';
	if (**at == '-' || **at == '+') {
		out->sign = *(*at)++;
		while (*at < end && type_is_space(**at))
			(*at)++; /* "- 1" */
	}
	first = next = *at;
	while (next < end && (is_digit(*next) || *next == '.'))
		next++;
	if (next == *at)
		return false;
	out->kind = FIELD_NUMBER;
	if (next < end && *next == ':') {
		out->kind = FIELD_TIME;
		while (next < end &&
		    (is_digit(*next) || *next == '.' || *next == ':'))
			next++;
	} else if (end - next >= 2 && *next == '-' && is_digit(next[1])) {
		out->kind = FIELD_YEAR_MONTH;
		next++;
		while (next < end && (is_digit(*next) || *next == '-'))
			next++; /* a date, which is refused */
	}
	out->text = str_of(first, (size_t)(next - first));
	*at = next;
	return true;
}

/* The fields of a text; -1 if it cannot be cut. */
static int
split(struct str text, struct field fields[FIELDS_MAX])
{
	const char *at = text.data, *end = text.data + text.len;
	int count = 0;

	while (at < end) {
		if (type_is_space(*at) || is_separator(*at)) {
			at++;
			continue;
		}
		if (count == FIELDS_MAX)
			return -1;
		if (is_alpha(*at)) {
			const char *first = at;

			while (at < end && is_alpha(*at))
				at++;
			fields[count].kind = FIELD_WORD;
			fields[count].sign = '\0';
			fields[count].text =
			    str_of(first, (size_t)(at - first));
		} else if ((!is_digit(*at) && strchr("+-.", *at) == NULL) ||
		    !split_number(&at, end, &fields[count])) {
			return -1;
		}
		count++;
	}
	return count;
}

static enum unit
bare_unit(int32_t mod)
{
	switch (interval_bare_unit(mod)) {
	case INTERVAL_SECONDS:
		return UNIT_SECOND;
	case INTERVAL_MINUTES:
		return UNIT_MINUTE;
	case INTERVAL_HOURS:
		return UNIT_HOUR;
	case INTERVAL_DAYS:
		return UNIT_DAY;
	case INTERVAL_MONTHS:
		return UNIT_MONTH;
	case INTERVAL_YEARS:
		break;
	}
	return UNIT_YEAR;
}

/* One field; `unit` is that of what follows it. */
static void
add_field(struct sum *sum, const struct field *field, int32_t mod,
    enum unit *unit, unsigned *seen)
{
	int64_t value;
	double fraction;
	enum unit own = *unit;

	switch (field->kind) {
	case FIELD_WORD:
		*unit = unit_of(field->text);
		if (*unit == UNIT_NONE)
			sum->fault = FAULT_SYNTAX;
		return;
	case FIELD_TIME:
		add_time(sum, field, mod);
		*unit = UNIT_DAY;
		own = UNIT_HOUR;
		break;
	case FIELD_YEAR_MONTH:
		add_year_month(sum, field);
		*unit = UNIT_NONE;
		own = UNIT_MONTH;
		break;
	case FIELD_NUMBER:
		if (own == UNIT_NONE)
			own = *unit = bare_unit(mod);
		if (!read_number(field->sign, field->text, &value, &fraction,
			&sum->fault)) {
			sum->fault = FAULT_SYNTAX;
			return;
		}
		add_unit(sum, own, value, fraction);
		break;
	}
	if ((*seen & 1u << own) != 0)
		sum->fault = FAULT_SYNTAX;
	*seen |= 1u << own;
}

/* In the SQL standard's style a sign at the start holds for all. */
static bool
sign_holds_for_all(const struct field *fields, int count,
    const struct type_settings *settings)
{
	if (settings->interval_style != INTERVAL_STYLE_SQL_STANDARD ||
	    count == 0 || fields[0].sign != '-')
		return false;
	for (int i = 1; i < count; i++)
		if (fields[i].sign != '\0')
			return false;
	return true;
}

static void
negate(struct sum *sum)
{
	struct sum negative = { .fault = sum->fault };

	add_i64(&negative.months, sum->months, -1, &negative);
	add_i64(&negative.days, sum->days, -1, &negative);
	add_i64(&negative.microseconds, sum->microseconds, -1, &negative);
	*sum = negative;
}

static void
parse_fields(struct str text, const struct type_settings *settings, int32_t mod,
    struct sum *sum)
{
	struct field fields[FIELDS_MAX];
	int count = split(text, fields), values = 0;
	enum unit unit = UNIT_NONE;
	unsigned seen = 0;
	bool ago = false, all_negative;

	if (count <= 0) {
		sum->fault = FAULT_SYNTAX;
		return;
	}
	all_negative = sign_holds_for_all(fields, count, settings);
	if (all_negative)
		fields[0].sign = '\0';
	for (int i = count - 1; i >= 0 && sum->fault == FAULT_NONE; i--) {
		if (i == count - 1 && fields[i].kind == FIELD_WORD &&
		    str_equal_nocase(fields[i].text, STR("ago"))) {
			ago = true;
			continue;
		}
		values += fields[i].kind != FIELD_WORD;
		add_field(sum, &fields[i], mod, &unit, &seen);
	}
	if (values == 0 && sum->fault == FAULT_NONE)
		sum->fault = FAULT_SYNTAX;
	if (ago != all_negative)
		negate(sum);
}

/* "P1Y2M3DT4H5M6.7S" */
static void
parse_iso(struct str text, struct sum *sum)
{
	const char *at = text.data + 1, *end = text.data + text.len;
	bool in_time = false;

	if (at == end)
		sum->fault = FAULT_SYNTAX;
	while (at < end && sum->fault == FAULT_NONE) {
		static const char date_units[] = "YMWD", time_units[] = "HMS";
		static const enum unit dates[] = { UNIT_YEAR, UNIT_MONTH,
			UNIT_WEEK, UNIT_DAY };
		static const enum unit times[] = { UNIT_HOUR, UNIT_MINUTE,
			UNIT_SECOND };
		const char *first, *unit;
		int64_t value;
		double fraction;
		char sign;

		if (*at == 'T' && !in_time && at + 1 < end) {
			in_time = true;
			at++;
			continue;
		}
		sign = *at;
		at += sign == '-' || sign == '+';
		first = at;
		while (
		    at < end && (is_digit(*at) || strchr("+-.", *at) != NULL))
			at++;
		if (at == end ||
		    !read_number(sign, str_of(first, (size_t)(at - first)),
			&value, &fraction, &sum->fault)) {
			sum->fault = FAULT_SYNTAX;
			return;
		}
		unit = strchr(in_time ? time_units : date_units, *at++);
		if (unit == NULL)
			sum->fault = FAULT_SYNTAX;
		else if (in_time)
			add_unit(sum, times[unit - time_units], value,
			    fraction);
		else
			add_unit(sum, dates[unit - date_units], value,
			    fraction);
	}
}

int
interval_parse(struct str text, const struct type_settings *settings,
    int32_t mod, struct interval *out, struct error *err)
{
	struct str trimmed = type_trim(text);
	struct sum sum = { .months = 0 };

	if (trimmed.len > 0 && trimmed.data[0] == 'P')
		parse_iso(trimmed, &sum);
	else
		parse_fields(trimmed, settings, mod, &sum);
	if (sum.fault == FAULT_SYNTAX)
		return error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
		    "invalid input syntax for type interval: \"%.*s\"",
		    STR_FMT(text));
	if (sum.fault == FAULT_RANGE || sum.months != (int32_t)sum.months ||
	    sum.days != (int32_t)sum.days)
		return error_set(err, STELE_E_INTERVAL_OVERFLOW,
		    "interval field value out of range: \"%.*s\"",
		    STR_FMT(text));
	*out = (struct interval){
		.months = (int32_t)sum.months,
		.days = (int32_t)sum.days,
		.microseconds = sum.microseconds,
	};
	if (!interval_fit(mod, out))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "interval out of range");
	return 0;
}

/* The parts that are shown; all of a time have its sign. */
struct parts {
	int64_t years;
	int64_t months;
	int64_t days;
	int64_t hours;
	int64_t minutes;
	int64_t seconds;
	int64_t microseconds;
};

static struct parts
parts_of(const struct interval *interval)
{
	int64_t time = interval->microseconds;

	return (struct parts){
		.years = interval->months / MONTHS_PER_YEAR,
		.months = interval->months % MONTHS_PER_YEAR,
		.days = interval->days,
		.hours = time / USECS_PER_HOUR,
		.minutes = time / USECS_PER_MINUTE % 60,
		.seconds = time / USECS_PER_SEC % 60,
		.microseconds = time % USECS_PER_SEC,
	};
}

/* |seconds| with its fraction, two digits wide if padded. */
static void
put_seconds(struct buf *out, const struct parts *p, bool padded)
{
	int64_t second = llabs(p->seconds), fraction = llabs(p->microseconds);
	int64_t unit = 100000;

	if (padded && second < 10)
		buf_put_u8(out, '0');
	int_put(second, out);
	if (fraction == 0)
		return;
	buf_put_u8(out, '.');
	for (; fraction != 0; unit /= 10) {
		buf_put_u8(out, (uint8_t)('0' + fraction / unit));
		fraction %= unit;
	}
}

static void
put_clock(struct buf *out, const struct parts *p, bool padded)
{
	int64_t hours = llabs(p->hours), minutes = llabs(p->minutes);

	if (padded && hours < 10)
		buf_put_u8(out, '0');
	int_put(hours, out);
	buf_put_u8(out, ':');
	if (minutes < 10)
		buf_put_u8(out, '0');
	int_put(minutes, out);
	buf_put_u8(out, ':');
	put_seconds(out, p, true);
}

static bool
time_is_negative(const struct parts *p)
{
	return p->hours < 0 || p->minutes < 0 || p->seconds < 0 ||
	    p->microseconds < 0;
}

static bool
has_time(const struct parts *p)
{
	return p->hours != 0 || p->minutes != 0 || p->seconds != 0 ||
	    p->microseconds != 0;
}

static void
put_postgres(struct buf *out, const struct parts *p)
{
	const struct {
		int64_t value;
		const char *unit;
	} parts[] = { { p->years, "year" }, { p->months, "mon" },
		{ p->days, "day" } };
	bool is_first = true, after_negative = false;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].value == 0)
			continue;
		if (!is_first)
			buf_put_u8(out, ' ');
		if (after_negative && parts[i].value > 0)
			buf_put_u8(out, '+');
		int_put(parts[i].value, out);
		buf_put_u8(out, ' ');
		buf_put_cstr(out, parts[i].unit);
		if (parts[i].value != 1)
			buf_put_u8(out, 's');
		after_negative = parts[i].value < 0;
		is_first = false;
	}
	if (!is_first && !has_time(p))
		return;
	if (!is_first)
		buf_put_u8(out, ' ');
	if (time_is_negative(p))
		buf_put_u8(out, '-');
	else if (after_negative)
		buf_put_u8(out, '+');
	put_clock(out, p, true);
}

static void
put_verbose(struct buf *out, const struct parts *p)
{
	const struct {
		int64_t value;
		const char *unit;
	} parts[] = { { p->years, "year" }, { p->months, "mon" },
		{ p->days, "day" }, { p->hours, "hour" },
		{ p->minutes, "min" } };
	bool is_zero = true, is_before = false;

	buf_put_u8(out, '@');
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		int64_t value = parts[i].value;

		if (value == 0)
			continue;
		if (is_zero)
			is_before = value < 0;
		if (is_before)
			value = -value;
		buf_put_u8(out, ' ');
		int_put(value, out);
		buf_put_u8(out, ' ');
		buf_put_cstr(out, parts[i].unit);
		if (value != 1)
			buf_put_u8(out, 's');
		is_zero = false;
	}
	if (p->seconds != 0 || p->microseconds != 0) {
		bool negative = p->seconds < 0 || p->microseconds < 0;

		if (is_zero)
			is_before = negative;
		buf_put_u8(out, ' ');
		if (negative != is_before)
			buf_put_u8(out, '-');
		put_seconds(out, p, false);
		buf_put_cstr(out, " sec");
		if (llabs(p->seconds) != 1 || p->microseconds != 0)
			buf_put_u8(out, 's');
		is_zero = false;
	}
	if (is_zero)
		buf_put_cstr(out, " 0");
	if (is_before)
		buf_put_cstr(out, " ago");
}

/* All three groups, each with its sign: when they differ or mix. */
static void
put_sql_mixed(struct buf *out, const struct parts *p)
{
	buf_put_u8(out, p->years < 0 || p->months < 0 ? '-' : '+');
	int_put(llabs(p->years), out);
	buf_put_u8(out, '-');
	int_put(llabs(p->months), out);
	buf_put_u8(out, ' ');
	buf_put_u8(out, p->days < 0 ? '-' : '+');
	int_put(llabs(p->days), out);
	buf_put_u8(out, ' ');
	buf_put_u8(out, time_is_negative(p) ? '-' : '+');
	put_clock(out, p, false);
}

static void
put_sql_standard(struct buf *out, const struct parts *p)
{
	bool has_negative =
	    p->years < 0 || p->months < 0 || p->days < 0 || time_is_negative(p);
	bool has_positive = p->years > 0 || p->months > 0 || p->days > 0 ||
	    (has_time(p) && !time_is_negative(p));
	bool has_year_month = p->years != 0 || p->months != 0;
	bool has_day_time = p->days != 0 || has_time(p);

	if (!has_negative && !has_positive) {
		buf_put_u8(out, '0');
		return;
	}
	if ((has_negative && has_positive) ||
	    (has_year_month && has_day_time)) {
		put_sql_mixed(out, p);
		return;
	}
	if (has_negative)
		buf_put_u8(out, '-');
	if (has_year_month) {
		int_put(llabs(p->years), out);
		buf_put_u8(out, '-');
		int_put(llabs(p->months), out);
		return;
	}
	if (p->days != 0) {
		int_put(llabs(p->days), out);
		buf_put_u8(out, ' ');
	}
	put_clock(out, p, false);
}

static void
put_iso(struct buf *out, const struct parts *p)
{
	const struct {
		int64_t value;
		char unit;
	} parts[] = { { p->years, 'Y' }, { p->months, 'M' }, { p->days, 'D' },
		{ p->hours, 'H' }, { p->minutes, 'M' } };
	size_t first = out->len;

	buf_put_u8(out, 'P');
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (i == 3 && has_time(p))
			buf_put_u8(out, 'T');
		if (parts[i].value == 0)
			continue;
		int_put(parts[i].value, out);
		buf_put_u8(out, (uint8_t)parts[i].unit);
	}
	if (p->seconds != 0 || p->microseconds != 0) {
		if (p->seconds < 0 || p->microseconds < 0)
			buf_put_u8(out, '-');
		put_seconds(out, p, false);
		buf_put_u8(out, 'S');
	}
	if (out->len == first + 1)
		buf_put_cstr(out, "T0S");
}

static void
interval_put(const struct interval *interval, enum interval_style style,
    struct buf *out)
{
	struct parts parts = parts_of(interval);

	switch (style) {
	case INTERVAL_STYLE_POSTGRES:
		put_postgres(out, &parts);
		return;
	case INTERVAL_STYLE_POSTGRES_VERBOSE:
		put_verbose(out, &parts);
		return;
	case INTERVAL_STYLE_SQL_STANDARD:
		put_sql_standard(out, &parts);
		return;
	case INTERVAL_STYLE_ISO_8601:
		put_iso(out, &parts);
		return;
	}
}

static int
interval_in(const struct type_input *in, struct datum *out)
{
	return interval_parse(in->text, in->settings, in->type->mod,
	    &out->interval, in->err);
}

static int
interval_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	out->interval.microseconds = (int64_t)reader_u64_be(&r);
	out->interval.days = reader_i32_be(&r);
	out->interval.months = reader_i32_be(&r);
	return type_check_binary_length(in, &r);
}

static void
interval_out(const struct type *type UNUSED,
    const struct type_settings *settings, const void *value, struct buf *out)
{
	interval_put(value, settings->interval_style, out);
}

static void
interval_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct interval *interval = value;

	buf_put_u64_be(out, (uint64_t)interval->microseconds);
	buf_put_u32_be(out, (uint32_t)interval->days);
	buf_put_u32_be(out, (uint32_t)interval->months);
}

const struct type_ops type_ops_interval = { interval_in, interval_receive,
	interval_out, interval_send };
