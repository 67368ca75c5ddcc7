/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late_payload.h -- a rule: payloads of `events` are built for the rows that a
 * LIMIT leaves, not for all that are sorted; private to src/plan/.
 *
 *	limit                     project of the select list
 *	sort                      payload of the rows that are left
 *	project of the select     limit
 *	list and the keys    ->   sort
 *	events (filtered)         project of what events gives, and the keys
 *	                          events (filtered), payloads left out
 *
 * Nothing but the select list may look at the payload.
 */
#pragma once

#include "plan/bind.h"

struct column_set;

/*
 * What a REL_LIMIT of which these columns are wanted is to be replaced by, made
 * in the binder's arena; NULL: it stays as it is.
 */
const struct rel *late_payload(struct binder *binder, const struct rel *limit,
    const struct column_set *wanted);
