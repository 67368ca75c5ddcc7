/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times from text.
 *
 * ISO 8601 is read directly.  Everything else that PostgreSQL takes goes
 * through a scanner that sorts words and numbers into fields and guesses what a
 * bare number is from what is already there, by the same rules.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "types/datetime.h"
#include "types/float_text.h"
#include "types/time_zone.h"
#include "types/type_private.h"

/* What went wrong; the message needs the type's name and the whole text. */
enum fault {
	FAULT_NONE,
	FAULT_SYNTAX,
	FAULT_FIELD,        /* a field is out of range */
	FAULT_MONTH_OR_DAY, /* the same, and the order may be to blame */
	FAULT_DISPLACEMENT,
	FAULT_ZONE, /* no such zone: fields.zone_name */
};

enum special {
	SPECIAL_NONE,
	SPECIAL_EPOCH,
	SPECIAL_INFINITY,
	SPECIAL_MINUS_INFINITY,
	SPECIAL_NOW,
};

enum half_day { HALF_DAY_NONE, HALF_DAY_AM, HALF_DAY_PM };

/* Bits of fields.seen. */
enum {
	SEEN_YEAR = 1,
	SEEN_MONTH = 2,
	SEEN_DAY = 4,
	SEEN_DATE = 7,
	SEEN_TIME = 8,
	SEEN_ZONE = 16,
};

struct fields {
	const struct type_settings *settings;
	const char *next;
	const char *end;
	enum fault fault;
	enum special special;
	unsigned seen;
	bool has_text_month;
	bool is_two_digit_year;
	bool is_julian;
	bool is_bc;
	bool after_t; /* a 'T' came: digits are a time */
	bool after_j; /* a 'J' came: digits are a Julian day */
	enum half_day half_day;
	int64_t year;
	int month;
	int day;
	int64_t date;                 /* once checked */
	int64_t time;                 /* microseconds since midnight */
	const struct time_zone *zone; /* a named one, else: */
	struct time_zone *made;       /* that one, if it is ours to free */
	int32_t offset;               /* seconds east */
	struct str zone_name;
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

static bool
at_end(const struct fields *f)
{
	return f->next == f->end;
}

static char
peek(const struct fields *f)
{
	return at_end(f) ? '\0' : *f->next;
}

/* More than any field has; with the next digit still an int64. */
#define NUMBER_MAX INT64_C(100000000000000000)

/* The next digits; their number in *len.  NUMBER_MAX is the most. */
static int64_t
take_number(struct fields *f, size_t *len)
{
	const char *first = f->next;
	int64_t value = 0;

	while (is_digit(peek(f))) {
		value = value * 10 + (*f->next - '0');
		if (value > NUMBER_MAX)
			value = NUMBER_MAX;
		f->next++;
	}
	*len = (size_t)(f->next - first);
	return value;
}

/* ".789", of which as many digits count as a double may need. */
static double
decimals(const char *point, const char *end)
{
	char text[64];
	size_t len = (size_t)(end - point);
	uint64_t digits = 0;
	double value;

	if (len <= 16) {
		for (const char *at = point + 1; at < end; at++)
			digits = digits * 10 + (uint64_t)(*at - '0');
		if (float8_of_digits(digits, (uint32_t)len - 1, &value))
			return value;
	}
	if (len > sizeof(text) - 1)
		len = sizeof(text) - 1;
	memcpy(text, point, len);
	text[len] = '\0';
	return strtod(text, NULL);
}

/* Past the digits of ".789", of which the point is next. */
static const char *
skip_fraction(struct fields *f)
{
	const char *point = f->next++;

	while (is_digit(peek(f)))
		f->next++;
	return point;
}

/*
 * ".789": microseconds, rounded as PostgreSQL does, as a double: half may go
 * either way.
 */
static int64_t
take_fraction(struct fields *f)
{
	const char *point = skip_fraction(f);
	int64_t value = 0, unit = 100000;

	if (f->next - point > 7)
		return (int64_t)rint(decimals(point, f->next) * 1e6);
	for (const char *at = point + 1; at < f->next; at++) {
		value += (*at - '0') * unit;
		unit /= 10;
	}
	return value;
}

static void
fail(struct fields *f, enum fault fault)
{
	if (f->fault == FAULT_NONE)
		f->fault = fault;
}

static void
set_time(struct fields *f, int64_t hour, int64_t minute, int64_t second,
    int64_t microsecond)
{
	if ((f->seen & SEEN_TIME) != 0) {
		fail(f, FAULT_SYNTAX);
		return;
	}
	f->seen |= SEEN_TIME;
	if (hour > 24 || minute > 59 || second > 60 ||
	    (hour == 24 && (minute > 0 || second > 0 || microsecond > 0))) {
		fail(f, FAULT_FIELD);
		return;
	}
	f->time = hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE +
	    second * USECS_PER_SEC + microsecond;
}

/* "07:08[:09[.123]]", or "07:08.5" in minutes; a number has been read. */
static void
take_time(struct fields *f, int64_t hour)
{
	int64_t minute, second = 0, microsecond = 0;
	bool has_second;
	size_t len;

	f->next++;
	minute = take_number(f, &len);
	if (len == 0 || len > 2) {
		fail(f, FAULT_SYNTAX);
		return;
	}
	has_second = peek(f) != '.';
	if (peek(f) == ':') {
		f->next++;
		second = take_number(f, &len);
		if (len == 0) {
			fail(f, FAULT_SYNTAX);
			return;
		}
	}
	if (peek(f) == '.')
		microsecond = take_fraction(f);
	if (has_second)
		set_time(f, hour, minute, second, microsecond);
	else
		set_time(f, 0, hour, minute, microsecond);
}

static void
set_offset(struct fields *f, int32_t offset)
{
	if ((f->seen & SEEN_ZONE) != 0)
		fail(f, FAULT_SYNTAX);
	f->seen |= SEEN_ZONE;
	f->offset = offset;
}

/* "+02", "-0530", "+05:30:15"; the sign is next. */
static void
take_offset(struct fields *f)
{
	bool negative = *f->next++ == '-';
	int64_t hours, minutes = 0, seconds = 0;
	size_t len;

	hours = take_number(f, &len);
	if (len == 0 || len > 6) {
		fail(f, len == 0 ? FAULT_SYNTAX : FAULT_DISPLACEMENT);
		return;
	}
	if (peek(f) == ':') {
		f->next++;
		minutes = take_number(f, &len);
		if (peek(f) == ':') {
			f->next++;
			seconds = take_number(f, &len);
		}
	} else if (len > 2) {
		minutes = hours % 100;
		hours /= 100;
	}
	if (hours > 15 || minutes > 59 || seconds > 59) {
		fail(f, FAULT_DISPLACEMENT);
		return;
	}
	seconds += hours * 3600 + minutes * 60;
	set_offset(f, (int32_t)(negative ? -seconds : seconds));
}

/* One more part of the date: bit says which. */
static void
set_part(struct fields *f, unsigned bit, int64_t value)
{
	if ((f->seen & bit) != 0) {
		fail(f, FAULT_SYNTAX);
		return;
	}
	f->seen |= bit;
	if (value > INT32_MAX)
		fail(f, FAULT_FIELD);
	else if (bit == SEEN_YEAR)
		f->year = value;
	else if (value > 100)
		fail(f, FAULT_MONTH_OR_DAY);
	else if (bit == SEEN_MONTH)
		f->month = (int)value;
	else
		f->day = (int)value;
}

static void
set_year(struct fields *f, int64_t value, size_t len)
{
	set_part(f, SEEN_YEAR, value);
	f->is_two_digit_year = len <= 2;
}

/* What a number of a date is, by what is known: PostgreSQL's DecodeNumber(). */
static void
add_number(struct fields *f, int64_t value, size_t len)
{
	enum date_order order = f->settings->date_order;

	switch (f->seen & SEEN_DATE) {
	case 0:
		if (len >= 3 || order == DATE_ORDER_YMD)
			set_year(f, value, len);
		else if (order == DATE_ORDER_DMY)
			set_part(f, SEEN_DAY, value);
		else
			set_part(f, SEEN_MONTH, value);
		return;
	case SEEN_YEAR:
	case SEEN_DAY:
		set_part(f, SEEN_MONTH, value);
		return;
	case SEEN_MONTH:
		if (f->has_text_month && (len >= 3 || order == DATE_ORDER_YMD))
			set_year(f, value, len);
		else
			set_part(f, SEEN_DAY, value);
		return;
	case SEEN_YEAR | SEEN_MONTH:
		if (f->has_text_month && len >= 3 && f->is_two_digit_year) {
			/* What looked like a year was the day. */
			f->seen &= ~(unsigned)SEEN_YEAR;
			set_part(f, SEEN_DAY, f->year);
			set_year(f, value, len);
		} else {
			set_part(f, SEEN_DAY, value);
		}
		return;
	case SEEN_MONTH | SEEN_DAY:
		set_year(f, value, len);
		return;
	default:
		fail(f, FAULT_SYNTAX);
	}
}

/* 20240506, 240506, 070809, 0708 */
static void
add_packed(struct fields *f, int64_t value, size_t len)
{
	int64_t microsecond = 0;

	if ((f->seen & SEEN_DATE) == 0 && !f->after_t && len >= 6) {
		if (len > 15) {
			fail(f, FAULT_FIELD);
			return;
		}
		set_part(f, SEEN_DAY, value % 100);
		set_part(f, SEEN_MONTH, value / 100 % 100);
		set_year(f, value / 10000, len - 4);
		return;
	}
	if (peek(f) == '.')
		microsecond = take_fraction(f);
	if (len == 6)
		set_time(f, value / 10000, value / 100 % 100, value % 100,
		    microsecond);
	else if (len == 4)
		set_time(f, value / 100, value % 100, 0, 0);
	else
		fail(f, FAULT_SYNTAX);
}

static const char month_letters[] = "janfebmaraprmayjunjulaugsepoctnovdec";

/* 1..12, or 0 if the word is no month. */
static int
month_of(struct str word)
{
	static const char *const full[] = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december" };

	if (str_equal_nocase(word, STR("sept")))
		return 9;
	for (int i = 0; i < 12; i++)
		if (str_equal_nocase(word, str_of(month_letters + 3 * i, 3)) ||
		    str_equal_nocase(word, str_of_cstr(full[i])))
			return i + 1;
	return 0;
}

static bool
is_weekday(struct str word)
{
	static const char *const names[] = { "sun", "mon", "tue", "tues", "wed",
		"weds", "thu", "thur", "thurs", "fri", "sat", "sunday",
		"monday", "tuesday", "wednesday", "thursday", "friday",
		"saturday" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal_nocase(word, str_of_cstr(names[i])))
			return true;
	return false;
}

static void
add_month(struct fields *f, int month)
{
	/* A number that looked like the month was the day: "8 Jan 1999". */
	if ((f->seen & SEEN_MONTH) != 0 && !f->has_text_month &&
	    (f->seen & SEEN_DAY) == 0) {
		f->seen |= SEEN_DAY;
		f->day = f->month;
		f->seen &= ~(unsigned)SEEN_MONTH;
	}
	f->has_text_month = true;
	set_part(f, SEEN_MONTH, month);
}

/* A word at the start of a number, as in "2024-May-06". */
static struct str
take_word(struct fields *f)
{
	const char *first = f->next;

	while (is_alpha(peek(f)))
		f->next++;
	return str_of(first, (size_t)(f->next - first));
}

/* The rest of a date after its first number and a separator. */
static void
take_date_rest(struct fields *f)
{
	for (int part = 0; part < 2 && !at_end(f); part++) {
		size_t len;
		int64_t value;

		f->next++; /* the separator */
		if (is_alpha(peek(f))) {
			int month = month_of(take_word(f));

			if (month == 0)
				fail(f, FAULT_SYNTAX);
			else
				add_month(f, month);
		} else {
			value = take_number(f, &len);
			if (len == 0)
				fail(f, FAULT_SYNTAX);
			else
				add_number(f, value, len);
		}
		if (strchr("-/.", peek(f)) == NULL || at_end(f))
			return;
	}
}

/* "3.14": a number, where "3.14.15" and "3.May.15" are dates. */
static bool
has_fraction(const struct fields *f)
{
	const char *at = f->next + 1;

	if (at == f->end || !is_digit(*at))
		return false;
	while (at < f->end && is_digit(*at))
		at++;
	return at == f->end || *at != '.';
}

static void
take_part_of_day(struct fields *f)
{
	const char *point = skip_fraction(f);

	if ((f->seen & SEEN_TIME) != 0)
		fail(f, FAULT_SYNTAX);
	f->seen |= SEEN_TIME;
	f->time = (int64_t)(decimals(point, f->next) * (double)USECS_PER_DAY);
}

/* "J2451545", or "J2451545.5", whose time is noon; the number has been read. */
static void
take_julian(struct fields *f, int64_t value)
{
	f->after_j = false;
	f->is_julian = true;
	if ((f->seen & SEEN_DATE) != 0) {
		fail(f, FAULT_SYNTAX);
		return;
	}
	f->seen |= SEEN_DATE;
	if (value > INT32_MAX)
		fail(f, FAULT_FIELD);
	f->date = value - 2451545;
	if (peek(f) == '.')
		take_part_of_day(f);
}

static void
take_digits(struct fields *f)
{
	size_t len;
	int64_t value = take_number(f, &len);
	char after = peek(f);
	bool has_date = (f->seen & SEEN_DATE) == SEEN_DATE;

	if (after == ':') {
		if (len > 2)
			fail(f, FAULT_SYNTAX);
		else
			take_time(f, value);
	} else if (f->after_j) {
		take_julian(f, value);
	} else if (!has_date && !f->after_t && after == '.' &&
	    has_fraction(f)) {
		add_number(f, value, len);
		(void)take_fraction(f);
	} else if (!has_date && !f->after_t &&
	    (after == '-' || after == '/' || after == '.')) {
		add_number(f, value, len);
		take_date_rest(f);
	} else if (f->after_t || has_date || len >= 6) {
		add_packed(f, value, len);
	} else {
		add_number(f, value, len);
	}
	f->after_t = false;
}

static void
set_day(struct fields *f, int64_t offset)
{
	int64_t local =
	    timestamp_to_local(f->settings->time_zone, f->settings->now);

	if ((f->seen & SEEN_DATE) != 0)
		fail(f, FAULT_SYNTAX);
	civil_of_date(floor_div(local, USECS_PER_DAY) + offset, &f->year,
	    &f->month, &f->day);
	f->is_bc = f->year <= 0;
	if (f->is_bc)
		f->year = 1 - f->year;
	f->seen |= SEEN_DATE;
}

/* Words with a meaning of their own; false if it is none. */
static bool
add_keyword(struct fields *f, struct str word)
{
	if (str_equal_nocase(word, STR("am")))
		f->half_day = HALF_DAY_AM;
	else if (str_equal_nocase(word, STR("pm")))
		f->half_day = HALF_DAY_PM;
	else if (str_equal_nocase(word, STR("bc")))
		f->is_bc = true;
	else if (str_equal_nocase(word, STR("ad")) || is_weekday(word) ||
	    str_equal_nocase(word, STR("at")) ||
	    str_equal_nocase(word, STR("on")))
		return true;
	else if (str_equal_nocase(word, STR("now")))
		f->special = SPECIAL_NOW;
	else if (str_equal_nocase(word, STR("epoch")))
		f->special = SPECIAL_EPOCH;
	else if (str_equal_nocase(word, STR("infinity")))
		f->special = SPECIAL_INFINITY;
	else if (str_equal_nocase(word, STR("today")))
		set_day(f, 0);
	else if (str_equal_nocase(word, STR("tomorrow")))
		set_day(f, 1);
	else if (str_equal_nocase(word, STR("yesterday")))
		set_day(f, -1);
	else if (str_equal_nocase(word, STR("allballs"))) {
		set_time(f, 0, 0, 0, 0);
		set_offset(f, 0);
	} else if (str_equal_nocase(word, STR("t")) &&
	    (is_digit(peek(f)) || peek(f) == ' '))
		f->after_t = true;
	else if ((str_equal_nocase(word, STR("j")) ||
		     str_equal_nocase(word, STR("jd")) ||
		     str_equal_nocase(word, STR("julian"))) &&
	    is_digit(peek(f)))
		f->after_j = true;
	else
		return false;
	return true;
}

/* "Europe/Berlin", "EST5EDT", "UTC+3": the word and what belongs to it. */
static void
take_zone(struct fields *f, struct str word)
{
	int32_t offset;

	while (!at_end(f) &&
	    (is_alpha(*f->next) || is_digit(*f->next) ||
		strchr("/_+-:<>", *f->next) != NULL))
		f->next++;
	f->zone_name = str_of(word.data, (size_t)(f->next - word.data));
	time_zone_free(f->made);
	f->zone = time_zone_find_once(f->settings->time_zones, f->zone_name,
	    &f->made);
	if (f->zone != NULL) {
		if ((f->seen & SEEN_ZONE) != 0)
			fail(f, FAULT_SYNTAX);
		f->seen |= SEEN_ZONE;
	} else if (time_zone_abbrev(f->zone_name, &offset)) {
		set_offset(f, offset);
	} else {
		fail(f,
		    memchr(f->zone_name.data, '/', f->zone_name.len) == NULL
			? FAULT_SYNTAX
			: FAULT_ZONE);
	}
}

static void
take_alpha(struct fields *f)
{
	struct str word = take_word(f);
	int month = month_of(word);
	int32_t offset;

	if (month != 0 && strchr("/_", peek(f)) == NULL) {
		add_month(f, month);
		return;
	}
	if (month != 0 && at_end(f)) {
		add_month(f, month);
		return;
	}
	if (peek(f) != '/' && peek(f) != '_') {
		if (add_keyword(f, word))
			return;
		if (time_zone_abbrev(word, &offset) && !is_digit(peek(f))) {
			set_offset(f, offset);
			return;
		}
	}
	take_zone(f, word);
}

static void
take_sign(struct fields *f)
{
	bool negative = *f->next == '-';

	if (f->end - f->next >= 2 && is_digit(f->next[1])) {
		take_offset(f);
		return;
	}
	f->next++;
	while (!at_end(f) && type_is_space(*f->next))
		f->next++;
	if (str_equal_nocase(take_word(f), STR("infinity")))
		f->special =
		    negative ? SPECIAL_MINUS_INFINITY : SPECIAL_INFINITY;
	else
		fail(f, FAULT_SYNTAX);
}

static void
scan(struct fields *f)
{
	while (!at_end(f) && f->fault == FAULT_NONE) {
		char c = *f->next;

		if (is_digit(c))
			take_digits(f);
		else if (is_alpha(c) || c == '<')
			take_alpha(f);
		else if (c == '+' || c == '-')
			take_sign(f);
		else if (type_is_space(c) || (c > ' ' && c < 0x7f))
			f->next++; /* punctuation separates */
		else
			fail(f, FAULT_SYNTAX);
	}
}

static void
check_year(struct fields *f)
{
	if (f->is_bc) {
		if (f->year <= 0)
			fail(f, FAULT_FIELD);
		f->year = 1 - f->year;
	} else if (f->is_two_digit_year) {
		f->year += f->year < 70 ? 2000 : f->year < 100 ? 1900 : 0;
	} else if (f->year <= 0) {
		fail(f, FAULT_FIELD);
	}
}

/* Complete a date; what is out of range comes before what is missing. */
static void
check_date(struct fields *f)
{
	unsigned seen = f->seen & SEEN_DATE;

	if (f->is_julian || seen == 0)
		return;
	if ((seen & SEEN_YEAR) != 0)
		check_year(f);
	if (f->fault != FAULT_NONE)
		return;
	if (((seen & SEEN_MONTH) != 0 && (f->month < 1 || f->month > 12)) ||
	    ((seen & SEEN_DAY) != 0 && (f->day < 1 || f->day > 31)))
		fail(f, FAULT_MONTH_OR_DAY);
	else if (seen != SEEN_DATE)
		fail(f, FAULT_SYNTAX);
	else if (f->day > date_month_days(f->year, f->month))
		fail(f, FAULT_FIELD);
	else
		f->date = date_of_civil(f->year, f->month, f->day);
}

static void
check_half_day(struct fields *f)
{
	int64_t hour = f->time / USECS_PER_HOUR;

	if (f->half_day == HALF_DAY_NONE)
		return;
	if (hour > 12 || (f->seen & SEEN_TIME) == 0)
		fail(f, FAULT_FIELD);
	else if (f->half_day == HALF_DAY_AM && hour == 12)
		f->time -= 12 * USECS_PER_HOUR;
	else if (f->half_day == HALF_DAY_PM && hour < 12)
		f->time += 12 * USECS_PER_HOUR;
}

/* The scanner's way to complete fields. */
static void
parse_any(struct str text, const struct type_settings *settings,
    struct fields *f)
{
	*f = (struct fields){
		.settings = settings,
		.next = text.data,
		.end = text.data + text.len,
	};
	scan(f);
	if (f->fault != FAULT_NONE)
		return;
	if (f->special != SPECIAL_NONE) {
		if (f->special == SPECIAL_NOW &&
		    (f->seen & (SEEN_DATE | SEEN_TIME)) != 0)
			fail(f, FAULT_SYNTAX);
		return;
	}
	check_date(f);
	if (f->fault == FAULT_NONE)
		check_half_day(f);
}

static bool
two_digits(const char *at, int *out)
{
	if (!is_digit(at[0]) || !is_digit(at[1]))
		return false;
	*out = (at[0] - '0') * 10 + (at[1] - '0');
	return true;
}

/* "hh:mm:ss[.ffffff][Z|+hh]" at f->next, to the end. */
static bool
parse_iso_time(struct fields *f)
{
	int hour, minute, second;
	int64_t microsecond = 0;

	if (f->end - f->next < 8 || !two_digits(f->next, &hour) ||
	    f->next[2] != ':' || !two_digits(f->next + 3, &minute) ||
	    f->next[5] != ':' || !two_digits(f->next + 6, &second) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	f->next += 8;
	if (peek(f) == '.')
		microsecond = take_fraction(f);
	set_time(f, hour, minute, second, microsecond);
	if (at_end(f))
		return true;
	if (peek(f) == 'Z' && f->end - f->next == 1) {
		set_offset(f, 0);
		return true;
	}
	if (peek(f) != '+' && peek(f) != '-')
		return false;
	take_offset(f);
	return at_end(f) && f->fault == FAULT_NONE;
}

/* "yyyy-mm-dd[ T]hh:mm:ss..."; false leaves it to the scanner. */
static bool
parse_iso(struct str text, const struct type_settings *settings,
    struct fields *f)
{
	int century, year;

	*f = (struct fields){
		.settings = settings,
		.next = text.data + 10,
		.end = text.data + text.len,
	};
	if (text.len < 10 || !two_digits(text.data, &century) ||
	    !two_digits(text.data + 2, &year) || text.data[4] != '-' ||
	    !two_digits(text.data + 5, &f->month) || text.data[7] != '-' ||
	    !two_digits(text.data + 8, &f->day))
		return false;
	f->year = century * 100 + year;
	if (f->year == 0 || f->month < 1 || f->month > 12 || f->day < 1 ||
	    f->day > date_month_days(f->year, f->month))
		return false;
	f->seen = SEEN_DATE;
	f->date = date_of_civil(f->year, f->month, f->day);
	if (at_end(f))
		return true;
	if (peek(f) != ' ' && peek(f) != 'T')
		return false;
	f->next++;
	return parse_iso_time(f);
}

static void
parse(struct str text, const struct type_settings *settings, struct fields *f)
{
	text = type_trim(text);
	if (!parse_iso(text, settings, f))
		parse_any(text, settings, f);
}

static int
report(const struct fields *f, struct str text, const char *type_name,
    struct error *err)
{
	switch (f->fault) {
	case FAULT_NONE:
	case FAULT_SYNTAX:
		break;
	case FAULT_FIELD:
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "date/time field value out of range: \"%.*s\"",
		    STR_FMT(text));
	case FAULT_MONTH_OR_DAY:
		(void)error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "date/time field value out of range: \"%.*s\"",
		    STR_FMT(text));
		return error_hint(err,
		    "Perhaps you need a different \"datestyle\" setting.");
	case FAULT_DISPLACEMENT:
		return error_set(err, STELE_E_INVALID_TIME_ZONE_DISPLACEMENT,
		    "time zone displacement out of range: \"%.*s\"",
		    STR_FMT(text));
	case FAULT_ZONE:
		return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
		    "time zone \"%.*s\" not recognized", STR_FMT(f->zone_name));
	}
	return error_set(err, STELE_E_INVALID_DATETIME_FORMAT,
	    "invalid input syntax for type %s: \"%.*s\"", type_name,
	    STR_FMT(text));
}

int
date_parse(struct str text, const struct type_settings *settings, int64_t *out,
    struct error *err)
{
	struct fields f;

	parse(text, settings, &f);
	time_zone_free(f.made);
	if (f.fault == FAULT_NONE && f.special == SPECIAL_NONE &&
	    (f.seen & SEEN_DATE) != SEEN_DATE)
		f.fault = FAULT_SYNTAX;
	if (f.fault != FAULT_NONE)
		return report(&f, text, "date", err);
	switch (f.special) {
	case SPECIAL_EPOCH:
		*out = UNIX_EPOCH_DATE;
		return 0;
	case SPECIAL_INFINITY:
		*out = DATE_INFINITY;
		return 0;
	case SPECIAL_MINUS_INFINITY:
		*out = DATE_MINUS_INFINITY;
		return 0;
	case SPECIAL_NOW:
		*out = floor_div(timestamp_to_local(settings->time_zone,
				     settings->now),
		    USECS_PER_DAY);
		return 0;
	case SPECIAL_NONE:
		break;
	}
	if (!date_is_valid(f.date))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "date out of range: \"%.*s\"", STR_FMT(text));
	*out = f.date;
	return 0;
}

int
time_parse(struct str text, const struct type_settings *settings, int64_t *out,
    struct error *err)
{
	struct str trimmed = type_trim(text);
	struct fields f = {
		.settings = settings,
		.next = trimmed.data,
		.end = trimmed.data + trimmed.len,
	};
	int64_t local;

	if (!parse_iso_time(&f)) {
		/* A bare number is a time here. */
		if (trimmed.len > 0 && is_digit(trimmed.data[0]) &&
		    memchr(trimmed.data, ':', trimmed.len) == NULL) {
			f = (struct fields){
				.settings = settings,
				.next = trimmed.data,
				.end = trimmed.data + trimmed.len,
				.after_t = true,
			};
			scan(&f);
			if (f.fault == FAULT_NONE)
				check_half_day(&f);
		} else {
			parse_any(trimmed, settings, &f);
		}
	}
	time_zone_free(f.made);
	if (f.special == SPECIAL_NOW && f.fault == FAULT_NONE) {
		local = timestamp_to_local(settings->time_zone, settings->now);
		*out = local - floor_div(local, USECS_PER_DAY) * USECS_PER_DAY;
		return 0;
	}
	if (f.fault == FAULT_NONE &&
	    ((f.seen & SEEN_TIME) == 0 || f.special != SPECIAL_NONE))
		f.fault = FAULT_SYNTAX;
	if (f.fault != FAULT_NONE)
		return report(&f, text, "time", err);
	*out = f.time;
	return 0;
}

/*
 * The local time of complete fields; false if out of range whatever the zone,
 * and so, an offset can be taken off.
 */
static bool
local_of_fields(const struct fields *f, int64_t *out)
{
	return f->date >= DATE_MIN - 1 &&
	    !__builtin_mul_overflow(f->date, USECS_PER_DAY, out) &&
	    !__builtin_add_overflow(*out, f->time, out) &&
	    *out < TIMESTAMP_LIMIT + USECS_PER_DAY;
}

static int
timestamp_of_special(const struct fields *f, struct str text,
    const char *type_name, int64_t *out, struct error *err)
{
	switch (f->special) {
	case SPECIAL_EPOCH:
		*out = UNIX_EPOCH;
		return 0;
	case SPECIAL_INFINITY:
		*out = TIMESTAMP_INFINITY;
		return 0;
	case SPECIAL_MINUS_INFINITY:
		*out = TIMESTAMP_MINUS_INFINITY;
		return 0;
	case SPECIAL_NOW:
		*out = f->settings->now;
		return 0;
	case SPECIAL_NONE:
		break;
	}
	return report(f, text, type_name, err);
}

int
timestamp_parse(struct str text, const struct type_settings *settings,
    int64_t *out, struct error *err)
{
	static const char name[] = "timestamp";
	struct fields f;
	int rc;

	parse(text, settings, &f);
	time_zone_free(f.made);
	if (f.fault != FAULT_NONE)
		return report(&f, text, name, err);
	if (f.special != SPECIAL_NONE || (f.seen & SEEN_DATE) != SEEN_DATE) {
		rc = timestamp_of_special(&f, text, name, out, err);
		if (rc == 0 && f.special == SPECIAL_NOW)
			*out = timestamp_to_local(settings->time_zone, *out);
		return rc;
	}
	if (!local_of_fields(&f, out) || !timestamp_is_valid(*out))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: \"%.*s\"", STR_FMT(text));
	return 0;
}

static int
timestamptz_of_fields(const struct fields *f, struct str text, int64_t *out,
    struct error *err)
{
	static const char name[] = "timestamp with time zone";

	if (f->fault != FAULT_NONE)
		return report(f, text, name, err);
	if (f->special != SPECIAL_NONE || (f->seen & SEEN_DATE) != SEEN_DATE)
		return timestamp_of_special(f, text, name, out, err);
	if (!local_of_fields(f, out))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: \"%.*s\"", STR_FMT(text));
	if ((f->seen & SEEN_ZONE) == 0)
		*out = timestamp_of_local(f->settings->time_zone, *out);
	else if (f->zone != NULL)
		*out = timestamp_of_local(f->zone, *out);
	else
		*out -= f->offset * USECS_PER_SEC;
	if (!timestamp_is_valid(*out))
		return error_set(err, STELE_E_DATETIME_OVERFLOW,
		    "timestamp out of range: \"%.*s\"", STR_FMT(text));
	return 0;
}

int
timestamptz_parse(struct str text, const struct type_settings *settings,
    int64_t *out, struct error *err)
{
	struct fields f;
	int rc;

	parse(text, settings, &f);
	rc = timestamptz_of_fields(&f, text, out, err);
	time_zone_free(f.made);
	return rc;
}
