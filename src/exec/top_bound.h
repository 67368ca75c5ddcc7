/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_bound.h -- what ORDER BY ... LIMIT N needs not read.
 *
 * Before a sort of which only N rows are wanted reads its input, its first key
 * alone is read, with what filters need, from the zones whose least or greatest
 * value promises most, until no other zone can have a better one.  The Nth best
 * value bounds the scan below the sort: it leaves out zones and rows that are
 * behind it.  All else, order among equals too, stays the sort's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/op.h"

struct error;

struct top_bound {
	bool is_known;    /* else nothing is */
	uint32_t attnum;  /* of an event type */
	struct type type; /* of that column */
	bool is_least; /* rows below `value` are not wanted; else those above */
	struct datum value;
};

/*
 * `sort` is a REL_SORT of a finished plan, of whose rows `count` are wanted.
 * Errors of the scan and of its filters, and STELE_E_QUERY_CANCELED.
 */
MUST_USE int top_bound_find(const struct exec_env *env, const struct rel *sort,
    uint32_t count, struct top_bound *out, struct error *err);

/*
 * In the same way, by itself: the greatest value of a column of `input`, or the
 * least, null if there is none.  Known of a stored integer, date or time over all
 * rows of a type, or of events, unless reading the rows is as good.
 */
MUST_USE int top_value_find(const struct exec_env *env, const struct rel *input,
    uint32_t column, bool is_greatest, bool *is_known, struct datum *out,
    struct error *err);
