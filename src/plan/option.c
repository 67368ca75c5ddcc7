/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option.c -- see option.h.  A setting is asked for when it first matters.
 */
#include "plan/option.h"

#include "plan/bind.h"

static const char *const names[OPTION_COUNT] = {
	[OPTION_HASH_JOIN] = "enable_hashjoin",
	[OPTION_MEMOIZE] = "enable_memoize",
	[OPTION_CONTEXT_WALK] = "stele.enable_context_walk",
	[OPTION_DECORRELATION] = "stele.enable_decorrelation",
	[OPTION_DISTINCT_COUNT] = "stele.enable_distinct_count",
	[OPTION_EQUALITIES] = "stele.enable_equalities",
	[OPTION_FILTER_PUSHDOWN] = "stele.enable_filter_pushdown",
	[OPTION_HASHED_SUBQUERY] = "stele.enable_hashed_subquery",
	[OPTION_JOIN_ORDER] = "stele.enable_join_order",
	[OPTION_LATE_PAYLOAD] = "stele.enable_late_payload",
	[OPTION_SCAN_BOUNDS] = "stele.enable_scan_bounds",
	[OPTION_SEQUENCE_NEAREST] = "stele.enable_sequence_nearest",
	[OPTION_TOP_BOUND] = "stele.enable_top_bound",
	[OPTION_UNORDERED_SCAN] = "stele.enable_unordered_scan",
	[OPTION_WORK_MEM] = "stele.enable_work_mem",
};

bool
option_is_on(struct binder *binder, enum plan_option option)
{
	const struct plan_session *session = binder->context->session;
	uint32_t bit = 1u << option;
	struct str value;

	if ((binder->options_known & bit) != 0)
		return (binder->options & bit) != 0;
	binder->options_known |= bit;
	if (session == NULL || session->setting == NULL ||
	    !session->setting(session->arg, str_of_cstr(names[option]),
		binder->arena, &value) ||
	    !str_equal(value, STR("off")))
		binder->options |= bit;
	return (binder->options & bit) != 0;
}
