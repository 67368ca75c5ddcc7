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

-- settings, tablespaces, sizes
select pg_settings_get_flags('DateStyle'), pg_settings_get_flags('nosuch'), pg_settings_get_flags('WORK_MEM'),
    pg_settings_get_flags('transaction_isolation'), pg_settings_get_flags('role'), pg_settings_get_flags('my.own'), pg_settings_get_flags(null);
select name, pg_settings_get_flags(name) from pg_settings where pg_settings_get_flags(name) <> '{}' and name not in ('block_size','segment_size') order by 1 limit 12;
select pg_tablespace_databases(1664);
select pg_tablespace_databases(99);
select count(*) > 0 from pg_tablespace_databases(1663);
select count(*) from pg_tablespace_databases(null) d(oid);
select pg_column_size(1), pg_column_size(1::bigint), pg_column_size(1::smallint), pg_column_size(1::float4), pg_column_size(true), pg_column_size(now()), pg_column_size(date '2000-01-01'), pg_column_size('1 day'::interval);
select pg_column_size('abc'::text), pg_column_size(repeat('x',200)), pg_column_size(''::text), pg_column_size('{"a":1}'::json), pg_column_size('\x00'::bytea), pg_column_size('x'::name), pg_column_size('c'::"char"), pg_column_size(gen_random_uuid());
select pg_column_size(1.5), pg_column_size(12345678901.234), pg_column_size(0::numeric), pg_column_size(1e100::numeric), pg_column_size('10.0.0.1'::inet), pg_column_size('::1'::inet), pg_column_size(b'101'), pg_column_size(null), pg_column_size(null::text);
select pg_column_size(array[1, 2, 3]), pg_column_size('{}'::bigint[]), pg_column_size(array[array[1::smallint]]);
select pg_column_size();

-- snapshots
select pg_snapshot_xmin('10:20:10,14,15'), pg_snapshot_xmax('10:20:10,14,15'), pg_snapshot_xip('10:20:10,14,15');
select * from txid_snapshot_xip('10:20:10,14,15') x;
select txid_snapshot_xmin('10:20:10,14,15'), txid_snapshot_xmax('10:20:10,14,15'), txid_visible_in_snapshot(10, '10:20:10,14,15'),
    txid_visible_in_snapshot(11, '10:20:10,14,15'), pg_visible_in_snapshot('9', '10:20:10,14,15'),
    pg_visible_in_snapshot('20', '10:20:10,14,15');
select '10:5:'::pg_snapshot;
select '10:20:25'::pg_snapshot;
select 'x'::txid_snapshot;
select '0:5:'::pg_snapshot;
select pg_typeof(pg_current_snapshot()), pg_typeof(txid_current_snapshot()), '10:20:'::pg_snapshot, '10:20:11,11,12,'::txid_snapshot;
select pg_snapshot_xmax(pg_current_snapshot()) >= pg_snapshot_xmin(pg_current_snapshot());
select '1:1:'::pg_snapshot = '1:1:'::pg_snapshot;
select pg_column_size('10:20:11'::pg_snapshot), array['1:1:'::pg_snapshot];
select distinct x from (values ('1:1:'::pg_snapshot)) v (x);

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
