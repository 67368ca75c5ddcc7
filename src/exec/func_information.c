/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_information.c -- what the views of information_schema say of a type and
 * its modifier.  Null: it means nothing for this type.
 */
#include "exec/func_array.h"

#define MOD_HEADER     4
#define TIMETZ         1266
#define TEXT_BYTES_MAX 1073741824
#define UTF8_BYTES_MAX 4

/* The answer for a type and its modifier; false: null. */
typedef bool (*type_fact_fn)(uint32_t oid, int32_t mod, int64_t *out);

static int
each_type(struct function_call *call, type_fact_fn fn)
{
	EACH_ROW(call->sel, row, int64_t value = 0;
		 if (fn((uint32_t)ARG(call, 0, i64, row),
			 (int32_t)ARG(call, 1, i64, row), &value))
		     call->result->i64[row] = value;
		 else put_null(call, row););
	return 0;
}

#define TYPE_KERNEL(name) \
	static int run_##name(struct function_call *call) \
	{ \
		return each_type(call, name); \
	}

static bool
char_max_length(uint32_t oid, int32_t mod, int64_t *out)
{
	bool is_bits = oid == TYPE_BIT || oid == TYPE_VARBIT;

	*out = is_bits ? mod : (int64_t)mod - MOD_HEADER;
	return mod != -1 &&
	    (is_bits || oid == TYPE_BPCHAR || oid == TYPE_VARCHAR);
}
TYPE_KERNEL(char_max_length)

static bool
char_octet_length(uint32_t oid, int32_t mod, int64_t *out)
{
	*out = mod == -1 ? TEXT_BYTES_MAX
			 : ((int64_t)mod - MOD_HEADER) * UTF8_BYTES_MAX;
	return oid == TYPE_TEXT || oid == TYPE_BPCHAR || oid == TYPE_VARCHAR;
}
TYPE_KERNEL(char_octet_length)

static bool
numeric_precision(uint32_t oid, int32_t mod, int64_t *out)
{
	switch (oid) {
	case TYPE_INT2:
		*out = 16;
		return true;
	case TYPE_INT4:
		*out = 32;
		return true;
	case TYPE_INT8:
		*out = 64;
		return true;
	case TYPE_FLOAT4:
		*out = 24;
		return true;
	case TYPE_FLOAT8:
		*out = 53;
		return true;
	case TYPE_NUMERIC:
		*out = ((int64_t)mod - MOD_HEADER) >> 16 & 0xffff;
		return mod != -1;
	default: /* OIDs are no enum */
		return false;
	}
}
TYPE_KERNEL(numeric_precision)

static bool
numeric_radix(uint32_t oid, int32_t mod UNUSED, int64_t *out)
{
	*out = oid == TYPE_NUMERIC ? 10 : 2;
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8 ||
	    oid == TYPE_FLOAT4 || oid == TYPE_FLOAT8 || oid == TYPE_NUMERIC;
}
TYPE_KERNEL(numeric_radix)

static bool
numeric_scale(uint32_t oid, int32_t mod, int64_t *out)
{
	*out = 0;
	if (oid == TYPE_NUMERIC)
		*out = ((int64_t)mod - MOD_HEADER) & 0xffff;
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8 ||
	    (oid == TYPE_NUMERIC && mod != -1);
}
TYPE_KERNEL(numeric_scale)

static bool
datetime_precision(uint32_t oid, int32_t mod, int64_t *out)
{
	switch (oid) {
	case TYPE_DATE:
		*out = 0;
		return true;
	case TYPE_TIME:
	case TIMETZ:
	case TYPE_TIMESTAMP:
	case TYPE_TIMESTAMPTZ:
		*out = mod < 0 ? 6 : mod;
		return true;
	case TYPE_INTERVAL:
		*out = mod < 0 || (mod & 0xffff) == 0xffff ? 6 : mod & 0xffff;
		return true;
	default: /* OIDs are no enum */
		return false;
	}
}
TYPE_KERNEL(datetime_precision)

/* The fields of "interval day to second", in capitals. */
static int
interval_type(struct function_call *call, uint32_t row)
{
	const struct type type = {
		.oid = (uint32_t)ARG(call, 0, i64, row),
		.mod = (int32_t)ARG(call, 1, i64, row),
	};
	struct str name;
	char *fields;
	size_t len;

	if (type.oid != TYPE_INTERVAL) {
		put_null(call, row);
		return 0;
	}
	name = type_format(&type, call->arena);
	len = sizeof("interval ") - 1;
	if (name.len <= len) { /* no fields are said */
		put_null(call, row);
		return 0;
	}
	name = str_of(name.data + len, name.len - len);
	fields = arena_alloc(call->arena, name.len);
	for (len = 0; len < name.len && name.data[len] != '('; len++)
		fields[len] = name.data[len] >= 'a' && name.data[len] <= 'z'
		    ? (char)(name.data[len] - 32)
		    : name.data[len];
	call->result->str[row] = str_of(fields, len);
	return 0;
}

static int
run_interval_type(struct function_call *call)
{
	return each_row(call, interval_type);
}

static const struct func_row rows[] = {
	{ FN_PG_CHAR_MAX_LENGTH, { run_char_max_length, false } },
	{ FN_PG_CHAR_OCTET_LENGTH, { run_char_octet_length, false } },
	{ FN_PG_DATETIME_PRECISION, { run_datetime_precision, false } },
	{ FN_PG_INTERVAL_TYPE, { run_interval_type, false } },
	{ FN_PG_NUMERIC_PRECISION, { run_numeric_precision, false } },
	{ FN_PG_NUMERIC_PRECISION_RADIX, { run_numeric_radix, false } },
	{ FN_PG_NUMERIC_SCALE, { run_numeric_scale, false } },
};

const struct func_family func_information = { rows, ARRAY_LEN(rows) };
