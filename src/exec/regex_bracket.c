/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_bracket.c -- bracket expressions: [a-z[:digit:]\w].
 */
#include "common/error.h"
#include "exec/regex_private.h"
#include "exec/unicode.h"

static const char *const class_names[] = { "alnum", "alpha", "ascii", "blank",
	"cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
	"word", "xdigit" };

/* One element: a class that is written already, or a character. */
struct element {
	bool is_class;
	uint32_t c;
};

static uint32_t
next_char(struct regex_reader *reader)
{
	return unicode_next(reader->in, &reader->at);
}

/* The text up to `end`, as in [:alpha:]. */
static int
read_name(struct regex_reader *reader, const char *end, struct str *out)
{
	size_t start = reader->at;

	while (regex_has(reader)) {
		*out = str_of(reader->in.data + start, reader->at - start);
		if (regex_take(reader, end))
			return 0;
		reader->at++;
	}
	return regex_error(reader, "brackets [] not balanced");
}

static int
named_class(struct regex_reader *reader)
{
	struct str name = STR("");
	int rc;

	rc = read_name(reader, ":]", &name);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(class_names); i++) {
		if (!str_equal(name, str_of_cstr(class_names[i])))
			continue;
		if (str_equal(name, STR("digit"))) /* of ASCII alone */
			buf_put_cstr(reader->out, "0-9");
		else
			buf_printf(reader->out, "[:%s:]", class_names[i]);
		return 0;
	}
	return regex_error(reader, "invalid character class");
}

/* [.a.] and [=a=]: of one character, which is what it says. */
static int
collating_element(struct regex_reader *reader, const char *end, uint32_t *out)
{
	struct str name = STR("");
	size_t at = 0;
	int rc;

	rc = read_name(reader, end, &name);
	if (rc != 0)
		return rc;
	if (name.len > 0)
		*out = unicode_next(name, &at);
	if (name.len == 0 || at != name.len)
		return regex_error(reader, "invalid collating element");
	return 0;
}

static int
escaped_element(struct regex_reader *reader, struct element *out)
{
	struct regex_escape escape;
	int rc;

	rc = regex_read_escape(reader, &escape);
	if (rc != 0)
		return rc;
	if (escape.kind == REGEX_CHAR) {
		out->c = escape.value;
		return 0;
	}
	if (escape.kind != REGEX_CLASS)
		return regex_error(reader, "invalid escape \\ sequence");
	out->is_class = true;
	if (escape.value == 'd')
		buf_put_cstr(reader->out, "0-9");
	else
		buf_printf(reader->out, "\\%c", (char)escape.value);
	return 0;
}

static int
read_element(struct regex_reader *reader, struct element *out)
{
	*out = (struct element){ 0 };
	if (regex_take(reader, "[:")) {
		out->is_class = true;
		return named_class(reader);
	}
	if (regex_take(reader, "[."))
		return collating_element(reader, ".]", &out->c);
	if (regex_take(reader, "[="))
		return collating_element(reader, "=]", &out->c);
	if (reader->options->syntax == REGEX_ARE && regex_take(reader, "\\"))
		return escaped_element(reader, out);
	out->c = next_char(reader);
	return 0;
}

/* A '-' makes a range unless it is the last. */
static bool
takes_range(struct regex_reader *reader)
{
	if (regex_peek(reader) != '-' || reader->at + 1 >= reader->in.len ||
	    reader->in.data[reader->at + 1] == ']')
		return false;
	reader->at++;
	return true;
}

static int
put_element(struct regex_reader *reader)
{
	struct element first, last;
	int rc;

	rc = read_element(reader, &first);
	if (rc != 0)
		return rc;
	if (!first.is_class)
		regex_put_char(reader, first.c);
	if (!takes_range(reader))
		return 0;
	if (first.is_class)
		return regex_error(reader, "invalid character range");
	rc = read_element(reader, &last);
	if (rc != 0)
		return rc;
	if (last.is_class || last.c < first.c)
		return regex_error(reader, "invalid character range");
	buf_put_cstr(reader->out, "-");
	regex_put_char(reader, last.c);
	return 0;
}

int
regex_bracket(struct regex_reader *reader)
{
	bool is_negated = regex_take(reader, "^");
	bool is_first = true;
	int rc = 0;

	buf_put_cstr(reader->out, is_negated ? "[^" : "[");
	if (is_negated && reader->options->newline_stops)
		buf_put_cstr(reader->out, "\\n");
	while (rc == 0) {
		if (!regex_has(reader))
			return regex_error(reader, "brackets [] not balanced");
		if (!is_first && regex_take(reader, "]"))
			break;
		rc = put_element(reader);
		is_first = false;
	}
	buf_put_cstr(reader->out, "]");
	return rc;
}
