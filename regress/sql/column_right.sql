-- Rights on columns: what they are, who grants them, what they let one do.
CREATE ROLE boss SUPERUSER LOGIN;
CREATE ROLE ann LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE staff;
GRANT staff TO bob;
CREATE TABLE t (a int, b int, c text);
CREATE TABLE u (a int);
CREATE VIEW v AS SELECT a AS x, b AS y FROM t;
INSERT INTO t (context_id, a, b, c) VALUES ('k', 1, 2, 'three');
INSERT INTO u (context_id, a) VALUES ('k', 1);

GRANT SELECT (a, c), INSERT (context_id, a) ON t TO ann;
GRANT ALL (b) ON t TO staff WITH GRANT OPTION;
GRANT SELECT (x) ON v TO PUBLIC;
SELECT relname, attname, attacl FROM pg_attribute
JOIN pg_class ON attrelid = pg_class.oid WHERE attacl IS NOT NULL ORDER BY 1, 2;
SELECT relname, relacl FROM pg_class WHERE relname IN ('t', 'v') ORDER BY 1;
SELECT grantor, grantee, column_name, privilege_type, is_grantable
FROM information_schema.column_privileges
WHERE table_name = 't' AND grantee <> 'boss' ORDER BY 2, 3, 4;

-- What is wrong.
GRANT SELECT (a, nothing) ON t TO ann;
GRANT DELETE (a) ON t TO ann;
GRANT CREATE (a) ON SCHEMA public TO ann;
GRANT SELECT (a) ON t TO PUBLIC WITH GRANT OPTION;

-- What she may read.
SET SESSION AUTHORIZATION ann;
SELECT a, c FROM t;
SELECT b FROM t;
SELECT * FROM t;
SELECT t FROM t;
SELECT count(*) FROM t;
SELECT 1 AS one FROM u;
SELECT a FROM t WHERE b = 2;
SELECT a FROM t ORDER BY b;
SELECT sum(a) FROM t GROUP BY c;
SELECT a FROM t GROUP BY a HAVING max(b) > 1;
SELECT p FROM t AS s (k, ts, id, p, q);
SELECT q FROM t AS s (k, ts, id, p, q);
SELECT x.a FROM t x JOIN t y ON x.a = y.a;
SELECT x.a FROM t x JOIN t y USING (a);
SELECT x.a FROM t x JOIN t y USING (b);
SELECT x.a FROM t x NATURAL JOIN t y;
SELECT (SELECT max(b) FROM t);
SELECT a FROM (SELECT a FROM t) s;
SELECT a FROM (SELECT * FROM t) s;
WITH s AS (SELECT a, b FROM t) SELECT a FROM s;
SELECT event_id FROM t;
TABLE t;
COPY t (a, c) TO STDOUT;
COPY t TO STDOUT;
BEGIN;
LOCK TABLE t IN ACCESS SHARE MODE;
ROLLBACK;
SELECT event_type FROM events;

-- And write.
INSERT INTO t (context_id, a) VALUES ('k', 2);
INSERT INTO t (context_id, a, b) VALUES ('k', 2, 3);
INSERT INTO t (context_id, b) SELECT 'k', 1;
INSERT INTO t VALUES ('k');
INSERT INTO t (context_id, a) VALUES ('k', 2) RETURNING a;
INSERT INTO t (context_id, a) VALUES ('k', 2) RETURNING b;
INSERT INTO t (context_id, a) VALUES ('k', 2) RETURNING *;
COPY t (context_id, a) FROM STDIN (FORMAT csv);
k,5
\.
COPY t FROM STDIN;

-- Of a view: the view's own columns; what is behind them is its owner's.
SELECT x FROM v LIMIT 1;
SELECT y FROM v;
SELECT count(x) FROM v WHERE y = 1;

-- What functions say of it.
SELECT has_table_privilege('t', 'SELECT') AS whole,
    has_any_column_privilege('t', 'SELECT') AS any,
    has_column_privilege('t', 'a', 'SELECT') AS a,
    has_column_privilege('t', 'b', 'SELECT') AS b,
    has_column_privilege('bob', 't', 'b', 'UPDATE WITH GRANT OPTION') AS bob_b,
    has_column_privilege('t', 4::int2, 'INSERT') AS four,
    has_column_privilege('v', 'x', 'SELECT') AS x,
    has_column_privilege('public', 'v', 'x', 'SELECT') AS everybody,
    has_column_privilege('public', 'v', 'y', 'SELECT') AS nobody;
-- She may not grant on.
GRANT SELECT (a) ON t TO bob;
GRANT SELECT (b) ON t TO bob;

-- Who may grant on, grants as the role that may.
SET SESSION AUTHORIZATION bob;
GRANT SELECT (b) ON t TO ann;
GRANT SELECT (a, b) ON t TO ann;
SELECT attname, attacl FROM pg_attribute
WHERE attrelid = 't'::regclass AND attname = 'b';
RESET SESSION AUTHORIZATION;
REVOKE ALL (b) ON t FROM staff;
REVOKE GRANT OPTION FOR SELECT (b) ON t FROM staff CASCADE;
SELECT attname, attacl FROM pg_attribute
WHERE attrelid = 't'::regclass AND attname = 'b';

-- A right on the whole is beside them; REVOKE of the whole takes both.
GRANT SELECT ON t TO ann;
REVOKE SELECT (a) ON t FROM ann;
SET SESSION AUTHORIZATION ann;
SELECT a, b FROM t WHERE a = 1;
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON t FROM ann;
SELECT attname, attacl FROM pg_attribute
WHERE attrelid = 't'::regclass AND attacl IS NOT NULL ORDER BY attnum;
SET SESSION AUTHORIZATION ann;
SELECT c FROM t;
RESET SESSION AUTHORIZATION;

-- Every column is as good as the whole, for what reads all.
GRANT SELECT (context_id, "timestamp", event_id, a, b, c) ON t TO ann;
SET SESSION AUTHORIZATION ann;
SELECT a, b, c FROM t WHERE a = 1;
SELECT count(*) > 0 AS some FROM events;
RESET SESSION AUTHORIZATION;

-- Another owner takes them over; roles that have some are not dropped.
ALTER TABLE t OWNER TO bob;
SELECT attname, attacl FROM pg_attribute
WHERE attrelid = 't'::regclass AND attname IN ('a', 'b') ORDER BY 1;
DROP ROLE staff;
DROP OWNED BY staff, ann;
DROP ROLE staff, ann;
SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attacl IS NOT NULL;
DROP VIEW v;
DROP TABLE t;
