/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SELECT, VALUES, set operations and WITH.
 */
#include "sql/convert.h"

#include <assert.h>

struct ast_target_list
convert_targets(struct convert *c, struct pg_list list)
{
	struct ast_target_list out = { 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(*out.items));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		const PgQuery__ResTarget *in = list.items[i]->res_target;
		struct ast_target *target = &out.items[i];

		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_RES_TARGET);
		target->location = convert_location(c, in->location);
		target->alias = convert_str(c, in->name);
		target->expr = convert_expr(c, in->val);
	}
	out.count = (uint32_t)list.count;
	return out;
}

/* ---- GROUP BY ---- */

static void convert_group(struct convert *c, const PgQuery__Node *node,
    struct ast_group *out);

static struct ast_group *
convert_groups(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_group *groups;

	*count = 0;
	if (list.count == 0)
		return NULL;
	groups = convert_array(c, list.count, sizeof(*groups));
	if (groups == NULL)
		return NULL;
	for (size_t i = 0; i < list.count; i++)
		convert_group(c, list.items[i], &groups[i]);
	*count = (uint32_t)list.count;
	return groups;
}

static void
convert_group(struct convert *c, const PgQuery__Node *node,
    struct ast_group *out)
{
	const PgQuery__GroupingSet *set;

	if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET) {
		out->kind = AST_GROUP_EXPR;
		out->expr = convert_expr(c, node);
		if (out->expr != NULL)
			out->location = out->expr->location;
		return;
	}
	set = node->grouping_set;
	out->location = convert_location(c, set->location);
	switch ((int)set->kind) {
	case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY:
		out->kind = AST_GROUP_EMPTY;
		break;
	case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_ROLLUP:
		out->kind = AST_GROUP_ROLLUP;
		break;
	case PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE:
		out->kind = AST_GROUP_CUBE;
		break;
	default: /* the grammar makes no SIMPLE ones */
		out->kind = AST_GROUP_SETS;
		break;
	}
	out->items = convert_groups(c, PG_LIST(set, content), &out->count);
}

/* ---- WITH ---- */

static void
convert_cte(struct convert *c, const PgQuery__CommonTableExpr *in,
    struct ast_cte *out)
{
	out->location = convert_location(c, in->location);
	out->name = convert_str(c, in->ctename);
	out->columns =
	    convert_strings(c, PG_LIST(in, aliascolnames), &out->column_count);
	switch (in->ctematerialized) {
	case PG_QUERY__CTEMATERIALIZE__CTEMaterializeAlways:
		out->materialized = AST_MATERIALIZED_ALWAYS;
		break;
	case PG_QUERY__CTEMATERIALIZE__CTEMaterializeNever:
		out->materialized = AST_MATERIALIZED_NEVER;
		break;
	case PG_QUERY__CTEMATERIALIZE__CTEMaterializeDefault:
	case PG_QUERY__CTEMATERIALIZE__CTEMATERIALIZE_UNDEFINED:
	case _PG_QUERY__CTEMATERIALIZE_IS_INT_SIZE:
		out->materialized = AST_MATERIALIZED_DEFAULT;
		break;
	}
	if (in->search_clause != NULL)
		convert_unsupported(c,
		    convert_location(c, in->search_clause->location), NULL,
		    "SEARCH");
	if (in->cycle_clause != NULL)
		convert_unsupported(c,
		    convert_location(c, in->cycle_clause->location), NULL,
		    "CYCLE");
	out->query = convert_stmt(c, in->ctequery);
}

void
convert_with(struct convert *c, const PgQuery__WithClause *with,
    struct ast_select *out)
{
	if (with == NULL)
		return;
	out->is_recursive = with->recursive;
	out->ctes = convert_array(c, with->n_ctes, sizeof(*out->ctes));
	if (out->ctes == NULL)
		return;
	for (size_t i = 0; i < with->n_ctes; i++) {
		assert(with->ctes[i]->node_case ==
		    PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR);
		convert_cte(c, with->ctes[i]->common_table_expr, &out->ctes[i]);
	}
	out->cte_count = (uint32_t)with->n_ctes;
}

/* ---- clauses ---- */

static void
convert_distinct(struct convert *c, struct pg_list list, struct ast_select *out)
{
	if (list.count == 0)
		return;
	/* plain DISTINCT is a list of one empty node */
	if (list.count == 1 &&
	    list.items[0]->node_case == PG_QUERY__NODE__NODE__NOT_SET)
		out->is_distinct = true;
	else
		out->distinct_on = convert_exprs(c, list);
}

static void
convert_windows(struct convert *c, struct pg_list list, struct ast_select *out)
{
	if (list.count == 0)
		return;
	out->windows =
	    convert_array(c, list.count, sizeof(struct ast_window *));
	if (out->windows == NULL)
		return;
	for (size_t i = 0; i < list.count; i++) {
		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_WINDOW_DEF);
		out->windows[i] = convert_window(c, list.items[i]->window_def);
	}
	out->window_count = (uint32_t)list.count;
}

static void
convert_values(struct convert *c, struct pg_list list, struct ast_select *out)
{
	if (list.count == 0)
		return;
	out->values = convert_array(c, list.count, sizeof(*out->values));
	if (out->values == NULL)
		return;
	for (size_t i = 0; i < list.count && !convert_failed(c); i++) {
		assert(list.items[i]->node_case == PG_QUERY__NODE__NODE_LIST);
		out->values[i] =
		    convert_exprs(c, PG_LIST(list.items[i]->list, items));
	}
	out->value_count = (uint32_t)list.count;
}

static bool
is_null_const(const PgQuery__Node *node)
{
	return node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
	    node->a_const->isnull;
}

static void
convert_limit(struct convert *c, const PgQuery__SelectStmt *in,
    struct ast_select *out)
{
	if (in->limit_count != NULL && !is_null_const(in->limit_count))
		out->limit = convert_expr(c, in->limit_count);
	if (in->limit_offset != NULL)
		out->offset = convert_expr(c, in->limit_offset);
	out->with_ties =
	    in->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES;
}

static void
convert_row_lock(struct convert *c, const PgQuery__LockingClause *in,
    struct ast_locking *out)
{
	static const enum ast_lock_strength strengths[] = {
		[PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORKEYSHARE] =
		    AST_FOR_KEY_SHARE,
		[PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORSHARE] = AST_FOR_SHARE,
		[PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORNOKEYUPDATE] =
		    AST_FOR_NO_KEY_UPDATE,
		[PG_QUERY__LOCK_CLAUSE_STRENGTH__LCS_FORUPDATE] =
		    AST_FOR_UPDATE,
	};

	assert((size_t)in->strength < ARRAY_LEN(strengths));
	out->strength = strengths[in->strength];
	out->is_nowait =
	    in->wait_policy == PG_QUERY__LOCK_WAIT_POLICY__LockWaitError;
	out->skips_locked =
	    in->wait_policy == PG_QUERY__LOCK_WAIT_POLICY__LockWaitSkip;
	out->names =
	    convert_array(c, in->n_locked_rels + 1, sizeof(*out->names));
	if (out->names == NULL)
		return;
	for (size_t i = 0; i < in->n_locked_rels; i++)
		out->names[out->name_count++] =
		    convert_range_name(c, in->locked_rels[i]->range_var);
}

static void
convert_locking(struct convert *c, struct pg_list list, struct ast_select *out)
{
	out->locks = convert_array(c, list.count + 1, sizeof(*out->locks));
	if (out->locks == NULL)
		return;
	for (size_t i = 0; i < list.count; i++)
		convert_row_lock(c, list.items[i]->locking_clause,
		    &out->locks[out->lock_count++]);
}

static void
convert_core(struct convert *c, const PgQuery__SelectStmt *in,
    struct ast_select *out)
{
	convert_distinct(c, PG_LIST(in, distinct_clause), out);
	out->targets = convert_targets(c, PG_LIST(in, target_list));
	out->from = convert_from_list(c, PG_LIST(in, from_clause));
	if (in->where_clause != NULL)
		out->where = convert_expr(c, in->where_clause);
	out->groups =
	    convert_groups(c, PG_LIST(in, group_clause), &out->group_count);
	out->is_group_distinct = in->group_distinct;
	if (in->having_clause != NULL)
		out->having = convert_expr(c, in->having_clause);
	convert_windows(c, PG_LIST(in, window_clause), out);
	convert_values(c, PG_LIST(in, values_lists), out);
}

static enum ast_set_op
set_op(const PgQuery__SelectStmt *in)
{
	switch ((int)in->op) {
	case PG_QUERY__SET_OPERATION__SETOP_UNION:
		return AST_UNION;
	case PG_QUERY__SET_OPERATION__SETOP_INTERSECT:
		return AST_INTERSECT;
	case PG_QUERY__SET_OPERATION__SETOP_EXCEPT:
		return AST_EXCEPT;
	default:
		return AST_SET_NONE;
	}
}

/* SelectStmt has no place of its own: that of its first part. */
static int
select_location(const struct ast_select *select)
{
	if (select->left != NULL)
		return select->left->location;
	if (select->targets.count > 0)
		return select->targets.items[0].location;
	if (select->value_count > 0 && select->values[0].count > 0 &&
	    select->values[0].items[0] != NULL)
		return select->values[0].items[0]->location;
	return 0;
}

struct ast_select *
convert_select(struct convert *c, const PgQuery__SelectStmt *in)
{
	struct ast_select *out = arena_zalloc(c->arena, sizeof(*out));

	if (convert_failed(c))
		return out;
	if (in->into_clause != NULL && in->into_clause != c->into)
		convert_fail(c, STELE_E_SYNTAX,
		    in->into_clause->rel == NULL
			? 0
			: convert_location(c, in->into_clause->rel->location),
		    "SELECT ... INTO is not allowed here");
	convert_with(c, in->with_clause, out);
	out->set_op = set_op(in);
	out->is_set_all = in->all;
	if (out->set_op == AST_SET_NONE) {
		convert_core(c, in, out);
	} else {
		out->left = convert_select(c, in->larg);
		out->right = convert_select(c, in->rarg);
	}
	out->order_by = convert_sorts(c, PG_LIST(in, sort_clause));
	convert_limit(c, in, out);
	convert_locking(c, PG_LIST(in, locking_clause), out);
	if (!convert_failed(c))
		out->location = select_location(out);
	return out;
}

struct ast_select *
convert_select_node(struct convert *c, const PgQuery__Node *node)
{
	if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
		return convert_select(c, node->select_stmt);
	convert_unsupported(c, 0, NULL, "a statement that is not SELECT here");
	return NULL;
}
