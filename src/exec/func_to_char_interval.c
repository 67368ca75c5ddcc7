/* SPDX-License-Identifier: Apache-2.0 */
/*
 * to_char() of spans of time, with PostgreSQL's idea of what a pattern means
 * there: fields as they are, hours without an end, days of a year as if months
 * had thirty days.
 */
#include "exec/func_to_char_private.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/interval.h"

#define DAYS_PER_MONTH 30

static void
put_padded(struct shown *s, int64_t value, int width)
{
	/* the sign is one of the digits */
	to_char_number(s, value, value < 0 ? width - 1 : width);
}

static void
put_year(struct shown *s, int width)
{
	static const int powers[] = { 1, 10, 100, 1000 };
	int64_t year = s->civil.year;

	to_char_number(s, width < 4 ? year % powers[width] : year, width);
}

static void
put_month(struct shown *s, struct str keyword)
{
	int month = s->civil.month;

	if (month == 0 && s->civil.year == 0)
		return;
	if (month == 0)
		month = s->civil.year > 0 ? 12 : 1;
	else if (month < 0)
		month += 13;
	to_char_roman(s, month - 1, to_char_letters(keyword));
}

static void
put_date_number(struct shown *s, const struct to_char_keyword *k,
    struct str keyword)
{
	const struct civil *c = &s->civil;

	switch (k->pattern) {
	case P_CC:
		to_char_number(s, c->year / 100, 2);
		return;
	case P_DD:
		put_padded(s, c->day, 2);
		return;
	case P_DDD:
		put_padded(s, s->date, 3);
		return;
	case P_MM:
		to_char_number(s, c->month, 2);
		return;
	case P_Q:
		if (c->month != 0)
			to_char_number(s, (c->month - 1) / 3 + 1, 1);
		return;
	case P_RM:
		put_month(s, keyword);
		return;
	case P_W:
		to_char_number(s, ((int64_t)c->day - 1) / 7 + 1, 1);
		return;
	case P_WW:
		put_padded(s, (s->date - 1) / 7 + 1, 2);
		return;
	case P_Y_YYY:
		buf_printf(s->out, "%lld,%03lld", (long long)(c->year / 1000),
		    (long long)(c->year % 1000));
		return;
	case P_YYYY:
		put_year(s, k->width);
		return;
	default:
		return;
	}
}

/* The first digits of a fraction that has six. */
static void
put_fraction(struct shown *s, int width)
{
	static const int powers[] = { 1000000, 100000, 10000, 1000, 100, 10,
		1 };

	buf_printf(s->out, "%0*d", width, s->civil.microsecond / powers[width]);
}

static void
put_hour(struct shown *s, int width)
{
	int64_t hour = s->hours % 12 == 0 ? 12 : s->hours % 12;

	buf_printf(s->out, "%0*lld", s->fill ? width + (s->hours < 0) : 0,
	    (long long)hour);
}

static int
put_pattern(struct shown *s, const struct to_char_keyword *k,
    struct str keyword, struct error *err)
{
	const struct civil *c = &s->civil;

	switch (k->pattern) {
	case P_AM:
	case P_AM_DOTS:
		to_char_half_day(s, k->pattern, s->hours % 24,
		    to_char_letters(keyword));
		return 0;
	case P_FF:
	case P_MS:
	case P_US:
		put_fraction(s, k->width);
		return 0;
	case P_HH12:
		put_hour(s, k->width);
		return 0;
	case P_HH24:
		to_char_number(s, s->hours, k->width);
		return 0;
	case P_MI:
		to_char_number(s, c->minute, k->width);
		return 0;
	case P_SS:
		to_char_number(s, c->second, k->width);
		return 0;
	case P_SSSS:
		buf_printf(s->out, "%" PRId64,
		    s->hours * 3600 + c->minute * 60 + c->second);
		return 0;
	case P_CC:
	case P_DD:
	case P_DDD:
	case P_MM:
	case P_Q:
	case P_RM:
	case P_W:
	case P_WW:
	case P_YYYY:
	case P_Y_YYY:
		put_date_number(s, k, keyword);
		return 0;
	case P_IDDD:
	case P_IW:
	case P_IYYY:
	case P_J:
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "to_char pattern \"%.*s\" is not supported for intervals",
		    STR_FMT(keyword));
	case P_AD:
	case P_AD_DOTS:
	case P_D:
	case P_DAY:
	case P_DY:
	case P_ID:
	case P_MON:
	case P_MONTH:
	case P_OF:
	case P_TZ:
	case P_TZH:
	case P_TZM:
		break;
	}
	(void)error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
	    "invalid format specification for an interval value");
	return error_hint(err,
	    "Intervals are not tied to specific calendar dates.");
}

int
to_char_interval(const struct interval *value, struct str format,
    const atomic_bool *cancel, struct buf *out, struct error *err)
{
	int64_t seconds = value->microseconds / USECS_PER_SEC;
	struct shown s = { .cancel = cancel,
		.out = out,
		.hours = seconds / 3600,
		.date = (int64_t)value->months * DAYS_PER_MONTH + value->days,
		.civil = {
		    .year = value->months / 12,
		    .month = value->months % 12,
		    .day = value->days,
		    .minute = (int)(seconds / 60 % 60),
		    .second = (int)(seconds % 60),
		    .microsecond = (int)(value->microseconds % USECS_PER_SEC),
		} };

	return to_char_put(&s, format, put_pattern, err);
}
