-- count(*), min and max of all events of a type, or of all types, are known
-- without reading the rows: the scan gives none.
CREATE TABLE a (context_id text, timestamp timestamptz, n int, d date, f float8, s text);
CREATE TABLE b (context_id text, timestamp timestamptz, n int);
CREATE TABLE empty (context_id text, n int);
INSERT INTO a (context_id, timestamp, n, d, f, s) SELECT 'x', '2026-01-01 00:00+00'::timestamptz + (g * 7919 % 20011) * interval '1 second', CASE WHEN g % 3 > 0 THEN g - 500 END, '2026-01-01'::date + g % 400, g, 's' || g FROM generate_series(1, 20000) g;
INSERT INTO b (context_id, timestamp) SELECT 'x', '2026-01-02 00:00+00'::timestamptz + g * interval '1 second' FROM generate_series(1, 10000) g;
CHECKPOINT;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT max(n), min(d), count(*) FROM a;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT max(event_id), count(version) FROM events;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp), min(n), max(n), min(d), max(d) FROM a;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp), min(n), max(n) FROM b;
SELECT count(*), min(event_id), max(event_id), min(n) FROM empty;
-- what is not, or not of all rows, is read
SELECT count(*), max(event_id), min(timestamp) FROM events WHERE event_type = 'b';
SELECT max(event_id), min(timestamp) FROM events WHERE event_type = 'a' AND event_id <= 10;
SELECT max(event_id), min(event_id) FROM events WHERE event_id % 7 = 3;
SELECT max(event_id) FILTER (WHERE event_type = 'a'), min(event_id) FROM events;
SELECT max(event_id) + 1, max(event_id + 1), max(DISTINCT event_id), max(version), min(context_id), max(event_type) FROM events;
SELECT max(n) + 1, max(f), min(s) FROM a;
SELECT max(n), max(n) FILTER (WHERE n < 10), min(n) FROM a WHERE n % 2 = 0;
SELECT event_type, max(event_id) FROM events GROUP BY event_type ORDER BY 1;
SELECT count(*), max(event_id) FROM events GROUP BY GROUPING SETS ((), ());
SELECT max(event_id), count(*) FROM events HAVING count(*) > 30000;
SELECT max(m), count(*) FROM (SELECT event_id AS m FROM events LIMIT 10) t;
SELECT max(m), min(m) FROM (SELECT event_id AS m FROM events UNION ALL SELECT 90000) t;
-- in MemTables, late ones too; and what a transaction has written
INSERT INTO b (context_id, timestamp, n) VALUES ('both', '2025-12-31 00:00+00', 7), ('both', '2026-02-01 00:00+00', 8);
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
SELECT count(*), min(n), max(n), max(event_id) FROM b;
BEGIN;
INSERT INTO a (context_id, timestamp, n) VALUES ('mine', '2027-01-01 00:00+00', 99999);
SELECT count(*), max(timestamp) FROM events;
SELECT count(*), max(n) FROM a;
ROLLBACK;
-- the same whatever helps
SET stele.enable_top_bound = off;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
RESET stele.enable_top_bound;
SET enable_zone_maps = off;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
RESET enable_zone_maps;
-- of what may be read
CREATE ROLE chief SUPERUSER LOGIN PASSWORD 'chief';
CREATE ROLE clerk LOGIN;
GRANT SELECT ON a TO clerk;
SET ROLE clerk;
SELECT count(*), min(event_id), max(event_id), min(timestamp), max(timestamp) FROM events;
RESET ROLE;
