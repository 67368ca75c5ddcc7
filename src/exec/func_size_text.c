/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_size_text.c -- numbers of bytes as people write and read them: "10 MB".
 */
#include <inttypes.h>

#include "exec/func_private.h"
#include "types/numeric.h"

static const struct size_unit {
	const char *name;
	int64_t limit; /* from here on, the next unit */
	bool rounds;   /* to the nearest */
	uint32_t bits; /* of the value that are less than one of the unit */
} units[] = {
	{ "bytes", 10 * 1024, false, 0 },
	{ "kB", 20 * 1024 - 1, true, 10 },
	{ "MB", 20 * 1024 - 1, true, 20 },
	{ "GB", 20 * 1024 - 1, true, 30 },
	{ "TB", 20 * 1024 - 1, true, 40 },
	{ "PB", 20 * 1024 - 1, true, 50 },
};

/* Towards zero, but by one bit less if it is to be rounded. */
static int64_t
shift_down(int64_t size, uint32_t from, const struct size_unit *to)
{
	uint32_t bits = to->bits - (to->rounds ? 1 : 0);

	return size / (INT64_C(1) << (bits - from));
}

static int
size_pretty(struct function_call *call, uint32_t row)
{
	int64_t size = ARG(call, 0, i64, row);
	uint32_t done = 0;
	size_t unit = 0;

	while (unit + 1 < ARRAY_LEN(units) &&
	    (size == INT64_MIN || size >= units[unit].limit ||
		size <= -units[unit].limit)) {
		unit++;
		size = shift_down(size, done, &units[unit]);
		done = units[unit].bits - (units[unit].rounds ? 1 : 0);
	}
	if (units[unit].rounds)
		size = (size + (size >= 0 ? 1 : -1)) / 2;
	call->result->str[row] =
	    arena_printf(call->arena, "%" PRId64 " %s", size, units[unit].name);
	return 0;
}

static int
run_size_pretty(struct function_call *call)
{
	return each_row(call, size_pretty);
}

/* *size without the digits after the point, by this power of two. */
static int
divide_by_power(struct function_call *call, uint32_t bits, struct numeric *size)
{
	struct numeric divisor = numeric_of_i64(INT64_C(1) << bits);

	return numeric_divide_integer(size, &divisor, call->arena, size,
	    call->err);
}

/* Twice the size becomes the size, to the nearest. */
static int
halve(struct function_call *call, struct numeric *size)
{
	struct numeric one = numeric_of_i64(numeric_sign(size) < 0 ? -1 : 1);
	int rc = numeric_add(size, &one, call->arena, size, call->err);

	return rc != 0 ? rc : divide_by_power(call, 1, size);
}

static bool
is_below(const struct numeric *size, const struct size_unit *unit)
{
	struct numeric limit = numeric_of_i64(unit->limit);
	struct numeric absolute = numeric_abs(size);

	return numeric_compare(&absolute, &limit) < 0;
}

/* The same for sizes of any length; bytes keep what is after the point. */
static int
size_pretty_numeric(struct function_call *call, uint32_t row)
{
	struct numeric size = ARG(call, 0, numeric, row);
	uint32_t done = 0;
	size_t unit = 0;
	struct buf text;
	int rc = 0;

	while (rc == 0 && unit + 1 < ARRAY_LEN(units) &&
	    !is_below(&size, &units[unit])) {
		uint32_t bits = units[++unit].bits - 1;

		rc = divide_by_power(call, bits - done, &size);
		done = bits;
	}
	if (rc == 0 && units[unit].rounds)
		rc = halve(call, &size);
	if (rc != 0)
		return rc;
	buf_init(&text);
	numeric_put(&size, &text);
	buf_printf(&text, " %s", units[unit].name);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}

static int
run_size_pretty_numeric(struct function_call *call)
{
	return each_row(call, size_pretty_numeric);
}

/* ---- and back ---- */

static bool
is_digit(struct str text, size_t at)
{
	return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}

static size_t
skip_digits(struct str text, size_t at)
{
	while (is_digit(text, at))
		at++;
	return at;
}

static size_t
skip_sign(struct str text, size_t at)
{
	bool is_sign =
	    at < text.len && (text.data[at] == '-' || text.data[at] == '+');

	return is_sign ? at + 1 : at;
}

/* How much of the text is the number in front of the unit; 0: it has none. */
static size_t
number_length(struct str text)
{
	size_t first = skip_sign(text, 0);
	size_t at = skip_digits(text, first);
	size_t digits = at - first;
	size_t exponent;

	if (at < text.len && text.data[at] == '.') {
		size_t end = skip_digits(text, at + 1);

		digits += end - at - 1;
		at = end;
	}
	if (digits == 0)
		return 0;
	if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
		exponent = skip_sign(text, at + 1);
		if (is_digit(text, exponent))
			at = skip_digits(text, exponent);
	}
	return at;
}

static int
invalid_size(struct function_call *call, struct str text)
{
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid size: \"%.*s\"", STR_FMT(text));
}

static int
find_unit(struct function_call *call, struct str text, struct str name,
    const struct size_unit **out)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		*out = &units[i];
		if (str_equal_nocase(name, str_of_cstr(units[i].name)))
			return 0;
	}
	(void)invalid_size(call, text);
	(void)error_detail(call->err, "Invalid size unit: \"%.*s\".",
	    STR_FMT(name));
	return error_hint(call->err,
	    "Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and"
	    " \"PB\".");
}

static int
size_bytes(struct function_call *call, uint32_t row)
{
	struct str text = ARG(call, 0, str, row);
	struct str trimmed = type_trim(text);
	size_t length = number_length(trimmed);
	const struct size_unit *unit = &units[0];
	struct numeric size, factor;
	struct str name;
	int rc = 0;

	if (length == 0)
		return invalid_size(call, text);
	if (numeric_parse(str_of(trimmed.data, length), call->arena, &size) !=
	    NUMERIC_PARSE_OK)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "value overflows numeric format");
	name = type_trim(str_of(trimmed.data + length, trimmed.len - length));
	if (name.len > 0)
		rc = find_unit(call, text, name, &unit);
	factor = numeric_of_i64(INT64_C(1) << unit->bits);
	if (rc == 0)
		rc = numeric_multiply(&size, &factor, call->arena, &size,
		    call->err);
	if (rc == 0 && !numeric_to_i64(&size, &call->result->i64[row]))
		rc = error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "bigint out of range");
	return rc;
}

static int
run_size_bytes(struct function_call *call)
{
	return each_row(call, size_bytes);
}

static const struct func_row rows[] = {
	{ FN_PG_SIZE_BYTES, { run_size_bytes, false } },
	{ FN_PG_SIZE_PRETTY, { run_size_pretty, false } },
	{ FN_PG_SIZE_PRETTY_NUMERIC, { run_size_pretty_numeric, false } },
};

const struct func_family func_size_text = { rows, ARRAY_LEN(rows) };
