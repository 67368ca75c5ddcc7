#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pg_stat_activity says what others do; stele.statements does not grow for ever."""

import os
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, execute, parse  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

STATEMENTS_MAX = 4096  # as in server/statement_stats.h


class Session:
    def __init__(self, server, **options):
        self.wire = pgwire.Connection(server.port)
        self.wire.start(**options)
        (self.pid,) = struct.unpack_from("!i", self.wire.key)

    def rows(self, text):
        return [
            [None if cell is None else cell.decode() for cell in row]
            for row in pgwire.rows(self.wire.query(text))
        ]

    def state_of(self, other):
        """State, query and whether a transaction is open; None: it is gone."""
        rows = self.rows(
            "select state, query, xact_start is not null"
            f" from pg_stat_activity where pid = {other.pid}"
        )
        return tuple(rows[0]) if rows else None

    def wait_state(self, other, wanted):
        deadline = time.monotonic() + 20 * pgwire.PATIENCE
        while self.state_of(other) != wanted:
            if time.monotonic() > deadline:
                raise Failure(f"{self.state_of(other)}, not {wanted}")
            time.sleep(0.02)


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.300}, expected {expected!r:.300}")


def sessions(server):
    a, b = Session(server), Session(server, application_name=b"other")
    name = f"select application_name from pg_stat_activity where pid = {b.pid}"
    same("at first", a.state_of(b), ("idle", "", "f"))
    client = f"select host(client_addr), client_port from pg_stat_activity where pid = {b.pid}"
    same("its client", a.rows(client), [list(map(str, b.wire.socket.getsockname()))])
    same("its name from the start", a.rows(name), [["other"]])
    b.rows("select 1")
    same("idle", a.state_of(b), ("idle", "select 1", "f"))
    b.rows("begin")
    same("in a block", a.state_of(b), ("idle in transaction", "begin", "t"))
    b.rows("select 1/0")
    same("that failed", a.state_of(b), ("idle in transaction (aborted)", "select 1/0", "t"))
    b.rows("rollback")
    same("after it", a.state_of(b), ("idle", "rollback", "f"))
    b.wire.send(parse("select pg_sleep($1)") + bind((b"30",)) + execute() + pgwire.SYNC)
    a.wait_state(b, ("active", "select pg_sleep($1)", "t"))
    a.rows(f"select pg_cancel_backend({b.pid})")
    b.wire.until_ready()
    long = "é" * 2000
    b.rows(f"select '{long}'")
    same("cut to 1024 bytes", a.state_of(b)[1], f"select '{long}"[:516])
    b.rows("set application_name = 'renamed'")
    same("its new name", a.rows(name), [["renamed"]])
    b.wire.close()
    a.wait_state(b, None)


def statements(server):
    a = Session(server)
    a.rows("select stele.statements_reset()")
    for first in range(0, 6000, 500):
        a.rows(";".join(f"select {i} as a{i}" for i in range(first, first + 500)))
        a.rows("select 'often'")
    count = int(a.rows("select count(*) from stele.statements")[0][0])
    same("as many as may be", count, STATEMENTS_MAX)
    same("what is run often stays",
         a.rows("select calls from stele.statements where query = 'select $1'"), [["12"]])


def main():
    with Server() as server:
        for test in (sessions, statements):
            try:
                test(server)
            except Failure as failure:
                print(f"FAIL {test.__name__}: {failure}")
                sys.exit(1)
            print(f"ok   {test.__name__}")


if __name__ == "__main__":
    main()
