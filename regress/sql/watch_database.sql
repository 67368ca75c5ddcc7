-- pg_stat_database and the statistics of tables: counts since the start, or the last pg_stat_reset().
create table counted (s text);
create table uncounted (n int);
select pg_stat_reset();
-- Of the database: this session, which is in none of its transactions but the one that asks.
select datname = current_database() as here, numbackends > 0 as some, xact_commit, xact_rollback, tup_returned, tup_fetched, tup_inserted, tup_updated, tup_deleted,
    conflicts, temp_files, temp_bytes, deadlocks, checksum_failures, sessions, sessions_abandoned, sessions_fatal, sessions_killed
  from pg_stat_database;
select 1; select 2;
select 1/0;
begin; select 3; rollback;
begin; select 1/0; commit;
begin; insert into counted (context_id, s) values ('a', 'one'), ('b', 'two'), ('a', 'three'); commit;
insert into counted (context_id, s) select 'c', repeat('x', 10) from generate_series(1, 5);
-- Six commits (the reset, a look, 1, 2, two inserts) and three rollbacks; 8 rows.
select xact_commit, xact_rollback, tup_inserted from pg_stat_database;
begin; insert into counted (context_id, s) values ('d', 'four'); rollback;
-- As in PostgreSQL, a row counts as inserted even if its transaction is given up; it does not live.
select relname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch, n_tup_ins, n_tup_upd, n_tup_del, n_live_tup, n_dead_tup, last_vacuum, analyze_count
  from pg_stat_user_tables order by relname;
select count(*) from counted where s like '%o%';
select count(*) from counted where context_id = 'a' and s like '%o%';
select s from counted where context_id = 'b';
select relname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_user_tables where relname = 'counted';
select tup_returned, tup_fetched from pg_stat_database;
select pg_stat_get_numscans(oid), pg_stat_get_tuples_returned(oid), pg_stat_get_tuples_fetched(oid), pg_stat_get_tuples_inserted(oid), pg_stat_get_live_tuples(oid),
    pg_stat_get_dead_tuples(oid) from pg_class where relname = 'counted';
-- What is read of segments is read from the file once.
checkpoint;
select heap_blks_read, heap_blks_hit, idx_blks_read from pg_statio_user_tables where relname = 'counted';
select s from counted where s like 't%' order by event_id;
select heap_blks_read as first from pg_statio_user_tables where relname = 'counted' \gset
select heap_blks_read > 0 as read from pg_statio_user_tables where relname = 'counted';
select s from counted where s like 't%' order by event_id;
select heap_blks_read = :first as no_more, heap_blks_hit > 0 as hit from pg_statio_user_tables where relname = 'counted';
select blks_read > 0 as read, blks_hit > 0 as hit, blk_read_time from pg_stat_database;
select pg_stat_get_blocks_fetched(oid) > pg_stat_get_blocks_hit(oid) as missed from pg_class where relname = 'counted';
select n_live_tup from pg_stat_all_tables where relid = 'counted'::regclass;
-- A sort that does not fit its memory.
set work_mem = '64kB';
select count(*) from (select x from generate_series(1, 100000) as x order by -x offset 0) as sorted;
select temp_files > 0 as files, temp_bytes > 100000 as bytes from pg_stat_database;
reset work_mem;
-- Times: of this session, which has run statements and sat in a transaction.
begin;
select pg_sleep(0.02);
commit;
select session_time > 0 and active_time >= 20 and active_time <= session_time as times, idle_in_transaction_time > 0 as idled from pg_stat_database;
-- One table, then all.
select pg_stat_reset_single_table_counters('counted'::regclass);
select seq_scan, seq_tup_read, idx_scan, n_tup_ins, n_live_tup from pg_stat_user_tables where relname = 'counted';
select xact_commit > 10 as kept from pg_stat_database;
select pg_stat_reset();
select xact_commit, xact_rollback, tup_inserted, temp_bytes, blks_read, stats_reset <= now() + interval '1 minute' as reset from pg_stat_database;
select pg_stat_clear_snapshot();
-- Tables of the catalogue have rows, without numbers.
select relid, seq_scan, idx_scan, n_live_tup from pg_stat_sys_tables where relname = 'pg_class';
select count(*) from pg_stat_all_tables where relname = 'pg_stat_all_tables';
-- The log, its archive and the cache, as far as they have such numbers.
select wal_records > 0 as records, wal_fpi, wal_bytes >= 512 as bytes, wal_write > 0 as writes, wal_sync > 0 as syncs, wal_sync_time > 0 as took,
    pg_typeof(wal_bytes) from pg_stat_wal;
select archived_count, failed_count, last_archived_time from pg_stat_archiver;
select count(*), count(stats_reset) from pg_stat_bgwriter;
select pid = pg_backend_pid() as me, ssl, cipher from pg_stat_ssl where pid = pg_backend_pid();
select pid = pg_backend_pid() as me, gss_authenticated, encrypted from pg_stat_gssapi where pid = pg_backend_pid();
drop table counted, uncounted;
