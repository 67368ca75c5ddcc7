/* SPDX-License-Identifier: Apache-2.0 */
#include "common/name_list.h"

#define NAME_BYTES_MAX 63

struct list_reader {
	const char *at;
	const char *end;
	char separator;
	char *room; /* for the letters of all names */
};

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
skip_spaces(struct list_reader *r)
{
	while (r->at < r->end && is_space(*r->at))
		r->at++;
}

static bool
read_quoted(struct list_reader *r, struct str *out)
{
	const char *first = r->room;

	for (r->at++; r->at < r->end; r->at++) {
		if (*r->at == '"' && (++r->at == r->end || *r->at != '"')) {
			*out = str_of(first, (size_t)(r->room - first));
			return true;
		}
		*r->room++ = *r->at;
	}
	return false;
}

static bool
read_bare(struct list_reader *r, struct str *out)
{
	const char *first = r->room;

	for (; r->at < r->end && *r->at != r->separator && !is_space(*r->at);
	     r->at++)
		*r->room++ = *r->at >= 'A' && *r->at <= 'Z'
		    ? (char)(*r->at + 32)
		    : *r->at;
	*out = str_of(first, (size_t)(r->room - first));
	return out->len > 0;
}

/* As much of a name as counts, whole characters. */
static struct str
cut(struct str name)
{
	size_t len = NAME_BYTES_MAX;

	if (name.len <= NAME_BYTES_MAX)
		return name;
	while (((uint8_t)name.data[len] & 0xc0) == 0x80)
		len--;
	return str_of(name.data, len);
}

static size_t
count_most(struct str text, char separator)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == separator;
	return count;
}

bool
name_list_read(struct str text, char separator, struct arena *arena,
    struct name_list *out)
{
	struct list_reader r = { text.data, text.data + text.len, separator,
		arena_try_alloc(arena, text.len + 1) };

	out->count = 0;
	out->names = arena_try_alloc(arena,
	    count_most(text, separator) * sizeof(*out->names));
	if (r.room == NULL || out->names == NULL)
		return false;
	skip_spaces(&r);
	if (r.at == r.end)
		return true;
	for (;;) {
		struct str name;

		if (!(*r.at == '"' ? read_quoted(&r, &name)
				   : read_bare(&r, &name)))
			return false;
		out->names[out->count++] = cut(name);
		skip_spaces(&r);
		if (r.at == r.end)
			return true;
		if (*r.at++ != separator)
			return false;
		skip_spaces(&r);
		if (r.at == r.end)
			return false;
	}
}
