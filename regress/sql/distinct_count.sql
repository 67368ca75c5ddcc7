-- Groups that are made only to be counted (plan/distinct_count.h) are not made: the
-- rows are the same without that.
CREATE TABLE sale (country text, channel text, amount int);
INSERT INTO sale (context_id, timestamp, country, channel, amount)
    SELECT 'c' || g % 700, '2026-01-01 00:00+00'::timestamptz + g * interval '1 second',
        CASE WHEN g % 5 > 0 THEN 'x' || g % 11 % 4 END, CASE g % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'app' END, g
    FROM generate_series(1, 6000) AS g;
CHECKPOINT;
INSERT INTO sale (context_id, timestamp, country, channel, amount)
    SELECT 'd' || g, '2026-01-03 00:00+00'::timestamptz, 'x1', NULL, g FROM generate_series(1, 30) AS g;
\set plan 'EXPLAIN (COSTS off)'
-- It applies.
:plan SELECT country, count(*) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:plan SELECT count(*) FROM (SELECT context_id FROM sale WHERE amount > 5 GROUP BY context_id) AS s;
:plan SELECT b, count(c), count(DISTINCT c) FROM (SELECT context_id AS c, channel AS a, country || '!' AS b FROM sale GROUP BY 1, 2, 3) AS s GROUP BY b, a;
-- It does not: another key is left, or none; it may be null; groups are filtered, added up or limited.
:plan SELECT country, count(*) FROM (SELECT DISTINCT country, channel, context_id FROM sale) AS s GROUP BY country;
:plan SELECT context_id, country, count(*) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY 1, 2;
:plan SELECT context_id, count(*) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY 1;
:plan SELECT country, count(*) FROM (SELECT country, context_id FROM sale GROUP BY 1, 2 HAVING count(*) > 1) AS s GROUP BY 1;
:plan SELECT country, count(*), max(context_id) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY 1;
:plan SELECT country, count(*) FILTER (WHERE context_id > 'c5') FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY 1;
:plan SELECT country, count(*) FROM (SELECT DISTINCT country, context_id FROM sale LIMIT 10) AS s GROUP BY 1;
:plan SELECT count(*) FROM (SELECT DISTINCT a.context_id FROM generate_series(1, 3) AS g LEFT JOIN sale AS a ON a.amount = g) AS s;
:plan SELECT country, count(*) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY GROUPING SETS ((country), ());
-- The rows.
SET stele.enable_distinct_count = on;
CREATE TEMP TABLE answers (switch text, question int, answer text);
\set ask 'INSERT INTO answers SELECT current_setting(\'stele.enable_distinct_count\'),'
:ask 1, row(country, count(*))::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:ask 2, row(count(*))::text FROM (SELECT context_id FROM sale WHERE amount > 5 GROUP BY context_id) AS s;
:ask 3, row(a, b, count(c), count(DISTINCT c))::text FROM (SELECT context_id AS c, channel AS a, country || '!' AS b FROM sale GROUP BY 1, 2, 3) AS s GROUP BY b, a;
:ask 4, row(channel, count(*))::text FROM (SELECT channel, context_id FROM sale WHERE amount < 0 GROUP BY 1, 2) AS s GROUP BY channel;
:ask 5, row(count(*))::text FROM (SELECT DISTINCT context_id FROM sale WHERE amount < 0) AS s;
:ask 6, row(country)::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:ask 7, row(country, count(*))::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country HAVING count(*) > 500;
SET stele.enable_distinct_count = off;
:plan SELECT country, count(*) FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:ask 1, row(country, count(*))::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:ask 2, row(count(*))::text FROM (SELECT context_id FROM sale WHERE amount > 5 GROUP BY context_id) AS s;
:ask 3, row(a, b, count(c), count(DISTINCT c))::text FROM (SELECT context_id AS c, channel AS a, country || '!' AS b FROM sale GROUP BY 1, 2, 3) AS s GROUP BY b, a;
:ask 4, row(channel, count(*))::text FROM (SELECT channel, context_id FROM sale WHERE amount < 0 GROUP BY 1, 2) AS s GROUP BY channel;
:ask 5, row(count(*))::text FROM (SELECT DISTINCT context_id FROM sale WHERE amount < 0) AS s;
:ask 6, row(country)::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country;
:ask 7, row(country, count(*))::text FROM (SELECT DISTINCT country, context_id FROM sale) AS s GROUP BY country HAVING count(*) > 500;
SELECT switch, question, answer FROM answers ORDER BY question, answer, switch DESC;
