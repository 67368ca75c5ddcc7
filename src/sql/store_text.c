/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/store_text.h"

#include <string.h>

#define NAME_SIZE_MAX 63

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_';
}

static bool
is_context_char(char c)
{
	return is_name_char(c) || c == ':' || c == '.' || c == '-';
}

static void
skip(struct str *text, size_t len)
{
	text->data += len;
	text->len -= len;
}

/* Blanks, of which there must be one. */
static bool
take_blanks(struct str *text)
{
	size_t len = 0;

	while (len < text->len && is_blank(text->data[len]))
		len++;
	skip(text, len);
	return len > 0;
}

static bool
take_word(struct str *text, struct str word)
{
	if (text->len < word.len ||
	    !str_equal_nocase(str_of(text->data, word.len), word))
		return false;
	skip(text, word.len);
	return take_blanks(text);
}

static struct str
take_run(struct str *text, bool (*is_part)(char))
{
	struct str run = { text->data, 0 };

	while (run.len < text->len && is_part(text->data[run.len]))
		run.len++;
	skip(text, run.len);
	return run;
}

/* What is between double quotes, and stands for itself there. */
static bool
take_quoted(struct str *text, struct str *out)
{
	const char *quote =
	    memchr(text->data + 1, '"', text->len - 1); /* at the first one */

	if (quote == NULL)
		return false;
	*out = str_of(text->data + 1, (size_t)(quote - text->data) - 1);
	skip(text, out->len + 2);
	return memchr(out->data, '\\', out->len) == NULL;
}

static bool
is_one_of(struct str word, const struct str *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(word, words[i]))
			return true;
	return false;
}

/* Behind these the normal form of a statement (sql/normal.h) has a constant. */
static bool
is_before_constant(struct str word)
{
	static const struct str words[] = { { "FOR", 3 }, { "AT", 2 },
		{ "SINCE", 5 }, { "KEY", 3 } };

	return is_one_of(word, words, ARRAY_LEN(words));
}

/* These are none in it. */
static bool
is_literal(struct str word)
{
	static const struct str words[] = { { "TRUE", 4 }, { "FALSE", 5 },
		{ "NULL", 4 } };

	return is_one_of(word, words, ARRAY_LEN(words));
}

static bool
take_name(struct str *text, struct str *out)
{
	struct str bare;

	if (text->len > 0 && text->data[0] == '"') {
		if (!take_quoted(text, &bare))
			return false;
		*out = str_of(bare.data - 1, bare.len + 2);
	} else {
		bare = *out = take_run(text, is_name_char);
		if (is_before_constant(bare) ||
		    (bare.len > 0 && bare.data[0] >= '0' &&
			bare.data[0] <= '9'))
			return false;
	}
	return bare.len > 0 && bare.len <= NAME_SIZE_MAX && take_blanks(text);
}

static bool
take_context(struct str *text, struct str *out)
{
	if (text->len > 0 && text->data[0] == '"')
		return take_quoted(text, out) && out->len > 0 &&
		    take_blanks(text);
	*out = take_run(text, is_context_char);
	return out->len > 0 && is_name_char(out->data[0]) &&
	    !is_literal(*out) && take_blanks(text);
}

static void
trim_end(struct str *text)
{
	while (text->len > 0 && is_blank(text->data[text->len - 1]))
		text->len--;
}

bool
store_text_scan(struct str text, struct store_text *out)
{
	struct str rest = text;

	if (!take_word(&rest, STR("STORE")) || !take_name(&rest, &out->name) ||
	    !take_word(&rest, STR("FOR")) ||
	    !take_context(&rest, &out->context) ||
	    !take_word(&rest, STR("PAYLOAD")))
		return false;
	trim_end(&rest);
	if (rest.len > 0 && rest.data[rest.len - 1] == ';') {
		rest.len--;
		trim_end(&rest);
	}
	if (rest.len < 2 || rest.data[0] != '{' ||
	    rest.data[rest.len - 1] != '}')
		return false;
	out->payload = rest;
	out->statement =
	    str_of(text.data, (size_t)(rest.data + rest.len - text.data));
	return true;
}
