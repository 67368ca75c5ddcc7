#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How often the server asks for memory on its hot paths.

    bench/allocations.py PROGRAM [EVENTS]

The same work over EVENTS events (2,000,000) and over a tenth of them: how many
calls of malloc() and its like there are of each (count_allocations.c counts
them), and how many more for each event more.  What is asked for by the row
would be 1 or more; what is asked for by the batch, the zone, the chunk or the
statement is next to nothing.
"""

import os
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import build  # noqa: E402
import doors  # noqa: E402
import measure  # noqa: E402
import queries  # noqa: E402
import report  # noqa: E402
import servers  # noqa: E402
import stores  # noqa: E402

EVENTS = 2_000_000
SHARE = 10  # the smaller run has one event in so many
CLIENTS = 8


class Counted(servers.Stele):
    """A server whose allocations are counted."""

    def __init__(self, directory, program, library):
        super().__init__(directory, program)
        self.library = library
        self.counts = os.path.join(directory, "counts")
        with open(self.counts, "wb") as file:
            file.write(bytes(16))

    def start(self, user=None):
        extra = {
            "LD_PRELOAD": self.library,
            "COUNT_ALLOCATIONS": self.counts,
        }
        os.environ.update(extra)
        try:
            return super().start(user)
        finally:
            for name in extra:
                del os.environ[name]

    def calls(self):
        with open(self.counts, "rb") as file:
            return struct.unpack("QQ", file.read())[0]


class Run:
    """What was counted of so many events, by what was done."""

    def __init__(self, work, program, library, count):
        self.count = count
        self.counted = {}  # what: (calls, events)
        self.folder = os.path.join(work, str(count))
        self.data = os.path.join(work, f"events-{count}")
        build.make_events(work, self.data, count)
        os.makedirs(self.folder)
        self.pgbench = measure.Pgbench(work, 1)
        self.server = Counted(self.folder, program, library)

    def all(self):
        self.server.create()
        self.server.start()
        try:
            self.server.prepare_copy()
            self.note("COPY", self.copy)
            self.note("CHECKPOINT", self.checkpoint)
            self.server.rest()
            self.reads()
            self.server.prepare_ingest()
            for word in ("INSERT", "STORE"):
                self.note(f"{word}, pipelines", lambda: self.stores(word))
            self.note("STORE, lines", self.lines)
            self.note("HTTP append", self.append)
        finally:
            self.server.stop()
        return self.counted

    def note(self, what, function):
        before = self.server.calls()
        events = function()
        self.counted[what] = (self.server.calls() - before, events)

    def copy(self):
        self.server.copy(self.data)
        return self.count

    def checkpoint(self):
        self.server.settle()
        return self.count

    def reads(self):
        facts = {
            "order_id": "1",
            "busiest": self.server.rows(queries.FIND_BUSIEST)[0][0],
        }
        for name in queries.QUERIES:
            text = queries.text_of(name, "stele", **facts)
            self.server.ask(text)  # what is cached is there
            self.note(name, lambda: self.ask(text))

    def ask(self, text):
        self.server.ask(text)
        return self.count * servers.ASK_EXECUTIONS

    def stores(self, word):
        events = self.count // SHARE
        count = events // CLIENTS // measure.PIPELINE
        self.pgbench.run(
            self.server, word + " pipelined", CLIENTS, transactions=count
        )
        return count * CLIENTS * measure.PIPELINE

    def lines(self):
        pipelines = doors.pipelines(self.data)
        count = self.count // SHARE // measure.PIPELINE
        return self.drive(
            stores.CountedFlow(self.server.line_port, pipelines, count)
        )

    def append(self):
        lines = doors.body_lines(self.data, self.count // SHARE)
        return self.drive(
            doors.HttpFlow(self.server.http_port, b"".join(lines))
        )

    @staticmethod
    def drive(flow):
        doors.run([flow])
        return flow.stored


def table(small, large):
    head = ["what", "calls, of the tenth", "of all", "for an event more"]
    rows = []
    for what, (calls, events) in large.items():
        fewer_calls, fewer_events = small[what]
        more = (calls - fewer_calls) / (events - fewer_events)
        rows.append([what, f"{fewer_calls:,}", f"{calls:,}", f"{more:.4f}"])
    return report.grid(head, rows)


def main():
    program = os.path.abspath(sys.argv[1])
    events = int(sys.argv[2]) if len(sys.argv) > 2 else EVENTS
    with tempfile.TemporaryDirectory(prefix="stele-bench-") as work:
        build.build_tools(work)
        servers.Server.tools = work
        library = os.path.join(work, "count_allocations.so")
        source = os.path.join(HERE, "count_allocations.c")
        build.command(
            *("cc", "-O2", "-D_GNU_SOURCE", "-shared", "-fPIC", source),
            *("-o", library),
        )
        small, large = (
            Run(work, program, library, count).all()
            for count in (events // SHARE, events)
        )
    print(table(small, large))


if __name__ == "__main__":
    main()
