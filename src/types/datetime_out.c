/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times as text, in the four styles of PostgreSQL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types/datetime.h"
#include "types/time_zone.h"
#include "types/type_int.h"

/* The longest: a year of seven digits, zone and BC. */
#define TEXT_SIZE 96

struct text {
	char data[TEXT_SIZE];
	size_t len;
};

static void
put_char(struct text *t, char c)
{
	t->data[t->len++] = c;
}

static void
put_cstr(struct text *t, const char *s)
{
	while (*s != '\0')
		put_char(t, *s++);
}

/* A number with leading zeros up to `width`. */
static void
put_padded(struct text *t, int64_t value, size_t width)
{
	char digits[INT_TEXT_SIZE];
	size_t len = int_text(value, digits);

	for (size_t i = len; i < width; i++)
		put_char(t, '0');
	memcpy(t->data + t->len, digits, len);
	t->len += len;
}

static void
put_two(struct text *t, int value)
{
	t->data[t->len++] = (char)('0' + value / 10);
	t->data[t->len++] = (char)('0' + value % 10);
}

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const day_names[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	"Fri", "Sat" };

/* Years before 1 are written positive, and BC is added at the end. */
static int64_t
shown_year(int64_t year)
{
	return year > 0 ? year : 1 - year;
}

static void
put_two_dates(struct text *t, int first, char separator, int second)
{
	put_two(t, first);
	put_char(t, separator);
	put_two(t, second);
}

static void
put_date(struct text *t, const struct civil *c,
    const struct type_settings *settings)
{
	bool day_first = settings->date_order == DATE_ORDER_DMY;
	char separator = '-';

	switch (settings->date_style) {
	case DATE_STYLE_ISO:
		put_padded(t, shown_year(c->year), 4);
		put_char(t, '-');
		put_two_dates(t, c->month, '-', c->day);
		return;
	case DATE_STYLE_SQL:
		separator = '/';
		break;
	case DATE_STYLE_GERMAN:
		separator = '.';
		day_first = true;
		break;
	case DATE_STYLE_POSTGRES:
		break;
	}
	put_two_dates(t, day_first ? c->day : c->month, separator,
	    day_first ? c->month : c->day);
	put_char(t, separator);
	put_padded(t, shown_year(c->year), 4);
}

static void
put_fraction(struct text *t, int microsecond)
{
	int unit = 100000;

	if (microsecond == 0)
		return;
	put_char(t, '.');
	for (; microsecond != 0; unit /= 10) {
		put_char(t, (char)('0' + microsecond / unit));
		microsecond %= unit;
	}
}

static void
put_time(struct text *t, const struct civil *c)
{
	put_two(t, c->hour);
	put_char(t, ':');
	put_two(t, c->minute);
	put_char(t, ':');
	put_two(t, c->second);
	put_fraction(t, c->microsecond);
}

static void
put_offset(struct text *t, int32_t offset)
{
	int32_t magnitude = abs(offset);

	put_char(t, offset < 0 ? '-' : '+');
	put_padded(t, magnitude / 3600, 2);
	if (magnitude % 3600 == 0)
		return;
	put_char(t, ':');
	put_two(t, magnitude / 60 % 60);
	if (magnitude % 60 == 0)
		return;
	put_char(t, ':');
	put_two(t, magnitude % 60);
}

static void
put_zone(struct text *t, const struct time_zone_moment *moment,
    const struct type_settings *settings)
{
	bool has_name = moment->abbrev[0] >= 'A';

	if (settings->date_style == DATE_STYLE_ISO) {
		put_offset(t, moment->offset);
		return;
	}
	/* An abbreviation that is a number gets a space before it. */
	put_char(t, ' ');
	if (has_name)
		put_cstr(t, moment->abbrev);
	else
		put_offset(t, moment->offset);
}

/* "Mon May 06 07:08:09 2024" */
static void
put_postgres(struct text *t, const struct civil *c,
    const struct type_settings *settings)
{
	int64_t date = date_of_civil(c->year, c->month, c->day);

	put_cstr(t, day_names[date_weekday(date)]);
	put_char(t, ' ');
	if (settings->date_order == DATE_ORDER_DMY) {
		put_two(t, c->day);
		put_char(t, ' ');
		put_cstr(t, month_names[c->month - 1]);
	} else {
		put_cstr(t, month_names[c->month - 1]);
		put_char(t, ' ');
		put_two(t, c->day);
	}
	put_char(t, ' ');
	put_time(t, c);
	put_char(t, ' ');
	put_padded(t, shown_year(c->year), 4);
}

/* `moment` is NULL without a zone. */
static void
put_timestamp(int64_t local, const struct time_zone_moment *moment,
    const struct type_settings *settings, struct buf *out)
{
	struct text t = { .len = 0 };
	struct civil c;

	civil_of_timestamp(local, &c);
	if (settings->date_style == DATE_STYLE_POSTGRES) {
		put_postgres(&t, &c, settings);
	} else {
		put_date(&t, &c, settings);
		put_char(&t, ' ');
		put_time(&t, &c);
	}
	if (moment != NULL)
		put_zone(&t, moment, settings);
	if (c.year <= 0)
		put_cstr(&t, " BC");
	buf_put(out, t.data, t.len);
}

static void
put_infinity(bool is_negative, struct buf *out)
{
	buf_put_str(out, is_negative ? STR("-infinity") : STR("infinity"));
}

void
timestamp_put(int64_t timestamp, const struct type_settings *settings,
    struct buf *out)
{
	if (!timestamp_is_finite(timestamp))
		put_infinity(timestamp < 0, out);
	else
		put_timestamp(timestamp, NULL, settings, out);
}

void
timestamptz_put(int64_t timestamp, const struct type_settings *settings,
    struct buf *out)
{
	struct time_zone_moment moment;

	if (!timestamp_is_finite(timestamp)) {
		put_infinity(timestamp < 0, out);
		return;
	}
	moment = time_zone_at(settings->time_zone, timestamp);
	put_timestamp(timestamp + moment.offset * USECS_PER_SEC, &moment,
	    settings, out);
}

void
date_put(int64_t date, const struct type_settings *settings, struct buf *out)
{
	struct text t = { .len = 0 };
	struct civil c;

	if (!date_is_finite(date)) {
		put_infinity(date < 0, out);
		return;
	}
	civil_of_date(date, &c.year, &c.month, &c.day);
	put_date(&t, &c, settings);
	if (c.year <= 0)
		put_cstr(&t, " BC");
	buf_put(out, t.data, t.len);
}

void
time_put(int64_t time, struct buf *out)
{
	struct text t = { .len = 0 };
	struct civil c = {
		.hour = (int)(time / USECS_PER_HOUR),
		.minute = (int)(time / USECS_PER_MINUTE % 60),
		.second = (int)(time / USECS_PER_SEC % 60),
		.microsecond = (int)(time % USECS_PER_SEC),
	};

	put_time(&t, &c);
	buf_put(out, t.data, t.len);
}
