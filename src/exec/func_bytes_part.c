/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_bytes_part.c -- parts of bytea, by place and by what they are, and those
 * of bit strings, whose digits are bytes.
 */
#include <string.h>

#include "exec/func_private.h"

static int
negative_length(struct function_call *call)
{
	return error_set(call->err, STELE_E_SUBSTRING_ERROR,
	    "negative substring length not allowed");
}

/* Bytes from a place, from 1, up to one; both may lie outside. */
static struct str
slice(struct str bytes, int64_t from, int64_t end)
{
	int64_t len = (int64_t)bytes.len;

	from = from < 1 ? 1 : from;
	end = end > len + 1 ? len + 1 : end;
	return from >= end
	    ? STR("")
	    : str_of(bytes.data + from - 1, (size_t)(end - from));
}

static int
substring_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	int64_t from = ARG(call, 1, i64, row);
	int64_t end = (int64_t)bytes.len + 1;

	if (call->arg_count > 2) {
		int64_t length = ARG(call, 2, i64, row);

		if (length < 0)
			return negative_length(call);
		end = from + length;
	}
	call->result->str[row] = slice(bytes, from, end);
	return 0;
}
ROW_KERNEL(substring)

static int
overlay_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	struct str other = ARG(call, 1, str, row);
	int64_t from = ARG(call, 2, i64, row);
	int64_t length =
	    call->arg_count > 3 ? ARG(call, 3, i64, row) : (int64_t)other.len;
	struct buf out;
	int rc;

	if (from <= 0)
		return negative_length(call);
	if (from + length > INT32_MAX || from + length < INT32_MIN)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "integer out of range");
	buf_init_charged(&out, call->arena->budget);
	buf_put_str(&out, slice(bytes, 1, from));
	buf_put_str(&out, other);
	buf_put_str(&out, slice(bytes, from + length, INT32_MAX));
	rc = put_text(call, row, &out);
	buf_release(&out);
	return rc;
}
ROW_KERNEL(overlay)

/*
 * All strings begin with an empty part, but for those of no bits, which have no
 * part at all.
 */
static int
position_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	struct str part = ARG(call, 1, str, row);
	bool is_bits = call->function->id == FN_POSITION_BIT;
	const char *found;

	if (part.len == 0) {
		call->result->i64[row] = is_bits && bytes.len == 0 ? 0 : 1;
		return 0;
	}
	found = memmem(bytes.data, bytes.len, part.data, part.len);
	call->result->i64[row] = found == NULL ? 0 : found - bytes.data + 1;
	return 0;
}
ROW_KERNEL(position)

/* Which bytes a set has. */
struct byte_set {
	bool has[UINT8_MAX + 1];
};

static bool
set_has(const struct byte_set *set, char byte)
{
	return set->has[(uint8_t)byte];
}

/* Bytes that are any of the second argument's, from both ends, or one. */
static int
trim_row(struct function_call *call, uint32_t row)
{
	enum function_id id = call->function->id;
	struct str bytes = ARG(call, 0, str, row);
	struct str members = ARG(call, 1, str, row);
	struct byte_set set = { 0 };
	size_t first = 0;
	size_t end = bytes.len;

	for (size_t i = 0; call_has_byte(call, i, members.len); i++)
		set.has[(uint8_t)members.data[i]] = true;
	if (id != FN_RTRIM_BYTEA)
		while (call_has_byte(call, first, end) &&
		    set_has(&set, bytes.data[first]))
			first++;
	if (id != FN_LTRIM_BYTEA)
		while (call_has_byte(call, first, end) &&
		    set_has(&set, bytes.data[end - 1]))
			end--;
	call->result->str[row] =
	    first == end ? STR("") : str_of(bytes.data + first, end - first);
	return 0;
}
ROW_KERNEL(trim)

static const struct func_row rows[] = {
	{ FN_BTRIM_BYTEA, { trim, false } },
	{ FN_LTRIM_BYTEA, { trim, false } },
	{ FN_OVERLAY_BIT, { overlay, false } },
	{ FN_OVERLAY_BIT_LENGTH, { overlay, false } },
	{ FN_OVERLAY_BYTEA, { overlay, false } },
	{ FN_OVERLAY_BYTEA_LENGTH, { overlay, false } },
	{ FN_POSITION_BIT, { position, false } },
	{ FN_POSITION_BYTEA, { position, false } },
	{ FN_RTRIM_BYTEA, { trim, false } },
	{ FN_SUBSTR_BYTEA, { substring, false } },
	{ FN_SUBSTR_BYTEA_LENGTH, { substring, false } },
	{ FN_SUBSTRING_BIT, { substring, false } },
	{ FN_SUBSTRING_BIT_LENGTH, { substring, false } },
	{ FN_SUBSTRING_BYTEA, { substring, false } },
	{ FN_SUBSTRING_BYTEA_LENGTH, { substring, false } },
};

const struct func_family func_bytes_part = { rows, ARRAY_LEN(rows) };
