/* SPDX-License-Identifier: Apache-2.0 */
#include "types/posix_rule.h"

#include <stdio.h>
#include <string.h>

#include "common/attr.h"
#include "types/datetime.h"

#define SECONDS_PER_DAY 86400
#define UNIX_EPOCH_DAY  (-10957) /* 1970-01-01 from 2000-01-01 */

struct cursor {
	const char *next;
	const char *end;
};

static bool
at_end(const struct cursor *c)
{
	return c->next == c->end;
}

static bool
take(struct cursor *c, char wanted)
{
	if (at_end(c) || *c->next != wanted)
		return false;
	c->next++;
	return true;
}

static bool
take_int(struct cursor *c, int max, int *out)
{
	const char *first = c->next;
	int value = 0;

	while (!at_end(c) && *c->next >= '0' && *c->next <= '9') {
		value = value * 10 + (*c->next++ - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return c->next != first;
}

/* hh[:mm[:ss]] with a sign; hours up to 167 as RFC 8536 extends them. */
static bool
take_time(struct cursor *c, int32_t *out)
{
	bool negative = take(c, '-');
	int hours, minutes = 0, seconds = 0;

	if (!negative)
		(void)take(c, '+');
	if (!take_int(c, 167, &hours))
		return false;
	if (take(c, ':') && !take_int(c, 59, &minutes))
		return false;
	if (c->next[-1] != ':' && take(c, ':') && !take_int(c, 59, &seconds))
		return false;
	*out = hours * 3600 + minutes * 60 + seconds;
	if (negative)
		*out = -*out;
	return true;
}

/* Three letters or more, or anything in angle brackets. */
static bool
take_abbrev(struct cursor *c, char out[TIME_ZONE_ABBREV_SIZE])
{
	const char *first = c->next;
	size_t len;

	if (take(c, '<')) {
		first = c->next;
		while (!at_end(c) && *c->next != '>')
			c->next++;
		len = (size_t)(c->next - first);
		if (!take(c, '>'))
			return false;
	} else {
		while (!at_end(c) &&
		    ((*c->next >= 'a' && *c->next <= 'z') ||
			(*c->next >= 'A' && *c->next <= 'Z')))
			c->next++;
		len = (size_t)(c->next - first);
	}
	if (len < 3 || len >= TIME_ZONE_ABBREV_SIZE)
		return false;
	memset(out, 0, TIME_ZONE_ABBREV_SIZE);
	memcpy(out, first, len);
	return true;
}

static bool
take_change(struct cursor *c, struct posix_change *out)
{
	*out = (struct posix_change){ .time = 2 * 3600 };
	if (take(c, 'M')) {
		out->form = POSIX_DAY_OF_MONTH;
		if (!take_int(c, 12, &out->month) || out->month < 1 ||
		    !take(c, '.') || !take_int(c, 5, &out->week) ||
		    out->week < 1 || !take(c, '.') ||
		    !take_int(c, 6, &out->day))
			return false;
	} else if (take(c, 'J')) {
		out->form = POSIX_DAY_JULIAN;
		if (!take_int(c, 365, &out->day) || out->day < 1)
			return false;
	} else {
		out->form = POSIX_DAY_OF_YEAR;
		if (!take_int(c, 365, &out->day))
			return false;
	}
	return !take(c, '/') || take_time(c, &out->time);
}

bool
posix_rule_parse(struct str text, struct posix_rule *out)
{
	static const char usa[] = ",M3.2.0,M11.1.0";
	struct cursor c = { text.data, text.data + text.len };
	int32_t west;

	*out = (struct posix_rule){ .has_daylight = false };
	if (text.len == 0 || !take_abbrev(&c, out->standard.abbrev) ||
	    !take_time(&c, &west))
		return false;
	out->standard.offset = -west;
	if (at_end(&c))
		return true;
	if (!take_abbrev(&c, out->daylight.abbrev))
		return false;
	out->has_daylight = true;
	out->daylight.is_dst = true;
	out->daylight.offset = out->standard.offset + 3600;
	if (!at_end(&c) && *c.next != ',') {
		if (!take_time(&c, &west))
			return false;
		out->daylight.offset = -west;
	}
	if (at_end(&c))
		c = (struct cursor){ usa, usa + sizeof(usa) - 1 };
	return take(&c, ',') && take_change(&c, &out->start) && take(&c, ',') &&
	    take_change(&c, &out->end) && at_end(&c);
}

void
posix_rule_fixed(struct posix_rule *rule, int32_t offset)
{
	int32_t magnitude = offset < 0 ? -offset : offset;

	*rule = (struct posix_rule){ .standard = { .offset = offset } };
	if (magnitude % 3600 == 0)
		snprintf(rule->standard.abbrev, sizeof(rule->standard.abbrev),
		    "%c%02d", offset < 0 ? '-' : '+', magnitude / 3600 % 100);
	else
		snprintf(rule->standard.abbrev, sizeof(rule->standard.abbrev),
		    "%c%02d:%02d", offset < 0 ? '-' : '+',
		    magnitude / 3600 % 100, magnitude / 60 % 60);
}

/* Day of a change, from 2000-01-01. */
static int64_t
change_day(const struct posix_change *change, int64_t year)
{
	int64_t first = date_of_civil(year, 1, 1);
	int64_t day;

	switch (change->form) {
	case POSIX_DAY_JULIAN:
		day = first + change->day - 1;
		return day + (date_is_leap_year(year) && change->day > 59);
	case POSIX_DAY_OF_YEAR:
		return first + change->day;
	case POSIX_DAY_OF_MONTH:
		break;
	}
	day = date_of_civil(year, change->month, 1);
	day += (change->day - date_weekday(day) + 7) % 7;
	day += (change->week - 1) * 7;
	while (day >= date_of_civil(year, change->month, 1) +
		date_month_days(year, change->month))
		day -= 7;
	return day;
}

struct time_zone_moment
posix_rule_at(const struct posix_rule *rule, int64_t seconds)
{
	int64_t local = seconds + rule->standard.offset;
	int64_t day = local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
	int64_t year, start, end;
	int month, month_day;
	bool is_daylight;

	if (!rule->has_daylight)
		return rule->standard;
	civil_of_date(day + UNIX_EPOCH_DAY, &year, &month, &month_day);
	start = (change_day(&rule->start, year) - UNIX_EPOCH_DAY) *
		SECONDS_PER_DAY +
	    rule->start.time - rule->standard.offset;
	end =
	    (change_day(&rule->end, year) - UNIX_EPOCH_DAY) * SECONDS_PER_DAY +
	    rule->end.time - rule->daylight.offset;
	if (start < end)
		is_daylight = seconds >= start && seconds < end;
	else
		is_daylight = seconds >= start || seconds < end;
	return is_daylight ? rule->daylight : rule->standard;
}
