/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain_private.h -- between the operator of EXPLAIN (explain.c) and what is
 * told of each node of a plan: guesses, and measures in either form.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "exec/exec_private.h"
#include "plan/explain.h"

/* What is explained; env.stats is NULL if it was not run. */
struct explained {
	const struct plan_explain *spec;
	struct exec_env env; /* of the plan that is explained */
};

/* What is thought of one node. */
struct estimate {
	double rows;
	double cost;
	double start_cost; /* until the first row */
	uint32_t width;
};

/* explain_estimate.c */
MUST_USE int explain_estimate(const struct exec_env *env,
    const struct explain_node *node, struct estimate *out, struct error *err);

/* What was measured of a node; NULL: nothing, or not apart from others. */
const struct op_stats *explain_stats(const struct explained *its,
    const struct explain_node *node);

static inline double
explain_ms(uint64_t ns, uint64_t loops)
{
	return (double)ns / 1e6 / (double)loops;
}

extern const char *const explain_sort_methods[]; /* by op_stats.sort_method */

static inline void
explain_indent(uint32_t indent, struct buf *out)
{
	for (uint32_t i = 0; i < indent; i++)
		buf_put_cstr(out, " ");
}

/* The tree of the plan, its root at `indent` in JSON. */
MUST_USE int explain_put_text(const struct explained *its, struct buf *out,
    struct error *err);
MUST_USE int explain_put_json(const struct explained *its, uint32_t indent,
    struct buf *out, struct error *err);
