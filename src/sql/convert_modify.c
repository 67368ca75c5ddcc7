/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPDATE, DELETE, and what INSERT does ON CONFLICT.
 */
#include "sql/convert.h"

#include <assert.h>

/* One of (a, b) = (1, 2). */
static struct ast_expr *
convert_multi(struct convert *c, const PgQuery__MultiAssignRef *in,
    int location)
{
	const PgQuery__Node *source = in->source;
	size_t i = (size_t)in->colno - 1;

	if (source->node_case != PG_QUERY__NODE__NODE_ROW_EXPR) {
		convert_unsupported(c, location, NULL,
		    "UPDATE of several columns from one expression");
		return NULL;
	}
	if (source->row_expr->n_args != (size_t)in->ncolumns) {
		convert_fail(c, STELE_E_SYNTAX, location,
		    "number of columns does not match number of values");
		return NULL;
	}
	return convert_expr(c, source->row_expr->args[i]);
}

static struct ast_assignment *
convert_assignments(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_assignment *out;

	*count = 0;
	if (list.count == 0)
		return NULL;
	out = convert_array(c, list.count, sizeof(*out));
	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		const PgQuery__ResTarget *in = list.items[i]->res_target;

		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_RES_TARGET);
		out[i].location = convert_location(c, in->location);
		out[i].column = convert_str(c, in->name);
		if (in->n_indirection > 0)
			convert_unsupported(c, out[i].location, NULL,
			    "a part of a column as a target of UPDATE");
		else if (in->val->node_case ==
		    PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF)
			out[i].value = convert_multi(c,
			    in->val->multi_assign_ref, out[i].location);
		else
			out[i].value = convert_expr(c, in->val);
	}
	*count = (uint32_t)list.count;
	return out;
}

static void
convert_target(struct convert *c, const PgQuery__RangeVar *relation,
    const PgQuery__WithClause *with, struct ast_modify *out)
{
	out->table = convert_range_name(c, relation);
	if (relation->alias != NULL)
		out->alias = convert_str(c, relation->alias->aliasname);
	if (with == NULL)
		return;
	out->with = arena_zalloc(c->arena, sizeof(*out->with));
	out->with->location = convert_location(c, with->location);
	convert_with(c, with, out->with);
}

void
convert_update(struct convert *c, const PgQuery__UpdateStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_modify *out = &stmt->modify;

	stmt->kind = AST_UPDATE;
	convert_target(c, in->relation, in->with_clause, out);
	out->assignments = convert_assignments(c, PG_LIST(in, target_list),
	    &out->assignment_count);
	out->from = convert_from_list(c, PG_LIST(in, from_clause));
	if (in->where_clause != NULL)
		out->where = convert_expr(c, in->where_clause);
	out->returning = convert_targets(c, PG_LIST(in, returning_list));
}

void
convert_delete(struct convert *c, const PgQuery__DeleteStmt *in,
    struct ast_stmt *stmt)
{
	struct ast_modify *out = &stmt->modify;

	stmt->kind = AST_DELETE;
	convert_target(c, in->relation, in->with_clause, out);
	out->from = convert_from_list(c, PG_LIST(in, using_clause));
	if (in->where_clause != NULL)
		out->where = convert_expr(c, in->where_clause);
	out->returning = convert_targets(c, PG_LIST(in, returning_list));
}

/* The columns that name a key; more than names is refused. */
static void
convert_key(struct convert *c, const PgQuery__InferClause *in,
    struct ast_conflict *out)
{
	if (in == NULL)
		return;
	out->constraint = convert_str(c, in->conname);
	if (in->where_clause != NULL)
		convert_unsupported(c, out->location, NULL,
		    "ON CONFLICT (...) WHERE");
	if (in->n_index_elems == 0)
		return;
	out->columns =
	    convert_array(c, in->n_index_elems, sizeof(*out->columns));
	for (size_t i = 0; i < in->n_index_elems && !convert_failed(c); i++) {
		const PgQuery__IndexElem *item = in->index_elems[i]->index_elem;

		if (item->expr != NULL || item->n_collation > 0 ||
		    item->n_opclass > 0)
			convert_unsupported(c, out->location, NULL,
			    "ON CONFLICT of what is not a column");
		out->columns[i] = convert_str(c, item->name);
	}
	out->column_count = (uint32_t)in->n_index_elems;
}

struct ast_conflict *
convert_conflict(struct convert *c, const PgQuery__OnConflictClause *in)
{
	struct ast_conflict *out;

	if (in == NULL)
		return NULL;
	out = arena_zalloc(c->arena, sizeof(*out));
	out->location = convert_location(c, in->location);
	out->is_update =
	    in->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
	convert_key(c, in->infer, out);
	out->assignments = convert_assignments(c, PG_LIST(in, target_list),
	    &out->assignment_count);
	if (in->where_clause != NULL)
		out->where = convert_expr(c, in->where_clause);
	return out;
}
