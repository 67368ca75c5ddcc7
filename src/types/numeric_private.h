/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numeric_private.h -- between numeric*.c: powers of ten, and the way to GMP
 * and back.
 */
#pragma once

#include <gmp.h>

#include "types/numeric.h"

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NAIL_BITS == 0,
    "limbs are GMP's");

/* 10^0 .. 10^38 */
extern const u128 numeric_pow10[NUMERIC_I128_DIGITS + 1];

static inline u128
numeric_magnitude(i128 value)
{
	return value < 0 ? 0 - (u128)value : (u128)value;
}

/* A read-only mpz of a finite value's coefficient, borrowing its limbs. */
struct numeric_view {
	mp_limb_t limbs[2];
	mpz_t z;
};

mpz_srcptr numeric_view(struct numeric_view *view, const struct numeric *n);

/* 10^n into z, which is initialised. */
void numeric_z_pow10(mpz_t z, uint32_t n);

/* z = round(z / 10^n) in the given way. */
void numeric_z_divide_pow10(mpz_t z, uint32_t n,
    enum numeric_rounding rounding);

/* Make a value of z, checking the limits of the format. */
MUST_USE int numeric_of_z(mpz_srcptr z, uint32_t scale, struct arena *arena,
    struct numeric *out, struct error *err);

/*
 * Position of the leading digit: the exponent e of d.ddd * 10^e.  Not for 0.
 */
int32_t numeric_exponent(const struct numeric *n);

int numeric_overflow(struct error *err);

/* The root of what is not negative, rounded to `scale`; numeric_math.c. */
MUST_USE int numeric_sqrt_at(const struct numeric *n, uint32_t scale,
    struct arena *arena, struct numeric *out, struct error *err);
