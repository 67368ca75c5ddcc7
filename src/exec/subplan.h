/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subplan.h -- queries inside expressions, while they run.
 *
 * One that needs nothing of the outer row runs once, when its value is first
 * asked for.  IN and = ANY of such a query become a hash table of its rows.
 * All others run once for each different outer row that asks: results are
 * remembered, unless the query is volatile.
 *
 * Memory: of the execution, charged to the statement.  Threads: one.
 */
#pragma once

#include "common/attr.h"
#include "exec/eval.h"
#include "exec/op.h"

/* Let the environment have subplans; none runs yet. */
void subplans_init(struct exec_env *env);
void subplans_release(struct exec_env *env);

/* The value of an EXPR_SUBQUERY for the selected rows. */
MUST_USE int subplan_eval(const struct eval *eval, const struct expr *expr,
    struct sel sel, struct vec *out, struct error *err);
