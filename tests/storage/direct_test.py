#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Transactions far past batch_memory: their rows are staged in segments.

All or nothing of each, in order, with ids without a gap; whoever writes them
sees them before; what is given up leaves no file; and it is so after kills,
restarts, merges and in a backup.
"""

import glob
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

MANY = 8000  # rows: some ten times batch_memory
TEXT = "what is written here does not matter much"


def fail(what):
    sys.exit(f"FAIL {what}")


def check(what, found, expected):
    if found != expected:
        fail(f"{what}: {found}, expected {expected}")


class Client(pgwire.Connection):
    def __init__(self, server):
        super().__init__(server.port, timeout=60 * pgwire.PATIENCE)
        self.start()

    def run(self, sql):
        answer = self.query(sql)
        if errors := pgwire.errors(answer):
            fail(f"{sql:.60}: {errors}")
        return [
            [None if v is None else v.decode() for v in row]
            for row in pgwire.rows(answer)
        ]

    def one(self, sql):
        return self.run(sql)[0]

    def sqlstate(self, sql):
        errors = pgwire.errors(self.query(sql))
        return errors[0]["C"] if errors else None

    def copy_begin(self, sql):
        self.send(pgwire.query(sql))
        while (reply := self.message())[0] != b"G":
            if reply[0] == b"E":
                fail(f"{sql}: {pgwire.fields(reply[1])}")

    def copy_lines(self, lines):
        for at in range(0, len(lines), 500):
            data = "".join(lines[at : at + 500]).encode()
            self.send(pgwire.message(b"d", data))

    def copy(self, sql, lines):
        self.copy_begin(sql)
        self.copy_lines(lines)
        self.send(pgwire.message(b"c"))
        return pgwire.errors(self.until_ready())


def pay_lines(first, count):
    return [
        f"c{n % 97}\t2026-01-01 00:00:00+00\t{n}\t{TEXT} {n}\n"
        for n in range(first, first + count)
    ]


def names(server):
    return set(glob.glob(server.data + "/segments/*"))


def files(server):
    return len(names(server))


def segments(client):
    """The files that there should be, when the MANIFEST has been told."""
    client.run("CHECKPOINT")
    return int(client.one("SELECT count(*) FROM stele.segments")[0])


def check_files(what, server, client):
    """Nothing lies there that nobody knows; workers remove it, soon."""
    deadline = time.monotonic() + 20 * pgwire.PATIENCE
    while files(server) != segments(client):
        if time.monotonic() > deadline:
            fail(f"{what}: {files(server)} files, {segments(client)} segments")
        time.sleep(0.05)


class Stored:
    """What is stored: pay has 0, 1 .. pay-1, all events have ids 1 .. events."""

    def __init__(self):
        self.pay = 0
        self.events = 0

    def add(self, count):
        self.pay += count
        self.events += count

    def check(self, client, when):
        check(
            f"pay {when}",
            client.one("SELECT count(*), count(DISTINCT n), max(n), sum(n) FROM pay"),
            [str(x) for x in (self.pay, self.pay, self.pay - 1)]
            + [str(self.pay * (self.pay - 1) // 2)],
        )
        check(
            f"ids {when}",
            client.one(
                "SELECT count(*), count(DISTINCT event_id), min(event_id), "
                "max(event_id) FROM events"
            ),
            [str(self.events), str(self.events), "1", str(self.events)],
        )
        check(
            f"order {when}",
            client.one(
                "SELECT count(*) FROM (SELECT n, lag(n) OVER (ORDER BY event_id)"
                " AS before FROM pay) AS p WHERE n <> before + 1"
            ),
            ["0"],
        )
        context = client.run("SELECT n FROM pay WHERE context_id = 'c13'")
        check(
            f"a context {when}",
            [int(n) for n, in context],
            list(range(13, self.pay, 97)),
        )


def kill(server):
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start()


def test_copies(server, client, stored):
    other = Client(server)
    client.copy_begin("COPY pay FROM STDIN")
    lines = pay_lines(0, MANY)
    for at in range(0, MANY, MANY // 4):
        client.copy_lines(lines[at : at + MANY // 4])
        # Others go on meanwhile, and see nothing of it.
        check("unseen", other.one("SELECT count(*) FROM pay"), ["0"])
        other.run("INSERT INTO big (context_id, n) VALUES ('b', 1)")
        stored.events += 1
    client.send(pgwire.message(b"c"))
    check("COPY", pgwire.errors(client.until_ready()), [])
    stored.add(MANY)
    stored.check(client, "after COPY")
    stored.check(other, "seen by others")
    mixed = []
    for n in range(stored.pay, stored.pay + MANY):
        mixed.append(f'pay\tc{n % 97}\t2026-01-02\t{{"n": {n}, "t": "x"}}\n')
        if n % 3 == 0:
            mixed.append(f'big\tb{n}\t2026-01-02\t{{"n": {n}}}\n')
    check(
        "COPY events",
        client.copy(
            "COPY events (event_type, context_id, timestamp, payload) FROM STDIN",
            mixed,
        ),
        [],
    )
    stored.pay += MANY
    stored.events += len(mixed)
    stored.check(client, "after COPY events")


def test_inserts(server, client, stored):
    first = stored.pay
    client.run(
        "INSERT INTO pay (context_id, n, t) SELECT 'c' || g % 97, g, 'y' "
        f"FROM generate_series({first}, {first + MANY - 1}) AS g"
    )
    stored.add(MANY)
    first = stored.pay
    rows = client.run(
        "INSERT INTO pay (context_id, n, t) SELECT 'c' || g % 97, g, 'z' "
        f"FROM generate_series({first}, {first + MANY - 1}) AS g "
        "RETURNING event_id, n"
    )
    check("RETURNING", len(rows), MANY)
    for i, (event_id, n) in enumerate(rows):
        if int(event_id) != stored.events + 1 + i or int(n) != first + i:
            fail(f"RETURNING: row {i} is {event_id}, {n}")
    stored.add(MANY)
    stored.check(client, "after INSERT")


def insert_some(client, first, count):
    values = ", ".join(
        f"('c{n % 97}', {n}, '{TEXT}')" for n in range(first, first + count)
    )
    client.run(f"INSERT INTO pay (context_id, n, t) VALUES {values}")


def check_own(client, first, count):
    own = client.run("SELECT n FROM pay WHERE event_id IS NULL")
    check("own rows", [int(n) for n, in own], list(range(first, first + count)))


def test_transaction(server, client, stored):
    """Its own rows, what fails in it, what it takes back."""
    first, count = stored.pay, 0
    client.run("BEGIN")
    for _ in range(30):
        insert_some(client, first + count, 97)
        count += 97
        client.run("INSERT INTO big (context_id, n) VALUES ('own', 7)")
        stored.events += 1
    check_own(client, first, count)
    kinds = client.run("SELECT event_type FROM events WHERE event_id IS NULL")
    check("own events", [k for k, in kinds], (["pay"] * 97 + ["big"]) * 30)
    for _ in range(2):
        client.run("SAVEPOINT s")
        insert_some(client, first + count, 2000)
        insert_some(client, first + count + 2000, 3000)
        check_own(client, first, count + 5000)
        check(
            "a statement that fails half-way",
            client.sqlstate(
                "INSERT INTO pay (context_id, n, t) SELECT 'c', 1 / (4000 - g), "
                "'w' FROM generate_series(1, 5000) AS g"
            ),
            "22012",
        )
        client.run("ROLLBACK TO s")
        check_own(client, first, count)
        insert_some(client, first + count, 40)
        count += 40
    client.run("COMMIT")
    stored.add(count)
    stored.check(client, "after a transaction")
    # Nothing is read before the COMMIT: it is what settles the rest.
    first, count = stored.pay, 1000
    client.run("BEGIN")
    insert_some(client, first, count)
    client.run("SAVEPOINT s")
    insert_some(client, first + count, 3000)
    insert_some(client, first + count, 10)
    client.run("ROLLBACK TO s")
    client.run("COMMIT")
    stored.add(count)
    stored.check(client, "after a savepoint")
    check_files("after transactions", server, client)


def test_schema(server, client, stored):
    """Types, a column and a label that are made in it."""
    client.run("BEGIN")
    client.run("CREATE TYPE mood AS ENUM ('good', 'bad')")
    client.run("CREATE TABLE felt (m mood, n bigint)")
    lines = [
        f"f{n % 7}\t2026-01-01\t{('good', 'bad')[n % 2]}\t{n}\n"
        for n in range(MANY)
    ]
    check("COPY", client.copy("COPY felt FROM STDIN", lines), [])
    client.run("ALTER TABLE felt ADD COLUMN why text DEFAULT 'so'")
    client.run(
        "INSERT INTO felt (context_id, m, n, why) SELECT 'f', 'bad', g, 'late' "
        f"FROM generate_series({MANY}, {2 * MANY - 1}) AS g"
    )
    client.run("COMMIT")
    stored.events += 2 * MANY
    for _ in range(2):
        check(
            "felt",
            client.run("SELECT m, why, count(*) FROM felt GROUP BY 1, 2 ORDER BY 1, 2"),
            [
                ["good", "so", str(MANY // 2)],
                ["bad", "late", str(MANY)],
                ["bad", "so", str(MANY // 2)],
            ],
        )
        client.run("CHECKPOINT")


def test_given_up(server, client, stored):
    """ROLLBACK, an error at the end, a cancel, a connection that is lost."""
    before = names(server)
    client.run("BEGIN")
    check("COPY", client.copy("COPY pay FROM STDIN", pay_lines(0, MANY)), [])
    if not names(server) - before:
        fail("nothing was staged")
    client.run("ROLLBACK")
    check_files("after ROLLBACK", server, client)
    errors = client.copy("COPY pay FROM STDIN", pay_lines(0, MANY) + ["x\n"])
    check("a bad line", [e["C"] for e in errors], ["22P04"])
    check_files("after a bad line", server, client)
    lost = Client(server)
    lost.copy_begin("COPY pay FROM STDIN")
    lost.copy_lines(pay_lines(0, MANY))
    lost.close()
    check_files("after a lost connection", server, client)
    cancelled = Client(server)
    cancelled.copy_begin("COPY pay FROM STDIN")
    cancelled.copy_lines(pay_lines(0, MANY))
    cancelled.cancel()
    errors = pgwire.errors(cancelled.until_ready())
    check("a cancel", [e["C"] for e in errors], ["57014"])
    check_files("after a cancel", server, client)
    stored.check(client, "after what was given up")


def test_kills(server, stored):
    """In the middle of a COPY, and right after a COMMIT."""
    client = Client(server)
    client.copy_begin("COPY pay FROM STDIN")
    client.copy_lines(pay_lines(stored.pay, MANY))
    kill(server)
    client = Client(server)
    stored.check(client, "after a kill in a COPY")
    check_files("after a kill in a COPY", server, client)
    for _ in range(3):
        lines = pay_lines(stored.pay, MANY // 4)
        check("COPY", client.copy("COPY pay FROM STDIN", lines), [])
        stored.add(len(lines))
        kill(server)
        client = Client(server)
        stored.check(client, "after a kill after a COMMIT")
    check_files("after kills", server, client)


def stele(server, *arguments):
    done = subprocess.run(
        [server.stele, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=server.server_environment(),
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        fail(f"{arguments}: {done.stdout}")
    return done.stdout


def test_tools(server, stored):
    """A log that names segments is told, checked and copied."""
    client = Client(server)
    lines = pay_lines(stored.pay, MANY // 4)
    check("COPY", client.copy("COPY pay FROM STDIN", lines), [])
    stored.add(len(lines))
    backup = os.path.join(server.dir, "backup")
    stele(server, "backup", "-D", server.data, backup)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    dumped = "".join(
        stele(server, "dump", path)
        for path in sorted(glob.glob(server.data + "/wal/*.wal"))
    )
    if " of shard " not in dumped:
        fail("no segment in the log's dump")
    for path in glob.glob(server.data + "/segments/*.seg")[:3]:
        stele(server, "dump", path)
    stele(server, "verify", "-D", server.data)
    stele(server, "verify", "-D", backup)
    kept = server.data
    server.data = os.path.join(server.dir, "restored")
    stele(server, "restore", "-D", server.data, backup)
    server.start()
    stored.check(Client(server), "in a backup")
    server.stop()
    server.data = kept
    server.start()
    client = Client(server)
    stored.check(client, "after it was looked at")
    client.run("CHECKPOINT")
    client.run("SELECT stele.compact()")
    stored.check(client, "after merges")
    check_files("after merges", server, client)
    check("online", client.one("SELECT stele.verify()"), ["0"])


with Server(
    "shard_count=3",
    "batch_memory=64kB",
    "memtable_size=1MB",
    "wal_file_size=1MB",
) as server:
    client = Client(server)
    client.run("CREATE TABLE pay (n bigint, t text)")
    client.run("CREATE TABLE big (n bigint)")
    stored = Stored()
    test_copies(server, client, stored)
    test_inserts(server, client, stored)
    test_transaction(server, client, stored)
    test_schema(server, client, stored)
    test_given_up(server, client, stored)
    test_kills(server, stored)
    test_tools(server, stored)
    print(f"{stored.events} events, {stored.pay} of them pay")
