/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template is read from left to right; at each place the longest keyword that
 * stands there counts, other characters are copied.
 */
#include "exec/func_to_char_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/cancel.h"
#include "common/error.h"
#include "types/datetime.h"
#include "types/time_zone.h"
#include "types/timestamp_math.h"

/* Longer keywords before their beginnings; any case but where it shows. */
static const struct to_char_keyword keywords[] = {
	{ "A.D.", P_AD_DOTS, 0 },
	{ "A.M.", P_AM_DOTS, 0 },
	{ "AD", P_AD, 0 },
	{ "AM", P_AM, 0 },
	{ "B.C.", P_AD_DOTS, 0 },
	{ "BC", P_AD, 0 },
	{ "CC", P_CC, 2 },
	{ "DAY", P_DAY, 0 },
	{ "DDD", P_DDD, 3 },
	{ "DD", P_DD, 2 },
	{ "DY", P_DY, 0 },
	{ "D", P_D, 1 },
	{ "FF1", P_FF, 1 },
	{ "FF2", P_FF, 2 },
	{ "FF3", P_FF, 3 },
	{ "FF4", P_FF, 4 },
	{ "FF5", P_FF, 5 },
	{ "FF6", P_FF, 6 },
	{ "HH24", P_HH24, 2 },
	{ "HH12", P_HH12, 2 },
	{ "HH", P_HH12, 2 },
	{ "IDDD", P_IDDD, 3 },
	{ "ID", P_ID, 1 },
	{ "IW", P_IW, 2 },
	{ "IYYY", P_IYYY, 4 },
	{ "IYY", P_IYYY, 3 },
	{ "IY", P_IYYY, 2 },
	{ "I", P_IYYY, 1 },
	{ "J", P_J, 0 },
	{ "MI", P_MI, 2 },
	{ "MM", P_MM, 2 },
	{ "MONTH", P_MONTH, 0 },
	{ "MON", P_MON, 0 },
	{ "MS", P_MS, 3 },
	{ "OF", P_OF, 0 },
	{ "P.M.", P_AM_DOTS, 0 },
	{ "PM", P_AM, 0 },
	{ "Q", P_Q, 1 },
	{ "RM", P_RM, 0 },
	{ "SSSSS", P_SSSS, 0 },
	{ "SSSS", P_SSSS, 0 },
	{ "SS", P_SS, 2 },
	{ "TZH", P_TZH, 0 },
	{ "TZM", P_TZM, 2 },
	{ "TZ", P_TZ, 0 },
	{ "US", P_US, 6 },
	{ "WW", P_WW, 2 },
	{ "W", P_W, 1 },
	{ "Y,YYY", P_Y_YYY, 0 },
	{ "YYYY", P_YYYY, 4 },
	{ "YYY", P_YYYY, 3 },
	{ "YY", P_YYYY, 2 },
	{ "Y", P_YYYY, 1 },
};

enum letters
to_char_letters(struct str keyword)
{
	if (keyword.data[0] >= 'a')
		return LETTERS_LOWER;
	if (keyword.len > 1 && keyword.data[1] >= 'a')
		return LETTERS_FIRST;
	return LETTERS_UPPER;
}

static void
to_char_word(struct shown *s, const char *word, enum letters letters,
    size_t width)
{
	size_t len = 0;

	for (; word[len] != '\0'; len++) {
		char c = word[len];

		if (c >= 'a' && c <= 'z' && letters == LETTERS_UPPER)
			c = (char)(c - 32);
		else if (c >= 'A' && c <= 'Z' && letters == LETTERS_LOWER)
			c = (char)(c + 32);
		buf_put_u8(s->out, (uint8_t)c);
	}
	for (; s->fill && !s->is_localized && len < width; len++)
		buf_put_u8(s->out, ' ');
}

void
to_char_number(struct shown *s, int64_t value, int width)
{
	buf_printf(s->out, "%0*lld", s->fill ? width + (value < 0) : 0,
	    (long long)value);
}

/* "th" or "TH" after a number. */
static void
put_ordinal(struct shown *s, bool upper)
{
	const char *digits = (const char *)s->out->data + s->out->len;
	static const char *const endings[] = { "th", "st", "nd", "rd" };
	int last, before;
	const char *ending;

	if (s->out->failed || s->out->len < 1)
		return;
	last = digits[-1] - '0';
	before = s->out->len < 2 ? 0 : digits[-2] - '0';
	ending = endings[before != 1 && last >= 1 && last <= 3 ? last : 0];
	buf_put_u8(s->out, (uint8_t)(upper ? ending[0] - 32 : ending[0]));
	buf_put_u8(s->out, (uint8_t)(upper ? ending[1] - 32 : ending[1]));
}

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };
static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday" };

static void
put_short(struct shown *s, const char *word, enum letters letters)
{
	char text[4];

	snprintf(text, sizeof(text), "%.3s", word);
	to_char_word(s, text, letters, 0);
}

void
to_char_half_day(struct shown *s, enum pattern pattern, int64_t hour,
    enum letters letters)
{
	bool has_dots = pattern == P_AM_DOTS;

	if (hour < 12)
		to_char_word(s, has_dots ? "A.M." : "AM", letters, 0);
	else
		to_char_word(s, has_dots ? "P.M." : "PM", letters, 0);
}

void
to_char_roman(struct shown *s, int month, enum letters letters)
{
	static const char *const numbers[] = { "I", "II", "III", "IV", "V",
		"VI", "VII", "VIII", "IX", "X", "XI", "XII" };

	to_char_word(s, numbers[month],
	    letters == LETTERS_LOWER ? LETTERS_LOWER : LETTERS_UPPER, 4);
}

static void
put_names(struct shown *s, enum pattern pattern, struct str keyword)
{
	enum letters letters = to_char_letters(keyword);
	const struct civil *c = &s->civil;
	int weekday = date_weekday(s->date);

	switch (pattern) {
	case P_AD:
		to_char_word(s, c->year > 0 ? "AD" : "BC", letters, 0);
		return;
	case P_AD_DOTS:
		to_char_word(s, c->year > 0 ? "A.D." : "B.C.", letters, 0);
		return;
	case P_AM:
	case P_AM_DOTS:
		to_char_half_day(s, pattern, c->hour, letters);
		return;
	case P_DAY:
		to_char_word(s, days[weekday], letters, 9);
		return;
	case P_DY:
		put_short(s, days[weekday], letters);
		return;
	case P_MON:
		put_short(s, months[c->month - 1], letters);
		return;
	case P_MONTH:
		to_char_word(s, months[c->month - 1], letters, 9);
		return;
	case P_RM:
		to_char_roman(s, c->month - 1, letters);
		return;
	default:
		return;
	}
}

static void
put_zone(struct shown *s, enum pattern pattern, struct str keyword)
{
	int32_t offset = s->moment == NULL ? 0 : s->moment->offset;
	int32_t magnitude = abs(offset);

	switch (pattern) {
	case P_TZ:
		if (s->moment != NULL)
			to_char_word(s, s->moment->abbrev,
			    to_char_letters(keyword), 0);
		return;
	case P_TZM:
		buf_printf(s->out, "%02d", magnitude / 60 % 60);
		return;
	default:
		buf_printf(s->out, "%c%02d", offset < 0 ? '-' : '+',
		    magnitude / 3600);
		if (pattern == P_OF && magnitude % 3600 != 0)
			buf_printf(s->out, ":%02d", magnitude / 60 % 60);
	}
}

/* The last `width` digits of a year, all if that is four. */
static void
put_year(struct shown *s, int64_t year, int width)
{
	static const int powers[] = { 1, 10, 100, 1000 };

	if (year <= 0)
		year = 1 - year;
	if (width < 4)
		year %= powers[width];
	to_char_number(s, year, width);
}

static int64_t
century_of(int64_t year)
{
	struct time_part part;

	(void)timestamp_part(FIELD_CENTURY,
	    date_of_civil(year, 1, 1) * USECS_PER_DAY, &part);
	return (int64_t)part.coefficient;
}

static void
put_date_number(struct shown *s, enum pattern pattern, int width)
{
	const struct civil *c = &s->civil;
	int64_t day_of_year = s->date - date_of_civil(c->year, 1, 1) + 1;
	int weekday = date_weekday(s->date), week;
	int64_t iso_year;

	iso_week(s->date, &iso_year, &week);
	switch (pattern) {
	case P_CC:
		to_char_number(s, century_of(c->year), width);
		return;
	case P_D:
		to_char_number(s, weekday + 1, width);
		return;
	case P_ID:
		to_char_number(s, weekday == 0 ? 7 : weekday, width);
		return;
	case P_DD:
		to_char_number(s, c->day, width);
		return;
	case P_DDD:
		to_char_number(s, day_of_year, width);
		return;
	case P_IDDD:
		to_char_number(s, s->date - iso_year_start(iso_year) + 1,
		    width);
		return;
	case P_IW:
		to_char_number(s, week, width);
		return;
	case P_IYYY:
		put_year(s, iso_year, width);
		return;
	case P_J:
		to_char_number(s, s->date + 2451545, width);
		return;
	case P_MM:
		to_char_number(s, c->month, width);
		return;
	case P_Q:
		to_char_number(s, (c->month - 1) / 3 + 1, width);
		return;
	case P_W:
		to_char_number(s, (c->day - 1) / 7 + 1, width);
		return;
	case P_WW:
		to_char_number(s, (day_of_year - 1) / 7 + 1, width);
		return;
	case P_Y_YYY: {
		int64_t year = c->year > 0 ? c->year : 1 - c->year;

		buf_printf(s->out, "%lld,%03lld", (long long)(year / 1000),
		    (long long)(year % 1000));
		return;
	}
	case P_YYYY:
		put_year(s, c->year, width);
		return;
	default:
		return;
	}
}

static void
put_fraction(struct shown *s, int width)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%06d", s->civil.microsecond);
	buf_put(s->out, digits, (size_t)width);
}

static int
put_pattern(struct shown *s, const struct to_char_keyword *k,
    struct str keyword, struct error *err UNUSED)
{
	const struct civil *c = &s->civil;

	switch (k->pattern) {
	case P_AD:
	case P_AD_DOTS:
	case P_AM:
	case P_AM_DOTS:
	case P_DAY:
	case P_DY:
	case P_MON:
	case P_MONTH:
	case P_RM:
		put_names(s, k->pattern, keyword);
		return 0;
	case P_OF:
	case P_TZ:
	case P_TZH:
	case P_TZM:
		put_zone(s, k->pattern, keyword);
		return 0;
	case P_FF:
	case P_MS:
	case P_US:
		put_fraction(s, k->width);
		return 0;
	case P_HH12:
		to_char_number(s, c->hour % 12 == 0 ? 12 : c->hour % 12,
		    k->width);
		return 0;
	case P_HH24:
		to_char_number(s, c->hour, k->width);
		return 0;
	case P_MI:
		to_char_number(s, c->minute, k->width);
		return 0;
	case P_SS:
		to_char_number(s, c->second, k->width);
		return 0;
	case P_SSSS:
		to_char_number(s, c->hour * 3600 + c->minute * 60 + c->second,
		    0);
		return 0;
	case P_CC:
	case P_D:
	case P_DD:
	case P_DDD:
	case P_ID:
	case P_IDDD:
	case P_IW:
	case P_IYYY:
	case P_J:
	case P_MM:
	case P_Q:
	case P_W:
	case P_WW:
	case P_YYYY:
	case P_Y_YYY:
		put_date_number(s, k->pattern, k->width);
		return 0;
	}
	return 0;
}

/* Written in capitals or in small letters; names may have a capital first. */
static bool
is_written_so(struct str rest, const struct to_char_keyword *k)
{
	struct str text = str_of_cstr(k->text);
	bool is_name = k->pattern == P_DAY || k->pattern == P_DY ||
	    k->pattern == P_MON || k->pattern == P_MONTH;
	bool is_upper = true, is_lower = true, is_first = is_name;

	if (rest.len < text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char upper = text.data[i];
		char lower =
		    upper >= 'A' && upper <= 'Z' ? (char)(upper + 32) : upper;

		is_upper &= rest.data[i] == upper;
		is_lower &= rest.data[i] == lower;
		is_first &= rest.data[i] == (i == 0 ? upper : lower);
	}
	return is_upper || is_lower || is_first;
}

static const struct to_char_keyword *
keyword_at(struct str rest)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (is_written_so(rest, &keywords[i]))
			return &keywords[i];
	return NULL;
}

/* Copy "quoted text"; returns the bytes read. */
static size_t
put_quoted(struct shown *s, struct str rest)
{
	size_t i = 1;

	for (; i < rest.len && rest.data[i] != '"' && !cancel_is_set(s->cancel);
	     i++) {
		if (rest.data[i] == '\\' && i + 1 < rest.len)
			i++;
		buf_put_u8(s->out, (uint8_t)rest.data[i]);
	}
	return i < rest.len ? i + 1 : i;
}

static bool
starts_either(struct str rest, struct str upper, struct str lower)
{
	return str_starts_with(rest, upper) || str_starts_with(rest, lower);
}

/* FM and TM before a keyword; returns the bytes read. */
static size_t
take_prefix(struct shown *s, struct str rest)
{
	s->fill = !starts_either(rest, STR("FM"), STR("fm"));
	s->is_localized = starts_either(rest, STR("TM"), STR("tm"));
	return !s->fill || s->is_localized ? 2 : 0;
}

/* th and SP behind a keyword; the numbers are not spelled. */
static size_t
take_suffix(struct shown *s, struct str rest, bool is_number)
{
	if (str_starts_with(rest, STR("SP")))
		return 2;
	if (!starts_either(rest, STR("TH"), STR("th")))
		return 0;
	if (is_number)
		put_ordinal(s, rest.data[0] == 'T');
	return 2;
}

int
to_char_put(struct shown *s, struct str format, to_char_fn put,
    struct error *err)
{
	size_t at = 0;
	int rc = 0;

	while (at < format.len && rc == 0 && !s->out->failed &&
	    !cancel_is_set(s->cancel)) {
		struct str rest = str_of(format.data + at, format.len - at);
		const struct to_char_keyword *k;
		size_t prefix = take_prefix(s, rest);

		rest = str_of(rest.data + prefix, rest.len - prefix);
		at += prefix;
		if (starts_either(rest, STR("FX"), STR("fx"))) {
			at += 2; /* for to_timestamp() */
			continue;
		}
		if (str_starts_with(rest, STR("\\\""))) {
			buf_put_u8(s->out, '"');
			at += 2;
			continue;
		}
		if (rest.len > 0 && rest.data[0] == '"') {
			at += put_quoted(s, rest);
			continue;
		}
		k = keyword_at(rest);
		if (k == NULL) {
			if (rest.len > 0)
				buf_put_u8(s->out, (uint8_t)rest.data[0]);
			at += rest.len > 0;
			continue;
		}
		rest.len = strlen(k->text);
		rc = put(s, k, rest, err);
		at += rest.len;
		rest = str_of(format.data + at, format.len - at);
		at += take_suffix(s, rest, k->width > 0);
	}
	return rc != 0 ? rc : cancel_check(s->cancel, err);
}

int
to_char_timestamp(int64_t local, const struct time_zone_moment *moment,
    struct str format, const atomic_bool *cancel, struct buf *out,
    struct error *err)
{
	struct shown s = { .moment = moment, .cancel = cancel, .out = out };

	civil_of_timestamp(local, &s.civil);
	s.date = floor_div(local, USECS_PER_DAY);
	return to_char_put(&s, format, put_pattern, err);
}
