-- stele.wal and stele.memory: how far the log is, and who holds how much memory.
create table logged (s text);
insert into logged (context_id, s) values ('c', 'one'), ('d', 'two');
-- Who was answered is on disk and visible.
select appended_event_id = max(event_id) as appended, written_event_id = max(event_id) as written, synced_event_id = max(event_id) as synced,
    visible_event_id = max(event_id) as visible
  from stele.wal, events group by appended_event_id, written_event_id, synced_event_id, visible_event_id;
select files > 0 and file_bytes > 0 and spare_files >= 0 as files, current_file > 0 and current_offset > 0 as place, writers_wait,
    files_to_archive, archive_state
  from stele.wal;
select groups > 0 and syncs between 1 and groups as counted, abs(rows_per_group * groups - rows) < 1e-6 and rows_per_group <= group_rows_max as rows,
    group_rows_p99 <= group_rows_max as most,
    write_p50_ms <= write_p99_ms and write_p99_ms <= write_max_ms and write_max_ms <= write_total_ms as writes,
    sync_p50_ms <= sync_p99_ms and sync_p99_ms <= sync_max_ms and sync_max_ms <= sync_total_ms as syncs
  from stele.wal;
-- A statement of its own is written as a group: three rows more.
select groups as g, rows as r, written_bytes as b from stele.wal \gset
insert into logged (context_id, s) select 'e', x::text from generate_series(1, 3) as x;
select groups > :g as groups, rows - :r as rows, written_bytes > :b as grown from stele.wal;
-- A change of the schema has no rows.
select groups as g, rows as r from stele.wal \gset
create table unlogged_not ();
select groups > :g as groups, rows - :r as rows from stele.wal;
-- Memory: one row a part, or a part and shard; the scripts run on a server with two.
select part, shard, limit_bytes is not null as limited from stele.memory;
select part, sum(bytes) > 0 as some from stele.memory
  where part in ('active MemTable', 'log buffers', 'process', 'statement statistics') group by part order by part;
select sum(bytes) as active from stele.memory where part = 'active MemTable' except select sum(memtable_bytes) from stele.shards;
select bytes, objects from stele.memory where part = 'passive MemTables' and shard = 0;
select count(*) as over from stele.memory where bytes > limit_bytes;
select objects > 0 as connected from stele.memory where part = 'connections';
-- Who looks a context up in a segment leaves a desk there.
checkpoint;
select s from logged where context_id = 'c';
select bytes > 0 as desks from stele.memory where part = 'lookup desks';
-- A large transaction is seen while it is open, and its memory goes with it.
begin;
insert into logged (context_id, s) select 'f', repeat('x', 1000) from generate_series(1, 1000);
select bytes > 1000000 as large from stele.memory where part = 'large batches';
rollback;
select bytes from stele.memory where part = 'large batches';
drop table logged, unlogged_not;
