-- pg_catalog: what the server has, as tables.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE person (name text NOT NULL, age int DEFAULT 18, feels mood DEFAULT 'ok',
    balance numeric(12,2), note varchar(20) DEFAULT 'it''s', born date, meta jsonb);
CREATE TABLE "Odd Name" ("a b" bool DEFAULT true);
CREATE VIEW adults AS SELECT name, age FROM person WHERE age >= 18;

-- relations
SELECT c.relname, n.nspname, c.relkind, c.relnatts, c.relhasrules, c.reltype <> 0 AS has_type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'stele') ORDER BY n.nspname, c.relname COLLATE "C";
SELECT relname FROM pg_catalog.pg_class WHERE relname IN ('person', 'pg_class', 'columns', 'no') ORDER BY 1;
SELECT count(*) - count(DISTINCT oid) AS twice FROM pg_class;

-- columns
SELECT a.attnum, a.attname, t.typname, a.atttypmod, a.attlen, a.attnotnull, a.attidentity, a.atthasdef, d.adbin
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = (SELECT oid FROM pg_class WHERE relname = 'person') ORDER BY a.attnum;
SELECT attname, atttypid FROM pg_attribute
WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = 'adults') ORDER BY attnum;
SELECT attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid = 2615 ORDER BY attnum;
SELECT d.adbin FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relname = 'Odd Name' ORDER BY d.adnum;

-- types
SELECT t.typname, t.typtype, t.typcategory, t.typlen, e.typname AS of, a.typname AS array, c.relname
FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem LEFT JOIN pg_type a ON a.oid = t.typarray
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = 2200 ORDER BY t.typname COLLATE "C";
SELECT oid, typname, typtype, typcategory, typelem, typarray, typdelim FROM pg_type
WHERE oid IN (16, 25, 705, 1009, 2249, 2278, 3802) ORDER BY oid;
SELECT t.typname, enumlabel, enumsortorder FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid ORDER BY enumsortorder;
SELECT count(*) - count(DISTINCT oid) AS twice, count(*) - count(DISTINCT typname || typnamespace) AS same_name FROM pg_type;
-- every column has a type that is there
SELECT a.attrelid, a.attname FROM pg_attribute a WHERE NOT EXISTS (SELECT 1 FROM pg_type t WHERE t.oid = a.atttypid);

-- a new field, a dropped type
ALTER TABLE person ADD COLUMN email text;
SELECT attnum, attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE relname = 'person' AND attnum > 9 ORDER BY attnum;
DROP TABLE "Odd Name";
SELECT count(*) FROM pg_class WHERE relname = 'Odd Name';
-- a transaction sees its own changes
BEGIN;
CREATE TABLE fresh (a int);
SELECT relname FROM pg_class WHERE relname = 'fresh';
ROLLBACK;
SELECT relname FROM pg_class WHERE relname = 'fresh';

-- views of PostgreSQL's
SELECT schemaname, tablename, tableowner, hasindexes FROM pg_tables WHERE schemaname = 'public' ORDER BY 2;
SELECT schemaname, viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 2;
SELECT rolname, rolsuper, rolcanlogin, oid FROM pg_roles;
SELECT usename, usesysid, usesuper, passwd FROM pg_user;

-- the rest
SELECT oid, nspname FROM pg_namespace ORDER BY oid;
SELECT datname, datdba, encoding, datcollate, datallowconn FROM pg_database;
SELECT oid, amname, amtype FROM pg_am WHERE amtype = 't';
SELECT oid, collname FROM pg_collation ORDER BY oid;
SELECT lanname FROM pg_language ORDER BY oid;
SELECT spcname FROM pg_tablespace ORDER BY oid;
SET statement_timeout = '90s';
SELECT name, setting, unit, vartype, context, source FROM pg_settings
WHERE name IN ('statement_timeout', 'work_mem', 'TimeZone', 'max_identifier_length') ORDER BY name;
SELECT enumvals FROM pg_settings WHERE name = 'log_destination';
RESET statement_timeout;

-- empty here, and there all the same
SELECT count(*) FROM pg_index;
SELECT conname, contype FROM pg_constraint;
SELECT * FROM pg_catalog.pg_publication;

-- system columns: none in a star
SELECT tableoid = (SELECT oid FROM pg_class WHERE relname = 'pg_type') AS same, oid, typname FROM pg_type WHERE oid = 16;
SELECT c.tableoid, d.tableoid FROM pg_class c LEFT JOIN pg_description d ON d.objoid = c.oid WHERE c.oid = 1247;
INSERT INTO person (context_id, name) VALUES ('p', 'Ann');
SELECT p.tableoid = (SELECT oid FROM pg_class WHERE relname = 'person') AS same, name FROM person p;
SELECT tableoid FROM pg_class, pg_type;
SELECT tableoid FROM adults;
SELECT tableoid FROM (SELECT 1) x;

-- names: pg_catalog first, then public
SELECT count(*) FROM public.pg_class;
SELECT pg_catalog.pg_type.typname FROM pg_catalog.pg_type WHERE oid = 16;
CREATE TABLE pg_own (a int);
INSERT INTO pg_class (oid) VALUES (1);
DROP TABLE pg_class;
CREATE TABLE pg_catalog.mine (a int);
EXPLAIN (COSTS OFF) SELECT attname FROM pg_attribute WHERE attrelid = ANY ('{1259,1247}');

-- functions: those that can be called, and those that read and print types
SELECT oid, proname, pronargs, prorettype, proretset, prokind FROM pg_proc
WHERE proname IN ('length', 'count', 'generate_series', 'row_number', 'boolin', 'ts_rank') ORDER BY oid;
SELECT proargnames, proargmodes, proallargtypes FROM pg_proc WHERE oid = 3958;
SELECT proname, nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname <> 'pg_catalog' ORDER BY 1;
SELECT t.typname FROM pg_type t JOIN pg_proc p ON p.oid = t.typreceive
WHERE p.proname = 'enum_recv' OR p.proname = 'textrecv' ORDER BY t.typname;
SELECT oid, aggkind, aggnumdirectargs FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE proname IN ('sum', 'mode') AND prorettype IN (1700, 2283) ORDER BY oid;
SELECT oid, oprname, oprleft, oprright, oprresult FROM pg_operator WHERE oprname = '||' AND oprleft = 25 ORDER BY oid;
SELECT castsource, casttarget, castcontext FROM pg_cast WHERE castsource = 20 AND casttarget IN (23, 1700) ORDER BY 2;
SELECT rngtypid, rngsubtype FROM pg_range ORDER BY 1 LIMIT 2;

-- types of the catalogue's own: names of functions, vectors
SELECT proargtypes, proargtypes[0] FROM pg_proc WHERE oid = 1713;
SELECT 'person'::regclass::oid = oid AS same FROM pg_class WHERE relname = 'person';
SELECT attname FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum = 4;
-- the place of an event is its event_id; the catalogue is as old as its last change
SELECT ctid, xmin, xmax, event_id, ctid = '(0,1)' AS first FROM person;
SELECT count(DISTINCT xmin) FROM pg_class;
SELECT ctid FROM pg_class;
SELECT p.ctid, p.xmin FROM (VALUES (1)) v LEFT JOIN person p ON p.name = 'nobody';

-- what drivers take keys of indexes apart with
SELECT * FROM information_schema._pg_expandarray('{a,b}'::text[]);
SELECT (information_schema._pg_expandarray('7 8'::int2vector)).n;
SELECT (x.k).x, (x.k).n FROM (SELECT information_schema._pg_expandarray(proargtypes) AS k FROM pg_proc WHERE oid = 1713) x;

-- functions that have a relation's rows
SELECT s.name, s.setting FROM pg_show_all_settings() AS s WHERE name = 'max_identifier_length';
SELECT pg_show_all_settings.name FROM pg_catalog.pg_show_all_settings() WHERE name = 'work_mem';
SELECT count(*) FROM pg_available_extensions();
SELECT * FROM pg_show_all_settings(1);
