/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_set.h -- ordered-set aggregates: percentiles, the mode, and ranks of a
 * row that is not there.
 */
#pragma once

#include "exec/agg_ordered.h"

/* What groups without a row have: ranks as if they were alone. */
void agg_set_no_rows(struct agg_state *state);

/*
 * The result of one group, whose `count` rows, one at least, are in order.
 * 22003 for a fraction outside 0 to 1.
 */
MUST_USE int agg_set_result(const struct agg_ordered *ordered,
    const uint32_t *rows, uint32_t count, struct agg_state *state,
    struct agg_cell *cell, struct error *err);
