/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/scan.h"

#include <string.h>

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
	return is_word_start(c) || is_digit(c) || c == '$';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
	    c == '\v';
}

/* The character at `at`, or NUL past the end. */
static char
peek(const struct scanner *s, size_t at)
{
	return at < s->text.len ? s->text.data[at] : '\0';
}

/* ---- blanks and comments ---- */

static size_t
skip_line_comment(const struct scanner *s, size_t at)
{
	while (at < s->text.len && s->text.data[at] != '\n' &&
	    s->text.data[at] != '\r')
		at++;
	return at;
}

/* The place after a comment; `at` itself if the comment has no end. */
static size_t
skip_block_comment(const struct scanner *s, size_t at)
{
	size_t start = at;
	uint32_t depth = 0;

	do {
		if (peek(s, at) == '/' && peek(s, at + 1) == '*') {
			depth++;
			at += 2;
		} else if (peek(s, at) == '*' && peek(s, at + 1) == '/') {
			depth--;
			at += 2;
		} else {
			at++;
		}
	} while (depth > 0 && at < s->text.len);
	return depth == 0 ? at : start;
}

static size_t
skip_blanks(const struct scanner *s, size_t at)
{
	for (;;) {
		size_t start = at;

		if (is_space(peek(s, at)))
			at++;
		else if (peek(s, at) == '-' && peek(s, at + 1) == '-')
			at = skip_line_comment(s, at);
		else if (peek(s, at) == '/' && peek(s, at + 1) == '*')
			at = skip_block_comment(s, at);
		if (at == start)
			return at;
	}
}

/* ---- literals: each takes the place after the opening quote ---- */

static size_t
end_of_quoted(const struct scanner *s, size_t at, char quote)
{
	while (at < s->text.len) {
		const char *found =
		    memchr(s->text.data + at, quote, s->text.len - at);

		if (found == NULL)
			break;
		at = (size_t)(found - s->text.data) + 1;
		if (peek(s, at) != quote)
			return at;
		at++;
	}
	return s->text.len;
}

static size_t
end_of_escape_segment(const struct scanner *s, size_t at)
{
	for (; at < s->text.len; at++) {
		if (s->text.data[at] == '\\') {
			at++;
		} else if (s->text.data[at] == '\'') {
			if (peek(s, at + 1) != '\'')
				return at + 1;
			at++;
		}
	}
	return s->text.len;
}

/*
 * A string goes on after blanks with a newline in them (comments of the line
 * form too): in E'..' the escapes do so too, hence it matters where it ends.
 */
static bool
string_continues(const struct scanner *s, size_t *at)
{
	size_t next = *at;
	bool newline = false;

	for (;;) {
		char c = peek(s, next);

		if (is_space(c)) {
			newline |= c == '\n' || c == '\r';
			next++;
		} else if (c == '-' && peek(s, next + 1) == '-') {
			next = skip_line_comment(s, next);
		} else {
			break;
		}
	}
	if (!newline || peek(s, next) != '\'')
		return false;
	*at = next + 1;
	return true;
}

static size_t
end_of_escape_string(const struct scanner *s, size_t at)
{
	do
		at = end_of_escape_segment(s, at);
	while (string_continues(s, &at));
	return at;
}

/* The length of $tag$ at `at`, or 0 if there is none. */
static size_t
dollar_tag(const struct scanner *s, size_t at)
{
	size_t end = at + 1;

	if (is_word_start(peek(s, end)))
		while (is_word_start(peek(s, end)) || is_digit(peek(s, end)))
			end++;
	return peek(s, end) == '$' ? end + 1 - at : 0;
}

static size_t
end_of_dollar(const struct scanner *s, size_t at, size_t tag_len)
{
	const char *tag = s->text.data + at;
	size_t body = at + tag_len;
	const char *found =
	    memmem(s->text.data + body, s->text.len - body, tag, tag_len);

	if (found == NULL)
		return s->text.len;
	return (size_t)(found - s->text.data) + tag_len;
}

/* ---- tokens ---- */

static struct scan_token
token_of(struct scanner *s, enum scan_kind kind, size_t start, size_t end)
{
	s->at = end;
	return (struct scan_token){ .kind = kind, .start = start, .end = end };
}

static struct scan_token
scan_word(struct scanner *s, size_t start)
{
	size_t end = start + 1;

	while (is_word_char(peek(s, end)))
		end++;
	if (end == start + 1 && peek(s, end) == '\'' &&
	    (s->text.data[start] == 'e' || s->text.data[start] == 'E'))
		return token_of(s, SCAN_STRING, start,
		    end_of_escape_string(s, end + 1));
	return token_of(s, SCAN_WORD, start, end);
}

static struct scan_token
scan_number(struct scanner *s, size_t start)
{
	size_t end = start;

	while (is_word_char(peek(s, end)) || peek(s, end) == '.')
		end++;
	return token_of(s, SCAN_NUMBER, start, end);
}

static struct scan_token
scan_dollar(struct scanner *s, size_t start)
{
	size_t tag_len = dollar_tag(s, start);
	size_t end = start + 1;

	if (tag_len > 0)
		return token_of(s, SCAN_STRING, start,
		    end_of_dollar(s, start, tag_len));
	while (is_digit(peek(s, end)))
		end++;
	return token_of(s, end == start + 1 ? SCAN_PUNCT : SCAN_PARAM, start,
	    end);
}

struct scan_token
scan_next(struct scanner *s)
{
	size_t start = skip_blanks(s, s->at);
	char c = peek(s, start);

	if (start >= s->text.len)
		return token_of(s, SCAN_END, s->text.len, s->text.len);
	if (is_word_start(c))
		return scan_word(s, start);
	if (is_digit(c) || (c == '.' && is_digit(peek(s, start + 1))))
		return scan_number(s, start);
	if (c == '\'')
		return token_of(s, SCAN_STRING, start,
		    end_of_quoted(s, start + 1, '\''));
	if (c == '"')
		return token_of(s, SCAN_QUOTED, start,
		    end_of_quoted(s, start + 1, '"'));
	if (c == '$')
		return scan_dollar(s, start);
	if (c == '/' && peek(s, start + 1) == '*')
		/* Without an end: for the grammar to complain about. */
		return token_of(s, SCAN_PUNCT, start, s->text.len);
	return token_of(s, SCAN_PUNCT, start, start + 1);
}

/* ---- the guard ---- */

#define CASE_CLOSE 'E'

/*
 * What a token costs libpg_query 15 at most, measured (doc/adr/0007): its node
 * and its place in a list, in PostgreSQL's tree and as protobuf.
 */
#define COST_NAME    1100 /* a word or an operator */
#define COST_LITERAL 600
#define COST_BRACKET 128
#define COST_BYTE    8

static size_t
token_cost(const struct scanner *scanner, struct scan_token token)
{
	size_t bytes = COST_BYTE * (token.end - token.start);

	switch (token.kind) {
	case SCAN_STRING:
	case SCAN_NUMBER:
	case SCAN_PARAM:
		return bytes + COST_LITERAL;
	case SCAN_PUNCT:
		if (strchr("(),.:;[]", scanner->text.data[token.start]) != NULL)
			return bytes + COST_BRACKET;
		break;
	case SCAN_WORD:
	case SCAN_QUOTED:
	case SCAN_END:
		break;
	}
	return bytes + COST_NAME;
}

static void
guard_restart(struct scan_guard *guard)
{
	guard->depth = 0;
	guard->run = 0;
	guard->level[0] = (struct scan_level){ 0 };
}

void
scan_guard_init(struct scan_guard *guard)
{
	guard_restart(guard);
	guard->memory_bytes = 0;
}

static uint32_t
deepest_run(const struct scan_guard *guard)
{
	uint32_t deepest = guard->level[guard->depth].deepest;

	return deepest > guard->run ? deepest : guard->run;
}

static enum scan_verdict
guard_open(struct scan_guard *guard, char close)
{
	if (guard->depth == SQL_NESTING_MAX)
		return SCAN_TOO_NESTED;
	guard->depth++;
	guard->level[guard->depth] = (struct scan_level){
		.close = close,
		.floor = guard->run,
		.deepest = guard->run,
	};
	return SCAN_FINE;
}

static void
guard_pop(struct scan_guard *guard)
{
	guard->run = deepest_run(guard);
	guard->depth--;
}

/* CASE is also a legal label (AS case): a bracket closes what is open in it. */
static void
guard_close(struct scan_guard *guard, char close)
{
	while (close != CASE_CLOSE && guard->depth > 0 &&
	    guard->level[guard->depth].close == CASE_CLOSE)
		guard_pop(guard);
	if (guard->depth > 0 && guard->level[guard->depth].close == close)
		guard_pop(guard);
}

static enum scan_verdict
guard_comma(struct scan_guard *guard)
{
	struct scan_level *level = &guard->level[guard->depth];

	level->deepest = deepest_run(guard);
	guard->run = level->floor;
	if (level->target_count > 0 && ++level->target_count > SQL_TARGETS_MAX)
		return SCAN_TOO_MANY_TARGETS;
	return SCAN_FINE;
}

static void
guard_set_operation(struct scan_guard *guard)
{
	struct scan_level *level = &guard->level[guard->depth];

	guard->run = deepest_run(guard);
	level->deepest = guard->run;
	level->floor = guard->run;
}

static bool
guard_semicolon(struct scan_guard *guard)
{
	while (
	    guard->depth > 0 && guard->level[guard->depth].close == CASE_CLOSE)
		guard_pop(guard);
	if (guard->depth > 0)
		return false;
	guard_restart(guard);
	return true;
}

/* The words that end the list of SELECT, beside a closing bracket. */
static bool
ends_targets(struct str word)
{
	static const char *const words[] = { "except", "fetch", "for", "from",
		"group", "having", "intersect", "into", "limit", "offset", "on",
		"order", "to", "union", "where", "window" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_equal_nocase(word, str_of_cstr(words[i])))
			return true;
	return false;
}

static void
guard_targets(struct scan_guard *guard, struct str word)
{
	struct scan_level *level = &guard->level[guard->depth];

	if (word.len == 6 && str_equal_nocase(word, STR("select")))
		level->target_count = 1;
	else if (level->target_count > 0 && ends_targets(word))
		level->target_count = 0;
}

static enum scan_verdict
guard_word(struct scan_guard *guard, struct str word)
{
	guard_targets(guard, word);
	if (str_equal_nocase(word, STR("case")))
		return guard_open(guard, CASE_CLOSE);
	if (str_equal_nocase(word, STR("end")))
		guard_close(guard, CASE_CLOSE);
	else if (str_equal_nocase(word, STR("union")) ||
	    str_equal_nocase(word, STR("except")) ||
	    str_equal_nocase(word, STR("intersect")))
		guard_set_operation(guard);
	return SCAN_FINE;
}

enum scan_verdict
scan_guard_take(struct scan_guard *guard, const struct scanner *scanner,
    struct scan_token token)
{
	guard->memory_bytes += token_cost(scanner, token);
	if (++guard->run > SQL_RUN_MAX)
		return SCAN_TOO_LONG;
	if (token.kind == SCAN_WORD)
		return guard_word(guard, scan_text(scanner, token));
	if (token.kind != SCAN_PUNCT)
		return SCAN_FINE;
	switch (scanner->text.data[token.start]) {
	case '(':
		return guard_open(guard, ')');
	case '[':
		return guard_open(guard, ']');
	case ')':
	case ']':
		guard_close(guard, scanner->text.data[token.start]);
		return SCAN_FINE;
	case ',':
		return guard_comma(guard);
	case ';':
		return guard_semicolon(guard) ? SCAN_STATEMENT_ENDS : SCAN_FINE;
	default:
		return SCAN_FINE;
	}
}
