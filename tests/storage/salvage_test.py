#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A log or MANIFEST that is corrupt, and `stele serve --salvage` (C2).

Events are stored, the server is killed, and bytes in the midst of its log are
changed: no start goes on.  With --salvage one does: the events that were in
the damaged groups are listed and missing, all others are there with their
ids, new ones get ids above, the damaged file is in quarantine/, and the next
start is as any other.  Of a MANIFEST there is a copy: nothing is lost.
"""

import glob
import os
import re
import shutil
import signal
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

EVENTS = 300
FLUSHED = 100  # of these, in segments
OPTIONS = ("shard_count=3", "wal_file_size=1MB")


def ask(server, sql):
    with pgwire.Connection(server.port) as connection:
        connection.start()
        answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return [[None if v is None else v.decode() for v in row]
            for row in pgwire.rows(answer)]


def kill(server):
    process, server.process = server.process, None
    process.send_signal(signal.SIGKILL)
    process.wait()


def groups(path):
    """(offset, number, length, first event_id) of each group of a file."""
    with open(path, "rb") as file:
        data = file.read()
    found, at = [], 0
    while data[at : at + 4] == b"SGRP":
        number, length, _, event_id = struct.unpack_from("<QQQQ", data, at + 24)
        found.append((at, number, length, event_id))
        at += (64 + length + 511) // 512 * 512
    return found


def spoil(path, group):
    with open(path, "r+b") as file:
        file.seek(group[0] + 70)
        byte = file.read(1)
        file.seek(group[0] + 70)
        file.write(bytes([byte[0] ^ 1]))


def refuses(server, options=()):
    """A start without --salvage ends, and says where."""
    done = server.program(
        "serve", "-D", server.data, "-c", f"port={server.port}",
        "-c", f"unix_socket_directories={server.dir}", *options)
    check(done.returncode == 1 and "is corrupt" in done.stdout,
          f"{done.returncode} {done.stdout}")
    return done.stdout


def salvage(server):
    """Start with it: what it has printed."""
    at = os.path.getsize(server.log)
    server.stele_arguments = ("--salvage",)
    server.start()
    server.stele_arguments = ()
    with open(server.log) as log:
        log.seek(at)
        return log.read()


def ids(server):
    return [int(row[0]) for row in
            ask(server, "SELECT event_id FROM events ORDER BY event_id")]


def fill(server):
    server.start()
    ask(server, "CREATE TABLE t (n int)")
    for n in range(1, EVENTS + 1):
        ask(server, f"INSERT INTO t (context_id, n) VALUES ('c{n % 7}', {n})")
        if n == FLUSHED:
            ask(server, "CHECKPOINT")
    kill(server)


def lost_ranges(said):
    return [(int(a), int(b)) for a, b in
            re.findall(r"lost: events (\d+) \.\. (\d+)", said)]


def in_the_midst(server):
    """Three places: one in segments already, two that are nowhere else."""
    (path,) = [p for p in glob.glob(f"{server.data}/wal/*.wal") if groups(p)]
    found = {g[3]: g for g in groups(path) if g[2] > 0}
    for event_id in (50, 150, 151, 200):
        spoil(path, found[event_id])
    # A segment that nothing names: the log may have, where it is damaged.
    segment = sorted(glob.glob(f"{server.data}/segments/*.seg"))[0]
    orphan = f"{14:016x}.seg"
    shutil.copy(segment, f"{server.data}/segments/{orphan}")
    refuses(server)
    said = salvage(server)
    check(os.path.exists(f"{server.data}/quarantine/{orphan}"),
          "what the log may have named is gone")
    lost = lost_ranges(said)
    check(lost == [(150, 151), (200, 200)], said)
    (listed,) = glob.glob(f"{server.data}/quarantine/lost.*")
    with open(listed) as file:
        check(["lost: " + line for line in file] ==
              [line for line in said.splitlines(True)
               if line.startswith("lost: ")], f"another list: {said}")
    expected = [n for n in range(1, EVENTS + 1) if n not in (150, 151, 200)]
    check(ids(server) == expected, f"other events: {said}")
    rows = ask(server, "SELECT event_id, n FROM t ORDER BY event_id")
    check(all(a == b for a, b in rows), "events have other ids")
    ask(server, "INSERT INTO t (context_id, n) VALUES ('new', 0)")
    check(ids(server) == expected + [EVENTS + 1], "a new event's id")
    moved = f"{server.data}/quarantine/{os.path.basename(path)}"
    check(os.path.exists(moved) and not os.path.exists(path),
          "the damaged file is not in quarantine/")
    # Nothing is left of it: a start as any other, also with the option.
    server.restart()
    check(ids(server) == expected + [EVENTS + 1], "after a restart")
    check(server.stop() == 0, "the server does not stop")
    said = salvage(server)
    check("lost" not in said, said)
    check(server.stop() == 0, "the server does not stop")
    done = server.program("verify", "-D", server.data)
    check(done.returncode == 0, done.stdout)


def schema_change(server):
    """What needs a schema change that is lost is lost too, and no more."""
    server.start()
    ask(server, "CREATE TABLE t (n int)")
    ask(server, "INSERT INTO t (context_id, n) VALUES ('a', 1)")
    ask(server, "CREATE TABLE u (n int)")
    ask(server, "INSERT INTO u (context_id, n) VALUES ('a', 2)")
    ask(server, "INSERT INTO t (context_id, n) VALUES ('a', 3)")
    kill(server)
    (path,) = [p for p in glob.glob(f"{server.data}/wal/*.wal") if groups(p)]
    create = [g for g in groups(path) if g[3] == 2 and g[2] > 0][0]
    spoil(path, create)
    refuses(server)
    said = salvage(server)
    check("lost: no event, before event 2" in said, said)
    check("lost: events 2 .. 2, stored by a statement that lacks a schema" in said, said)
    check(ids(server) == [1, 3], said)
    ask(server, "CREATE TABLE u (n int)")
    ask(server, "INSERT INTO u (context_id, n) VALUES ('a', 4)")
    check(ids(server) == [1, 3, 4], "a new event")
    server.restart()
    check(ids(server) == [1, 3, 4], "after a restart")


def kept_query(server):
    """What is kept of a query is made anew, of the events that are left."""
    query = "SELECT count(*), sum(n) AS s FROM t"
    server.start()
    ask(server, "CREATE TABLE t (n int)")
    for event_id in (1, 2, 3):  # a fourth is what the first refresh keeps
        ask(server, f"INSERT INTO t (context_id, n) VALUES ('a', {event_id})")
    ask(server, f"CREATE MATERIALIZED VIEW k AS {query}")
    for event_id in (5, 7):
        ask(server, f"INSERT INTO t (context_id, n) VALUES ('a', {event_id})")
        check(ask(server, "SHOW k") == ask(server, query), "before")
    kill(server)
    (path,) = [p for p in glob.glob(f"{server.data}/wal/*.wal") if groups(p)]
    for lost in (2, 6):  # an event, and what was kept of another
        spoil(path, [g for g in groups(path) if g[3] == lost and g[2] > 0][0])
    refuses(server)
    salvage(server)
    check(ids(server)[:2] == [1, 3], "an event that was not lost")
    for sql in ("SELECT * FROM k", "SHOW k", "SHOW k"):
        check(ask(server, sql) == ask(server, query), sql)
    server.restart()
    check(ask(server, "SHOW k") == ask(server, query), "after a restart")


def the_end(server):
    """A log that ends before what was synced: no id is given out again."""
    server.start()
    ask(server, "CREATE TABLE t (n int)")
    for n in range(1, 21):
        ask(server, f"INSERT INTO t (context_id, n) VALUES ('c', {n})")
    check(server.stop() == 0, "the server does not stop")
    (path,) = [p for p in glob.glob(f"{server.data}/wal/*.wal") if groups(p)]
    cut = [g for g in groups(path) if g[3] == 11][0]
    os.truncate(path, cut[0] + 512)
    with open(path, "r+b") as file:
        file.seek(cut[0])
        file.write(b"\0" * 512)
    refuses(server)
    said = salvage(server)
    check("lost: events from 11 on" in said, said)
    check(ids(server) == list(range(1, 11)), said)
    ask(server, "INSERT INTO t (context_id, n) VALUES ('c', 0)")
    check(ids(server)[-1] > 20, f"an id is given out again: {ids(server)}")
    server.restart()
    check(len(ids(server)) == 11, "after a restart")


def a_missing_log(server):
    """The log is gone: what segments have is there."""
    fill(server)
    shutil.rmtree(f"{server.data}/wal")
    done = server.program(
        "serve", "-D", server.data, "-c", f"port={server.port}",
        "-c", f"unix_socket_directories={server.dir}")
    check(done.returncode == 1, f"a log that is gone is no matter: {done}")
    said = salvage(server)
    check(f"lost: events from {FLUSHED + 1} on" in said, said)
    check(ids(server) == list(range(1, FLUSHED + 1)), said)
    ask(server, "INSERT INTO t (context_id, n) VALUES ('c', 0)")
    check(ids(server)[-1] > EVENTS, "an id is given out again")
    check(server.stop() == 0, "the server does not stop")


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def is_refused(server, words, arguments=()):
    """A start ends, with these words."""
    done = server.program(
        "serve", "-D", server.data, "-c", f"port={server.port}",
        "-c", f"unix_socket_directories={server.dir}", *arguments)
    check(done.returncode == 1, f"a start goes on: {done.stdout}")
    check(words in done.stdout, f"no {words}: {done.stdout}")


def a_manifest(server):
    """The MANIFEST is corrupt, cut, gone: its copy has it, nothing is lost."""
    fill(server)
    path = f"{server.data}/MANIFEST"
    expected = list(range(1, EVENTS + 1))
    for damage in (
        lambda: flip(path, 20),
        lambda: flip(path, 100),
        lambda: os.truncate(path, 70),
        lambda: os.truncate(path, 0),
        lambda: os.unlink(path),
    ):
        damage()
        is_refused(server, "MANIFEST")
        said = salvage(server)
        check("lost" not in said, said)
        check("MANIFEST is made of its copy" in said, said)
        check(ids(server) == expected, f"other events: {said}")
        expected.append(len(expected) + 1)
        ask(server, "INSERT INTO t (context_id, n) VALUES ('new', 0)")
        ask(server, "CHECKPOINT")
        check(ids(server) == expected, "a new event's id")
        kill(server)
    kept = glob.glob(f"{server.data}/quarantine/MANIFEST.[0-9]*")
    check(len(kept) == 4, f"in quarantine/: {kept}")
    # The log is corrupt, too: what it lacks is told, no more.
    server.start()
    for _ in range(3):
        ask(server, "INSERT INTO t (context_id, n) VALUES ('new', 0)")
        expected.append(len(expected) + 1)
    kill(server)
    lost = expected.pop(-2)
    for log in glob.glob(f"{server.data}/wal/*.wal"):
        for group in groups(log):
            if group[3] == lost and group[2] > 0:
                spoil(log, group)
    flip(path, 100)
    said = salvage(server)
    check(lost_ranges(said) == [(lost, lost)], said)
    check(ids(server) == expected, f"other events: {said}")
    check(server.stop() == 0, "the server does not stop")
    done = server.program("verify", "-D", server.data)
    check(done.returncode == 0, done.stdout)
    # What neither has is nowhere.
    flip(path, 100)
    flip(f"{server.data}/MANIFEST.copy", 101)
    done = server.program("verify", "-D", server.data)
    check(done.returncode != 0, "nothing is found")
    is_refused(server, "nor its copy can be read", ("--salvage",))
    flip(f"{server.data}/MANIFEST.copy", 101)
    said = salvage(server)
    check(ids(server) == expected, said)
    server.restart()
    check(ids(server) == expected, "after a restart")


class Salvager(Server):
    """A server that can be given arguments for one start."""

    stele_arguments = ()

    def arguments(self):
        return super().arguments() + list(self.stele_arguments)


def main():
    for test in (
        in_the_midst, schema_change, kept_query, the_end, a_missing_log, a_manifest
    ):
        server = Salvager(*OPTIONS)
        try:
            if test is in_the_midst:
                fill(server)
            test(server)
        finally:
            check(server.release(), "the server ended badly")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
