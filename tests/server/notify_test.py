#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""LISTEN and NOTIFY, and what committed events tell those who listen.

What is told of NOTIFY alone are PostgreSQL 15's answers.
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402


def notice(body):
    channel, payload, _ = body[4:].split(b"\0")
    return channel.decode(), payload.decode()


class Session:
    def __init__(self, server):
        self.wire = pgwire.Connection(server.port)
        self.wire.start()
        (self.pid,) = struct.unpack_from("!i", self.wire.key)

    def run(self, text):
        """The rows and the notices that came before ReadyForQuery."""
        answer = self.wire.query(text)
        for error in pgwire.errors(answer):
            raise Failure(f"{text}: {error['C']} {error['M']}")
        kinds = b"".join(kind for kind, _ in answer)
        check(kinds.endswith(b"Z"), f"ReadyForQuery is last: {kinds}")
        told = [notice(body) for kind, body in answer if kind == b"A"]
        return pgwire.rows(answer), told

    def code(self, text):
        errors = pgwire.errors(self.wire.query(text))
        return errors[0]["C"] if errors else None

    def told(self, count):
        """The next notices, without asking for anything."""
        messages = [self.wire.message() for _ in range(count)]
        for kind, body in messages:
            check(kind == b"A", f"a notice, not {kind} {body[:200]}")
        return [notice(body) for _, body in messages]


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.400}, expected {expected!r:.400}")


def transactions(server):
    a, b = Session(server), Session(server)
    a.run("listen ch; listen ch; listen other")
    same("channels", sorted(a.run("select pg_listening_channels()")[0]), [[b"ch"], [b"other"]])
    b.run("notify ch, 'one'")
    same("at once", a.told(1), [("ch", "one")])
    b.run("begin; notify ch, 'x'; notify ch, 'y'; notify ch, 'x'; notify other; commit")
    same("once each, in order", a.told(3), [("ch", "x"), ("ch", "y"), ("other", "")])
    b.run("begin; notify ch, 'not'; rollback")
    b.run("begin; notify ch, 'k'; savepoint s; notify ch, 'l'; rollback to s;"
          " notify ch, 'l'; savepoint t; notify ch, 'm'; rollback to t; commit")
    same("what was rolled back is not told", a.told(2), [("ch", "k"), ("ch", "l")])
    b.run("select pg_notify('ch', g::text) from generate_series(1, 3) g")
    same("pg_notify", a.told(3), [("ch", "1"), ("ch", "2"), ("ch", "3")])
    a.run("begin; unlisten ch; rollback")
    same("its own", a.run("notify ch, 'self'")[1], [("ch", "self")])
    a.run("begin")
    b.run("notify ch, 'late'")
    same("not inside a transaction", a.run("select 1")[1], [])
    same("but after it", a.run("commit")[1], [("ch", "late")])
    same("in one", a.run("begin; listen new; notify new, 'n'; commit")[1], [("new", "n")])
    a.run("begin; listen gone; rollback")
    a.run("unlisten new")
    b.run("notify gone; notify new; notify ch, 'end'")
    same("only what is listened for", a.told(1), [("ch", "end")])
    a.run("unlisten *")
    same("none", a.run("select pg_listening_channels()")[0], [])
    a.run("listen ch")
    a.run("discard all")
    b.run("notify ch")
    same("nothing after DISCARD ALL", a.run("select 1")[1], [])
    same("long payload", b.code(f"notify ch, '{'x' * 8000}'"), "22023")
    same("no channel", b.code("select pg_notify('', 'x')"), "22023")
    same("long channel", b.code("select pg_notify(repeat('c', 64), 'x')"), "22023")


def events(server):
    a, b = Session(server), Session(server)
    b.run("create table ev (i int); create table ev2 (i int)")
    a.run("listen ev; listen ev2")
    b.run("insert into ev(context_id, i) values ('c', 1)")
    first = int(b.run("select max(event_id) from ev")[0][0][0])
    same("an event", a.told(1), [("ev", f"ev:{first}")])
    b.run("store ev for \"c\" payload '{\"i\": 2}'")
    same("a STORE", a.told(1), [("ev", f"ev:{first + 1}")])
    b.run("begin; insert into ev(context_id, i) values ('c', 3), ('d', 4);"
          " insert into ev2(context_id, i) values ('c', 5);"
          " insert into ev(context_id, i) values ('e', 6); notify ev, 'and'; commit")
    same("a transaction, in the order of its events", a.told(5), [
        ("ev", f"ev:{first + 2}"), ("ev", f"ev:{first + 3}"), ("ev2", f"ev2:{first + 4}"),
        ("ev", f"ev:{first + 5}"), ("ev", "and")])
    b.run("begin; insert into ev(context_id, i) values ('c', 7); rollback")
    same("in front of ReadyForQuery", a.run("insert into ev(context_id, i) values ('c', 8)")[1],
         [("ev", f"ev:{first + 6}")])
    same("of a block", a.run("begin; insert into ev(context_id, i) values ('c', 9); commit")[1],
         [("ev", f"ev:{first + 7}")])
    count = 300000
    b.run(f"insert into ev(context_id, i) select 'c', g from generate_series(1, {count}) g")
    told = a.told(count)
    same("the first of many", told[0], ("ev", f"ev:{first + 8}"))
    same("all of them", len(set(told)), count)
    same("the last", told[-1], ("ev", f"ev:{first + 7 + count}"))


def slow(server):
    """One who does not read holds nobody up, and does not grow for ever."""
    a, b, c = Session(server), Session(server), Session(server)
    a.run("listen flood")
    c.run("listen flood")
    c.run("begin")
    payload = "x" * 4000
    for _ in range(10):  # more than the kernel keeps, too
        b.run(f"select pg_notify('flood', g || '{payload}') from generate_series(1, 1500) g")
    usage = float(b.run("select pg_notification_queue_usage()")[0][0][0])
    check(0.5 < usage <= 1, f"the queue is full: {usage}")
    messages = a.wire.until_closed()
    same("it is told why it ends", pgwire.fields(messages[-1][1])["C"], "53400")
    got = sum(1 for kind, _ in messages if kind == b"A")
    check(0 < got < 15000, f"{got} notices were taken")
    # One that is busy: the same, once it would be told.
    answer = c.wire.query("commit")
    check(answer[-1][0] == b"Z", "COMMIT is answered")
    messages = c.wire.until_closed()
    same("so is the other", pgwire.fields(messages[-1][1])["C"], "53400")
    same("the queues are gone",
         b.run("select pg_notification_queue_usage()")[0], [[b"0"]])


def behind_a_copy(server):
    """What still comes of a COPY that has failed does not make a session busy."""
    a, b = Session(server), Session(server)
    a.run("create temp table n (i int)")
    a.run("listen ch")
    a.wire.send(pgwire.query("copy n from stdin"))
    same("copy", a.wire.message()[0], b"G")
    a.wire.send(pgwire.message(b"f", b"no more\0"))
    same("its failure", pgwire.errors(a.wire.until_ready())[0]["C"], "57014")
    for left in (pgwire.message(b"d", b"1\n"), pgwire.message(b"c"),
                 pgwire.message(b"f", b"no\0")):
        a.wire.send(left)
        b.run("notify ch, 'on'")
        same("it is told", a.told(1), [("ch", "on")])


def signals(server):
    a, b = Session(server), Session(server)
    same("nobody", b.run("select pg_terminate_backend(1234567)")[0], [[b"f"]])
    a.wire.send(pgwire.query("select pg_sleep(30)"))
    while b.run(f"select pg_cancel_backend({a.pid})")[0] == [[b"t"]]:
        a.wire.socket.settimeout(0.2)
        try:
            answer = a.wire.until_ready()
            break
        except TimeoutError:
            continue  # it had not begun
    same("cancelled", pgwire.errors(answer)[0]["C"], "57014")
    a.wire.socket.settimeout(20)
    same("ended", b.run(f"select pg_terminate_backend({a.pid})")[0], [[b"t"]])
    messages = a.wire.until_closed()
    same("its last words", pgwire.fields(messages[-1][1])["C"], "57P01")
    b.wire.send(pgwire.query("select pg_terminate_backend(pg_backend_pid())"))
    messages = b.wire.until_closed()
    same("itself", pgwire.fields(messages[-1][1])["C"], "57P01")


def visible_when_told(server):
    """Who is told of an event sees it, and so does he who is told after it."""
    listener, reader, writer = Session(server), Session(server), Session(server)
    writer.run("create table seen (a int); create table unseen (a int);"
               " set synchronous_commit = off")
    listener.run("listen seen; listen done")
    writer.run("insert into seen (context_id, a) values ('c', 1)")
    same("an event", len(listener.told(1)), 1)
    same("is there", reader.run("select a from seen")[0], [[b"1"]])
    writer.run("begin; insert into unseen (context_id, a) values ('c', 2);"
               " notify done; commit")
    same("a notice", listener.told(1), [("done", "")])
    same("of what is there", reader.run("select a from unseen")[0], [[b"2"]])


def run(server, tests):
    for test in tests:
        try:
            test(server)
        except Failure as failure:
            print(f"FAIL {test.__name__}: {failure}")
            sys.exit(1)
        print(f"ok   {test.__name__}")


def main():
    with Server("work_mem=4MB") as server:
        run(server, (transactions, events, slow, behind_a_copy, signals))
    with Server("wal_sync_interval=3s") as server:
        run(server, (visible_when_told,))


if __name__ == "__main__":
    main()
