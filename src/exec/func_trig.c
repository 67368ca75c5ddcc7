/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Angles in degrees, inverse and hyperbolic functions.
 *
 * In degrees, sine of 30 is exactly one half, and so on: as PostgreSQL does it,
 * by dividing through what the library gives for those angles.
 */
#include <math.h>

#include "exec/func_private.h"

#define RADIANS_PER_DEGREE (M_PI / 180.0)

static int
out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "input is out of range");
}

/* ---- degrees, 0 to 90 ---- */

static double
sin_to_30(double x)
{
	return sin(x * RADIANS_PER_DEGREE) / sin(30.0 * RADIANS_PER_DEGREE) /
	    2.0;
}

static double
cos_to_60(double x)
{
	double far = 1.0 - cos(60.0 * RADIANS_PER_DEGREE);

	return 1.0 - (1.0 - cos(x * RADIANS_PER_DEGREE)) / far / 2.0;
}

static double
sin_to_90(double x)
{
	return x <= 30.0 ? sin_to_30(x) : cos_to_60(90.0 - x);
}

static double
cos_to_90(double x)
{
	return x <= 60.0 ? cos_to_60(x) : sin_to_30(90.0 - x);
}

static double
asin_of_part(double x)
{
	return x <= 0.5 ? asin(x) / asin(0.5) * 30.0
			: 90.0 - acos(x) / acos(0.5) * 60.0;
}

static double
acos_of_part(double x)
{
	return x <= 0.5 ? 90.0 - asin(x) / asin(0.5) * 30.0
			: acos(x) / acos(0.5) * 60.0;
}

/* An angle of the first quarter with the same sine and cosine but for signs. */
static double
reduce(double x, int *sine, int *cosine)
{
	*sine = *cosine = 1;
	x = fmod(x, 360.0);
	if (x < 0) {
		x = -x;
		*sine = -*sine;
	}
	if (x > 180.0) {
		x = 360.0 - x;
		*sine = -*sine;
	}
	if (x > 90.0) {
		x = 180.0 - x;
		*cosine = -*cosine;
	}
	return x;
}

static double
sind(double x)
{
	int sine, cosine;

	x = reduce(x, &sine, &cosine);
	return sine * sin_to_90(x);
}

static double
cosd(double x)
{
	int sine, cosine;

	x = reduce(x, &sine, &cosine);
	return cosine * cos_to_90(x);
}

static double
tand(double x)
{
	int sine, cosine;
	double tan_45 = sin_to_90(45.0) / cos_to_90(45.0);

	x = reduce(x, &sine, &cosine);
	x = sine * cosine * (sin_to_90(x) / cos_to_90(x) / tan_45);
	return x == 0 ? 0 : x;
}

static double
cotd(double x)
{
	int sine, cosine;
	double cot_45 = cos_to_90(45.0) / sin_to_90(45.0);

	x = reduce(x, &sine, &cosine);
	x = sine * cosine * (cos_to_90(x) / sin_to_90(x) / cot_45);
	return x == 0 ? 0 : x;
}

static double
asind(double x)
{
	return x >= 0 ? asin_of_part(x) : -asin_of_part(-x);
}

static double
acosd(double x)
{
	return x >= 0 ? acos_of_part(x) : 90.0 + asin_of_part(-x);
}

static double
atand(double x)
{
	return atan(x) / atan(1.0) * 45.0;
}

static double
cot(double x)
{
	return 1.0 / tan(x);
}

/* ---- kernels ---- */

/* `bad` says which values have no result. */
#define CHECKED_KERNEL(name, bad) \
	static int f64_##name(struct function_call *call) \
	{ \
		double *out = call->result->f64; \
		UNARY_LOOP(call, double, f64, \
			   if (bad) return out_of_range(call); \
			   out[row] = isnan(x) ? x : name(x);); \
		return 0; \
	}
CHECKED_KERNEL(acos, x<-1 || x> 1)
CHECKED_KERNEL(acosd, x<-1 || x> 1)
CHECKED_KERNEL(acosh, x < 1)
CHECKED_KERNEL(asin, x<-1 || x> 1)
CHECKED_KERNEL(asind, x<-1 || x> 1)
CHECKED_KERNEL(asinh, false)
CHECKED_KERNEL(atand, false)
CHECKED_KERNEL(atanh, x<-1 || x> 1)
CHECKED_KERNEL(cosd, isinf(x))
CHECKED_KERNEL(cosh, false)
CHECKED_KERNEL(cot, isinf(x))
CHECKED_KERNEL(cotd, isinf(x))
CHECKED_KERNEL(sind, isinf(x))
CHECKED_KERNEL(sinh, false)
CHECKED_KERNEL(tand, isinf(x))
CHECKED_KERNEL(tanh, false)

static int
f64_atan2d(struct function_call *call)
{
	double *out = call->result->f64;

	BINARY_LOOP(call, double, f64, double, f64,
		    out[row] = isnan(x) || isnan(y)
			? NAN
			: atan2(x, y) / atan(1.0) * 45.0;);
	return 0;
}

static const struct func_row rows[] = {
	{ FN_ACOS, { f64_acos, false } },
	{ FN_ACOSD, { f64_acosd, false } },
	{ FN_ACOSH, { f64_acosh, false } },
	{ FN_ASIN, { f64_asin, false } },
	{ FN_ASIND, { f64_asind, false } },
	{ FN_ASINH, { f64_asinh, false } },
	{ FN_ATAN2D, { f64_atan2d, false } },
	{ FN_ATAND, { f64_atand, false } },
	{ FN_ATANH, { f64_atanh, false } },
	{ FN_COSD, { f64_cosd, false } },
	{ FN_COSH, { f64_cosh, false } },
	{ FN_COT, { f64_cot, false } },
	{ FN_COTD, { f64_cotd, false } },
	{ FN_SIND, { f64_sind, false } },
	{ FN_SINH, { f64_sinh, false } },
	{ FN_TAND, { f64_tand, false } },
	{ FN_TANH, { f64_tanh, false } },
};

const struct func_family func_trig = { rows, ARRAY_LEN(rows) };
