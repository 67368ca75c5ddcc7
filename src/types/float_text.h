/* SPDX-License-Identifier: Apache-2.0 */
/*
 * float_text.h -- the text of floats, both ways, and their order.
 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/hash.h"
#include "common/str.h"

#define FLOAT_TEXT_SIZE 32 /* more than any float's text needs */

enum float_parse {
	FLOAT_PARSE_OK,
	FLOAT_PARSE_INVALID,
	FLOAT_PARSE_RANGE, /* rounds to infinity, or to zero though it is not */
};

/* All of `text`, spaces around it aside.  NaN, inf and infinity are values. */
enum float_parse float8_parse(struct str text, double *out);
enum float_parse float4_parse(struct str text, double *out);

/* The float nearest to digits / 10^scale; false if that takes more thought. */
bool float8_of_digits(uint64_t digits, uint32_t scale, double *out);

/*
 * Write the shortest decimal that reads back as the same float, as PostgreSQL
 * lays it out; returns its length (no NUL is written).  float4_text() takes a
 * value that is a float.
 */
size_t float8_text(double value, char *out);
size_t float4_text(double value, char *out);

/* Rounded to so many significant digits: extra_float_digits below 1. */
size_t float_text_rounded(double value, int digits, char *out);

/* NaN equals itself and is greater than all else; -0 equals 0. */
static inline int
float_compare(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

static inline uint64_t
float_hash(double value)
{
	uint64_t bits;

	if (value == 0)
		value = 0; /* -0 too */
	if (isnan(value))
		value = NAN;
	memcpy(&bits, &value, sizeof(bits));
	return hash_u64(bits);
}
