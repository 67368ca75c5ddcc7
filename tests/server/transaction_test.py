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
FLUSH = pgwire.message(b"H")


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


# ---- a commit that fails ----

class Failing:
    """A transaction that moves rows out of a queue, and whose commit cannot be."""

    def __init__(self, port):
        self.port = port
        self.session = Session(port)
        self.session.run(
            "CREATE TABLE moved (n int);"
            "CREATE TEMP TABLE queue (n int); INSERT INTO queue VALUES (1), (2);"
            "LISTEN before; SET extra_float_digits = 1")

    STATEMENTS = (
        "INSERT INTO moved (context_id, n) SELECT 'c', n FROM queue",
        "DELETE FROM queue",
        "CREATE TEMP TABLE made (n int)",
        "SET extra_float_digits = 2",
        "LISTEN after",
        "UNLISTEN before",
    )

    def drop(self):
        with Session(self.port) as other:
            other.run("DROP TABLE moved")

    def check(self, what):
        session = self.session
        same(f"{what}, the rows", session.run("SELECT n FROM queue ORDER BY n"), [[1], [2]])
        same(f"{what}, a table", session.code("SELECT * FROM made"), "42P01")
        shown = pgwire.rows(session.wire.query("SHOW extra_float_digits"))
        same(f"{what}, a setting", shown, [[b"1"]])
        heard = pgwire.rows(session.wire.query("SELECT pg_listening_channels()"))
        same(f"{what}, its channels", heard, [[b"before"]])
        session.run("INSERT INTO queue VALUES (3)")
        same(f"{what}, goes on", len(session.run("SELECT n FROM queue")), 3)


def failed_commit(port):
    """PostgreSQL has a lock where ours finds out that the table was dropped."""
    failing = Failing(port)
    for text in ("BEGIN",) + failing.STATEMENTS:
        failing.session.run(text)
    failing.drop()
    same("COMMIT", failing.session.code("COMMIT"), "40001")
    failing.check("COMMIT")


def failed_request(port):
    failing = Failing(port)
    wire = failing.session.wire
    wire.send(b"".join(parse(text) + bind() + execute() for text in failing.STATEMENTS)
              + FLUSH)
    while wire.message() != (b"C", b"UNLISTEN\0"):
        pass
    failing.drop()
    wire.send(SYNC)
    answer = wire.until_ready()
    same("the end", [kind for kind, _ in answer], [b"E", b"Z"])
    same("its reason", pgwire.errors(answer)[0]["C"], "40001")
    failing.check("Sync")


def committed_request(port):
    """The same with a table that is there: all of it counts."""
    failing = Failing(port)
    session = failing.session
    session.run(";".join(failing.STATEMENTS))
    same("the rows", session.run("SELECT n FROM queue"), [])
    same("a table", session.run("SELECT n FROM made"), [])
    same("the events", session.run("SELECT n FROM moved ORDER BY n"), [[1], [2]])
    same("a setting", pgwire.rows(session.wire.query("SHOW extra_float_digits")), [[b"2"]])
    heard = pgwire.rows(session.wire.query("SELECT pg_listening_channels()"))
    same("its channels", heard, [[b"after"]])
    answer = session.wire.query("SET TIME ZONE 'UTC'; INSERT INTO moved (context_id) VALUES"
                                " ('d'); SET LOCAL TIME ZONE 'Asia/Tokyo'; NOTIFY after")
    told = [body for kind, body in answer if kind in (b"S", b"A", b"Z")]
    check(told[0] == b"TimeZone\0UTC\0" and told[1][4:] == b"after\0\0" and
          told[2] == b"I" and len(told) == 3, f"reports, notices, the end: {told}")


CASES = (portals_and_savepoints,)
OUR_CASES = (failed_commit, failed_request, committed_request)


def main():
    if not STELE:
        for case in CASES:
            case(int(sys.argv[1]))
        return
    with Server() as server:
        for case in CASES + OUR_CASES:
            case(server.port)


if __name__ == "__main__":
    main()
