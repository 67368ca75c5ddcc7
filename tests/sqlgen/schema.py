# SPDX-License-Identifier: Apache-2.0
"""The tables that queries are about, and what is in them.

Small domains, so that joins and groups meet; nulls and duplicates everywhere;
extreme values in columns of their own (their names start with x), which are
compared and grouped but not calculated with.
"""

EXTREMES = {
    "int4": [-2147483648, 2147483647, 0, -1, 1],
    "int8": [-9223372036854775808, 9223372036854775807, 0, 2147483648],
    "numeric": ["99999999999999.99", "-99999999999999.99", "0.00", "0.01"],
    "float8": ["'NaN'", "'Infinity'", "'-Infinity'", "0", "1e308", "1e-300"],
    "text": ["''", "' '", "'a '", "'A'", "'é'", "'zzz'", "E'\\\\'", "'%'"],
    "date": ["'infinity'", "'-infinity'", "'0001-01-01'", "'9999-12-31'"],
    "timestamptz": [
        "'infinity'",
        "'-infinity'",
        "'1900-01-01 00:00:00.000001'",
        "'2262-04-11 23:47:16.854775'",
    ],
}

DOCUMENTS = [
    "'{}'",
    "'[]'",
    "'null'",
    "'\"a\"'",
    "'7'",
    "'[1, \"a\", null]'",
    "'{\"a\": 1}'",
    "'{\"a\": {\"b\": [1]}, \"x\": null}'",
    "'{\"b\": [1, {\"a\": true}]}'",
]

# Literals of the types that no column has.
OTHERS = {
    "int2": ["0", "1", "2", "7", "(-3)"],
    "float4": ["'0.5'", "'2'", "'-1.25'", "'0'"],
    "interval": ["'1 day'", "'2 hours'", "'1 mon'", "'-3 days'", "'0'"],
    "timestamp": ["'2026-01-10 10:00'", "'2026-02-11 11:30:15.5'", "'2024-02-29'"],
    "time": ["'10:00'", "'11:30:15.5'", "'00:00'", "'23:59:59'"],
    "uuid": ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000001'"],
    "bytea": ["'\\x'", "'\\x6162'", "'\\xff00'", "'abc'"],
}

WORDS = ["a", "b", "c", "ab", "abc", "x", "yz", "Q", ""]

# Declared type by the type that expressions have.
DECLARED = {"numeric": "numeric(16,2)", "varchar": "varchar(8)"}


class Column:
    def __init__(self, name, kind, is_tame):
        self.name = name
        self.kind = kind
        self.is_tame = is_tame

    def declaration(self):
        return f"{self.name} {DECLARED.get(self.kind, self.kind)}"


class Table:
    def __init__(self, name, row_count):
        self.name = name
        self.row_count = row_count
        tame = [
            ("i", "int4"),
            ("k", "int4"),
            ("b", "int8"),
            ("n", "numeric"),
            ("f", "float8"),
            ("s", "text"),
            ("v", "varchar"),
            ("o", "bool"),
            ("d", "date"),
            ("t", "timestamptz"),
            ("j", "jsonb"),
        ]
        extreme = ["int4", "int8", "numeric", "float8", "text", "date"]
        extreme.append("timestamptz")
        self.columns = [Column(name, kind, True) for name, kind in tame]
        self.columns += [
            Column(f"x{name[0]}{name[-1]}", name, False) for name in extreme
        ]
        self.all_columns = [Column("context_id", "text", True)] + self.columns

    def create(self):
        columns = ['context_id text NOT NULL, "timestamp" timestamptz']
        columns += [column.declaration() for column in self.columns]
        return f"CREATE TABLE {self.name} ({', '.join(columns)})"

    def inserts(self, random):
        """Statements of some rows each."""
        names = ", ".join(
            ["context_id", '"timestamp"'] + [c.name for c in self.columns]
        )
        rows = [self.row(random) for _ in range(self.row_count)]
        for first in range(0, len(rows), 50):
            yield (
                f"INSERT INTO {self.name} ({names}) VALUES "
                + ", ".join(rows[first : first + 50])
            )

    def row(self, random):
        values = [f"'c{random.randrange(4)}'", "'2026-01-01'"]
        for column in self.columns:
            values.append(self.value(column, random))
        return "(" + ", ".join(values) + ")"

    def value(self, column, random):
        if random.random() < 0.15:
            return "NULL"
        if not column.is_tame and random.random() < 0.5:
            return str(random.choice(EXTREMES[column.kind]))
        return tame_value(column.kind, random)


def tame_value(kind, random):
    """A literal that can be calculated with."""
    if kind in ("int4", "int8"):
        return str(random.randrange(-3, 12))
    if kind == "numeric":
        return random.choice(["0.00", "1.50", "2.25", "-3.75", "10.00"])
    if kind == "float8":
        return random.choice(["0.5", "-1.25", "2", "3.75", "100"])
    if kind in ("text", "varchar"):
        return "'" + random.choice(WORDS) + "'"
    if kind == "bool":
        return random.choice(["true", "false"])
    if kind == "date":
        return f"'2026-0{random.randrange(1, 4)}-{random.randrange(10, 13)}'"
    if kind == "timestamptz":
        return (
            f"'2026-0{random.randrange(1, 3)}-{random.randrange(10, 12)}"
            f" {random.randrange(10, 12)}:00:00'"
        )
    if kind in OTHERS:
        return random.choice(OTHERS[kind])
    if kind == "int4[]":
        return random.choice(["'{}'", "'{1,2}'", "'{3,NULL,1}'", "'{7}'"])
    if kind == "text[]":
        return random.choice(["'{}'", "'{a,NULL}'", "'{b,a,\"\"}'", "'{x}'"])
    if kind == "jsonb":
        return random.choice(DOCUMENTS)
    raise ValueError(kind)


def tables():
    return [Table("t0", 0), Table("t1", 7), Table("t2", 25), Table("t3", 60)]
