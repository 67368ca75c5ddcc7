/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants, and the bare values of options: String, Integer, Float, Boolean.
 */
#include "sql/convert.h"

#include <string.h>

static struct ast_expr *
new_const(struct convert *c, enum ast_const_kind kind, int location)
{
	struct ast_expr *expr = convert_new_expr(c, AST_CONST, location);

	expr->constant.kind = kind;
	return expr;
}

static struct ast_expr *
integer_const(struct convert *c, int32_t value, int location)
{
	struct ast_expr *expr = new_const(c, AST_INTEGER, location);

	expr->constant.integer = value;
	return expr;
}

static struct ast_expr *
text_const(struct convert *c, enum ast_const_kind kind, const char *text,
    int location)
{
	struct ast_expr *expr = new_const(c, kind, location);

	expr->constant.text = convert_str(c, text);
	return expr;
}

static struct ast_expr *
convert_string_const(struct convert *c, struct str text, int location)
{
	struct ast_expr *expr = new_const(c, AST_STRING, location);

	expr->constant.text = text;
	return expr;
}

static struct ast_expr *
boolean_const(struct convert *c, bool value, int location)
{
	struct ast_expr *expr = new_const(c, AST_BOOLEAN, location);

	expr->constant.boolean = value;
	return expr;
}

struct ast_expr *
convert_const(struct convert *c, const PgQuery__AConst *in)
{
	int location = convert_location(c, in->location);

	if (in->isnull)
		return new_const(c, AST_NULL, location);
	switch (in->val_case) {
	case PG_QUERY__A__CONST__VAL_IVAL:
		return integer_const(c, in->ival->ival, location);
	case PG_QUERY__A__CONST__VAL_FVAL:
		/* the grammar negates a constant after choosing its form */
		if (strcmp(in->fval->fval, "-2147483648") == 0)
			return integer_const(c, INT32_MIN, location);
		return text_const(c, AST_NUMBER, in->fval->fval, location);
	case PG_QUERY__A__CONST__VAL_BOOLVAL:
		return boolean_const(c, in->boolval->boolval, location);
	case PG_QUERY__A__CONST__VAL_SVAL:
		return text_const(c, AST_STRING, in->sval->sval, location);
	case PG_QUERY__A__CONST__VAL_BSVAL:
		return text_const(c, AST_BITS, in->bsval->bsval, location);
	case PG_QUERY__A__CONST__VAL__NOT_SET:
	case _PG_QUERY__A__CONST__VAL__CASE_IS_INT_SIZE:
		break;
	}
	convert_unsupported(c, location, NULL, "this constant");
	return NULL;
}

/* The name of a type as a word: FORMAT binary gives a TypeName. */
static struct ast_expr *
type_word(struct convert *c, const PgQuery__TypeName *type)
{
	const PgQuery__Node *last;

	if (type->n_names == 0) {
		convert_unsupported(c, 0, NULL, "this option's value");
		return NULL;
	}
	last = type->names[type->n_names - 1];
	return convert_string_const(c, convert_string_node(c, last),
	    convert_location(c, type->location));
}

struct ast_expr *
convert_value_node(struct convert *c, const PgQuery__Node *node)
{
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_STRING:
		return text_const(c, AST_STRING, node->string->sval, 0);
	case PG_QUERY__NODE__NODE_INTEGER:
		return integer_const(c, node->integer->ival, 0);
	case PG_QUERY__NODE__NODE_FLOAT:
		return text_const(c, AST_NUMBER, node->float_->fval, 0);
	case PG_QUERY__NODE__NODE_BOOLEAN:
		return boolean_const(c, node->boolean->boolval, 0);
	case PG_QUERY__NODE__NODE_A_CONST:
		return convert_const(c, node->a_const);
	case PG_QUERY__NODE__NODE_A_STAR:
		return convert_new_expr(c, AST_STAR, 0);
	case PG_QUERY__NODE__NODE_TYPE_NAME:
		return type_word(c, node->type_name);
	case PG_QUERY__NODE__NODE_TYPE_CAST:
		return convert_expr(c, node);
	default:
		convert_unsupported(c, 0, NULL, "this option's value");
		return NULL;
	}
}
