-- What the catalogue tells of roles and rights.
SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname = current_user AND oid = 10;
CREATE ROLE admin SUPERUSER LOGIN;
CREATE ROLE alice LOGIN CREATEROLE CONNECTION LIMIT 3 VALID UNTIL '2031-01-01 00:00:00+00'
  PASSWORD 'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';
CREATE ROLE "Bob" NOINHERIT LOGIN;
CREATE ROLE staff;
GRANT staff TO alice WITH ADMIN OPTION;
GRANT staff, pg_read_all_data TO "Bob";
SET timezone = 'UTC';
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
  rolbypassrls, rolconnlimit, rolpassword, rolvaliduntil, oid >= 16384 AS is_user
  FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY oid;
SELECT rolname, oid FROM pg_roles WHERE rolname ~ '^pg_' ORDER BY oid;
SELECT rolname, substr(rolpassword, 1, 18) FROM pg_authid WHERE rolpassword IS NOT NULL;
SELECT usename, usesuper, passwd, valuntil FROM pg_user ORDER BY usename COLLATE "C";
SELECT usename, substr(passwd, 1, 13) FROM pg_shadow ORDER BY usename COLLATE "C";
SELECT pg_get_userbyid(roleid), pg_get_userbyid(member), pg_get_userbyid(grantor), admin_option
  FROM pg_auth_members ORDER BY roleid, member;
SELECT pg_get_userbyid(1), pg_get_userbyid(6171), 'Bob'::name, '"Bob"'::regrole, 'alice'::regrole::oid >= 16384;
\du
\du+ alice
\dg

CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT ON t TO alice WITH GRANT OPTION;
SET ROLE alice;
GRANT SELECT ON t TO "Bob";
RESET ROLE;
GRANT INSERT, SELECT ON t TO staff;
GRANT INSERT ON t TO PUBLIC;
GRANT CREATE ON SCHEMA public TO alice;
SET ROLE alice;
CREATE TABLE hers (a int);
CREATE VIEW her_view AS SELECT 1 AS one;
CREATE TYPE mood AS ENUM ('good');
RESET ROLE;
SELECT relname, pg_get_userbyid(relowner), relacl FROM pg_class WHERE oid >= 16384 ORDER BY relname;
SELECT nspname, pg_get_userbyid(nspowner), nspacl FROM pg_namespace WHERE nspname = 'public';
SELECT typname, pg_get_userbyid(typowner) FROM pg_type WHERE typname IN ('mood', 'hers', '_hers', 't') ORDER BY 1;
SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'events' ORDER BY 1;
\dp t
\z hers
\dt
\dn+
SELECT a.grantor::regrole, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee,
  a.privilege_type, a.is_grantable FROM pg_class c, aclexplode(c.relacl) a
  WHERE relname = 't' AND a.grantee <> c.relowner ORDER BY 2, 3;

-- who may do what
SELECT has_table_privilege('alice', 't', 'SELECT') AS s, has_table_privilege('alice', 't', 'INSERT') AS i,
  has_table_privilege('alice', 't', 'SELECT WITH GRANT OPTION') AS so,
  has_table_privilege('alice', 't', 'INSERT WITH GRANT OPTION') AS io,
  has_table_privilege('alice', 't', 'UPDATE') AS u, has_table_privilege('alice', 't', 'UPDATE, SELECT') AS us,
  has_table_privilege('alice', 'u', 'SELECT') AS other, has_table_privilege('Bob', 'u', 'SELECT') AS bob,
  has_table_privilege('Bob', 't', 'INSERT') AS public, has_table_privilege('public', 't', 'INSERT') AS p,
  has_table_privilege('public', 't', 'SELECT') AS ps, has_table_privilege(12345, 't', 'SELECT') AS nobody;
SELECT has_table_privilege('alice', 'pg_class', 'SELECT') AS c, has_table_privilege('alice', 'pg_authid', 'SELECT') AS a,
  has_table_privilege('alice', 'stele.statements', 'SELECT') AS s, has_table_privilege('alice', 'events', 'SELECT') AS e,
  has_table_privilege('admin', 'pg_authid', 'SELECT, DELETE') AS admin;
SELECT has_schema_privilege('alice', 'public', 'CREATE') AS c, has_schema_privilege('Bob', 'public', 'CREATE') AS b,
  has_schema_privilege('Bob', 'public', 'USAGE') AS u, has_schema_privilege('Bob', 'pg_catalog', 'CREATE') AS p,
  has_database_privilege('Bob', current_database(), 'CONNECT') AS d,
  has_database_privilege('Bob', current_database(), 'CREATE') AS dc,
  has_column_privilege('alice', 't', 'a', 'SELECT') AS col, has_any_column_privilege('alice', 'u', 'SELECT') AS anycol,
  has_type_privilege('Bob', 'int4', 'USAGE') AS type, has_function_privilege('Bob', 'now()', 'EXECUTE') AS f,
  has_tablespace_privilege('Bob', 'pg_default', 'CREATE') AS ts;
SELECT pg_has_role('alice', 'staff', 'MEMBER') AS m, pg_has_role('alice', 'staff', 'USAGE') AS u,
  pg_has_role('alice', 'staff', 'MEMBER WITH ADMIN OPTION') AS a, pg_has_role('Bob', 'staff', 'MEMBER') AS bm,
  pg_has_role('Bob', 'staff', 'USAGE') AS bu, pg_has_role('Bob', 'staff', 'USAGE WITH GRANT OPTION') AS ba,
  pg_has_role('staff', 'alice', 'MEMBER') AS back, pg_has_role('staff', 'MEMBER') AS mine,
  pg_has_role('Bob', 'Bob', 'USAGE') AS self;
SELECT has_table_privilege('nobody', 't', 'SELECT');
SELECT pg_has_role('staff', 'FLYING');

-- the information schema shows what one may use
SET ROLE "Bob";
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'events' ORDER BY 1;
SELECT grantor, grantee, table_name, privilege_type, is_grantable FROM information_schema.table_privileges
  WHERE table_schema = 'public' AND table_name <> 'events' ORDER BY 2, 3, 4;
SET ROLE alice;
SELECT table_name, count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'events' GROUP BY 1 ORDER BY 1;
SELECT grantor, grantee, table_name, privilege_type, is_grantable FROM information_schema.role_table_grants
  WHERE table_schema = 'public' AND table_name = 't' ORDER BY 2, 4;
SELECT * FROM information_schema.applicable_roles ORDER BY 1, 2;
SELECT role_name FROM information_schema.enabled_roles ORDER BY 1;
SELECT * FROM information_schema.administrable_role_authorizations;

-- other sessions: what they do, and ending them
SELECT usename, query FROM pg_stat_activity WHERE pid = pg_backend_pid();
SELECT pg_cancel_backend(pg_backend_pid());
SELECT pg_terminate_backend(pg_backend_pid());
GRANT staff TO "Bob";
RESET ROLE;
