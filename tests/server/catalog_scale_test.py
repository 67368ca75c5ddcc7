#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Introspection costs what it asks for, not what there is.

A thousand event types, and what tools ask of one of them: EXPLAIN ANALYZE tells
how many rows each scan of the catalogue was told, in all its loops.  Times are
printed, never asserted.
"""

import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

TYPES = 1000
BATCH = 100  # types a transaction

# What it is, the query, and the rows that all its scans together may be told.
ONE = [
    ("a relation by name", "SELECT oid FROM pg_class WHERE relname = 't500'", 2),
    ("by OID", "SELECT relname FROM pg_class WHERE oid = {oid}", 1),
    ("by a list of OIDs", "SELECT relname FROM pg_class WHERE oid = ANY ('{{{oid}, 1259}}')", 2),
    ("its columns", "SELECT attname FROM pg_attribute WHERE attrelid = {oid} AND attnum > 0", 12),
    (
        "its columns by name",
        "SELECT a.attname, t.typname, d.adbin FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid"
        " JOIN pg_type t ON t.oid = a.atttypid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE c.relname = 't500' AND n.nspname = 'public' AND a.attnum > 0",
        60,
    ),
    (
        "the type of a column",
        "SELECT (SELECT typname FROM pg_type t WHERE t.oid = a.atttypid)"
        " FROM pg_attribute a WHERE attrelid = {oid}",
        40,
    ),
    ("a type by name", "SELECT typarray FROM pg_type WHERE typname = 'e500'", 4),
    (
        "labels of an enum",
        "SELECT e.enumlabel FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid"
        " WHERE t.typname = 'e500'",
        6,
    ),
    (
        "an OID's type, as drivers ask",
        "SELECT t.typname, e.typname FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem"
        " WHERE t.oid = 1009",
        4,
    ),
    (
        "tables of the standard",
        "SELECT table_type FROM information_schema.tables WHERE table_name = 't500'",
        8,
    ),
]

ROWS = re.compile(r"Scan on (\S+).*\(actual.* rows=(\d+) loops=(\d+)\)")


def rows_of(connection, text):
    messages = connection.query(text)
    check(not pgwire.errors(messages), f"{pgwire.errors(messages)}\n{text}")
    return pgwire.rows(messages)


def make_types(connection):
    for first in range(0, TYPES, BATCH):
        statements = ["BEGIN"]
        for i in range(first, first + BATCH):
            statements.append(f"CREATE TYPE e{i} AS ENUM ('a', 'b')")
            statements.append(
                f"CREATE TABLE t{i} (a int, b text DEFAULT 'x', c numeric(10,2),"
                f" d timestamptz, e e{i}, f jsonb)"
            )
        rows_of(connection, "; ".join(statements + ["COMMIT"]))


def told(connection, text):
    """Rows that scans of the catalogue were told, in all loops."""
    total = 0
    for [line] in rows_of(connection, f"EXPLAIN ANALYZE {text}"):
        found = ROWS.search(line.decode())
        if found:
            total += int(found.group(2)) * int(found.group(3))
    return total


def main():
    with Server() as server:
        connection = pgwire.Connection(server.port, timeout=120)
        connection.start(database=b"stele")
        make_types(connection)
        oid = rows_of(connection, "SELECT oid FROM pg_class WHERE relname = 't500'")
        check(len(oid) == 1, "one relation of the name")
        counted = rows_of(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " JOIN pg_type t ON t.oid = a.atttypid WHERE c.relname LIKE 't%'"
            " AND c.relnamespace = 2200 AND a.attnum > 3",
        )
        check(counted == [[b"6000"]], f"six columns of each type: {counted}")
        for what, text, most in ONE:
            text = text.format(oid=oid[0][0].decode())
            count = told(connection, text)
            start = time.monotonic()
            rows = rows_of(connection, text)
            spent = (time.monotonic() - start) * 1000
            print(f"{what}: {len(rows)} rows of {count} told, {spent:.1f} ms")
            check(0 < len(rows) <= count <= most, f"{what}: {count} rows were told")


if __name__ == "__main__":
    main()
