/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_bound.c -- see scan_bound.h.
 */
#include "plan/scan_bound.h"

#include <string.h>

#include "types/array.h"
#include "types/cast.h"
#include "types/function.h"

static const struct {
	const char *name;
	enum bound_kind kind;
	enum bound_kind mirrored; /* of "value op column" */
} bound_ops[] = {
	{ "=", BOUND_EQ, BOUND_EQ },
	{ "<", BOUND_LT, BOUND_GT },
	{ "<=", BOUND_LE, BOUND_GE },
	{ ">", BOUND_GT, BOUND_LT },
	{ ">=", BOUND_GE, BOUND_LE },
};

/* A column of the scan, maybe under casts that change no comparison. */
static const struct expr *
plain_column(const struct expr *expr)
{
	while (expr->kind == EXPR_CAST &&
	    cast_keeps_order(&expr->args[0]->type, &expr->type))
		expr = expr->args[0];
	return expr->kind == EXPR_COLUMN ? expr : NULL;
}

static bool
is_integer(uint32_t oid)
{
	return oid == TYPE_INT2 || oid == TYPE_INT4 || oid == TYPE_INT8;
}

/* Whether values of both types compare as their physical forms do. */
static bool
is_comparable(uint32_t column, uint32_t value)
{
	return column == value || (is_integer(column) && is_integer(value));
}

/* blanks at the end of char(n) count for the form, not for the comparison */
static bool
is_prunable(const struct type *type)
{
	return type->oid != TYPE_BPCHAR;
}

static bool
bound_of(const struct expr *conjunct, const struct rel *scan,
    struct scan_bound *out)
{
	const struct expr *column;
	size_t op = 0;

	if (conjunct->kind != EXPR_CALL || conjunct->arg_count != 2 ||
	    conjunct->function->kind != FUNCTION_OPERATOR ||
	    conjunct->function->result != TYPE_BOOL)
		return false;
	while (op < ARRAY_LEN(bound_ops) &&
	    strcmp(conjunct->function->name, bound_ops[op].name) != 0)
		op++;
	if (op == ARRAY_LEN(bound_ops))
		return false;
	for (uint32_t side = 0; side < 2; side++) {
		const struct expr *value = conjunct->args[1 - side];

		column = plain_column(conjunct->args[side]);
		if (column == NULL || !expr_is_fixed(value) ||
		    !is_prunable(&column->type) ||
		    !is_comparable(conjunct->args[side]->type.oid,
			value->type.oid))
			continue;
		out->attnum = scan->scan.attnums[column->column.column];
		out->kind =
		    side == 0 ? bound_ops[op].kind : bound_ops[op].mirrored;
		out->value = value;
		return true;
	}
	return false;
}

/* The list of IN, or none; NULL: it has something that is not fixed. */
static const struct expr *
list_of(struct arena *arena, const struct expr *in)
{
	const struct expr *first = in->args[in->arg_count > 1 ? 1 : 0];
	struct type type = type_array_of(&first->type);
	struct expr *array;

	for (uint32_t i = 1; i < in->arg_count; i++)
		if (!expr_is_fixed(in->args[i]))
			return NULL;
	if (type.oid == 0)
		return NULL;
	array =
	    expr_new(arena, EXPR_ARRAY, type, in->location, in->arg_count - 1);
	for (uint32_t i = 1; i < in->arg_count; i++)
		array->args[i - 1] = in->args[i];
	return array;
}

/* column = ANY (array), column IN (list) */
static bool
any_of(struct arena *arena, const struct expr *conjunct, const struct rel *scan,
    struct scan_bound *out)
{
	bool is_in = conjunct->kind == EXPR_IN;
	const struct expr *column, *value;

	if (scan->kind != REL_SYSTEM ||
	    (!is_in && conjunct->kind != EXPR_ANY) ||
	    strcmp(conjunct->function->name, "=") != 0)
		return false;
	column = plain_column(conjunct->args[0]);
	value = is_in ? list_of(arena, conjunct) : conjunct->args[1];
	if (column == NULL || value == NULL || !expr_is_fixed(value) ||
	    !is_prunable(&column->type) ||
	    !is_comparable(conjunct->args[0]->type.oid,
		type_element(&value->type).oid))
		return false;
	out->attnum = scan->scan.attnums[column->column.column];
	out->kind = BOUND_ANY;
	out->value = value;
	return true;
}

void
scan_set_bounds(struct arena *arena, struct rel *scan,
    const struct rel_filter *filter)
{
	struct scan_bound *bounds =
	    arena_alloc_array(arena, filter->count + 1, sizeof(*bounds));
	uint32_t count = 0;

	for (uint32_t i = 0; i < filter->count; i++) {
		if (bound_of(filter->conjuncts[i], scan, &bounds[count]) ||
		    any_of(arena, filter->conjuncts[i], scan, &bounds[count]))
			count++;
	}
	scan->scan.bounds = bounds;
	scan->scan.bound_count = count;
}
