#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The archive of the log, and `stele archive` (K4, K5).

Four connections store events, each statement two of them, with a log of tiny
files, while the server is killed now and then.  What the archive and its
server's clean end give is restored into an empty directory, and on top of a
backup: event by event it is what the source has.  Then all the ways in which an
archive may not fit, or be damaged.
"""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

LONG = "CHECK_LONG" in os.environ
WRITERS = 4
KILLS = 30 if LONG else 3
COPY_MESSAGE_BYTES = 1 << 20  # max_message_size holds for one
TEXT = "x" * 1500
OPTIONS = (
    "shard_count=3",
    "memtable_size=1MB",
    "wal_file_size=1MB",
    "max_wal_size=4MB",
    "batch_memory=1MB",
)
EVENTS = (
    "SELECT event_id, event_type, context_id, timestamp, version, payload "
    "FROM events ORDER BY event_id"
)
BIG = "CREATE TABLE big (n int, t text)"
STAGED = (
    "INSERT INTO big (context_id, n, t) SELECT 'c' || g % 100, g, "
    "repeat('y', 100) || g FROM generate_series(1, 40000) g"
)


def archiving(server):
    return ("wal_archive_directory=" + server.dir + "/archive",)


def ask(port, sql):
    with pgwire.Connection(port) as connection:
        connection.start()
        answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return [[None if value is None else value.decode() for value in row]
            for row in pgwire.rows(answer)]


def succeeds(server, *arguments):
    done = server.program(*arguments)
    check(done.returncode == 0, f"{arguments}: {done.stdout}")
    return done.stdout


def fails(server, text, *arguments):
    done = server.program(*arguments)
    check(
        done.returncode == 1 and text in done.stdout,
        f"{arguments}: {done.returncode} {done.stdout}",
    )


def archived(archive):
    return sorted(glob.glob(f"{archive}/*.wal.zst"))


def wait_until(condition, what):
    deadline = time.monotonic() + 60 * pgwire.PATIENCE
    while not condition():
        check(time.monotonic() < deadline, f"waited in vain: {what}")
        time.sleep(0.02)


class Writer(threading.Thread):
    """Stores pairs of events until the server is gone."""

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.acked = 0

    def run(self):
        try:
            with pgwire.Connection(self.port) as connection:
                connection.start()
                while True:
                    name = f"w{self.number}-{self.acked}"
                    answer = connection.query(
                        "INSERT INTO load (context_id, writer, t) VALUES "
                        f"('{name}-a', {self.number}, '{TEXT}'), "
                        f"('{name}-b', {self.number}, '{TEXT}')"
                    )
                    if pgwire.errors(answer):
                        return
                    self.acked += 1
        except (OSError, pgwire.Closed):
            return  # the server is gone


def kill(server):
    process, server.process = server.process, None
    process.send_signal(signal.SIGKILL)
    process.wait()


def load_until_killed(server, seconds, ends_well):
    writers = [Writer(server.port, i) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    files = len(archived(server.dir + "/archive"))
    wait_until(
        lambda: len(archived(server.dir + "/archive")) >= files + 2,
        "files are archived",
    )
    time.sleep(seconds)
    if ends_well:
        check(server.stop() == 0, "the server does not stop")
    else:
        kill(server)
    for writer in writers:
        writer.join()
    return 2 * sum(writer.acked for writer in writers)


def snapshot(server):
    """Everything that can be asked of a stopped server's directory."""
    server.start()
    try:
        return ask(server.port, EVENTS)
    finally:
        check(server.stop() == 0, "the server does not stop")


def restored(server, archive, *arguments, backup=None, options=OPTIONS):
    """What the archive gives, as a server that is not started."""
    copy = Server(*options)
    if backup is not None:
        succeeds(server, "restore", "-D", copy.data, "--copy", backup)
    said = succeeds(
        server, "archive", "restore", "-D", copy.data, "-c", "max_wal_size=4MB",
        *arguments, archive,
    )
    check(" 0 problems" in said, said)
    return copy


def check_same(copy, events):
    try:
        found = snapshot(copy)
        check(
            found == events,
            f"{len(found)} events are restored, {len(events)} are there; "
            f"{next((p for p in zip(found, events) if p[0] != p[1]), '')}",
        )
    finally:
        check(copy.release(), "the restored server ended badly")


def under_load(server):
    archive = server.dir + "/archive"
    server.start()
    ask(server.port, "CREATE TYPE color AS ENUM ('red', 'green')")
    ask(server.port, "CREATE TABLE load (writer int, t text)")
    ask(server.port, "CREATE TABLE mixed (a numeric(20,3), b color, c jsonb, "
        "d timestamptz, e uuid, f float8)")
    ask(server.port, "INSERT INTO mixed (context_id, a, b, c, d) VALUES "
        "('m', 1.5, 'green', '{\"k\": [1]}', '2026-01-02 03:04:05+00'), "
        "('n\t\\', null, null, null, null)")
    # Staged in segments, which are merged away before the log is archived.
    ask(server.port, "INSERT INTO load (context_id, writer, t) SELECT 'c' || "
        "g % 100, 9, repeat('y', 100) || g FROM generate_series(1, 20000) g")
    ask(server.port, "CHECKPOINT")
    ask(server.port, "SELECT stele.compact()")
    acked = 20002
    for i in range(KILLS):
        if i == 1:
            succeeds(server, "backup", "-D", server.data, "--copy",
                     server.dir + "/backup")
            ask(server.port, "ALTER TABLE mixed ADD COLUMN g int DEFAULT 7")
            ask(server.port, "INSERT INTO mixed (context_id) VALUES ('o')")
            acked += 1
        acked += load_until_killed(server, 0.1 * i, False)
        server.start()
    ask(server.port, "CREATE TABLE late (a int)")
    ask(server.port, "CHECKPOINT")
    acked += load_until_killed(server, 0, True)

    said = succeeds(server, "archive", "info", archive)
    check(said.endswith("whole\n"), said)
    check('create type "late"' in said, said)
    # Without the archive the same directory tells what is true.
    server.options = OPTIONS
    events = snapshot(server)
    check(len(events) >= acked, f"{len(events)} events, {acked} acknowledged")
    check(f"events: 1 .. {len(events)}\n" in said, f"{len(events)}: {said}")
    stored = len([e for e in events if e[1] == "load"])
    check(f"  load: {stored} events" in said, f"{stored}: {said}")
    check_same(restored(server, archive), events)
    check_same(restored(server, archive, backup=server.dir + "/backup"), events)
    return events


def point_in_time(server, events):
    """Until an event, or a time: whole statements, and nothing later."""
    archive = server.dir + "/archive"
    last = len(events) - 301
    # Within the large statement: it is left out entirely.
    copy = restored(server, archive, "--until", "10000")
    found = snapshot(copy)
    check([e[:4] for e in found] == [e[:4] for e in events[:2]], str(found))
    check(copy.release(), "the restored server ended badly")
    # The statement that has this event may have the next one too.
    copy = restored(server, archive, "--until", str(last))
    found = snapshot(copy)
    check(found == events[: len(found)], f"until an event: {len(found)}, "
          f"{next((p for p in zip(found, events) if p[0] != p[1]), 0)}")
    check(last - 1 <= len(found) <= last, f"until {last}: {len(found)}")
    # Once more is no harm; it does not go back.
    succeeds(server, "archive", "restore", "-D", copy.data, "--until",
             str(last), archive)
    check(snapshot(copy) == found, "a restore that is run again changes it")
    fails(server, "already", "archive", "restore", "-D", copy.data, "--until",
          "1", archive)
    # It goes its own way from now on.
    copy.start()
    ask(copy.port, "INSERT INTO mixed (context_id) VALUES ('elsewhere')")
    check(copy.stop() == 0, "the restored server does not stop")
    fails(server, "another history", "archive", "restore", "-D", copy.data,
          archive)
    copy.options = OPTIONS + ("wal_archive_directory=" + archive,)
    with open(copy.log, "a") as log:
        process = subprocess.run(
            [server.stele, "serve", "-D", copy.data, "-c", f"port={copy.port}",
             "-c", f"unix_socket_directories={copy.dir}",
             "-c", "wal_archive_directory=" + archive],
            stdout=log, stderr=log, timeout=60, env=server.server_environment(),
        )
    check(process.returncode == 1, "a foreign history is archived")
    with open(copy.log) as log:
        check("cannot go on with the log" in log.read(), "nobody says why")
    check(copy.release(), "the restored server ended badly")

    # The events' times ascend: they are the server's.
    stamp = events[last][3]
    copy = restored(server, archive, "--until", stamp)
    found = snapshot(copy)
    check(found == events[: len(found)], "until a time: other events")
    check(all(e[3] <= stamp for e in found if e[1] == "load"), "a later event")
    check(len(found) >= last - 2 * WRITERS, f"{len(found)} until {stamp}")
    check(copy.release(), "the restored server ended badly")
    fails(server, "does not go so far", "archive", "restore", "-D",
          server.dir + "/new", "--until", str(len(events) + 1), archive)
    check(not os.path.exists(server.dir + "/new"), "a refusal leaves something")


def exported(server, events):
    archive = server.dir + "/archive"
    lines = succeeds(server, "archive", "export", archive).splitlines()
    found = [json.loads(line) for line in lines]
    check([e["event_id"] for e in found] == list(range(1, len(events) + 1)),
          "the export is not in order")
    for line, event in zip(found, events):
        check(line["event_type"] == event[1] and line["context_id"] == event[2]
              and line["timestamp"] == event[3], f"{line} is not {event}")
    one = [e for e in found if e["context_id"] == "m"]
    check(one[0]["payload"] == {
        "a": 1.5, "b": "green", "c": {"k": [1]},
        "d": "2026-01-02T03:04:05+00:00"}, str(one))
    said = succeeds(server, "archive", "export", "--type", "mixed", "--context",
                    "m", archive)
    check([json.loads(line) for line in said.splitlines()] == one, said)
    said = succeeds(server, "archive", "export", "--since", events[10][3],
                    "--until", events[20][3], "--type", "load", archive)
    check([json.loads(line)["event_id"] for line in said.splitlines()] ==
          [int(e[0]) for e in events if e[1] == "load"
           and events[10][3] <= e[3] < events[20][3]], "times are not held")

    # What COPY takes gives the same events under new numbers.
    with Server(*OPTIONS) as other:
        ask(other.port, "CREATE TYPE color AS ENUM ('red', 'green')")
        ask(other.port, "CREATE TABLE load (writer int, t text)")
        ask(other.port, "CREATE TABLE mixed (a numeric(20,3), b color, c jsonb,"
            " d timestamptz, e uuid, f float8, g int DEFAULT 7)")
        text = succeeds(server, "archive", "export", "--copy-text", archive)
        with pgwire.Connection(other.port) as connection:
            connection.start()
            connection.send(pgwire.message(
                b"Q", b"COPY events (event_type, context_id, timestamp, "
                b"payload) FROM STDIN\0"))
            copied = text.encode()
            for at in range(0, len(copied), COPY_MESSAGE_BYTES):
                connection.send(pgwire.message(
                    b"d", copied[at:at + COPY_MESSAGE_BYTES]))
            connection.send(pgwire.message(b"c", b""))
            answer = connection.until_ready()
            check(not pgwire.errors(answer), str(pgwire.errors(answer)))
        columns = "SELECT event_type, context_id, timestamp, payload FROM events"
        same = ask(other.port, columns + " WHERE event_type = 'load' "
                   "ORDER BY event_id")
        check(same == [[e[1], e[2], e[3], e[5]] for e in events
                       if e[1] == "load"], "COPY gives other events")


def labels_gone():
    """Events of a dropped table, whose enum was dropped before they are archived."""
    server = Server(*OPTIONS)
    server.options += archiving(server)
    archive = server.dir + "/archive"
    with open(archive, "w") as file:
        file.write("nothing is archived yet")
    with server:
        ask(server.port, "CREATE TYPE fate AS ENUM ('lost', 'sold')")
        ask(server.port, "CREATE TABLE gone (fate fate, t text)")
        ask(server.port, "INSERT INTO gone (context_id, fate) VALUES "
            "('a', 'sold'), ('b', 'lost'), ('c', null)")
        # Staged in segments.
        ask(server.port, "INSERT INTO gone (context_id, fate, t) SELECT "
            "'c' || g % 100, 'sold', repeat('y', 100) || g "
            "FROM generate_series(1, 20000) g")
        ask(server.port, "DROP TABLE gone")
        ask(server.port, "DROP TYPE fate")
        os.unlink(archive)
        os.mkdir(archive)
        wait_until(lambda: archived(archive), "a file is archived")
        check(server.stop() == 0, "the server does not stop")
        said = succeeds(server, "archive", "info", archive)
        check("  gone: 20003 events" in said, said)
        said = succeeds(server, "archive", "export", archive)
        found = [json.loads(line)["payload"] for line in said.splitlines()]
        check(found[:3] == [{"fate": 1}, {"fate": 0}, {}], str(found[:3]))
        check([p["fate"] for p in found[3:]] == 20000 * [1],
              f"{len(found)} exported, {found[-1]}")


def staged(server):
    """Rows staged in segments, which are merged away; their log file stays."""
    ask(server.port, BIG)
    ask(server.port, STAGED)
    ask(server.port, "CHECKPOINT")
    for _ in range(3):
        ask(server.port, "SELECT stele.compact()")


def archives_again(server, archive):
    """What is stored from now on is archived."""
    count = len(archived(archive))
    ask(server.port, "INSERT INTO big (context_id, n, t) SELECT 'd', g, "
        f"'{TEXT}' FROM generate_series(1, 600) g")
    check(server.stop() == 0, "the server does not stop")
    check(len(archived(archive)) > count, "the archive does not go on")


def switched_on_late():
    """A log of before names segments that are nowhere: that is a gap."""
    server = Server(*OPTIONS)
    archive = server.dir + "/archive"
    try:
        server.start()
        staged(server)
        kill(server)
        server.options += archiving(server)
        server.start()
        succeeds(server, "backup", "-D", server.data, "--copy",
                 server.dir + "/backup")
        archives_again(server, archive)
        with open(server.log) as log:
            check("cannot be archived any more" in log.read(),
                  "nobody is warned")
        fails(server, "lacks a part of the log", "archive", "restore", "-D",
              server.dir + "/new", archive)
        server.options = OPTIONS
        events = snapshot(server)
        check(len(events) == 40600, f"{len(events)} events")
        check_same(restored(server, archive, backup=server.dir + "/backup"),
                   events)
    finally:
        check(server.release(), "the server ended badly")


def backup_before_archived():
    """A backup has what its log names, merged away or not: all is archived."""
    server = Server(*OPTIONS)
    server.options += archiving(server)
    with open(server.dir + "/archive", "w") as file:
        file.write("nothing is archived yet")
    copy = Server(*OPTIONS)
    copy.options += archiving(copy)
    archive = copy.dir + "/archive"
    try:
        server.start()
        staged(server)
        said = succeeds(server, "backup", "-D", server.data, "--copy",
                        server.dir + "/backup")
        check(" 0 problems" in said, said)
        succeeds(server, "restore", "-D", copy.data, server.dir + "/backup")
        copy.start()
        archives_again(copy, archive)
        copy.options = OPTIONS
        check_same(restored(copy, archive), snapshot(copy))
    finally:
        check(copy.release(), "the copy ended badly")
        check(server.release(), "the server ended badly")


def goes_on_after_restore():
    """What was restored to the end archives into the same archive."""
    server = Server(*OPTIONS)
    server.options += archiving(server)
    archive = server.dir + "/archive"
    copy = None
    try:
        server.start()
        ask(server.port, "CREATE TABLE load (n int, t text)")
        for _ in range(8):
            ask(server.port, "INSERT INTO load (context_id, n, t) SELECT "
                f"'c' || g % 100, g, '{TEXT}' FROM generate_series(1, 500) g")
        check(server.stop() == 0, "the server does not stop")
        before = {path: open(path, "rb").read() for path in archived(archive)}
        check(len(before) > 4, "the archive has few files")
        # Its log is one file.
        copy = restored(server, archive, "-c", "max_wal_size=64MB")
        copy.options += ("wal_archive_directory=" + archive,)
        copy.start()
        staged(copy)
        archives_again(copy, archive)
        for path, content in before.items():
            with open(path, "rb") as file:
                check(file.read() == content, f"{path} is another one")
        copy.options = OPTIONS
        events = snapshot(copy)
        check(len(events) == 4000 + 40600, f"{len(events)} events")
        check_same(restored(server, archive), events)
    finally:
        check(copy is None or copy.release(), "the copy ended badly")
        check(server.release(), "the server ended badly")


def numbers_of_two():
    """Two are restored; what one archives has numbers that the other has too."""
    server = Server(*OPTIONS)
    server.options += archiving(server)
    archive = server.dir + "/archive"
    copies = []
    try:
        server.start()
        ask(server.port, "CREATE TABLE load (n int, t text)")
        for _ in range(24):
            ask(server.port, "INSERT INTO load (context_id, n, t) SELECT "
                f"'c' || g % 100, g, '{TEXT}' FROM generate_series(1, 500) g")
        check(server.stop() == 0, "the server does not stop")
        one = restored(server, archive, "-c", "max_wal_size=64MB",
                       options=OPTIONS + ("memtable_size=64MB",
                                          "wal_archive_directory=" + archive))
        copies.append(one)
        other = restored(server, archive)  # its log is flushed meanwhile
        copies.append(other)
        own = {path: open(path, "rb").read()
               for path in glob.glob(other.data + "/segments/*")}
        check(own, "nothing was flushed")
        one.start()
        ask(one.port, BIG)
        for _ in range(3):
            ask(one.port, STAGED)
        check(one.stop() == 0, "the copy does not stop")
        both = set(map(os.path.basename, own)) & set(
            map(os.path.basename, glob.glob(archive + "/segments/*")))
        check(both, "no number is used twice")
        fails(server, "names another segment", "archive", "restore", "-D",
              other.data, archive)
        for path, content in own.items():
            with open(path, "rb") as file:
                check(file.read() == content, f"{path} is another one")
        check(len(snapshot(other)) == 12000, "events are gone")
    finally:
        for copy in copies:
            check(copy.release(), "a copy ended badly")
        check(server.release(), "the server ended badly")


CHANGES = (
    "SELECT 1 FROM pg_tables WHERE tablename = 'late' "
    "UNION ALL SELECT 1 FROM pg_type WHERE typname = 'mood' "
    "UNION ALL SELECT 1 FROM pg_attribute WHERE attname = 'added'"
)


def changes_before_the_end():
    """Changes that come before the first statement left out are restored."""
    server = Server(*OPTIONS)
    server.options += archiving(server)
    archive = server.dir + "/archive"
    try:
        server.start()
        ask(server.port, "CREATE TABLE load (n int)")
        ask(server.port, "INSERT INTO load (context_id, n) VALUES ('a', 1)")
        ((stamp,),) = ask(server.port, "SELECT timestamp FROM load")
        ask(server.port, "CREATE TABLE late (n int)")
        ask(server.port, "CREATE TYPE mood AS ENUM ('sad')")
        ask(server.port, "ALTER TABLE load ADD COLUMN added int")
        ask(server.port, "INSERT INTO load (context_id, n) VALUES ('b', 2), "
            "('c', 3)")
        check(server.stop() == 0, "the server does not stop")
        for until, count in ((stamp, 3), ("2", 3), ("1", 0)):
            copy = restored(server, archive, "--until", until)
            # Once more is no harm.
            succeeds(server, "archive", "restore", "-D", copy.data, "--until",
                     until, archive)
            copy.start()
            found = ask(copy.port, "SELECT n FROM load")
            check(found == [["1"]], f"until {until}: {found}")
            found = ask(copy.port, CHANGES)
            check(len(found) == count, f"until {until}: {len(found)}")
            check(copy.release(), "the restored server ended badly")
    finally:
        check(server.release(), "the server ended badly")


def refusals(server, events):
    archive = server.dir + "/archive"
    new = server.dir + "/new"
    restore = ("archive", "restore", "-D", new)
    bad = server.dir + "/bad"

    def spoiled(change):
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(archive, bad)
        path = archived(bad)[len(archived(bad)) // 2]
        change(path)
        return path.split("/")[-1]

    def flip(path):
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 0x10]))

    for change in (flip, lambda path: os.truncate(path, 1000),
                   lambda path: os.truncate(path, os.path.getsize(path) - 1),
                   lambda path: shutil.copy(archived(bad)[0], path)):
        name = spoiled(change)
        fails(server, name, *restore, bad)
        fails(server, name, "archive", "info", bad)
        fails(server, name, "archive", "export", bad)
        check(not os.path.exists(new), "a refusal leaves a directory")
    spoiled(lambda path: os.truncate(path, 1000))
    fails(server, "damaged", "archive", "list", bad)

    name = spoiled(os.unlink)
    fails(server, "lacks a part of the log", *restore, bad)
    fails(server, "gap", "archive", "info", bad)
    check("gap" in succeeds(server, "archive", "list", bad), "list says no gap")

    # The first is gone: only a backup helps.
    spoiled(lambda path: os.unlink(archived(bad)[0]))
    fails(server, "lacks a part of the log", *restore, bad)

    # Somebody else's.
    with Server(*OPTIONS) as other:
        ask(other.port, "CREATE TABLE load (a int)")
        check(other.stop() == 0, "the server does not stop")
        fails(server, "is of another directory", "archive", "restore", "-D",
              other.data, archive)
    fails(server, "is not empty", "archive", "restore", "-D", server.dir,
          archive)
    fails(server, "no archived log files", *restore, server.dir)
    done = server.program("archive", "restore", archive)
    check(done.returncode == 2, done.stdout)
    check("usage" in succeeds(server, "archive", "restore", "--help"), "no help")


def waiting(server):
    """While the archive cannot be written the log stays, and stores go on."""
    archive = server.dir + "/late-archive"
    with open(archive, "w") as file:
        file.write("a file in the place of the directory")
    server.options = OPTIONS + ("wal_archive_directory=" + archive,)
    server.start()
    first = sorted(glob.glob(f"{server.data}/wal/*.wal"))
    rows = ", ".join(f"('f', 0, '{TEXT}')" for _ in range(300))
    for _ in range(30):
        ask(server.port, f"INSERT INTO load (context_id, writer, t) VALUES {rows}")
        ask(server.port, "CHECKPOINT")
    files = sorted(glob.glob(f"{server.data}/wal/*.wal"))
    check(len(files) > 10, f"the log went: {files}")
    (row,) = ask(server.port, "SELECT files, failures > 0, message FROM "
                 "stele.archive")
    check(row[:2] == ["0", "t"] and archive in row[2], str(row))
    os.unlink(archive)
    os.mkdir(archive)
    wait_until(lambda: len(archived(archive)) > 10, "the archive catches up")
    ask(server.port, "CHECKPOINT")
    wait_until(lambda: len(glob.glob(f"{server.data}/wal/*.wal")) < 10,
               "the log gets shorter")
    check(server.stop() == 0, "the server does not stop")
    fails(server, "lacks a part of the log", "archive", "restore", "-D",
          server.dir + "/new", archive)


def main():
    server = Server(*OPTIONS)
    server.options += archiving(server)
    try:
        events = under_load(server)
        print(f"{len(events)} events archived, {KILLS} kills")
        point_in_time(server, events)
        exported(server, events)
        labels_gone()
        if not pgwire.IS_SANITIZED:  # as many threads meet above
            switched_on_late()
            backup_before_archived()
            goes_on_after_restore()
            numbers_of_two()
            changes_before_the_end()
        refusals(server, events)
        waiting(server)
    finally:
        check(server.release(), "the server ended badly")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
