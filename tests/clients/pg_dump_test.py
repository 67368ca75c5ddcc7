#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pg_dump: what it writes of a server, a PostgreSQL 15 reads without an error:
event types as tables, with their numbers as the key, enums, comments, rows,
views and kept queries, which both then tell the same."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "corpus")]

import postgres  # noqa: E402
from stele_server import Server, skip  # noqa: E402

if not postgres.find():
    skip("there is no PostgreSQL 15 on this machine")

SCHEMA = """
CREATE TYPE color AS ENUM ('red', 'dark "green"', 'it''s');
COMMENT ON TYPE color IS 'a colour';
CREATE TABLE payment (amount numeric(10,2), method text NOT NULL,
    ok bool DEFAULT true, c color, d date, j jsonb, big bigint, small int2,
    f float8, r float4, u uuid, v varchar(7) DEFAULT 'x''y', t timestamptz);
COMMENT ON TABLE payment IS 'what was paid';
COMMENT ON COLUMN payment.amount IS 'euros';
CREATE TABLE "Odd name" ("a column" text);
CREATE TABLE empty (n int);
INSERT INTO payment VALUES
    ('a', '2024-01-01 00:00:00Z', 1.5, 'card', false, 'red', '2024-02-03',
     '{"a": [1, 2.50]}', 7, -3, 1e300, 1.5,
     '00112233-4455-6677-8899-aabbccddeeff', 'abc', 'infinity');
INSERT INTO payment (context_id, timestamp, method, c)
    VALUES (E'x\\ty\\\\', '2024-01-02 00:00:00.000001Z', E'\\n', 'it''s');
INSERT INTO "Odd name" (context_id, timestamp, "a column")
    SELECT 'c' || g, '2024-01-01Z', NULLIF(g % 3, 0)
    FROM generate_series(1, 5000) g;
CREATE VIEW by_method AS
    SELECT method, count(*), sum(amount) FROM payment
    WHERE c IN ('red', 'it''s') OR d > '2024-01-01' GROUP BY method;
CREATE VIEW above (m, n) AS
    WITH most AS (SELECT max(count) AS c FROM by_method)
    SELECT b.method, b.count FROM by_method b, most WHERE b.count = most.c;
CREATE VIEW "Odd view" AS
    SELECT o.*, e.n FROM "Odd name" o JOIN empty e USING (context_id);
CREATE VIEW ids AS SELECT context_id FROM payment
    UNION SELECT context_id FROM "Odd name" ORDER BY context_id;
COMMENT ON VIEW above IS 'what is most';
COMMENT ON COLUMN above.m IS 'how';
"""

KEPT = [
    "REMEMBER QUERY payment COUNT, TOTAL amount PER MONTH BY method AS monthly",
    "CREATE MATERIALIZED VIEW numbers AS SELECT DISTINCT n FROM empty",
    "COMMENT ON MATERIALIZED VIEW numbers IS 'kept'",
]

VIEWS = ["by_method", "above", '"Odd view"', "ids", "monthly", "numbers"]
TABLES = ['payment', '"Odd name"', "empty"]


def psql(port, *arguments, stdin=None):
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
         "-p", str(port), "-U", "stele", "-d", "stele", *arguments],
        check=False, capture_output=True, text=True, input=stdin, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def dump(port, *options):
    done = subprocess.run(
        [f"{postgres.BIN}/pg_dump", "-h", "127.0.0.1", "-p", str(port), "-U", "stele",
         "-d", "stele", *options],
        check=False, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def described(port):
    """All that there is to compare, as both servers tell it."""
    queries = [f"SELECT * FROM {table} ORDER BY event_id" for table in TABLES]
    queries += [
        "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
        "SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod),"
        " attnotnull, col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid::regclass::text IN ('payment', '\"Odd name\"', 'empty')"
        " AND attnum > 0 ORDER BY attrelid::regclass::text COLLATE \"C\", attnum",
        "SELECT enumlabel FROM pg_enum ORDER BY enumsortorder",
        "SELECT obj_description('color'::regtype, 'pg_type')",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid <> 0 AND contype = 'p' AND conname IN"
        " ('payment_pkey', 'Odd name_pkey', 'empty_pkey') ORDER BY 1",
    ]
    for view in VIEWS:
        queries += [
            f"SELECT pg_get_viewdef('{view}'::regclass)",
            f"SELECT count(*) FROM {view}",
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod),"
            " col_description(a.attrelid, a.attnum), c.relkind,"
            " obj_description(c.oid, 'pg_class') FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0"
            f" AND a.attrelid = '{view}'::regclass ORDER BY a.attnum",
        ]
    return [psql(port, "-c", query) for query in queries]


def main():
    with Server() as server, postgres.Postgres([]) as other:
        psql(server.port, "-c", SCHEMA)
        for statement in KEPT:
            psql(server.port, "-c", statement)
        script = dump(server.port)
        assert "REVOKE" not in script and "GRANT" not in script, script
        # the session's settings that psql 15 has, and the schema is there
        psql(other.port, stdin=script)
        here, there = described(server.port), described(other.port)
        for mine, theirs in zip(here, there):
            assert mine == theirs, (mine[:2000], theirs[:2000])
        assert here[0].count("\n") >= 2
        assert "COPY" not in dump(server.port, "--schema-only")
        assert "CREATE TABLE" not in dump(server.port, "--data-only", "--inserts")
        print("ok what is dumped is loaded")


main()
