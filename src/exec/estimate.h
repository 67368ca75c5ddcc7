/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimate.h -- how many rows relations are likely to give: for EXPLAIN, and for
 * the choice of the side of a join that is kept in memory.
 *
 * What scans will read is known; what is above them is guessed from that.
 */
#pragma once

#include "common/attr.h"
#include "exec/op.h"

enum estimate_mode {
	ESTIMATE_PRUNED, /* what pruning leaves */
	/*
	 * As if nothing were pruned: the same whatever files the events lie in,
	 * for choices that the order of a result may depend on (O4).
	 */
	ESTIMATE_WHOLE,
};

/* Of one relation, whose first (or largest) input gives `in` rows. */
MUST_USE int estimate_rows(const struct exec_env *env, const struct rel *rel,
    enum estimate_mode mode, double in, double *out, struct error *err);

/* Of a relation and all below it. */
MUST_USE int estimate_tree(const struct exec_env *env, const struct rel *rel,
    enum estimate_mode mode, double *out, struct error *err);
