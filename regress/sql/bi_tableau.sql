-- What Tableau asks: by cursors that are held, under names of many kinds.
\i setup/payments.sql
SET TimeZone = 'UTC';

SET client_min_messages = 'warning';
SET extra_float_digits = 2;
SHOW transaction_isolation;
SELECT oid, typbasetype FROM pg_type WHERE typname = 'lo';

-- What it reads goes through a cursor.
BEGIN;
declare "SQL_CUR0x7f3c" cursor with hold for SELECT "payment"."st" AS "st", SUM("payment"."amount") AS "sum:amount:ok"
FROM "public"."payment" "payment" GROUP BY 1 ORDER BY 1;
fetch 10000 in "SQL_CUR0x7f3c";
COMMIT;
fetch 10000 in "SQL_CUR0x7f3c";
close "SQL_CUR0x7f3c";
declare "SQL_CUR0x7f3d" cursor with hold for SELECT * FROM "public"."payment" "payment" LIMIT 0;
fetch 1 in "SQL_CUR0x7f3d";
close "SQL_CUR0x7f3d";

SELECT CAST(EXTRACT(YEAR FROM "payment"."timestamp") AS INTEGER) AS "yr:timestamp:ok",
    CAST(EXTRACT(QUARTER FROM "payment"."timestamp") AS INTEGER) AS "qr:timestamp:ok",
    SUM(CAST("payment"."amount" AS DOUBLE PRECISION)) AS "sum:amount:ok"
FROM "public"."payment" "payment"
WHERE ("payment"."st" IN ('new', 'paid')) AND (CAST(CAST("payment"."timestamp" AS TIMESTAMP) AS DATE) >= (DATE '2026-01-02'))
GROUP BY 1, 2 HAVING (COUNT(1) > 0);
SELECT DATE_TRUNC('MONTH', CAST("payment"."timestamp" AS TIMESTAMP)) AS "tmn:timestamp:ok",
    SUM(1) AS "cnt", COUNT(DISTINCT "payment"."context_id") AS "ctd"
FROM "public"."payment" "payment"
INNER JOIN (
    SELECT "payment"."note" AS "note", SUM("payment"."amount") AS "X__alias__0"
    FROM "public"."payment" "payment" GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 ASC LIMIT 10) "t0"
    ON (("payment"."note" = "t0"."note") OR (("payment"."note" IS NULL) AND ("t0"."note" IS NULL)))
GROUP BY 1 ORDER BY 1;
SELECT "Custom SQL Query"."n" AS "n", CAST(TRUNC(AVG("Custom SQL Query"."amount")) AS BIGINT) AS "avg"
FROM (
    SELECT upper(note) AS n, amount FROM payment
) "Custom SQL Query"
GROUP BY 1 ORDER BY "n" NULLS FIRST;

-- It tries temporary tables: if they cannot be, it does without.
CREATE LOCAL TEMPORARY TABLE "#Tableau_1_0a1b_Connect_CheckCreateTempTableCap" ("COL" INTEGER) ON COMMIT PRESERVE ROWS;
DROP TABLE "#Tableau_1_0a1b_Connect_CheckCreateTempTableCap";
SELECT "payment"."context_id" AS "context_id", SUM("payment"."amount") AS "X__alias__0"
INTO TEMPORARY TABLE "#Tableau_2_0a1b_Filter" FROM "public"."payment" "payment" GROUP BY 1;
SELECT "t0"."X__alias__0", COUNT(*) FROM "public"."payment" "payment"
INNER JOIN "#Tableau_2_0a1b_Filter" "t0" ON ("payment"."context_id" = "t0"."context_id") GROUP BY 1 ORDER BY 1;
INSERT INTO "#Tableau_2_0a1b_Filter" ("context_id", "X__alias__0") VALUES ('order-9', 1.5), ('order-10', NULL);
SELECT * FROM "#Tableau_2_0a1b_Filter" ORDER BY 1;
DROP TABLE "#Tableau_2_0a1b_Filter";
CREATE LOCAL TEMPORARY TABLE "#Tableau_3_0a1b" ("a" INTEGER, "b" DOUBLE PRECISION, "c" TEXT, "d" DATE, "e" TIMESTAMP, "f" BOOLEAN)
ON COMMIT PRESERVE ROWS;
COPY "#Tableau_3_0a1b" FROM STDIN WITH DELIMITER ',' NULL 'x';
1,2.5,text,2026-01-02,2026-01-02 03:04:05,t
x,x,x,x,x,x
\.
SELECT * FROM "#Tableau_3_0a1b";
-- Dates of its own: a week's first day, the parts' names, a difference.
SELECT (DATE_TRUNC('DAY', CAST("payment"."timestamp" AS TIMESTAMP)) + (-EXTRACT(DOW FROM "payment"."timestamp") * INTERVAL '1 DAY'))
        AS "twk:timestamp:ok",
    TRIM(TO_CHAR("payment"."timestamp", 'Month')) AS "mn", CAST(TO_CHAR("payment"."timestamp", 'IW') AS INTEGER) AS "iw",
    (CASE WHEN "payment"."amount" IS NULL THEN NULL ELSE GREATEST("payment"."amount", 6) END) AS "m",
    CAST((CAST("payment"."timestamp" AS DATE) - DATE '2026-01-01') AS BIGINT) AS "age",
    (CASE WHEN 0 = 0 THEN NULL ELSE CAST(1 AS DOUBLE PRECISION) / 0 END) AS "ratio"
FROM "public"."payment" "payment" ORDER BY "payment"."event_id";
SELECT "payment"."st" AS "st", (CASE WHEN (COUNT("payment"."amount") < 2) THEN NULL ELSE STDDEV_SAMP("payment"."amount") END) AS "std",
    MIN(1) AS "one", SUM("payment"."amount") / NULLIF(COUNT(*), 0) AS "avg"
FROM "public"."payment" "payment" GROUP BY 1 ORDER BY 1;
SELECT * FROM (SELECT * FROM "public"."payment") AS "Custom SQL Query" LIMIT 0;
