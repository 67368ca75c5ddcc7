/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_array.c -- ARRAY[...], subscripts and slices, op ANY and ALL of arrays.
 */
#include "plan/bind.h"
#include "types/array.h"

/* ---- ARRAY[...] ---- */

/* An ARRAY[...] inside another has the element type that is cast to, too. */
static int
bind_item(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct type *element, struct expr **out,
    bool *is_nested, struct error *err)
{
	int rc;

	if (ast->kind != AST_ARRAY)
		rc = bind_expr(binder, scope, ast, out, err);
	else
		rc = bind_array(binder, scope, ast, element, out, err);
	if (rc == 0)
		*is_nested |=
		    ast->kind == AST_ARRAY || type_is_array(&(*out)->type);
	return rc;
}

static int
bind_items(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct type *element, struct expr **out,
    bool *is_nested, struct error *err)
{
	int rc = 0;

	*is_nested = false;
	for (uint32_t i = 0; i < ast->list.count && rc == 0; i++)
		rc = bind_item(binder, scope, ast->list.items[i], element,
		    &out[i], is_nested, err);
	return rc;
}

static int
no_element_type(struct error *err, int location)
{
	error_at(err, location, STELE_E_INDETERMINATE_DATATYPE,
	    "cannot determine type of empty array");
	return error_hint(err,
	    "Explicitly cast to the desired type, for example"
	    " ARRAY[]::integer[].");
}

/* The type of the whole, and what each item has to be. */
static int
array_types(struct binder *binder, const struct ast_expr *ast,
    struct expr **items, bool is_nested, const struct type *element,
    struct type *array, struct type *item, struct error *err)
{
	uint32_t count = ast->list.count;
	int rc;

	if (element != NULL) {
		*array = type_array_of(element);
		*item = is_nested ? *array : *element;
		return 0;
	}
	if (count == 0)
		return no_element_type(err, ast->location);
	rc = common_type(binder, items, count, "ARRAY", item, err);
	if (rc != 0)
		return rc;
	if (is_nested)
		*item = type_array_plain(item);
	*array = is_nested ? *item : type_array_of(item);
	if (is_nested && !type_is_array(item))
		return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
		    "could not find element type for data type %s",
		    type_text(binder, item));
	if (array->oid == 0)
		return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
		    "could not find array type for data type %s",
		    type_text(binder, item));
	return 0;
}

int
bind_array(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct type *element, struct expr **out,
    struct error *err)
{
	uint32_t count = ast->list.count;
	struct expr *expr = expr_new(binder->arena, EXPR_ARRAY, type_of(0),
	    ast->location, count);
	struct type item;
	bool is_nested;
	int rc;

	rc = bind_items(binder, scope, ast, element, expr->args, &is_nested,
	    err);
	if (rc == 0)
		rc = array_types(binder, ast, expr->args, is_nested, element,
		    &expr->type, &item, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct expr **arg = &expr->args[i];

		if (element == NULL)
			rc = coerce_common(binder, arg, &item, "ARRAY", err);
		else
			rc = coerce_explicit(binder, arg, &item,
			    expr_start(*arg), err);
	}
	*out = expr;
	return rc;
}

/* ---- subscripts ---- */

/* The subscripts of a[i][j:k], from the first, and what they are of. */
struct subscripts {
	const struct ast_expr *array;
	const struct ast_expr **items;
	uint32_t count;
	bool is_slice;
};

static void
gather_subscripts(struct binder *binder, const struct ast_expr *ast,
    struct subscripts *out)
{
	const struct ast_expr *at = ast;

	*out = (struct subscripts){ .count = 1 };
	while (at->subscript.is_next) {
		out->count++;
		at = at->subscript.arg;
	}
	out->array = at->subscript.arg;
	out->items =
	    arena_alloc_array(binder->arena, out->count, sizeof(*out->items));
	at = ast;
	for (uint32_t i = out->count; i-- > 0; at = at->subscript.arg) {
		out->items[i] = at;
		out->is_slice |= at->subscript.is_slice;
	}
}

static int
bind_index(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct type int4 = type_of(TYPE_INT4);
	int rc;

	rc = bind_expr(binder, scope, ast, out, err);
	if (rc != 0)
		return rc;
	if (!can_coerce(&(*out)->type, &int4, CAST_ASSIGNMENT))
		return error_at(err, expr_start(*out),
		    STELE_E_DATATYPE_MISMATCH,
		    "array subscript must have type integer");
	return coerce(binder, out, &int4, CAST_ASSIGNMENT, err);
}

/* A bound that is not written is the array's own: none lies beyond these. */
static int
bind_bound(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, int32_t otherwise, int location,
    struct expr **out, struct error *err)
{
	const struct datum value = { .i64 = otherwise };

	if (ast != NULL)
		return bind_index(binder, scope, ast, out, err);
	*out = expr_const(binder->arena, type_of(TYPE_INT4), location, &value);
	return 0;
}

/* In a slice, a lone index i is 1:i. */
static int
bind_bounds(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_expr *lower = ast->subscript.lower;
	const struct ast_expr *upper = ast->subscript.upper;
	int32_t lowest = INT32_MIN;
	int rc;

	if (!ast->subscript.is_slice) {
		upper = lower;
		lower = NULL;
		lowest = 1;
	}
	rc = bind_bound(binder, scope, lower, lowest, ast->location, &out[0],
	    err);
	if (rc == 0)
		rc = bind_bound(binder, scope, upper, INT32_MAX, ast->location,
		    &out[1], err);
	return rc;
}

static int
bad_json_subscript(struct binder *binder, const struct expr *step,
    struct error *err)
{
	error_at(err, expr_start(step), STELE_E_DATATYPE_MISMATCH,
	    "subscript type %s is not supported",
	    type_text(binder, &step->type));
	return error_hint(err,
	    "jsonb subscript must be coercible to either integer or text.");
}

static int
refuse_slice(const struct subscripts *subscripts, struct error *err)
{
	const struct ast_expr *bound = NULL;

	for (uint32_t i = 0; i < subscripts->count && bound == NULL; i++) {
		const struct ast_expr *item = subscripts->items[i];

		if (item->subscript.is_slice)
			bound = item->subscript.upper != NULL
			    ? item->subscript.upper
			    : item->subscript.lower;
	}
	return error_at(err, bound == NULL ? 0 : bound->location,
	    STELE_E_DATATYPE_MISMATCH,
	    "jsonb subscript does not support slices");
}

/* j['a'][0] is j #> ARRAY['a', '0'] */
static int
bind_jsonb_subscripts(struct binder *binder, struct scope *scope,
    const struct subscripts *subscripts, struct expr *document, int location,
    struct expr **out, struct error *err)
{
	const struct type text = type_of(TYPE_TEXT);
	const struct type int4 = type_of(TYPE_INT4);
	struct expr *path = expr_new(binder->arena, EXPR_ARRAY,
	    type_of(TYPE_TEXT_ARRAY), location, subscripts->count);

	if (subscripts->is_slice)
		return refuse_slice(subscripts, err);
	for (uint32_t i = 0; i < subscripts->count; i++) {
		struct expr **step = &path->args[i];
		int rc;

		rc = bind_expr(binder, scope,
		    subscripts->items[i]->subscript.lower, step, err);
		if (rc == 0 && can_coerce(&(*step)->type, &text, CAST_IMPLICIT))
			rc = coerce(binder, step, &text, CAST_IMPLICIT, err);
		else if (rc == 0 &&
		    can_coerce(&(*step)->type, &int4, CAST_IMPLICIT))
			rc = coerce(binder, step, &text, CAST_ASSIGNMENT, err);
		else if (rc == 0)
			rc = bad_json_subscript(binder, *step, err);
		if (rc != 0)
			return rc;
	}
	return bind_operator(binder, STR("#>"), document, path, location, out,
	    err);
}

int
bind_subscript(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct subscripts subscripts;
	struct expr *array;
	uint32_t per_item;
	int rc;

	gather_subscripts(binder, ast, &subscripts);
	rc = bind_expr(binder, scope, subscripts.array, &array, err);
	if (rc != 0)
		return rc;
	if (array->type.oid == TYPE_JSONB)
		return bind_jsonb_subscripts(binder, scope, &subscripts, array,
		    ast->location, out, err);
	if (array->type.oid == TYPE_NAME && subscripts.is_slice)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "slices of fixed-length arrays not implemented");
	if (!type_is_array(&array->type) && array->type.oid != TYPE_NAME)
		return error_at(err, expr_start(array),
		    STELE_E_DATATYPE_MISMATCH,
		    "cannot subscript type %s because it does not support"
		    " subscripting",
		    type_text(binder, &array->type));
	if (subscripts.count > ARRAY_DIMS_MAX)
		return error_set(err, STELE_E_LIMIT,
		    "number of array dimensions (%u) exceeds the maximum"
		    " allowed (%d)",
		    subscripts.count, ARRAY_DIMS_MAX);
	per_item = subscripts.is_slice ? 2 : 1;
	*out = expr_new(binder->arena, EXPR_SUBSCRIPT,
	    type_array_plain(&array->type), ast->location,
	    1 + per_item * subscripts.count);
	(*out)->is_slice = subscripts.is_slice;
	if (array->type.oid == TYPE_NAME)
		(*out)->type = type_of(TYPE_CHAR);
	else if (!subscripts.is_slice)
		(*out)->type = type_element(&array->type);
	(*out)->args[0] = array;
	for (uint32_t i = 0; i < subscripts.count && rc == 0; i++) {
		struct expr **args = &(*out)->args[1 + per_item * i];

		if (subscripts.is_slice)
			rc = bind_bounds(binder, scope, subscripts.items[i],
			    args, err);
		else
			rc = bind_index(binder, scope,
			    subscripts.items[i]->subscript.lower, args, err);
	}
	return rc;
}

/* ---- ANY and ALL ---- */

/* Stands for an element while the operator is found. */
static struct expr *
element_stand_in(struct binder *binder, const struct expr *array)
{
	struct type element = type_element(&array->type);

	if (array->type.oid == TYPE_UNKNOWN)
		return expr_const(binder->arena, array->type, array->location,
		    NULL);
	return expr_column(binder->arena, element, array->location, 0, 0);
}

/* x = ANY (ARRAY[a, b]) is x IN (a, b), and so is a constant array. */
static struct expr *
as_in(struct binder *binder, const struct expr *any)
{
	const struct expr *array = any->args[1];
	const struct type element = type_element(&array->type);
	struct array value = { .count = array->arg_count };
	struct expr *in;

	if (array->kind == EXPR_CONST && !array->value.is_null)
		value = array_open(array->value.str);
	else if (array->kind != EXPR_ARRAY ||
	    (array->arg_count > 0 && type_is_array(&array->args[0]->type)))
		return NULL;
	in = expr_new(binder->arena, EXPR_IN, any->type, any->location,
	    value.count + 1);
	in->function = any->function;
	in->args[0] = any->args[0];
	for (uint32_t i = 0; i < value.count; i++) {
		struct datum item;

		if (array->kind == EXPR_ARRAY) {
			in->args[i + 1] = array->args[i];
			continue;
		}
		item = array_get(&value, type_phys(&element), i, binder->arena);
		in->args[i + 1] =
		    expr_const(binder->arena, element, array->location, &item);
	}
	return in;
}

static int
bind_quantified(struct binder *binder, struct str op, struct expr *left,
    struct expr *array, bool is_all, int location, struct expr **out,
    struct error *err)
{
	struct expr *stand_in = element_stand_in(binder, array);
	struct type type;
	struct expr *in;
	int rc;

	rc = bind_operator(binder, op, left, stand_in, location, out, err);
	if (rc != 0)
		return rc;
	if ((*out)->type.oid != TYPE_BOOL)
		return error_at(err, location, STELE_E_WRONG_OBJECT_TYPE,
		    "op ANY/ALL (array) requires operator to yield boolean");
	type = type_array_of(&(*out)->args[1]->type);
	if (type.oid == 0)
		return error_at(err, location, STELE_E_UNDEFINED_OBJECT,
		    "could not find array type for data type %s",
		    type_text(binder, &(*out)->args[1]->type));
	rc = coerce(binder, &array, &type, CAST_IMPLICIT, err);
	if (rc != 0)
		return rc;
	(*out)->kind = is_all ? EXPR_ALL : EXPR_ANY;
	(*out)->args[1] = array;
	in = is_all ? NULL : as_in(binder, *out);
	if (in != NULL)
		*out = in;
	return 0;
}

int
bind_any_all_array(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct expr *left, *array;
	struct str op;
	int rc;

	rc = bind_operator_name(binder, &ast->any_all.op, &op, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->any_all.left, &left, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->any_all.array, &array, err);
	if (rc != 0)
		return rc;
	if (array->type.oid != TYPE_UNKNOWN && !type_is_array(&array->type))
		return error_at(err, ast->location, STELE_E_WRONG_OBJECT_TYPE,
		    "op ANY/ALL (array) requires array on right side");
	return bind_quantified(binder, op, left, array, ast->any_all.is_all,
	    ast->location, out, err);
}
