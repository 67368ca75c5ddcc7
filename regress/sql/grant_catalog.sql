-- GRANT and REVOKE on the catalogue's relations: the answers are PostgreSQL 15's but for what stands behind "only here".
\set VERBOSITY verbose
create role admin superuser login;
create role joe;
create role mon;
grant pg_monitor to mon;
create table mine (context_id text not null, a int);

grant select on pg_class to public;
grant select on pg_stat_database, pg_catalog.pg_stat_activity, information_schema.tables to joe, mon;
grant select on pg_class, mine to joe;
grant select (relname, oid) on pg_class to joe;
grant select (xx) on pg_class to joe;
grant create on pg_class to joe;
grant select on pg_class to nosuch;
grant select on nonexist to joe;
grant select on pg_catalog.nonexist to joe;
grant select on pg_authid to admin;
select has_table_privilege('joe', 'pg_class', 'select'), has_table_privilege('joe', 'mine', 'select'),
    has_table_privilege('joe', 'pg_authid', 'select');

set role joe;
grant select on pg_class to public;
grant select, insert on pg_tables to mon;
grant all on pg_class to mon;
grant select (relname) on pg_class to mon;
grant select (xx) on pg_class to mon;
grant select on pg_authid to mon;
revoke select on pg_authid from mon;
grant select on pg_shadow to mon;
reset role;

-- only here
revoke select on pg_class from joe;
revoke all on pg_class from public;
grant insert on pg_class to joe;
grant select, update (relname) on pg_class to joe;
grant all on pg_class to joe;
grant all (relname) on pg_class to joe;
grant select on pg_class to joe with grant option;
grant select on pg_authid to joe;
grant select on pg_authid to public;
grant select on stele.statements to joe;
grant select on stele.statements, stele.segments, stele.event_types to mon;
grant select on stele.statements to admin;
grant select on stele.nonexist to joe;
set role joe;
revoke select on pg_class from mon;
grant select on stele.statements to mon;
grant read on pg_class to mon;
reset role;
grant read on pg_class to mon;
revoke read on pg_class from mon;
