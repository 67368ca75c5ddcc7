#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Django: the models that inspectdb writes, and objects written and read
through them.  bulk_create() asks for ids in a transaction of its own, where
events have none yet, so objects are saved one by one."""

import datetime
import decimal
import io
import os
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, skip  # noqa: E402

try:
    import django
    import psycopg2  # noqa: F401
    from django.conf import settings
    from django.db import DatabaseError, connection, models, transaction
    from django.db.models import functions
except ImportError:
    skip("there is no Django with psycopg2 on this machine")

import every  # noqa: E402

MODELS = {}  # those of inspectdb, by name

# What inspectdb says of the tables below, but for what it says of all.
INSPECTED = {
    "Payment": {
        "amount": ("DecimalField", False),
        "st": ("TextField", True),
        "note": ("CharField", True),
    },
    "Every": {
        "s": ("TextField", True),
        "i": ("BigIntegerField", True),
        "u": ("DecimalField", True),
        "f": ("FloatField", True),
        "b": ("BooleanField", True),
        "t": ("DateTimeField", True),
        "d": ("DateField", True),
        "g": ("UUIDField", True),
        "n": ("DecimalField", True),
        "j": ("JSONField", True),
    },
    "SqlTypes": {
        "h": ("SmallIntegerField", True),
        "w": ("IntegerField", True),
        "r": ("FloatField", True),
        "c": ("CharField", True),
        "q": ("DecimalField", True),
    },
    "Paid": {
        "amount": ("DecimalField", True),
    },
    "Events": {
        "event_type": ("TextField", True),
        "version": ("IntegerField", True),
        "payload": ("JSONField", True),
    },
}
HEAD = {
    "context_id": ("TextField", False),
    "timestamp": ("DateTimeField", False),
    "event_id": ("BigAutoField", False),
}


def configure(port):
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": port,
        "USER": "stele",
        "NAME": "stele",
    }
    settings.configure(
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[],
        TIME_ZONE="UTC",
        USE_TZ=True,
    )
    django.setup()


def inspects():
    from django.core.management import call_command

    with connection.cursor() as cur:
        cur.execute("CREATE TYPE status AS ENUM ('new', 'paid')")
        cur.execute(
            "CREATE TABLE payment (amount numeric(10,2) NOT NULL,"
            " st status DEFAULT 'new', note varchar(20))"
        )
        cur.execute(
            "CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid'"
        )
        cur.execute(every.DEFINE)
        cur.execute(every.CREATE)
    written = io.StringIO()
    call_command("inspectdb", "--include-views", stdout=written)
    assert "Unable to inspect" not in written.getvalue(), written.getvalue()
    assert "event_id = models.Big" in written.getvalue(), written.getvalue()
    # Before 4.1 it knows no identity columns.
    text = written.getvalue().replace(
        "event_id = models.BigIntegerField(primary_key=True)",
        "event_id = models.BigAutoField(primary_key=True)",
    )
    # As a module of some application.
    text = text.replace("class Meta:", "class Meta:\n        app_label = 'inspected'")
    exec(compile(text, "inspectdb", "exec"), MODELS)
    for name, expected in INSPECTED.items():
        got = {
            field.column: (type(field).__name__, field.null)
            for field in MODELS[name]._meta.get_fields()
        }
        is_view = name in ("Paid", "Events")
        head = {} if is_view else HEAD
        for column, field in {**head, **expected}.items():
            assert got[column] == field, (name, column, got[column])
    amount = MODELS["Payment"]._meta.get_field("amount")
    assert (amount.max_digits, amount.decimal_places) == (10, 2)
    assert MODELS["Payment"]._meta.get_field("note").max_length == 20


def values_round():
    model = MODELS["Every"]
    names = every.COLUMNS.split(", ")
    now = datetime.datetime.now(every.UTC)
    for context, row in every.ROWS.items():
        values = dict(zip(names, row), context_id=context, timestamp=now)
        model(**values).save(force_insert=True)
    for context, row in every.ROWS.items():
        got = model.objects.filter(context_id=context).values_list(*names).get()
        every.check_row(context, got, row)


def payment(context, amount, **values):
    now = datetime.datetime.now(every.UTC)
    values.setdefault("st", "new")
    return MODELS["Payment"](
        context_id=context, timestamp=now, amount=amount, **values
    )


def payments():
    return MODELS["Payment"].objects


def objects():
    one = payment("c", 5, note="é")
    one.save(force_insert=True)
    assert one.pk > 0
    for i in range(4):
        payment("c", i, st="paid").save(force_insert=True)
    assert payments().get(pk=one.pk).note == "é"
    assert payments().filter(note__icontains="É").count() == 1
    sums = payments().values("st").order_by("st").annotate(
        n=models.Count("*"), total=models.Sum("amount")
    )
    assert [tuple(row.values()) for row in sums] == [
        ("new", 1, decimal.Decimal(5)),
        ("paid", 4, decimal.Decimal(6)),
    ], list(sums)
    days = payments().annotate(day=functions.TruncDay("timestamp")).values("day")
    assert sum(row["n"] for row in days.annotate(n=models.Count("pk"))) == 5
    rank = models.Window(functions.RowNumber(), order_by=models.F("amount").desc())
    ranked = payments().annotate(n=rank).order_by("n").values_list("n", "amount")
    assert list(ranked[1:3]) == [(2, 3), (3, 2)], list(ranked)
    every_model = MODELS["Every"]
    assert every_model.objects.filter(j__a__1=2.5).get().context_id == "most"
    assert "Scan" in payments().filter(pk=one.pk).explain()


def fails(code, work):
    try:
        work()
    except DatabaseError as error:
        assert error.__cause__.pgcode == code, error
    else:
        raise AssertionError(f"no error {code}")


def errors_and_savepoints():
    events = payments().filter(context_id="c")
    fails("0A000", lambda: events.update(note="events do not change"))
    fails("0A000", events.delete)
    fails("42703", payments().extra(where=["nothing = 1"]).count)
    # An event has no id before COMMIT, so a block writes with a cursor.
    insert = "INSERT INTO payment (context_id, amount) VALUES (%s, %s)"
    with transaction.atomic(), connection.cursor() as cur:
        cur.execute(insert, ["kept", 1])
        try:
            with transaction.atomic():
                cur.execute(insert, ["gone", 1])
                fails("22003", lambda: cur.execute(insert, ["gone", 10**9]))
                raise ValueError
        except ValueError:
            pass
    assert payments().filter(context_id="kept").count() == 1
    assert payments().filter(context_id="gone").count() == 0


def stream_and_cancel():
    with connection.cursor() as cur:
        cur.execute(
            "INSERT INTO payment (context_id, amount)"
            " SELECT 'many', g FROM generate_series(0, 99999) AS g"
        )
    many = payments().filter(context_id="many")
    with transaction.atomic():  # a cursor of the transaction
        assert sum(p.amount for p in many.iterator(chunk_size=5000)) == 4999950000
    # A cursor WITH HOLD.
    assert sum(p.amount for p in many.iterator(chunk_size=5000)) == 4999950000
    timer = threading.Timer(0.2, connection.connection.cancel)
    timer.start()
    with connection.cursor() as cur:
        slow = (
            "SELECT count(*) FROM generate_series(1, 100000) AS a,"
            " generate_series(1, 100000) AS b"
        )
        fails("57014", lambda: cur.execute(slow))
    timer.join()


def main():
    with Server() as server:
        configure(server.port)
        for case in (
            inspects,
            values_round,
            objects,
            errors_and_savepoints,
            stream_and_cancel,
        ):
            case()
            print("ok", case.__name__, flush=True)
        connection.close()


if __name__ == "__main__":
    main()
