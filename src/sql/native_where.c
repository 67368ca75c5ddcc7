/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of the native language, as the nodes that SQL's have.
 */
#include "sql/native.h"

static int parse_or(struct native *n, struct ast_expr **out);

static struct ast_expr *
new_bool(struct native *n, enum ast_bool_op op, struct ast_expr *first)
{
	struct ast_expr *expr = arena_zalloc(n->p->arena, sizeof(*expr));

	expr->kind = AST_BOOL;
	expr->location = first->location;
	expr->boolean.op = op;
	return expr;
}

static int
push(struct native *n, struct ast_expr_list *list, struct ast_expr *expr)
{
	void *items = list->items;
	int rc = native_room(n, &items, list->count, sizeof(expr));

	if (rc != 0)
		return rc;
	list->items = items;
	list->items[list->count++] = expr;
	return 0;
}

/* field, or type.field */
static int
parse_field(struct native *n, struct ast_expr **out)
{
	struct ast_expr *expr = native_new(n, AST_COLUMN, n->token.start);
	struct ast_name *name = &expr->column.name;
	int rc;

	name->location = expr->location;
	rc = native_name(n, "a field", &name->parts[0], NULL);
	if (rc != 0)
		return rc;
	name->count = 1;
	*out = expr;
	rc = native_accept_punct(n, ".");
	if (rc <= 0)
		return rc;
	name->count = 2;
	return native_name(n, "a field", &name->parts[1], NULL);
}

/* = NULL and != NULL mean IS NULL and IS NOT NULL here. */
static bool
is_null(const struct ast_expr *value)
{
	return value->kind == AST_CONST && value->constant.kind == AST_NULL;
}

static struct ast_expr *
null_test(struct ast_expr *expr, struct ast_expr *field, bool is_equal)
{
	expr->kind = AST_IS;
	expr->is.kind = is_equal ? AST_IS_NULL : AST_IS_NOT_NULL;
	expr->is.arg = field;
	return expr;
}

static int
parse_comparison(struct native *n, struct ast_expr *field,
    struct ast_expr **out)
{
	struct ast_expr *expr = native_new(n, AST_OP, n->token.start);
	struct ast_expr *value;
	struct str op = n->token.text;
	int rc;

	if (str_equal(op, STR("!=")))
		op = STR("<>");
	rc = native_advance(n);
	if (rc == 0)
		rc = native_value(n, &value);
	if (rc != 0)
		return rc;
	*out = expr;
	if (is_null(value) &&
	    (str_equal(op, STR("=")) || str_equal(op, STR("<>")))) {
		null_test(expr, field, op.len == 1);
		return 0;
	}
	expr->op.name = (struct ast_name){
		.parts = { op },
		.count = 1,
		.location = expr->location,
	};
	expr->op.left = field;
	expr->op.right = value;
	return 0;
}

/* The list after IN, but for NULL; an empty one matches nothing. */
static int
parse_in(struct native *n, struct ast_expr *expr, bool *has_null)
{
	struct ast_expr *value;
	int rc = native_expect_punct(n, "(");

	*has_null = false;
	if (rc != 0)
		return rc;
	if (native_is_punct(n, ")"))
		return native_advance(n);
	do {
		rc = native_value(n, &value);
		if (rc == 0 && is_null(value))
			*has_null = true;
		else if (rc == 0)
			rc = push(n, &expr->in.list, value);
		if (rc == 0)
			rc = native_accept_punct(n, ",");
	} while (rc == 1);
	return rc != 0 ? rc : native_expect_punct(n, ")");
}

/* f IN (a, NULL) is f = a OR f = NULL, and NOT IN the contrary. */
static int
parse_in_test(struct native *n, struct ast_expr *field, bool is_negated,
    struct ast_expr **out)
{
	struct ast_expr *in = native_new(n, AST_IN, n->token.start);
	struct ast_expr *test = native_new(n, AST_IS, n->token.start);
	bool has_null;
	int rc = native_expect(n, "IN");

	in->in.arg = field;
	in->in.is_negated = is_negated;
	*out = in;
	if (rc == 0)
		rc = parse_in(n, in, &has_null);
	if (rc != 0 || !has_null)
		return rc;
	*out = new_bool(n, is_negated ? AST_AND : AST_OR, in);
	rc = push(n, &(*out)->boolean.args, in);
	if (rc == 0)
		rc = push(n, &(*out)->boolean.args,
		    null_test(test, field, !is_negated));
	return rc;
}

static int
parse_is(struct native *n, struct ast_expr *field, struct ast_expr **out)
{
	struct ast_expr *expr = native_new(n, AST_IS, n->token.start);
	int rc = native_expect(n, "IS");
	int negated;

	if (rc != 0)
		return rc;
	negated = native_accept(n, "NOT");
	if (negated < 0)
		return negated;
	expr->is.kind = negated ? AST_IS_NOT_NULL : AST_IS_NULL;
	expr->is.arg = field;
	*out = expr;
	return native_expect(n, "NULL");
}

static bool
is_comparison(const struct native *n)
{
	static const char *const ops[] = { "=", "!=", "<>", "<", "<=", ">",
		">=" };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (native_is_punct(n, ops[i]))
			return true;
	return false;
}

static int
parse_test(struct native *n, struct ast_expr **out)
{
	struct ast_expr *field;
	size_t start = n->token.start;
	bool is_exists = native_is_word(n, "EXISTS");
	int rc = parse_field(n, &field);

	if (rc != 0)
		return rc;
	*out = field; /* alone: a boolean field */
	if (is_exists && native_is_punct(n, "("))
		return native_unsupported(n, start, "EXISTS");
	if (is_comparison(n))
		return parse_comparison(n, field, out);
	if (native_is_word(n, "IN"))
		return parse_in_test(n, field, false, out);
	if (native_is_word(n, "IS"))
		return parse_is(n, field, out);
	if (!native_is_word(n, "NOT"))
		return 0;
	rc = native_advance(n);
	return rc != 0 ? rc : parse_in_test(n, field, true, out);
}

static int
parse_parentheses(struct native *n, struct ast_expr **out)
{
	int rc;

	if (n->depth == SQL_NESTING_MAX)
		return parse_too_nested(n->p, n->token.start);
	n->depth++;
	rc = native_advance(n);
	if (rc == 0)
		rc = parse_or(n, out);
	n->depth--;
	return rc != 0 ? rc : native_expect_punct(n, ")");
}

static int
parse_not(struct native *n, struct ast_expr **out)
{
	size_t start = n->token.start;
	struct ast_expr *expr;
	bool is_negated = false;
	int rc;

	/* two NOTs are none, in three-valued logic too */
	while ((rc = native_accept(n, "NOT")) == 1)
		is_negated = !is_negated;
	if (rc < 0)
		return rc;
	rc = native_is_punct(n, "(") ? parse_parentheses(n, out)
				     : parse_test(n, out);
	if (rc != 0 || !is_negated)
		return rc;
	expr = native_new(n, AST_BOOL, start);
	expr->boolean.op = AST_NOT;
	rc = push(n, &expr->boolean.args, *out);
	*out = expr;
	return rc;
}

/* What follows the first operand of a chain: as many as there are. */
static int
parse_chain(struct native *n, enum ast_bool_op op, const char *word,
    int (*operand)(struct native *, struct ast_expr **), struct ast_expr **out)
{
	struct ast_expr *next;
	struct ast_expr *chain;
	int rc = operand(n, out);

	if (rc != 0 || !native_is_word(n, word))
		return rc;
	chain = new_bool(n, op, *out);
	rc = push(n, &chain->boolean.args, *out);
	*out = chain;
	while (rc == 0 && (rc = native_accept(n, word)) == 1) {
		rc = operand(n, &next);
		if (rc == 0)
			rc = push(n, &chain->boolean.args, next);
	}
	return rc;
}

static int
parse_and(struct native *n, struct ast_expr **out)
{
	return parse_chain(n, AST_AND, "AND", parse_not, out);
}

static int
parse_or(struct native *n, struct ast_expr **out)
{
	return parse_chain(n, AST_OR, "OR", parse_and, out);
}

int
native_where(struct native *n, struct ast_expr **out)
{
	return parse_or(n, out);
}

int
native_and_where(struct native *n, struct ast_expr **where)
{
	struct ast_expr *first = *where;
	struct ast_expr *next;
	int rc = parse_or(n, &next);

	if (rc != 0)
		return rc;
	if (first == NULL) {
		*where = next;
		return 0;
	}
	*where = new_bool(n, AST_AND, first);
	rc = push(n, &(*where)->boolean.args, first);
	return rc != 0 ? rc : push(n, &(*where)->boolean.args, next);
}
