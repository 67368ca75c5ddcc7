#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SQLAlchemy over psycopg2: what it learns of tables and views, its Core and
its ORM.  Inside a transaction an event has no id yet, so classes that are to
have theirs set by flush() live in sessions of an autocommit engine."""

import os
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, skip  # noqa: E402

try:
    import psycopg2  # noqa: F401
    import sqlalchemy as sa
    from sqlalchemy import orm
    from sqlalchemy.ext import automap
except ImportError:
    skip("there is no SQLAlchemy with psycopg2 on this machine")

import every  # noqa: E402

SCHEMA = (
    "CREATE TYPE status AS ENUM ('new', 'paid')",
    "CREATE TABLE payment (amount numeric(10,2) NOT NULL,"
    " st status DEFAULT 'new', note varchar(20))",
    "CREATE VIEW paid AS SELECT event_id, amount FROM payment"
    " WHERE st = 'paid'",
    every.DEFINE,
    every.CREATE,
)

HEAD = [
    ("context_id", "TEXT", False, None),
    ("timestamp", "TIMESTAMP WITH TIME ZONE", False, "now()"),
    ("event_id", "BIGINT", False, None),
]

# Name, type, may it be null, default.
REFLECTED = {
    "payment": HEAD
    + [
        ("amount", "NUMERIC(10, 2)", False, None),
        ("st", "status", True, "'new'::status"),
        ("note", "VARCHAR(20)", True, None),
    ],
    "every": HEAD
    + [
        ("s", "TEXT", True, None),
        ("i", "BIGINT", True, None),
        ("u", "NUMERIC(20, 0)", True, None),
        ("f", "DOUBLE PRECISION", True, None),
        ("b", "BOOLEAN", True, None),
        ("t", "TIMESTAMP WITH TIME ZONE", True, None),
        ("d", "DATE", True, None),
        ("g", "UUID", True, None),
        ("n", "NUMERIC(38, 10)", True, None),
        ("j", "JSONB", True, None),
    ],
    "sql_types": HEAD
    + [
        ("h", "SMALLINT", True, None),
        ("w", "INTEGER", True, None),
        ("r", "REAL", True, None),
        ("c", "VARCHAR(10)", True, None),
        ("q", "NUMERIC(10, 2)", True, None),
    ],
    "paid": [
        ("event_id", "BIGINT", True, None),
        ("amount", "NUMERIC(10, 2)", True, None),
    ],
    "events": [
        ("event_id", "BIGINT", True, None),
        ("event_type", "TEXT", True, None),
        ("context_id", "TEXT", True, None),
        ("timestamp", "TIMESTAMP WITH TIME ZONE", True, None),
        ("version", "INTEGER", True, None),
        ("payload", "JSONB", True, None),
    ],
}


def inspects(engine):
    with engine.begin() as conn:
        assert conn.dialect.server_version_info >= (15,)
        for statement in SCHEMA:
            conn.exec_driver_sql(statement)
    seen = sa.inspect(engine)
    assert seen.default_schema_name == "public"
    assert {"public", "stele"} <= set(seen.get_schema_names())
    assert sorted(seen.get_table_names()) == ["every", "payment", "sql_types"]
    assert sorted(seen.get_view_names()) == ["events", "paid"]
    assert "payment" in seen.get_view_definition("paid")
    [enum] = seen.get_enums()
    assert (enum["name"], enum["labels"]) == ("status", ["new", "paid"])
    for table, expected in REFLECTED.items():
        got = [
            (c["name"], c["type"].compile(engine.dialect), c["nullable"], c["default"])
            for c in seen.get_columns(table)
        ]
        assert got == expected, [p for p in zip(got, expected) if p[0] != p[1]]
        is_type = table not in ("paid", "events")
        key = seen.get_pk_constraint(table)
        assert key["constrained_columns"] == (["event_id"] if is_type else []), key
        assert key["name"] == (f"{table}_pkey" if is_type else None), key
        assert seen.get_foreign_keys(table) == []
        assert seen.get_indexes(table) == []
        assert seen.get_unique_constraints(table) == []
        assert seen.get_check_constraints(table) == []
        assert seen.get_table_comment(table) == {"text": None}
    assert seen.get_columns("payment")[4]["type"].enums == ["new", "paid"]


def inspects_own_views(engine):
    seen = sa.inspect(engine)
    for schema in ("stele", "information_schema"):
        views = seen.get_view_names(schema=schema)
        assert views, schema
        for view in views:
            assert seen.get_columns(view, schema=schema), (schema, view)


def values_round(engine):
    """Through tables that SQLAlchemy has described for itself."""
    meta = sa.MetaData()
    meta.reflect(engine, views=True)
    assert set(REFLECTED) <= set(meta.tables)
    table = meta.tables["every"]
    # The driver gives a uuid as text unless asked.
    table.c.g.type.as_uuid = True
    names = every.COLUMNS.split(", ")
    columns = [table.c[name] for name in names]
    with engine.begin() as conn:
        for context, row in every.ROWS.items():
            values = dict(zip(names, row), context_id=context)
            conn.execute(table.insert().inline().values(values))
    with engine.connect() as conn:
        conn.exec_driver_sql("SET TimeZone = 'UTC'")
        for context, row in every.ROWS.items():
            query = sa.select(*columns).where(table.c.context_id == context)
            every.check_row(context, conn.execute(query).one(), row)


def payment_class(engine):
    """As SQLAlchemy finds it: the catalogue says what the key is."""
    base = automap.automap_base()
    base.prepare(autoload_with=engine)
    assert set(base.classes.keys()) == {"every", "payment", "sql_types"}
    return base.classes.payment


def objects(engine):
    auto = engine.execution_options(isolation_level="AUTOCOMMIT")
    payment = payment_class(engine)
    with orm.Session(auto) as session:
        first = payment(context_id="c", amount=5, note="é")
        session.add(first)
        session.add_all([payment(context_id="c", amount=i, st="paid") for i in range(4)])
        session.flush()
        assert first.event_id > 0 and first.st == "new", first
        assert first.timestamp.tzinfo is not None
        number = first.event_id
        session.commit()
    with orm.Session(engine) as session:
        assert session.get(payment, number).note == "é"
        query = session.query(payment.st, sa.func.count(), sa.func.sum(payment.amount))
        got = query.group_by(payment.st).order_by(payment.st).all()
        assert got == [("new", 1, 5), ("paid", 4, 6)], got
        rank = sa.func.row_number().over(order_by=payment.amount.desc())
        best = session.query(payment.amount, rank.label("n")).subquery()
        got = session.query(best.c.amount).filter(best.c.n <= 2)
        assert sorted(got.all()) == [(3,), (5,)]
        assert session.query(payment).filter(payment.note.ilike("É")).count() == 1


def fails(code, work):
    try:
        work()
    except sa.exc.DBAPIError as error:
        assert error.orig.pgcode == code, error
    else:
        raise AssertionError(f"no error {code}")


def errors_and_savepoints(engine):
    payment = payment_class(engine)
    with orm.Session(engine) as session:
        found = session.query(payment).first()
        found.note = "events do not change"
        fails("0A000", session.flush)
    table = payment.__table__
    insert = table.insert().inline().values(context_id="gone", amount=1)
    count = sa.select(sa.func.count()).where(table.c.context_id == "gone")
    with engine.begin() as conn:
        inner = conn.begin_nested()
        conn.execute(insert)
        fails("42703", lambda: conn.execute(sa.text("SELECT nothing FROM payment")))
        inner.rollback()
        assert conn.scalar(count) == 0
    with engine.connect() as conn:
        outer = conn.begin()
        conn.execute(insert)
        outer.rollback()
        assert conn.scalar(count) == 0
        # After an error the pool's connection is as good as new.
        fails("22P02", lambda: conn.execute(sa.text("SELECT CAST('x' AS int)")))
    with engine.connect() as conn:
        assert conn.scalar(sa.text("SELECT 42")) == 42


def stream_and_cancel(engine):
    query = sa.text("SELECT g FROM generate_series(1, 100000) AS g")
    with engine.connect() as conn:
        rows = conn.execution_options(stream_results=True, yield_per=1000)
        result = rows.execute(query)
        assert next(result) == (1,)
        assert sum(g for g, in result) == 5000050000 - 1
        # One that is left in the middle.
        assert rows.execute(query).fetchmany(3) == [(1,), (2,), (3,)]
    slow = sa.text(
        "SELECT count(*) FROM generate_series(1, 100000) AS a,"
        " generate_series(1, 100000) AS b"
    )
    with engine.connect() as conn:
        timer = threading.Timer(0.2, conn.connection.dbapi_connection.cancel)
        timer.start()
        fails("57014", lambda: conn.execute(slow))
        timer.join()


def main():
    with Server() as server:
        url = f"postgresql+psycopg2://stele@127.0.0.1:{server.port}/stele"
        engine = sa.create_engine(url)
        for case in (
            inspects,
            inspects_own_views,
            values_round,
            objects,
            errors_and_savepoints,
            stream_and_cancel,
        ):
            case(engine)
            print("ok", case.__name__, flush=True)
        engine.dispose()


if __name__ == "__main__":
    main()
