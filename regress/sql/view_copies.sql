-- A view is bound again at each of its names: what doubles is refused (ADR 79).
CREATE VIEW w0 AS SELECT 1 AS x;
CREATE VIEW w1 AS SELECT p.x FROM w0 p, w0 q;
CREATE VIEW w2 AS SELECT p.x FROM w1 p, w1 q;
CREATE VIEW w3 AS SELECT p.x FROM w2 p, w2 q;
CREATE VIEW w4 AS SELECT p.x FROM w3 p, w3 q;
CREATE VIEW w5 AS SELECT p.x FROM w4 p, w4 q;
CREATE VIEW w6 AS SELECT p.x FROM w5 p, w5 q;
CREATE VIEW w7 AS SELECT p.x FROM w6 p, w6 q;
CREATE VIEW w8 AS SELECT p.x FROM w7 p, w7 q;
CREATE VIEW w9 AS SELECT p.x FROM w8 p, w8 q;
CREATE VIEW w10 AS SELECT p.x FROM w9 p, w9 q;
CREATE VIEW w11 AS SELECT p.x FROM w10 p, w10 q;
SELECT count(*) FROM w3;
SELECT count(*) FROM w11 a, w11 b, w11 c;
-- without joins: each level of operands stands in two comparisons
CREATE VIEW b0 AS SELECT ((((((((true BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) AS x;
SELECT x FROM b0;
SELECT ((((((((((((((((((((true BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) BETWEEN false AND true) AS x;
SELECT 1 FROM (VALUES (1)) t (a) GROUP BY GROUPING SETS (ROLLUP (a, a + 1, a), CUBE (a, a + 1), (a, a, a + 1), ()) ORDER BY a, a + 1, 1;
SELECT a, a + 1 AS b, count(*) FROM (VALUES (1)) t (a) GROUP BY DISTINCT ROLLUP (a, a + 1), CUBE (a) ORDER BY a, b;
