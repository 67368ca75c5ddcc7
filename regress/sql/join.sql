-- Joins: every answer here is PostgreSQL's.
CREATE TABLE ja (context_id text, "timestamp" timestamptz, x int, y text, z bigint);
CREATE TABLE jb (context_id text, "timestamp" timestamptz, x bigint, w text, z bigint);
CREATE TABLE jc (context_id text, "timestamp" timestamptz, k int, w varchar(10), f float8);
INSERT INTO ja (context_id, x, y, z) VALUES ('c1', 1, 'one', 10), ('c1', 2, 'two', 20),
    ('c2', 2, 'zwei', null), ('c2', null, 'nil', 30), ('c3', 5, null, 50);
INSERT INTO jb (context_id, x, w, z) VALUES ('c1', 1, 'b1', 10), ('c2', 2, 'b2', 20),
    ('c2', 2, 'b22', 21), ('c3', null, 'bn', 30), ('c4', 7, 'b7', null);
INSERT INTO jc (context_id, k, w, f) VALUES ('c1', 1, 'b1', 1.5), ('c2', 2, 'b2', 2.5), ('c9', null, null, 'NaN');

-- commas and WHERE
SELECT ja.x, y, w FROM ja, jb WHERE ja.x = jb.x ORDER BY 1, 2, 3;
SELECT count(*) FROM ja, jb, jc WHERE ja.x = jb.x AND jb.w = jc.w;

-- each kind, with merged columns
SELECT * FROM (SELECT x, y FROM ja) a JOIN (SELECT x, w FROM jb) b USING (x) ORDER BY 1, 2, 3;
SELECT * FROM (SELECT x, y FROM ja) a LEFT JOIN (SELECT x, w FROM jb) b USING (x) ORDER BY 1, 2, 3;
SELECT * FROM (SELECT x, y FROM ja) a RIGHT JOIN (SELECT x, w FROM jb) b USING (x) ORDER BY 1, 2, 3;
SELECT * FROM (SELECT x, y FROM ja) a FULL JOIN (SELECT x, w FROM jb) b USING (x) ORDER BY 1, 2, 3;
SELECT * FROM (SELECT x, y FROM ja) a NATURAL JOIN (SELECT x, w FROM jb) b ORDER BY 1, 2, 3;
SELECT ja.x, jb.x FROM ja CROSS JOIN jb ORDER BY 1, 2;

-- conditions that are no equality, and more than one
SELECT ja.x, jb.x FROM ja JOIN jb ON ja.x < jb.x ORDER BY 1, 2;
SELECT ja.x, jb.x FROM ja LEFT JOIN jb ON ja.x > jb.x ORDER BY 1, 2;
SELECT ja.x, jb.x, w FROM ja FULL JOIN jb ON ja.x = jb.x AND w <> 'b22' ORDER BY 1, 2, 3;
SELECT ja.x, jb.x FROM ja FULL JOIN jb ON ja.x = jb.x AND ja.z = jb.z ORDER BY 1, 2;
SELECT ja.x, jb.x FROM ja LEFT JOIN jb ON false ORDER BY 1;

-- nested joins, and the order of what they give
SELECT ja.y, jb.w, f FROM ja JOIN (jb JOIN jc ON jb.w = jc.w) ON ja.x = jc.k ORDER BY 1, 2;
SELECT ja.y, jb.w, f FROM ja LEFT JOIN (jb JOIN jc ON jb.w = jc.w) ON ja.x = jb.x ORDER BY 1, 2;
SELECT ja.y, jb.w, f FROM ja LEFT JOIN jb ON ja.x = jb.x LEFT JOIN jc ON jc.w = jb.w ORDER BY 1, 2;
SELECT jb.x, count(*), max(ja.y) FROM ja RIGHT JOIN jb ON ja.x = jb.x GROUP BY jb.x ORDER BY 1;

-- names
SELECT p, q, r FROM ((SELECT x, y FROM ja) a JOIN (SELECT k, f FROM jc) c ON x = k) AS j(p, q, r) ORDER BY p, q;
SELECT u.x, ja.y FROM ja JOIN jb USING (x) AS u ORDER BY 1, 2;
SELECT x, ja.x, jb.x FROM ja FULL JOIN jb USING (x) ORDER BY 1, 2, 3;
SELECT x FROM ja, jb;
SELECT q.x FROM ja, jb;
SELECT 1 FROM ja JOIN jb USING (nope);
SELECT 1 FROM ja JOIN jb USING (x, x);
SELECT 1 FROM ja JOIN jb ON true JOIN jb b2 USING (x);
SELECT 1 FROM ja JOIN jc USING (w);
SELECT 1 FROM ja, ja;
SELECT 1 FROM ja a JOIN jb a ON true;
SELECT 1 FROM ja JOIN jb ON ja.x = jc.k JOIN jc ON true;
SELECT 1 FROM ja, jb JOIN jc ON ja.x = k;
SELECT ja.x FROM (ja JOIN jb USING (x)) AS j;
SELECT 1 FROM ja JOIN jb ON ja.y;
SELECT 1 FROM ja JOIN jb ON count(*) > 0;
SELECT 1 FROM ja AS a JOIN jb ON ja.x = jb.x;

-- conditions that let a row of nulls through
CREATE TEMP TABLE na (a int);
CREATE TEMP TABLE nb (a int, b int, v int[]);
INSERT INTO na VALUES (1), (2), (3);
INSERT INTO nb VALUES (1, 10, '{}'), (2, NULL, '{1}');
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE NOT (nb.b = ANY ('{}')) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE NOT (nb.b + 1 = ANY (ARRAY[]::int[])) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE (nb.b = ANY ('{}')) = false ORDER BY 1;
SELECT na.a, nb.b FROM na FULL JOIN nb ON nb.a = na.a AND nb.a = 1 WHERE NOT (nb.b = ANY ('{}')) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE nb.b <> ALL ('{}') ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE NOT (nb.b = ANY ('{11}')) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE NOT (nb.b = ANY (nb.v)) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE NOT (nb.b = 1 AND false) ORDER BY 1;
SELECT na.a, nb.b FROM na LEFT JOIN nb ON nb.a = na.a WHERE greatest(nb.b, 4) = 4 ORDER BY 1;
