#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Statements whose tree is as deep as it may be, and deeper ones, which are refused
with 54001: queries below each other, FROM, WITH and views.

What walks the tree recurses: these ended the server.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

TOO_COMPLEX = "54001"
DEPTH_MAX = 5000  # levels: src/plan/bind_depth.c
FROM_MAX = 2000  # items of FROM: src/plan/bind_from.c


def outcome(connection, text):
    """The first row, None if there is none; or the SQLSTATE."""
    messages = connection.query(text)
    errors = pgwire.errors(messages)
    if errors:
        return errors[0]["C"]
    found = pgwire.rows(messages)
    return found[0] if found else None


def expect(connection, what, text, wanted):
    got = outcome(connection, text)
    check(got == wanted, f"{what}: {got} instead of {wanted}")


def nested(count, inner):
    """Each is two levels: an item of FROM and its query."""
    return "SELECT * FROM (" * count + inner + ") q" * count


def set_operations(connection):
    """Without columns, the first query is the deepest node."""
    for count, wanted in ((DEPTH_MAX - 1, None), (DEPTH_MAX, None),
                          (DEPTH_MAX + 1, TOO_COMPLEX)):
        expect(connection, f"{count} queries",
               " EXCEPT ".join(["SELECT"] * count), wanted)


def left_joins(count):
    return "SELECT count(*) FROM t" + "".join(
        f" LEFT JOIN t t{i} ON true" for i in range(1, count))


def items_of_from(connection):
    for count, wanted in ((FROM_MAX - 1, [b"0"]), (FROM_MAX, [b"0"]),
                          (FROM_MAX + 1, TOO_COMPLEX)):
        expect(connection, f"{count} items", left_joins(count), wanted)
    for count in (FROM_MAX + 1, 100000):
        expect(connection, f"a list of {count}", "SELECT count(*) FROM "
               + ", ".join(f"t t{i}" for i in range(count)), TOO_COMPLEX)
    pairs = ", ".join(f"(t a{i} CROSS JOIN t b{i})" for i in range(FROM_MAX // 2 + 1))
    expect(connection, "pairs", "SELECT count(*) FROM " + pairs, TOO_COMPLEX)


def chain(count, how=""):
    items = ["c0 AS (SELECT)"] + [
        f"c{i} AS {how} (SELECT FROM c{i - 1})" for i in range(1, count)]
    return "WITH " + ", ".join(items) + f" SELECT FROM c{count - 1}"


def with_chains(connection):
    """A query of a chain is three levels, the whole and the first one two each."""
    longest = (DEPTH_MAX - 4) // 3 + 1
    for count, wanted in ((longest - 1, []), (longest, []),
                          (longest + 1, TOO_COMPLEX), (10000, TOO_COMPLEX)):
        expect(connection, f"WITH of {count}", chain(count), wanted)
    expect(connection, "queries that are kept", chain(longest, "MATERIALIZED"), [])
    forward = ", ".join(f"c{i} AS (SELECT FROM c{i + 1})" for i in range(10000))
    expect(connection, "WITH RECURSIVE",
           f"WITH RECURSIVE {forward}, c10000 AS (SELECT) SELECT FROM c0", TOO_COMPLEX)
    within = "SELECT"
    for _ in range(900):
        within = f"WITH c AS ({within}) SELECT FROM c"
    expect(connection, "WITH in WITH", within, [])


def views(connection):
    """Each is a text of its own, whose brackets are counted alone."""
    expect(connection, "a view", "CREATE TEMP VIEW v0 AS SELECT", None)
    made = 0
    while made < 60:
        text = nested(990, f"SELECT FROM v{made}")
        got = outcome(connection, f"CREATE TEMP VIEW v{made + 1} AS {text}")
        if got is not None:
            break
        made += 1
    expect(connection, "one more", f"CREATE TEMP VIEW n AS {text}", TOO_COMPLEX)
    check(2 * 990 * made < DEPTH_MAX < 2 * 990 * (made + 1), f"{made} views")
    expect(connection, "all views", f"SELECT FROM v{made}", [])
    # what they are made of becomes deeper
    deeper = nested(990, "SELECT")
    expect(connection, "another", f"CREATE OR REPLACE TEMP VIEW v0 AS {deeper}", None)
    expect(connection, "the first", "SELECT FROM v1", [])
    expect(connection, "all views", f"SELECT FROM v{made}", TOO_COMPLEX)
    # the first item of a list is at the end of the chain of joins
    expect(connection, "a view", "CREATE TEMP VIEW l0 AS SELECT", None)
    items = ", ".join(f"t t{i}" for i in range(200))
    for i in range(1, 26):
        got = outcome(connection, f"CREATE TEMP VIEW l{i} AS SELECT FROM l{i - 1}, {items}")
    check(got == TOO_COMPLEX, f"lists in views: {got}")


def main():
    with Server() as server, pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("CREATE TEMP TABLE t (a int)")
        for case in (set_operations, items_of_from, with_chains, views):
            case(connection)
            expect(connection, "goes on", "SELECT 1", [b"1"])


if __name__ == "__main__":
    main()
