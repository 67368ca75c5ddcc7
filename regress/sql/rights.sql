-- Rights: what a role may do, and what it may not.
\set VERBOSITY verbose
CREATE TABLE old (a int);
INSERT INTO old (context_id, a) VALUES ('c', 1);
CREATE ROLE admin SUPERUSER LOGIN;
CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE staff; CREATE ROLE carol LOGIN IN ROLE staff;
SELECT current_user, session_user;
SHOW is_superuser;
SHOW role;

-- a plain role may do nothing but look at the catalogue
SET ROLE alice;
SELECT current_user, session_user;
SHOW role;
SELECT a FROM old;
SELECT count(*) FROM old WHERE a > 1;
INSERT INTO old (context_id, a) VALUES ('c', 2);
COPY old TO STDOUT;
\copy old FROM /dev/null
EXPLAIN SELECT * FROM old;
EXPLAIN (ANALYZE) SELECT * FROM old;
PREPARE p AS SELECT a FROM old;
EXECUTE p;
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM old;
ROLLBACK;
STORE old FOR "c" PAYLOAD '{"a": 3}';
QUERY old;
REPLAY old FOR "c";
REPLAY FOR "c";
SELECT * FROM events;
SELECT (SELECT max(a) FROM old);
WITH w AS (SELECT a FROM old) SELECT * FROM w;
SELECT 1 WHERE EXISTS (SELECT 1 FROM old);
CREATE TABLE t (b int);
DEFINE t FIELDS {"b": "int"};
CREATE VIEW v AS SELECT 1 AS one;
CREATE TYPE mood AS ENUM ('good');
ALTER TABLE old ADD COLUMN b int;
DEFINE old AS 2 FIELDS {"a": "int"};
ALTER TABLE old SET (retain = '1 day');
RETAIN old 3 DAYS;
ALTER TABLE old OWNER TO alice;
DROP TABLE old;
GRANT SELECT ON old TO bob;
REVOKE SELECT ON old FROM bob;
GRANT staff TO alice;
CREATE ROLE x;
ALTER ROLE bob LOGIN;
ALTER ROLE bob RENAME TO x;
ALTER ROLE admin NOLOGIN;
DROP ROLE bob;
CHECKPOINT;
FLUSH;
SELECT stele.compact();
SELECT stele.verify();
SELECT stele.statements_reset();
SELECT stele.compact_pause();
SELECT 1 FROM pg_authid;
SELECT 1 FROM pg_shadow;
SELECT 1 FROM stele.statements;
SELECT relname FROM pg_class WHERE relname = 'old';
PING;
RESET ROLE;
SELECT current_user;

-- grants, of all kinds
GRANT SELECT ON old TO alice;
GRANT INSERT ON TABLE old TO staff;
GRANT CREATE ON SCHEMA public TO carol;
GRANT pg_checkpoint, pg_monitor TO bob;
SET ROLE alice;
SELECT a FROM old;
EXECUTE p;
SELECT event_type, payload FROM events WHERE context_id = 'c' ORDER BY event_id;
INSERT INTO old (context_id, a) VALUES ('c', 2);
SET ROLE carol;
INSERT INTO old (context_id, a) VALUES ('c', 2);
INSERT INTO old (context_id, a) VALUES ('c', 2) RETURNING a;
SET ROLE admin;
SET ROLE carol;
CREATE TABLE mine (b int);
INSERT INTO mine (context_id, b) VALUES ('c', 7);
SELECT event_type, payload FROM events ORDER BY event_id;
COPY events (event_type, context_id, payload) FROM STDIN;
mine	d	{"b": 8}
old	d	{"a": 8}
\.
GRANT SELECT ON mine TO alice WITH GRANT OPTION;
ALTER TABLE mine ADD COLUMN c int;
ALTER TABLE mine OWNER TO staff;
RESET ROLE;
GRANT CREATE ON SCHEMA public TO staff;
SET ROLE carol;
ALTER TABLE mine OWNER TO staff;
ALTER TABLE mine OWNER TO alice;
SELECT b FROM mine ORDER BY 1;
RESET ROLE;
SET ROLE bob;
CHECKPOINT;
SELECT count(*) > 0 AS some FROM stele.statements;
RESET ROLE;

-- a kept plan loses its right with the REVOKE
SET ROLE alice;
EXECUTE p;
SET ROLE admin;
REVOKE SELECT ON old FROM alice;
SET ROLE alice;
EXECUTE p;
RESET ROLE;
BEGIN;
SET LOCAL ROLE alice;
SELECT current_user;
SELECT b FROM mine ORDER BY 1;
ROLLBACK;
SELECT current_user;

-- views have the rights of their owner
CREATE VIEW all_old AS SELECT a FROM old;
GRANT SELECT ON all_old TO alice;
SET ROLE alice;
SELECT a FROM all_old ORDER BY 1;
SELECT a FROM old;
RESET ROLE;
ALTER VIEW all_old OWNER TO alice;
SELECT a FROM all_old ORDER BY 1;

-- reader, writer, editor; a denial beats them, PUBLIC is everybody
GRANT reader TO alice;
SET ROLE alice;
SELECT count(*) FROM old;
INSERT INTO old (context_id, a) VALUES ('e', 1);
RESET ROLE;
REVOKE READ ON old FROM alice;
SET ROLE alice;
SELECT count(*) FROM old;
SELECT count(*) FROM mine;
SELECT event_type, count(*) FROM events GROUP BY 1;
RESET ROLE;
GRANT SELECT ON old TO PUBLIC;
SET ROLE alice;
SELECT count(*) > 0 AS some FROM old;
RESET ROLE;
REVOKE SELECT ON old FROM PUBLIC;
GRANT READ ON old TO alice;
REVOKE SELECT ON old FROM alice;
SET ROLE alice;
SELECT count(*) > 0 AS some FROM old;
RESET ROLE;

-- WITH GRANT OPTION
REVOKE reader FROM alice;
SET ROLE alice;
GRANT SELECT ON mine TO bob;
GRANT INSERT ON mine TO bob;
GRANT SELECT, INSERT ON mine TO bob;
GRANT ALL ON mine TO bob;
RESET ROLE;
REVOKE SELECT ON mine FROM alice;
REVOKE GRANT OPTION FOR SELECT ON mine FROM alice CASCADE;
SET ROLE bob;
SELECT * FROM mine;
RESET ROLE;
GRANT SELECT ON old TO PUBLIC WITH GRANT OPTION;
GRANT EXECUTE ON old TO alice;
GRANT SELECT ON SCHEMA public TO alice;
GRANT FLY ON old TO alice;
GRANT SELECT (nothing) ON old TO alice;
GRANT SELECT ON nothing TO alice;
GRANT SELECT ON events TO alice;
GRANT SELECT ON old TO nobody;
GRANT USAGE ON SCHEMA nothing TO alice;
GRANT CONNECT ON DATABASE nothing TO alice;
GRANT ALL ON ALL TABLES IN SCHEMA public TO bob;
REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA public FROM bob;
SET ROLE bob;
SELECT count(*) > 0 AS some FROM old;
INSERT INTO old (context_id, a) VALUES ('e', 1);
RESET ROLE;

-- who one may be
SET SESSION AUTHORIZATION carol;
SELECT current_user, session_user;
SHOW is_superuser;
SET ROLE staff;
SELECT current_user, session_user;
SET ROLE alice;
SET ROLE nobody;
SET ROLE NONE;
SELECT current_user;
SET SESSION AUTHORIZATION bob;
SELECT current_user, session_user;
RESET SESSION AUTHORIZATION;
SELECT current_user, session_user;
SET SESSION AUTHORIZATION carol;
DISCARD ALL;
SELECT current_user, session_user;

-- what is used cannot be dropped, and goes with DROP OWNED
DROP ROLE alice;
REASSIGN OWNED BY alice TO carol;
DROP OWNED BY alice;
DROP ROLE alice;
DROP ROLE staff;
DROP OWNED BY staff, carol, bob;
DROP ROLE staff, carol, bob;
