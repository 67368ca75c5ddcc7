/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Function calls, their windows and orders.
 *
 * EXTRACT, POSITION, OVERLAY, SUBSTRING, TRIM, AT TIME ZONE, OVERLAPS and the
 * like arrive as calls of pg_catalog functions and stay so: the binder needs
 * no second way to say them.
 */
#include "sql/convert.h"

#include <assert.h>

/* Bits of WindowDef's frame_options (PostgreSQL's parsenodes.h). */
enum frame_option {
	FRAME_NONDEFAULT = 0x00001,
	FRAME_RANGE = 0x00002,
	FRAME_ROWS = 0x00004,
	FRAME_GROUPS = 0x00008,
	FRAME_START_UNBOUNDED_PRECEDING = 0x00020,
	FRAME_END_UNBOUNDED_PRECEDING = 0x00040,
	FRAME_START_UNBOUNDED_FOLLOWING = 0x00080,
	FRAME_END_UNBOUNDED_FOLLOWING = 0x00100,
	FRAME_START_CURRENT_ROW = 0x00200,
	FRAME_END_CURRENT_ROW = 0x00400,
	FRAME_START_OFFSET_PRECEDING = 0x00800,
	FRAME_END_OFFSET_PRECEDING = 0x01000,
	FRAME_START_OFFSET_FOLLOWING = 0x02000,
	FRAME_END_OFFSET_FOLLOWING = 0x04000,
	FRAME_EXCLUDE_CURRENT_ROW = 0x08000,
	FRAME_EXCLUDE_GROUP = 0x10000,
	FRAME_EXCLUDE_TIES = 0x20000,
};

static enum ast_bound_kind
frame_start(int32_t options)
{
	if (options & FRAME_START_UNBOUNDED_PRECEDING)
		return AST_UNBOUNDED_PRECEDING;
	if (options & FRAME_START_OFFSET_PRECEDING)
		return AST_OFFSET_PRECEDING;
	if (options & FRAME_START_OFFSET_FOLLOWING)
		return AST_OFFSET_FOLLOWING;
	if (options & FRAME_START_UNBOUNDED_FOLLOWING)
		return AST_UNBOUNDED_FOLLOWING;
	return AST_CURRENT_ROW;
}

static enum ast_bound_kind
frame_end(int32_t options)
{
	if (options & FRAME_END_UNBOUNDED_FOLLOWING)
		return AST_UNBOUNDED_FOLLOWING;
	if (options & FRAME_END_OFFSET_FOLLOWING)
		return AST_OFFSET_FOLLOWING;
	if (options & FRAME_END_OFFSET_PRECEDING)
		return AST_OFFSET_PRECEDING;
	if (options & FRAME_END_UNBOUNDED_PRECEDING)
		return AST_UNBOUNDED_PRECEDING;
	return AST_CURRENT_ROW;
}

static enum ast_exclude
frame_exclude(int32_t options)
{
	if (options & FRAME_EXCLUDE_CURRENT_ROW)
		return AST_EXCLUDE_CURRENT_ROW;
	if (options & FRAME_EXCLUDE_GROUP)
		return AST_EXCLUDE_GROUP;
	if (options & FRAME_EXCLUDE_TIES)
		return AST_EXCLUDE_TIES;
	return AST_EXCLUDE_NONE;
}

struct ast_window *
convert_window(struct convert *c, const PgQuery__WindowDef *def)
{
	struct ast_window *out = arena_zalloc(c->arena, sizeof(*out));
	int32_t options = def->frame_options;

	out->location = convert_location(c, def->location);
	out->name = convert_str(c, def->name);
	out->ref_name = convert_str(c, def->refname);
	out->partition_by = convert_exprs(c, PG_LIST(def, partition_clause));
	out->order_by = convert_sorts(c, PG_LIST(def, order_clause));
	out->has_frame = (options & FRAME_NONDEFAULT) != 0;
	out->mode = options & FRAME_ROWS ? AST_FRAME_ROWS
	    : options & FRAME_GROUPS     ? AST_FRAME_GROUPS
					 : AST_FRAME_RANGE;
	out->start = frame_start(options);
	out->end = frame_end(options);
	out->exclude = frame_exclude(options);
	if (def->start_offset != NULL)
		out->start_offset = convert_expr(c, def->start_offset);
	if (def->end_offset != NULL)
		out->end_offset = convert_expr(c, def->end_offset);
	return out;
}

static void
convert_sort(struct convert *c, const PgQuery__SortBy *in, struct ast_sort *out)
{
	out->location = convert_location(c, in->location);
	out->expr = convert_expr(c, in->node);
	out->is_descending =
	    in->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
	switch (in->sortby_nulls) {
	case PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST:
		out->nulls = AST_NULLS_FIRST;
		break;
	case PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST:
		out->nulls = AST_NULLS_LAST;
		break;
	case PG_QUERY__SORT_BY_NULLS__SORT_BY_NULLS_UNDEFINED:
	case PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT:
	case _PG_QUERY__SORT_BY_NULLS_IS_INT_SIZE:
		out->nulls = AST_NULLS_DEFAULT;
		break;
	}
	if (in->n_use_op > 0)
		out->using_op =
		    convert_name(c, PG_LIST(in, use_op), out->location);
	if (out->location == 0 && out->expr != NULL)
		out->location = out->expr->location;
}

struct ast_sort_list
convert_sorts(struct convert *c, struct pg_list list)
{
	struct ast_sort_list out = { 0 };

	if (list.count == 0)
		return out;
	out.items = convert_array(c, list.count, sizeof(*out.items));
	if (out.items == NULL)
		return out;
	for (size_t i = 0; i < list.count; i++) {
		assert(
		    list.items[i]->node_case == PG_QUERY__NODE__NODE_SORT_BY);
		convert_sort(c, list.items[i]->sort_by, &out.items[i]);
	}
	out.count = (uint32_t)list.count;
	return out;
}

/* f(a, b => 1): the names lie beside the arguments. */
static void
convert_args(struct convert *c, const PgQuery__FuncCall *in,
    struct ast_call *out)
{
	struct pg_list args = PG_LIST(in, args);

	if (args.count == 0)
		return;
	out->args.items =
	    convert_array(c, args.count, sizeof(struct ast_expr *));
	if (out->args.items == NULL)
		return;
	for (size_t i = 0; i < args.count && !convert_failed(c); i++) {
		const PgQuery__Node *node = args.items[i];

		if (node->node_case != PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) {
			out->args.items[i] = convert_expr(c, node);
			continue;
		}
		if (out->arg_names == NULL)
			out->arg_names =
			    convert_array(c, args.count, sizeof(struct str));
		if (out->arg_names == NULL)
			return;
		out->arg_names[i] = convert_str(c, node->named_arg_expr->name);
		out->args.items[i] = convert_expr(c, node->named_arg_expr->arg);
	}
	out->args.count = (uint32_t)args.count;
}

struct ast_expr *
convert_call(struct convert *c, const PgQuery__FuncCall *in)
{
	int location = convert_location(c, in->location);
	struct ast_expr *expr = convert_new_expr(c, AST_CALL, location);
	struct ast_call *call = &expr->call;
	struct ast_sort_list order = convert_sorts(c, PG_LIST(in, agg_order));

	call->name = convert_name(c, PG_LIST(in, funcname), location);
	convert_args(c, in, call);
	call->has_star = in->agg_star;
	call->is_distinct = in->agg_distinct;
	call->is_variadic = in->func_variadic;
	if (in->agg_within_group)
		call->within_group = order;
	else
		call->order_by = order;
	if (in->agg_filter != NULL)
		call->filter = convert_expr(c, in->agg_filter);
	if (in->over != NULL)
		call->over = convert_window(c, in->over);
	return expr;
}
