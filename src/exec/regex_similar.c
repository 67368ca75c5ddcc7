/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIMILAR TO as a regular expression, in the form that PostgreSQL gives it.
 *
 * '%' and '_' are '.*' and '.'; | * + ? {} () and [] stay; what only regular
 * expressions have is quoted.  Two separators (the escape and a double quote)
 * cut the pattern in three, of which SUBSTRING gives the middle: the first
 * part is as short as can be, the middle as long as can be.
 */
#include "common/error.h"
#include "common/utf8.h"
#include "exec/regex.h"

struct similar {
	struct str in;
	size_t at;
	struct str escape;
	struct buf *out;
	uint32_t separators;
	uint32_t bracket_depth; /* of [...], with [:...:] in it */
	uint32_t bracket_at; /* characters after the first '[', '^' not one */
};

static bool
is_escape(const struct similar *s)
{
	return s->escape.len > 0 && s->in.len - s->at >= s->escape.len &&
	    memcmp(s->in.data + s->at, s->escape.data, s->escape.len) == 0;
}

static int
put_separator(struct similar *s, struct error *err)
{
	if (s->separators == 0)
		buf_put_cstr(s->out, "){1,1}?(");
	else if (s->separators == 1)
		buf_put_cstr(s->out, "){1,1}(?:");
	else
		return error_set(err, STELE_E_INVALID_USE_OF_ESCAPE,
		    "SQL regular expression may not contain more than two"
		    " escape-double-quote separators");
	s->separators++;
	return 0;
}

/* What the escape makes of the next character. */
static int
put_escaped(struct similar *s, struct error *err)
{
	struct str rest;
	size_t len;

	s->at += s->escape.len;
	if (s->at == s->in.len)
		return 0; /* as PostgreSQL: a lone one at the end is nothing */
	if (s->in.data[s->at] == '"' && s->bracket_depth == 0) {
		s->at++;
		return put_separator(s, err);
	}
	rest = str_of(s->in.data + s->at, s->in.len - s->at);
	len = utf8_offset(rest, 1);
	buf_put_cstr(s->out, "\\");
	buf_put(s->out, rest.data, len);
	s->at += len;
	return 0;
}

/* A ']' that comes first is one of the characters. */
static void
put_in_brackets(struct similar *s, char c)
{
	if (c == '\\')
		buf_put_cstr(s->out, "\\");
	buf_put(s->out, &c, 1);
	if (c == ']' && s->bracket_at > 0)
		s->bracket_depth--;
	else if (c == '[')
		s->bracket_depth++;
	if (c != '^' || s->bracket_at > 0)
		s->bracket_at++;
}

static void
put_plain(struct similar *s)
{
	char c = s->in.data[s->at++];

	if (s->bracket_depth > 0) {
		put_in_brackets(s, c);
		return;
	}
	switch (c) {
	case '[':
		s->bracket_depth = 1;
		s->bracket_at = 0;
		break;
	case '%':
		buf_put_cstr(s->out, ".*");
		return;
	case '_':
		buf_put_cstr(s->out, ".");
		return;
	case '(':
		buf_put_cstr(s->out, "(?:");
		return;
	case '\\':
	case '.':
	case '^':
	case '$':
		buf_put_cstr(s->out, "\\");
		break;
	default:
		break;
	}
	buf_put(s->out, &c, 1);
}

int
regex_of_similar(struct str pattern, struct str escape, struct buf *out,
    struct error *err)
{
	struct similar s = { .in = pattern, .escape = escape, .out = out };
	int rc = 0;

	if (escape.len > 0 && utf8_offset(escape, 1) != escape.len) {
		error_set(err, STELE_E_INVALID_ESCAPE_SEQUENCE,
		    "invalid escape string");
		return error_hint(err,
		    "Escape string must be empty or one character.");
	}
	buf_put_cstr(out, "^(?:");
	while (s.at < pattern.len && rc == 0) {
		if (is_escape(&s))
			rc = put_escaped(&s, err);
		else
			put_plain(&s);
	}
	buf_put_cstr(out, ")$");
	return rc;
}
