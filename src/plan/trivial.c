/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/trivial.h"

#include <string.h>

#include "engine/catalog/catalog.h"
#include "plan/logical.h"

/* Nodes of all expressions of the query. */
#define NODES_MAX 256

static bool
has_fixed_size(const struct type *type)
{
	enum phys phys = type_phys(type);

	return phys != PHYS_STR && phys != PHYS_NUMERIC;
}

bool
expr_is_of_fixed_size(const struct expr *call)
{
	if (!has_fixed_size(&call->type))
		return false;
	for (uint32_t i = 0; i < call->arg_count; i++)
		if (!has_fixed_size(&call->args[i]->type))
			return false;
	return true;
}

/* No text to repeat, no power. */
static bool
is_cheap_call(const struct expr *expr)
{
	return expr->function->volatility != FUNCTION_VOLATILE &&
	    expr_is_of_fixed_size(expr);
}

static bool
is_cheap_node(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_CALL:
	case EXPR_DISTINCT:
	case EXPR_IN:
	case EXPR_ANY:
	case EXPR_ALL:
	case EXPR_NULLIF:
		return is_cheap_call(expr);
	case EXPR_CONST:
	case EXPR_PARAM:
	case EXPR_COLUMN:
	case EXPR_CAST:
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_NOT:
	case EXPR_TEST:
	case EXPR_CASE:
	case EXPR_OPERAND:
	case EXPR_COALESCE:
	case EXPR_GREATEST:
	case EXPR_LEAST:
	case EXPR_ARRAY:
	case EXPR_SUBSCRIPT:
	case EXPR_FACT:
	case EXPR_TYPEOF:
	case EXPR_COLLATION:
		return true;
	case EXPR_SUBQUERY:
	case EXPR_AGG:
	case EXPR_WINDOW:
	case EXPR_GROUPING:
	case EXPR_SET:
	case EXPR_OUTER:
		break;
	}
	return false;
}

/* Take the nodes of an expression off what is left. */
static bool
take_expr(const struct expr *expr, int *left)
{
	if (expr == NULL)
		return true;
	if (--*left < 0 || !is_cheap_node(expr))
		return false;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (!take_expr(expr->args[i], left))
			return false;
	return true;
}

static bool
take_exprs(struct expr *const *exprs, uint32_t count, int *left)
{
	for (uint32_t i = 0; i < count; i++)
		if (!take_expr(exprs[i], left))
			return false;
	return true;
}

static bool
take_rel(const struct rel *rel, int *left)
{
	switch (rel->kind) {
	case REL_VALUES:
		return rel->values.row_count == 0 ||
		    (rel->values.row_count == 1 &&
			take_exprs(rel->values.rows[0], rel->column_count,
			    left));
	case REL_FILTER:
		return take_exprs(rel->filter.conjuncts, rel->filter.count,
			   left) &&
		    take_rel(rel->input, left);
	case REL_PROJECT:
		return take_exprs(rel->project, rel->column_count, left) &&
		    take_rel(rel->input, left);
	case REL_LIMIT:
		return take_expr(rel->limit.limit, left) &&
		    take_expr(rel->limit.offset, left) &&
		    take_rel(rel->input, left);
	case REL_SYSTEM:
	case REL_TEMP:
	case REL_MODIFY:
	case REL_FUNCTION:
	case REL_PAYLOAD:
	case REL_UNIQUE:
	case REL_WINDOW:
	case REL_PROJECT_SET:
	case REL_SEQUENCE:
	case REL_UNPIVOT:
	case REL_SET_OP:
	case REL_WITH:
	case REL_CTE:
	case REL_RECURSIVE:
	case REL_WORK:
	case REL_SCAN:
	case REL_EVENTS:
	case REL_JOIN:
	case REL_AGG:
	case REL_SORT:
	case REL_APPEND:
	case REL_READING:
		break;
	}
	return false;
}

/* ---- lookups ---- */

bool
function_is_operator(const struct function *function, const char *const *names)
{
	for (; *names != NULL; names++)
		if (function->kind == FUNCTION_OPERATOR &&
		    strcmp(function->name, *names) == 0)
			return true;
	return false;
}

static bool
is_comparison(const struct function *function)
{
	static const char *const names[] = { "=", "<>", "<", "<=", ">",
		">=", NULL };

	return function_is_operator(function, names);
}

/* What is there already, or fixed for all rows. */
static bool
is_given(const struct expr *expr)
{
	return expr->kind == EXPR_COLUMN || expr->kind == EXPR_CONST ||
	    expr->kind == EXPR_PARAM;
}

static bool
are_given(struct expr *const *exprs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!is_given(exprs[i]))
			return false;
	return true;
}

static bool
compares_what_is_given(const struct expr *expr)
{
	return expr->kind == EXPR_CALL && is_comparison(expr->function) &&
	    are_given(expr->args, expr->arg_count);
}

/* A scan of one context, of events that are not a kept query's. */
static bool
is_of_context(const struct rel *rel, uint32_t attnum)
{
	const struct rel_scan *scan = &rel->scan;

	for (uint32_t i = 0; i < scan->bound_count; i++) {
		const struct scan_bound *bound = &scan->bounds[i];

		if (bound->attnum == attnum && bound->kind == BOUND_EQ &&
		    is_given(bound->value))
			return scan->kept_oid == 0 && !scan->is_payload_late;
	}
	return false;
}

static bool
is_cheap_filter(const struct rel_filter *filter)
{
	for (uint32_t i = 0; i < filter->count; i++)
		if (!compares_what_is_given(filter->conjuncts[i]))
			return false;
	return true;
}

static bool
is_given_or_none(const struct expr *expr)
{
	return expr == NULL || is_given(expr);
}

/* What gives its input's rows, or fewer, with hardly any work for each. */
static bool
passes_rows(const struct rel *rel)
{
	switch (rel->kind) {
	case REL_FILTER:
		return is_cheap_filter(&rel->filter);
	case REL_PROJECT:
		return are_given(rel->project, rel->column_count);
	case REL_LIMIT:
		return is_given_or_none(rel->limit.limit) &&
		    is_given_or_none(rel->limit.offset);
	default:
		return false;
	}
}

bool
rel_is_lookup(const struct rel *root)
{
	const struct rel *rel = root;

	while (passes_rows(rel))
		rel = rel->input;
	return (rel->kind == REL_EVENTS &&
		   is_of_context(rel, EVENTS_CONTEXT_ID)) ||
	    (rel->kind == REL_SCAN && is_of_context(rel, COLUMN_CONTEXT_ID));
}

/* ---- trivial ones ---- */

bool
rel_is_trivial(const struct rel *root)
{
	int left = NODES_MAX;

	return take_rel(root, &left);
}
