/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_row.c -- comparisons of rows, said by comparisons of their columns.
 */
#include "plan/bind.h"

static struct expr *
both(struct binder *binder, enum expr_kind kind, struct expr *a, struct expr *b,
    int location)
{
	struct expr *expr =
	    expr_new(binder->arena, kind, type_of(TYPE_BOOL), location, 2);

	expr->args[0] = a;
	expr->args[1] = b;
	return expr;
}

static int
compare_pair(struct binder *binder, struct str op, struct expr *left,
    struct expr *right, int location, struct expr **out, struct error *err)
{
	int rc;

	rc = bind_operator(binder, op, left, right, location, out, err);
	if (rc != 0)
		return rc;
	if ((*out)->type.oid != TYPE_BOOL)
		return error_at(err, location, STELE_E_DATATYPE_MISMATCH,
		    "row comparison operator must yield type boolean, not type"
		    " %s",
		    type_text(binder, &(*out)->type));
	return 0;
}

/* All pairs compare so (AND), or any does (OR). */
static int
compare_each(struct binder *binder, struct str op, enum expr_kind kind,
    struct expr **left, struct expr **right, uint32_t count, int location,
    struct expr **out, struct error *err)
{
	struct expr *all =
	    expr_new(binder->arena, kind, type_of(TYPE_BOOL), location, count);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = compare_pair(binder, op, left[i], right[i], location,
		    &all->args[i], err);
	*out = all;
	return rc;
}

/* a < c OR (a = c AND b < d): the last pair may be equal for <= and >=. */
static int
compare_in_order(struct binder *binder, struct str op, struct expr **left,
    struct expr **right, uint32_t count, int location, struct expr **out,
    struct error *err)
{
	struct str strict = str_of(op.data, 1);
	struct expr *rest = NULL;

	for (uint32_t i = count; i-- > 0;) {
		struct expr *differ;
		struct expr *equal;
		int rc;

		rc = compare_pair(binder, rest == NULL ? op : strict, left[i],
		    right[i], location, &differ, err);
		if (rc == 0 && rest != NULL)
			rc = compare_pair(binder, STR("="), left[i], right[i],
			    location, &equal, err);
		if (rc != 0)
			return rc;
		rest = rest == NULL
		    ? differ
		    : both(binder, EXPR_OR, differ,
			  both(binder, EXPR_AND, equal, rest, location),
			  location);
	}
	*out = rest;
	return 0;
}

int
bind_row_comparison(struct binder *binder, struct str op, struct expr **left,
    struct expr **right, uint32_t count, int location, struct expr **out,
    struct error *err)
{
	if (count == 1)
		return compare_pair(binder, op, left[0], right[0], location,
		    out, err);
	if (str_equal(op, STR("=")))
		return compare_each(binder, op, EXPR_AND, left, right, count,
		    location, out, err);
	if (str_equal(op, STR("<>")))
		return compare_each(binder, op, EXPR_OR, left, right, count,
		    location, out, err);
	if (str_equal(op, STR("<")) || str_equal(op, STR("<=")) ||
	    str_equal(op, STR(">")) || str_equal(op, STR(">=")))
		return compare_in_order(binder, op, left, right, count,
		    location, out, err);
	error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "could not determine interpretation of row comparison operator"
	    " %.*s",
	    STR_FMT(op));
	return error_hint(err,
	    "Row comparison operators must be associated with btree operator"
	    " families.");
}

int
bind_row_pair(struct binder *binder, struct scope *scope, struct str op,
    const struct ast_expr *left, const struct ast_expr *right, int location,
    struct expr **out, struct error *err)
{
	const struct ast_expr_list *sides[2] = { &left->list, &right->list };
	uint32_t count = sides[0]->count;
	struct expr **exprs[2];
	int rc = 0;

	if (sides[1]->count != count)
		return error_at(err, location, STELE_E_SYNTAX,
		    "unequal number of entries in row expressions");
	if (count == 0)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot compare rows of zero length");
	for (int side = 0; side < 2; side++) {
		exprs[side] = arena_alloc_array(binder->arena, count,
		    sizeof(*exprs[side]));
		for (uint32_t i = 0; i < count && rc == 0; i++)
			rc = bind_expr(binder, scope, sides[side]->items[i],
			    &exprs[side][i], err);
	}
	if (rc != 0)
		return rc;
	return bind_row_comparison(binder, op, exprs[0], exprs[1], count,
	    location, out, err);
}

/* Each field passes the test: (a, b) IS NULL, (a, b) IS NOT NULL. */
int
bind_row_test(struct binder *binder, struct scope *scope,
    const struct ast_expr *row, enum expr_test test, int location,
    struct expr **out, struct error *err)
{
	uint32_t count = row->list.count;
	struct expr *all = expr_new(binder->arena, EXPR_AND, type_of(TYPE_BOOL),
	    location, count);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		struct expr *one = expr_new(binder->arena, EXPR_TEST,
		    type_of(TYPE_BOOL), location, 1);

		one->test = test;
		all->args[i] = one;
		rc = bind_expr(binder, scope, row->list.items[i], &one->args[0],
		    err);
	}
	*out = count == 1 ? all->args[0] : all;
	return rc;
}
