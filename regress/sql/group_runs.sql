-- Rows in turn with one key, as time has them.  The answers are PostgreSQL 15's,
-- which gives groups in another order where none is asked for.
CREATE TABLE r (context_id text, timestamp timestamptz, n int, m int, k int);
INSERT INTO r (context_id, timestamp, n, m, k) SELECT 'c', '2026-01-01 00:00+00'::timestamptz + g * interval '13 seconds', g / 900 % 5, CASE WHEN g / 1000 <> 2 THEN g % 7 END, CASE WHEN g / 500 <> 3 THEN g / 500 END FROM generate_series(0, 5999) g;
CREATE VIEW by_n AS SELECT n, count(*), count(m) AS ms, sum(m) FROM r GROUP BY n;
SELECT * FROM by_n ORDER BY n;
SELECT date_trunc('hour', timestamp) AS h, count(*), count(k) AS ks FROM r WHERE timestamp >= '2026-01-01 02:00+00' AND timestamp < '2026-01-01 20:30+00' GROUP BY h ORDER BY h;
SELECT k, count(*) FROM r WHERE m % 3 <> 0 GROUP BY k ORDER BY k;
SELECT m, n, count(*) FROM r WHERE m < 2 GROUP BY m, n ORDER BY m, n;
SELECT count(*), count(m) FROM r WHERE m = 3;
SELECT count(*) FROM (SELECT n FROM r UNION SELECT n + 3 FROM r) x;
SELECT n FROM r EXCEPT SELECT n FROM r WHERE n > 1 ORDER BY n;
WITH RECURSIVE s (v) AS (SELECT n FROM r UNION SELECT v + 1 FROM s WHERE v < 9) SELECT count(*), sum(v) FROM s;
SELECT count(*) FROM r WHERE n IN (SELECT n + 2 FROM r);
CHECKPOINT;
SELECT * FROM by_n ORDER BY n;
SELECT count(*), count(k), count(DISTINCT n) FROM r WHERE n >= 0;
-- of files
SET stele.enable_work_mem = off;
SELECT * FROM by_n ORDER BY n;
SELECT * FROM by_n;
WITH RECURSIVE s (v) AS (SELECT n FROM r UNION SELECT v + 1 FROM s WHERE v < 9) SELECT count(*), sum(v) FROM s;
