/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions.  What is not closed in itself stands in parentheses.
 */
#include "common/attr.h"
#include "sql/ast_words.h"
#include "sql/print_private.h"

void
print_exprs(struct buf *out, const struct ast_expr_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		print_expr(out, list->items[i]);
	}
}

static void
print_const(struct buf *out, const struct ast_const *constant)
{
	bool has_text = constant->text.len > 0;

	switch (constant->kind) {
	case AST_NULL:
		buf_put_cstr(out, "NULL");
		break;
	case AST_INTEGER:
		if (has_text)
			buf_put_str(out, constant->text);
		else
			buf_printf(out, "%d", constant->integer);
		break;
	case AST_NUMBER:
		buf_put_str(out, constant->text);
		break;
	case AST_STRING:
		print_string(out, constant->text);
		break;
	case AST_BOOLEAN:
		if (has_text)
			buf_put_str(out, constant->text);
		else
			buf_put_cstr(out, constant->boolean ? "TRUE" : "FALSE");
		break;
	case AST_BITS:
		buf_put(out, constant->text.data, 1);
		print_string(out,
		    str_of(constant->text.data + 1, constant->text.len - 1));
		break;
	}
}

static void
print_call(struct buf *out, const struct ast_call *call)
{
	if (ast_is_grouping(&call->name)) /* quoted it would be a function */
		buf_put_cstr(out, "GROUPING");
	else
		print_dotted(out, &call->name);
	buf_put_cstr(out, "(");
	if (call->has_star)
		buf_put_cstr(out, "*");
	if (call->is_distinct)
		buf_put_cstr(out, "DISTINCT ");
	for (uint32_t i = 0; i < call->args.count; i++) {
		if (i > 0)
			buf_put_cstr(out, ", ");
		if (call->is_variadic && i + 1 == call->args.count)
			buf_put_cstr(out, "VARIADIC ");
		if (call->arg_names != NULL && call->arg_names[i].len > 0) {
			print_name(out, call->arg_names[i]);
			buf_put_cstr(out, " => ");
		}
		print_expr(out, call->args.items[i]);
	}
	if (call->order_by.count > 0)
		buf_put_cstr(out, " ORDER BY ");
	print_sorts(out, &call->order_by);
	buf_put_cstr(out, ")");
	if (call->within_group.count > 0) {
		buf_put_cstr(out, " WITHIN GROUP (ORDER BY ");
		print_sorts(out, &call->within_group);
		buf_put_cstr(out, ")");
	}
	if (call->filter != NULL) {
		buf_put_cstr(out, " FILTER (WHERE ");
		print_expr(out, call->filter);
		buf_put_cstr(out, ")");
	}
	if (call->over == NULL)
		return;
	buf_put_cstr(out, " OVER ");
	if (call->over->name.len > 0)
		print_name(out, call->over->name);
	else
		print_window(out, call->over);
}

static void
print_op(struct buf *out, const struct ast_op *op)
{
	buf_put_cstr(out, "(");
	if (op->left != NULL) {
		print_expr(out, op->left);
		buf_put_cstr(out, " ");
	}
	print_operator(out, &op->name);
	if (op->right != NULL) {
		buf_put_cstr(out, " ");
		print_expr(out, op->right);
	}
	buf_put_cstr(out, ")");
}

static void
print_like(struct buf *out, const struct ast_op *op)
{
	struct str name = op->name.parts[0];
	bool is_ilike = name.len > 0 && name.data[name.len - 1] == '*';

	buf_put_cstr(out, "(");
	print_expr(out, op->left);
	buf_put_cstr(out, op->is_negated ? " NOT " : " ");
	buf_put_cstr(out,
	    op->is_similar ? "SIMILAR TO "
		: is_ilike ? "ILIKE "
			   : "LIKE ");
	print_expr(out, op->right);
	if (op->escape != NULL) {
		buf_put_cstr(out, " ESCAPE ");
		print_expr(out, op->escape);
	}
	buf_put_cstr(out, ")");
}

static void
print_bool(struct buf *out, const struct ast_expr *expr)
{
	const struct ast_expr_list *args = &expr->boolean.args;

	buf_put_cstr(out, expr->boolean.op == AST_NOT ? "(NOT " : "(");
	for (uint32_t i = 0; i < args->count; i++) {
		if (i > 0)
			buf_put_cstr(out,
			    expr->boolean.op == AST_AND ? " AND " : " OR ");
		print_expr(out, args->items[i]);
	}
	buf_put_cstr(out, ")");
}

static void
print_is(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->is.arg);
	buf_printf(out, " %s)", ast_is_words(expr->is.kind));
}

static void
print_distinct_from(struct buf *out, const struct ast_op *op)
{
	buf_put_cstr(out, "(");
	print_expr(out, op->left);
	buf_put_cstr(out,
	    op->is_negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
	print_expr(out, op->right);
	buf_put_cstr(out, ")");
}

static void
print_between(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->between.arg);
	buf_put_cstr(out, expr->between.is_negated ? " NOT" : "");
	buf_put_cstr(out, " BETWEEN ");
	buf_put_cstr(out, expr->between.is_symmetric ? "SYMMETRIC " : "");
	print_expr(out, expr->between.low);
	buf_put_cstr(out, " AND ");
	print_expr(out, expr->between.high);
	buf_put_cstr(out, ")");
}

static void
print_in(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->in.arg);
	buf_put_cstr(out, expr->in.is_negated ? " NOT IN (" : " IN (");
	print_exprs(out, &expr->in.list);
	buf_put_cstr(out, "))");
}

static void
print_case(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "CASE");
	if (expr->case_.arg != NULL) {
		buf_put_cstr(out, " ");
		print_expr(out, expr->case_.arg);
	}
	for (uint32_t i = 0; i < expr->case_.when_count; i++) {
		buf_put_cstr(out, " WHEN ");
		print_expr(out, expr->case_.whens[i].when);
		buf_put_cstr(out, " THEN ");
		print_expr(out, expr->case_.whens[i].then);
	}
	if (expr->case_.otherwise != NULL) {
		buf_put_cstr(out, " ELSE ");
		print_expr(out, expr->case_.otherwise);
	}
	buf_put_cstr(out, " END");
}

static void
print_sublink(struct buf *out, const struct ast_expr *expr)
{
	switch (expr->sublink.kind) {
	case AST_SUBLINK_EXISTS:
		buf_put_cstr(out, "(EXISTS (");
		break;
	case AST_SUBLINK_ARRAY:
		buf_put_cstr(out, "(ARRAY(");
		break;
	case AST_SUBLINK_SCALAR:
		buf_put_cstr(out, "((");
		break;
	case AST_SUBLINK_ANY:
	case AST_SUBLINK_ALL:
		buf_put_cstr(out, "(");
		print_expr(out, expr->sublink.test);
		buf_put_cstr(out, " ");
		print_operator(out, &expr->sublink.op);
		buf_put_cstr(out,
		    expr->sublink.kind == AST_SUBLINK_ANY ? " ANY ("
							  : " ALL (");
		break;
	}
	print_select(out, expr->sublink.query);
	buf_put_cstr(out, "))");
}

static void
print_any_all(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->any_all.left);
	buf_put_cstr(out, " ");
	print_operator(out, &expr->any_all.op);
	buf_put_cstr(out, expr->any_all.is_all ? " ALL (" : " ANY (");
	print_expr(out, expr->any_all.array);
	buf_put_cstr(out, "))");
}

static void
print_subscript(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->subscript.arg);
	buf_put_cstr(out, ")[");
	if (expr->subscript.lower != NULL)
		print_expr(out, expr->subscript.lower);
	if (expr->subscript.is_slice)
		buf_put_cstr(out, ":");
	if (expr->subscript.upper != NULL)
		print_expr(out, expr->subscript.upper);
	buf_put_cstr(out, "]");
}

static void
print_value_fn(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, ast_value_fn_word(expr->value.fn));
	if (expr->value.precision >= 0)
		buf_printf(out, "(%d)", expr->value.precision);
}

/* A word and a list: COALESCE(...), ARRAY[...]. */
static void
print_list(struct buf *out, const char *open, const struct ast_expr_list *list,
    const char *close)
{
	buf_put_cstr(out, open);
	print_exprs(out, list);
	buf_put_cstr(out, close);
}

static void
print_column(struct buf *out, const struct ast_expr *expr)
{
	print_dotted(out, &expr->column.name);
	if (expr->column.has_star)
		buf_put_cstr(out, ".*");
}

static void
print_cast(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "CAST(");
	print_expr(out, expr->cast.arg);
	buf_put_cstr(out, " AS ");
	print_type(out, &expr->cast.type);
	buf_put_cstr(out, ")");
}

static void
print_field(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "(");
	print_expr(out, expr->field.arg);
	buf_put_cstr(out, ").");
	if (expr->field.name.len == 0)
		buf_put_cstr(out, "*");
	else
		print_name(out, expr->field.name);
}

static void
print_collate(struct buf *out, const struct ast_expr *expr)
{
	buf_put_cstr(out, "((");
	print_expr(out, expr->collate.arg);
	buf_put_cstr(out, ") COLLATE ");
	print_dotted(out, &expr->collate.name);
	buf_put_cstr(out, ")");
}

static void
print_nullif(struct buf *out, const struct ast_op *op)
{
	buf_put_cstr(out, "NULLIF(");
	print_expr(out, op->left);
	buf_put_cstr(out, ", ");
	print_expr(out, op->right);
	buf_put_cstr(out, ")");
}

void
print_expr(struct buf *out, const struct ast_expr *expr)
{
	switch (expr->kind) {
	case AST_CONST:
		print_const(out, &expr->constant);
		return;
	case AST_PARAM:
		buf_printf(out, "$%u", expr->param);
		return;
	case AST_COLUMN:
		print_column(out, expr);
		return;
	case AST_STAR:
		buf_put_cstr(out, "*");
		return;
	case AST_CALL:
		print_call(out, &expr->call);
		return;
	case AST_OP:
		print_op(out, &expr->op);
		return;
	case AST_BOOL:
		print_bool(out, expr);
		return;
	case AST_IS:
		print_is(out, expr);
		return;
	case AST_DISTINCT_FROM:
		print_distinct_from(out, &expr->op);
		return;
	case AST_BETWEEN:
		print_between(out, expr);
		return;
	case AST_IN:
		print_in(out, expr);
		return;
	case AST_LIKE:
		print_like(out, &expr->op);
		return;
	case AST_CASE:
		print_case(out, expr);
		return;
	case AST_COALESCE:
		print_list(out, "COALESCE(", &expr->list, ")");
		return;
	case AST_GREATEST:
		print_list(out, "GREATEST(", &expr->list, ")");
		return;
	case AST_LEAST:
		print_list(out, "LEAST(", &expr->list, ")");
		return;
	case AST_NULLIF:
		print_nullif(out, &expr->op);
		return;
	case AST_CAST:
		print_cast(out, expr);
		return;
	case AST_SUBLINK:
		print_sublink(out, expr);
		return;
	case AST_ANY_ALL:
		print_any_all(out, expr);
		return;
	case AST_ARRAY:
		print_list(out, "ARRAY[", &expr->list, "]");
		return;
	case AST_ROW:
		print_list(out, "ROW(", &expr->list, ")");
		return;
	case AST_SUBSCRIPT:
		print_subscript(out, expr);
		return;
	case AST_FIELD:
		print_field(out, expr);
		return;
	case AST_COLLATE:
		print_collate(out, expr);
		return;
	case AST_SQL_VALUE:
		print_value_fn(out, expr);
		return;
	case AST_DEFAULT:
		buf_put_cstr(out, "DEFAULT");
		return;
	}
}
