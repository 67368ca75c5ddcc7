-- COPY of the catalogue's tables: the answers are PostgreSQL 15's but for what stands behind "only here".
\set VERBOSITY verbose
create table t (context_id text not null, a int);
create view v as select 1 as one;
create temp sequence sq;
create temp table tt (a int primary key);
create role admin superuser login;
create role joe;

copy pg_tablespace (oid, spcname) to stdout;
copy pg_catalog.pg_tablespace (spcname, oid) to stdout with (format csv, header);
copy pg_policy to stdout with (format csv, header);
copy pg_class (oid, relnamex) to stdout;
copy pg_class (oid, oid) to stdout;
copy pg_catalog.nonexist to stdout;

copy pg_tables to stdout;
copy pg_catalog.pg_tables (schemaname) to stdout;
copy pg_tables (x) to stdout;
copy information_schema.tables to stdout;
copy v to stdout;
copy sq to stdout;
copy tt_pkey to stdout;

\copy pg_stat_activity from /dev/null
\copy v from /dev/null
\copy sq from /dev/null
\copy tt_pkey from /dev/null
\copy pg_tables (x) from /dev/null

set role joe;
copy pg_tablespace (spcname) to stdout;
copy pg_authid to stdout;
copy pg_authid (rolname) to stdout;
copy pg_shadow to stdout;
copy pg_statistic to stdout;
\copy pg_class from /dev/null
\copy pg_class (oid) from /dev/null
\copy pg_class (x) from /dev/null
\copy pg_tables from /dev/null
\copy information_schema.tables from /dev/null
\copy pg_user_mapping from /dev/null
reset role;

-- only here
create materialized view m as select count(*) from t group by a;
copy m to stdout;
\copy m from /dev/null
\copy pg_class from /dev/null
copy stele.segments to stdout;
\copy stele.segments from /dev/null
copy stele.event_id_seq to stdout;
