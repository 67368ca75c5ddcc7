/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons: as functions with a boolean result, and as filters.
 *
 * NaN is equal to itself and greater than all other floats, for which the
 * float kernels need two tests more than C's operators.
 */
#include <math.h>

#include "exec/func_private.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/json_compare.h"
#include "types/network.h"
#include "types/numeric.h"
#include "types/text.h"

/* The six operators, each with how C spells it. */
#define OPERATORS(X, arg) \
	X(arg, eq, ==) \
	X(arg, ne, !=) X(arg, lt, <) X(arg, le, <=) X(arg, gt, >) X(arg, ge, >=)

#define PLAIN_KERNEL(field, op, symbol) \
	static int field##_##op(struct function_call *call) \
	{ \
		uint8_t *restrict out = call->result->boolean; \
		BINARY_LOOP(call, CTYPE_##field, field, CTYPE_##field, field, \
			    out[row] = x symbol y;); \
		return 0; \
	}
#define CTYPE_i64     int64_t
#define CTYPE_boolean uint8_t
OPERATORS(PLAIN_KERNEL, i64)
OPERATORS(PLAIN_KERNEL, boolean)

static inline bool
f64_test_eq(double x, double y)
{
	return (x == y) | (isnan(x) & isnan(y));
}

static inline bool
f64_test_lt(double x, double y)
{
	return (x < y) | (isnan(y) & !isnan(x));
}

static inline bool
f64_test_ne(double x, double y)
{
	return !f64_test_eq(x, y);
}

static inline bool
f64_test_ge(double x, double y)
{
	return !f64_test_lt(x, y);
}

static inline bool
f64_test_gt(double x, double y)
{
	return f64_test_lt(y, x);
}

static inline bool
f64_test_le(double x, double y)
{
	return !f64_test_lt(y, x);
}

#define F64_KERNEL(arg, op, symbol) \
	static int f64_##op(struct function_call *call) \
	{ \
		uint8_t *restrict out = call->result->boolean; \
		BINARY_LOOP(call, double, f64, double, f64, \
			    out[row] = f64_test_##op(x, y);); \
		return 0; \
	}
OPERATORS(F64_KERNEL, )

/* Types with a function that orders them. */
#define ORDER_str(x, y)      str_compare((x), (y))
#define ORDER_bpchar(x, y)   bpchar_order((x), (y))
#define ORDER_network(x, y)  network_compare((x), (y))
#define ORDER_jsonb(x, y)    jsonb_compare((x), (y))
#define ORDER_numeric(x, y)  numeric_compare(&(x), &(y))
#define ORDER_interval(x, y) interval_compare(&(x), &(y))
#define ORDER_uuid(x, y)     memcmp((x).bytes, (y).bytes, sizeof((x).bytes))

static int
bpchar_order(struct str a, struct str b)
{
	return str_compare(text_trim_blanks(a), text_trim_blanks(b));
}

#define ORDER_KERNEL(name, T, field, op, symbol) \
	static int name##_##op(struct function_call *call) \
	{ \
		uint8_t *restrict out = call->result->boolean; \
		BINARY_LOOP(call, T, field, T, field, \
			    out[row] = ORDER_##name(x, y) symbol 0;); \
		return 0; \
	}
#define STR_KERNEL(name, op, symbol) \
	ORDER_KERNEL(name, struct str, str, op, symbol)
#define STRUCT_KERNEL(name, op, symbol) \
	ORDER_KERNEL(name, struct name, name, op, symbol)

STR_KERNEL(str, lt, <)
STR_KERNEL(str, le, <=)
STR_KERNEL(str, gt, >)
STR_KERNEL(str, ge, >=)
OPERATORS(STR_KERNEL, bpchar)
OPERATORS(STR_KERNEL, jsonb)
OPERATORS(STR_KERNEL, network)
OPERATORS(STRUCT_KERNEL, numeric)
OPERATORS(STRUCT_KERNEL, interval)
OPERATORS(STRUCT_KERNEL, uuid)

/* Strings of other lengths are never equal. */
static int
str_eq(struct function_call *call)
{
	uint8_t *restrict out = call->result->boolean;

	BINARY_LOOP(call, struct str, str, struct str, str,
		    out[row] = str_equal(x, y););
	return 0;
}

static int
str_ne(struct function_call *call)
{
	uint8_t *restrict out = call->result->boolean;

	BINARY_LOOP(call, struct str, str, struct str, str,
		    out[row] = !str_equal(x, y););
	return 0;
}

/* A number of a transaction is 32 bits; as an int4 they may be negative. */
#define XID_INT4_KERNEL(op, symbol) \
	static int xid_int4_##op(struct function_call *call) \
	{ \
		uint8_t *restrict out = call->result->boolean; \
		BINARY_LOOP(call, int64_t, i64, int64_t, i64, \
			    out[row] = x symbol(int64_t)(uint32_t) y;); \
		return 0; \
	}
XID_INT4_KERNEL(eq, ==)
XID_INT4_KERNEL(ne, !=)

/*
 * Dates, timestamps and timestamptz with each other: all become UTC.  A local
 * time beyond the range of timestamps stays in order, for it saturates.
 */
static int64_t
moment_of(uint32_t oid, int64_t value, const struct time_zone *zone)
{
	int64_t local = value;

	if (oid == TYPE_DATE) {
		if (value == DATE_INFINITY)
			return TIMESTAMP_INFINITY;
		if (value == DATE_MINUS_INFINITY)
			return TIMESTAMP_MINUS_INFINITY;
		if (__builtin_mul_overflow(value, USECS_PER_DAY, &local))
			return value < 0 ? TIMESTAMP_MINUS_INFINITY + 1
					 : TIMESTAMP_INFINITY - 1;
	}
	return oid == TYPE_TIMESTAMPTZ ? local
				       : timestamp_of_local(zone, local);
}

static int
moment_compare(struct function_call *call, uint32_t row)
{
	const uint32_t *oids = call->function->args;
	bool has_zone =
	    oids[0] == TYPE_TIMESTAMPTZ || oids[1] == TYPE_TIMESTAMPTZ;
	const struct time_zone *zone =
	    has_zone ? call->settings->time_zone : NULL;
	int64_t a = moment_of(oids[0], ARG(call, 0, i64, row), zone);
	int64_t b = moment_of(oids[1], ARG(call, 1, i64, row), zone);

	return (a > b) - (a < b);
}

#define MOMENT_KERNEL(arg, op, symbol) \
	static int moment_##op(struct function_call *call) \
	{ \
		uint8_t *out = call->result->boolean; \
		EACH_ROW(call->sel, row, \
			 out[row] = moment_compare(call, row) symbol 0;); \
		return 0; \
	}
OPERATORS(MOMENT_KERNEL, )

/* clang-format off */
#define SIX(before, after, kernel, is_total) \
	{ FN_##before##EQ##after, { kernel##_eq, is_total } }, \
	{ FN_##before##NE##after, { kernel##_ne, is_total } }, \
	{ FN_##before##LT##after, { kernel##_lt, is_total } }, \
	{ FN_##before##LE##after, { kernel##_le, is_total } }, \
	{ FN_##before##GT##after, { kernel##_gt, is_total } }, \
	{ FN_##before##GE##after, { kernel##_ge, is_total } },

static const struct func_row compare_rows[] = {
	SIX(BOOL, , boolean, true)
	SIX(INT2, , i64, true)
	SIX(INT24, , i64, true)
	SIX(INT28, , i64, true)
	SIX(INT4, , i64, true)
	SIX(INT42, , i64, true)
	SIX(INT48, , i64, true)
	SIX(INT8, , i64, true)
	SIX(INT82, , i64, true)
	SIX(INT84, , i64, true)
	SIX(OID, , i64, true)
	SIX(ENUM_, , i64, true)
	SIX(TID, , i64, true)
	SIX(XID8, , i64, true)
	SIX(PG_LSN_, , i64, true)
	SIX(MACADDR_, , i64, true)
	SIX(BIT_, , str, false)
	SIX(VARBIT_, , str, false)
	{ FN_XIDEQ, { i64_eq, true } },
	{ FN_XIDNEQ, { i64_ne, true } },
	{ FN_XIDEQINT4, { xid_int4_eq, true } },
	{ FN_XIDNEQINT4, { xid_int4_ne, true } },
	{ FN_CIDEQ, { i64_eq, true } },
	{ FN_ACLITEMEQ, { str_eq, false } },
	SIX(DATE_, , i64, true)
	SIX(TIME_, , i64, true)
	SIX(TIMESTAMP_, , i64, true)
	SIX(TIMESTAMPTZ_, , i64, true)
	SIX(FLOAT4, , f64, true)
	SIX(FLOAT48, , f64, true)
	SIX(FLOAT84, , f64, true)
	SIX(FLOAT8, , f64, true)
	SIX(NUMERIC_, , numeric, false)
	SIX(INTERVAL_, , interval, true)
	SIX(UUID_, , uuid, true)
	SIX(BYTEA, , str, false)
	SIX(CHAR, , str, false)
	SIX(NAME, , str, false)
	SIX(NAME, TEXT, str, false)
	SIX(TEXT, NAME, str, false)
	{ FN_TEXTEQ, { str_eq, false } },
	{ FN_TEXTNE, { str_ne, false } },
	{ FN_TEXT_LT, { str_lt, false } },
	{ FN_TEXT_LE, { str_le, false } },
	{ FN_TEXT_GT, { str_gt, false } },
	{ FN_TEXT_GE, { str_ge, false } },
	SIX(BPCHAR, , bpchar, false)
	SIX(JSONB_, , jsonb, false)
	SIX(NETWORK_, , network, false)
	SIX(DATE_, _TIMESTAMP, moment, false)
	SIX(DATE_, _TIMESTAMPTZ, moment, false)
	SIX(TIMESTAMP_, _DATE, moment, false)
	SIX(TIMESTAMP_, _TIMESTAMPTZ, moment, false)
	SIX(TIMESTAMPTZ_, _DATE, moment, false)
	SIX(TIMESTAMPTZ_, _TIMESTAMP, moment, false)
};
/* clang-format on */

const struct func_family func_compare = { compare_rows,
	ARRAY_LEN(compare_rows) };

bool
function_is_comparison(enum function_id id, enum compare_op *op)
{
	const struct function *function = function_by_id(id);
	static const char symbols[][3] = {
		[COMPARE_EQ] = "=",
		[COMPARE_NE] = "<>",
		[COMPARE_LT] = "<",
		[COMPARE_LE] = "<=",
		[COMPARE_GT] = ">",
		[COMPARE_GE] = ">=",
	};
	const struct type_info *a, *b;

	if (function->kind != FUNCTION_OPERATOR || function->arg_count != 2)
		return false;
	/* The arguments' order must be that of the left one's type. */
	if (function->args[0] != function->args[1]) {
		a = type_info(function->args[0]);
		b = type_info(function->args[1]);
		if (a == NULL || b == NULL || a->category != b->category ||
		    a->category != 'N' || a->phys != b->phys)
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		if (strcmp(function->name, symbols[i]) == 0) {
			*op = (enum compare_op)i;
			return true;
		}
	}
	return false;
}

/* What a selecting loop needs. */
struct selecting {
	const struct vec *a;
	const struct vec *b;
	struct sel sel;
	uint16_t *rows;
};

/* Keep the rows where a test on x and y holds; no branch depends on it. */
#define SELECT_LOOP(s, T, field, test) \
	do { \
		const T *a_ = (s)->a->field, *b_ = (s)->b->field; \
		uint16_t *rows_ = (s)->rows; \
		if ((s)->b->is_constant) { \
			const T y = b_[0]; \
			EACH_ROW((s)->sel, row, const T x = a_[row]; \
				 rows_[kept] = (uint16_t)row; \
				 kept += (test);); \
		} else if ((s)->a->is_constant) { \
			const T x = a_[0]; \
			EACH_ROW((s)->sel, row, const T y = b_[row]; \
				 rows_[kept] = (uint16_t)row; \
				 kept += (test);); \
		} else { \
			EACH_ROW((s)->sel, row, const T x = a_[row]; \
				 const T y = b_[row]; \
				 rows_[kept] = (uint16_t)row; \
				 kept += (test);); \
		} \
	} while (0)

#define I64_SELECT(arg, op, symbol) \
	static uint32_t select_i64_##op(const struct selecting *s) \
	{ \
		uint32_t kept = 0; \
		SELECT_LOOP(s, int64_t, i64, x symbol y); \
		return kept; \
	}
#define F64_SELECT(arg, op, symbol) \
	static uint32_t select_f64_##op(const struct selecting *s) \
	{ \
		uint32_t kept = 0; \
		SELECT_LOOP(s, double, f64, f64_test_##op(x, y)); \
		return kept; \
	}
#define STR_SELECT(arg, op, symbol) \
	static uint32_t select_str_##op(const struct selecting *s) \
	{ \
		uint32_t kept = 0; \
		SELECT_LOOP(s, struct str, str, str_compare(x, y) symbol 0); \
		return kept; \
	}
OPERATORS(I64_SELECT, )
OPERATORS(F64_SELECT, )
STR_SELECT(, lt, <)
STR_SELECT(, le, <=)
STR_SELECT(, gt, >)
STR_SELECT(, ge, >=)

static uint32_t
select_str_eq(const struct selecting *s)
{
	uint32_t kept = 0;

	SELECT_LOOP(s, struct str, str, str_equal(x, y));
	return kept;
}

static uint32_t
select_str_ne(const struct selecting *s)
{
	uint32_t kept = 0;

	SELECT_LOOP(s, struct str, str, !str_equal(x, y));
	return kept;
}

typedef uint32_t (*select_fn)(const struct selecting *s);

#define SELECT_ROW(name) \
	{ \
		select_##name##_eq, select_##name##_ne, select_##name##_lt, \
		    select_##name##_le, select_##name##_gt, select_##name##_ge \
	}
static const select_fn select_i64[] = SELECT_ROW(i64);
static const select_fn select_f64[] = SELECT_ROW(f64);
static const select_fn select_str[] = SELECT_ROW(str);

/* The kernel of a form, or NULL: then values are compared one by one. */
static select_fn
select_kernel(const struct type *type, enum compare_op op)
{
	switch (type_phys(type)) {
	case PHYS_I64:
		return select_i64[op];
	case PHYS_F64:
		return select_f64[op];
	case PHYS_STR:
		return type_is_bytewise(type) ? select_str[op] : NULL;
	case PHYS_BOOL:
	case PHYS_NUMERIC:
	case PHYS_UUID:
	case PHYS_INTERVAL:
	case PHYS_COUNT:
		break;
	}
	return NULL;
}

static bool
order_matches(enum compare_op op, int order)
{
	switch (op) {
	case COMPARE_EQ:
		return order == 0;
	case COMPARE_NE:
		return order != 0;
	case COMPARE_LT:
		return order < 0;
	case COMPARE_LE:
		return order <= 0;
	case COMPARE_GT:
		return order > 0;
	case COMPARE_GE:
		return order >= 0;
	}
	return false;
}

static uint32_t
select_any(enum compare_op op, const struct type *type,
    const struct selecting *s)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->sel.count; i++) {
		uint32_t row = sel_row(s->sel, i);
		struct datum a = vec_get(s->a, row), b = vec_get(s->b, row);

		s->rows[kept] = (uint16_t)row;
		kept += order_matches(op, type_compare(type, &a, &b));
	}
	return kept;
}

/* The rows where neither side is null, into rows[]. */
static uint32_t
select_present(const struct vec *vec, struct sel sel, uint16_t *rows)
{
	const uint8_t *nulls = vec->nulls;
	uint32_t kept = 0;

	EACH_ROW(sel, row, rows[kept] = (uint16_t)row;
		 kept += nulls[row] == 0;);
	return kept;
}

/* Both sides are the same for all rows: all of them, or none. */
static uint32_t
select_constant(enum compare_op op, const struct type *type,
    const struct selecting *s)
{
	struct datum a = vec_get(s->a, 0), b = vec_get(s->b, 0);
	uint32_t kept = 0;

	if (!order_matches(op, type_compare(type, &a, &b)))
		return 0;
	EACH_ROW(s->sel, row, s->rows[kept++] = (uint16_t)row;);
	return kept;
}

uint32_t
compare_select(enum compare_op op, const struct type *type, const struct vec *a,
    const struct vec *b, struct sel sel, uint16_t *rows)
{
	struct selecting s = { .a = a, .b = b, .sel = sel, .rows = rows };
	const struct vec *sides[] = { a, b };
	select_fn kernel = select_kernel(type, op);

	/* Reading and writing rows[] in place is safe: writes lag behind. */
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		if (sides[i]->nulls == NULL)
			continue;
		if (sides[i]->is_constant) {
			if (sides[i]->nulls[0] != 0)
				return 0;
			continue;
		}
		s.sel.count = select_present(sides[i], s.sel, rows);
		s.sel.rows = rows;
	}
	if (a->is_constant && b->is_constant)
		return select_constant(op, type, &s);
	return kernel != NULL ? kernel(&s) : select_any(op, type, &s);
}
