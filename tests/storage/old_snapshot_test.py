#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Old snapshots end with 72000 when they keep more than old_snapshot_memory."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

COUNT = "SELECT count(*) FROM note"


def connect(server):
    connection = pgwire.Connection(server.port)
    connection.start()
    return connection


def check(what, found, expected):
    if found != expected:
        sys.exit(f"FAIL {what}: {found}, expected {expected}")


def sqlstate(messages):
    errors = pgwire.errors(messages)
    return errors[0]["C"] if errors else None


def one(messages):
    rows = pgwire.rows(messages)
    return rows[0][0] if rows else sqlstate(messages)


def fill(connection):
    """Two times what snapshots may keep, in MemTables."""
    text = "x" * 1000
    rows = ", ".join(f"('c{n % 50}', '{text}')" for n in range(500))
    for _ in range(4):
        messages = connection.query(
            f"INSERT INTO note (context_id, text) VALUES {rows}"
        )
        check("insert", sqlstate(messages), None)


def test_transaction(server):
    """What is flushed under a reader ends him, and nobody else."""
    writer, reader = connect(server), connect(server)
    fill(writer)
    reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    count = one(reader.query(COUNT))
    writer.query("CHECKPOINT")
    check("his next statement", one(reader.query(COUNT)), "72000")
    check("after the error", one(reader.query(COUNT)), "25P02")
    reader.query("ROLLBACK")
    check("a new snapshot", one(reader.query(COUNT)), count)
    check("others", one(writer.query(COUNT)), count)


def test_cursor(server):
    """An open cursor that has read a little."""
    writer, reader = connect(server), connect(server)
    fill(writer)
    reader.query("BEGIN")
    reader.query("DECLARE c CURSOR FOR SELECT event_id FROM note")
    check("first", sqlstate(reader.query("FETCH 10 FROM c")), None)
    writer.query("CHECKPOINT")
    fetched = reader.query("FETCH ALL FROM c")
    check("the rest", sqlstate(fetched), "72000")
    reader.query("ROLLBACK")
    check("afterwards", sqlstate(reader.query(COUNT)), None)


def main():
    options = ("old_snapshot_memory=1MB", "shard_count=2", "memtable_age=0")
    with Server(*options) as server:
        setup = connect(server)
        setup.query("CREATE TABLE note (text text)")
        test_transaction(server)
        test_cursor(server)


if __name__ == "__main__":
    main()
