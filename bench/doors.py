# SPDX-License-Identifier: Apache-2.0
"""STOREs as lines, and events in HTTP's bodies, as shares of what servers
reach that keep nothing, with COPY beside.

One thread moves the bytes of all connections, which are made beforehand: a
pipeline of STOREs costs the client two calls.
"""

import csv
import itertools
import json
import os
import re
import selectors
import socket
import statistics
import sys
import time

import measure
import report

CONNECTIONS = 16
APPENDED_MAX = 1_000_000  # events of all bodies of a run
PIPELINES = 32  # different ones
PIECE = 1 << 18  # bytes of one call
WAIT_SECONDS = 60
LINE_REPLY = b"200 OK\nEvent accepted for storage\n"
HTTP_END = b"\r\n0\r\n\r\n"
HTTP_SUM = re.compile(rb'"stored":(\d+),"failed":0[,}]')
COUNT = "SELECT count(*) FROM order_ingest"


class Flow:
    """One connection: what is left to be sent, and how replies are taken."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left = memoryview(b"")

    def send(self):
        """As much as the socket takes."""
        while self.left:
            try:
                sent = self.socket.send(self.left[:PIECE])
            except BlockingIOError:
                return
            self.left = self.left[sent:]

    def receive(self):
        data = self.socket.recv(PIECE)
        if not data:
            sys.exit("a connection was closed amid its replies")
        return data


class LineFlow(Flow):
    """Pipelines of STOREs until `end`, each when the one before is answered."""

    expected = LINE_REPLY * measure.PIPELINE

    def __init__(self, port, pipelines, end):
        super().__init__(port)
        self.pipelines = itertools.cycle(pipelines)
        self.end = end
        self.replies = 0  # bytes of them
        self.stored = 0
        self.left = memoryview(next(self.pipelines))

    def take(self):
        """Read; whether more is to come."""
        data = self.receive()
        begin, self.replies = self.replies, self.replies + len(data)
        if data != self.expected[begin : self.replies]:
            sys.exit(f"not the replies to STOREs: {data[:200]!r}")
        if self.replies < len(self.expected):
            return True
        self.replies = 0
        self.stored += measure.PIPELINE
        if time.monotonic() >= self.end:
            return False
        self.left = memoryview(next(self.pipelines))
        return True


class HttpFlow(Flow):
    """One request; its reply is whole with the last chunk."""

    def __init__(self, port, body):
        super().__init__(port)
        head = (
            "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.left = memoryview(head.encode() + body)
        self.tail = b""  # of the reply
        self.stored = 0

    def take(self):
        self.tail = self.tail[-400:] + self.receive()
        if not self.tail.endswith(HTTP_END):
            return True
        total = HTTP_SUM.search(self.tail)
        if total is None:
            sys.exit(f"not all events are stored: {self.tail[-400:]!r}")
        self.stored = int(total.group(1))
        return False


def run(flows):
    """Seconds until all is answered."""
    start = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for flow in flows:
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            selector.register(flow.socket, both, flow)
        while selector.get_map():
            ready = selector.select(WAIT_SECONDS)
            if not ready:
                sys.exit("no reply has come for long")
            for key, what in ready:
                serve(selector, key, what)
    return time.monotonic() - start


def serve(selector, key, what):
    flow = key.data
    if what & selectors.EVENT_READ and not flow.take():
        selector.unregister(flow.socket)
        flow.socket.close()
        return
    flow.send()
    wanted = selectors.EVENT_READ
    wanted |= selectors.EVENT_WRITE if flow.left else 0
    if wanted != key.events:
        selector.modify(flow.socket, wanted, flow)


# ---- what is sent ----


def events(data, count):
    """(context, time, payload) of the first orders."""
    with open(os.path.join(data, "order_created.csv"), newline="") as file:
        for row in itertools.islice(csv.DictReader(file), count):
            payload = {
                "order_id": int(row["order_id"]),
                "amount": float(row["amount"]),
                "status": row["status"],
                "country": row["country"],
                "channel": row["channel"],
            }
            if row["note"]:
                payload["note"] = row["note"]
            yield row["context_id"], row["timestamp"], payload


def pipelines(data):
    lines = [
        f'STORE order_ingest FOR "{context}" PAYLOAD {json.dumps(payload)}\n'
        for context, _, payload in events(data, PIPELINES * measure.PIPELINE)
    ]
    return [
        "".join(lines[i : i + measure.PIPELINE]).encode()
        for i in range(0, len(lines), measure.PIPELINE)
    ]


def body_lines(data, count):
    return [
        json.dumps(
            {"type": "order_ingest", "context": context, "at": at}
            | {"payload": payload}
        ).encode()
        + b"\n"
        for context, at, payload in events(data, count)
    ]


# ---- the measurement ----


class Doors:
    def __init__(self, bench):
        self.bench = bench
        self.pipelines = pipelines(bench.data)
        self.lines = body_lines(bench.data, APPENDED_MAX)

    def store(self, server):
        end = time.monotonic() + self.bench.pgbench.seconds
        flows = []
        for i in range(CONNECTIONS):
            mine = self.pipelines[i:] + self.pipelines[:i]
            flows.append(LineFlow(server.line_port, mine, end))
        return flows

    def append(self, connections):
        """All lines, in as many bodies."""
        bodies = [
            b"".join(self.lines[i::connections]) for i in range(connections)
        ]
        return lambda server: [
            HttpFlow(server.http_port, body) for body in bodies
        ]

    def rate(self, server, make_flows):
        """Events per second; a server that keeps them has as many more."""
        is_kept = server is self.bench.stele
        server.prepare_ingest()
        before = int(server.psql(COUNT)) if is_kept else 0
        flows = make_flows(server)
        seconds = run(flows)
        stored = sum(flow.stored for flow in flows)
        if is_kept and int(server.psql(COUNT)) != before + stored:
            sys.exit(f"{server.name}: not all of {stored} events are there")
        return stored / seconds

    def row(self, what, make_flows):
        bench = self.bench
        peers = (bench.null, bench.null_log, bench.stele)
        values = bench.alternate(peers, lambda s: self.rate(s, make_flows))
        medians = {
            name: statistics.median(runs) for name, runs in values.items()
        }
        shown = {name: report.figure(rate) for name, rate in medians.items()}
        report.say(" ", what, shown)
        return self.cells(what, *(medians[peer.name] for peer in peers))

    def cells(self, what, null, log, stele):
        postgres = self.bench.table.value("COPY", report.POSTGRES)
        return (
            [what, *map(report.figure, (null, log, stele))]
            + [report.ratio(stele, other, True) for other in (null, log)]
            + [report.ratio(stele, postgres, True)]
        )

    def table(self):
        bench = self.bench
        names = (bench.null.name, bench.null_log.name, report.STELE)
        head = ["events/s", *names, "of the null server", "of the log"]
        copies = [
            bench.table.value("COPY", column)
            for column in (report.LIMIT, None, report.STELE)
        ]
        postgres = bench.table.value("COPY", report.POSTGRES)
        rows = [
            self.row(
                f"STORE, lines, pipelines of {measure.PIPELINE},"
                f" {CONNECTIONS} connections",
                self.store,
            ),
            self.row("HTTP append, 1 connection", self.append(1)),
            self.row(
                f"HTTP append, {CONNECTIONS} connections",
                self.append(CONNECTIONS),
            ),
            self.cells("COPY", *copies),
        ]
        title = (
            "Durable stores through the native doors, beside COPY;"
            f" PostgreSQL's COPY takes {report.figure(postgres)} events/s."
        )
        head.append("× PostgreSQL's COPY")
        return f"{title}\n\n{report.grid(head, rows)}"


def table(bench):
    return Doors(bench).table()
