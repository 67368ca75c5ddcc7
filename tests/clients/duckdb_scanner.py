# SPDX-License-Identifier: Apache-2.0
"""DuckDB over its postgres scanner: it attaches a whole server, reads tables by
COPY in binary, from several connections at once, pushes filters down, and
writes by COPY, too."""

import datetime
import decimal
import os
import uuid

import duckdb
import duckdb_extension_postgres_scanner as extension

SCHEMA = [
    "CREATE TYPE status AS ENUM ('new', 'paid')",
    "CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20))",
    "CREATE TABLE kinds (s text, i bigint, h smallint, w integer, f double precision, r real,"
    " b boolean, t timestamptz, d date, g uuid, n numeric(38,10), j jsonb)",
    "CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid'",
]

UTC = datetime.timezone.utc
TEXT = "it's \"a\" \\ b\n\t%s {} $1 é 漢 \U0001fab6 \U0010ffff"
KINDS = "s, i, h, w, f, r, b, t, d, g, n, j"
ROWS = {
    "least": (
        "", -(2**63), -(2**15), -(2**31), -1.7976931348623157e308, -0.5, False,
        datetime.datetime(1, 1, 2, tzinfo=UTC), datetime.date(1, 1, 1), uuid.UUID(int=0),
        decimal.Decimal("-" + "9" * 28 + "." + "9" * 10), "{}",
    ),
    "most": (
        TEXT, 2**63 - 1, 2**15 - 1, 2**31 - 1, 5e-324, 0.25, True,
        datetime.datetime(9999, 12, 30, 23, 59, 59, 999999, UTC), datetime.date(9999, 12, 31),
        uuid.UUID(int=2**128 - 1), decimal.Decimal("9" * 28 + "." + "9" * 10), '{"a": [1, null]}',
    ),
    "null": (None,) * 12,
}
SLOW = "SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"


def same(what, got, expected):
    assert got == expected, f"{what}: {got!r} is not {expected!r}"


def fails(words, work):
    try:
        work()
    except duckdb.Error as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"no error: {words}")


def rows(db, text, *values):
    return db.execute(text, *values).fetchall()


def attach():
    db = duckdb.connect()
    folder = os.path.join(os.path.dirname(extension.__file__), "extensions", f"v{duckdb.__version__}")
    db.execute(f"LOAD '{folder}/postgres_scanner.duckdb_extension'")
    db.execute("SET TimeZone = 'UTC'")
    target = f"host={os.environ['PGHOST']} port={os.environ['PGPORT']} user=stele dbname=stele"
    db.execute(f"ATTACH '{target}' AS stele (TYPE postgres)")
    limited = f"{target} options=''-c statement_timeout=4000''"
    db.execute(f"ATTACH '{limited}' AS limited (TYPE postgres)")
    return db


def inspects(db):
    for statement in SCHEMA:
        db.execute("CALL postgres_execute('stele', ?)", [statement])
    db.execute("CALL pg_clear_cache()")
    tables = rows(db, "SELECT schema, name FROM (SHOW ALL TABLES) WHERE database = 'stele'")
    assert {("public", "payment"), ("public", "events"), ("stele", "segments")} <= set(tables), tables
    told = [row[:3] for row in rows(db, "DESCRIBE stele.public.payment")]
    same(
        "columns",
        told,
        [
            ("context_id", "VARCHAR", "NO"),
            ("timestamp", "TIMESTAMP WITH TIME ZONE", "NO"),
            ("event_id", "BIGINT", "NO"),
            ("amount", "DECIMAL(10,2)", "NO"),
            ("st", "ENUM('new', 'paid')", "YES"),
            ("note", "VARCHAR", "YES"),
        ],
    )


def reads_every_type(db):
    places = ", ".join(["?"] * 13)
    for context, row in ROWS.items():
        insert = f"INSERT INTO stele.public.kinds (context_id, {KINDS}) VALUES ({places})"
        db.execute(insert, (context, *row))
    for context, row in ROWS.items():
        select = f"SELECT {KINDS} FROM stele.public.kinds WHERE context_id = ?"
        same(context, rows(db, select, [context]), [row])
    story = rows(db, "SELECT event_id, event_type, context_id FROM stele.public.events ORDER BY 1")
    same("events", story, [(i + 1, "kinds", name) for i, name in enumerate(ROWS)])


def pushes_down_and_joins(db):
    db.execute(
        "INSERT INTO stele.public.payment (context_id, amount, st, note)"
        " SELECT 'c' || i % 100, i / 100, CASE WHEN i % 2 = 0 THEN 'new' ELSE 'paid' END, 'n' || i"
        " FROM range(100000) AS t(i)"
    )
    same(
        "a filter",
        rows(db, "SELECT count(*), sum(amount), min(note) FROM stele.public.payment"
             " WHERE amount BETWEEN 1 AND 1.99 AND st = 'paid'"),
        [(50, decimal.Decimal("75.00"), "n101")],
    )
    same("all of it", rows(db, "SELECT count(*), count(DISTINCT context_id), sum(amount)"
                           " FROM stele.public.payment"),
         [(100000, 100, decimal.Decimal("49999500.00"))])
    same("a view", rows(db, "SELECT count(*) FROM stele.public.paid"), [(50000,)])
    same("a join", rows(db, "SELECT count(*) FROM stele.public.payment AS p JOIN range(7) AS r(i)"
                        " ON p.note = 'n' || r.i"), [(7,)])
    same("what the server computes",
         rows(db, "SELECT * FROM postgres_query('stele', 'SELECT st, max(amount) FROM payment"
              " GROUP BY st ORDER BY st')"),
         [("new", 999.98), ("paid", 999.99)])


def makes_a_table(db):
    db.execute("CREATE TABLE stele.public.made AS SELECT 'c' AS context_id, now() AS \"timestamp\","
               " i AS i, 'x' || i AS s FROM range(1000) AS t(i)")
    db.execute("CALL pg_clear_cache()")
    same("what it made", rows(db, "SELECT count(*), sum(i), max(s) FROM stele.public.made"),
         [(1000, 499500, "x999")])
    db.execute("DROP TABLE stele.public.made")


def errors_and_blocks(db):
    count = "SELECT count(*) FROM stele.public.kinds"
    fails("does not exist", lambda: db.execute("SELECT * FROM stele.public.nothing"))
    fails("division by zero", lambda: rows(db, "SELECT * FROM postgres_query('stele', 'SELECT 1 / 0')"))
    fails("immutable", lambda: db.execute("CALL postgres_execute('stele', 'DELETE FROM kinds')"))
    db.execute("BEGIN")
    db.execute("INSERT INTO stele.public.kinds (context_id, i) VALUES ('gone', 1)")
    same("in a block", rows(db, count), [(len(ROWS) + 1,)])
    db.execute("ROLLBACK")
    same("rolled back", rows(db, count), [(len(ROWS),)])


def cancels(db):
    """DuckDB when interrupted waits for the server; a time limit ends that."""
    fails("statement timeout", lambda: rows(db, f"SELECT * FROM postgres_query('limited', '{SLOW}')"))
    same("after it", rows(db, "SELECT * FROM postgres_query('limited', 'SELECT 42')"), [(42,)])


def main():
    db = attach()
    for case in (
        inspects,
        reads_every_type,
        pushes_down_and_joins,
        makes_a_table,
        errors_and_blocks,
        cancels,
    ):
        case(db)
        print("ok", case.__name__, flush=True)
    db.close()


if __name__ == "__main__":
    main()
