-- Functions that pools, monitoring and tools ask: the answers are PostgreSQL 15's but for what stands behind "only here".
\set VERBOSITY verbose
create role admin superuser login;
create role joe;

-- waiting
select pg_sleep_for('0.01 seconds'), pg_sleep_for('-1 day'), pg_sleep_for(null);
select pg_sleep_until(now()), pg_sleep_until('-infinity'), pg_sleep_until(clock_timestamp() + '0.01 seconds');
set statement_timeout = '50ms';
select pg_sleep_for('5 minutes');
select pg_sleep_until('infinity');
reset statement_timeout;

-- the log
select pg_wal_lsn_diff('1/0', '0/0'), pg_wal_lsn_diff('0/0', '0/10'), pg_wal_lsn_diff(null, '0/0');
select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') >= 0;
select pg_current_wal_lsn() >= pg_current_wal_flush_lsn(), pg_current_wal_insert_lsn() >= pg_current_wal_lsn();
select pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp();
select pg_get_wal_replay_pause_state();

-- the session, the server
select current_query();
select 1 as one\; select current_query();
prepare p as select current_query() = 'prepare p as select current_query() = x;', length(current_query());
select pg_reload_conf();
select pg_safe_snapshot_blocking_pids(1), pg_safe_snapshot_blocking_pids(null);
select txid_status(txid_current()), pg_xact_status(pg_current_xact_id()), txid_status(0), txid_status(1), txid_status(2);
select txid_status(100000000000);
select pg_xact_status('100000000000');
select txid_status(-1);
select pg_xact_status(null), txid_status(null);

-- jsonpaths
select jsonb_path_exists_tz('{"a": [1, 2]}', '$.a[*] ? (@ > 1)'), jsonb_path_match_tz('{"a": 2}', '$.a == 2'),
    jsonb_path_query_array_tz('{"a": [1, 2]}', '$.a[*]'), jsonb_path_query_first_tz('{"a": [1, 2]}', '$.a[*]'),
    jsonb_path_query_first_tz('[3]', '$[*] ? (@ > $x)', '{"x": 2}', true);
select * from jsonb_path_query_tz('{"a": [1, 2]}', '$.a[*] ? (@ >= $x)', '{"x": 1}') q;
select jsonb_path_query_tz('[1, "x"]', '$[*]', vars => '{}', silent => true);
select jsonb_path_query_first_tz('[1]', 'strict $.a');
select oid::regprocedure, provolatile, proisstrict, proretset from pg_proc where proname like 'jsonb_path%tz' order by oid;

set role joe;
select pg_reload_conf();
select pg_current_wal_lsn() is null;
reset role;
select oid::regprocedure, provolatile, prorettype::regtype from pg_proc where proname in ('pg_sleep_for', 'pg_sleep_until',
    'pg_wal_lsn_diff', 'pg_current_wal_lsn', 'pg_current_wal_flush_lsn', 'pg_current_wal_insert_lsn', 'pg_last_wal_receive_lsn',
    'pg_last_wal_replay_lsn', 'pg_last_xact_replay_timestamp', 'pg_get_wal_replay_pause_state', 'current_query',
    'pg_reload_conf', 'pg_safe_snapshot_blocking_pids', 'txid_status', 'pg_xact_status') order by oid;

-- only here: the log's position is the last event_id
create table t (context_id text not null, a int);
insert into t (context_id, a) values ('c', 1), ('c', 2);
select pg_current_wal_insert_lsn() = pg_current_wal_lsn(), pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0');
-- a transaction that has ended: nobody remembers how
select txid_current() as xid \gset
select txid_status(:xid);
begin;
select txid_current() = txid_current(), txid_status(txid_current());
rollback;
