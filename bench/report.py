# SPDX-License-Identifier: Apache-2.0
"""Medians, the table, and which of the design's musts are reached."""

import statistics
import sys

POSTGRES, DUCKDB, CLICKHOUSE = "PostgreSQL 15", "DuckDB", "ClickHouse"
STELE, LIMIT = "Stele", "limit"
COLUMNS = (POSTGRES, DUCKDB, CLICKHOUSE, LIMIT, STELE)


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def figure(value):
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(ours, theirs, is_rate):
    """Greater when ours is better."""
    if not ours or not theirs:
        return ""
    return f"{ours / theirs if is_rate else theirs / ours:.2f}"


def grid(head, rows):
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("| --- |" + " ---: |" * (len(head) - 1))
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


class Row:
    def __init__(self, what, unit, medians, is_rate):
        self.what = what
        self.unit = unit
        self.medians = medians  # by column
        self.is_rate = is_rate

    def cells(self):
        stele = self.medians.get(STELE)
        return (
            [self.what, self.unit]
            + [figure(self.medians.get(column)) for column in COLUMNS]
            + [
                ratio(stele, self.medians.get(column), self.is_rate)
                for column in (POSTGRES, DUCKDB, CLICKHOUSE, LIMIT)
            ]
        )


class Table:
    """Rows of medians by the peers' names."""

    def __init__(self, limits):
        self.rows = {}
        self.limits = limits  # names of what stands in the column limit

    def add(self, what, unit, values, is_rate):
        """values: by peer's name, a list of runs each."""
        medians = {}
        for name, runs in values.items():
            column = LIMIT if name in self.limits else name
            medians[column] = statistics.median(runs)
        self.rows[what] = Row(what, unit, medians, is_rate)
        shown = {name: figure(value) for name, value in medians.items()}
        say(" ", what, shown, unit)

    def text(self):
        head = ["what", "unit", *COLUMNS]
        head += ["× PostgreSQL", "× DuckDB", "× ClickHouse", "of the limit"]
        return grid(head, [row.cells() for row in self.rows.values()])

    def value(self, what, column):
        row = self.rows.get(what)
        return row.medians.get(column) if row else None


# ---- design.md, section 11 ----


class Aim:
    """Stele's value against another's: at most, or at least, factor times it.

    Without a column the factor is the value itself.
    """

    def __init__(
        self, factor, column=None, what=None, more=0, is_least=False
    ):
        self.factor = factor
        self.column = column
        self.what = what
        self.more = more
        self.is_least = is_least

    def bound(self, table, what):
        if self.column is None:
            return self.factor
        value = table.value(self.what or what, self.column)
        return None if value is None else self.factor * value + self.more

    def text(self):
        sign = "≥" if self.is_least else "≤"
        if self.column is None:
            return f"{sign} {figure(self.factor)}"
        factor = "" if self.factor == 1 else f"{self.factor:g} × "
        more = f" + {self.more:g}" if self.more else ""
        other = WIRE if self.what == WIRE else self.column
        return f"{sign} {factor}{other}{more}"

    def is_reached(self, value, bound):
        return value >= bound if self.is_least else value <= bound


def least(factor, column=None):
    return Aim(factor, column, is_least=True)


Q7 = "Q7 replay of a context"
Q9_INDEX = "Q9 order_id = x, with an index"
WIRE = "the wire: SELECT 1"
# What is measured, what must be, what is aimed for.
AIMS = (
    ("Q2 sum, avg by status", Aim(1, DUCKDB), Aim(3, LIMIT)),
    ("Q3 two filters", Aim(1, DUCKDB), Aim(3, LIMIT)),
    ("Q4 last 24 h by hour", Aim(1, DUCKDB), Aim(3, LIMIT, more=0.1)),
    ("Q5 group by two, top 10", Aim(1, DUCKDB), Aim(3, LIMIT)),
    ("Q6 distinct contexts by country", Aim(1, DUCKDB), Aim(5, LIMIT)),
    (Q7, Aim(1, POSTGRES), Aim(1, STELE, WIRE, 0.05)),
    ("Q8a funnel, users", Aim(1, DUCKDB), Aim(2, LIMIT)),
    ("Q8b funnel, pairs, each its own way", Aim(1, DUCKDB), None),
    ("Q9 order_id = x", Aim(1, DUCKDB, Q9_INDEX), Aim(0.1)),
    ("Q10 top 100 by time", Aim(1, CLICKHOUSE), Aim(0.2)),
    ("durable STORE, 8 clients", least(1.3, POSTGRES), least(0.8, LIMIT)),
    ("durable STORE, 64 clients", least(3, POSTGRES), least(0.8, LIMIT)),
    (
        "durable STORE, pipelines of 100, 8 clients",
        least(5, POSTGRES),
        least(1000000),
    ),
    (
        "durable INSERT, pipelines of 100, 8 clients",
        least(5, POSTGRES),
        least(1000000),
    ),
    ("COPY", least(1310000), least(2500000)),
    ("data and indexes", Aim(1, DUCKDB), Aim(150)),
    ("idle memory with the data", Aim(64), None),
    ("start with the data", Aim(1), None),
)


def verdict(aim, table, what, value):
    """What is aimed at, what that is today, and whether it is reached."""
    if aim is None:
        return "", ""
    bound = aim.bound(table, what)
    if bound is None:
        return aim.text(), "not measured"
    reached = "yes" if aim.is_reached(value, bound) else "**no**"
    if aim.column is None:
        return aim.text(), reached
    return f"{aim.text()} = {figure(bound)}", reached


def checklist(table):
    rows = []
    for what, must, goes_for in AIMS:
        value = table.value(what, STELE)
        if value is None:
            continue
        row = table.rows[what]
        rows.append(
            [f"{what}, {row.unit}", figure(value)]
            + list(verdict(must, table, what, value))
            + list(verdict(goes_for, table, what, value))
        )
    return grid(["what", STELE, "must", "reached", "goes for", "reached"], rows)
