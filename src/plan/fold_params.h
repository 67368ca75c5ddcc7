/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_params.h -- what the values of parameters make of a plan's expressions.
 *
 * PostgreSQL plans a statement for the parameters that a Bind gives: they are
 * constants then, and so is what is computed of them (fold.h).  Plans here are for
 * any values; what is looked for is only what cannot be computed.
 */
#pragma once

#include <stdbool.h>

#include "common/attr.h"

struct arena;
struct datum;
struct error;
struct plan;
struct plan_context;
struct plan_insert;

/*
 * 0, or why an expression has no value, in a plan of which plan->folds_params
 * holds.  The context has `evaluate` and the settings.
 */
MUST_USE int fold_params(const struct plan *plan,
    const struct plan_context *context, const struct datum *params,
    struct arena *arena, struct error *err);

/* Whether a parameter becomes a field whose type has a length or the like. */
bool insert_casts_params(const struct plan_insert *insert);
