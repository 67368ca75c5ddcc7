-- SPDX-License-Identifier: Apache-2.0
-- The views of information_schema: those of information_schema.def that are
-- QUERY, over pg_catalog as the standard and PostgreSQL 15 define them.  There
-- is one role, which owns everything, so that nobody's privileges are asked.
-- Columns are cast to the types that the .def file says.

CREATE VIEW character_sets AS
SELECT NULL, NULL, 'UTF8', 'UCS', 'UTF8', current_database(), 'pg_catalog',
    'C';

CREATE VIEW check_constraints AS
SELECT current_database(), n.nspname,
    n.oid::text || '_' || c.oid::text || '_' || a.attnum::text || '_not_null',
    a.attname || ' IS NOT NULL'
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
    AND c.relkind IN ('r', 'p');

CREATE VIEW collation_character_set_applicability AS
SELECT current_database(), n.nspname, c.collname, NULL, NULL, 'UTF8'
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.collencoding IN (-1, 6);

CREATE VIEW collations AS
SELECT current_database(), n.nspname, c.collname, 'NO PAD'
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.collencoding IN (-1, 6);

CREATE VIEW column_privileges AS
SELECT grantor, grantee, table_catalog, table_schema, table_name, a.attname,
    privilege_type, is_grantable
FROM information_schema.table_privileges p
JOIN pg_catalog.pg_namespace n ON n.nspname = p.table_schema
JOIN pg_catalog.pg_class c
    ON c.relname = p.table_name AND c.relnamespace = n.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum > 0 AND NOT a.attisdropped;

CREATE VIEW enabled_roles AS
SELECT rolname FROM pg_catalog.pg_authid;

CREATE VIEW information_schema_catalog_name AS
SELECT current_database();

CREATE VIEW role_column_grants AS
SELECT grantor, grantee, table_catalog, table_schema, table_name, column_name,
    privilege_type, is_grantable
FROM information_schema.column_privileges
WHERE grantee <> 'PUBLIC';

CREATE VIEW role_routine_grants AS
SELECT * FROM information_schema.routine_privileges
WHERE grantee <> 'PUBLIC';

CREATE VIEW role_table_grants AS
SELECT * FROM information_schema.table_privileges WHERE grantee <> 'PUBLIC';

CREATE VIEW routine_privileges AS
SELECT r.rolname, 'PUBLIC', current_database(), n.nspname,
    p.proname || '_' || p.oid::text, current_database(), n.nspname, p.proname,
    'EXECUTE', 'NO'
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_authid r ON r.oid = p.proowner;

CREATE VIEW schemata AS
SELECT current_database(), n.nspname, r.rolname, NULL, NULL, NULL, NULL
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_authid r ON r.oid = n.nspowner;

CREATE VIEW table_constraints AS
SELECT constraint_catalog, constraint_schema, constraint_name,
    constraint_catalog, constraint_schema, c.relname, 'CHECK', 'NO', 'NO',
    'YES', NULL
FROM information_schema.check_constraints k
JOIN pg_catalog.pg_namespace n ON n.nspname = k.constraint_schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    AND c.oid::text = split_part(k.constraint_name, '_', 2);

CREATE VIEW table_privileges AS
SELECT r.rolname, g.grantee, current_database(), n.nspname, c.relname,
    g.privilege_type, g.is_grantable, g.with_hierarchy
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_authid r ON r.oid = c.relowner
JOIN (VALUES (true, 'INSERT', 'NO'), (false, 'SELECT', 'YES'))
    AS k (is_table, privilege_type, with_hierarchy)
    ON NOT k.is_table OR (c.relkind = 'r' AND n.oid = 2200)
JOIN LATERAL (SELECT
        CASE WHEN n.oid = 2200 THEN r.rolname ELSE 'PUBLIC' END AS grantee,
        k.privilege_type,
        CASE WHEN n.oid = 2200 THEN 'YES' ELSE 'NO' END AS is_grantable,
        k.with_hierarchy) AS g ON true
WHERE c.relkind IN ('r', 'v', 'p');

CREATE VIEW tables AS
SELECT current_database(), n.nspname, c.relname,
    CASE WHEN c.relkind IN ('r', 'p') THEN 'BASE TABLE'
        WHEN c.relkind = 'v' THEN 'VIEW'
        WHEN c.relkind = 'f' THEN 'FOREIGN' END,
    NULL, NULL, NULL, NULL, NULL,
    CASE WHEN c.relkind = 'r' AND n.oid = 2200 THEN 'YES' ELSE 'NO' END,
    'NO', NULL
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p');
