# SPDX-License-Identifier: Apache-2.0
"""What pyarrow reads from the samples of tests/unit/wire/test_result_arrow.c,
which are in the folder that is named."""

import datetime
import decimal
import sys
import uuid

import pyarrow
import pyarrow.ipc

UTC = datetime.timezone.utc
INT64_MAX = (1 << 63) - 1


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=UTC)


# Type and first rows of each column.  A number for what Python's own dates
# cannot hold: then the integers are compared.
BOTH = {
    "c0": ("bool", [True, None, True]),
    "c1": ("bool", [False, True, True]),
    "c2": ("int16", [-2, None, 32767]),
    "c3": ("int32", [None, 1, -2147483648]),
    "c4": ("int64", [1, None, -9223372036854775808]),
    "c5": ("uint32", [4294967295, 0, None]),
    "c6": ("float", [1.0, -0.0, None]),
    "c7": ("double", [1.0, float("-inf"), None]),
    "c8": ("decimal128(10, 2)",
           [decimal.Decimal("1.50"), decimal.Decimal("-0.01"), None]),
    "c9": ("large_string", ["12300", "-100", None]),
    "c10": ("large_string", ["1.5", "NaN", None]),
    "c11": ("date32[day]", [1, None, -2147483648]),
    "c12": ("time64[us]",
            [datetime.time(0, 0, 1), None, datetime.time(0, 0, 0, 1)]),
    "c17": ("extension<arrow.uuid>",
            [uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f"), None, None]),
    "c18": ("large_binary", [b"\x00\xff", b"", None]),
    "c19": ("large_string", ["ab", "", None]),
    "c20": ("large_string", ['{"a": 1}', None, "[]"]),
    "c21": ("large_string", ["1 day", None, None]),
    "c22": ("large_string", ["{1,2}", None, None]),
    "c23": ("dictionary<values=large_string, indices=int32, ordered=1>",
            ["paid", None, "new"]),
}
TRUE = {
    "c13": ("timestamp[us, tz=UTC]", [1000000, -500000, INT64_MAX]),
    "c14": ("timestamp[us, tz=UTC]", [INT64_MAX, -INT64_MAX - 1, None]),
    "c15": ("timestamp[us, tz=UTC]",
            [utc(1970, 1, 1, 0, 0, 1),
             utc(1969, 12, 31, 23, 59, 59, 500000), None]),
    "c16": ("timestamp[us]",
            [datetime.datetime(1970, 1, 1, 0, 0, 1), None, None]),
}
SECONDS = {
    "c13": ("timestamp[ms]", [1, -1, INT64_MAX]),
    "c14": ("timestamp[ms]", [9224318015999, -INT64_MAX - 1, None]),
    "c15": ("timestamp[ms]", [1, -1, None]),
    "c16": ("timestamp[ms]", [1, None, None]),
}
INTEGERS = {"date32[day]": pyarrow.int32()}


def values(column, expected):
    is_time = str(column.type).startswith(("date", "timestamp"))
    if is_time and any(isinstance(value, int) for value in expected):
        integers = INTEGERS.get(str(column.type), pyarrow.int64())
        column = column.view(integers)
    return column.to_pylist()


def check(path, columns):
    with open(path, "rb") as file:
        reader = pyarrow.ipc.open_stream(file)
        batches = list(reader)
    table = pyarrow.Table.from_batches(batches)
    table.validate(full=True)
    assert len(batches) > 1 and table.num_rows == 60000, table.num_rows
    assert set(table.schema.names) == set(columns), table.schema
    for name, (type_name, expected) in columns.items():
        column = table[name]
        assert str(column.type) == type_name, (name, column.type)
        assert table.schema.field(name).nullable
        got = values(column.chunk(0).slice(0, 3), expected)
        assert got == expected, (path, name, got)
        nulls = sum(value is None for value in expected) * 20000
        assert column.null_count == nulls, (name, column.null_count)
        last = values(column.chunk(column.num_chunks - 1), expected)[-3:]
        assert last == expected, (path, name, last)


def text_of(row):
    if row % 5 == 4:
        return None
    return "odd" if row % 2 else f"s{row // 4000}"


def check_dictionaries(path):
    with open(path, "rb") as file:
        reader = pyarrow.ipc.open_stream(file)
        table = reader.read_all()
    table.validate(full=True)
    column = table["v"]
    assert pyarrow.types.is_dictionary(column.type), column.type
    assert not column.type.ordered and column.num_chunks > 1
    assert column.to_pylist() == [text_of(row) for row in range(60000)]
    assert len(column.chunk(0).dictionary) < 10


check(sys.argv[1] + "/true.arrow", BOTH | TRUE)
check(sys.argv[1] + "/seconds.arrow", BOTH | SECONDS)
check_dictionaries(sys.argv[1] + "/dictionaries.arrow")
