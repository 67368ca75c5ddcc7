/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HELP [statement]: rows of native_help.def, as
 *
 *	SELECT * FROM (VALUES (...), ...) AS help (statement, syntax, meaning)
 */
#include <string.h>

#include "sql/native.h"

static const struct {
	const char *texts[3]; /* statement, syntax, meaning */
} help[] = {
#define HELP(statement, syntax, meaning) { { statement, syntax, meaning } },
#include "sql/native_help.def"
#undef HELP
};

#define COLUMN_COUNT ARRAY_LEN(help[0].texts)

/* Whether a statement begins with the words, of which there may be none. */
static bool
begins_with(const char *statement, const struct str *words, uint32_t count)
{
	const char *at = statement;

	for (uint32_t i = 0; i < count; i++) {
		size_t len = strcspn(at, " ");

		if (!str_equal_nocase(words[i], str_of(at, len)))
			return false;
		at += len;
		at += *at == ' ';
	}
	return true;
}

static int
add_row(struct native *n, size_t row, size_t start, struct ast_select *values)
{
	void *lists = values->values;
	struct ast_expr_list *list;
	int rc = native_room(n, &lists, values->value_count, sizeof(*list));

	if (rc != 0)
		return rc;
	values->values = lists;
	list = &values->values[values->value_count++];
	list->count = COLUMN_COUNT;
	list->items = native_alloc(n, COLUMN_COUNT * sizeof(*list->items));
	if (list->items == NULL)
		return STELE_E_OUT_OF_MEMORY;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		list->items[i] =
		    native_string(n, str_of_cstr(help[row].texts[i]), start);
	return 0;
}

/* (values) AS help (...), which may be NULL without memory. */
static struct ast_from *
from_values(struct native *n, struct ast_select *values)
{
	static const char *const names[] = { "statement", "syntax", "meaning" };
	struct ast_from *from = native_alloc(n, sizeof(*from));
	struct str *columns = native_alloc(n, COLUMN_COUNT * sizeof(*columns));

	if (from == NULL || columns == NULL)
		return NULL;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		columns[i] = str_of_cstr(names[i]);
	from->kind = AST_FROM_SUBQUERY;
	from->subquery = values;
	from->alias.name = STR("help");
	from->alias.columns = columns;
	from->alias.column_count = COLUMN_COUNT;
	return from;
}

int
native_help(struct native *n, struct ast_select **out)
{
	struct ast_select *values = native_alloc(n, sizeof(*values));
	struct str words[2] = { { 0 }, { 0 } };
	struct ast_from *from;
	size_t start = n->token.start;
	uint32_t count = 0;
	int rc = 0;

	if (values == NULL)
		return STELE_E_OUT_OF_MEMORY;
	while (rc == 0 && n->token.kind == NATIVE_WORD &&
	    count < ARRAY_LEN(words)) {
		words[count++] = n->token.text;
		rc = native_advance(n);
	}
	for (size_t i = 0; i < ARRAY_LEN(help) && rc == 0; i++)
		if (begins_with(help[i].texts[0], words, count))
			rc = add_row(n, i, start, values);
	if (rc != 0)
		return rc;
	if (values->value_count == 0) {
		error_set(n->p->err, STELE_E_SYNTAX,
		    "there is no statement of that name");
		error_hint(n->p->err, "HELP shows all.");
		return error_position(n->p->err, native_position(n, start));
	}
	from = from_values(n, values);
	*out = from == NULL ? NULL : native_select_all(n, from);
	return *out == NULL ? STELE_E_OUT_OF_MEMORY : 0;
}
