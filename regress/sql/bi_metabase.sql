-- What Metabase asks beside pgjdbc's metadata.
\i setup/payments.sql
SET TimeZone = 'UTC';

SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SET ROLE NONE;
SHOW TimeZone;

-- What may be read and written: events are never updated or deleted.
WITH mine AS (
    SELECT t.schemaname AS schema, t.objectname AS "table",
        pg_catalog.has_any_column_privilege(current_user, quoted, 'update') AS "update",
        pg_catalog.has_any_column_privilege(current_user, quoted, 'select') AS "select",
        pg_catalog.has_any_column_privilege(current_user, quoted, 'insert') AS "insert",
        pg_catalog.has_table_privilege(current_user, quoted, 'delete') AS "delete"
    FROM (
        SELECT schemaname, objectname, '"' || replace(schemaname, '"', '""') || '"."'
            || replace(objectname, '"', '""') || '"' AS quoted
        FROM (
            SELECT schemaname, tablename AS objectname FROM pg_catalog.pg_tables
            UNION SELECT schemaname, viewname FROM pg_catalog.pg_views
            UNION SELECT schemaname, matviewname FROM pg_catalog.pg_matviews) AS all_of_them
    ) AS t
    WHERE t.schemaname !~ '^pg_' AND t.schemaname NOT IN ('information_schema', 'stele')
        AND pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage'))
SELECT * FROM mine WHERE "select" OR "update" OR "delete" OR "insert" ORDER BY 1, 2;

-- Tables, how large they are, and what is said of them.
SELECT n.nspname AS schema, c.relname AS name,
    CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW'
        WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' END AS type,
    d.description, coalesce(stat.n_live_tup, 0) >= 0 AS "has-row-count"
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_stat_user_tables AS stat ON n.nspname = stat.schemaname AND c.relname = stat.relname
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'stele')
    AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
ORDER BY type, schema, name;

-- Fields.
SELECT c.column_name AS name,
    CASE WHEN c.udt_schema IN ('public', 'pg_catalog') THEN format('%s', c.udt_name)
        ELSE format('"%s"."%s"', c.udt_schema, c.udt_name) END AS "database-type",
    c.ordinal_position - 1 AS "database-position", c.table_schema AS "table-schema",
    c.table_name AS "table-name", pk.column_name IS NOT NULL AS "pk?",
    col_description(CAST(CAST(format('%I.%I', CAST(c.table_schema AS text), CAST(c.table_name AS text))
        AS regclass) AS oid), c.ordinal_position) AS "field-comment",
    (c.column_default IS NULL OR lower(c.column_default) = 'null') AND c.is_nullable = 'NO'
        AND NOT (c.column_default IS NOT NULL AND c.column_default LIKE '%nextval(%'
            OR c.is_identity <> 'NO') AS "database-required",
    c.is_identity <> 'NO' AS "database-is-auto-increment"
FROM information_schema.columns AS c
LEFT JOIN (
    SELECT tc.table_schema, tc.table_name, kc.column_name
    FROM information_schema.table_constraints AS tc
    JOIN information_schema.key_column_usage AS kc
        ON tc.constraint_name = kc.constraint_name AND tc.table_schema = kc.table_schema
            AND tc.table_name = kc.table_name
    WHERE tc.constraint_type = 'PRIMARY KEY') AS pk
    ON c.table_schema = pk.table_schema AND c.table_name = pk.table_name AND c.column_name = pk.column_name
WHERE c.table_schema !~ '^information_schema|catalog_history|pg_' AND c.table_schema IN ('public')
    AND c.table_name = 'payment'
UNION ALL
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnum - 1, n.nspname, c.relname, false, NULL,
    false, false
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind = 'm' AND a.attnum >= 1 AND n.nspname IN ('public')
ORDER BY "table-schema", "table-name", "database-position";

-- Foreign keys, indexes, enums.
SELECT fk_n.nspname, fk_c.relname, fk_a.attname, pk_n.nspname, pk_c.relname, pk_a.attname
FROM pg_constraint AS c
JOIN pg_class AS fk_c ON c.conrelid = fk_c.oid
JOIN pg_namespace AS fk_n ON c.connamespace = fk_n.oid
JOIN pg_attribute AS fk_a ON c.conrelid = fk_a.attrelid
JOIN pg_class AS pk_c ON c.confrelid = pk_c.oid
JOIN pg_namespace AS pk_n ON pk_c.relnamespace = pk_n.oid
JOIN pg_attribute AS pk_a ON c.confrelid = pk_a.attrelid
WHERE fk_n.nspname !~ '^information_schema|catalog_history|pg_' AND c.contype = 'f'::char
    AND fk_a.attnum = ANY(c.conkey) AND pk_a.attnum = ANY(c.confkey)
ORDER BY fk_n.nspname, fk_c.relname;
SELECT tmp.table_name, trim(both '"' from pg_catalog.pg_get_indexdef(tmp.ci_oid, tmp.pos, false)) AS field
FROM (
    SELECT ct.relname AS table_name, (information_schema._pg_expandarray(i.indkey)).n AS pos, ci.oid AS ci_oid
    FROM pg_catalog.pg_class ct
    JOIN pg_catalog.pg_namespace n ON ct.relnamespace = n.oid
    JOIN pg_catalog.pg_index i ON ct.oid = i.indrelid
    JOIN pg_catalog.pg_class ci ON ci.oid = i.indexrelid
    WHERE n.nspname = 'public' AND i.indpred IS NULL) AS tmp
WHERE tmp.pos = 1;
SELECT n.nspname AS schema, t.typname AS "type-name", e.enumlabel AS label
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
ORDER BY t.typname, e.enumsortorder;

-- Questions.
-- Metabase:: userID: 1 queryType: MBQL queryHash: 0123abcd
SELECT DATE_TRUNC('month', "public"."payment"."timestamp") AS "timestamp",
    SUM("public"."payment"."amount") AS "sum"
FROM "public"."payment"
WHERE ("public"."payment"."timestamp" >= timestamp with time zone '2026-01-01 00:00:00.000Z')
    AND ("public"."payment"."timestamp" < timestamp with time zone '2026-03-01 00:00:00.000Z')
GROUP BY DATE_TRUNC('month', "public"."payment"."timestamp")
ORDER BY DATE_TRUNC('month', "public"."payment"."timestamp") ASC;
SELECT (CAST(DATE_TRUNC('week', ("public"."payment"."timestamp" + INTERVAL '1 day')) AS timestamp)
        + INTERVAL '-1 day') AS "timestamp", COUNT(*) AS "count",
    SUM(CASE WHEN "public"."payment"."st" = CAST('paid' AS "status") THEN 1 ELSE 0.0 END)
        / CAST(COUNT(*) AS double precision) AS "share"
FROM "public"."payment" GROUP BY 1 ORDER BY 1;
SELECT "source"."amount" AS "amount", COUNT(*) AS "count"
FROM (
    SELECT (FLOOR(("public"."payment"."amount" - 0.0) / 25.0) * 25.0) + 0.0 AS "amount"
    FROM "public"."payment") AS "source"
GROUP BY "source"."amount" ORDER BY "source"."amount" ASC LIMIT 2000;
SELECT CAST(extract(isodow from "timestamp") AS integer) AS "day", CAST(extract(hour from "timestamp") AS integer) AS "hour",
    MAX("amount"), PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY "amount") AS "median", STDDEV_POP("amount") AS "stddev"
FROM "payment" GROUP BY 1, 2 ORDER BY 1, 2;
SELECT SUBSTRING("payment"."note", 1, 1234) AS "substring1" FROM "payment"
WHERE (LOWER("payment"."note") LIKE '%car%') AND (("payment"."note" <> '') OR ("payment"."note" IS NULL))
ORDER BY "payment"."event_id" LIMIT 10000;

-- Its newer way to learn of tables, and the fingerprints and field values of its sync.
SELECT c.relname, pg_catalog.pg_relation_size(c.oid) >= 0, c.reltuples::bigint <= 4 FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r';
SELECT "source"."substring1" AS "substring1", "source"."amount" AS "amount"
FROM (
    SELECT SUBSTRING("public"."payment"."note", 1, 1234) AS "substring1", "public"."payment"."amount" AS "amount"
    FROM "public"."payment"
) AS "source"
LIMIT 10000;
SELECT COUNT(DISTINCT "public"."payment"."context_id") AS "count",
    COUNT(*) FILTER (WHERE "public"."payment"."note" IS NULL) AS "nulls",
    AVG(CAST(LENGTH("public"."payment"."note") AS double precision)) AS "avg",
    MIN("public"."payment"."timestamp") AS "min", MAX("public"."payment"."timestamp") AS "max"
FROM "public"."payment";
SELECT "public"."payment"."st" AS "st" FROM "public"."payment" GROUP BY "public"."payment"."st"
ORDER BY "public"."payment"."st" ASC LIMIT 1001;
-- Cumulative sums, time zones, relative dates, a text from several, a cast, a split.
SELECT "source"."timestamp" AS "timestamp", SUM(SUM("source"."amount")) OVER (ORDER BY "source"."timestamp" ASC ROWS UNBOUNDED PRECEDING) AS "sum"
FROM (SELECT DATE_TRUNC('day', "public"."payment"."timestamp") AS "timestamp", "public"."payment"."amount" AS "amount" FROM "public"."payment") AS "source"
GROUP BY "source"."timestamp" ORDER BY "source"."timestamp" ASC;
SELECT CAST(("public"."payment"."timestamp" AT TIME ZONE 'Europe/Berlin') AS date) AS "day",
    CAST(EXTRACT(quarter from "public"."payment"."timestamp") AS integer) AS "q", COUNT(*) AS "count"
FROM "public"."payment"
WHERE "public"."payment"."timestamp" >= DATE_TRUNC('day', (timestamp with time zone '2026-02-15 00:00:00Z' + INTERVAL '-30 day'))
GROUP BY 1, 2 ORDER BY 1;
SELECT CONCAT("public"."payment"."context_id", ' ', "public"."payment"."note") AS "c",
    CASE WHEN "public"."payment"."amount" > 10 THEN 'large' WHEN "public"."payment"."amount" > 6 THEN 'middle' ELSE 'small' END AS "size",
    REGEXP_REPLACE("public"."payment"."note", '[a-z]', '#', 'g') AS "masked", SPLIT_PART("public"."payment"."context_id", '-', 2) AS "number",
    CAST(SUBSTRING("public"."payment"."context_id" FROM '[0-9]+') AS bigint) AS "n", ROUND(CAST("public"."payment"."amount" AS numeric), 0) AS "r"
FROM "public"."payment" ORDER BY "public"."payment"."event_id" ASC LIMIT 2000;
WITH "q" AS (SELECT st, amount FROM payment WHERE 1 = 1 AND amount BETWEEN 5 AND 50)
SELECT st, count(*) FROM "q" GROUP BY st ORDER BY st;
