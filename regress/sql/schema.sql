-- CREATE SCHEMA of schemas that there are.  The answers are PostgreSQL 15's.
\set VERBOSITY verbose
CREATE SCHEMA IF NOT EXISTS public;
CREATE SCHEMA public;
CREATE SCHEMA IF NOT EXISTS information_schema;
CREATE SCHEMA IF NOT EXISTS pg_catalog;
CREATE SCHEMA pg_new;
