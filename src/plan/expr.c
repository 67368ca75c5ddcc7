/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.c -- making, comparing and walking bound expressions.
 */
#include "plan/expr.h"

#include "common/buf.h"
#include "plan/logical.h"
#include "sql/print.h"

struct expr *
expr_new(struct arena *arena, enum expr_kind kind, struct type type,
    int location, uint32_t arg_count)
{
	struct expr *expr = arena_zalloc(arena, sizeof(*expr));

	expr->kind = kind;
	expr->type = type;
	expr->location = location;
	expr->arg_count = arg_count;
	if (arg_count > 0)
		expr->args =
		    arena_alloc_array(arena, arg_count, sizeof(*expr->args));
	return expr;
}

struct expr *
expr_column(struct arena *arena, struct type type, int location, uint32_t rel,
    uint32_t column)
{
	struct expr *expr = expr_new(arena, EXPR_COLUMN, type, location, 0);

	expr->column.rel = rel;
	expr->column.column = column;
	return expr;
}

struct expr *
expr_copy(struct arena *arena, const struct expr *expr)
{
	struct expr *copy = arena_alloc(arena, sizeof(*copy));

	*copy = *expr;
	copy->weight = 0;
	if (expr->arg_count == 0)
		return copy;
	copy->args =
	    arena_alloc_array(arena, expr->arg_count, sizeof(*copy->args));
	memcpy(copy->args, expr->args, expr->arg_count * sizeof(*copy->args));
	return copy;
}

struct expr *
expr_const(struct arena *arena, struct type type, int location,
    const struct datum *value)
{
	struct expr *expr = expr_new(arena, EXPR_CONST, type, location, 0);

	if (value != NULL)
		expr->value = *value;
	else
		expr->value.is_null = true;
	return expr;
}

uint32_t
expr_weight(struct expr *expr)
{
	uint32_t weight = 1;

	if (expr->weight > 0)
		return expr->weight;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (__builtin_add_overflow(weight, expr_weight(expr->args[i]),
			&weight))
			weight = UINT32_MAX;
	expr->weight = weight;
	return weight;
}

int
expr_start(const struct expr *expr)
{
	int start = expr->location;

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		int its = expr_start(expr->args[i]);

		if (its > 0 && (start == 0 || its < start))
			start = its;
	}
	return start;
}

static bool
const_equal(const struct expr *a, const struct expr *b)
{
	if (a->value.is_null || b->value.is_null)
		return a->value.is_null && b->value.is_null;
	if (a->type.oid == TYPE_UNKNOWN)
		return str_equal(a->value.str, b->value.str);
	if (type_phys(&a->type) == PHYS_STR)
		return str_equal(a->value.str, b->value.str);
	/* 1.0 and 1.00 are equal but not the same */
	if (type_phys(&a->type) == PHYS_NUMERIC &&
	    a->value.numeric.scale != b->value.numeric.scale)
		return false;
	return type_compare(&a->type, &a->value, &b->value) == 0;
}

/* Subqueries at one place of a query that say the same in the same words. */
static bool
subquery_equal(const struct subquery *a, const struct subquery *b)
{
	struct buf texts[2];
	bool is_equal;

	if (a == b)
		return true;
	buf_init(&texts[0]);
	buf_init(&texts[1]);
	print_expr(&texts[0], a->ast);
	print_expr(&texts[1], b->ast);
	is_equal = !texts[0].failed && !texts[1].failed &&
	    str_equal(buf_str(&texts[0]), buf_str(&texts[1]));
	buf_release(&texts[0]);
	buf_release(&texts[1]);
	return is_equal;
}

static bool
own_part_equal(const struct expr *a, const struct expr *b)
{
	switch (a->kind) {
	case EXPR_CONST:
	case EXPR_TYPEOF:
	case EXPR_COLLATION:
		return const_equal(a, b);
	case EXPR_PARAM:
		return a->param == b->param;
	case EXPR_COLUMN:
		return a->column.rel == b->column.rel &&
		    a->column.column == b->column.column;
	case EXPR_CALL:
	case EXPR_DISTINCT:
	case EXPR_IN:
	case EXPR_ANY:
	case EXPR_ALL:
	case EXPR_NULLIF:
		return a->function == b->function;
	case EXPR_CAST:
		return a->cast == b->cast;
	case EXPR_TEST:
		return a->test == b->test;
	case EXPR_FACT:
		return a->fact == b->fact;
	case EXPR_AGG:
		return a->agg.rel == b->agg.rel && a->agg.index == b->agg.index;
	case EXPR_WINDOW:
		return window_spec_equal(a->window, b->window);
	case EXPR_SET:
		return a->set->function == b->set->function;
	case EXPR_OUTER:
		return a->slot == b->slot;
	case EXPR_SUBQUERY:
		return subquery_equal(a->subquery, b->subquery);
	case EXPR_SUBSCRIPT:
		return a->is_slice == b->is_slice;
	case EXPR_CASE:
		return a->has_operand == b->has_operand;
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
	case EXPR_OPERAND:
	case EXPR_COALESCE:
	case EXPR_GREATEST:
	case EXPR_LEAST:
	case EXPR_ARRAY:
	case EXPR_GROUPING:
		return true;
	}
	return false;
}

bool
expr_equal(const struct expr *a, const struct expr *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->type.oid != b->type.oid ||
	    a->type.mod != b->type.mod || a->arg_count != b->arg_count ||
	    a->is_variadic != b->is_variadic || !own_part_equal(a, b))
		return false;
	for (uint32_t i = 0; i < a->arg_count; i++) {
		if (!expr_equal(a->args[i], b->args[i]))
			return false;
	}
	return true;
}

bool
expr_any(const struct expr *expr, bool (*test)(const struct expr *expr))
{
	if (test(expr))
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (expr_any(expr->args[i], test))
			return true;
	}
	return false;
}

bool
expr_is_volatile_call(const struct expr *expr)
{
	return expr->kind == EXPR_CALL &&
	    expr->function->volatility == FUNCTION_VOLATILE;
}

static bool
varies(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN || expr->kind == EXPR_AGG ||
	    (expr->kind == EXPR_SUBQUERY && expr->subquery->outer_count > 0) ||
	    expr_is_volatile_call(expr);
}

bool
expr_is_fixed(const struct expr *expr)
{
	return !expr_any(expr, varies);
}

static bool
is_integer(uint32_t oid)
{
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8;
}

static bool
is_float(uint32_t oid)
{
	return oid == TYPE_FLOAT4 || oid == TYPE_FLOAT8;
}

static bool
is_text(uint32_t oid)
{
	return oid == TYPE_TEXT || oid == TYPE_VARCHAR || oid == TYPE_NAME;
}

bool
expr_is_equality(const struct expr *expr, struct type *type)
{
	uint32_t a, b;

	if (expr->kind != EXPR_CALL ||
	    expr->function->kind != FUNCTION_OPERATOR || expr->arg_count != 2 ||
	    strcmp(expr->function->name, "=") != 0)
		return false;
	*type = expr->args[0]->type;
	a = type->oid;
	b = expr->args[1]->type.oid;
	if (a == TYPE_RECORD) /* whose columns may not be comparable */
		return false;
	if (a == b || (is_integer(a) && is_integer(b)) ||
	    (is_text(a) && is_text(b)))
		return true;
	type->oid = TYPE_FLOAT8;
	return is_float(a) && is_float(b);
}

uint32_t
case_first_when(const struct expr *expr)
{
	return expr->has_operand ? 1 : 0;
}

bool
expr_is_row(const struct expr *expr)
{
	return expr->kind == EXPR_CALL && expr->function->id == FN_ROW;
}

bool
expr_is_null_const(const struct expr *expr)
{
	return expr->kind == EXPR_CONST && expr->value.is_null;
}

void
expr_mark_columns(const struct expr *expr, bool *marks)
{
	if (expr->kind == EXPR_COLUMN)
		marks[expr->column.column] = true;
	if (expr->kind == EXPR_SUBQUERY) {
		const struct subquery *subquery = expr->subquery;

		for (uint32_t i = 0; i < subquery->outer_count; i++)
			marks[subquery->outers[i].column] = true;
	}
	for (uint32_t i = 0; i < expr->arg_count; i++)
		expr_mark_columns(expr->args[i], marks);
}
