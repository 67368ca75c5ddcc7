#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cancelling by request, by timeout and by a stop of the server.

Most of what is cancelled here would never end by itself: if the cancel is not
noticed, there is no answer, and the test fails for that.  No time is measured.
"""

import array
import fcntl
import os
import socket
import struct
import sys
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, execute, message, parse, query  # noqa: E402
from stele_server import Server  # noqa: E402

BY_USER = ("57014", "canceling statement due to user request")
BY_TIMEOUT = ("57014", "canceling statement due to statement timeout")
STOPPED = ("57P01", "terminating connection due to administrator command")

ROWS = 20000
ENDLESS = "SELECT count(*) FROM t a, t b, t c WHERE a.i + b.i + c.i < 0"
SHORT = "SELECT i FROM t ORDER BY i LIMIT 1"
COPY_IN = "COPY t (context_id, i) FROM STDIN"


def connect(server, directory=None):
    connection = pgwire.Connection(server.port, 60, directory)
    connection.start()
    return connection


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got} instead of {wanted}")


def expect_error(what, messages, wanted):
    got = [(f["C"], f["M"]) for f in pgwire.errors(messages)]
    expect(what, got, [wanted])


def expect_alive(what, connection):
    expect(what, pgwire.rows(connection.query("SELECT 42")), [[b"42"]])


def expect_rows(connection, count):
    answer = connection.query("SELECT count(*) FROM t")
    expect("rows of t", pgwire.rows(answer), [[str(count).encode()]])


def fill(server):
    with connect(server) as connection:
        connection.query("CREATE TABLE t (i bigint)")
        values = ",".join(f"('c{i % 7}', {i})" for i in range(ROWS))
        answer = connection.query(f"INSERT INTO t (context_id, i) VALUES {values}")
        expect("INSERT", pgwire.errors(answer), [])


def begin_copy(connection, extended=False):
    if extended:
        connection.send(parse(COPY_IN) + bind() + execute() + message(b"H"))
        kinds = b"".join(connection.message()[0] for _ in range(3))
        expect("COPY", kinds, b"12G")
    else:
        connection.send(query(COPY_IN))
        expect("COPY", connection.message()[0], b"G")
    connection.send(message(b"d", b"x\t1\ny\t2\n"))


def until_error(connection):
    """Messages up to the ErrorResponse: no ReadyForQuery comes before Sync."""
    messages = [connection.message()]
    while messages[-1][0] != b"E":
        messages.append(connection.message())
    return messages


# ---- statements that run ----


def a_query(server):
    with connect(server) as connection:
        connection.send(query(ENDLESS))
        connection.cancel()
        expect_error("a query", connection.until_ready(), BY_USER)
        expect_alive("a query", connection)
        answer = connection.query("SET statement_timeout = 50; " + ENDLESS)
        expect_error("a query in time", answer, BY_TIMEOUT)
        connection.query("RESET statement_timeout")
        expect_alive("a query in time", connection)


def a_write(server):
    with connect(server) as connection:
        connection.send(
            query(
                "INSERT INTO t (context_id, i) SELECT a.context_id, a.i"
                " FROM t a, t b, t c WHERE a.i + b.i + c.i < 0"
            )
        )
        connection.cancel()
        expect_error("INSERT ... SELECT", connection.until_ready(), BY_USER)
        expect_rows(connection, ROWS)


def a_query_in_a_transaction(server):
    with connect(server) as connection:
        connection.query("BEGIN")
        connection.query("INSERT INTO t (context_id, i) VALUES ('c', -1)")
        connection.send(query(ENDLESS))
        connection.cancel()
        answer = connection.until_ready()
        expect_error("a transaction's query", answer, BY_USER)
        expect("its state", answer[-1], (b"Z", b"E"))
        connection.query("ROLLBACK")
        expect_rows(connection, ROWS)


def a_query_behind_another(server):
    """With one worker, which has another query: it is taken from the queue."""
    with connect(server) as first, connect(server) as second:
        first.send(query(ENDLESS))
        # Another thread hands it to the worker, which until then is free.
        second.query("SET statement_timeout = 300")
        answer = second.query(SHORT)
        while not pgwire.errors(answer):
            answer = second.query(SHORT)
        expect_error("a queued query in time", answer, BY_TIMEOUT)
        second.query("RESET statement_timeout")
        second.send(query(SHORT))
        second.cancel()
        expect_error("a queued query", second.until_ready(), BY_USER)
        expect_alive("a queued query", second)
        # A text so long that a worker parses it.
        second.send(query("SELECT 1 -- " + "x" * 20000))
        second.cancel()
        expect_error("a queued parse", second.until_ready(), BY_USER)
        second.send(parse("SELECT 1 -- " + "x" * 20000) + message(b"S"))
        second.cancel()
        expect_error("a queued Parse", second.until_ready(), BY_USER)
        first.cancel()
        expect_error("the other query", first.until_ready(), BY_USER)
        expect_rows(second, ROWS)


def wait_until_full(peer):
    """Until no more bytes come to a socket that nobody reads."""
    before = -1
    while (waiting := unread(peer)) != before:
        before = waiting
        time.sleep(0.1)


def unread(peer):
    waiting = array.array("i", [0])
    fcntl.ioctl(peer, termios.FIONREAD, waiting)
    return waiting[0]


def a_reader_that_does_not_read(server):
    with connect(server) as connection:
        connection.send(query("SELECT a.i, b.i FROM t a, t b"))
        # The first rows are there; once the socket is full, the query waits.
        connection.socket.recv(1, socket.MSG_PEEK)
        wait_until_full(connection.socket)
        connection.cancel()
        expect_error("a slow reader", connection.until_ready(), BY_USER)
        expect_alive("a slow reader", connection)


def is_active(connection, pid):
    answer = connection.query(f"SELECT state FROM pg_stat_activity WHERE pid = {pid}")
    return pgwire.rows(answer) == [[b"active"]]


def a_row_that_takes_long(server):
    """The cancel comes while a worker writes down a row, behind more than the
    socket takes (a UNIX socket some 200 KB): then it does not wait for the client."""
    digits = "SELECT array_agg(repeat('9', 100000)::numeric) a FROM generate_series(1, 300)"
    with connect(server, server.dir) as connection, connect(server) as other:
        (pid,) = struct.unpack_from("!i", connection.key)
        connection.send(query(
            "SELECT CASE WHEN g = 1 THEN repeat('x', 700000) END,"
            f" CASE WHEN g = 2 THEN a END FROM generate_series(1, 2) g, ({digits}) s"
        ))
        # The first row is on its way, so the second is being written.
        while unread(connection.socket) < 100000:
            time.sleep(0.001)
        connection.cancel()
        deadline = time.monotonic() + 30
        while is_active(other, pid):
            if time.monotonic() > deadline:
                sys.exit("a row that takes long: the cancel is not noticed")
            time.sleep(0.01)
        expect_error("a row that takes long", connection.until_ready(), BY_USER)
        expect_alive("a row that takes long", connection)


# ---- COPY that waits for data ----


def a_copy(server):
    for extended in (False, True):
        with connect(server) as connection:
            begin_copy(connection, extended)
            connection.cancel()
            error = until_error(connection)
            expect_error("a COPY", error, BY_USER)
            context = pgwire.errors(error)[0].get("W", "")
            expect("its context", context[:14], "COPY t, line 1")
            # What comes of it afterwards is dropped.
            connection.send(message(b"d", b"z\t3\n") + message(b"c"))
            if extended:
                connection.send(message(b"S"))
            expect("a COPY", connection.until_ready()[-1], (b"Z", b"I"))
            expect_rows(connection, ROWS)


def a_copy_in_time(server):
    with connect(server) as connection:
        connection.query("SET statement_timeout = 50")
        begin_copy(connection)
        expect_error("a COPY in time", connection.until_ready(), BY_TIMEOUT)
        connection.query("RESET statement_timeout")
        expect_rows(connection, ROWS)


def a_copy_in_a_transaction(server):
    with connect(server) as connection:
        connection.query("BEGIN")
        connection.query("INSERT INTO t (context_id, i) VALUES ('c', -1)")
        begin_copy(connection)
        connection.cancel()
        answer = connection.until_ready()
        expect("its state", answer[-1], (b"Z", b"E"))
        connection.query("ROLLBACK")
        expect_rows(connection, ROWS)


def a_copy_in_one_message(server):
    """Its rows are read in turns, between which another is served."""
    lines = b"".join(b"big\t%d\n" % i for i in range(300000))
    with connect(server) as connection, connect(server) as other:
        connection.query("BEGIN")
        connection.send(query(COPY_IN))
        expect("COPY", connection.message()[0], b"G")
        connection.send(message(b"d", lines) + message(b"c"))
        expect_alive("another", other)
        answer = connection.until_ready()
        expect("COPY", answer[0], (b"C", b"COPY 300000\0"))
        connection.query("ROLLBACK")
        expect_rows(connection, ROWS)


# ---- nothing that runs ----


def nothing(server):
    """A cancel that comes too late hits nothing, and no later statement."""
    with connect(server) as connection:
        expect_alive("before", connection)
        for _ in range(20):
            connection.cancel()
        expect_alive("after", connection)


def a_stop(server):
    """Everybody is told, and the server ends in order."""
    sessions = {"idle": connect(server), "query": connect(server)}
    for name in ("queued", "COPY", "transaction"):
        sessions[name] = connect(server)
    sessions["query"].send(query(ENDLESS))
    sessions["queued"].send(query(SHORT))
    begin_copy(sessions["COPY"])
    sessions["transaction"].query("BEGIN")
    expect("the exit status", server.stop(), 0)
    for name, connection in sessions.items():
        expect_error(name, connection.until_closed(), STOPPED)
        connection.close()


def main():
    with Server("worker_count=1") as server:
        fill(server)
        for case in (
            a_query,
            a_write,
            a_query_in_a_transaction,
            a_query_behind_another,
            a_reader_that_does_not_read,
            a_row_that_takes_long,
            a_copy,
            a_copy_in_time,
            a_copy_in_a_transaction,
            a_copy_in_one_message,
            nothing,
            a_stop,
        ):
            case(server)
            print(case.__name__)


if __name__ == "__main__":
    main()
