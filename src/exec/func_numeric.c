/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of numeric, over types/numeric.h.
 */
#include "exec/func_private.h"
#include "types/numeric.h"

typedef int (*binary_fn)(const struct numeric *a, const struct numeric *b,
    struct arena *arena, struct numeric *out, struct error *err);

static int
each_binary(struct function_call *call, binary_fn fn)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int rc =
		    fn(&ARG(call, 0, numeric, row), &ARG(call, 1, numeric, row),
			call->arena, &call->result->numeric[row], call->err);

		if (rc != 0)
			return rc;
	}
	return 0;
}

#define BINARY_KERNEL(name) \
	static int run_##name(struct function_call *call) \
	{ \
		return each_binary(call, numeric_##name); \
	}
BINARY_KERNEL(add)
BINARY_KERNEL(subtract)
BINARY_KERNEL(multiply)
BINARY_KERNEL(divide)
BINARY_KERNEL(divide_integer)
BINARY_KERNEL(modulo)
BINARY_KERNEL(power)
BINARY_KERNEL(log)

typedef int (*unary_fn)(const struct numeric *n, struct arena *arena,
    struct numeric *out, struct error *err);

static int
each_unary(struct function_call *call, unary_fn fn)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int rc = fn(&ARG(call, 0, numeric, row), call->arena,
		    &call->result->numeric[row], call->err);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
run_sqrt(struct function_call *call)
{
	return each_unary(call, numeric_sqrt);
}

static int
run_exp(struct function_call *call)
{
	return each_unary(call, numeric_exp);
}

static int
run_ln(struct function_call *call)
{
	return each_unary(call, numeric_ln);
}

static int
log10_of(const struct numeric *n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	struct numeric ten = numeric_of_i64(10);

	return numeric_log(&ten, n, arena, out, err);
}

static int
run_log10(struct function_call *call)
{
	return each_unary(call, log10_of);
}

/* To the scale that argument 1 gives, or to none. */
static int
rescale(struct function_call *call, enum numeric_rounding rounding)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t scale =
		    call->arg_count == 1 ? 0 : ARG(call, 1, i64, row);
		int rc;

		/* No digit is further away than these. */
		if (scale > NUMERIC_SCALE_MAX)
			scale = NUMERIC_SCALE_MAX;
		if (scale < -NUMERIC_DIGITS_BEFORE_MAX - 1)
			scale = -NUMERIC_DIGITS_BEFORE_MAX - 1;
		rc = numeric_rescale(&ARG(call, 0, numeric, row),
		    (int32_t)scale, rounding, call->arena,
		    &call->result->numeric[row], call->err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
run_round(struct function_call *call)
{
	return rescale(call, NUMERIC_ROUND);
}

static int
run_trunc(struct function_call *call)
{
	return rescale(call, NUMERIC_TRUNCATE);
}

static int
run_ceil(struct function_call *call)
{
	return rescale(call, NUMERIC_CEIL);
}

static int
run_floor(struct function_call *call)
{
	return rescale(call, NUMERIC_FLOOR);
}

#define SIMPLE_KERNEL(name, field, ...) \
	static int name(struct function_call *call) \
	{ \
		UNARY_LOOP(call, struct numeric, numeric, \
			   call->result->field[row] = (__VA_ARGS__);); \
		return 0; \
	}
SIMPLE_KERNEL(run_negate, numeric, numeric_negate(&x))
SIMPLE_KERNEL(run_same, numeric, x)
SIMPLE_KERNEL(run_abs, numeric, numeric_abs(&x))
SIMPLE_KERNEL(run_sign, numeric,
    x.kind == NUMERIC_NAN ? x : numeric_of_i64(numeric_sign(&x)))

/* scale() of what has none is null. */
static int
run_scale(struct function_call *call)
{
	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		const struct numeric *n = &ARG(call, 0, numeric, row);

		call->result->i64[row] = n->scale;
		if (!numeric_is_finite(n))
			vec_need_nulls(call->result, call->row_count,
			    call->arena)[row] = 1;
	}
	return 0;
}

static int
trim_scale(const struct numeric *n, struct arena *arena, struct numeric *out,
    struct error *err)
{
	return numeric_rescale(n, (int32_t)numeric_scale_min(n),
	    NUMERIC_TRUNCATE, arena, out, err);
}

static int
run_trim_scale(struct function_call *call)
{
	return each_unary(call, trim_scale);
}

static const struct func_row rows[] = {
	{ FN_NUMERIC_ADD, { run_add, false } },
	{ FN_NUMERIC_SUB, { run_subtract, false } },
	{ FN_NUMERIC_MUL, { run_multiply, false } },
	{ FN_NUMERIC_DIV, { run_divide, false } },
	{ FN_DIV, { run_divide_integer, false } },
	{ FN_NUMERIC_MOD, { run_modulo, false } },
	{ FN_MOD_NUMERIC_NUMERIC, { run_modulo, false } },
	{ FN_NUMERIC_POWER, { run_power, false } },
	{ FN_POWER_NUMERIC_NUMERIC, { run_power, false } },
	{ FN_POW_NUMERIC_NUMERIC, { run_power, false } },
	{ FN_SQRT_NUMERIC, { run_sqrt, false } },
	{ FN_EXP_NUMERIC, { run_exp, false } },
	{ FN_LN_NUMERIC, { run_ln, false } },
	{ FN_LOG_NUMERIC, { run_log10, false } },
	{ FN_LOG10_NUMERIC, { run_log10, false } },
	{ FN_LOG_NUMERIC_NUMERIC, { run_log, false } },
	{ FN_ROUND_NUMERIC, { run_round, false } },
	{ FN_ROUND_NUMERIC_INT4, { run_round, false } },
	{ FN_TRUNC_NUMERIC, { run_trunc, false } },
	{ FN_TRUNC_NUMERIC_INT4, { run_trunc, false } },
	{ FN_CEIL_NUMERIC, { run_ceil, false } },
	{ FN_CEILING_NUMERIC, { run_ceil, false } },
	{ FN_FLOOR_NUMERIC, { run_floor, false } },
	{ FN_NUMERIC_UMINUS, { run_negate, true } },
	{ FN_NUMERIC_UPLUS, { run_same, true } },
	{ FN_ABS_NUMERIC, { run_abs, true } },
	{ FN_NUMERIC_ABS, { run_abs, true } },
	{ FN_SIGN_NUMERIC, { run_sign, true } },
	{ FN_SCALE, { run_scale, false } },
	{ FN_TRIM_SCALE, { run_trim_scale, false } },
};

const struct func_family func_numeric = { rows, ARRAY_LEN(rows) };
