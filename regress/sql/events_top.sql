-- ORDER BY ... LIMIT over all events reads what may be among the first rows, of
-- whatever type.  The first 60001 events lie in one shard: clicks up to 40000, a
-- rare one, buys.
CREATE TABLE click (context_id text, timestamp timestamptz, n int);
CREATE TABLE buy (context_id text, timestamp timestamptz, price float8);
CREATE TABLE rare (context_id text, timestamp timestamptz, note text);
INSERT INTO click (context_id, timestamp, n) SELECT 'a', '2026-01-01 00:00+00'::timestamptz + g * interval '1 second', g FROM generate_series(1, 40000) g;
INSERT INTO rare (context_id, timestamp, note) VALUES ('a', '2026-01-01 05:00+00', 'between');
INSERT INTO buy (context_id, timestamp, price) SELECT 'a', '2026-01-01 00:00+00'::timestamptz + (g / 4) * interval '8 seconds', g FROM generate_series(1, 20000) g;
CHECKPOINT;
-- the newest: no zone of a click, the last of the buys
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT event_id, event_type FROM events ORDER BY event_id DESC LIMIT 3;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT event_id, event_type FROM events WHERE event_type = 'click' ORDER BY event_id DESC LIMIT 3;
-- the latest and the first: a zone of clicks, a zone of buys
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT event_id, event_type FROM events ORDER BY timestamp DESC LIMIT 3;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT event_id, event_type FROM events ORDER BY timestamp LIMIT 5;
-- more, of many contexts: clicks to 80001, buys to 100001
INSERT INTO click (context_id, timestamp, n) SELECT 'c' || g % 7, '2026-01-01 00:00+00'::timestamptz + g * interval '1 second', g FROM generate_series(1, 20000) g;
INSERT INTO buy (context_id, timestamp, price) SELECT 'c' || g % 5, '2026-01-01 00:00+00'::timestamptz + (g / 4) * interval '8 seconds', g FROM generate_series(1, 20000) g;
CHECKPOINT;
-- of every type, with filters and without
SELECT event_id, event_type, context_id, payload FROM events ORDER BY event_id DESC LIMIT 2;
SELECT event_id, event_type, timestamp FROM events ORDER BY timestamp DESC, event_id LIMIT 5;
SELECT event_id, event_type, timestamp FROM events ORDER BY timestamp, event_id DESC LIMIT 5 OFFSET 1;
SELECT event_id, event_type FROM events WHERE event_type = 'rare' ORDER BY event_id DESC LIMIT 2;
SELECT event_id, event_type FROM events WHERE event_type IN ('click', 'rare') ORDER BY event_id DESC LIMIT 2;
SELECT event_id, event_type FROM events WHERE event_type <> 'buy' AND context_id <> 'c1' ORDER BY event_id DESC LIMIT 2;
SELECT event_id, context_id FROM events WHERE context_id = 'c6' ORDER BY event_id DESC LIMIT 2;
SELECT event_id, context_id FROM events WHERE context_id LIKE '%6' ORDER BY event_id DESC LIMIT 2;
SELECT event_id, payload FROM events WHERE payload->>'n' = '17' ORDER BY event_id DESC LIMIT 2;
SELECT event_id FROM events WHERE timestamp < '2026-01-01 00:00:03+00' ORDER BY event_id DESC LIMIT 20 OFFSET 5;
SELECT event_id FROM events WHERE event_type = 'none' ORDER BY event_id DESC LIMIT 2;
SELECT event_type FROM events WHERE 1 / (event_id - 40001) = 1 ORDER BY event_id LIMIT 1;
-- in MemTables, late ones too
INSERT INTO click (context_id, timestamp, n) VALUES ('late', '2025-12-31 00:00+00', -1), ('new', '2026-02-01 00:00+00', -2);
INSERT INTO rare (context_id, timestamp, note) VALUES ('late', '2025-12-30 00:00+00', 'late');
SELECT event_id, event_type, context_id FROM events ORDER BY event_id DESC LIMIT 4;
SELECT event_id, event_type, context_id FROM events ORDER BY timestamp LIMIT 3;
SELECT event_id, event_type, context_id FROM events ORDER BY timestamp DESC LIMIT 1;
INSERT INTO buy (context_id, timestamp, price) SELECT 'c' || g % 5, '2026-01-01 00:00+00'::timestamptz + (g * 7919 % 6007) * interval '8 seconds', g FROM generate_series(1, 6000) g;
-- the same as by a sort of all, whatever helps
CREATE VIEW first AS (SELECT 1 AS q, event_id FROM events ORDER BY event_id DESC LIMIT 700) UNION ALL (SELECT 2, event_id FROM events ORDER BY timestamp DESC, event_id LIMIT 700) UNION ALL (SELECT 3, event_id FROM events ORDER BY timestamp, event_type, event_id LIMIT 700) UNION ALL (SELECT 4, event_id FROM events WHERE event_type IN ('rare', 'click') ORDER BY timestamp DESC, event_id LIMIT 700 OFFSET 9000) UNION ALL (SELECT 5, event_id FROM events WHERE context_id < 'c3' ORDER BY event_id LIMIT 700);
CREATE VIEW ranked AS (SELECT 1 AS q, event_id, row_number() OVER (ORDER BY event_id DESC) AS r FROM events) UNION ALL (SELECT 2, event_id, row_number() OVER (ORDER BY timestamp DESC, event_id) FROM events) UNION ALL (SELECT 3, event_id, row_number() OVER (ORDER BY timestamp, event_type, event_id) FROM events) UNION ALL (SELECT 4, event_id, row_number() OVER (ORDER BY timestamp DESC, event_id) - 9000 FROM events WHERE event_type IN ('rare', 'click')) UNION ALL (SELECT 5, event_id, row_number() OVER (ORDER BY event_id) FROM events WHERE context_id < 'c3');
CREATE VIEW differences AS (SELECT q, event_id, row_number() OVER (PARTITION BY q) FROM first) EXCEPT (SELECT q, event_id, r FROM ranked WHERE r BETWEEN 1 AND 700);
SELECT q, count(*), count(DISTINCT event_id) FROM first GROUP BY q ORDER BY q;
SELECT * FROM differences;
SET stele.enable_top_bound = off;
SELECT * FROM differences;
RESET stele.enable_top_bound;
SET enable_zone_maps = off;
SELECT * FROM differences;
RESET enable_zone_maps;
-- a key that is another each time is computed once
SELECT count(payload), count(*) FILTER (WHERE r < before) AS out_of_order FROM (SELECT r, payload, lag(r) OVER () AS before
    FROM (SELECT random() AS r, payload FROM events ORDER BY r LIMIT 50) e) f;
SELECT count(payload), count(*) FILTER (WHERE r < before) AS out_of_order FROM (SELECT r, payload, lag(r) OVER () AS before
    FROM (SELECT (SELECT random() + e.event_id * 0) AS r, payload FROM events e ORDER BY r LIMIT 50) e) f;
-- what may not be read bounds nothing
CREATE ROLE chief SUPERUSER LOGIN PASSWORD 'chief';
CREATE ROLE clerk LOGIN;
GRANT SELECT ON click, rare TO clerk;
SET ROLE clerk;
SELECT event_id, event_type FROM events WHERE context_id <> 'new' ORDER BY timestamp DESC, event_id DESC LIMIT 2;
RESET ROLE;
-- a transaction's own rows
BEGIN;
INSERT INTO rare (context_id, timestamp, note) VALUES ('mine', '2027-01-01 00:00+00', 'mine');
SELECT context_id FROM events ORDER BY timestamp DESC LIMIT 2;
ROLLBACK;
