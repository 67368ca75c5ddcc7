#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server stops, and ends sessions, whatever their clients do."""

import os
import socket
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

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


def main():
    with Server("net_threads=16") as server:
        try:
            while_clients_come(server)
        except Failure as failure:
            sys.exit(f"FAIL while_clients_come: {failure}")
        print("ok   while_clients_come")


if __name__ == "__main__":
    main()
