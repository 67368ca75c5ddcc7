-- What is kept of a query, and read with what is new: kept by its position,
-- however it is refreshed.

CREATE TABLE pay (method text, amount int, fee numeric(10,2), score float8);
INSERT INTO pay (context_id, timestamp, method, amount, fee, score)
SELECT 'c' || i % 3, '2024-01-01'::timestamptz + i * interval '7 hours',
    CASE i % 3 WHEN 0 THEN 'card' WHEN 1 THEN 'cash' END, i, i * 1.25, i / 4.0
FROM generate_series(1, 12) i;

-- a selection: what WHERE lets through
CREATE MATERIALIZED VIEW big AS
SELECT context_id, amount * 2 AS twice, fee FROM pay WHERE amount > 9;
SELECT * FROM big;
INSERT INTO pay (context_id, method, amount, fee)
VALUES ('x', 'card', 1000, 5), ('y', 'wire', 5, 7.5);
SELECT * FROM big;
SELECT name, query, row_count, event_id FROM stele.remembered;
SHOW big;
SELECT name, row_count, event_id FROM stele.remembered;
SHOW big;
SELECT name, row_count, event_id FROM stele.remembered;
SELECT twice FROM big WHERE context_id = 'x';
-- its rows take positions, and are nobody's events
SELECT event_type, count(*), max(event_id) FROM events GROUP BY 1 ORDER BY 1;

-- aggregates: of groups, and of all there is
CREATE MATERIALIZED VIEW sums (method, n, total, mean, fees, mean_fee, least, most, mean_score, contexts) AS
SELECT method, count(*), sum(amount), avg(amount), sum(fee), avg(fee), min(fee), max(score), avg(score),
    count(DISTINCT context_id)
FROM pay GROUP BY method HAVING count(*) > 1 ORDER BY 2 DESC, 1;
CREATE MATERIALIZED VIEW total AS
SELECT count(*), count(score) AS scores, sum(amount) AS total, min(method),
    count(*) FILTER (WHERE amount > 5) AS some, bool_and(amount > 0)
FROM pay WHERE amount < 100;
CREATE MATERIALIZED VIEW methods AS SELECT DISTINCT method FROM pay;
SELECT * FROM sums;
SELECT * FROM total;
INSERT INTO pay (context_id, method, amount, fee, score)
VALUES ('x', 'wire', 50, 2.5, 8), ('z', 'new', NULL, NULL, NULL), ('x', 'wire', 50, 0, 8);
SELECT * FROM sums;
SHOW sums;
SELECT method, count(*), sum(amount), avg(amount), sum(fee), avg(fee), min(fee), max(score), avg(score),
    count(DISTINCT context_id)
FROM pay GROUP BY method HAVING count(*) > 1 ORDER BY 2 DESC, 1;
SHOW total;
SHOW total;
SELECT count(*), count(score) AS scores, sum(amount) AS total, min(method),
    count(*) FILTER (WHERE amount > 5) AS some, bool_and(amount > 0)
FROM pay WHERE amount < 100;
SHOW methods;
-- of no events there is a row all the same, and nothing to keep
CREATE MATERIALIZED VIEW none AS SELECT count(*), sum(amount) AS s FROM pay WHERE amount > 1000000;
SELECT * FROM none;
SHOW none;
SELECT row_count FROM stele.remembered WHERE name = 'none';
CREATE MATERIALIZED VIEW none_of AS
SELECT count(*), count(amount) AS amounts, count(*) FILTER (WHERE amount > 0) AS some, count(DISTINCT method) AS methods,
    sum(amount) AS s, avg(amount) AS mean FROM pay WHERE amount > 1000000;
SELECT * FROM none_of;
SHOW none_of;
DROP MATERIALIZED VIEW none_of;

-- what cannot be made of parts is made of the events
CREATE MATERIALIZED VIEW middle AS
SELECT method, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS p, string_agg(context_id, ',') AS who
FROM pay WHERE amount < 9 GROUP BY 1;
CREATE MATERIALIZED VIEW ranks AS
SELECT method, amount, rank() OVER (PARTITION BY method ORDER BY amount DESC) AS r FROM pay WHERE amount > 8;
CREATE MATERIALIZED VIEW busiest AS
SELECT max(n) FROM (SELECT method, count(*) AS n FROM pay GROUP BY 1) m;
INSERT INTO pay (context_id, method, amount) VALUES ('x', 'cash', 7);
SHOW middle;
SHOW ranks;
SHOW busiest;

-- of what is over more than one scan nothing is kept: who reads computes it
CREATE TABLE refund (amount int);
CREATE MATERIALIZED VIEW joined AS
SELECT method, sum(r.amount) AS back FROM pay JOIN refund r USING (context_id) GROUP BY 1;
CREATE MATERIALIZED VIEW by_type AS SELECT event_type, count(*) FROM events GROUP BY 1 ORDER BY 1;
CREATE MATERIALIZED VIEW either AS
WITH few AS (SELECT amount FROM pay WHERE amount < 3) SELECT amount FROM few UNION ALL SELECT -amount FROM refund;
CREATE MATERIALIZED VIEW share AS
SELECT amount, round(100.0 * amount / (SELECT sum(amount) FROM refund), 1) AS percent FROM refund;
CREATE MATERIALIZED VIEW most AS SELECT max(n) FROM sums;
CREATE MATERIALIZED VIEW one AS SELECT 1 AS one;
\set VERBOSITY terse
REMEMBER QUERY pay FOLLOWED BY refund LINKED BY context_id COUNT AS given_back;
REMEMBER QUERY events WHERE event_type = refund RETURN [payload] AS refunds;
\set VERBOSITY default
SELECT * FROM joined;
SHOW given_back;
INSERT INTO refund (context_id, timestamp, amount) VALUES ('x', '2100-01-01', 3), ('y', '2100-01-01', 1), ('nobody', '2100-01-01', 4);
SELECT * FROM joined ORDER BY 1;
SELECT method, sum(r.amount) AS back FROM pay JOIN refund r USING (context_id) GROUP BY 1 ORDER BY 1;
SHOW by_type;
SELECT event_type, count(*) FROM events GROUP BY 1 ORDER BY 1;
SHOW either;
SHOW share;
SHOW most;
SHOW one;
SHOW given_back;
QUERY pay FOLLOWED BY refund LINKED BY context_id COUNT;
SELECT payload FROM refunds;
REFRESH MATERIALIZED VIEW joined;
BEGIN;
INSERT INTO refund (context_id, timestamp, amount) VALUES ('x', '2100-01-02', 10);
SELECT sum(back) FROM joined;
ROLLBACK;
SELECT sum(back) FROM joined;
SELECT name, row_count FROM stele.remembered WHERE row_count = 0 ORDER BY 1;
-- by the rights of its owner, which are those of now
CREATE ROLE boss SUPERUSER LOGIN;
CREATE ROLE ann;
CREATE ROLE ben;
GRANT CREATE ON SCHEMA public TO ann;
GRANT SELECT ON refund TO ann;
SET ROLE ann;
CREATE MATERIALIZED VIEW seen AS SELECT event_type, count(*) FROM events GROUP BY 1 ORDER BY 1;
SELECT * FROM seen;
GRANT SELECT ON seen TO ben;
RESET ROLE;
GRANT SELECT ON pay TO ann;
SET ROLE ben;
SHOW seen;
SELECT count(*) FROM events;
RESET ROLE;
SELECT * FROM seen;
DROP TABLE refund;
DROP TABLE refund CASCADE;
SHOW by_type;
FORGET by_type;
FORGET one;
FORGET refunds;
FORGET most;
FORGET seen;
-- REMEMBER, SHOW and FORGET say the same
\set VERBOSITY terse
REMEMBER QUERY pay COUNT, TOTAL amount PER DAY BY method LIMIT 3 AS "By Day";
SHOW "By Day";
FORGET "By Day";
SHOW "By Day";
REMEMBER FIND pay RETURN [method, amount] WHERE amount = 12 AS recent;
\set VERBOSITY default
STORE pay FOR q AT '2024-02-01' PAYLOAD '{"method": "cash", "amount": 12, "fee": 1, "score": 2}';
SHOW recent;
SELECT name, query FROM stele.remembered WHERE name = 'recent';

-- within a transaction its own events are seen, and not kept
BEGIN;
INSERT INTO pay (context_id, method, amount) VALUES ('own', 'own', 1), ('own', 'own', 2);
SELECT method, n FROM sums WHERE method = 'own';
REFRESH MATERIALIZED VIEW sums;
SHOW sums;
REFRESH MATERIALIZED VIEW sums WITH NO DATA;
ROLLBACK;
SELECT method, n FROM sums WHERE method = 'own';
BEGIN;
CREATE MATERIALIZED VIEW mine AS SELECT method, count(*) FROM pay GROUP BY 1;
INSERT INTO pay (context_id, method, amount) VALUES ('own', 'own', 1);
SELECT * FROM mine;
REFRESH MATERIALIZED VIEW mine;
COMMIT;
SELECT * FROM mine;
SHOW mine;

-- days are those of the time zone in which it was made
SET timezone = 'Asia/Tokyo';
CREATE MATERIALIZED VIEW days AS
SELECT date_trunc('day', timestamp)::date AS day, count(*) FROM pay WHERE timestamp < '2024-01-03' GROUP BY 1;
SET timezone = 'UTC';
SELECT * FROM days;
INSERT INTO pay (context_id, timestamp, amount) VALUES ('t', '2024-01-01 15:30', 1);
SHOW days;
SELECT * FROM days;

-- a field more changes nothing that was kept
ALTER TABLE pay ADD COLUMN extra text;
CREATE MATERIALIZED VIEW later AS SELECT * FROM pay WHERE amount > 11;
ALTER TABLE pay ADD COLUMN extra2 text;
INSERT INTO pay (context_id, amount, extra, extra2) VALUES ('e', 77, 'x', 'y');
REFRESH MATERIALIZED VIEW later;
\d later
SELECT amount, extra FROM later;

-- begun anew
REFRESH MATERIALIZED VIEW big WITH NO DATA;
SELECT * FROM big;
SELECT ispopulated FROM pg_matviews WHERE matviewname = 'big';
REFRESH MATERIALIZED VIEW big;
SELECT count(*) FROM big;
CREATE MATERIALIZED VIEW empty AS SELECT method FROM pay WITH NO DATA;
SHOW empty;
REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
SELECT count(*) FROM empty;

-- in the catalogue
CREATE MATERIALIZED VIEW IF NOT EXISTS big AS SELECT 1 AS one FROM pay;
SELECT relname, relkind, relispopulated FROM pg_class WHERE relname IN ('big', 'pay') ORDER BY 1;
COMMENT ON MATERIALIZED VIEW big IS 'those above nine';
SELECT obj_description('big'::regclass, 'pg_class');
SELECT schemaname, matviewname, definition FROM pg_matviews WHERE matviewname IN ('big', 'recent') ORDER BY 2;
SELECT table_name FROM information_schema.tables WHERE table_name IN ('big', 'pay');
\d big

-- conditions go down to what is kept, but for those that ask the settings
CREATE MATERIALIZED VIEW cards AS SELECT method, timestamp AS at, count(*) FROM pay GROUP BY 1, 2;
EXPLAIN (COSTS OFF) SELECT * FROM cards WHERE method = 'card' AND at::text LIKE '2024-01-04%' AND at > '2024-01-02';
SELECT * FROM cards WHERE method = 'card' AND at::text LIKE '2024-01-04%' AND at > '2024-01-02';
DROP MATERIALIZED VIEW cards;

-- what it is made of stays as it is
CREATE VIEW odd AS SELECT amount % 2 AS odd, amount FROM pay;
CREATE MATERIALIZED VIEW by_odd AS SELECT odd, count(*), sum(amount) AS s FROM odd WHERE amount < 13 GROUP BY odd;
SHOW by_odd;
CREATE OR REPLACE VIEW odd AS SELECT amount % 3 AS odd, amount FROM pay;
DROP VIEW odd;
DROP VIEW odd CASCADE;

-- what is made of it goes with it
CREATE VIEW over_big AS SELECT max(twice) FROM big;
SELECT * FROM over_big;
DROP MATERIALIZED VIEW big;
DROP TABLE pay;
DROP VIEW big;
DROP TABLE big;
DROP MATERIALIZED VIEW pay;
DROP MATERIALIZED VIEW IF EXISTS nothing;
DROP MATERIALIZED VIEW big CASCADE;

-- what is refused
INSERT INTO sums VALUES ('x');
CREATE OR REPLACE VIEW sums AS SELECT 1 AS one;
REFRESH MATERIALIZED VIEW pay;
REFRESH MATERIALIZED VIEW nothing;
REFRESH MATERIALIZED VIEW CONCURRENTLY sums WITH NO DATA;
CREATE MATERIALIZED VIEW timezone AS SELECT amount FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT random() FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT amount FROM pay WHERE timestamp > now() - interval '1 day';
CREATE MATERIALIZED VIEW no AS SELECT current_user FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT amount, (SELECT now()) FROM pay;
CREATE TYPE kind AS ENUM ('card', 'cash');
CREATE MATERIALIZED VIEW no AS SELECT amount FROM pay WHERE timestamp > pg_postmaster_start_time();
CREATE MATERIALIZED VIEW no AS SELECT txid_current() FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT max(inet_client_port()) FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT pg_client_encoding() FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT amount FROM pay WHERE has_table_privilege('pay', 'SELECT');
CREATE MATERIALIZED VIEW no AS SELECT to_regclass(method) FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT count(*) FROM pay WHERE method = ANY (enum_range(NULL::kind)::text[]);
CREATE MATERIALIZED VIEW firsts AS SELECT count(*) FROM pay WHERE method = enum_first(NULL::kind)::text;
DROP MATERIALIZED VIEW firsts;
DROP TYPE kind;
CREATE MATERIALIZED VIEW no AS SELECT amount, (SELECT count(*) FROM pg_class) FROM pay;
CREATE MATERIALIZED VIEW no AS SELECT relname FROM pg_class;
CREATE MATERIALIZED VIEW no AS SELECT amount FROM pay, generate_series(1, 2);
CREATE TEMP TABLE mine (amount int);
CREATE MATERIALIZED VIEW no AS SELECT pay.amount FROM pay JOIN mine ON pay.amount = mine.amount;
CREATE MATERIALIZED VIEW no AS SELECT amount FROM pay WHERE amount IN (SELECT amount FROM mine);
REMEMBER QUERY pay AS sums;
REMEMBER QUERY pay;
REMEMBER pay AS no;
SHOW nothing;
FORGET nothing;

DROP TABLE pay CASCADE;
SELECT count(*) FROM stele.remembered;
