#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of stores: many statements before one Sync, prepared from one text.

A statement that is prepared again is not planned again: these are the cases in
which it has to be, and the answers that pipelines owe.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, execute, message, parse  # noqa: E402
from stele_server import Server  # noqa: E402

SYNC = message(b"S")
INT8, TEXT = 20, 25
INSERT = "INSERT INTO t (context_id, n, note) VALUES ($1, $2, 'x')"
STORE = "STORE t FOR $1 PAYLOAD $2"


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got} instead of {wanted}")


def send(connection, *messages):
    connection.send(b"".join(messages) + SYNC)
    return connection.until_ready()


def kinds(messages):
    return b"".join(kind for kind, _ in messages)


def tags(messages):
    return [body for kind, body in messages if kind == b"C"]


def expect_rows(connection, sql, *rows):
    wanted = [[None if v is None else str(v).encode() for v in r] for r in rows]
    expect(sql, pgwire.rows(connection.query(sql)), wanted)


def run(values, name=""):
    return bind(values, name=name) + execute()


def answers_in_order(connection):
    """By turns two texts, under a hundred names each."""
    prepared = []
    for i in range(100):
        prepared += [parse(INSERT, f"i{i}"), parse(STORE, f"s{i}")]
    expect("Parse", kinds(send(connection, *prepared)), b"1" * 200 + b"Z")
    statements = []
    for i in range(100):
        statements.append(run([b"a", str(i).encode()], f"i{i}"))
        statements.append(run([b"b", b'{"n": %d}' % i], f"s{i}"))
    answer = send(connection, *statements)
    expect("answers", kinds(answer), b"2C" * 200 + b"Z")
    expect("tags", set(tags(answer)), {b"INSERT 0 1\0"})
    expect_rows(
        connection,
        "SELECT context_id, count(*), sum(n), count(note),"
        " min(event_id), max(event_id) FROM t GROUP BY 1 ORDER BY 1",
        ("a", 100, 4950, 100, 1, 199),
        ("b", 100, 4950, 0, 2, 200),
    )
    expect_rows(connection, "SELECT count(*) FROM t WHERE event_id = 2 * n + 1"
                " AND context_id = 'a'", (100,))


def an_error_takes_all(connection):
    """To the Sync, and what came before it in this transaction."""
    answer = send(
        connection,
        run([b"lost", b"1"], "i0"),
        run([b"lost", b"many"], "i1"),
        run([b"lost", b"2"], "i2"),
    )
    expect("an error", kinds(answer), b"2CEZ")
    answer = send(
        connection, run([b"lost", b"1"], "i0"), run([b"lost", b"{}"], "s1")
    )
    expect("no error", kinds(answer), b"2C2CZ")
    answer = send(
        connection,
        run([b"lost", b"1"], "i0"),
        run([b"lost", b'{"nn": 1}'], "s1"),
        run([b"lost", b"2"], "i2"),
    )
    expect("an error of a payload", kinds(answer), b"2C2EZ")
    expect_rows(
        connection, "SELECT n FROM t WHERE context_id = 'lost'", (1,), (None,)
    )


def unnamed_again_and_again(connection):
    messages = []
    for i in range(10):
        messages += [parse(INSERT), run([b"u", str(i).encode()])]
    expect("unnamed", kinds(send(connection, *messages)), b"12C" * 10 + b"Z")
    expect_rows(
        connection, "SELECT sum(n) FROM t WHERE context_id = 'u'", (45,)
    )


def types_of_parameters(connection):
    """The same text with other types is another statement."""
    answer = send(
        connection,
        parse(INSERT, "as_given", [TEXT, INT8]),
        message(b"D", b"Sas_given\0"),
        parse(INSERT, "as_is"),
        message(b"D", b"Sas_is\0"),
        parse(INSERT, "as_text", [TEXT, TEXT]),
    )
    described = [body for kind, body in answer if kind == b"t"]
    expect("types", described[0], b"\0\2" + b"\0\0\0\x19" + b"\0\0\0\x14")
    expect("types", described[1], b"\0\2" + b"\0\0\0\x19" + b"\0\0\0\x17")
    expect("text for an integer", pgwire.errors(answer)[0]["C"], "42804")


def changes_of_the_table(connection):
    """What was planned before them is planned again."""
    text = "INSERT INTO t VALUES ($1, $2, $3, $4)"
    expect("before", kinds(send(connection, parse(text, "b1"))), b"1Z")
    connection.query("ALTER TABLE t ADD COLUMN more bigint DEFAULT 7")
    answer = send(
        connection,
        parse(text, "b2"),
        run([b"more", b"2026-01-01", b"1", b"x"], "b1"),
        run([b"more", b"2026-01-02", b"2", b"y"], "b2"),
        run([b"more", b"3"], "i3"),
    )
    expect("after", kinds(answer), b"12C2C2CZ")
    expect_rows(
        connection,
        "SELECT n, note, more FROM t WHERE context_id = 'more'",
        (1, "x", 7),
        (2, "y", 7),
        (3, "x", 7),
    )
    connection.query("DROP TABLE t")
    answer = send(connection, parse(INSERT, "dropped"))
    expect("dropped", pgwire.errors(answer)[0]["C"], "42P01")
    connection.query("CREATE TABLE t (n text)")
    expect("made anew", kinds(send(connection, parse(STORE, "anew"))), b"1Z")
    answer = send(connection, run([b"c", b'{"n": "text"}'], "anew"))
    expect("made anew", kinds(answer), b"2CZ")
    expect_rows(connection, "SELECT n FROM t", ("text",))


def settings_have_a_say(connection):
    """Constants that a setting reads are read again for each statement."""
    connection.query("CREATE TABLE d (at timestamptz)")
    text = "INSERT INTO d (context_id, at) VALUES ('d', '2026-02-01 00:00')"
    connection.query("SET timezone = 'UTC'")
    send(connection, parse(text, "utc"))
    connection.query("SET timezone = '+02'")
    send(connection, parse(text, "plus"))
    send(connection, run([], "utc"), run([], "plus"))
    connection.query("SET timezone = 'UTC'")
    expect_rows(
        connection,
        "SELECT at FROM d ORDER BY event_id",
        ("2026-02-01 00:00:00+00",),
        ("2026-01-31 22:00:00+00",),
    )


def main():
    with Server() as server, pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("CREATE TABLE t (n int, note text)")
        answers_in_order(connection)
        an_error_takes_all(connection)
        unnamed_again_and_again(connection)
        types_of_parameters(connection)
        changes_of_the_table(connection)
        settings_have_a_say(connection)


main()
