# SPDX-License-Identifier: Apache-2.0
"""Random sets of functions, in FROM and in select lists, views, and aggregates
whose order of rows matters."""

from calls import PATTERNS, quoted
from expressions import Field, Scope, rule
from queries import Source, aggregate, argument, from_item, select_set

# A set by what its rows are: {kind} is an operand, {pattern!} a pattern.
SETS = {
    "int4": ["generate_series(1, {int4} % 4)", "unnest({int4[]})"]
    + ["generate_subscripts({text[]}, 1)", "generate_series({int4} % 3, -3, -2)"],
    "text": ["regexp_split_to_table({text}, {pattern!})", "unnest({text[]})"]
    + ["string_to_table({text}, 'b')", "string_to_table({text}, NULL, 'a')"]
    + ["jsonb_object_keys('{\"a\": 1, \"b\": null}')"]
    + ["jsonb_array_elements_text(to_jsonb({int4[]}))"]
    + ["json_array_elements_text('[1, \"x\", null, [2]]')"],
    "jsonb": ["jsonb_array_elements(to_jsonb({text[]}))"]
    + ["jsonb_array_elements('[1, {\"a\": [2]}, \"b\"]')"],
    "text[]": ["regexp_matches({text}, {pattern!}, 'g')", "regexp_matches({text}, {pattern!})"],
    "numeric": ["generate_series(0.5, {int4} % 3, 0.75)"],
    "timestamp": ["generate_series({timestamp}, '2026-02-12', '200 days')"],
}


def set_text(gen, kind, scope, depth):
    text = gen.random.choice(SETS[kind])
    while "{pattern!}" in text:
        text = text.replace("{pattern!}", quoted(gen.random.choice(PATTERNS)), 1)
    for operand in ("int4[]", "text[]", "int4", "text", "timestamp"):
        while f"{{{operand}}}" in text:
            value = f"({gen.tame(operand, scope, depth)})::{operand}"
            text = text.replace(f"{{{operand}}}", value, 1)
    return text


@select_set
def in_select_list(gen, scope, depth):
    kind = gen.random.choice(list(SETS))
    return set_text(gen, kind, scope, depth), kind


@from_item(weight=2)
def from_set(gen, scope, depth):
    """Of the items before it, or of constants; with its rows numbered at times."""
    kind = gen.random.choice(list(SETS))
    alias, name = gen.alias(), gen.name("s")
    fields = gen.lateral_fields
    text = set_text(gen, kind, Scope(fields), 1 if fields else 0)
    made = [Field(f"{alias}.{name}", kind, True)]
    names = name
    if gen.chance(0.3):
        ordinal = gen.name("o")
        text += " WITH ORDINALITY"
        names += f", {ordinal}"
        made.append(Field(f"{alias}.{ordinal}", "int8", True))
    return Source(f"LATERAL {text} AS {alias} ({names})", made, 4)


@from_item(weight=1)
def several_sets(gen, scope, depth):
    alias = gen.alias()
    kinds = [gen.random.choice(["int4", "text"]) for _ in range(2)]
    names = [gen.name("s") for _ in kinds]
    sets = ", ".join(set_text(gen, kind, None, 0) for kind in kinds)
    made = [Field(f"{alias}.{n}", k, True) for n, k in zip(names, kinds)]
    return Source(f"ROWS FROM ({sets}) AS {alias} ({', '.join(names)})", made, 4)


@from_item(weight=2)
def view(gen, scope, depth):
    if not gen.views:
        return several_sets(gen, scope, depth)
    name, columns = gen.random.choice(gen.views)
    alias = gen.alias()
    made = [Field(f"{alias}.{c.text}", c.kind, c.is_tame) for c in columns]
    return Source(f"{name} AS {alias}", made, 20)


# ---- aggregates ----

PAIRS = ["corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_intercept"]
PAIRS += ["regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy"]
MOMENTS = ["stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"]
MOMENTS += ["sum", "avg"]


@aggregate("float8", weight=3)
def of_pairs(gen, scope):
    """In one order, as each row changes the rounding of the sums."""
    y = f"({argument(gen, scope, 'float8')})::float8"
    x = f"({argument(gen, scope, gen.random.choice(['int4', 'float8']))})::float8"
    name = gen.random.choice(PAIRS)
    return f"{name}({y}, {x} ORDER BY {y}, {x})"


@aggregate("float8", weight=2)
def of_floats(gen, scope):
    x = f"({argument(gen, scope, 'float8')})::float8"
    return f"{gen.random.choice(MOMENTS)}({x} ORDER BY {x})"


@aggregate("numeric")
def of_numbers(gen, scope):
    kind = gen.random.choice(["int2", "int4", "int8", "numeric"])
    name = gen.random.choice(MOMENTS[:6])
    distinct = "DISTINCT " if gen.chance(0.2) else ""
    return f"{name}({distinct}({argument(gen, scope, kind)})::{kind})"


@aggregate("interval")
def of_intervals(gen, scope):
    x = f"({argument(gen, scope, 'interval')})::interval"
    return gen.random.choice(
        [
            f"sum({x})",
            f"avg({x} ORDER BY {x})",
            f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {x})",
        ]
    )


@aggregate("bytea")
def of_bytes(gen, scope):
    x = f"({argument(gen, scope, 'bytea')})::bytea"
    return f"string_agg({x}, '\\x2c' ORDER BY {x})"


@aggregate("text")
def of_documents(gen, scope):
    kind = gen.random.choice(["int4", "text", "date", "numeric", "timestamp", "bool"])
    x = f"({argument(gen, scope, kind)})::{kind}"
    return f"json_agg({x} ORDER BY {x})::text"


@aggregate("int8")
def hypothetical(gen, scope):
    x = f"({argument(gen, scope, 'int4')})::int4"
    name = gen.random.choice(["rank", "dense_rank"])
    return f"{name}({gen.random.randrange(4)}) WITHIN GROUP (ORDER BY {x})"


@aggregate("float8")
def hypothetical_share(gen, scope):
    x = f"({argument(gen, scope, 'int4')})::int4"
    name = gen.random.choice(["percent_rank", "cume_dist"])
    return f"{name}({gen.random.randrange(4)}) WITHIN GROUP (ORDER BY {x})"


@aggregate("int2")
def bits_of_small(gen, scope):
    name = gen.random.choice(["bit_and", "bit_or", "bit_xor", "min", "max"])
    return f"{name}(({argument(gen, scope, 'int2')})::int2)"


@rule("text", weight=2)
def first_of_set(gen, scope, depth):
    """A set as a scalar: the first of its rows."""
    text = set_text(gen, "text", scope, min(depth, 1))
    return f"(SELECT x FROM {text} WITH ORDINALITY AS w (x, n) ORDER BY n LIMIT 1)"
