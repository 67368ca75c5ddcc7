/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators, and what PostgreSQL's parser makes operators of: IN, BETWEEN, LIKE,
 * comparisons of rows.
 */
#include "plan/deparse_private.h"
#include "types/array.h"

/* ---- operators ---- */

/* What PostgreSQL compares as it is, needs no cast that is needed here. */
static struct term *
term_of_op(struct deparse *d, struct str name, const struct ast_expr *left,
    const struct ast_expr *right)
{
	const struct type left_type = term_own_type(d, left);
	const struct type right_type = term_own_type(d, right);
	bool is_plain = term_has_operator(name, &left_type, &right_type);

	return term_pair(d, TERM_OP, name,
	    is_plain ? term_of(d, left) : term_cast_of(d, left),
	    is_plain ? term_of(d, right) : term_cast_of(d, right));
}

/* Pairs of fields: all equal, or one that is not; or compared as rows. */
static struct term *
term_of_rows(struct deparse *d, struct str op, const struct ast_expr *left,
    const struct ast_expr *right)
{
	bool is_equal = str_equal(op, STR("="));
	uint32_t count = left->list.count;
	struct term *term;

	if (!is_equal && !str_equal(op, STR("<>")) && count > 1)
		return term_pair(d, TERM_ROWS, op,
		    term_of_list(d, TERM_ROW, "", &left->list),
		    term_of_list(d, TERM_ROW, "", &right->list));
	term = term_new(d, is_equal ? TERM_AND : TERM_OR, count);
	for (uint32_t i = 0; i < count; i++)
		term->args[i] = term_of_op(d, op, left->list.items[i],
		    right->list.items[i]);
	return count == 1 ? term->args[0] : term;
}

struct term *
term_of_sublink(struct deparse *d, const struct ast_expr *ast,
    const struct ast_expr *test, struct str op)
{
	struct term *term = term_new(d, TERM_SUBLINK, 0);

	term->ast = ast;
	term->text = op;
	if (test != NULL && test->kind == AST_ROW) {
		term->args = terms_of(d, &test->list);
		term->arg_count = test->list.count;
	} else if (test != NULL) {
		term->args[0] = term_cast_of(d, test);
		term->arg_count = 1;
	}
	return term;
}

struct term *
term_of_operation(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *left = ast->op.left, *right = ast->op.right;
	struct str name = ast_name_last(&ast->op.name);

	if (left == NULL)
		return term_one(d, TERM_OP, name, term_cast_of(d, right));
	if (left->kind == AST_ROW && right->kind == AST_ROW &&
	    left->list.count == right->list.count)
		return term_of_rows(d, name, left, right);
	if (left->kind == AST_ROW && right->kind == AST_SUBLINK)
		return term_of_sublink(d, right, left, name);
	return term_of_op(d, name, left, right);
}

struct term *
term_of_like(struct deparse *d, const struct ast_expr *ast)
{
	struct str name = ast_name_last(&ast->op.name);
	uint32_t count = ast->op.escape != NULL ? 2 : 1;
	struct term *call;

	if (ast->op.is_negated && name.data[0] != '!')
		name = arena_printf(d->arena, "!%.*s", STR_FMT(name));
	if (count == 1 && !ast->op.is_similar)
		return term_of_op(d, name, ast->op.left, ast->op.right);
	call = term_new(d, TERM_CALL, count);
	call->text =
	    ast->op.is_similar ? STR("similar_to_escape") : STR("like_escape");
	call->args[0] = term_cast_of(d, ast->op.right);
	if (count == 2)
		call->args[1] = term_cast_of(d, ast->op.escape);
	return term_pair(d, TERM_OP, name, term_cast_of(d, ast->op.left), call);
}

static bool
is_null(const struct ast_expr *ast)
{
	return ast->kind == AST_CONST && ast->constant.kind == AST_NULL;
}

struct term *
term_of_distinct(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *left = ast->op.left, *right = ast->op.right;
	struct term *term;

	if (is_null(left) || is_null(right))
		return term_one(d, TERM_TEST,
		    ast->op.is_negated ? STR("IS NULL") : STR("IS NOT NULL"),
		    term_of(d, is_null(right) ? left : right));
	if (left->kind == AST_ROW && right->kind == AST_ROW) {
		term = term_of_rows(d, STR("<>"), left, right);
		for (uint32_t i = 0;
		     term->kind == TERM_OR && i < term->arg_count; i++)
			term->args[i]->kind = TERM_DISTINCT;
		if (term->kind == TERM_OP)
			term->kind = TERM_DISTINCT;
	} else {
		term = term_of_op(d, STR("="), left, right);
		term->kind = TERM_DISTINCT;
	}
	return ast->op.is_negated ? term_one(d, TERM_NOT, STR(""), term) : term;
}

struct term *
term_of_any_all(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term = term_pair(d, TERM_ANY_ALL,
	    ast_name_last(&ast->any_all.op), term_cast_of(d, ast->any_all.left),
	    term_cast_of(d, ast->any_all.array));

	term->is_all = ast->any_all.is_all;
	return term;
}

struct term *
term_of_nullif(struct deparse *d, const struct ast_expr *ast)
{
	struct term *term =
	    term_of_op(d, STR("="), ast->op.left, ast->op.right);

	term->kind = TERM_LIST;
	term->text = STR("NULLIF");
	return term;
}

/* ---- BETWEEN ---- */

/* x BETWEEN low AND high, or what is not so. */
static struct term *
term_of_range(struct deparse *d, const struct ast_expr *ast,
    const struct ast_expr *low, const struct ast_expr *high)
{
	bool is_not = ast->between.is_negated;

	return term_pair(d, is_not ? TERM_OR : TERM_AND, STR(""),
	    term_of_op(d, is_not ? STR("<") : STR(">="), ast->between.arg, low),
	    term_of_op(d, is_not ? STR(">") : STR("<="), ast->between.arg,
		high));
}

struct term *
term_of_between(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr *low = ast->between.low;
	const struct ast_expr *high = ast->between.high;
	struct term *term = term_of_range(d, ast, low, high);

	if (!ast->between.is_symmetric)
		return term;
	return term_pair(d, ast->between.is_negated ? TERM_AND : TERM_OR,
	    STR(""), term, term_of_range(d, ast, high, low));
}

/* ---- IN ---- */

static bool
is_column(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN;
}

/* Items that name columns are compared one by one. */
static bool
has_column(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);

	return expr != NULL && expr_any(expr, is_column);
}

/* The type that x and all items without columns can have; false: none. */
static bool
common_in_type(struct deparse *d, const struct ast_expr *ast, struct type *out)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct type *types = arena_alloc_array(d->arena,
	    (size_t)list->count + 1, sizeof(*types));
	uint32_t count = 0, odd;

	types[count++] = term_own_type(d, ast->in.arg);
	for (uint32_t i = 0; i < list->count; i++)
		if (!has_column(d, list->items[i]))
			types[count++] = term_own_type(d, list->items[i]);
	return count > 2 && common_type_of(types, count, out, &odd) &&
	    type_array_of(out).oid != 0;
}

/* What = compares the items as: see bind_in(). */
static const struct type *
compared_type(const struct deparse *d, const struct ast_expr *ast)
{
	const struct expr *expr = bind_noted_expr(d->notes, ast);

	if (expr != NULL && expr->kind == EXPR_NOT)
		expr = expr->args[0];
	if (expr != NULL && expr->kind == EXPR_OR && expr->arg_count > 0)
		expr = expr->args[0];
	return expr == NULL || expr->arg_count == 0 ? NULL
						    : &expr->args[0]->type;
}

/* x = ANY (ARRAY[...]) */
static struct term *
term_of_in_array(struct deparse *d, const struct ast_expr *ast,
    const struct type *type, struct str op)
{
	const struct ast_expr_list *list = &ast->in.list;
	const struct type own = term_own_type(d, ast->in.arg);
	const struct type *compared = compared_type(d, ast);
	struct term *array = term_new(d, TERM_ARRAY, list->count);
	struct term *left =
	    term_as(d, ast->in.arg, own.oid == TYPE_UNKNOWN ? type : &own);
	struct term *term;

	array->arg_count = 0;
	array->type = type_array_of(type);
	for (uint32_t i = 0; i < list->count; i++)
		if (!has_column(d, list->items[i]))
			array->args[array->arg_count++] =
			    term_as(d, list->items[i], type);
	if (compared != NULL && compared->oid != type->oid &&
	    !term_has_operator(op, &own, type)) {
		const struct type arrays = type_array_of(compared);

		left = term_as(d, ast->in.arg, compared);
		array = term_cast(d, array, &arrays, true);
	} else if (!term_has_operator(op, &own, type)) {
		left = term_as(d, ast->in.arg, type);
	}
	term = term_pair(d, TERM_ANY_ALL, op, left, array);
	term->is_all = ast->in.is_negated;
	return term;
}

struct term *
term_of_in(struct deparse *d, const struct ast_expr *ast)
{
	const struct ast_expr_list *list = &ast->in.list;
	struct str op = ast->in.is_negated ? STR("<>") : STR("=");
	bool is_row = ast->in.arg->kind == AST_ROW;
	struct type type;
	bool has_array = !is_row && common_in_type(d, ast, &type);
	struct term *term =
	    term_new(d, ast->in.is_negated ? TERM_AND : TERM_OR, list->count);

	term->arg_count = 0;
	if (has_array)
		term->args[term->arg_count++] =
		    term_of_in_array(d, ast, &type, op);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct ast_expr *item = list->items[i];

		if (has_array && !has_column(d, item))
			continue;
		term->args[term->arg_count++] = is_row && item->kind == AST_ROW
		    ? term_of_rows(d, op, ast->in.arg, item)
		    : term_of_op(d, op, ast->in.arg, item);
	}
	return term->arg_count == 1 ? term->args[0] : term;
}
