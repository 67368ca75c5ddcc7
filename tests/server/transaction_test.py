#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a transaction takes with it, by whatever way it ends.

    transaction_test.py [port]

With a port the same is asked of the server there, as user and database
"postgres": but for what is said to be ours the answers are PostgreSQL's.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import SYNC, bind, execute, parse  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

STELE = len(sys.argv) < 2
USER = b"stele" if STELE else b"postgres"


class Session:
    def __init__(self, port):
        self.wire = pgwire.Connection(port)
        self.wire.start(user=USER)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.wire.close()

    def run(self, text):
        answer = self.wire.query(text)
        for error in pgwire.errors(answer):
            raise Failure(f"{text}: {error['C']} {error['M']}")
        return [[int(cell) for cell in row] for row in pgwire.rows(answer)]

    def code(self, text):
        errors = pgwire.errors(self.wire.query(text))
        return errors[0]["C"] if errors else None

    def send(self, *messages):
        """The rows, or the SQLSTATE."""
        self.wire.send(b"".join(messages) + SYNC)
        answer = self.wire.until_ready()
        errors = pgwire.errors(answer)
        if errors:
            return errors[0]["C"]
        return [[int(cell) for cell in row] for row in pgwire.rows(answer)]


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.300}, expected {expected!r:.300}")


# ---- portals and savepoints ----

INSERT = "".join(f"INSERT INTO {{0}} (context_id, a) VALUES ('c', {i});" for i in (1, 2, 3))


def begun_after_a_savepoint(port, table, before):
    """Of ours: a portal reads what there is when it begins to run, and is as old.

    PostgreSQL's reads what there was when it was bound, and outlives the savepoint.
    """
    with Session(port) as session:
        session.run("CREATE TEMP TABLE temp_rows (context_id text, a int)")
        for ask, again in (
                (lambda: session.send(execute("p", 1)), lambda: session.send(execute("p"))),
                (lambda: session.run("FETCH p"), lambda: session.code("FETCH p"))):
            session.run("BEGIN;" + before)
            session.send(parse(f"SELECT a FROM {table} WHERE a > 0"),
                         bind(portal="p"))
            session.run("SAVEPOINT s;" + INSERT.format(table))
            same(f"{table}, its first row", ask(), [[1]])
            session.run("ROLLBACK TO s")
            same(f"{table}, after ROLLBACK TO", again(), "34000")
            session.run("ROLLBACK")


def begun_by_a_failure(port):
    """What a FETCH that fails has found out does not outlive it, either."""
    with Session(port) as session:
        session.run("BEGIN")
        session.send(parse("SELECT a FROM rows_here"), bind(portal="p"))
        session.run("SAVEPOINT s;" + INSERT.format("rows_here"))
        same("backward", session.code("FETCH BACKWARD 1 FROM p"), "55000")
        session.run("ROLLBACK TO s")
        same("after it", session.code("FETCH p"), "34000")
        session.run("ROLLBACK")


def returning_after_a_savepoint(port):
    with Session(port) as session:
        session.run("BEGIN")
        session.send(parse("INSERT INTO rows_here (context_id, a) VALUES ('c', 7), ('c', 8), ('c', 9) RETURNING a"),
                     bind(portal="p"))
        session.run("SAVEPOINT s")
        same("its first row", session.send(execute("p", 1)), [[7]])
        session.run("ROLLBACK TO s")
        same("after ROLLBACK TO", session.send(execute("p")), "34000")
        session.run("ROLLBACK")


def older_than_the_savepoint(port):
    """What reads nothing of the transaction's own goes on."""
    with Session(port) as session:
        session.run("BEGIN")
        session.send(parse("SELECT g FROM generate_series(1, 3) g"),
                     bind(portal="p"))
        session.run("SAVEPOINT s")
        same("its first row", session.send(execute("p", 1)), [[1]])
        session.run("ROLLBACK TO s")
        same("the others", session.send(execute("p")), [[2], [3]])
        session.run("ROLLBACK")


def portals_and_savepoints(port):
    with Session(port) as session:
        session.run("CREATE TABLE rows_here (a int)")
    older_than_the_savepoint(port)
    if not STELE:
        return
    for committed in (False, True):
        for before in ("", "INSERT INTO rows_here (context_id, a) VALUES ('c', -1)"):
            begun_after_a_savepoint(port, "rows_here", before)
        begun_by_a_failure(port)
        returning_after_a_savepoint(port)
        if not committed:
            with Session(port) as session:
                session.run("INSERT INTO rows_here (context_id, a) VALUES ('c', -2)")
    begun_after_a_savepoint(port, "temp_rows", "")


CASES = (portals_and_savepoints,)


def main():
    if not STELE:
        for case in CASES:
            case(int(sys.argv[1]))
        return
    with Server() as server:
        for case in CASES:
            case(server.port)


if __name__ == "__main__":
    main()
