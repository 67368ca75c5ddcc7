/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_set_op.c -- UNION, INTERSECT and EXCEPT: two queries whose columns agree
 * on types.
 */
#include "plan/bind.h"
#include "sql/ast_words.h"

/* ---- types ---- */

/* Something with a type and a place for messages, for each column. */
static struct expr *
column_stand_in(struct binder *binder, const struct query *query, uint32_t i)
{
	struct expr *expr;

	if (query->exprs != NULL)
		return query->exprs[i];
	expr = expr_column(binder->arena, query->rel->types[i], 0,
	    query->rel->id, i);
	set_collation(expr, query->columns[i].collation);
	return expr;
}

int
set_op_types(struct binder *binder, const struct ast_select *select,
    struct query *sides, struct type *types, struct error *err)
{
	struct range_column *columns = sides[0].columns;
	const char *name = ast_set_op_word(select->set_op);
	bool needs_equality =
	    select->set_op != AST_UNION || !select->is_set_all;

	for (uint32_t i = 0; i < sides[0].column_count; i++) {
		struct expr *pair[2];
		int rc;

		pair[0] = column_stand_in(binder, &sides[0], i);
		pair[1] = column_stand_in(binder, &sides[1], i);
		rc = common_type(binder, pair, 2, name, &types[i], err);
		if (rc == 0)
			rc = derive_common_collation(pair, 2,
			    &columns[i].collation, err);
		for (int side = 0; side < 2 && rc == 0; side++) {
			if (!can_coerce(&pair[side]->type, &types[i],
				CAST_IMPLICIT))
				rc = coerce_common(binder, &pair[side],
				    &types[i], name, err);
		}
		types[i].mod = common_mod(pair, 2, &types[i]);
		if (rc == 0 && needs_equality)
			rc = need_equality(binder, &types[i], pair[0]->location,
			    err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* ---- sides ---- */

static int
bind_side(struct binder *binder, struct scope *outer,
    const struct ast_select *side, enum recursion recursion, struct query *out,
    struct error *err)
{
	enum recursion around = binder->recursion;
	int rc = bind_no_locking(side, true, err);

	if (rc != 0)
		return rc;
	if (around == RECURSION_OK)
		binder->recursion = recursion;
	rc = bind_select(binder, outer, side, UNKNOWNS_STAY, out, err);
	binder->recursion = around;
	return rc;
}

static int
bind_sides(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *sides, struct error *err)
{
	enum recursion left = RECURSION_OK;
	enum recursion right = RECURSION_OK;
	int rc;

	if (select->set_op == AST_INTERSECT)
		left = right = RECURSION_INTERSECT;
	else if (select->set_op == AST_EXCEPT)
		right = RECURSION_EXCEPT;
	rc = bind_side(binder, outer, select->left, left, &sides[0], err);
	if (rc == 0)
		rc = bind_side(binder, outer, select->right, right, &sides[1],
		    err);
	return rc;
}

/* ---- the operation ---- */

static struct rel *
new_append(struct binder *binder, const struct query *sides)
{
	struct rel *rel =
	    rel_new(binder, REL_APPEND, NULL, sides[0].column_count);

	rel->append.count = 2;
	rel->append.inputs =
	    arena_alloc_array(binder->arena, 2, sizeof(*rel->append.inputs));
	rel->append.inputs[0] = sides[0].rel;
	rel->append.inputs[1] = sides[1].rel;
	return rel;
}

static struct rel *
new_set_op(struct binder *binder, const struct ast_select *select,
    const struct query *sides)
{
	struct rel *rel =
	    rel_new(binder, REL_SET_OP, sides[0].rel, sides[0].column_count);

	rel->set_op.is_except = select->set_op == AST_EXCEPT;
	rel->set_op.is_all = select->is_set_all;
	rel->set_op.right = sides[1].rel;
	return rel;
}

int
combine_sides(struct binder *binder, const struct ast_select *select,
    struct query *sides, struct query *out, struct error *err)
{
	struct type *types;
	int rc;

	if (sides[0].column_count != sides[1].column_count)
		return error_at(err, select->right->location, STELE_E_SYNTAX,
		    "each %s query must have the same number of columns",
		    ast_set_op_word(select->set_op));
	types = arena_alloc_array(binder->arena, sides[0].column_count + 1,
	    sizeof(*types));
	rc = set_op_types(binder, select, sides, types, err);
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = query_coerce(binder, &sides[side], types, CAST_IMPLICIT,
		    err);
	if (rc != 0)
		return rc;
	*out = sides[0];
	out->exprs = NULL;
	out->rel = select->set_op == AST_UNION
	    ? new_append(binder, sides)
	    : new_set_op(binder, select, sides);
	for (uint32_t i = 0; i < out->column_count; i++) {
		out->rel->types[i] = types[i];
		out->columns[i].type = types[i];
		out->columns[i].table_oid = 0;
		out->columns[i].attnum = 0;
	}
	if (select->set_op == AST_UNION && !select->is_set_all)
		out->rel = rel_new_distinct(binder, out->rel);
	return 0;
}

int
bind_set_op(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err)
{
	struct query sides[2];
	int rc;

	rc = bind_sides(binder, outer, select, sides, err);
	if (rc == 0)
		rc = combine_sides(binder, select, sides, out, err);
	if (rc == 0)
		rc = bind_order_of_result(binder, outer, select, out, err);
	return rc;
}
