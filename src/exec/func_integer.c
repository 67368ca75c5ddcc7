/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Divisors, factorials, buckets of histograms.
 */
#include <math.h>

#include "exec/func_private.h"
#include "types/numeric.h"

/* ---- gcd, lcm ---- */

static uint64_t
magnitude(int64_t x)
{
	return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static int
int_row(struct function_call *call, uint32_t row, bool is_multiple)
{
	bool is_int4 = call->function->result == TYPE_INT4;
	uint64_t limit = is_int4 ? INT32_MAX : INT64_MAX;
	uint64_t a = magnitude(ARG(call, 0, i64, row));
	uint64_t b = magnitude(ARG(call, 1, i64, row));
	uint64_t result = gcd(a, b);

	if (is_multiple && (a == 0 || b == 0))
		result = 0;
	else if (is_multiple && __builtin_mul_overflow(a / result, b, &result))
		result = UINT64_MAX;
	if (result > limit)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "%s out of range", is_int4 ? "integer" : "bigint");
	call->result->i64[row] = (int64_t)result;
	return 0;
}

static int
int_gcd(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = int_row(call, sel_row(call->sel, i), false);
	return rc;
}

static int
int_lcm(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = int_row(call, sel_row(call->sel, i), true);
	return rc;
}

typedef int (*binary_fn)(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);

static int
each_pair(struct function_call *call, binary_fn fn)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc =
		    fn(&ARG(call, 0, numeric, row), &ARG(call, 1, numeric, row),
			call->arena, &call->result->numeric[row], call->err);
	}
	return rc;
}

static int
run_numeric_gcd(struct function_call *call)
{
	return each_pair(call, numeric_gcd);
}

static int
run_numeric_lcm(struct function_call *call)
{
	return each_pair(call, numeric_lcm);
}

static int
factorial(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = numeric_factorial(ARG(call, 0, i64, row), call->arena,
		    &call->result->numeric[row], call->err);
	}
	return rc;
}

static int
min_scale(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct numeric *n = &ARG(call, 0, numeric, row);

		if (numeric_is_finite(n))
			call->result->i64[row] = numeric_scale_min(n);
		else
			vec_need_nulls(call->result, call->row_count,
			    call->arena)[row] = 1;
	}
	return 0;
}

/* ---- width_bucket ---- */

static int
bucket_error(struct function_call *call, const char *what)
{
	return error_set(call->err, STELE_E_INVALID_WIDTH_BUCKET, "%s", what);
}

static int
bucket_out_of_range(struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "integer out of range");
}

/* What is below all buckets is 0, above all count + 1. */
static int
set_bucket(struct function_call *call, uint32_t row, int64_t bucket)
{
	if (bucket > INT32_MAX)
		return bucket_out_of_range(call);
	call->result->i64[row] = bucket;
	return 0;
}

static int
bucket_of_f64(struct function_call *call, uint32_t row)
{
	double x = ARG(call, 0, f64, row);
	double low = ARG(call, 1, f64, row), high = ARG(call, 2, f64, row);
	int64_t count = ARG(call, 3, i64, row);
	bool is_reversed = low > high;
	double part;

	if (count <= 0)
		return bucket_error(call, "count must be greater than zero");
	if (isnan(x) || isnan(low) || isnan(high))
		return bucket_error(call,
		    "operand, lower bound, and upper bound cannot be NaN");
	if (isinf(low) || isinf(high))
		return bucket_error(call,
		    "lower and upper bounds must be finite");
	if (low == high)
		return bucket_error(call,
		    "lower bound cannot equal upper bound");
	if (is_reversed ? x > low : x < low)
		return set_bucket(call, row, 0);
	if (is_reversed ? x <= high : x >= high)
		return set_bucket(call, row, count + 1);
	if (isinf(high - low)) /* halves are far from overflow */
		part = (x / 2 - low / 2) / (high / 2 - low / 2);
	else
		part = (x - low) / (high - low);
	part *= (double)count;
	return set_bucket(call, row,
	    part >= (double)count ? count : (int64_t)part + 1);
}

/* 1 + count (x - low) / (high - low), cut. */
static int
numeric_bucket(struct function_call *call, const struct numeric *x,
    const struct numeric *low, const struct numeric *high, int64_t count,
    int64_t *out)
{
	struct numeric above, width, n = numeric_of_i64(count);
	int rc;

	rc = numeric_subtract(x, low, call->arena, &above, call->err);
	if (rc == 0)
		rc =
		    numeric_subtract(high, low, call->arena, &width, call->err);
	if (rc == 0)
		rc = numeric_multiply(&above, &n, call->arena, &above,
		    call->err);
	if (rc == 0)
		rc = numeric_divide_integer(&above, &width, call->arena, &n,
		    call->err);
	if (rc == 0 && !numeric_to_i64(&n, out))
		rc = bucket_out_of_range(call);
	*out += 1;
	return rc;
}

static int
bucket_of_numeric(struct function_call *call, uint32_t row)
{
	const struct numeric *x = &ARG(call, 0, numeric, row);
	const struct numeric *low = &ARG(call, 1, numeric, row);
	const struct numeric *high = &ARG(call, 2, numeric, row);
	int64_t count = ARG(call, 3, i64, row), bucket = 0;
	int direction = numeric_compare(low, high);
	int rc;

	if (count <= 0)
		return bucket_error(call, "count must be greater than zero");
	if (x->kind == NUMERIC_NAN || low->kind == NUMERIC_NAN ||
	    high->kind == NUMERIC_NAN)
		return bucket_error(call,
		    "operand, lower bound, and upper bound cannot be NaN");
	if (!numeric_is_finite(low) || !numeric_is_finite(high))
		return bucket_error(call,
		    "lower and upper bounds must be finite");
	if (direction == 0)
		return bucket_error(call,
		    "lower bound cannot equal upper bound");
	if (direction < 0 ? numeric_compare(x, low) < 0
			  : numeric_compare(x, low) > 0)
		return set_bucket(call, row, 0);
	if (direction < 0 ? numeric_compare(x, high) >= 0
			  : numeric_compare(x, high) <= 0)
		return set_bucket(call, row, count + 1);
	rc = numeric_bucket(call, x, low, high, count, &bucket);
	return rc != 0 ? rc : set_bucket(call, row, bucket);
}

static int
width_bucket_f64(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = bucket_of_f64(call, sel_row(call->sel, i));
	return rc;
}

static int
width_bucket_numeric(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = bucket_of_numeric(call, sel_row(call->sel, i));
	return rc;
}

static const struct func_row rows[] = {
	{ FN_FACTORIAL, { factorial, false } },
	{ FN_GCD_INT4, { int_gcd, false } },
	{ FN_GCD_INT8, { int_gcd, false } },
	{ FN_GCD_NUMERIC, { run_numeric_gcd, false } },
	{ FN_LCM_INT4, { int_lcm, false } },
	{ FN_LCM_INT8, { int_lcm, false } },
	{ FN_LCM_NUMERIC, { run_numeric_lcm, false } },
	{ FN_MIN_SCALE, { min_scale, false } },
	{ FN_WIDTH_BUCKET_FLOAT8, { width_bucket_f64, false } },
	{ FN_WIDTH_BUCKET_NUMERIC, { width_bucket_numeric, false } },
};

const struct func_family func_integer = { rows, ARRAY_LEN(rows) };
