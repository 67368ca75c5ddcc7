-- Objects by their addresses: pg_describe_object, pg_identify_object and its like.  PostgreSQL 15's answers, but for
-- the sequence and for what is of the server's own.
\pset null NULL
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE person (name text DEFAULT 'x', "Odd" mood);
CREATE VIEW "Happy" AS SELECT name FROM person;
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS one FROM person;
CREATE TEMP TABLE zz (a int PRIMARY KEY CHECK (a > 0), b int DEFAULT 1);

SELECT pg_describe_object('pg_class'::regclass, 'person_pkey'::regclass, 0), pg_describe_object('pg_class'::regclass, 'stele.event_id_seq'::regclass, 0),
    pg_describe_object('pg_constraint'::regclass, (SELECT oid FROM pg_constraint WHERE conrelid = 'person'::regclass), 0),
    pg_describe_object('pg_attrdef'::regclass, (SELECT oid FROM pg_attrdef WHERE adrelid = 'person'::regclass AND adnum = 4), 0),
    pg_describe_object('pg_rewrite'::regclass, (SELECT oid FROM pg_rewrite WHERE ev_class = '"Happy"'::regclass), 0),
    pg_describe_object('pg_class'::regclass, 'mv'::regclass, 1);
SELECT pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid) FROM pg_depend WHERE refobjid = 'zz'::regclass ORDER BY 1;
SELECT pg_describe_object('pg_class'::regclass, 4294967, 0), pg_describe_object('pg_class'::regclass, 'person'::regclass, 77);

SELECT * FROM pg_identify_object('pg_class'::regclass, 'person'::regclass, 0);
SELECT x.* FROM (VALUES ('"Happy"', 0), ('"Happy"', 1), ('person', 5), ('mv', 0), ('mv', 1), ('person_pkey', 0), ('stele.event_id_seq', 0), ('zz', 0))
    AS v (name, part), pg_identify_object('pg_class'::regclass, v.name::regclass, v.part) AS x;
SELECT x.* FROM (VALUES ('mood'), ('mood[]'), ('person'), ('"Happy"[]')) AS v (name), pg_identify_object('pg_type'::regclass, v.name::regtype, 0) AS x;
SELECT * FROM pg_identify_object('pg_namespace'::regclass, 'public'::regnamespace, 0)
UNION ALL SELECT * FROM pg_identify_object('pg_authid'::regclass, 'stele'::regrole, 0)
UNION ALL SELECT x.* FROM pg_database d, pg_identify_object('pg_database'::regclass, d.oid, 0) x
UNION ALL SELECT x.* FROM pg_attrdef d, pg_identify_object('pg_attrdef'::regclass, d.oid, 0) x WHERE adrelid = 'person'::regclass AND adnum = 4
UNION ALL SELECT x.* FROM pg_constraint d, pg_identify_object('pg_constraint'::regclass, d.oid, 0) x WHERE conrelid = 'person'::regclass
UNION ALL SELECT x.* FROM pg_rewrite d, pg_identify_object('pg_rewrite'::regclass, d.oid, 0) x WHERE ev_class = '"Happy"'::regclass
UNION ALL SELECT * FROM pg_identify_object('pg_class'::regclass, 4294967, 0)
UNION ALL SELECT * FROM pg_identify_object('pg_type'::regclass, 4294967, 0)
UNION ALL SELECT * FROM pg_identify_object('pg_class'::regclass, 'person'::regclass, 77)
UNION ALL SELECT * FROM pg_identify_object('pg_class'::regclass, NULL, 0);
SELECT pg_identify_object('pg_class'::regclass, 'person'::regclass, 0), (pg_identify_object('pg_class'::regclass, 'person'::regclass, 0)).identity;
SELECT x.* FROM (VALUES ('person', 0), ('person', 4), ('"Happy"', 1)) AS v (name, part), pg_identify_object_as_address('pg_class'::regclass, v.name::regclass, v.part) AS x;
SELECT x.* FROM pg_constraint d, pg_identify_object_as_address('pg_constraint'::regclass, d.oid, 0) x WHERE conrelid = 'person'::regclass
UNION ALL SELECT x.* FROM pg_rewrite d, pg_identify_object_as_address('pg_rewrite'::regclass, d.oid, 0) x WHERE ev_class = '"Happy"'::regclass
UNION ALL SELECT x.* FROM pg_attrdef d, pg_identify_object_as_address('pg_attrdef'::regclass, d.oid, 0) x WHERE adrelid = 'person'::regclass AND adnum = 4
UNION ALL SELECT * FROM pg_identify_object_as_address('pg_type'::regclass, 'mood[]'::regtype, 0)
UNION ALL SELECT * FROM pg_identify_object_as_address('pg_namespace'::regclass, 'public'::regnamespace, 0);

SELECT v.type, x.classid::regclass, x.objid = v.oid AS is_it, x.objsubid FROM (VALUES ('table', '{public,person}'::text[], 'person'::regclass::oid), ('table', '{person}', 'person'::regclass),
    ('view', '{Happy}', '"Happy"'::regclass), ('materialized view', '{mv}', 'mv'::regclass), ('table column', '{person,name}', 'person'::regclass),
    ('index', '{person_pkey}', 'person_pkey'::regclass), ('sequence', '{stele,event_id_seq}', 'stele.event_id_seq'::regclass),
    ('type', '{mood}', 'mood'::regtype), ('type', '{mood[]}', 'mood[]'::regtype), ('schema', '{public}', 2200), ('role', '{stele}', 10),
    ('table constraint', '{person,person_pkey}', (SELECT oid FROM pg_constraint WHERE conname = 'person_pkey')),
    ('default value', '{person,name}', (SELECT oid FROM pg_attrdef WHERE adrelid = 'person'::regclass AND adnum = 4)),
    ('table constraint', '{pg_temp,zz,zz_a_check}', (SELECT oid FROM pg_constraint WHERE conname = 'zz_a_check')),
    ('rule', '{Happy,_RETURN}', '"Happy"'::regclass)) AS v (type, names, oid), pg_get_object_address(v.type, v.names, '{}') AS x;
-- All that depends on something leads back to itself.
SELECT count(*) AS wrong FROM pg_depend d, pg_identify_object_as_address(d.classid, d.objid, d.objsubid) n, pg_get_object_address(n.type, n.object_names, n.object_args) a
WHERE (a.classid, a.objid, a.objsubid) IS DISTINCT FROM (d.classid, d.objid, d.objsubid) AND d.deptype <> 'e';
\set VERBOSITY verbose
SELECT pg_get_object_address('table', '{nope}', '{}');
SELECT pg_get_object_address('view', '{person}', '{}');
SELECT pg_get_object_address('table column', '{person,nope}', '{}');
SELECT pg_get_object_address('type', '{nope}', '{}');
SELECT pg_get_object_address('schema', '{nope}', '{}');
SELECT pg_get_object_address('schema', '{a,b}', '{}');
SELECT pg_get_object_address('nonsense', '{a}', '{}');
SELECT pg_get_object_address('table', '{}', '{}');
SELECT pg_get_object_address('table', NULL, '{}');
SELECT pg_get_object_address('table', '{NULL}', '{}');
SELECT pg_get_object_address('table constraint', '{person,nope}', '{}');
SELECT pg_get_object_address('table constraint', '{person}', '{}');
SELECT pg_get_object_address('function', '{length}', '{text}');
SELECT * FROM pg_identify_object('pg_proc'::regclass, 'now'::regproc, 0);
