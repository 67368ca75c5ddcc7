/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_format_put.c -- numbers in the form of a template.
 *
 * First the number is written with as many digits as the template has places;
 * then the template is gone through place by place.  The order of the rules is
 * that of PostgreSQL, whose results are full of cases.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "exec/number_format_private.h"
#include "types/numeric.h"

#define ROMAN_WIDTH 15

/* A number on its way through a template. */
struct writer {
	const struct number_format *format;
	unsigned flags;
	char sign;         /* '+' or '-' */
	struct str digits; /* with a point if the template has one */
	size_t next;       /* digit */
	int32_t blanks;    /* places before the first digit */
	int32_t place;     /* of the template */
	int32_t place_count;
	int32_t zero_start;
	bool has_sign;     /* is written, or never will be */
	bool sign_is_last; /* S behind the digits */
	bool has_digit;    /* the last place wrote one */
	bool has_last;     /* trailing zeros are left out after `last` */
	size_t last;
	bool is_cut; /* the digits did not suffice: no more comes */
	struct buf *out;
};

static bool
has(const struct writer *w, unsigned flag)
{
	return (w->flags & flag) != 0;
}

static char
digit_at(const struct writer *w, size_t at)
{
	return at < w->digits.len ? w->digits.data[at] : '\0';
}

static void
put_char(struct writer *w, char c)
{
	if (!w->is_cut)
		buf_put(w->out, &c, 1);
}

/* ".5" has a zero before the point that a 9 does not show. */
static bool
is_hidden_zero(const struct writer *w)
{
	return !has(w, NUMBER_ZERO) && w->next == 0 && digit_at(w, 0) == '0' &&
	    w->format->post != 0;
}

static bool
ends_with_point(const struct writer *w)
{
	return w->has_last && digit_at(w, w->last) == '.';
}

/* ---- one place ---- */

static void
put_leading_sign(struct writer *w)
{
	bool is_due = w->place >= w->blanks ||
	    (has(w, NUMBER_ZERO) && w->zero_start == w->place);

	if (w->has_sign || !is_due ||
	    (is_hidden_zero(w) && !ends_with_point(w)))
		return;
	if (has(w, NUMBER_SIGN)) {
		if (w->sign_is_last)
			return;
		put_char(w, w->sign);
	} else if (has(w, NUMBER_BRACKET)) {
		put_char(w, w->sign == '+' ? ' ' : '<');
	} else if (w->sign == '-') {
		put_char(w, '-');
	} else if (!has(w, NUMBER_FILL)) {
		put_char(w, ' ');
	}
	w->has_sign = true;
}

static void
put_digit(struct writer *w, enum number_pattern pattern)
{
	if (w->has_last && w->next > w->last && pattern != NUM_0)
		return;
	if (is_hidden_zero(w)) {
		if (!has(w, NUMBER_FILL))
			put_char(w, ' ');
		else if (ends_with_point(w))
			put_char(w, '0');
		return;
	}
	if (digit_at(w, w->next) == '\0')
		w->is_cut = true;
	put_char(w, digit_at(w, w->next));
	w->has_digit = true;
}

static void
put_place_content(struct writer *w, enum number_pattern pattern)
{
	bool is_before = w->place < w->blanks;

	if (is_before && (w->zero_start > w->place || !has(w, NUMBER_ZERO))) {
		if (!has(w, NUMBER_FILL))
			put_char(w, ' ');
		return;
	}
	if (is_before) {
		put_char(w, '0');
		w->has_digit = true;
		return;
	}
	if (digit_at(w, w->next) != '.')
		put_digit(w, pattern);
	else if (!ends_with_point(w) || has(w, NUMBER_FILL))
		put_char(w, '.');
	if (digit_at(w, w->next) != '\0')
		w->next++;
}

static void
put_place(struct writer *w, enum number_pattern pattern)
{
	int32_t end =
	    w->place_count + (w->blanks > 0) + (has(w, NUMBER_DECIMAL) ? 1 : 0);

	if (has(w, NUMBER_ROMAN))
		return;
	w->has_digit = false;
	put_leading_sign(w);
	put_place_content(w, pattern);
	if (w->has_last && w->last == w->next)
		end = w->place;
	if (w->place + 1 == end) {
		if (w->has_sign && has(w, NUMBER_BRACKET))
			put_char(w, w->sign == '+' ? ' ' : '>');
		else if (has(w, NUMBER_SIGN) && w->sign_is_last)
			put_char(w, w->sign);
	}
	w->place++;
}

/* ---- other patterns ---- */

/* "st", "nd", "rd", "th" of a whole number. */
static void
put_ordinal(struct writer *w, bool is_lower)
{
	static const char *const endings[] = { "TH", "ST", "ND", "RD" };
	size_t len = w->digits.len;
	char last = len > 0 ? w->digits.data[len - 1] : '0';
	bool is_teen = len > 1 && w->digits.data[len - 2] == '1';
	const char *ending =
	    endings[!is_teen && last >= '1' && last <= '3' ? last - '0' : 0];

	if (has(w, NUMBER_ROMAN | NUMBER_DECIMAL) || w->sign == '-' ||
	    digit_at(w, 0) == '#')
		return;
	for (int i = 0; i < 2; i++)
		put_char(w,
		    is_lower ? (char)tolower((unsigned char)ending[i])
			     : ending[i]);
}

static void
put_roman(struct writer *w, bool is_lower)
{
	if (!has(w, NUMBER_FILL))
		for (size_t i = w->digits.len; i < ROMAN_WIDTH; i++)
			put_char(w, ' ');
	for (size_t i = 0; i < w->digits.len; i++)
		put_char(w,
		    is_lower ? (char)tolower((unsigned char)w->digits.data[i])
			     : w->digits.data[i]);
}

static void
put_separator(struct writer *w)
{
	if (w->has_digit)
		put_char(w, ',');
	else if (!has(w, NUMBER_FILL))
		put_char(w, ' ');
}

/* A sign of its own, or room for it. */
static void
put_sign_if(struct writer *w, char sign)
{
	if (w->sign == sign)
		put_char(w, sign);
	else if (!has(w, NUMBER_FILL))
		put_char(w, ' ');
}

static void
put_node(struct writer *w, const struct number_node *node)
{
	switch (node->pattern) {
	case NUM_9:
	case NUM_0:
	case NUM_POINT:
	case NUM_D:
		put_place(w, node->pattern);
		break;
	case NUM_COMMA:
	case NUM_G:
		put_separator(w);
		break;
	case NUM_L:
		put_char(w, ' ');
		break;
	case NUM_RN:
		put_roman(w, node->is_lower);
		break;
	case NUM_TH:
		put_ordinal(w, node->is_lower);
		break;
	case NUM_MI:
		put_sign_if(w, '-');
		break;
	case NUM_PL:
		put_sign_if(w, '+');
		break;
	case NUM_SG:
		put_char(w, w->sign);
		break;
	case NUM_TEXT:
		if (!w->is_cut)
			buf_put_str(w->out, node->text);
		break;
	case NUM_B:
	case NUM_EEEE:
	case NUM_FM:
	case NUM_NONE:
	case NUM_PR:
	case NUM_S:
	case NUM_V:
		break;
	}
}

/* ---- the whole ---- */

/* With FM, zeros after the point that no 0 asks for are left out. */
static void
find_last(struct writer *w)
{
	const char *point = memchr(w->digits.data, '.', w->digits.len);
	size_t asked;

	if (!has(w, NUMBER_FILL) || !has(w, NUMBER_DECIMAL) || point == NULL)
		return;
	w->has_last = true;
	w->last = (size_t)(point - w->digits.data);
	for (size_t i = w->last + 1; i < w->digits.len; i++)
		if (w->digits.data[i] != '0')
			w->last = i;
	if (w->format->zero_end <= w->blanks)
		return;
	asked = (size_t)(w->format->zero_end - w->blanks);
	if (asked > w->digits.len - 1)
		asked = w->digits.len - 1;
	if (w->last < asked)
		w->last = asked;
}

static void
prepare_sign(struct writer *w)
{
	const struct number_format *f = w->format;

	w->sign_is_last = has(w, NUMBER_SIGN) &&
	    (!has(w, NUMBER_SIGN_BEFORE) || f->pre == f->pre_sign);
	if (has(w, NUMBER_PLUS) || has(w, NUMBER_MINUS)) {
		w->has_sign = !has(w, NUMBER_PLUS) || has(w, NUMBER_MINUS);
		return;
	}
	if (w->sign != '-' && has(w, NUMBER_FILL))
		w->flags &= ~(unsigned)NUMBER_BRACKET;
	w->has_sign =
	    w->sign == '+' && has(w, NUMBER_FILL) && !has(w, NUMBER_SIGN);
}

static void
put_all(const struct number_format *f, struct str digits, char sign,
    int32_t pre, int32_t post, int32_t blanks, struct buf *out)
{
	struct writer w = { .format = f,
		.flags = f->flags,
		.sign = sign,
		.digits = digits,
		.blanks = blanks,
		.place_count = pre + post - 1,
		.zero_start = f->zero_start > 0 ? f->zero_start - 1 : 0,
		.out = out };

	if (has(&w, NUMBER_ROMAN))
		w.flags &= NUMBER_ROMAN | NUMBER_FILL;
	prepare_sign(&w);
	find_last(&w);
	if (!w.has_sign && blanks == 0)
		w.place_count++;
	for (uint32_t i = 0; i < f->node_count; i++)
		put_node(&w, &f->nodes[i]);
}

static const char *
roman_of(int64_t n, char *out)
{
	static const struct {
		int value;
		const char *text;
	} romans[] = { { 1000, "M" }, { 900, "CM" }, { 500, "D" },
		{ 400, "CD" }, { 100, "C" }, { 90, "XC" }, { 50, "L" },
		{ 40, "XL" }, { 10, "X" }, { 9, "IX" }, { 5, "V" }, { 4, "IV" },
		{ 1, "I" } };
	char *end = out;

	if (n < 1 || n > 3999)
		return "###############";
	for (size_t i = 0; i < ARRAY_LEN(romans); i++) {
		for (; n >= romans[i].value; n -= romans[i].value)
			end = stpcpy(end, romans[i].text);
	}
	return out;
}

/* Digits with their sign into the template; '#' where there are too many. */
static void
put_digits(const struct number_format *f, struct str text, int32_t pre,
    int32_t post, struct buf *out)
{
	char sign = '+';
	struct buf filled;
	int32_t before;
	const char *point;

	if (text.len > 0 && text.data[0] == '-') {
		sign = '-';
		text = str_of(text.data + 1, text.len - 1);
	}
	point = memchr(text.data, '.', text.len);
	before =
	    (int32_t)(point == NULL ? text.len : (size_t)(point - text.data));
	if (before <= pre) {
		put_all(f, text, sign, pre, post, pre - before, out);
		return;
	}
	buf_init(&filled);
	for (int32_t i = 0; i < pre + post + 1; i++)
		buf_put_cstr(&filled, i == pre ? "." : "#");
	out->failed |= filled.failed;
	put_all(f, buf_str(&filled), sign, pre, post, 0, out);
	buf_release(&filled);
}

static void
put_roman_number(const struct number_format *f, int64_t n, struct buf *out)
{
	char text[32];

	put_all(f, str_of_cstr(roman_of(n, text)), '+', 0, 0, 0, out);
}

/* The exponent of the first digit that is not 0, of a decimal text. */
static int32_t
exponent_of(struct str text)
{
	const char *found = memchr(text.data, '.', text.len);
	size_t point = found == NULL ? text.len : (size_t)(found - text.data);
	size_t first = strcspn(text.data, "123456789");

	if (first >= text.len)
		return 0;
	return first < point ? (int32_t)(point - first - 1)
			     : -(int32_t)(first - point);
}

static int
text_of(const struct numeric *n, struct arena *arena, struct str *text,
    struct error *err)
{
	struct buf out;
	int rc = 0;

	buf_init(&out);
	numeric_put(n, &out);
	*text = arena_str(arena, buf_str(&out));
	if (out.failed)
		rc = error_no_memory(err);
	buf_release(&out);
	return rc;
}

/* The digits of n * 10^places, which is an integer. */
static int
shift_digits(const struct numeric *n, int32_t places, struct arena *arena,
    struct str *text, struct error *err)
{
	struct numeric shifted = *n;
	char *digits;
	size_t len = 0;
	int rc;

	if (places < 0) { /* zeros at the end go */
		rc = text_of(n, arena, text, err);
		if (rc == 0 && text->len > (size_t)-places)
			text->len -= (size_t)-places;
		return rc;
	}
	rc = numeric_rescale(n, places, NUMERIC_ROUND, arena, &shifted, err);
	if (rc == 0)
		rc = text_of(&shifted, arena, text, err);
	if (rc != 0)
		return rc;
	digits = arena_try_alloc(arena, text->len + 1);
	if (digits == NULL)
		return error_no_memory(err);
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] != '.')
			digits[len++] = text->data[i];
	digits[len] = '\0';
	*text = str_of(digits, len);
	return 0;
}

/*
 * d.ddde+nn.  As in PostgreSQL, what rounding carries over stays before the
 * point: 9.99 may become 10.0e+00.
 */
static int
put_scientific(const struct number_format *f, const struct numeric *n,
    struct arena *arena, struct buf *out, struct error *err)
{
	struct numeric rounded = numeric_abs(n);
	struct str text;
	int32_t exponent = 0;
	size_t first, left;
	int rc;

	rc = text_of(&rounded, arena, &text, err);
	if (rc == 0) {
		exponent = exponent_of(text);
		rc = numeric_rescale(&rounded, f->post - exponent,
		    NUMERIC_ROUND, arena, &rounded, err);
	}
	if (rc == 0) /* now as an integer of the last digit */
		rc = shift_digits(&rounded, f->post - exponent, arena, &text,
		    err);
	if (rc != 0)
		return rc;
	first = strspn(text.data, "0");
	left = text.len - first;
	buf_put_cstr(out, numeric_sign(n) < 0 ? "-" : " ");
	if (left <= (size_t)f->post) { /* of zero alone */
		first = 0;
		buf_put_cstr(out, "0");
		left = (size_t)f->post;
		text = STR("");
	}
	for (; left > (size_t)f->post; left--)
		buf_put(out, &text.data[first++], 1);
	buf_put_cstr(out, f->post > 0 ? "." : "");
	for (; left > 0; left--)
		buf_put(out, text.len == 0 ? "0" : &text.data[first++], 1);
	buf_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
	return 0;
}

/* What has no digits in the scientific form. */
static void
put_filled(const struct number_format *f, struct buf *out)
{
	buf_put_cstr(out, " ");
	for (int32_t i = 1; i < f->pre + f->post + 6; i++)
		buf_put_cstr(out, i == f->pre + 1 ? "." : "#");
}

/* V: as many digits more before the point. */
static int
multiply(const struct number_format *f, const struct numeric *n,
    struct arena *arena, struct numeric *out, struct error *err)
{
	struct numeric ten = numeric_of_i64(10);
	int rc = 0;

	*out = *n;
	for (int32_t i = 0; i < f->multi && rc == 0; i++)
		rc = numeric_multiply(out, &ten, arena, out, err);
	return rc;
}

int
number_format_put(const struct number_format *f, const struct numeric *n,
    struct arena *arena, struct buf *out, struct error *err)
{
	struct numeric value;
	struct buf text;
	int64_t integer = 0;
	int rc;

	if (f->flags & NUMBER_ROMAN) {
		if (!numeric_to_i64(n, &integer))
			integer = 0;
		put_roman_number(f, integer, out);
		return 0;
	}
	if (f->flags & NUMBER_SCIENTIFIC) {
		if (numeric_is_finite(n))
			return put_scientific(f, n, arena, out, err);
		put_filled(f, out);
		return 0;
	}
	rc = multiply(f, n, arena, &value, err);
	if (rc == 0)
		rc = numeric_rescale(&value, f->post, NUMERIC_ROUND, arena,
		    &value, err);
	if (rc != 0)
		return rc;
	buf_init(&text);
	numeric_put(&value, &text);
	out->failed |= text.failed;
	put_digits(f, buf_str(&text), f->pre + f->multi, f->post, out);
	buf_release(&text);
	return 0;
}

/* As many digits after the point as the type has, with those before. */
static int32_t
shown_post(double value, int digits, int32_t post)
{
	char whole[400];
	int32_t before = isnan(value) ? 3 /* "NaN" */
	    : isinf(value)
	    ? 8 /* "Infinity" */
	    : (int32_t)snprintf(whole, sizeof(whole), "%.0f", fabs(value));

	if (before >= digits)
		return 0;
	return before + post > digits ? digits - before : post;
}

void
number_format_put_float(const struct number_format *f, double value, int digits,
    struct buf *out)
{
	struct buf text;
	int32_t post;

	if (f->flags & NUMBER_ROMAN) {
		value = rint(value);
		put_roman_number(f,
		    value >= 1 && value <= 3999 ? (int64_t)value : 0, out);
		return;
	}
	if ((f->flags & NUMBER_SCIENTIFIC) && !isfinite(value)) {
		put_filled(f, out);
		return;
	}
	buf_init(&text);
	if (f->flags & NUMBER_SCIENTIFIC) {
		buf_printf(out, "%s%.*e", signbit(value) ? "" : " ", f->post,
		    value);
	} else {
		value *= pow(10, f->multi);
		post = shown_post(value, digits, f->post);
		if (isfinite(value))
			buf_printf(&text, "%.*f", post, value);
		else
			buf_put_cstr(&text,
			    isnan(value)    ? "NaN"
				: value < 0 ? "-Infinity"
					    : "Infinity");
		out->failed |= text.failed;
		put_digits(f, buf_str(&text), f->pre + f->multi, post, out);
	}
	buf_release(&text);
}
