/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.c -- what is common to plans of all kinds.
 */
#include "plan/plan.h"

#include <inttypes.h>
#include <stdio.h>

void
plan_tag(const struct plan *plan, uint64_t row_count, char out[PLAN_TAG_SIZE])
{
	if (plan->tag_has_count)
		snprintf(out, PLAN_TAG_SIZE, "%s %" PRIu64, plan->tag,
		    row_count);
	else
		snprintf(out, PLAN_TAG_SIZE, "%s", plan->tag);
}
