-- What Superset asks beside SQLAlchemy's reflection, and the texts that it reads.
\i setup/payments.sql
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

-- Its inspector, by SQLAlchemy 2: keys, indexes, constraints, comments, of many tables at once.
SELECT attr.conrelid = 'payment'::regclass AS is_it, array_agg(CAST(attr.attname AS TEXT) ORDER BY attr.ord) AS cols, attr.conname,
    min(attr.description) AS description
FROM (
    SELECT con.conrelid AS conrelid, con.conname AS conname, con.ord AS ord, pg_catalog.pg_attribute.attname AS attname,
        con.description AS description
    FROM pg_catalog.pg_attribute
    JOIN (
        SELECT pg_catalog.pg_constraint.conrelid, pg_catalog.pg_constraint.conname, unnest(pg_catalog.pg_constraint.conkey) AS attnum,
            generate_subscripts(pg_catalog.pg_constraint.conkey, 1) AS ord, pg_catalog.pg_description.description
        FROM pg_catalog.pg_constraint
        LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_description.objoid = pg_catalog.pg_constraint.oid
        WHERE pg_catalog.pg_constraint.contype = 'p' AND pg_catalog.pg_constraint.conrelid IN ('payment'::regclass, 'paid'::regclass)
    ) AS con ON pg_catalog.pg_attribute.attnum = con.attnum AND pg_catalog.pg_attribute.attrelid = con.conrelid
) AS attr GROUP BY attr.conrelid, attr.conname ORDER BY attr.conrelid, attr.conname;
SELECT pg_catalog.pg_index.indrelid = 'payment'::regclass AS is_it, cls_idx.relname AS relname_index, pg_catalog.pg_index.indisunique,
    pg_catalog.pg_constraint.conrelid IS NOT NULL AS has_constraint, pg_catalog.pg_index.indoption, cls_idx.reloptions, pg_catalog.pg_am.amname,
    CASE WHEN (pg_catalog.pg_index.indpred IS NOT NULL) THEN pg_catalog.pg_get_expr(pg_catalog.pg_index.indpred, pg_catalog.pg_index.indrelid) END AS filter_definition,
    pg_catalog.pg_index.indnkeyatts, pg_catalog.pg_index.indnullsnotdistinct, idx_cols.elements, idx_cols.elements_is_expr
FROM pg_catalog.pg_index
JOIN pg_catalog.pg_class AS cls_idx ON pg_catalog.pg_index.indexrelid = cls_idx.oid
JOIN pg_catalog.pg_am ON cls_idx.relam = pg_catalog.pg_am.oid
LEFT OUTER JOIN (
    SELECT idx_attr.indexrelid AS indexrelid, min(idx_attr.indrelid) AS min_1, array_agg(idx_attr.element ORDER BY idx_attr.ord) AS elements,
        array_agg(idx_attr.is_expr ORDER BY idx_attr.ord) AS elements_is_expr
    FROM (
        SELECT idx.indexrelid AS indexrelid, idx.indrelid AS indrelid, idx.ord AS ord,
            CASE WHEN (idx.attnum = 0) THEN pg_catalog.pg_get_indexdef(idx.indexrelid, idx.ord + 1, true)
                ELSE CAST(pg_catalog.pg_attribute.attname AS TEXT) END AS element,
            idx.attnum = 0 AS is_expr
        FROM (
            SELECT pg_catalog.pg_index.indexrelid, pg_catalog.pg_index.indrelid, unnest(pg_catalog.pg_index.indkey) AS attnum,
                generate_subscripts(pg_catalog.pg_index.indkey, 1) AS ord
            FROM pg_catalog.pg_index WHERE pg_catalog.pg_index.indrelid = 'payment'::regclass
        ) AS idx
        LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_attribute.attnum = idx.attnum AND pg_catalog.pg_attribute.attrelid = idx.indrelid
    ) AS idx_attr GROUP BY idx_attr.indexrelid
) AS idx_cols ON pg_catalog.pg_index.indexrelid = idx_cols.indexrelid
LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_index.indrelid = pg_catalog.pg_constraint.conrelid
    AND pg_catalog.pg_index.indexrelid = pg_catalog.pg_constraint.conindid AND pg_catalog.pg_constraint.contype = ANY (ARRAY['p', 'u', 'x'])
WHERE pg_catalog.pg_index.indrelid = 'payment'::regclass ORDER BY cls_idx.relname;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_constraint.conname, pg_catalog.pg_get_constraintdef(pg_catalog.pg_constraint.oid, true) AS def
FROM pg_catalog.pg_class
LEFT OUTER JOIN pg_catalog.pg_constraint ON pg_catalog.pg_class.oid = pg_catalog.pg_constraint.conrelid AND pg_catalog.pg_constraint.contype = 'c'
WHERE pg_catalog.pg_class.relname IN ('payment') AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) ORDER BY 1, 2;
SELECT pg_catalog.pg_class.relname, pg_catalog.pg_description.description
FROM pg_catalog.pg_class
LEFT OUTER JOIN pg_catalog.pg_description ON pg_catalog.pg_class.oid = pg_catalog.pg_description.objoid AND pg_catalog.pg_description.objsubid = 0
    AND pg_catalog.pg_description.classoid = CAST('pg_catalog.pg_class' AS REGCLASS)
WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_class.relname IN ('payment', 'paid') ORDER BY 1;
SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS format_type,
    (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef AS d
     WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef) AS "default",
    a.attnotnull AS not_null, c.relname AS table_name, dsc.description AS comment, a.attgenerated AS generated,
    (SELECT json_build_object('always', a.attidentity = 'a') WHERE a.attidentity != '') AS identity_options
FROM pg_catalog.pg_class AS c
LEFT OUTER JOIN pg_catalog.pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
LEFT OUTER JOIN pg_catalog.pg_description AS dsc ON dsc.objoid = a.attrelid AND dsc.objsubid = a.attnum
WHERE c.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_catalog.pg_table_is_visible(c.oid) AND c.relname IN ('payment', 'paid')
ORDER BY c.relname, a.attnum;
SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'stele' ORDER BY n.nspname;
SELECT pg_catalog.pg_type.typname AS name, pg_catalog.pg_type_is_visible(pg_catalog.pg_type.oid) AS visible, n.nspname AS schema, lbl_agg.labels
FROM pg_catalog.pg_type
JOIN pg_catalog.pg_namespace AS n ON n.oid = pg_catalog.pg_type.typnamespace
LEFT OUTER JOIN (
    SELECT e.enumtypid AS enumtypid, array_agg(CAST(e.enumlabel AS TEXT) ORDER BY e.enumsortorder) AS labels
    FROM pg_catalog.pg_enum AS e GROUP BY e.enumtypid
) AS lbl_agg ON pg_catalog.pg_type.oid = lbl_agg.enumtypid
WHERE pg_catalog.pg_type.typtype = 'e' ORDER BY n.nspname, pg_catalog.pg_type.typname;
-- A chart of contributions, of a time shift, of a rolling mean; and its samples.
SELECT st, sum(amount) / (SELECT sum(amount) FROM payment) AS share FROM payment GROUP BY st ORDER BY share DESC;
SELECT DATE_TRUNC('week', timestamp) AS __timestamp, COUNT(*) AS count FROM public.payment
WHERE timestamp >= TO_TIMESTAMP('2025-12-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') - INTERVAL '1 year'
GROUP BY DATE_TRUNC('week', timestamp) ORDER BY count DESC, 1 LIMIT 1000 OFFSET 0;
SELECT timestamp AS timestamp, context_id AS context_id, amount AS amount FROM public.payment
WHERE amount >= 5 AND NOT (note IN ('cash')) AND (lower(note) ILIKE '%CAR%') ORDER BY timestamp DESC LIMIT 1000;
SELECT 0 AS ok UNION ALL SELECT count(*) FROM (SELECT 1 FROM payment LIMIT 101) AS x;
