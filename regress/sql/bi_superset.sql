-- What Superset asks beside SQLAlchemy's reflection, and the texts that it reads.
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20));
CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid';
INSERT INTO payment (context_id, timestamp, amount, st, note) VALUES
    ('order-1', '2026-01-02 10:00:10Z', 19.90, 'paid', 'card'),
    ('order-2', '2026-01-02 10:00:50Z', 5, 'new', NULL),
    ('order-3', '2026-01-02 10:03:00Z', 100, 'paid', 'Card'),
    ('order-1', '2026-02-14 23:59:59.999999Z', 7.25, 'paid', 'cash');
SET TimeZone = 'UTC';

SELECT datname FROM pg_database WHERE datistemplate = false;
SET search_path = "public";
SELECT schemaname, count(*) > 0 AS is_used FROM pg_tables WHERE schemaname = current_schema() GROUP BY 1;

-- It looks for cost=a..b.
EXPLAIN SELECT count(*) FROM payment;

-- Charts.
SELECT DATE_TRUNC('day', timestamp) AS __timestamp, sum(amount) AS "SUM(amount)"
FROM public.payment
WHERE timestamp >= TO_TIMESTAMP('2026-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
    AND timestamp < TO_TIMESTAMP('2026-02-15 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
GROUP BY DATE_TRUNC('day', timestamp) ORDER BY "SUM(amount)" DESC LIMIT 10000;
SELECT st AS st, count(*) AS count, count(DISTINCT context_id) AS "COUNT_DISTINCT(context_id)"
FROM public.payment
WHERE timestamp >= TO_DATE('2026-01-02', 'YYYY-MM-DD') AND note IN ('card', 'Card', 'cash')
GROUP BY st ORDER BY count DESC LIMIT 100;
SELECT DATE_TRUNC('hour', timestamp) AS __timestamp, note AS note, AVG(amount) AS "AVG(amount)"
FROM public.payment
JOIN (
    SELECT note AS note__, AVG(amount) AS mme_inner__ FROM public.payment
    GROUP BY note ORDER BY mme_inner__ DESC LIMIT 2) AS anon_1 ON note = note__
GROUP BY DATE_TRUNC('hour', timestamp), note ORDER BY "AVG(amount)" DESC LIMIT 50000;
SELECT * FROM (SELECT * FROM payment WHERE amount > 6) AS virtual_table ORDER BY amount LIMIT 2;
SELECT COUNT(*) AS rowcount FROM (SELECT DISTINCT context_id FROM payment) AS rowcount_qry;

-- Errors, which it finds by their words.
SELECT nothing FROM payment;
SELECT amount FROM payments;
SELECT amount FROM payment WHERE;
SELECT amount, count(*) FROM payment;
-- It ends a query of its own by the process that runs it.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = -1;
SELECT pg_backend_pid() > 0 AS has_pid;
