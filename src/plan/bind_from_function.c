/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_from_function.c -- functions in FROM: those that return sets, and any
 * other, which gives one row.  Their arguments may name the items to the left,
 * as if all were LATERAL.
 *
 * ROWS FROM has several side by side, and so has unnest() of several arrays.
 */
#include "plan/bind.h"
#include "plan/set_function.h"

/* The rows of the functions of one item, before they have names. */
struct from_function {
	const struct ast_from *from;
	struct set_call *calls;
	struct str *names; /* of the functions */
	uint32_t count;
	struct rel *rel;
};

/* ---- the calls ---- */

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

static int
check_form(const struct ast_expr *ast, struct str name, struct error *err)
{
	int rc = check_call_form(ast, err);

	if (rc == 0)
		rc = check_plain_call(ast, name, err);
	if (rc == 0 && ast->call.over != NULL)
		rc = error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "OVER specified, but %.*s is not a window function nor an"
		    " aggregate function",
		    STR_FMT(name));
	return rc;
}

static struct set_call *
add_call(struct from_function *out, struct str name)
{
	out->names[out->count] = name;
	return &out->calls[out->count++];
}

static bool
needs_definition(const struct set_call *call)
{
	return call->types[0].oid == TYPE_RECORD ||
	    (call->function != NULL && set_function_is_record(call->function));
}

/* Of the only function, which gives documents. */
static bool
has_definition(const struct from_function *function)
{
	return function->from->column_def_count > 0 && function->count == 1 &&
	    function->calls[0].function != NULL &&
	    set_function_is_record(function->calls[0].function);
}

static int
bind_set(struct binder *binder, struct scope *scope, const struct ast_expr *ast,
    struct str name, struct from_function *out, struct error *err)
{
	const struct call_form form = call_form_of(&ast->call);
	uint32_t count = ast->call.args.count;
	bool is_list = count > 1 && str_equal(name, STR("unnest"));
	struct expr **args =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*args));
	int rc;

	rc = check_form(ast, name, err);
	if (rc == 0)
		rc = bind_args(binder, scope, &ast->call, args, err);
	if (rc == 0 && !is_list)
		rc = bind_set_call(binder, name, &form, args, count,
		    ast->location, add_call(out, name), err);
	for (uint32_t i = 0; i < count && rc == 0 && is_list; i++)
		rc = bind_set_call(binder, name, NULL, &args[i], 1,
		    ast->location, add_call(out, name), err);
	if (rc == 0 && out->from->column_def_count > 0 &&
	    out->calls[out->count - 1].types[0].oid == TYPE_RECORD)
		rc = error_at(err, ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "a column definition list for %.*s is not supported",
		    STR_FMT(name));
	if (rc == 0 && needs_definition(&out->calls[out->count - 1]) &&
	    !has_definition(out))
		rc = error_at(err, ast->location, STELE_E_SYNTAX,
		    "a column definition list is required for functions"
		    " returning \"record\"");
	return rc;
}

/* A function of one value: one row. */
static int
bind_one_value(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct str name, struct from_function *out,
    struct error *err)
{
	struct set_call *call = add_call(out, name);
	struct expr **value = arena_alloc(binder->arena, sizeof(*value));
	int rc;

	rc = bind_value(binder, scope, ast, value, err);
	if (rc != 0)
		return rc;
	*call = (struct set_call){ .args = value,
		.arg_count = 1,
		.column_count = 1,
		.types = { (*value)->type } };
	return 0;
}

static int
bind_calls(struct binder *binder, struct scope *scope,
    struct from_function *out, struct error *err)
{
	const struct ast_expr_list *list = &out->from->functions;
	uint32_t capacity = 0;
	int rc = 0;

	for (uint32_t i = 0; i < list->count; i++)
		capacity += 1 + list->items[i]->call.args.count;
	out->calls =
	    arena_alloc_array(binder->arena, capacity, sizeof(*out->calls));
	out->names =
	    arena_alloc_array(binder->arena, capacity, sizeof(*out->names));
	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		const struct ast_expr *ast = list->items[i];
		const struct ast_name *name = &ast->call.name;
		struct str built_in = builtin_name(binder, name);

		if (set_function_next(built_in, NULL) != NULL)
			rc = bind_set(binder, scope, ast, built_in, out, err);
		else
			rc = bind_one_value(binder, scope, ast,
			    ast_name_last(name), out, err);
	}
	return rc;
}

/* ---- the relation ---- */

/* One value alone is a projection, which rules know. */
static struct rel *
new_value_row(struct binder *binder, const struct from_function *function)
{
	const struct set_call *call = &function->calls[0];
	const struct datum one = { .i64 = 1 };
	struct rel *row = rel_new(binder, REL_VALUES, NULL, 0);
	struct rel *rel = rel_new(binder, REL_PROJECT, row,
	    function->from->with_ordinality ? 2 : 1);

	row->values.row_count = 1;
	rel->project =
	    arena_alloc_array(binder->arena, 2, sizeof(struct expr *));
	rel->project[0] = call->args[0];
	rel->project[1] =
	    expr_const(binder->arena, type_of(TYPE_INT8), 0, &one);
	rel->types[0] = call->types[0];
	return rel;
}

static struct rel *
new_sets(struct binder *binder, const struct from_function *function)
{
	uint32_t count = function->from->with_ordinality;
	struct rel *rel;

	for (uint32_t i = 0; i < function->count; i++)
		count += function->calls[i].column_count;
	rel = rel_new(binder, REL_FUNCTION, NULL, count);
	rel->function.calls = function->calls;
	rel->function.call_count = function->count;
	count = 0;
	for (uint32_t i = 0; i < function->count; i++) {
		for (uint32_t c = 0; c < function->calls[i].column_count; c++)
			rel->types[count++] = function->calls[i].types[c];
	}
	return rel;
}

static struct rel *
new_rel(struct binder *binder, const struct from_function *function)
{
	struct rel *rel =
	    function->count == 1 && function->calls[0].function == NULL
	    ? new_value_row(binder, function)
	    : new_sets(binder, function);

	if (function->from->with_ordinality)
		rel->types[rel->column_count - 1] = type_of(TYPE_INT8);
	return rel;
}

/* ---- names ---- */

/* A set of single values goes by the table's alias, if it is alone. */
static struct str
name_of_column(const struct from_function *function, uint32_t call,
    uint32_t column, struct str alias)
{
	const struct set_function *set = function->calls[call].function;

	if (set != NULL && set->columns[column].name != NULL)
		return str_of_cstr(set->columns[column].name);
	return function->count == 1 ? alias : function->names[call];
}

static struct range *
new_range(struct binder *binder, const struct from_function *function)
{
	const struct rel *rel = function->rel;
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));
	struct range_column *columns =
	    arena_zalloc(binder->arena, rel->column_count * sizeof(*columns));
	uint32_t at = 0;

	range->name = function->from->alias.name.len > 0
	    ? function->from->alias.name
	    : function->names[0];
	range->rel_id = rel->id;
	range->columns = columns;
	range->column_count = rel->column_count;
	for (uint32_t i = 0; i < function->count; i++) {
		for (uint32_t c = 0; c < function->calls[i].column_count;
		     c++, at++)
			columns[at].name =
			    name_of_column(function, i, c, range->name);
	}
	range->is_value = rel->column_count == 1;
	if (function->from->with_ordinality)
		columns[at].name = STR("ordinality");
	for (uint32_t i = 0; i < rel->column_count; i++)
		columns[i].type = rel->types[i];
	return range;
}

int
bind_from_function(struct binder *binder, struct scope *scope,
    const struct ast_from *from, struct rel **out, struct error *err)
{
	struct from_function function = { .from = from };
	struct range *range;
	int rc;

	scope->is_lateral_active = true;
	scope->place = PLACE_FROM_FUNCTION;
	rc = bind_calls(binder, scope, &function, err);
	scope->is_lateral_active = false;
	if (rc != 0)
		return rc;
	if (from->column_def_count > 0 && !has_definition(&function))
		return error_at(err, from->location, STELE_E_SYNTAX,
		    "a column definition list is only allowed for functions"
		    " returning \"record\"");
	function.rel = new_rel(binder, &function);
	*out = function.rel;
	range = new_range(binder, &function);
	if (from->column_def_count > 0) {
		range->is_value = false;
		rc = bind_defined_columns(binder, from, function.rel, range,
		    out, err);
		if (rc != 0)
			return rc;
	}
	binder_add_range(binder, range);
	(void)scope_add(binder, scope, range);
	return range_rename_columns(binder, range, from, err);
}
