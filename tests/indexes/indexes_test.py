#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same queries give the same rows wherever the events are, and with each
index switched off (promise I5).

The answers from MemTables, read without any index, are what all others are
compared with: from MemTables, from one segment, after a restart, from
many segments, from merged ones; with all indexes, without one, without any.
"""

import argparse
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "sqlgen"))

import events
from client import Client
from questions import ZONE_ROWS, Questions
from stele_server import Server

INDEXES = [
    "enable_context_index",
    "enable_filters",
    "enable_quick_lookups",
    "enable_row_filter",
    "enable_segment_ranges",
    "enable_zone_maps",
    "enable_zone_sets",
    "stele.enable_late_payload",
    "stele.enable_scan_bounds",
    "stele.enable_top_bound",
    "stele.enable_unordered_scan",
]

# Segments and zones begin and end where the questions suppose that they do.
OPTIONS = [
    "shard_count=1",
    f"zone_rows={ZONE_ROWS}",
    "memtable_age=0",
    "memtable_size=1GB",
]
ANSWERED = 0.9  # of the questions: the others would compare errors


class Run:
    def __init__(self, options):
        self.options = options
        rng = random.Random(options.seed)
        self.load = events.Load(rng, options.rows)
        questions = Questions(rng, self.load)
        self.questions = [questions.one() for _ in range(options.count)]
        if options.only is not None:
            self.questions = [self.questions[options.only]]
        self.expected = None
        self.failures = 0

    def store(self, client, flush_every):
        events.make_types(client.must)
        for number, statement in enumerate(self.load.statements):
            client.must(statement)
            if flush_every and number % flush_every == flush_every - 1:
                client.must("CHECKPOINT")

    def answers(self, client, off, questions):
        for option in off:
            client.must(f"SET {option} = off")
        answers = []
        for text in questions:
            answer = client.run(text)
            answers.append((answer.error, answer.rows))
        for option in off:
            client.must(f"RESET {option}")
        return answers

    def first(self, client):
        """The answers that all others are compared with."""
        self.expected = self.answers(client, INDEXES, self.questions)
        for text, (error, _) in zip(self.questions, self.expected):
            if error and self.options.show:
                print(error, text)
        good = sum(error is None for error, _ in self.expected)
        full = sum(len(rows) > 0 for _, rows in self.expected)
        print(f"{len(self.questions)} queries, {good} answered, {full} with rows")
        if good < ANSWERED * len(self.questions):
            sys.exit("FAIL too few queries without an error")

    def check(self, client, where, off=(), first=0, step=1):
        """Every `step`th question from number `first` on."""
        numbers = range(first, len(self.questions), step)
        questions = [self.questions[number] for number in numbers]
        for number, text, ours in zip(
            numbers, questions, self.answers(client, off, questions)
        ):
            expected = self.expected[number]
            if ours == expected:
                continue
            self.failures += 1
            print(f"FAIL --seed {self.options.seed} --only {number} {where}")
            print("  without", ", ".join(off) or "nothing")
            print(" ", text)
            print("  it is", str(ours)[:300])
            print("  not  ", str(expected)[:300], flush=True)
            if self.failures >= 5:
                sys.exit(1)

    def check_each(self, client, where):
        self.check(client, where)
        self.check(client, where, INDEXES)
        for number, index in enumerate(INDEXES):
            self.check(client, where, [index], number % 3, 3)


def segment_count(client):
    return int(client.must("SELECT count(*) FROM stele.segments").rows[0][0])


def one_flush(run):
    with Server(*OPTIONS) as server:
        client = Client(server.port)
        run.store(client, None)
        if segment_count(client) != 0:
            sys.exit("FAIL there is a segment before the first flush")
        run.first(client)
        run.check(client, "from MemTables")
        client.must("CHECKPOINT")
        run.check_each(client, "from segments")
        server.restart()
        run.check(Client(server.port), "after a restart")


def many_flushes(run):
    # Merged when they are told to be, not before they were asked.
    with Server(*OPTIONS, "compaction=off") as server:
        client = Client(server.port)
        run.store(client, events.FLUSHED // events.BATCH)
        if segment_count(client) < run.options.rows // events.FLUSHED:
            sys.exit("FAIL there are too few segments")
        run.check(client, "from many segments and MemTables")
        run.check(client, "from many segments and MemTables", INDEXES)
        client.must("CHECKPOINT")
        flushed = segment_count(client)
        client.must("SELECT stele.compact()")
        if segment_count(client) >= flushed:
            sys.exit("FAIL nothing was merged")
        run.check(client, "from merged segments")
        run.check(client, "from merged segments", INDEXES)
        server.restart()
        run.check(Client(server.port), "from merged segments, after a restart")


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rows", type=int, default=12000)
    parser.add_argument("--only", type=int)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def main():
    run = Run(parse_options())
    one_flush(run)
    many_flushes(run)
    if run.failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
