-- Subqueries and LATERAL: every answer here is PostgreSQL's.
CREATE TABLE sa (context_id text, "timestamp" timestamptz, x int, y text, z bigint);
CREATE TABLE sb (context_id text, "timestamp" timestamptz, x bigint, w text, z numeric(10,2));
INSERT INTO sa (context_id, x, y, z) VALUES ('c1', 1, 'one', 10), ('c1', 2, 'two', 20),
    ('c2', 2, 'zwei', null), ('c2', null, 'nil', 30), ('c3', 5, null, 50);
INSERT INTO sb (context_id, x, w, z) VALUES ('c1', 1, 'b1', 10), ('c2', 2, 'b2', 20.50),
    ('c2', 2, 'b22', 21), ('c3', null, 'bn', 30), ('c4', 7, 'b7', null);

-- scalar
SELECT (SELECT 1), (SELECT 'a'), (SELECT max(z) FROM sb), (SELECT x FROM sa WHERE false);
SELECT y, (SELECT max(w) FROM sb WHERE sb.x = sa.x) FROM sa ORDER BY y;
SELECT y, (SELECT count(*) FROM sb WHERE sb.x > sa.x) AS n FROM sa ORDER BY n, y;
SELECT (SELECT x FROM sa);
SELECT (SELECT x, y FROM sa);
SELECT y FROM sa WHERE z > (SELECT avg(z) FROM sa) ORDER BY y;
SELECT y FROM sa WHERE z = (SELECT max(z) FROM sa i WHERE i.context_id = sa.context_id) ORDER BY y;
SELECT (SELECT (SELECT sa.x + sb.x FROM sb WHERE sb.w = 'b1') FROM (SELECT 1) one) FROM sa ORDER BY 1;

-- EXISTS
SELECT y FROM sa WHERE EXISTS (SELECT 1 FROM sb WHERE sb.x = sa.x) ORDER BY y;
SELECT y FROM sa WHERE NOT EXISTS (SELECT * FROM sb WHERE sb.x = sa.x) ORDER BY y;
SELECT EXISTS (SELECT FROM sb), NOT EXISTS (SELECT FROM sb WHERE false);

-- IN, with nulls on either side
SELECT y, x IN (SELECT x FROM sb) FROM sa ORDER BY y;
SELECT y, x IN (SELECT x FROM sb WHERE x IS NOT NULL) FROM sa ORDER BY y;
SELECT y, x NOT IN (SELECT x FROM sb) FROM sa ORDER BY y;
SELECT y, x IN (SELECT x FROM sb WHERE false) FROM sa ORDER BY y;
SELECT y FROM sa WHERE x NOT IN (SELECT x FROM sb WHERE x IS NOT NULL) ORDER BY y;
SELECT y, (x, y) IN (SELECT 1, 'one' UNION ALL SELECT 2, null) FROM sa ORDER BY y;
SELECT y, (x, context_id) IN (SELECT x, context_id FROM sb) FROM sa ORDER BY y;
SELECT x IN (SELECT w FROM sb) FROM sa;
SELECT x IN (SELECT x, w FROM sb) FROM sa;
SELECT (x, y) IN (SELECT x FROM sb) FROM sa;

-- ANY, ALL
SELECT y, x < ANY (SELECT x FROM sb), x >= ALL (SELECT x FROM sb WHERE x < 3) FROM sa ORDER BY y;
SELECT y, x <> ALL (SELECT x FROM sb), x = ANY (SELECT x FROM sb WHERE sb.context_id = sa.context_id) FROM sa ORDER BY y;
SELECT 5 > ALL (SELECT x FROM sb WHERE false), 5 > ANY (SELECT x FROM sb WHERE false);
SELECT y || 'x' LIKE ANY (SELECT w || '%' FROM sb) FROM sa ORDER BY 1;

-- rows
SELECT (1, 2) = (SELECT 1, 2), (1, 2) < (SELECT 1, 3), (1, null) = (SELECT 2, 2), (1, 2) = (SELECT 1, 2 WHERE false);
SELECT (1, 2) = (1, 2), (1, 2) <> (1, 3), (1, 3) > (1, 2), (1, null) < (2, 1), (1, null) < (1, 1);
SELECT y FROM sa WHERE (x, y) IN ((1, 'one'), (2, 'zwei'), (5, null)) ORDER BY y;

-- in each place
SELECT count(*), max((SELECT w FROM sb WHERE sb.x = sa.x LIMIT 1)) FROM sa;
SELECT x, count(*) FROM sa GROUP BY x HAVING count(*) >= (SELECT count(*) FROM sb WHERE sb.x = sa.x) ORDER BY 1;
SELECT y FROM sa ORDER BY (SELECT count(*) FROM sb WHERE sb.x = sa.x), y;
SELECT y FROM sa ORDER BY y LIMIT (SELECT 2) OFFSET (SELECT 1);
SELECT CASE WHEN x IN (SELECT x FROM sb) THEN 'in' ELSE 'out' END FROM sa ORDER BY 1;
SELECT sa.y, sb.w FROM sa LEFT JOIN sb ON sb.x = sa.x AND sb.z > (SELECT 20) ORDER BY 1, 2;
SELECT sa.y, sb.w FROM sa JOIN sb ON sb.x = (SELECT sa.x) ORDER BY 1, 2;
SELECT (SELECT 1) BETWEEN (SELECT 0) AND (SELECT 2);
SELECT y FROM (SELECT y, (SELECT sum(z) FROM sb) s FROM sa) q WHERE s > 80 ORDER BY 1;

-- aggregates of the query around
SELECT (SELECT max(sa.x)) FROM sa;
SELECT x, (SELECT count(sa.y) + count(*) FROM sb WHERE sb.x = sa.x) FROM sa GROUP BY x ORDER BY 1;
SELECT (SELECT max(sa.x + sb.x) FROM sb) FROM sa ORDER BY 1;
SELECT sum((SELECT count(*) FROM sb WHERE sb.x = sa.x)) FROM sa;
SELECT x, (SELECT y) FROM sa GROUP BY x;
SELECT x + 1, (SELECT x + 1) FROM sa GROUP BY x + 1;
SELECT (SELECT 1), count(*) FROM sa GROUP BY (SELECT 1);
SELECT x FROM sa WHERE EXISTS (SELECT 1 FROM sb WHERE count(sa.x) > 0);
SELECT x FROM sa GROUP BY x HAVING EXISTS (SELECT 1 FROM sb WHERE sum(sa.z) > 25) ORDER BY 1;
SELECT 1 FROM sa, LATERAL (SELECT max(sa.x)) m;

-- LATERAL
SELECT y, w FROM sa, LATERAL (SELECT w FROM sb WHERE sb.x = sa.x) l ORDER BY 1, 2;
SELECT y, w FROM sa LEFT JOIN LATERAL (SELECT w FROM sb WHERE sb.x = sa.x ORDER BY w DESC LIMIT 1) l ON true ORDER BY 1, 2;
SELECT y, w FROM sa LEFT JOIN LATERAL (SELECT w FROM sb WHERE sb.x > sa.x) l ON w <> 'b7' ORDER BY 1, 2;
SELECT y, a, b FROM sa, LATERAL (SELECT x + 1 AS a) p, LATERAL (SELECT a * 2 AS b) q ORDER BY 1;
SELECT y FROM sa, (SELECT sa.x) l;
SELECT y FROM sa RIGHT JOIN LATERAL (SELECT sa.x) l ON true;
SELECT y, n FROM sa, LATERAL (SELECT count(*) AS n FROM sb WHERE sb.x = sa.x) l WHERE n > 0 ORDER BY 1;
SELECT y FROM sa WHERE EXISTS (SELECT 1 FROM sb, LATERAL (SELECT sb.x + sa.x AS s) l WHERE s = 4) ORDER BY 1;

-- names
SELECT nope FROM sa WHERE x IN (SELECT x FROM sb);
SELECT x FROM sa WHERE x IN (SELECT nope FROM sb);
SELECT y FROM sa WHERE x = (SELECT sb.x FROM sb WHERE sc.x = 1);

-- a subquery that fails is not asked for when there are no rows
CREATE TABLE sempty (context_id text, "timestamp" timestamptz, x int);
SELECT x FROM sempty WHERE x = (SELECT x / 0 FROM sa LIMIT 1);
SELECT x FROM sempty WHERE context_id = (SELECT y FROM sa);

-- subqueries in a list that is computed once
SELECT * FROM generate_series(CASE WHEN 5 IN (1, (SELECT 5)) THEN 1 ELSE 9 END,
                              CASE WHEN 7 IN (1, (SELECT max(x) + 2 FROM sa)) THEN 3 ELSE 2 END);
SELECT y FROM sa ORDER BY y LIMIT CASE WHEN 5 IN (1, (SELECT count(*) FROM sa), (SELECT 6)) THEN 2 ELSE 1 END
    OFFSET CASE WHEN 7 NOT IN (1, (SELECT count(*) FROM sb)) THEN 1 ELSE 0 END;
WITH c AS MATERIALIZED (SELECT x FROM sa WHERE x > 1)
    SELECT x FROM c ORDER BY x LIMIT CASE WHEN 3 IN (1, (SELECT count(*) FROM c)) THEN 2 ELSE 0 END;
