/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions, but for constants (convert_const.c) and calls (convert_call.c).
 */
#include "sql/convert.h"

#include <assert.h>
#include <string.h>

struct ast_expr *
convert_new_expr(struct convert *c, enum ast_expr_kind kind, int location)
{
	struct ast_expr *expr = arena_zalloc(c->arena, sizeof(*expr));

	expr->kind = kind;
	expr->location = location;
	return expr;
}

struct ast_expr_list
convert_exprs(struct convert *c, struct pg_list list)
{
	struct ast_expr_list out = { 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(struct ast_expr *));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count && !convert_failed(c); i++)
		out.items[i] = convert_expr(c, list.items[i]);
	out.count = (uint32_t)list.count;
	return out;
}

static struct ast_expr *
convert_column(struct convert *c, const PgQuery__ColumnRef *in)
{
	struct pg_list fields = PG_LIST(in, fields);
	int location = convert_location(c, in->location);
	struct ast_expr *expr;
	const PgQuery__Node *last;

	assert(fields.count > 0);
	last = fields.items[fields.count - 1];
	if (last->node_case != PG_QUERY__NODE__NODE_A_STAR) {
		expr = convert_new_expr(c, AST_COLUMN, location);
		expr->column.name = convert_name(c, fields, location);
		return expr;
	}
	if (fields.count == 1)
		return convert_new_expr(c, AST_STAR, location);
	fields.count--;
	expr = convert_new_expr(c, AST_COLUMN, location);
	expr->column.name = convert_name(c, fields, location);
	expr->column.has_star = true;
	return expr;
}

static struct ast_expr *
convert_param(struct convert *c, const PgQuery__ParamRef *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_PARAM, location);

	if (in->number < 1 || in->number > UINT16_MAX) {
		convert_fail(c, STELE_E_UNDEFINED_PARAMETER, location,
		    "there is no parameter $%d", in->number);
		return expr;
	}
	expr->param = (uint32_t)in->number;
	if (expr->param > c->param_count)
		c->param_count = expr->param;
	return expr;
}

/* ---- operators ---- */

static struct ast_expr *
new_op(struct convert *c, enum ast_expr_kind kind, const PgQuery__AExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, kind, location);

	expr->op.name = convert_name(c, PG_LIST(in, name), location);
	if (in->lexpr != NULL)
		expr->op.left = convert_expr(c, in->lexpr);
	return expr;
}

static struct ast_expr *
convert_op(struct convert *c, enum ast_expr_kind kind, const PgQuery__AExpr *in)
{
	struct ast_expr *expr = new_op(c, kind, in);

	if (in->rexpr != NULL)
		expr->op.right = convert_expr(c, in->rexpr);
	return expr;
}

static struct ast_expr *
convert_distinct_from(struct convert *c, const PgQuery__AExpr *in)
{
	struct ast_expr *expr = convert_op(c, AST_DISTINCT_FROM, in);

	expr->op.is_negated =
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT;
	return expr;
}

/* The call that the grammar wraps around a pattern, or NULL. */
static const PgQuery__FuncCall *
pattern_call(const PgQuery__Node *pattern, const char *name)
{
	const PgQuery__FuncCall *call;

	if (pattern->node_case != PG_QUERY__NODE__NODE_FUNC_CALL)
		return NULL;
	call = pattern->func_call;
	if (call->n_funcname != 2 || call->n_args == 0 || call->n_args > 2 ||
	    call->funcname[1]->node_case != PG_QUERY__NODE__NODE_STRING ||
	    strcmp(call->funcname[1]->string->sval, name) != 0)
		return NULL;
	return call;
}

/*
 * LIKE p ESCAPE e comes as ~~ like_escape(p, e), SIMILAR TO p as
 * ~ similar_to_escape(p [, e]): undo it.
 */
static struct ast_expr *
convert_like(struct convert *c, const PgQuery__AExpr *in)
{
	struct ast_expr *expr = new_op(c, AST_LIKE, in);
	const PgQuery__FuncCall *wrapped;
	struct str name = expr->op.name.parts[0];

	expr->op.is_negated = name.len > 0 && name.data[0] == '!';
	expr->op.is_similar =
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR;
	wrapped = pattern_call(in->rexpr,
	    expr->op.is_similar ? "similar_to_escape" : "like_escape");
	if (wrapped == NULL) {
		expr->op.right = convert_expr(c, in->rexpr);
		return expr;
	}
	expr->op.right = convert_expr(c, wrapped->args[0]);
	if (wrapped->n_args == 2)
		expr->op.escape = convert_expr(c, wrapped->args[1]);
	return expr;
}

static struct ast_expr *
convert_between(struct convert *c, const PgQuery__AExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_BETWEEN, location);
	const PgQuery__List *bounds = in->rexpr->list;

	assert(in->rexpr->node_case == PG_QUERY__NODE__NODE_LIST);
	assert(bounds->n_items == 2);
	expr->between.arg = convert_expr(c, in->lexpr);
	expr->between.low = convert_expr(c, bounds->items[0]);
	expr->between.high = convert_expr(c, bounds->items[1]);
	expr->between.is_negated =
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN ||
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
	expr->between.is_symmetric =
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM ||
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM;
	return expr;
}

static struct ast_expr *
convert_in(struct convert *c, const PgQuery__AExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_IN, location);
	const char *name = in->name[0]->string->sval;

	assert(in->rexpr->node_case == PG_QUERY__NODE__NODE_LIST);
	expr->in.arg = convert_expr(c, in->lexpr);
	expr->in.list = convert_exprs(c, PG_LIST(in->rexpr->list, items));
	expr->in.is_negated = strcmp(name, "<>") == 0;
	return expr;
}

static struct ast_expr *
convert_any_all(struct convert *c, const PgQuery__AExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_ANY_ALL, location);

	expr->any_all.left = convert_expr(c, in->lexpr);
	expr->any_all.op = convert_name(c, PG_LIST(in, name), location);
	expr->any_all.array = convert_expr(c, in->rexpr);
	expr->any_all.is_all =
	    in->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL;
	return expr;
}

static struct ast_expr *
convert_a_expr(struct convert *c, const PgQuery__AExpr *in)
{
	switch (in->kind) {
	case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
		return convert_op(c, AST_OP, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
	case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
		return convert_any_all(c, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
	case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
		return convert_distinct_from(c, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
		return convert_op(c, AST_NULLIF, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
		return convert_in(c, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
	case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
	case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
		return convert_like(c, in);
	case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
	case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
	case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
	case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
		return convert_between(c, in);
	case PG_QUERY__A__EXPR__KIND__A_EXPR_KIND_UNDEFINED:
	case _PG_QUERY__A__EXPR__KIND_IS_INT_SIZE:
		break;
	}
	convert_unsupported(c, convert_location(c, in->location), NULL,
	    "this operator");
	return NULL;
}

/* ---- tests ---- */

static struct ast_expr *
convert_bool(struct convert *c, const PgQuery__BoolExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_BOOL, location);

	expr->boolean.op = in->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR
	    ? AST_AND
	    : in->boolop == PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR ? AST_OR
							      : AST_NOT;
	expr->boolean.args = convert_exprs(c, PG_LIST(in, args));
	return expr;
}

static struct ast_expr *
new_is(struct convert *c, const PgQuery__Node *arg, enum ast_is_kind kind,
    int32_t location)
{
	struct ast_expr *expr =
	    convert_new_expr(c, AST_IS, convert_location(c, location));

	expr->is.kind = kind;
	expr->is.arg = convert_expr(c, arg);
	return expr;
}

static struct ast_expr *
convert_null_test(struct convert *c, const PgQuery__NullTest *in)
{
	return new_is(c, in->arg,
	    in->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL
		? AST_IS_NULL
		: AST_IS_NOT_NULL,
	    in->location);
}

static struct ast_expr *
convert_boolean_test(struct convert *c, const PgQuery__BooleanTest *in)
{
	static const enum ast_is_kind kinds[] = {
		[PG_QUERY__BOOL_TEST_TYPE__IS_TRUE] = AST_IS_TRUE,
		[PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE] = AST_IS_NOT_TRUE,
		[PG_QUERY__BOOL_TEST_TYPE__IS_FALSE] = AST_IS_FALSE,
		[PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE] = AST_IS_NOT_FALSE,
		[PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN] = AST_IS_UNKNOWN,
		[PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN] = AST_IS_NOT_UNKNOWN,
	};

	assert((size_t)in->booltesttype < ARRAY_LEN(kinds));
	return new_is(c, in->arg, kinds[in->booltesttype], in->location);
}

static struct ast_expr *
convert_sublink(struct convert *c, const PgQuery__SubLink *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_SUBLINK, location);

	switch ((int)in->sub_link_type) {
	case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
		expr->sublink.kind = AST_SUBLINK_EXISTS;
		break;
	case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
		expr->sublink.kind = AST_SUBLINK_SCALAR;
		break;
	case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
		expr->sublink.kind = AST_SUBLINK_ANY;
		break;
	case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
		expr->sublink.kind = AST_SUBLINK_ALL;
		break;
	case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
		expr->sublink.kind = AST_SUBLINK_ARRAY;
		break;
	default:
		convert_unsupported(c, location, NULL, "this subquery");
		return expr;
	}
	expr->sublink.op = convert_name(c, PG_LIST(in, oper_name), location);
	if (in->testexpr != NULL)
		expr->sublink.test = convert_expr(c, in->testexpr);
	if (in->testexpr != NULL && in->n_oper_name == 0) {
		expr->sublink.op.parts[0] = STR("="); /* x IN (SELECT) */
		expr->sublink.op.count = 1;
	}
	expr->sublink.query = convert_select_node(c, in->subselect);
	return expr;
}

/* ---- conditionals, rows, casts ---- */

static struct ast_expr *
convert_case(struct convert *c, const PgQuery__CaseExpr *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_CASE, location);

	if (in->arg != NULL)
		expr->case_.arg = convert_expr(c, in->arg);
	expr->case_.whens =
	    convert_array(c, in->n_args, sizeof(struct ast_when));
	if (expr->case_.whens == NULL)
		return expr;
	for (size_t i = 0; i < in->n_args; i++) {
		const PgQuery__CaseWhen *when = in->args[i]->case_when;

		assert(
		    in->args[i]->node_case == PG_QUERY__NODE__NODE_CASE_WHEN);
		expr->case_.whens[i].when = convert_expr(c, when->expr);
		expr->case_.whens[i].then = convert_expr(c, when->result);
		expr->case_.whens[i].location =
		    convert_location(c, when->location);
	}
	expr->case_.when_count = (uint32_t)in->n_args;
	if (in->defresult != NULL)
		expr->case_.otherwise = convert_expr(c, in->defresult);
	return expr;
}

static struct ast_expr *
new_list(struct convert *c, enum ast_expr_kind kind, struct pg_list list,
    int32_t location)
{
	struct ast_expr *expr =
	    convert_new_expr(c, kind, convert_location(c, location));

	expr->list = convert_exprs(c, list);
	return expr;
}

/* TRUE and FALSE come as a cast that the grammar adds, without a place. */
static bool
is_boolean_literal(const PgQuery__TypeCast *in)
{
	return in->location < 0 &&
	    in->arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
	    in->arg->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL;
}

/* date $1: in other casts of a parameter the type comes after it. */
static bool
is_typed_parameter(const PgQuery__TypeCast *in)
{
	return in->arg->node_case == PG_QUERY__NODE__NODE_PARAM_REF &&
	    in->type_name->location < in->arg->param_ref->location;
}

static struct ast_expr *
convert_cast(struct convert *c, const PgQuery__TypeCast *in)
{
	struct ast_expr *expr;

	if (is_boolean_literal(in))
		return convert_const(c, in->arg->a_const);
	if (is_typed_parameter(in)) {
		convert_no_param(c, in->arg->param_ref);
		return NULL;
	}
	expr = convert_new_expr(c, AST_CAST, convert_location(c, in->location));
	expr->cast.arg = convert_expr(c, in->arg);
	expr->cast.type = convert_type(c, in->type_name);
	return expr;
}

static struct ast_expr *
convert_collate(struct convert *c, const PgQuery__CollateClause *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_COLLATE, location);

	expr->collate.arg = convert_expr(c, in->arg);
	expr->collate.name = convert_name(c, PG_LIST(in, collname), location);
	return expr;
}

/* One step of a[1], (r).f, (r).*: each wraps what came before it. */
static struct ast_expr *
convert_step(struct convert *c, struct ast_expr *arg, const PgQuery__Node *step)
{
	int location = arg == NULL ? 0 : arg->location;
	struct ast_expr *expr;

	if (step->node_case == PG_QUERY__NODE__NODE_A_INDICES) {
		const PgQuery__AIndices *in = step->a_indices;

		expr = convert_new_expr(c, AST_SUBSCRIPT, location);
		expr->subscript.arg = arg;
		expr->subscript.is_slice = in->is_slice;
		/* the one index of a[i] is the grammar's upper one */
		if (!in->is_slice)
			expr->subscript.lower = convert_expr(c, in->uidx);
		if (in->is_slice && in->lidx != NULL)
			expr->subscript.lower = convert_expr(c, in->lidx);
		if (in->is_slice && in->uidx != NULL)
			expr->subscript.upper = convert_expr(c, in->uidx);
		return expr;
	}
	expr = convert_new_expr(c, AST_FIELD, location);
	expr->field.arg = arg;
	if (step->node_case != PG_QUERY__NODE__NODE_A_STAR)
		expr->field.name = convert_string_node(c, step);
	return expr;
}

static struct ast_expr *
convert_indirection(struct convert *c, const PgQuery__AIndirection *in)
{
	struct ast_expr *expr = convert_expr(c, in->arg);

	for (size_t i = 0; i < in->n_indirection; i++) {
		bool is_next = i > 0 && expr->kind == AST_SUBSCRIPT;

		expr = convert_step(c, expr, in->indirection[i]);
		if (expr->kind == AST_SUBSCRIPT)
			expr->subscript.is_next = is_next;
	}
	return expr;
}

static struct ast_expr *
convert_value_fn(struct convert *c, const PgQuery__SQLValueFunction *in)
{
	static const enum ast_value_fn fns[] = {
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE] =
		    AST_CURRENT_DATE,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME] =
		    AST_CURRENT_TIME,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N] =
		    AST_CURRENT_TIME,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP] =
		    AST_CURRENT_TIMESTAMP,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N] =
		    AST_CURRENT_TIMESTAMP,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME] =
		    AST_LOCALTIME,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N] =
		    AST_LOCALTIME,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP] =
		    AST_LOCALTIMESTAMP,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N] =
		    AST_LOCALTIMESTAMP,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE] =
		    AST_CURRENT_ROLE,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER] =
		    AST_CURRENT_USER,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER] = AST_USER,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER] =
		    AST_SESSION_USER,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG] =
		    AST_CURRENT_CATALOG,
		[PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA] =
		    AST_CURRENT_SCHEMA,
	};
	struct ast_expr *expr = convert_new_expr(c, AST_SQL_VALUE,
	    convert_location(c, in->location));

	assert((size_t)in->op < ARRAY_LEN(fns));
	expr->value.fn = fns[in->op];
	expr->value.precision = in->typmod;
	return expr;
}

static struct ast_expr *
convert_min_max(struct convert *c, const PgQuery__MinMaxExpr *in)
{
	return new_list(c,
	    in->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? AST_GREATEST
							: AST_LEAST,
	    PG_LIST(in, args), in->location);
}

/* GROUPING (a, b): a call, by a name that no function can have. */
static struct ast_expr *
convert_grouping(struct convert *c, const PgQuery__GroupingFunc *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_CALL, location);

	expr->call.name = (struct ast_name){
		.parts = { STR("grouping") },
		.count = 1,
		.location = location,
	};
	expr->call.args = convert_exprs(c, PG_LIST(in, args));
	return expr;
}

static struct ast_expr *
convert_other(struct convert *c, const PgQuery__Node *node)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_COALESCE_EXPR:
		return new_list(c, AST_COALESCE,
		    PG_LIST(node->coalesce_expr, args),
		    node->coalesce_expr->location);
	case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
		return convert_min_max(c, node->min_max_expr);
	case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
		return convert_value_fn(c, node->sqlvalue_function);
	case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
		return convert_new_expr(c, AST_DEFAULT,
		    convert_location(c, node->set_to_default->location));
	case PG_QUERY__NODE__NODE_GROUPING_FUNC:
		return convert_grouping(c, node->grouping_func);
	case PG_QUERY__NODE__NODE_XML_EXPR:
		convert_unsupported(c,
		    convert_location(c, node->xml_expr->location), NULL, "XML");
		return NULL;
	case PG_QUERY__NODE__NODE_XML_SERIALIZE:
		convert_unsupported(c,
		    convert_location(c, node->xml_serialize->location), NULL,
		    "XML");
		return NULL;
	case PG_QUERY__NODE__NODE_CURRENT_OF_EXPR:
		convert_unsupported(c, 0, NULL, "WHERE CURRENT OF");
		return NULL;
	default:
		convert_unsupported(c, 0, NULL, "this expression");
		return NULL;
	}
}

struct ast_expr *
convert_expr(struct convert *c, const PgQuery__Node *node)
{
	if (convert_failed(c))
		return NULL;
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_A_CONST:
		return convert_const(c, node->a_const);
	case PG_QUERY__NODE__NODE_COLUMN_REF:
		return convert_column(c, node->column_ref);
	case PG_QUERY__NODE__NODE_PARAM_REF:
		return convert_param(c, node->param_ref);
	case PG_QUERY__NODE__NODE_A_EXPR:
		return convert_a_expr(c, node->a_expr);
	case PG_QUERY__NODE__NODE_FUNC_CALL:
		return convert_call(c, node->func_call);
	case PG_QUERY__NODE__NODE_TYPE_CAST:
		return convert_cast(c, node->type_cast);
	case PG_QUERY__NODE__NODE_BOOL_EXPR:
		return convert_bool(c, node->bool_expr);
	case PG_QUERY__NODE__NODE_NULL_TEST:
		return convert_null_test(c, node->null_test);
	case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
		return convert_boolean_test(c, node->boolean_test);
	case PG_QUERY__NODE__NODE_SUB_LINK:
		return convert_sublink(c, node->sub_link);
	case PG_QUERY__NODE__NODE_CASE_EXPR:
		return convert_case(c, node->case_expr);
	case PG_QUERY__NODE__NODE_A_INDIRECTION:
		return convert_indirection(c, node->a_indirection);
	case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
		return convert_collate(c, node->collate_clause);
	case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
		return new_list(c, AST_ARRAY,
		    PG_LIST(node->a_array_expr, elements),
		    node->a_array_expr->location);
	case PG_QUERY__NODE__NODE_ROW_EXPR:
		return new_list(c, AST_ROW, PG_LIST(node->row_expr, args),
		    node->row_expr->location);
	default:
		return convert_other(c, node);
	}
}
