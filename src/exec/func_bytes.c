/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_bytes.c -- bytea: encode() and decode(), its bits counted, digests.
 */
#include <openssl/evp.h>

#include "common/utf8.h"
#include "exec/func_private.h"

#define BASE64_LINE 76 /* characters before a newline, as in RFC 2045 */

static const char base64_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- encode ---- */

static void
put_hex(const struct function_call *call, struct str bytes, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; call_has_byte(call, i, bytes.len); i++) {
		uint8_t byte = (uint8_t)bytes.data[i];
		const char pair[] = { digits[byte >> 4], digits[byte & 15] };

		buf_put(out, pair, sizeof(pair));
	}
}

/*
 * Three bytes are four characters.  Whole ones end a line when it is full, also
 * the last.
 */
static void
put_base64(const struct function_call *call, struct str bytes, struct buf *out)
{
	size_t in_line = 0;

	for (size_t i = 0; call_has_byte(call, i, bytes.len); i += 3) {
		size_t left = bytes.len - i;
		uint32_t bits = (uint32_t)(uint8_t)bytes.data[i] << 16;
		char text[4];

		if (left > 1)
			bits |= (uint32_t)(uint8_t)bytes.data[i + 1] << 8;
		if (left > 2)
			bits |= (uint8_t)bytes.data[i + 2];
		for (int k = 0; k < 4; k++)
			text[k] = base64_chars[bits >> (18 - 6 * k) & 63];
		if (left < 3)
			text[3] = '=';
		if (left < 2)
			text[2] = '=';
		buf_put(out, text, 4);
		in_line += 4;
		if (in_line == BASE64_LINE && left >= 3) {
			buf_put_u8(out, '\n');
			in_line = 0;
		}
	}
}

/* Zeros and bytes past ASCII as \nnn, a backslash doubled. */
static void
put_escaped(const struct function_call *call, struct str bytes, struct buf *out)
{
	for (size_t i = 0; call_has_byte(call, i, bytes.len); i++) {
		uint8_t c = (uint8_t)bytes.data[i];

		if (c == 0 || c >= 0x80)
			buf_printf(out, "\\%03o", c);
		else if (c == '\\')
			buf_put_cstr(out, "\\\\");
		else
			buf_put(out, &bytes.data[i], 1);
	}
}

enum encoding { ENCODING_HEX, ENCODING_BASE64, ENCODING_ESCAPE };

static int
find_encoding(struct function_call *call, uint32_t row, enum encoding *out)
{
	static const char *const names[] = { "hex", "base64", "escape" };
	struct str name = ARG(call, 1, str, row);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_equal_nocase(name, str_of_cstr(names[i]))) {
			*out = (enum encoding)i;
			return 0;
		}
	}
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "unrecognized encoding: \"%.*s\"", STR_FMT(name));
}

static int
encode_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	enum encoding encoding;
	struct buf out;
	int rc;

	rc = find_encoding(call, row, &encoding);
	if (rc != 0)
		return rc;
	buf_init_charged(&out, call->arena->budget);
	if (encoding == ENCODING_HEX)
		put_hex(call, bytes, &out);
	else if (encoding == ENCODING_BASE64)
		put_base64(call, bytes, &out);
	else
		put_escaped(call, bytes, &out);
	rc = put_text(call, row, &out);
	buf_release(&out);
	return rc;
}
ROW_KERNEL(encode)

/* ---- decode ---- */

static int
invalid(struct function_call *call, const char *what)
{
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE, "%s",
	    what);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

static int
invalid_char(struct function_call *call, struct str text, size_t at,
    const char *encoding)
{
	struct str rest = str_of(text.data + at, text.len - at);

	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid %s \"%.*s\"%s", encoding, (int)utf8_offset(rest, 1),
	    rest.data,
	    encoding[0] == 's' ? " found while decoding base64 sequence" : "");
}

static int
take_hex(struct function_call *call, struct str text, struct buf *out)
{
	for (size_t i = 0; call_has_byte(call, i, text.len); i += 2) {
		int high, low;

		while (i < text.len && is_space(text.data[i]))
			i++;
		if (i == text.len)
			break;
		high = hex_digit(text.data[i]);
		if (high < 0)
			return invalid_char(call, text, i,
			    "hexadecimal digit:");
		if (i + 1 == text.len)
			return invalid(call,
			    "invalid hexadecimal data: odd number of digits");
		low = hex_digit(text.data[i + 1]);
		if (low < 0)
			return invalid_char(call, text, i + 1,
			    "hexadecimal digit:");
		buf_put_u8(out, (uint8_t)(high << 4 | low));
	}
	return 0;
}

static int
base64_end(struct function_call *call)
{
	(void)invalid(call, "invalid base64 end sequence");
	return error_hint(call->err,
	    "Input data is missing padding, is truncated, or is otherwise"
	    " corrupted.");
}

/*
 * Four characters are three bytes: as PostgreSQL has it, until the first '=',
 * whose place says how many all the groups have from then on.
 */
static int
take_base64(struct function_call *call, struct str text, struct buf *out)
{
	uint32_t bits = 0, count = 0, kept = 3;

	for (size_t i = 0; call_has_byte(call, i, text.len); i++) {
		char c = text.data[i];
		const char *found = strchr(base64_chars, c);

		if (is_space(c))
			continue;
		if (c == '=') {
			if (kept == 3 && count < 2)
				return invalid(call,
				    "unexpected \"=\" while decoding base64"
				    " sequence");
			if (kept == 3)
				kept = count - 1;
			found = base64_chars;
		} else if (found == NULL) {
			return invalid_char(call, text, i, "symbol");
		}
		bits = bits << 6 | (uint32_t)(found - base64_chars);
		if (++count < 4)
			continue;
		for (uint32_t k = 0; k < kept; k++)
			buf_put_u8(out, (uint8_t)(bits >> (16 - 8 * k)));
		bits = count = 0;
	}
	return count == 0 || cancel_is_set(call->cancel) ? 0 : base64_end(call);
}

static int
take_escaped(struct function_call *call, struct str text, struct buf *out)
{
	for (size_t i = 0; call_has_byte(call, i, text.len); i++) {
		const char *c = text.data + i;
		size_t left = text.len - i;

		if (*c != '\\') {
			buf_put(out, c, 1);
		} else if (left > 1 && c[1] == '\\') {
			buf_put(out, c, 1);
			i++;
		} else if (left > 3 && c[1] >= '0' && c[1] <= '3' &&
		    c[2] >= '0' && c[2] <= '7' && c[3] >= '0' && c[3] <= '7') {
			buf_put_u8(out,
			    (uint8_t)((c[1] - '0') << 6 | (c[2] - '0') << 3 |
				(c[3] - '0')));
			i += 3;
		} else {
			return error_set(call->err,
			    STELE_E_INVALID_TEXT_REPRESENTATION,
			    "invalid input syntax for type %s", "bytea");
		}
	}
	return 0;
}

static int
decode_row(struct function_call *call, uint32_t row)
{
	struct str text = ARG(call, 0, str, row);
	enum encoding encoding;
	struct buf out;
	int rc;

	rc = find_encoding(call, row, &encoding);
	if (rc != 0)
		return rc;
	buf_init_charged(&out, call->arena->budget);
	rc = encoding == ENCODING_HEX     ? take_hex(call, text, &out)
	    : encoding == ENCODING_BASE64 ? take_base64(call, text, &out)
					  : take_escaped(call, text, &out);
	if (rc == 0)
		rc = put_text(call, row, &out);
	buf_release(&out);
	return rc;
}
ROW_KERNEL(decode)

/* ---- lengths ---- */

static int
bit_count_row(struct function_call *call, uint32_t row)
{
	struct str bytes = ARG(call, 0, str, row);
	int64_t count = 0;

	for (size_t i = 0; i < bytes.len; i++)
		count += __builtin_popcount((uint8_t)bytes.data[i]);
	call->result->i64[row] = count;
	return 0;
}
ROW_KERNEL(bit_count)

static int
bit_length_row(struct function_call *call, uint32_t row)
{
	call->result->i64[row] = (int64_t)ARG(call, 0, str, row).len * 8;
	return 0;
}
ROW_KERNEL(bit_length)

/* ---- digests ---- */

static int
digest(struct function_call *call, uint32_t row, const EVP_MD *kind,
    struct str *out)
{
	struct str bytes = ARG(call, 0, str, row);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	bool is_ok =
	    context != NULL && EVP_DigestInit_ex(context, kind, NULL) == 1;

	for (size_t at = 0; is_ok && call_has_byte(call, at, bytes.len);
	     at += CANCEL_BYTES) {
		size_t left = bytes.len - at;

		is_ok = EVP_DigestUpdate(context, bytes.data + at,
			    left < CANCEL_BYTES ? left : CANCEL_BYTES) == 1;
	}
	is_ok = is_ok && EVP_DigestFinal_ex(context, md, &len) == 1;
	EVP_MD_CTX_free(context);
	if (!is_ok)
		return error_set(call->err, STELE_E_INTERNAL,
		    "could not compute a digest");
	*out = arena_str(call->arena, str_of((const char *)md, len));
	return 0;
}

static int
md5_row(struct function_call *call, uint32_t row)
{
	struct str bytes = STR("");
	struct buf text;
	int rc = digest(call, row, EVP_md5(), &bytes);

	if (rc != 0)
		return rc;
	buf_init_charged(&text, call->arena->budget);
	put_hex(call, bytes, &text);
	rc = put_text(call, row, &text);
	buf_release(&text);
	return rc;
}
ROW_KERNEL(md5)

#define DIGEST_KERNEL(name) \
	static int name##_row(struct function_call *call, uint32_t row) \
	{ \
		return digest(call, row, EVP_##name(), \
		    &call->result->str[row]); \
	} \
	ROW_KERNEL(name)
DIGEST_KERNEL(sha224)
DIGEST_KERNEL(sha256)
DIGEST_KERNEL(sha384)
DIGEST_KERNEL(sha512)

static const struct func_row rows[] = {
	{ FN_BIT_COUNT, { bit_count, false } },
	{ FN_BIT_LENGTH_BYTEA, { bit_length, false } },
	{ FN_BIT_LENGTH_TEXT, { bit_length, false } },
	{ FN_DECODE, { decode, false } },
	{ FN_ENCODE, { encode, false } },
	{ FN_MD5_BYTEA, { md5, false } },
	{ FN_MD5_TEXT, { md5, false } },
	{ FN_SHA224, { sha224, false } },
	{ FN_SHA256, { sha256, false } },
	{ FN_SHA384, { sha384, false } },
	{ FN_SHA512, { sha512, false } },
};

const struct func_family func_bytes = { rows, ARRAY_LEN(rows) };
