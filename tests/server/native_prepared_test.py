#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prepared statements of the native language: parameters, and what a plan that is
kept says after the catalogue has changed."""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402


def run(connection, name, values=()):
    connection.send(
        pgwire.bind(values, name=name) + pgwire.execute() + pgwire.SYNC)
    messages = connection.until_ready()
    error = pgwire.errors(messages)
    return error[0]["M"] if error else pgwire.rows(messages)


def prepare(connection, name, text):
    connection.send(pgwire.parse(text, name) + pgwire.SYNC)
    error = pgwire.errors(connection.until_ready())
    if error:
        sys.exit(f"{text}: {error[0]['M']}")


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got} instead of {wanted}")


def parameters(connection):
    for event in range(6):
        connection.query(
            f'STORE {"tu"[event % 2]} FOR c PAYLOAD {{"a": {event}}}')
    prepare(connection, "one", "PLOT count OF t FILTER a < $1 TOP $2")
    expect("a filter", run(connection, "one", [b"4", b"1"]), [[b"2"]])
    expect("no rows", run(connection, "one", [b"4", b"0"]), [])
    prepare(connection, "two", "PLOT count OF t FILTER a < $1"
            " VS total(a) OF u FILTER a > $1 BREAKDOWN BY context_id TOP $2")
    expect("two sides", run(connection, "two", [b"2", b"1"]),
           [[b"c", b"1", b"8"]])
    prepare(connection, "funnel",
            "PLOT count OF t -> u WITHIN $2 DAYS FILTER t.a >= $1")
    expect("a funnel", run(connection, "funnel", [b"2", b"1"]), [[b"2"]])
    prepare(connection, "query", "QUERY t FOR $1 WHERE a IN ($2, $3) LIMIT $4"
            " RETURN [a]")
    expect("a query", [row[4] for row in run(
        connection, "query", [b"c", b"0", b"4", b"5"])], [b"0", b"4"])


def batches(connection):
    prepare(connection, "batch", "BATCH [STORE t FOR $1 PAYLOAD $2;"
            " DEFINE w FIELDS {\"b\": \"string\"};"
            " STORE w FOR $1 AT $4 PAYLOAD $3]")
    values = [b"d", b'{"a": 7}', b'{"b": "x"}', b"2026-01-01 00:00:00+00"]
    run(connection, "batch", values)
    prepare(connection, "story", "REPLAY FOR d")
    expect("a batch", [row[4] for row in run(connection, "story")],
           [b'{"a": 7}', b'{"b": "x"}'])
    expect("a batch that fails", run(connection, "batch", values),
           'event type "w" is already defined')
    expect("nothing of it", len(run(connection, "story")), 2)
    connection.query("DROP TABLE w")
    messages = connection.query('BATCH [STORE t FOR $1 PAYLOAD {"a": 1}]')
    expect("without values", pgwire.errors(messages)[0]["M"],
           "there is no parameter $1")


def changes(connection):
    prepare(connection, "list", "LIST TYPES")
    prepare(connection, "describe", "DESCRIBE t")
    expect("types", [row[0] for row in run(connection, "list")], [b"t", b"u"])
    expect("fields", [row[0] for row in run(connection, "describe")], [b"a"])
    connection.query('DEFINE t AS 2 FIELDS {"a": "int", "b": "int | null"}')
    connection.query('DEFINE v FIELDS {"a": "int"}')
    expect("a type more", [row[0] for row in run(connection, "list")],
           [b"t", b"u", b"v"])
    expect("a field more", [row[0] for row in run(connection, "describe")],
           [b"a", b"b"])
    connection.query("DROP TABLE t")
    expect("a type less", [row[0] for row in run(connection, "list")],
           [b"u", b"v"])
    expect("no type", run(connection, "describe"),
           'relation "t" does not exist')


def main():
    with Server() as server, pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query('DEFINE t FIELDS {"a": "int"}')
        connection.query('DEFINE u FIELDS {"a": "int"}')
        parameters(connection)
        batches(connection)
        changes(connection)


main()
