/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_ident(): the parts of a qualified name, as SQL reads them.
 */
#include "exec/func_array.h"

#include <string.h>

#define PARTS_MIN 4

struct ident_parser {
	struct function_call *call;
	struct str text;
	size_t at;
	char *room; /* for what is left of the text, as parts */
	struct datum *parts;
	uint32_t count;
	uint32_t capacity;
};

static char
peek(const struct ident_parser *p)
{
	return p->at < p->text.len ? p->text.data[p->at] : '\0';
}

static bool
is_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (uint8_t)c >= 0x80;
}

static bool
is_inner(char c)
{
	return is_start(c) || (c >= '0' && c <= '9') || c == '$';
}

static void
skip_spaces(struct ident_parser *p)
{
	while (peek(p) != '\0' && strchr(" \t\n\r\f", peek(p)) != NULL)
		p->at++;
}

static int
invalid(struct ident_parser *p, const char *detail)
{
	(void)error_set(p->call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "string is not a valid identifier: \"%.*s\"", STR_FMT(p->text));
	return detail == NULL ? STELE_E_INVALID_PARAMETER_VALUE
			      : error_detail(p->call->err, "%s", detail);
}

static int
add_part(struct ident_parser *p, struct str part)
{
	if (p->count == p->capacity) {
		uint32_t capacity = p->capacity * 2 + PARTS_MIN;
		struct datum *parts =
		    arena_try_alloc(p->call->arena, capacity * sizeof(*parts));

		if (parts == NULL)
			return error_no_memory(p->call->err);
		if (p->count > 0)
			memcpy(parts, p->parts, p->count * sizeof(*parts));
		p->parts = parts;
		p->capacity = capacity;
	}
	p->parts[p->count++] = (struct datum){ .str = part };
	return 0;
}

/* "...", two quotes being one. */
static int
take_quoted(struct ident_parser *p)
{
	char *part = p->room;
	size_t len = 0;

	for (p->at++;; p->at++) {
		if (p->at == p->text.len)
			return invalid(p, "String has unclosed double quotes.");
		if (peek(p) == '"' &&
		    (p->at + 1 == p->text.len ||
			p->text.data[p->at + 1] != '"'))
			break;
		p->at += peek(p) == '"';
		part[len++] = peek(p);
	}
	p->at++;
	if (len == 0)
		return invalid(p, "Quoted identifier must not be empty.");
	p->room += len;
	return add_part(p, str_of(part, len));
}

static int
take_bare(struct ident_parser *p)
{
	char *part = p->room;
	size_t len = 0;

	for (; is_inner(peek(p)); p->at++) {
		char c = peek(p);

		part[len++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	p->room += len;
	return add_part(p, str_of(part, len));
}

static int
take_part(struct ident_parser *p)
{
	if (peek(p) == '"')
		return take_quoted(p);
	if (is_start(peek(p)))
		return take_bare(p);
	if (peek(p) == '.')
		return invalid(p, "No valid identifier before \".\".");
	return invalid(p,
	    p->count > 0 ? "No valid identifier after \".\"." : NULL);
}

static int
parse_ident_row(struct function_call *call, uint32_t row)
{
	struct ident_parser p = { .call = call,
		.text = ARG(call, 0, str, row) };
	bool is_strict = ARG(call, 1, boolean, row) != 0;
	struct array_shape shape;

	p.room = arena_try_alloc(call->arena, p.text.len + 1);
	if (p.room == NULL)
		return error_no_memory(call->err);
	for (;;) {
		int rc;

		skip_spaces(&p);
		rc = take_part(&p);
		if (rc != 0)
			return rc;
		skip_spaces(&p);
		if (peek(&p) != '.')
			break;
		p.at++;
	}
	if (p.at < p.text.len && is_strict)
		return invalid(&p, NULL);
	shape = array_shape_list(p.count);
	return put_array(call, row, &shape, PHYS_STR, p.parts);
}
ROW_KERNEL(parse_ident)

static const struct func_row rows[] = {
	{ FN_PARSE_IDENT, { parse_ident, false } },
};

const struct func_family func_parse_ident = { rows, ARRAY_LEN(rows) };
