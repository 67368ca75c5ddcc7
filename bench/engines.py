# SPDX-License-Identifier: Apache-2.0
"""What answers without a server: DuckDB and ClickHouse as libraries, each in a
process of its own, and C written by hand.

They are timed inside of that process: no protocol, no socket, which favours
them.  Each has two threads, and its own persistent format after whatever it
calls compaction; caches are warm.  DuckDB keeps the events in the order of
arrival, ClickHouse by time, with a Bloom filter for order_id; for what goes by
context both may ask copies sorted by (context_id, timestamp), which are not
counted in their size and load.
"""

import json
import os
import shutil
import subprocess
import sys

import servers

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = sys.executable
# ClickHouse as a library; its optional dependencies are large and not needed.
PACKAGES = ("duckdb==2.0.1", "chdb-core==26.9.0")


def install(directory):
    """Whether the libraries are there, after an attempt to get them."""
    done = os.path.join(directory, "complete")
    if os.path.exists(done):
        return True
    arguments = ["-m", "pip", "install", "--quiet", "--no-deps"]
    arguments += ["--no-compile", "--root-user-action=ignore"]
    arguments += ["--target", directory]
    try:
        subprocess.run(
            [PYTHON, *arguments, *PACKAGES],
            check=True,
            stdout=sys.stderr,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    open(done, "w").close()
    return True


class Engine(servers.Peer):
    """The parent's end of engine_child.py."""

    def __init__(self, directory, packages):
        self.directory = os.path.join(directory, self.dialect)
        self.packages = packages
        self.log = self.directory + ".log"
        self.process = None

    def create(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        program = os.path.join(HERE, "engine_child.py")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [PYTHON, program, self.dialect, self.packages, self.directory],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=servers.die_with_parent,
            )
        self.version = self.call("version")

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process = None

    def call(self, name, **arguments):
        try:
            request = json.dumps(dict(arguments, call=name))
            print(request, file=self.process.stdin, flush=True)
            answer = json.loads(self.process.stdout.readline() or "{}")
        except BrokenPipeError:
            answer = {}
        if "value" not in answer:
            why = answer.get("error", f"it ended: see {self.log}")
            sys.exit(f"{self.name}: {name} {arguments}: {why}")
        return answer["value"]

    def prepare_copy(self):
        self.stop()
        self.create()
        self.start()

    def copy(self, data):
        return self.call("load", data=data)

    def checkpoint(self):
        return self.call("settle")

    def settle(self):
        self.call("settle")
        self.bytes = self.call("data_bytes")  # before the copies
        self.call("sort_copies")

    def data_bytes(self):
        return self.bytes

    def add_query_indexes(self):
        self.call("add_index")

    def rows(self, sql):
        return self.call("rows", sql=sql)

    def ask(self, sql):
        seconds = servers.QUERY_SECONDS_MAX
        return self.call("ask", sql=sql, seconds_max=seconds)

    def replay(self, sql, contexts):
        seconds = servers.QUERY_SECONDS_MAX
        arguments = {"contexts": contexts, "seconds_max": seconds}
        return self.call("replay", sql=sql, **arguments)


class DuckDB(Engine):
    name = "DuckDB"
    dialect = "duckdb"


class ClickHouse(Engine):
    name = "ClickHouse"
    dialect = "clickhouse"


class Hand(servers.Peer):
    """limits/hand_queries.c; what it is asked is a word."""

    name = "C by hand"
    dialect = "hand"

    def __init__(self, program, data):
        self.arguments = [program, data]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=servers.die_with_parent,
        )

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process = None

    def answer(self, word):
        print(word, file=self.process.stdin, flush=True)
        lines = []
        while True:
            line = self.process.stdout.readline()
            if line == "":
                sys.exit(f"{self.name}: {word}: it ended")
            if line == "\n":
                return lines
            lines.append(line.rstrip("\n"))

    def rows(self, word):
        return [line.split("|") for line in self.answer(word)[1:]]

    def ask(self, word):
        return float(self.answer(word)[0])
