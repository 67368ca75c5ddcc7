# SPDX-License-Identifier: Apache-2.0
"""Two event types with a field of every type, and the rows of a load.

Values are drawn so that each index has something to do: few distinct values,
many, all distinct, ascending with time, scattered; nulls; the ends of a type.
"""

import decimal

WORDS = ["new", "paid", "shipped", "done", "", " ", "a", "a ", "Ä", "zz"]
DAY_SECONDS = 86400
BATCH = 200
FLUSHED = 8 * BATCH  # events of one of many segments


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Field:
    """`draw` makes a literal's text, for row `number` of `count`."""

    def __init__(self, name, declared, draw, extremes=(), native=True):
        self.name = name
        self.declared = declared
        self.draw = draw
        self.extremes = extremes
        self.native = native  # its values can be said in the native language

    def literal(self, random, number, count):
        if random.random() < 0.1:
            return "NULL"
        if self.extremes and random.random() < 0.02:
            return random.choice(self.extremes)
        return self.draw(random, number, count)


def ints(low, high):
    return lambda random, number, count: str(random.randrange(low, high))


def permuted(random, number, count):
    return str((number * 7919) % 1000003)


def fraction(digits):
    return lambda random, number, count: f"{random.randrange(-99999, 99999) / 10 ** digits:.{digits}f}"


def instant(random, number, count):
    """Three seconds a row, and events that come up to half an hour late."""
    second = number * 3 + random.randrange(2000)
    date = f"2024-01-{1 + second // DAY_SECONDS:02}"
    second %= DAY_SECONDS
    time = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return quoted(f"{date} {time}.{random.choice([0, 1, 999999]):06}+00")


def day(random, number, count):
    return quoted(f"2024-{1 + number * 12 // count:02}-{random.randrange(1, 29):02}")


def uuid(random, number, count):
    return quoted(f"{(number * 7919) % 2**32:08x}-0000-4000-8000-{number:012x}")


def word(random, number, count):
    return quoted(random.choice(WORDS))


def token(random, number, count):
    return quoted(f"token-{(number * 7919) % 1000003:x}")


def long_text(random, number, count):
    return quoted("same beginning of some length " * 2 + str(random.randrange(60)))


FIELDS = [
    Field("small", "smallint", ints(-5, 5), ["-32768", "32767"]),
    Field("number", "integer", ints(0, 300), ["-2147483648", "2147483647"]),
    Field(
        "key",
        "bigint",
        permuted,
        ["'-9223372036854775808'", "9223372036854775807"],
    ),
    Field("rising", "bigint", lambda random, number, count: str(number // 5)),
    Field(
        "ratio",
        "real",
        fraction(1),
        ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e38"],
        native=False,
    ),
    Field(
        "amount",
        "double precision",
        fraction(2),
        ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e308", "5e-324"],
        native=False,
    ),
    Field(
        "price",
        "numeric(12,2)",
        fraction(2),
        ["9999999999.99", "-9999999999.99", "0.00"],
    ),
    Field(
        "wide",
        "numeric(38,4)",
        fraction(4),
        ["9" * 34 + ".9999", "-" + "9" * 34 + ".9999"],
    ),
    Field("is_open", "boolean", lambda random, *_: random.choice(["true", "false"])),
    Field("state", "text", word),
    Field("token", "text", token),
    Field("note", "text", long_text, ["''", quoted("é" * 40)]),
    Field("code", "varchar(9)", word),
    Field("blank", "char(9)", word, native=False),
    Field("part", "uuid", uuid, [quoted("0" * 32), quoted("f" * 32)]),
    Field(
        "day",
        "date",
        day,
        ["'infinity'", "'-infinity'", "'0001-01-01'", "'9999-12-31'"],
        native=False,
    ),
    Field(
        "at",
        "timestamptz",
        instant,
        ["'infinity'", "'-infinity'", "'1900-01-01 00:00:00.000001+00'"],
        native=False,
    ),
    Field("mood", "mood", lambda random, *_: random.choice(["'low'", "'fair'", "'high'"])),
    Field(
        "doc",
        "jsonb",
        lambda random, *_: random.choice(["'{}'", "'[1, 2]'", "'{\"a\": 1}'", "'null'"]),
        native=False,
    ),
]


def make_types(run):
    run("CREATE TYPE mood AS ENUM ('low', 'fair', 'high')")
    fields = ", ".join(f"{f.name} {f.declared}" for f in FIELDS)
    run(f"CREATE TABLE sale ({fields})")
    run('DEFINE visit FIELDS {"page": "string | null", "hits": "u64 | null"}')


def context(random):
    """Some have many events, most have few."""
    return f"user-{int(random.random() * random.random() * 900)}"


def order(literal):
    """A key by which literals of one field sort as their values do."""
    return literal.encode() if literal[0] in "'tf" else decimal.Decimal(literal)


class Load:
    """The statements, of BATCH rows each, and what was in them."""

    def __init__(self, random, count):
        self.random = random
        self.count = count
        self.times = []
        self.columns = {field.name: [] for field in FIELDS}
        self.statements = [
            self.insert(first) for first in range(0, count, BATCH)
        ]

    def insert(self, first):
        """Every sixth statement is of visits."""
        numbers = range(first, min(first + BATCH, self.count))
        if first // BATCH % 6 == 5:
            kind = "visit"
            rows = [self.visit(n) for n in numbers]
        else:
            kind = "sale"
            rows = [self.sale(n) for n in numbers]
        return f"INSERT INTO {kind} VALUES {', '.join(rows)}"

    def time(self, number):
        self.times.append(instant(self.random, number, self.count))
        return self.times[-1]

    def visit(self, number):
        ends = ["0", "18446744073709551615", "NULL", str(number)]
        page = word(self.random, number, self.count)
        hits = self.random.choice(ends)
        return f"('{context(self.random)}', {self.time(number)}, {page}, {hits})"

    def sale(self, number):
        time = self.time(number)
        values = [f.literal(self.random, number, self.count) for f in FIELDS]
        for field, value in zip(FIELDS, values):
            self.columns[field.name].append(value)
        return f"('{context(self.random)}', {time}, {', '.join(values)})"

    def edge(self, literals, rows):
        """The least or greatest of some rows that may be a zone's."""
        first = self.random.randrange(len(literals)) // rows * rows
        known = [x for x in literals[first : first + rows] if x != "NULL"]
        quoted_ones = sum(x[0] == "'" for x in known)
        if 0 < quoted_ones < len(known):  # infinities among numbers
            known = [x for x in known if x[0] != "'"]
        return self.random.choice([min, max])(known, key=order)
