\pset null ~
\set VERBOSITY terse

-- RECURSIVE: a query that is kept may name a later one
WITH RECURSIVE a AS MATERIALIZED (SELECT * FROM b), b AS MATERIALIZED (SELECT 1 AS x) SELECT * FROM a;
WITH RECURSIVE a AS MATERIALIZED (SELECT * FROM b), b AS MATERIALIZED (SELECT x + 1 AS x FROM c),
    c AS MATERIALIZED (SELECT 1 AS x)
SELECT a.x, b.x, c.x FROM a, b, c;
WITH RECURSIVE a AS (SELECT x FROM n UNION ALL SELECT x + 10 FROM a WHERE x < 20),
    n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3)
SELECT a.x, count(*) OVER (PARTITION BY n.x) FROM a JOIN n ON a.x % 10 = n.x ORDER BY 1;
WITH RECURSIVE a AS MATERIALIZED (
    SELECT (SELECT max(x) FROM b) AS most, (WITH i AS MATERIALIZED (SELECT min(x) AS x FROM b) SELECT x FROM i) AS least),
    b AS MATERIALIZED (SELECT x FROM generate_series(1, 4) x)
SELECT most, least, x FROM a, b WHERE x IN (SELECT x FROM b WHERE x > 2) ORDER BY x;
-- one that nobody names but a later one that nobody names either
WITH RECURSIVE a AS MATERIALIZED (SELECT * FROM b), b AS MATERIALIZED (SELECT 1 AS x) SELECT 2;
