-- SPDX-License-Identifier: Apache-2.0
-- The views of pg_catalog: those of pg_catalog.def that are QUERY.  Names are
-- qualified, so that they mean the same whatever search_path says; columns are
-- cast to the types that the .def file says.

CREATE VIEW pg_roles AS
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
    rolreplication, rolconnlimit, '********'::text, rolvaliduntil,
    rolbypassrls, s.setconfig, oid
FROM pg_catalog.pg_authid
LEFT JOIN pg_catalog.pg_db_role_setting s
    ON s.setrole = oid AND s.setdatabase = 0;

CREATE VIEW pg_indexes AS
SELECT n.nspname, c.relname, i.relname, t.spcname,
    pg_catalog.pg_get_indexdef(i.oid)
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = i.reltablespace
WHERE c.relkind = 'r' AND i.relkind = 'i';

CREATE VIEW pg_matviews AS
SELECT n.nspname, c.relname, r.rolname, t.spcname, c.relhasindex,
    c.relispopulated, pg_catalog.pg_get_viewdef(c.oid)
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_authid r ON r.oid = c.relowner
LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
WHERE c.relkind = 'm';

CREATE VIEW pg_sequences AS
SELECT n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner),
    s.seqtypid::regtype, s.seqstart, s.seqmin, s.seqmax, s.seqincrement,
    s.seqcycle, s.seqcache,
    CASE WHEN c.relpersistence = 't'
        THEN pg_catalog.pg_sequence_last_value(c.oid)
        ELSE (SELECT last_value FROM stele.event_id_seq WHERE is_called) END
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;

CREATE VIEW pg_shadow AS
SELECT rolname, oid, rolcreatedb, rolsuper, rolreplication, rolbypassrls,
    rolpassword, rolvaliduntil, s.setconfig
FROM pg_catalog.pg_authid
LEFT JOIN pg_catalog.pg_db_role_setting s
    ON s.setrole = oid AND s.setdatabase = 0
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
SELECT n.nspname, c.relname, r.rolname, pg_catalog.pg_get_viewdef(c.oid)
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_authid r ON r.oid = c.relowner
WHERE c.relkind = 'v';

CREATE VIEW pg_stat_gssapi AS
SELECT pid, false, NULL, false FROM pg_catalog.pg_stat_activity;

CREATE VIEW pg_stat_sys_tables AS
SELECT * FROM pg_catalog.pg_stat_all_tables
WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_stat_user_tables AS
SELECT * FROM pg_catalog.pg_stat_all_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_statio_sys_tables AS
SELECT * FROM pg_catalog.pg_statio_all_tables
WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_statio_user_tables AS
SELECT * FROM pg_catalog.pg_statio_all_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_stat_xact_all_tables AS
SELECT c.oid, n.nspname, c.relname, NULL, NULL, NULL, NULL, NULL, 0, 0, 0
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'p');

CREATE VIEW pg_stat_xact_sys_tables AS
SELECT * FROM pg_catalog.pg_stat_xact_all_tables
WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_stat_xact_user_tables AS
SELECT * FROM pg_catalog.pg_stat_xact_all_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- A table's key is its only index: what is looked up in the table, it finds.
CREATE VIEW pg_stat_all_indexes AS
SELECT t.relid, x.indexrelid, t.schemaname, t.relname, c.relname, t.idx_scan,
    t.idx_tup_fetch, t.idx_tup_fetch
FROM pg_catalog.pg_stat_all_tables t
JOIN pg_catalog.pg_index x ON x.indrelid = t.relid
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid;

CREATE VIEW pg_stat_sys_indexes AS
SELECT * FROM pg_catalog.pg_stat_all_indexes
WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_stat_user_indexes AS
SELECT * FROM pg_catalog.pg_stat_all_indexes
WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_statio_all_indexes AS
SELECT t.relid, x.indexrelid, t.schemaname, t.relname, c.relname, 0, 0
FROM pg_catalog.pg_stat_all_tables t
JOIN pg_catalog.pg_index x ON x.indrelid = t.relid
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid;

CREATE VIEW pg_statio_sys_indexes AS
SELECT * FROM pg_catalog.pg_statio_all_indexes
WHERE schemaname IN ('pg_catalog', 'information_schema');

CREATE VIEW pg_statio_user_indexes AS
SELECT * FROM pg_catalog.pg_statio_all_indexes
WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- of no view but a function
CREATE VIEW pg_stat_get_activity AS
SELECT a.datid, a.pid, a.usesysid, a.application_name, a.state, a.query,
    a.wait_event_type, a.wait_event, a.xact_start, a.query_start,
    a.backend_start, a.state_change, a.client_addr, a.client_hostname,
    a.client_port, a.backend_xid, a.backend_xmin, a.backend_type, s.ssl,
    s.version, s.cipher, s.bits, s.client_dn, s.client_serial, s.issuer_dn,
    false, NULL, false, a.leader_pid, a.query_id
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid;
