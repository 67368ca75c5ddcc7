-- GROUP BY, GROUPING SETS, DISTINCT ON, FETCH ... WITH TIES: every answer here is PostgreSQL's.
CREATE TABLE ga (context_id text, "timestamp" timestamptz, a int, b text, c bool, v numeric(8,2));
INSERT INTO ga (context_id, a, b, c, v) VALUES ('c', 1, 'x', true, 1), ('c', 1, 'y', false, 2.5), ('c', 2, 'x', null, null),
    ('c', null, null, true, 3), ('c', null, 'x', true, 3), ('c', 2, 'x', false, 4), ('c', 1, 'x', true, 5);

SELECT a, b, count(*), sum(v) FROM ga GROUP BY ROLLUP (a, b) ORDER BY 1, 2, 3;
SELECT a, b, c, count(*) FROM ga GROUP BY CUBE (a, (b, c)) ORDER BY 1, 2, 3, 4;
SELECT a, b, count(*), grouping(a), grouping(a, b), grouping(b, a) FROM ga GROUP BY GROUPING SETS ((a), (b), (a, b), ()) ORDER BY 5, 1, 2;
SELECT a, b, count(*) FROM ga GROUP BY a, ROLLUP (b) ORDER BY 1, 2, 3;
SELECT a, b, c, count(*) FROM ga GROUP BY ROLLUP (a), ROLLUP (b, c) HAVING count(*) > 1 ORDER BY 1, 2, 3, 4;
SELECT a, count(*) FROM ga GROUP BY GROUPING SETS (a, a) ORDER BY 1;
SELECT a, count(*) FROM ga GROUP BY DISTINCT GROUPING SETS (a, a) ORDER BY 1;
SELECT a, b, count(*) FROM ga GROUP BY GROUPING SETS (ROLLUP (a), CUBE (b), ()) ORDER BY 1, 2, 3;
SELECT count(*), sum(v), grouping(a) FROM ga WHERE false GROUP BY ROLLUP (a);
SELECT a, count(*) FROM ga WHERE false GROUP BY GROUPING SETS ((a), (), ()) ORDER BY 1;
SELECT count(*) FROM ga GROUP BY ();
SELECT a + 1 AS p, count(*), grouping(a + 1) FROM ga GROUP BY ROLLUP (a + 1) ORDER BY 3, 1;
SELECT a, sum(v) FILTER (WHERE c) AS s, count(DISTINCT b) FROM ga GROUP BY CUBE (a) ORDER BY grouping(a), a;
SELECT CASE WHEN grouping(a) = 1 THEN 'all' ELSE coalesce(a::text, 'null') END AS k, count(*) FROM ga GROUP BY ROLLUP (a) ORDER BY 1;
SELECT grouping(a) FROM ga;
SELECT a, grouping(b) FROM ga GROUP BY a;
SELECT a FROM ga WHERE grouping(a) = 0;
SELECT a, b FROM ga GROUP BY ROLLUP (a);

-- ordinals, names, expressions
SELECT a AS k, count(*) FROM ga GROUP BY k ORDER BY k;
SELECT b AS a, count(*) FROM ga GROUP BY a ORDER BY 2, 1;
SELECT a % 2, count(*) FROM ga GROUP BY 1 ORDER BY 1;
SELECT (a, b) IS NULL FROM ga;
SELECT a, b, count(*) FROM ga GROUP BY (a, b) ORDER BY 1, 2;
SELECT count(*) FROM ga HAVING count(*) > 100;
SELECT 1 FROM ga HAVING true;

-- DISTINCT ON
SELECT DISTINCT ON (a) a, b, v FROM ga ORDER BY a, b, v DESC NULLS LAST;
SELECT DISTINCT ON (a, b) a, b, v FROM ga ORDER BY b DESC, a, v;
SELECT DISTINCT ON (a % 2) a FROM ga ORDER BY a % 2, a DESC;
SELECT DISTINCT ON (1) a, v FROM ga ORDER BY 1, 2 LIMIT 2;
SELECT DISTINCT ON (a) b FROM ga ORDER BY a, b LIMIT 2;
SELECT DISTINCT ON (a) a, count(*) FROM ga GROUP BY a, b ORDER BY a, count(*) DESC, b;
SELECT DISTINCT ON (a) a, b FROM ga ORDER BY b;
SELECT DISTINCT ON (a, b) a, b FROM ga ORDER BY a, v, b;
SELECT DISTINCT ON (3) a FROM ga;
SELECT DISTINCT a FROM ga ORDER BY b;

-- FETCH FIRST
SELECT a, b FROM ga ORDER BY a FETCH FIRST ROW ONLY;
SELECT a FROM ga ORDER BY a FETCH FIRST 2 ROWS WITH TIES;
SELECT a FROM ga ORDER BY a DESC NULLS LAST OFFSET 1 FETCH NEXT 1 ROWS WITH TIES;
SELECT a FROM ga ORDER BY a FETCH FIRST 100 ROWS WITH TIES;
SELECT a FROM ga ORDER BY a FETCH FIRST 0 ROWS WITH TIES;
SELECT b FROM ga ORDER BY a, v FETCH FIRST 2 ROWS WITH TIES;
SELECT a FROM ga UNION ALL SELECT a FROM ga ORDER BY a FETCH FIRST 1 ROWS WITH TIES;
SELECT a FROM ga FETCH FIRST 1 ROWS WITH TIES;
SELECT a FROM ga ORDER BY a FETCH FIRST (SELECT 1) ROWS WITH TIES;
SELECT a FROM ga ORDER BY a LIMIT -1;
SELECT a FROM ga ORDER BY a LIMIT a;

-- a constant that is grouped by is that target, and no other constant like it
CREATE TEMP TABLE gc (a int);
INSERT INTO gc VALUES (1), (2);
SELECT 1 AS one, count(*) + 1 AS c FROM gc GROUP BY ROLLUP (one);
SELECT 1 AS one, 1 AS two, count(*) FROM gc GROUP BY ROLLUP (two);
SELECT 1 AS one, 1 AS two, count(*) FROM gc GROUP BY ROLLUP (one, two);
SELECT 1 AS one, count(*) FROM gc GROUP BY ROLLUP (one) HAVING 1 IS NULL;
SELECT 1 AS one, grouping(1), count(*) OVER () + 1 AS w FROM gc GROUP BY ROLLUP (one);
SELECT 'x'::text AS k, 'x' || count(*) AS c, upper('x') AS u FROM gc GROUP BY ROLLUP ('x'::text);
SELECT 1::bigint AS k, 1::bigint + count(*) AS c FROM gc GROUP BY ROLLUP (k);
SELECT a + 1 AS b, (a + 1) * 2 AS c FROM gc GROUP BY ROLLUP (a + 1) ORDER BY 1;
SELECT count(*) FROM gc GROUP BY DISTINCT GROUPING SETS (('x'::text), ('x'::text), ());
PREPARE gp (int) AS SELECT $1 AS k, $1 + count(*) AS c, $1 AS l FROM gc GROUP BY ROLLUP (k);
EXECUTE gp (5);
DROP TABLE gc;
