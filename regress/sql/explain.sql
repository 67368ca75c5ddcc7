-- 40 contexts: both shards have some.
-- EXPLAIN: the shapes of plans, what was measured, and its options.
CREATE TABLE t (a int, b text, c numeric(10,2));
INSERT INTO t (context_id, a, b, c) SELECT 'c' || a || '-' || x, a, 'b' || a, a FROM (VALUES (1),(2),(3),(4),(5)) AS v(a), (VALUES (1),(2),(3),(4),(5),(6),(7),(8)) AS w(x);
CHECKPOINT;
EXPLAIN SELECT * FROM t WHERE a > 2 AND b = 'x' ORDER BY c DESC LIMIT 3;
EXPLAIN (ANALYZE, TIMING off, SUMMARY off, BUFFERS off) SELECT b, count(*), sum(c) FROM t WHERE a > 0 GROUP BY b ORDER BY 2;
EXPLAIN (COSTS off) SELECT x.a, y.b FROM t x JOIN t y ON x.a = y.a AND x.c > 1 WHERE y.b LIKE 'b%' AND EXISTS (SELECT 1 FROM t z WHERE z.a = x.a);
EXPLAIN (COSTS off) SELECT x.b, (SELECT count(*) FROM t z WHERE z.a = x.a) FROM t x WHERE x.c NOT IN (SELECT c FROM t);
EXPLAIN (FORMAT json) SELECT * FROM t WHERE a > 0 ORDER BY a, b;
EXPLAIN (ANALYZE, TIMING off, COSTS off, SUMMARY off, BUFFERS off) SELECT a FROM t WHERE context_id = 'c3-1';
-- a bound that a subquery gives, which the estimates need once more after the run
EXPLAIN (ANALYZE, TIMING off, SUMMARY off, BUFFERS off) SELECT a FROM t WHERE event_id > (SELECT min(event_id) + 2 FROM t);
EXPLAIN (COSTS off) QUERY t WHERE a = 1 COUNT BY b;
EXPLAIN INSERT INTO t (context_id, a) SELECT 'x', a FROM t;
EXPLAIN (nosuch) SELECT 1;
EXPLAIN ANALYZE INSERT INTO t (context_id, a) VALUES ('x', 1);
EXPLAIN (COSTS off) SELECT 1;
EXPLAIN (COSTS off) SELECT (SELECT max(a) FROM t) + 1, a FROM t WHERE timestamp > now() - interval '1 day';
EXPLAIN (COSTS off) WITH w AS (SELECT a FROM t) SELECT * FROM w UNION ALL SELECT a FROM w;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT * FROM stele.sequence('t FOLLOWED BY t LINKED BY a');
EXPLAIN ANALYZE SELECT 1/0;

EXPLAIN (FORMAT xml) SELECT 1;
EXPLAIN (TIMING) SELECT 1;
EXPLAIN (COSTS maybe) SELECT 1;
EXPLAIN (COSTS off) SELECT b, sum(c) FROM t GROUP BY ROLLUP (b) ORDER BY grouping(b), 1;
EXPLAIN (COSTS off) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < (SELECT max(a) FROM t)) SELECT i, g FROM n, generate_series(1, 2) g;
