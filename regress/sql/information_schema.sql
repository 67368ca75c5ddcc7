-- information_schema, and the views of statistics.
CREATE TYPE color AS ENUM ('red', 'green');
CREATE TABLE item (id bigint NOT NULL, c color, label varchar(10) DEFAULT 'none', price numeric(10,2));
CREATE VIEW red AS SELECT id FROM item WHERE c = 'red';

SELECT * FROM information_schema.information_schema_catalog_name;
SELECT table_catalog, table_schema, table_name, table_type, is_insertable_into
FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name;
SELECT column_name, ordinal_position AS at, column_default, is_nullable, data_type, character_maximum_length AS len,
    numeric_precision AS prec, numeric_scale AS scale, datetime_precision AS dtp, udt_schema, udt_name, is_identity
FROM information_schema.columns WHERE table_name = 'item' ORDER BY ordinal_position;
-- Clients that name no order show them in the one that they get.
SELECT column_name FROM information_schema.columns WHERE table_name = 'item';
SELECT table_name, view_definition, is_updatable FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1;
SELECT viewname, definition FROM pg_views WHERE viewname = 'red';
SELECT routine_name, data_type, external_language, is_deterministic FROM information_schema.routines
WHERE specific_name IN ('length_1317', 'now_1299', 'string_to_array_394') ORDER BY 1;
SELECT specific_name, ordinal_position, parameter_mode, parameter_name, data_type
FROM information_schema.parameters WHERE specific_name IN ('json_each_3958', 'make_date_3846') ORDER BY 1, 2;
SELECT DISTINCT udt_name FROM information_schema.column_udt_usage WHERE table_name = 'item' ORDER BY 1;
SELECT schema_name, schema_owner FROM information_schema.schemata ORDER BY 1;
SELECT constraint_type, c.table_name, k.check_clause
FROM information_schema.table_constraints c JOIN information_schema.check_constraints k USING (constraint_schema, constraint_name)
WHERE c.table_schema = 'public' ORDER BY constraint_name;
SELECT grantor, grantee, table_name, privilege_type, is_grantable, with_hierarchy
FROM information_schema.table_privileges WHERE table_schema = 'public' ORDER BY 3, 4;
SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
WHERE table_name = 'red' ORDER BY 1, 2, 3;
SELECT grantee, privilege_type FROM information_schema.table_privileges WHERE table_name = 'pg_class';
SELECT character_set_name, form_of_use FROM information_schema.character_sets;
SELECT collation_schema, collation_name, pad_attribute FROM information_schema.collations ORDER BY 2;
SELECT * FROM information_schema.enabled_roles;
SELECT routine_name, privilege_type FROM information_schema.routine_privileges WHERE routine_schema = 'stele' ORDER BY 1;

-- empty here
SELECT count(*) FROM information_schema.sequences;
SELECT count(*) FROM information_schema.key_column_usage;
SELECT count(*) FROM information_schema.referential_constraints;

-- one relation is looked up in all of them
EXPLAIN (COSTS OFF) SELECT table_type FROM information_schema.tables WHERE table_name = 'item';

SELECT schemaname, relname, n_tup_upd, n_dead_tup FROM pg_stat_user_tables ORDER BY relname;
SELECT relname FROM pg_statio_user_tables;
SELECT datname, tup_deleted FROM pg_stat_database;
SELECT count(*) > 50 AS many FROM pg_stat_sys_tables;
