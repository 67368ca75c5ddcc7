/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the native language: contexts, literals, parameters, counts.
 */
#include <stdlib.h>
#include <string.h>

#include "sql/native.h"

struct ast_expr *
native_new(struct native *n, enum ast_expr_kind kind, size_t off)
{
	struct ast_expr *expr = arena_zalloc(n->p->arena, sizeof(*expr));

	expr->kind = kind;
	expr->location = native_position(n, off);
	return expr;
}

struct ast_expr *
native_string(struct native *n, struct str text, size_t off)
{
	struct ast_expr *expr = native_new(n, AST_CONST, off);

	expr->constant.kind = AST_STRING;
	expr->constant.text = text;
	return expr;
}

int
native_param(struct native *n, struct ast_expr **out)
{
	struct str digits = n->token.text;
	uint32_t number = 0;

	for (size_t i = 0; i < digits.len && number <= UINT16_MAX; i++)
		number = number * 10 + (uint32_t)(digits.data[i] - '0');
	if (number == 0 || number > UINT16_MAX) {
		error_set(n->p->err, STELE_E_UNDEFINED_PARAMETER,
		    "there is no parameter $%.*s",
		    (int)(digits.len > 20 ? 20 : digits.len), digits.data);
		return error_position(n->p->err,
		    native_position(n, n->token.start));
	}
	*out = native_new(n, AST_PARAM, n->token.start);
	(*out)->param = number;
	if (number > n->param_count)
		n->param_count = number;
	return native_advance(n);
}

int
native_context(struct native *n, struct ast_expr **out)
{
	if (n->token.kind == NATIVE_PARAM)
		return native_param(n, out);
	native_widen_context(n);
	if (n->token.kind != NATIVE_BARE && n->token.kind != NATIVE_STRING)
		return native_expected(n, "a context");
	*out = native_string(n, n->token.text, n->token.start);
	return native_advance(n);
}

/* A number as SQL's constants are: integer if it fits, else its text. */
static struct ast_expr *
number_const(struct native *n)
{
	struct ast_expr *expr = native_new(n, AST_CONST, n->token.start);
	struct str text = n->token.text;
	size_t first = text.data[0] == '-';
	int64_t value = 0;
	bool is_integer = text.len - first <= 10;

	for (size_t i = first; i < text.len && is_integer; i++) {
		is_integer = text.data[i] >= '0' && text.data[i] <= '9';
		value = value * 10 + (text.data[i] - '0');
	}
	if (first == 1)
		value = -value;
	if (is_integer && value >= INT32_MIN && value <= INT32_MAX) {
		expr->constant.kind = AST_INTEGER;
		expr->constant.integer = (int32_t)value;
	} else {
		expr->constant.kind = AST_NUMBER;
	}
	expr->constant.text = text;
	return expr;
}

static struct ast_expr *
word_const(struct native *n)
{
	struct ast_expr *expr;
	bool is_true = native_is_word(n, "true");

	if (native_is_word(n, "null")) {
		expr = native_new(n, AST_CONST, n->token.start);
		expr->constant.kind = AST_NULL;
		return expr;
	}
	if (!is_true && !native_is_word(n, "false"))
		return native_string(n, n->token.text, n->token.start);
	expr = native_new(n, AST_CONST, n->token.start);
	expr->constant.kind = AST_BOOLEAN;
	expr->constant.boolean = is_true;
	expr->constant.text = n->token.text;
	return expr;
}

int
native_value(struct native *n, struct ast_expr **out)
{
	native_widen_value(n);
	switch (n->token.kind) {
	case NATIVE_PARAM:
		return native_param(n, out);
	case NATIVE_WORD:
		*out = word_const(n);
		return native_advance(n);
	case NATIVE_NUMBER:
		*out = number_const(n);
		return native_advance(n);
	case NATIVE_STRING:
	case NATIVE_BARE:
		*out = native_string(n, n->token.text, n->token.start);
		return native_advance(n);
	case NATIVE_END:
	case NATIVE_PUNCT:
		break;
	}
	return native_expected(n, "a value");
}

/* The count of LIMIT and OFFSET: digits or a parameter. */
int
native_count(struct native *n, const char *what, struct ast_expr **out)
{
	if (n->token.kind == NATIVE_PARAM)
		return native_param(n, out);
	if (n->token.kind != NATIVE_NUMBER)
		return native_expected(n, what);
	for (size_t i = 0; i < n->token.text.len; i++)
		if (n->token.text.data[i] < '0' || n->token.text.data[i] > '9')
			return native_expected(n, what);
	*out = number_const(n);
	return native_advance(n);
}

struct ast_select *
native_select_all(struct native *n, struct ast_from *from)
{
	struct ast_select *select = native_alloc(n, sizeof(*select));
	struct ast_from **items = native_alloc(n, sizeof(*items));
	struct ast_target *target = native_alloc(n, sizeof(*target));

	if (select == NULL || items == NULL || target == NULL)
		return NULL;
	items[0] = from;
	target->expr = native_new(n, AST_STAR, n->token.start);
	select->targets.items = target;
	select->targets.count = 1;
	select->from.items = items;
	select->from.count = 1;
	return select;
}
