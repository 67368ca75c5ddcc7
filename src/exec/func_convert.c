/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_convert.c -- bytes as texts of an encoding, and between encodings.  A text
 * is UTF-8; bytes may be LATIN1, or SQL_ASCII, which has no meaning.
 */
#include <stdio.h>

#include "common/utf8.h"
#include "exec/func_array.h"

enum encoding { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_SQL_ASCII };

static const char *const encoding_names[] = {
	[ENCODING_UTF8] = "UTF8",
	[ENCODING_LATIN1] = "LATIN1",
	[ENCODING_SQL_ASCII] = "SQL_ASCII",
};

/* Encodings that PostgreSQL has and we have not. */
static bool
is_foreign(struct str plain)
{
	static const char *const names[] = { "abc", "alt", "big5", "euccn",
		"eucjis2004", "eucjp", "euckr", "euctw", "gb18030", "gbk",
		"iso885910", "iso885913", "iso885914", "iso885915", "iso885916",
		"iso88592", "iso88593", "iso88594", "iso88595", "iso88596",
		"iso88597", "iso88598", "iso88599", "johab", "koi8", "koi8r",
		"koi8u", "latin10", "latin2", "latin3", "latin4", "latin5",
		"latin6", "latin7", "latin8", "latin9", "mskanji",
		"muleinternal", "shiftjis", "shiftjis2004", "sjis", "tcvn",
		"tcvn5712", "uhc", "vscii", "win", "win1250", "win1251",
		"win1252", "win1253", "win1254", "win1255", "win1256",
		"win1257", "win1258", "win866", "win874", "win932", "win936",
		"win949", "win950", "windows1250", "windows1251", "windows1252",
		"windows1253", "windows1254", "windows1255", "windows1256",
		"windows1257", "windows1258", "windows866", "windows874",
		"windows932", "windows936", "windows949", "windows950" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(plain, str_of_cstr(names[i])))
			return true;
	return false;
}

/* Only letters and digits of a name count. */
static int
find_encoding(struct function_call *call, struct str name, const char *role,
    enum encoding *out)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} ours[] = {
		{ "utf8", ENCODING_UTF8 },
		{ "unicode", ENCODING_UTF8 },
		{ "latin1", ENCODING_LATIN1 },
		{ "iso88591", ENCODING_LATIN1 },
		{ "sqlascii", ENCODING_SQL_ASCII },
	};
	char plain[64];
	size_t len = 0;

	for (size_t i = 0; i < name.len && len < sizeof(plain); i++) {
		char c = name.data[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
			plain[len++] = c;
	}
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		*out = ours[i].encoding;
		if (str_equal(str_of(plain, len), str_of_cstr(ours[i].name)))
			return 0;
	}
	if (!is_foreign(str_of(plain, len)))
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid %s encoding name \"%.*s\"", role, STR_FMT(name));
	return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "encoding \"%.*s\" is not supported", STR_FMT(name));
}

/* No encoding has a zero; UTF-8 has rules. */
static int
check(struct function_call *call, struct str bytes, enum encoding encoding)
{
	const char *name = encoding_names[encoding];
	size_t valid =
	    encoding == ENCODING_UTF8 ? utf8_valid_prefix(bytes) : bytes.len;
	const char *zero =
	    bytes.len == 0 ? NULL : memchr(bytes.data, '\0', bytes.len);

	if (zero != NULL && (size_t)(zero - bytes.data) < valid)
		return error_set(call->err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
		    "invalid byte sequence for encoding \"%s\": 0x00", name);
	if (valid < bytes.len)
		return error_set(call->err, STELE_E_CHARACTER_NOT_IN_REPERTOIRE,
		    "invalid byte sequence for encoding \"%s\": 0x%02x", name,
		    (uint8_t)bytes.data[valid]);
	return 0;
}

/* ---- LATIN1: the first 256 code points ---- */

static int
keep(struct function_call *call, struct buf *text, struct str *out)
{
	int rc = 0;

	if (text->failed)
		rc = error_set(call->err, STELE_E_OUT_OF_MEMORY,
		    "out of memory");
	else
		*out = arena_str(call->arena, buf_str(text));
	buf_release(text);
	return rc;
}

static int
from_latin1(struct function_call *call, struct str bytes, struct str *out)
{
	struct buf text;

	buf_init_charged(&text, call->arena->budget);
	for (size_t i = 0; call_has_byte(call, i, bytes.len); i++) {
		char encoded[4];

		buf_put(&text, encoded,
		    utf8_encode((uint8_t)bytes.data[i], encoded));
	}
	return keep(call, &text, out);
}

static int
no_equivalent(struct function_call *call, struct str character)
{
	char list[4 * 5 + 1] = "";
	size_t len = 0;

	for (size_t i = 0; i < character.len && i < 4; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len,
		    "%s0x%02x", i > 0 ? " " : "", (uint8_t)character.data[i]);
	return error_set(call->err, STELE_E_UNTRANSLATABLE_CHARACTER,
	    "character with byte sequence %s in encoding \"UTF8\" has no"
	    " equivalent in encoding \"LATIN1\"",
	    list);
}

/* Of valid UTF-8: two bytes, the first 0xc2 or 0xc3, are a code point to 0xff. */
static int
to_latin1(struct function_call *call, struct str text, struct str *out)
{
	struct buf bytes;
	int rc = 0;

	buf_init_charged(&bytes, call->arena->budget);
	for (size_t i = 0; call_has_byte(call, i, text.len) && rc == 0; i++) {
		uint8_t first = (uint8_t)text.data[i];
		struct str rest = str_of(text.data + i, text.len - i);

		if (first < 0x80)
			buf_put_u8(&bytes, first);
		else if (first <= 0xc3)
			buf_put_u8(&bytes,
			    (uint8_t)((first & 3) << 6 |
				((uint8_t)text.data[++i] & 0x3f)));
		else
			rc = no_equivalent(call,
			    str_of(rest.data, utf8_offset(rest, 1)));
	}
	if (rc == 0)
		return keep(call, &bytes, out);
	buf_release(&bytes);
	return rc;
}

/* ---- functions ---- */

static int
recode(struct function_call *call, struct str bytes, enum encoding from,
    enum encoding to, struct str *out)
{
	int rc = check(call, bytes, from);

	*out = bytes;
	if (rc != 0 || from == to || to == ENCODING_SQL_ASCII)
		return rc;
	if (from == ENCODING_SQL_ASCII)
		return check(call, bytes, to);
	return from == ENCODING_LATIN1 ? from_latin1(call, bytes, out)
				       : to_latin1(call, bytes, out);
}

static int
convert_row(struct function_call *call, uint32_t row)
{
	enum encoding from, to;
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
	enum encoding to;
	int rc =
	    find_encoding(call, ARG(call, 1, str, row), "destination", &to);

	return rc != 0 ? rc
		       : recode(call, ARG(call, 0, str, row), ENCODING_UTF8, to,
			     &call->result->str[row]);
}
ROW_KERNEL(convert_to)

static int
convert_from_row(struct function_call *call, uint32_t row)
{
	enum encoding from;
	int rc = find_encoding(call, ARG(call, 1, str, row), "source", &from);

	return rc != 0 ? rc
		       : recode(call, ARG(call, 0, str, row), from,
			     ENCODING_UTF8, &call->result->str[row]);
}
ROW_KERNEL(convert_from)

/* Characters of what is a text in an encoding. */
static int
length_in_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	enum encoding encoding;
	int rc =
	    find_encoding(call, ARG(call, 1, str, row), "source", &encoding);

	if (rc == 0)
		rc = check(call, bytes, encoding);
	if (rc == 0)
		call->result->i64[row] = encoding == ENCODING_UTF8
		    ? (int64_t)utf8_length(bytes)
		    : (int64_t)bytes.len;
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
