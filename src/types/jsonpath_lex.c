/* SPDX-License-Identifier: Apache-2.0 */
#include "types/jsonpath_lex.h"

#include <string.h>

#include "common/error.h"
#include "common/utf8.h"

static bool
fail(struct jsonpath_lexer *lex, int rc)
{
	lex->rc = rc;
	return false;
}

int
jsonpath_syntax_error(struct jsonpath_lexer *lex)
{
	struct str near =
	    str_of(lex->input.data + lex->start, lex->at - lex->start);

	if (lex->rc != 0)
		return lex->rc;
	lex->rc = near.len == 0
	    ? error_set(lex->err, STELE_E_SYNTAX,
		  "syntax error at end of jsonpath input")
	    : error_set(lex->err, STELE_E_SYNTAX,
		  "syntax error at or near \"%.*s\" of jsonpath input",
		  STR_FMT(near));
	return lex->rc;
}

static bool
lex_error(struct jsonpath_lexer *lex, const char *what)
{
	struct str near =
	    str_of(lex->input.data + lex->start, lex->at - lex->start);

	return fail(lex,
	    error_set(lex->err, STELE_E_SYNTAX,
		"%s at or near \"%.*s\" of jsonpath input", what,
		STR_FMT(near)));
}

static char
peek(const struct jsonpath_lexer *lex, size_t ahead)
{
	size_t left = lex->input.len - lex->at;

	return ahead < left ? lex->input.data[lex->at + ahead] : '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_special(char c)
{
	return c != '\0' && strchr("?%$.[]{}()|&!=<>@#,*:-+/", c) != NULL;
}

/* What words are made of, beside escapes. */
static bool
is_other(char c)
{
	return c != '\0' && c != '\\' && c != '"' && !is_special(c) &&
	    !is_blank(c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- blanks and comments ---- */

static bool
skip_blanks(struct jsonpath_lexer *lex)
{
	for (;;) {
		while (is_blank(peek(lex, 0)))
			lex->at++;
		lex->start = lex->at;
		if (peek(lex, 0) != '/' || peek(lex, 1) != '*')
			return true;
		lex->at += 2;
		while (peek(lex, 0) != '*' || peek(lex, 1) != '/') {
			if (lex->at == lex->input.len)
				return fail(lex,
				    error_set(lex->err, STELE_E_SYNTAX,
					"unexpected end of comment at end of"
					" jsonpath input"));
			lex->at++;
		}
		lex->at += 2;
	}
}

/* ---- strings and words ---- */

static int
hex_value(char c)
{
	return is_digit(c)         ? c - '0'
	    : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10
				   : -1;
}

/* From `least` to `most` hex digits. */
static bool
lex_hex(struct jsonpath_lexer *lex, uint32_t least, uint32_t most,
    uint32_t *out)
{
	uint32_t count = 0;

	*out = 0;
	while (count < most && hex_value(peek(lex, 0)) >= 0) {
		*out = *out << 4 | (uint32_t)hex_value(peek(lex, 0));
		lex->at++;
		count++;
	}
	return count >= least;
}

/* Behind \u: four digits, or some in braces. */
static bool
lex_unicode(struct jsonpath_lexer *lex, uint32_t *out)
{
	if (peek(lex, 0) != '{')
		return lex_hex(lex, 4, 4, out);
	lex->at++;
	if (!lex_hex(lex, 1, 6, out) || peek(lex, 0) != '}')
		return false;
	lex->at++;
	return true;
}

static bool
put_code_point(struct jsonpath_lexer *lex, uint32_t c, struct buf *out)
{
	char bytes[4];

	if (c >= 0xd800 && c < 0xdc00 && peek(lex, 0) == '\\' &&
	    peek(lex, 1) == 'u') {
		uint32_t low;

		lex->at += 2;
		if (!lex_unicode(lex, &low) || low < 0xdc00 || low > 0xdfff)
			return lex_error(lex, "invalid Unicode surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	if (c >= 0xd800 && c < 0xe000)
		return lex_error(lex, "invalid Unicode surrogate pair");
	if (c > 0x10ffff)
		return lex_error(lex, "invalid Unicode escape value");
	if (c == 0)
		return fail(lex,
		    error_set(lex->err, STELE_E_UNTRANSLATABLE_CHARACTER,
			"unsupported Unicode escape sequence"));
	buf_put(out, bytes, utf8_encode(c, bytes));
	return true;
}

/* At a backslash. */
static bool
lex_escape(struct jsonpath_lexer *lex, struct buf *out)
{
	static const char letters[] = "bfnrtv";
	static const char values[] = "\b\f\n\r\t\v";
	char c = peek(lex, 1);
	const char *letter = c == '\0' ? NULL : strchr(letters, c);
	uint32_t code_point;

	lex->has_escape = true;
	if (c == '\0') /* the end: no text has a NUL */
		return lex_error(lex, "unexpected end after backslash");
	lex->at += 2;
	if (letter != NULL) {
		buf_put(out, &values[letter - letters], 1);
		return true;
	}
	if (c != 'u' && c != 'x') {
		buf_put(out, &c, 1);
		return true;
	}
	if (c == 'x' ? !lex_hex(lex, 2, 2, &code_point)
		     : !lex_unicode(lex, &code_point))
		return lex_error(lex,
		    c == 'x' ? "invalid hexadecimal character sequence"
			     : "invalid Unicode escape sequence");
	return put_code_point(lex, code_point, out);
}

static bool
lex_quoted(struct jsonpath_lexer *lex, struct buf *out)
{
	for (lex->at++; peek(lex, 0) != '"';) {
		if (peek(lex, 0) == '\0') /* the end: no text has a NUL */
			return lex_error(lex, "unterminated quoted string");
		if (peek(lex, 0) == '\\') {
			if (!lex_escape(lex, out))
				return false;
			continue;
		}
		buf_put(out, lex->input.data + lex->at++, 1);
	}
	lex->at++;
	return true;
}

static bool
lex_plain(struct jsonpath_lexer *lex, struct buf *out)
{
	while (is_other(peek(lex, 0)) || peek(lex, 0) == '\\') {
		if (peek(lex, 0) == '\\') {
			if (!lex_escape(lex, out))
				return false;
			continue;
		}
		buf_put(out, lex->input.data + lex->at++, 1);
	}
	return true;
}

/* In quotes or not, from where the lexer is. */
static bool
lex_text(struct jsonpath_lexer *lex, enum jsonpath_token token)
{
	struct buf text;
	bool is_ok;

	buf_init(&text);
	lex->token = token;
	is_ok = peek(lex, 0) == '"' ? lex_quoted(lex, &text)
				    : lex_plain(lex, &text);
	if (is_ok && text.failed)
		is_ok = fail(lex, error_no_memory(lex->err));
	if (is_ok)
		lex->text = arena_str(lex->arena, buf_str(&text));
	buf_release(&text);
	return is_ok;
}

/* ---- numbers ---- */

static void
skip_digits(struct jsonpath_lexer *lex)
{
	while (is_digit(peek(lex, 0)))
		lex->at++;
}

static bool
lex_number(struct jsonpath_lexer *lex)
{
	lex->token = JSONPATH_T_INTEGER;
	if (peek(lex, 0) == '0')
		lex->at++;
	else
		skip_digits(lex);
	if (peek(lex, 0) == '.') {
		lex->token = JSONPATH_T_NUMBER;
		lex->at++;
		skip_digits(lex);
	}
	if (peek(lex, 0) == 'e' || peek(lex, 0) == 'E') {
		size_t sign = peek(lex, 1) == '+' || peek(lex, 1) == '-';

		lex->token = JSONPATH_T_NUMBER;
		lex->at += 1 + sign;
		if (!is_digit(peek(lex, 0)))
			return lex_error(lex,
			    "trailing junk after numeric literal");
		skip_digits(lex);
	}
	if (is_other(peek(lex, 0)) && !is_digit(peek(lex, 0))) {
		lex->at++;
		return lex_error(lex, "trailing junk after numeric literal");
	}
	lex->text = str_of(lex->input.data + lex->start, lex->at - lex->start);
	return true;
}

/* ---- all ---- */

static bool
lex_symbol(struct jsonpath_lexer *lex)
{
	static const char *const pairs[] = { "&&", "||", "==", "!=", "<>",
		"<=", ">=", "**" };
	char c = peek(lex, 0);

	lex->symbol[0] = c;
	lex->symbol[1] = lex->symbol[2] = '\0';
	lex->token = JSONPATH_T_CHAR;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (c != pairs[i][0] || peek(lex, 1) != pairs[i][1])
			continue;
		lex->symbol[1] = pairs[i][1];
		lex->token = JSONPATH_T_OP;
		lex->at++;
		break;
	}
	lex->at++;
	return true;
}

bool
jsonpath_lex(struct jsonpath_lexer *lex)
{
	char c;

	lex->text = STR("");
	lex->has_escape = false;
	if (!skip_blanks(lex))
		return false;
	c = peek(lex, 0);
	lex->symbol[0] = '\0';
	if (lex->at == lex->input.len) {
		lex->token = JSONPATH_T_END;
		return true;
	}
	if (c == '"')
		return lex_text(lex, JSONPATH_T_STRING);
	if (c == '$' &&
	    (peek(lex, 1) == '"' || peek(lex, 1) == '\\' ||
		is_other(peek(lex, 1)))) {
		lex->at++;
		return lex_text(lex, JSONPATH_T_VARIABLE);
	}
	if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1))))
		return lex_number(lex);
	if (is_special(c))
		return lex_symbol(lex);
	if (c == '\0') {
		lex->at++;
		return lex_error(lex, "syntax error");
	}
	return lex_text(lex, JSONPATH_T_WORD);
}
