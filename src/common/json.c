/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader is a state machine over what may come next; one bit per level
 * says whether an object or an array is open there.
 */
#include "common/json.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "common/utf8.h"

enum state {
	STATE_VALUE,        /* a value must come */
	STATE_ARRAY_FIRST,  /* a value or ']' */
	STATE_OBJECT_FIRST, /* a key or '}' */
	STATE_KEY,          /* a key */
	STATE_NEXT,         /* ',' or the end of what is open */
	STATE_DONE,         /* nothing but spaces */
};

void
json_reader_init(struct json_reader *r, struct str input, uint32_t depth_max)
{
	assert(depth_max <= JSON_DEPTH_LIMIT);
	/* The bits of levels are set when these are opened. */
	memset(r, 0, offsetof(struct json_reader, is_object));
	r->input = input;
	r->depth_max = depth_max;
	r->state = STATE_VALUE;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || ((unsigned char)c & 0x80);
}

/* Behind the character at `off`, whether or not it is UTF-8. */
static size_t
past_character(struct str in, size_t off)
{
	do
		off++;
	while (off < in.len && ((unsigned char)in.data[off] & 0xc0) == 0x80);
	return off;
}

static enum json_token
fault_at(struct json_reader *r, enum json_fault fault, size_t off, size_t len)
{
	r->fault = fault;
	r->fault_off = off;
	r->found = str_of(r->input.data + off, len);
	return JSON_FAULT;
}

/* Something other than what the grammar wants: show the token that is there. */
static enum json_token
unexpected(struct json_reader *r, enum json_fault fault)
{
	size_t off = r->next_off, end = off;

	if (off == r->input.len)
		return fault_at(r, JSON_FAULT_ENDED, off, 0);
	while (end < r->input.len && is_word(r->input.data[end]))
		end++;
	if (end > off &&
	    (r->input.data[off] < '0' || r->input.data[off] > '9')) {
		struct str word = str_of(r->input.data + off, end - off);

		if (!str_equal(word, STR("true")) &&
		    !str_equal(word, STR("false")) &&
		    !str_equal(word, STR("null")))
			fault = JSON_FAULT_TOKEN;
	} else if (end == off) {
		char c = r->input.data[off];

		end = off + 1;
		if (c == '"') {
			while (end < r->input.len && r->input.data[end] != '"')
				end++;
			end += end < r->input.len;
		} else if (strchr("{}[]:,-", c) == NULL) {
			fault = JSON_FAULT_TOKEN;
		}
	}
	return fault_at(r, fault, off, end - off);
}

static inline size_t
past_spaces(struct str in, size_t off)
{
	while (off < in.len && (unsigned char)in.data[off] <= ' ' &&
	    (in.data[off] == ' ' || in.data[off] == '\n' ||
		in.data[off] == '\t' || in.data[off] == '\r'))
		off++;
	return off;
}

static void
skip_spaces(struct json_reader *r)
{
	r->next_off = past_spaces(r->input, r->next_off);
}

/* A string at next_off that nothing ends. */
static void
open_string(struct json_reader *r)
{
	(void)fault_at(r, JSON_FAULT_TOKEN, r->next_off,
	    r->input.len - r->next_off);
}

/* The length of the escape at `off`, which is a backslash; 0 is a fault. */
static size_t
escape_length(struct json_reader *r, size_t off)
{
	struct str in = r->input;

	if (off + 1 == in.len) {
		open_string(r);
		return 0;
	}
	if (in.data[off + 1] != 'u') {
		if (in.data[off + 1] != '\0' &&
		    strchr("\"\\/bfnrt", in.data[off + 1]) != NULL)
			return 2;
		(void)fault_at(r, JSON_FAULT_ESCAPE, off,
		    past_character(in, off + 1) - off);
		return 0;
	}
	for (size_t i = off + 2; i < off + 6; i++) {
		char c = i < in.len ? in.data[i] : '\0';
		bool is_hex = (c >= '0' && c <= '9') ||
		    (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');

		if (is_hex)
			continue;
		if (i >= in.len)
			open_string(r);
		else
			(void)fault_at(r, JSON_FAULT_UNICODE, off,
			    past_character(in, i) - off);
		return 0;
	}
	return 6;
}

/* How many of the next eight bytes of a string are plain ASCII. */
static size_t
plain_length8(const char *bytes)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t highs = 0x8080808080808080u;
	uint64_t word, quote, backslash, control, marks;

	memcpy(&word, bytes, sizeof(word));
	word = le64toh(word);
	quote = word ^ (ones * '"');
	backslash = word ^ (ones * '\\');
	control = word - ones * 0x20;
	/* Exact up to the first mark: a borrow only changes what follows it. */
	marks = (word | (quote - ones) | (backslash - ones) | control) & highs;
	return marks == 0 ? 8 : (size_t)__builtin_ctzll(marks) / 8;
}

/*
 * From `off` on, the offset of the first quote, backslash or control character
 * of a string, or of its end.
 */
static inline size_t
plain_end(struct str in, size_t off, bool *is_ascii)
{
	for (;;) {
		size_t plain = 8;
		unsigned char c;

		while (plain == 8 && in.len - off >= 8) {
			plain = plain_length8(in.data + off);
			off += plain;
		}
		if (off == in.len)
			return off;
		c = (unsigned char)in.data[off];
		if (c == '"' || c == '\\' || c < 0x20)
			return off;
		*is_ascii &= c < 0x80;
		off++;
	}
}

/* A string at next_off, which is a quote. */
static bool
scan_string(struct json_reader *r)
{
	struct str in = r->input;
	size_t first = r->next_off + 1, off = first;
	bool is_ascii = true;

	r->has_escape = false;
	for (;;) {
		size_t escape;

		off = plain_end(in, off, &is_ascii);
		if (off == in.len) {
			open_string(r);
			return false;
		}
		if (in.data[off] == '"')
			break;
		if (in.data[off] != '\\') {
			(void)fault_at(r, JSON_FAULT_CONTROL, off, 1);
			return false;
		}
		escape = escape_length(r, off);
		if (escape == 0)
			return false;
		r->has_escape = true;
		off += escape;
	}
	r->text = str_of(in.data + first, off - first);
	r->next_off = off + 1;
	if (!is_ascii && !utf8_is_valid(r->text)) {
		(void)fault_at(r, JSON_FAULT_UTF8,
		    first + utf8_valid_prefix(r->text), 1);
		return false;
	}
	return true;
}

static size_t
skip_digits(struct str in, size_t off)
{
	while (off < in.len && in.data[off] >= '0' && in.data[off] <= '9')
		off++;
	return off;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static enum json_token
scan_number(struct json_reader *r)
{
	struct str in = r->input;
	size_t off = r->next_off, first;
	bool valid = true;

	off += in.data[off] == '-';
	first = off;
	off = skip_digits(in, off);
	if (off == first || (in.data[first] == '0' && off > first + 1))
		valid = false;
	if (off < in.len && in.data[off] == '.') {
		first = ++off;
		off = skip_digits(in, off);
		valid &= off > first;
	}
	if (off < in.len && (in.data[off] | 0x20) == 'e') {
		off++;
		if (off < in.len &&
		    (in.data[off] == '+' || in.data[off] == '-'))
			off++;
		first = off;
		off = skip_digits(in, off);
		valid &= off > first;
	}
	if (off < in.len && is_word(in.data[off]))
		valid = false;
	if (!valid) {
		while (off < in.len && is_word(in.data[off]))
			off++;
		return fault_at(r, JSON_FAULT_TOKEN, r->next_off,
		    off - r->next_off);
	}
	r->text = str_of(in.data + r->next_off, off - r->next_off);
	r->next_off = off;
	return JSON_NUMBER;
}

static enum json_token
scan_word(struct json_reader *r, struct str word, enum json_token token,
    enum json_fault expected)
{
	struct str rest =
	    str_of(r->input.data + r->next_off, r->input.len - r->next_off);

	if (!str_starts_with(rest, word) ||
	    (rest.len > word.len && is_word(rest.data[word.len])))
		return unexpected(r, expected);
	r->next_off += word.len;
	return token;
}

static bool
inside_object(const struct json_reader *r)
{
	uint32_t level = r->depth - 1;

	return (r->is_object[level / 64] >> (level % 64) & 1) != 0;
}

static enum json_token
open_level(struct json_reader *r, bool is_object)
{
	uint64_t bit = (uint64_t)1 << (r->depth % 64);

	if (r->depth == r->depth_max)
		return fault_at(r, JSON_FAULT_DEPTH, r->next_off, 1);
	if (is_object)
		r->is_object[r->depth / 64] |= bit;
	else
		r->is_object[r->depth / 64] &= ~bit;
	r->depth++;
	r->next_off++;
	r->state = is_object ? STATE_OBJECT_FIRST : STATE_ARRAY_FIRST;
	return is_object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN;
}

static void
value_ended(struct json_reader *r)
{
	r->state = r->depth == 0 ? STATE_DONE : STATE_NEXT;
}

static enum json_token
close_level(struct json_reader *r, enum json_token token)
{
	r->depth--;
	r->next_off++;
	value_ended(r);
	return token;
}

static enum json_token
take_value(struct json_reader *r, enum json_fault expected)
{
	enum json_token token;

	switch (r->input.data[r->next_off]) {
	case '{':
		return open_level(r, true);
	case '[':
		return open_level(r, false);
	case '"':
		token = scan_string(r) ? JSON_STRING : JSON_FAULT;
		break;
	case 't':
		token = scan_word(r, STR("true"), JSON_TRUE, expected);
		break;
	case 'f':
		token = scan_word(r, STR("false"), JSON_FALSE, expected);
		break;
	case 'n':
		token = scan_word(r, STR("null"), JSON_NULL, expected);
		break;
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		token = scan_number(r);
		break;
	default:
		return unexpected(r, expected);
	}
	if (token != JSON_FAULT)
		value_ended(r);
	return token;
}

static enum json_token
take_key(struct json_reader *r, enum json_fault expected)
{
	if (r->input.data[r->next_off] != '"')
		return unexpected(r, expected);
	if (!scan_string(r))
		return JSON_FAULT;
	skip_spaces(r);
	if (r->next_off == r->input.len || r->input.data[r->next_off] != ':')
		return unexpected(r, JSON_FAULT_COLON);
	r->next_off++;
	r->state = STATE_VALUE;
	return JSON_KEY;
}

/* After a value inside something: its end, or a comma and what follows. */
static enum json_token
take_next(struct json_reader *r)
{
	bool in_object = inside_object(r);
	char c = r->input.data[r->next_off];

	if (c == (in_object ? '}' : ']'))
		return close_level(r,
		    in_object ? JSON_OBJECT_END : JSON_ARRAY_END);
	if (c != ',')
		return unexpected(r,
		    in_object ? JSON_FAULT_OBJECT_NEXT : JSON_FAULT_ARRAY_NEXT);
	r->next_off++;
	r->state = in_object ? STATE_KEY : STATE_VALUE;
	skip_spaces(r);
	r->token_off = r->next_off;
	if (r->next_off == r->input.len)
		return fault_at(r, JSON_FAULT_ENDED, r->next_off, 0);
	return in_object ? take_key(r, JSON_FAULT_KEY)
			 : take_value(r, JSON_FAULT_VALUE);
}

enum json_token
json_next(struct json_reader *r)
{
	char c;

	if (r->fault != JSON_FAULT_NONE)
		return JSON_FAULT;
	skip_spaces(r);
	if (r->next_off == r->input.len)
		return r->state == STATE_DONE
		    ? JSON_END
		    : fault_at(r, JSON_FAULT_ENDED, r->next_off, 0);
	c = r->input.data[r->next_off];
	r->token_off = r->next_off;
	switch ((enum state)r->state) {
	case STATE_VALUE:
		return take_value(r, JSON_FAULT_VALUE);
	case STATE_ARRAY_FIRST:
		if (c == ']')
			return close_level(r, JSON_ARRAY_END);
		return take_value(r, JSON_FAULT_VALUE);
	case STATE_OBJECT_FIRST:
		if (c == '}')
			return close_level(r, JSON_OBJECT_END);
		return take_key(r, JSON_FAULT_OBJECT_FIRST);
	case STATE_KEY:
		return take_key(r, JSON_FAULT_KEY);
	case STATE_NEXT:
		return take_next(r);
	case STATE_DONE:
		break;
	}
	return unexpected(r, JSON_FAULT_AFTER_END);
}

/* ---- members, as programs write them ---- */

/* Past spaces and the character; 0 if that is not what comes. */
static inline size_t
past(struct str in, size_t off, char c)
{
	off = past_spaces(in, off);
	return off < in.len && in.data[off] == c ? off + 1 : 0;
}

/* A string behind its first quote; the offset behind its last, or 0. */
static inline size_t
plain_string(struct str in, size_t off, struct str *out)
{
	bool is_ascii = true;
	size_t end = plain_end(in, off, &is_ascii);

	if (end == in.len || in.data[end] != '"')
		return 0;
	*out = str_of(in.data + off, end - off);
	return is_ascii || utf8_is_valid(*out) ? end + 1 : 0;
}

static inline size_t
take_digits(struct str in, size_t off, uint64_t *digits)
{
	uint64_t value = *digits;

	for (; off < in.len; off++) {
		unsigned digit = (unsigned char)in.data[off] - (unsigned)'0';

		if (digit > 9)
			break;
		value = value * 10 + digit; /* of too many none is used */
	}
	*digits = value;
	return off;
}

/* A number, which something follows; the offset of that, or 0. */
static size_t
plain_number(struct str in, size_t off, struct json_member *out)
{
	size_t first, end;

	out->token = JSON_NUMBER;
	out->is_negative = in.data[off] == '-';
	out->digits = 0;
	out->scale = 0;
	first = off + out->is_negative;
	off = end = take_digits(in, first, &out->digits);
	if (end == first || (in.data[first] == '0' && end - first > 1))
		return 0;
	if (off < in.len && in.data[off] == '.') {
		end = take_digits(in, off + 1, &out->digits);
		if (end == off + 1 || end - off > 19)
			return 0;
		out->scale = (uint8_t)(end - off - 1);
	}
	if (end - first > 18 + (out->scale > 0) || end == in.len ||
	    is_word(in.data[end]) || in.data[end] == '.')
		return 0;
	return end;
}

static size_t
plain_word(struct str in, size_t off, struct str word, enum json_token token,
    struct json_member *out)
{
	struct str rest = str_of(in.data + off, in.len - off);

	out->token = token;
	if (rest.len <= word.len || !str_starts_with(rest, word) ||
	    is_word(rest.data[word.len]))
		return 0;
	return off + word.len;
}

static size_t
plain_value(struct str in, size_t off, struct json_member *out)
{
	switch (in.data[off]) {
	case '"':
		out->token = JSON_STRING;
		return plain_string(in, off + 1, &out->text);
	case 't':
		return plain_word(in, off, STR("true"), JSON_TRUE, out);
	case 'f':
		return plain_word(in, off, STR("false"), JSON_FALSE, out);
	case 'n':
		return plain_word(in, off, STR("null"), JSON_NULL, out);
	default:
		return plain_number(in, off, out);
	}
}

bool
json_peek_member(const struct json_reader *r, struct json_member *out)
{
	struct str in = r->input;
	size_t off = r->next_off;

	if (r->fault != JSON_FAULT_NONE)
		return false;
	if (r->state == STATE_NEXT && inside_object(r)) {
		off = past(in, off, ',');
		if (off == 0)
			return false;
	} else if (r->state != STATE_OBJECT_FIRST) {
		return false;
	}
	off = past(in, off, '"');
	if (off == 0)
		return false;
	off = plain_string(in, off, &out->key);
	if (off == 0)
		return false;
	off = past(in, off, ':');
	if (off == 0)
		return false;
	off = past_spaces(in, off);
	if (off == in.len)
		return false;
	out->value_off = off;
	out->next_off = plain_value(in, off, out);
	return out->next_off != 0;
}

void
json_take_member(struct json_reader *r, const struct json_member *member)
{
	r->token_off = member->value_off;
	r->next_off = member->next_off;
	r->has_escape = false;
	r->state = STATE_NEXT;
}

/* Behind the string whose text is at `off`; 0: it has no end. */
static size_t
past_string(struct str text, size_t off)
{
	bool is_ascii = true; /* what it is does not matter */

	off = plain_end(text, off, &is_ascii);
	while (off < text.len && text.data[off] == '\\')
		off = off + 2 > text.len ? text.len
					 : plain_end(text, off + 2, &is_ascii);
	return off == text.len || text.data[off] != '"' ? 0 : off + 1;
}

size_t
json_object_end(struct str text, size_t off)
{
	size_t depth = 0;

	while (off < text.len) {
		char c = text.data[off++];

		if (c == '{') {
			depth++;
		} else if (c == '}') {
			if (--depth == 0)
				return off;
		} else if (c == '"') {
			off = past_string(text, off);
			if (off == 0)
				return 0;
		}
	}
	return 0;
}

int
json_check_depth(struct str text, struct error *err)
{
	struct json_reader deepest = { .fault = JSON_FAULT_DEPTH,
		.depth_max = JSON_DEPTH_LIMIT };
	size_t depth = 0;

	for (size_t off = 0; off < text.len;) {
		char c = text.data[off++];

		if (c == ']' || c == '}')
			depth--;
		else if ((c == '[' || c == '{') && ++depth > JSON_DEPTH_LIMIT)
			return json_error(&deepest, "json", err);
		else if (c == '"')
			off = past_string(text, off);
		if (off == 0)
			break;
	}
	return 0;
}

void
json_leave_object(struct json_reader *r, size_t end)
{
	assert(r->state == STATE_OBJECT_FIRST);
	r->depth--;
	r->next_off = end;
	value_ended(r);
}

bool
json_skip(struct json_reader *r, enum json_token token)
{
	uint32_t depth = r->depth;

	if (token != JSON_OBJECT_BEGIN && token != JSON_ARRAY_BEGIN)
		return token > JSON_END;
	while (r->depth >= depth)
		if (json_next(r) <= JSON_END)
			return false;
	return true;
}
