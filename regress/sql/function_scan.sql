-- Functions in FROM: every answer here is PostgreSQL's.
CREATE TABLE fa (context_id text, "timestamp" timestamptz, x int, y text);
INSERT INTO fa (context_id, x, y) VALUES ('c', 2, 'two'), ('c', 3, 'three'), ('c', null, 'none'), ('c', 0, 'zero');

SELECT * FROM generate_series(1, 3);
SELECT * FROM generate_series(3, 1, -1) AS n;
SELECT n FROM generate_series(1, 10, 4) n;
SELECT * FROM generate_series(1, 0);
SELECT * FROM generate_series(1, null);
SELECT a, b FROM generate_series(5, 7) WITH ORDINALITY AS t (a, b) ORDER BY b DESC;
SELECT * FROM generate_series(1, 2) WITH ORDINALITY;
SELECT count(*), min(n), max(n), sum(n) FROM generate_series(1, 100000) n;
SELECT count(*) FROM generate_series(2147483645, 2147483647) n;
SELECT count(*) FROM generate_series(-9223372036854775807, -9223372036854775808, -1) n;
SELECT n, pg_typeof(n) FROM generate_series(1, 2::bigint) n;
SELECT * FROM generate_series(1.0, 2.5, 0.75) n;
SELECT * FROM generate_series(10000000000000000000000000000000000000000, 10000000000000000000000000000000000000001, 1) n;
SELECT r, n FROM generate_series(10000000000000000000000000000000000000000, 10000000000000000000000000000000000005000) WITH ORDINALITY s (n, r) WHERE r IN (1, 2, 2048, 2049, 2050, 4097, 5001) ORDER BY r;
SELECT * FROM generate_series('2026-01-31'::timestamp, '2026-05-01', '1 month') t;
SELECT * FROM generate_series('2026-03-28 12:00+00'::timestamptz, '2026-03-29 12:00+00', '12 hours') t;
SELECT * FROM generate_series(date '2026-01-01', date '2026-01-03', '1 day') t;
SELECT * FROM generate_series(1, 3, 0);
SELECT * FROM generate_series(1.0, 'NaN'::numeric);
SELECT * FROM generate_series('2026-01-01'::timestamp, '2026-01-02', '0');
SELECT * FROM generate_series(1, 'x');
SELECT * FROM generate_series(1, true);
SELECT * FROM generate_series(1, 2) FILTER (WHERE true);

-- LATERAL without the word
SELECT y, n FROM fa, generate_series(1, x) n ORDER BY 1, 2;
SELECT y, n FROM fa LEFT JOIN generate_series(1, x) n ON n > 1 ORDER BY 1, 2;
SELECT y FROM fa WHERE EXISTS (SELECT 1 FROM generate_series(1, x) n WHERE n = 3);
SELECT y, (SELECT sum(n) FROM generate_series(1, x) n) FROM fa ORDER BY 1;
SELECT n, y FROM generate_series(0, 4) n LEFT JOIN fa ON x = n ORDER BY 1;
SELECT count(*) FROM generate_series(1, 1000) a, generate_series(1, 1000) b WHERE a = b;
SELECT 1 FROM generate_series(1, m) n, (SELECT 3 AS m) q;
SELECT 1 FROM fa, generate_series(1, sum(x)) n;

-- functions of one value
SELECT * FROM upper('abc');
SELECT * FROM upper('abc') AS u;
SELECT * FROM upper('abc') WITH ORDINALITY AS u (a, b);
SELECT y, l FROM fa, length(y) AS l ORDER BY 1;
SELECT * FROM nosuch(1);
