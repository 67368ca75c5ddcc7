/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numeric.h -- exact decimal arithmetic, with PostgreSQL's scales and limits.
 *
 * A value is coefficient * 10^-scale (vec/value.h).  What fits 128 bits is done
 * there with checked operations; GMP does the rest.  The form is canonical in
 * one respect: limbs are used only when the coefficient needs them.  Trailing
 * zeros are kept, for they are shown.
 *
 * At most 131,072 digits stand before the point and 16,383 after it; a result
 * beyond that is 22003, "value overflows numeric format".  Results' limbs live
 * in the arena.  Results may alias arguments.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/buf.h"
#include "common/int128.h"
#include "common/str.h"
#include "vec/value.h"

struct error;

#define NUMERIC_DIGITS_BEFORE_MAX 131072
#define NUMERIC_SCALE_MAX         16383
#define NUMERIC_I128_DIGITS       38 /* any so long coefficient is small */

static inline struct numeric
numeric_of_i128(i128 coefficient, uint32_t scale)
{
	return (struct numeric){
		.small = coefficient,
		.scale = (uint16_t)scale,
	};
}

static inline struct numeric
numeric_of_i64(int64_t value)
{
	return numeric_of_i128(value, 0);
}

static inline bool
numeric_is_finite(const struct numeric *n)
{
	return n->kind == NUMERIC_FINITE;
}

static inline bool
numeric_is_small(const struct numeric *n)
{
	return n->kind == NUMERIC_FINITE && n->limbs == NULL;
}

struct numeric numeric_special(enum numeric_kind kind);

/* Negative, 0 or positive; of NaN 0. */
int numeric_sign(const struct numeric *n);

/* The order of PostgreSQL: NaN equals itself and is greater than all else. */
int numeric_compare(const struct numeric *a, const struct numeric *b);

/* Equal values have equal hashes, whatever their scales. */
uint64_t numeric_hash(const struct numeric *n);

struct numeric numeric_negate(const struct numeric *n);
struct numeric numeric_abs(const struct numeric *n);

MUST_USE int numeric_add(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);
MUST_USE int numeric_subtract(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);
MUST_USE int numeric_multiply(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);

/* At least 16 significant digits, and no fewer than either scale. */
MUST_USE int numeric_divide(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);

/* The quotient cut to an integer. */
MUST_USE int numeric_divide_integer(const struct numeric *a,
    const struct numeric *b, struct arena *arena, struct numeric *out,
    struct error *err);

/* The remainder of that, with the sign of `a`. */
MUST_USE int numeric_modulo(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);

enum numeric_rounding {
	NUMERIC_ROUND, /* half away from zero */
	NUMERIC_TRUNCATE,
	NUMERIC_CEIL,
	NUMERIC_FLOOR,
};

/*
 * To `scale` digits after the point; a negative scale rounds before it.  With
 * more digits than there are, zeros are appended.
 */
MUST_USE int numeric_rescale(const struct numeric *n, int32_t scale,
    enum numeric_rounding rounding, struct arena *arena, struct numeric *out,
    struct error *err);

/* Digits after the point without the zeros at the end. */
uint32_t numeric_scale_min(const struct numeric *n);

/* numeric_math.c; domain errors have PostgreSQL's codes and texts. */
MUST_USE int numeric_sqrt(const struct numeric *n, struct arena *arena,
    struct numeric *out, struct error *err);
MUST_USE int numeric_exp(const struct numeric *n, struct arena *arena,
    struct numeric *out, struct error *err);
MUST_USE int numeric_ln(const struct numeric *n, struct arena *arena,
    struct numeric *out, struct error *err);
MUST_USE int numeric_log(const struct numeric *base, const struct numeric *n,
    struct arena *arena, struct numeric *out, struct error *err);
MUST_USE int numeric_power(const struct numeric *base,
    const struct numeric *exponent, struct arena *arena, struct numeric *out,
    struct error *err);

/* Rounded half away from zero; false if out of range or not finite. */
MUST_USE bool numeric_to_i64(const struct numeric *n, int64_t *out);

/*
 * The coefficient at exactly `scale` digits after the point: false if digits
 * would be lost or 128 bits do not hold it.
 */
MUST_USE bool numeric_to_i128(const struct numeric *n, uint32_t scale,
    i128 *out);

double numeric_to_f64(const struct numeric *n);

/* As PostgreSQL: 15 significant digits of a float8, 6 of a float4. */
MUST_USE int numeric_of_f64(double value, int digits, struct arena *arena,
    struct numeric *out, struct error *err);

/* numeric_integer.c: not negative, at the greater scale; NaN for specials. */
MUST_USE int numeric_gcd(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);
MUST_USE int numeric_lcm(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);
MUST_USE int numeric_factorial(int64_t n, struct arena *arena,
    struct numeric *out, struct error *err);

/* numeric_text.c */
enum numeric_parse {
	NUMERIC_PARSE_OK,
	NUMERIC_PARSE_INVALID,
	NUMERIC_PARSE_OVERFLOW,
};

/* Without memory it is a number all the same, and `failed` of the arena is set. */
enum numeric_parse numeric_parse(struct str text, struct arena *arena,
    struct numeric *out);
void numeric_put(const struct numeric *n, struct buf *out);

/* Apply numeric(p,s), rounding; 22003 "numeric field overflow". */
MUST_USE int numeric_fit(int32_t mod, struct numeric *n, struct arena *arena,
    struct error *err);

/*
 * What numeric_fit() makes of digits / 10^scale, up to 18 digits; false if that
 * takes more thought, or is an error.
 */
bool numeric_of_digits(int64_t digits, uint32_t scale, int32_t mod,
    struct numeric *out);

/*
 * A running sum: of numerics, or of integers.  Exact; 128 bits while they
 * last.  Zeroed is empty.  Its limbs live in the arena that is passed, always
 * the same one.
 */
struct numeric_sum {
	i128 small;     /* at `scale`; to be added to `rest` */
	uint32_t scale; /* the greatest seen */
	bool has_rest;
	bool has_nan;
	bool has_infinity;
	bool has_minus_infinity;
	struct numeric rest;
	uint64_t *limbs; /* memory of rest's limbs */
	uint32_t limb_capacity;
};

MUST_USE int numeric_sum_add(struct numeric_sum *sum, const struct numeric *n,
    struct arena *arena, struct error *err);
MUST_USE int numeric_sum_merge(struct numeric_sum *sum,
    const struct numeric_sum *other, struct arena *arena, struct error *err);
MUST_USE int numeric_sum_total(const struct numeric_sum *sum,
    struct arena *arena, struct numeric *out, struct error *err);

/* The sums of values and of their squares.  Zeroed is empty. */
struct numeric_moments {
	struct numeric_sum sum;
	struct numeric_sum squares;
	bool has_special; /* NaN or an infinity was there */
};

/* numeric_moments.c */
MUST_USE int numeric_moments_add(struct numeric_moments *moments,
    const struct numeric *n, struct arena *arena, struct error *err);

MUST_USE int numeric_moments_merge(struct numeric_moments *moments,
    const struct numeric_moments *other, struct arena *arena,
    struct error *err);

/*
 * The variance of `count` values (of a sample: two at least), or its root.
 * Without a difference it is 0, with a special value NaN.
 */
MUST_USE int numeric_moments_variance(const struct numeric_moments *moments,
    int64_t count, bool is_sample, bool is_root, struct arena *arena,
    struct numeric *out, struct error *err);

/* For a sum of integers only: 128 bits hold more of them than there are. */
static inline void
numeric_sum_add_i64(struct numeric_sum *sum, int64_t value)
{
	sum->small += value;
}
