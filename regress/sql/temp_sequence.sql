-- Sequences of the session, and columns that take numbers of them.
\set VERBOSITY verbose
\set SHOW_CONTEXT never

-- By themselves.
CREATE TEMP SEQUENCE s;
SELECT * FROM s;
SELECT nextval('s'), nextval('s'), currval('s'), lastval();
SELECT * FROM s;
SELECT setval('s', 10), nextval('s');
SELECT setval('s', 10, false), nextval('s'), lastval();
SELECT currval('s');
SELECT last_value, is_called FROM s;
SELECT nextval('s') FROM generate_series(1, 3);
SELECT nextval(NULL), setval('s', NULL), setval(NULL, 1);
SELECT nextval('pg_temp.s'::regclass), nextval('"s"');
BEGIN;
SELECT nextval('s');
SELECT setval('s', 100);
ROLLBACK;
SELECT nextval('s');

-- Options.
CREATE TEMP SEQUENCE down INCREMENT -2 START 5 MINVALUE 1 MAXVALUE 6;
SELECT nextval('down'), nextval('down'), nextval('down');
SELECT nextval('down');
ALTER SEQUENCE down CYCLE;
SELECT nextval('down');
ALTER SEQUENCE down NO CYCLE RESTART;
SELECT nextval('down'), nextval('down');
SELECT last_value, is_called FROM down;
ALTER SEQUENCE down RESTART WITH 2 INCREMENT BY 1;
SELECT nextval('down'), nextval('down');
CREATE TEMPORARY SEQUENCE small AS smallint;
CREATE TEMP SEQUENCE IF NOT EXISTS small;
SELECT setval('small', 32767);
SELECT nextval('small');
SELECT setval('small', 32768);
SELECT setval('small', 0);
ALTER SEQUENCE small AS integer;
SELECT nextval('small');
CREATE TEMP SEQUENCE negative INCREMENT -1;
SELECT nextval('negative'), nextval('negative');
SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmax,
    seqmin, seqcache, seqcycle
FROM pg_sequence WHERE seqrelid::regclass::text <> 'stele.event_id_seq'
ORDER BY seqrelid;
SELECT sequencename, data_type, start_value, min_value, max_value,
    increment_by, cycle, cache_size, last_value
FROM pg_sequences WHERE sequencename <> 'event_id_seq' ORDER BY 1;
SELECT sequence_name, data_type, numeric_precision, numeric_precision_radix,
    numeric_scale, start_value, minimum_value, maximum_value, increment,
    cycle_option
FROM information_schema.sequences ORDER BY 1;
SELECT relname, relkind, relpersistence, relnatts, reltype, reltuples
FROM pg_class WHERE oid = 's'::regclass;
SELECT attname, atttypid::regtype, attnotnull FROM pg_attribute
WHERE attrelid = 's'::regclass AND attnum > 0 ORDER BY attnum;

-- What cannot be.
CREATE TEMP SEQUENCE s;
CREATE TEMP SEQUENCE x INCREMENT 0;
CREATE TEMP SEQUENCE x MINVALUE 10 MAXVALUE 10;
CREATE TEMP SEQUENCE x START 0;
CREATE TEMP SEQUENCE x MAXVALUE 5 START 6;
CREATE TEMP SEQUENCE x CACHE 0;
CREATE TEMP SEQUENCE x AS text;
CREATE TEMP SEQUENCE x AS smallint MAXVALUE 40000;
CREATE TEMP SEQUENCE x AS int MINVALUE -3000000000;
CREATE TEMP SEQUENCE x START 1 START 2;
CREATE TEMP SEQUENCE x OWNED BY y;
CREATE TEMP SEQUENCE x OWNED BY y.z;
ALTER SEQUENCE s MAXVALUE 5;
ALTER SEQUENCE s RESTART WITH 0;
ALTER SEQUENCE missing RESTART;
ALTER SEQUENCE IF EXISTS missing RESTART;
SELECT nextval('missing');
SELECT nextval('pg_class');
CREATE TEMP SEQUENCE fresh;
SELECT currval('fresh');
DROP SEQUENCE missing;
DROP SEQUENCE IF EXISTS missing;
DROP TABLE s;
DROP SEQUENCE fresh;
ALTER SEQUENCE s RENAME TO small;
ALTER SEQUENCE s RENAME TO t;
SELECT nextval('s');
ALTER TABLE t RENAME TO s;
DISCARD SEQUENCES;
SELECT currval('s');
SELECT lastval();

-- serial.
CREATE TEMP TABLE t (id serial PRIMARY KEY, name text);
INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id;
INSERT INTO t VALUES (DEFAULT, 'c'), (10, 'd'), (DEFAULT, 'e') RETURNING *;
INSERT INTO t DEFAULT VALUES RETURNING id;
INSERT INTO t (name) SELECT 'n' || g FROM generate_series(1, 3) g RETURNING *;
INSERT INTO t VALUES (NULL, 'no');
SELECT currval('t_id_seq'), lastval();
SELECT pg_get_serial_sequence('t', 'id')::regclass,
    pg_get_serial_sequence('t', 'name');
SELECT column_name, column_default, is_nullable, is_identity
FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position;
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass;
SELECT classid::regclass, objid::regclass, objsubid, refobjid::regclass,
    refobjsubid, deptype
FROM pg_depend WHERE objid = 't_id_seq'::regclass AND refclassid = 1259;
SELECT d.classid::regclass, d.deptype, a.adrelid::regclass
FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid
WHERE d.refobjid = 't_id_seq'::regclass;
BEGIN;
INSERT INTO t (name) VALUES ('gone') RETURNING id;
ROLLBACK;
INSERT INTO t (name) VALUES ('kept') RETURNING id;
ALTER SEQUENCE t_id_seq RENAME TO numbers;
INSERT INTO t (name) VALUES ('renamed') RETURNING id;
SELECT column_default FROM information_schema.columns
WHERE table_name = 't' AND column_name = 'id';
COPY t (name) FROM STDIN;
copied
again
\.
SELECT * FROM t WHERE name IN ('copied', 'again') ORDER BY id;
TRUNCATE t;
INSERT INTO t (name) VALUES ('on') RETURNING id;
TRUNCATE t RESTART IDENTITY;
INSERT INTO t (name) VALUES ('anew') RETURNING id;
BEGIN;
TRUNCATE t RESTART IDENTITY;
INSERT INTO t (name) VALUES ('anew') RETURNING id;
ROLLBACK;
INSERT INTO t (name) VALUES ('back') RETURNING id;
DROP SEQUENCE numbers;
CREATE TEMP TABLE u (n bigint DEFAULT nextval('numbers'), m int);
INSERT INTO u VALUES (DEFAULT, 1) RETURNING n;
DROP TABLE t;
DROP SEQUENCE numbers CASCADE;
INSERT INTO u VALUES (DEFAULT, 2) RETURNING n;
INSERT INTO t (name) VALUES ('null');
CREATE TEMP TABLE x (a serial, b bigserial, c smallserial, d serial4,
    e serial8, f serial2);
INSERT INTO x DEFAULT VALUES RETURNING *;
SELECT sequencename, data_type, max_value FROM pg_sequences
WHERE sequencename LIKE 'x\_%' ORDER BY 1;
ALTER TABLE x DROP COLUMN a;
INSERT INTO x DEFAULT VALUES RETURNING *;
SELECT pg_get_serial_sequence('x', 'f')::regclass;
DROP TABLE x;
SELECT count(*) FROM pg_sequences WHERE sequencename LIKE 'x\_%';
CREATE TEMP TABLE x (a serial DEFAULT 1);
CREATE TEMP TABLE x (a serial[]);
CREATE TEMP TABLE x_a_seq (b int);
CREATE TEMP TABLE x (a serial);
SELECT pg_get_serial_sequence('x', 'a')::regclass;
DROP TABLE x, x_a_seq;

-- Identity.
CREATE TEMP TABLE i (id int GENERATED ALWAYS AS IDENTITY, v text);
CREATE TEMP TABLE d (
    id bigint GENERATED BY DEFAULT AS IDENTITY (START 100 INCREMENT 10),
    v text);
INSERT INTO i (v) VALUES ('a'), ('b') RETURNING *;
INSERT INTO i VALUES (5, 'x');
INSERT INTO i VALUES (DEFAULT, 'c'), (6, 'x');
INSERT INTO i SELECT 7, 'x';
INSERT INTO i OVERRIDING SYSTEM VALUE VALUES (50, 'given') RETURNING *;
INSERT INTO i OVERRIDING USER VALUE VALUES (51, 'taken') RETURNING *;
INSERT INTO i OVERRIDING USER VALUE SELECT 60, 'taken' RETURNING *;
INSERT INTO d VALUES (DEFAULT, 'a'), (1, 'b') RETURNING *;
INSERT INTO d OVERRIDING USER VALUE VALUES (2, 'c') RETURNING *;
INSERT INTO d (v) VALUES ('d') RETURNING *;
UPDATE i SET id = 9 WHERE v = 'a';
UPDATE i SET id = DEFAULT WHERE v = 'a' RETURNING *;
UPDATE d SET id = 9 WHERE v = 'a' RETURNING *;
COPY i FROM STDIN;
77	copied
\.
SELECT * FROM i ORDER BY id;
SELECT attname, attidentity, atthasdef, attnotnull FROM pg_attribute
WHERE attrelid IN ('i'::regclass, 'd'::regclass) AND attname = 'id'
ORDER BY attidentity;
SELECT table_name, column_default, is_nullable, is_identity,
    identity_generation, identity_start, identity_increment, identity_maximum,
    identity_minimum, identity_cycle
FROM information_schema.columns
WHERE table_name IN ('i', 'd') AND column_name = 'id' ORDER BY 1;
SELECT pg_get_serial_sequence('i', 'id')::regclass;
SELECT count(*) FROM information_schema.sequences
WHERE sequence_name IN ('i_id_seq', 'd_id_seq');
DROP SEQUENCE i_id_seq;
ALTER SEQUENCE i_id_seq OWNED BY NONE;
ALTER TABLE d ALTER id SET GENERATED ALWAYS SET INCREMENT 1 RESTART 7;
INSERT INTO d (v) VALUES ('e'), ('f') RETURNING *;
ALTER TABLE d ALTER id RESTART;
INSERT INTO d (v) VALUES ('g') RETURNING *;
ALTER TABLE d ALTER id DROP IDENTITY;
ALTER TABLE d ALTER id DROP IDENTITY;
ALTER TABLE d ALTER id DROP IDENTITY IF EXISTS;
INSERT INTO d (v) VALUES ('h');
ALTER TABLE d ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;
INSERT INTO d (v) VALUES ('i') RETURNING *;
ALTER TABLE d ALTER id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE d ALTER v ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE d ALTER id SET DEFAULT 1;
ALTER TABLE d ALTER id DROP DEFAULT;
ALTER TABLE d ALTER nothing SET DEFAULT 1;
ALTER TABLE d ALTER v SET DEFAULT 'x';
INSERT INTO d DEFAULT VALUES RETURNING *;
ALTER TABLE d ALTER v DROP DEFAULT;
INSERT INTO d DEFAULT VALUES RETURNING *;
ALTER TABLE d ADD COLUMN n serial;
SELECT id, n FROM d ORDER BY n;
ALTER TABLE d ADD COLUMN k int GENERATED ALWAYS AS IDENTITY (START 20);
SELECT id, n, k FROM d ORDER BY n;
ALTER TABLE d ALTER n SET DEFAULT nextval('s');
INSERT INTO d DEFAULT VALUES RETURNING n;
DROP SEQUENCE s;
CREATE TEMP TABLE y (a text GENERATED ALWAYS AS IDENTITY);
CREATE TEMP TABLE y (a int DEFAULT 1 GENERATED ALWAYS AS IDENTITY);
CREATE TEMP TABLE y (a serial GENERATED ALWAYS AS IDENTITY);
CREATE TEMP TABLE y (
    a int GENERATED ALWAYS AS IDENTITY GENERATED ALWAYS AS IDENTITY);
CREATE TEMP TABLE y (a int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME own));
SELECT nextval('own');
DROP TABLE y;
SELECT nextval('own');

-- Owned.
CREATE TEMP SEQUENCE o;
CREATE TEMP TABLE owner (a int, b int DEFAULT nextval('o'));
ALTER SEQUENCE o OWNED BY owner.a;
ALTER SEQUENCE o OWNED BY owner.nothing;
SELECT pg_get_serial_sequence('owner', 'a')::regclass;
DROP SEQUENCE o;
ALTER TABLE owner DROP COLUMN b, DROP COLUMN a;
SELECT nextval('o');
DROP TABLE owner;
SELECT nextval('o');

-- With the transaction.
BEGIN;
CREATE TEMP SEQUENCE q;
SELECT nextval('q');
ROLLBACK;
SELECT nextval('q');
BEGIN;
CREATE TEMP TABLE w (id serial) ON COMMIT DROP;
INSERT INTO w DEFAULT VALUES RETURNING id;
COMMIT;
SELECT nextval('w_id_seq');
BEGIN;
CREATE TEMP SEQUENCE r;
SAVEPOINT p;
ALTER SEQUENCE r INCREMENT 5 RESTART WITH 50;
SELECT nextval('r'), nextval('r');
ROLLBACK TO p;
SELECT nextval('r'), nextval('r');
COMMIT;

\set VERBOSITY default
DISCARD TEMP;
CREATE TEMP SEQUENCE shown AS int MAXVALUE 99 CYCLE;
CREATE TEMP TABLE described (id serial, k int GENERATED ALWAYS AS IDENTITY);
\d shown
\d described
\d described_id_seq
\d described_k_seq
\ds
DROP TABLE described;
\ds
