#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kept queries in a transaction that is open while others store and refresh.

One that the transaction itself makes is in its batch alone; one that others made
after its snapshot, or dropped before it, is not what its catalogue says.
Whatever the case, who reads it gets what the query gives, or is told.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

CONTEXTS = 1100  # groups past MERGE_ROWS, which are merged
QUERY = "SELECT context_id, count(*) AS n FROM t GROUP BY 1"
TOTAL = "SELECT count(*) AS n FROM t"


class Session:
    def __init__(self, port):
        self.wire = pgwire.Connection(port)
        self.wire.start()

    def ask(self, sql, code=None):
        """The rows of it all; or that it fails with this code."""
        answer = self.wire.query(sql)
        codes = [error["C"] for error in pgwire.errors(answer)]
        check(codes == ([] if code is None else [code]), f"{sql}: {codes}")
        return pgwire.rows(answer)

    def is_same(self, sql, expected):
        got = self.ask(sql)
        expected = [[str(cell).encode() for cell in row] for row in expected]
        check(got == expected, f"{sql}: {got!r:.200}, not {expected!r:.200}")

    def store(self, count, contexts=7):
        self.ask("INSERT INTO t (context_id, n) SELECT 'c' || i % "
                 f"{contexts}, i FROM generate_series(1, {count}) i")


def begin_anew(one):
    one.ask("ROLLBACK; DROP TABLE IF EXISTS t CASCADE; CREATE TABLE t (n int)")


def grows_where_it_is_made(one, other):
    """Its rows are not committed, so a refresh cannot merge them."""
    one.ask(f"BEGIN; CREATE MATERIALIZED VIEW m AS {QUERY}")
    other.store(CONTEXTS, CONTEXTS)
    one.ask("REFRESH MATERIALIZED VIEW m")
    for _ in range(2):
        other.store(1)
        one.ask("REFRESH MATERIALIZED VIEW m")
        one.is_same("SELECT count(*) FROM m", [[CONTEXTS]])
    one.ask("COMMIT")
    for _ in range(2):
        same = f"SELECT count(*), sum(n) FROM m JOIN ({QUERY}) q USING (context_id, n)"
        other.is_same(same, [[CONTEXTS, CONTEXTS + 2]])
        one.ask("REFRESH MATERIALIZED VIEW m")  # merged, at last


def is_prepared_where_it_is_made(one, other):
    """A plan that was made before a refresh finds what came after it."""
    one.ask(f"BEGIN; CREATE MATERIALIZED VIEW m AS {TOTAL};"
            " PREPARE q AS SELECT * FROM m")
    one.is_same("EXECUTE q", [[0]])
    other.store(10)
    one.is_same("EXECUTE q", [[10]])
    one.ask("REFRESH MATERIALIZED VIEW m")
    one.is_same("EXECUTE q", [[10]])
    one.ask("SAVEPOINT s; INSERT INTO t (context_id, n) VALUES ('c', 1)")
    other.store(10)
    one.ask("REFRESH MATERIALIZED VIEW m")
    one.is_same("EXECUTE q", [[21]])
    one.ask("ROLLBACK TO s")
    one.is_same("EXECUTE q", [[20]])
    one.ask("COMMIT; DEALLOCATE q")
    one.is_same("SELECT * FROM m", [[20]])


def is_dropped_meanwhile(one, other, write):
    one.ask(f"CREATE MATERIALIZED VIEW m AS {TOTAL}")
    one.ask(f"BEGIN; {write}; PREPARE q AS SELECT * FROM m")
    other.store(10)
    one.ask("SAVEPOINT s")
    other.ask("REFRESH MATERIALIZED VIEW m")
    other.ask("DROP MATERIALIZED VIEW m")
    for sql in ("SELECT * FROM m", "EXECUTE q", "REFRESH MATERIALIZED VIEW m"):
        one.ask(sql, "42P01")
        one.ask("ROLLBACK TO s")
    one.ask("ROLLBACK; DEALLOCATE q")


def is_made_after_the_snapshot(one, other, write, written):
    """Then the snapshot has no rows of it: all events are new to it."""
    other.store(5)
    one.ask("BEGIN ISOLATION LEVEL REPEATABLE READ")
    one.is_same(TOTAL, [[5]])
    other.ask(f"CREATE MATERIALIZED VIEW same AS {TOTAL}")
    other.store(3)
    other.ask(f"CREATE MATERIALIZED VIEW later AS {TOTAL}")
    one.ask(write)
    for name in ("same", "later"):
        one.is_same(f"SELECT * FROM {name}", [[5 + written]])
        one.ask(f"REFRESH MATERIALIZED VIEW {name}")
        one.is_same(f"SELECT * FROM {name}", [[5 + written]])
    one.ask("COMMIT")
    for name in ("same", "later"):
        one.is_same(f"SELECT * FROM {name}", [[8 + written]])


WRITES = (
    ("INSERT INTO t (context_id, n) VALUES ('c', 1)", 1),
    ("INSERT INTO t (context_id, n) SELECT 'c', 1 WHERE false", 0),
)


def main():
    with Server("shard_count=2") as server:
        one, other = Session(server.port), Session(server.port)
        begin_anew(one)
        grows_where_it_is_made(one, other)
        begin_anew(one)
        is_prepared_where_it_is_made(one, other)
        for write, written in WRITES:
            begin_anew(one)
            is_dropped_meanwhile(one, other, write)
            begin_anew(one)
            is_made_after_the_snapshot(one, other, write, written)


main()
