/* SPDX-License-Identifier: Apache-2.0 */
/*
 * improve.c -- see improve.h: in which order the rules apply.
 */
#include "plan/improve.h"

#include "plan/decorrelate.h"
#include "plan/distinct_count.h"
#include "plan/option.h"
#include "plan/order.h"
#include "plan/push.h"
#include "plan/rel_walk.h"

static int
improve_slot(struct expr **slot, void *arg)
{
	improve_expr(arg, *slot);
	return 0;
}

static void
improve_subqueries(struct binder *binder, struct rel *rel)
{
	(void)rel_each_expr(rel, improve_slot, binder);
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		improve_subqueries(binder, *rel_input(rel, i));
}

/* A query whose rows come out one by one, or are only looked at. */
static struct rel *
improve_query(struct binder *binder, struct rel *rel, bool is_seen)
{
	const struct conditions none = { .count = 0 };

	if (option_is_on(binder, OPTION_DECORRELATION))
		rel = decorrelate(binder, rel);
	if (option_is_on(binder, OPTION_FILTER_PUSHDOWN))
		rel = push_down(binder, rel, &none);
	if (option_is_on(binder, OPTION_DISTINCT_COUNT))
		distinct_count(binder, rel);
	if (option_is_on(binder, OPTION_UNORDERED_SCAN))
		rel = order_relax(binder, rel, is_seen);
	improve_subqueries(binder, rel);
	return rel;
}

struct rel *
improve_rel(struct binder *binder, struct rel *rel)
{
	return improve_query(binder, rel, true);
}

void
improve_expr(struct binder *binder, const struct expr *expr)
{
	struct subquery *subquery =
	    expr->kind == EXPR_SUBQUERY ? expr->subquery : NULL;

	/* an expression may stand in two places */
	if (subquery != NULL && !subquery->is_improved) {
		subquery->is_improved = true;
		subquery->rel = improve_query(binder, subquery->rel,
		    subquery->kind == SUBQUERY_ARRAY);
	}
	for (uint32_t i = 0; i < expr->arg_count; i++)
		improve_expr(binder, expr->args[i]);
	if (subquery != NULL && subquery->test != NULL)
		improve_expr(binder, subquery->test);
}
