-- Views; the errors are PostgreSQL's.

\set VERBOSITY verbose

CREATE TABLE t (a int, b text);
CREATE VIEW v1 AS SELECT a, b FROM t;
CREATE VIEW v2 AS SELECT * FROM v1;
CREATE VIEW v3 AS SELECT a FROM t;
CREATE VIEW v4 AS SELECT v3.a FROM v2, v3;

-- what depends on what
DROP TABLE t;
DROP VIEW v1;
DROP TABLE v1;
DROP VIEW t;
DROP VIEW nix;
DROP VIEW IF EXISTS nix;
DROP VIEW v3, v4;

-- names
CREATE VIEW v1 AS SELECT 1;
CREATE VIEW t AS SELECT 1;
CREATE OR REPLACE VIEW t AS SELECT 1;
CREATE TABLE v1 (x int);
CREATE TABLE IF NOT EXISTS v1 (x int);
CREATE TYPE v1 AS ENUM ('a');

-- replaced
CREATE OR REPLACE VIEW v1 AS SELECT a FROM t;
CREATE OR REPLACE VIEW v1 AS SELECT a AS x, b FROM t;
CREATE OR REPLACE VIEW v1 AS SELECT a::int8 AS a, b FROM t;
CREATE OR REPLACE VIEW v1 AS SELECT a, b, 1 AS c FROM t;
SELECT * FROM v1;
SELECT * FROM v2;

-- columns
CREATE VIEW w (x, y, z) AS SELECT a, b FROM t;
CREATE VIEW w (x) AS SELECT a, b, 1 FROM t;
SELECT * FROM w;
CREATE VIEW w2 AS SELECT a, a FROM t;
CREATE VIEW w2 AS SELECT nix FROM t;
DROP TABLE t CASCADE;
CREATE TABLE t (a int, b text);
CREATE VIEW v1 AS SELECT a FROM t;
DROP TABLE t CASCADE;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE VIEW vm AS SELECT 'sad'::mood AS m;
SELECT m, m < 'happy' AS less FROM vm;
DROP TYPE mood;
DROP TYPE mood CASCADE;
SELECT * FROM vm;

-- queries of all kinds
CREATE VIEW numbers (n) AS WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 5) SELECT i FROM c;
CREATE VIEW evens AS SELECT n FROM numbers WHERE n % 2 = 0 ORDER BY n DESC;
CREATE VIEW totals AS SELECT n % 2 AS odd, sum(n) AS total, string_agg(n::text, ',' ORDER BY n DESC) AS list FROM numbers GROUP BY n % 2 HAVING count(*) > 0;
CREATE VIEW "Odd Name" AS SELECT 'it''s'::text AS "Select", DATE '2024-01-02' AS d, ARRAY_LENGTH FROM (VALUES (1)) AS x (array_length);
SELECT * FROM evens;
SELECT * FROM totals ORDER BY odd;
SELECT x.* FROM "Odd Name" x (p, q);
SELECT e.n, t.total FROM evens e JOIN totals t ON t.odd = e.n % 2 ORDER BY e.n;
SELECT n, (SELECT count(*) FROM evens WHERE evens.n <= numbers.n) FROM numbers ORDER BY n;
SELECT public.evens.n FROM public.evens, LATERAL (SELECT evens.n + 1 AS m) l WHERE m > 4;
CREATE OR REPLACE VIEW numbers AS SELECT n FROM evens;
DROP VIEW numbers CASCADE;
DROP VIEW "Odd Name";

-- what it meant when it was made: columns and how literals are read
CREATE TABLE grows (a int);
CREATE VIEW all_of_it AS SELECT g.a, x.* FROM grows g, (VALUES (1)) AS x (one);
ALTER TABLE grows ADD COLUMN b int;
SELECT * FROM all_of_it;
SET timezone = 'America/New_York';
SET datestyle = 'ISO, DMY';
CREATE VIEW literals AS SELECT timestamptz '2024-03-02 12:00' AS t, '01/02/2024'::date AS d;
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SELECT * FROM literals;
BEGIN;
CREATE VIEW soon AS SELECT 1 AS one;
SELECT * FROM soon;
ROLLBACK;
SELECT * FROM soon;
PREPARE p AS SELECT * FROM literals;
EXECUTE p;
DROP VIEW literals;
EXECUTE p;
DROP VIEW all_of_it;

-- beyond PostgreSQL's answers: events, and what views cannot do here
INSERT INTO grows (context_id, a) VALUES ('c1', 1), ('c2', 5), ('c1', 3);
CREATE VIEW big AS SELECT context_id, a FROM grows WHERE a > 1;
CREATE VIEW story AS SELECT event_id, event_type, payload FROM events WHERE context_id = 'c1';
SELECT * FROM big ORDER BY a;
SELECT * FROM story ORDER BY event_id;
EXPLAIN (COSTS OFF) SELECT * FROM big WHERE context_id = 'c2';
INSERT INTO big VALUES ('c3', 9);
COPY big FROM STDIN;
ALTER TABLE big ADD COLUMN z int;
COPY (SELECT a FROM big ORDER BY a) TO STDOUT;
CREATE VIEW cv AS SELECT 1 WITH CHECK OPTION;
CREATE VIEW pg_v AS SELECT 1;
CREATE VIEW pv AS SELECT $1::int;
