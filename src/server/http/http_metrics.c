/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_metrics.c -- see http_metrics.h.
 */
#include "server/http/http_metrics.h"

#include "common/buf.h"
#include "vec/vec.h"
#include "wire/result_format.h"

/* The columns of the query. */
enum { NAME, KIND, HELP, LABELS, VALUE };

/* clang-format off */
#define COUNTER(name, help, labels, value) \
	"('stele_" name "', 'counter', '" help "', " labels ", (" value ")::text)"
#define GAUGE(name, help, labels, value) \
	"('stele_" name "', 'gauge', '" help "', " labels ", (" value ")::text)"
#define OF(relation, values) \
	" SELECT v.* FROM " relation ", LATERAL (VALUES " values \
	") AS v(name, kind, help, labels, value)"

#define ALL      "NULL::text"
#define SHARD    "'shard=\"' || r.shard || '\"'"
#define PART     "'part=\"' || r.part || '\"' || coalesce(',' || " SHARD ", '')"
#define DATABASE ALL

static const char *const query[] = {
    "SELECT m.name, m.kind, m.help, m.labels, m.value FROM (",
    OF("(SELECT 1) AS r",
	GAUGE("info", "What runs.",
	    "'version=\"' || current_setting('server_version') || '\"'", "1")),
    " UNION ALL",
    OF("stele.wal AS r",
	GAUGE("wal_files", "Files of the log.", ALL, "r.files") ","
	GAUGE("wal_file_bytes", "Their size.", ALL, "r.file_bytes") ","
	GAUGE("visible_event_id", "The newest event that is seen.", ALL,
	    "r.visible_event_id") ","
	GAUGE("synced_event_id", "The newest event that is durable.", ALL,
	    "r.synced_event_id") ","
	GAUGE("writers_wait", "Whether writers wait for the log.", ALL,
	    "CASE WHEN r.writers_wait THEN 1 ELSE 0 END") ","
	COUNTER("wal_groups_total", "Groups of commits.", ALL, "r.groups") ","
	COUNTER("wal_rows_total", "Events in them.", ALL, "r.rows") ","
	COUNTER("wal_written_bytes_total", "Bytes written.", ALL,
	    "r.written_bytes") ","
	COUNTER("wal_write_seconds_total", "What writing took.", ALL,
	    "r.write_total_ms / 1000") ","
	COUNTER("wal_syncs_total", "Calls of fdatasync.", ALL, "r.syncs") ","
	COUNTER("wal_sync_seconds_total", "What they took.", ALL,
	    "r.sync_total_ms / 1000") ","
	GAUGE("wal_sync_p99_seconds", "The slowest of a hundred took this.",
	    ALL, "r.sync_p99_ms / 1000") ","
	GAUGE("wal_files_to_archive", "Files that wait for the archive.",
	    ALL, "r.files_to_archive")),
    " UNION ALL",
    OF("(SELECT max(total) AS acks,"
	" min(up_to_ms) FILTER (WHERE so_far >= total * 0.5) AS p50,"
	" min(up_to_ms) FILTER (WHERE so_far >= total * 0.99) AS p99"
	" FROM (SELECT up_to_ms, sum(count) OVER () AS total,"
	" sum(count) OVER (ORDER BY up_to_ms) AS so_far FROM stele.acks) AS a)"
	" AS r",
	COUNTER("acks_total", "Writes that were told to be stored.", ALL,
	    "coalesce(r.acks, 0)") ","
	GAUGE("ack_p50_seconds", "Half of them waited no longer.", ALL,
	    "r.p50 / 1000") ","
	GAUGE("ack_p99_seconds", "All but one of a hundred waited no longer.",
	    ALL, "r.p99 / 1000")),
    " UNION ALL",
    OF("stele.memory AS r",
	GAUGE("memory_bytes", "Memory by what holds it.", PART, "r.bytes") ","
	GAUGE("memory_limit_bytes", "How much it may hold.", PART,
	    "r.limit_bytes")),
    " UNION ALL",
    OF("stele.shards AS r",
	GAUGE("shard_memtable_bytes", "The MemTable that takes events.",
	    SHARD, "r.memtable_bytes") ","
	GAUGE("shard_memtable_events", "Events in it.", SHARD,
	    "r.memtable_rows") ","
	GAUGE("shard_passive_memtables", "MemTables to be written.", SHARD,
	    "r.passive_memtables") ","
	GAUGE("shard_segments", "Segments.", SHARD, "r.segments") ","
	GAUGE("shard_segment_events", "Events in them.", SHARD,
	    "r.segment_rows") ","
	GAUGE("shard_segment_bytes", "Their size.", SHARD,
	    "r.segment_bytes") ","
	GAUGE("shard_flushed_event_id", "What is in segments up to this.",
	    SHARD, "r.flushed_event_id") ","
	GAUGE("shard_writers_wait", "Whether its writers wait.", SHARD,
	    "CASE WHEN r.writers_wait_for IS NULL THEN 0 ELSE 1 END")),
    " UNION ALL",
    OF("pg_catalog.pg_stat_database AS r",
	GAUGE("sessions", "Sessions that are open.", DATABASE,
	    "r.numbackends") ","
	COUNTER("sessions_total", "Sessions that began.", DATABASE,
	    "r.sessions") ","
	COUNTER("sessions_fatal_total", "Sessions that an error ended.",
	    DATABASE, "r.sessions_fatal") ","
	COUNTER("session_seconds_total", "How long sessions lasted.",
	    DATABASE, "r.session_time / 1000") ","
	COUNTER("active_seconds_total", "How long statements ran.", DATABASE,
	    "r.active_time / 1000") ","
	COUNTER("commits_total", "Transactions that were committed.",
	    DATABASE, "r.xact_commit") ","
	COUNTER("rollbacks_total", "Transactions that were rolled back.",
	    DATABASE, "r.xact_rollback") ","
	COUNTER("rows_returned_total", "Rows that queries read.", DATABASE,
	    "r.tup_returned") ","
	COUNTER("events_stored_total", "Events that were stored.", DATABASE,
	    "r.tup_inserted") ","
	COUNTER("block_cache_hits_total", "Blocks found in the cache.",
	    DATABASE, "r.blks_hit") ","
	COUNTER("block_cache_misses_total", "Blocks that were read.",
	    DATABASE, "r.blks_read") ","
	COUNTER("temp_files_total", "Temporary files.", DATABASE,
	    "r.temp_files") ","
	COUNTER("temp_bytes_total", "Bytes written to them.", DATABASE,
	    "r.temp_bytes") ","
	COUNTER("checksum_failures_total", "Blocks that were damaged.",
	    DATABASE, "r.checksum_failures")),
    ") AS m WHERE m.value IS NOT NULL ORDER BY m.name, m.labels",
};
/* clang-format on */

void
http_metrics_put_query(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(query); i++)
		buf_put_cstr(out, query[i]);
}

/* ---- the form ---- */

static void
begin(struct result_writer *w, struct buf *out UNUSED,
    const struct pg_column *columns UNUSED, uint32_t count UNUSED,
    const struct type_settings *settings UNUSED)
{
	buf_reset(&w->text); /* the name of the row before */
}

static struct str
value_of(const struct batch *batch, uint32_t column, uint32_t row)
{
	const struct vec *vec = &batch->cols[column];

	return vec_is_null(vec, row) ? str_of("", 0)
				     : vec->str[vec_index(vec, row)];
}

static void
put_row(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t row)
{
	struct str name = value_of(batch, NAME, row);
	struct str labels = value_of(batch, LABELS, row);

	if (!str_equal(name, buf_str(&w->text))) {
		buf_printf(out, "# HELP %.*s %.*s\n# TYPE %.*s %.*s\n",
		    STR_FMT(name), STR_FMT(value_of(batch, HELP, row)),
		    STR_FMT(name), STR_FMT(value_of(batch, KIND, row)));
		buf_reset(&w->text);
		buf_put_str(&w->text, name);
	}
	buf_put_str(out, name);
	if (labels.len > 0)
		buf_printf(out, "{%.*s}", STR_FMT(labels));
	buf_printf(out, " %.*s\n", STR_FMT(value_of(batch, VALUE, row)));
}

static uint32_t
rows(struct result_writer *w, struct buf *out, const struct batch *batch,
    uint32_t first, size_t limit)
{
	uint32_t i = first;

	do {
		size_t before = out->len;

		put_row(w, out, batch, sel_row(batch->sel, i));
		if (out->failed || w->text.failed) {
			out->len = before;
			out->failed = true;
			break;
		}
		i++;
	} while (i < batch->sel.count && out->len < limit);
	return i - first;
}

static void
close_rows(struct result_writer *w UNUSED, struct buf *out UNUSED)
{
}

static void
end(struct result_writer *w UNUSED, struct buf *out UNUSED,
    uint64_t row_count UNUSED)
{
}

const struct result_format http_metrics_format = {
	.name = "prometheus",
	.content_type = "text/plain; version=0.0.4; charset=utf-8",
	.begin = begin,
	.rows = rows,
	.close = close_rows,
	.end = end,
};
