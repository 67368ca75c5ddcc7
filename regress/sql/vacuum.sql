-- VACUUM and ANALYZE: what there is of them is what they refuse.  The answers are
-- PostgreSQL 15's.
\set VERBOSITY verbose
CREATE TABLE t (a int, b text);
CREATE VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE TEMP TABLE mine (a int PRIMARY KEY);
VACUUM;
ANALYZE;
VACUUM t, m;
VACUUM FULL FREEZE ANALYZE t (a, b);
VACUUM (ANALYZE, INDEX_CLEANUP auto, TRUNCATE off, PARALLEL 2) t, mine (a);
ANALYZE (VERBOSE false, SKIP_LOCKED 1) t (b, a), pg_class (relname);

-- what is no table
ANALYZE v;
VACUUM t, v, mine_pkey;

-- what is not there
VACUUM t, nothere;
ANALYZE nowhere.t;
ANALYZE t (a, nothere);
ANALYZE t (a, b, a);
ANALYZE t (ctid);
VACUUM (ANALYZE) mine (b);
VACUUM t (a);
VACUUM (ANALYZE off) t (a);

-- options
VACUUM (nothere);
ANALYZE (FULL);
VACUUM (VERBOSE maybe);
VACUUM (VERBOSE 2);
VACUUM (INDEX_CLEANUP maybe);
VACUUM (PARALLEL);
VACUUM (PARALLEL 'x');
VACUUM (PARALLEL -1);
VACUUM (PARALLEL 1025);
VACUUM (FULL, PARALLEL 2);
VACUUM (FULL, DISABLE_PAGE_SKIPPING);
VACUUM (FULL, PROCESS_TOAST off);
VACUUM (FULL off, PROCESS_TOAST off, PARALLEL 2) t;

-- VACUUM is a transaction of its own
BEGIN; VACUUM t; ROLLBACK;
BEGIN; ANALYZE t; COMMIT;
SELECT 1 AS one\; VACUUM t;
VACUUM t\; SELECT 1 AS one;
BEGIN; DISCARD ALL; ROLLBACK;
SELECT 1 AS one\; DISCARD ALL;
