-- What hangs on what: pg_depend, pg_rewrite, and the sequence of event_ids.
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE person (name text, m mood DEFAULT 'sad');
CREATE VIEW happy AS SELECT name FROM person WHERE m = 'happy'::mood;
CREATE VIEW happier AS SELECT name FROM happy;
CREATE TEMP TABLE t (a int PRIMARY KEY CHECK (a > 0), b int DEFAULT 1);
CREATE INDEX ON t (b);

SELECT pg_describe_object(classid, objid, objsubid) AS object, pg_describe_object(refclassid, refobjid, refobjsubid) AS hangs_on,
    deptype
FROM pg_depend WHERE classid <> 'pg_rewrite'::regclass ORDER BY objid >= 1073741824, 2, 1;
SELECT v.relname, c.relname, d.deptype, r.rulename, r.ev_type, r.is_instead
FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass
LEFT JOIN pg_class c ON c.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
WHERE v.relname LIKE 'happ%' ORDER BY 1, 2, 3;
SELECT view_name, table_name FROM information_schema.view_table_usage WHERE view_schema = 'public' ORDER BY 1, 2;
-- Each object asked for by itself is what all of them together say.
SELECT count(*) AS wrong FROM pg_depend d WHERE NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = d.objid AND x.refobjid = d.refobjid
    AND x.classid = d.classid AND x.refclassid = d.refclassid AND x.objsubid = d.objsubid AND x.refobjsubid = d.refobjsubid AND x.deptype = d.deptype);
SELECT (SELECT count(*) FROM pg_depend) = sum(n) AS same
FROM (SELECT DISTINCT objid FROM pg_depend) o, LATERAL (SELECT count(*) AS n FROM pg_depend d WHERE d.objid = o.objid) x;
SELECT (SELECT count(*) FROM pg_depend) = sum(n) AS same
FROM (SELECT DISTINCT refobjid FROM pg_depend) o, LATERAL (SELECT count(*) AS n FROM pg_depend d WHERE d.refobjid = o.refobjid) x;

-- The sequence.
SELECT * FROM stele.event_id_seq;
SELECT * FROM pg_sequences;
INSERT INTO person (context_id, name) VALUES ('c', 'a'), ('c', 'b');
SELECT * FROM stele.event_id_seq;
SELECT last_value FROM pg_sequences;
SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle FROM pg_sequence;
SELECT pg_get_serial_sequence('person', 'event_id'), pg_get_serial_sequence('person', 'name'), pg_get_serial_sequence('public.happy', 'name');
SELECT pg_get_serial_sequence('person', 'no');
SELECT relkind, relnatts FROM pg_class WHERE relname = 'event_id_seq';
SELECT has_sequence_privilege('stele.event_id_seq', 'SELECT'), has_sequence_privilege('person', 'USAGE');
\ds stele.*
\d stele.event_id_seq
-- As SQLAlchemy, Django and DBeaver look for it.
SELECT a.attname, json_build_object('always', a.attidentity = 'a', 'start', s.seqstart, 'increment', s.seqincrement, 'cycle', s.seqcycle)
FROM pg_attribute a, pg_sequence s
WHERE a.attrelid = 'person'::regclass AND a.attidentity <> ''
    AND s.seqrelid = pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass::oid;
SELECT s.relname AS sequence_name, a.attname FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
JOIN pg_attribute a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
JOIN pg_class tbl ON tbl.oid = d.refobjid AND tbl.relname = 'person' AND pg_table_is_visible(tbl.oid) WHERE s.relkind = 'S';
SELECT a.attname, dep.objid::regclass FROM pg_attribute a
LEFT JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum AND dep.classid = dep.refclassid
WHERE a.attrelid = 'person'::regclass ORDER BY a.attnum;
INSERT INTO stele.event_id_seq VALUES (1);
DROP TABLE stele.event_id_seq;
