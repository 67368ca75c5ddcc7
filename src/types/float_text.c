/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: digits that fit 2^53 times a power of ten that is a double are one
 * exact operation (W. D. Clinger, "How to Read Floating Point Numbers
 * Accurately", 1990); everything else goes to strtod().
 *
 * Writing: few values need more than six decimals, and for those an exact
 * multiplication proves it.  The rest is printed with rising precision until
 * it reads back.
 */
#include "types/float_text.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/attr.h"
#include "types/type_int.h"
#include "types/type_private.h"

#define PARSE_SIZE_MAX 1024 /* longer numbers are not floats */

static const double pow10_exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22 };

bool
float8_of_digits(uint64_t digits, uint32_t scale, double *out)
{
	if (digits > UINT64_C(1) << DBL_MANT_DIG ||
	    scale >= ARRAY_LEN(pow10_exact))
		return false;
	*out = (double)digits / pow10_exact[scale];
	return true;
}

/* "-12.34" with at most 15 digits: true if text is that and nothing else. */
static bool
parse_simple(struct str text, double *out)
{
	const char *at = text.data, *end = text.data + text.len;
	bool negative = at < end && *at == '-';
	uint64_t digits = 0;
	size_t count = 0, scale = 0;
	bool has_point = false;

	for (at += negative; at < end; at++) {
		if (*at == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (*at < '0' || *at > '9')
			return false;
		digits = digits * 10 + (uint64_t)(*at - '0');
		scale += has_point;
		if (++count > 15)
			return false;
	}
	if (count == 0 || !float8_of_digits(digits, (uint32_t)scale, out))
		return false;
	if (negative)
		*out = -*out;
	return true;
}

/* What strtod() takes beyond PostgreSQL: "nan(123)". */
static bool
is_nan_with_payload(struct str text)
{
	return memchr(text.data, '(', text.len) != NULL;
}

/* Trim and copy to a C string; false if it cannot be a float. */
static bool
float_copy(struct str text, char *copy)
{
	text = type_trim(text);
	if (text.len == 0 || text.len >= PARSE_SIZE_MAX ||
	    memchr(text.data, '\0', text.len) != NULL ||
	    is_nan_with_payload(text))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return true;
}

enum float_parse
float8_parse(struct str text, double *out)
{
	char copy[PARSE_SIZE_MAX];
	char *end;

	if (parse_simple(text, out))
		return FLOAT_PARSE_OK;
	if (!float_copy(text, copy))
		return FLOAT_PARSE_INVALID;
	errno = 0;
	*out = strtod(copy, &end);
	if (*end != '\0')
		return FLOAT_PARSE_INVALID;
	if (errno == ERANGE && (*out == 0 || isinf(*out)))
		return FLOAT_PARSE_RANGE;
	return FLOAT_PARSE_OK;
}

enum float_parse
float4_parse(struct str text, double *out)
{
	char copy[PARSE_SIZE_MAX];
	char *end;
	float value;

	if (!float_copy(text, copy))
		return FLOAT_PARSE_INVALID;
	errno = 0;
	value = strtof(copy, &end);
	*out = (double)value;
	if (*end != '\0')
		return FLOAT_PARSE_INVALID;
	if (errno == ERANGE && (value == 0 || isinf(value)))
		return FLOAT_PARSE_RANGE;
	return FLOAT_PARSE_OK;
}

static size_t
put(char *out, struct str text)
{
	memcpy(out, text.data, text.len);
	return text.len;
}

/* NaN and the infinities; 0 for other values. */
static size_t
special_text(double value, char *out)
{
	if (isnan(value))
		return put(out, STR("NaN"));
	if (isinf(value))
		return put(out, value < 0 ? STR("-Infinity") : STR("Infinity"));
	return 0;
}

/*
 * A value of at most six decimals and fifteen digits: value * 10^k is then an
 * integer m < 10^15, and m / 10^k, correctly rounded, is value again.  No other
 * decimal of up to fifteen digits has that.  0 if value is not such a one.
 */
static size_t
short_decimal_text(double value, char *out)
{
	double magnitude = fabs(value);
	size_t len = 0, digits_len;
	char digits[INT_TEXT_SIZE];

	if (!(magnitude >= 1e-3 && magnitude < 1e9))
		return 0;
	for (size_t k = 0; k <= 6; k++) {
		double scaled = rint(magnitude * pow10_exact[k]);

		if (scaled / pow10_exact[k] != magnitude)
			continue;
		digits_len = int_text((int64_t)scaled, digits);
		if (value < 0)
			out[len++] = '-';
		if (digits_len > k) {
			len += put(out + len, str_of(digits, digits_len - k));
		} else {
			out[len++] = '0';
		}
		if (k == 0)
			return len;
		out[len++] = '.';
		for (size_t i = digits_len; i < k; i++)
			out[len++] = '0';
		if (digits_len > k)
			return len +
			    put(out + len, str_of(digits + digits_len - k, k));
		return len + put(out + len, str_of(digits, digits_len));
	}
	return 0;
}

/*
 * Lay out "d.ddde[+-]xx" as PostgreSQL does: with an exponent if that is below
 * -4 or at least `exponent_limit`, else in full.
 */
static size_t
layout(const char *scientific, int exponent_limit, char *out)
{
	char digits[FLOAT_TEXT_SIZE];
	int digit_count = 0, exponent, at = 0;
	const char *s = scientific;

	if (*s == '-')
		out[at++] = *s++;
	for (; *s != 'e'; s++)
		if (*s != '.')
			digits[digit_count++] = *s;
	exponent = (int)strtol(s + 1, NULL, 10);
	assert(digit_count > 0);
	while (digit_count > 1 && digits[digit_count - 1] == '0')
		digit_count--;
	if (exponent < -4 || exponent >= exponent_limit) {
		out[at++] = digits[0];
		if (digit_count > 1)
			out[at++] = '.';
		memcpy(out + at, digits + 1, (size_t)digit_count - 1);
		at += digit_count - 1;
		at += snprintf(out + at, (size_t)(FLOAT_TEXT_SIZE - at),
		    "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
		return (size_t)at;
	}
	if (exponent < 0) {
		out[at++] = '0';
		out[at++] = '.';
		for (int i = -1; i > exponent; i--)
			out[at++] = '0';
	}
	for (int i = 0; i < digit_count || i <= exponent; i++) {
		if (i == exponent + 1 && exponent >= 0)
			out[at++] = '.';
		out[at++] = i < digit_count ? digits[i] : '0';
	}
	return (size_t)at;
}

/* "1.234e+05" to "1.235e+05": the next number with as many digits. */
static void
step_away(char *text)
{
	char *at = strchr(text, 'e');

	while (at > text) {
		at--;
		if (*at == '.')
			continue;
		if (*at < '0' || *at > '8') {
			if (*at == '9')
				*at = '0';
			continue;
		}
		++*at;
		return;
	}
}

/*
 * A power of two has its lower neighbour half as far away as its upper one: of
 * the two decimals around it the farther may read back where the nearer does
 * not.  The first digit never carries: such a one has fewer digits.
 */
static bool
is_power_of_two(double value)
{
	int exponent;

	return fabs(frexp(value, &exponent)) == 0.5;
}

size_t
float8_text(double value, char *out)
{
	char text[FLOAT_TEXT_SIZE];
	size_t len = special_text(value, out);
	int precision = 14; /* digits after the first */

	if (len == 0)
		len = short_decimal_text(value, out);
	if (len > 0)
		return len;
	if (fabs(value) < 2.3e-308) /* fewer bits: fewer digits may do */
		precision = 0;
	for (; precision <= 16; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, value);
		if (precision == 16 || strtod(text, NULL) == value)
			break;
		if (!is_power_of_two(value))
			continue;
		step_away(text);
		if (strtod(text, NULL) == value)
			break;
	}
	return layout(text, 15, out);
}

size_t
float4_text(double value, char *out)
{
	char text[FLOAT_TEXT_SIZE];
	size_t len = special_text(value, out);
	float narrow = (float)value;
	int precision = 5;

	if (len > 0)
		return len;
	if (fabsf(narrow) < 1.2e-38f)
		precision = 0;
	for (; precision <= 8; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, value);
		if (precision == 8 || strtof(text, NULL) == narrow)
			break;
		if (!is_power_of_two(value))
			continue;
		step_away(text);
		if (strtof(text, NULL) == narrow)
			break;
	}
	return layout(text, 6, out);
}

size_t
float_text_rounded(double value, int digits, char *out)
{
	size_t len = special_text(value, out);

	if (len > 0)
		return len;
	return (size_t)snprintf(out, FLOAT_TEXT_SIZE, "%.*g",
	    digits < 1 ? 1 : digits, value);
}
