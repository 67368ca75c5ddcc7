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


def acks(server):
    a = Session(server)
    count = "select coalesce(sum(count), 0) from stele.acks"
    a.rows("create table acked (n int)")
    before = int(a.rows(count)[0][0])
    for i in range(5):
        a.rows(f"insert into acked (context_id, n) values ('c', {i})")
    a.rows("select n from acked; checkpoint; rollback")
    same("each write is counted", int(a.rows(count)[0][0]), before + 5)
    same("by its time", a.rows("select bool_and(up_to_ms > 0 and up_to_ms < 600000)"
                               " from stele.acks"), [["t"]])


def messages(server):
    a = Session(server)
    with open(server.log, errors="replace") as log:
        first, = (line for line in log if " server ready " in line)
    same("a line as it is in the log", a.rows(
        "select to_char(time at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        " || ' ' || level || ' ' || category || ' ' || message"
        " from stele.log where message like 'ready %'"), [[first.rstrip("\n")]])
    same("numbers", a.rows("select bool_and(n = 1) from (select number - lag(number)"
                           " over (order by number) as n from stele.log) l"), [["t"]])


def types(server):
    a = Session(server)
    row = ("select version, fields, events, first_timestamp, last_timestamp, zones"
           " from stele.event_types where event_type = 'seen'")
    a.rows("set timezone = 'UTC'; create table seen (n int)")
    same("nothing", a.rows(row), [["1", "1", "0", None, None, "0"]])
    insert = "insert into seen (context_id, timestamp, n) values ('c', '{}', 1)"
    a.rows(insert.format("2024-05-01 10:00"))
    a.rows(insert.format("2023-05-01 10:00"))
    a.rows("create table other (m int); insert into other (context_id, timestamp, m)"
           " select 'c', '2020-01-01', i from generate_series(1, 9000) i")
    a.rows("alter table seen add column m int")
    times = ["2023-05-01 10:00:00+00", "2024-05-01 10:00:00+00"]
    same("in MemTables", a.rows(row), [["2", "2", "2", *times, "0"]])
    a.rows("checkpoint")
    same("in segments", a.rows(row), [["2", "2", "2", *times, "1"]])
    a.rows(insert.format("2025-05-01 10:00"))
    same("in both", a.rows(row), [["2", "2", "3", times[0], "2025-05-01 10:00:00+00",
                                   "1"]])
    same("of the other", a.rows(
        "select events, zones, first_timestamp = last_timestamp, bytes > 0 from stele.event_types"
        " where event_type = 'other'"), [["9000", "2", "t", "t"]])
    retain = "select retain from stele.event_types where event_type = 'other'"
    same("for ever", a.rows(retain), [[None]])
    a.rows("alter table other set (retain = '36500 days')")
    same("not for ever", a.rows(retain), [["36500 days"]])
    a.rows("drop table other")
    same("dropped", a.rows("select 1 from stele.event_types where event_type = 'other'"), [])
    a.rows("create role root superuser login; create role ann login; create role eve login;"
           " grant select on seen to ann")
    for role, count in (("ann", "1"), ("eve", "0")):
        a.rows(f"set role {role}")
        same(f"of {role}", a.rows("select count(*) from stele.event_types"), [[count]])
        a.rows("reset role")


def main():
    with Server() as server:
        for test in (sessions, statements, acks, messages, types):
            try:
                test(server)
            except Failure as failure:
                print(f"FAIL {test.__name__}: {failure}")
                sys.exit(1)
            print(f"ok   {test.__name__}")


if __name__ == "__main__":
    main()
