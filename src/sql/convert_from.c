/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The FROM clause.
 */
#include "sql/convert.h"

#include <assert.h>

static struct ast_from *convert_from(struct convert *c,
    const PgQuery__Node *node);

static struct ast_from *
new_from(struct convert *c, enum ast_from_kind kind, int location)
{
	struct ast_from *out = arena_zalloc(c->arena, sizeof(*out));

	out->kind = kind;
	out->location = location;
	return out;
}

static void
convert_alias(struct convert *c, const PgQuery__Alias *in,
    struct ast_alias *out)
{
	if (in == NULL)
		return;
	out->name = convert_str(c, in->aliasname);
	out->columns =
	    convert_strings(c, PG_LIST(in, colnames), &out->column_count);
}

static struct ast_from *
convert_table(struct convert *c, const PgQuery__RangeVar *in)
{
	struct ast_from *out =
	    new_from(c, AST_FROM_TABLE, convert_location(c, in->location));

	out->table = convert_range_name(c, in);
	out->is_only = !in->inh;
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static struct ast_from *
convert_subselect(struct convert *c, const PgQuery__RangeSubselect *in)
{
	struct ast_from *out = new_from(c, AST_FROM_SUBQUERY, 0);

	out->is_lateral = in->lateral;
	out->subquery = convert_select_node(c, in->subquery);
	if (out->subquery != NULL)
		out->location = out->subquery->location;
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static struct ast_column_def *
convert_column_defs(struct convert *c, struct pg_list list, uint32_t *count)
{
	struct ast_column_def *defs;

	*count = 0;
	if (list.count == 0)
		return NULL;
	defs = convert_array(c, list.count, sizeof(*defs));
	if (defs == NULL)
		return NULL;
	for (size_t i = 0; i < list.count; i++) {
		assert(list.items[i]->node_case ==
		    PG_QUERY__NODE__NODE_COLUMN_DEF);
		defs[i] = convert_column_def(c, list.items[i]->column_def);
	}
	*count = (uint32_t)list.count;
	return defs;
}

/*
 * Each function is a list of the call and its column definitions.  What
 * looks like a function but is none (CURRENT_DATE, COALESCE, a cast) is
 * allowed by the grammar too.
 */
static struct ast_expr *
convert_one_function(struct convert *c, const PgQuery__Node *node,
    struct ast_from *out)
{
	const PgQuery__List *pair = node->list;
	struct ast_expr *function;

	assert(node->node_case == PG_QUERY__NODE__NODE_LIST);
	function = convert_expr(c, pair->items[0]);
	if (function == NULL)
		return NULL;
	if (out->location == 0)
		out->location = function->location;
	if (!convert_failed(c) && function->kind != AST_CALL)
		convert_unsupported(c, out->location, NULL,
		    "an expression that is not a function call in FROM");
	if (pair->n_items > 1 &&
	    pair->items[1]->node_case == PG_QUERY__NODE__NODE_LIST)
		out->column_defs =
		    convert_column_defs(c, PG_LIST(pair->items[1]->list, items),
			&out->column_def_count);
	return function;
}

static struct ast_from *
convert_function(struct convert *c, const PgQuery__RangeFunction *in)
{
	struct ast_from *out = new_from(c, AST_FROM_FUNCTION, 0);
	struct pg_list defs = PG_LIST(in, coldeflist);

	assert(in->n_functions > 0);
	out->is_lateral = in->lateral;
	out->with_ordinality = in->ordinality;
	out->functions.items =
	    convert_array(c, in->n_functions, sizeof(struct ast_expr *));
	if (out->functions.items == NULL)
		return out;
	for (size_t i = 0; i < in->n_functions; i++)
		out->functions.items[i] =
		    convert_one_function(c, in->functions[i], out);
	out->functions.count = (uint32_t)in->n_functions;
	if (defs.count > 0)
		out->column_defs =
		    convert_column_defs(c, defs, &out->column_def_count);
	convert_alias(c, in->alias, &out->alias);
	return out;
}

static enum ast_join_kind
join_kind(const PgQuery__JoinExpr *in)
{
	switch ((int)in->jointype) {
	case PG_QUERY__JOIN_TYPE__JOIN_LEFT:
		return AST_JOIN_LEFT;
	case PG_QUERY__JOIN_TYPE__JOIN_RIGHT:
		return AST_JOIN_RIGHT;
	case PG_QUERY__JOIN_TYPE__JOIN_FULL:
		return AST_JOIN_FULL;
	default: /* the grammar makes no other kind but JOIN_INNER */
		if (in->is_natural || in->n_using_clause > 0 ||
		    in->quals != NULL)
			return AST_JOIN_INNER;
		return AST_JOIN_CROSS;
	}
}

static struct ast_from *
convert_join(struct convert *c, const PgQuery__JoinExpr *in)
{
	struct ast_from *out = new_from(c, AST_FROM_JOIN, 0);

	out->join = join_kind(in);
	out->is_natural = in->is_natural;
	out->left = convert_from(c, in->larg);
	out->right = convert_from(c, in->rarg);
	if (in->quals != NULL)
		out->on = convert_expr(c, in->quals);
	out->using_columns =
	    convert_strings(c, PG_LIST(in, using_clause), &out->using_count);
	if (in->join_using_alias != NULL)
		out->using_alias =
		    convert_str(c, in->join_using_alias->aliasname);
	convert_alias(c, in->alias, &out->alias);
	if (out->left != NULL)
		out->location = out->left->location;
	return out;
}

static struct ast_from *
convert_from(struct convert *c, const PgQuery__Node *node)
{
	if (convert_failed(c))
		return NULL;
	switch ((int)node->node_case) {
	case PG_QUERY__NODE__NODE_RANGE_VAR:
		return convert_table(c, node->range_var);
	case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
		return convert_subselect(c, node->range_subselect);
	case PG_QUERY__NODE__NODE_RANGE_FUNCTION:
		return convert_function(c, node->range_function);
	case PG_QUERY__NODE__NODE_JOIN_EXPR:
		return convert_join(c, node->join_expr);
	case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
		convert_unsupported(c,
		    convert_location(c, node->range_table_sample->location),
		    NULL, "TABLESAMPLE");
		return NULL;
	case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
		convert_unsupported(c,
		    convert_location(c, node->range_table_func->location), NULL,
		    "XMLTABLE");
		return NULL;
	default:
		convert_unsupported(c, 0, NULL, "this item of FROM");
		return NULL;
	}
}

struct ast_from_list
convert_from_list(struct convert *c, struct pg_list list)
{
	struct ast_from_list out = { 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(struct ast_from *));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count; i++)
		out.items[i] = convert_from(c, list.items[i]);
	out.count = (uint32_t)list.count;
	return out;
}
