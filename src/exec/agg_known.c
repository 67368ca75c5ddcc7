/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_known.c -- count(*), min() and max() of all events of a type, or of all
 * types: how many rows zones have and between which values these lie is known,
 * so that none is read, or one zone.
 */
#include "exec/agg_op.h"
#include "exec/top_bound.h"

static bool
is_extreme(const struct agg_call *call)
{
	return (call->kind == AGG_MIN || call->kind == AGG_MAX) &&
	    call->arg->kind == EXPR_COLUMN;
}

static bool
may_be_known(const struct agg_op *agg)
{
	const struct rel_agg *rel = &agg->op.rel->agg;

	for (uint32_t i = 0; i < rel->call_count; i++) {
		const struct agg_call *call = &rel->calls[i];

		if (call->filter != NULL || call->order_count > 0 ||
		    (call->kind != AGG_COUNT_STAR && !is_extreme(call)))
			return false;
	}
	return agg->table.key_count == 0;
}

/* Of one call: a cell without values if there is none. */
static int
know_call(const struct agg_op *agg, const struct agg_call *call,
    struct agg_cell *out, bool *is_known, struct error *err)
{
	const struct op_state *input = agg->op.input;
	uint64_t count = 0;
	int rc;

	*out = (struct agg_cell){ .count = 0 };
	if (call->kind != AGG_COUNT_STAR) {
		rc = top_value_find(agg->op.env, agg->op.rel->input,
		    call->arg->column.column, call->kind == AGG_MAX, is_known,
		    &out->datum, err);
		out->count = *is_known && !out->datum.is_null;
		return rc;
	}
	*is_known = input->rel->kind == REL_EVENTS
	    ? events_op_count(input, &count)
	    : scan_op_count(input, &count);
	out->count = (int64_t)count;
	return 0;
}

int
agg_know(struct agg_op *agg, bool *is_done, struct error *err)
{
	const struct rel_agg *rel = &agg->op.rel->agg;
	struct agg_cell *cells = arena_alloc_array(&agg->op.batch_arena,
	    (size_t)rel->call_count + 1, sizeof(*cells));
	int rc = 0;

	*is_done = may_be_known(agg);
	for (uint32_t i = 0; i < rel->call_count && rc == 0 && *is_done; i++)
		rc = know_call(agg, &rel->calls[i], &cells[i], is_done, err);
	for (uint32_t i = 0; i < rel->call_count && rc == 0 && *is_done; i++) {
		struct agg_state *state = &agg->calls[i].state;

		rc = agg_state_reserve(state, 1, err);
		if (rc == 0)
			state->cells[0] = cells[i];
	}
	return rc;
}
