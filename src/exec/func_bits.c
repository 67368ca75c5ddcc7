/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_bits.c -- bit strings: their lengths, and logic over their digits.  Parts
 * of them are cut as bytea's are (func_bytes_part.c), and single digits found as
 * its bits are (func_place.c).
 */
#include <string.h>

#include "exec/func_private.h"
#include "types/bits.h"

/* Room for the digits of the result, with which they are set. */
static int
new_bits(struct function_call *call, uint32_t row, size_t len, char **out)
{
	char *bits = arena_try_alloc(call->arena, len + 1);

	if (bits == NULL)
		return error_no_memory(call->err);
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

static int
count_row(struct function_call *call, uint32_t row)
{
	struct str bits = ARG(call, 0, str, row);
	int64_t count = 0;

	for (size_t i = 0; i < bits.len; i++)
		count += bits.data[i] == '1';
	call->result->i64[row] = count;
	return 0;
}
ROW_KERNEL(count)

/* ---- logic ---- */

static enum bits_logic
logic_of(enum function_id id)
{
	if (id == FN_BITAND)
		return BITS_AND;
	return id == FN_BITOR ? BITS_OR : BITS_XOR;
}

static int
logic_row(struct function_call *call, uint32_t row)
{
	struct str a = ARG(call, 0, str, row), b = ARG(call, 1, str, row);
	char *bits;
	int rc = new_bits(call, row, a.len, &bits);

	return rc != 0
	    ? rc
	    : bits_combine(logic_of(call->function->id), a, b, bits, call->err);
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
	{ FN_BITAND, { logic, false } },
	{ FN_BITCAT, { concatenate, false } },
	{ FN_BITNOT, { invert, false } },
	{ FN_BITOR, { logic, false } },
	{ FN_BITSHL, { shift, false } },
	{ FN_BITSHR, { shift, false } },
	{ FN_BITXOR, { logic, false } },
	{ FN_BIT_COUNT_BIT, { count, false } },
	{ FN_BIT_LENGTH_BIT, { length, false } },
	{ FN_LENGTH_BIT, { length, false } },
	{ FN_OCTET_LENGTH_BIT, { length, false } },
};

const struct func_family func_bits = { rows, ARRAY_LEN(rows) };
