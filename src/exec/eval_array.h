/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval_array.h -- the expressions that make and take apart arrays; called by
 * eval_expr() alone.
 */
#pragma once

#include "common/attr.h"
#include "exec/eval.h"

/* EXPR_ARRAY */
MUST_USE int eval_array(const struct eval *eval, const struct expr *expr,
    struct sel sel, struct vec *out, struct error *err);

/* EXPR_SUBSCRIPT */
MUST_USE int eval_subscript(const struct eval *eval, const struct expr *expr,
    struct sel sel, struct vec *out, struct error *err);

/* EXPR_ANY, EXPR_ALL */
MUST_USE int eval_any_all(const struct eval *eval, const struct expr *expr,
    struct sel sel, struct vec *out, struct error *err);
