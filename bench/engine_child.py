#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""DuckDB or ClickHouse as a library in a process of its own.

    engine_child.py duckdb|clickhouse PACKAGES DIRECTORY

Reads a request a line, {"call": NAME, ARGUMENT: VALUE, ...}, and answers each
with one line of JSON.  engines.py is the other end and says what is fair.
"""

import datetime
import json
import os
import statistics
import sys
import time

THREADS = 2
EXECUTIONS = 5
LARGE_ROWS = 1000
ORDER_COLUMNS = (
    ("context_id", "text"),
    ("timestamp", "time"),
    ("order_id", "int"),
    ("amount", "float"),
    ("status", "word"),
    ("country", "word"),
    ("channel", "word"),
    ("note", "text null"),
)
VIEW_COLUMNS = (
    ("context_id", "text"),
    ("timestamp", "time"),
    ("user_id", "int"),
    ("page", "word"),
    ("duration_ms", "int"),
    ("referrer", "word null"),
)
TABLES = (("order_created", ORDER_COLUMNS), ("page_view", VIEW_COLUMNS))
SORTED = {"o": "order_created_sorted", "v": "page_view_sorted"}


class DuckDB:
    """One file, tables in the order of arrival."""

    TYPES = {
        "text": "VARCHAR NOT NULL",
        "text null": "VARCHAR",
        "word": "VARCHAR NOT NULL",
        "word null": "VARCHAR",
        "time": "TIMESTAMP NOT NULL",  # UTC: no calendar is asked for
        "int": "BIGINT NOT NULL",
        "float": "DOUBLE NOT NULL",
    }

    def __init__(self, directory):
        import duckdb

        self.version = duckdb.__version__
        self.path = os.path.join(directory, "events.duckdb")
        self.db = duckdb.connect(self.path, config={"threads": THREADS})

    def load(self, data):
        for name, columns in TABLES:
            fields = ", ".join(f"{c} {self.TYPES[t]}" for c, t in columns)
            self.db.execute(f"CREATE TABLE {name} ({fields})")
            path = os.path.join(data, name + ".csv")
            self.db.execute(f"COPY {name} FROM '{path}' (HEADER, NULLSTR '')")

    def settle(self):
        self.db.execute("CHECKPOINT")

    def data_bytes(self):
        return os.stat(self.path).st_size

    def sort_copies(self):
        for name, _ in TABLES:
            self.db.execute(
                f"CREATE TABLE {name}_sorted AS FROM {name}"
                " ORDER BY context_id, timestamp"
            )
        self.settle()

    def add_index(self):
        self.db.execute("CREATE INDEX by_id ON order_created (order_id)")
        self.settle()

    def rows(self, sql):
        return [
            [self.cell(value) for value in row]
            for row in self.db.execute(sql).fetchall()
        ]

    @staticmethod
    def cell(value):
        if value is None:
            return ""
        if isinstance(value, datetime.datetime):
            return value.isoformat(sep=" ")
        return str(value)

    def run(self, sql, is_large=False):
        """Large results are made text by the engine, not Python's objects."""
        if is_large:
            self.db.execute(f"COPY ({sql}) TO '/dev/null' (FORMAT csv)")
        else:
            self.db.execute(sql).fetchall()

    def prepare(self, sql):
        self.db.execute("PREPARE story AS " + sql.format(key="$1", **SORTED))

    def story(self, key):
        return len(self.db.execute(f"EXECUTE story('{key}')").fetchall())


class ClickHouse:
    """MergeTree by time, merged into one part a partition."""

    TYPES = {
        "text": "String",
        "text null": "Nullable(String)",
        "word": "LowCardinality(String)",
        "word null": "LowCardinality(Nullable(String))",
        "time": "DateTime64(6, 'UTC')",
        "int": "Int64",
        "float": "Float64",
    }

    def __init__(self, directory):
        import chdb
        from chdb import session

        self.version = chdb.__version__
        self.directory = directory
        self.db = session.Session(directory)
        self.run(f"SET max_threads = {THREADS}")
        self.run(f"SET max_insert_threads = {THREADS}")
        # It keeps which granules a condition held for: a cache of answers.
        self.run("SET use_query_condition_cache = 0")
        self.run("CREATE DATABASE IF NOT EXISTS bench")
        self.run("USE bench")

    def load(self, data):
        for name, columns in TABLES:
            self.create(name, columns, "timestamp")
            plain = {"word": "text", "word null": "text null"}
            fields = ", ".join(
                f"{c} {self.TYPES[plain.get(t, t)]}" for c, t in columns
            ).replace("'", "\\'")
            path = os.path.join(data, name + ".csv")
            self.run(
                f"INSERT INTO {name} SELECT * FROM"
                f" file('{path}', CSVWithNames, '{fields}')"
                " SETTINGS date_time_input_format = 'best_effort'"
            )

    def create(self, name, columns, order):
        fields = [f"{c} {self.TYPES[t]}" for c, t in columns]
        if name.startswith("order_created"):
            fields.append(
                "INDEX by_id order_id TYPE bloom_filter(0.01) GRANULARITY 1"
            )
        self.run(
            f"CREATE TABLE {name} ({', '.join(fields)})"
            f" ENGINE = MergeTree ORDER BY ({order})"
        )

    def settle(self):
        for name, _ in TABLES:
            self.run(f"OPTIMIZE TABLE {name} FINAL")

    def data_bytes(self):
        return int(
            self.rows(
                "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND"
                " database = 'bench' AND table IN ('order_created', 'page_view')"
            )[0][0]
        )

    def sort_copies(self):
        for name, columns in TABLES:
            self.create(name + "_sorted", columns, "context_id, timestamp")
            self.run(f"INSERT INTO {name}_sorted SELECT * FROM {name}")
            self.run(f"OPTIMIZE TABLE {name}_sorted FINAL")

    def add_index(self):
        """It is there from the beginning, being small."""

    def rows(self, sql):
        text = self.db.query(sql, "TabSeparated").data()
        return [
            ["" if cell == "\\N" else cell for cell in line.split("\t")]
            for line in text.splitlines()
        ]

    def run(self, sql, is_large=False):
        self.db.query(sql, "TabSeparated")

    def prepare(self, sql):
        self.story_sql = sql

    def story(self, key):
        sql = self.story_sql.format(key=f"'{key}'", **SORTED)
        return self.db.query(sql, "TabSeparated").data().count("\n")


class Child:
    def __init__(self, engine):
        self.engine = engine

    def version(self):
        return self.engine.version

    def load(self, data):
        return self.seconds(self.engine.load, data)

    def settle(self):
        return self.seconds(self.engine.settle)

    @staticmethod
    def seconds(function, *arguments):
        start = time.monotonic()
        function(*arguments)
        return time.monotonic() - start

    def data_bytes(self):
        return self.engine.data_bytes()

    def sort_copies(self):
        self.engine.sort_copies()

    def add_index(self):
        self.engine.add_index()

    def rows(self, sql):
        return self.engine.rows(sql)

    def ask(self, sql, seconds_max):
        """The median of five in ms, after one that warms up."""
        end = time.monotonic() + seconds_max
        is_large = len(self.engine.rows(sql)) > LARGE_ROWS
        taken = []
        while len(taken) < EXECUTIONS and (not taken or time.monotonic() < end):
            taken.append(self.seconds(self.engine.run, sql, is_large))
        return statistics.median(taken) * 1e3

    def replay(self, sql, contexts, seconds_max):
        """The mean over the contexts in ms; events, if none was left out."""
        with open(contexts) as file:
            keys = file.read().split()
        self.engine.prepare(sql)
        self.engine.story(keys[0])
        start = time.monotonic()
        events = 0
        for count, key in enumerate(keys, 1):
            events += self.engine.story(key)
            taken = time.monotonic() - start
            if taken > seconds_max:
                break
        return [taken / count * 1e3, events if count == len(keys) else None]


def main():
    kind, packages, directory = sys.argv[1:]
    sys.path.insert(0, packages)
    os.makedirs(directory, exist_ok=True)
    # Libraries that print must not disturb the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    engines = {"duckdb": DuckDB, "clickhouse": ClickHouse}
    child = Child(engines[kind](directory))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": getattr(child, request.pop("call"))(**request)}
        except Exception as error:  # whatever a library raises
            answer = {"error": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
