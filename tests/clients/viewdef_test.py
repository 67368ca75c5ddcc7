#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pg_get_viewdef(): the text of a view's query is PostgreSQL 15's to the letter,
whatever the query is made of, in each form, and with any search_path."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "corpus")]

import postgres  # noqa: E402
from stele_server import Server, check, skip  # noqa: E402

SCHEMA = """
CREATE TYPE color AS ENUM ('red', 'green', 'blue');
CREATE TABLE payment (amount numeric(10,2), method text NOT NULL, n int,
    big bigint, small int2, f float8, r float4, ok bool, c color, d date,
    at timestamptz, j jsonb, u uuid, v varchar(7));
CREATE TABLE refund (amount numeric(10,2), reason text, n int, big bigint);
CREATE TABLE "Odd name" ("a column" text, "select" int);
"""

# What PostgreSQL has of them: the core columns are written out.
CORE = 'context_id text NOT NULL, "timestamp" timestamptz NOT NULL, event_id bigint, '


def ask(port, script):
    """All that psql prints, errors too."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(port), "-U", "stele",
         "-d", "stele", "-f", "-"],
        check=False, input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=240,
    )  # fmt: skip
    check(done.returncode == 0, done.stdout)
    return done.stdout


def cases():
    with open(os.path.join(HERE, "viewdef.sql"), encoding="utf-8") as text:
        found = [case.strip() for case in text.read().split(";\n")]
    return [case for case in found if case and not case.startswith("--")]


FORMS = [
    "SELECT pg_get_viewdef('v'::regclass);",
    "SELECT pg_get_viewdef('v'::regclass, true);",
    "SELECT pg_get_viewdef('v'::regclass, 60);",
    "SELECT pg_get_viewdef('v'::regclass, -1);",
    "SET search_path = ''; SELECT pg_get_viewdef('public.v'::regclass);"
    " RESET search_path;",
]
MARK = "====="


def script(texts):
    """Make each view, have it told in each form, and drop it."""
    lines = []
    for text in texts:
        is_whole = text.upper().startswith("CREATE")
        lines.append((text if is_whole else "CREATE VIEW v AS " + text) + ";")
        for form in FORMS:
            lines += [f"\\echo {MARK}", form]
        lines += ["DROP VIEW v;", f"\\echo {MARK}"]
    return "\n".join(lines)


def told(port, texts):
    parts = ask(port, script(texts)).split(MARK + "\n")
    each = len(FORMS) + 1
    return [parts[i * each : (i + 1) * each] for i in range(len(texts))]


def main():
    if not postgres.find():
        skip("there is no PostgreSQL 15 on this machine")
    with Server() as server, postgres.Postgres([]) as other:
        ask(server.port, SCHEMA)
        theirs = SCHEMA.replace("CREATE TABLE payment (", "CREATE TABLE payment (" + CORE)
        theirs = theirs.replace("CREATE TABLE refund (", "CREATE TABLE refund (" + CORE)
        theirs = theirs.replace('"Odd name" (', '"Odd name" (' + CORE)
        ask(other.port, theirs)
        bad = 0
        texts = cases()
        for text, here, there in zip(
            texts, told(server.port, texts), told(other.port, texts)
        ):
            for form, mine, other_one in zip(["CREATE"] + FORMS, here, there):
                if mine != other_one:
                    bad += 1
                    print(f"--- {text}\n{form}\n{mine}\n-- but PostgreSQL:\n{other_one}")
        check(bad == 0, f"{bad} texts differ")
        print("ok", len(texts), "views are told as PostgreSQL tells them")


main()
