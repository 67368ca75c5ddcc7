/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mathematical functions of float8, and random numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "exec/exec.h"
#include "exec/func_private.h"
#include "exec/random.h"

#define UNARY_KERNEL(name, expression) \
	static int name(struct function_call *call) \
	{ \
		double *restrict out = call->result->f64; \
		UNARY_LOOP(call, double, f64, out[row] = (expression);); \
		return 0; \
	}

UNARY_KERNEL(f64_ceil, ceil(x))
UNARY_KERNEL(f64_floor, floor(x))
UNARY_KERNEL(f64_round, rint(x)) /* half to even, as PostgreSQL */
UNARY_KERNEL(f64_trunc, trunc(x))
UNARY_KERNEL(f64_sign, (double)((x > 0) - (x < 0)))
UNARY_KERNEL(f64_cbrt, cbrt(x))
UNARY_KERNEL(f64_atan, atan(x))

static int
input_out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "input is out of range");
}

static int
overflow(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value out of range: overflow");
}

static int
underflow(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value out of range: underflow");
}

static int
f64_degrees(struct function_call *call)
{
	double *out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = x / (M_PI / 180.0);
		   if (isinf(out[row]) && !isinf(x)) return overflow(call););
	return 0;
}

static int
f64_radians(struct function_call *call)
{
	double *out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = x * (M_PI / 180.0);
		   if (out[row] == 0 && x != 0) return underflow(call););
	return 0;
}

/* Functions that have no value at an infinity. */
#define CIRCLE_KERNEL(name) \
	static int f64_##name(struct function_call *call) \
	{ \
		double *out = call->result->f64; \
		UNARY_LOOP(call, double, f64, \
			   if (isinf(x)) return input_out_of_range(call); \
			   out[row] = name(x);); \
		return 0; \
	}
CIRCLE_KERNEL(sin)
CIRCLE_KERNEL(cos)
CIRCLE_KERNEL(tan)

static int
f64_atan2(struct function_call *call)
{
	double *out = call->result->f64;

	BINARY_LOOP(call, double, f64, double, f64, out[row] = atan2(x, y););
	return 0;
}

static int
f64_sqrt(struct function_call *call)
{
	double *restrict out = call->result->f64;
	uint8_t bad = 0;

	UNARY_LOOP(call, double, f64, bad |= x < 0; out[row] = sqrt(x););
	if (bad)
		return error_set(call->err, STELE_E_INVALID_POWER_ARGUMENT,
		    "cannot take square root of a negative number");
	return 0;
}

static int
f64_exp(struct function_call *call)
{
	double *out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = exp(x);
		   if (isinf(out[row]) && !isinf(x)) return overflow(call);
		   if (out[row] == 0 && !isinf(x)) return underflow(call););
	return 0;
}

static int
check_log(const struct function_call *call, double x)
{
	if (x == 0)
		return error_set(call->err, STELE_E_INVALID_LOG_ARGUMENT,
		    "cannot take logarithm of zero");
	if (x < 0)
		return error_set(call->err, STELE_E_INVALID_LOG_ARGUMENT,
		    "cannot take logarithm of a negative number");
	return 0;
}

static int
f64_ln(struct function_call *call)
{
	double *out = call->result->f64;

	UNARY_LOOP(call, double, f64, if (x <= 0) return check_log(call, x);
		   out[row] = log(x););
	return 0;
}

static int
f64_log10(struct function_call *call)
{
	double *out = call->result->f64;

	UNARY_LOOP(call, double, f64, if (x <= 0) return check_log(call, x);
		   out[row] = log10(x););
	return 0;
}

static int
power(const struct function_call *call, double x, double y, double *out)
{
	*out = pow(x, y);
	if (isnan(x) || isnan(y))
		return 0; /* pow() knows: 1^NaN and NaN^0 are 1 */
	if (x == 0 && y < 0)
		return error_set(call->err, STELE_E_INVALID_POWER_ARGUMENT,
		    "zero raised to a negative power is undefined");
	if (x < 0 && floor(y) != y)
		return error_set(call->err, STELE_E_INVALID_POWER_ARGUMENT,
		    "a negative number raised to a non-integer power yields a "
		    "complex result");
	if (isinf(*out) && !isinf(x) && !isinf(y))
		return overflow(call);
	if (*out == 0 && x != 0 && !isinf(x) && !isinf(y))
		return underflow(call);
	return 0;
}

static int
f64_power(struct function_call *call)
{
	double *out = call->result->f64;

	BINARY_LOOP(call, double, f64, double, f64,
		    int rc = power(call, x, y, &out[row]);
		    if (rc != 0) return rc;);
	return 0;
}

static int
f64_pi(struct function_call *call)
{
	double *out = call->result->f64;

	EACH_ROW(call->sel, row, out[row] = M_PI;);
	return 0;
}

static int
random_bytes(const struct function_call *call, void *bytes, size_t len)
{
	uint8_t *at = bytes;

	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_os(call->err,
			    "could not generate random values");
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

/* The session's sequence, if a seed has been set for it. */
static struct random_state *
session_random(const struct function_call *call)
{
	const struct exec_context *context = call->context;

	return context == NULL || context->session == NULL
	    ? NULL
	    : context->session->random;
}

/* 53 random bits below 1, a generator (splitmix64) seeded for each batch. */
static int
f64_random(struct function_call *call)
{
	struct random_state *seeded = session_random(call);
	double *out = call->result->f64;
	uint64_t state;
	int rc;

	if (seeded != NULL && random_is_seeded(seeded)) {
		EACH_ROW(call->sel, row, out[row] = random_next(seeded););
		return 0;
	}
	rc = random_bytes(call, &state, sizeof(state));
	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row,
		 out[row] = (double)(random_split(&state) >> 11) * 0x1p-53;);
	return 0;
}

static int
bad_seed(struct function_call *call, double seed)
{
	char text[32] = "NaN";

	if (!isnan(seed))
		snprintf(text, sizeof(text), "%g", seed);
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "setseed parameter %s is out of allowed range [-1,1]", text);
}

static int
setseed_row(struct function_call *call, uint32_t row)
{
	struct random_state *state = session_random(call);
	double seed = ARG(call, 0, f64, row);

	if (!(seed >= -1 && seed <= 1))
		return bad_seed(call, seed);
	if (state == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function setseed needs a session");
	random_seed(state, seed);
	call->result->str[row] = STR("");
	return 0;
}

static int
run_setseed(struct function_call *call)
{
	return each_row(call, setseed_row);
}

/* Version 4 of RFC 4122. */
static int
random_uuid(struct function_call *call)
{
	struct uuid *out = call->result->uuid;

	for (uint32_t i = 0; i < call->sel.count; i++) {
		struct uuid *uuid = &out[sel_row(call->sel, i)];
		int rc = random_bytes(call, uuid->bytes, sizeof(uuid->bytes));

		if (rc != 0)
			return rc;
		uuid->bytes[6] = (uint8_t)((uuid->bytes[6] & 0x0f) | 0x40);
		uuid->bytes[8] = (uint8_t)((uuid->bytes[8] & 0x3f) | 0x80);
	}
	return 0;
}

static const struct func_row rows[] = {
	{ FN_CEIL_FLOAT8, { f64_ceil, true } },
	{ FN_CEILING_FLOAT8, { f64_ceil, true } },
	{ FN_FLOOR_FLOAT8, { f64_floor, true } },
	{ FN_ROUND_FLOAT8, { f64_round, true } },
	{ FN_TRUNC_FLOAT8, { f64_trunc, true } },
	{ FN_SIGN_FLOAT8, { f64_sign, true } },
	{ FN_SQRT_FLOAT8, { f64_sqrt, false } },
	{ FN_DSQRT, { f64_sqrt, false } },
	{ FN_CBRT, { f64_cbrt, true } },
	{ FN_DCBRT, { f64_cbrt, true } },
	{ FN_EXP_FLOAT8, { f64_exp, false } },
	{ FN_LN_FLOAT8, { f64_ln, false } },
	{ FN_LOG_FLOAT8, { f64_log10, false } },
	{ FN_LOG10_FLOAT8, { f64_log10, false } },
	{ FN_POWER_FLOAT8_FLOAT8, { f64_power, false } },
	{ FN_POW_FLOAT8_FLOAT8, { f64_power, false } },
	{ FN_DPOW, { f64_power, false } },
	{ FN_SIN, { f64_sin, false } },
	{ FN_COS, { f64_cos, false } },
	{ FN_TAN, { f64_tan, false } },
	{ FN_ATAN, { f64_atan, true } },
	{ FN_ATAN2, { f64_atan2, true } },
	{ FN_DEGREES, { f64_degrees, false } },
	{ FN_RADIANS, { f64_radians, false } },
	{ FN_PI, { f64_pi, true } },
	{ FN_RANDOM, { f64_random, false } },
	{ FN_SETSEED, { run_setseed, false } },
	{ FN_GEN_RANDOM_UUID, { random_uuid, false } },
};

const struct func_family func_math = { rows, ARRAY_LEN(rows) };
