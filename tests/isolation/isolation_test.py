#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What sessions see of each other (promises A2, I2, I3, I4, O4).

Each test has its own event type in one server of four shards; events are
appended by one session and read by another, from memory, while they are
flushed, and from segments.
"""

import os
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

ROWS = 3000  # more than one batch of the executor
BECOMES_VISIBLE_SECONDS = 10


class Failure(Exception):
    pass


def same(what, got, expected):
    if got != expected:
        raise Failure(f"{what}: got {got!r:.300}, expected {expected!r:.300}")


class Session:
    def __init__(self, server):
        self.wire = pgwire.Connection(server.port)
        self.wire.start()

    def run(self, text):
        """The rows of all statements, as text; an error ends the test."""
        answer = self.wire.query(text)
        for error in pgwire.errors(answer):
            raise Failure(f"{text}: {error['C']} {error['M']}")
        return [
            [None if cell is None else cell.decode() for cell in row]
            for row in pgwire.rows(answer)
        ]

    def failure(self, text):
        """The SQLSTATE of the error that it is answered with."""
        failures = pgwire.errors(self.wire.query(text))
        return failures[0]["C"] if failures else "none"

    def value(self, text):
        return self.run(text)[0][0]

    def insert(self, name, first, count, contexts=40):
        """Numbers from `first` on, over the contexts."""
        rows = ", ".join(
            f"('c{n % contexts}', {n}, {n % 3})"
            for n in range(first, first + count)
        )
        self.run(f"INSERT INTO {name} (context_id, n, k) VALUES {rows}")

    def counts(self, name):
        """What is there of a type, by every way to ask."""
        return [
            self.value(f"SELECT count(*) FROM {name}"),
            self.value(f"QUERY {name} COUNT"),
            self.value(
                f"SELECT count(*) FROM events WHERE event_type = '{name}'"
            ),
            str(len(self.run(f"SELECT n FROM {name} ORDER BY n"))),
            str(len(self.run(f"REPLAY {name} FOR c0"))),
        ]


def define(session, name):
    session.run(f"CREATE TABLE {name} (n int, k int)")


def expected_counts(count):
    return [str(count)] * 4 + [str((count + 39) // 40)]


# ---- after the answer, everybody sees it (I3) ----


def visible_after_the_answer(writer, reader):
    define(writer, "acked")
    for i in range(50):
        writer.insert("acked", i, 1)
        same("acknowledged", reader.counts("acked"), expected_counts(i + 1))
    writer.run("FLUSH")
    writer.insert("acked", 50, 1)
    same("with segments", reader.counts("acked"), expected_counts(51))


def visible_soon_without_sync(writer, reader):
    define(writer, "unsynced")
    writer.run("SET synchronous_commit = off")
    for i in range(20):
        writer.insert("unsynced", i, 1)
        same("one's own", writer.counts("unsynced"), expected_counts(i + 1))
        deadline = time.monotonic() + BECOMES_VISIBLE_SECONDS
        while reader.counts("unsynced") != expected_counts(i + 1):
            if time.monotonic() > deadline:
                raise Failure("not visible to others")


# ---- a transaction's rows are its own until COMMIT (A1, A2) ----


def invisible_before_commit(writer, reader):
    define(writer, "open")
    writer.run("BEGIN")
    writer.insert("open", 0, ROWS)
    same("in it", writer.value("SELECT count(*) FROM open"), str(ROWS))
    same("outside", reader.counts("open"), expected_counts(0))
    writer.run("COMMIT")
    same("committed", reader.counts("open"), expected_counts(ROWS))
    writer.run("BEGIN")
    writer.insert("open", ROWS, ROWS)
    writer.run("ROLLBACK")
    same("rolled back", reader.counts("open"), expected_counts(ROWS))
    same("by itself", writer.counts("open"), expected_counts(ROWS))


# ---- one snapshot for the whole transaction, or for each statement (I4) ----


def first_statement(writer, reader):
    """The snapshot is that of the first query or write, whatever it reads.

    PostgreSQL 15's answers.
    """
    define(writer, "first")
    define(writer, "elsewhere")
    seen = 0
    for statement, takes in (
        ("SELECT 1", True),
        ("INSERT INTO elsewhere (context_id, n) VALUES ('c', 1)", True),
        ("INSERT INTO elsewhere (context_id, n) VALUES ('c', 1) RETURNING n", True),
        ("EXPLAIN SELECT 1", True),
        ("CREATE TEMP TABLE made (a int)", True),
        ("DECLARE c CURSOR FOR SELECT 1", True),
        ("SET extra_float_digits = 1", False),
        ("SHOW extra_float_digits", False),
        ("SAVEPOINT s", False),
    ):
        for by_messages in (False, True):
            reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
            if by_messages:
                reader.wire.send(pgwire.parse(statement) + pgwire.bind() +
                                 pgwire.message(b"D", b"P\0") + pgwire.execute() +
                                 pgwire.SYNC)
                same(statement, pgwire.errors(reader.wire.until_ready()), [])
            else:
                reader.run(statement)
            writer.insert("first", seen, 1)
            seen += 1
            same(statement, reader.value("SELECT count(*) FROM first"),
                 str(seen - 1 if takes else seen))
            reader.run("ROLLBACK")


def repeatable_read(writer, reader):
    define(writer, "repeated")
    writer.insert("repeated", 0, ROWS)
    reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    # The snapshot is that of the first statement, not of BEGIN.
    writer.insert("repeated", ROWS, 1)
    first = expected_counts(ROWS + 1)
    same("the first", reader.counts("repeated"), first)
    writer.insert("repeated", ROWS + 1, ROWS)
    same("the second", reader.counts("repeated"), first)
    writer.run("FLUSH")
    same("after FLUSH", reader.counts("repeated"), first)
    writer.insert("repeated", 2 * ROWS + 1, ROWS)
    writer.run("FLUSH")
    same("after both", reader.counts("repeated"), first)
    reader.run("COMMIT")
    same("afterwards", reader.counts("repeated"), expected_counts(3 * ROWS + 1))


def read_committed(writer, reader):
    define(writer, "committed")
    reader.run("BEGIN")
    same("the first", reader.counts("committed"), expected_counts(0))
    writer.insert("committed", 0, 7)
    same("the second", reader.counts("committed"), expected_counts(7))
    reader.run("COMMIT")


# ---- a read keeps its snapshot (I2) ----


def numbers(rows):
    return [int(row[0]) for row in rows]


def cursor_keeps_its_snapshot(writer, reader):
    define(writer, "fetched")
    writer.insert("fetched", 0, ROWS)
    reader.run("BEGIN; DECLARE c CURSOR FOR SELECT n FROM fetched")
    got = numbers(reader.run("FETCH 10 FROM c"))
    writer.insert("fetched", ROWS, ROWS)
    got += numbers(reader.run("FETCH 1000 FROM c"))
    writer.run("FLUSH")
    writer.insert("fetched", 2 * ROWS, ROWS)
    got += numbers(reader.run("FETCH 1000 FROM c"))
    writer.run("FLUSH")
    writer.run("DROP TABLE fetched")
    got += numbers(reader.run("FETCH ALL FROM c"))
    same("fetched", got, list(range(ROWS)))
    reader.run("COMMIT")


def portal_keeps_its_snapshot(writer, reader):
    """Execute with a number of rows, as drivers stream."""
    define(writer, "streamed")
    writer.insert("streamed", 0, ROWS)
    wire = reader.wire
    reader.run("BEGIN")
    wire.send(
        pgwire.parse("SELECT n FROM streamed")
        + pgwire.bind(portal="p")
        + pgwire.SYNC
    )
    wire.until_ready()
    got = []
    for step in range(1, 5):
        wire.send(pgwire.execute("p", rows=700) + pgwire.SYNC)
        answer = wire.until_ready()
        same("errors", pgwire.errors(answer), [])
        got += numbers(pgwire.rows(answer))
        writer.insert("streamed", step * ROWS, ROWS)
        writer.run("FLUSH")
    wire.send(pgwire.execute("p") + pgwire.SYNC)
    got += numbers(pgwire.rows(wire.until_ready()))
    same("streamed", got, list(range(ROWS)))
    reader.run("COMMIT")


# ---- equal keys are in the order of event_id (O4) ----


def check_ties(session, when, count):
    up = sorted(range(count), key=lambda n: n % 3)
    down = sorted(range(count), key=lambda n: -(n % 3))
    middle = count // 3 - 5  # where the first key ends
    for query, expected in (
        ("SELECT n FROM tied", list(range(count))),
        ("SELECT n FROM tied ORDER BY k", up),
        ("SELECT n FROM tied ORDER BY k DESC", down),
        (
            f"SELECT n FROM tied ORDER BY k LIMIT 20 OFFSET {middle}",
            up[middle : middle + 20],
        ),
        (
            "SELECT payload->>'n' FROM events WHERE event_type = 'tied'"
            " ORDER BY payload->>'k' LIMIT 20",
            up[:20],
        ),
    ):
        same(f"{query}, {when}", numbers(session.run(query)), expected)
    native = "QUERY tied RETURN [n] ORDER BY k DESC LIMIT 20"
    got = [int(row[-1]) for row in session.run(native)]
    same(f"{native}, {when}", got, down[:20])


def ties_are_in_order(writer, reader):
    define(writer, "tied")
    writer.insert("tied", 0, ROWS)
    check_ties(reader, "in memory", ROWS)
    writer.run("FLUSH")
    check_ties(reader, "in segments", ROWS)
    writer.insert("tied", ROWS, ROWS)
    check_ties(reader, "in both", 2 * ROWS)
    writer.run("FLUSH")
    check_ties(reader, "in two segments a shard", 2 * ROWS)


# ---- of two who change a view, the second comes too late ----


def a_view_keeps_its_columns(first, second):
    first.run("CREATE VIEW seen AS SELECT 1 AS a")
    for other in ("SELECT 2 AS a", "SELECT 2 AS a, 'x' AS b"):
        first.run("BEGIN")
        first.run(f"CREATE OR REPLACE VIEW seen AS {other}")
        second.run("CREATE OR REPLACE VIEW seen AS SELECT 3 AS a, 4 AS b")
        second.run("GRANT SELECT (b) ON seen TO PUBLIC")
        same(f"{other} later", first.failure("COMMIT"), "40001")
        same(f"{other} later", first.run("SELECT * FROM seen"), [["3", "4"]])
        second.run("DROP VIEW seen")
        second.run("CREATE VIEW seen AS SELECT 1 AS a")
    # One that has them all is welcome.
    first.run("BEGIN")
    first.run("CREATE OR REPLACE VIEW seen AS SELECT 5 AS a, 6 AS b, 7 AS c")
    second.run("CREATE OR REPLACE VIEW seen AS SELECT 3 AS a, 4 AS b")
    second.run("GRANT SELECT (b) ON seen TO PUBLIC")
    first.run("COMMIT")
    same("more of them", second.run("SELECT * FROM seen"), [["5", "6", "7"]])


def writes_to_what_has_gone(writer, reader):
    """An INSERT that was bound before another session dropped its type."""
    for i, (values, text) in enumerate((
        ((b"1",), "VALUES ('c', $1::int)"),
        ((b"1",), "VALUES ('c', $1::int), ('c', 2)"),
        ((), "SELECT 'c', g FROM generate_series(1, 10) g"),
    )):
        define(reader, f"gone{i}")
        wire = writer.wire
        wire.send(pgwire.parse(f"INSERT INTO gone{i} (context_id, n) {text}")
                  + pgwire.bind(values) + pgwire.message(b"H"))
        same("bound", [wire.message()[0] for _ in range(2)], [b"1", b"2"])
        reader.run(f"DROP TABLE gone{i}")
        wire.send(pgwire.execute() + pgwire.SYNC)
        errors = pgwire.errors(wire.until_ready())
        same(text, [error["C"] for error in errors], ["40001"])


TESTS = (
    visible_after_the_answer,
    visible_soon_without_sync,
    invisible_before_commit,
    repeatable_read,
    first_statement,
    read_committed,
    cursor_keeps_its_snapshot,
    portal_keeps_its_snapshot,
    ties_are_in_order,
    a_view_keeps_its_columns,
    writes_to_what_has_gone,
)


def main():
    with Server("shard_count=4") as server:
        for test in TESTS:
            writer, reader = Session(server), Session(server)
            try:
                test(writer, reader)
            except Failure as failure:
                sys.exit(f"FAIL {test.__name__}: {failure}")
            print(f"ok {test.__name__}", flush=True)
            writer.wire.close()
            reader.wire.close()


if __name__ == "__main__":
    main()
