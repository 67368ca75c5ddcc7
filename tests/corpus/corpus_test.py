#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real clients ask, recorded in front of PostgreSQL.

    corpus_test.py [--show] [client ...]

Every SELECT of the recordings is sent as it was sent, with the parameters of
its recording, and must be parsed, bound and run.  A miss is a failure, unless
REASONS says why it is one.  Where there is a PostgreSQL 15, what asks the
catalogue must have columns of the same names and types as there.

The recordings are looked for in $STELE_CORPUS_DIR, else beside the source tree
in shared/reference/pgcompat-corpus; without them the test is skipped.
"""

import argparse
import collections
import contextlib
import glob
import json
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import pgwire  # noqa: E402
import postgres  # noqa: E402
from stele_server import Server, skip  # noqa: E402

# The recordings' tables, as far as their columns can be stored.
SCHEMA = [
    "CREATE TYPE status AS ENUM ('new', 'paid', 'shipped')",
    "CREATE TABLE customer (id bigint, name varchar(50), email text,"
    " created timestamptz)",
    "CREATE TABLE orders (id int, customer_id bigint, st status,"
    " amount numeric(12,2), meta jsonb, total numeric(14,2))",
    "CREATE TABLE evt (ts timestamptz, id bigint, kind text, v float8, b bool,"
    " r real, i2 smallint, i4 int, d date, u uuid, j json, jb jsonb,"
    " n numeric(20,4), c char(10), vc varchar(20))",
    "CREATE TABLE part (ts timestamptz, v int)",
    "CREATE VIEW v_orders AS SELECT o.id, c.name, o.amount"
    " FROM orders o JOIN customer c ON c.id = o.customer_id",
    "CREATE TABLE pgbench_accounts (aid int, bid int, abalance int)",
    "CREATE TABLE pgbench_branches (bid int, bbalance int)",
    "CREATE TABLE pgbench_tellers (tid int, bid int, tbalance int)",
    # what clients made before they asked
    "CREATE TABLE q (a int, b text)",
    "CREATE TABLE pq (a int, b text)",
    "CREATE TABLE pdq (a int, b text)",
    "CREATE TABLE kq (id int, a text, b text)",
    "CREATE TABLE sqms (id int, a int, st text, j jsonb, d timestamptz,"
    ' "createdAt" timestamptz, "updatedAt" timestamptz)',
    "CREATE TABLE knex_migrations (id int, name text, batch int)",
    "CREATE TABLE knex_migrations_lock (index int, is_locked int)",
    "CREATE TABLE django_migrations (id bigint, app text, name text,"
    " applied timestamptz)",
    "CREATE TABLE django_content_type (id int, app_label text, model text)",
    "CREATE TABLE auth_permission (id int, name text, content_type_id int,"
    " codename text)",
    "CREATE TABLE auth_user (id int, password text, last_login timestamptz,"
    " is_superuser bool, username text, first_name text, last_name text,"
    " email text, is_staff bool, is_active bool, date_joined timestamptz)",
    "INSERT INTO customer (context_id, id, name)"
    " SELECT 'c', g, 'n' || g FROM generate_series(1, 20) g",
    "INSERT INTO orders (context_id, id, customer_id, st, amount, meta)"
    " SELECT 'o', g, 1 + g % 20, 'new', g, '{\"x\": \"Y\"}'"
    " FROM generate_series(1, 100) g",
    "INSERT INTO evt (context_id, ts, id, kind) VALUES ('e', now(), 1, 'k')",
]

HEADER = re.compile(r"^-- \[(\d+)\] (simple|extended)(?: oids=(\[.*?\]))?.*$")
BIND = re.compile(r"^-- bind (\[.*\]) pfmt=(\[.*?\]) rfmt=(\[.*?\])$")
QUERY = re.compile(r"\s*(\(|(SELECT|WITH|VALUES|TABLE)\b)", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r"'(?:[^']|'')*'")

# Names of PostgreSQL's that need nothing of the catalogue.
PLAIN = {
    "pg_catalog", "pg_sleep", "pg_backend_pid", "pg_is_in_recovery", "pg_typeof",
    "pg_postmaster_start_time", "pg_cancel_backend", "pg_temp",
}  # fmt: skip
CATALOGUE = re.compile(
    r"\b(information_schema|regclass|regtype|regproc|regprocedure|regnamespace"
    r"|regrole|has_\w+_privilege|format_type|obj_description|col_description"
    r"|shobj_description|to_reg\w+|txid_\w+)\b",
    re.IGNORECASE,
)
PG_NAME = re.compile(r"\bpg_\w+", re.IGNORECASE)

# Why a statement may miss: what its text has, and what its error says.
UNSTORED = "a column of a type that none can have: time, bytea, arrays, rows ..."
REASONS = [
    (r"\badd1\b|\$1", '^42883 .*"?add1', "a function written in SQL"),
    (r"\$1::regtype", '^42704 type "addr"', "a composite type"),
    (
        r"\b(datlocale|conperiod|inherit_option|colllocale|pubgencols)\b",
        "^42703 column .*(datlocale|conperiod|inherit_option|colllocale|pubgencols)",
        "a column that PostgreSQL 15 has not, either",
    ),
    (r"\bupdate\b", "^0A000 UPDATE", "an UPDATE, before the query"),
    (r"\b(evt|orders)\b", "^42703", UNSTORED),
    # what a PostgreSQL beside answers, too
    (r"\|\|", '^42725 .* unknown \\|\\| "char"', "so it is in PostgreSQL"),
    (r"\blastval\(", "^55000", "so it is in PostgreSQL"),
    (r"1/0", "^22012", "so it is in PostgreSQL"),
    (r",\?,", "^42601", "so it is in PostgreSQL"),
    (r"\$1", "^42P02", "so it is in PostgreSQL"),
]


class Statement:
    def __init__(self, place, oids):
        self.place = place
        self.oids = oids
        self.binds = []  # (values, their formats, the results')
        self.lines = []
        self.is_extended = False

    @property
    def text(self):
        return "\n".join(self.lines).strip().rstrip(";")

    def is_query(self):
        return bool(QUERY.match(COMMENT.sub(" ", self.text)))

    def needs_catalogue(self):
        text = LITERAL.sub("''", COMMENT.sub(" ", self.text))
        names = {name.lower() for name in PG_NAME.findall(text)}
        names = {n for n in names if not n.startswith("pgbench")}
        return bool(names - PLAIN) or bool(CATALOGUE.search(text))


def find_folder():
    folder = os.environ.get("STELE_CORPUS_DIR")
    if folder is None:
        source = os.environ.get("srcdir", os.path.join(HERE, ".."))
        top = os.path.join(os.path.abspath(source), "..", "..")
        folder = os.path.join(top, "shared", "reference", "pgcompat-corpus")
    if not glob.glob(os.path.join(folder, "*", "*.sql")):
        skip(f"no recordings in {os.path.normpath(folder)}")
    return folder


def read_file(path, name):
    found = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            header = HEADER.match(line)
            bind = BIND.match(line)
            if header:
                oids = json.loads(header.group(3) or "[]")
                found.append(Statement(f"{name}[{header.group(1)}]", oids))
                found[-1].is_extended = header.group(2) == "extended"
            elif bind and found and not found[-1].lines:
                found[-1].binds.append([json.loads(part) for part in bind.groups()])
            elif found:
                found[-1].lines.append(line)
    return found


def read_statements(folder, clients):
    """The queries, each text with its kinds of parameters once."""
    seen = set()
    for path in sorted(glob.glob(os.path.join(folder, "*", "*.sql"))):
        client = os.path.basename(os.path.dirname(path))
        if clients and client not in clients:
            continue
        name = f"{client}/{os.path.basename(path)}"
        for statement in read_file(path, name):
            key = (statement.text, tuple(statement.oids), statement.is_extended)
            if statement.is_query() and key not in seen:
                seen.add(key)
                yield statement


def value_of(text, form):
    """A parameter as it is sent; all tables are in public here."""
    if text is None:
        return None
    text = text.replace("sales.", "")
    if text.startswith("0x") and (form == 1 or len(text) > 2):
        try:
            return bytes.fromhex(text[2:])
        except ValueError:
            pass
    return text.encode()


class Client:
    """A connection, made anew when a statement has ended it."""

    def __init__(self, server):
        self.server = server
        self.connection = None
        self.connect()

    def connect(self):
        self.connection = pgwire.Connection(self.server.port, timeout=120)
        self.connection.start(database=b"stele")

    def simple(self, text):
        return self.connection.query(text)

    def extended(self, statement, text):
        """
        As it was sent: the last of its recorded values, if there are any.  All
        results are text where "*" stands for fewer columns here.
        """
        sent = pgwire.parse(text, oids=statement.oids)
        sent += pgwire.message(b"D", b"S\0")
        if statement.binds:
            values, formats, results = statement.binds[-1]
            data = [
                value_of(value, formats[min(i, len(formats) - 1)] if formats else 0)
                for i, value in enumerate(values)
            ]
            if re.search(r"select \*", text, re.IGNORECASE):
                results = []
            sent += pgwire.bind(data, formats, results)
            sent += pgwire.execute()
        self.connection.send(sent + pgwire.message(b"S"))
        return self.connection.until_ready()

    def describe(self, text, oids):
        """The columns of a statement's result; None where that is an error."""
        sent = pgwire.parse(text, oids=oids)
        sent += pgwire.message(b"D", b"S\0") + pgwire.message(b"S")
        self.connection.send(sent)
        for kind, body in self.connection.until_ready():
            if kind == b"T":
                return list(pgwire.columns(body))
        return None

    def run(self, statement, text):
        """None, or (SQLSTATE, message)."""
        if statement.is_extended:
            answer = self.extended(statement, text)
        else:
            answer = self.simple(text)
        for error in pgwire.errors(answer):
            return error["C"], error["M"]
        return None


def text_here(statement):
    """The statement as it is sent to Stele, whose tables are all in public."""
    return re.sub(r"\bsales\.", "", statement.text)


def other_columns(client, postgres, statement):
    """How the columns differ from PostgreSQL's; None: they do not."""
    expected = postgres.describe(statement.text, statement.oids)
    if expected is None:
        return None  # of a newer version, or of an object that is not there
    got = client.describe(text_here(statement), statement.oids)
    for theirs, ours in zip(expected, got or []):
        if theirs != ours:
            return f"column {theirs} is {ours}"
    if len(expected) != len(got or []):
        return f"{len(expected)} columns are {len(got or [])}"
    return None


def reason_of(statement, error):
    for in_text, in_error, why in REASONS:
        if re.search(in_text, statement.text, re.IGNORECASE) and re.search(
            in_error, f"{error[0]} {error[1]}"
        ):
            return why
    return None


def missing(error):
    """What an error is about, so that like ones count as one."""
    message = re.sub(r"\(.*\)", "(…)", error[1])
    return f"{error[0]} {message}"


def run_all(client, postgres, statements, options):
    counts = collections.Counter()
    misses = collections.defaultdict(list)
    for statement in statements:
        is_catalogue = statement.needs_catalogue()
        error = client.run(statement, text_here(statement))
        counts["run"] += 1
        if error is None:
            differs = None
            if postgres is not None and is_catalogue:
                counts["compared"] += 1
                differs = other_columns(client, postgres, statement)
            if differs:
                counts["differ"] += 1
                misses[differs].append(statement)
            continue
        why = reason_of(statement, error)
        if not why and postgres is not None:
            theirs = postgres.run(statement, statement.text)
            if theirs is not None and theirs[0] == error[0]:
                why = "so it is in PostgreSQL"
        if why:
            counts["explained"] += 1
            misses[f"({why})"].append(statement)
            continue
        counts["missed"] += 1
        misses[missing(error)].append(statement)
        if options.show:
            print(f"{statement.place}: {error[0]} {error[1]}\n{statement.text}\n")
    return counts, misses


def report(counts, misses):
    for what, found in sorted(misses.items(), key=lambda item: -len(item[1])):
        print(f"{len(found):5d}  {what}  {found[0].place}")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))


def run_on(options, folder, statements):
    """All statements on a server, and beside it on PostgreSQL, if there is one."""
    with contextlib.ExitStack() as stack:
        client = Client(stack.enter_context(Server()))
        for command in SCHEMA:
            for error in pgwire.errors(client.simple(command)):
                raise SystemExit(f"{error['M']}\n{command}")
        beside = None
        if postgres.find():
            schema = [os.path.join(folder, "schema.sql")]
            beside = Client(stack.enter_context(postgres.Postgres(schema)))
            for command in SCHEMA:
                beside.simple(command)
        return run_all(client, beside, statements, options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("clients", nargs="*")
    options = parser.parse_args()
    folder = find_folder()
    statements = read_statements(folder, options.clients)
    counts, misses = run_on(options, folder, statements)
    report(counts, misses)
    if counts["missed"] or counts["differ"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
