-- What DBeaver, DataGrip and pgAdmin ask beside pgjdbc's metadata.
\i setup/payments.sql
SET TimeZone = 'UTC';

-- DBeaver: all columns of the catalogue beside some of them, names twice; what each probe finds is the shape.
SELECT current_schema(), session_user;
SHOW search_path;
SELECT reltype FROM pg_catalog.pg_class WHERE 1 <> 1 LIMIT 1;
SELECT name, setting FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings';
SELECT string_agg(word, ',' ORDER BY word) FROM pg_catalog.pg_get_keywords()
WHERE catcode = 'R' AND word <> ALL ('{select,from,where,analyze,analyse,all,and,any,array,as,asc,asymmetric}'::text[])
    AND word < 'check';
SELECT n.oid, n.nspname, d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d
    ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass
WHERE n.oid < 16384 AND n.nspname IN ('public', 'pg_catalog') ORDER BY nspname;
SELECT count(*) FROM (SELECT n.oid, n.*, d.description AS remark FROM pg_catalog.pg_namespace n
    LEFT JOIN pg_catalog.pg_description d ON d.objoid = n.oid) AS x(oid, oid2, name, owner, acl, remark) WHERE x.oid = x.oid2;
SELECT db.oid > 0 AS has_oid, db.datname, pg_encoding_to_char(db.encoding), db.datconnlimit
FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate ORDER BY db.datname;
SELECT c.relname, c.relkind, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr,
    pg_catalog.pg_get_partkeydef(c.oid) AS partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d
    ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = 2200 AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY c.relname;
SELECT c.relname, a.attname, a.attnum, a.attnotnull, a.attidentity,
    pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_catalog.pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i'
    AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND a.attnum > 0 AND c.oid = 'payment'::regclass ORDER BY a.attnum;
SELECT i.indkey AS keys, c.relname, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS pred_expr,
    pg_catalog.pg_get_indexdef(i.indexrelid, 0, true) AS definition, pg_catalog.pg_relation_size(i.indexrelid) AS size,
    pg_catalog.pg_stat_get_numscans(i.indexrelid) AS scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'payment'::regclass ORDER BY c.relname;
SELECT c.oid = 'payment'::regclass AS same, t.relname, c.conname
FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
WHERE c.contype IN ('p', 'u', 'f') AND t.relname = 'payment';
SELECT t.typname, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name, d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid
WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c')
    AND (et.typcategory IS NULL OR et.typcategory <> 'C') AND t.typnamespace = 2200 ORDER BY t.typname;
SELECT pg_catalog.pg_total_relation_size('payment'::regclass) >= pg_catalog.pg_relation_size('payment'::regclass) AS is_more,
    pg_catalog.pg_get_viewdef('paid'::regclass, true) IS NOT NULL AS has_text;
SELECT count(*) AS extensions FROM pg_catalog.pg_available_extensions WHERE name = 'postgis';
SELECT count(*) AS triggers FROM pg_catalog.pg_event_trigger;
SELECT conname FROM pg_catalog.pg_conversion WHERE connamespace = 2200;
-- A grid is read in pages.
SELECT x.* FROM public.payment x WHERE amount > 6 ORDER BY x."timestamp" DESC LIMIT 1 OFFSET 1;

-- DataGrip: the state of each object is its xmin.
SELECT N.oid::bigint AS id, N.nspname AS name, N.xmin IS NOT NULL AS has_state,
    pg_catalog.pg_get_userbyid(N.nspowner) = current_user AS is_mine
FROM pg_catalog.pg_namespace N WHERE N.nspname = 'public';
SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 1
    ELSE pg_catalog.txid_current()::varchar::bigint END > 0 AS current_txid;
SELECT count(*) AS older FROM pg_catalog.pg_class T
WHERE pg_catalog.age(T.xmin) <= coalesce(nullif(greatest(pg_catalog.age('3'::xid), -1), -1), 2147483647) AND false;
SELECT rolname = current_user AS me, rolsuper, rolcanlogin, rolconfig FROM pg_catalog.pg_roles WHERE rolname = current_user
UNION DISTINCT SELECT false, false, false, NULL WHERE false;
SELECT T.relkind AS kind, T.relname, A.attnum, A.attname, pg_catalog.format_type(A.atttypid, A.atttypmod)
FROM pg_catalog.pg_class T
JOIN pg_catalog.pg_attribute A ON A.attrelid = T.oid
WHERE T.relnamespace = 2200::oid AND T.relkind IN ('r', 'm', 'v', 'f', 'p') AND A.attnum > 3
    AND T.relname IN ('payment', 'paid') ORDER BY T.relname, A.attnum;
SELECT count(*) FROM pg_catalog.pg_locks L JOIN pg_catalog.pg_class C ON C.oid = L.relation WHERE NOT L.granted;

-- pgAdmin.
SELECT set_config('bytea_output', 'hex', false) FROM pg_show_all_settings() WHERE name = 'bytea_output';
SELECT db.datname, has_database_privilege(db.oid, 'CREATE') AS cancreate, db.datallowconn
FROM pg_catalog.pg_database db WHERE db.datname = current_database();
SELECT gss_authenticated, encrypted FROM pg_catalog.pg_stat_gssapi WHERE pid = pg_backend_pid();
WITH RECURSIVE memberships AS (
    SELECT m.oid, m.rolname FROM pg_catalog.pg_roles AS m WHERE m.rolname = current_user
    UNION SELECT r.oid, r.rolname FROM memberships JOIN pg_catalog.pg_auth_members AS am ON am.member = memberships.oid
    JOIN pg_catalog.pg_roles AS r ON r.oid = am.roleid)
SELECT count(*) FROM memberships;
SELECT usesuper FROM pg_catalog.pg_user WHERE usename = current_user;
SELECT row_to_json(t) FROM (SELECT count(*) AS "Total", 1 AS "Active" FROM pg_stat_activity WHERE datname IS NULL) t;
SELECT rel.relname, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid = rel.oid AND tgisinternal = false) AS triggercount,
    (SELECT count(1) FROM pg_catalog.pg_inherits WHERE inhrelid = rel.oid LIMIT 1) AS is_inherits
FROM pg_catalog.pg_class rel
WHERE rel.relkind IN ('r', 's', 't', 'p') AND rel.relnamespace = 2200::OID AND NOT rel.relispartition ORDER BY rel.relname;
