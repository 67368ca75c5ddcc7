/* SPDX-License-Identifier: Apache-2.0 */
/*
 * constant.h -- the value of an expression of constants, for who plans
 * (plan_context.evaluate).
 */
#pragma once

#include "common/attr.h"
#include "vec/vec.h"

struct arena;
struct error;
struct expr;
struct plan_context;

/*
 * The expression has constants, and immutable functions of them, alone.  What
 * the value consists of is in the arena, or the expression's.
 */
MUST_USE int exec_constant(const struct plan_context *planning,
    const struct expr *expr, struct arena *arena, struct datum *out,
    struct error *err);
