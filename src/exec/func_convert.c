/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_convert.c -- bytes as texts of an encoding, and between encodings.  A text
 * is UTF-8.
 */
#include "exec/func_array.h"
#include "types/encoding.h"

static int
find_encoding(struct function_call *call, struct str name, const char *role,
    const struct text_encoding **out)
{
	*out = encoding_find(name);
	if (*out == NULL)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid %s encoding name \"%.*s\"", role, STR_FMT(name));
	if (encoding_is_known(*out))
		return 0;
	return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "encoding \"%.*s\" is not supported", STR_FMT(name));
}

static bool
has_conversion(const struct text_encoding *from, const struct text_encoding *to)
{
	return from == to || from == encoding_utf8 || to == encoding_utf8 ||
	    from == encoding_sql_ascii || to == encoding_sql_ascii;
}

static int
recode(struct function_call *call, struct str bytes,
    const struct text_encoding *from, const struct text_encoding *to,
    struct str *out)
{
	struct buf text;
	int rc;

	if (!has_conversion(from, to))
		return error_set(call->err, STELE_E_UNDEFINED_FUNCTION,
		    "default conversion function for encoding \"%s\" to \"%s\""
		    " does not exist",
		    encoding_name(from), encoding_name(to));
	buf_init_charged(&text, call->arena->budget);
	rc = encoding_convert(from, to, bytes, &text, call->err);
	if (rc == 0)
		*out = arena_str(call->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

/* ---- functions ---- */

static int
convert_row(struct function_call *call, uint32_t row)
{
	const struct text_encoding *from, *to;
	int rc = find_encoding(call, ARG(call, 1, str, row), "source", &from);

	if (rc == 0)
		rc = find_encoding(call, ARG(call, 2, str, row), "destination",
		    &to);
	return rc != 0 ? rc
		       : recode(call, ARG(call, 0, str, row), from, to,
			     &call->result->str[row]);
}
ROW_KERNEL(convert)

static int
convert_to_row(struct function_call *call, uint32_t row)
{
	const struct text_encoding *to;
	int rc =
	    find_encoding(call, ARG(call, 1, str, row), "destination", &to);

	return rc != 0 ? rc
		       : recode(call, ARG(call, 0, str, row), encoding_utf8, to,
			     &call->result->str[row]);
}
ROW_KERNEL(convert_to)

static int
convert_from_row(struct function_call *call, uint32_t row)
{
	const struct text_encoding *from;
	int rc = find_encoding(call, ARG(call, 1, str, row), "source", &from);

	return rc != 0 ? rc
		       : recode(call, ARG(call, 0, str, row), from,
			     encoding_utf8, &call->result->str[row]);
}
ROW_KERNEL(convert_from)

/* Characters of what is a text in an encoding. */
static int
length_in_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	const struct text_encoding *encoding;
	int rc =
	    find_encoding(call, ARG(call, 1, str, row), "source", &encoding);

	if (rc == 0)
		rc = encoding_check(encoding, bytes, call->err);
	if (rc == 0)
		call->result->i64[row] =
		    (int64_t)encoding_length(encoding, bytes);
	return rc;
}
ROW_KERNEL(length_in)

static const struct func_row rows[] = {
	{ FN_CONVERT, { convert, false } },
	{ FN_CONVERT_FROM, { convert_from, false } },
	{ FN_CONVERT_TO, { convert_to, false } },
	{ FN_LENGTH_BYTEA_NAME, { length_in, false } },
};

const struct func_family func_convert = { rows, ARRAY_LEN(rows) };
