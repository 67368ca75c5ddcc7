# SPDX-License-Identifier: Apache-2.0
"""One function, operator or cast, called with constants.

What exists is read from src/types/functions.def: a new row is asked by itself.
As nothing but constants is in such a query, its error must be PostgreSQL's, too.
"""

import os
import re

from literals import MEANINGS, NUMBER_FORMATS, TIME_FORMATS, VALUES

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "..", "..", "src", "types", "functions.def")
ROW = re.compile(
    r'^F\(\w+, (\w+), "([^"]+)", (ARGS\d\(([^)]*)\)|ARGS0\(?\)?), (\w+), (\w+), (\w+)\)'
)

# Their answer is of this moment, or waits.
UNSTEADY = {"now", "statement_timestamp", "transaction_timestamp", "age"}

# Their answer is of the server that is asked, its objects or its settings.
OF_THE_SERVER = re.compile(
    r"(pg_|has_|inet_(client|server)_|txid_|to_reg|(col|obj|shobj)_description$"
    r"|row_security_active$|current_|version$)"
)

ELEMENTS = ["int4", "text", "numeric", "date"]
ELEMENT_NAMES = {"anyelement", "anycompatible", "anynonarray"}
ARRAY_NAMES = {"anyarray", "anycompatiblearray"}


class Function:
    def __init__(self, kind, name, args, result, is_variadic):
        self.is_operator = kind == "OPERATOR"
        self.name = name
        self.args = args
        self.result = result
        self.is_variadic = is_variadic


def type_name(name):
    name = name.strip().lower()
    return name[:-6] + "[]" if name.endswith("_array") else name


def read_functions():
    found = []
    with open(TABLE, encoding="utf-8") as table:
        for line in table:
            match = ROW.match(line)
            if not match or match.group(7) == "VOLATILE" or "stele." in line:
                continue
            args = [type_name(a) for a in (match.group(4) or "").split(",") if a]
            name = match.group(2)
            if name in UNSTEADY and len(args) < 2 or "anyenum" in args:
                continue
            if match.group(7) != "IMMUTABLE" and OF_THE_SERVER.match(name):
                continue
            result = type_name(match.group(5))
            is_variadic = match.group(6) == "VARIADIC"
            found.append(
                Function(match.group(1), name, args, result, is_variadic)
            )
    return found


FUNCTIONS = read_functions()

CAST_TYPES = [t for t in VALUES if t not in ("oid", "name")]
CAST_TYPES += ["varchar(2)", "bpchar(3)", "numeric(5,2)", "numeric(3,-2)"]
CAST_TYPES += ["timestamptz(0)", "time(2)", "interval(1)", "timestamp(3)"]

# What the grammar spells in its own way.
SPELLED = {
    "extract": lambda a: f"extract({a[0]} FROM {a[1]})",
    "overlaps": lambda a: f"(({a[0]}, {a[1]}) OVERLAPS ({a[2]}, {a[3]}))",
    "position": lambda a: f"position({a[0]} IN {a[1]})",
    "similar_to_escape": None,
    "normalize": lambda a: f"normalize({', '.join(a)})",
    "is_normalized": lambda a: f"({a[0]} IS NORMALIZED)",
}


def quote(value):
    return "'" + value.replace("'", "''") + "'"


class Probes:
    """Mixed into the generator, which has `random` and `chance`."""

    def probe(self):
        if self.chance(0.25):
            return f"SELECT {self.cast_probe()}"
        return f"SELECT {self.call(self.random.choice(FUNCTIONS), 1)}"

    def constant(self, kind):
        """A value with its type, now and then one without, or a null."""
        if self.chance(0.04):
            return self.random.choice(["NULL", f"NULL::{kind}"])
        value = quote(self.random.choice(VALUES[kind]))
        return value if self.chance(0.08) else f"{value}::{kind}"

    def cast_probe(self):
        target = self.random.choice(CAST_TYPES)
        if self.chance(0.4):
            # any text, read as what it may not be
            source = self.random.choice(list(VALUES))
            return f"{quote(self.random.choice(VALUES[source]))}::{target}"
        source = self.constant(self.random.choice(list(VALUES)))
        if self.chance(0.2):
            return f"CAST({source} AS {target})::text"
        return f"({source})::{target}"

    def call(self, function, depth):
        element = self.random.choice(ELEMENTS)
        args = [
            self.call_argument(function, number, element, depth)
            for number in range(len(function.args))
        ]
        if function.is_variadic:
            for _ in range(self.random.randrange(3)):
                number = len(function.args) - 1
                args.append(self.call_argument(function, number, element, depth))
        if function.name == "extract":
            args[0] = self.random.choice(MEANINGS["extract"][0])
        if function.is_operator:
            if len(args) == 1:
                return f"({function.name} {args[0]})"
            return f"({args[0]} {function.name} {args[1]})"
        if function.name in ("normalize", "is_normalized"):
            return self.normal_form(function.name, args)
        spelled = SPELLED.get(function.name)
        return spelled(args) if spelled else f"{function.name}({', '.join(args)})"

    def normal_form(self, name, args):
        form = self.random.choice(["NFC", "NFD", "NFKC", "NFKD"])
        if name == "normalize":
            return f"normalize({args[0]}, {form})"
        return f"({args[0]} IS {form} NORMALIZED)"

    def call_argument(self, function, number, element, depth):
        kind = self.argument_kind(function.args[number], element)
        pool = self.pool(function, number)
        if pool is not None and kind in ("text", "name", "text[]"):
            value = quote(self.random.choice(pool))
            return value if self.chance(0.5) else f"{value}::{kind}"
        if self.chance(0.05):
            return self.constant(self.random.choice(list(VALUES)))
        if depth > 0 and self.chance(0.15):
            return f"({self.cast_of(kind)})"
        return self.constant(kind)

    def cast_of(self, kind):
        """A value of the type that another type or function gave."""
        named = [f for f in FUNCTIONS if f.args and f.args[0] == kind]
        if named and self.chance(0.7):
            return f"({self.call(self.random.choice(named), 0)})::text::{kind}"
        return f"{self.constant(self.random.choice(list(VALUES)))}::{kind}"

    def argument_kind(self, name, element):
        if name in ELEMENT_NAMES:
            return element
        if name in ARRAY_NAMES:
            return f"{element}[]"
        if name == "any":
            return self.random.choice(list(VALUES))
        if name == "char":
            return '"char"'
        return name if name in VALUES else "text"

    def pool(self, function, number):
        if function.name == "to_char" and number == 1:
            is_time = function.args[0] in ("timestamp", "timestamptz")
            return TIME_FORMATS if is_time else NUMBER_FORMATS
        if function.name == "to_timestamp" and number < 2:
            return MEANINGS["to_date"][number]
        meanings = MEANINGS.get(function.name, [])
        return meanings[number] if number < len(meanings) else None
