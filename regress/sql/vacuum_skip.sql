-- VACUUM and ANALYZE tell of each relation that they pass over, before what is
-- wrong.  The answers are PostgreSQL 15's.
\set VERBOSITY verbose
CREATE TABLE t (a int);
CREATE TABLE u (a int);
CREATE VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE ROLE boss SUPERUSER LOGIN;
SET ROLE boss;
CREATE ROLE other;
GRANT ALL ON SCHEMA public TO other;
-- to the owner
VACUUM t, v;
ANALYZE v, t, nothere;
VACUUM v, m, nothere;
-- to others, who are told of what is not theirs first
SET ROLE other;
CREATE TABLE mine (a int);
CREATE TEMP TABLE tmp (a int);
VACUUM mine, t, tmp, u;
VACUUM t, nothere, u;
VACUUM nothere, t;
ANALYZE t, v, m, mine;
ANALYZE t (nothere);
ANALYZE t (a), mine (nothere);
VACUUM (FULL, ANALYZE) t, mine (a);
VACUUM pg_class, pg_authid, information_schema.tables;
BEGIN; ANALYZE t, nothere; ROLLBACK;
SET ROLE boss;
-- without names, that is all there is
VACUUM;
\! psql -X -q -U boss -c 'SET ROLE other' -c VACUUM 2>&1 | grep -E '"([a-z]|mine|pg_class|pg_authid|tables)"' | sort
\! psql -X -q -U boss -c 'SET ROLE other' -c ANALYZE 2>&1 | grep -E '"([a-z]|mine|pg_class|pg_authid|tables)"' | sort
