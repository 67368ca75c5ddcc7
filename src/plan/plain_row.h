/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain_row.h -- the one row of an INSERT or STORE whose values are all
 * parameters, constants and the time of the transaction.
 *
 * Such statements are what a server of events gets most, one after the other:
 * their rows are made without looking at an expression.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vec/value.h"

struct arena;
struct plan_insert;

struct plain_value {
	enum plain_kind {
		PLAIN_CONSTANT,
		PLAIN_PARAM,
		PLAIN_NOW,
	} kind;
	uint32_t param;        /* PLAIN_PARAM: from 0 */
	struct datum constant; /* PLAIN_CONSTANT; borrowed from the plan */
};

struct plain_row {
	/*
	 * No constant was read by a setting of the session or at some time:
	 * whoever sends the same text again means the same plan.
	 */
	bool is_timeless;
	bool has_decimals; /* a column of them, whoever gives the value */
	uint32_t count;
	/* plan_insert.values; of a STORE context, time and payload */
	struct plain_value values[];
};

/* In the arena; NULL if the statement has other values, or several rows. */
const struct plain_row *plain_row_of(const struct plan_insert *insert,
    struct arena *arena);
