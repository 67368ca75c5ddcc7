-- What Excel, MS Query and Access ask: by psqlODBC, each statement in a savepoint, rows by cursors that are held.
\i setup/payments.sql

-- It connects.
SET DateStyle = 'ISO' \; SET extra_float_digits = 2 \; SHOW transaction_isolation;
SELECT oid, typbasetype FROM pg_type WHERE typname = 'lo';
SELECT current_schema();
SELECT nspname FROM pg_namespace WHERE nspname = E'public';

-- SQLTables, SQLColumns, SQLPrimaryKeys.
select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n
where relkind in ('r', 'v', 'm', 'f', 'p')
    and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1', 'stele')
    and n.oid = relnamespace order by nspname, relname;
select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n
where relkind in ('r', 'v', 'm', 'f', 'p') and relname like E'pay%' and nspname like E'public' and n.oid = relnamespace
order by nspname, relname;
select n.nspname, c.relname, a.attname, a.atttypid = t.oid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull,
    c.relhasrules, c.relkind, c.oid = 'payment'::regclass, pg_get_expr(d.adbin, d.adrelid),
    case t.typtype when 'd' then t.typbasetype else 0 end, t.typtypmod, 0, attidentity, c.relhassubclass
from (((pg_catalog.pg_class c
    inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relname = E'payment' and n.nspname = E'public')
    inner join pg_catalog.pg_attribute a on (not a.attisdropped) and a.attnum > 0 and a.attrelid = c.oid)
    inner join pg_catalog.pg_type t on t.oid = a.atttypid)
    left outer join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
order by n.nspname, c.relname, attnum;
select ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname
from pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i,
    pg_catalog.pg_namespace n, pg_catalog.pg_class ic
where tc.relname = 'payment' AND n.nspname = 'public' AND tc.oid = i.indrelid AND n.oid = tc.relnamespace
    AND i.indisprimary = 't' AND ia.attrelid = i.indexrelid AND ta.attrelid = i.indrelid
    AND ta.attnum = i.indkey[ia.attnum - 1] AND (NOT ta.attisdropped) AND (NOT ia.attisdropped)
    AND ic.oid = i.indexrelid
order by ia.attnum;

-- SQLStatistics, SQLForeignKeys, SQLSpecialColumns, SQLProcedures, SQLTablePrivileges.
select c.relname, i.indkey, i.indisunique, i.indisclustered, a.amname, c.relhasrules, n.nspname,
    c.oid = 'payment_pkey'::regclass, false, i.indoption
from pg_catalog.pg_index i, pg_catalog.pg_class c, pg_catalog.pg_class d, pg_catalog.pg_am a, pg_catalog.pg_namespace n
where d.relname = E'payment' and n.nspname = E'public' and n.oid = d.relnamespace and d.oid = i.indrelid
    and i.indexrelid = c.oid and c.relam = a.oid
order by i.indisprimary desc, i.indisunique, n.nspname, c.relname;
select 'stele'::name as "PKTABLE_CAT", n2.nspname as "PKTABLE_SCHEM", c2.relname as "PKTABLE_NAME",
    a2.attname as "PKCOLUMN_NAME", 'stele'::name as "FKTABLE_CAT", n1.nspname as "FKTABLE_SCHEM",
    c1.relname as "FKTABLE_NAME", a1.attname as "FKCOLUMN_NAME", i::int2 as "KEY_SEQ",
    case ref.confupdtype when 'c' then 0::int2 when 'n' then 2::int2 when 'd' then 4::int2 when 'r' then 1::int2
        else 3::int2 end as "UPDATE_RULE",
    ref.conname as "FK_NAME", cn.conname as "PK_NAME",
    case when ref.condeferrable then case when ref.condeferred then 5::int2 else 6::int2 end else 7::int2 end
        as "DEFERRABLITY"
from (((((((
    (select cn.oid, conrelid, conkey, confrelid, confkey,
        generate_series(array_lower(conkey, 1), array_upper(conkey, 1)) as i, confupdtype, confdeltype, conname,
        condeferrable, condeferred
    from pg_catalog.pg_constraint cn, pg_catalog.pg_class c, pg_catalog.pg_namespace n
    where contype = 'f' and conrelid = c.oid and relname = E'payment' and n.oid = c.relnamespace
        and n.nspname = E'public') ref
    inner join pg_catalog.pg_class c1 on c1.oid = ref.conrelid)
    inner join pg_catalog.pg_namespace n1 on n1.oid = c1.relnamespace)
    inner join pg_catalog.pg_attribute a1 on a1.attrelid = c1.oid and a1.attnum = conkey[i])
    inner join pg_catalog.pg_class c2 on c2.oid = ref.confrelid)
    inner join pg_catalog.pg_namespace n2 on n2.oid = c2.relnamespace)
    inner join pg_catalog.pg_attribute a2 on a2.attrelid = c2.oid and a2.attnum = confkey[i])
    left outer join pg_catalog.pg_constraint cn on cn.conrelid = ref.confrelid and cn.contype = 'p')
order by ref.oid, ref.i;
select c.relhasrules, c.relkind, pg_catalog.pg_table_is_visible(c.oid)
from pg_catalog.pg_namespace u, pg_catalog.pg_class c
where u.oid = c.relnamespace and c.relname = E'payment' and u.nspname = E'public';
select proname as "PROCEDURE_NAME", nspname, case when prorettype = 0 then 1::int2 else 2::int2 end as "PROCEDURE_TYPE"
from pg_catalog.pg_namespace, pg_catalog.pg_proc
where pg_proc.pronamespace = pg_namespace.oid and (not proretset) and nspname like E'public' order by nspname, proname;
select relname, usename, relacl, nspname from pg_catalog.pg_namespace, pg_catalog.pg_class, pg_catalog.pg_user
where nspname = E'public' and relname = E'payment' and pg_namespace.oid = relnamespace
    and relkind in ('r', 'v', 'm') and relowner = usesysid;
select '"' || n.nspname || '"."' || c.relname || '"' from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid = 'payment'::regclass;

-- What it reads, with the catalogue before the schema; each statement has a savepoint.
BEGIN \; SAVEPOINT "_EXEC_SVP_0x5581";
declare "SQL_CUR0x5581" cursor with hold for SELECT payment.context_id, payment.amount, payment.st
FROM stele.public.payment payment WHERE (payment.amount >= 5) ORDER BY payment.event_id;
fetch 2 in "SQL_CUR0x5581";
RELEASE "_EXEC_SVP_0x5581";
COMMIT;
fetch 100 in "SQL_CUR0x5581";
close "SQL_CUR0x5581";
SELECT nothing FROM stele.public.payment;
BEGIN;
SAVEPOINT "_EXEC_SVP_0x5582";
SELECT nothing FROM stele.public.payment;
ROLLBACK TO "_EXEC_SVP_0x5582" \; RELEASE "_EXEC_SVP_0x5582";
SELECT COUNT(*) FROM "stele"."public"."payment" WHERE ("stele"."public"."payment"."note" = E'card');
COMMIT;
SELECT * FROM other.public.payment;
-- Access asks for keys first, then for ten rows by theirs.
SELECT "public"."payment"."event_id" FROM "public"."payment" ORDER BY "event_id";
SELECT "event_id", "context_id", "amount", "st", "note" FROM "public"."payment"
WHERE "event_id" = 1 OR "event_id" = 2 OR "event_id" = 2 OR "event_id" = 2 ORDER BY "event_id";
-- {fn ...} of ODBC, as the driver spells them.
SELECT length(note), ceil(amount), mod(event_id, 2), extract(dow from "timestamp") + 1, upper(note), ascii(note),
    trunc(amount, 1), date_part('week', "timestamp"), concat(note, '!'), position('a' in note), repeat(note, 2)
FROM payment ORDER BY event_id LIMIT 2;
