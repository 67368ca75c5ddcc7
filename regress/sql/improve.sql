-- The rules that improve plans: each plan with the rule, and without it.
CREATE TABLE ia (a int, b text, c int);
CREATE TABLE ib (a int, b text, c int);
INSERT INTO ia (context_id, a, b, c) VALUES ('x', 1, 'p', 2), ('y', 2, 'q', 3), ('z', null, 'r', 4);
INSERT INTO ib (context_id, a, b, c) VALUES ('x', 1, 's', 3), ('y', 2, 't', 4), ('y', 2, 'u', null);

-- conditions go to where their columns are, and on along equalities
EXPLAIN (COSTS off) SELECT * FROM ia, ib WHERE ia.a = ib.a AND ib.c > 3 AND ia.context_id = 'x' AND ib.context_id = ia.context_id;
SET stele.enable_equalities = off;
EXPLAIN (COSTS off) SELECT * FROM ia, ib WHERE ia.a = ib.a AND ib.c > 3 AND ia.context_id = 'x' AND ib.context_id = ia.context_id;
SET stele.enable_filter_pushdown = off;
EXPLAIN (COSTS off) SELECT * FROM ia, ib WHERE ia.a = ib.a AND ib.c > 3 AND ia.context_id = 'x' AND ib.context_id = ia.context_id;
SELECT ia.b, ib.b FROM ia, ib WHERE ia.a = ib.a AND ib.c > 3 AND ib.context_id = ia.context_id;
RESET ALL;
SELECT ia.b, ib.b FROM ia, ib WHERE ia.a = ib.a AND ib.c > 3 AND ib.context_id = ia.context_id;

-- below groups, projections and UNION; not below LIMIT
EXPLAIN (COSTS off) SELECT * FROM (SELECT a + 1 AS a1, count(*) AS n FROM ia GROUP BY a + 1) q WHERE a1 = 2 AND n > 0;
EXPLAIN (COSTS off) SELECT * FROM (SELECT a FROM ia UNION SELECT c FROM ib) q WHERE a = 4;
EXPLAIN (COSTS off) SELECT * FROM (SELECT a FROM ia ORDER BY a LIMIT 1) q WHERE a = 4;
-- below INTERSECT and EXCEPT, unless they may tell equal values apart
CREATE TABLE ie (n numeric, a int);
INSERT INTO ie (context_id, n, a) VALUES ('x', 1.00, 1), ('y', 2.50, 2);
EXPLAIN (COSTS off) SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia INTERSECT SELECT n, a FROM ie) q WHERE n > 0.5 AND a::text = '1' AND n::text = '1.0';
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia INTERSECT SELECT n, a FROM ie) q WHERE n > 0.5 AND a::text = '1' AND n::text = '1.0';
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia INTERSECT ALL SELECT n, a FROM ie) q WHERE n::text = '1.00';
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia EXCEPT ALL SELECT n, a FROM ie) q WHERE n::text = '1.0' OR a = 2;
SET stele.enable_filter_pushdown = off;
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia INTERSECT SELECT n, a FROM ie) q WHERE n > 0.5 AND a::text = '1' AND n::text = '1.0';
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia INTERSECT ALL SELECT n, a FROM ie) q WHERE n::text = '1.00';
SELECT * FROM (SELECT 1.0 * a AS n, a FROM ia EXCEPT ALL SELECT n, a FROM ie) q WHERE n::text = '1.0' OR a = 2;
RESET ALL;

-- an outer join that needs no nulls
EXPLAIN (COSTS off) SELECT * FROM ia LEFT JOIN ib ON ia.a = ib.a WHERE ib.c > 3;
EXPLAIN (COSTS off) SELECT * FROM ia LEFT JOIN ib ON ia.a = ib.a WHERE ib.c IS NULL;
EXPLAIN (COSTS off) SELECT * FROM ia FULL JOIN ib ON ia.a = ib.a WHERE ia.c > 3;

-- relations that nothing connects come last
EXPLAIN (COSTS off) SELECT * FROM ia, ib, ia ic WHERE ia.a = ic.a AND ic.c = ib.c;
SET stele.enable_join_order = off;
EXPLAIN (COSTS off) SELECT * FROM ia, ib, ia ic WHERE ia.a = ic.a AND ic.c = ib.c;
RESET ALL;

-- subqueries as joins
EXPLAIN (COSTS off) SELECT b FROM ia WHERE EXISTS (SELECT 1 FROM ib WHERE ib.a = ia.a AND ib.c > 3 LIMIT 1);
EXPLAIN (COSTS off) SELECT b FROM ia WHERE NOT EXISTS (SELECT 1 FROM ib WHERE ib.a = ia.a);
EXPLAIN (COSTS off) SELECT b FROM ia WHERE a IN (SELECT DISTINCT a FROM ib WHERE ib.c > ia.c);
EXPLAIN (COSTS off) SELECT b FROM ia WHERE a NOT IN (SELECT a FROM ib);
SET stele.enable_decorrelation = off;
EXPLAIN (COSTS off) SELECT b FROM ia WHERE NOT EXISTS (SELECT 1 FROM ib WHERE ib.a = ia.a);
SELECT b FROM ia WHERE NOT EXISTS (SELECT 1 FROM ib WHERE ib.a = ia.a);
RESET ALL;
SELECT b FROM ia WHERE NOT EXISTS (SELECT 1 FROM ib WHERE ib.a = ia.a);

-- the others
SET enable_hashjoin = off;
SET stele.enable_scan_bounds = off;
EXPLAIN (COSTS off) SELECT * FROM ia JOIN ib ON ia.a = ib.a WHERE ia.a = 1;
RESET ALL;

-- a condition that never holds is known when it is planned: nothing is read
EXPLAIN (COSTS off) SELECT b FROM ia WHERE 1 <> 1 AND a = 2;
EXPLAIN (COSTS off) SELECT ia.b, ib.b FROM ia LEFT JOIN ib ON ia.a = ib.a AND ib.c = 1 + 2 WHERE null AND ia.c > 1;
SELECT count(*), max(a) FROM ia WHERE 1 <> 1;
SELECT b FROM ia WHERE 1 = 1 AND a = 2;
