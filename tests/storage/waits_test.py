#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Functions that wait give their worker's place to others, and can be cancelled."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

SLEEPERS = 5


def connect(server):
    connection = pgwire.Connection(server.port)
    connection.start()
    return connection


def check(condition, what):
    if not condition:
        sys.exit(what)


def sqlstate(messages):
    errors = pgwire.errors(messages)
    return errors[0]["C"] if errors else None


def test_others_run_meanwhile(server):
    """More waits than workers: everybody else is served all the same."""
    sleepers = [connect(server) for _ in range(SLEEPERS)]
    for sleeper in sleepers:
        sleeper.send(pgwire.query("SELECT pg_sleep(3600)"))
    other = connect(server)
    for _ in range(3):
        answer = other.query("SELECT count(*) FROM stele.shards")
        check(pgwire.rows(answer) == [[b"2"]], f"a query waits: {answer}")
    check(
        pgwire.rows(other.query("SELECT pg_sleep(0.01), 7")) == [[b"", b"7"]],
        "a wait that ends",
    )
    for sleeper in sleepers:
        sleeper.close()
    other.close()


def test_a_timeout_ends_it(server):
    with connect(server) as connection:
        connection.query("SET statement_timeout = 50")
        state = sqlstate(connection.query("SELECT pg_sleep(3600)"))
        check(state == "57014", f"statement_timeout: {state}")
        state = sqlstate(connection.query("SELECT 1"))
        check(state is None, f"after it: {state}")


# What a net thread does itself.
SETUP = (
    "CREATE TABLE waits (n int)",
    "PREPARE p (int) AS SELECT $1",
    "CREATE TEMP TABLE by_default (a int, b bool DEFAULT (pg_sleep(3600) IS NULL))",
    "CREATE TEMP TABLE checked (a int CHECK (pg_sleep(3600) IS NOT NULL))",
)
STATEMENTS = (
    "INSERT INTO waits (context_id, n)"
    " VALUES ('a', CASE WHEN pg_sleep(3600) IS NULL THEN 1 END)",
    "EXECUTE p (CASE WHEN pg_sleep(3600) IS NULL THEN 1 ELSE 2 END)",
    "EXECUTE p (CASE WHEN pg_advisory_lock(1) IS NULL THEN 1 ELSE 2 END)",
)
COPIES = (
    ("waits (n) FROM STDIN WHERE pg_sleep(3600) IS NULL", b"1\n"),
    ("waits (n) FROM STDIN WHERE pg_advisory_lock(1) IS NULL", b"1\n"),
    ("by_default (a) FROM STDIN", b"1\n"),
    ("checked FROM STDIN", b"1\n"),
)


def copy(connection, text, data):
    connection.send(pgwire.query("COPY " + text))
    kind, body = connection.message()
    check(kind == b"G", f"COPY {text}: {kind} {body}")
    connection.send(pgwire.message(b"d", data) + pgwire.message(b"c"))
    return connection.until_ready()


def test_no_net_thread_waits(server):
    """It says so, and goes on; a lock that another has is no exception."""
    with connect(server) as connection, connect(server) as other:
        for text in SETUP:
            state = sqlstate(connection.query(text))
            check(state is None, f"{text}: {state}")
        other.query("SELECT pg_advisory_lock(1)")
        for text in STATEMENTS:
            state = sqlstate(connection.query(text))
            check(state == "0A000", f"{text}: {state}")
        for text, data in COPIES:
            state = sqlstate(copy(connection, text, data))
            check(state == "0A000", f"COPY {text}: {state}")
        answer = other.query("SELECT count(*) FROM waits")
        check(pgwire.rows(answer) == [[b"0"]], f"a worker: {answer}")


with Server("worker_count=1", "shard_count=2") as server:
    test_others_run_meanwhile(server)
    test_a_timeout_ends_it(server)
    test_no_net_thread_waits(server)
    check(server.stop() == 0, "it does not stop in order")
