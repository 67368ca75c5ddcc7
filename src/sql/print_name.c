/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, operators, strings and types.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "sql/print_private.h"

/* PostgreSQL 15's keywords that may not stand as any name; sorted. */
static const char *const keyword[] = {
	"all",
	"analyse",
	"analyze",
	"and",
	"any",
	"array",
	"as",
	"asc",
	"asymmetric",
	"authorization",
	"between",
	"bigint",
	"binary",
	"bit",
	"boolean",
	"both",
	"case",
	"cast",
	"char",
	"character",
	"check",
	"coalesce",
	"collate",
	"collation",
	"column",
	"concurrently",
	"constraint",
	"create",
	"cross",
	"current_catalog",
	"current_date",
	"current_role",
	"current_schema",
	"current_time",
	"current_timestamp",
	"current_user",
	"dec",
	"decimal",
	"default",
	"deferrable",
	"desc",
	"distinct",
	"do",
	"else",
	"end",
	"except",
	"exists",
	"extract",
	"false",
	"fetch",
	"float",
	"for",
	"foreign",
	"freeze",
	"from",
	"full",
	"grant",
	"greatest",
	"group",
	"grouping",
	"having",
	"ilike",
	"in",
	"initially",
	"inner",
	"inout",
	"int",
	"integer",
	"intersect",
	"interval",
	"into",
	"is",
	"isnull",
	"join",
	"lateral",
	"leading",
	"least",
	"left",
	"like",
	"limit",
	"localtime",
	"localtimestamp",
	"national",
	"natural",
	"nchar",
	"none",
	"normalize",
	"not",
	"notnull",
	"null",
	"nullif",
	"numeric",
	"offset",
	"on",
	"only",
	"or",
	"order",
	"out",
	"outer",
	"overlaps",
	"overlay",
	"placing",
	"position",
	"precision",
	"primary",
	"real",
	"references",
	"returning",
	"right",
	"row",
	"select",
	"session_user",
	"setof",
	"similar",
	"smallint",
	"some",
	"substring",
	"symmetric",
	"table",
	"tablesample",
	"then",
	"time",
	"timestamp",
	"to",
	"trailing",
	"treat",
	"trim",
	"true",
	"union",
	"unique",
	"user",
	"using",
	"values",
	"varchar",
	"variadic",
	"verbose",
	"when",
	"where",
	"window",
	"with",
	"xmlattributes",
	"xmlconcat",
	"xmlelement",
	"xmlexists",
	"xmlforest",
	"xmlnamespaces",
	"xmlparse",
	"xmlpi",
	"xmlroot",
	"xmlserialize",
	"xmltable",
};

static int
compare_keyword(const void *name, const void *entry)
{
	const char *const *word = entry;

	return str_compare(*(const struct str *)name, str_of_cstr(*word));
}

static bool
needs_quotes(struct str name)
{
	if (name.len == 0 || (name.data[0] >= '0' && name.data[0] <= '9'))
		return true;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return true;
	}
	return bsearch(&name, keyword, ARRAY_LEN(keyword), sizeof(keyword[0]),
		   compare_keyword) != NULL;
}

/* Put the text between quotes, each quote in it doubled. */
static void
put_quoted(struct buf *out, struct str text, char quote)
{
	buf_put_u8(out, (uint8_t)quote);
	while (text.len > 0) {
		const char *found = memchr(text.data, quote, text.len);
		size_t len =
		    found == NULL ? text.len : (size_t)(found - text.data) + 1;

		buf_put(out, text.data, len);
		if (found != NULL)
			buf_put_u8(out, (uint8_t)quote);
		text.data += len;
		text.len -= len;
	}
	buf_put_u8(out, (uint8_t)quote);
}

void
print_name(struct buf *out, struct str name)
{
	if (needs_quotes(name))
		put_quoted(out, name, '"');
	else
		buf_put_str(out, name);
}

void
print_string(struct buf *out, struct str text)
{
	put_quoted(out, text, '\'');
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
	if (name->count > 0)
		buf_put_str(out, name->parts[name->count - 1]);
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
