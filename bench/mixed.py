# SPDX-License-Identifier: Apache-2.0
"""Durable stores of one event, alone and beside scans that never pause."""

import glob
import os
import statistics
import subprocess
import tempfile
import time

import queries
import report

CLIENTS = 8
SCANNERS = 2
SCAN = "Q5 group by two, top 10"
STATEMENTS = ("STORE", "INSERT")
WARM_UP_SECONDS = 0.5


def percentile(latencies, share):
    return sorted(latencies)[int(len(latencies) * share)]


class Mixed:
    def __init__(self, options, pgbench, tools):
        self.options = options
        self.pgbench = pgbench
        self.script = os.path.join(tools, "scan.sql")
        with open(self.script, "w") as file:
            file.write(queries.text_of(SCAN, "stele") + ";\n")

    def latencies(self, server, statement):
        """Of every store in ms; pgbench logs them."""
        with tempfile.TemporaryDirectory() as folder:
            prefix = os.path.join(folder, "log")
            self.pgbench.run(
                server, statement, CLIENTS, "--log", "--log-prefix", prefix
            )
            taken = []
            for path in glob.glob(prefix + "*"):
                with open(path) as file:
                    taken += [int(line.split()[2]) / 1e3 for line in file]
        return taken

    def scanners(self, server):
        """A process that scans until it is ended."""
        seconds = str(self.pgbench.seconds + 60)
        process = subprocess.Popen(
            ["pgbench", "-n", "-M", "prepared", "-c", str(SCANNERS)]
            + ["-T", seconds, "-f", self.script],
            env=server.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(WARM_UP_SECONDS)
        return process

    def run_one(self, server, statement):
        alone = self.latencies(server, statement)
        process = self.scanners(server)
        try:
            beside = self.latencies(server, statement)
        finally:
            process.terminate()
            process.wait()
        return {
            "p99 alone, ms": percentile(alone, 0.99),
            "p99 beside scans, ms": percentile(beside, 0.99),
            "ratio of p99": percentile(beside, 0.99) / percentile(alone, 0.99),
            "p50 beside scans, ms": percentile(beside, 0.5),
            "stores left": len(beside) / len(alone),
        }

    def table(self, peers):
        """peers: (server, statement), measured in turns."""
        runs = {}
        for _ in range(self.options.runs):
            for server, statement in peers:
                server.prepare_ingest()
                one = self.run_one(server, statement)
                key = f"{server.name}, {statement}"
                runs.setdefault(key, []).append(one)
                figures = {k: report.figure(v) for k, v in one.items()}
                report.say(" ", key, figures)
        head = None
        rows = []
        for key, ones in runs.items():
            head = ["what", *ones[0]]
            medians = [
                statistics.median(one[name] for one in ones) for name in ones[0]
            ]
            rows.append([key, *map(report.figure, medians)])
        title = (
            f"Durable stores, {CLIENTS} clients, alone and beside"
            f" {SCANNERS} clients that group all events without pause."
        )
        return f"{title}\n\n{report.grid(head, rows)}"


def mixed(options, pgbench, tools, stele, postgres):
    peers = [(stele, statement) for statement in STATEMENTS]
    peers.append((postgres, "INSERT"))
    return Mixed(options, pgbench, tools).table(peers)
