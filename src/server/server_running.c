/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_running.c -- stele.running: statements that run now, and how far they
 * are.  Everybody sees his own; pg_read_all_stats is for all.
 */
#include "engine/catalog/catalog.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum running_column {
	RUNNING_PID,
	RUNNING_USER,
	RUNNING_REQUEST_ID,
	RUNNING_QUERY,
	RUNNING_STARTED,
	RUNNING_ELAPSED_MS,
	RUNNING_EVENTS,
	RUNNING_EVENTS_TOTAL,
	RUNNING_MEMORY_BYTES,
	RUNNING_COLUMN_COUNT,
};

static const struct system_column running_columns[RUNNING_COLUMN_COUNT] = {
	[RUNNING_PID] = { "pid", TYPE_INT4, true },
	[RUNNING_USER] = { "user_name", TYPE_TEXT, true },
	[RUNNING_REQUEST_ID] = { "request_id", TYPE_TEXT, false },
	[RUNNING_QUERY] = { "query", TYPE_TEXT, true },
	[RUNNING_STARTED] = { "started", TYPE_TIMESTAMPTZ, true },
	[RUNNING_ELAPSED_MS] = { "elapsed_ms", TYPE_FLOAT8, true },
	/* of its scans, so far and about in all */
	[RUNNING_EVENTS] = { "events", TYPE_INT8, true },
	[RUNNING_EVENTS_TOTAL] = { "events_total", TYPE_INT8, true },
	[RUNNING_MEMORY_BYTES] = { "memory_bytes", TYPE_INT8, true },
};

struct viewer {
	struct system_rows *rows;
	const struct catalog *catalog;
	uint32_t role_oid;
	int64_t now;
};

static bool
may_see(const struct viewer *viewer, uint32_t role_oid)
{
	return catalog_role_uses(viewer->catalog, viewer->role_oid, role_oid) ||
	    catalog_role_uses(viewer->catalog, viewer->role_oid,
		ROLE_PG_READ_ALL_STATS);
}

static void
put_progress(struct system_rows *rows, const struct scan_progress *progress)
{
	/* A number says nothing of other memory. */
	system_put_i64(rows, RUNNING_EVENTS,
	    (int64_t)atomic_load_explicit(&progress->events,
		memory_order_relaxed));
	system_put_i64(rows, RUNNING_EVENTS_TOTAL,
	    (int64_t)atomic_load_explicit(&progress->events_total,
		memory_order_relaxed));
	system_put_i64(rows, RUNNING_MEMORY_BYTES,
	    (int64_t)atomic_load_explicit(&progress->memory_bytes,
		memory_order_relaxed));
}

/* With the server's mutex: what belongs to the session stays so long. */
static void
put_running(void *arg, struct session *session)
{
	const struct viewer *viewer = arg;
	struct system_rows *rows = viewer->rows;
	struct activity_view view;

	if (!may_see(viewer, session->login_role_oid))
		return;
	activity_get(&session->activity, &view);
	if (view.state != ACTIVITY_ACTIVE)
		return;
	system_rows_next(rows);
	system_put_i64(rows, RUNNING_PID, session->pid);
	system_put_str(rows, RUNNING_USER, session->login_user);
	if (view.request_id_len > 0)
		system_put_str(rows, RUNNING_REQUEST_ID,
		    str_of(view.request_id, view.request_id_len));
	system_put_str(rows, RUNNING_QUERY, str_of(view.query, view.query_len));
	system_put_i64(rows, RUNNING_STARTED, view.query_start);
	system_put_f64(rows, RUNNING_ELAPSED_MS,
	    (double)(viewer->now - view.query_start) / 1000);
	put_progress(rows, &session->progress);
}

static int
running_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct viewer viewer = {
		.rows = rows,
		.catalog = system_rows_space(rows)->catalog,
		.role_oid = session->facts.role_oid,
		.now = os_clock_wall_us(session->server->clock),
	};

	server_each_session(session->server, put_running, &viewer);
	return 0;
}

const struct system_provider server_running = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "running",
		.oid = 15015,
		.kind = 'v',
		.columns = running_columns,
		.column_count = RUNNING_COLUMN_COUNT,
	},
	.fill = running_fill,
};
