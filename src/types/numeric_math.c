/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots, exponentials and logarithms of numeric.
 *
 * Inside, a number is an integer times 2^-bits ("fixed"), with enough bits that
 * what is shown is right.  How much is shown follows PostgreSQL: 16 significant
 * digits or the scale of an argument, whichever is more, at most 1,000 after
 * the point.
 */
#include <math.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/numeric_private.h"

#define SIG_DIGITS_MIN    16
#define DISPLAY_SCALE_MAX 1000
#define RESULT_SCALE_MAX  2000
#define GUARD_BITS        80
#define BITS_PER_DIGIT    3.3219280948873623
#define LN_10             2.302585092994046
#define LOG10_E           0.4342944819032518

static uint32_t
bits_of_digits(int64_t digits)
{
	return digits <= 0
	    ? GUARD_BITS
	    : (uint32_t)((double)digits * BITS_PER_DIGIT) + GUARD_BITS;
}

static uint32_t
clamp_scale(int64_t scale, uint32_t at_least)
{
	if (scale < at_least)
		scale = at_least;
	if (scale < 0)
		scale = 0;
	return scale > DISPLAY_SCALE_MAX ? DISPLAY_SCALE_MAX : (uint32_t)scale;
}

/* atanh(z), |z| < 1/2, in place: z + z^3/3 + z^5/5 ... */
static void
fixed_atanh(mpz_t z, uint32_t bits)
{
	mpz_t square, power, term;

	mpz_inits(square, term, NULL);
	mpz_init_set(power, z);
	mpz_mul(square, z, z);
	mpz_fdiv_q_2exp(square, square, bits);
	for (unsigned long n = 3;; n += 2) {
		mpz_mul(power, power, square);
		mpz_tdiv_q_2exp(power, power, bits);
		mpz_tdiv_q_ui(term, power, n);
		if (mpz_sgn(term) == 0)
			break;
		mpz_add(z, z, term);
	}
	mpz_clears(square, power, term, NULL);
}

static void
fixed_ln2(mpz_t z, uint32_t bits)
{
	mpz_t power, term;

	/* 2 atanh(1/3) = 2 (1/3 + 1/(3 3^3) + 1/(5 3^5) ...) */
	mpz_init(term);
	mpz_init_set_ui(power, 1);
	mpz_mul_2exp(power, power, bits + 1);
	mpz_tdiv_q_ui(power, power, 3);
	mpz_set(z, power);
	for (unsigned long n = 3;; n += 2) {
		mpz_tdiv_q_ui(power, power, 9);
		mpz_tdiv_q_ui(term, power, n);
		if (mpz_sgn(term) == 0)
			break;
		mpz_add(z, z, term);
	}
	mpz_clears(power, term, NULL);
}

#define LN_ROOTS 12

/* The 2^LN_ROOTS-th root of a value near 1: nearer, for a shorter series. */
static void
fixed_roots(mpz_t z, uint32_t bits)
{
	for (int i = 0; i < LN_ROOTS; i++) {
		mpz_mul_2exp(z, z, bits);
		mpz_sqrt(z, z);
	}
}

/* ln of a positive value: of its mantissa, which is near 1, plus k ln 2. */
static void
fixed_ln(mpz_t z, const struct numeric *n, uint32_t bits)
{
	struct numeric_view view;
	mpz_srcptr c = numeric_view(&view, n);
	mpz_t power, sum;
	int64_t k;

	mpz_inits(power, sum, NULL);
	numeric_z_pow10(power, n->scale);
	k = (int64_t)mpz_sizeinbase(c, 2) - (int64_t)mpz_sizeinbase(power, 2);
	if ((int64_t)bits >= k) {
		mpz_mul_2exp(z, c, (mp_bitcnt_t)(bits - k));
	} else {
		mpz_set(z, c);
		mpz_mul_2exp(power, power, (mp_bitcnt_t)(k - bits));
	}
	mpz_tdiv_q(z, z, power);
	fixed_roots(z, bits);
	/* (m - 1) / (m + 1) */
	mpz_set_ui(power, 1);
	mpz_mul_2exp(power, power, bits);
	mpz_add(sum, z, power);
	mpz_sub(z, z, power);
	mpz_mul_2exp(z, z, bits);
	mpz_tdiv_q(z, z, sum);
	fixed_atanh(z, bits);
	mpz_mul_2exp(z, z, 1 + LN_ROOTS);
	if (k != 0) {
		fixed_ln2(power, bits);
		mpz_mul_si(power, power, k);
		mpz_add(z, z, power);
	}
	mpz_clears(power, sum, NULL);
}

#define EXP_HALVINGS 12

/* exp(z) = z * 2^k, z in place; k is returned. */
static int64_t
fixed_exp(mpz_t z, uint32_t bits)
{
	mpz_t ln2, quotient, term;
	int64_t k;

	mpz_inits(ln2, quotient, term, NULL);
	fixed_ln2(ln2, bits);
	mpz_fdiv_qr(quotient, z, z, ln2);
	k = mpz_get_si(quotient);
	mpz_tdiv_q_2exp(z, z, EXP_HALVINGS);
	mpz_set_ui(term, 1);
	mpz_mul_2exp(term, term, bits);
	mpz_set(quotient, term); /* the sum from here */
	for (unsigned long n = 1; mpz_sgn(term) != 0; n++) {
		mpz_mul(term, term, z);
		mpz_tdiv_q_2exp(term, term, bits);
		mpz_tdiv_q_ui(term, term, n);
		mpz_add(quotient, quotient, term);
	}
	for (int i = 0; i < EXP_HALVINGS; i++) {
		mpz_mul(quotient, quotient, quotient);
		mpz_tdiv_q_2exp(quotient, quotient, bits);
	}
	mpz_set(z, quotient);
	mpz_clears(ln2, quotient, term, NULL);
	return k;
}

/* round(z * 2^(k - bits)) at a decimal scale, into *out. */
static int
of_fixed(mpz_t z, int64_t k, uint32_t bits, uint32_t scale, struct arena *arena,
    struct numeric *out, struct error *err)
{
	int64_t shift = k - bits;
	mpz_t power;

	mpz_init(power);
	numeric_z_pow10(power, scale);
	mpz_mul(z, z, power);
	mpz_clear(power);
	if (shift >= 0) {
		mpz_mul_2exp(z, z, (mp_bitcnt_t)shift);
	} else {
		mpz_t half;

		mpz_init_set_ui(half, 1);
		mpz_mul_2exp(half, half, (mp_bitcnt_t)(-shift - 1));
		if (mpz_sgn(z) < 0)
			mpz_sub(z, z, half);
		else
			mpz_add(z, z, half);
		mpz_clear(half);
		mpz_tdiv_q_2exp(z, z, (mp_bitcnt_t)-shift);
	}
	return numeric_of_z(z, scale, arena, out, err);
}

/* ln of a positive value as a double, whatever its size. */
static double
approximate_ln(const struct numeric *n)
{
	struct numeric_view view;
	long exponent;
	double mantissa = mpz_get_d_2exp(&exponent, numeric_view(&view, n));

	return log(mantissa) + (double)exponent * M_LN2 - n->scale * LN_10;
}

/* Below this, ln(1 + x) is x for all that an approximation is used for. */
#define LN_LINEAR 1e-9

/* Decimal exponent of ln(n), as PostgreSQL estimates it. */
static int32_t
ln_exponent(const struct numeric *n)
{
	const struct numeric low = numeric_of_i128(9, 1);
	const struct numeric high = numeric_of_i128(11, 1);
	struct numeric one = numeric_of_i64(1), rest;
	struct arena arena;
	struct error ignored;
	int32_t exponent = 0;
	double ln;

	if (numeric_compare(n, &low) < 0 || numeric_compare(n, &high) > 0) {
		ln = fabs(approximate_ln(n));
		return (int32_t)log10(ln);
	}
	arena_init(&arena, NULL);
	if (numeric_subtract(n, &one, &arena, &rest, &ignored) == 0 &&
	    numeric_sign(&rest) != 0)
		exponent = numeric_exponent(&rest);
	arena_release(&arena);
	return exponent;
}

/* ln of base^exponent as a double; the base is positive. */
static double
approximate_ln_power(const struct numeric *base, const struct numeric *exponent)
{
	const struct numeric one = numeric_of_i64(1);
	double ln = approximate_ln(base), unit;
	struct numeric rest, product;
	struct arena arena;
	struct error ignored;

	if (fabs(ln) > LN_LINEAR) {
		unit =
		    pow(10, ln_exponent(base) < 8 ? 8 - ln_exponent(base) : 0);
		return round(round(ln * unit) / unit *
			   numeric_to_f64(exponent) * unit) /
		    unit;
	}
	/* A double has lost what is past the point, or all of it. */
	arena_init(&arena, NULL);
	if (numeric_subtract(base, &one, &arena, &rest, &ignored) != 0 ||
	    numeric_multiply(&rest, exponent, &arena, &product, &ignored) != 0)
		ln = numeric_compare(base, &one) * numeric_sign(exponent) *
		    HUGE_VAL;
	else
		ln = numeric_to_f64(&product);
	arena_release(&arena);
	return ln;
}

/* z = z * 10^n, cut to an integer. */
static void
scale_pow10(mpz_t z, int32_t n)
{
	mpz_t power;

	mpz_init(power);
	numeric_z_pow10(power, (uint32_t)abs(n));
	if (n < 0)
		mpz_tdiv_q(z, z, power);
	else
		mpz_mul(z, z, power);
	mpz_clear(power);
}

/* round(sqrt(x)) = (isqrt(4 x) + 1) / 2; isqrt needs no fraction */
int
numeric_sqrt_at(const struct numeric *n, uint32_t scale, struct arena *arena,
    struct numeric *out, struct error *err)
{
	struct numeric_view view;
	mpz_t z;
	int rc;

	mpz_init(z);
	mpz_mul_2exp(z, numeric_view(&view, n), 2);
	scale_pow10(z, (int32_t)(2 * scale) - n->scale);
	mpz_sqrt(z, z);
	mpz_add_ui(z, z, 1);
	mpz_tdiv_q_2exp(z, z, 1);
	rc = numeric_of_z(z, scale, arena, out, err);
	mpz_clear(z);
	return rc;
}

int
numeric_sqrt(const struct numeric *n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	int32_t exponent, weight, root_weight;
	uint32_t scale;

	if (numeric_sign(n) < 0)
		return error_set(err, STELE_E_INVALID_POWER_ARGUMENT,
		    "cannot take square root of a negative number");
	if (n->kind != NUMERIC_FINITE) {
		*out = *n;
		return 0;
	}
	weight = 0;
	if (numeric_sign(n) != 0) {
		exponent = numeric_exponent(n);
		weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
	}
	root_weight =
	    weight >= 0 ? weight * 4 / 2 + 1 : 1 - (1 - weight * 4) / 2;
	scale = clamp_scale(SIG_DIGITS_MIN - root_weight, n->scale);
	return numeric_sqrt_at(n, scale, arena, out, err);
}

/* exp(n / 10^...) for a fixed argument whose result has that many digits. */
static int
exp_of_fixed(mpz_t z, uint32_t bits, uint32_t scale, struct arena *arena,
    struct numeric *out, struct error *err)
{
	int64_t k = fixed_exp(z, bits);

	return of_fixed(z, k, bits, scale, arena, out, err);
}

int
numeric_exp(const struct numeric *n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	struct numeric_view view;
	double digits;
	uint32_t scale, bits;
	mpz_t z, power;
	int rc;

	if (n->kind == NUMERIC_MINUS_INFINITY) {
		*out = numeric_of_i64(0);
		return 0;
	}
	if (n->kind != NUMERIC_FINITE) {
		*out = *n;
		return 0;
	}
	digits = numeric_to_f64(n) * LOG10_E;
	if (digits > RESULT_SCALE_MAX)
		digits = RESULT_SCALE_MAX;
	if (digits < -RESULT_SCALE_MAX)
		digits = -RESULT_SCALE_MAX;
	scale = clamp_scale(SIG_DIGITS_MIN - (int)digits, n->scale);
	if (fabs(numeric_to_f64(n)) >= RESULT_SCALE_MAX * 3) {
		if (numeric_sign(n) > 0)
			return numeric_overflow(err);
		*out = numeric_of_i128(0, scale);
		return 0;
	}
	bits = bits_of_digits((int64_t)scale + (int64_t)fabs(digits) * 2 + 10);
	mpz_inits(z, power, NULL);
	mpz_mul_2exp(z, numeric_view(&view, n), bits);
	numeric_z_pow10(power, n->scale);
	mpz_tdiv_q(z, z, power);
	rc = exp_of_fixed(z, bits, scale, arena, out, err);
	mpz_clears(z, power, NULL);
	return rc;
}

/* What has no logarithm; specials are their own. */
static int
check_log(const struct numeric *n, struct error *err)
{
	if (n->kind == NUMERIC_NAN)
		return 0;
	if (numeric_sign(n) < 0)
		return error_set(err, STELE_E_INVALID_LOG_ARGUMENT,
		    "cannot take logarithm of a negative number");
	if (numeric_sign(n) == 0)
		return error_set(err, STELE_E_INVALID_LOG_ARGUMENT,
		    "cannot take logarithm of zero");
	return 0;
}

int
numeric_ln(const struct numeric *n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	uint32_t scale, bits;
	mpz_t z;
	int rc = check_log(n, err);

	if (rc != 0)
		return rc;
	if (n->kind != NUMERIC_FINITE) {
		*out = *n;
		return 0;
	}
	scale = clamp_scale(SIG_DIGITS_MIN - ln_exponent(n), n->scale);
	bits = bits_of_digits(scale + 8);
	mpz_init(z);
	fixed_ln(z, n, bits);
	rc = of_fixed(z, 0, bits, scale, arena, out, err);
	mpz_clear(z);
	return rc;
}

int
numeric_log(const struct numeric *base, const struct numeric *n,
    struct arena *arena, struct numeric *out, struct error *err)
{
	uint32_t scale, bits;
	int32_t exponent_base, exponent_n;
	mpz_t x, y;
	int rc = 0;

	if (base->kind == NUMERIC_NAN || n->kind == NUMERIC_NAN) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	rc = check_log(base, err);
	if (rc == 0)
		rc = check_log(n, err);
	if (rc != 0)
		return rc;
	if (base->kind != NUMERIC_FINITE || n->kind != NUMERIC_FINITE) {
		if (base->kind == n->kind)
			*out = numeric_special(NUMERIC_NAN);
		else if (n->kind == NUMERIC_FINITE)
			*out = numeric_of_i64(0);
		else
			*out = numeric_special(NUMERIC_INFINITY);
		return 0;
	}
	exponent_base = ln_exponent(base);
	exponent_n = ln_exponent(n);
	scale = clamp_scale(SIG_DIGITS_MIN - (exponent_n - exponent_base),
	    base->scale > n->scale ? base->scale : n->scale);
	bits = bits_of_digits((int64_t)(int64_t)scale + abs(exponent_n) +
	    2 * abs(exponent_base) + 16);
	mpz_inits(x, y, NULL);
	fixed_ln(x, base, bits);
	fixed_ln(y, n, bits);
	if (mpz_sgn(x) == 0) {
		rc = error_set(err, STELE_E_DIVISION_BY_ZERO,
		    "division by zero");
	} else {
		mpz_mul_2exp(y, y, bits);
		mpz_tdiv_q(y, y, x);
		rc = of_fixed(y, 0, bits, scale, arena, out, err);
	}
	mpz_clears(x, y, NULL);
	return rc;
}

/* z = round(z / divisor), half away from zero; divisor is destroyed. */
static void
divide_round(mpz_t z, mpz_t divisor)
{
	mpz_mul_2exp(z, z, 1);
	if ((mpz_sgn(z) < 0) == (mpz_sgn(divisor) < 0))
		mpz_add(z, z, divisor);
	else
		mpz_sub(z, z, divisor);
	mpz_mul_2exp(divisor, divisor, 1);
	mpz_tdiv_q(z, z, divisor);
}

/* base^exponent, exactly, then rounded to the scale. */
static int
power_exact(const struct numeric *base, int64_t exponent, uint32_t scale,
    struct arena *arena, struct numeric *out, struct error *err)
{
	uint64_t times = (uint64_t)llabs(exponent);
	struct numeric_view view;
	mpz_t coefficient, power, shown;
	int rc;

	mpz_inits(coefficient, power, shown, NULL);
	mpz_pow_ui(coefficient, numeric_view(&view, base), times);
	numeric_z_pow10(power, (uint32_t)(times * base->scale));
	numeric_z_pow10(shown, scale);
	if (exponent < 0)
		mpz_swap(coefficient, power);
	mpz_mul(coefficient, coefficient, shown);
	divide_round(coefficient, power);
	rc = numeric_of_z(coefficient, scale, arena, out, err);
	mpz_clears(coefficient, power, shown, NULL);
	return rc;
}

/*
 * exp(exponent * ln(base)), base positive; `ln` is what the logarithm is
 * about.  An exponent past 1 magnifies its error, so it gets more bits.
 */
static int
power_by_ln(const struct numeric *base, const struct numeric *exponent,
    double ln, uint32_t scale, struct arena *arena, struct numeric *out,
    struct error *err)
{
	int64_t digits = scale + (int64_t)fabs(ln) + 32;
	int32_t magnified = numeric_exponent(exponent);
	uint32_t bits = bits_of_digits(digits), ln_bits = bits;
	struct numeric_view view;
	mpz_t z, power;
	int rc;

	if (magnified > 0)
		ln_bits = bits_of_digits(digits + magnified);
	mpz_inits(z, power, NULL);
	fixed_ln(z, base, ln_bits);
	mpz_mul(z, z, numeric_view(&view, exponent));
	numeric_z_pow10(power, exponent->scale);
	mpz_tdiv_q(z, z, power);
	mpz_tdiv_q_2exp(z, z, ln_bits - bits);
	rc = exp_of_fixed(z, bits, scale, arena, out, err);
	mpz_clears(z, power, NULL);
	return rc;
}

/* m * 2^e with at most `bits` bits in m: the rest is cut off. */
static void
binary_trim(mpz_t m, int64_t *e, uint32_t bits)
{
	size_t size = mpz_sizeinbase(m, 2);

	if (size <= bits)
		return;
	mpz_tdiv_q_2exp(m, m, size - bits);
	*e += (int64_t)(size - bits);
}

/* m = m^times, as m * 2^e. */
static void
binary_pow(mpz_t m, int64_t *e, uint64_t times, uint32_t bits)
{
	int64_t e_square = 0;
	mpz_t square;

	mpz_init_set(square, m);
	mpz_set_ui(m, 1);
	*e = 0;
	for (;;) {
		if ((times & 1) != 0) {
			mpz_mul(m, m, square);
			*e += e_square;
			binary_trim(m, e, bits);
		}
		times >>= 1;
		if (times == 0)
			break;
		mpz_mul(square, square, square);
		e_square *= 2;
		binary_trim(square, &e_square, bits);
	}
	mpz_clear(square);
}

/*
 * By squaring, with enough bits for a result of so many digits before the
 * point: 62 multiplications, whatever the exponent.  A step loses less than two
 * units of the last bit, all steps less than 2^33 of them.
 */
static int
power_by_squaring(const struct numeric *base, int64_t exponent, double digits,
    uint32_t scale, struct arena *arena, struct numeric *out, struct error *err)
{
	uint64_t times = (uint64_t)llabs(exponent);
	uint32_t bits =
	    bits_of_digits((digits > 0 ? (int64_t)digits : 0) + scale + 8) + 34;
	struct numeric_view view;
	int64_t e_coefficient, e_power;
	mpz_t coefficient, power;
	int rc;

	mpz_init_set(coefficient, numeric_view(&view, base));
	mpz_init(power);
	numeric_z_pow10(power, base->scale);
	binary_pow(coefficient, &e_coefficient, times, bits);
	binary_pow(power, &e_power, times, bits);
	if (exponent < 0) {
		int64_t e = e_coefficient;

		mpz_swap(coefficient, power);
		e_coefficient = e_power;
		e_power = e;
	}
	mpz_mul_2exp(coefficient, coefficient, 2 * (mp_bitcnt_t)bits);
	mpz_tdiv_q(coefficient, coefficient, power);
	rc = of_fixed(coefficient, e_coefficient - e_power, 2 * bits, scale,
	    arena, out, err);
	mpz_clears(coefficient, power, NULL);
	return rc;
}

/* Powers of more digits than this are not computed exactly. */
#define EXACT_DIGITS_MAX 50000

static int
power_integer(const struct numeric *base, int64_t exponent, struct arena *arena,
    struct numeric *out, struct error *err)
{
	uint32_t scale = clamp_scale(SIG_DIGITS_MIN, base->scale);
	struct numeric magnitude = numeric_abs(base);
	double digits;

	if (numeric_sign(base) == 0) {
		if (exponent < 0)
			return error_set(err, STELE_E_DIVISION_BY_ZERO,
			    "division by zero");
		*out = numeric_of_i128(exponent == 0, 0);
		return numeric_rescale(out, (int32_t)scale, NUMERIC_ROUND,
		    arena, out, err);
	}
	digits = (double)exponent * approximate_ln(&magnitude) / LN_10;
	if (digits > NUMERIC_DIGITS_BEFORE_MAX)
		return numeric_overflow(err);
	if (digits < -(double)scale - 1) {
		*out = numeric_of_i128(0, scale);
		return 0;
	}
	if (fabs((double)exponent) *
		(numeric_exponent(base) + base->scale + 1) <=
	    EXACT_DIGITS_MAX)
		return power_exact(base, exponent, scale, arena, out, err);
	return power_by_squaring(base, exponent, digits, scale, arena, out,
	    err);
}

/* Infinite base or exponent, as POSIX has it for pow(). */
static int
power_special(const struct numeric *base, const struct numeric *exponent,
    bool is_integer, bool is_odd, struct numeric *out, struct error *err)
{
	const struct numeric one = numeric_of_i64(1);
	const struct numeric minus_one = numeric_of_i64(-1);
	struct numeric magnitude = numeric_abs(base);
	int order, sign = numeric_sign(exponent);

	if (numeric_compare(base, &one) == 0 || sign == 0) {
		*out = exponent->kind == NUMERIC_NAN &&
			numeric_compare(base, &one) != 0
		    ? numeric_special(NUMERIC_NAN)
		    : one;
		return 0;
	}
	if (base->kind == NUMERIC_NAN || exponent->kind == NUMERIC_NAN) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	if (numeric_sign(base) == 0 && sign < 0)
		return error_set(err, STELE_E_INVALID_POWER_ARGUMENT,
		    "zero raised to a negative power is undefined");
	if (numeric_sign(base) < 0 && exponent->kind == NUMERIC_FINITE &&
	    !is_integer)
		return error_set(err, STELE_E_INVALID_POWER_ARGUMENT,
		    "a negative number raised to a non-integer power yields a "
		    "complex result");
	if (exponent->kind == NUMERIC_FINITE) { /* the base is infinite */
		*out = sign < 0
		    ? numeric_of_i64(0)
		    : numeric_special(numeric_sign(base) < 0 && is_odd
			      ? NUMERIC_MINUS_INFINITY
			      : NUMERIC_INFINITY);
		return 0;
	}
	order = numeric_compare(&magnitude, &one);
	if (numeric_compare(base, &minus_one) == 0)
		*out = one;
	else
		*out = (order > 0) == (sign > 0)
		    ? numeric_special(NUMERIC_INFINITY)
		    : numeric_of_i64(0);
	return 0;
}

/* Whether a value without a fraction is odd. */
static bool
is_odd(const struct numeric *n)
{
	struct numeric_view view;
	bool odd;
	mpz_t z;

	mpz_init_set(z, numeric_view(&view, n));
	scale_pow10(z, -n->scale);
	odd = mpz_odd_p(z);
	mpz_clear(z);
	return odd;
}

/* A positive base and an exponent that is no small integer. */
static int
power_positive(const struct numeric *base, const struct numeric *exponent,
    struct arena *arena, struct numeric *out, struct error *err)
{
	double ln = approximate_ln_power(base, exponent);
	uint32_t scale;

	if (fabs(ln) > RESULT_SCALE_MAX * 3.01) {
		if (ln > 0)
			return numeric_overflow(err);
		*out = numeric_of_i128(0, DISPLAY_SCALE_MAX);
		return 0;
	}
	scale = clamp_scale(SIG_DIGITS_MIN - (int)(ln * LOG10_E),
	    base->scale > exponent->scale ? base->scale : exponent->scale);
	return power_by_ln(base, exponent, ln, scale, arena, out, err);
}

int
numeric_power(const struct numeric *base, const struct numeric *exponent,
    struct arena *arena, struct numeric *out, struct error *err)
{
	bool is_integer = exponent->kind == NUMERIC_FINITE &&
	    numeric_scale_min(exponent) == 0;
	int64_t times = 0;
	bool is_small = is_integer && numeric_to_i64(exponent, &times);
	struct numeric magnitude = numeric_abs(base);
	int rc;

	if (base->kind != NUMERIC_FINITE || exponent->kind != NUMERIC_FINITE)
		return power_special(base, exponent, is_integer, times % 2 != 0,
		    out, err);
	if (numeric_sign(base) == 0 && numeric_sign(exponent) < 0)
		return error_set(err, STELE_E_INVALID_POWER_ARGUMENT,
		    "zero raised to a negative power is undefined");
	if (numeric_sign(base) < 0 && !is_integer)
		return error_set(err, STELE_E_INVALID_POWER_ARGUMENT,
		    "a negative number raised to a non-integer power yields a "
		    "complex result");
	if (is_small && times >= INT32_MIN && times <= INT32_MAX)
		return power_integer(base, times, arena, out, err);
	if (numeric_sign(base) == 0) {
		*out = numeric_of_i128(0, SIG_DIGITS_MIN);
		return 0;
	}
	rc = power_positive(&magnitude, exponent, arena, out, err);
	if (rc == 0 && numeric_sign(base) < 0 && is_odd(exponent))
		*out = numeric_negate(out);
	return rc;
}
