/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_bits.c -- bit strings: their lengths, and logic over their digits.
 */
#include <string.h>

#include "exec/func_private.h"

#define ROW_KERNEL(name) \
	static int run_##name(struct function_call *call) \
	{ \
		return each_row(call, name##_row); \
	}

/* Room for the digits of the result, with which they are set. */
static int
new_bits(struct function_call *call, uint32_t row, size_t len, char **out)
{
	char *bits = arena_try_alloc(call->arena, len + 1);

	if (bits == NULL)
		return error_set(call->err, STELE_E_OUT_OF_MEMORY,
		    "out of memory");
	call->result->str[row] = str_of(bits, len);
	*out = bits;
	return 0;
}

static int
length_row(struct function_call *call, uint32_t row)
{
	size_t len = ARG(call, 0, str, row).len;
	bool is_bytes = call->function->id == FN_OCTET_LENGTH_BIT;

	call->result->i64[row] = (int64_t)(is_bytes ? (len + 7) / 8 : len);
	return 0;
}
ROW_KERNEL(length)

/* ---- logic ---- */

static const char *
name_of_logic(enum function_id id)
{
	return id == FN_BITAND ? "AND" : id == FN_BITOR ? "OR" : "XOR";
}

static bool
logic(enum function_id id, bool x, bool y)
{
	if (id == FN_BITAND)
		return x && y;
	return id == FN_BITOR ? x || y : x != y;
}

static int
logic_row(struct function_call *call, uint32_t row)
{
	enum function_id id = call->function->id;
	struct str a = ARG(call, 0, str, row), b = ARG(call, 1, str, row);
	char *bits;
	int rc;

	if (a.len != b.len)
		return error_set(call->err, STELE_E_STRING_LENGTH_MISMATCH,
		    "cannot %s bit strings of different sizes",
		    name_of_logic(id));
	rc = new_bits(call, row, a.len, &bits);
	for (size_t i = 0; rc == 0 && i < a.len; i++) {
		bool x = a.data[i] == '1', y = b.data[i] == '1';

		bits[i] = logic(id, x, y) ? '1' : '0';
	}
	return rc;
}
ROW_KERNEL(logic)

static int
invert_row(struct function_call *call, uint32_t row)
{
	struct str a = ARG(call, 0, str, row);
	char *bits;
	int rc = new_bits(call, row, a.len, &bits);

	for (size_t i = 0; rc == 0 && i < a.len; i++)
		bits[i] = a.data[i] == '1' ? '0' : '1';
	return rc;
}
ROW_KERNEL(invert)

/* The length stays; a negative distance goes the other way. */
static int
shift_row(struct function_call *call, uint32_t row)
{
	struct str a = ARG(call, 0, str, row);
	int64_t by = ARG(call, 1, i64, row);
	bool is_left = (call->function->id == FN_BITSHL) == (by >= 0);
	size_t distance = (size_t)(by < 0 ? -by : by);
	char *bits;
	int rc = new_bits(call, row, a.len, &bits);

	if (rc != 0)
		return rc;
	memset(bits, '0', a.len);
	if (distance < a.len)
		memcpy(bits + (is_left ? 0 : distance),
		    a.data + (is_left ? distance : 0), a.len - distance);
	return 0;
}
ROW_KERNEL(shift)

static int
concatenate_row(struct function_call *call, uint32_t row)
{
	struct str a = ARG(call, 0, str, row), b = ARG(call, 1, str, row);
	char *bits;
	int rc = new_bits(call, row, a.len + b.len, &bits);

	if (rc != 0)
		return rc;
	memcpy(bits, a.data, a.len);
	memcpy(bits + a.len, b.data, b.len);
	return 0;
}
ROW_KERNEL(concatenate)

static const struct func_row rows[] = {
	{ FN_BITAND, { run_logic, false } },
	{ FN_BITCAT, { run_concatenate, false } },
	{ FN_BITNOT, { run_invert, false } },
	{ FN_BITOR, { run_logic, false } },
	{ FN_BITSHL, { run_shift, false } },
	{ FN_BITSHR, { run_shift, false } },
	{ FN_BITXOR, { run_logic, false } },
	{ FN_BIT_LENGTH_BIT, { run_length, false } },
	{ FN_LENGTH_BIT, { run_length, false } },
	{ FN_OCTET_LENGTH_BIT, { run_length, false } },
};

const struct func_family func_bits = { rows, ARRAY_LEN(rows) };
