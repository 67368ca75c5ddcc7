/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Divisors and factorials of numeric.
 */
#include "common/error.h"
#include "types/numeric_private.h"

/* Past it the result has more digits than a numeric may have. */
#define FACTORIAL_MAX 32177

/* |n| as an integer at `scale`, which is not less than n's. */
static void
z_of(mpz_t z, const struct numeric *n, uint32_t scale)
{
	struct numeric_view view;
	mpz_t power;

	mpz_init(power);
	numeric_z_pow10(power, scale - n->scale);
	mpz_mul(z, numeric_view(&view, n), power);
	mpz_abs(z, z);
	mpz_clear(power);
}

static int
divisor_or_multiple(const struct numeric *a, const struct numeric *b,
    bool is_multiple, struct arena *arena, struct numeric *out,
    struct error *err)
{
	uint32_t scale = a->scale > b->scale ? a->scale : b->scale;
	mpz_t x, y;
	int rc;

	if (!numeric_is_finite(a) || !numeric_is_finite(b)) {
		*out = numeric_special(NUMERIC_NAN);
		return 0;
	}
	mpz_inits(x, y, NULL);
	z_of(x, a, scale);
	z_of(y, b, scale);
	if (is_multiple)
		mpz_lcm(x, x, y);
	else
		mpz_gcd(x, x, y);
	rc = numeric_of_z(x, scale, arena, out, err);
	mpz_clears(x, y, NULL);
	return rc;
}

int
numeric_gcd(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	return divisor_or_multiple(a, b, false, arena, out, err);
}

int
numeric_lcm(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err)
{
	return divisor_or_multiple(a, b, true, arena, out, err);
}

int
numeric_factorial(int64_t n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	mpz_t z;
	int rc;

	if (n < 0)
		return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "factorial of a negative number is undefined");
	if (n > FACTORIAL_MAX)
		return numeric_overflow(err);
	mpz_init(z);
	mpz_fac_ui(z, (unsigned long)n);
	rc = numeric_of_z(z, 0, arena, out, err);
	mpz_clear(z);
	return rc;
}
