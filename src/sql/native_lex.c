/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of the native language.
 */
#include <string.h>

#include "common/utf8.h"
#include "sql/native.h"

static char
peek(const struct native *n, size_t at)
{
	return at < n->p->text.len ? n->p->text.data[at] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (unsigned char)c >= 0x80;
}

static bool
is_word_char(char c)
{
	return is_word_start(c) || is_digit(c);
}

static bool
is_context_char(char c)
{
	return (unsigned char)c < 0x80 &&
	    (is_word_char(c) || c == ':' || c == '.' || c == '-');
}

static bool
is_value_char(char c)
{
	return is_word_char(c) || c == ':' || c == '.' || c == '-' || c == '+';
}

int
native_position(const struct native *n, size_t off)
{
	return position_of(&n->p->positions, off);
}

/* ---- errors ---- */

static int
syntax_error(struct native *n, size_t off, const char *message)
{
	error_set(n->p->err, STELE_E_SYNTAX, "%s", message);
	return error_position(n->p->err, native_position(n, off));
}

int
native_expected(struct native *n, const char *what)
{
	const struct native_token *token = &n->token;
	struct str near =
	    str_of(n->p->text.data + token->start, token->end - token->start);

	if (token->start >= n->p->text.len)
		error_set(n->p->err, STELE_E_SYNTAX,
		    "syntax error at end of input: expected %s", what);
	else if (near.len > 64)
		error_set(n->p->err, STELE_E_SYNTAX,
		    "syntax error: expected %s", what);
	else
		error_set(n->p->err, STELE_E_SYNTAX,
		    "syntax error at or near \"%.*s\": expected %s",
		    STR_FMT(near), what);
	return error_position(n->p->err, native_position(n, token->start));
}

int
native_repeated(struct native *n, const char *what)
{
	error_set(n->p->err, STELE_E_SYNTAX, "%s is given more than once",
	    what);
	return error_position(n->p->err, native_position(n, n->token.start));
}

int
native_unsupported(struct native *n, size_t off, const char *what)
{
	error_set(n->p->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s is not supported", what);
	return error_position(n->p->err, native_position(n, off));
}

static int
out_of_memory(struct native *n)
{
	return error_no_memory(n->p->err);
}

/* ---- memory ---- */

void *
native_alloc(struct native *n, size_t size)
{
	void *bytes = arena_try_alloc(n->p->arena, size);

	if (bytes == NULL)
		(void)out_of_memory(n);
	else
		memset(bytes, 0, size);
	return bytes;
}

int
native_room(struct native *n, void **items, uint32_t count, size_t size)
{
	void *larger;

	if ((count & (count - 1)) != 0)
		return 0;
	larger = native_alloc(n, (count == 0 ? 1 : 2 * (size_t)count) * size);
	if (larger == NULL)
		return STELE_E_OUT_OF_MEMORY;
	if (count > 0)
		memcpy(larger, *items, count * size);
	*items = larger;
	return 0;
}

/* ---- blanks ---- */

static int
skip_block_comment(struct native *n, size_t *at)
{
	size_t start = *at;
	uint32_t depth = 0;

	do {
		if (*at >= n->p->text.len)
			return syntax_error(n, start,
			    "unterminated /* comment");
		if (peek(n, *at) == '/' && peek(n, *at + 1) == '*') {
			depth++;
			*at += 2;
		} else if (peek(n, *at) == '*' && peek(n, *at + 1) == '/') {
			depth--;
			*at += 2;
		} else {
			(*at)++;
		}
	} while (depth > 0);
	return 0;
}

static int
skip_blanks(struct native *n, size_t *at)
{
	for (;;) {
		char c = peek(n, *at);

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			(*at)++;
		} else if (c == '-' && peek(n, *at + 1) == '-') {
			while (*at < n->p->text.len && peek(n, *at) != '\n')
				(*at)++;
		} else if (c == '/' && peek(n, *at + 1) == '*') {
			int rc = skip_block_comment(n, at);

			if (rc != 0)
				return rc;
		} else {
			return 0;
		}
	}
}

/* ---- strings ---- */

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The four digits after \u at `at`, or -1. */
static int32_t
hex4(const struct native *n, size_t at)
{
	int32_t value = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = hex_value(peek(n, at + i));

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static bool
is_high_surrogate(int32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool
is_low_surrogate(int32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* \uXXXX, or the two of a surrogate pair; *at is on the first digit. */
static int
read_unicode(struct native *n, size_t *at, char *out, size_t *out_len)
{
	int32_t unit = hex4(n, *at);
	uint32_t code;

	if (unit <= 0 || is_low_surrogate(unit))
		return syntax_error(n, *at - 2, "invalid Unicode escape");
	code = (uint32_t)unit;
	*at += 4;
	if (is_high_surrogate(unit)) {
		int32_t low = -1;

		if (peek(n, *at) == '\\' && peek(n, *at + 1) == 'u')
			low = hex4(n, *at + 2);
		if (low < 0 || !is_low_surrogate(low))
			return syntax_error(n, *at - 6,
			    "invalid Unicode surrogate pair");
		code = 0x10000 + ((uint32_t)unit - 0xd800) * 0x400 +
		    ((uint32_t)low - 0xdc00);
		*at += 6;
	}
	*out_len += utf8_encode(code, out + *out_len);
	return 0;
}

/*
 * One escape after its backslash: JSON's in "..." and E'...', and any other
 * character stands for itself.
 */
static int
read_escape(struct native *n, size_t *at, char *out, size_t *out_len)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	char c = peek(n, (*at)++);
	const char *found;

	if (c == 'u')
		return read_unicode(n, at, out, out_len);
	found = c == '\0' ? NULL : strchr(from, c);
	out[(*out_len)++] = found == NULL ? c : to[found - from];
	return 0;
}

/*
 * Find the closing quote of the string whose body begins at `at`; *is_plain
 * tells that the body stands for itself.  Past the end if there is none.
 */
static size_t
find_quote(const struct native *n, size_t at, char quote, bool has_escapes,
    bool *is_plain)
{
	*is_plain = true;
	for (; at < n->p->text.len; at++) {
		char c = n->p->text.data[at];

		if (c == quote && peek(n, at + 1) != quote)
			return at;
		if (c == quote || (c == '\\' && has_escapes)) {
			*is_plain = false;
			at++;
		}
	}
	return n->p->text.len;
}

/*
 * The string whose opening quote is at `at`.  Without escapes it is borrowed
 * from the text, else decoded into the arena: that never makes it longer.
 */
static int
read_string(struct native *n, size_t at, bool has_escapes)
{
	char quote = peek(n, at);
	size_t first = at + 1;
	bool is_plain;
	size_t last = find_quote(n, first, quote, has_escapes, &is_plain);
	size_t len = 0;
	char *out;

	if (last >= n->p->text.len)
		return syntax_error(n, n->token.start,
		    "unterminated quoted string");
	n->token.end = last + 1;
	n->token.text = str_of(n->p->text.data + first, last - first);
	if (is_plain)
		return 0;
	out = native_alloc(n, last - first);
	if (out == NULL)
		return STELE_E_OUT_OF_MEMORY;
	for (at = first; at < last;) {
		char c = peek(n, at++);
		int rc = 0;

		if (c == '\\' && has_escapes)
			rc = read_escape(n, &at, out, &len);
		else
			out[len++] = c;
		if (rc != 0)
			return rc;
		if (c == quote)
			at++;
	}
	n->token.text = str_of(out, len);
	return 0;
}

/* ---- tokens ---- */

static bool
is_number(struct str s)
{
	size_t i = 0, digits;

	if (i < s.len && s.data[i] == '-')
		i++;
	for (digits = 0; i < s.len && is_digit(s.data[i]); i++)
		digits++;
	if (digits == 0)
		return false;
	if (i < s.len && s.data[i] == '.') {
		i++;
		for (digits = 0; i < s.len && is_digit(s.data[i]); i++)
			digits++;
		if (digits == 0)
			return false;
	}
	if (i < s.len && (s.data[i] == 'e' || s.data[i] == 'E')) {
		i++;
		if (i < s.len && (s.data[i] == '+' || s.data[i] == '-'))
			i++;
		for (digits = 0; i < s.len && is_digit(s.data[i]); i++)
			digits++;
		if (digits == 0)
			return false;
	}
	return i == s.len;
}

/* Extend the token to the run of characters from its start. */
static void
widen(struct native *n, bool (*is_part)(char))
{
	size_t end = n->token.start + (peek(n, n->token.start) == '-');

	while (is_part(peek(n, end)))
		end++;
	n->token.end = end;
	n->token.text =
	    str_of(n->p->text.data + n->token.start, end - n->token.start);
}

static void
read_number(struct native *n)
{
	widen(n, is_value_char);
	n->token.kind = is_number(n->token.text) ? NATIVE_NUMBER : NATIVE_BARE;
}

static void
read_word(struct native *n)
{
	size_t end = n->token.start + 1;

	/* a hyphen joins two parts of a word; two begin a comment */
	while (is_word_char(peek(n, end)) ||
	    (peek(n, end) == '-' && is_word_char(peek(n, end + 1))))
		end++;
	n->token.kind = NATIVE_WORD;
	n->token.end = end;
	n->token.text =
	    str_of(n->p->text.data + n->token.start, end - n->token.start);
}

static void
read_punct(struct native *n)
{
	size_t at = n->token.start;
	char c = peek(n, at), next = peek(n, at + 1);
	size_t len = 1;

	if (((c == '<' || c == '>' || c == '!') && next == '=') ||
	    (c == '<' && next == '>') || (c == '-' && next == '>'))
		len = 2;
	/* an error names a whole character */
	while (((unsigned char)peek(n, at + len) & 0xc0) == 0x80)
		len++;
	n->token.kind = NATIVE_PUNCT;
	n->token.end = at + len;
	n->token.text = str_of(n->p->text.data + at, len);
}

static void
read_param(struct native *n)
{
	size_t end = n->token.start + 1;

	while (is_digit(peek(n, end)))
		end++;
	n->token.kind = NATIVE_PARAM;
	n->token.end = end;
	n->token.text = str_of(n->p->text.data + n->token.start + 1,
	    end - n->token.start - 1);
}

int
native_read(struct native *n, size_t at)
{
	int rc = skip_blanks(n, &at);
	char c, next;

	if (rc != 0)
		return rc;
	c = peek(n, at);
	next = peek(n, at + 1);
	n->token = (struct native_token){ .start = at, .end = at };
	if (at >= n->p->text.len)
		return 0;
	if (c == ';') {
		n->token.end = at + 1;
		return 0;
	}
	if (c == '"' || c == '\'') {
		n->token.kind = NATIVE_STRING;
		n->token.is_name = c == '"';
		return read_string(n, at, c == '"');
	}
	if ((c == 'E' || c == 'e') && next == '\'') {
		n->token.kind = NATIVE_STRING;
		return read_string(n, at + 1, true);
	}
	if (is_word_start(c))
		read_word(n);
	else if (is_digit(c) || (c == '-' && is_digit(next)))
		read_number(n);
	else if (c == '$' && is_digit(next))
		read_param(n);
	else
		read_punct(n);
	return 0;
}

int
native_advance(struct native *n)
{
	return native_read(n, n->token.end);
}

void
native_widen_context(struct native *n)
{
	if (!is_context_char(peek(n, n->token.start)) ||
	    n->token.kind == NATIVE_STRING)
		return;
	widen(n, is_context_char);
	n->token.kind = NATIVE_BARE;
}

void
native_widen_value(struct native *n)
{
	if (n->token.kind != NATIVE_WORD)
		return;
	widen(n, is_value_char);
}

/*
 * Braces outside of strings decide; what is between them is checked by who
 * reads the payload.
 */
int
native_widen_json(struct native *n)
{
	const char *data = n->p->text.data;
	size_t len = n->p->text.len;
	size_t depth = 0;
	bool in_string = false;

	for (size_t at = n->token.start; at < len; at++) {
		char c = data[at];

		if (in_string) {
			if (c == '\\')
				at++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{') {
			depth++;
		} else if (c == '}' && --depth == 0) {
			n->token.end = at + 1;
			n->token.text = str_of(data + n->token.start,
			    at + 1 - n->token.start);
			return 0;
		}
	}
	(void)syntax_error(n, n->token.start, "unterminated JSON object");
	if (n->p->dialect == SQL_DIALECT_POSTGRES)
		error_hint(n->p->err,
		    "In psql, write the payload as a string: PAYLOAD '{...}'.");
	return n->p->err->code;
}

/* ---- what is next ---- */

bool
native_is_word(const struct native *n, const char *word)
{
	return n->token.kind == NATIVE_WORD &&
	    str_equal_nocase(n->token.text, str_of_cstr(word));
}

bool
native_is_punct(const struct native *n, const char *punct)
{
	return n->token.kind == NATIVE_PUNCT &&
	    str_equal(n->token.text, str_of_cstr(punct));
}

int
native_accept(struct native *n, const char *word)
{
	int rc;

	if (!native_is_word(n, word))
		return 0;
	rc = native_advance(n);
	return rc != 0 ? rc : 1;
}

int
native_accept_punct(struct native *n, const char *punct)
{
	int rc;

	if (!native_is_punct(n, punct))
		return 0;
	rc = native_advance(n);
	return rc != 0 ? rc : 1;
}

int
native_expect(struct native *n, const char *word)
{
	if (!native_is_word(n, word))
		return native_expected(n, word);
	return native_advance(n);
}

int
native_expect_punct(struct native *n, const char *punct)
{
	char what[8] = { '"', punct[0], '"' };

	if (!native_is_punct(n, punct))
		return native_expected(n, what);
	return native_advance(n);
}

int
native_name(struct native *n, const char *what, struct str *out, int *location)
{
	const struct native_token *token = &n->token;
	int position = native_position(n, token->start);

	if (token->kind != NATIVE_WORD &&
	    !(token->kind == NATIVE_STRING && token->is_name &&
		token->text.len > 0))
		return native_expected(n, what);
	if (token->text.len > NATIVE_NAME_MAX) {
		error_set(n->p->err, STELE_E_NAME_TOO_LONG,
		    "name is longer than %d bytes", NATIVE_NAME_MAX);
		return error_position(n->p->err, position);
	}
	*out = token->text;
	if (location != NULL)
		*location = position;
	return native_advance(n);
}
