#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kept queries in a transaction that is open while others store and refresh.

One that the transaction itself makes is in its batch alone.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

CONTEXTS = 1100  # groups past MERGE_ROWS, which are merged
QUERY = "SELECT context_id, count(*) AS n FROM t GROUP BY 1"


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


def main():
    with Server("shard_count=2") as server:
        one, other = Session(server.port), Session(server.port)
        begin_anew(one)
        grows_where_it_is_made(one, other)


main()
