#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Processor time of an event that is stored, by threads of the server.

    bench/stores.py [--rounds N] [--thousands N] [--only WORD] PROGRAM [PROGRAM]

Each way of storing runs on each program in turns: pipelines of 100 of pgbench
(INSERT, STORE), lines, and the bodies of HTTP.  What is said are nanoseconds of
an event, the medians of the rounds, with what it takes until all are in
segments, and the ratio to the first program.  Clocks have no say in it, so that
it means something on a machine that is not quiet.
"""

import argparse
import glob
import os
import re
import statistics
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import build  # noqa: E402
import doors  # noqa: E402
import measure  # noqa: E402
import servers  # noqa: E402

CLIENTS = 8
EVENTS = 200_000  # made, for lines and bodies
WAYS = ("INSERT", "STORE", "lines", "append", "append 16")
THREADS = ("net", "log", "shard", "flush", "merge")


def processor_times(pid):
    """Nanoseconds of each kind of thread."""
    times = dict.fromkeys((*THREADS, "rest"), 0)
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path) as file:
                used = int(file.read().split()[0])
            with open(os.path.join(os.path.dirname(path), "comm")) as file:
                name = re.match(r"[a-z]*", file.read()).group()
        except OSError:
            continue
        times[name if name in times else "rest"] += used
    return times


class Stores:
    """What is sent, by each way."""

    def __init__(self, options, work):
        self.options = options
        build.make_events(work, os.path.join(work, "events"), EVENTS)
        self.data = os.path.join(work, "events")
        self.pgbench = measure.Pgbench(work, 1)
        self.pipelines = doors.pipelines(self.data)
        self.lines = doors.body_lines(self.data, EVENTS)

    def pgbench_run(self, server, word):
        events = self.options.thousands * 1000
        count = max(events // CLIENTS // measure.PIPELINE, 1)
        self.pgbench.run(
            server, word + " pipelined", CLIENTS, transactions=count
        )
        return count * CLIENTS * measure.PIPELINE

    def line_run(self, server):
        events = self.options.thousands * 1000
        per_flow = max(events // doors.CONNECTIONS // measure.PIPELINE, 1)
        flows = []
        for i in range(doors.CONNECTIONS):
            mine = self.pipelines[i:] + self.pipelines[:i]
            flows.append(CountedFlow(server.line_port, mine, per_flow))
        doors.run(flows)
        return sum(flow.stored for flow in flows)

    def append_run(self, server, connections):
        lines = self.lines[: self.options.thousands * 1000]
        flows = [
            doors.HttpFlow(
                server.http_port, b"".join(lines[i::connections])
            )
            for i in range(connections)
        ]
        doors.run(flows)
        return sum(flow.stored for flow in flows)

    def run(self, server, way):
        """Nanoseconds of an event, by thread."""
        before = processor_times(server.process.pid)
        if way == "lines":
            count = self.line_run(server)
        elif way == "append":
            count = self.append_run(server, 1)
        elif way == "append 16":
            count = self.append_run(server, doors.CONNECTIONS)
        else:
            count = self.pgbench_run(server, way)
        server.settle()
        after = processor_times(server.process.pid)
        return {name: (after[name] - before[name]) / count for name in after}


class CountedFlow(doors.LineFlow):
    """So many pipelines."""

    def __init__(self, port, pipelines, count):
        super().__init__(port, pipelines, float("inf"))
        self.count = count

    def take(self):
        is_more = super().take()
        if self.stored < self.count * measure.PIPELINE:
            return is_more
        self.left = memoryview(b"")
        return False


def report(way, programs, runs):
    """A line for each program."""
    base = None
    for program in programs:
        columns = {
            name: statistics.median(run[name] for run in runs[program])
            for name in (*THREADS, "rest")
        }
        # Merges come when they come: they are said, and not counted.
        total = statistics.median(
            sum(run.values()) - run["merge"] for run in runs[program]
        )
        base = base or total
        shown = " ".join(f"{name} {ns:5.0f}" for name, ns in columns.items())
        print(f"{way:10} {shown}   all {total:6.0f}  {total / base:.3f}"
              f"  {program}", flush=True)


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thousands", type=int, default=EVENTS // 1000)
    parser.add_argument("--only", metavar="WORD", choices=WAYS)
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    return parser.parse_args()


def main():
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="stele-bench-") as work:
        build.build_tools(work)
        stores = Stores(options, work)
        peers = []
        for i, program in enumerate(options.programs):
            folder = os.path.join(work, str(i))
            os.mkdir(folder)
            peers.append(servers.Stele(folder, program))
        try:
            for peer in peers:
                peer.start()
                peer.prepare_ingest()
            for way in WAYS:
                if options.only not in (None, way):
                    continue
                runs = {peer.program: [] for peer in peers}
                for _ in range(options.rounds):
                    for peer in peers:
                        runs[peer.program].append(stores.run(peer, way))
                report(way, options.programs, runs)
        finally:
            for peer in peers:
                peer.stop()


if __name__ == "__main__":
    main()
