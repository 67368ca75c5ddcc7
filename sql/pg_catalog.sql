-- SPDX-License-Identifier: Apache-2.0
-- The views of pg_catalog: those of pg_catalog.def that are QUERY.  Names are
-- qualified, so that they mean the same whatever search_path says; columns are
-- cast to the types that the .def file says.

CREATE VIEW pg_roles AS
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
    rolreplication, rolconnlimit, '********'::text, rolvaliduntil,
    rolbypassrls, NULL::text[], oid
FROM pg_catalog.pg_authid;

CREATE VIEW pg_shadow AS
SELECT rolname, oid, rolcreatedb, rolsuper, rolreplication, rolbypassrls,
    rolpassword, rolvaliduntil, NULL::text[]
FROM pg_catalog.pg_authid
WHERE rolcanlogin;

CREATE VIEW pg_tables AS
SELECT n.nspname, c.relname, r.rolname, t.spcname, c.relhasindex,
    c.relhasrules, c.relhastriggers, c.relrowsecurity
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_authid r ON r.oid = c.relowner
LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p');

CREATE VIEW pg_user AS
SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls,
    '********'::text, valuntil, useconfig
FROM pg_catalog.pg_shadow;

CREATE VIEW pg_views AS
SELECT n.nspname, c.relname, r.rolname, NULL::text
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_authid r ON r.oid = c.relowner
WHERE c.relkind = 'v';
