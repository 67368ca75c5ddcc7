/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PLOT.
 */
#include "sql/print_private.h"

static void
put_metric(struct buf *out, const struct ast_native_agg *metric)
{
	static const char *const words[] = {
		[AST_COUNT] = "COUNT",
		[AST_COUNT_FIELD] = "COUNT",
		[AST_COUNT_UNIQUE] = "UNIQUE",
		[AST_TOTAL] = "TOTAL",
		[AST_AVG] = "AVG",
		[AST_MIN] = "MIN",
		[AST_MAX] = "MAX",
	};

	buf_put_cstr(out, words[metric->kind]);
	if (metric->kind == AST_COUNT)
		return;
	buf_put_cstr(out, "(");
	print_native_field(out, &metric->field);
	buf_put_cstr(out, ")");
}

static void
put_top(struct buf *out, const struct ast_top *top)
{
	if (top->count == NULL)
		return;
	buf_put_cstr(out, " TOP ");
	print_expr(out, top->count);
	if (top->has_metric || top->field.name.len > 0)
		buf_put_cstr(out, " BY ");
	if (top->has_metric)
		put_metric(out, &top->metric);
	else if (top->field.name.len > 0)
		print_native_field(out, &top->field);
}

static void
put_side(struct buf *out, const struct ast_plot_side *side)
{
	const struct ast_query *query = &side->query;

	put_metric(out, &query->aggs[0]);
	buf_put_cstr(out, " OF ");
	if (query->sequence != NULL) {
		print_native_steps(out, query->sequence, " -> ");
		print_native_link(out, query->sequence);
	} else {
		print_native_name(out, query->event_type.parts[0]);
	}
	if (query->where != NULL) {
		buf_put_cstr(out, " FILTER ");
		print_native_condition(out, query->where);
	}
	put_top(out, &side->top);
}

static void
put_shared(struct buf *out, const struct ast_query *query)
{
	if (query->group_count > 0)
		buf_put_cstr(out, " BREAKDOWN BY ");
	print_native_fields(out, query->group_by, query->group_count);
	if (!query->has_per)
		return;
	buf_put_cstr(out, " OVER ");
	print_native_unit(out, query);
	buf_put_cstr(out, "(");
	print_native_field(out, &query->time_field);
	buf_put_cstr(out, ")");
}

void
print_plot(struct buf *out, const struct ast_plot *plot)
{
	buf_put_cstr(out, "PLOT ");
	for (uint32_t i = 0; i < plot->side_count; i++) {
		buf_put_cstr(out, i > 0 ? " VS " : "");
		put_side(out, &plot->sides[i]);
	}
	put_shared(out, &plot->sides[0].query);
	put_top(out, &plot->top);
}
