-- What a transaction may become, and what one that only reads may not do.  The
-- answers are PostgreSQL 15's.
\set VERBOSITY verbose
COMMIT AND CHAIN;
ROLLBACK AND CHAIN;
BEGIN ISOLATION LEVEL REPEATABLE READ;
COMMIT AND CHAIN;
SHOW transaction_isolation;
SELECT 1/0;
ROLLBACK AND CHAIN;
SHOW transaction_isolation;
COMMIT;
-- read only, and no more
BEGIN READ ONLY; SET TRANSACTION READ WRITE; SHOW transaction_read_only; SELECT 1 AS one; SET TRANSACTION READ ONLY; SET TRANSACTION READ WRITE; ROLLBACK;
-- what is temporary is made by those who may write, and written by all
CREATE TEMP TABLE t (a int);
BEGIN READ ONLY; INSERT INTO t VALUES (1); UPDATE t SET a = 2; SELECT a FROM t; ROLLBACK;
BEGIN READ ONLY; CREATE TEMP TABLE u (a int); ROLLBACK;
BEGIN READ ONLY; CREATE TEMP TABLE u AS SELECT 1 AS a; ROLLBACK;
BEGIN READ ONLY; CREATE TEMP VIEW v AS SELECT 1 AS a; ROLLBACK;
BEGIN READ ONLY; CREATE TEMP SEQUENCE s; ROLLBACK;
BEGIN READ ONLY; CREATE INDEX ON t (a); ROLLBACK;
BEGIN READ ONLY; ALTER TABLE t ADD COLUMN b int; ROLLBACK;
BEGIN READ ONLY; COMMENT ON TABLE t IS 'x'; ROLLBACK;
BEGIN READ ONLY; TRUNCATE t; ROLLBACK;
BEGIN READ ONLY; DROP TABLE t; ROLLBACK;
BEGIN READ ONLY; ANALYZE t; LOCK TABLE t IN ACCESS SHARE MODE; ROLLBACK;
-- values of settings
SET a.b = 1, 2;
SET work_mem = '1MB', '2MB';
SET search_path = public, pg_catalog;
SET DateStyle = 'ISO', 'DMY';
SHOW DateStyle;
-- EXECUTE of what has no parameters
PREPARE p AS SELECT 1 AS one;
EXECUTE p (5, nothere);
EXECUTE p (1/0);
-- a lock that is not held
SELECT pg_advisory_unlock(1), pg_advisory_unlock_shared(1);
SELECT * FROM t AS x (p, q, r);
