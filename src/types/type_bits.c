/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bit and bit varying; in binary a count of bits, and these, eight a byte.
 */
#include <string.h>

#include "types/bits.h"
#include "types/type_private.h"

/* ---- text ---- */

static struct str
character_at(struct str text, size_t at)
{
	size_t end = at + 1;

	while (end < text.len && ((uint8_t)text.data[end] & 0xc0) == 0x80)
		end++;
	return str_of(text.data + at, end - at);
}

static int
read_digits(const struct type_input *in, struct str digits, struct datum *out)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.data[i] != '0' && digits.data[i] != '1')
			return error_set(in->err,
			    STELE_E_INVALID_TEXT_REPRESENTATION,
			    "\"%.*s\" is not a valid binary digit",
			    STR_FMT(character_at(digits, i)));
	out->str = arena_str(in->arena, digits);
	return 0;
}

/* 0 to 15, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
read_hex(const struct type_input *in, struct str digits, struct datum *out)
{
	char *bits = arena_try_alloc(in->arena, digits.len * 4 + 1);

	if (bits == NULL)
		return error_no_memory(in->err);
	for (size_t i = 0; i < digits.len; i++) {
		int value = hex_value(digits.data[i]);

		if (value < 0)
			return error_set(in->err,
			    STELE_E_INVALID_TEXT_REPRESENTATION,
			    "\"%.*s\" is not a valid hexadecimal digit",
			    STR_FMT(character_at(digits, i)));
		for (size_t bit = 0; bit < 4; bit++)
			bits[i * 4 + bit] =
			    (char)('0' + (value >> (3 - bit) & 1));
	}
	out->str = str_of(bits, digits.len * 4);
	return 0;
}

static int
bits_in(const struct type_input *in, struct datum *out)
{
	char letter = in->text.len > 0 ? (char)(in->text.data[0] | 0x20) : '0';
	bool has_letter = letter == 'b' || letter == 'x';
	struct str digits = in->text;
	int rc;

	if (has_letter)
		digits = str_of(digits.data + 1, digits.len - 1);
	rc = letter == 'x' ? read_hex(in, digits, out)
			   : read_digits(in, digits, out);
	if (rc != 0)
		return rc;
	return bits_fit(in->type, false, &out->str, in->arena, in->err);
}

static void
bits_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct str *bits = value;

	buf_put(out, bits->data, bits->len);
}

/* ---- binary ---- */

static int
bits_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	uint32_t count = (uint32_t)reader_uint_be(&r, 4);
	struct str bytes = reader_str(&r, ((size_t)count + 7) / 8);
	char *bits;
	int rc = type_check_binary_length(in, &r);

	if (rc != 0)
		return rc;
	bits = arena_try_alloc(in->arena, (size_t)count + 1);
	if (bits == NULL)
		return error_no_memory(in->err);
	for (uint32_t i = 0; i < count; i++)
		bits[i] = (char)('0' +
		    ((uint8_t)bytes.data[i / 8] >> (7 - i % 8) & 1));
	out->str = str_of(bits, count);
	return bits_fit(in->type, false, &out->str, in->arena, in->err);
}

static void
bits_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct str *bits = value;

	buf_put_u32_be(out, (uint32_t)bits->len);
	for (size_t first = 0; first < bits->len; first += 8) {
		unsigned byte = 0;

		for (size_t i = first; i < first + 8; i++)
			byte =
			    byte << 1 | (i < bits->len && bits->data[i] == '1');
		buf_put_u8(out, (uint8_t)byte);
	}
}

const struct type_ops type_ops_bits = { bits_in, bits_receive, bits_out,
	bits_send };

/* ---- lengths ---- */

static int
other_length(const struct type *type, size_t len, struct error *err)
{
	if (type->oid == TYPE_VARBIT)
		return error_set(err, STELE_E_STRING_TOO_LONG,
		    "bit string too long for type bit varying(%d)", type->mod);
	return error_set(err, STELE_E_STRING_LENGTH_MISMATCH,
	    "bit string length %zu does not match type bit(%d)", len,
	    type->mod);
}

int
bits_fit(const struct type *type, bool is_explicit, struct str *bits,
    struct arena *arena, struct error *err)
{
	size_t limit = type->mod > 0 ? (size_t)type->mod : bits->len;
	char *padded;

	if (bits->len == limit ||
	    (bits->len < limit && type->oid == TYPE_VARBIT))
		return 0;
	if (!is_explicit)
		return other_length(type, bits->len, err);
	if (bits->len > limit) {
		bits->len = limit;
		return 0;
	}
	padded = arena_try_alloc(arena, limit);
	if (padded == NULL)
		return error_no_memory(err);
	memset(padded, '0', limit);
	memcpy(padded, bits->data, bits->len);
	*bits = str_of(padded, limit);
	return 0;
}

/* ---- logic ---- */

static bool
combine(enum bits_logic logic, bool a, bool b)
{
	if (logic == BITS_AND)
		return a && b;
	return logic == BITS_OR ? a || b : a != b;
}

int
bits_combine(enum bits_logic logic, struct str a, struct str b, char *out,
    struct error *err)
{
	static const char *const names[] = { "AND", "OR", "XOR" };

	if (a.len != b.len)
		return error_set(err, STELE_E_STRING_LENGTH_MISMATCH,
		    "cannot %s bit strings of different sizes", names[logic]);
	for (size_t i = 0; i < a.len; i++)
		out[i] = combine(logic, a.data[i] == '1', b.data[i] == '1')
		    ? '1'
		    : '0';
	return 0;
}

/* ---- numbers ---- */

struct str
bits_of_integer(int64_t value, size_t length, struct arena *arena)
{
	char *bits = arena_try_alloc(arena, length);

	if (bits == NULL) {
		arena->failed = true;
		return STR("");
	}
	for (size_t i = 0; i < length; i++) {
		size_t shift = length - 1 - i;

		bits[i] = (char)('0' +
		    ((uint64_t)(value >> (shift < 63 ? shift : 63)) & 1));
	}
	return str_of(bits, length);
}

bool
bits_to_integer(struct str bits, size_t width, int64_t *out)
{
	uint64_t value = 0;

	if (bits.len > width)
		return false;
	for (size_t i = 0; i < bits.len; i++)
		value = value << 1 | (bits.data[i] == '1');
	*out = width == 32 ? (int32_t)(uint32_t)value : (int64_t)value;
	return true;
}
