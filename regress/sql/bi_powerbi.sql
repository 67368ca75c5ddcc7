-- What Power BI asks through Npgsql: it loads all types at first, several statements at once.
\i setup/payments.sql
SET TimeZone = 'UTC';

-- Types: arrays are known by the function that receives them.
SELECT version() ~ '^PostgreSQL 15\.' AS is_known \; SELECT nspname, typname, typtype, element, element_type
FROM (
    SELECT n.nspname, x.typname, x.kind AS typtype, e.typname AS element, e.typtype AS element_type,
        CASE WHEN x.kind IN ('b', 'e', 'p') THEN 0 WHEN x.kind = 'r' THEN 1 WHEN x.kind = 'm' THEN 2
            WHEN x.kind = 'a' THEN 5 ELSE 4 END AS turn, x.oid, x.relkind
    FROM (
        SELECT t.oid, t.typnamespace, t.typname, c.relkind,
            CASE WHEN p.proname = 'array_recv' THEN 'a' ELSE t.typtype END AS kind,
            CASE WHEN p.proname = 'array_recv' THEN t.typelem WHEN t.typtype = 'r' THEN r.rngsubtype
                WHEN t.typtype = 'm' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = t.oid)
                WHEN t.typtype = 'd' THEN t.typbasetype END AS element_oid
        FROM pg_type AS t
        LEFT JOIN pg_class AS c ON c.oid = t.typrelid
        LEFT JOIN pg_proc AS p ON p.oid = t.typreceive
        LEFT JOIN pg_range AS r ON r.rngtypid = t.oid) AS x
    LEFT JOIN pg_type AS e ON e.oid = x.element_oid
    JOIN pg_namespace AS n ON n.oid = x.typnamespace
    WHERE x.kind IN ('b', 'r', 'm', 'e', 'd') OR (x.kind = 'c' AND x.relkind = 'c')
        OR (x.kind = 'p' AND x.typname IN ('record', 'void', 'unknown'))
        OR (x.kind = 'a' AND (e.typtype IN ('b', 'r', 'm', 'e', 'd') OR (e.typtype = 'p' AND e.typname = 'record')))
) AS all_types
WHERE typname IN ('int8', '_int8', 'text', 'numeric', 'timestamptz', 'int4range', 'int4multirange', 'status', '_status',
    'unknown', 'record', 'payment', '_payment', 'uuid', 'jsonb')
ORDER BY turn, typname \; SELECT t.typname, a.attname, a.atttypid::regtype
FROM pg_type AS t
JOIN pg_namespace AS n ON n.oid = t.typnamespace
JOIN pg_class AS c ON c.oid = t.typrelid
JOIN pg_attribute AS a ON a.attrelid = t.typrelid
WHERE t.typtype = 'c' AND c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.oid, a.attnum \; SELECT t.typname, e.enumlabel FROM pg_enum AS e JOIN pg_type AS t ON t.oid = e.enumtypid
ORDER BY t.oid, e.enumsortorder;
-- A connection goes back into the pool, and comes out again.
DISCARD ALL;
SET TimeZone = 'UTC';

-- The navigator.
select character_set_name from INFORMATION_SCHEMA.character_sets;
select TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE
from INFORMATION_SCHEMA.tables
where TABLE_SCHEMA not in ('information_schema', 'pg_catalog', 'stele')
order by TABLE_SCHEMA, TABLE_NAME;
select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE,
    case when (data_type like '%unsigned%') then DATA_TYPE || ' unsigned' else DATA_TYPE end as DATA_TYPE
from INFORMATION_SCHEMA.columns
where TABLE_SCHEMA = 'public' and TABLE_NAME = 'payment'
order by TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION;
select i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME as INDEX_NAME, ii.COLUMN_NAME, ii.ORDINAL_POSITION,
    case when i.CONSTRAINT_TYPE = 'PRIMARY KEY' then 'Y' else 'N' end as PRIMARY_KEY
from INFORMATION_SCHEMA.table_constraints i
inner join INFORMATION_SCHEMA.key_column_usage ii
    on i.CONSTRAINT_SCHEMA = ii.CONSTRAINT_SCHEMA and i.CONSTRAINT_NAME = ii.CONSTRAINT_NAME
        and i.TABLE_SCHEMA = ii.TABLE_SCHEMA and i.TABLE_NAME = ii.TABLE_NAME
where i.TABLE_SCHEMA = 'public' and i.TABLE_NAME = 'payment' and i.CONSTRAINT_TYPE in ('PRIMARY KEY', 'UNIQUE')
order by i.CONSTRAINT_SCHEMA || '_' || i.CONSTRAINT_NAME, ii.TABLE_SCHEMA, ii.TABLE_NAME, ii.ORDINAL_POSITION;
select pkcol.COLUMN_NAME as PK_COLUMN_NAME, fkcol.TABLE_SCHEMA as FK_TABLE_SCHEMA, fkcol.TABLE_NAME as FK_TABLE_NAME,
    fkcol.COLUMN_NAME as FK_COLUMN_NAME, fkcol.ORDINAL_POSITION as ORDINAL,
    fkcon.CONSTRAINT_SCHEMA || '_' || fkcol.TABLE_NAME || '_' || 'payment' || '_' || fkcon.CONSTRAINT_NAME as FK_NAME
from INFORMATION_SCHEMA.referential_constraints fkcon
inner join INFORMATION_SCHEMA.key_column_usage fkcol
    on fkcon.CONSTRAINT_SCHEMA = fkcol.CONSTRAINT_SCHEMA and fkcon.CONSTRAINT_NAME = fkcol.CONSTRAINT_NAME
inner join INFORMATION_SCHEMA.key_column_usage pkcol
    on fkcon.UNIQUE_CONSTRAINT_SCHEMA = pkcol.CONSTRAINT_SCHEMA
        and fkcon.UNIQUE_CONSTRAINT_NAME = pkcol.CONSTRAINT_NAME
where pkcol.TABLE_SCHEMA = 'public' and pkcol.TABLE_NAME = 'payment' and pkcol.ORDINAL_POSITION = fkcol.ORDINAL_POSITION
order by FK_NAME, fkcol.ORDINAL_POSITION;

-- What it folds into SQL.
select "_"."st", "_"."a0"
from (
    select "rows"."st" as "st", sum("rows"."amount") as "a0"
    from (
        select "st", "amount" from "public"."payment" "$Table"
        where "$Table"."amount" > 6 and "$Table"."timestamp" < timestamp '2026-02-15 00:00:00'
    ) "rows"
    group by "st"
) "_"
where not "_"."a0" is null
order by "_"."st" limit 1000001;
select "$Outer"."context_id", "$Inner"."amount"
from "public"."payment" as "$Outer"
left outer join "public"."paid" as "$Inner" on ("$Outer"."event_id" = "$Inner"."event_id")
order by "$Outer"."event_id" limit 201;

-- Npgsql 6 and later load types by this.
SELECT ns.nspname, t.typname, t.typtype, t.typnotnull, t.elemtypoid IS NOT NULL AS has_element
FROM (
    SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind,
        elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind,
        CASE WHEN elemproc.proname = 'array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype
    FROM (
        SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid,
            CASE WHEN proc.proname = 'array_recv' THEN 'a' ELSE typ.typtype END AS typtype,
            CASE WHEN proc.proname = 'array_recv' THEN typ.typelem WHEN typ.typtype = 'r' THEN rngsubtype
                WHEN typ.typtype = 'm' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = typ.oid)
                WHEN typ.typtype = 'd' THEN typ.typbasetype END AS elemtypoid
        FROM pg_type AS typ
        LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid)
        LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive
        LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)
    ) AS typ
    LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid
    LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid)
    LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive
) AS t
JOIN pg_namespace AS ns ON (ns.oid = typnamespace)
WHERE (typtype IN ('b', 'r', 'm', 'e', 'd') OR (typtype = 'c' AND relkind = 'c') OR (typtype = 'p' AND typname IN ('record', 'void', 'unknown'))
    OR (typtype = 'a' AND (elemtyptype IN ('b', 'r', 'm', 'e', 'd') OR (elemtyptype = 'p' AND elemtypname IN ('record', 'void'))
        OR (elemtyptype = 'c' AND elemrelkind = 'c'))))
    AND ns.nspname = 'pg_catalog' AND typname NOT LIKE '\_pg\_%' AND typname NOT LIKE 'pg\_%'
ORDER BY CASE WHEN typtype IN ('b', 'e', 'p') THEN 0 WHEN typtype = 'c' THEN 1 WHEN typtype = 'r' THEN 2 WHEN typtype = 'm' THEN 3
    WHEN typtype = 'd' AND elemtyptype <> 'a' THEN 4 WHEN typtype = 'a' THEN 5 ELSE 6 END, t.typname;
-- A slicer's values, a preview, a count, dates in parts, a join folded.
select top."note", top."c" from (select "_"."note", count(1) as "c" from "public"."payment" "_" group by "_"."note") top
order by top."note" nulls first limit 101;
select count(*) as "$Item" from (select "context_id", "timestamp", "event_id" from "public"."payment" "$Table") "rows";
select cast(date_trunc('year', "t"."timestamp") as date) as "y", date_part('month', "t"."timestamp") as "m", sum(cast("t"."amount" as decimal)) as "a"
from "public"."payment" "t" where ("t"."timestamp" >= timestamp '2026-01-01 00:00:00' and "t"."note" is not null) group by 1, 2 order by 1, 2;
select "_"."context_id" as "context_id", case when "_"."amount" > cast(6 as decimal) then 1 else 0 end as "is_large",
    cast("_"."event_id" as varchar) as "id", lower("_"."note") as "lower", strpos("_"."note", 'a') as "at", left("_"."note", 2) as "left"
from "public"."payment" "_" where strpos(upper("_"."note"), 'CA') > 0 order by "_"."event_id" limit 1000;
