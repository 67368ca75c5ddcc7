#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""asyncpg: named statements, every value in binary."""

import asyncio
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, skip  # noqa: E402

try:
    import asyncpg
except ImportError:
    skip("there is no asyncpg on this machine")

import every  # noqa: E402

INSERT = (
    f"INSERT INTO every (context_id, {every.COLUMNS})"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
)


async def values_round(conn):
    await conn.execute(every.DEFINE)
    await conn.execute(every.CREATE)
    for context, row in every.ROWS.items():
        document = None if row[9] is None else json.dumps(row[9])
        await conn.execute(INSERT, context, *row[:9], document)
    for context, row in every.SQL_ROWS.items():
        await conn.execute(
            f"INSERT INTO sql_types (context_id, {every.SQL_COLUMNS})"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            context,
            *row,
        )
    for context, row in every.ROWS.items():
        got = await conn.fetchrow(
            f"SELECT {every.COLUMNS} FROM every WHERE context_id = $1", context
        )
        every.check_row(context, list(got)[:9], row[:9])
        document = None if got[9] is None else json.loads(got[9])
        assert document == row[9], (context, document)
    for context, row in every.SQL_ROWS.items():
        got = await conn.fetchrow(
            f"SELECT {every.SQL_COLUMNS} FROM sql_types WHERE context_id = $1",
            context,
        )
        every.check_row(context, got, row)


async def introspects(conn):
    """What it asks for a type that it does not know, and what tools ask."""
    rows = await conn.fetch(
        "SELECT column_name::text, udt_name::text, is_nullable::text"
        " FROM information_schema.columns WHERE table_name = $1"
        " ORDER BY ordinal_position LIMIT 4",
        "every",
    )
    assert [tuple(row) for row in rows] == [
        ("context_id", "text", "NO"),
        ("timestamp", "timestamptz", "NO"),
        ("event_id", "int8", "NO"),
        ("s", "text", "YES"),
    ], rows
    await conn.execute("CREATE TYPE color AS ENUM ('red', 'né')")
    assert await conn.fetchval("SELECT enum_range(NULL::color)") == ["red", "né"]
    assert await conn.fetchval("SELECT $1::color", "né") == "né"
    statement = await conn.prepare("SELECT n, j FROM every WHERE i = $1 AND d < $2")
    assert [p.name for p in statement.get_parameters()] == ["int8", "date"]
    told = [(a.name, a.type.name) for a in statement.get_attributes()]
    assert told == [("n", "numeric"), ("j", "jsonb")], told


async def store_and_query(conn):
    statement = await conn.prepare("STORE every FOR $1 PAYLOAD $2")
    assert [p.name for p in statement.get_parameters()] == ["text", "json"]
    for i in range(3):
        await statement.fetch("stored", json.dumps({"i": i, "s": every.TEXT}))
    rows = await conn.fetch("QUERY every FOR stored RETURN [i, s]")
    got = [(row["i"], row["s"]) for row in rows]
    assert got == [(i, every.TEXT) for i in range(3)], rows
    rows = await conn.fetch("REPLAY FOR stored")
    assert len(rows) == 3, rows


async def many_and_cursor(conn):
    await conn.executemany(
        "INSERT INTO every (context_id, i) VALUES ($1, $2)",
        [("many", i) for i in range(500)],
    )
    seen = []
    async with conn.transaction():
        async for row in conn.cursor(
            "SELECT i FROM every WHERE context_id = $1 ORDER BY event_id",
            "many",
            prefetch=50,
        ):
            seen.append(row["i"])
    assert seen == list(range(500)), seen


async def streams(conn):
    total = 0
    async with conn.transaction():
        async for g, text in conn.cursor(
            "SELECT g, repeat('é', 20) FROM generate_series(1, 100000) AS g",
            prefetch=5000,
        ):
            total += g if len(text) == 20 else 0
    assert total == 5000050000, total


async def errors_and_rollback(conn):
    before = await conn.fetchval("SELECT count(*) FROM events")
    try:
        async with conn.transaction():
            await conn.execute("INSERT INTO every (context_id) VALUES ('gone')")
            await conn.fetchval("SELECT 1 / $1::bigint", 0)
    except asyncpg.DivisionByZeroError:
        pass
    else:
        raise AssertionError("no error")
    assert await conn.fetchval("SELECT count(*) FROM events") == before
    try:
        await conn.fetch("SELECT nothing FROM every")
    except asyncpg.UndefinedColumnError:
        pass
    else:
        raise AssertionError("no error")
    assert await conn.fetchval("SELECT 42") == 42


async def cancel(conn):
    await conn.execute(every.SLOW_DEFINE)
    await conn.executemany(
        "INSERT INTO slow (context_id, s) VALUES ('c', $1)",
        [("a" * 1000,)] * 10000,
    )
    try:
        await conn.fetch(every.SLOW_QUERY, timeout=0.2)
    except asyncio.TimeoutError:
        assert await conn.fetchval("SELECT 42", timeout=5) == 42
        return
    raise AssertionError("not cancelled")


async def run(port):
    conn = await asyncpg.connect(
        host="127.0.0.1", port=port, user="stele", database="stele"
    )
    for case in (
        values_round,
        introspects,
        store_and_query,
        many_and_cursor,
        errors_and_rollback,
        streams,
        cancel,
    ):
        await case(conn)
        print("ok", case.__name__, flush=True)
    await conn.close(timeout=5)


def main():
    with Server() as server:
        asyncio.run(asyncio.wait_for(run(server.port), 100))


if __name__ == "__main__":
    main()
