#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What BI tools and IDEs ask, beside a PostgreSQL 15.

    bi_test.py [--show] [script ...]

The scripts regress/sql/bi_*.sql are sent statement by statement to a server of
ours and to a PostgreSQL with the same tables: those that pg_dump writes of ours.
Names and types of columns, rows, tags, and errors with their fields must be the
same.  A difference is a failure unless EXPLAINED says why it is one; --show
prints those, too.
"""

import argparse
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

import pgwire  # noqa: E402
import postgres  # noqa: E402
from stele_server import Server, skip  # noqa: E402

REGRESS = os.path.join(HERE, "..", "..", "regress")
SQL = os.path.join(REGRESS, "sql")
USER_OID = 16384  # the first: types have other OIDs on each server

# What every table of events begins with, as PostgreSQL has it.
CORE = (
    'context_id text NOT NULL, "timestamp" timestamptz DEFAULT now() NOT NULL,'
    " event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
)
TABLE = re.compile(r"^CREATE TABLE (\w+) \(", re.MULTILINE)

# The relation of all events, as a view of the scripts' one table.
EVENTS = (
    "CREATE VIEW events AS SELECT event_id, 'payment'::text AS event_type,"
    ' context_id, "timestamp", 1 AS version, to_jsonb(payment) AS payload'
    " FROM payment"
)

# (script, words of a statement, what may differ, why): "rows", or "all".
EXPLAINED = [
    ("bi_ide", "AS x(oid, oid2, name, owner, acl, remark)", "rows", "stele is a schema, too"),
    ("bi_ide", "dep.refobjsubid = a.attnum", "rows", "event_id has no sequence"),
    ("bi_ide", "pg_get_partkeydef", "rows", "event_id has no sequence"),
    ("bi_ide", "pg_stat_get_numscans", "rows", "an index of PostgreSQL has pages from its making on"),
    ("bi_ide", 'AS "Total", 1 AS "Active"', "rows", "no background process has a row of activity"),
    ("bi_superset", "EXPLAIN SELECT", "rows", "the operators and costs are this server's"),
]


def copied(lines):
    """What follows a COPY FROM STDIN, up to \\., as messages."""
    rows = "".join(iter(lambda: next(lines), "\\.\n"))
    return pgwire.message(b"d", rows.encode()) + pgwire.message(b"c")


def statements(path):
    """Each ends with a semicolon at the end of a line; and its COPY's messages."""
    with open(path, encoding="utf-8") as file:
        lines = iter(file.readlines())
    text = ""
    for line in lines:
        if line.startswith("\\i "):
            yield from statements(os.path.join(REGRESS, line.split()[1]))
            continue
        text += "" if line.startswith("--") else line
        if not line.endswith(";\n") or line.endswith("\\;\n") or not text.strip():
            continue
        text = text.strip().rstrip(";").replace("\\;", ";")
        is_copy = re.match(r"COPY .* FROM STDIN", text)
        yield text, copied(lines) if is_copy else b""
        text = ""


def kind_of(oid):
    return "of the users" if oid >= USER_OID else oid


def shown(messages):
    """What a client sees: {kind: ...} in three parts, to be compared each."""
    columns, rows, rest = [], [], []
    for kind, body in messages:
        if kind == b"T":
            columns += [(name, kind_of(oid)) for name, oid in pgwire.columns(body)]
        elif kind == b"D":
            rows += pgwire.rows([(kind, body)])
        elif kind == b"C":
            rest.append(body[:-1].decode())
        elif kind in (b"E", b"N"):
            told = pgwire.fields(body)
            rest.append({k: v for k, v in told.items() if k not in "FLR"})
    return {"names": len(columns), "columns": columns, "tag": rest, "rows": rows}


ALLOWED = {"rows": ("rows", "tag"), "all": ("names", "columns", "rows", "tag")}


def reason_of(script, statement, differing):
    for where, words, what, why in EXPLAINED:
        if where == script and words in statement and set(differing) <= set(ALLOWED[what]):
            return why
    return None


class Report:
    def __init__(self, is_showing):
        self.is_showing = is_showing
        self.counts = {"the same": 0, "explained": 0, "failures": 0}
        self.used = set()

    def add(self, script, statement, theirs, ours):
        differing = [part for part in theirs if theirs[part] != ours[part]]
        why = reason_of(script, statement, differing) if differing else None
        outcome = "explained" if why else "failures" if differing else "the same"
        self.counts[outcome] += 1
        if why:
            self.used.add(why)
        if not differing or (why and not self.is_showing):
            return
        print(f"{script}: {statement}\n  {why or 'differs'}")
        for part in differing:
            print(f"  PostgreSQL's {part}: {theirs[part]}\n  ours: {ours[part]}")


def empty(other):
    """One database, as our server has, with nothing in it."""
    with pgwire.Connection(other.port, 60) as connection:
        connection.start(database=b"template1")
        for statement in (
            "DROP DATABASE IF EXISTS postgres",
            "DROP DATABASE IF EXISTS stele WITH (FORCE)",
            "CREATE DATABASE stele",
        ):
            failed = pgwire.errors(connection.query(statement))
            if failed:
                raise SystemExit(f"{statement}: {failed}")


def run_script(path, other, report):
    script = os.path.basename(path)[:-4]
    empty(other)
    with Server() as server, pgwire.Connection(server.port, 60) as ours, pgwire.Connection(
        other.port, 60
    ) as theirs:
        ours.start(database=b"stele", TimeZone=b"UTC")
        theirs.start(database=b"stele", TimeZone=b"UTC")
        for statement, copy in statements(path):
            as_theirs = TABLE.sub(rf"CREATE TABLE \1 ({CORE}, ", statement)
            theirs.send(pgwire.query(as_theirs) + copy)
            ours.send(pgwire.query(statement) + copy)
            there, here = shown(theirs.until_ready()), shown(ours.until_ready())
            report.add(script, statement, there, here)
            if as_theirs != statement:
                theirs.query(EVENTS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("scripts", nargs="*")
    arguments = parser.parse_args()

    paths = sorted(glob.glob(os.path.join(SQL, "bi_*.sql")))
    if not postgres.find() or not paths:
        skip("there is no PostgreSQL 15 on this machine, or no source tree")
    report = Report(arguments.show)
    with postgres.Postgres([]) as other:
        for path in paths:
            if not arguments.scripts or os.path.basename(path)[:-4] in arguments.scripts:
                run_script(path, other, report)
    if not arguments.scripts:
        for why in {row[3] for row in EXPLAINED} - report.used:
            print(f"explains nothing any more: {why}")
    print(", ".join(f"{count} {what}" for what, count in report.counts.items()))
    sys.exit(report.counts["failures"] > 0)


if __name__ == "__main__":
    main()
