/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_none.c -- what PostgreSQL tells of objects that there are none of here:
 * triggers, rules, partitions, replication, vacuum.
 */
#include "exec/func_catalog.h"

static int
run_null(struct function_call *call)
{
	EACH_ROW(call->sel, row, put_null(call, row););
	return 0;
}

static int
run_zero(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->i64[row] = 0;);
	return 0;
}

static int
run_false(struct function_call *call)
{
	EACH_ROW(call->sel, row, call->result->boolean[row] = 0;);
	return 0;
}

static int
run_no_pids(struct function_call *call)
{
	const struct array_shape none = array_shape_list(0);
	int rc = 0;

	EACH_ROW(call->sel, row,
		 if (rc == 0) rc =
		     put_array(call, row, &none, PHYS_I64, NULL););
	return rc;
}

static int
run_replay_paused(struct function_call *call)
{
	if (call->sel.count == 0)
		return 0;
	(void)error_set(call->err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "recovery is not in progress");
	return error_hint(call->err,
	    "Recovery control functions can only be executed during recovery.");
}

static int
run_export_snapshot(struct function_call *call)
{
	if (call->sel.count == 0)
		return 0;
	return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "exporting a snapshot is not supported");
}

static const struct func_row rows[] = {
	{ FN_PG_BLOCKING_PIDS, { run_no_pids, false } },
	{ FN_PG_COLLATION_ACTUAL_VERSION, { run_null, false } },
	{ FN_PG_EXPORT_SNAPSHOT, { run_export_snapshot, false } },
	{ FN_PG_GET_FUNCTION_ARG_DEFAULT, { run_null, false } },
	{ FN_PG_GET_FUNCTION_SQLBODY, { run_null, false } },
	{ FN_PG_GET_PARTITION_CONSTRAINTDEF, { run_null, false } },
	{ FN_PG_GET_PARTKEYDEF, { run_null, false } },
	{ FN_PG_GET_REPLICA_IDENTITY_INDEX, { run_null, false } },
	{ FN_PG_GET_RULEDEF_OID, { run_null, false } },
	{ FN_PG_GET_RULEDEF_OID_BOOL, { run_null, false } },
	{ FN_PG_GET_STATISTICSOBJDEF, { run_null, false } },
	{ FN_PG_GET_STATISTICSOBJDEF_COLUMNS, { run_null, false } },
	{ FN_PG_GET_TRIGGERDEF_OID, { run_null, false } },
	{ FN_PG_GET_TRIGGERDEF_OID_BOOL, { run_null, false } },
	{ FN_PG_GET_WAL_REPLAY_PAUSE_STATE, { run_replay_paused, false } },
	{ FN_PG_INDEX_COLUMN_HAS_PROPERTY, { run_null, false } },
	{ FN_PG_INDEX_HAS_PROPERTY, { run_null, false } },
	{ FN_PG_INDEXAM_HAS_PROPERTY, { run_null, false } },
	{ FN_PG_IS_IN_RECOVERY, { run_false, true } },
	{ FN_PG_IS_OTHER_TEMP_SCHEMA, { run_false, true } },
	{ FN_PG_IS_WAL_REPLAY_PAUSED, { run_replay_paused, false } },
	{ FN_PG_JIT_AVAILABLE, { run_false, true } },
	{ FN_PG_LAST_WAL_RECEIVE_LSN, { run_null, false } },
	{ FN_PG_LAST_WAL_REPLAY_LSN, { run_null, false } },
	{ FN_PG_LAST_XACT_REPLAY_TIMESTAMP, { run_null, false } },
	{ FN_PG_PARTITION_ROOT, { run_null, false } },
	{ FN_PG_RELATION_FILEPATH, { run_null, false } },
	{ FN_PG_SAFE_SNAPSHOT_BLOCKING_PIDS, { run_no_pids, false } },
	{ FN_PG_STAT_GET_ANALYZE_COUNT, { run_zero, true } },
	{ FN_PG_STAT_GET_AUTOANALYZE_COUNT, { run_zero, true } },
	{ FN_PG_STAT_GET_AUTOVACUUM_COUNT, { run_zero, true } },
	{ FN_PG_STAT_GET_DEAD_TUPLES, { run_zero, true } },
	{ FN_PG_STAT_GET_LAST_ANALYZE_TIME, { run_null, false } },
	{ FN_PG_STAT_GET_LAST_AUTOANALYZE_TIME, { run_null, false } },
	{ FN_PG_STAT_GET_LAST_AUTOVACUUM_TIME, { run_null, false } },
	{ FN_PG_STAT_GET_LAST_VACUUM_TIME, { run_null, false } },
	{ FN_PG_STAT_GET_TUPLES_DELETED, { run_zero, true } },
	{ FN_PG_STAT_GET_TUPLES_HOT_UPDATED, { run_zero, true } },
	{ FN_PG_STAT_GET_TUPLES_UPDATED, { run_zero, true } },
	{ FN_PG_STAT_GET_VACUUM_COUNT, { run_zero, true } },
	{ FN_PG_TRIGGER_DEPTH, { run_zero, true } },
	{ FN_ROW_SECURITY_ACTIVE_OID, { run_false, true } },
	{ FN_ROW_SECURITY_ACTIVE_TEXT, { run_false, true } },
};

const struct func_family func_none = { rows, ARRAY_LEN(rows) };
