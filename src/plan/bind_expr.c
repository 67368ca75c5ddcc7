/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_expr.c -- expressions: constants, parameters, and every construct that
 * is not a call.
 */
#include <errno.h>
#include <stdlib.h>

#include "plan/bind.h"
#include "plan/bind_notes.h"
#include "sql/ast_words.h"
#include "types/array.h"

#define BOUND_AGAIN 4 /* copies: to find names and types is more work */

/* ---- constants ---- */

static bool
reads_as_int8(struct str text, int64_t *out)
{
	char digits[24];
	char *end;

	if (text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	errno = 0;
	*out = strtoll(digits, &end, 10);
	return errno == 0 && *end == '\0' && end != digits;
}

static int
bind_number(struct binder *binder, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	struct type type = type_of(TYPE_NUMERIC);
	struct datum value = { .is_null = false };
	int rc;

	if (reads_as_int8(ast->constant.text, &value.i64)) {
		type.oid = value.i64 < INT32_MIN || value.i64 > INT32_MAX
		    ? TYPE_INT8
		    : TYPE_INT4;
	} else {
		rc = type_in_text(&type, binder->context->settings,
		    ast->constant.text, binder->arena, &value, err);
		if (rc != 0)
			return error_position(err, ast->location);
	}
	*out = expr_const(binder->arena, type, ast->location, &value);
	return 0;
}

static int
bind_bits(struct binder *binder, const struct ast_expr *ast, struct expr **out,
    struct error *err)
{
	const struct type type = type_of(TYPE_BIT);
	struct datum value = { .is_null = false };

	if (type_in_text(&type, binder->context->settings, ast->constant.text,
		binder->arena, &value, err) != 0)
		return error_position(err, ast->location);
	*out = expr_const(binder->arena, type, ast->location, &value);
	return 0;
}

static int
bind_const(struct binder *binder, const struct ast_expr *ast, struct expr **out,
    struct error *err)
{
	struct datum value = { .is_null = false };
	uint32_t oid = TYPE_UNKNOWN;

	switch (ast->constant.kind) {
	case AST_NULL:
		value.is_null = true;
		break;
	case AST_INTEGER:
		value.i64 = ast->constant.integer;
		oid = TYPE_INT4;
		break;
	case AST_NUMBER:
		return bind_number(binder, ast, out, err);
	case AST_STRING:
		value.str = ast->constant.text;
		break;
	case AST_BOOLEAN:
		value.boolean = ast->constant.boolean;
		oid = TYPE_BOOL;
		break;
	case AST_BITS:
		return bind_bits(binder, ast, out, err);
	}
	*out = expr_const(binder->arena, type_of(oid), ast->location, &value);
	return 0;
}

#define PARAMS_MAX 65535 /* a message of the protocol counts in 16 bits */

static void
grow_params(struct binder *binder, uint32_t count)
{
	if (count > binder->param_capacity) {
		uint32_t capacity = count < 8 ? 8 : count * 2;
		struct type *types =
		    arena_zalloc(binder->arena, capacity * sizeof(*types));

		if (binder->param_count > 0)
			memcpy(types, binder->param_types,
			    binder->param_count * sizeof(*types));
		binder->param_types = types;
		binder->param_capacity = capacity;
	}
	if (count > binder->param_count)
		binder->param_count = count;
}

static int
bind_param(struct binder *binder, const struct ast_expr *ast, struct expr **out,
    struct error *err)
{
	const struct type *type;

	if (ast->param == 0 || ast->param > PARAMS_MAX ||
	    binder->dependencies != NULL) /* a view has none */
		return error_at(err, ast->location, STELE_E_UNDEFINED_PARAMETER,
		    "there is no parameter $%u", ast->param);
	grow_params(binder, ast->param);
	type = &binder->param_types[ast->param - 1];
	*out = expr_new(binder->arena, EXPR_PARAM,
	    type->oid == 0 ? type_of(TYPE_UNKNOWN) : *type, ast->location, 0);
	(*out)->param = ast->param - 1;
	return 0;
}

/* ---- operators ---- */

static int
bind_op(struct binder *binder, struct scope *scope, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	struct expr *left = NULL;
	struct expr *right;
	struct str name;
	int rc;

	rc = bind_operator_name(binder, &ast->op.name, &name, err);
	if (rc != 0)
		return rc;
	if (ast->op.left != NULL && ast->op.left->kind == AST_ROW &&
	    ast->op.right != NULL) {
		if (ast->op.right->kind == AST_ROW)
			return bind_row_pair(binder, scope, name, ast->op.left,
			    ast->op.right, false, ast->location, out, err);
		if (ast->op.right->kind == AST_SUBLINK &&
		    ast->op.right->sublink.kind == AST_SUBLINK_SCALAR)
			return bind_row_sublink(binder, scope, ast, out, err);
	}
	if (ast->op.right == NULL)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "postfix operators are not supported");
	if (ast->op.left != NULL) {
		rc = bind_expr(binder, scope, ast->op.left, &left, err);
		if (rc != 0)
			return rc;
	}
	rc = bind_expr(binder, scope, ast->op.right, &right, err);
	if (rc != 0)
		return rc;
	return bind_operator(binder, name, left, right, ast->location, out,
	    err);
}

static struct expr *
wrap_not(struct binder *binder, struct expr *arg, int location)
{
	struct expr *expr =
	    expr_new(binder->arena, EXPR_NOT, type_of(TYPE_BOOL), location, 1);

	expr->args[0] = arg;
	return expr;
}

/*
 * LIKE's pattern with its ESCAPE character made the usual one; that of SIMILAR
 * TO made a regular expression.
 */
static int
bind_like(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct str name = ast_name_last(&ast->op.name);
	struct str escape_name = STR("like_escape");
	struct expr *escaped[2];
	uint32_t escaped_count = 1;
	struct expr *pattern = NULL;
	struct expr *left;
	int rc;

	if (ast->op.is_similar)
		escape_name = STR("similar_to_escape");
	if (ast->op.is_negated && name.data[0] != '!')
		name = arena_printf(binder->arena, "!%.*s", STR_FMT(name));
	rc = bind_expr(binder, scope, ast->op.left, &left, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->op.right, &pattern, err);
	escaped[0] = pattern;
	if (rc == 0 && ast->op.escape != NULL)
		rc = bind_expr(binder, scope, ast->op.escape,
		    &escaped[escaped_count++], err);
	if (rc == 0 && (ast->op.escape != NULL || ast->op.is_similar))
		rc = bind_function(binder, FUNCTION_PLAIN, escape_name, escaped,
		    escaped_count, ast->location, &pattern, err);
	if (rc != 0)
		return rc;
	return bind_operator(binder, name, left, pattern, ast->location, out,
	    err);
}

/* Rows are distinct if a pair of their fields is. */
static int
bind_distinct_rows(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	int rc;

	rc = bind_row_pair(binder, scope, STR("="), ast->op.left, ast->op.right,
	    false, ast->location, out, err);
	if (rc != 0)
		return rc;
	if ((*out)->kind == EXPR_AND) {
		(*out)->kind = EXPR_OR;
		for (uint32_t i = 0; i < (*out)->arg_count; i++)
			(*out)->args[i]->kind = EXPR_DISTINCT;
	} else {
		(*out)->kind = EXPR_DISTINCT;
	}
	if (ast->op.is_negated)
		*out = wrap_not(binder, *out, ast->location);
	return 0;
}

/* An equality of two operands, then called otherwise: DISTINCT, NULLIF. */
static int
bind_equality(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum expr_kind kind, struct expr **out,
    struct error *err)
{
	struct expr *left;
	struct expr *right;
	int rc;

	if (kind == EXPR_DISTINCT && ast->op.left->kind == AST_ROW &&
	    ast->op.right->kind == AST_ROW)
		return bind_distinct_rows(binder, scope, ast, out, err);
	rc = bind_expr(binder, scope, ast->op.left, &left, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->op.right, &right, err);
	if (rc == 0)
		rc = bind_operator(binder, STR("="), left, right, ast->location,
		    out, err);
	if (rc != 0)
		return rc;
	(*out)->kind = kind;
	if (kind == EXPR_NULLIF)
		(*out)->type = (*out)->args[0]->type;
	else if (ast->op.is_negated)
		*out = wrap_not(binder, *out, ast->location);
	return 0;
}

/* ---- logic ---- */

static struct expr *
new_bool(struct binder *binder, enum expr_kind kind, struct expr *a,
    struct expr *b, int location)
{
	struct expr *expr =
	    expr_new(binder->arena, kind, type_of(TYPE_BOOL), location, 2);

	expr->args[0] = a;
	expr->args[1] = b;
	return expr;
}

static int
bind_bool(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	static const struct {
		enum expr_kind kind;
		const char *name;
	} ops[] = {
		[AST_AND] = { EXPR_AND, "AND" },
		[AST_OR] = { EXPR_OR, "OR" },
		[AST_NOT] = { EXPR_NOT, "NOT" },
	};
	const struct ast_expr_list *args = &ast->boolean.args;
	int rc = 0;

	*out = expr_new(binder->arena, ops[ast->boolean.op].kind,
	    type_of(TYPE_BOOL), ast->location, args->count);
	for (uint32_t i = 0; i < args->count && rc == 0; i++)
		rc = bind_condition(binder, scope, args->items[i],
		    ops[ast->boolean.op].name, &(*out)->args[i], err);
	return rc;
}

static int
bind_is(struct binder *binder, struct scope *scope, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	static const enum expr_test tests[] = {
		[AST_IS_NULL] = TEST_NULL,
		[AST_IS_NOT_NULL] = TEST_NOT_NULL,
		[AST_IS_TRUE] = TEST_TRUE,
		[AST_IS_NOT_TRUE] = TEST_NOT_TRUE,
		[AST_IS_FALSE] = TEST_FALSE,
		[AST_IS_NOT_FALSE] = TEST_NOT_FALSE,
		[AST_IS_UNKNOWN] = TEST_UNKNOWN,
		[AST_IS_NOT_UNKNOWN] = TEST_NOT_UNKNOWN,
	};
	enum ast_is_kind kind = ast->is.kind;
	bool takes_any = kind == AST_IS_NULL || kind == AST_IS_NOT_NULL;
	struct expr *arg;
	int rc;

	if (ast->is.arg->kind == AST_ROW && takes_any)
		return bind_row_test(binder, scope, ast->is.arg, tests[kind],
		    ast->location, out, err);
	rc = bind_expr(binder, scope, ast->is.arg, &arg, err);
	if (rc == 0 && !takes_any)
		rc = coerce_boolean(binder, &arg, ast_is_words(kind), err);
	if (rc != 0)
		return rc;
	*out = expr_new(binder->arena, EXPR_TEST, type_of(TYPE_BOOL),
	    ast->location, 1);
	(*out)->test = tests[kind];
	(*out)->args[0] = arg;
	return 0;
}

/* low <= arg AND arg <= high */
static int
bind_range(struct binder *binder, struct expr *arg, struct expr *low,
    struct expr *high, int location, struct expr **out, struct error *err)
{
	struct expr *above;
	struct expr *below;
	int rc;

	rc = bind_operator(binder, STR(">="), arg, low, location, &above, err);
	if (rc == 0)
		rc = bind_operator(binder, STR("<="), arg, high, location,
		    &below, err);
	if (rc == 0)
		*out = new_bool(binder, EXPR_AND, above, below, location);
	return rc;
}

/* The operands stand in each comparison of the range. */
static void
count_shared(struct binder *binder, struct expr *arg, struct expr *low,
    struct expr *high, bool is_symmetric)
{
	binder_add_copies(binder, expr_weight(arg));
	if (!is_symmetric)
		return;
	for (int i = 0; i < 2; i++)
		binder_add_copies(binder, expr_weight(arg));
	binder_add_copies(binder, expr_weight(low));
	binder_add_copies(binder, expr_weight(high));
}

static int
bind_between(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct expr *arg, *low, *high;
	struct expr *other = NULL;
	int rc;

	rc = bind_expr(binder, scope, ast->between.arg, &arg, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->between.low, &low, err);
	if (rc == 0)
		rc = bind_expr(binder, scope, ast->between.high, &high, err);
	if (rc != 0)
		return rc;
	count_shared(binder, arg, low, high, ast->between.is_symmetric);
	rc = bind_range(binder, arg, low, high, ast->location, out, err);
	if (rc == 0 && ast->between.is_symmetric) {
		rc = bind_range(binder, arg, high, low, ast->location, &other,
		    err);
		if (rc == 0)
			*out = new_bool(binder, EXPR_OR, *out, other,
			    ast->location);
	}
	if (rc == 0 && ast->between.is_negated)
		*out = wrap_not(binder, *out, ast->location);
	return rc;
}

/* A constructor and what is no constructor: they compare as values. */
static int
bind_row_equals(struct binder *binder, struct scope *scope,
    const struct ast_expr *row, const struct ast_expr *other, bool is_again,
    int location, struct expr **out, struct error *err)
{
	struct expr *left, *right;
	int rc;

	binder->copy_depth += is_again;
	rc = bind_expr(binder, scope, row, &left, err);
	binder->copy_depth -= is_again;
	if (rc == 0)
		rc = bind_expr(binder, scope, other, &right, err);
	if (rc != 0)
		return rc;
	return bind_operator(binder, STR("="), left, right, location, out, err);
}

/* Columns and values: no more than what they are compared with. */
static bool
has_plain_items(const struct ast_expr *row)
{
	for (uint32_t i = 0; i < row->list.count; i++) {
		enum ast_expr_kind kind = row->list.items[i]->kind;

		if (kind != AST_COLUMN && kind != AST_CONST &&
		    kind != AST_PARAM)
			return false;
	}
	return true;
}

/* (x, y) IN ((a, b), (c, d)): x and y are bound for each. */
static int
bind_row_in(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct expr *any = expr_new(binder->arena, EXPR_OR, type_of(TYPE_BOOL),
	    ast->location, list->count);
	bool is_again = false;
	int rc = 0;

	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		rc = list->items[i]->kind == AST_ROW
		    ? bind_row_pair(binder, scope, STR("="), ast->in.arg,
			  list->items[i], is_again, ast->location,
			  &any->args[i], err)
		    : bind_row_equals(binder, scope, ast->in.arg,
			  list->items[i], is_again, ast->location,
			  &any->args[i], err);
		is_again = !has_plain_items(ast->in.arg);
	}
	*out = list->count == 1 ? any->args[0] : any;
	if (rc == 0 && ast->in.is_negated)
		*out = wrap_not(binder, *out, ast->location);
	return rc;
}

/*
 * x IN (a, b): comparisons one by one, as their types may differ; one node if
 * they do not.
 */
static int
bind_in(struct binder *binder, struct scope *scope, const struct ast_expr *ast,
    struct expr **out, struct error *err)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct expr *any = expr_new(binder->arena, EXPR_OR, type_of(TYPE_BOOL),
	    ast->location, list->count);
	bool is_uniform = true;
	struct expr *arg;
	struct expr *in;
	int rc;

	if (ast->in.arg->kind == AST_ROW)
		return bind_row_in(binder, scope, ast, out, err);
	rc = bind_expr(binder, scope, ast->in.arg, &arg, err);
	for (uint32_t i = 0; i < list->count && rc == 0; i++) {
		struct expr *item;

		rc = bind_expr(binder, scope, list->items[i], &item, err);
		if (rc == 0)
			rc = bind_operator(binder, STR("="), arg, item,
			    ast->location, &any->args[i], err);
		if (rc == 0)
			is_uniform &=
			    any->args[i]->function == any->args[0]->function &&
			    expr_equal(any->args[i]->args[0],
				any->args[0]->args[0]);
	}
	if (rc != 0)
		return rc;
	if (list->count == 1) {
		*out = any->args[0];
	} else if (is_uniform && list->count > 1) {
		in = expr_new(binder->arena, EXPR_IN, type_of(TYPE_BOOL),
		    ast->location, list->count + 1);
		in->function = any->args[0]->function;
		in->args[0] = any->args[0]->args[0];
		for (uint32_t i = 0; i < list->count; i++)
			in->args[i + 1] = any->args[i]->args[1];
		*out = in;
	} else {
		*out = any;
	}
	if (ast->in.is_negated)
		*out = wrap_not(binder, *out, ast->location);
	return 0;
}

/* ---- choices ---- */

static int
bind_list(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum expr_kind kind, const char *name,
    struct expr **out, struct error *err)
{
	const struct ast_expr_list *list = &ast->list;
	struct expr *expr = expr_new(binder->arena, kind, type_of(0),
	    ast->location, list->count);
	const char *around = scope->no_sets_in;
	int rc = 0;

	if (kind == EXPR_COALESCE)
		scope->no_sets_in = name;
	for (uint32_t i = 0; i < list->count && rc == 0; i++)
		rc = bind_expr(binder, scope, list->items[i], &expr->args[i],
		    err);
	scope->no_sets_in = around;
	if (rc == 0)
		rc = common_type(binder, expr->args, list->count, name,
		    &expr->type, err);
	for (uint32_t i = 0; i < list->count && rc == 0; i++)
		rc = coerce_common(binder, &expr->args[i], &expr->type, name,
		    err);
	if (rc == 0)
		expr->type.mod =
		    common_mod(expr->args, list->count, &expr->type);
	if (rc == 0 && kind != EXPR_COALESCE)
		rc = need_ordering(binder, &expr->type, ast->location, err);
	*out = expr;
	return rc;
}

static int
bind_when(struct binder *binder, struct scope *scope,
    const struct ast_when *when, struct expr *arg, struct expr **out,
    struct error *err)
{
	struct expr *value;
	int rc;

	if (arg == NULL)
		return bind_condition(binder, scope, when->when, "CASE/WHEN",
		    out, err);
	rc = bind_expr(binder, scope, when->when, &value, err);
	if (rc != 0)
		return rc;
	return bind_operator(binder, STR("="), arg, value, when->location, out,
	    err);
}

/* PostgreSQL looks at ELSE first when it chooses the type. */
static int
coerce_case(struct binder *binder, struct expr *expr, uint32_t when_count,
    struct error *err)
{
	struct expr **results =
	    arena_alloc_array(binder->arena, when_count + 1, sizeof(*results));
	struct expr **whens = expr->args + case_first_when(expr);
	int rc;

	results[0] = whens[2 * when_count];
	for (uint32_t i = 0; i < when_count; i++)
		results[i + 1] = whens[2 * i + 1];
	rc = common_type(binder, results, when_count + 1, "CASE", &expr->type,
	    err);
	for (uint32_t i = 0; i <= when_count && rc == 0; i++) {
		struct expr **arg = &whens[i < when_count ? 2 * i + 1 : 2 * i];

		rc = coerce_common(binder, arg, &expr->type,
		    i < when_count ? "CASE/WHEN" : "CASE/ELSE", err);
		results[i] = *arg;
	}
	expr->type.mod = common_mod(results, when_count + 1, &expr->type);
	return rc;
}

/* CASE x WHEN: x is computed once, and each WHEN compares what it was. */
static int
bind_case_operand(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **operand, struct expr **stand_in,
    struct error *err)
{
	int rc = bind_value(binder, scope, ast, operand, err);

	if (rc == 0)
		rc = derive_collation(*operand, err);
	if (rc != 0)
		return rc;
	*stand_in = expr_new(binder->arena, EXPR_OPERAND, (*operand)->type,
	    (*operand)->location, 0);
	(*stand_in)->collate = (*operand)->collate;
	if ((*stand_in)->collate.strength == COLLATE_EXPLICIT)
		(*stand_in)->collate.strength = COLLATE_IMPLICIT;
	return 0;
}

static int
bind_case_parts(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr *expr, struct error *err)
{
	uint32_t count = ast->case_.when_count;
	struct expr **whens = expr->args + case_first_when(expr);
	struct expr *stand_in = NULL;
	int rc = 0;

	if (expr->has_operand)
		rc = bind_case_operand(binder, scope, ast->case_.arg,
		    &expr->args[0], &stand_in, err);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct ast_when *when = &ast->case_.whens[i];

		rc = bind_when(binder, scope, when, stand_in, &whens[2 * i],
		    err);
		if (rc == 0)
			rc = bind_expr(binder, scope, when->then,
			    &whens[2 * i + 1], err);
	}
	if (rc == 0 && ast->case_.otherwise != NULL)
		rc = bind_expr(binder, scope, ast->case_.otherwise,
		    &whens[2 * count], err);
	else
		whens[2 * count] = expr_const(binder->arena,
		    type_of(TYPE_UNKNOWN), ast->location, NULL);
	return rc;
}

static int
bind_case(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	uint32_t count = ast->case_.when_count;
	bool has_operand = ast->case_.arg != NULL;
	struct expr *expr = expr_new(binder->arena, EXPR_CASE, type_of(0),
	    ast->location, 2 * count + 1 + has_operand);
	const char *around = scope->no_sets_in;
	int rc;

	expr->has_operand = has_operand;
	scope->no_sets_in = "CASE";
	rc = bind_case_parts(binder, scope, ast, expr, err);
	scope->no_sets_in = around;
	if (rc != 0)
		return rc;
	*out = expr;
	return coerce_case(binder, expr, count, err);
}

static int
bind_cast(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct type element;
	struct type type;
	int rc;

	rc = bind_type_name(binder, &ast->cast.type, &type, err);
	if (rc != 0)
		return rc;
	element = type_element(&type);
	if (ast->cast.arg->kind == AST_ARRAY && element.oid != 0)
		return bind_array(binder, scope, ast->cast.arg, &element, out,
		    err);
	rc = bind_expr(binder, scope, ast->cast.arg, out, err);
	if (rc != 0)
		return rc;
	return coerce_explicit(binder, out, &type, ast->location, err);
}

static int
bind_unsupported(const struct ast_expr *ast, const char *what,
    struct error *err)
{
	return error_at(err, ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s not supported", what);
}

static int
bind_kind(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	switch (ast->kind) {
	case AST_CONST:
		return bind_const(binder, ast, out, err);
	case AST_PARAM:
		return bind_param(binder, ast, out, err);
	case AST_COLUMN:
		return bind_column_ref(binder, scope, ast, out, err);
	case AST_CALL:
		return bind_call(binder, scope, ast, out, err);
	case AST_OP:
		return bind_op(binder, scope, ast, out, err);
	case AST_LIKE:
		return bind_like(binder, scope, ast, out, err);
	case AST_BOOL:
		return bind_bool(binder, scope, ast, out, err);
	case AST_IS:
		return bind_is(binder, scope, ast, out, err);
	case AST_DISTINCT_FROM:
		return bind_equality(binder, scope, ast, EXPR_DISTINCT, out,
		    err);
	case AST_NULLIF:
		return bind_equality(binder, scope, ast, EXPR_NULLIF, out, err);
	case AST_BETWEEN:
		return bind_between(binder, scope, ast, out, err);
	case AST_IN:
		return bind_in(binder, scope, ast, out, err);
	case AST_CASE:
		return bind_case(binder, scope, ast, out, err);
	case AST_COALESCE:
		return bind_list(binder, scope, ast, EXPR_COALESCE, "COALESCE",
		    out, err);
	case AST_GREATEST:
		return bind_list(binder, scope, ast, EXPR_GREATEST, "GREATEST",
		    out, err);
	case AST_LEAST:
		return bind_list(binder, scope, ast, EXPR_LEAST, "LEAST", out,
		    err);
	case AST_CAST:
		return bind_cast(binder, scope, ast, out, err);
	case AST_COLLATE:
		return bind_collate(binder, scope, ast, out, err);
	case AST_SQL_VALUE:
		return bind_value_function(binder, ast, out, err);
	case AST_DEFAULT:
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "DEFAULT is not allowed in this context");
	case AST_STAR:
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "row expansion via \"*\" is not supported here");
	case AST_SUBLINK:
		return bind_sublink(binder, scope, ast, out, err);
	case AST_ANY_ALL:
		return bind_any_all_array(binder, scope, ast, out, err);
	case AST_ARRAY:
		return bind_array(binder, scope, ast, NULL, out, err);
	case AST_SUBSCRIPT:
		return bind_subscript(binder, scope, ast, out, err);
	case AST_ROW:
		return bind_row_constructor(binder, scope, ast, out, err);
	case AST_FIELD:
		return bind_row_field(binder, scope, ast, out, err);
	}
	return bind_unsupported(ast, "this expression is", err);
}

int
bind_expr(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	int rc;

	rc = binder_enter(binder, 1, "expression", ast->location, err);
	if (rc != 0)
		return rc;
	rc = bind_kind(binder, scope, ast, out, err);
	binder_leave(binder, 1);
	if (rc == 0 && binder->copy_depth > 0)
		binder_add_copies(binder, BOUND_AGAIN);
	if (rc == 0 && binder_is_over(binder))
		rc = binder_check(binder, err);
	if (rc != 0)
		return rc;
	(void)expr_weight(*out); /* so that the next one need not go deep */
	bind_note_expr(binder->notes, ast, *out);
	return derive_collation(*out, err);
}

int
bind_condition(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const char *what, struct expr **out,
    struct error *err)
{
	int rc;

	rc = bind_expr(binder, scope, ast, out, err);
	if (rc != 0)
		return rc;
	return coerce_boolean(binder, out, what, err);
}

int
bind_value(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	int rc;

	rc = bind_expr(binder, scope, ast, out, err);
	if (rc != 0)
		return rc;
	return coerce_unknown(binder, out, err);
}
