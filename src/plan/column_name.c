/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_name.c -- the name of a result column that has no alias, by
 * PostgreSQL's rules: that of the column, function or cast it is.
 */
#include "plan/bind.h"

/* How good a name is: a cast keeps a good one of what it casts. */
enum strength { NAME_NONE, NAME_WEAK, NAME_GOOD };

static enum strength figure(const struct binder *binder,
    const struct ast_expr *ast, struct str *out);

static enum strength
good(struct str name, struct str *out)
{
	*out = name;
	return NAME_GOOD;
}

static enum strength
figure_cast(const struct binder *binder, const struct ast_expr *ast,
    struct str *out)
{
	enum strength strength = figure(binder, ast->cast.arg, out);

	if (strength == NAME_GOOD)
		return strength;
	*out = ast_name_last(&ast->cast.type.name);
	return NAME_WEAK;
}

static enum strength
figure_case(const struct binder *binder, const struct ast_expr *ast,
    struct str *out)
{
	enum strength strength = NAME_NONE;

	if (ast->case_.otherwise != NULL)
		strength = figure(binder, ast->case_.otherwise, out);
	if (strength == NAME_GOOD)
		return strength;
	*out = STR("case");
	return NAME_WEAK;
}

static enum strength
figure_value(const struct ast_expr *ast, struct str *out)
{
	static const char *const names[] = {
		[AST_CURRENT_DATE] = "current_date",
		[AST_CURRENT_TIME] = "current_time",
		[AST_CURRENT_TIMESTAMP] = "current_timestamp",
		[AST_LOCALTIME] = "localtime",
		[AST_LOCALTIMESTAMP] = "localtimestamp",
		[AST_CURRENT_ROLE] = "current_role",
		[AST_CURRENT_USER] = "current_user",
		[AST_SESSION_USER] = "session_user",
		[AST_USER] = "user",
		[AST_CURRENT_CATALOG] = "current_catalog",
		[AST_CURRENT_SCHEMA] = "current_schema",
	};

	return good(str_of_cstr(names[ast->value.fn]), out);
}

/* A scalar subquery has the name of its column. */
static enum strength
figure_sublink(const struct binder *binder, const struct ast_expr *ast,
    struct str *out)
{
	const struct sublink_name *name = binder->sublink_names;

	switch (ast->sublink.kind) {
	case AST_SUBLINK_EXISTS:
		return good(STR("exists"), out);
	case AST_SUBLINK_ARRAY:
		return good(STR("array"), out);
	case AST_SUBLINK_SCALAR:
		while (name != NULL && name->ast != ast)
			name = name->next;
		if (name != NULL)
			return good(name->name, out);
		break;
	case AST_SUBLINK_ANY:
	case AST_SUBLINK_ALL:
		break;
	}
	return NAME_NONE;
}

static enum strength
figure(const struct binder *binder, const struct ast_expr *ast, struct str *out)
{
	switch (ast->kind) {
	case AST_COLUMN:
		return good(ast_name_last(&ast->column.name), out);
	case AST_CALL:
		return good(ast_name_last(&ast->call.name), out);
	case AST_FIELD:
		return good(ast->field.name, out);
	case AST_SUBSCRIPT:
		return figure(binder, ast->subscript.arg, out);
	case AST_COLLATE:
		return figure(binder, ast->collate.arg, out);
	case AST_NULLIF:
		return good(STR("nullif"), out);
	case AST_COALESCE:
		return good(STR("coalesce"), out);
	case AST_GREATEST:
		return good(STR("greatest"), out);
	case AST_LEAST:
		return good(STR("least"), out);
	case AST_ARRAY:
		return good(STR("array"), out);
	case AST_ROW:
		return good(STR("row"), out);
	case AST_CAST:
		return figure_cast(binder, ast, out);
	case AST_CASE:
		return figure_case(binder, ast, out);
	case AST_SQL_VALUE:
		return figure_value(ast, out);
	case AST_SUBLINK:
		return figure_sublink(binder, ast, out);
	case AST_CONST:
	case AST_PARAM:
	case AST_STAR:
	case AST_OP:
	case AST_BOOL:
	case AST_IS:
	case AST_DISTINCT_FROM:
	case AST_BETWEEN:
	case AST_IN:
	case AST_LIKE:
	case AST_ANY_ALL:
	case AST_DEFAULT:
		return NAME_NONE;
	}
	return NAME_NONE;
}

struct str
column_name(const struct binder *binder, const struct ast_expr *ast)
{
	struct str name = STR("");

	if (figure(binder, ast, &name) == NAME_NONE || name.len == 0)
		return STR("?column?");
	return name;
}
