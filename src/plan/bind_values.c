/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_values.c -- VALUES: rows whose columns agree on types; casts of a
 * query's columns.
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
    enum collation_oid *collation, struct error *err)
{
	uint32_t count = rel->values.row_count;
	struct expr **exprs =
	    arena_alloc_array(binder->arena, count, sizeof(*exprs));
	int rc;

	for (uint32_t r = 0; r < count; r++)
		exprs[r] = rel->values.rows[r][column];
	rc = common_type(binder, exprs, count, "VALUES", &rel->types[column],
	    err);
	for (uint32_t r = 0; r < count && rc == 0; r++) {
		rc = coerce_common(binder, &rel->values.rows[r][column],
		    &rel->types[column], "VALUES", err);
		exprs[r] = rel->values.rows[r][column];
	}
	rel->types[column].mod = common_mod(exprs, count, &rel->types[column]);
	return rc != 0 ? rc
		       : derive_common_collation(exprs, count, collation, err);
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

/* ORDER BY by more than names and numbers of columns. */
static bool
is_ordered_by_expr(const struct ast_select *select)
{
	for (uint32_t i = 0; i < select->order_by.count; i++) {
		const struct ast_expr *expr = select->order_by.items[i].expr;

		if (expr->kind != AST_CONST && ast_bare_column(expr).len == 0)
			return true;
	}
	return false;
}

/* As SELECT * FROM (VALUES ...) ORDER BY ... */
static int
bind_ordered(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err)
{
	struct ast_select rows = { .values = select->values,
		.value_count = select->value_count,
		.location = select->location };
	struct ast_from from = { .kind = AST_FROM_SUBQUERY,
		.alias.name = STR("*VALUES*"),
		.subquery = &rows };
	struct ast_from *item = &from;
	struct ast_expr star = { .kind = AST_STAR };
	struct ast_target target = { .expr = &star };
	struct ast_select around = *select;

	around.value_count = 0;
	around.targets = (struct ast_target_list){ &target, 1 };
	around.from = (struct ast_from_list){ &item, 1 };
	return bind_select_body(binder, outer, &around, UNKNOWNS_TEXT, out,
	    err);
}

int
bind_values(struct binder *binder, struct scope *outer,
    const struct ast_select *select, struct query *out, struct error *err)
{
	uint32_t column_count = select->values[0].count;
	struct rel *rel = rel_new(binder, REL_VALUES, NULL, column_count);
	enum collation_oid *collations;
	int rc = 0;

	if (is_ordered_by_expr(select))
		return bind_ordered(binder, outer, select, out, err);
	rel->values.row_count = select->value_count;
	rel->values.rows = arena_alloc_array(binder->arena, select->value_count,
	    sizeof(*rel->values.rows));
	for (uint32_t r = 0; r < select->value_count && rc == 0; r++) {
		rel->values.rows[r] = arena_alloc_array(binder->arena,
		    column_count + 1, sizeof(*rel->values.rows[r]));
		rc = bind_row(binder, outer, &select->values[r], column_count,
		    rel->values.rows[r], err);
	}
	collations = arena_zalloc(binder->arena,
	    ((size_t)column_count + 1) * sizeof(*collations));
	for (uint32_t i = 0; i < column_count && rc == 0; i++)
		rc = unify_column(binder, rel, i, &collations[i], err);
	if (rc != 0)
		return rc;
	name_columns(binder, rel, out);
	for (uint32_t i = 0; i < column_count; i++)
		out->columns[i].collation = collations[i];
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

int
query_settle(struct binder *binder, struct query *query, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0;
	     query->exprs != NULL && i < query->column_count && rc == 0; i++) {
		rc = coerce_unknown(binder, &query->exprs[i], err);
		query->rel->types[i] = query->exprs[i]->type;
	}
	return rc;
}
