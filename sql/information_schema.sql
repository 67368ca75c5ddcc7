-- SPDX-License-Identifier: Apache-2.0
-- The views of information_schema: those of information_schema.def that are
-- QUERY, over pg_catalog as the standard and PostgreSQL 15 define them: of
-- tables and views they tell what one may use.
-- Columns are cast to the types that the .def file says.

CREATE VIEW administrable_role_authorizations AS
SELECT * FROM information_schema.applicable_roles WHERE is_grantable = 'YES';

CREATE VIEW applicable_roles AS
SELECT a.rolname, b.rolname, CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_auth_members m
JOIN pg_catalog.pg_authid a ON a.oid = m.member
JOIN pg_catalog.pg_authid b ON b.oid = m.roleid
WHERE pg_catalog.pg_has_role(a.oid, 'USAGE');

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
WHERE a.attnum > 0 AND NOT a.attisdropped
    AND privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES')
UNION
SELECT pg_catalog.pg_get_userbyid(x.grantor),
    CASE WHEN x.grantee = 0 THEN 'PUBLIC'
        ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END,
    current_database(), n.nspname, c.relname, a.attname, x.privilege_type,
    CASE WHEN x.is_grantable
            OR pg_catalog.pg_has_role(x.grantee, c.relowner, 'USAGE')
        THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS x
WHERE a.attnum > 0 AND NOT a.attisdropped
    AND (x.grantee = 0 OR pg_catalog.pg_has_role(x.grantee, 'USAGE')
        OR pg_catalog.pg_has_role(x.grantor, 'USAGE'));

CREATE VIEW column_udt_usage AS
SELECT udt_catalog, udt_schema, udt_name, table_catalog, table_schema,
    table_name, column_name
FROM information_schema.columns;

CREATE VIEW columns AS
SELECT current_database(), n.nspname, c.relname, a.attname, a.attnum,
    d.adbin::text,
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END,
    CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
        WHEN t.typnamespace = 11 THEN pg_catalog.format_type(t.oid, NULL)
        ELSE 'USER-DEFINED' END,
    CASE WHEN t.oid IN (1042, 1043) AND a.atttypmod <> -1
        THEN a.atttypmod - 4 END,
    CASE WHEN t.oid = 25 THEN 1073741824
        WHEN t.oid IN (1042, 1043) AND a.atttypmod = -1 THEN 1073741824
        WHEN t.oid IN (1042, 1043) THEN (a.atttypmod - 4) * 4 END,
    CASE t.oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64
        WHEN 700 THEN 24 WHEN 701 THEN 53
        WHEN 1700 THEN CASE WHEN a.atttypmod <> -1
            THEN ((a.atttypmod - 4) >> 16) & 65535 END END,
    CASE WHEN t.oid IN (20, 21, 23, 700, 701) THEN 2
        WHEN t.oid = 1700 THEN 10 END,
    CASE WHEN t.oid IN (20, 21, 23) THEN 0
        WHEN t.oid = 1700 AND a.atttypmod <> -1
        THEN (a.atttypmod - 4) & 2047 END,
    CASE WHEN t.oid = 1082 THEN 0
        WHEN t.oid IN (1083, 1114, 1184, 1266)
        THEN CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod END
        WHEN t.oid = 1186
        THEN CASE WHEN a.atttypmod < 0 OR a.atttypmod & 65535 = 65535
            THEN 6 ELSE a.atttypmod & 65535 END END,
    NULL, NULL, NULL, NULL, NULL,
    CASE WHEN o.oid IS NOT NULL THEN current_database() END,
    CASE WHEN o.oid IS NOT NULL THEN 'pg_catalog' END, o.collname,
    NULL, NULL, NULL,
    current_database(), u.nspname, t.typname,
    NULL, NULL, NULL, NULL, a.attnum::text, 'NO',
    CASE WHEN a.attidentity <> '' THEN 'YES' ELSE 'NO' END,
    CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
    s.seqstart, s.seqincrement, s.seqmax, s.seqmin,
    CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END, 'NEVER', NULL, 'NO'
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace u ON u.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_attrdef d
    ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation o
    ON o.oid = a.attcollation AND o.collname <> 'default'
-- The one of all events is known, and need not be looked for.
LEFT JOIN pg_catalog.pg_sequence s
    ON s.seqrelid = CASE WHEN a.attidentity = '' THEN NULL
        WHEN c.relpersistence = 't'
        THEN pg_catalog.pg_get_serial_sequence(
            pg_catalog.format('%I.%I', n.nspname, c.relname),
            a.attname)::regclass::oid
        ELSE 15014 END
WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
    AND (c.oid < 16384 OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
        OR pg_catalog.has_table_privilege(c.oid,
            'SELECT, INSERT, UPDATE, REFERENCES'))
-- Clients that name no order (knex) show the columns in the one that they get.
ORDER BY a.attrelid, a.attnum;

-- Of whose tables one is.
CREATE VIEW constraint_column_usage AS
SELECT current_database(), n.nspname, c.relname, a.attname, current_database(),
    n.nspname, k.conname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN LATERAL unnest(k.conkey) AS u (attnum) ON true
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');

CREATE VIEW constraint_table_usage AS
SELECT current_database(), n.nspname, c.relname, current_database(), n.nspname,
    k.conname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('f', 'p', 'u')
    AND pg_catalog.pg_has_role(c.relowner, 'USAGE');

CREATE VIEW enabled_roles AS
SELECT rolname FROM pg_catalog.pg_authid
WHERE pg_catalog.pg_has_role(oid, 'USAGE');

CREATE VIEW information_schema_catalog_name AS
SELECT current_database();

CREATE VIEW parameters AS
SELECT current_database(), n.nspname, p.proname || '_' || p.oid::text, x.n,
    CASE p.proargmodes[x.n] WHEN 'o' THEN 'OUT' WHEN 't' THEN 'OUT'
        WHEN 'b' THEN 'INOUT' ELSE 'IN' END,
    'NO', 'NO', NULLIF(p.proargnames[x.n], ''),
    CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
        WHEN t.typnamespace = 11 THEN pg_catalog.format_type(t.oid, NULL)
        ELSE 'USER-DEFINED' END,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL,
    current_database(), u.nspname, t.typname,
    NULL, NULL, NULL, NULL, x.n::text, NULL
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL
    unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY
    AS x (type, n)
JOIN pg_catalog.pg_type t ON t.oid = x.type
JOIN pg_catalog.pg_namespace u ON u.oid = t.typnamespace;

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

CREATE VIEW routines AS
SELECT current_database(), n.nspname, p.proname || '_' || p.oid::text,
    current_database(), n.nspname, p.proname,
    CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END,
    NULL, NULL, NULL, NULL, NULL, NULL,
    CASE WHEN p.prokind = 'p' THEN NULL
        WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
        WHEN t.typnamespace = 11 THEN pg_catalog.format_type(t.oid, NULL)
        ELSE 'USER-DEFINED' END,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL,
    current_database(), u.nspname, t.typname,
    NULL, NULL, NULL, NULL, '0',
    CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END,
    p.prosrc, NULL, upper(l.lanname), 'GENERAL',
    CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END,
    'MODIFIES',
    CASE WHEN p.prokind <> 'p' THEN
        CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END END,
    NULL, 'YES', 0, NULL, NULL, 'INVOKER', NULL, NULL, NULL, 'NO', NULL, NULL,
    NULL, 'NO',
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
JOIN pg_catalog.pg_namespace u ON u.oid = t.typnamespace
WHERE p.prokind IN ('f', 'p');

CREATE VIEW schemata AS
SELECT current_database(), n.nspname, r.rolname, NULL, NULL, NULL, NULL
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_authid r ON r.oid = n.nspowner;

-- Those of identity columns are told of with their columns, as in PostgreSQL.
CREATE VIEW sequences AS
SELECT current_database(), n.nspname, c.relname,
    pg_catalog.format_type(s.seqtypid, NULL),
    CASE s.seqtypid WHEN 21 THEN 16 WHEN 23 THEN 32 ELSE 64 END, 2, 0,
    s.seqstart, s.seqmin, s.seqmax, s.seqincrement,
    CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence = 't' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype = 'i');

CREATE VIEW key_column_usage AS
SELECT current_database(), n.nspname, k.conname, current_database(), n.nspname,
    c.relname, a.attname, u.n, NULL
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u (attnum, n) ON true
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
WHERE k.contype IN ('p', 'u');

CREATE VIEW table_constraints AS
SELECT constraint_catalog, constraint_schema, constraint_name,
    constraint_catalog, constraint_schema, c.relname, 'CHECK', 'NO', 'NO',
    'YES', NULL
FROM information_schema.check_constraints k
JOIN pg_catalog.pg_namespace n ON n.nspname = k.constraint_schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    AND c.oid::text = split_part(k.constraint_name, '_', 2)
UNION ALL
SELECT current_database(), n.nspname, k.conname, current_database(), n.nspname,
    c.relname,
    CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE'
        ELSE 'CHECK' END,
    'NO', 'NO', 'YES',
    CASE WHEN k.contype <> 'u' THEN NULL
        WHEN pg_catalog.pg_get_constraintdef(k.oid) LIKE
            'UNIQUE NULLS NOT DISTINCT%' THEN 'NO'
        ELSE 'YES' END
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid;

-- What the server keeps for itself everybody may read.
CREATE VIEW table_privileges AS
SELECT pg_catalog.pg_get_userbyid(x.grantor),
    CASE WHEN x.grantee = 0 THEN 'PUBLIC'
        ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END,
    current_database(), n.nspname, c.relname, x.privilege_type,
    CASE WHEN x.is_grantable
            OR pg_catalog.pg_has_role(x.grantee, c.relowner, 'USAGE')
        THEN 'YES' ELSE 'NO' END,
    CASE WHEN x.privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl,
    CASE WHEN c.oid >= 16384 THEN pg_catalog.acldefault('r', c.relowner)
        ELSE ARRAY[pg_catalog.makeaclitem(0, c.relowner, 'SELECT', false)]
    END)) AS x
WHERE c.relkind IN ('r', 'v', 'p')
    AND (x.grantee = 0 OR pg_catalog.pg_has_role(x.grantee, 'USAGE')
        OR pg_catalog.pg_has_role(x.grantor, 'USAGE'));

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
WHERE c.relkind IN ('r', 'v', 'f', 'p')
    AND (c.oid < 16384 OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
        OR pg_catalog.has_table_privilege(c.oid,
            'SELECT, INSERT, UPDATE, REFERENCES'));

CREATE VIEW view_table_usage AS
SELECT DISTINCT current_database(), vn.nspname, v.relname, current_database(),
    n.nspname, c.relname
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
JOIN pg_catalog.pg_depend d ON d.objid = r.oid AND d.classid = 2618
    AND d.refclassid = 1259 AND d.deptype = 'n'
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');

CREATE VIEW views AS
SELECT current_database(), n.nspname, c.relname,
    pg_catalog.pg_get_viewdef(c.oid), 'NONE', 'NO', 'NO', 'NO', 'NO', 'NO'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v'
    AND (c.oid < 16384 OR pg_catalog.pg_has_role(c.relowner, 'USAGE')
        OR pg_catalog.has_table_privilege(c.oid,
            'SELECT, INSERT, UPDATE, REFERENCES'));
