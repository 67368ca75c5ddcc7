#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Events of one context, looked up by the thread that reads the statement, by a
worker, or begun by the one and ended by the other: the answers are the same, and
counted once."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import doors  # noqa: E402
import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

SMALL, LARGE, LONG = b"small", b"large", b"long"
COUNTS = {SMALL: 20, LARGE: 3000, LONG: 40}
STORIES = "REPLAY FOR $1"
ROWS = "SELECT event_id, n, note FROM t WHERE context_id = $1 ORDER BY event_id"
LIMITED = "SELECT event_id, n FROM t WHERE context_id = $1 AND n > $2"


def connect(server):
    connection = pgwire.Connection(server.port)
    connection.start()
    return connection


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {str(got)[:300]} instead of {str(wanted)[:300]}")


def must(connection, sql):
    messages = connection.query(sql)
    error = pgwire.errors(messages)
    if error:
        sys.exit(f"{sql[:80]}: {error[0]['M']}")
    return pgwire.rows(messages)


def load(connection):
    """Three contexts: few events, more than a lookup may read, long ones."""
    must(connection, "CREATE TABLE t (n bigint, note text)")
    must(connection, "CREATE TABLE u (n bigint)")
    for name, count, width in (("small", 20, 10), ("large", 3000, 3),
                               ("long", 40, 9000)):
        must(connection, "INSERT INTO t (context_id, n, note)"
             f" SELECT '{name}', i, repeat(chr(65 + i::int % 26), {width})"
             f" FROM generate_series(1, {count}) i")
        must(connection, f"INSERT INTO u (context_id, n) VALUES ('{name}', 0)")


def prepare(connection):
    for name, text in (("stories", STORIES), ("rows", ROWS),
                       ("limited", LIMITED)):
        connection.send(pgwire.parse(text, name) + pgwire.SYNC)
        error = pgwire.errors(connection.until_ready())
        if error:
            sys.exit(f"{text}: {error[0]['M']}")


def ask(connection, name, *values):
    connection.send(pgwire.bind(list(values), name=name) + pgwire.execute()
                    + pgwire.SYNC)
    messages = connection.until_ready()
    error = pgwire.errors(messages)
    if error:
        sys.exit(f"{name}: {error[0]['M']}")
    return pgwire.rows(messages)


def ask_all(connection):
    answers = []
    for context in (*COUNTS, b"nobody"):
        answers.append(ask(connection, "stories", context))
        answers.append(ask(connection, "rows", context))
        answers.append(ask(connection, "limited", context, b"15"))
    return answers


def ask_pipelined(connection):
    """All at once: each reply comes after those before it."""
    sent = b""
    for context in (*COUNTS, b"nobody"):
        sent += pgwire.bind([context], name="stories") + pgwire.execute()
        sent += pgwire.bind([context], name="rows") + pgwire.execute()
        sent += pgwire.bind([context, b"15"], name="limited")
        sent += pgwire.execute()
    connection.send(sent + pgwire.SYNC)
    return pgwire.rows(connection.until_ready())


def lookups(connection):
    return int(must(connection, "SELECT idx_scan FROM pg_stat_user_tables"
                    " WHERE relname = 'u'")[0][0])


def compare(server, what, expected):
    with connect(server) as connection, connect(server) as other:
        for one in (connection, other):
            prepare(one)
        before = lookups(connection)
        expect(f"{what}, for the first time", ask_all(connection), expected)
        expect(f"{what}, counted", lookups(connection) - before, len(COUNTS))
        for _ in range(3):
            expect(f"{what} again", ask_all(connection), expected)
            expect(f"{what} of another", ask_all(other), expected)
        flat = [row for rows in expected for row in rows]
        expect(f"{what}, pipelined", ask_pipelined(connection), flat)
        must(connection, "SET enable_quick_lookups = off")
        expect(f"{what}, by workers", ask_all(connection), expected)


def own_rows(server):
    """What a transaction has stored itself comes last."""
    with connect(server) as connection:
        prepare(connection)
        must(connection, "BEGIN")
        must(connection, "INSERT INTO t (context_id, n) VALUES ('small', 99)")
        rows = ask(connection, "rows", SMALL)
        expect("own rows", (len(rows), rows[-1]), (21, [None, b"99", None]))
        must(connection, "ROLLBACK")
        expect("none of them", len(ask(connection, "rows", SMALL)), 20)


def in_parts(server):
    """Execute with a limit of rows, again and again."""
    with connect(server) as connection:
        prepare(connection)
        whole = ask(connection, "rows", LARGE)
        connection.send(
            pgwire.bind([LARGE], name="rows") + pgwire.execute(rows=7)
            + pgwire.execute(rows=700) + pgwire.execute() + pgwire.SYNC)
        expect("in parts", pgwire.rows(connection.until_ready()), whole)


def put_and_taken_back():
    """A lookup that finds more than it may read once rows of segments have been
    put: the worker's reply is the only one, through every door."""
    sizes = range(100, 1501, 100)
    server = doors.doors_server("shard_count=1", "memtable_age=0")
    try:
        with connect(server) as connection:
            must(connection, "CREATE TABLE t (n bigint)")
            fill(connection, sizes, lambda size: 10)
            must(connection, "CHECKPOINT")
            for size in sizes:  # what is in segments is in memory
                must(connection, f"SELECT n FROM t WHERE context_id = 'm{size}'")
            fill(connection, sizes, lambda size: size)
        for door in doors.EVERY:
            client = door(server)
            for size in (*sizes, *sizes):
                answer = client.ask(f"REPLAY FOR m{size}")
                what = f"{door.__name__}, {size}"
                expect(what, answer.status, 200)
                expect(what, len(answer.rows), 10 + size)
                expect(f"{what}, columns", len(answer.types), len(answer.rows[0]))
            client.close()
    finally:
        if not server.release():
            sys.exit(1)


def fill(connection, sizes, count):
    for size in sizes:
        must(connection, f"INSERT INTO t (context_id, n) SELECT 'm{size}', i"
                         f" FROM generate_series(1, {count(size)}) AS i")


def more_than_memory():
    """A context's rows are not all known at once: it may have any number."""
    count = 4_000_000
    with Server("shard_count=1", "statement_memory=16MB") as server:
        with connect(server) as connection:
            must(connection, "CREATE TABLE t (n bigint)")
            must(connection, "INSERT INTO t (context_id, n) SELECT 'only', i"
                             f" FROM generate_series(1, {count}) i")
            must(connection, "CHECKPOINT")
            expect("a context with many rows",
                   must(connection, "SELECT count(*), sum(n) FROM t"
                                    " WHERE context_id = 'only'"),
                   [[b"%d" % count, b"%d" % (count * (count + 1) // 2)]])


def main():
    put_and_taken_back()
    if not pgwire.IS_SANITIZED:  # regress has a context that is large enough
        more_than_memory()
    with Server("shard_count=2", "memtable_age=0") as server:
        with connect(server) as connection:
            load(connection)
            must(connection, "SET enable_quick_lookups = off")
            prepare(connection)
            expected = ask_all(connection)
            for context, rows in zip(COUNTS, expected[::3]):
                expect(context, len(rows), COUNTS[context] + 1)
        compare(server, "MemTables", expected)
        own_rows(server)
        in_parts(server)
        with connect(server) as connection:
            must(connection, "CHECKPOINT")
        compare(server, "segments", expected)
        server.restart()
        compare(server, "segments after a restart", expected)
        in_parts(server)


main()
