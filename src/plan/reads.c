/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reads.c -- what the catalogue has stands among the rights that a plan needs;
 * what is temporary needs none, and is looked for.
 */
#include "plan/reads.h"

#include "plan/logical.h"
#include "plan/plan.h"
#include "plan/rel_walk.h"
#include "plan/rights.h"
#include "plan/temp_table.h"

static bool rel_reads(const struct rel *rel, uint32_t oid);

static bool
expr_reads(const struct expr *expr, uint32_t oid)
{
	const struct subquery *subquery = expr->subquery;

	for (uint32_t i = 0; i < expr->arg_count; i++)
		if (expr_reads(expr->args[i], oid))
			return true;
	if (expr->kind != EXPR_SUBQUERY)
		return false;
	return rel_reads(subquery->rel, oid) ||
	    (subquery->test != NULL && expr_reads(subquery->test, oid));
}

static int
slot_reads(struct expr **slot, void *arg)
{
	return expr_reads(*slot, *(const uint32_t *)arg) ? 1 : 0;
}

static bool
rel_reads(const struct rel *rel, uint32_t oid)
{
	if (rel->kind == REL_TEMP &&
	    (rel->scan.temp != NULL ? rel->scan.temp->oid
				    : rel->scan.sequence->oid) == oid)
		return true;
	if (rel_each_expr_of(rel, slot_reads, &oid) != 0)
		return true;
	for (uint32_t i = 0; i < rel_input_count(rel); i++)
		if (rel_reads(rel_child(rel, i), oid))
			return true;
	return false;
}

bool
plan_reads(const struct plan *plan, uint32_t oid)
{
	for (uint32_t i = 0; i < plan->right_count; i++)
		if (plan->rights[i].oid == oid)
			return true;
	return rel_reads(plan->root, oid);
}
