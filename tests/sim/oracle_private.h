/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle_private.h -- what the parts of the oracle share.
 */
#pragma once

#include "common/attr.h"
#include "sim/oracle.h"

/* Say which rule is broken, and how: false. */
bool oracle_broken(struct oracle *oracle, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* Must what this batch has done be there (R1, R6)?  May it be (R3)? */
bool look_must_have(const struct look *look, uint32_t batch);
bool look_may_have(const struct look *look, uint32_t batch);

/* oracle_horizon.c: May the event be too old to be seen?  All of a batch? */
bool look_may_be_past(const struct look *look, uint64_t event);
bool look_may_be_all_past(const struct look *look, uint32_t batch);

/* The horizons that this look has found are there from now on. */
void look_settle_horizons(struct look *look);
