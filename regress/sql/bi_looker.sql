-- What Looker asks: by pgjdbc, with its comments, temporary tables and symmetric aggregates.
\i setup/payments.sql

-- The connection's test: it looks for its own query, to kill it.
SELECT 1 /* looker connection test */;
SELECT pid > 0 AS has_pid, state, query LIKE '%looker-kill%' AS is_it FROM pg_stat_activity
WHERE pid = pg_backend_pid() /* looker-kill */;
SELECT CASE WHEN has_schema_privilege(current_user, 'public', 'usage') THEN 1 ELSE 0 END AS may;

-- The generator of models.
SELECT table_schema, table_name, column_name, data_type, udt_name, ordinal_position, numeric_precision, numeric_scale
FROM information_schema.columns
WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'stele') AND table_name = 'payment'
ORDER BY table_schema, table_name, ordinal_position;
SELECT tc.table_schema, tc.table_name, kcu.column_name
FROM information_schema.table_constraints tc
JOIN information_schema.key_column_usage kcu
    ON tc.constraint_name = kcu.constraint_name AND tc.table_schema = kcu.table_schema
WHERE tc.constraint_type = 'PRIMARY KEY' AND tc.table_name = 'payment';

-- Explores.
-- Looker Query Context '{"user_id":1,"history_slug":"0a1b"}'
SELECT
	DATE(payment.timestamp ) AS "payment.timestamp_date",
	COALESCE(SUM(payment.amount ), 0) AS "payment.total_amount"
FROM public.payment  AS payment

WHERE ((( payment.timestamp  ) >= ((TIMESTAMP '2026-01-01')) AND ( payment.timestamp  ) < ((TIMESTAMP '2026-03-01'))))
GROUP BY 1
ORDER BY 1 DESC
FETCH NEXT 500 ROWS ONLY;
SELECT * FROM (
SELECT *, DENSE_RANK() OVER (ORDER BY z___min_rank) as z___pivot_row_rank,
    RANK() OVER (PARTITION BY z__pivot_col_rank ORDER BY z___min_rank) as z__pivot_col_ordering,
    CASE WHEN z___min_rank = z___rank THEN 1 ELSE 0 END AS z__is_highest_ranked_cell FROM (
SELECT *, MIN(z___rank) OVER (PARTITION BY "payment.timestamp_month") as z___min_rank FROM (
SELECT *, RANK() OVER (ORDER BY CASE WHEN z__pivot_col_rank=1 THEN (CASE WHEN "payment.count" IS NOT NULL THEN 0 ELSE 1 END)
    ELSE 2 END, CASE WHEN z__pivot_col_rank=1 THEN "payment.count" ELSE NULL END DESC, "payment.count" DESC,
    z__pivot_col_rank, "payment.timestamp_month") AS z___rank FROM (
SELECT *, DENSE_RANK() OVER (ORDER BY CASE WHEN "payment.st" IS NULL THEN 1 ELSE 0 END, "payment.st") AS z__pivot_col_rank FROM (
SELECT
	payment.st  AS "payment.st",
	TO_CHAR(DATE_TRUNC('month', payment.timestamp ), 'YYYY-MM') AS "payment.timestamp_month",
	COUNT(*) AS "payment.count"
FROM public.payment  AS payment
GROUP BY 1, 2) ww
) bb WHERE z__pivot_col_rank <= 16384
) aa
) xx
) zz
WHERE (z__pivot_col_rank <= 50 OR z__is_highest_ranked_cell = 1) AND (z___pivot_row_rank <= 500 OR z__pivot_col_ordering = 1)
ORDER BY z___pivot_row_rank, z__pivot_col_rank;
SELECT payment.st AS "payment.st", COUNT(DISTINCT payment.context_id ) AS "payment.contexts",
    AVG(payment.amount ) AS "payment.average"
FROM public.payment AS payment
LEFT JOIN public.paid AS paid ON payment.event_id = paid.event_id
WHERE (UPPER(payment.note ) LIKE UPPER('%ca%') OR payment.note IS NULL) AND LENGTH(payment.context_id ) <> 0
GROUP BY 1 HAVING COUNT(DISTINCT payment.context_id ) > 0 ORDER BY 2 DESC, 1 LIMIT 500;
-- A symmetric aggregate: a sum that a join does not make larger, by keys of 128 bits.
SELECT
	COALESCE(COALESCE(CAST( ( SUM(DISTINCT (CAST(FLOOR(COALESCE(payment.amount ,0)*(1000000*1.0)) AS DECIMAL(65,0)))
	    + ('x' || MD5(payment.event_id ::varchar))::bit(64)::bigint::DECIMAL(65)  *18446744073709551616
	    + ('x' || SUBSTR(MD5(payment.event_id ::varchar),17))::bit(64)::bigint::DECIMAL(65) )
	  - SUM(DISTINCT ('x' || MD5(payment.event_id ::varchar))::bit(64)::bigint::DECIMAL(65)  *18446744073709551616
	    + ('x' || SUBSTR(MD5(payment.event_id ::varchar),17))::bit(64)::bigint::DECIMAL(65)) )
	  AS DOUBLE PRECISION) / CAST((1000000*1.0) AS DOUBLE PRECISION), 0), 0) AS "payment.total"
FROM public.payment AS payment
CROSS JOIN generate_series(1, 3) AS g
LIMIT 500;

-- A derived table is a temporary one.
CREATE TEMPORARY TABLE "LOOKER_DT_0a1b" AS SELECT context_id, sum(amount) AS total FROM payment GROUP BY 1;
ANALYZE "LOOKER_DT_0a1b";
SELECT d.total, count(*) FROM public.payment AS p JOIN "LOOKER_DT_0a1b" AS d USING (context_id) GROUP BY 1 ORDER BY 1;
DROP TABLE "LOOKER_DT_0a1b";
WITH derived AS (SELECT context_id, min("timestamp") AS first FROM payment GROUP BY 1)
SELECT TO_CHAR(DATE_TRUNC('second', derived.first ), 'YYYY-MM-DD HH24:MI:SS') AS "derived.first_time",
    EXTRACT(DOW FROM derived.first )::integer AS "derived.first_dow",
    CAST(EXTRACT(HOUR FROM CAST(derived.first AS TIMESTAMP)) AS INT) AS "derived.first_hour",
    (DATE(derived.first) - DATE '2026-01-01') AS "derived.age"
FROM derived ORDER BY 1 LIMIT 500;
