-- What Grafana asks: by lib/pq, in simple queries.
\i setup/payments.sql
SET TimeZone = 'UTC';

-- The data source: version, extensions.
SELECT current_setting('server_version_num')::int / 100 AS version;
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb';

-- The query builder: what is on the search path goes by its bare name.
SELECT CASE WHEN quote_ident(table_schema) IN (
        SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM generate_series(
            array_lower(string_to_array(current_setting('search_path'), ','), 1),
            array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
            string_to_array(current_setting('search_path'), ',') AS s)
    THEN quote_ident(table_name)
    ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', 'stele')
ORDER BY CASE WHEN table_type = 'BASE TABLE' THEN 0 ELSE 1 END, 1;
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('public.payment'), 1) = 2
    THEN quote_ident(table_schema) = (parse_ident('public.payment'))[1]
        AND quote_ident(table_name) = (parse_ident('public.payment'))[2]
    ELSE quote_ident(table_name) = 'payment' END;
SELECT quote_ident(column_name) AS "column"
FROM information_schema.columns
WHERE table_name = 'payment' AND udt_name IN ('timestamptz', 'timestamp', 'int8')
ORDER BY column_name;

-- Panels: $__timeGroup, $__timeFilter, $__unixEpochFilter.
SELECT floor(extract(epoch from "timestamp") / 60) * 60 AS "time", avg(amount) AS value
FROM payment
WHERE "timestamp" BETWEEN '2026-01-02T10:00:00Z' AND '2026-01-02T10:05:00.123456789Z'
GROUP BY 1 ORDER BY 1;
SELECT "timestamp" AS "time", st AS metric, amount
FROM payment
WHERE "timestamp" BETWEEN '2026-01-01T00:00:00Z' AND '2026-03-01T00:00:00+01:00'
ORDER BY 1, 2;
SELECT count(*) FROM payment
WHERE extract(epoch from "timestamp") >= 1767348010 AND extract(epoch from "timestamp") <= 1767348180;
SELECT extract(epoch from "timestamp")::bigint / 3600 * 3600 AS time, st::text AS metric, sum(amount)
FROM payment GROUP BY 1, metric ORDER BY time, 2;
-- Several statements at once, a variable's values, an annotation.
SET statement_timeout = '30s' \; SELECT DISTINCT note FROM payment WHERE note ~* '^(card|cash)$' ORDER BY 1;
SELECT extract(epoch from min("timestamp")) * 1000 AS time, string_agg(context_id, ', ' ORDER BY event_id) AS text
FROM payment WHERE st IN ('paid');

-- The macros of time, as they are expanded: $__timeGroupAlias, $__timeFrom, $__timeTo, $__unixEpochGroup, $__unixEpochNanoFilter.
SELECT floor(extract(epoch from "timestamp") / 300) * 300 AS "time", st::text AS "metric", count(*) AS "value"
FROM payment
WHERE "timestamp" >= '2026-01-02T10:00:00Z' AND "timestamp" <= '2026-01-02T10:05:00Z'
GROUP BY floor(extract(epoch from "timestamp") / 300) * 300, 2 ORDER BY 1, 2;
SELECT extract(epoch from "timestamp") AS "time", amount FROM payment
WHERE extract(epoch from "timestamp") * 1000000000 >= 1767348010000000000
    AND extract(epoch from "timestamp") * 1000000000 <= 1767348180000000000 ORDER BY 1;
SELECT floor((extract(epoch from "timestamp")) / 3600) * 3600 AS "time", amount AS "amount" FROM payment ORDER BY 1, 2;
SELECT date_bin('5 minutes', "timestamp", '2026-01-01T00:00:00Z') AS "time", sum(amount) AS "sum" FROM payment
GROUP BY 1 ORDER BY 1;
SELECT date_trunc('hour', "timestamp", 'Europe/Berlin') AS "time", sum(amount) FILTER (WHERE st = 'paid') AS "paid"
FROM payment GROUP BY 1 ORDER BY 1;
SELECT generate_series('2026-01-02T10:00:00Z'::timestamptz, '2026-01-02T10:03:00Z'::timestamptz, '60s'::interval) AS "time"
EXCEPT SELECT date_trunc('minute', "timestamp") FROM payment ORDER BY 1;
-- A variable: its values, "All", and texts of names and values.
SELECT DISTINCT context_id AS __text, context_id AS __value FROM payment ORDER BY 1 LIMIT 2;
SELECT note FROM payment WHERE note IN ('card', 'Card', 'cash') OR '$__all' = 'All' ORDER BY event_id;
-- A table panel, and its builder's.
SELECT "timestamp", context_id, SUM(amount) AS "sum" FROM public.payment WHERE (amount > 1 AND st = 'paid')
GROUP BY "timestamp", context_id ORDER BY "timestamp" DESC LIMIT 50;
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY amount) AS p95, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS p50
FROM payment;
SELECT "timestamp" AS "time", amount - lag(amount) OVER (ORDER BY "timestamp") AS delta,
    avg(amount) OVER (ORDER BY "timestamp" ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS moving
FROM payment ORDER BY 1;
