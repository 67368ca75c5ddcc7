#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is too old goes from the disk, and nobody can tell by an answer.

Two types share their segments: visits are retained for some days, orders for
ever.  Questions have the same answers when visits have only become too old,
when merges have left them out, and after a restart; a transaction that began
before sees what it saw.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

DAYS = 40
VISITS = 8000  # a flush; as many orders
FLUSHES = 3
CONTEXTS = 97
QUESTIONS = [
    "SELECT count(*), sum(n), min(n), max(n) FROM visit",
    "SELECT page, count(*), sum(n) FROM visit GROUP BY page ORDER BY page",
    "SELECT n, page, event_id FROM visit ORDER BY event_id LIMIT 20",
    'SELECT n, "timestamp" FROM visit ORDER BY "timestamp", n LIMIT 20',
    'SELECT n FROM visit ORDER BY "timestamp" DESC, n LIMIT 20',
    "SELECT n, note FROM visit WHERE context_id = 'c17' ORDER BY event_id",
    "SELECT count(*) FROM visit WHERE note LIKE 'note 1%'",
    "SELECT note, n FROM visit WHERE page = 'page 3' ORDER BY event_id",
    "SELECT count(*), count(DISTINCT context_id) FROM visit WHERE n % 7 = 3",
    "SELECT date_trunc('day', \"timestamp\"), count(*) FROM visit"
    " GROUP BY 1 ORDER BY 1",
    "SELECT count(*), sum(n), min(note), max(note) FROM orders",
    "SELECT n, note FROM orders WHERE context_id = 'c3' ORDER BY event_id",
    "SELECT event_type, count(*), max(event_id) FROM events"
    " GROUP BY event_type ORDER BY event_type",
    "SELECT event_id, payload FROM events WHERE context_id = 'c5'"
    " ORDER BY event_id",
    "SELECT count(*) FROM visit JOIN orders USING (context_id)"
    " WHERE visit.n < 500 AND orders.n < 500",
    "REPLAY FOR c11",
]


def connect(server):
    connection = pgwire.Connection(server.port)
    connection.start()
    return connection


def ask(connection, sql):
    messages = connection.query(sql)
    if errors := pgwire.errors(messages):
        sys.exit(f"FAIL {sql}: {errors}")
    return pgwire.rows(messages)


def answers(connection, questions=QUESTIONS):
    return [ask(connection, question) for question in questions]


def check(what, found, expected, questions=QUESTIONS):
    for question, a, b in zip(questions, found, expected):
        if a != b:
            sys.exit(f"FAIL {what}: {question}: {a[:5]}, expected {b[:5]}")


def stored(connection):
    return [
        int(value)
        for value in ask(
            connection, "SELECT sum(rows), sum(bytes) FROM stele.segments"
        )[0]
    ]


def fill(connection):
    """Times go back and forth within each flush."""
    for flush in range(FLUSHES):
        for table, factor in (("visit", 7), ("orders", 11)):
            ask(
                connection,
                f"INSERT INTO {table} SELECT 'c' || (n * {factor} % {CONTEXTS}),"
                f" now() - n * 37 % {DAYS} * interval '1 day'"
                f" - n * interval '1 second', n, 'page ' || n % 5, 'note ' || n"
                f" FROM generate_series({flush * VISITS},"
                f" {(flush + 1) * VISITS - 1}) AS g (n)",
            )
        ask(connection, "CHECKPOINT")


def compact(connection):
    ask(connection, "SELECT stele.compact()")


def old_reader(server):
    """A transaction with a snapshot, and a cursor that has read a little."""
    reader = connect(server)
    ask(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ")
    ask(reader, "DECLARE old CURSOR FOR SELECT n, note FROM visit ORDER BY n")
    return reader, answers(reader), ask(reader, "FETCH 10 FROM old")


def test(server):
    writer = connect(server)
    fields = "n int, page text, note text"
    ask(writer, f"CREATE TABLE visit ({fields})")
    ask(writer, f"CREATE TABLE orders ({fields})")
    fill(writer)
    ask(writer, "SELECT stele.compact_pause()")
    reader, before, begun = old_reader(server)
    ask(writer, "ALTER TABLE visit SET (retain = '10 days')")
    expected = answers(writer)
    if not 0 < int(expected[0][0][0]) < FLUSHES * VISITS // 2:
        sys.exit(f"FAIL visits that are seen: {expected[0]}")
    rows, size = stored(writer)
    ask(writer, "SELECT stele.compact_resume()")
    compact(writer)
    rows_after, size_after = stored(writer)
    wanted = int(expected[0][0][0]) + FLUSHES * VISITS
    if rows != 2 * FLUSHES * VISITS or rows_after != wanted:
        sys.exit(f"FAIL {rows} rows, then {rows_after}, expected {wanted}")
    print(f"{rows} rows of {size} bytes, {rows_after} of {size_after} are left")
    if size_after > size * 0.8:
        sys.exit(f"FAIL {size} bytes, then {size_after}")
    check("after the merge", answers(writer), expected)
    check("an older snapshot", answers(reader), before)
    rest = ask(reader, "FETCH ALL FROM old")
    if len(begun) + len(rest) != FLUSHES * VISITS:
        sys.exit(f"FAIL the cursor gave {len(rest)} rows")
    ask(reader, "COMMIT")
    check("its next", answers(reader), expected)
    server.restart()
    writer = connect(server)
    check("after a restart", answers(writer), expected)
    # The newest visit is left, and all orders, in the same segments.
    ask(writer, "ALTER TABLE visit SET (retain = '1 second')")
    compact(writer)
    if stored(writer)[0] != FLUSHES * VISITS + 1:
        sys.exit(f"FAIL visits stay: {stored(writer)}")
    orders = [question for question in QUESTIONS if "FROM orders" in question]
    check(
        "orders",
        answers(writer, orders),
        [expected[QUESTIONS.index(question)] for question in orders],
        orders,
    )
    if ask(writer, "SELECT n FROM visit") != [[b"0"]]:
        sys.exit("FAIL other visits are seen")


def main():
    with Server("shard_count=2", "memtable_age=0", "zone_rows=2048") as server:
        test(server)
        server.stop()
        if os.system(f"{server.stele} verify -D {server.data} > /dev/null"):
            sys.exit("FAIL the directory is damaged")


if __name__ == "__main__":
    main()
