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
		if (rc == 0 && rest != NULL) {
			binder_add_copies(binder, expr_weight(left[i]));
			binder_add_copies(binder, expr_weight(right[i]));
			rc = compare_pair(binder, STR("="), left[i], right[i],
			    location, &equal, err);
		}
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
    const struct ast_expr *left, const struct ast_expr *right, bool is_again,
    int location, struct expr **out, struct error *err)
{
	struct expr **exprs[2];
	uint32_t counts[2];
	int rc;

	binder->copy_depth += is_again;
	rc = bind_row_items(binder, scope, left, &exprs[0], &counts[0], err);
	binder->copy_depth -= is_again;
	if (rc == 0)
		rc = bind_row_items(binder, scope, right, &exprs[1], &counts[1],
		    err);
	if (rc != 0)
		return rc;
	if (counts[0] != counts[1])
		return error_at(err, location, STELE_E_SYNTAX,
		    "unequal number of entries in row expressions");
	if (counts[0] == 0)
		return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
		    "cannot compare rows of zero length");
	return bind_row_comparison(binder, op, exprs[0], exprs[1], counts[0],
	    location, out, err);
}

static struct expr *
new_test(struct binder *binder, enum expr_test test, struct expr *arg,
    int location)
{
	struct expr *expr =
	    expr_new(binder->arena, EXPR_TEST, type_of(TYPE_BOOL), location, 1);

	expr->test = test;
	expr->args[0] = arg;
	return expr;
}

/*
 * Each field passes the test: (a, b) IS NULL, (a, b) IS NOT NULL.  Fields that
 * are rows are asked whether they are there, not for theirs.
 */
int
bind_row_test(struct binder *binder, struct scope *scope,
    const struct ast_expr *ast, enum expr_test test, int location,
    struct expr **out, struct error *err)
{
	bool has_rows = false;
	struct expr *row, *all;
	uint32_t count;
	int rc;

	rc = bind_row_constructor(binder, scope, ast, &row, err);
	if (rc != 0)
		return rc;
	count = row->arg_count;
	for (uint32_t i = 0; i < count; i++)
		has_rows |= row->args[i]->type.oid == TYPE_RECORD;
	if (has_rows || count < 2) {
		*out = new_test(binder, test,
		    has_rows || count == 0 ? row : row->args[0], location);
		return 0;
	}
	all = expr_new(binder->arena, EXPR_AND, type_of(TYPE_BOOL), location,
	    count);
	for (uint32_t i = 0; i < count; i++)
		all->args[i] = new_test(binder, test, row->args[i], location);
	*out = all;
	return 0;
}
