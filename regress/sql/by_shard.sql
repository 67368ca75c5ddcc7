-- What groups, joins, partitions or links by context is made of each shard
-- apart.  The answers are PostgreSQL 15's, but for the sequence.
CREATE TABLE t (context_id text, timestamp timestamptz, n int, b bigint, s text);
INSERT INTO t (context_id, timestamp, n, b, s)
 SELECT 'c' || g % 37, '2026-01-01 00:00+00'::timestamptz + g * interval '1 second', g % 5, CASE WHEN g % 11 <> 0 THEN g END, CASE WHEN g % 7 < 3 THEN chr(65 + g % 7) END
 FROM generate_series(1, 5000) g;
CREATE TABLE u (context_id text, timestamp timestamptz, k int);
INSERT INTO u (context_id, timestamp, k) SELECT 'c' || g % 50, '2026-01-01 00:00+00'::timestamptz + g * interval '7 seconds', g % 4 FROM generate_series(1, 400) g;
SET min_parallel_rows = 0;
CREATE VIEW funnel AS SELECT count(*), sum(a.n), max(b.t2 - a.t1) FROM (SELECT context_id, count(*) AS n, min(timestamp) AS t1 FROM t WHERE n = 1 GROUP BY context_id) a
 JOIN (SELECT context_id, max(timestamp) AS t2 FROM u WHERE k = 2 GROUP BY context_id) b ON a.context_id = b.context_id WHERE b.t2 >= a.t1;
SELECT * FROM funnel;
CREATE VIEW outer_joins AS SELECT (SELECT count(*) || ' ' || count(a.c) || ' ' || count(b.c) FROM (SELECT DISTINCT context_id AS c FROM t WHERE n < 3) a LEFT JOIN (SELECT DISTINCT context_id AS c FROM u) b ON a.c = b.c) AS l,
 (SELECT count(*) || ' ' || count(a.c) || ' ' || count(b.c) FROM (SELECT DISTINCT context_id AS c FROM t) a FULL JOIN (SELECT DISTINCT context_id AS c FROM u) b ON a.c = b.c) AS f,
 (SELECT count(DISTINCT b.c) FROM (SELECT DISTINCT context_id AS c FROM u) a LEFT JOIN (SELECT DISTINCT context_id AS c FROM t) b ON a.c = b.c) AS r,
 (SELECT count(*) FROM u WHERE EXISTS (SELECT FROM t WHERE t.context_id = u.context_id AND t.n = 4)) AS s,
 (SELECT count(*) FROM u WHERE NOT EXISTS (SELECT FROM t WHERE t.context_id = u.context_id)) AS x;
SELECT * FROM outer_joins;
SELECT s, count(*), sum(c) FROM (SELECT s, context_id, count(*) AS c FROM t GROUP BY s, context_id) x GROUP BY s ORDER BY s;
CREATE VIEW pairs AS SELECT count(*), avg(done - timestamp) AS gap, count(DISTINCT context_id) AS contexts FROM (SELECT context_id, timestamp, a, min(CASE WHEN a = 0 THEN timestamp END)
 OVER (PARTITION BY context_id ORDER BY timestamp DESC, a ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS done
 FROM (SELECT context_id, timestamp, 1 AS a FROM t WHERE n = 1 UNION ALL SELECT context_id, timestamp, 0 FROM u WHERE k = 2) v) w WHERE a = 1 AND done IS NOT NULL;
SELECT * FROM pairs;
SELECT count(*), avg(u.timestamp - t.timestamp) AS gap, count(DISTINCT t.context_id) AS contexts FROM stele.sequence('t FOLLOWED BY u LINKED BY context_id WHERE t.n = 1 AND u.k = 2');
-- lists of a context's rows are whole, and in order
SELECT count(*), max(length(l)), min(md5(l)) FROM (SELECT context_id, string_agg(b::text, ',') AS l FROM t WHERE n < 2 GROUP BY context_id) x;
-- these bring shards together below
SELECT count(*), sum(c) FROM (SELECT n, count(*) AS c FROM t GROUP BY n) x;
SELECT count(*) FROM t JOIN u ON t.n = u.k AND t.b < 100;
SELECT count(*), sum(r) FROM (SELECT rank() OVER (PARTITION BY s ORDER BY b) AS r FROM t WHERE b < 300) x;
SELECT count(*), sum(c) FROM (SELECT context_id, n, count(*) AS c FROM t GROUP BY ROLLUP (context_id, n)) x;
-- one fails within
SELECT sum(q) FROM (SELECT context_id, sum(1 / (n - 3)) AS q FROM t GROUP BY context_id) x;
-- the same without pieces
SET min_parallel_rows = -1;
SELECT * FROM funnel;
SELECT * FROM outer_joins;
SELECT * FROM pairs;
SELECT count(*), avg(u.timestamp - t.timestamp) AS gap, count(DISTINCT t.context_id) AS contexts FROM stele.sequence('t FOLLOWED BY u LINKED BY context_id WHERE t.n = 1 AND u.k = 2');
SET min_parallel_rows = 0;
-- in segments
CHECKPOINT;
SELECT * FROM funnel;
SELECT * FROM outer_joins;
SELECT * FROM pairs;
SELECT count(*), avg(u.timestamp - t.timestamp) AS gap, count(DISTINCT t.context_id) AS contexts FROM stele.sequence('t FOLLOWED BY u LINKED BY context_id WHERE t.n = 1 AND u.k = 2');
-- strings that are read when they are asked for
SELECT s, count(DISTINCT context_id), count(context_id), count(s) FROM t GROUP BY s ORDER BY s;
SELECT count(*), sum(c), sum(d) FROM (SELECT context_id, s, count(DISTINCT s) AS c, count(DISTINCT context_id) AS d FROM t WHERE n > 1 GROUP BY CUBE (context_id, s)) x;
SELECT left(context_id, 2) AS l, s || '!' AS s, count(DISTINCT s), count(DISTINCT context_id) FROM t WHERE s < 'C' GROUP BY 1, 2 HAVING count(*) > 150 ORDER BY 1, 2;
-- of files
SET stele.enable_work_mem = off;
SELECT * FROM funnel;
SELECT * FROM outer_joins;
SELECT * FROM pairs;
SELECT count(*), avg(u.timestamp - t.timestamp) AS gap, count(DISTINCT t.context_id) AS contexts FROM stele.sequence('t FOLLOWED BY u LINKED BY context_id WHERE t.n = 1 AND u.k = 2');
-- strings that are read when they are asked for
SELECT s, count(DISTINCT context_id), count(context_id), count(s) FROM t GROUP BY s ORDER BY s;
SELECT count(*), sum(c), sum(d) FROM (SELECT context_id, s, count(DISTINCT s) AS c, count(DISTINCT context_id) AS d FROM t WHERE n > 1 GROUP BY CUBE (context_id, s)) x;
SELECT left(context_id, 2) AS l, s || '!' AS s, count(DISTINCT s), count(DISTINCT context_id) FROM t WHERE s < 'C' GROUP BY 1, 2 HAVING count(*) > 150 ORDER BY 1, 2;
