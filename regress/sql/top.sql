-- ORDER BY ... LIMIT reads what may be among the first rows.  The answers are
-- PostgreSQL 15's, where equal rows need one more key; the third part's last.
CREATE TABLE top (context_id text, timestamp timestamptz, n int, m int NOT NULL, f float8, d date, s text);
INSERT INTO top (context_id, timestamp, n, m, f, d, s)
 SELECT 'c' || g % 7, '2026-01-01 00:00+00'::timestamptz + (g * 7919 % 40009) * interval '1 second', CASE WHEN g % 5 <> 0 THEN g / 10 END, g % 3,
  CASE g % 1000 WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity' WHEN 4 THEN '-0' WHEN 5 THEN 0 ELSE (g % 997 - 500) / 4.0 END, '2026-01-01'::date + g % 400, 's' || g
 FROM generate_series(1, 40000) g;
CHECKPOINT;
INSERT INTO top (context_id, timestamp, n, m, f, d, s) VALUES ('late', '2025-12-31 00:00+00', -1, 5, 1e9, '2030-01-01', 'late'), ('new', '2026-02-01 00:00+00', 9999, -5, -1e9, '2020-01-01', 'new');
-- PostgreSQL's answers
SELECT s, timestamp FROM top ORDER BY timestamp DESC LIMIT 5;
SELECT s, timestamp FROM top ORDER BY timestamp LIMIT 5 OFFSET 2;
SELECT s, n FROM top ORDER BY n, s LIMIT 4;
SELECT s, n FROM top ORDER BY n DESC NULLS LAST, s LIMIT 4;
SELECT s, n FROM top ORDER BY n DESC, s LIMIT 4;
SELECT s, n FROM top ORDER BY n NULLS FIRST, s LIMIT 4;
SELECT s, m FROM top ORDER BY m DESC, s LIMIT 4;
SELECT s, f FROM top ORDER BY f DESC, s LIMIT 45 OFFSET 39;
SELECT s, f FROM top ORDER BY f, s LIMIT 45 OFFSET 38;
SELECT s, f FROM top WHERE f BETWEEN -0.1 AND 0.1 ORDER BY f, m, s LIMIT 5;
SELECT s, d FROM top WHERE m = 1 AND n % 2 = 0 ORDER BY d DESC, s LIMIT 4;
SELECT s, d FROM top WHERE context_id = 'c3' ORDER BY d DESC, s LIMIT 4;
SELECT d, s || '!' AS t FROM top WHERE n > 100 ORDER BY 1, 2 LIMIT 3;
SELECT count(*), sum(n) FROM (SELECT n FROM top WHERE n IS NOT NULL ORDER BY n DESC LIMIT 3000) t;
SELECT n, s FROM top WHERE n < 3 ORDER BY n DESC, s LIMIT 100 OFFSET 21;
SELECT s FROM top WHERE 1 / (m - 7) = 0 AND n = 12 ORDER BY timestamp LIMIT 1;
SELECT s FROM top WHERE 1 / (m - 1) = 5 ORDER BY timestamp LIMIT 1;
-- the same whatever helps
CREATE VIEW first AS (SELECT 1 AS q, s FROM top ORDER BY timestamp DESC LIMIT 7) UNION ALL (SELECT 2, s FROM top WHERE m = 2 ORDER BY n DESC NULLS LAST LIMIT 7) UNION ALL (SELECT 3, s FROM top ORDER BY d LIMIT 7) UNION ALL (SELECT 4, s FROM top ORDER BY f, m DESC LIMIT 7);
SELECT q, string_agg(s, ' ') FROM first GROUP BY q ORDER BY q;
SET stele.enable_top_bound = off;
SELECT q, string_agg(s, ' ') FROM first GROUP BY q ORDER BY q;
RESET stele.enable_top_bound;
SET enable_zone_maps = off;
SELECT q, string_agg(s, ' ') FROM first GROUP BY q ORDER BY q;
RESET enable_zone_maps;
-- a transaction's own rows
BEGIN;
INSERT INTO top (context_id, timestamp, m, s) VALUES ('mine', '2027-01-01 00:00+00', 1, 'mine');
SELECT s FROM top ORDER BY timestamp DESC LIMIT 2;
ROLLBACK;
