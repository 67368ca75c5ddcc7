/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_verify.c -- stele.verifications: how far stele.verify() is, or was.
 */
#include "engine/engine.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum verifications_column {
	VERIFICATIONS_STATE,
	VERIFICATIONS_FILES,
	VERIFICATIONS_FILES_TOTAL,
	VERIFICATIONS_BYTES,
	VERIFICATIONS_BYTES_TOTAL,
	VERIFICATIONS_PROBLEMS,
	VERIFICATIONS_STARTED,
	VERIFICATIONS_FINISHED,
	VERIFICATIONS_COLUMN_COUNT,
};

static const struct system_column
    verifications_columns[VERIFICATIONS_COLUMN_COUNT] = {
	    [VERIFICATIONS_STATE] = { "state", TYPE_TEXT, false },
	    [VERIFICATIONS_FILES] = { "files", TYPE_INT8, false },
	    [VERIFICATIONS_FILES_TOTAL] = { "files_total", TYPE_INT8, false },
	    [VERIFICATIONS_BYTES] = { "bytes", TYPE_INT8, false },
	    [VERIFICATIONS_BYTES_TOTAL] = { "bytes_total", TYPE_INT8, false },
	    [VERIFICATIONS_PROBLEMS] = { "problems", TYPE_INT8, false },
	    [VERIFICATIONS_STARTED] = { "started", TYPE_TIMESTAMPTZ, false },
	    [VERIFICATIONS_FINISHED] = { "finished", TYPE_TIMESTAMPTZ, false },
    };

/* Running, or whether it has looked at everything. */
static const char *
state_name(const struct verify_status *status)
{
	if (status->is_running)
		return "running";
	return status->rc == 0 ? "done" : "failed";
}

/* One row, of the last; none before the first. */
static int
verifications_fill(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct verify_status status;

	engine_verify_status(session->server->engine, &status);
	if (status.started_us == 0)
		return 0;
	system_rows_next(rows);
	system_put_str(rows, VERIFICATIONS_STATE,
	    str_of_cstr(state_name(&status)));
	system_put_i64(rows, VERIFICATIONS_FILES, (int64_t)status.report.files);
	system_put_i64(rows, VERIFICATIONS_FILES_TOTAL,
	    (int64_t)status.report.files_total);
	system_put_i64(rows, VERIFICATIONS_BYTES, (int64_t)status.report.bytes);
	system_put_i64(rows, VERIFICATIONS_BYTES_TOTAL,
	    (int64_t)status.report.bytes_total);
	system_put_i64(rows, VERIFICATIONS_PROBLEMS,
	    (int64_t)status.report.problems);
	system_put_i64(rows, VERIFICATIONS_STARTED, status.started_us);
	if (status.finished_us != 0)
		system_put_i64(rows, VERIFICATIONS_FINISHED,
		    status.finished_us);
	return 0;
}

const struct system_provider storage_verifications = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "verifications",
		.oid = 15004,
		.kind = 'v',
		.columns = verifications_columns,
		.column_count = VERIFICATIONS_COLUMN_COUNT,
	},
	.fill = verifications_fill,
};
