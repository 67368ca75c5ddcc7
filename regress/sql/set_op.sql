-- UNION, INTERSECT, EXCEPT and WITH: every answer here is PostgreSQL's.
CREATE TABLE oa (context_id text, "timestamp" timestamptz, x int, y text, z numeric(8,2));
CREATE TABLE ob (context_id text, "timestamp" timestamptz, x bigint, y varchar(8));
INSERT INTO oa (context_id, x, y, z) VALUES ('c', 1, 'a', 1), ('c', 1, 'a', 1.5), ('c', 2, 'b', null),
    ('c', null, null, 3), ('c', null, null, 3), ('c', 3, 'c', 4);
INSERT INTO ob (context_id, x, y) VALUES ('c', 1, 'a'), ('c', 2, 'x'), ('c', null, null), ('c', 1, 'a'), ('c', 1, 'a'), ('c', 9, 'z');

SELECT x, y FROM oa UNION SELECT x, y FROM ob ORDER BY 1, 2;
SELECT x, y FROM oa UNION ALL SELECT x, y FROM ob ORDER BY 1, 2;
SELECT x, y FROM oa INTERSECT SELECT x, y FROM ob ORDER BY 1, 2;
SELECT x, y FROM oa INTERSECT ALL SELECT x, y FROM ob ORDER BY 1, 2;
SELECT x, y FROM oa EXCEPT SELECT x, y FROM ob ORDER BY 1, 2;
SELECT x, y FROM ob EXCEPT ALL SELECT x, y FROM oa ORDER BY 1, 2;
SELECT x FROM oa UNION SELECT x FROM ob INTERSECT SELECT 1 ORDER BY x;
(SELECT x FROM oa UNION SELECT x FROM ob) EXCEPT SELECT 1 ORDER BY x DESC LIMIT 2;
(SELECT x FROM oa ORDER BY x LIMIT 1) UNION ALL (SELECT x FROM ob ORDER BY x DESC NULLS LAST LIMIT 1) ORDER BY 1;
SELECT 1 AS a UNION SELECT 2.5 UNION SELECT '3' ORDER BY 1;
SELECT null UNION SELECT null;
SELECT 'a' AS t UNION ALL SELECT null ORDER BY t;
SELECT 1 UNION SELECT 'x';
SELECT 1 UNION SELECT true;
SELECT 1, 2 UNION SELECT 1;
SELECT x FROM oa INTERSECT SELECT y FROM ob;
SELECT '1'::json EXCEPT SELECT '1'::json;
SELECT x FROM oa UNION SELECT x FROM ob ORDER BY x + 1;
SELECT x FROM oa UNION SELECT x FROM ob ORDER BY y;
VALUES (1, 'a'), (2, 'b') EXCEPT VALUES (2, 'b');
SELECT count(*) FROM (SELECT x FROM oa UNION SELECT x FROM ob) u;
SELECT x FROM oa WHERE x IN (SELECT x FROM ob EXCEPT SELECT 1) ORDER BY 1;
-- what a row looks like is asked of those that come out
CREATE TABLE oc (context_id text, "timestamp" timestamptz, n numeric);
CREATE TABLE od (context_id text, "timestamp" timestamptz, n numeric);
INSERT INTO oc (context_id, n) VALUES ('c', 1.0), ('c', 2.50), ('c', 3);
INSERT INTO od (context_id, n) VALUES ('c', 1.00), ('c', 4.0), ('c', 3);
SELECT n FROM (SELECT n FROM oc EXCEPT SELECT n FROM od) s WHERE n::text = '1.0';
SELECT n FROM (SELECT n FROM oc EXCEPT ALL SELECT n FROM od) s WHERE n::text IN ('1.0', '2.50');
SELECT n FROM (SELECT n FROM oc EXCEPT SELECT n FROM od) s WHERE n > 1.5 AND n <> 3 AND n IS NOT NULL;

-- WITH
WITH t AS (SELECT x, y FROM oa WHERE x IS NOT NULL) SELECT * FROM t ORDER BY 1, 2;
WITH t (p, q) AS (SELECT x, y FROM oa) SELECT a.p, b.q FROM t a JOIN t b ON a.p = b.p ORDER BY 1, 2;
WITH t AS (SELECT 1 AS n), u AS (SELECT n + 1 AS n FROM t) SELECT * FROM u, t;
WITH t AS MATERIALIZED (SELECT count(*) AS n FROM oa) SELECT n, (SELECT n FROM t) FROM t;
WITH t AS NOT MATERIALIZED (SELECT x FROM oa) SELECT count(*) FROM t a, t b WHERE a.x = b.x;
WITH t AS (SELECT 1) SELECT (WITH t AS (SELECT 2) SELECT * FROM t), * FROM t;
WITH oa AS (SELECT 'hidden' AS h) SELECT * FROM oa;
WITH t AS (SELECT 1), t AS (SELECT 2) SELECT * FROM t;
WITH t (a, b) AS (SELECT 1) SELECT * FROM t;
WITH u AS (SELECT * FROM t), t AS (SELECT 1) SELECT * FROM u;
WITH t AS (SELECT nope) SELECT 1;
SELECT y, (WITH s AS (SELECT ob.x FROM ob WHERE ob.x = oa.x) SELECT count(*) + (SELECT count(*) FROM s) FROM s) FROM oa ORDER BY 1, 2;
WITH t AS (SELECT x FROM oa) SELECT x FROM t UNION SELECT x + 10 FROM t ORDER BY 1;

-- WITH RECURSIVE
WITH RECURSIVE t (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n), count(*) FROM t;
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT n FROM t LIMIT 3;
WITH RECURSIVE t (n) AS (SELECT 1 UNION SELECT (n * 2) % 7 FROM t) SELECT n FROM t ORDER BY n;
WITH RECURSIVE fib (a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 50) SELECT a FROM fib;
WITH RECURSIVE e (f, t) AS (VALUES (1, 2), (2, 3), (3, 1), (3, 4)), p (n) AS (SELECT 1 UNION SELECT e.t FROM p JOIN e ON e.f = p.n)
    SELECT n FROM p ORDER BY n;
WITH RECURSIVE u AS (SELECT * FROM t), t AS (SELECT 7 AS k) SELECT * FROM u;
WITH RECURSIVE t AS (SELECT n FROM t) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1.5 FROM t) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT n FROM t UNION ALL SELECT 1) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT max(n) FROM t) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT a.n FROM t a, t b) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT x FROM oa WHERE x IN (SELECT n FROM t)) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT x FROM oa LEFT JOIN t ON true) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL (SELECT 2 EXCEPT SELECT n FROM t)) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t ORDER BY 1) SELECT * FROM t;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 3) SELECT * FROM t;

-- VALUES by expressions
VALUES (1, 5), (2, 1), (3, 3) ORDER BY column1 + column2, column1 * -1;
VALUES (1, 5), (2, 1), (3, 3), (4, 0) ORDER BY abs(column2 - 3) LIMIT 2 OFFSET 1;
VALUES ('a'), ('B') ORDER BY lower(column1) DESC FETCH FIRST 1 ROW WITH TIES;
WITH w AS (SELECT 2 AS two) VALUES ((SELECT two FROM w)), (1) ORDER BY column1 % 2;
SELECT * FROM (VALUES (1), (2) ORDER BY -column1) v (x);
(VALUES (1), (2) ORDER BY -column1 LIMIT 1) UNION ALL SELECT 7 ORDER BY 1;
VALUES (1) ORDER BY -nosuch;
