/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_whole_row.c -- rows as arguments of the functions that write JSON:
 * row_to_json(t), json_agg(t), to_jsonb(ROW(1, 2)) ...
 *
 * There are no rows as values: such an argument is bound as the json that the
 * function would make of it.
 */
#include "plan/bind.h"

static bool
takes_rows(struct str name)
{
	static const char *const names[] = { "row_to_json", "to_json",
		"to_jsonb", "json_agg", "jsonb_agg", "json_build_array",
		"jsonb_build_array", "json_build_object",
		"jsonb_build_object" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(name, str_of_cstr(names[i])))
			return true;
	return false;
}

/* A call over names and values, two for each column. */
static struct expr *
new_row(struct binder *binder, uint32_t count, int location)
{
	struct expr *expr = expr_new(binder->arena, EXPR_CALL,
	    type_of(TYPE_JSON), location, 2 * count);

	expr->function = function_by_id(FN_ROW_TO_JSON);
	return expr;
}

static void
set_name(struct binder *binder, struct expr *row, uint32_t column,
    struct str name)
{
	const struct datum value = { .str = name };

	row->args[2 * column] = expr_const(binder->arena, type_of(TYPE_TEXT),
	    row->location, &value);
}

/* ROW(a, b): the columns are f1, f2 ... */
static int
bind_constructor(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	uint32_t count = ast->list.count;
	struct expr *row = new_row(binder, count, ast->location);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		set_name(binder, row, i,
		    arena_printf(binder->arena, "f%u", i + 1));
		rc = bind_value(binder, scope, ast->list.items[i],
		    &row->args[2 * i + 1], err);
	}
	*out = row;
	return rc;
}

static bool
has_outer_join(const struct ast_from *from)
{
	if (from->kind != AST_FROM_JOIN)
		return false;
	return from->join == AST_JOIN_LEFT || from->join == AST_JOIN_RIGHT ||
	    from->join == AST_JOIN_FULL || has_outer_join(from->left) ||
	    has_outer_join(from->right);
}

/* Whether it is certain that no outer join makes rows of the query null. */
static bool
has_inner_joins(const struct scope *scope)
{
	const struct ast_from_list *list;

	if (scope->windows == NULL)
		return false;
	list = &scope->windows->select->from;
	for (uint32_t i = 0; i < list->count; i++)
		if (has_outer_join(list->items[i]))
			return false;
	return true;
}

static int
bind_range(struct binder *binder, const struct scope *owner,
    const struct range *range, int location, struct expr **out,
    struct error *err)
{
	struct expr *row = new_row(binder, range->column_count, location);

	if (!has_inner_joins(owner))
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "a whole-row reference to \"%.*s\" is not supported here",
		    STR_FMT(range->name));
	for (uint32_t i = 0; i < range->column_count; i++) {
		set_name(binder, row, i, range->columns[i].name);
		row->args[2 * i + 1] =
		    range_column_expr(binder, range, i, location);
	}
	*out = row;
	return 0;
}

int
bind_row_argument(struct binder *binder, struct scope *scope,
    struct str function, const struct ast_expr *ast, struct expr **out,
    struct error *err)
{
	const struct range *range;
	struct scope *owner;
	struct str name;
	int rc;

	*out = NULL;
	if (!takes_rows(function))
		return 0;
	if (ast->kind == AST_ROW)
		return bind_constructor(binder, scope, ast, out, err);
	if (ast->kind != AST_COLUMN || ast->column.name.count != 1)
		return 0;
	name = ast->column.name.parts[0];
	rc = scope_find_row(scope, name, ast->column.has_star, ast->location,
	    &range, &owner, err);
	if (rc != 0 || range == NULL)
		return rc;
	return bind_range(binder, owner, range, ast->location, out, err);
}
