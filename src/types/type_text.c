/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types whose values are bytes: text and its kin, name, "char", bytea; and
 * void, which has none.
 *
 * "char" is a string of no or one byte.
 */
#include <stdlib.h>

#include "common/utf8.h"
#include "types/text.h"
#include "types/type_private.h"

#define NAME_LEN_MAX 63
#define MOD_HEADER   4 /* PostgreSQL adds it to a length in a modifier */

static int
text_in(const struct type_input *in, struct datum *out)
{
	int rc = type_check_utf8(in->text, in->err);

	if (rc == 0)
		out->str = arena_str(in->arena, in->text);
	return rc;
}

static void
text_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_str(out, *(const struct str *)value);
}

static bool
is_blank(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != ' ')
			return false;
	return true;
}

int
text_fit(const struct type *type, enum text_cut cut, struct str *text,
    struct arena *arena, struct error *err)
{
	size_t limit, end, length;
	char *padded;

	if (type->mod < MOD_HEADER)
		return 0;
	limit = (size_t)(type->mod - MOD_HEADER);
	end = text->len <= limit ? text->len : utf8_offset(*text, limit);
	if (end < text->len) {
		struct str rest = str_of(text->data + end, text->len - end);

		if (cut == TEXT_CUT_BLANKS && !is_blank(rest))
			return error_set(err, STELE_E_STRING_TOO_LONG,
			    "value too long for type %s(%zu)",
			    type->oid == TYPE_BPCHAR ? "character"
						     : "character varying",
			    limit);
		text->len = end;
		return 0;
	}
	if (type->oid != TYPE_BPCHAR)
		return 0;
	length = utf8_length(*text);
	if (length == limit)
		return 0;
	padded = arena_try_alloc(arena, text->len + limit - length);
	if (padded == NULL)
		return error_no_memory(err);
	if (text->len > 0)
		memcpy(padded, text->data, text->len);
	memset(padded + text->len, ' ', limit - length);
	*text = str_of(padded, text->len + limit - length);
	return 0;
}

/* varchar(n) and bpchar(n). */
static int
limited_in(const struct type_input *in, struct datum *out)
{
	int rc = text_in(in, out);

	if (rc != 0)
		return rc;
	return text_fit(in->type, TEXT_CUT_BLANKS, &out->str, in->arena,
	    in->err);
}

struct str
text_trim_blanks(struct str text)
{
	while (text.len > 0 && text.data[text.len - 1] == ' ')
		text.len--;
	return text;
}

struct str
text_name(struct str text)
{
	if (text.len <= NAME_LEN_MAX)
		return text;
	text.len = NAME_LEN_MAX;
	text.len = utf8_valid_prefix(text);
	return text;
}

static int
name_in(const struct type_input *in, struct datum *out)
{
	int rc = text_in(in, out);

	if (rc == 0)
		out->str = text_name(out->str);
	return rc;
}

static bool
is_octal(char c, char max)
{
	return c >= '0' && c <= max;
}

static struct str
char_of_byte(uint8_t byte, struct arena *arena)
{
	const char c = (char)byte;

	return arena_str(arena, str_of(&c, byte != 0));
}

/* The first byte; "\ooo" is a byte in octal. */
static int
char_in(const struct type_input *in, struct datum *out)
{
	const char *at = in->text.data;
	uint8_t byte = 0;

	if (in->text.len == 4 && at[0] == '\\' && is_octal(at[1], '7') &&
	    is_octal(at[2], '7') && is_octal(at[3], '7'))
		byte = (uint8_t)((at[1] - '0') << 6 | (at[2] - '0') << 3 |
		    (at[3] - '0'));
	else if (in->text.len > 0)
		byte = (uint8_t)at[0];
	out->str = char_of_byte(byte, in->arena);
	return 0;
}

/* A byte that is no character by itself is shown in octal. */
static void
char_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	struct str text = *(const struct str *)value;

	if (text.len > 0 && (uint8_t)text.data[0] > 0x7f)
		buf_printf(out, "\\%03o", (uint8_t)text.data[0]);
	else
		buf_put_str(out, text);
}

static int
char_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	out->str = char_of_byte(reader_u8(&r), in->arena);
	return type_check_binary_length(in, &r);
}

static void
char_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct str *text = value;

	buf_put_u8(out, text->len == 0 ? 0 : (uint8_t)text->data[0]);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* "deadbeef", with spaces between bytes. */
static int
bytea_in_hex(const struct type_input *in, struct str hex, char *bytes,
    size_t *len)
{
	for (size_t i = 0; i < hex.len; i++) {
		int high, low;

		if (hex.data[i] == ' ' || hex.data[i] == '\n' ||
		    hex.data[i] == '\t' || hex.data[i] == '\r')
			continue;
		high = hex_digit(hex.data[i]);
		if (high < 0)
			return error_set(in->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "invalid hexadecimal digit: \"%c\"", hex.data[i]);
		if (++i == hex.len)
			return error_set(in->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "invalid hexadecimal data: odd number of digits");
		low = hex_digit(hex.data[i]);
		if (low < 0)
			return error_set(in->err,
			    STELE_E_INVALID_PARAMETER_VALUE,
			    "invalid hexadecimal digit: \"%c\"", hex.data[i]);
		bytes[(*len)++] = (char)(high << 4 | low);
	}
	return 0;
}

/* "\\" is a backslash, "\ooo" a byte in octal. */
static int
bytea_in_escape(const struct type_input *in, char *bytes, size_t *len)
{
	struct str text = in->text;

	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.data + i;

		if (*at != '\\') {
			bytes[(*len)++] = *at;
		} else if (text.len - i >= 2 && at[1] == '\\') {
			bytes[(*len)++] = '\\';
			i++;
		} else if (text.len - i >= 4 && is_octal(at[1], '3') &&
		    is_octal(at[2], '7') && is_octal(at[3], '7')) {
			bytes[(*len)++] = (char)((at[1] - '0') << 6 |
			    (at[2] - '0') << 3 | (at[3] - '0'));
			i += 3;
		} else {
			return error_set(in->err,
			    STELE_E_INVALID_TEXT_REPRESENTATION,
			    "invalid input syntax for type bytea");
		}
	}
	return 0;
}

static int
bytea_in(const struct type_input *in, struct datum *out)
{
	char *bytes = arena_try_alloc(in->arena, in->text.len + 1);
	size_t len = 0;
	int rc;

	if (bytes == NULL)
		return error_no_memory(in->err);
	if (str_starts_with(in->text, STR("\\x")))
		rc = bytea_in_hex(in,
		    str_of(in->text.data + 2, in->text.len - 2), bytes, &len);
	else
		rc = bytea_in_escape(in, bytes, &len);
	out->str = str_of(bytes, len);
	return rc;
}

static int
bytea_receive(const struct type_input *in, struct datum *out)
{
	out->str = arena_str(in->arena, in->text);
	return 0;
}

static void
bytea_out_escape(struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = (uint8_t)bytes.data[i];

		if (byte == '\\')
			buf_put(out, "\\\\", 2);
		else if (byte < 0x20 || byte > 0x7e)
			buf_printf(out, "\\%03o", byte);
		else
			buf_put_u8(out, byte);
	}
}

static void
bytea_out(const struct type *type UNUSED, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	struct str bytes = *(const struct str *)value;

	if (settings->bytea_escape) {
		bytea_out_escape(bytes, out);
		return;
	}
	buf_put(out, "\\x", 2);
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = (uint8_t)bytes.data[i];

		buf_put_u8(out, (uint8_t)digits[byte >> 4]);
		buf_put_u8(out, (uint8_t)digits[byte & 0xf]);
	}
}

static int
void_in(const struct type_input *in UNUSED, struct datum *out)
{
	out->str = STR("");
	return 0;
}

const struct type_ops type_ops_text = { text_in, text_in, text_out, text_out };
const struct type_ops type_ops_varchar = { limited_in, limited_in, text_out,
	text_out };
const struct type_ops type_ops_bpchar = { limited_in, limited_in, text_out,
	text_out };
const struct type_ops type_ops_name = { name_in, name_in, text_out, text_out };
const struct type_ops type_ops_char = { char_in, char_receive, char_out,
	char_send };
const struct type_ops type_ops_bytea = { bytea_in, bytea_receive, bytea_out,
	text_out };
const struct type_ops type_ops_void = { void_in, void_in, text_out, text_out };
