-- Aggregation in pieces: the shards' groups are made one.  The answers are
-- PostgreSQL 15's, which orders those of by_s as it likes.
CREATE TABLE t (context_id text, timestamp timestamptz, n int, b bigint, d numeric(10,2), f float8, r float4, s text, ok boolean, at timestamptz);
INSERT INTO t (context_id, timestamp, n, b, d, f, r, s, ok, at)
 SELECT 'c' || g % 37, '2026-01-01 00:00+00'::timestamptz + g * interval '1 second', g % 5, CASE WHEN g % 11 <> 0 THEN g END, g / 4.0, g / 4.0, g % 8,
  CASE WHEN g % 7 < 3 THEN chr(65 + g % 7) END, g % 3 <> 0, '2026-01-01 00:00+00'::timestamptz + (g * 7919 % 5000) * interval '1 hour'
 FROM generate_series(1, 5000) g;
SET min_parallel_rows = 0;
-- one group
SELECT count(*), count(b), sum(n), sum(b), sum(d), sum(f), sum(r), sum(n * interval '1 minute') FROM t;
SELECT avg(n), avg(b), avg(d), avg(f), avg(r), avg(n * interval '1 minute') FROM t;
SELECT min(n), max(b), min(d), max(f), min(s), max(s), min(n * interval '1 minute'), max(at), min(at) FROM t;
SELECT bool_and(ok), bool_or(ok), bit_and(n), bit_or(b), bit_xor(b) FROM t;
SELECT var_pop(n), stddev_samp(b), variance(d), round(var_samp(f)::numeric, 6), round(stddev_pop(f)::numeric, 6) FROM t;
SELECT round(corr(f, n)::numeric, 6), round(regr_slope(f, n)::numeric, 6), regr_count(f, b), round(covar_pop(f, b)::numeric, 2) FROM t;
-- groups
CREATE VIEW by_s AS SELECT s, n, count(*) AS count, sum(b) AS sum, max(d) AS max, avg(f) AS avg FROM t GROUP BY s, n;
SELECT * FROM by_s;
SELECT s, count(*) FROM t GROUP BY s ORDER BY s NULLS FIRST;
SELECT context_id, count(*), sum(b) FROM t WHERE n > 1 GROUP BY context_id ORDER BY sum(b) DESC, context_id LIMIT 5;
SELECT n % 2 AS odd, sum(b) FILTER (WHERE ok), avg(b) FILTER (WHERE ok), count(b) FILTER (WHERE ok), count(b), sum(b) FROM t GROUP BY odd ORDER BY odd;
SELECT s, n, count(*) FROM t WHERE n < 2 GROUP BY ROLLUP (s, n) ORDER BY s, n;
SELECT DISTINCT s, ok FROM t ORDER BY s, ok;
-- without rows
SELECT count(*), sum(n), max(s), stddev(f) FROM t WHERE n > 5;
SELECT s, count(*) FROM t WHERE n > 5 GROUP BY s;
-- one fails: the statement does
SELECT sum(1 / (n - 3)) FROM t;
SELECT sum(f * 1e305) FROM t;
-- a context is in one shard
SELECT s, count(DISTINCT context_id), count(DISTINCT context_id) FILTER (WHERE ok) FROM t GROUP BY s ORDER BY s;
-- what goes to no piece
SELECT count(DISTINCT s), string_agg(DISTINCT s, ',') FROM t;
SELECT sum((SELECT 1 WHERE t.n = 3)) FROM t;
-- the same without pieces
SET min_parallel_rows = -1;
SELECT * FROM by_s;
SET min_parallel_rows = 0;
-- in segments
CHECKPOINT;
SELECT * FROM by_s;
SELECT s, ok, count(*), sum(b) FROM t GROUP BY s, ok ORDER BY s, ok;
SELECT n, count(DISTINCT context_id), count(DISTINCT s), count(DISTINCT b) FROM t GROUP BY n ORDER BY n;
-- a transaction's own rows
BEGIN;
INSERT INTO t (context_id, n, s) VALUES ('c1', 1, 'A'), ('new', 9, 'Z');
SELECT s, count(*), max(n) FROM t GROUP BY s ORDER BY s;
ROLLBACK;
-- of several sets the second is too much for a piece
SET stele.enable_work_mem = off;
SELECT n, count(*), sum(b) FROM t WHERE b < 200 GROUP BY GROUPING SETS ((n), ()) ORDER BY n;
SELECT n, ok, count(*) FROM t WHERE b < 200 GROUP BY ROLLUP (n, ok) ORDER BY n, ok;
