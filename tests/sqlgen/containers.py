# SPDX-License-Identifier: Apache-2.0
"""Random arrays and documents: rules of expressions, aggregates, items of FROM.

Arrays are those of int4 and text; no column of a table is one.
"""

from expressions import COMPARISONS, Field, rule
from queries import Source, aggregate, argument, from_item

ELEMENTS = {"int4[]": "int4", "text[]": "text"}


def list_of(gen, kind, scope, depth):
    count = gen.random.randrange(0, 4)
    items = [gen.tame(ELEMENTS[kind], scope, depth) for _ in range(count)]
    return f"ARRAY[{', '.join(items)}]::{kind}"


# ---- arrays ----


@rule("int4[]", weight=4, tame=True)
def int4_array(gen, scope, depth):
    return list_of(gen, "int4[]", scope, depth)


@rule("text[]", weight=4, tame=True)
def text_array(gen, scope, depth):
    return list_of(gen, "text[]", scope, depth)


def changed(kind):
    def make(gen, scope, depth):
        array = gen.tame(kind, scope, depth)
        other = gen.tame(kind, scope, depth)
        item = gen.tame(ELEMENTS[kind], scope, depth)
        element = f"({item})::{ELEMENTS[kind]}"
        return gen.random.choice(
            [
                f"array_append({array}, {element})",
                f"array_prepend({element}, {array})",
                f"array_remove({array}, {element})",
                f"array_replace({array}, {element}, NULL)",
                f"(({array})::{kind} || ({other})::{kind})",
                f"(({array})::{kind} || {element})",
                f"(({array})::{kind})[2:]",
                f"(({array})::{kind})[:{gen.random.randrange(3)}]",
            ]
        )

    return make


for each in ELEMENTS:
    rule(each, weight=4, tame=True)(changed(each))


@rule("int4[]", tame=True)
def queried(gen, scope, depth):
    limit = gen.tame("int4", scope, depth)
    return f"ARRAY(SELECT g FROM generate_series(1, ({limit})::int4 % 5) g)"


@rule("text[]", tame=True)
def split(gen, scope, depth):
    text = gen.expr("text", scope, depth)
    delimiter = gen.random.choice(["'b'", "''", "NULL", "','"])
    return f"string_to_array({text}, {delimiter})"


@rule("text[]")
def cast_array(gen, scope, depth):
    return f"(({gen.tame('int4[]', scope, depth)})::int4[])::text[]"


@rule("int4", weight=2, tame=True)
def size(gen, scope, depth):
    kind = gen.random.choice(list(ELEMENTS))
    array = f"({gen.expr(kind, scope, depth)})::{kind}"
    return gen.random.choice(
        [
            f"array_length({array}, 1)",
            f"cardinality({array})",
            f"array_upper({array}, 1)",
            f"array_position({array}, {gen.fixed(ELEMENTS[kind])})",
        ]
    )


def element_of(kind):
    def make(gen, scope, depth):
        array = gen.expr(kind, scope, depth)
        return f"(({array})::{kind})[{gen.random.randrange(0, 4)}]"

    return make


for each in ELEMENTS:
    rule(ELEMENTS[each], weight=2, tame=True)(element_of(each))


@rule("bool", weight=3)
def quantified(gen, scope, depth):
    kind = gen.random.choice(list(ELEMENTS))
    left = gen.expr(ELEMENTS[kind], scope, depth)
    word = gen.random.choice(["ANY", "ALL"])
    array = f"({gen.expr(kind, scope, depth)})::{kind}"
    return (
        f"(({left})::{ELEMENTS[kind]} {gen.random.choice(COMPARISONS)}"
        f" {word} ({array}))"
    )


@rule("bool", weight=3)
def array_compared(gen, scope, depth):
    kind = gen.random.choice(list(ELEMENTS))
    operator = gen.random.choice(["@>", "<@", "&&", "=", "<", ">=", "<>"])
    left = f"({gen.expr(kind, scope, depth)})::{kind}"
    right = f"({gen.expr(kind, scope, depth)})::{kind}"
    return f"({left} {operator} {right})"


@rule("text")
def array_text(gen, scope, depth):
    kind = gen.random.choice(list(ELEMENTS))
    array = f"({gen.expr(kind, scope, depth)})::{kind}"
    return gen.random.choice(
        [
            f"array_to_string({array}, '-')",
            f"array_to_string({array}, '-', 'n')",
            f"({array})::text",
            f"array_dims({array})",
        ]
    )


# ---- documents ----

KEYS = ["'a'", "'b'", "'x'"]
PATHS = ["'{a}'", "'{a,b}'", "'{b,0}'", "'{1}'", "'{}'"]


@rule("jsonb", weight=3, tame=True)
def built(gen, scope, depth):
    kinds = ["int4", "text", "bool", "jsonb", "int4[]", "date"]
    values = [
        gen.tame(gen.random.choice(kinds), scope, depth)
        for _ in range(gen.random.randrange(0, 4))
    ]
    if gen.chance(0.5):
        return f"jsonb_build_array({', '.join(values)})"
    pairs = [f"{gen.random.choice(KEYS)}, {value}" for value in values]
    return f"jsonb_build_object({', '.join(pairs)})"


@rule("jsonb", weight=2, tame=True)
def converted(gen, scope, depth):
    kind = gen.random.choice(["int4", "numeric", "text", "int4[]", "timestamptz"])
    return f"to_jsonb(({gen.tame(kind, scope, depth)})::{kind})"


@rule("jsonb", weight=3, tame=True)
def part(gen, scope, depth):
    document = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    return gen.random.choice(
        [
            f"({document} -> {gen.random.choice(KEYS)})",
            f"({document} -> {gen.random.randrange(-2, 3)})",
            f"({document} #> {gen.random.choice(PATHS)})",
            f"jsonb_strip_nulls({document})",
        ]
    )


@rule("jsonb", weight=2, tame=True)
def joined_documents(gen, scope, depth):
    left = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    right = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    return f"({left} || {right})"


PATHS = [
    "$",
    "$[*]",
    "$.*",
    "strict $.a",
    "$.** ? (@.type() == \"number\") + 1",
    "$[0 to last] ? (@ >= 1 || @ == null)",
    "$.a ? (exists (@.b) && !(@ == 2)).b",
    "strict $.**.a[last]",
    "-$[*].size() * 2",
    "$.keyvalue() ? (@.key starts with \"a\").value",
    "$ ? (@.a like_regex \"^[a-c]\" flag \"i\")",
    "($.a > $.b) is unknown",
    "$[*].double() / 3 % 2",
    "strict $[1].floor()",
]


@rule("jsonb", weight=2)
def by_path(gen, scope, depth):
    document = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    name = gen.random.choice(["first", "array"])
    path = gen.random.choice(PATHS)
    return f"jsonb_path_query_{name}({document}, '{path}', '{{}}', true)"


@rule("bool")
def has_path(gen, scope, depth):
    document = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    path = gen.random.choice(PATHS)
    if gen.chance(0.5):
        return f"jsonb_path_exists({document}, '{path}', silent => true)"
    return f"({document} {gen.random.choice(['@?', '@@'])} '{path}')"


@rule("jsonb", tame=True)
def edited(gen, scope, depth):
    value = f"({gen.tame('jsonb', scope, depth)})::jsonb"
    document = gen.random.choice(["'{\"a\":{\"b\":1}}'", "'[1,[2],null]'"])
    path = "'{a,b}'" if "a" in document else gen.random.choice(["'{1,0}'", "'{-1}'"])
    return gen.random.choice(
        [
            f"jsonb_set({document}, {path}, {value})",
            f"jsonb_set({document}, {path}, {value}, false)",
            f"({document}::jsonb #- {path})",
        ]
    )


@rule("text")
def document_text(gen, scope, depth):
    document = f"({gen.expr('jsonb', scope, depth)})::jsonb"
    return gen.random.choice(
        [
            f"({document} ->> {gen.random.choice(KEYS)})",
            f"({document} #>> {gen.random.choice(PATHS)})",
            f"jsonb_typeof({document})",
            f"jsonb_pretty({document})",
        ]
    )


@rule("bool", weight=2)
def contained(gen, scope, depth):
    document = f"({gen.expr('jsonb', scope, depth)})::jsonb"
    other = f"({gen.expr('jsonb', scope, depth)})::jsonb"
    return gen.random.choice(
        [
            f"({document} @> {other})",
            f"({document} <@ {other})",
            f"({document} ? {gen.random.choice(KEYS)})",
            f"({document} ?| ARRAY['a', 'x'])",
            f"({document} ?& ARRAY['a', 'b'])",
        ]
    )


# ---- aggregates ----


def listed(kind):
    def make(gen, scope):
        value = f"({argument(gen, scope, ELEMENTS[kind])})::{ELEMENTS[kind]}"
        if gen.chance(0.3):
            return f"array_agg(DISTINCT {value})"
        direction = gen.random.choice(["", " DESC", " NULLS FIRST"])
        return f"array_agg({value} ORDER BY {value}{direction})"

    return make


for each in ELEMENTS:
    aggregate(each)(listed(each))


@aggregate("jsonb")
def documents(gen, scope):
    value = f"({argument(gen, scope, 'int4')})::int4"
    if gen.chance(0.3):
        return f"jsonb_object_agg(({value})::text || 'k', {value}) FILTER (WHERE {value} IS NOT NULL)"
    return f"jsonb_agg({value} ORDER BY {value})"


# ---- sets ----


@from_item(weight=1)
def elements(gen, scope, depth):
    kind = gen.random.choice(list(ELEMENTS))
    fields = [f for f in gen.lateral_fields if f.kind == kind]
    array = gen.fixed(kind)
    if fields and gen.chance(0.6):
        array = gen.random.choice(fields).text
    alias, name, ordinal = gen.alias(), gen.name("u"), gen.name("o")
    made = [
        Field(f"{alias}.{name}", ELEMENTS[kind], True),
        Field(f"{alias}.{ordinal}", "int8", True),
    ]
    return Source(
        f"LATERAL unnest({array}) WITH ORDINALITY AS {alias} ({name}, {ordinal})",
        made,
        3,
    )


@from_item(weight=1)
def members(gen, scope, depth):
    alias, name = gen.alias(), gen.name("m")
    if gen.chance(0.5):
        text = f"jsonb_array_elements('[1, \"a\", null, {{\"a\": [2]}}]') AS {alias} ({name})"
        return Source(text, [Field(f"{alias}.{name}", "jsonb", True)], 4)
    key = gen.name("k")
    text = f"jsonb_each('{{\"a\": 1, \"b\": {{\"c\": null}}}}') AS {alias} ({key}, {name})"
    made = [
        Field(f"{alias}.{key}", "text", True),
        Field(f"{alias}.{name}", "jsonb", True),
    ]
    return Source(text, made, 2)


@from_item(weight=1)
def side_by_side(gen, scope, depth):
    alias = gen.alias()
    names = [gen.name("u"), gen.name("u")]
    text = (
        f"unnest({gen.fixed('int4[]')}, {gen.fixed('text[]')})"
        f" AS {alias} ({', '.join(names)})"
    )
    made = [
        Field(f"{alias}.{names[0]}", "int4", True),
        Field(f"{alias}.{names[1]}", "text", True),
    ]
    return Source(text, made, 3)
