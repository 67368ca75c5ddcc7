#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EXECUTE as a message's statement: what it names may be another one than when it
was bound, may have no parameters, or be an EXECUTE itself.

    execute_test.py [port]

With a port the same is asked of the server there, as user and database
"postgres": but for what is said to be ours the answers are PostgreSQL's.
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
INT4 = 23


def connect(port):
    connection = pgwire.Connection(port)
    connection.start(user=USER)
    return connection


def send(connection, *messages):
    connection.send(b"".join(messages) + SYNC)
    return connection.until_ready()


def outcome(messages):
    """The rows and tags, or the SQLSTATE."""
    errors = pgwire.errors(messages)
    if errors:
        return errors[0]["C"]
    tags = [body[:-1].decode() for kind, body in messages if kind == b"C"]
    return [[int(value) for value in row] for row in pgwire.rows(messages)], tags


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got} instead of {wanted}")


def without_parameters(port):
    """Values that were bound to EXECUTE are none of what it names."""
    many = [INT4] * 500
    values = [b"7"] * len(many)
    for text, tag in (
        ("CREATE TEMP TABLE made (a int)", "CREATE TABLE"),
        ("DECLARE c CURSOR FOR SELECT 1", "DECLARE CURSOR"),
        ("SET application_name = 'x'", "SET"),
        ("SELECT 1", "SELECT 1"),
    ) + ((
        ("BATCH [STORE stored FOR c PAYLOAD {\"a\": 1}]", "INSERT 0 1"),
    ) if STELE else ()):
        for types in ([INT4], many):
            with connect(port) as connection:
                connection.query("BEGIN")
                answer = send(connection, parse(text, "named"),
                              parse("EXECUTE named", "outer", types))
                expect(text, outcome(answer), ([], []))
                answer = send(connection, bind(values[:len(types)], name="outer"),
                              execute())
                expect(f"{text}, {len(types)} values", outcome(answer),
                       ([[1]] if tag == "SELECT 1" else [], [tag]))
                expect("after it", outcome(connection.query("SELECT 2")),
                       ([[2]], ["SELECT 1"]))


def with_its_own(port):
    """The values of EXECUTE are those that count."""
    with connect(port) as connection:
        connection.query("PREPARE inner_one (int) AS SELECT $1 + 1")
        answer = send(connection, parse("EXECUTE inner_one (41)", "outer", [INT4] * 3),
                      bind([b"1", b"2", b"3"], name="outer"), execute())
        expect("its own", outcome(answer), ([[42]], ["SELECT 1"]))
        connection.query("CREATE TEMP TABLE nothing (a int);"
                         " PREPARE divides (int) AS SELECT coalesce(a, 1 / $1) FROM nothing")
        answer = send(connection, parse("EXECUTE divides (0)", "zero"),
                      bind(name="zero"), execute())
        expect("what it makes of the plan", outcome(answer), "22012")


def no_subquery(port):
    """Who evaluates the values has others to serve."""
    with connect(port) as connection:
        connection.query("PREPARE inner_one (bigint) AS SELECT $1")
        for query in ("SELECT 1", "SELECT count(*) FROM generate_series(1, 1e12::bigint)"):
            answer = connection.query(f"EXECUTE inner_one (({query}))")
            expect(query, outcome(answer), "0A000")


def of_itself(port):
    with connect(port) as connection:
        send(connection, parse("EXECUTE y", "y"))
        expect("by messages", outcome(send(connection, bind(name="y"), execute())),
               "54001")
        expect("by a query", outcome(connection.query("EXECUTE y")), "54001")
        send(connection, parse("EXECUTE b", "a"), parse("EXECUTE a", "b"))
        expect("by way of another", outcome(connection.query("EXECUTE a")), "54001")
        send(connection, parse("EXECUTE one", "two"), parse("EXECUTE two", "three"))
        connection.query("PREPARE one AS SELECT 1")
        expect("with an end", outcome(connection.query("EXECUTE three")),
               ([[1]], ["SELECT 1"]))


def explained(port):
    """PostgreSQL has no answer to these: it goes on until its stack ends."""
    with connect(port) as connection:
        send(connection, parse("EXECUTE y", "y"))
        expect("EXPLAIN", outcome(connection.query("EXPLAIN EXECUTE y")), "54001")
        send(connection, parse("EXPLAIN EXECUTE z", "z"))
        expect("EXPLAIN of one", outcome(connection.query("EXPLAIN EXECUTE z")),
               "0A000")
        expect("EXPLAIN by EXECUTE", outcome(connection.query("EXECUTE z")), "0A000")
        answer = connection.query("CREATE TEMP TABLE t AS EXECUTE y")
        expect("CREATE TABLE AS", outcome(answer), "42809")


def after_a_failure(port):
    """A portal that is older than the savepoint is there still, without values."""
    many = "+".join(f"${i}::int" for i in range(1, 501))
    values = ", ".join(["1/0"] + ["1"] * 499)
    with connect(port) as connection:
        send(connection, parse(f"SELECT {many}", "adds"))
        for i, outer in enumerate(("EXECUTE", "EXPLAIN EXECUTE")):
            connection.query("BEGIN")
            send(connection, parse(f"{outer} adds ({values})", f"outer{i}"),
                 bind(name=f"outer{i}", portal="p"))
            connection.query("SAVEPOINT s")
            expect(outer, outcome(send(connection, execute("p"))), "22012")
            connection.query(f"ROLLBACK TO s; CREATE TEMP TABLE after{i} (a int)")
            expect(f"{outer} again", outcome(send(connection, execute("p"))), "22012")
            connection.query("ROLLBACK")


def large_ones(port):
    """A worker plans them."""
    values = ", ".join(map(str, range(20000)))
    with connect(port) as connection:
        send(connection, parse(f"SELECT count(*) FROM stored WHERE a IN ({values})"
                               " OR a = $1::int", "large"))
        for _ in range(2):
            answer = connection.query("EXPLAIN (COSTS off) EXECUTE large (1)")
            expect("EXPLAIN", [e["C"] for e in pgwire.errors(answer)], [])
            check(len(pgwire.rows(answer)) > 2, "EXPLAIN has its rows")
            answer = send(connection, parse("EXPLAIN EXECUTE large (2)"), bind(),
                          execute())
            check(len(pgwire.rows(answer)) > 2, "and by messages")
            answer = connection.query(
                "CREATE TEMP TABLE l AS EXECUTE large (3); SELECT * FROM l;"
                " DROP TABLE l")
            expect("CREATE TABLE AS", outcome(answer)[0], [[0]])
        expect("of too many", outcome(connection.query(
            "EXPLAIN EXECUTE large (1, 2)")), "42601")
        connection.query("CREATE TEMP TABLE l (a int)")
        answer = connection.query("CREATE TEMP TABLE l AS EXECUTE large (4)")
        expect("that is there", outcome(answer), "42P07")
        expect("goes on", outcome(connection.query("SELECT 1")), ([[1]], ["SELECT 1"]))


def formats_of_another(port):
    """Those of Bind are as many as the columns that there were."""
    wide = ", ".join(["1"] * 1600)
    formats = [0, 0]
    with connect(port) as connection:
        connection.query("PREPARE p AS SELECT 1, 2")
        send(connection, parse("EXECUTE p", "outer"))
        expect("as many", outcome(send(connection, bind(results=formats, name="outer"),
                                       execute())), ([[1, 2]], ["SELECT 1"]))
        connection.query(f"DEALLOCATE p; PREPARE p AS SELECT {wide}")
        answer = send(connection, bind(results=formats, name="outer"), execute())
        expect("EXECUTE", outcome(answer), "08P01")
        connection.query("BEGIN; DECLARE c CURSOR FOR SELECT 1, 2")
        send(connection, parse("FETCH c", "fetch"),
             bind(results=formats, name="fetch", portal="f"))
        connection.query(f"CLOSE c; DECLARE c CURSOR FOR SELECT {wide}")
        expect("FETCH", outcome(send(connection, execute("f"))), "08P01")


CASES = (without_parameters, with_its_own, no_subquery, of_itself)
OUR_CASES = (explained, after_a_failure, large_ones, formats_of_another)


def main():
    if not STELE:
        for case in CASES:
            case(int(sys.argv[1]))
        return
    with Server() as server:
        with connect(server.port) as connection:
            connection.query("CREATE TABLE stored (a int)")
        for case in CASES + OUR_CASES:
            case(server.port)


if __name__ == "__main__":
    main()
