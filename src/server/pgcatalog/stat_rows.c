/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stat_rows.c -- PostgreSQL's statistics, as far as there are such numbers here:
 * a column of something that there is not is 0, one of what is not known null.
 *
 * Looking events up by their context, or by their event_ids, is what is shown as
 * a scan of an index.
 */
#include <stdlib.h>

#include "engine/engine.h"
#include "server/database_stats.h"
#include "server/pgcatalog/rows.h"
#include "types/numeric.h"

/* ---- pg_stat_database ---- */

static void
put_count(struct system_rows *rows, uint32_t column, uint64_t count)
{
	system_put_i64(rows, column, (int64_t)count);
}

/* Of times that add up in microseconds. */
static void
put_ms(struct system_rows *rows, uint32_t column, uint64_t us)
{
	system_put_f64(rows, column, (double)us / 1e3);
}

static void
put_transactions(struct system_rows *rows, const struct database_stats *stats)
{
	put_count(rows, pg_stat_database_xact_commit,
	    database_counted(stats, DATABASE_COMMITS));
	put_count(rows, pg_stat_database_xact_rollback,
	    database_counted(stats, DATABASE_ROLLBACKS));
	put_count(rows, pg_stat_database_conflicts, 0);
	put_count(rows, pg_stat_database_deadlocks, 0);
	put_count(rows, pg_stat_database_temp_files,
	    atomic_load_explicit(&stats->temp.files, memory_order_relaxed));
	put_count(rows, pg_stat_database_temp_bytes,
	    atomic_load_explicit(&stats->temp.bytes, memory_order_relaxed));
}

static void
put_tuples(struct system_rows *rows, struct engine *engine)
{
	struct type_activity all;

	engine_type_activity(engine, 0, &all);
	put_count(rows, pg_stat_database_tup_returned,
	    all.scan_rows + all.lookup_rows);
	put_count(rows, pg_stat_database_tup_fetched, all.lookup_rows);
	put_count(rows, pg_stat_database_tup_inserted, all.inserted);
	put_count(rows, pg_stat_database_tup_updated, 0);
	put_count(rows, pg_stat_database_tup_deleted, 0);
}

static void
put_blocks(struct system_rows *rows, struct engine *engine,
    const struct database_stats *stats)
{
	struct engine_memory memory;
	int64_t failed_us = atomic_load_explicit(&stats->checksum_failed_us,
	    memory_order_relaxed);

	engine_memory(engine, &memory);
	put_count(rows, pg_stat_database_blks_read,
	    memory.cache_misses -
		atomic_load_explicit(&stats->cache_misses,
		    memory_order_relaxed));
	put_count(rows, pg_stat_database_blks_hit,
	    memory.cache_hits -
		atomic_load_explicit(&stats->cache_hits, memory_order_relaxed));
	put_count(rows, pg_stat_database_checksum_failures,
	    database_counted(stats, DATABASE_CHECKSUM_FAILURES));
	if (failed_us != 0)
		system_put_i64(rows, pg_stat_database_checksum_last_failure,
		    failed_us);
	/* as with track_io_timing off */
	system_put_f64(rows, pg_stat_database_blk_read_time, 0);
	system_put_f64(rows, pg_stat_database_blk_write_time, 0);
}

static void
put_sessions(struct system_rows *rows, const struct database_stats *stats)
{
	put_ms(rows, pg_stat_database_session_time,
	    database_counted(stats, DATABASE_SESSION_US));
	put_ms(rows, pg_stat_database_active_time,
	    database_counted(stats, DATABASE_ACTIVE_US));
	put_ms(rows, pg_stat_database_idle_in_transaction_time,
	    database_counted(stats, DATABASE_IDLE_IN_TRANSACTION_US));
	put_count(rows, pg_stat_database_sessions,
	    database_counted(stats, DATABASE_SESSIONS));
	put_count(rows, pg_stat_database_sessions_abandoned,
	    database_counted(stats, DATABASE_SESSIONS_ABANDONED));
	put_count(rows, pg_stat_database_sessions_fatal,
	    database_counted(stats, DATABASE_SESSIONS_FATAL));
	put_count(rows, pg_stat_database_sessions_killed,
	    database_counted(stats, DATABASE_SESSIONS_KILLED));
}

int
pg_stat_database_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct server *server = session->server;
	struct database_stats *stats = &server->database_stats;

	system_rows_next(rows);
	system_put_i64(rows, pg_stat_database_datid, DATABASE_OID);
	system_put_str(rows, pg_stat_database_datname, session->facts.database);
	system_put_i64(rows, pg_stat_database_numbackends,
	    server_session_count(server));
	put_transactions(rows, stats);
	put_tuples(rows, server->engine);
	put_blocks(rows, server->engine, stats);
	put_sessions(rows, stats);
	system_put_i64(rows, pg_stat_database_stats_reset,
	    atomic_load_explicit(&stats->reset_us, memory_order_relaxed));
	return 0;
}

/* ---- tables ---- */

/* The columns that only events have other numbers than 0 in. */
static void
put_activity(struct system_rows *rows, const struct type_activity *activity)
{
	put_count(rows, pg_stat_all_tables_seq_scan, activity->scans);
	put_count(rows, pg_stat_all_tables_seq_tup_read, activity->scan_rows);
	put_count(rows, pg_stat_all_tables_n_tup_ins, activity->inserted);
	put_count(rows, pg_stat_all_tables_n_mod_since_analyze,
	    activity->inserted);
	put_count(rows, pg_stat_all_tables_n_ins_since_vacuum,
	    activity->inserted);
}

static void
put_never(struct system_rows *rows)
{
	static const uint32_t never[] = { pg_stat_all_tables_n_tup_upd,
		pg_stat_all_tables_n_tup_del, pg_stat_all_tables_n_tup_hot_upd,
		pg_stat_all_tables_n_dead_tup, pg_stat_all_tables_vacuum_count,
		pg_stat_all_tables_autovacuum_count,
		pg_stat_all_tables_analyze_count,
		pg_stat_all_tables_autoanalyze_count };

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		put_count(rows, never[i], 0);
}

static bool
is_table(const struct relation *relation)
{
	return relation_kind(relation) == 'r';
}

int
pg_stat_all_tables_rows(void *arg, struct system_rows *rows, struct error *err)
{
	const struct session *session = arg;
	struct engine *engine = session->server->engine;
	struct wanted_relations wanted;
	struct type_rows *types = NULL;
	uint32_t type_count = 0;
	struct relation relation;
	int rc = 0;

	if (system_reads(rows, pg_stat_all_tables_n_live_tup))
		rc = engine_type_rows(engine, &types, &type_count, err);
	if (rc != 0)
		return rc;
	wanted_relations_init(&wanted, rows, pg_stat_all_tables_relid,
	    pg_stat_all_tables_relname);
	while (wanted_relations_next(&wanted, &relation)) {
		struct type_activity activity = { .scans = 0 };

		if (!is_table(&relation))
			continue;
		system_rows_next(rows);
		system_put_i64(rows, pg_stat_all_tables_relid, relation.oid);
		system_put_cstr(rows, pg_stat_all_tables_schemaname,
		    schema_by_oid(relation.schema)->name);
		system_put_str(rows, pg_stat_all_tables_relname, relation.name);
		if (relation.type != NULL) {
			engine_type_activity(engine, relation.oid, &activity);
			put_count(rows, pg_stat_all_tables_idx_scan,
			    activity.lookups);
			put_count(rows, pg_stat_all_tables_idx_tup_fetch,
			    activity.lookup_rows);
		}
		put_activity(rows, &activity);
		put_never(rows);
		put_count(rows, pg_stat_all_tables_n_live_tup,
		    type_rows_find(types, type_count, relation.oid).rows);
	}
	free(types);
	return 0;
}

int
pg_statio_all_tables_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct wanted_relations wanted;
	struct relation relation;

	wanted_relations_init(&wanted, rows, pg_statio_all_tables_relid,
	    pg_statio_all_tables_relname);
	while (wanted_relations_next(&wanted, &relation)) {
		struct type_activity activity = { .scans = 0 };

		if (!is_table(&relation))
			continue;
		if (relation.type != NULL)
			engine_type_activity(session->server->engine,
			    relation.oid, &activity);
		system_rows_next(rows);
		system_put_i64(rows, pg_statio_all_tables_relid, relation.oid);
		system_put_cstr(rows, pg_statio_all_tables_schemaname,
		    schema_by_oid(relation.schema)->name);
		system_put_str(rows, pg_statio_all_tables_relname,
		    relation.name);
		put_count(rows, pg_statio_all_tables_heap_blks_read,
		    activity.blocks_read);
		put_count(rows, pg_statio_all_tables_heap_blks_hit,
		    activity.blocks_hit);
	}
	return 0;
}

/* ---- the log, its archive, the cache ---- */

int
pg_stat_wal_rows(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	struct log_status log;
	struct datum bytes;

	engine_log_status(session->server->engine, &log);
	bytes = (struct datum){ .numeric = numeric_of_i64(
				    (int64_t)log.written_bytes) };
	system_rows_next(rows);
	put_count(rows, pg_stat_wal_wal_records, log.group_count);
	put_count(rows, pg_stat_wal_wal_fpi, 0);
	system_put(rows, pg_stat_wal_wal_bytes, &bytes);
	put_count(rows, pg_stat_wal_wal_write, log.writes.count);
	put_count(rows, pg_stat_wal_wal_sync, log.syncs.count);
	put_ms(rows, pg_stat_wal_wal_write_time, log.writes.total_ns / 1000);
	put_ms(rows, pg_stat_wal_wal_sync_time, log.syncs.total_ns / 1000);
	system_put_i64(rows, pg_stat_wal_stats_reset,
	    session->server->started_us);
	return 0;
}

int
pg_stat_archiver_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct archive_status status;

	engine_archive_status(session->server->engine, &status);
	system_rows_next(rows);
	put_count(rows, pg_stat_archiver_archived_count, status.files);
	put_count(rows, pg_stat_archiver_failed_count, status.failures);
	if (status.archived_us != 0)
		system_put_i64(rows, pg_stat_archiver_last_archived_time,
		    status.archived_us);
	if (status.failed_us != 0)
		system_put_i64(rows, pg_stat_archiver_last_failed_time,
		    status.failed_us);
	system_put_i64(rows, pg_stat_archiver_stats_reset,
	    session->server->started_us);
	return 0;
}

/* There are no checkpoints in its sense: what is known is what was read. */
int
pg_stat_bgwriter_rows(void *arg, struct system_rows *rows,
    struct error *err UNUSED)
{
	const struct session *session = arg;
	struct engine_memory memory;

	engine_memory(session->server->engine, &memory);
	system_rows_next(rows);
	put_count(rows, pg_stat_bgwriter_buffers_alloc, memory.cache_misses);
	system_put_i64(rows, pg_stat_bgwriter_stats_reset,
	    session->server->started_us);
	return 0;
}
