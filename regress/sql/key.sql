-- event_id is the key of each event type: how the catalogue shows it.
CREATE TABLE payment (amount numeric(10,2) NOT NULL, note varchar(20));
CREATE TABLE a_name_of_sixty_three_bytes_so_that_nothing_more_can_be_put_to_ (a int);
CREATE TABLE "größe_von_etwas_das_einen_langen_namen_hat_über_sechzig_byte" (a int);
\d payment
\d payment_pkey
\di
SELECT relname, relkind, relam, relnatts, relhasindex, relpersistence, oid = 'payment_pkey'::regclass AS is_itself FROM pg_class
WHERE relname LIKE 'payment%' ORDER BY 1;
SELECT length(relname) <= 63 AS fits, octet_length(relname), to_regclass(quote_ident(relname)) = oid AS is_found FROM pg_class
WHERE relkind = 'i' ORDER BY relname;
SELECT indexrelid::regclass, indrelid::regclass, indnatts, indisunique, indisprimary, indkey, indcollation, indoption, opcname
FROM pg_index JOIN pg_opclass o ON o.oid = indclass[0] WHERE indrelid = 'payment'::regclass;
SELECT indrelid::regclass FROM pg_index WHERE indexrelid = 'payment_pkey'::regclass;
SELECT count(*) FROM pg_index WHERE indexrelid = 'payment'::regclass;
SELECT conname, connamespace::regnamespace, contype, conrelid::regclass, conindid::regclass, conkey, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = 'payment'::regclass;
SELECT conname FROM pg_constraint WHERE oid = 'payment_pkey'::regclass::oid;
SELECT count(*) FROM pg_constraint;
SELECT attname, attnum, atttypid::regtype, attnotnull FROM pg_attribute WHERE attrelid = 'payment_pkey'::regclass;
SELECT pg_get_indexdef('payment_pkey'::regclass), pg_get_indexdef('payment_pkey'::regclass, 1, true), pg_get_indexdef('payment_pkey'::regclass, 2, true);
-- Shown to people, it leaves out a schema that need not be said.
SELECT pg_get_indexdef('payment_pkey'::regclass, 0, false), pg_get_indexdef('payment_pkey'::regclass, 0, true);
SET search_path = pg_catalog;
SELECT pg_get_indexdef('public.payment_pkey'::regclass, 0, true);
RESET search_path;
SELECT * FROM pg_indexes WHERE tablename = 'payment';
SELECT table_name, constraint_type, constraint_name FROM information_schema.table_constraints
WHERE table_name = 'payment' AND constraint_type <> 'CHECK';
SELECT column_name, ordinal_position FROM information_schema.key_column_usage WHERE constraint_name = 'payment_pkey';
SELECT table_schema, table_name, column_name, constraint_name FROM information_schema.constraint_column_usage WHERE table_name = 'payment';
SELECT table_name, constraint_name FROM information_schema.constraint_table_usage WHERE table_name = 'payment';

INSERT INTO payment (context_id, amount) VALUES ('c', 1), ('c', 2);
SELECT amount FROM payment WHERE context_id = 'c' ORDER BY 1;
SELECT schemaname, relname, indexrelname, idx_scan = (SELECT t.idx_scan FROM pg_stat_user_tables t WHERE t.relid = i.relid) AS is_the_tables
FROM pg_stat_user_indexes i WHERE relname = 'payment';
SELECT relname, indexrelname, idx_blks_read FROM pg_statio_user_indexes WHERE relname = 'payment';

-- No statement changes it, or reads it.
\set VERBOSITY verbose
SELECT * FROM payment_pkey;
INSERT INTO payment_pkey VALUES (1);
DROP INDEX payment_pkey;
DROP TABLE payment_pkey;
DROP INDEX payment;
ALTER TABLE payment DROP CONSTRAINT payment_pkey;
ALTER TABLE payment ADD PRIMARY KEY (note);
CREATE TABLE other (a int PRIMARY KEY);
\set VERBOSITY default

-- A relation of the name is what the name means; the key goes with its type.
CREATE VIEW payment_pkey AS SELECT 1 AS one;
SELECT * FROM payment_pkey;
SELECT pg_get_constraintdef(oid), pg_table_is_visible(oid) FROM pg_constraint WHERE conname = 'payment_pkey';
DROP VIEW payment_pkey;
DROP TABLE payment;
SELECT to_regclass('payment_pkey');
