-- EXPLAIN ANALYZE says what has kept segments and zones from being read.
CREATE TABLE t (context_id text, timestamp timestamptz, n int, u int, s text, p text);
INSERT INTO t (context_id, timestamp, n, u, s, p)
 SELECT 'often', '2026-01-01 00:00+00'::timestamptz + g * interval '1 minute', g, g * 7919 % 40009,
  CASE WHEN g < 8192 THEN CASE g % 2 WHEN 0 THEN 'a' ELSE 'c' END ELSE 'b' END, md5(g::text)
 FROM generate_series(0, 19999) g;
CHECKPOINT;
INSERT INTO t (context_id, timestamp, n, u, s)
 SELECT 'often', '2026-03-01 00:00+00'::timestamptz + g * interval '1 minute', g, g, 'b' FROM generate_series(20000, 29999) g;
CHECKPOINT;
ALTER TABLE t ADD COLUMN later int;
\set show 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF)'
-- the words come in the order of the indexes
:show SELECT count(n) FROM t WHERE timestamp >= '2026-03-01';
:show SELECT count(n) FROM t WHERE event_id > 29000;
:show SELECT sum(n) FROM t WHERE n BETWEEN 9000 AND 9010;
:show SELECT sum(n) FROM t WHERE n < 30 AND s IN ('a', 'b');
:show SELECT sum(n) FROM t WHERE s = 'b' AND n < 9000;
:show SELECT sum(n) FROM t WHERE s = 'nowhere';
:show SELECT sum(n) FROM t WHERE p = md5('12345');
:show SELECT sum(n) FROM t WHERE later = 1;
:show SELECT sum(n) FROM t WHERE context_id = 'often' AND event_id BETWEEN 100 AND 110;
-- filters, where several zones may have a value by its zone map
CREATE TABLE f (context_id text, u int, p text);
INSERT INTO f (context_id, u, p) SELECT 'f', g * 7919 % 80021, md5((g % 40000)::text) FROM generate_series(1, 50000) g;
CHECKPOINT;
:show SELECT sum(u) FROM f WHERE u = 12345;
:show SELECT sum(u) FROM f WHERE p = md5('30000');
-- without indexes nothing is left out
SET enable_zone_maps = off;
SET enable_filters = off;
SET enable_context_index = off;
SET enable_segment_ranges = off;
:show SELECT sum(n) FROM t WHERE p = md5('12345') AND timestamp < '2026-02-01';
RESET ALL;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT JSON) SELECT sum(n) FROM t WHERE n BETWEEN 9000 AND 9010;
