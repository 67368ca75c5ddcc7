#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cursors of DECLARE whose portals are run by Execute, between FETCHes, and those
that have failed.

    cursor_test.py [port]

With a port the same is asked of the server there, as user and database
"postgres": the answers are PostgreSQL's.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import SYNC, bind, execute, parse  # noqa: E402
from stele_server import Server, check  # noqa: E402

STELE = len(sys.argv) < 2
USER = b"stele" if STELE else b"postgres"
SERIES = "SELECT g FROM generate_series(1, 10) g"
FAILING = "SELECT 6 / (3 - g) FROM generate_series(1, 5) g"
KINDS = ("", "SCROLL", "NO SCROLL")


def connect(port):
    connection = pgwire.Connection(port)
    connection.start(user=USER)
    return connection


def outcome(messages):
    """The first column's values, then the tag; "more", or the SQLSTATE."""
    errors = pgwire.errors(messages)
    if errors:
        return errors[0]["C"]
    ends = {b"C": lambda body: body[:-1].decode(), b"s": lambda _: "more"}
    return [int(row[0]) for row in pgwire.rows(messages)] + [
        ends[kind](body) for kind, body in messages if kind in ends]


def run(connection, rows=0):
    connection.send(execute("c", rows) + SYNC)
    return outcome(connection.until_ready())


def ask(connection, sql):
    return outcome(connection.query(sql))


def expect(what, got, *wanted):
    check(got == list(wanted), f"{what}: {got} instead of {list(wanted)}")


def expect_failure(what, got, sqlstate):
    check(got == sqlstate, f"{what}: {got} instead of {sqlstate}")


def back_and_forth(port):
    """Execute goes on from where FETCH has left the cursor, and the other way."""
    with connect(port) as connection:
        connection.query(f"BEGIN; DECLARE c SCROLL CURSOR FOR {SERIES}")
        expect("Execute 3", run(connection, 3), 1, 2, 3, "more")
        expect("BACKWARD", ask(connection, "FETCH BACKWARD 1 FROM c"), 2, "FETCH 1")
        expect("Execute 2", run(connection, 2), 3, 4, "more")
        expect("ABSOLUTE", ask(connection, "FETCH ABSOLUTE 8 FROM c"), 8, "FETCH 1")
        expect("to the end", run(connection, 2), 9, 10, "more")
        expect("at it", run(connection, 2), "SELECT 0")
        expect("LAST", ask(connection, "FETCH BACKWARD 1 FROM c"), 10, "FETCH 1")
        connection.query("MOVE ABSOLUTE 0 IN c")
        expect("all", run(connection), *range(1, 11), "SELECT 10")
        expect("no more", run(connection), "SELECT 0")


def all_rows(port):
    """What was read to the end has no snapshot any more."""
    with connect(port) as connection:
        for kind in KINDS:
            connection.query(f"BEGIN; DECLARE c {kind} CURSOR FOR SELECT n FROM t")
            expect(f"{kind} all", run(connection), 1, 2, 3, "SELECT 3")
            expect(f"{kind} no more", run(connection), "SELECT 0")
            back = ask(connection, "FETCH BACKWARD 1 FROM c")
            if kind == "NO SCROLL":
                expect_failure(kind, back, "55000")
            else:
                expect(f"{kind} back", back, 3, "FETCH 1")
                expect(f"{kind} forth", run(connection), "SELECT 0")
            connection.query("ROLLBACK")


def held(port):
    """What is kept of a cursor that was run before its transaction ended."""
    with connect(port) as connection:
        for kind in KINDS:
            connection.query(
                f"BEGIN; DECLARE c {kind} CURSOR WITH HOLD FOR {SERIES}")
            expect(f"{kind} 5", run(connection, 5), 1, 2, 3, 4, 5, "more")
            connection.query("COMMIT")
            back = ask(connection, "FETCH BACKWARD 1 FROM c")
            if kind == "SCROLL":
                expect(f"{kind} back", back, 4, "FETCH 1")
                expect(f"{kind} on", run(connection, 1), 5, "more")
            elif kind == "NO SCROLL":
                expect_failure(kind, back, "55000")
            connection.query("CLOSE c")
        connection.query(
            f"BEGIN; DECLARE c NO SCROLL CURSOR WITH HOLD FOR {SERIES}")
        run(connection, 5)
        connection.query("COMMIT")
        expect("held", run(connection, 2), 6, 7, "more")
        expect("FETCH", ask(connection, "FETCH 1 FROM c"), 8, "FETCH 1")
        expect("the rest", run(connection), 9, 10, "SELECT 2")
        expect("no more", run(connection), "SELECT 0")


def many_rows(port):
    """More than fit between a server and a client at once."""
    with connect(port) as connection:
        connection.query("BEGIN; DECLARE c SCROLL CURSOR FOR"
                         " SELECT g FROM generate_series(1, 300000) g")
        expect("some", run(connection, 150000), *range(1, 150001), "more")
        connection.query("MOVE BACKWARD 100000 IN c")
        expect("the rest", run(connection), *range(50001, 300001), "SELECT 250000")


def fail(connection, run_it):
    """In a savepoint that the portal is older than."""
    connection.query("SAVEPOINT s")
    expect_failure("a division", run_it(), "22012")
    connection.query("ROLLBACK TO s")


def refuse(connection, what, run_it):
    connection.query("SAVEPOINT s")
    expect_failure(what, run_it(), "55000")
    connection.query("ROLLBACK TO s")


def failed(port):
    """What has failed is not at its end."""
    with connect(port) as connection:
        for kind in KINDS:
            for hold in ("", "WITH HOLD"):
                connection.query(
                    f"BEGIN; DECLARE c {kind} CURSOR {hold} FOR {FAILING}")
                fail(connection, lambda: ask(connection, "FETCH ALL FROM c"))
                for sql in ("FETCH ALL FROM c", "FETCH 0 FROM c", "MOVE 1 IN c",
                            "FETCH BACKWARD 1 FROM c"):
                    refuse(connection, f"{kind} {sql}",
                           lambda: ask(connection, sql))
                refuse(connection, f"{kind} Execute", lambda: run(connection))
                expect("COMMIT", ask(connection, "COMMIT"), "COMMIT")
                expect_failure(f"{kind} {hold} after it",
                               ask(connection, "FETCH 1 FROM c"), "34000")


def failed_by_execute(port):
    with connect(port) as connection:
        for kind in KINDS:
            connection.query(f"BEGIN; DECLARE c {kind} CURSOR FOR {FAILING}")
            fail(connection, lambda: run(connection))
            refuse(connection, f"{kind} FETCH",
                   lambda: ask(connection, "FETCH ALL FROM c"))
            expect("CLOSE", ask(connection, "CLOSE c"), "CLOSE CURSOR")
            connection.query("ROLLBACK")


def failed_of_bind(port):
    with connect(port) as connection:
        connection.query("BEGIN")
        connection.send(parse(FAILING, "failing") + bind(name="failing", portal="c")
                        + SYNC)
        connection.until_ready()
        fail(connection, lambda: run(connection))
        refuse(connection, "Execute", lambda: run(connection))
        refuse(connection, "FETCH", lambda: ask(connection, "FETCH ALL FROM c"))


CASES = (back_and_forth, all_rows, held, many_rows, failed, failed_by_execute,
         failed_of_bind)


def main():
    if not STELE:
        run_cases(int(sys.argv[1]))
        return
    with Server() as server:
        run_cases(server.port)


def run_cases(port):
    with connect(port) as connection:
        if STELE:
            connection.query("CREATE TABLE t (n int)")
        else:
            connection.query(
                "DROP TABLE IF EXISTS t; CREATE TABLE t (context_id text, n int)")
        for n in (1, 2, 3):
            connection.query(f"INSERT INTO t (context_id, n) VALUES ('a', {n})")
    for case in CASES:
        case(port)


if __name__ == "__main__":
    main()
