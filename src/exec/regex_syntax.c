/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_syntax.c -- from PostgreSQL's regular expressions to PCRE2's.
 *
 * A recursive descent that writes as it reads.  As a whole, an expression
 * prefers what its first quantified part does.  What each quantifier prefers is
 * written at the end, as a {1,1}? around it has a say.
 */
#include <stdlib.h>

#include "common/error.h"
#include "common/utf8.h"
#include "exec/regex_private.h"
#include "exec/unicode.h"

#define DEPTH_MAX  200
#define REPEAT_MAX 255

enum preference { PREFER_NONE, PREFER_LONG, PREFER_SHORT };

struct regex_quantifier {
	size_t end; /* in `out`: where a '?' may follow */
	bool is_short;
};

/* What was read: of a branch or an expression, what it prefers. */
struct atom {
	bool can_repeat;
	bool is_group;
	size_t start; /* in `out` */
	enum preference preference;
	uint32_t first_quantifier; /* of those inside */
};

/* Where a cancel is noticed: before all that may take more than one step. */
#define CANCEL_POINT "(?C0)"

int
regex_error(const struct regex_reader *reader, const char *what)
{
	return error_set(reader->err, STELE_E_INVALID_REGEX,
	    "invalid regular expression: %s", what);
}

bool
regex_take(struct regex_reader *reader, const char *text)
{
	size_t len = strlen(text);

	if (reader->in.len - reader->at < len ||
	    memcmp(reader->in.data + reader->at, text, len) != 0)
		return false;
	reader->at += len;
	return true;
}

void
regex_put_char(struct regex_reader *reader, uint32_t c)
{
	bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
	char text[4];

	if (c < 0x20 || c == 0x7f) {
		buf_printf(reader->out, "\\x{%x}", (unsigned)c);
		return;
	}
	if (c < 0x80 && !is_alnum)
		buf_put_cstr(reader->out, "\\");
	buf_put(reader->out, text, utf8_encode(c, text));
}

bool
regex_set_option(struct regex_options *options, char letter)
{
	switch (letter) {
	case 'c':
		options->any_case = false;
		return true;
	case 'i':
		options->any_case = true;
		return true;
	case 'e':
		options->syntax = REGEX_ERE;
		return true;
	case 'q':
		options->syntax = REGEX_LITERAL;
		return true;
	case 'm':
	case 'n':
		options->newline_stops = options->newline_anchors = true;
		return true;
	case 'p':
		options->newline_stops = true;
		options->newline_anchors = false;
		return true;
	case 'w':
		options->newline_stops = false;
		options->newline_anchors = true;
		return true;
	case 's':
		options->newline_stops = options->newline_anchors = false;
		return true;
	case 't':
		options->is_expanded = false;
		return true;
	case 'x':
		options->is_expanded = true;
		return true;
	default:
		return false;
	}
}

/* ---- escapes ---- */

static int
bad_escape(const struct regex_reader *reader)
{
	return regex_error(reader, "invalid escape \\ sequence");
}

static int
digit_of(char c, uint32_t base)
{
	int digit = c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'       ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'       ? c - 'A' + 10
					 : -1;

	return digit < (int)base ? digit : -1;
}

/* Digits of a base: at least so many, at most so many. */
static int
read_code(struct regex_reader *reader, uint32_t base, uint32_t least,
    uint32_t most, struct regex_escape *out)
{
	uint64_t value = 0;
	uint32_t count = 0;

	while (count < most && digit_of(regex_peek(reader), base) >= 0) {
		value =
		    value * base + (uint64_t)digit_of(regex_peek(reader), base);
		if (value > 0x10ffff)
			return bad_escape(reader);
		reader->at++;
		count++;
	}
	if (count < least || (value >= 0xd800 && value <= 0xdfff))
		return bad_escape(reader);
	out->kind = REGEX_CHAR;
	out->value = (uint32_t)value;
	return 0;
}

/* \1 to \9 are groups; of longer ones those that exist; the rest is octal. */
static int
read_number(struct regex_reader *reader, struct regex_escape *out)
{
	size_t start = reader->at;
	uint32_t value = 0;

	while (regex_peek(reader) >= '0' && regex_peek(reader) <= '9' &&
	    value < 1000)
		value = value * 10 +
		    (uint32_t)(reader->in.data[reader->at++] - '0');
	if (reader->in.data[start] != '0' &&
	    (reader->at == start + 1 || value <= reader->groups)) {
		out->kind = REGEX_BACKREF;
		out->value = value;
		if (value > reader->groups || !reader->is_closed[value])
			return regex_error(reader,
			    "invalid backreference number");
		return 0;
	}
	reader->at = start;
	return read_code(reader, 8, 1, 3, out);
}

static int
read_control(struct regex_reader *reader, struct regex_escape *out)
{
	if (!regex_has(reader))
		return bad_escape(reader);
	out->kind = REGEX_CHAR;
	out->value = unicode_next(reader->in, &reader->at) & 0x1f;
	return 0;
}

int
regex_read_escape(struct regex_reader *reader, struct regex_escape *out)
{
	static const char letters[] = "abefnrtvB";
	static const char values[] = "\a\b\033\f\n\r\t\v\\";
	char c = regex_peek(reader);
	const char *letter = c == '\0' ? NULL : strchr(letters, c);

	out->kind = REGEX_CHAR;
	if (!regex_has(reader))
		return bad_escape(reader);
	if (c >= '0' && c <= '9')
		return read_number(reader, out);
	out->value = unicode_next(reader->in, &reader->at);
	if (letter != NULL)
		out->value = (uint32_t)(uint8_t)values[letter - letters];
	else if (c == 'c')
		return read_control(reader, out);
	else if (c == 'u')
		return read_code(reader, 16, 4, 4, out);
	else if (c == 'U')
		return read_code(reader, 16, 8, 8, out);
	else if (c == 'x')
		return read_code(reader, 16, 1, 255, out);
	else if (strchr("dswDSW", c) != NULL)
		out->kind = REGEX_CLASS;
	else if (strchr("AmMyYZ", c) != NULL)
		out->kind = REGEX_CONSTRAINT;
	else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return bad_escape(reader);
	return 0;
}

static const char *
constraint_text(uint32_t letter)
{
	switch (letter) {
	case 'A':
		return "\\A";
	case 'Z':
		return "\\z";
	case 'm':
		return "\\b(?=\\w)";
	case 'M':
		return "\\b(?<=\\w)";
	case 'y':
		return "\\b";
	default:
		return "\\B";
	}
}

static int
put_escape(struct regex_reader *reader, struct atom *out)
{
	struct regex_escape escape;
	int rc;

	if (reader->options->syntax == REGEX_ERE) {
		if (!regex_has(reader))
			return bad_escape(reader);
		regex_put_char(reader, unicode_next(reader->in, &reader->at));
		return 0;
	}
	rc = regex_read_escape(reader, &escape);
	if (rc != 0)
		return rc;
	switch (escape.kind) {
	case REGEX_CHAR:
		regex_put_char(reader, escape.value);
		break;
	case REGEX_CLASS:
		if (escape.value == 'd')
			buf_put_cstr(reader->out, "[0-9]");
		else if (escape.value == 'D')
			buf_put_cstr(reader->out, "[^0-9]");
		else
			buf_printf(reader->out, "\\%c", (char)escape.value);
		break;
	case REGEX_BACKREF:
		buf_printf(reader->out, CANCEL_POINT "\\g{%u}",
		    (unsigned)escape.value);
		reader->traits->has_backrefs = true;
		reader->traits->is_plain = false;
		break;
	case REGEX_CONSTRAINT:
		buf_put_cstr(reader->out, constraint_text(escape.value));
		out->can_repeat = false;
		break;
	}
	return 0;
}

/* ---- atoms ---- */

static int read_expression(struct regex_reader *reader,
    enum preference *preference);

/* White space and comments of the expanded syntax, comments of any. */
static void
skip_comments(struct regex_reader *reader)
{
	bool is_expanded = reader->options->is_expanded;

	for (;;) {
		char c = regex_peek(reader);

		if (is_expanded && c != '\0' && strchr(" \t\n\r\f\v", c)) {
			reader->at++;
		} else if (is_expanded && c == '#') {
			while (regex_has(reader) && regex_peek(reader) != '\n')
				reader->at++;
		} else if (reader->options->syntax == REGEX_ARE &&
		    regex_take(reader, "(?#")) {
			while (regex_has(reader) && regex_peek(reader) != ')')
				reader->at++;
			reader->at += regex_has(reader);
		} else {
			return;
		}
	}
}

/* After the '('. */
static int
read_group(struct regex_reader *reader, struct atom *out)
{
	static const char *const kinds[] = { "?:", "?=", "?!", "?<=", "?<!" };
	const char *kind = NULL;
	uint32_t number;
	int rc;

	if (++reader->depth > DEPTH_MAX || reader->groups >= REGEX_GROUPS_MAX)
		return regex_error(reader, "regular expression is too complex");
	for (size_t i = 0; i < ARRAY_LEN(kinds) && kind == NULL; i++)
		if (reader->options->syntax == REGEX_ARE &&
		    regex_take(reader, kinds[i]))
			kind = kinds[i];
	if (kind == NULL && regex_peek(reader) == '?')
		return regex_error(reader, "quantifier operand invalid");
	reader->groups += kind == NULL;
	number = kind == NULL ? reader->groups : 0;
	out->can_repeat = kind == NULL || kind == kinds[0];
	out->is_group = true;
	if (!out->can_repeat)
		reader->traits->is_plain = false;
	buf_printf(reader->out, "(%s" CANCEL_POINT, kind == NULL ? "" : kind);
	rc = read_expression(reader, &out->preference);
	if (rc != 0)
		return rc;
	if (!regex_take(reader, ")"))
		return regex_error(reader, "parentheses () not balanced");
	buf_put_cstr(reader->out, ")");
	reader->is_closed[number] = true;
	reader->depth--;
	if (!out->can_repeat)
		out->preference = PREFER_NONE;
	return 0;
}

static void
put_anchor(struct regex_reader *reader, bool is_start)
{
	bool is_multiline = reader->options->newline_anchors;

	if (is_start)
		buf_put_cstr(reader->out,
		    is_multiline ? "(?:\\A|(?<=\\n))" : "\\A");
	else
		buf_put_cstr(reader->out, is_multiline ? "(?=\\n|\\z)" : "\\z");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A '{' that no digit follows is itself. */
static bool
at_quantifier(const struct regex_reader *reader)
{
	char c = regex_peek(reader);

	if (c == '{')
		return reader->at + 1 < reader->in.len &&
		    is_digit(reader->in.data[reader->at + 1]);
	return c == '*' || c == '+' || c == '?';
}

static int
read_atom(struct regex_reader *reader, struct atom *out)
{
	*out = (struct atom){ .can_repeat = true,
		.start = reader->out->len,
		.first_quantifier = reader->quantifier_count };
	if (at_quantifier(reader))
		return regex_error(reader, "quantifier operand invalid");
	if (regex_take(reader, "("))
		return read_group(reader, out);
	if (regex_take(reader, "[[:<:]]") || regex_take(reader, "[[:>:]]")) {
		char kind = reader->in.data[reader->at - 4];

		buf_put_cstr(reader->out,
		    constraint_text(kind == '<' ? 'm' : 'M'));
		out->can_repeat = false;
	} else if (regex_take(reader, "[")) {
		return regex_bracket(reader);
	} else if (regex_take(reader, "\\")) {
		return put_escape(reader, out);
	} else if (regex_peek(reader) == '^' || regex_peek(reader) == '$') {
		put_anchor(reader, regex_peek(reader) == '^');
		reader->at++;
		out->can_repeat = false;
	} else if (regex_take(reader, ".")) {
		buf_put_cstr(reader->out, ".");
	} else {
		regex_put_char(reader, unicode_next(reader->in, &reader->at));
	}
	return 0;
}

/* ---- quantifiers ---- */

static int
read_count(struct regex_reader *reader, uint32_t *out)
{
	uint32_t value = 0;

	if (!is_digit(regex_peek(reader)))
		return regex_error(reader, "invalid repetition count(s)");
	while (is_digit(regex_peek(reader)) && value <= REPEAT_MAX)
		value = value * 10 +
		    (uint32_t)(reader->in.data[reader->at++] - '0');
	*out = value;
	if (value > REPEAT_MAX)
		return regex_error(reader, "invalid repetition count(s)");
	return 0;
}

#define UNBOUNDED UINT32_MAX

/* After the '{'. */
static int
read_bounds(struct regex_reader *reader, uint32_t *least, uint32_t *most)
{
	int rc = read_count(reader, least);

	*most = *least;
	if (rc == 0 && regex_take(reader, ",")) {
		*most = UNBOUNDED;
		if (regex_peek(reader) != '}' && regex_has(reader))
			rc = read_count(reader, most);
	}
	if (rc != 0)
		return rc;
	if (!regex_take(reader, "}"))
		return regex_error(reader,
		    regex_has(reader) ? "invalid repetition count(s)"
				      : "braces {} not balanced");
	if (*least > *most)
		return regex_error(reader, "invalid repetition count(s)");
	return 0;
}

static int
add_quantifier(struct regex_reader *reader, bool is_short)
{
	uint32_t count = reader->quantifier_count;

	if (count == reader->quantifier_capacity) {
		uint32_t capacity = count == 0 ? 16 : count * 2;
		struct regex_quantifier *more =
		    realloc(reader->quantifiers, capacity * sizeof(*more));

		if (more == NULL)
			return error_no_memory(reader->err);
		reader->quantifiers = more;
		reader->quantifier_capacity = capacity;
	}
	reader->quantifiers[count] =
	    (struct regex_quantifier){ reader->out->len, is_short };
	reader->quantifier_count++;
	return 0;
}

/* {1,1} and {1,1}? change nothing but what the group prefers. */
static void
prefer_in_group(struct regex_reader *reader, const struct atom *atom,
    bool is_short)
{
	if (!is_short)
		return;
	for (uint32_t i = atom->first_quantifier; i < reader->quantifier_count;
	     i++)
		reader->quantifiers[i].is_short = true;
}

/* A group has one inside. */
static int
put_cancel_point(struct regex_reader *reader, const struct atom *atom)
{
	struct buf *out = reader->out;
	struct buf text;

	if (atom->is_group) {
		reader->traits->is_plain = false;
		return 0;
	}
	buf_init(&text);
	buf_put(&text, out->data + atom->start, out->len - atom->start);
	out->len = atom->start;
	buf_put_cstr(out, CANCEL_POINT);
	buf_put_str(out, buf_str(&text));
	out->failed |= text.failed;
	buf_release(&text);
	return out->failed ? error_no_memory(reader->err) : 0;
}

static int
read_quantifier(struct regex_reader *reader, struct atom *atom)
{
	uint32_t least = 0, most = UNBOUNDED;
	char c = regex_peek(reader);
	bool is_short;
	int rc = 0;

	if (!atom->can_repeat)
		return regex_error(reader, "quantifier operand invalid");
	reader->at++;
	if (c == '{')
		rc = read_bounds(reader, &least, &most);
	if (rc != 0)
		return rc;
	is_short = regex_take(reader, "?");
	skip_comments(reader);
	if (at_quantifier(reader))
		return regex_error(reader, "quantifier operand invalid");
	if (c != '{' || least != most || least == 1)
		atom->preference = is_short ? PREFER_SHORT : PREFER_LONG;
	if (c == '{' && least == 1 && most == 1) {
		prefer_in_group(reader, atom, is_short);
		return 0;
	}
	rc = put_cancel_point(reader, atom);
	if (rc != 0)
		return rc;
	if (c != '{')
		buf_put(reader->out, &c, 1);
	else if (most == UNBOUNDED)
		buf_printf(reader->out, "{%u,}", (unsigned)least);
	else
		buf_printf(reader->out, "{%u,%u}", (unsigned)least,
		    (unsigned)most);
	return add_quantifier(reader, is_short);
}

/* ---- expressions ---- */

static int
read_branch(struct regex_reader *reader, enum preference *preference)
{
	int rc = 0;

	*preference = PREFER_NONE;
	for (skip_comments(reader); regex_has(reader) && rc == 0;
	     skip_comments(reader)) {
		struct atom atom;

		if (regex_peek(reader) == '|' ||
		    (regex_peek(reader) == ')' && reader->depth > 0))
			return 0;
		if (regex_peek(reader) == ')')
			return regex_error(reader,
			    "parentheses () not balanced");
		rc = read_atom(reader, &atom);
		if (rc == 0)
			skip_comments(reader);
		if (rc == 0 && at_quantifier(reader))
			rc = read_quantifier(reader, &atom);
		if (rc == 0 && *preference == PREFER_NONE)
			*preference = atom.preference;
	}
	return rc;
}

static int
read_expression(struct regex_reader *reader, enum preference *preference)
{
	int rc = read_branch(reader, preference);

	while (rc == 0 && regex_take(reader, "|")) {
		enum preference ignored;

		buf_put_cstr(reader->out, "|");
		reader->traits->is_plain = false;
		rc = read_branch(reader, &ignored);
		*preference = PREFER_LONG;
	}
	return rc;
}

/* ---- the whole ---- */

/* (?i) and the like, at the beginning only. */
static int
read_embedded_options(struct regex_reader *reader)
{
	size_t at = reader->at + 2;

	if (reader->in.len < at + 1 ||
	    memcmp(reader->in.data + reader->at, "(?", 2) != 0 ||
	    !((reader->in.data[at] >= 'a' && reader->in.data[at] <= 'z') ||
		(reader->in.data[at] >= 'A' && reader->in.data[at] <= 'Z')))
		return 0;
	for (; at < reader->in.len && reader->in.data[at] != ')'; at++) {
		if (reader->in.data[at] == 'b')
			return error_set(reader->err,
			    STELE_E_FEATURE_NOT_SUPPORTED,
			    "basic regular expressions are not supported");
		if (!regex_set_option(reader->options, reader->in.data[at]))
			return regex_error(reader, "invalid embedded option");
	}
	if (at == reader->in.len)
		return regex_error(reader, "invalid embedded option");
	reader->at = at + 1;
	return 0;
}

/* ***: and ***=, then embedded options. */
static int
read_prefix(struct regex_reader *reader)
{
	if (reader->options->syntax == REGEX_LITERAL)
		return 0;
	if (regex_take(reader, "***=")) {
		reader->options->syntax = REGEX_LITERAL;
		return 0;
	}
	if (regex_take(reader, "***:"))
		reader->options->syntax = REGEX_ARE;
	else if (regex_take(reader, "***"))
		return regex_error(reader, "quantifier operand invalid");
	if (reader->options->syntax != REGEX_ARE)
		return 0;
	return read_embedded_options(reader);
}

/* Write the '?'s that make quantifiers prefer less. */
static void
put_preferences(const struct regex_reader *reader, struct buf *out)
{
	const struct buf *in = reader->out;
	size_t at = 0;

	if (in->len == 0)
		return; /* it has no memory */
	for (uint32_t i = 0; i < reader->quantifier_count; i++) {
		const struct regex_quantifier *q = &reader->quantifiers[i];

		if (q->is_short != reader->quantifiers[0].is_short)
			reader->traits->is_plain = false;
		buf_put(out, in->data + at, q->end - at);
		at = q->end;
		if (q->is_short)
			buf_put_cstr(out, "?");
	}
	buf_put(out, in->data + at, in->len - at);
}

static int
translate(struct regex_reader *reader, struct buf *out)
{
	enum preference preference = PREFER_NONE;
	int rc;

	rc = read_prefix(reader);
	if (rc != 0)
		return rc;
	if (reader->options->syntax == REGEX_LITERAL) {
		while (regex_has(reader))
			regex_put_char(reader,
			    unicode_next(reader->in, &reader->at));
	} else {
		rc = read_expression(reader, &preference);
	}
	if (rc != 0)
		return rc;
	reader->traits->is_shortest = preference == PREFER_SHORT;
	buf_put_cstr(out, CANCEL_POINT "(?:");
	put_preferences(reader, out);
	buf_put_cstr(out, reader->traits->is_plain ? ")" : ")(?C1)");
	return 0;
}

int
regex_translate(struct str pattern, struct regex_options *options,
    struct regex_traits *traits, struct buf *out, struct error *err)
{
	struct buf text;
	struct regex_reader reader = { .in = pattern,
		.options = options,
		.traits = traits,
		.out = &text,
		.err = err };
	int rc;

	*traits = (struct regex_traits){ .is_plain = true };
	buf_init(&text);
	rc = translate(&reader, out);
	if (rc == 0 && text.failed)
		rc = error_no_memory(err);
	buf_release(&text);
	free(reader.quantifiers);
	return rc;
}
