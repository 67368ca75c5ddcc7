/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_archive.c -- stele.archive: how far the archive of the log is.
 */
#include "engine/engine.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum archive_column {
	ARCHIVE_DIRECTORY,
	ARCHIVE_FILES,
	ARCHIVE_LOG_BYTES,
	ARCHIVE_BYTES,
	ARCHIVE_LAST_EVENT_ID,
	ARCHIVE_LAST_ARCHIVED,
	ARCHIVE_FAILURES,
	ARCHIVE_LAST_FAILED,
	ARCHIVE_MESSAGE,
	ARCHIVE_COLUMN_COUNT,
};

static const struct system_column archive_columns[ARCHIVE_COLUMN_COUNT] = {
	[ARCHIVE_DIRECTORY] = { "directory", TYPE_TEXT, false },
	[ARCHIVE_FILES] = { "files", TYPE_INT8, false },
	[ARCHIVE_LOG_BYTES] = { "log_bytes", TYPE_INT8, false },
	[ARCHIVE_BYTES] = { "bytes", TYPE_INT8, false },
	[ARCHIVE_LAST_EVENT_ID] = { "last_event_id", TYPE_INT8, false },
	[ARCHIVE_LAST_ARCHIVED] = { "last_archived", TYPE_TIMESTAMPTZ, false },
	[ARCHIVE_FAILURES] = { "failures", TYPE_INT8, false },
	[ARCHIVE_LAST_FAILED] = { "last_failed", TYPE_TIMESTAMPTZ, false },
	[ARCHIVE_MESSAGE] = { "message", TYPE_TEXT, false },
};

/* One row, since the start; none if the log is not archived. */
static int
archive_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct archive_status status;

	engine_archive_status(session->server->engine, &status);
	if (status.dir == NULL)
		return 0;
	system_rows_next(rows);
	system_put_str(rows, ARCHIVE_DIRECTORY, str_of_cstr(status.dir));
	system_put_i64(rows, ARCHIVE_FILES, (int64_t)status.files);
	system_put_i64(rows, ARCHIVE_LOG_BYTES, (int64_t)status.log_bytes);
	system_put_i64(rows, ARCHIVE_BYTES, (int64_t)status.bytes);
	if (status.archived_us != 0) {
		system_put_i64(rows, ARCHIVE_LAST_EVENT_ID,
		    (int64_t)status.event_id);
		system_put_i64(rows, ARCHIVE_LAST_ARCHIVED, status.archived_us);
	}
	system_put_i64(rows, ARCHIVE_FAILURES, (int64_t)status.failures);
	if (status.failed_us != 0) {
		system_put_i64(rows, ARCHIVE_LAST_FAILED, status.failed_us);
		system_put_str(rows, ARCHIVE_MESSAGE,
		    str_of_cstr(status.message));
	}
	return 0;
}

const struct system_provider storage_archive = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "archive",
		.oid = 15005,
		.kind = 'v',
		.columns = archive_columns,
		.column_count = ARCHIVE_COLUMN_COUNT,
	},
	.fill = archive_fill,
};
