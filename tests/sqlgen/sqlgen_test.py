#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random queries over random data, answered as PostgreSQL 15 answers them.

    sqlgen_test.py [--seed S] [--count N] [--only I] [--show] [--keep-going]

Rows, names of columns and types are compared.  Query I of a seed is always the
same: --only runs it alone.  Skipped where there is no PostgreSQL 15.  What
PostgreSQL leaves open is no difference: the order of rows without ORDER BY,
which of two equal values DISTINCT keeps (1.0 or 1.00), whether a row that is
not needed is computed, and so whether its error appears.
"""

import argparse
import collections
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import calls  # noqa: F401 -- adds its rules
import containers  # noqa: F401
import explained
import schema
import rows  # noqa: F401
import sets  # noqa: F401
from client import Client
from postgres import Postgres
from queries import Generator
from stele_server import Server

# What improves plans: the rows are the same without it.
OPTIONS = [
    "enable_hashjoin",
    "enable_memoize",
    "stele.enable_decorrelation",
    "stele.enable_distinct_count",
    "stele.enable_equalities",
    "stele.enable_filter_pushdown",
    "stele.enable_hashed_subquery",
    "stele.enable_join_order",
    "stele.enable_late_payload",
    "stele.enable_scan_bounds",
    "stele.enable_top_bound",
    "stele.enable_unordered_scan",
    "stele.enable_work_mem",
]

# Operators keep a batch, and 64 kB where they keep more all the same; nothing
# is added up in pieces.
SPILL = [
    "work_mem = '64kB'",
    "stele.enable_work_mem = off",
    "min_parallel_rows = -1",
]

VIEW_COUNT = 6

NUMBER = re.compile(r"-?\d+(\.\d+)?$")


UNIT = re.compile(r"(-?\d+) (year|mon|day)s?")
CLOCK = re.compile(r"(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$")
INTERVAL = re.compile(r"(-?\d+ (year|mon|day)s? ?|[+-]?\d+:\d\d:\d\d(\.\d+)?$)+$")
DAYS = {"year": 360, "mon": 30, "day": 1}


def length_of_interval(text):
    days = sum(int(n) * DAYS[unit] for n, unit in UNIT.findall(text))
    microseconds = 0
    clock = CLOCK.search(text)
    if clock:
        sign, hours, minutes, seconds = clock.groups()
        microseconds = round(float(seconds) * 1e6)
        microseconds += (int(hours) * 60 + int(minutes)) * 60000000
        microseconds *= -1 if sign else 1
    return str(days * 86400000000 + microseconds)


def plain(value):
    """A value without what equal values may differ in."""
    if value is not None and INTERVAL.match(value):
        return length_of_interval(value)
    if value is None or not NUMBER.match(value):
        return value
    if "." in value:
        value = value.rstrip("0").rstrip(".")
    return "0" if value == "-0" else value


def sort_key(row):
    return [(value is None, value or "") for value in row]


def same_rows(generator, ours, theirs):
    if not generator.is_ordered:
        ours = sorted(ours, key=sort_key)
        theirs = sorted(theirs, key=sort_key)
    if ours == theirs:
        return True
    if not generator.is_loose:
        return False
    ours = [tuple(map(plain, row)) for row in ours]
    theirs = [tuple(map(plain, row)) for row in theirs]
    if not generator.is_ordered:
        ours.sort(key=sort_key)
        theirs.sort(key=sort_key)
    return ours == theirs


# What PostgreSQL folds when it plans, with the modifiers of what is left; and
# rows, whose fields keep theirs only here.
FOLDED = re.compile(r"\b(CASE|coalesce|greatest|least|UNION ALL|ROW)\b")


def same_columns(text, ours, theirs):
    """Names and types; modifiers, where folding does not change them."""
    if FOLDED.search(text):
        ours = [column[:2] for column in ours]
        theirs = [column[:2] for column in theirs]
    return ours == theirs


def is_runtime_error(code):
    """0A000 too: units that a type has not, seen when constants are folded."""
    return code is not None and (code[:2] in ("22", "21") or code == "0A000")


def compare(generator, text, ours, theirs):
    """
    None, or what is different; "open" if PostgreSQL leaves it open, or
    explained.py says why it is so.
    """
    difference = difference_of(generator, text, ours, theirs)
    if difference and explained.reason_of_any(text, ours, theirs):
        return "open"
    if difference and generator.is_strict:
        if explained.reason(text, ours, theirs):
            return "open"
    return difference


def difference_of(generator, text, ours, theirs):
    if ours.error or theirs.error:
        if ours.error == theirs.error:
            return None
        is_open = is_runtime_error(ours.error or theirs.error)
        is_open = is_open and ours.error != "0A000"
        if not generator.is_strict and is_open and (
            not ours.error
            or not theirs.error
            or is_runtime_error(theirs.error)
        ):
            return "open"
        return (
            f"ours {ours.error} {ours.message},"
            f" PostgreSQL's {theirs.error} {theirs.message}"
        )
    if not same_columns(text, ours.columns, theirs.columns):
        return f"columns {ours.columns}, PostgreSQL's {theirs.columns}"
    if same_rows(generator, ours.rows, theirs.rows):
        return None
    return describe_rows(ours.rows, theirs.rows)


def describe_rows(ours, theirs):
    mine = collections.Counter(ours)
    its = collections.Counter(theirs)
    lines = [f"{len(ours)} rows, PostgreSQL's {len(theirs)}"]
    lines += [f"  only ours: {row}" for row in list(mine - its)[:5]]
    lines += [f"  only PostgreSQL's: {row}" for row in list(its - mine)[:5]]
    return "\n".join(lines)


def load(stele, postgres, seed, tables):
    """The same rows into both; ours as a store has them that is in use."""
    rng = random.Random(seed)
    for table in tables:
        stele.must(table.create())
        postgres.must(table.create())
        statements = list(table.inserts(rng))
        quarter = len(statements) / 4
        # Two segments that are merged, one that is not, the rest in memory.
        then = {
            int(quarter): ["CHECKPOINT"],
            int(2 * quarter): ["CHECKPOINT", "SELECT stele.compact()"],
            int(3 * quarter): ["CHECKPOINT"],
        }
        for number, statement in enumerate(statements):
            stele.must(statement)
            postgres.must(statement)
            for command in then.get(number, []):
                stele.must(command)
        postgres.must(f"ANALYZE {table.name}")


class Run:
    def __init__(self, options):
        self.options = options
        self.tables = schema.tables()
        self.counts = collections.Counter()
        self.views = []
        self.answer = None  # of ours to the last query

    def make_views(self, stele, postgres):
        """The same in both; an expression may have an error, but not here."""
        for number in range(VIEW_COUNT * 10):
            if len(self.views) == VIEW_COUNT:
                break
            seed = f"{self.options.seed}/view {number}"
            query = Generator(seed, self.tables, self.views).view()
            name = f"v{len(self.views)}"
            if postgres.run(query.text).error:
                continue
            for server in (stele, postgres):
                server.must(f"CREATE VIEW {name} AS {query.text}")
            self.views.append((name, query.columns))

    def one(self, number, stele, postgres):
        seed = f"{self.options.seed}/{number}"
        generator = Generator(seed, self.tables, self.views)
        text = generator.query()
        if self.options.show:
            print(text)
        theirs = postgres.run(text)
        self.counts["rows"] += len(theirs.rows)
        self.counts["errors"] += theirs.error is not None
        good = self.ask(number, stele, text, generator, theirs, [])
        good = good and self.spill(number, stele, text)
        off = self.some_off(number)
        if good and off:
            good = self.ask(number, stele, text, generator, theirs, off)
        return good

    def spill(self, number, stele, text):
        """The same rows in the same order when nothing is kept in memory."""
        for option in SPILL:
            stele.must(f"SET {option}")
        ours, spilled = self.answer, stele.run(text)
        for option in SPILL:
            stele.must("RESET " + option.split(" ")[0])
        self.counts["asked"] += 1
        error = ours.error or spilled.error
        if error and (ours.error == spilled.error or is_runtime_error(error)):
            return True
        if not error and ours.rows == spilled.rows:
            return True
        self.counts["different"] += 1
        print(
            f"FAIL --seed {self.options.seed} --only {number} spilled\n{text}\n"
            f"{spilled.error} {spilled.message}\n"
            + describe_rows(spilled.rows, ours.rows),
            flush=True,
        )
        return False

    def some_off(self, number):
        """Every third query is asked again, with less help."""
        if number % 3 != 0:
            return []
        rng = random.Random(f"options {self.options.seed}/{number}")
        return rng.sample(OPTIONS, rng.choice([1, 2, len(OPTIONS)]))

    def ask(self, number, stele, text, generator, theirs, off):
        for option in off:
            stele.must(f"SET {option} = off")
        ours = self.answer = stele.run(text)
        for option in off:
            stele.must(f"RESET {option}")
        self.counts["asked"] += 1
        difference = compare(generator, text, ours, theirs)
        if difference is None or difference == "open":
            self.counts["left open"] += difference is not None
            return True
        self.counts["different"] += 1
        print(
            f"FAIL --seed {self.options.seed} --only {number}"
            + "".join(f" {option}=off" for option in off)
            + f"\n{text}\n{difference}\n",
            flush=True,
        )
        return False

    def all(self, stele, postgres):
        numbers = range(self.options.count)
        if self.options.only is not None:
            numbers = [self.options.only]
        for number in numbers:
            if not self.one(number, stele, postgres) and (
                self.counts["different"] >= self.options.failures
            ):
                break

    def report(self):
        parts = [f"{count} {what}" for what, count in self.counts.items()]
        print(f"seed {self.options.seed}: {', '.join(parts)}")
        return self.counts["different"] == 0


def parse_options():
    is_long = os.environ.get("CHECK_LONG") == "1"
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--count", type=int, default=20000 if is_long else 1000)
    parser.add_argument("--only", type=int)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--failures", type=int, default=5)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(os.environ.get("SEED", "1"))
    return options


def main():
    run = Run(parse_options())
    options = ["shard_count=2", "min_parallel_rows=0"]
    with Postgres() as postgres, Server(*options) as server:
        ours = Client(server.port)
        theirs = Client(postgres.port)
        load(ours, theirs, run.options.seed, run.tables)
        run.make_views(ours, theirs)
        run.all(ours, theirs)
    if not run.report():
        sys.exit(1)


if __name__ == "__main__":
    main()
