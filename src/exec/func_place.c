/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_place.c -- one of the units of a string by its place, from 0: a byte of
 * bytea, or a bit of it, the lowest of a byte first, or the digit of a bit
 * string.
 */
#include <string.h>

#include "exec/func_private.h"

struct unit {
	uint32_t width; /* in the string, in bits */
	uint8_t zero;   /* as it is written there */
	bool is_bit;
};

static struct unit
unit_of(enum function_id id)
{
	if (id == FN_GET_BYTE || id == FN_SET_BYTE)
		return (struct unit){ .width = 8 };
	if (id == FN_GET_BIT || id == FN_SET_BIT)
		return (struct unit){ .width = 1, .is_bit = true };
	return (struct unit){ .width = 8, .zero = '0', .is_bit = true };
}

static uint32_t
unit_mask(struct unit unit)
{
	return (1u << unit.width) - 1;
}

/* Where a unit begins in the string, in bits. */
static int
find_place(struct function_call *call, struct unit unit, uint32_t row,
    size_t *out)
{
	int64_t at = ARG(call, 1, i64, row);
	int64_t count = (int64_t)ARG(call, 0, str, row).len * 8 / unit.width;

	if (at < 0 || at >= count)
		return error_set(call->err, STELE_E_ARRAY_SUBSCRIPT,
		    unit.zero == '0'
			? "bit index %lld out of valid range (0..%lld)"
			: "index %lld out of valid range, 0..%lld",
		    (long long)at, (long long)count - 1);
	*out = (size_t)at * unit.width;
	return 0;
}

static int
get_row(struct function_call *call, uint32_t row)
{
	struct unit unit = unit_of(call->function->id);
	struct str string = ARG(call, 0, str, row);
	size_t place;
	int rc = find_place(call, unit, row, &place);

	if (rc == 0) {
		uint32_t byte = (uint8_t)string.data[place / 8];

		call->result->i64[row] =
		    (byte >> place % 8 & unit_mask(unit)) - unit.zero;
	}
	return rc;
}
ROW_KERNEL(get)

static int
set_row(struct function_call *call, uint32_t row)
{
	struct unit unit = unit_of(call->function->id);
	struct str string = ARG(call, 0, str, row);
	int64_t value = ARG(call, 2, i64, row);
	uint32_t mask = unit_mask(unit);
	size_t place;
	uint8_t *copy;
	int rc = find_place(call, unit, row, &place);

	if (rc != 0)
		return rc;
	if (unit.is_bit && value != 0 && value != 1)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "new bit must be 0 or 1");
	copy = arena_try_alloc(call->arena, string.len);
	if (copy == NULL)
		return error_no_memory(call->err);
	memcpy(copy, string.data, string.len);
	copy[place / 8] &= (uint8_t) ~(mask << place % 8);
	copy[place / 8] |=
	    (uint8_t)((((uint32_t)value + unit.zero) & mask) << place % 8);
	call->result->str[row] = str_of((const char *)copy, string.len);
	return 0;
}
ROW_KERNEL(set)

static const struct func_row rows[] = {
	{ FN_GET_BIT, { get, false } },
	{ FN_GET_BIT_BIT, { get, false } },
	{ FN_GET_BYTE, { get, false } },
	{ FN_SET_BIT, { set, false } },
	{ FN_SET_BIT_BIT, { set, false } },
	{ FN_SET_BYTE, { set, false } },
};

const struct func_family func_place = { rows, ARRAY_LEN(rows) };
