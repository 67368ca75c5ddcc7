/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_estimate.c -- how many rows a node of a plan is thought to give, and at
 * what cost.
 *
 * Estimated rows of scans are those of the snapshot that pruning leaves; what
 * is above them is guessed from these.  A cost is in hundredths of a row read.
 */
#include <math.h>

#include "exec/estimate.h"
#include "exec/explain_private.h"

#define COST_ROW       0.01 /* to read or make a row */
#define COST_CONDITION 0.0025
#define TEXT_WIDTH     32

static uint32_t
row_width(const struct rel *rel)
{
	uint32_t width = 0;

	for (uint32_t i = 0; i < rel->column_count; i++) {
		const struct type_info *info = type_info(rel->types[i].oid);

		int len = info != NULL ? info->len : -1;

		width += (uint32_t)(len > 0 ? len : TEXT_WIDTH);
	}
	return width;
}

/* From what is known of the node's first input, `in`. */
static int
estimate_rel(const struct exec_env *env, const struct rel *rel,
    const struct estimate *in, struct estimate *out, struct error *err)
{
	int rc;

	rc =
	    estimate_rows(env, rel, ESTIMATE_PRUNED, in->rows, &out->rows, err);
	out->start_cost = in->start_cost;
	switch (rel->kind) {
	case REL_SCAN:
	case REL_EVENTS:
	case REL_SYSTEM:
	case REL_TEMP:
	case REL_VALUES:
	case REL_FUNCTION:
		out->cost += out->rows * COST_ROW;
		break;
	case REL_FILTER:
		out->cost += in->rows * rel->filter.count * COST_CONDITION;
		break;
	case REL_AGG:
		out->cost += in->rows * COST_ROW;
		out->start_cost = out->cost;
		break;
	case REL_SORT:
		out->cost += in->rows * log2(in->rows + 2) * COST_CONDITION;
		out->start_cost = out->cost;
		break;
	default:
		out->cost += in->rows * COST_ROW;
		break;
	}
	return rc;
}

int
explain_estimate(const struct exec_env *env, const struct explain_node *node,
    struct estimate *out, struct error *err)
{
	struct estimate in = { .rows = 0 };
	int rc = 0;

	*out = (struct estimate){ .rows = 0 };
	for (uint32_t i = 0; i < node->child_count && rc == 0; i++) {
		struct estimate child;

		rc = explain_estimate(env, node->children[i], &child, err);
		out->cost += child.cost;
		if (i == 0)
			in = child;
		else if (child.rows > in.rows)
			in.rows = child.rows;
	}
	if (rc != 0)
		return rc;
	if (node->rel == NULL) {
		out->rows = in.rows;
		return 0;
	}
	out->width = row_width(node->rel);
	return estimate_rel(env, node->rel, &in, out, err);
}
