/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, operators, strings and types.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/quote.h"
#include "sql/print_private.h"

void
print_name(struct buf *out, struct str name)
{
	quote_put_name(out, name);
}

void
print_string(struct buf *out, struct str text)
{
	quote_put(out, text, '\'');
}

void
print_dotted(struct buf *out, const struct ast_name *name)
{
	for (uint32_t i = 0; i < name->count; i++) {
		if (i > 0)
			buf_put_cstr(out, ".");
		print_name(out, name->parts[i]);
	}
}

void
print_names(struct buf *out, const struct str *names, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_name(out, names[i]);
	}
}

/* "+", or OPERATOR(pg_catalog.+) */
void
print_operator(struct buf *out, const struct ast_name *name)
{
	if (name->count == 1) {
		buf_put_str(out, name->parts[0]);
		return;
	}
	buf_put_cstr(out, "OPERATOR(");
	for (uint32_t i = 0; i + 1 < name->count; i++) {
		print_name(out, name->parts[i]);
		buf_put_cstr(out, ".");
	}
	buf_put_str(out, ast_name_last(name));
	buf_put_cstr(out, ")");
}

/* SQL's words for what the grammar calls pg_catalog.int4. */
static const struct {
	const char *name;
	const char *words;
	bool takes_mods; /* after the words */
} type_words[] = {
	{ "bool", "boolean", false },
	{ "int2", "smallint", false },
	{ "int4", "integer", false },
	{ "int8", "bigint", false },
	{ "float4", "real", false },
	{ "float8", "double precision", false },
	{ "numeric", "numeric", true },
	{ "varchar", "varchar", true },
	{ "timestamptz", "timestamp with time zone", false },
	{ "timestamp", "timestamp", true },
};

static void
print_type_name(struct buf *out, const struct ast_type *type)
{
	const struct ast_name *name = &type->name;

	if (name->count == 2 && str_equal(name->parts[0], STR("pg_catalog")))
		for (size_t i = 0; i < ARRAY_LEN(type_words); i++)
			if (str_equal(name->parts[1],
				str_of_cstr(type_words[i].name)) &&
			    (type->mod_count == 0 ||
				type_words[i].takes_mods)) {
				buf_put_cstr(out, type_words[i].words);
				return;
			}
	print_dotted(out, name);
}

void
print_type(struct buf *out, const struct ast_type *type)
{
	if (type->is_setof)
		buf_put_cstr(out, "SETOF ");
	print_type_name(out, type);
	for (uint32_t i = 0; i < type->mod_count; i++)
		buf_printf(out, "%s%d", i == 0 ? "(" : ", ", type->mods[i]);
	if (type->mod_count > 0)
		buf_put_cstr(out, ")");
	for (uint32_t i = 0; i < type->array_bounds; i++)
		buf_put_cstr(out, "[]");
}
