/* SPDX-License-Identifier: Apache-2.0 */
#include "common/quote.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"

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

void
quote_put(struct buf *out, struct str text, char quote)
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
quote_put_name(struct buf *out, struct str name)
{
	if (needs_quotes(name))
		quote_put(out, name, '"');
	else
		buf_put_str(out, name);
}

void
quote_put_literal(struct buf *out, struct str text)
{
	if (text.len == 0 || memchr(text.data, '\\', text.len) == NULL) {
		quote_put(out, text, '\'');
		return;
	}
	buf_put_cstr(out, "E'");
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\\' || text.data[i] == '\'')
			buf_put(out, &text.data[i], 1);
		buf_put(out, &text.data[i], 1);
	}
	buf_put_cstr(out, "'");
}
