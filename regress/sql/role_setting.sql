-- ALTER ROLE and ALTER DATABASE ... SET: what sessions begin with.
SELECT * FROM pg_db_role_setting;
-- Before there are roles only all sessions, and the database, have some.
ALTER ROLE nobody SET work_mem = '1MB';
ALTER ROLE ALL SET timezone = 'Asia/Tokyo';
ALTER DATABASE stele SET extra_float_digits = 2;
ALTER DATABASE elsewhere SET extra_float_digits = 2;
ALTER ROLE ALL IN DATABASE stele RESET extra_float_digits;
SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting;
ALTER ROLE ALL RESET ALL;
SELECT count(*) FROM pg_db_role_setting;

CREATE ROLE boss SUPERUSER LOGIN;
CREATE ROLE maker CREATEROLE LOGIN;
CREATE ROLE ann LOGIN;
CREATE ROLE bob;

-- Values are looked at as SET does.
ALTER ROLE ann SET statement_timeout = 'soon';
ALTER ROLE ann SET datestyle = 'never';
ALTER ROLE ann SET no_such_setting = 1;
ALTER ROLE ann SET server_version = '16';
ALTER ROLE ann SET max_connections = 5;
ALTER ROLE nobody SET timezone = 'UTC';
ALTER ROLE pg_monitor SET timezone = 'UTC';
ALTER ROLE ann SET TRANSACTION READ ONLY;

-- Names are as they are spelled, and stay in their places.
ALTER ROLE ann SET TIMEZONE = 'Europe/Rome';
ALTER ROLE ann SET search_path = public, "My Schema";
ALTER USER ann SET statement_timeout TO '90s';
ALTER ROLE ann SET timezone TO 'Europe/Paris';
ALTER ROLE ann SET my.own = 'a=b';
SET extra_float_digits = 3;
ALTER ROLE ann IN DATABASE stele SET extra_float_digits FROM CURRENT;
RESET extra_float_digits;
ALTER ROLE ann IN DATABASE stele SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE;
ALTER ROLE CURRENT_USER SET application_name = 'of boss';
SELECT rolname, setdatabase, setconfig
FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole
ORDER BY setdatabase, rolname;
SELECT rolname, rolconfig FROM pg_roles WHERE rolconfig IS NOT NULL ORDER BY 1;
SELECT usename, useconfig FROM pg_user ORDER BY 1;
SELECT usename, useconfig FROM pg_shadow ORDER BY 1;

-- This session has begun.
SHOW application_name;

-- Who may set what.
SET SESSION AUTHORIZATION ann;
ALTER ROLE ann SET intervalstyle = 'iso_8601';
ALTER ROLE bob SET intervalstyle = 'iso_8601';
ALTER ROLE boss SET intervalstyle = 'iso_8601';
ALTER ROLE ALL SET intervalstyle = 'iso_8601';
ALTER DATABASE stele SET intervalstyle = 'iso_8601';
ALTER ROLE ALL IN DATABASE stele SET intervalstyle = 'iso_8601';
ALTER ROLE ann SET log_min_duration_statement = 0;
ALTER ROLE ann SET my.own = 'another';
ALTER ROLE ann RESET my.own;
SET SESSION AUTHORIZATION maker;
ALTER ROLE bob SET intervalstyle = 'iso_8601';
ALTER ROLE boss RESET application_name;
RESET SESSION AUTHORIZATION;
ALTER ROLE ann SET log_min_duration_statement = 0;
-- She resets what she may set.
SET SESSION AUTHORIZATION ann;
ALTER ROLE ann RESET ALL;
RESET SESSION AUTHORIZATION;
SELECT setconfig FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole
WHERE rolname = 'ann' ORDER BY setdatabase;
ALTER ROLE ann IN DATABASE stele RESET timezone;
ALTER ROLE ann RESET TIMEZONE;
ALTER ROLE ann RESET no_such_setting;
ALTER ROLE bob SET intervalstyle TO DEFAULT;

-- They come and go with a transaction, and with their role.
BEGIN;
ALTER ROLE bob SET datestyle = 'German';
SELECT rolconfig FROM pg_roles WHERE rolname = 'bob';
ROLLBACK;
SELECT rolconfig FROM pg_roles WHERE rolname = 'bob';
ALTER ROLE bob SET datestyle = 'German, DMY';
DROP ROLE bob;
SELECT rolname, setdatabase, setconfig
FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole
ORDER BY setdatabase, rolname;
