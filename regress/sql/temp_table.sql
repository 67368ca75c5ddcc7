-- Temporary tables.  What comes back is PostgreSQL 15's, but for the number of
-- the temporary schema and the line that the second failing COPY names.
\set VERBOSITY verbose
CREATE TEMP TABLE t (a int PRIMARY KEY, b text DEFAULT 'none', c numeric(6,2) CHECK (c >= 0));
INSERT INTO t VALUES (1, 'one', 1.005), (2, DEFAULT, NULL);
INSERT INTO t (a) VALUES (3) RETURNING *, a * 2 AS twice;
INSERT INTO t (c, a) SELECT g / 2.0, g FROM generate_series(4, 6) g;
INSERT INTO t DEFAULT VALUES;
INSERT INTO t VALUES (1, 'again');
INSERT INTO t VALUES (7, 'x', -1);
INSERT INTO t VALUES (7, 'x', 99999);
INSERT INTO t (nope) VALUES (1);
INSERT INTO t VALUES (7, 'x', 1, 2);
INSERT INTO t (a, a) VALUES (7, 8);
INSERT INTO t VALUES ('seven');
SELECT * FROM t;
SELECT tableoid::regclass, count(*) FROM t GROUP BY 1;
SELECT t FROM t WHERE a = 1;

-- UPDATE
UPDATE t SET b = upper(b), c = c + 1 WHERE a < 3 RETURNING a, b, c;
UPDATE t SET a = 1 WHERE a = 2;
UPDATE t SET c = DEFAULT, b = DEFAULT WHERE a = 1;
UPDATE t SET (b, c) = ('two', 2) WHERE a = 2;
UPDATE t AS x SET b = v.name FROM (VALUES (3, 'three'), (4, 'four')) v (id, name) WHERE x.a = v.id RETURNING x.*, v.id;
UPDATE t SET b = (SELECT max(u.b) FROM t u WHERE u.a < t.a) WHERE a = 5;
UPDATE t SET nope = 1;
UPDATE t SET a = 1, a = 2;
UPDATE t SET a = 'x';
UPDATE t SET a = count(*);
UPDATE t SET c = -1 WHERE a = 1;
UPDATE t SET a = NULL WHERE a = 1;
UPDATE t SET a = a + 100;
UPDATE t SET a = a - 100;
SELECT * FROM t ORDER BY a;

-- DELETE
DELETE FROM t WHERE a = 6 RETURNING *;
DELETE FROM t USING generate_series(4, 5) g WHERE t.a = g RETURNING g, t.b;
DELETE FROM t WHERE a = 99;
SELECT a FROM t ORDER BY a;

-- ON CONFLICT
INSERT INTO t VALUES (1, 'skipped'), (8, 'new') ON CONFLICT DO NOTHING;
INSERT INTO t VALUES (1, 'skipped') ON CONFLICT (a) DO NOTHING RETURNING *;
INSERT INTO t VALUES (1, 'first'), (9, 'nine') ON CONFLICT (a) DO UPDATE SET b = t.b || '+' || excluded.b RETURNING *;
INSERT INTO t VALUES (1, 'x') ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET b = 'y' WHERE t.a > 1 RETURNING *;
INSERT INTO t VALUES (1, 'p'), (1, 'q') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
INSERT INTO t VALUES (1, 'x') ON CONFLICT (b) DO NOTHING;
INSERT INTO t VALUES (1, 'x') ON CONFLICT ON CONSTRAINT nope DO NOTHING;
INSERT INTO t VALUES (1, 'x') ON CONFLICT DO UPDATE SET b = 'y';
SELECT * FROM t ORDER BY a;

-- transactions
BEGIN;
INSERT INTO t VALUES (10, 'ten');
SAVEPOINT one;
DELETE FROM t WHERE a < 5;
UPDATE t SET b = 'changed';
CREATE TEMP TABLE inner_one (x int);
ALTER TABLE t ADD COLUMN d int DEFAULT 1;
SELECT * FROM t ORDER BY a;
ROLLBACK TO one;
SELECT * FROM t ORDER BY a;
SELECT * FROM inner_one;
ROLLBACK;
SELECT count(*) FROM t;
BEGIN;
TRUNCATE t;
INSERT INTO t VALUES (1, 'after');
SELECT * FROM t;
ROLLBACK;
SELECT count(*) FROM t;
BEGIN;
DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a;
FETCH 1 FROM c;
DELETE FROM t;
INSERT INTO t VALUES (50);
FETCH 2 FROM c;
SELECT a FROM t;
ROLLBACK;

-- ON COMMIT, CREATE TABLE AS, SELECT INTO
CREATE TEMP TABLE kept (a int) ON COMMIT PRESERVE ROWS;
CREATE TEMP TABLE emptied (a int) ON COMMIT DELETE ROWS;
BEGIN;
CREATE TEMP TABLE gone (a int) ON COMMIT DROP;
INSERT INTO kept VALUES (1);
INSERT INTO emptied VALUES (1);
INSERT INTO gone VALUES (1);
SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM emptied), (SELECT count(*) FROM gone);
COMMIT;
SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM emptied);
SELECT * FROM gone;
CREATE TEMP TABLE copied AS SELECT a, b AS name, 1.5 AS n FROM t WHERE a < 3;
CREATE TEMP TABLE named (x, y) AS VALUES (1, 'v');
CREATE TEMP TABLE hollow AS SELECT * FROM copied WITH NO DATA;
CREATE TEMP TABLE IF NOT EXISTS hollow AS SELECT 1;
CREATE TEMP TABLE IF NOT EXISTS hollow (a int);
CREATE TEMP TABLE hollow (a int);
SELECT a INTO TEMP into_one FROM t WHERE a = 1 UNION ALL SELECT 7;
SELECT * FROM copied ORDER BY a;
SELECT * FROM named;
SELECT * FROM hollow;
SELECT * FROM into_one;
CREATE TEMP TABLE twice AS SELECT 1 AS a, 2 AS a;

-- names
CREATE TABLE pg_temp.q (a int);
INSERT INTO pg_temp.q VALUES (5);
SELECT a, pg_temp.q.a FROM q;
CREATE TEMP TABLE public.q2 (a int);
CREATE TABLE public.shadow (f int);
CREATE TEMP TABLE shadow (t text);
SELECT * FROM shadow;
SELECT count(*) FROM public.shadow;
SET search_path = public, pg_temp;
SELECT count(f) FROM shadow;
RESET search_path;
DROP TABLE shadow;
SELECT count(f) FROM shadow;

-- views
CREATE TEMP VIEW v AS SELECT a, b FROM t WHERE a > 2;
CREATE VIEW also_temporary AS SELECT count(*) AS n FROM t;
CREATE OR REPLACE TEMP VIEW v AS SELECT a, b, c FROM t WHERE a > 3;
SELECT * FROM v ORDER BY a;
SELECT * FROM also_temporary;
DROP TABLE t;
DROP VIEW v, also_temporary;
DROP VIEW t;
DROP TABLE IF EXISTS kept, nothing_here;
DROP TABLE emptied, named;

-- ALTER TABLE, indexes
ALTER TABLE copied ADD COLUMN d date DEFAULT '2024-02-29', ADD COLUMN IF NOT EXISTS n int;
ALTER TABLE copied ADD COLUMN a int;
ALTER TABLE copied ADD COLUMN e int NOT NULL;
ALTER TABLE copied DROP COLUMN nope;
ALTER TABLE copied DROP COLUMN IF EXISTS nope;
ALTER TABLE copied DROP COLUMN name;
ALTER TABLE copied RENAME COLUMN n TO number;
ALTER TABLE copied RENAME TO renamed;
SELECT * FROM renamed ORDER BY a;
CREATE INDEX ON renamed (a);
CREATE UNIQUE INDEX only_one ON renamed (d);
CREATE UNIQUE INDEX renamed_a ON renamed (a);
INSERT INTO renamed VALUES (1);
CREATE INDEX renamed_a ON renamed (d);
CREATE INDEX IF NOT EXISTS renamed_a ON renamed (d);
CREATE TEMP TABLE u (a int, b int, UNIQUE NULLS NOT DISTINCT (a, b));
INSERT INTO u VALUES (1, NULL), (NULL, 1), (2, 3);
INSERT INTO u VALUES (1, NULL);
INSERT INTO u VALUES (2, 4), (2, 3);
CREATE TEMP TABLE bad (a int PRIMARY KEY, b int PRIMARY KEY);
CREATE TEMP TABLE bad (a int, UNIQUE (z));
CREATE TEMP TABLE bad (a json UNIQUE);
CREATE TEMP TABLE bad (a int DEFAULT 'x');
CREATE TEMP TABLE bad (a int, a text);
CREATE TEMP TABLE bad (ctid int);
CREATE TEMP TABLE bad (a int CHECK (a > (SELECT 1)));
ANALYZE u;
VACUUM u;
LOCK TABLE u;
BEGIN;
LOCK TABLE u IN EXCLUSIVE MODE;
COMMIT;
TRUNCATE u;
SELECT * FROM u;

-- all types
CREATE TEMP TABLE types (i int2, f float4, x bytea, ts timestamp, iv interval, tm time, arr int[], j json, jb jsonb, ch char(3), vc varchar(2));
INSERT INTO types VALUES (1, 1.5, '\x00ff', '2024-01-01 10:00', '1 day', '10:11', '{1,2,NULL}', '{"a": 1}', '{"b":  2}', 'x', 'yz');
INSERT INTO types (vc) VALUES ('long');
SELECT * FROM types;
SELECT arr[1], ch || '|', jb->'b' FROM types;

-- COPY
CREATE TEMP TABLE c (a int PRIMARY KEY, b text, d int DEFAULT 9 CHECK (d > 0));
COPY c (a, b) FROM STDIN;
1	one
2	\N
\.
COPY c FROM STDIN (FORMAT csv);
3,three,3
\.
COPY c FROM STDIN;
4	four	-4
\.
COPY c FROM STDIN;
5	five	5
3	dup	3
\.
COPY c FROM STDIN;
x	y	1
\.
COPY c TO STDOUT;
COPY c (b, a) TO STDOUT (FORMAT csv, HEADER);
COPY (SELECT a FROM c WHERE d = 9) TO STDOUT;

-- prepared statements see that a table has changed
PREPARE p (int) AS INSERT INTO c VALUES ($1, 'prepared') RETURNING *;
EXECUTE p (20);
TRUNCATE c;
EXECUTE p (21);
SELECT * FROM c;
ALTER TABLE c ADD COLUMN z int;
EXECUTE p (22);
DROP TABLE c;
EXECUTE p (23);
DEALLOCATE p;

DISCARD TEMP;
SELECT * FROM u;
SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND pg_table_is_visible(oid);

-- WITH that changes rows
CREATE TEMP TABLE w (a int PRIMARY KEY, b text);
INSERT INTO w VALUES (1, 'x'), (2, 'y'), (3, 'z');
WITH x AS (DELETE FROM w WHERE a = 2 RETURNING a) SELECT * FROM x;
WITH x AS (INSERT INTO w VALUES (5, 'n')) SELECT count(*) FROM w;
WITH moved AS (DELETE FROM w WHERE a < 3 RETURNING *), k AS (SELECT 10 AS d)
  UPDATE w SET a = w.a + k.d FROM moved, k WHERE w.a > moved.a RETURNING w.*, moved.b;
WITH u AS (UPDATE w SET b = 'u' RETURNING a) INSERT INTO w SELECT a + 100, 'c' FROM u RETURNING *;
SELECT * FROM w ORDER BY a;
WITH x AS (DELETE FROM w) SELECT * FROM x;
SELECT (WITH x AS (DELETE FROM w RETURNING a) SELECT count(*) FROM x);

-- a cursor is older than rows that are taken back, and does not see them
CREATE TEMP TABLE old AS SELECT generate_series(1, 5000) AS a, 'kept' AS b;
BEGIN;
DECLARE c CURSOR FOR SELECT a, b FROM old;
SAVEPOINT s;
INSERT INTO old SELECT g, 'gone' FROM generate_series(5001, 105000) g;
FETCH 1 FROM c;
ROLLBACK TO s;
MOVE 4997 FROM c;
FETCH ALL FROM c;
COMMIT;
BEGIN;
DECLARE c CURSOR FOR SELECT a, b FROM old;
SAVEPOINT s;
INSERT INTO old SELECT g, 'gone' FROM generate_series(5001, 105000) g;
FETCH 1 FROM c;
ROLLBACK TO s;
INSERT INTO old SELECT g, 'new' FROM generate_series(5001, 205000) g;
MOVE 4998 FROM c;
FETCH ALL FROM c;
COMMIT;
SELECT b, count(*), max(a) FROM old GROUP BY b ORDER BY b;
