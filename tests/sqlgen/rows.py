# SPDX-License-Identifier: Apache-2.0
"""Rows as values, and calls that name their arguments or spread an array.

Fields are cast to a type each, as PostgreSQL leaves literals in rows unknown.
"""

from expressions import KINDS, rule
from queries import aggregate, argument

FIELD_KINDS = ["int4", "int8", "text", "bool", "date", "numeric", "timestamptz"]
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]
DISTINCT = ["IS DISTINCT FROM", "IS NOT DISTINCT FROM"]


def kinds_of(gen):
    return [gen.random.choice(FIELD_KINDS) for _ in range(gen.random.randrange(1, 4))]


def row_of(gen, kinds, scope, depth):
    fields = [f"({gen.tame(kind, scope, depth)})::{kind}" for kind in kinds]
    return f"ROW({', '.join(fields)})"


def value_of(gen, kinds, scope, depth):
    """A row that is no constructor: compared as records are."""
    row = row_of(gen, kinds, scope, depth)
    shape = gen.random.choice(
        ["(CASE WHEN true THEN {0} END)", "(ARRAY[{0}])[1]", "coalesce({0})"]
    )
    return shape.format(row)


@rule("bool", weight=3)
def compared(gen, scope, depth):
    kinds = kinds_of(gen)
    makers = [row_of, value_of]
    left = gen.random.choice(makers)(gen, kinds, scope, depth)
    right = gen.random.choice(makers)(gen, kinds, scope, depth)
    if gen.chance(0.3):
        third = gen.random.choice(makers)(gen, kinds, scope, depth)
        word = gen.random.choice(["IN", "NOT IN"])
        return f"({left} {word} ({right}, {third}))"
    return f"({left} {gen.random.choice(COMPARISONS + DISTINCT)} {right})"


@rule("bool", weight=2)
def tested(gen, scope, depth):
    maker = gen.random.choice([row_of, value_of])
    row = maker(gen, kinds_of(gen), scope, depth)
    return f"({row} IS {gen.random.choice(['NULL', 'NOT NULL'])})"


def field_of(kind):
    def make(gen, scope, depth):
        kinds = kinds_of(gen)
        at = gen.random.randrange(len(kinds) + 1)
        kinds.insert(at, kind)
        field = f"({row_of(gen, kinds, scope, depth)}).f{at + 1}"
        # PostgreSQL does not know the collation of a field
        return f'({field} COLLATE "C")' if kind == "text" else field

    return make


for each in KINDS:
    rule(each, tame=True)(field_of(each))


@rule("text", weight=2)
def shown(gen, scope, depth):
    row = value_of(gen, kinds_of(gen), scope, depth)
    shape = gen.random.choice(
        ["({0})::text", "row_to_json({0})::text", "concat({0}, '!')", "format('%s', {0})"]
    )
    return shape.format(row)


@rule("jsonb")
def as_json(gen, scope, depth):
    return f"to_jsonb({row_of(gen, kinds_of(gen), scope, depth)})"


@aggregate("text")
def listed(gen, scope):
    kinds = kinds_of(gen)
    fields = [f"({argument(gen, scope, kind)})::{kind}" for kind in kinds]
    row = f"ROW({', '.join(fields)})"
    name = gen.random.choice(["array_agg", "json_agg", "jsonb_agg"])
    return f"{name}({row} ORDER BY {row})::text"


@aggregate("int8")
def counted(gen, scope):
    kind = gen.random.choice(FIELD_KINDS)
    row = f"ROW(({argument(gen, scope, kind)})::{kind}, 1)"
    return f"count({'DISTINCT ' if gen.chance(0.7) else ''}{row})"


# ---- names, defaults, VARIADIC ----


@rule("text", weight=2)
def spread(gen, scope, depth):
    kind = gen.random.choice(["int4[]", "text[]"])
    array = f"({gen.tame(kind, scope, depth)})::{kind}"
    text = f"({gen.tame('text', scope, depth)})::text"
    return gen.random.choice(
        [
            f"concat(VARIADIC {array})",
            f"concat_ws({text}, VARIADIC {array})",
            f"format('x', VARIADIC {array})",
            f"json_build_array(VARIADIC {array})::text",
            f"num_nulls(VARIADIC {array})::text",
        ]
    )


@rule("interval", weight=2, tame=True)
def named(gen, scope, depth):
    parts = ["years", "months", "weeks", "days", "hours", "mins"]
    count = gen.random.randrange(1, 4)
    chosen = gen.random.sample(parts, count)
    values = [f"({gen.tame('int4', scope, depth)}) % 100" for _ in chosen]
    arrow = gen.random.choice(["=>", ":="])
    args = [f"{name} {arrow} {value}" for name, value in zip(chosen, values)]
    return f"make_interval({', '.join(args)})"


@rule("text")
def spans(gen, scope, depth):
    span = f"({gen.tame('interval', scope, depth)})::interval"
    form = gen.random.choice(
        ["YYYY-MM-DD HH24:MI:SS.US", "FMYY FMMM FMDD", "HH12 MI AM", "DDD WW CC RM", "SSSS MS"]
    )
    return f"to_char({span}, '{form}')"
