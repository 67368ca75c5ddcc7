/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_subquery.c -- queries inside expressions: EXISTS, scalar ones, ARRAY,
 * IN, op ANY and ALL, and rows compared with a query's only row.
 */
#include "plan/bind.h"
#include "types/array.h"

static void
keep_name(struct binder *binder, const struct ast_expr *ast, struct str name)
{
	struct sublink_name *item = arena_alloc(binder->arena, sizeof(*item));

	*item = (struct sublink_name){ .next = binder->sublink_names,
		.ast = ast,
		.name = name };
	binder->sublink_names = item;
}

/* Places whose expressions are evaluated by whoever has not the time for one. */
static const char *const refused_in[PLACE_COUNT] = {
	[PLACE_DEFAULT] = "DEFAULT expression",
	[PLACE_CHECK] = "check constraint",
	[PLACE_COPY_WHERE] = "COPY FROM WHERE condition",
	[PLACE_EXECUTE] = "EXECUTE parameter",
};

static int
bind_inner(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, const struct ast_expr *sublink,
    enum subquery_kind kind, struct query *query, struct expr **out,
    struct error *err)
{
	struct subquery *subquery =
	    arena_zalloc(binder->arena, sizeof(*subquery));
	enum recursion around = binder->recursion;
	int rc;

	if (refused_in[scope->place] != NULL)
		return error_at(err, ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED, "cannot use subquery in %s",
		    refused_in[scope->place]);
	if (around == RECURSION_OK)
		binder->recursion = RECURSION_SUBQUERY;
	rc = bind_select(binder, scope, sublink->sublink.query, UNKNOWNS_TEXT,
	    query, err);
	binder->recursion = around;
	if (rc != 0)
		return rc;
	subquery->kind = kind;
	subquery->rel = query->rel;
	subquery->column_count = query->column_count;
	subquery->operand_rel = binder->next_rel_id++;
	subquery->ast = ast;
	*out = expr_new(binder->arena, EXPR_SUBQUERY, type_of(TYPE_BOOL),
	    ast->location, 0);
	(*out)->subquery = subquery;
	return 0;
}

/* ---- operands ---- */

static uint32_t
operand_count(const struct ast_expr *ast)
{
	return ast->kind == AST_ROW ? ast->list.count : 1;
}

static int
check_count(uint32_t operands, const struct query *query, int location,
    struct error *err)
{
	if (operands == query->column_count)
		return 0;
	return error_at(err, location, STELE_E_SYNTAX,
	    query->column_count > operands ? "subquery has too many columns"
					   : "subquery has too few columns");
}

/*
 * What `test` compares: an operand that is no constant is computed once for an
 * outer row, and is a column of operand_rel to the test.
 */
static int
bind_operands(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr *expr, struct expr **out,
    struct error *err)
{
	uint32_t count = operand_count(ast);

	expr->args =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*expr->args));
	for (uint32_t i = 0; i < count; i++) {
		const struct ast_expr *item =
		    ast->kind == AST_ROW ? ast->list.items[i] : ast;
		struct expr *operand;
		int rc;

		rc = bind_expr(binder, scope, item, &operand, err);
		if (rc != 0)
			return rc;
		out[i] = operand;
		if (operand->kind == EXPR_CONST || operand->kind == EXPR_PARAM)
			continue;
		out[i] =
		    expr_column(binder->arena, operand->type, operand->location,
			expr->subquery->operand_rel, expr->arg_count);
		expr->args[expr->arg_count++] = operand;
	}
	return 0;
}

static int
bind_test(struct binder *binder, struct scope *scope,
    const struct ast_expr *operands, struct str op, const struct query *query,
    struct expr *expr, struct error *err)
{
	uint32_t count = operand_count(operands);
	struct expr **left =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*left));
	struct expr **right =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*right));
	int rc;

	rc = bind_operands(binder, scope, operands, expr, left, err);
	if (rc == 0)
		rc = check_count(count, query, expr->location, err);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		right[i] = expr_column(binder->arena, query->rel->types[i],
		    expr->location, query->rel->id, i);
	if (rc == 0)
		rc = bind_row_comparison(binder, op, left, right, count,
		    expr->location, &expr->subquery->test, err);
	return rc;
}

/* ---- each kind ---- */

/* Its values are those of its only column. */
static int
bind_column(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum subquery_kind kind, struct query *query,
    struct expr **out, struct error *err)
{
	int rc;

	rc = bind_inner(binder, scope, ast, ast, kind, query, out, err);
	if (rc != 0)
		return rc;
	if (query->column_count != 1)
		return error_at(err, ast->location, STELE_E_SYNTAX,
		    "subquery must return only one column");
	(*out)->type = query->rel->types[0];
	return 0;
}

static int
bind_scalar(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct query query;
	int rc;

	rc = bind_column(binder, scope, ast, SUBQUERY_SCALAR, &query, out, err);
	if (rc == 0)
		keep_name(binder, ast, query.columns[0].name);
	if (rc == 0)
		set_collation(*out, query.columns[0].collation);
	return rc;
}

/* Of values that are arrays, an array of one more dimension. */
static int
bind_array_sublink(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct query query;
	struct type column;
	int rc;

	rc = bind_column(binder, scope, ast, SUBQUERY_ARRAY, &query, out, err);
	if (rc != 0)
		return rc;
	column = (*out)->type;
	if (type_is_array(&column)) {
		(*out)->type = type_array_plain(&column);
		return 0;
	}
	(*out)->type = type_array_of(&column);
	if ((*out)->type.oid == 0)
		return error_at(err, ast->location, STELE_E_UNDEFINED_OBJECT,
		    "could not find array type for data type %s",
		    type_text(binder, &column));
	return 0;
}

static int
bind_any_all(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum subquery_kind kind, struct expr **out,
    struct error *err)
{
	struct query query;
	struct str op;
	int rc;

	rc = bind_operator_name(binder, &ast->sublink.op, &op, err);
	if (rc != 0)
		return rc;
	rc = bind_inner(binder, scope, ast, ast, kind, &query, out, err);
	if (rc != 0)
		return rc;
	return bind_test(binder, scope, ast->sublink.test, op, &query, *out,
	    err);
}

int
bind_row_sublink(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	const struct ast_name *op = &ast->op.name;
	struct query query;
	int rc;

	rc = bind_inner(binder, scope, ast, ast->op.right, SUBQUERY_ROW, &query,
	    out, err);
	if (rc != 0)
		return rc;
	return bind_test(binder, scope, ast->op.left, ast_name_last(op), &query,
	    *out, err);
}

int
bind_sublink(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, struct expr **out, struct error *err)
{
	struct query query;

	switch (ast->sublink.kind) {
	case AST_SUBLINK_EXISTS:
		return bind_inner(binder, scope, ast, ast, SUBQUERY_EXISTS,
		    &query, out, err);
	case AST_SUBLINK_SCALAR:
		return bind_scalar(binder, scope, ast, out, err);
	case AST_SUBLINK_ANY:
		return bind_any_all(binder, scope, ast, SUBQUERY_ANY, out, err);
	case AST_SUBLINK_ALL:
		return bind_any_all(binder, scope, ast, SUBQUERY_ALL, out, err);
	case AST_SUBLINK_ARRAY:
		return bind_array_sublink(binder, scope, ast, out, err);
	}
	return 0;
}
