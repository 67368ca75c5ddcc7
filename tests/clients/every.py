# SPDX-License-Identifier: Apache-2.0
"""What every Python driver is asked to do: a type with a field of each type,
events with their extreme values, and a statement that takes long enough to be
cancelled."""

import datetime
import decimal
import math
import uuid

UTC = datetime.timezone.utc

DEFINE = (
    'DEFINE every FIELDS { "s": "string | null", "i": "int | null",'
    ' "u": "u64 | null", "f": "float | null", "b": "bool | null",'
    ' "t": "datetime | null", "d": "date | null", "g": "uuid | null",'
    ' "n": "decimal(38,10) | null", "j": "json | null" }'
)
COLUMNS = "s, i, u, f, b, t, d, g, n, j"

# One column of each type that SQL has beside these.
CREATE = (
    "CREATE TABLE sql_types (h smallint, w integer, r real, c varchar(10),"
    " q numeric(10,2))"
)
SQL_COLUMNS = "h, w, r, c, q"
SQL_ROWS = {
    "sql-least": (-32768, -(2**31), -3.4028234663852886e38, "", decimal.Decimal("-99999999.99")),
    "sql-most": (32767, 2**31 - 1, 1.401298464324817e-45, "0123456789", decimal.Decimal("0.01")),
    "sql-null": (None,) * 5,
}

MOST_DECIMAL = decimal.Decimal("9" * 28 + "." + "9" * 10)
TEXT = "it's \"a\" \\ b\n\t%s {} $1 é 漢 \U0001fab6 \U0010ffff"

# By context: s, i, u, f, b, t, d, g, n, j.  asyncpg takes the first and
# the last day that Python has for the infinities.
ROWS = {
    "least": (
        "",
        -(2**63),
        decimal.Decimal(0),
        -math.inf,
        False,
        datetime.datetime(1, 1, 2, tzinfo=UTC),
        datetime.date(1, 1, 2),
        uuid.UUID(int=0),
        MOST_DECIMAL.copy_negate(),
        {},
    ),
    "most": (
        TEXT,
        2**63 - 1,
        decimal.Decimal(2**64 - 1),
        1.7976931348623157e308,
        True,
        datetime.datetime(9999, 12, 30, 23, 59, 59, 999999, UTC),
        datetime.date(9999, 12, 30),
        uuid.UUID(int=2**128 - 1),
        MOST_DECIMAL,
        {"a": [1, 2.5, None, True, TEXT], "b": {"c": [{}]}},
    ),
    "small": (
        " ",
        0,
        decimal.Decimal(1),
        5e-324,
        True,
        datetime.datetime(1999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime.date(1999, 12, 31),
        uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
        decimal.Decimal("0.0000000001"),
        [1, 2],
    ),
    "nan": ("nan", -1, decimal.Decimal(2**63), math.nan) + (None,) * 5 + ("x",),
    "infinity": ("infinity", 1, None, math.inf) + (None,) * 6,
    "null": (None,) * 10,
}


def is_same(got, expected):
    """Equal and of one type or a driver's own variant of it; NaN too."""
    if not isinstance(got, type(expected)):
        return False
    if isinstance(expected, float) and math.isnan(expected):
        return math.isnan(got)
    return isinstance(got, bool) == isinstance(expected, bool) and got == expected


def check_row(what, got, expected):
    got = tuple(got)
    for column, (a, b) in enumerate(zip(got, expected)):
        assert is_same(a, b), f"{what}, column {column}: {a!r} is not {b!r}"
    assert len(got) == len(expected), (what, got)


# 10,000 texts of 1,000 letters, and a filter that looks at each 1,000 times.
SLOW_DEFINE = 'DEFINE slow FIELDS { "s": "string" }'
SLOW_COPY = "COPY slow (context_id, s) FROM STDIN"
SLOW_DATA = f"c\t{'a' * 1000}\n" * 10000
SLOW_QUERY = "SELECT count(*) FROM slow WHERE " + " OR ".join(
    f"s LIKE '%a%b{i}%'" for i in range(1000)
)
