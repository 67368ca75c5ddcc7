-- The server's own relations: schema stele.
CREATE TABLE sys_a (n int);
CREATE TABLE sys_b (n int);
CHECKPOINT;
-- One row a shard; the scripts run on a server with two.
SELECT shard, memtable_rows, passive_memtables, passive_bytes FROM stele.shards ORDER BY shard;
SELECT DISTINCT writers_wait_for IS NULL AS have_room FROM stele.shards;
INSERT INTO sys_a (context_id, timestamp, n) VALUES
  ('c1', '2026-01-01 00:00Z', 1), ('c2', '2026-01-02 00:00Z', 2), ('c3', '2026-01-03 00:00Z', 3);
INSERT INTO sys_b (context_id, timestamp, n) VALUES ('c1', '2025-12-31 00:00Z', 4);
SELECT sum(memtable_rows) FROM stele.shards;
SELECT bool_and(memtable_bytes > 0) FROM stele.shards WHERE memtable_rows > 0;
CHECKPOINT;
SELECT sum(memtable_rows) FROM stele.shards;
SELECT sum(rows) AS rows, min(first_timestamp AT TIME ZONE 'UTC') AS first, max(last_timestamp AT TIME ZONE 'UTC') AS last,
  max(last_event_id) - min(first_event_id) AS ids, bool_and(zones > 0 AND bytes > 0) AS sizes
  FROM stele.segments WHERE types LIKE '%sys_a%' OR types LIKE '%sys_b%';
-- What the shards say of their segments is what the segments say.
SELECT count(*) = count(DISTINCT shard) AS agree FROM (
  SELECT shard, count(*) AS segments, sum(rows) AS rows, sum(bytes) AS bytes FROM stele.segments GROUP BY shard
  UNION
  SELECT shard, segments, segment_rows, segment_bytes FROM stele.shards WHERE segments > 0
) AS said;
INSERT INTO stele.segments (shard) VALUES (1);
SELECT * FROM stele.nothing;
