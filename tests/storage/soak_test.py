#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Minutes under load with everything small: nothing but the data grows.

Writers store events at a steady rate, a reader counts and replays, all that
can be merged is merged every second.  Event time runs faster than the clock,
so that windows of compaction pass.  Events of another type, in the same
segments, are retained for half a minute: of these no more may be there.
Memory, descriptors and what the disk holds beside live segments must stay as
they were; bytes an event too.

    SOAK_SECONDS=60 soak_test.py
"""

import datetime
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

SECONDS = int(os.environ.get("SOAK_SECONDS", "300"))
PARTS = 5  # of the time: the first is to get warm, others are compared
MIB = 1 << 20
WRITERS = 3
ROWS_PER_COPY = 2000
TRAIL_ROWS = 500  # with each, of the type that is retained for a while
RETAIN_SECONDS = 30
LATE_SECONDS = 30  # that its events may stay longer
COPIES_PER_SECOND = 2  # of a writer
CONTEXTS = 500
PRIME = 0x9E3779B97F4A7C15F39CC0605CEDC835
TIME_FACTOR = 60  # event time to the clock's
MEMORY_SLACK = 24 * MIB
MEMORY_SHARE = 1.15
DISK_SLACK = 24 * MIB
BYTES_SHARE = 1.2
FILES_BESIDE = 64  # descriptors that are not of segments
SEGMENTS_MAX = 100
QUIET_SECONDS = 60


class Load:
    """Threads that work until it is over, or one has failed."""

    def __init__(self, server):
        self.server = server
        self.began = time.monotonic()
        self.is_over = threading.Event()
        self.failure = None
        self.acked = [0] * WRITERS
        self.trailed = [0] * WRITERS
        self.merges = 0

    def connect(self):
        connection = pgwire.Connection(self.server.port, timeout=120)
        connection.start()
        return connection

    def answer(self, connection, messages):
        connection.send(messages)
        answer = connection.until_ready()
        if errors := pgwire.errors(answer):
            raise RuntimeError(f"{messages[:60]}: {errors}")
        return pgwire.rows(answer)

    def ask(self, connection, sql):
        return self.answer(connection, pgwire.query(sql))

    def run(self, work, *arguments):
        try:
            with self.connect() as connection:
                while not self.is_over.is_set():
                    work(connection, *arguments)
        except Exception as error:
            self.failure = self.failure or error
            self.is_over.set()

    def copy(self, connection, target, lines):
        self.answer(
            connection,
            pgwire.query(f"COPY {target} FROM STDIN")
            + pgwire.message(b"d", lines.encode())
            + pgwire.message(b"c"),
        )

    def write_trail(self, connection, writer):
        """By the server's clock."""
        first = self.trailed[writer]
        lines = "".join(
            f"c{n % CONTEXTS}\t{writer}\t{n}\tstep {n * 31 % 1009}\n"
            for n in range(first, first + TRAIL_ROWS)
        )
        self.copy(connection, "trail (context_id, writer, n, note)", lines)
        self.trailed[writer] = first + TRAIL_ROWS

    def write(self, connection, writer):
        first = self.acked[writer]
        now = (time.monotonic() - self.began) * TIME_FACTOR
        epoch = datetime.datetime(2026, 1, 1)
        lines = "".join(
            f"c{(n * 7 + writer) % CONTEXTS}\t"
            f"{epoch + datetime.timedelta(seconds=now - n % 50)}Z\t"
            f"{writer}\t{n}\titem {n * 31 % 1009}\t{n * PRIME % (1 << 96):x}\n"
            for n in range(first, first + ROWS_PER_COPY)
        )
        self.copy(connection, "soak", lines)
        self.acked[writer] = first + ROWS_PER_COPY
        self.write_trail(connection, writer)
        due = self.began + (first / ROWS_PER_COPY + 1) / COPIES_PER_SECOND
        self.is_over.wait(max(0.0, due - time.monotonic()))

    def read(self, connection):
        least = sum(self.acked)
        ((count,),) = self.ask(connection, "SELECT count(*) FROM soak")
        if int(count) < least:
            raise RuntimeError(f"{count} events of {least}")
        self.ask(
            connection,
            f"SELECT n FROM soak WHERE context_id = 'c{least % CONTEXTS}'"
            " ORDER BY event_id",
        )
        self.is_over.wait(0.5)

    def merge(self, connection):
        ((merges,),) = self.ask(connection, "SELECT stele.compact()")
        self.merges += int(merges)
        self.is_over.wait(1)


class Sample:
    def __init__(self, load, connection):
        pid = load.server.process.pid
        ((self.segments, live, rows),) = load.ask(
            connection,
            "SELECT count(*), coalesce(sum(bytes), 0), coalesce(sum(rows), 0)"
            " FROM stele.segments",
        )
        self.segments, self.rows = int(self.segments), int(rows)
        self.live = int(live)
        ((trail,),) = load.ask(connection, "SELECT count(*) FROM trail")
        self.trail = int(trail)
        self.disk = disk_bytes(load.server.data)
        self.files = len(os.listdir(f"/proc/{pid}/fd"))
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    self.memory = int(line.split()[1]) * 1024

    def __str__(self):
        return (
            f"{self.rows} rows, {self.trail} retained for a while, in"
            f" {self.segments} segments of"
            f" {self.live / MIB:.1f} MiB, disk {self.disk / MIB:.1f} MiB,"
            f" memory {self.memory / MIB:.1f} MiB, {self.files} descriptors"
        )


def disk_bytes(path):
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(folder, name))
            except FileNotFoundError:  # it went meanwhile
                pass
    return total


def watch(load):
    """Samples, about one a second."""
    samples = []
    with load.connect() as connection:
        while time.monotonic() < load.began + SECONDS:
            if load.is_over.wait(1):
                break
            samples.append(Sample(load, connection))
            if len(samples) % 30 == 0:
                print(samples[-1], flush=True)
    return samples


def judge(samples, merges):
    size = len(samples) // PARTS
    if size == 0:
        sys.exit(f"FAIL {len(samples)} samples say nothing")
    parts = [samples[i * size : (i + 1) * size] for i in range(PARTS)]
    early, late = parts[1], parts[-1]

    def must(holds, what):
        if not holds:
            sys.exit(f"FAIL {what}\n  early: {early[-1]}\n  late: {late[-1]}")

    def most(part, value):
        return max(value(sample) for sample in part)

    must(early[-1].rows > 0, "nothing has been flushed")
    memory = most(early, lambda s: s.memory)
    must(
        most(late, lambda s: s.memory) < MEMORY_SHARE * memory + MEMORY_SLACK,
        "memory grows",
    )
    # Merges write before they remove; what stays is seen between them.
    beside = [min(s.disk - s.live for s in part) for part in (early, late)]
    must(beside[1] < beside[0] + DISK_SLACK, f"files stay: {beside} bytes")
    each = [part[-1].live / part[-1].rows for part in (early, late)]
    must(each[1] < BYTES_SHARE * each[0], f"an event takes {each} bytes")
    must(
        all(s.files < s.segments + FILES_BESIDE for s in late),
        "there are more descriptors",
    )
    must(
        most(late, lambda s: s.trail)
        <= WRITERS
        * COPIES_PER_SECOND
        * TRAIL_ROWS
        * (RETAIN_SECONDS + LATE_SECONDS),
        "what is too old stays",
    )
    must(most(late, lambda s: s.segments) < SEGMENTS_MAX, "segments stay small")
    must(merges > 0, "nothing was merged")


def check(server, load):
    """All that was acknowledged is there, and was not changed."""
    with load.connect() as connection:
        rows = load.ask(
            connection,
            "SELECT count(*), count(DISTINCT n), sum(n), max(n) FROM soak"
            " GROUP BY writer ORDER BY writer",
        )
    expected = [
        [str(value).encode() for value in (n, n, n * (n - 1) // 2, n - 1)]
        for n in load.acked
    ]
    if rows != expected:
        sys.exit(f"FAIL {rows} instead of {expected}")
    with load.connect() as connection:
        trails = load.ask(
            connection,
            "SELECT writer, count(*), min(n), max(n) FROM trail"
            " GROUP BY writer ORDER BY writer",
        )
    for writer, count, first, last in (map(int, row) for row in trails):
        if count != last - first + 1 or last != load.trailed[writer] - 1:
            sys.exit(f"FAIL of writer {writer} {count} from {first} to {last}")


def check_stored(server, load):
    """Merges have left out what is too old."""
    with load.connect() as connection:
        load.ask(connection, "CHECKPOINT")
        load.ask(connection, "SELECT stele.compact()")
        ((seen, stored),) = load.ask(
            connection,
            "SELECT (SELECT count(*) FROM soak) + (SELECT count(*) FROM trail),"
            " (SELECT sum(rows) FROM stele.segments)",
        )
    if seen != stored:
        sys.exit(f"FAIL {stored} events are stored, {seen} are seen")


def leftovers(server, load):
    """Files and descriptors that no segment of today needs."""
    folder = os.path.join(server.data, "segments")
    fds = f"/proc/{server.process.pid}/fd"
    with load.connect() as connection:
        ((count,),) = load.ask(connection, "SELECT count(*) FROM stele.segments")
    names = os.listdir(folder)
    links = [os.readlink(os.path.join(fds, fd)) for fd in os.listdir(fds)]
    gone = [link for link in links if link.endswith("(deleted)")]
    return gone if len(names) == int(count) else gone + names


def check_files(server, load):
    """In the end: a flush or a merge may be under way for a while."""
    deadline = time.monotonic() + QUIET_SECONDS
    while left := leftovers(server, load):
        if time.monotonic() > deadline:
            sys.exit(f"FAIL files stay: {left}")
        time.sleep(0.2)


def main():
    with Server(
        "shard_count=2",
        "memtable_size=1MB",
        "max_wal_size=8MB",
        "wal_file_size=1MB",
        "block_cache_size=4MB",
        "zone_rows=2048",
        "compaction_window=60s",
    ) as server:
        load = Load(server)
        with load.connect() as connection:
            load.ask(
                connection,
                "CREATE TABLE soak (writer int, n bigint, item text, note text)",
            )
            load.ask(
                connection,
                "CREATE TABLE trail (writer int, n bigint, note text)"
                f" WITH (retain = '{RETAIN_SECONDS} seconds')",
            )
        threads = [
            threading.Thread(target=load.run, args=(load.write, writer))
            for writer in range(WRITERS)
        ] + [
            threading.Thread(target=load.run, args=(work,))
            for work in (load.read, load.merge)
        ]
        for thread in threads:
            thread.start()
        try:
            samples = watch(load)
        finally:
            load.is_over.set()
            for thread in threads:
                thread.join()
        if load.failure is not None:
            sys.exit(f"FAIL {load.failure}")
        print(samples[-1], f"{load.merges} merges")
        judge(samples, load.merges)
        check(server, load)
        check_stored(server, load)
        check_files(server, load)
        server.restart()
        check(server, load)
        server.stop()
        if os.system(f"{server.stele} verify -D {server.data}") != 0:
            sys.exit("FAIL the directory is damaged")


main()
