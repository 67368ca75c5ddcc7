#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of stores through several doors of one server, in turns.

    STELE=build/src/stele bench/pipelines.py [rounds]

A pipeline is 100 STOREs in one write; then all replies are read.  What is said
is the median of the rounds, in microseconds a store: of the clock, and of the
server's processor time; and the ratio of that to PostgreSQL's simple queries with
the same texts.
"""

import glob
import os
import socket
import statistics
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "lib"))
import pgwire  # noqa: E402
from stele_server import Server, free_port  # noqa: E402

STORES = 100  # in a pipeline
PIPELINES = 60  # in a round
PAYLOAD = '{"amount": 19.90, "method": "card"}'


class Door:
    """A connection, what is sent, and how many bytes answer it."""

    def __init__(self, connection, request, reply_size):
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.reply_size = reply_size

    def run(self):
        self.socket.sendall(self.request)
        left = self.reply_size
        while left > 0:
            data = self.socket.recv(1 << 20)
            if not data:
                sys.exit("the server has closed the connection")
            left -= len(data)

    def time(self, pid):
        """Microseconds a store: of the clock, of the server's processors."""
        used, begin = processor_time(pid), time.perf_counter()
        for _ in range(PIPELINES):
            self.run()
        taken, used = time.perf_counter() - begin, processor_time(pid) - used
        return (taken * 1e6 / PIPELINES / STORES, used / 1e3 / PIPELINES / STORES)


def processor_time(pid):
    """Nanoseconds, of all threads."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total


def texts():
    return [
        f'STORE payment FOR "order-{i}" PAYLOAD {PAYLOAD}'
        for i in range(STORES)
    ]


def lines(port):
    reply = b"200 OK\nEvent accepted for storage\n"
    request = "".join(text + "\n" for text in texts()).encode()
    return Door(socket.create_connection(("127.0.0.1", port)), request,
                len(reply) * STORES)


def size(messages):
    return sum(len(body) + 5 for _, body in messages)


def simple(port):
    connection = pgwire.Connection(port)
    connection.start()
    one = size(connection.query(texts()[0]))
    request = b"".join(pgwire.query(text) for text in texts())
    return Door(connection.socket, request, one * STORES)


def execution(i):
    """Bind, Execute and Sync of the prepared statement."""
    values = b"".join(
        struct.pack("!i", len(value)) + value
        for value in (b"order-%d" % i, PAYLOAD.encode())
    )
    bind = b"\0stored\0" + struct.pack("!HH", 0, 2) + values + b"\0\0"
    return (
        pgwire.message(b"B", bind)
        + pgwire.message(b"E", b"\0" + struct.pack("!i", 0))
        + pgwire.message(b"S")
    )


def prepared(port):
    connection = pgwire.Connection(port)
    connection.start()
    connection.send(
        pgwire.parse("STORE payment FOR $1 PAYLOAD $2", name="stored")
        + pgwire.message(b"S"))
    connection.until_ready()
    connection.send(execution(0))
    one = size(connection.until_ready())
    request = b"".join(execution(i) for i in range(STORES))
    return Door(connection.socket, request, one * STORES)


def define(port):
    with pgwire.Connection(port) as connection:
        connection.start()
        connection.query('DEFINE payment FIELDS { "amount": "decimal(10,2)",'
                         ' "method": "string" }')


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    line_port = free_port()
    with Server(f"line_port={line_port}") as server:
        define(server.port)
        doors = {
            "line": lines(line_port),
            "simple": simple(server.port),
            "prepared": prepared(server.port),
        }
        times = {name: [] for name in doors}
        names = list(doors)
        for i in range(rounds):
            turn = i % len(names)
            for name in names[turn:] + names[:turn]:
                times[name].append(doors[name].time(server.process.pid))
    medians = {
        name: [statistics.median(column) for column in zip(*times[name])]
        for name in names
    }
    for name in names:
        clock, used = medians[name]
        print(f"{name:10} {clock:6.1f} us a store, {used:6.2f} us of processor:"
              f" {used / medians['simple'][1]:.2f} of simple")


if __name__ == "__main__":
    main()
