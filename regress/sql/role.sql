-- Roles: who there is.  Whoever connects to a server without roles is its owner.
\set VERBOSITY verbose
\set QUIET off

-- the first one must be able to administer
CREATE ROLE alice LOGIN;
CREATE ROLE alice SUPERUSER;
CREATE ROLE admin SUPERUSER LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
CREATE ROLE admin;
CREATE ROLE pg_mine;
CREATE ROLE "public";
CREATE ROLE none;
CREATE ROLE none2 NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE USER app CONNECTION LIMIT 5 VALID UNTIL '2030-01-01 00:00:00+00'
  PASSWORD 'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';
CREATE GROUP staff;
CREATE ROLE x LOGIN NOLOGIN;
CREATE ROLE x CONNECTION LIMIT -2;
CREATE ROLE x VALID UNTIL 'yesteryear';
CREATE ROLE x SYSID 33 IN ROLE nobody;
CREATE ROLE bob IN ROLE staff ROLE app ADMIN none2;

-- members
GRANT staff TO app;
GRANT staff TO app;
GRANT staff TO app WITH ADMIN OPTION;
GRANT app TO staff;
GRANT staff TO staff;
GRANT staff TO nobody;
GRANT nobody TO staff;
GRANT pg_database_owner TO app;
GRANT app TO pg_monitor;
GRANT pg_read_all_data, pg_monitor TO app;
REVOKE ADMIN OPTION FOR staff FROM app;
REVOKE staff FROM none2;
ALTER GROUP staff ADD USER none2;
ALTER GROUP staff DROP USER none2, none2;
-- native names of roles, unless a role has them
GRANT editor TO none2;
REVOKE reader FROM none2;
CREATE ROLE reader;
GRANT reader TO none2;

-- changes
ALTER ROLE app CONNECTION LIMIT 7 VALID UNTIL 'infinity' PASSWORD NULL;
ALTER USER app WITH NOINHERIT;
ALTER ROLE none2 RENAME TO carol;
ALTER ROLE nobody RENAME TO somebody;
ALTER ROLE app RENAME TO carol;
ALTER ROLE pg_monitor LOGIN;
ALTER ROLE admin RENAME TO root;
ALTER ROLE CURRENT_USER CONNECTION LIMIT 100;
ALTER ROLE app SET search_path = public;

-- nobody locks himself out
ALTER ROLE admin NOSUPERUSER;
ALTER ROLE admin NOLOGIN;
DROP ROLE admin;
ALTER ROLE carol SUPERUSER LOGIN;
ALTER ROLE carol NOLOGIN;

-- going
DROP ROLE nobody;
DROP ROLE IF EXISTS nobody, reader;
DROP USER staff, bob;
DROP ROLE pg_monitor;
DROP ROLE CURRENT_USER;

-- a transaction takes it back
BEGIN;
CREATE ROLE dave;
SAVEPOINT s;
DROP ROLE dave;
ROLLBACK TO s;
GRANT carol TO dave;
ROLLBACK;
DROP ROLE dave;

-- passwords are kept as verifiers, and shown by nobody
CREATE ROLE erin PASSWORD 'open sesame'; ALTER ROLE erin PASSWORD 'hush' VALID UNTIL '2031-01-01';
ALTER ROLE erin PASSWORD '';
SELECT query FROM stele.statements WHERE query LIKE '%password%' ORDER BY 1;
SELECT count(*) FROM stele.statements WHERE query ~ '[h]ush|[s]esame';
