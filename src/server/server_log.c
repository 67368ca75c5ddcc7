/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_log.c -- stele.wal: how far the log is, and what it costs.
 */
#include "engine/engine.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum wal_column {
	WAL_FILES,
	WAL_FILE_BYTES,
	WAL_SPARE_FILES,
	WAL_CURRENT_FILE,
	WAL_CURRENT_OFFSET,
	WAL_APPENDED_EVENT_ID,
	WAL_WRITTEN_EVENT_ID,
	WAL_SYNCED_EVENT_ID,
	WAL_VISIBLE_EVENT_ID,
	WAL_WRITERS_WAIT,
	WAL_GROUPS,
	WAL_ROWS,
	WAL_ROWS_PER_GROUP,
	WAL_GROUP_ROWS_P99,
	WAL_GROUP_ROWS_MAX,
	WAL_WRITTEN_BYTES,
	WAL_WRITE_TOTAL_MS,
	WAL_WRITE_P50_MS,
	WAL_WRITE_P99_MS,
	WAL_WRITE_MAX_MS,
	WAL_SYNCS,
	WAL_SYNC_TOTAL_MS,
	WAL_SYNC_P50_MS,
	WAL_SYNC_P99_MS,
	WAL_SYNC_MAX_MS,
	WAL_FILES_TO_ARCHIVE,
	WAL_ARCHIVE_STATE,
	WAL_COLUMN_COUNT,
};

static const struct system_column wal_columns[WAL_COLUMN_COUNT] = {
	[WAL_FILES] = { "files", TYPE_INT4, false },
	[WAL_FILE_BYTES] = { "file_bytes", TYPE_INT8, false },
	[WAL_SPARE_FILES] = { "spare_files", TYPE_INT4, false },
	[WAL_CURRENT_FILE] = { "current_file", TYPE_INT8, false },
	[WAL_CURRENT_OFFSET] = { "current_offset", TYPE_INT8, false },
	[WAL_APPENDED_EVENT_ID] = { "appended_event_id", TYPE_INT8, false },
	[WAL_WRITTEN_EVENT_ID] = { "written_event_id", TYPE_INT8, false },
	[WAL_SYNCED_EVENT_ID] = { "synced_event_id", TYPE_INT8, false },
	[WAL_VISIBLE_EVENT_ID] = { "visible_event_id", TYPE_INT8, false },
	[WAL_WRITERS_WAIT] = { "writers_wait", TYPE_BOOL, false },
	[WAL_GROUPS] = { "groups", TYPE_INT8, false },
	[WAL_ROWS] = { "rows", TYPE_INT8, false },
	[WAL_ROWS_PER_GROUP] = { "rows_per_group", TYPE_FLOAT8, false },
	[WAL_GROUP_ROWS_P99] = { "group_rows_p99", TYPE_INT8, false },
	[WAL_GROUP_ROWS_MAX] = { "group_rows_max", TYPE_INT8, false },
	[WAL_WRITTEN_BYTES] = { "written_bytes", TYPE_INT8, false },
	[WAL_WRITE_TOTAL_MS] = { "write_total_ms", TYPE_FLOAT8, false },
	[WAL_WRITE_P50_MS] = { "write_p50_ms", TYPE_FLOAT8, false },
	[WAL_WRITE_P99_MS] = { "write_p99_ms", TYPE_FLOAT8, false },
	[WAL_WRITE_MAX_MS] = { "write_max_ms", TYPE_FLOAT8, false },
	[WAL_SYNCS] = { "syncs", TYPE_INT8, false },
	[WAL_SYNC_TOTAL_MS] = { "sync_total_ms", TYPE_FLOAT8, false },
	[WAL_SYNC_P50_MS] = { "sync_p50_ms", TYPE_FLOAT8, false },
	[WAL_SYNC_P99_MS] = { "sync_p99_ms", TYPE_FLOAT8, false },
	[WAL_SYNC_MAX_MS] = { "sync_max_ms", TYPE_FLOAT8, false },
	[WAL_FILES_TO_ARCHIVE] = { "files_to_archive", TYPE_INT4, false },
	[WAL_ARCHIVE_STATE] = { "archive_state", TYPE_TEXT, false },
};

static void
put_positions(struct system_rows *rows, const struct log_status *status)
{
	system_put_i64(rows, WAL_FILES, status->file_count);
	system_put_i64(rows, WAL_FILE_BYTES, (int64_t)status->file_bytes);
	system_put_i64(rows, WAL_SPARE_FILES, status->spare_count);
	if (status->current_file != 0) {
		system_put_i64(rows, WAL_CURRENT_FILE,
		    (int64_t)status->current_file);
		system_put_i64(rows, WAL_CURRENT_OFFSET,
		    (int64_t)status->current_offset);
	}
	system_put_i64(rows, WAL_APPENDED_EVENT_ID,
	    (int64_t)status->appended_event_id);
	system_put_i64(rows, WAL_WRITTEN_EVENT_ID,
	    (int64_t)status->written_event_id);
	system_put_i64(rows, WAL_SYNCED_EVENT_ID,
	    (int64_t)status->synced_event_id);
	system_put_i64(rows, WAL_VISIBLE_EVENT_ID,
	    (int64_t)status->visible_event_id);
	system_put_bool(rows, WAL_WRITERS_WAIT, status->is_full);
}

/* Total, median, p99 and greatest, in columns that follow each other. */
static void
put_times(struct system_rows *rows, uint32_t first,
    const struct log_times *times)
{
	const uint64_t ns[] = { times->total_ns, times->median_ns,
		times->p99_ns, times->max_ns };

	for (uint32_t i = 0; i < ARRAY_LEN(ns); i++)
		if (i == 0 || times->count > 0)
			system_put_f64(rows, first + i, (double)ns[i] / 1e6);
}

static void
put_work(struct system_rows *rows, const struct log_status *status)
{
	system_put_i64(rows, WAL_GROUPS, (int64_t)status->group_count);
	system_put_i64(rows, WAL_ROWS, (int64_t)status->row_count);
	if (status->group_count > 0) {
		system_put_f64(rows, WAL_ROWS_PER_GROUP,
		    (double)status->row_count / (double)status->group_count);
		system_put_i64(rows, WAL_GROUP_ROWS_P99,
		    (int64_t)status->group_rows_p99);
		system_put_i64(rows, WAL_GROUP_ROWS_MAX,
		    (int64_t)status->group_rows_max);
	}
	system_put_i64(rows, WAL_WRITTEN_BYTES, (int64_t)status->written_bytes);
	put_times(rows, WAL_WRITE_TOTAL_MS, &status->writes);
	system_put_i64(rows, WAL_SYNCS, (int64_t)status->syncs.count);
	put_times(rows, WAL_SYNC_TOTAL_MS, &status->syncs);
}

static const char *
archive_state(const struct archive_status *archive, uint32_t unarchived_count)
{
	if (archive->failed_us > archive->archived_us)
		return "failing";
	return unarchived_count > 0 ? "archiving" : "up to date";
}

/* One row; counts and times are since the start. */
static int
wal_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct engine *engine = session->server->engine;
	struct log_status status;
	struct archive_status archive;

	engine_log_status(engine, &status);
	engine_archive_status(engine, &archive);
	system_rows_next(rows);
	put_positions(rows, &status);
	put_work(rows, &status);
	if (archive.dir == NULL)
		return 0;
	system_put_i64(rows, WAL_FILES_TO_ARCHIVE, status.unarchived_count);
	system_put_cstr(rows, WAL_ARCHIVE_STATE,
	    archive_state(&archive, status.unarchived_count));
	return 0;
}

const struct system_provider server_wal = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "wal",
		.oid = 15007,
		.kind = 'v',
		.columns = wal_columns,
		.column_count = WAL_COLUMN_COUNT,
	},
	.fill = wal_fill,
};
