/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings, numbers and the canonical form of JSON.
 *
 * An object's members are written in the order they come, then moved into the
 * canonical one where that differs: most writers' objects are in order, or
 * small.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/utf8.h"

static uint32_t
hex4(const char *digits)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = (char)(digits[i] | 0x20);

		value =
		    value << 4 | (uint32_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
	}
	return value;
}

static int
bad_surrogate(const char *what, struct error *err)
{
	(void)error_set(err, STELE_E_INVALID_TEXT_REPRESENTATION,
	    "invalid input syntax for type json");
	return error_detail(err, "Unicode %s surrogate must %s.", what,
	    strcmp(what, "low") == 0 ? "follow a high surrogate"
				     : "not follow a high surrogate");
}

/* The code point of the \u at raw[at]; *used is 6 or 12. */
static int
unescape_unicode(struct str raw, size_t at, uint32_t *code_point, size_t *used,
    struct error *err)
{
	uint32_t unit = hex4(raw.data + at + 2);
	uint32_t low = 0;

	*used = 6;
	*code_point = unit;
	if (unit == 0) {
		(void)error_set(err, STELE_E_UNTRANSLATABLE_CHARACTER,
		    "unsupported Unicode escape sequence");
		return error_detail(err,
		    "\\u0000 cannot be converted to text.");
	}
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return bad_surrogate("low", err);
	if (unit < 0xd800 || unit > 0xdbff)
		return 0;
	if (raw.len - at >= 12 && raw.data[at + 6] == '\\' &&
	    raw.data[at + 7] == 'u')
		low = hex4(raw.data + at + 8);
	if (low >= 0xd800 && low <= 0xdbff)
		return bad_surrogate("high", err);
	if (low < 0xdc00 || low > 0xdfff)
		return bad_surrogate("low", err);
	*code_point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	*used = 12;
	return 0;
}

static char
unescape_char(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default: /* '"', '\\', '/' stand for themselves */
		return c;
	}
}

int
json_unescape(struct str raw, bool has_escape, struct arena *arena,
    struct str *out, struct error *err)
{
	char *text;
	size_t len = 0, at = 0;

	*out = raw;
	if (!has_escape)
		return 0;
	text = arena_try_alloc(arena, raw.len);
	if (text == NULL)
		return error_no_memory(err);
	while (at < raw.len) {
		uint32_t code_point;
		size_t used;
		int rc;

		if (raw.data[at] != '\\') {
			text[len++] = raw.data[at++];
			continue;
		}
		if (raw.data[at + 1] != 'u') {
			text[len++] = unescape_char(raw.data[at + 1]);
			at += 2;
			continue;
		}
		rc = unescape_unicode(raw, at, &code_point, &used, err);
		if (rc != 0)
			return rc;
		len += utf8_encode(code_point, text + len);
		at += used;
	}
	*out = str_of(text, len);
	return 0;
}

static void
put_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		buf_put(out, "\\\"", 2);
		break;
	case '\\':
		buf_put(out, "\\\\", 2);
		break;
	case '\b':
		buf_put(out, "\\b", 2);
		break;
	case '\f':
		buf_put(out, "\\f", 2);
		break;
	case '\n':
		buf_put(out, "\\n", 2);
		break;
	case '\r':
		buf_put(out, "\\r", 2);
		break;
	case '\t':
		buf_put(out, "\\t", 2);
		break;
	default:
		buf_printf(out, "\\u%04x", c);
	}
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes at once: whether one of them is zero. */
static bool
has_zero(uint64_t bytes)
{
	return ((bytes - EACH_BYTE(1)) & ~bytes & EACH_BYTE(0x80)) != 0;
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* How many bytes at the start of `text` stand for themselves. */
static size_t
plain_prefix(struct str text)
{
	size_t at = 0;

	for (; text.len - at >= 8; at += 8) {
		uint64_t bytes;

		memcpy(&bytes, text.data + at, sizeof(bytes));
		if (((bytes - EACH_BYTE(0x20)) & ~bytes & EACH_BYTE(0x80)) ||
		    has_zero(bytes ^ EACH_BYTE('"')) ||
		    has_zero(bytes ^ EACH_BYTE('\\')))
			break;
	}
	while (at < text.len && is_plain((unsigned char)text.data[at]))
		at++;
	return at;
}

void
json_put_string(struct buf *out, struct str text)
{
	buf_put_u8(out, '"');
	for (;;) {
		size_t plain = plain_prefix(text);

		buf_put(out, text.data, plain);
		if (plain == text.len)
			break;
		put_escaped(out, (unsigned char)text.data[plain]);
		text = str_of(text.data + plain + 1, text.len - plain - 1);
	}
	buf_put_u8(out, '"');
}

#define DIGITS_BEFORE_MAX 131072 /* numeric's limits */
#define DIGITS_AFTER_MAX  16383

static void
put_zeros(struct buf *out, int64_t count)
{
	uint8_t *at = count > 0 ? buf_take(out, (size_t)count) : NULL;

	if (at != NULL)
		memset(at, '0', (size_t)count);
}

/* Digits `from` to `to` of the two strings put together. */
static void
put_digits(struct buf *out, struct str whole, struct str fraction, int64_t from,
    int64_t to)
{
	for (int64_t i = from; i < to; i++)
		buf_put_u8(out,
		    (uint8_t)((size_t)i < whole.len
			    ? whole.data[i]
			    : fraction.data[(size_t)i - whole.len]));
}

static bool
all_zero(struct str digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.data[i] != '0')
			return false;
	return true;
}

#define EXPONENT_MAX (INT64_MAX / 16) /* whatever is more overflows as well */

/* Behind the `e`; what follows it in memory is not of the number. */
static int64_t
read_exponent(const char *at, const char *end)
{
	bool is_negative = at < end && *at == '-';
	int64_t exponent = 0;

	at += at < end && (*at == '-' || *at == '+');
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		if (exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (*at - '0');
	return is_negative ? -exponent : exponent;
}

int
json_put_number(struct buf *out, struct str number, struct error *err)
{
	bool negative = number.data[0] == '-';
	struct str whole = str_of(number.data + negative, 0), fraction;
	const char *end = number.data + number.len;
	const char *at = whole.data;
	int64_t exponent = 0, point, count, scale;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	whole.len = (size_t)(at - whole.data);
	fraction = str_of(at, 0);
	if (at < end && *at == '.') {
		fraction.data = ++at;
		while (at < end && *at >= '0' && *at <= '9')
			at++;
		fraction.len = (size_t)(at - fraction.data);
	}
	if (at < end)
		exponent = read_exponent(at + 1, end);
	if (all_zero(whole) && all_zero(fraction))
		negative = false;
	if (at == end && negative == (number.data[0] == '-')) {
		buf_put_str(out, number);
		return 0;
	}
	count = (int64_t)(whole.len + fraction.len);
	if (exponent > DIGITS_BEFORE_MAX || exponent < -DIGITS_AFTER_MAX ||
	    (int64_t)fraction.len - exponent > DIGITS_AFTER_MAX ||
	    (int64_t)whole.len + exponent > DIGITS_BEFORE_MAX)
		return error_set(err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "value overflows numeric format");
	point = (int64_t)whole.len + exponent; /* digits before the point */
	scale = (int64_t)fraction.len - exponent;
	if (negative)
		buf_put_u8(out, '-');
	if (point <= 0) {
		buf_put_u8(out, '0');
	} else {
		int64_t first = 0;

		/* 0.5e1: the zero does not lead any more. */
		while (first < point - 1 && first < count &&
		    ((size_t)first < whole.len
			    ? whole.data[first]
			    : fraction.data[(size_t)first - whole.len]) == '0')
			first++;
		put_digits(out, whole, fraction, first,
		    point < count ? point : count);
		if (first < count)
			put_zeros(out, point - count);
		else
			buf_put_u8(out, '0');
	}
	if (scale > 0) {
		buf_put_u8(out, '.');
		put_zeros(out, -point);
		put_digits(out, whole, fraction, point > 0 ? point : 0, count);
	}
	return 0;
}

/* One member of an object, as it lies in the output. */
struct member {
	struct str key; /* unescaped */
	size_t off;     /* of its text, `"key": value`, in the output */
	size_t len;
	size_t ordinal; /* among equal keys the last one stays */
	struct member *next;
};

struct canonical {
	struct json_reader reader;
	struct arena *scratch;
	struct buf *out;
	struct error *err;
};

static int put_value(struct canonical *c, enum json_token token);

static int
key_order(struct str a, struct str b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len == 0 ? 0 : memcmp(a.data, b.data, a.len);
}

static int
compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = key_order(a->key, b->key);

	if (order != 0)
		return order;
	return a->ordinal < b->ordinal ? -1 : 1;
}

static int
out_of_memory(struct canonical *c)
{
	return error_no_memory(c->err);
}

/*
 * Rewrite the members, which fill the output from `start`, in order and without
 * those that a later one replaces.
 */
static int
sort_members(struct canonical *c, const struct member *last, size_t count,
    size_t start)
{
	struct member *members =
	    arena_try_alloc(c->scratch, count * sizeof(*members));
	size_t len = c->out->len - start;
	char *copy = arena_try_alloc(c->scratch, len);
	bool is_first = true;

	if (members == NULL || copy == NULL || c->out->failed)
		return out_of_memory(c);
	memcpy(copy, c->out->data + start, len);
	for (size_t i = count; i-- > 0; last = last->next)
		members[i] = *last;
	qsort(members, count, sizeof(*members), compare_members);
	c->out->len = start;
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count &&
		    str_equal(members[i].key, members[i + 1].key))
			continue;
		if (!is_first)
			buf_put(c->out, ", ", 2);
		is_first = false;
		buf_put(c->out, copy + (members[i].off - start),
		    members[i].len);
	}
	return 0;
}

static int
put_object(struct canonical *c)
{
	struct member *last = NULL;
	size_t count = 0, start;
	bool in_order = true;
	enum json_token token;

	buf_put_u8(c->out, '{');
	start = c->out->len;
	while ((token = json_next(&c->reader)) == JSON_KEY) {
		struct member *member =
		    arena_zalloc(c->scratch, sizeof(*member));
		int rc = json_unescape(c->reader.text, c->reader.has_escape,
		    c->scratch, &member->key, c->err);

		if (rc != 0)
			return rc;
		if (count > 0)
			buf_put(c->out, ", ", 2);
		member->off = c->out->len;
		member->ordinal = count++;
		json_put_string(c->out, member->key);
		buf_put(c->out, ": ", 2);
		rc = put_value(c, json_next(&c->reader));
		if (rc == 0) /* members are larger than their text */
			rc = arena_check(c->scratch, c->err);
		if (rc != 0)
			return rc;
		member->len = c->out->len - member->off;
		if (last != NULL && key_order(last->key, member->key) >= 0)
			in_order = false;
		member->next = last;
		last = member;
	}
	if (token != JSON_OBJECT_END)
		return json_error(&c->reader, "json", c->err);
	if (!in_order) {
		int rc = sort_members(c, last, count, start);

		if (rc != 0)
			return rc;
	}
	buf_put_u8(c->out, '}');
	return 0;
}

static int
put_array(struct canonical *c)
{
	enum json_token token;
	bool is_first = true;

	buf_put_u8(c->out, '[');
	while ((token = json_next(&c->reader)) > JSON_END &&
	    token != JSON_ARRAY_END) {
		int rc;

		if (!is_first)
			buf_put(c->out, ", ", 2);
		is_first = false;
		rc = put_value(c, token);
		if (rc != 0)
			return rc;
	}
	if (token != JSON_ARRAY_END)
		return json_error(&c->reader, "json", c->err);
	buf_put_u8(c->out, ']');
	return 0;
}

/* Recursion is bounded by the reader's depth. */
static int
put_value(struct canonical *c, enum json_token token)
{
	struct str text;
	int rc;

	/* A few bytes may be a number of 100,000: the output fails first. */
	if (c->out->failed)
		return out_of_memory(c);
	switch (token) {
	case JSON_OBJECT_BEGIN:
		return put_object(c);
	case JSON_ARRAY_BEGIN:
		return put_array(c);
	case JSON_STRING:
		rc = json_unescape(c->reader.text, c->reader.has_escape,
		    c->scratch, &text, c->err);
		if (rc == 0)
			json_put_string(c->out, text);
		return rc;
	case JSON_NUMBER:
		return json_put_number(c->out, c->reader.text, c->err);
	case JSON_TRUE:
		buf_put(c->out, "true", 4);
		return 0;
	case JSON_FALSE:
		buf_put(c->out, "false", 5);
		return 0;
	case JSON_NULL:
		buf_put(c->out, "null", 4);
		return 0;
	case JSON_FAULT:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
		break;
	}
	return json_error(&c->reader, "json", c->err);
}

int
json_canonical(struct str text, uint32_t depth_max, struct arena *scratch,
    struct buf *out, struct error *err)
{
	struct canonical c = { .scratch = scratch, .out = out, .err = err };
	int rc;

	json_reader_init(&c.reader, text, depth_max);
	rc = put_value(&c, json_next(&c.reader));
	if (rc == 0 && json_next(&c.reader) != JSON_END)
		rc = json_error(&c.reader, "json", err);
	if (rc != 0)
		return json_error_place(&c.reader, err);
	return out->failed ? out_of_memory(&c) : 0;
}
