/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_storage.c -- stele.shards, stele.segments and stele.compactions.
 */
#include "common/buf.h"
#include "common/error.h"
#include "engine/engine.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

/* ---- shards ---- */

enum shards_column {
	SHARDS_SHARD,
	SHARDS_MEMTABLE_BYTES,
	SHARDS_MEMTABLE_ROWS,
	SHARDS_PASSIVE_MEMTABLES,
	SHARDS_PASSIVE_BYTES,
	SHARDS_PASSIVE_ROWS,
	SHARDS_FLUSHED_EVENT_ID,
	SHARDS_SEGMENTS,
	SHARDS_SEGMENT_ROWS,
	SHARDS_SEGMENT_BYTES,
	SHARDS_WRITERS_WAIT_FOR,
	SHARDS_COLUMN_COUNT,
};

static const struct system_column shards_columns[SHARDS_COLUMN_COUNT] = {
	[SHARDS_SHARD] = { "shard", TYPE_INT4, false },
	[SHARDS_MEMTABLE_BYTES] = { "memtable_bytes", TYPE_INT8, false },
	[SHARDS_MEMTABLE_ROWS] = { "memtable_rows", TYPE_INT8, false },
	[SHARDS_PASSIVE_MEMTABLES] = { "passive_memtables", TYPE_INT4, false },
	[SHARDS_PASSIVE_BYTES] = { "passive_bytes", TYPE_INT8, false },
	[SHARDS_PASSIVE_ROWS] = { "passive_rows", TYPE_INT8, false },
	[SHARDS_FLUSHED_EVENT_ID] = { "flushed_event_id", TYPE_INT8, false },
	[SHARDS_SEGMENTS] = { "segments", TYPE_INT4, false },
	[SHARDS_SEGMENT_ROWS] = { "segment_rows", TYPE_INT8, false },
	[SHARDS_SEGMENT_BYTES] = { "segment_bytes", TYPE_INT8, false },
	[SHARDS_WRITERS_WAIT_FOR] = { "writers_wait_for", TYPE_TEXT, false },
};

/* Null while they need not wait. */
static const char *const wait_names[] = {
	[SHARD_HAS_ROOM] = NULL,
	[SHARD_WAITS_FOR_FLUSH] = "flush",
	[SHARD_WAITS_FOR_MERGE] = "merge",
};

static int
shards_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct engine *engine = session->server->engine;

	for (uint32_t i = 0; i < engine_shard_count(engine); i++) {
		struct shard_status shard;

		engine_shard_status(engine, i, &shard);
		system_rows_next(rows);
		system_put_i64(rows, SHARDS_SHARD, i);
		system_put_i64(rows, SHARDS_MEMTABLE_BYTES,
		    (int64_t)shard.memtable_bytes);
		system_put_i64(rows, SHARDS_MEMTABLE_ROWS,
		    (int64_t)shard.memtable_rows);
		system_put_i64(rows, SHARDS_PASSIVE_MEMTABLES,
		    shard.passive_count);
		system_put_i64(rows, SHARDS_PASSIVE_BYTES,
		    (int64_t)shard.passive_bytes);
		system_put_i64(rows, SHARDS_PASSIVE_ROWS,
		    (int64_t)shard.passive_rows);
		system_put_i64(rows, SHARDS_FLUSHED_EVENT_ID,
		    (int64_t)shard.flushed_event_id);
		system_put_i64(rows, SHARDS_SEGMENTS, shard.segment_count);
		system_put_i64(rows, SHARDS_SEGMENT_ROWS,
		    (int64_t)shard.segment_rows);
		system_put_i64(rows, SHARDS_SEGMENT_BYTES,
		    (int64_t)shard.segment_bytes);
		if (wait_names[shard.writers_wait_for] != NULL)
			system_put_str(rows, SHARDS_WRITERS_WAIT_FOR,
			    str_of_cstr(wait_names[shard.writers_wait_for]));
	}
	return 0;
}

const struct system_provider storage_shards = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "shards",
		.oid = 15001,
		.kind = 'v',
		.columns = shards_columns,
		.column_count = SHARDS_COLUMN_COUNT,
	},
	.fill = shards_fill,
};

/* ---- segments ---- */

enum segments_column {
	SEGMENTS_SHARD,
	SEGMENTS_SEGMENT_ID,
	SEGMENTS_LEVEL,
	SEGMENTS_WINDOW_START,
	SEGMENTS_WINDOW_END,
	SEGMENTS_FIRST_EVENT_ID,
	SEGMENTS_LAST_EVENT_ID,
	SEGMENTS_FIRST_TIMESTAMP,
	SEGMENTS_LAST_TIMESTAMP,
	SEGMENTS_ROWS,
	SEGMENTS_ZONES,
	SEGMENTS_BYTES,
	SEGMENTS_TYPES,
	SEGMENTS_COLUMN_COUNT,
};

static const struct system_column segments_columns[SEGMENTS_COLUMN_COUNT] = {
	[SEGMENTS_SHARD] = { "shard", TYPE_INT4, false },
	[SEGMENTS_SEGMENT_ID] = { "segment_id", TYPE_INT8, false },
	[SEGMENTS_LEVEL] = { "level", TYPE_TEXT, false },
	[SEGMENTS_WINDOW_START] = { "window_start", TYPE_TIMESTAMPTZ, false },
	[SEGMENTS_WINDOW_END] = { "window_end", TYPE_TIMESTAMPTZ, false },
	[SEGMENTS_FIRST_EVENT_ID] = { "first_event_id", TYPE_INT8, false },
	[SEGMENTS_LAST_EVENT_ID] = { "last_event_id", TYPE_INT8, false },
	[SEGMENTS_FIRST_TIMESTAMP] = { "first_timestamp", TYPE_TIMESTAMPTZ,
	    false },
	[SEGMENTS_LAST_TIMESTAMP] = { "last_timestamp", TYPE_TIMESTAMPTZ,
	    false },
	[SEGMENTS_ROWS] = { "rows", TYPE_INT8, false },
	[SEGMENTS_ZONES] = { "zones", TYPE_INT4, false },
	[SEGMENTS_BYTES] = { "bytes", TYPE_INT8, false },
	[SEGMENTS_TYPES] = { "types", TYPE_TEXT, false },
};

struct segments_fill {
	struct system_rows *rows;
	struct buf names; /* of one segment's types */
	bool has_failed;  /* no memory for some */
};

static void
put_segment(void *arg, const struct segment_status *segment)
{
	struct segments_fill *fill = arg;
	struct system_rows *rows = fill->rows;

	buf_reset(&fill->names);
	for (uint32_t i = 0; i < segment->type_count; i++) {
		if (i > 0)
			buf_put_cstr(&fill->names, ", ");
		buf_put_str(&fill->names, segment->types[i]->name);
	}
	fill->has_failed |= fill->names.failed;
	system_rows_next(rows);
	system_put_i64(rows, SEGMENTS_SHARD, segment->shard);
	system_put_i64(rows, SEGMENTS_SEGMENT_ID, (int64_t)segment->number);
	system_put_str(rows, SEGMENTS_LEVEL, str_of_cstr(segment->level));
	if (segment->has_window) {
		system_put_i64(rows, SEGMENTS_WINDOW_START,
		    segment->window_min);
		system_put_i64(rows, SEGMENTS_WINDOW_END, segment->window_max);
	}
	system_put_i64(rows, SEGMENTS_FIRST_EVENT_ID,
	    (int64_t)segment->event_id_first);
	system_put_i64(rows, SEGMENTS_LAST_EVENT_ID,
	    (int64_t)segment->event_id_last);
	system_put_i64(rows, SEGMENTS_FIRST_TIMESTAMP, segment->time_min);
	system_put_i64(rows, SEGMENTS_LAST_TIMESTAMP, segment->time_max);
	system_put_i64(rows, SEGMENTS_ROWS, (int64_t)segment->row_count);
	system_put_i64(rows, SEGMENTS_ZONES, segment->zone_count);
	system_put_i64(rows, SEGMENTS_BYTES, (int64_t)segment->size_bytes);
	system_put_str(rows, SEGMENTS_TYPES, buf_str(&fill->names));
}

static int
segments_fill(void *arg, struct system_rows *rows, struct error *err)
{
	const struct session *session = arg;
	struct segments_fill fill = { .rows = rows };
	int rc;

	buf_init(&fill.names);
	rc = engine_each_segment(session->server->engine, put_segment, &fill,
	    err);
	if (rc == 0 && fill.has_failed)
		rc = error_no_memory(err);
	buf_release(&fill.names);
	return rc;
}

const struct system_provider storage_segments = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "segments",
		.oid = 15002,
		.kind = 'v',
		.columns = segments_columns,
		.column_count = SEGMENTS_COLUMN_COUNT,
	},
	.fill = segments_fill,
};

/* ---- compactions ---- */

enum compactions_column {
	COMPACTIONS_ID,
	COMPACTIONS_SHARD,
	COMPACTIONS_STATE,
	COMPACTIONS_KIND,
	COMPACTIONS_INPUTS,
	COMPACTIONS_INPUT_ROWS,
	COMPACTIONS_INPUT_BYTES,
	COMPACTIONS_OUTPUTS,
	COMPACTIONS_OUTPUT_BYTES,
	COMPACTIONS_PROGRESS,
	COMPACTIONS_BYTES_PER_SECOND,
	COMPACTIONS_STARTED,
	COMPACTIONS_FINISHED,
	COMPACTIONS_MESSAGE,
	COMPACTIONS_COLUMN_COUNT,
};

static const struct system_column
    compactions_columns[COMPACTIONS_COLUMN_COUNT] = {
	    [COMPACTIONS_ID] = { "id", TYPE_INT8, false },
	    [COMPACTIONS_SHARD] = { "shard", TYPE_INT4, false },
	    [COMPACTIONS_STATE] = { "state", TYPE_TEXT, false },
	    [COMPACTIONS_KIND] = { "kind", TYPE_TEXT, false },
	    [COMPACTIONS_INPUTS] = { "inputs", TYPE_INT4, false },
	    [COMPACTIONS_INPUT_ROWS] = { "input_rows", TYPE_INT8, false },
	    [COMPACTIONS_INPUT_BYTES] = { "input_bytes", TYPE_INT8, false },
	    [COMPACTIONS_OUTPUTS] = { "outputs", TYPE_INT4, false },
	    [COMPACTIONS_OUTPUT_BYTES] = { "output_bytes", TYPE_INT8, false },
	    [COMPACTIONS_PROGRESS] = { "progress", TYPE_FLOAT8, false },
	    [COMPACTIONS_BYTES_PER_SECOND] = { "bytes_per_second", TYPE_INT8,
		false },
	    [COMPACTIONS_STARTED] = { "started", TYPE_TIMESTAMPTZ, false },
	    [COMPACTIONS_FINISHED] = { "finished", TYPE_TIMESTAMPTZ, false },
	    [COMPACTIONS_MESSAGE] = { "message", TYPE_TEXT, false },
    };

static const char *
state_name(enum compaction_state state)
{
	switch (state) {
	case COMPACTION_RUNNING:
		return "running";
	case COMPACTION_WAITING:
		return "waiting";
	case COMPACTION_PAUSED:
		return "paused";
	case COMPACTION_DONE:
		return "done";
	case COMPACTION_FAILED:
		return "failed";
	}
	return "";
}

/* What it has made, and when it ended, are known at the end. */
static void
put_end(struct system_rows *rows, const struct compaction_status *compaction)
{
	system_put_i64(rows, COMPACTIONS_FINISHED, compaction->finished_us);
	if (compaction->state == COMPACTION_FAILED) {
		system_put_str(rows, COMPACTIONS_MESSAGE,
		    str_of_cstr(compaction->message));
		return;
	}
	system_put_i64(rows, COMPACTIONS_OUTPUTS, compaction->output_count);
	system_put_i64(rows, COMPACTIONS_OUTPUT_BYTES,
	    (int64_t)compaction->output_bytes);
}

static void
put_compaction(void *arg, const struct compaction_status *compaction)
{
	struct system_rows *rows = arg;

	system_rows_next(rows);
	system_put_i64(rows, COMPACTIONS_ID, (int64_t)compaction->id);
	system_put_i64(rows, COMPACTIONS_SHARD, compaction->shard);
	system_put_str(rows, COMPACTIONS_STATE,
	    str_of_cstr(state_name(compaction->state)));
	system_put_str(rows, COMPACTIONS_KIND, str_of_cstr(compaction->kind));
	system_put_i64(rows, COMPACTIONS_INPUTS, compaction->input_count);
	system_put_i64(rows, COMPACTIONS_INPUT_ROWS,
	    (int64_t)compaction->input_rows);
	system_put_i64(rows, COMPACTIONS_INPUT_BYTES,
	    (int64_t)compaction->input_bytes);
	system_put_f64(rows, COMPACTIONS_PROGRESS, compaction->progress);
	system_put_i64(rows, COMPACTIONS_BYTES_PER_SECOND,
	    (int64_t)compaction->bytes_per_second);
	system_put_i64(rows, COMPACTIONS_STARTED, compaction->started_us);
	if (compaction->finished_us != 0)
		put_end(rows, compaction);
}

static int
compactions_fill(void *arg, struct system_rows *rows, struct error *err)
{
	const struct session *session = arg;

	return engine_each_compaction(session->server->engine, put_compaction,
	    rows, err);
}

const struct system_provider storage_compactions = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "compactions",
		.oid = 15003,
		.kind = 'v',
		.columns = compactions_columns,
		.column_count = COMPACTIONS_COLUMN_COUNT,
	},
	.fill = compactions_fill,
};
