#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One COPY far past batch_memory: memory is bounded, whatever its size.

The rows are the orders of bench/gen_events.c, streamed.  While they come the
server's resident memory is sampled; afterwards it must have been within what
two parts of the batch, the writers of their segments and the server itself
take.  Nothing of the COPY is seen before its end, all of it after, with ids
without a gap; and a second one that is killed half-way leaves nothing.

    LARGE_COPY_EVENTS=200000000   generated events; about half are orders
    LARGE_COPY_OPTIONS=batch_memory=64MB   of the server, in place of small ones
    LARGE_COPY_DIRECTORY=DIR      data and generator's files there; they stay
    LARGE_COPY_BOUND_MB=MB        what the server may take
"""

import os
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check, skip  # noqa: E402

EVENTS = int(os.environ.get("LARGE_COPY_EVENTS", "6000000"))
OPTIONS = os.environ.get(
    "LARGE_COPY_OPTIONS",
    "batch_memory=8MB,memtable_size=8MB,block_cache_size=16MB",
).split(",")
BOUND_MB = int(os.environ.get("LARGE_COPY_BOUND_MB", "96"))
KEPT = os.environ.get("LARGE_COPY_DIRECTORY")
GENERATOR = os.path.join(HERE, "..", "..", "bench", "gen_events.c")
CHUNK = 1 << 18
SAMPLE_SECONDS = 2 if KEPT else 0.1
TABLE = (
    "CREATE TABLE order_created (order_id bigint NOT NULL, amount float8 NOT"
    " NULL, status text NOT NULL, country text NOT NULL, channel text NOT"
    " NULL, note text)"
)
COPY = "COPY order_created FROM STDIN (FORMAT csv, HEADER)"


class Client(pgwire.Connection):
    def __init__(self, server):
        super().__init__(server.port, timeout=600 * pgwire.PATIENCE)
        self.start()

    def one(self, sql):
        answer = self.query(sql)
        check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
        rows = pgwire.rows(answer)
        return [int(v) for v in rows[0]] if rows else []

    def copy_begin(self):
        self.send(pgwire.query(COPY))
        while self.message()[0] != b"G":
            pass

    def copy_end(self):
        self.send(pgwire.message(b"c"))
        errors = pgwire.errors(self.until_ready())
        check(not errors, f"COPY: {errors}")


def build_generator(folder):
    program = os.path.join(folder, "gen_events")
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O2"]
    compiler = shutil.which("cc")
    if compiler is None:
        skip("no compiler for the generator")
    subprocess.run(
        [compiler, *flags, GENERATOR, "-o", program, "-lm"], check=True
    )
    return program


class Orders:
    """The lines of gen_events, as it makes them; counted."""

    def __init__(self, program, folder):
        self.folder = os.path.join(folder, "events")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        orders = os.path.join(self.folder, "order_created.csv")
        os.mkfifo(orders)
        os.symlink("/dev/null", os.path.join(self.folder, "page_view.csv"))
        self.process = subprocess.Popen([program, str(EVENTS), self.folder])
        self.file = open(orders, "rb", buffering=0)
        self.rows = -1  # the header is none
        self.bytes = 0

    def __iter__(self):
        while chunk := self.file.read(CHUNK):
            self.rows += chunk.count(b"\n")
            self.bytes += len(chunk)
            yield chunk

    def close(self):
        self.file.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0


class Memory:
    """Resident memory over time, sampled by a thread."""

    def __init__(self, pid):
        self.pid = pid
        self.samples = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.is_over.wait(SAMPLE_SECONDS):
            self.samples.append(resident_mb(self.pid))

    def end(self):
        self.is_over.set()
        self.thread.join()
        return self.samples


def tenths(samples):
    """The greatest of each tenth of the time."""
    step = max(1, len(samples) // 10)
    return [
        round(max(samples[at : at + step]))
        for at in range(0, len(samples), step)
    ]


def copy_all(server, client, orders):
    """One COPY of all, watched; another client sees nothing before its end."""
    other = Client(server)
    pid = server.process.pid
    memory = Memory(pid)
    began, spent = time.monotonic(), processor_seconds(pid)
    try:
        client.copy_begin()
        for chunk in orders:
            client.send(pgwire.message(b"d", chunk))
        check(
            other.one("SELECT count(*) FROM order_created") == [0],
            "rows are seen before the COPY's end",
        )
        client.copy_end()
    finally:
        samples = memory.end()
    took = time.monotonic() - began
    spent = processor_seconds(pid) - spent
    print(
        f"{orders.rows} rows, {orders.bytes / 1e6:.0f} MB of text:"
        f" {took:.1f} s, {spent / orders.rows * 1e6:.3f} s of processor time"
        f" a million rows, at most {max(samples):.0f} MB"
    )
    print("resident MB, each tenth of the time:", *tenths(samples))
    check(
        max(samples) <= BOUND_MB or pgwire.IS_SANITIZED,
        f"the server took {max(samples):.0f} MB, more than {BOUND_MB}",
    )


def check_rows(client, rows, when):
    found = client.one(
        "SELECT count(*), min(event_id), max(event_id) FROM order_created"
    )
    check(found == [rows, 1, rows], f"{when}: {found}, expected {rows}")


def check_killed(server, program, folder, rows):
    """Killed with half of another COPY staged: it leaves nothing."""
    client = Client(server)
    orders = Orders(program, folder)
    client.copy_begin()
    for chunk in orders:
        client.send(pgwire.message(b"d", chunk))
        if orders.rows > rows // 2:
            break
    server.process.kill()
    server.process.wait()
    orders.close()
    server.start()
    check_rows(Client(server), rows, "after a kill")


def run(server, folder):
    program = build_generator(folder)
    orders = Orders(program, folder)
    client = Client(server)
    client.one(TABLE)
    copy_all(server, client, orders)
    orders.close()
    check_rows(client, orders.rows, "after the COPY")
    began = time.monotonic()
    client.one("CHECKPOINT")
    segments = client.one("SELECT count(*), sum(bytes) FROM stele.segments")
    print(
        f"CHECKPOINT {time.monotonic() - began:.1f} s;"
        f" {segments[0]} segments, {segments[1] / orders.rows:.1f} bytes a row"
    )
    if not KEPT:
        check_killed(server, program, folder, orders.rows)


server = Server(*OPTIONS, "shard_count=2")
if KEPT:
    os.makedirs(KEPT, exist_ok=True)
    server.data = os.path.join(KEPT, "data")
with server:
    run(server, KEPT or server.dir)
