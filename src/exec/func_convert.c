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

/* Between two looks for a cancel. */
#define PIECE_BYTES ((size_t)1 << 20)

/* What is looked at apart: whole characters at the front of a text. */
static struct str
piece_of(const struct text_encoding *encoding, struct str text)
{
	size_t whole;

	if (text.len <= PIECE_BYTES)
		return text;
	whole = encoding_whole(encoding, str_of(text.data, PIECE_BYTES));
	return str_of(text.data, whole == 0 ? PIECE_BYTES : whole);
}

static int
recode(struct function_call *call, struct str bytes,
    const struct text_encoding *from, const struct text_encoding *to,
    struct str *out)
{
	struct buf text;
	int rc = 0;

	if (!has_conversion(from, to))
		return error_set(call->err, STELE_E_UNDEFINED_FUNCTION,
		    "default conversion function for encoding \"%s\" to \"%s\""
		    " does not exist",
		    encoding_name(from), encoding_name(to));
	buf_init_charged(&text, call->arena->budget);
	while (bytes.len > 0 && rc == 0) {
		struct str piece =
		    piece_of(from == encoding_sql_ascii ? to : from, bytes);

		rc = encoding_convert(from, to, piece, &text, call->err);
		if (rc == 0)
			rc = cancel_check(call->cancel, call->err);
		bytes = str_of(bytes.data + piece.len, bytes.len - piece.len);
	}
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
	uint64_t length = 0;
	int rc =
	    find_encoding(call, ARG(call, 1, str, row), "source", &encoding);

	while (bytes.len > 0 && rc == 0) {
		struct str piece = piece_of(encoding, bytes);

		rc = encoding_check(encoding, piece, call->err);
		if (rc == 0)
			rc = cancel_check(call->cancel, call->err);
		if (rc == 0)
			length += encoding_length(encoding, piece);
		bytes = str_of(bytes.data + piece.len, bytes.len - piece.len);
	}
	call->result->i64[row] = (int64_t)length;
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
