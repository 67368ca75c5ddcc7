/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic and bit operations on integers and floats.
 *
 * int2 and int4 are computed in 64 bits and tested afterwards; loops collect
 * what went wrong in a flag, so that they stay free of branches.
 */
#include <math.h>

#include "exec/func_private.h"

static int
int_out_of_range(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "%s out of range", type_info(call->function->result)->sql_name);
}

static int
division_by_zero(const struct function_call *call)
{
	return error_set(call->err, STELE_E_DIVISION_BY_ZERO,
	    "division by zero");
}

/* A kernel for results of `bits`, whose operands have no more. */
#define NARROW_KERNEL(bits, name, symbol) \
	static int int##bits##_##name(struct function_call *call) \
	{ \
		int64_t *restrict out = call->result->i64; \
		uint8_t bad = 0; \
		BINARY_LOOP(call, int64_t, i64, int64_t, i64, \
			    const int64_t z = x symbol y; \
			    out[row] = z; bad |= z != (int##bits##_t)z;); \
		return bad ? int_out_of_range(call) : 0; \
	}
#define WIDE_KERNEL(name) \
	static int int64_##name(struct function_call *call) \
	{ \
		int64_t *restrict out = call->result->i64; \
		uint8_t bad = 0; \
		BINARY_LOOP(call, int64_t, i64, int64_t, i64, int64_t z; \
			    bad |= __builtin_##name##_overflow(x, y, &z); \
			    out[row] = z;); \
		return bad ? int_out_of_range(call) : 0; \
	}

NARROW_KERNEL(16, add, +)
NARROW_KERNEL(16, sub, -)
NARROW_KERNEL(16, mul, *)
NARROW_KERNEL(32, add, +)
NARROW_KERNEL(32, sub, -)
NARROW_KERNEL(32, mul, *)
WIDE_KERNEL(add)
WIDE_KERNEL(sub)
WIDE_KERNEL(mul)

/* The least value of an integer type whose negation it cannot hold. */
static int64_t
int_min_of(uint32_t oid)
{
	if (oid == TYPE_INT2)
		return INT16_MIN;
	return oid == TYPE_INT4 ? INT32_MIN : INT64_MIN;
}

static int
int_div(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;
	int64_t min = int_min_of(call->function->result);

	BINARY_LOOP(call, int64_t, i64, int64_t, i64,
		    if (y == 0) return division_by_zero(call);
		    if (y == -1 && x == min) return int_out_of_range(call);
		    out[row] = x / y;);
	return 0;
}

static int
int_mod(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;

	BINARY_LOOP(call, int64_t, i64, int64_t, i64,
		    if (y == 0) return division_by_zero(call);
		    out[row] = y == -1 ? 0 : x % y;);
	return 0;
}

static int
int_negate(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;
	int64_t min = int_min_of(call->function->result);
	uint8_t bad = 0;

	UNARY_LOOP(call, int64_t, i64, bad |= x == min;
		   out[row] = (int64_t)(0 - (uint64_t)x););
	return bad ? int_out_of_range(call) : 0;
}

static int
int_abs(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;
	int64_t min = int_min_of(call->function->result);
	uint8_t bad = 0;

	UNARY_LOOP(call, int64_t, i64, bad |= x == min;
		   out[row] =
		       (int64_t)(x < 0 ? 0 - (uint64_t)x : (uint64_t)x););
	return bad ? int_out_of_range(call) : 0;
}

static int
i64_same(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;

	UNARY_LOOP(call, int64_t, i64, out[row] = x;);
	return 0;
}

#define BIT_KERNEL(name, symbol) \
	static int int_##name(struct function_call *call) \
	{ \
		int64_t *restrict out = call->result->i64; \
		BINARY_LOOP(call, int64_t, i64, int64_t, i64, \
			    out[row] = x symbol y;); \
		return 0; \
	}
BIT_KERNEL(and, &)
BIT_KERNEL(or, |)
BIT_KERNEL(xor, ^)

static int
int_not(struct function_call *call)
{
	int64_t *restrict out = call->result->i64;

	UNARY_LOOP(call, int64_t, i64, out[row] = ~x;);
	return 0;
}

/* Shifts count modulo the width of a machine word, int2 in one of 32 bits. */
#define SHIFT_KERNEL(name, T, mask, expression) \
	static int name(struct function_call *call) \
	{ \
		int64_t *restrict out = call->result->i64; \
		BINARY_LOOP(call, int64_t, i64, int64_t, i64, \
			    const unsigned n = (unsigned)y & (mask); \
			    out[row] = (T)(expression);); \
		return 0; \
	}
SHIFT_KERNEL(int2_shl, int16_t, 31, (uint32_t)x << n)
SHIFT_KERNEL(int4_shl, int32_t, 31, (uint32_t)x << n)
SHIFT_KERNEL(int8_shl, int64_t, 63, (uint64_t)x << n)
SHIFT_KERNEL(int4_shr, int32_t, 31, (int32_t)x >> n)
SHIFT_KERNEL(int8_shr, int64_t, 63, x >> n)

static int
float_overflow(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value out of range: overflow");
}

static int
float_underflow(const struct function_call *call)
{
	return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
	    "value out of range: underflow");
}

static int
float_fault(const struct function_call *call, bool overflow, bool underflow)
{
	if (overflow)
		return float_overflow(call);
	return underflow ? float_underflow(call) : 0;
}

/*
 * A float4 result is that of double rounded once more, which is exact: a
 * double has more than twice its digits.
 */
#define FLOAT_KERNEL(T, name, symbol, is_underflow) \
	static int T##_##name(struct function_call *call) \
	{ \
		double *restrict out = call->result->f64; \
		uint8_t over = 0, under = 0; \
		BINARY_LOOP(call, double, f64, double, f64, \
			    const double z = (double)(T)(x symbol y); \
			    out[row] = z; \
			    over |= isinf(z) && !isinf(x) && !isinf(y); \
			    under |= (is_underflow);); \
		return float_fault(call, over, under); \
	}
FLOAT_KERNEL(double, add, +, 0)
FLOAT_KERNEL(double, sub, -, 0)
FLOAT_KERNEL(double, mul, *, z == 0 && x != 0 && y != 0)
FLOAT_KERNEL(float, add, +, 0)
FLOAT_KERNEL(float, sub, -, 0)
FLOAT_KERNEL(float, mul, *, z == 0 && x != 0 && y != 0)

static int
float_div(struct function_call *call)
{
	bool narrow = call->function->result == TYPE_FLOAT4;
	double *restrict out = call->result->f64;
	uint8_t zero = 0, over = 0, under = 0;

	BINARY_LOOP(call, double, f64, double, f64,
		    const double z = narrow ? (double)(float)(x / y) : x / y;
		    out[row] = z; zero |= y == 0 && !isnan(x);
		    over |= isinf(z) && !isinf(x) && y != 0;
		    under |= z == 0 && x != 0 && !isinf(y););
	if (zero)
		return division_by_zero(call);
	return float_fault(call, over, under);
}

static int
float_negate(struct function_call *call)
{
	double *restrict out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = -x;);
	return 0;
}

static int
float_abs(struct function_call *call)
{
	double *restrict out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = fabs(x););
	return 0;
}

static int
f64_same(struct function_call *call)
{
	double *restrict out = call->result->f64;

	UNARY_LOOP(call, double, f64, out[row] = x;);
	return 0;
}

static const struct func_row rows[] = {
	{ FN_INT2PL, { int16_add, false } },
	{ FN_INT24PL, { int32_add, false } },
	{ FN_INT42PL, { int32_add, false } },
	{ FN_INT4PL, { int32_add, false } },
	{ FN_INT28PL, { int64_add, false } },
	{ FN_INT82PL, { int64_add, false } },
	{ FN_INT48PL, { int64_add, false } },
	{ FN_INT84PL, { int64_add, false } },
	{ FN_INT8PL, { int64_add, false } },
	{ FN_INT2MI, { int16_sub, false } },
	{ FN_INT24MI, { int32_sub, false } },
	{ FN_INT42MI, { int32_sub, false } },
	{ FN_INT4MI, { int32_sub, false } },
	{ FN_INT28MI, { int64_sub, false } },
	{ FN_INT82MI, { int64_sub, false } },
	{ FN_INT48MI, { int64_sub, false } },
	{ FN_INT84MI, { int64_sub, false } },
	{ FN_INT8MI, { int64_sub, false } },
	{ FN_INT2MUL, { int16_mul, false } },
	{ FN_INT24MUL, { int32_mul, false } },
	{ FN_INT42MUL, { int32_mul, false } },
	{ FN_INT4MUL, { int32_mul, false } },
	{ FN_INT28MUL, { int64_mul, false } },
	{ FN_INT82MUL, { int64_mul, false } },
	{ FN_INT48MUL, { int64_mul, false } },
	{ FN_INT84MUL, { int64_mul, false } },
	{ FN_INT8MUL, { int64_mul, false } },
	{ FN_INT2DIV, { int_div, false } },
	{ FN_INT24DIV, { int_div, false } },
	{ FN_INT42DIV, { int_div, false } },
	{ FN_INT4DIV, { int_div, false } },
	{ FN_INT28DIV, { int_div, false } },
	{ FN_INT82DIV, { int_div, false } },
	{ FN_INT48DIV, { int_div, false } },
	{ FN_INT84DIV, { int_div, false } },
	{ FN_INT8DIV, { int_div, false } },
	{ FN_INT2MOD, { int_mod, false } },
	{ FN_INT4MOD, { int_mod, false } },
	{ FN_INT8MOD, { int_mod, false } },
	{ FN_MOD_INT2_INT2, { int_mod, false } },
	{ FN_MOD_INT4_INT4, { int_mod, false } },
	{ FN_MOD_INT8_INT8, { int_mod, false } },
	{ FN_INT2UM, { int_negate, false } },
	{ FN_INT4UM, { int_negate, false } },
	{ FN_INT8UM, { int_negate, false } },
	{ FN_INT2UP, { i64_same, true } },
	{ FN_INT4UP, { i64_same, true } },
	{ FN_INT8UP, { i64_same, true } },
	{ FN_EVENT_TID, { i64_same, true } },
	{ FN_ABS_INT2, { int_abs, false } },
	{ FN_INT2ABS, { int_abs, false } },
	{ FN_INT4ABS, { int_abs, false } },
	{ FN_INT8ABS, { int_abs, false } },
	{ FN_ABS_INT4, { int_abs, false } },
	{ FN_ABS_INT8, { int_abs, false } },
	{ FN_INT2AND, { int_and, true } },
	{ FN_INT4AND, { int_and, true } },
	{ FN_INT8AND, { int_and, true } },
	{ FN_INT2OR, { int_or, true } },
	{ FN_INT4OR, { int_or, true } },
	{ FN_INT8OR, { int_or, true } },
	{ FN_INT2XOR, { int_xor, true } },
	{ FN_INT4XOR, { int_xor, true } },
	{ FN_INT8XOR, { int_xor, true } },
	{ FN_INT2NOT, { int_not, true } },
	{ FN_INT4NOT, { int_not, true } },
	{ FN_INT8NOT, { int_not, true } },
	{ FN_INT2SHL, { int2_shl, true } },
	{ FN_INT4SHL, { int4_shl, true } },
	{ FN_INT8SHL, { int8_shl, true } },
	{ FN_INT2SHR, { int4_shr, true } },
	{ FN_INT4SHR, { int4_shr, true } },
	{ FN_INT8SHR, { int8_shr, true } },
	{ FN_FLOAT4PL, { float_add, false } },
	{ FN_FLOAT48PL, { double_add, false } },
	{ FN_FLOAT84PL, { double_add, false } },
	{ FN_FLOAT8PL, { double_add, false } },
	{ FN_FLOAT4MI, { float_sub, false } },
	{ FN_FLOAT48MI, { double_sub, false } },
	{ FN_FLOAT84MI, { double_sub, false } },
	{ FN_FLOAT8MI, { double_sub, false } },
	{ FN_FLOAT4MUL, { float_mul, false } },
	{ FN_FLOAT48MUL, { double_mul, false } },
	{ FN_FLOAT84MUL, { double_mul, false } },
	{ FN_FLOAT8MUL, { double_mul, false } },
	{ FN_FLOAT4DIV, { float_div, false } },
	{ FN_FLOAT48DIV, { float_div, false } },
	{ FN_FLOAT84DIV, { float_div, false } },
	{ FN_FLOAT8DIV, { float_div, false } },
	{ FN_FLOAT4UM, { float_negate, true } },
	{ FN_FLOAT8UM, { float_negate, true } },
	{ FN_FLOAT4UP, { f64_same, true } },
	{ FN_FLOAT8UP, { f64_same, true } },
	{ FN_ABS_FLOAT4, { float_abs, true } },
	{ FN_FLOAT4ABS, { float_abs, true } },
	{ FN_FLOAT8ABS, { float_abs, true } },
	{ FN_ABS_FLOAT8, { float_abs, true } },
};

const struct func_family func_arith = { rows, ARRAY_LEN(rows) };
