/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_values.c -- VALUES and UNION: rows whose columns agree on types.
 */
#include "plan/bind.h"

static void
name_columns(struct binder *binder, const struct rel *rel, struct query *out)
{
	out->rel = NULL;
	out->exprs = NULL;
	out->column_count = rel->column_count;
	out->columns = arena_zalloc(binder->arena,
	    rel->column_count * sizeof(*out->columns));
	for (uint32_t i = 0; i < rel->column_count; i++) {
		out->columns[i].name =
		    arena_printf(binder->arena, "column%u", i + 1);
		out->columns[i].type = rel->types[i];
	}
}

/* Give column `column` of all rows one type. */
static int
unify_column(struct binder *binder, struct rel *rel, uint32_t column,
    struct error *err)
{
	uint32_t count = rel->values.row_count;
	struct expr **exprs =
	    arena_alloc_array(binder->arena, count, sizeof(*exprs));
	int rc;

	for (uint32_t r = 0; r < count; r++)
		exprs[r] = rel->values.rows[r][column];
	rc = common_type(binder, exprs, count, "VALUES", &rel->types[column],
	    err);
	for (uint32_t r = 0; r < count && rc == 0; r++)
		rc = coerce_common(binder, &rel->values.rows[r][column],
		    &rel->types[column], "VALUES", err);
	return rc;
}

static int
bind_row(struct binder *binder, struct scope *outer,
    const struct ast_expr_list *list, uint32_t column_count, struct expr **out,
    struct error *err)
{
	struct scope scope = { .outer = outer, .place = PLACE_VALUES };
	int rc = 0;

	if (list->count != column_count)
		return error_at(err,
		    list->count > 0 ? list->items[0]->location : 0,
		    STELE_E_SYNTAX, "VALUES lists must all be the same length");
	for (uint32_t i = 0; i < column_count && rc == 0; i++)
		rc = bind_expr(binder, &scope, list->items[i], &out[i], err);
	return rc;
}

int
bind_values(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err)
{
	uint32_t column_count = select->values[0].count;
	struct rel *rel = rel_new(binder, REL_VALUES, NULL, column_count);
	int rc = 0;

	rel->values.row_count = select->value_count;
	rel->values.rows = arena_alloc_array(binder->arena, select->value_count,
	    sizeof(*rel->values.rows));
	for (uint32_t r = 0; r < select->value_count && rc == 0; r++) {
		rel->values.rows[r] = arena_alloc_array(binder->arena,
		    column_count + 1, sizeof(*rel->values.rows[r]));
		rc = bind_row(binder, outer, &select->values[r], column_count,
		    rel->values.rows[r], err);
	}
	for (uint32_t i = 0; i < column_count && rc == 0; i++)
		rc = unify_column(binder, rel, i, err);
	if (rc != 0)
		return rc;
	name_columns(binder, rel, out);
	out->rel = rel;
	return bind_order_of_result(binder, outer, select, out, err);
}

/* ---- a query's columns as other types ---- */

static bool
needs_cast(const struct query *query, const struct type *types)
{
	for (uint32_t i = 0; i < query->column_count; i++) {
		const struct type *type = &query->rel->types[i];

		if (type->oid != types[i].oid ||
		    (types[i].mod != -1 && type->mod != types[i].mod))
			return true;
	}
	return false;
}

static int
coerce_in_place(struct binder *binder, struct query *query,
    const struct type *types, enum cast_context context, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < query->column_count && rc == 0; i++) {
		rc = coerce(binder, &query->exprs[i], &types[i], context, err);
		query->rel->types[i] = query->exprs[i]->type;
	}
	return rc;
}

int
query_coerce(struct binder *binder, struct query *query,
    const struct type *types, enum cast_context context, struct error *err)
{
	struct rel *rel = query->rel;
	struct expr **exprs;
	int rc = 0;

	if (query->exprs != NULL)
		return coerce_in_place(binder, query, types, context, err);
	if (!needs_cast(query, types))
		return 0;
	exprs = arena_alloc_array(binder->arena, query->column_count + 1,
	    sizeof(*exprs));
	for (uint32_t i = 0; i < query->column_count && rc == 0; i++) {
		exprs[i] =
		    expr_column(binder->arena, rel->types[i], 0, rel->id, i);
		rc = coerce(binder, &exprs[i], &types[i], context, err);
	}
	query->rel = rel_new_project(binder, rel, exprs, query->column_count);
	return rc;
}

/* ---- UNION ---- */

/* Something with a type and a place for messages, for each column. */
static struct expr *
column_stand_in(struct binder *binder, const struct query *query, uint32_t i)
{
	if (query->exprs != NULL)
		return query->exprs[i];
	return expr_column(binder->arena, query->rel->types[i], 0,
	    query->rel->id, i);
}

static int
union_types(struct binder *binder, const struct query *sides,
    struct type *types, struct error *err)
{
	for (uint32_t i = 0; i < sides[0].column_count; i++) {
		struct expr *pair[2];
		int rc;

		pair[0] = column_stand_in(binder, &sides[0], i);
		pair[1] = column_stand_in(binder, &sides[1], i);
		rc = common_type(binder, pair, 2, "UNION", &types[i], err);
		for (int side = 0; side < 2 && rc == 0; side++) {
			if (!can_coerce(pair[side]->type.oid, types[i].oid,
				CAST_IMPLICIT))
				rc = coerce_common(binder, &pair[side],
				    &types[i], "UNION", err);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
bind_sides(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *sides, struct error *err)
{
	int rc;

	rc = bind_select(binder, outer, select->left, UNKNOWNS_STAY, &sides[0],
	    err);
	if (rc == 0)
		rc = bind_select(binder, outer, select->right, UNKNOWNS_STAY,
		    &sides[1], err);
	if (rc != 0)
		return rc;
	if (sides[0].column_count != sides[1].column_count)
		return error_at(err, select->right->location, STELE_E_SYNTAX,
		    "each UNION query must have the same number of columns");
	return 0;
}

static struct rel *
new_append(struct binder *binder, const struct query *sides,
    const struct type *types)
{
	struct rel *rel =
	    rel_new(binder, REL_APPEND, NULL, sides[0].column_count);

	rel->append.count = 2;
	rel->append.inputs =
	    arena_alloc_array(binder->arena, 2, sizeof(*rel->append.inputs));
	rel->append.inputs[0] = sides[0].rel;
	rel->append.inputs[1] = sides[1].rel;
	for (uint32_t i = 0; i < rel->column_count; i++)
		rel->types[i] = types[i];
	return rel;
}

/* UNION without ALL: no duplicates, in the order of the columns. */
static int
remove_duplicates(struct binder *binder, struct query *query, struct error *err)
{
	struct sort_key *keys = arena_zalloc(binder->arena,
	    (query->column_count + 1) * sizeof(*keys));
	int rc = 0;

	for (uint32_t i = 0; i < query->column_count && rc == 0; i++) {
		keys[i].column = i;
		rc = need_equality(binder, &query->rel->types[i], 0, err);
	}
	query->rel = rel_new_distinct(binder, query->rel);
	query->rel =
	    rel_new_sort(binder, query->rel, keys, query->column_count);
	return rc;
}

int
bind_set_op(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err)
{
	struct query sides[2];
	struct type *types;
	int rc;

	if (select->set_op != AST_UNION)
		return error_at(err, select->location,
		    STELE_E_FEATURE_NOT_SUPPORTED, "%s is not supported",
		    select->set_op == AST_INTERSECT ? "INTERSECT" : "EXCEPT");
	rc = bind_sides(binder, outer, select, sides, err);
	if (rc != 0)
		return rc;
	types = arena_alloc_array(binder->arena, sides[0].column_count + 1,
	    sizeof(*types));
	rc = union_types(binder, sides, types, err);
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = query_coerce(binder, &sides[side], types, CAST_IMPLICIT,
		    err);
	if (rc != 0)
		return rc;
	*out = sides[0];
	out->exprs = NULL;
	out->rel = new_append(binder, sides, types);
	for (uint32_t i = 0; i < out->column_count; i++) {
		out->columns[i].type = types[i];
		out->columns[i].table_oid = 0;
		out->columns[i].attnum = 0;
	}
	if (!select->is_set_all)
		rc = remove_duplicates(binder, out, err);
	if (rc == 0)
		rc = bind_order_of_result(binder, outer, select, out, err);
	return rc;
}
