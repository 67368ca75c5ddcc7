#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server stops, and ends sessions, whatever their clients do."""

import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

STOPS = 5
FLOODERS = 4
HELD_EACH = 20  # below max_connections, all of them together


class Flood:
    """Clients that connect, and go on to, until the end."""

    def __init__(self, port):
        self.port = port
        self.is_over = False
        self.has_begun = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self.run) for _ in range(FLOODERS)]
        for thread in self.threads:
            thread.start()
        for _ in self.threads:
            self.has_begun.acquire()

    def run(self):
        held = []
        while not self.is_over:
            try:
                held.append(socket.create_connection(("127.0.0.1", self.port)))
            except OSError:
                continue  # it is stopping
            if len(held) == HELD_EACH:
                held.pop(0).close()
                self.has_begun.release()
        for client in held:
            client.close()

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()


def while_clients_come(server):
    """A connection that is handed to a thread that has stopped has no session."""
    for _ in range(STOPS):
        flood = Flood(server.port)
        status = server.stop()
        flood.end()
        check(status == 0, f"it ends with {status}")
        with open(server.log, errors="replace") as log:
            check("did not end in time" not in log.read(), "a session is left")
        server.start()


def one_value(wire, text):
    answer = wire.query(text)
    check(not pgwire.errors(answer), f"{text}: {pgwire.errors(answer)}")
    return pgwire.rows(answer)[0][0]


def who_reads_nothing(server):
    """A session that waits when it is ended is closed, be its replies read or not.

    Which of these sizes fill the socket is the kernel's; the last query waits
    for the log.
    """
    with pgwire.Connection(server.port) as admin:
        admin.start()
        admin.query("CREATE TABLE late (n int)")
        for kib in range(160, 360, 20):
            client = pgwire.Connection(server.port, directory=server.dir)
            client.start()
            pid = one_value(client, "SELECT pg_backend_pid()").decode()
            client.query("SET synchronous_commit = off")
            client.send(b"".join(pgwire.query(text) for text in (
                f"SELECT repeat('x', 1024) FROM generate_series(1, {kib})",
                "INSERT INTO late (context_id, n) VALUES ('c', 1)",
                "SELECT n FROM late WHERE n > 1")))
            seen = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"
            deadline = time.monotonic() + 0.2
            while one_value(admin, f"{seen} AND query LIKE 'SELECT n%'") != b"1":
                if time.monotonic() > deadline:
                    break  # its replies are in the way
            one_value(admin, f"SELECT pg_terminate_backend({pid})")
            deadline = time.monotonic() + 20 * pgwire.PATIENCE
            while one_value(admin, seen) != b"0":
                check(time.monotonic() < deadline, f"{kib} kB keep it")
                time.sleep(0.05)
            client.close()


def run(test, *options):
    with Server(*options) as server:
        try:
            test(server)
        except Failure as failure:
            sys.exit(f"FAIL {test.__name__}: {failure}")
    print(f"ok   {test.__name__}")


def main():
    run(while_clients_come, "net_threads=16")
    run(who_reads_nothing, "wal_sync_interval=3s")


if __name__ == "__main__":
    main()
