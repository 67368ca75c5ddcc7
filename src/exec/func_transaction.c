/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_transaction.c -- how far the log is, and which transactions run.
 *
 * The log's position is the last event_id that it has, which never goes back:
 * as a pg_lsn, whose differences count events.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/attr.h"
#include "engine/engine.h"
#include "exec/exec.h"
#include "exec/func_private.h"
#include "types/xid_snapshot.h"

#define TOP_BIT (UINT64_C(1) << 63) /* flipped in pg_lsn and xid8 */

/* ---- the log ---- */

static int
run_position(struct function_call *call)
{
	struct log_status status;
	uint64_t position;

	if (call->context == NULL || call->context->engine == NULL)
		return error_set(call->err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "function %s cannot be called here", call->function->name);
	engine_log_status(call->context->engine, &status);
	position = call->function->id == FN_PG_CURRENT_WAL_FLUSH_LSN
	    ? status.synced_event_id
	    : call->function->id == FN_PG_CURRENT_WAL_INSERT_LSN
	    ? status.appended_event_id
	    : status.written_event_id;
	EACH_ROW(call->sel, row,
		 call->result->i64[row] = (int64_t)(position ^ TOP_BIT););
	return 0;
}

/* ---- transactions ---- */

#define XID_FIRST 3 /* of PostgreSQL's two below every transaction has seen */

struct transactions {
	uint64_t *running;
	uint32_t count;
	uint64_t next;
};

static int
ask_transactions(struct function_call *call, struct transactions *out)
{
	const struct session_calls *calls;
	int rc = call_session_calls(call, &calls);

	if (rc == 0)
		out->count =
		    calls->running_transactions(call->context->session->arg,
			call->arena, &out->running, &out->next);
	return rc;
}

static bool
is_running(const struct transactions *all, uint64_t id)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (all->running[i] == id)
			return true;
	return false;
}

/* Null: it has ended, and nobody remembers how. */
static int
put_status(struct function_call *call, uint32_t row,
    const struct transactions *all, uint64_t id)
{
	if (id >= all->next)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "transaction ID %" PRIu64 " is in the future", id);
	if (id > 0 && id < XID_FIRST)
		call->result->str[row] = STR("committed");
	else if (is_running(all, id))
		call->result->str[row] = STR("in progress");
	else
		put_null(call, row);
	return 0;
}

static int
run_status(struct function_call *call)
{
	uint64_t flipped =
	    call->function->id == FN_PG_XACT_STATUS ? TOP_BIT : 0;
	struct transactions all;
	int rc = ask_transactions(call, &all);

	for (uint32_t i = 0; rc == 0 && call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = put_status(call, row, &all,
		    (uint64_t)ARG(call, 0, i64, row) ^ flipped);
	}
	return rc;
}

/* ---- snapshots ---- */

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* All but those that run is seen; PostgreSQL's has the own one, too. */
static int
run_current_snapshot(struct function_call *call)
{
	struct transactions all;
	struct xid_snapshot snapshot;
	struct buf text;
	int rc = ask_transactions(call, &all);

	if (rc == 0)
		rc = arena_check(call->arena, call->err);
	if (rc != 0)
		return rc;
	qsort(all.running, all.count, sizeof(*all.running), by_number);
	snapshot = (struct xid_snapshot){
		.min = all.count > 0 ? all.running[0] : all.next,
		.limit = all.next,
		.running = all.running,
		.count = all.count,
	};
	buf_init_charged(&text, call->arena->budget);
	xid_snapshot_put(&snapshot, &text);
	for (uint32_t i = 0; rc == 0 && i < call->sel.count; i++)
		rc = put_text(call, sel_row(call->sel, i), &text);
	buf_release(&text);
	return rc;
}

static int
open_snapshot(struct function_call *call, uint32_t arg, uint32_t row,
    struct xid_snapshot *out)
{
	if (xid_snapshot_parse(ARG(call, arg, str, row), call->arena, out))
		return 0;
	return call->arena->failed ? error_no_memory(call->err)
				   : error_set(call->err, STELE_E_CORRUPT,
					 "invalid value of type pg_snapshot");
}

static int
snapshot_end_row(struct function_call *call, uint32_t row)
{
	enum function_id id = call->function->id;
	bool is_xid8 = id == FN_PG_SNAPSHOT_XMIN || id == FN_PG_SNAPSHOT_XMAX;
	struct xid_snapshot snapshot;
	uint64_t end;
	int rc = open_snapshot(call, 0, row, &snapshot);

	if (rc != 0)
		return rc;
	end = id == FN_PG_SNAPSHOT_XMIN || id == FN_TXID_SNAPSHOT_XMIN
	    ? snapshot.min
	    : snapshot.limit;
	call->result->i64[row] = (int64_t)(is_xid8 ? end ^ TOP_BIT : end);
	return 0;
}
ROW_KERNEL(snapshot_end)

static int
visible_row(struct function_call *call, uint32_t row)
{
	uint64_t flipped =
	    call->function->id == FN_PG_VISIBLE_IN_SNAPSHOT ? TOP_BIT : 0;
	struct xid_snapshot snapshot;
	int rc = open_snapshot(call, 1, row, &snapshot);

	if (rc != 0)
		return rc;
	call->result->boolean[row] = xid_snapshot_sees(&snapshot,
	    (uint64_t)ARG(call, 0, i64, row) ^ flipped);
	return 0;
}
ROW_KERNEL(visible)

static const struct func_row rows[] = {
	{ FN_PG_CURRENT_SNAPSHOT, { run_current_snapshot, false } },
	{ FN_PG_CURRENT_WAL_FLUSH_LSN, { run_position, false } },
	{ FN_PG_CURRENT_WAL_INSERT_LSN, { run_position, false } },
	{ FN_PG_CURRENT_WAL_LSN, { run_position, false } },
	{ FN_PG_SNAPSHOT_XMAX, { snapshot_end, false } },
	{ FN_PG_SNAPSHOT_XMIN, { snapshot_end, false } },
	{ FN_PG_VISIBLE_IN_SNAPSHOT, { visible, false } },
	{ FN_PG_XACT_STATUS, { run_status, false } },
	{ FN_TXID_CURRENT_SNAPSHOT, { run_current_snapshot, false } },
	{ FN_TXID_SNAPSHOT_XMAX, { snapshot_end, false } },
	{ FN_TXID_SNAPSHOT_XMIN, { snapshot_end, false } },
	{ FN_TXID_STATUS, { run_status, false } },
	{ FN_TXID_VISIBLE_IN_SNAPSHOT, { visible, false } },
};

const struct func_family func_transaction = { rows, ARRAY_LEN(rows) };
