/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_spec.h -- what the engine is asked to leave out, from the bounds that
 * the planner found and the values that they have in this execution.
 */
#pragma once

#include <stdbool.h>

#include "engine/engine.h"
#include "exec/op.h"

/*
 * Evaluate the bounds of a REL_SCAN or REL_EVENTS and fill has_context,
 * event_id_first and _last, and ranges of `spec` (for REL_EVENTS only the
 * first two and those over timestamp).  *is_empty if no row can match.
 */
MUST_USE int scan_spec_bounds(const struct exec_env *env, const struct rel *rel,
    struct scan_spec *spec, bool *is_empty, struct error *err);

/*
 * The value of a bound.  A subquery that fails is an error where a row is
 * compared with it, which may be nowhere: *is_known is false then.
 */
MUST_USE int scan_bound_value(const struct exec_env *env,
    const struct expr *expr, struct datum *out, bool *is_known,
    struct error *err);

/* After that: rows that are behind the bound may be left out, too. */
struct top_bound;
void scan_spec_limit(struct scan_spec *spec, const struct top_bound *bound,
    struct arena *arena);
