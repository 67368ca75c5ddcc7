/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions behind PostgreSQL's statistics of tables, and those that begin them
 * anew.
 */
#include <stdlib.h>

#include "engine/engine.h"
#include "exec/exec.h"
#include "exec/func_private.h"

static uint64_t
count_of(const struct type_activity *activity, enum function_id id)
{
	switch (id) {
	case FN_PG_STAT_GET_BLOCKS_FETCHED:
		return activity->blocks_read + activity->blocks_hit;
	case FN_PG_STAT_GET_BLOCKS_HIT:
		return activity->blocks_hit;
	case FN_PG_STAT_GET_NUMSCANS:
		return activity->scans;
	case FN_PG_STAT_GET_TUPLES_FETCHED:
		return activity->lookup_rows;
	case FN_PG_STAT_GET_TUPLES_RETURNED:
		return activity->scan_rows;
	default: /* never vacuumed, never analyzed */
		return activity->inserted;
	}
}

static int
run_activity(struct function_call *call)
{
	const struct vec *oids = &call->args[0];
	struct engine *engine =
	    call->context == NULL ? NULL : call->context->engine;

	EACH_ROW(call->sel, row, {
		struct type_activity activity = { .scans = 0 };
		uint32_t oid = (uint32_t)oids->i64[vec_index(oids, row)];

		if (engine != NULL && oid != 0) /* 0 would be all */
			engine_type_activity(engine, oid, &activity);
		call->result->i64[row] =
		    (int64_t)count_of(&activity, call->function->id);
	});
	return 0;
}

static int
run_live(struct function_call *call)
{
	const struct vec *oids = &call->args[0];
	struct type_rows *types = NULL;
	uint32_t count = 0;
	int rc = 0;

	if (call->sel.count > 0 && call->context != NULL &&
	    call->context->engine != NULL)
		rc = engine_type_rows(call->context->engine, &types, &count,
		    call->err);
	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row, {
		uint32_t oid = (uint32_t)oids->i64[vec_index(oids, row)];

		call->result->i64[row] =
		    (int64_t)type_rows_find(types, count, oid).rows;
	});
	free(types);
	return 0;
}

/* ---- from the beginning ---- */

static int
run_reset(struct function_call *call)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc != 0)
		return rc;
	EACH_ROW(call->sel, row, {
		calls->reset_statistics(call->context->session->arg);
		call->result->str[row] = str_of("", 0);
	});
	return 0;
}

static int
run_reset_table(struct function_call *call)
{
	const struct vec *oids = &call->args[0];
	struct engine *engine =
	    call->context == NULL ? NULL : call->context->engine;

	EACH_ROW(call->sel, row, {
		uint32_t oid = (uint32_t)oids->i64[vec_index(oids, row)];

		if (engine != NULL && oid != 0)
			engine_reset_activity(engine, oid);
		call->result->str[row] = str_of("", 0);
	});
	return 0;
}

/* Every look is a new one. */
static int
run_clear(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->str[row] = str_of("", 0););
	return 0;
}

static const struct func_row rows[] = {
	{ FN_PG_STAT_CLEAR_SNAPSHOT, { run_clear, false } },
	{ FN_PG_STAT_GET_BLOCKS_FETCHED, { run_activity, true } },
	{ FN_PG_STAT_GET_BLOCKS_HIT, { run_activity, true } },
	{ FN_PG_STAT_GET_INS_SINCE_VACUUM, { run_activity, true } },
	{ FN_PG_STAT_GET_LIVE_TUPLES, { run_live, false } },
	{ FN_PG_STAT_GET_MOD_SINCE_ANALYZE, { run_activity, true } },
	{ FN_PG_STAT_GET_NUMSCANS, { run_activity, true } },
	{ FN_PG_STAT_GET_TUPLES_FETCHED, { run_activity, true } },
	{ FN_PG_STAT_GET_TUPLES_INSERTED, { run_activity, true } },
	{ FN_PG_STAT_GET_TUPLES_RETURNED, { run_activity, true } },
	{ FN_PG_STAT_RESET, { run_reset, false } },
	{ FN_PG_STAT_RESET_SINGLE_TABLE_COUNTERS, { run_reset_table, false } },
};

const struct func_family func_statistics = { rows, ARRAY_LEN(rows) };
