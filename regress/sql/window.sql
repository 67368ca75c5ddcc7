-- Window functions; every answer is PostgreSQL 15's.
CREATE TABLE e (dep text, no int, sal int);
INSERT INTO e (context_id, dep, no, sal) VALUES ('a','develop',11,5200),('b','develop',7,4200),('c','develop',9,4500),('d','develop',8,6000),('e','develop',10,5200),('f','personnel',5,3500),('g','personnel',2,3900),('h','sales',3,4800),('i','sales',1,5000),('j','sales',4,4800);
SELECT dep, no, sal, avg(sal) OVER (PARTITION BY dep) FROM e ORDER BY dep, no;
SELECT dep, no, sal, rank() OVER (PARTITION BY dep ORDER BY sal DESC), dense_rank() OVER (PARTITION BY dep ORDER BY sal DESC), row_number() OVER w, ntile(3) OVER w FROM e WINDOW w AS (ORDER BY no) ORDER BY dep, sal DESC, no;
SELECT sal, sum(sal) OVER (), sum(sal) OVER (ORDER BY sal), sum(sal) OVER (ORDER BY sal, no ROWS 1 PRECEDING), count(*) OVER (ORDER BY sal RANGE BETWEEN 300 PRECEDING AND 300 FOLLOWING EXCLUDE CURRENT ROW), lag(no, 2, -1) OVER (ORDER BY no), lead(dep) OVER (ORDER BY no), first_value(no) OVER (PARTITION BY dep ORDER BY no), last_value(no) OVER (PARTITION BY dep ORDER BY no), nth_value(no, 2) OVER (PARTITION BY dep ORDER BY no ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), percent_rank() OVER (ORDER BY sal), cume_dist() OVER (ORDER BY sal) FROM e ORDER BY no;
SELECT dep, sum(sal), sum(sum(sal)) OVER (ORDER BY dep), rank() OVER (ORDER BY sum(sal) DESC) FROM e GROUP BY dep ORDER BY dep;
SELECT no, count(*) OVER (ORDER BY sal GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(sal) FILTER (WHERE no > 5) OVER (PARTITION BY dep) FROM e ORDER BY no;
SELECT rank() OVER (ORDER BY rank() OVER ()) FROM e;
SELECT no FROM e WHERE rank() OVER (ORDER BY no) = 1;
SELECT sum(rank() OVER ()) FROM e;
SELECT rank() FROM e;
SELECT no OVER () FROM e;
SELECT lower(dep) OVER () FROM e;
SELECT count(DISTINCT no) OVER () FROM e;
SELECT sum(no) OVER (ORDER BY no ROWS -1 PRECEDING) FROM e;
SELECT ntile(0) OVER () FROM e;
SELECT nth_value(no, 0) OVER () FROM e;
SELECT sum(no) OVER w FROM e;
SELECT sum(no) OVER (ORDER BY dep RANGE 1 PRECEDING) FROM e;
SELECT sum(no) OVER (ORDER BY no, sal RANGE 1 PRECEDING) FROM e;
SELECT dep FROM (SELECT dep, row_number() OVER (PARTITION BY dep ORDER BY sal DESC, no) AS r FROM e) x WHERE r = 1 ORDER BY 1;
SELECT DISTINCT dep, max(sal) OVER (PARTITION BY dep) FROM e ORDER BY 1;
SELECT string_agg(dep, ',') OVER (ORDER BY no) FROM e ORDER BY no LIMIT 3;
SELECT no, sum(no) OVER (ORDER BY no RANGE BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM e ORDER BY no;

-- ntile counts from the first row that says how many
SELECT g, ntile(nullif(g, 1)) OVER (ORDER BY g) FROM generate_series(1, 7) g ORDER BY g;
SELECT p, g, ntile(CASE WHEN p = 1 AND g > 2 OR p = 3 THEN 2 END) OVER (PARTITION BY p ORDER BY g) FROM generate_series(1, 3) p, generate_series(1, 6) g WHERE g <= p * 2 + 2 ORDER BY p, g;
SELECT g, ntile(CASE WHEN g = 3 THEN 0 WHEN g > 3 THEN 2 END) OVER (ORDER BY g) FROM generate_series(1, 5) g;

-- groups far away
SELECT g, k, count(*) OVER w2, array_agg(g) OVER w1 AS p, array_agg(g) OVER w3 AS f, first_value(g) OVER w4, last_value(g) OVER w4 FROM (SELECT g, g / 3 AS k FROM generate_series(1, 10) g) s WINDOW w1 AS (ORDER BY k GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING), w2 AS (ORDER BY k GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), w3 AS (ORDER BY k GROUPS BETWEEN 1 FOLLOWING AND 2 FOLLOWING), w4 AS (ORDER BY k DESC GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) ORDER BY g;
SELECT p, g, array_agg(g) OVER (PARTITION BY p ORDER BY g / 2 GROUPS BETWEEN 1 PRECEDING AND 0 FOLLOWING EXCLUDE TIES) AS a, array_agg(g) OVER (PARTITION BY p ORDER BY g / 2 GROUPS BETWEEN 9 FOLLOWING AND UNBOUNDED FOLLOWING) AS b, array_agg(g) OVER (PARTITION BY p ORDER BY g / 2 GROUPS BETWEEN 9223372036854775807 PRECEDING AND 9223372036854775807 FOLLOWING) AS c FROM generate_series(1, 2) p, generate_series(1, 5) g ORDER BY p, g;
SELECT sum(a), sum(b), sum(c) FROM (SELECT count(*) OVER (ORDER BY g / 2 GROUPS BETWEEN UNBOUNDED PRECEDING AND 200000 FOLLOWING) AS a, first_value(g) OVER (ORDER BY g / 2 GROUPS 150000 PRECEDING) AS b, last_value(g) OVER (ORDER BY g GROUPS BETWEEN 100 FOLLOWING AND 200000 FOLLOWING) AS c FROM generate_series(1, 400000) g) s;
