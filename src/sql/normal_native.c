/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normal forms of the native language.  What is a constant there shows where it
 * stands: a bare word behind FOR or an operator is one, and a string in double
 * quotes may be a name.  So may a payload's members; it is one constant.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/hash.h"
#include "sql/normal.h"

struct normalizer {
	struct buf *out;
	struct str text;
	size_t at; /* of the next byte */
	uint32_t param;
	size_t begin; /* of the form, in out */
	size_t max_bytes;
	uint64_t hash;
	bool value_next;     /* what comes is a constant, if it is one value */
	uint32_t list_depth; /* of parentheses whose values are constants */
};

static char
peek(const struct normalizer *n, size_t at)
{
	return at < n->text.len ? n->text.data[at] : '\0';
}

static bool
is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/* Of a context, a date or a number. */
static bool
is_value_char(char c)
{
	return is_word_char(c) || (c != '\0' && strchr(":.+-", c) != NULL);
}

static size_t
skip_blanks(const struct normalizer *n, size_t at)
{
	for (;;) {
		if (peek(n, at) == '-' && peek(n, at + 1) == '-') {
			while (at < n->text.len && peek(n, at) != '\n')
				at++;
		} else if (peek(n, at) == '/' && peek(n, at + 1) == '*') {
			at += 2;
			while (at < n->text.len &&
			    !(peek(n, at) == '*' && peek(n, at + 1) == '/'))
				at++;
			at = at < n->text.len ? at + 2 : at;
		} else if (at < n->text.len &&
		    strchr(" \t\r\n", peek(n, at)) != NULL) {
			at++;
		} else {
			return at;
		}
	}
}

/* Behind the string that begins at `at`. */
static size_t
string_end(const struct normalizer *n, size_t at)
{
	char quote = peek(n, at++);

	for (; at < n->text.len && peek(n, at) != quote; at++)
		if (peek(n, at) == '\\' && quote == '"')
			at++;
	return at < n->text.len ? at + 1 : n->text.len;
}

/* Behind the brace that closes the one at `at`. */
static size_t
object_end(const struct normalizer *n, size_t at)
{
	size_t depth = 0;

	while (at < n->text.len) {
		char c = peek(n, at);

		if (c == '"') {
			at = string_end(n, at);
			continue;
		}
		at++;
		if (c == '{')
			depth++;
		else if (c == '}' && --depth == 0)
			break;
	}
	return at < n->text.len ? at : n->text.len;
}

/* ---- words ---- */

static const char *const keywords[] = { "ANALYZE", "AND", "AS", "ASC", "AT",
	"AVG", "BATCH", "BREAKDOWN", "BY", "COUNT", "CREATE", "DAY", "DAYS",
	"DEFINE", "DESC", "DESCRIBE", "EXPLAIN", "FALSE", "FIELDS", "FILTER",
	"FIND", "FLUSH", "FOLLOWED", "FOR", "FOREVER", "FORGET", "FROM",
	"GRANT", "HELP", "HOUR", "HOURS", "IN", "IS", "KEY", "LIMIT", "LINKED",
	"LIST", "MAX", "MIN", "MINUTE", "MINUTES", "MONTH", "NOT", "NULL", "OF",
	"OFFSET", "ON", "OR", "ORDER", "OVER", "PAYLOAD", "PER", "PERMISSIONS",
	"PING", "PLOT", "PRECEDED", "QUERY", "READ", "REMEMBER", "REMEMBERED",
	"REPLAY", "RETAIN", "RETURN", "REVOKE", "ROLES", "ROTATE", "SECOND",
	"SECONDS", "SHOW", "SINCE", "STORE", "SUM", "THEN", "TO", "TOP",
	"TOTAL", "TRUE", "TYPES", "UNIQUE", "USER", "USERS", "USING", "VERBOSE",
	"VS", "WEEK", "WEEKS", "WHERE", "WITH", "WITHIN", "WRITE", "YEAR" };

/* Names have their case, keywords have none. */
static bool
is_keyword(struct str word)
{
	size_t low = 0, high = sizeof(keywords) / sizeof(keywords[0]);

	if (!isalpha((unsigned char)word.data[0]))
		return false; /* as most tokens are */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncasecmp(word.data, keywords[middle], word.len);

		if (order == 0 && keywords[middle][word.len] == '\0')
			return true;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
is_one_of(struct str word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (str_equal_nocase(word, str_of_cstr(*words)))
			return true;
	return false;
}

/* ---- tokens ---- */

/* A token that is in the text; `end` may be where it is cut. */
static void
put(struct normalizer *n, size_t start, size_t end, const char *instead)
{
	struct buf *out = n->out;
	bool is_cut = out->len - n->begin >= n->max_bytes;
	struct str text = str_of(n->text.data + start, end - start);
	size_t from = out->len;

	if (start > n->at && from > n->begin && !is_cut) {
		buf_put_u8(out, ' ');
		from++;
	}
	if (instead != NULL)
		buf_put_cstr(out, instead);
	else
		buf_put_str(out, text);
	if (!out->failed && instead == NULL && is_keyword(text))
		for (size_t i = from; i < out->len; i++)
			out->data[i] = (uint8_t)tolower(out->data[i]);
	if (!out->failed)
		n->hash = hash_bytes_seeded(out->data + from, out->len - from,
		    n->hash);
	if (is_cut)
		out->len = from;
	n->at = end;
}

static void
put_constant(struct normalizer *n, size_t start, size_t end)
{
	char param[16];

	(void)snprintf(param, sizeof(param), "$%" PRIu32, ++n->param);
	put(n, start, end, param);
}

static size_t
run_end(const struct normalizer *n, size_t at, bool (*is_part)(char))
{
	while (is_part(peek(n, at)))
		at++;
	return at;
}

/* A hyphen joins parts of a name. */
static size_t
word_end(const struct normalizer *n, size_t at)
{
	at = run_end(n, at, is_word_char);
	while (peek(n, at) == '-' && is_word_char(peek(n, at + 1)))
		at = run_end(n, at + 1, is_word_char);
	return at;
}

static bool
is_literal_word(struct str word)
{
	static const char *const words[] = { "TRUE", "FALSE", "NULL", NULL };

	return is_one_of(word, words);
}

/* A bare word that is a value: these three stay, all else is a constant. */
static void
put_value(struct normalizer *n, size_t start)
{
	size_t end = run_end(n, start + 1, is_value_char);

	if (is_literal_word(str_of(n->text.data + start, end - start)))
		put(n, start, end, NULL);
	else
		put_constant(n, start, end);
}

static void
put_word(struct normalizer *n, size_t start)
{
	static const char *const before_value[] = { "FOR", "AT", "SINCE", "KEY",
		NULL };
	static const char *const before_list[] = { "IN", NULL };
	size_t end = word_end(n, start);
	struct str word = str_of(n->text.data + start, end - start);
	size_t next;

	put(n, start, end, NULL);
	n->value_next = is_one_of(word, before_value);
	next = skip_blanks(n, end);
	if (is_one_of(word, before_list) && peek(n, next) == '(')
		n->list_depth = 1;
	if (str_equal_nocase(word, STR("PAYLOAD")) && peek(n, next) == '{')
		put_constant(n, next, object_end(n, next));
}

static void
put_mark(struct normalizer *n, size_t start)
{
	char c = peek(n, start);

	if (c == '(' && n->list_depth == 1)
		n->list_depth = 2;
	else if (c == ')')
		n->list_depth = 0;
	put(n, start, start + 1, NULL);
	n->value_next =
	    c == '=' || c == '<' || (c == '>' && peek(n, start - 1) != '-');
}

static void
put_next(struct normalizer *n, size_t start)
{
	bool is_value = n->value_next || n->list_depth == 2;
	char c = peek(n, start);
	bool is_number = isdigit((unsigned char)c) ||
	    (c == '-' && isdigit((unsigned char)peek(n, start + 1)));

	n->value_next = false;
	if (c == '\'' || (c == '"' && is_value))
		put_constant(n, start, string_end(n, start));
	else if (c == '"')
		put(n, start, string_end(n, start), NULL);
	else if (c == '$')
		put(n, start, run_end(n, start + 1, is_word_char), NULL);
	else if (is_number || (is_value && is_word_char(c)))
		put_value(n, start);
	else if (is_word_char(c))
		put_word(n, start);
	else
		put_mark(n, start);
}

uint64_t
native_put_normal(struct buf *out, struct str text, uint32_t param_count,
    size_t max_bytes)
{
	struct normalizer n = {
		.out = out,
		.text = text,
		.param = param_count,
		.begin = out->len,
		.max_bytes = max_bytes,
	};

	for (;;) {
		size_t start = skip_blanks(&n, n.at);

		if (start >= text.len || out->failed)
			return n.hash | 1;
		put_next(&n, start);
	}
}
