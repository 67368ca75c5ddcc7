/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_char.c -- reading templates of times, and times by them.
 *
 * White space before fields is skipped, and one space or separator of the
 * template takes one of the text, or none; after FX all is taken as it stands.
 */
#include "exec/from_char.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/utf8.h"
#include "exec/from_char_private.h"

/* Longer keywords before their beginnings. */
static const struct time_keyword keywords[] = {
	{ "A.D.", T_AD, 4, false, DATE_ANY },
	{ "A.M.", T_AM, 4, false, DATE_ANY },
	{ "AD", T_AD, 2, false, DATE_ANY },
	{ "AM", T_AM, 2, false, DATE_ANY },
	{ "B.C.", T_AD, 4, false, DATE_ANY },
	{ "BC", T_AD, 2, false, DATE_ANY },
	{ "CC", T_CC, 2, true, DATE_ANY },
	{ "DAY", T_DAY, 3, false, DATE_ANY },
	{ "DDD", T_DDD, 3, true, DATE_GREGORIAN },
	{ "DD", T_DD, 2, true, DATE_GREGORIAN },
	{ "DY", T_DY, 2, false, DATE_ANY },
	{ "D", T_D, 1, true, DATE_GREGORIAN },
	{ "FF1", T_FF, 1, false, DATE_ANY },
	{ "FF2", T_FF, 2, false, DATE_ANY },
	{ "FF3", T_FF, 3, false, DATE_ANY },
	{ "FF4", T_FF, 4, false, DATE_ANY },
	{ "FF5", T_FF, 5, false, DATE_ANY },
	{ "FF6", T_FF, 6, false, DATE_ANY },
	{ "FX", T_FX, 2, false, DATE_ANY },
	{ "HH24", T_HH24, 2, true, DATE_ANY },
	{ "HH12", T_HH12, 2, true, DATE_ANY },
	{ "HH", T_HH12, 2, true, DATE_ANY },
	{ "IDDD", T_IDDD, 3, true, DATE_ISO },
	{ "ID", T_ID, 1, true, DATE_ISO },
	{ "IW", T_IW, 2, true, DATE_ISO },
	{ "IYYY", T_IYYY, 4, true, DATE_ISO },
	{ "IYY", T_IYYY, 3, true, DATE_ISO },
	{ "IY", T_IYYY, 2, true, DATE_ISO },
	{ "I", T_IYYY, 1, true, DATE_ISO },
	{ "J", T_J, 1, true, DATE_ANY },
	{ "MI", T_MI, 2, true, DATE_ANY },
	{ "MM", T_MM, 2, true, DATE_GREGORIAN },
	{ "MONTH", T_MONTH, 5, false, DATE_GREGORIAN },
	{ "MON", T_MON, 3, false, DATE_GREGORIAN },
	{ "MS", T_MS, 3, true, DATE_ANY },
	{ "OF", T_ONLY_TO_CHAR, 2, false, DATE_ANY },
	{ "P.M.", T_AM, 4, false, DATE_ANY },
	{ "PM", T_AM, 2, false, DATE_ANY },
	{ "Q", T_Q, 1, true, DATE_ANY },
	{ "RM", T_RM, 2, false, DATE_GREGORIAN },
	{ "SSSSS", T_SSSS, 5, true, DATE_ANY },
	{ "SSSS", T_SSSS, 4, true, DATE_ANY },
	{ "SS", T_SS, 2, true, DATE_ANY },
	{ "TZH", T_TZH, 3, false, DATE_ANY },
	{ "TZM", T_TZM, 3, true, DATE_ANY },
	{ "TZ", T_ONLY_TO_CHAR, 2, false, DATE_ANY },
	{ "US", T_US, 6, true, DATE_ANY },
	{ "WW", T_WW, 2, true, DATE_GREGORIAN },
	{ "W", T_W, 1, true, DATE_GREGORIAN },
	{ "Y,YYY", T_Y_YYY, 5, true, DATE_GREGORIAN },
	{ "YYYY", T_YYYY, 4, true, DATE_GREGORIAN },
	{ "YYY", T_YYYY, 3, true, DATE_GREGORIAN },
	{ "YY", T_YYYY, 2, true, DATE_GREGORIAN },
	{ "Y", T_YYYY, 1, true, DATE_GREGORIAN },
};

static bool
starts_nocase(struct str text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len &&
	    str_equal_nocase(str_of(text.data, len), str_of(word, len));
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_separator(char c)
{
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return c > ' ' && c < 0x7f && !is_letter && !is_digit(c);
}

/* ---- the template ---- */

static const struct time_keyword *
find_keyword(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (starts_nocase(text, keywords[i].text))
			return &keywords[i];
	return NULL;
}

/* "text": each character stands for one that is not looked at. */
static size_t
parse_quoted(struct str text, struct time_template_node *nodes, uint32_t *count)
{
	size_t at = 1;

	while (at < text.len && text.data[at] != '"') {
		struct str rest;

		if (text.data[at] == '\\' && at + 1 < text.len)
			at++;
		rest = str_of(text.data + at, text.len - at);
		nodes[(*count)++] =
		    (struct time_template_node){ .kind = NODE_CHAR,
			    .is_digit = is_digit(rest.data[0]) };
		at += utf8_offset(rest, 1);
	}
	return at < text.len ? at + 1 : at;
}

static size_t
parse_other(struct str text, struct time_template_node *nodes, uint32_t *count)
{
	size_t skipped = 0;
	char c = text.data[0];

	if (c == '"')
		return parse_quoted(text, nodes, count);
	if (c == '\\' && text.len > 1 && text.data[1] == '"') {
		skipped = 1;
		text = str_of(text.data + 1, text.len - 1);
		c = '"';
	}
	nodes[(*count)++] = (struct time_template_node){
		.kind =
		    is_space(c) || is_separator(c) ? NODE_SEPARATOR : NODE_CHAR,
		.is_digit = is_digit(c),
	};
	return skipped + utf8_offset(text, 1);
}

int
time_template_parse(struct str text, struct arena *arena,
    struct time_template *out, struct error *err)
{
	struct time_template_node *nodes =
	    arena_try_array(arena, text.len + 1, sizeof(*nodes));
	size_t at = 0;

	if (nodes == NULL)
		return error_no_memory(err);
	*out = (struct time_template){ .nodes = nodes };
	while (at < text.len) {
		struct str rest = str_of(text.data + at, text.len - at);
		bool is_filled = starts_nocase(rest, "FM");
		const struct time_keyword *keyword;
		struct str written;

		if (starts_nocase(rest, "TM"))
			return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
			    "the template pattern TM is not supported");
		if (is_filled)
			rest = str_of(rest.data + 2, rest.len - 2);
		keyword = rest.len == 0 ? NULL : find_keyword(rest);
		at += is_filled ? 2 : 0;
		if (keyword == NULL) {
			if (rest.len > 0)
				at += parse_other(rest, nodes, &out->count);
			continue;
		}
		written = str_of(text.data + at, strlen(keyword->text));
		at += written.len;
		rest = str_of(text.data + at, text.len - at);
		nodes[out->count++] = (struct time_template_node){
			.kind = NODE_FIELD,
			.keyword = keyword,
			.written = written,
			.is_filled = is_filled,
			.has_ordinal = starts_nocase(rest, "TH"),
		};
		if (starts_nocase(rest, "TH"))
			at += 2;
	}
	return arena_check(arena, err);
}

/* ---- reading ---- */

struct time_reader {
	const struct time_template *template;
	uint32_t node; /* at hand */
	struct str text;
	size_t at;
	bool is_fixed;  /* after FX */
	int extra_skip; /* white space skipped beyond what the template has */
	struct read_fields fields;
	struct error *err;
};

static char
peek(const struct time_reader *r)
{
	return r->at < r->text.len ? r->text.data[r->at] : '\0';
}

static const struct time_template_node *
node_of(const struct time_reader *r)
{
	return &r->template->nodes[r->node];
}

static bool
is_within_char(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* A part of the text, to the end of its last character. */
static int
bad_value(const struct time_reader *r, struct str value)
{
	size_t at = (size_t)(value.data - r->text.data) + value.len;

	for (; at < r->text.len && is_within_char(r->text.data[at]); at++)
		value.len++;
	return error_set(r->err, STELE_E_INVALID_DATETIME_FORMAT,
	    "invalid value \"%.*s\" for \"%.*s\"", STR_FMT(value),
	    STR_FMT(node_of(r)->written));
}

static int
not_fixed_width(const struct time_reader *r)
{
	return error_hint(r->err,
	    "If your source string is not fixed-width, try using the \"FM\""
	    " modifier.");
}

/* Whether what follows a field cannot be one of its digits. */
static bool
ends_number(const struct time_reader *r)
{
	const struct time_template_node *node = node_of(r);

	if (node->is_filled || node->has_ordinal)
		return true;
	if (r->node + 1 == r->template->count)
		return true;
	node++;
	return node->kind == NODE_FIELD ? !node->keyword->is_digits
					: !node->is_digit;
}

static int
set_value(struct time_reader *r, int *target, int value)
{
	if (target == NULL)
		return 0;
	if (*target != 0 && *target != value) {
		(void)error_set(r->err, STELE_E_INVALID_DATETIME_FORMAT,
		    "conflicting values for \"%.*s\" field in formatting string",
		    STR_FMT(node_of(r)->written));
		return error_detail(r->err,
		    "This value contradicts a previous setting for the same"
		    " field type.");
	}
	*target = value;
	return 0;
}

/* So many characters, no fewer. */
static int
check_width(const struct time_reader *r, struct str copy, size_t used,
    size_t width)
{
	if (copy.len < width) {
		(void)error_set(r->err, STELE_E_INVALID_DATETIME_FORMAT,
		    "source string too short for \"%.*s\" formatting field",
		    STR_FMT(node_of(r)->written));
		(void)error_detail(r->err,
		    "Field requires %zu characters, but only %zu remain.",
		    width, copy.len);
		return not_fixed_width(r);
	}
	if (used > 0 && used < width) {
		(void)bad_value(r, copy);
		(void)error_detail(r->err,
		    "Field requires %zu characters, but only %zu could be"
		    " parsed.",
		    width, used);
		return not_fixed_width(r);
	}
	return 0;
}

static int
out_of_range(const struct time_reader *r)
{
	(void)error_set(r->err, STELE_E_DATETIME_OVERFLOW,
	    "value for \"%.*s\" in source string is out of range",
	    STR_FMT(node_of(r)->written));
	return error_detail(r->err, "Value must be in the range %d to %d.",
	    INT32_MIN, INT32_MAX);
}

/* An integer; *read is how many characters it took, blanks before it too. */
static int
read_int(struct time_reader *r, int *target, size_t width, size_t *read)
{
	size_t start = r->at, used;
	bool is_open = ends_number(r);
	char digits[64];
	struct str copy;
	char *end;
	long value;
	int rc;

	while (is_space(peek(r)))
		r->at++;
	copy = str_of(r->text.data + r->at, r->text.len - r->at);
	used = copy.len < sizeof(digits) - 1 ? copy.len : sizeof(digits) - 1;
	copy.len = copy.len < width ? copy.len : width;
	if (!is_open && used > copy.len)
		used = copy.len;
	memcpy(digits, copy.data, used);
	digits[used] = '\0';
	errno = 0;
	value = strtol(digits, &end, 10);
	used = (size_t)(end - digits);
	rc = is_open ? 0 : check_width(r, copy, used, width);
	if (rc != 0)
		return rc;
	r->at += used;
	if (used == 0) {
		(void)bad_value(r, copy);
		return error_detail(r->err, "Value must be an integer.");
	}
	if (errno == ERANGE || value > INT32_MAX || value < INT32_MIN)
		return out_of_range(r);
	*read = r->at - start;
	return set_value(r, target, (int)value);
}

/* One of several words; *index says which. */
static int
read_word(struct time_reader *r, const char *const *words, size_t count,
    int *index)
{
	struct str rest = str_of(r->text.data + r->at, r->text.len - r->at);
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		if (starts_nocase(rest, words[i])) {
			r->at += strlen(words[i]);
			*index = (int)i;
			return 0;
		}
	}
	while (len < rest.len && !is_space(rest.data[len]))
		len++;
	(void)bad_value(r, str_of(rest.data, len));
	return error_detail(r->err,
	    "The given value did not match any of the allowed values for this"
	    " field.");
}

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };
static const char *const short_months[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday" };
static const char *const short_days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	"Fri", "Sat" };

/* A part of a year is that nearest to 2020. */
static int
whole_year(int year)
{
	return year < 70  ? year + 2000
	    : year < 100  ? year + 1900
	    : year < 520  ? year + 2000
	    : year < 1000 ? year + 1000
			  : year;
}

static int
read_year(struct time_reader *r, int width)
{
	size_t read = 0;
	int rc = read_int(r, &r->fields.year, (size_t)width, &read);

	if (rc == 0 && width < 4 && read < 4)
		r->fields.year = whole_year(r->fields.year);
	r->fields.year_digits = width;
	return rc;
}

/* 2,024 */
static int
read_year_with_comma(struct time_reader *r)
{
	struct str rest = str_of(r->text.data + r->at, r->text.len - r->at);
	int thousands = 0, years = 0, used = 0;
	int64_t year;
	char text[32];
	size_t len = rest.len < sizeof(text) - 1 ? rest.len : sizeof(text) - 1;

	memcpy(text, rest.data, len);
	text[len] = '\0';
	/* nine digits do not overflow: NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(text, "%9d,%03d%n", &thousands, &years, &used) < 2)
		return error_set(r->err, STELE_E_INVALID_DATETIME_FORMAT,
		    "invalid input string for \"Y,YYY\"");
	r->at += (size_t)used;
	r->fields.year_digits = 4;
	year = thousands * INT64_C(1000) + years;
	if (year > INT32_MAX || year < INT32_MIN)
		return out_of_range(r);
	return set_value(r, &r->fields.year, (int)year);
}

/* 25 is a quarter of a second with two digits as with three. */
static int
read_fraction(struct time_reader *r, int *target, int width)
{
	size_t read = 0;
	int full = target == &r->fields.milliseconds ? 3 : 6;
	int rc = read_int(r, target, (size_t)width, &read);

	for (; rc == 0 && read < (size_t)full; read++)
		*target *= 10;
	return rc;
}

static int
read_zone_hour(struct time_reader *r)
{
	size_t read;
	char c = peek(r);

	r->fields.zone_sign = 1;
	if (c == '+' || c == '-' || c == ' ') {
		r->fields.zone_sign = c == '-' ? -1 : 1;
		r->at++;
	} else if (r->extra_skip > 0 && r->at > 0 &&
	    r->text.data[r->at - 1] == '-') {
		r->fields.zone_sign = -1;
	}
	return read_int(r, &r->fields.zone_hour, 2, &read);
}

/* From the last to the first, so that none is the beginning of a later one. */
static const char *const roman_months[] = { "XII", "XI", "X", "IX", "VIII",
	"VII", "VI", "V", "IV", "III", "II", "I" };

static int
read_words_field(struct time_reader *r, enum time_pattern pattern, int width)
{
	static const char *const eras[] = { "BC", "AD" };
	static const char *const dotted_eras[] = { "B.C.", "A.D." };
	static const char *const halves[] = { "AM", "PM" };
	static const char *const dotted_halves[] = { "A.M.", "P.M." };
	struct read_fields *f = &r->fields;
	int index = 0;
	int rc;

	switch (pattern) {
	case T_AD:
		rc = read_word(r, width == 2 ? eras : dotted_eras, 2, &index);
		f->is_bc = index == 0;
		return rc;
	case T_AM:
		rc = read_word(r, width == 2 ? halves : dotted_halves, 2,
		    &index);
		f->is_pm = index == 1;
		f->is_12_hours = true;
		return rc;
	case T_MONTH:
	case T_MON:
		rc = read_word(r, pattern == T_MON ? short_months : months, 12,
		    &index);
		return rc != 0 ? rc : set_value(r, &f->month, index + 1);
	case T_RM:
		rc = read_word(r, roman_months, 12, &index);
		return rc != 0 ? rc : set_value(r, &f->month, 12 - index);
	default:
		rc = read_word(r, pattern == T_DY ? short_days : days, 7,
		    &index);
		return rc != 0 ? rc : set_value(r, &f->weekday, index + 1);
	}
}

/* Where the number of a field goes; NULL: it is read and forgotten. */
static int *
number_of(struct read_fields *f, enum time_pattern pattern)
{
	switch (pattern) {
	case T_CC:
		return &f->century;
	case T_D:
	case T_ID:
		return &f->weekday;
	case T_DD:
		return &f->day;
	case T_DDD:
	case T_IDDD:
		return &f->year_day;
	case T_HH12:
	case T_HH24:
		return &f->hour;
	case T_WW:
	case T_IW:
		return &f->week;
	case T_J:
		return &f->julian;
	case T_MI:
		return &f->minute;
	case T_MM:
		return &f->month;
	case T_SS:
		return &f->second;
	case T_SSSS:
		return &f->day_seconds;
	case T_TZM:
		return &f->zone_minute;
	case T_W:
		return &f->month_week;
	default:
		return NULL; /* Q */
	}
}

static int
read_number_field(struct time_reader *r, const struct time_keyword *keyword)
{
	struct read_fields *f = &r->fields;
	size_t width = (size_t)keyword->width, read;
	int rc;

	if (keyword->pattern == T_TZM) {
		width = 2;
		f->zone_sign = f->zone_sign == 0 ? 1 : f->zone_sign;
	}
	f->is_12_hours |= keyword->pattern == T_HH12;
	rc = read_int(r, number_of(f, keyword->pattern), width, &read);
	if (rc == 0 && keyword->pattern == T_ID) /* Monday is 2 */
		f->weekday = f->weekday % 7 + 1;
	return rc;
}

static int
read_field_value(struct time_reader *r, const struct time_keyword *keyword)
{
	struct read_fields *f = &r->fields;

	switch (keyword->pattern) {
	case T_FX:
		r->is_fixed = true;
		return 0;
	case T_AD:
	case T_AM:
	case T_MONTH:
	case T_MON:
	case T_DAY:
	case T_DY:
	case T_RM:
		return read_words_field(r, keyword->pattern, keyword->width);
	case T_MS:
		return read_fraction(r, &f->milliseconds, 3);
	case T_US:
	case T_FF:
		return read_fraction(r, &f->microseconds, keyword->width);
	case T_YYYY:
	case T_IYYY:
		return read_year(r, keyword->width);
	case T_Y_YYY:
		return read_year_with_comma(r);
	case T_TZH:
		return read_zone_hour(r);
	case T_ONLY_TO_CHAR:
		return error_set(r->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "formatting field \"%.*s\" is only supported in to_char",
		    STR_FMT(node_of(r)->written));
	default:
		return read_number_field(r, keyword);
	}
}

static void
skip_chars(struct time_reader *r, size_t count)
{
	r->at += utf8_offset(str_of(r->text.data + r->at, r->text.len - r->at),
	    count);
}

static int
read_field(struct time_reader *r)
{
	const struct time_template_node *node = node_of(r);
	enum date_convention convention = node->keyword->convention;
	struct read_fields *f = &r->fields;
	int rc;

	if (convention != DATE_ANY && f->convention != DATE_ANY &&
	    convention != f->convention) {
		(void)error_set(r->err, STELE_E_INVALID_DATETIME_FORMAT,
		    "invalid combination of date conventions");
		return error_hint(r->err,
		    "Do not mix Gregorian and ISO week date conventions in a"
		    " formatting template.");
	}
	if (convention != DATE_ANY)
		f->convention = convention;
	rc = read_field_value(r, node->keyword);
	if (rc == 0 && node->has_ordinal)
		skip_chars(r, 2);
	return rc;
}

static void
skip_spaces(struct time_reader *r)
{
	for (; is_space(peek(r)); r->at++)
		r->extra_skip++;
}

static int
read_node(struct time_reader *r)
{
	const struct time_template_node *node = node_of(r);
	int rc;

	switch (node->kind) {
	case NODE_SEPARATOR:
		if (r->is_fixed) {
			skip_chars(r, 1);
			return 0;
		}
		r->extra_skip--;
		if (is_space(peek(r)) || is_separator(peek(r))) {
			r->at++;
			r->extra_skip++;
		}
		return 0;
	case NODE_CHAR:
		if (!r->is_fixed && r->extra_skip > 0)
			r->extra_skip--;
		else
			skip_chars(r, 1);
		return 0;
	case NODE_FIELD:
		break;
	}
	rc = read_field(r);
	if (rc == 0 && !r->is_fixed) {
		r->extra_skip = 0;
		skip_spaces(r);
	}
	return rc;
}

int
time_template_read(const struct time_template *template, struct str text,
    struct read_time *out, struct error *err)
{
	struct time_reader r = { .template = template,
		.text = text,
		.err = err };
	int rc = 0;

	for (; r.node < template->count && r.at < text.len && rc == 0;
	     r.node++) {
		const struct time_template_node *node = node_of(&r);
		bool is_fx =
		    node->kind == NODE_FIELD && node->keyword->pattern == T_FX;

		if (!r.is_fixed && !is_fx &&
		    (node->kind == NODE_FIELD || r.node == 0))
			skip_spaces(&r);
		if (r.at < text.len)
			rc = read_node(&r);
	}
	return rc != 0 ? rc : read_fields_join(&r.fields, text, out, err);
}
