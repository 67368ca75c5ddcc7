/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_from_function.c -- functions in FROM: those that return sets, and any
 * other, which gives one row.  Their arguments may name the items to the left,
 * as if all were LATERAL.
 */
#include "plan/bind.h"
#include "plan/set_function.h"

/* The rows of one function, before they have names. */
struct from_function {
	const struct ast_from *from;
	struct str name; /* of the function */
	struct rel *rel;
};

static int
bind_args(struct binder *binder, struct scope *scope,
    const struct ast_call *call, struct expr **args, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < call->args.count && rc == 0; i++)
		rc = bind_expr(binder, scope, call->args.items[i], &args[i],
		    err);
	return rc;
}

/* Columns: the values, and their numbers if they are asked for. */
static struct rel *
new_rel(struct binder *binder, const struct ast_from *from, enum rel_kind kind,
    struct type type)
{
	struct rel *rel =
	    rel_new(binder, kind, NULL, from->with_ordinality ? 2 : 1);

	rel->types[0] = type;
	if (from->with_ordinality)
		rel->types[1] = type_of(TYPE_INT8);
	return rel;
}

static int
bind_set(struct binder *binder, struct scope *scope, struct from_function *out,
    struct error *err)
{
	const struct ast_expr *ast = out->from->function;
	const struct ast_call *call = &ast->call;
	uint32_t count = call->args.count;
	const struct set_function *function = NULL;
	struct type type;
	struct expr **args =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*args));
	int rc;

	rc = check_call_form(ast, err);
	if (rc == 0)
		rc = check_plain_call(ast, out->name, err);
	if (rc == 0 && call->over != NULL)
		rc = error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "OVER specified, but %.*s is not a window function nor an"
		    " aggregate function",
		    STR_FMT(out->name));
	if (rc == 0)
		rc = bind_args(binder, scope, call, args, err);
	if (rc == 0)
		rc = resolve_set_function(binder, out->name, args, count,
		    ast->location, &function, &type, err);
	if (rc != 0)
		return rc;
	out->rel = new_rel(binder, out->from, REL_FUNCTION, type);
	out->rel->function.function = function;
	out->rel->function.type = type;
	out->rel->function.args = args;
	out->rel->function.arg_count = count;
	return 0;
}

/* A function of one value: one row. */
static int
bind_value_row(struct binder *binder, struct scope *scope,
    struct from_function *out, struct error *err)
{
	const struct datum one = { .i64 = 1 };
	struct rel *row;
	struct expr *value;
	int rc;

	rc = bind_value(binder, scope, out->from->function, &value, err);
	if (rc != 0)
		return rc;
	row = rel_new(binder, REL_VALUES, NULL, 0);
	row->values.row_count = 1;
	out->rel = new_rel(binder, out->from, REL_PROJECT, value->type);
	out->rel->input = row;
	out->rel->project =
	    arena_alloc_array(binder->arena, 2, sizeof(struct expr *));
	out->rel->project[0] = value;
	out->rel->project[1] =
	    expr_const(binder->arena, type_of(TYPE_INT8), 0, &one);
	return 0;
}

/* A set of single values goes by the table's alias, if it has one. */
static struct range *
new_range(struct binder *binder, const struct from_function *function)
{
	const struct rel *rel = function->rel;
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct range_column *columns =
	    arena_zalloc(binder->arena, rel->column_count * sizeof(*columns));

	range->name = function->from->alias.name.len > 0
	    ? function->from->alias.name
	    : function->name;
	range->rel_id = rel->id;
	range->columns = columns;
	range->column_count = rel->column_count;
	columns[0].name = range->name;
	columns[0].type = rel->types[0];
	if (rel->column_count > 1) {
		columns[1].name = STR("ordinality");
		columns[1].type = rel->types[1];
	}
	return range;
}

int
bind_from_function(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	const struct ast_name *name = &from->function->call.name;
	struct from_function function = { .from = from,
		.name = name->parts[name->count - 1] };
	struct range *range;
	int rc;

	if (from->column_def_count > 0)
		return error_at(err, from->location, STELE_E_SYNTAX,
		    "a column definition list is only allowed for functions"
		    " returning \"record\"");
	scope->is_lateral_active = true;
	scope->place = PLACE_FROM_FUNCTION;
	if (set_function_next(builtin_name(binder, name), NULL) != NULL)
		rc = bind_set(binder, scope, &function, err);
	else
		rc = bind_value_row(binder, scope, &function, err);
	scope->is_lateral_active = false;
	if (rc != 0)
		return rc;
	*out = function.rel;
	range = new_range(binder, &function);
	binder_add_range(binder, range);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}
