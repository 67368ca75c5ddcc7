/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic that stays in 128 bits where it can.  Every operation has the same
 * shape: specials first, then the fast path, then GMP.
 */
#include "types/numeric.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "types/float_text.h"
#include "types/numeric_private.h"

#define P19 ((u128)10000000000000000000u)

const u128 numeric_pow10[NUMERIC_I128_DIGITS + 1] = {
	1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u,
	1000000000u, 10000000000u, 100000000000u, 1000000000000u,
	10000000000000u, 100000000000000u, 1000000000000000u,
	10000000000000000u, 100000000000000000u, 1000000000000000000u, P19,
	P19 * 10u, P19 * 100u, P19 * 1000u, P19 * 10000u, P19 * 100000u,
	P19 * 1000000u, P19 * 10000000u, P19 * 100000000u, P19 * 1000000000u,
	P19 * 10000000000u, P19 * 100000000000u, P19 * 1000000000000u,
	P19 * 10000000000000u, P19 * 100000000000000u, P19 * 1000000000000000u,
	P19 * 10000000000000000u, P19 * 100000000000000000u,
	P19 * 1000000000000000000u, P19 *P19, /* 10^38 */
};

/* PostgreSQL's constants of the same meaning. */
#define SIG_DIGITS_MIN    16
#define DISPLAY_SCALE_MAX 1000

/* Decimal digits of a magnitude; of 0 it is 0. */
static uint32_t
numeric_digit_count(u128 magnitude)
{
	uint64_t high = (uint64_t)(magnitude >> 64);
	uint64_t low = (uint64_t)magnitude;
	uint32_t bits, count;

	if (magnitude == 0)
		return 0;
	bits = high != 0 ? 128 - (uint32_t)__builtin_clzll(high)
			 : 64 - (uint32_t)__builtin_clzll(low);
	count = bits * 1233 >> 12; /* log10(2), never too large */
	return count +
	    (count > NUMERIC_I128_DIGITS || magnitude >= numeric_pow10[count]);
}

mpz_srcptr
numeric_view(struct numeric_view *view, const struct numeric *n)
{
	u128 magnitude;
	mp_size_t count;

	if (n->limbs != NULL) {
		count = (mp_size_t)n->limb_count;
		return mpz_roinit_n(view->z, n->limbs,
		    n->small < 0 ? -count : count);
	}
	magnitude = numeric_magnitude(n->small);
	view->limbs[0] = (mp_limb_t)magnitude;
	view->limbs[1] = (mp_limb_t)(magnitude >> 64);
	count = view->limbs[1] != 0 ? 2 : view->limbs[0] != 0;
	return mpz_roinit_n(view->z, view->limbs,
	    n->small < 0 ? -count : count);
}

void
numeric_z_pow10(mpz_t z, uint32_t n)
{
	mpz_ui_pow_ui(z, 10, n);
}

void
numeric_z_divide_pow10(mpz_t z, uint32_t n, enum numeric_rounding rounding)
{
	mpz_t power;

	mpz_init(power);
	numeric_z_pow10(power, n);
	switch (rounding) {
	case NUMERIC_ROUND: {
		mpz_t half;

		mpz_init(half);
		mpz_tdiv_q_2exp(half, power, 1);
		if (mpz_sgn(z) < 0)
			mpz_sub(z, z, half);
		else
			mpz_add(z, z, half);
		mpz_clear(half);
		mpz_tdiv_q(z, z, power);
		break;
	}
	case NUMERIC_TRUNCATE:
		mpz_tdiv_q(z, z, power);
		break;
	case NUMERIC_CEIL:
		mpz_cdiv_q(z, z, power);
		break;
	case NUMERIC_FLOOR:
		mpz_fdiv_q(z, z, power);
		break;
	}
	mpz_clear(power);
}

/* Decimal digits of |z|, exactly; of 0 it is 0. */
static uint32_t
numeric_z_digit_count(mpz_srcptr z)
{
	size_t count = mpz_sizeinbase(z, 10); /* exact, or one too many */
	mpz_t power;

	if (mpz_sgn(z) == 0)
		return 0;
	mpz_init(power);
	numeric_z_pow10(power, (uint32_t)count - 1);
	if (mpz_cmpabs(z, power) < 0)
		count--;
	mpz_clear(power);
	return (uint32_t)count;
}

int
numeric_overflow(struct error *err)
{
	return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value overflows numeric format");
}

/* A magnitude of at most this many bits is small. */
#define SMALL_BITS 127

int
numeric_of_z(mpz_srcptr z, uint32_t scale, struct arena *arena,
    struct numeric *out, struct error *err)
{
	size_t bits = mpz_sizeinbase(z, 2);
	size_t count = mpz_size(z);
	uint64_t *limbs;

	if (scale > NUMERIC_SCALE_MAX)
		return numeric_overflow(err);
	if (bits <= SMALL_BITS) {
		u128 magnitude = mpz_getlimbn(z, 0);

		magnitude |= (u128)mpz_getlimbn(z, 1) << 64;
		*out = numeric_of_i128(mpz_sgn(z) < 0 ? -(i128)magnitude
						      : (i128)magnitude,
		    scale);
		return 0;
	}
	if (mpz_sizeinbase(z, 10) > NUMERIC_DIGITS_BEFORE_MAX + scale &&
	    numeric_z_digit_count(z) > NUMERIC_DIGITS_BEFORE_MAX + scale)
		return numeric_overflow(err);
	limbs = arena_try_alloc(arena, count * sizeof(*limbs));
	if (limbs == NULL)
		return error_no_memory(err);
	memcpy(limbs, mpz_limbs_read(z), count * sizeof(*limbs));
	*out = (struct numeric){
		.small = mpz_sgn(z) < 0 ? -1 : 1,
		.limbs = limbs,
		.limb_count = (uint32_t)count,
		.scale = (uint16_t)scale,
	};
	return 0;
}

struct numeric
numeric_special(enum numeric_kind kind)
{
	return (struct numeric){ .kind = (uint8_t)kind };
}

int
numeric_sign(const struct numeric *n)
{
	switch ((enum numeric_kind)n->kind) {
	case NUMERIC_FINITE:
		return (n->small > 0) - (n->small < 0);
	case NUMERIC_NAN:
		return 0;
	case NUMERIC_INFINITY:
		return 1;
	case NUMERIC_MINUS_INFINITY:
		return -1;
	}
	return 0;
}

/* Place of a kind in the order of values. */
static int
kind_rank(const struct numeric *n)
{
	switch ((enum numeric_kind)n->kind) {
	case NUMERIC_MINUS_INFINITY:
		return -1;
	case NUMERIC_FINITE:
		return 0;
	case NUMERIC_INFINITY:
		return 1;
	case NUMERIC_NAN:
		return 2;
	}
	return 2;
}

/* value * 10^digits, or false if that is more than 128 bits. */
static bool
scale_up(i128 value, uint32_t digits, i128 *out)
{
	if (value == 0) {
		*out = 0;
		return true;
	}
	if (digits > NUMERIC_I128_DIGITS)
		return false;
	return !__builtin_mul_overflow(value, (i128)numeric_pow10[digits], out);
}

/* Bring two small values to the greater of their scales. */
static bool
align(const struct numeric *a, const struct numeric *b, i128 *x, i128 *y)
{
	*x = a->small;
	*y = b->small;
	if (a->scale == b->scale)
		return true;
	if (a->scale < b->scale)
		return scale_up(*x, (uint32_t)(b->scale - a->scale), x);
	return scale_up(*y, (uint32_t)(a->scale - b->scale), y);
}

/* The same for any finite values, into initialised x and y. */
static void
align_z(const struct numeric *a, const struct numeric *b, mpz_t x, mpz_t y)
{
	struct numeric_view va, vb;
	mpz_srcptr za = numeric_view(&va, a), zb = numeric_view(&vb, b);

	if (a->scale < b->scale) {
		numeric_z_pow10(x, (uint32_t)(b->scale - a->scale));
		mpz_mul(x, x, za);
		mpz_set(y, zb);
	} else {
		numeric_z_pow10(y, (uint32_t)(a->scale - b->scale));
		mpz_mul(y, y, zb);
		mpz_set(x, za);
	}
}

int
numeric_compare(const struct numeric *a, const struct numeric *b)
{
	int rank_a = kind_rank(a), rank_b = kind_rank(b);
	i128 x, y;
	mpz_t p, q;
	int order;

	if (rank_a != 0 || rank_b != 0)
		return (rank_a > rank_b) - (rank_a < rank_b);
	if (a->limbs == NULL && b->limbs == NULL && align(a, b, &x, &y))
		return (x > y) - (x < y);
	if (numeric_sign(a) != numeric_sign(b))
		return numeric_sign(a) - numeric_sign(b);
	mpz_inits(p, q, NULL);
	align_z(a, b, p, q);
	order = mpz_cmp(p, q);
	mpz_clears(p, q, NULL);
	return (order > 0) - (order < 0);
}

/* Hash of a coefficient that no power of ten divides, and its exponent. */
static uint64_t
hash_small(i128 coefficient, int64_t scale)
{
	while (coefficient != 0 && coefficient == (int64_t)coefficient &&
	    (int64_t)coefficient % 10 == 0) {
		coefficient = (int64_t)coefficient / 10;
		scale--;
	}
	while (coefficient != 0 && coefficient % 10 == 0) {
		coefficient /= 10;
		scale--;
	}
	if (coefficient == 0)
		scale = 0;
	return hash_combine(hash_combine((uint64_t)scale,
				(uint64_t)((u128)coefficient >> 64)),
	    (uint64_t)coefficient);
}

uint64_t
numeric_hash(const struct numeric *n)
{
	struct numeric_view view;
	struct numeric reduced;
	int64_t scale = n->scale;
	uint64_t hash;
	mpz_t z, ten;

	if (n->kind != NUMERIC_FINITE)
		return hash_u64(n->kind);
	if (n->limbs == NULL)
		return hash_small(n->small, scale);
	mpz_init_set(z, numeric_view(&view, n));
	mpz_init_set_ui(ten, 10);
	scale -= (int64_t)mpz_remove(z, z, ten);
	mpz_clear(ten);
	if (mpz_sizeinbase(z, 2) <= SMALL_BITS) {
		int rc = numeric_of_z(z, 0, NULL, &reduced, NULL);

		assert(rc == 0);
		(void)rc;
		hash = hash_small(reduced.small, scale);
	} else {
		hash = hash_bytes_seeded(mpz_limbs_read(z),
		    mpz_size(z) * sizeof(mp_limb_t),
		    (uint64_t)scale * 2 + (mpz_sgn(z) < 0));
	}
	mpz_clear(z);
	return hash;
}

struct numeric
numeric_negate(const struct numeric *n)
{
	struct numeric result = *n;

	/* The least i128 never occurs: coefficients have 127 bits. */
	result.small = -n->small;
	if (n->kind == NUMERIC_INFINITY)
		result.kind = NUMERIC_MINUS_INFINITY;
	else if (n->kind == NUMERIC_MINUS_INFINITY)
		result.kind = NUMERIC_INFINITY;
	return result;
}

struct numeric
numeric_abs(const struct numeric *n)
{
	return numeric_sign(n) < 0 ? numeric_negate(n) : *n;
}

static uint32_t
max_scale(const struct numeric *a, const struct numeric *b)
{
	return a->scale > b->scale ? a->scale : b->scale;
}

int
numeric_add(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	uint32_t scale = max_scale(a, b);
	i128 x, y, sum;
	mpz_t p, q;
	int rc;

	if (a->kind != NUMERIC_FINITE || b->kind != NUMERIC_FINITE) {
		if (b->kind == NUMERIC_FINITE || a->kind == b->kind)
			*out = numeric_special(a->kind);
		else if (a->kind == NUMERIC_FINITE)
			*out = numeric_special(b->kind);
		else
			*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	if (a->limbs == NULL && b->limbs == NULL && align(a, b, &x, &y) &&
	    !__builtin_add_overflow(x, y, &sum) && sum != I128_MIN) {
		*out = numeric_of_i128(sum, scale);
		return 0;
	}
	mpz_inits(p, q, NULL);
	align_z(a, b, p, q);
	mpz_add(p, p, q);
	rc = numeric_of_z(p, scale, arena, out, err);
	mpz_clears(p, q, NULL);
	return rc;
}

int
numeric_subtract(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	struct numeric negated = numeric_negate(b);

	return numeric_add(a, &negated, arena, out, err);
}

static struct numeric
infinity_of_sign(int sign)
{
	if (sign == 0)
		return numeric_special(NUMERIC_NAN);
	return numeric_special(
	    sign > 0 ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY);
}

int
numeric_multiply(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	uint32_t scale = (uint32_t)a->scale + b->scale;
	struct numeric_view va, vb;
	i128 product;
	mpz_t z;
	int rc;

	if (a->kind != NUMERIC_FINITE || b->kind != NUMERIC_FINITE) {
		/* NaN has no sign: NaN * x and 0 * infinity are NaN. */
		*out = infinity_of_sign(numeric_sign(a) * numeric_sign(b));
		return 0;
	}
	if (a->limbs == NULL && b->limbs == NULL &&
	    scale <= NUMERIC_SCALE_MAX &&
	    !__builtin_mul_overflow(a->small, b->small, &product) &&
	    product != I128_MIN) {
		*out = numeric_of_i128(product, scale);
		return 0;
	}
	mpz_init(z);
	mpz_mul(z, numeric_view(&va, a), numeric_view(&vb, b));
	if (scale > NUMERIC_SCALE_MAX) {
		numeric_z_divide_pow10(z, scale - NUMERIC_SCALE_MAX,
		    NUMERIC_ROUND);
		scale = NUMERIC_SCALE_MAX;
	}
	rc = numeric_of_z(z, scale, arena, out, err);
	mpz_clear(z);
	return rc;
}

int32_t
numeric_exponent(const struct numeric *n)
{
	struct numeric_view view;
	uint32_t digits;

	if (n->limbs == NULL)
		digits = numeric_digit_count(numeric_magnitude(n->small));
	else
		digits = numeric_z_digit_count(numeric_view(&view, n));
	return (int32_t)digits - 1 - n->scale;
}

/*
 * PostgreSQL keeps digits in base 10,000: the exponent of the leading such
 * digit, and its value.
 */
static void
leading_digit(const struct numeric *n, int32_t *weight, int32_t *digit)
{
	int32_t exponent, wanted, have;
	struct numeric_view view;
	mpz_t z;

	*weight = *digit = 0;
	if (numeric_sign(n) == 0)
		return;
	exponent = numeric_exponent(n);
	*weight = exponent >= 0 ? exponent / 4 : -((3 - exponent) / 4);
	wanted = exponent - *weight * 4 + 1;
	have = exponent + n->scale + 1;
	if (n->limbs == NULL) {
		u128 magnitude = numeric_magnitude(n->small);

		if (have >= wanted)
			magnitude /= numeric_pow10[have - wanted];
		else
			magnitude *= numeric_pow10[wanted - have];
		*digit = (int32_t)magnitude;
		return;
	}
	mpz_init_set(z, numeric_view(&view, n));
	numeric_z_divide_pow10(z, (uint32_t)(have - wanted), NUMERIC_TRUNCATE);
	*digit = (int32_t)mpz_get_ui(z);
	mpz_clear(z);
}

/* The scale of a quotient: select_div_scale() of PostgreSQL. */
static uint32_t
quotient_scale(const struct numeric *a, const struct numeric *b)
{
	int32_t weight_a, digit_a, weight_b, digit_b, weight, scale;

	leading_digit(a, &weight_a, &digit_a);
	leading_digit(b, &weight_b, &digit_b);
	weight = weight_a - weight_b - (digit_a <= digit_b);
	scale = SIG_DIGITS_MIN - weight * 4;
	if (scale < a->scale)
		scale = a->scale;
	if (scale < b->scale)
		scale = b->scale;
	if (scale < 0)
		scale = 0;
	return scale > DISPLAY_SCALE_MAX ? DISPLAY_SCALE_MAX : (uint32_t)scale;
}

static int
division_by_zero(struct error *err)
{
	return error_set(err, STELE_E_DIVISION_BY_ZERO, "division by zero");
}

/* Quotients of specials; true if *out or the error is the answer. */
static bool
divide_special(const struct numeric *a, const struct numeric *b,
    struct numeric *out, int *rc, struct error *err)
{
	*rc = 0;
	if (a->kind == NUMERIC_NAN || b->kind == NUMERIC_NAN) {
		*out = numeric_special(NUMERIC_NAN);
	} else if (numeric_sign(b) == 0) {
		*rc = division_by_zero(err);
	} else if (a->kind != NUMERIC_FINITE) {
		*out = b->kind != NUMERIC_FINITE
		    ? numeric_special(NUMERIC_NAN)
		    : infinity_of_sign(numeric_sign(a) * numeric_sign(b));
	} else if (b->kind != NUMERIC_FINITE) {
		*out = numeric_of_i64(0);
	} else {
		return false;
	}
	return true;
}

/* round(x / y), half away from zero. */
static i128
divide_round(i128 x, i128 y)
{
	i128 quotient = x / y;
	u128 rest = numeric_magnitude(x - quotient * y);

	if (rest >= numeric_magnitude(y) - rest)
		quotient += (x < 0) == (y < 0) ? 1 : -1;
	return quotient;
}

/* a / b at `scale`, rounded or cut. */
static int
divide_to_scale(const struct numeric *a, const struct numeric *b,
    uint32_t scale, enum numeric_rounding rounding, struct arena *arena,
    struct numeric *out, struct error *err)
{
	int32_t shift = (int32_t)scale - a->scale + b->scale;
	struct numeric_view va, vb;
	mpz_t num, den, half;
	i128 x;
	int rc;

	if (a->limbs == NULL && b->limbs == NULL && shift >= 0 &&
	    scale_up(a->small, (uint32_t)shift, &x)) {
		*out = numeric_of_i128(rounding == NUMERIC_ROUND
			? divide_round(x, b->small)
			: x / b->small,
		    scale);
		return 0;
	}
	mpz_inits(num, den, half, NULL);
	numeric_z_pow10(shift >= 0 ? num : den, (uint32_t)abs(shift));
	if (shift >= 0) {
		mpz_mul(num, num, numeric_view(&va, a));
		mpz_set(den, numeric_view(&vb, b));
	} else {
		mpz_set(num, numeric_view(&va, a));
		mpz_mul(den, den, numeric_view(&vb, b));
	}
	if (rounding == NUMERIC_ROUND) {
		mpz_mul_2exp(num, num, 1);
		mpz_abs(half, den);
		if (mpz_sgn(num) < 0)
			mpz_sub(num, num, half);
		else
			mpz_add(num, num, half);
		mpz_mul_2exp(den, den, 1);
	}
	mpz_tdiv_q(num, num, den);
	rc = numeric_of_z(num, scale, arena, out, err);
	mpz_clears(num, den, half, NULL);
	return rc;
}

int
numeric_divide(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	int rc;

	if (divide_special(a, b, out, &rc, err))
		return rc;
	return divide_to_scale(a, b, quotient_scale(a, b), NUMERIC_ROUND, arena,
	    out, err);
}

int
numeric_divide_integer(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	int rc;

	if (divide_special(a, b, out, &rc, err))
		return rc;
	return divide_to_scale(a, b, 0, NUMERIC_TRUNCATE, arena, out, err);
}

int
numeric_modulo(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	uint32_t scale = max_scale(a, b);
	i128 x, y;
	mpz_t p, q;
	int rc;

	if (a->kind == NUMERIC_NAN || b->kind == NUMERIC_NAN) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	if (numeric_sign(b) == 0)
		return division_by_zero(err);
	if (a->kind != NUMERIC_FINITE) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	if (b->kind != NUMERIC_FINITE) {
		*out = *a;
		return 0;
	}
	if (a->limbs == NULL && b->limbs == NULL && align(a, b, &x, &y)) {
		*out = numeric_of_i128(x % y, scale);
		return 0;
	}
	mpz_inits(p, q, NULL);
	align_z(a, b, p, q);
	mpz_tdiv_r(p, p, q);
	rc = numeric_of_z(p, scale, arena, out, err);
	mpz_clears(p, q, NULL);
	return rc;
}

/* x / 10^digits in 128 bits; digits are at most 38. */
static i128
divide_pow10(i128 x, uint32_t digits, enum numeric_rounding rounding)
{
	i128 power = (i128)numeric_pow10[digits];
	i128 quotient = x / power;

	switch (rounding) {
	case NUMERIC_ROUND:
		return divide_round(x, power);
	case NUMERIC_TRUNCATE:
		return quotient;
	case NUMERIC_CEIL:
		return quotient + (x % power > 0);
	case NUMERIC_FLOOR:
		return quotient - (x % power < 0);
	}
	return quotient;
}

int
numeric_rescale(const struct numeric *n, int32_t scale,
    enum numeric_rounding rounding, struct arena *arena, struct numeric *out,
    struct error *err)
{
	uint32_t shown = scale < 0 ? 0 : (uint32_t)scale;
	uint32_t drop = 0, append = 0;
	struct numeric_view view;
	i128 small = n->small;
	mpz_t z, power;
	int rc;

	if (n->kind != NUMERIC_FINITE || scale == n->scale) {
		*out = *n;
		return 0;
	}
	if (scale < n->scale) {
		drop = (uint32_t)(n->scale - scale);
		append = scale < 0 ? (uint32_t)-scale : 0;
	} else {
		append = shown - n->scale;
	}
	if (n->limbs == NULL && drop <= NUMERIC_I128_DIGITS) {
		if (drop > 0)
			small = divide_pow10(small, drop, rounding);
		if (scale_up(small, append, &small)) {
			*out = numeric_of_i128(small, shown);
			return 0;
		}
	}
	mpz_init_set(z, numeric_view(&view, n));
	mpz_init(power);
	if (drop > 0)
		numeric_z_divide_pow10(z, drop, rounding);
	numeric_z_pow10(power, append);
	mpz_mul(z, z, power);
	rc = numeric_of_z(z, shown, arena, out, err);
	mpz_clears(z, power, NULL);
	return rc;
}

uint32_t
numeric_scale_min(const struct numeric *n)
{
	struct numeric_view view;
	uint32_t scale = n->scale;
	mpz_t z;

	if (n->kind != NUMERIC_FINITE || n->small == 0)
		return 0;
	if (n->limbs == NULL) {
		i128 rest = n->small;

		for (; scale > 0 && rest % 10 == 0; scale--)
			rest /= 10;
		return scale;
	}
	mpz_init_set(z, numeric_view(&view, n));
	for (; scale > 0 && mpz_divisible_ui_p(z, 10); scale--)
		mpz_divexact_ui(z, z, 10);
	mpz_clear(z);
	return scale;
}

bool
numeric_to_i64(const struct numeric *n, int64_t *out)
{
	struct numeric rounded;
	struct numeric_view view;
	i128 value;
	mpz_t z;
	bool fits;

	if (n->kind != NUMERIC_FINITE)
		return false;
	if (n->limbs == NULL && n->scale <= NUMERIC_I128_DIGITS) {
		value = n->scale == 0
		    ? n->small
		    : divide_pow10(n->small, n->scale, NUMERIC_ROUND);
		*out = (int64_t)value;
		return *out == value;
	}
	mpz_init_set(z, numeric_view(&view, n));
	numeric_z_divide_pow10(z, n->scale, NUMERIC_ROUND);
	fits = mpz_sizeinbase(z, 2) <= SMALL_BITS &&
	    numeric_of_z(z, 0, NULL, &rounded, NULL) == 0;
	mpz_clear(z);
	if (!fits)
		return false;
	*out = (int64_t)rounded.small;
	return *out == rounded.small;
}

bool
numeric_to_i128(const struct numeric *n, uint32_t scale, i128 *out)
{
	uint32_t drop;

	if (!numeric_is_small(n))
		return false;
	if (n->scale <= scale)
		return scale_up(n->small, scale - n->scale, out);
	drop = n->scale - scale;
	if (drop > NUMERIC_I128_DIGITS)
		return n->small == 0 ? (*out = 0, true) : false;
	*out = n->small / (i128)numeric_pow10[drop];
	return *out * (i128)numeric_pow10[drop] == n->small;
}

double
numeric_to_f64(const struct numeric *n)
{
	const i128 exact = (i128)1 << 53;
	struct buf text;
	double value = 0;

	switch ((enum numeric_kind)n->kind) {
	case NUMERIC_NAN:
		return NAN;
	case NUMERIC_INFINITY:
		return INFINITY;
	case NUMERIC_MINUS_INFINITY:
		return -INFINITY;
	case NUMERIC_FINITE:
		break;
	}
	/* Two doubles, one division: correctly rounded. */
	if (n->limbs == NULL && n->scale <= 22 && n->small <= exact &&
	    n->small >= -exact)
		return (double)n->small / (double)numeric_pow10[n->scale];
	buf_init(&text);
	numeric_put(n, &text);
	buf_put_u8(&text, '\0');
	if (!text.failed)
		value = strtod((const char *)text.data, NULL);
	buf_release(&text);
	return value;
}

int
numeric_of_f64(double value, int digits, struct arena *arena,
    struct numeric *out, struct error *err)
{
	char text[64];
	int len;

	if (isnan(value)) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	if (isinf(value)) {
		*out = infinity_of_sign(value > 0 ? 1 : -1);
		return 0;
	}
	len = snprintf(text, sizeof(text), "%.*g", digits, value);
	if (numeric_parse(str_of(text, (size_t)len), arena, out) !=
	    NUMERIC_PARSE_OK)
		return numeric_overflow(err);
	return 0;
}
