# SPDX-License-Identifier: Apache-2.0
"""Random expressions.

A rule makes the text of an expression of one type.  To add a function or an
operator, write a rule:

    @rule("text", weight=2)
    def upper(gen, scope, depth):
        return f"upper({gen.expr('text', scope, depth)})"

`gen.expr` makes an operand of any value, `gen.tame` one that can be calculated
with (no overflow, no infinity), `gen.fixed` a literal.  A rule whose result may
be calculated with in turn says tame=True and uses tame operands.
"""

from schema import OTHERS, tame_value

KINDS = ["int4", "int8", "numeric", "float8", "text", "bool", "date"]
KINDS += ["timestamptz", "int4[]", "text[]", "jsonb", "interval", "timestamp"]
KINDS += ["time", "float4", "int2", "uuid", "bytea"]
NUMBERS = ["int4", "int8", "numeric", "float8"]

RULES = {}  # by type: [(weight, is_tame, function)]


def rule(*kinds, weight=1, tame=False):
    def add(function):
        for kind in kinds:
            RULES.setdefault(kind, []).append((weight, tame, function))
        return function

    return add


class Field:
    """Something that a name in scope stands for."""

    def __init__(self, text, kind, is_tame=False):
        self.text = text
        self.kind = kind
        self.is_tame = is_tame


class Scope:
    """What an expression may name; `outer` is the query around."""

    def __init__(self, fields=(), outer=None):
        self.fields = list(fields)
        self.outer = outer

    def find(self, kind, tame):
        kinds = ("text", "varchar") if kind == "text" else (kind,)
        return [
            field
            for field in self.fields
            if field.kind in kinds and (field.is_tame or not tame)
        ]


class Expressions:
    """Mixed into the generator, which has `random` and makes subqueries."""

    def chance(self, probability):
        return self.random.random() < probability

    def fixed(self, kind):
        """A literal with its type."""
        value = tame_value("text" if kind == "varchar" else kind, self.random)
        if kind in ("int8", "float8", "numeric"):
            return f"{value}::{kind}" if value[0] != "-" else f"({value})::{kind}"
        if kind in ("date", "timestamptz"):
            return f"{kind} {value}"
        if kind in ("int4[]", "text[]", "jsonb") or kind in OTHERS:
            return f"{value}::{kind}"
        return f"({value})" if value[0] == "-" else value

    def column(self, kind, scope, tame):
        """A column, now and then of a query around; None if there is none."""
        while scope is not None:
            fields = scope.find(kind, tame)
            if fields and (scope.outer is None or self.chance(0.75)):
                return self.random.choice(fields).text
            if fields and not self.has_column(kind, scope.outer, tame):
                return self.random.choice(fields).text
            scope = scope.outer
        return None

    def has_column(self, kind, scope, tame):
        while scope is not None:
            if scope.find(kind, tame):
                return True
            scope = scope.outer
        return False

    def leaf(self, kind, scope, tame):
        if self.chance(0.15):
            null = "NULL" if self.chance(0.2) else f"NULL::{kind}"
            return null if self.chance(0.2) else self.fixed(kind)
        return self.column(kind, scope, tame) or self.fixed(kind)

    def expr(self, kind, scope, depth):
        return self.make(kind, scope, depth, False)

    def tame(self, kind, scope, depth):
        return self.make(kind, scope, depth, True)

    def make(self, kind, scope, depth, tame):
        if kind == "varchar":
            kind = "text"
        if depth <= 0 or self.chance(0.4):
            return self.leaf(kind, scope, tame)
        rules = [r for r in RULES[kind] if r[1] or not tame]
        weights = [r[0] for r in rules]
        chosen = self.random.choices(rules, weights)[0]
        return chosen[2](self, scope, depth - 1)

    def condition(self, scope, depth):
        """A boolean that is not just a literal, most of the time."""
        rules = RULES["bool"]
        chosen = self.random.choices(rules, [r[0] for r in rules])[0]
        return chosen[2](self, scope, depth - 1)


# ---- any type ----


def for_each_kind(make, weight=1, tame=False):
    for kind in KINDS:
        rule(kind, weight=weight, tame=tame)(make(kind))


def case_of(kind):
    def make(gen, scope, depth):
        branches = "".join(
            f" WHEN {gen.condition(scope, depth)} THEN"
            f" {gen.tame(kind, scope, depth)}"
            for _ in range(gen.random.randrange(1, 3))
        )
        other = ""
        if gen.chance(0.7):
            other = f" ELSE {gen.tame(kind, scope, depth)}"
        return f"CASE{branches}{other} END"

    return make


def coalesce_of(kind):
    def make(gen, scope, depth):
        count = gen.random.randrange(2, 4)
        parts = [gen.tame(kind, scope, depth) for _ in range(count)]
        return f"coalesce({', '.join(parts)})"

    return make


def nullif_of(kind):
    def make(gen, scope, depth):
        return (
            f"nullif({gen.tame(kind, scope, depth)},"
            f" {gen.tame(kind, scope, depth)})"
        )

    return make


def extreme_of(kind):
    def make(gen, scope, depth):
        name = gen.random.choice(["greatest", "least"])
        return (
            f"{name}({gen.tame(kind, scope, depth)},"
            f" {gen.tame(kind, scope, depth)})"
        )

    return make


def scalar_of(kind):
    def make(gen, scope, depth):
        return gen.scalar_subquery(kind, scope, depth)

    return make


for_each_kind(case_of, weight=2, tame=True)
for_each_kind(coalesce_of, weight=2, tame=True)
for_each_kind(nullif_of, tame=True)
for_each_kind(extreme_of, tame=True)
for_each_kind(scalar_of, weight=2)


# ---- numbers ----


@rule("int4", weight=4)
def int4_arithmetic(gen, scope, depth):
    left = gen.tame("int4", scope, depth)
    right = gen.tame("int4", scope, depth)
    return f"({left} {gen.random.choice('+-*')} {right})"


@rule("int4")
def int4_divide(gen, scope, depth):
    operator = gen.random.choice(["/", "%"])
    return f"({gen.tame('int4', scope, depth)} {operator} nullif({gen.tame('int4', scope, 0)}, 0))"


@rule("int4", tame=True)
def length(gen, scope, depth):
    return f"length({gen.expr('text', scope, depth)})"


@rule("int4", tame=True)
def int4_of_bool(gen, scope, depth):
    return f"({gen.expr('bool', scope, depth)})::int4"


@rule("int4", tame=True)
def date_difference(gen, scope, depth):
    return f"({gen.tame('date', scope, depth)} - {gen.tame('date', scope, depth)})"


def absolute_of(kind):
    return lambda gen, scope, depth: f"abs({gen.tame(kind, scope, depth)})"


for number in NUMBERS:
    rule(number, tame=True)(absolute_of(number))


@rule("int8", weight=3)
def int8_arithmetic(gen, scope, depth):
    left = gen.tame(gen.random.choice(["int4", "int8"]), scope, depth)
    right = gen.tame("int8", scope, depth)
    return f"({left} {gen.random.choice('+-*')} {right})"


@rule("numeric", weight=3)
def numeric_arithmetic(gen, scope, depth):
    left = gen.tame(gen.random.choice(["int4", "numeric"]), scope, depth)
    right = gen.tame("numeric", scope, depth)
    return f"({left} {gen.random.choice('+-*')} {right})"


@rule("numeric")
def numeric_round(gen, scope, depth):
    return f"round({gen.tame('numeric', scope, depth)}, {gen.random.randrange(-1, 3)})"


@rule("float8", weight=2)
def float8_arithmetic(gen, scope, depth):
    left = gen.tame("float8", scope, depth)
    right = gen.tame("float8", scope, depth)
    return f"({left} {gen.random.choice('+-*')} {right})"


@rule("float8")
def float8_of_numeric(gen, scope, depth):
    return f"({gen.tame('numeric', scope, depth)})::float8"


@rule("int8", tame=True)
def int8_of_int4(gen, scope, depth):
    return f"({gen.tame('int4', scope, depth)})::int8"


@rule("numeric", tame=True)
def numeric_of_int4(gen, scope, depth):
    return f"({gen.tame('int4', scope, depth)})::numeric"


# ---- text ----


@rule("text", weight=2)
def concatenation(gen, scope, depth):
    left = gen.expr("text", scope, depth)
    right = gen.expr(gen.random.choice(["text", "text", "int4"]), scope, depth)
    return f"({left} || {right})" if right != "NULL" else f"({left} || ''::text)"


@rule("text")
def collated(gen, scope, depth):
    name = gen.random.choice(['"C"'] * 9 + ["pg_catalog.default"])
    return f"({gen.expr('text', scope, depth)} COLLATE {name})"


@rule("text")
def text_function(gen, scope, depth):
    name = gen.random.choice(["upper", "lower", "btrim", "reverse"])
    return f"{name}({gen.expr('text', scope, depth)})"


@rule("text")
def substring(gen, scope, depth):
    return f"substr({gen.expr('text', scope, depth)}, {gen.random.randrange(0, 3)}, {gen.random.randrange(0, 3)})"


@rule("text", weight=2)
def text_of(gen, scope, depth):
    kind = gen.random.choice(["int4", "int8", "numeric", "bool", "date"])
    return f"({gen.expr(kind, scope, depth)})::text"


# ---- dates ----


@rule("date")
def date_plus(gen, scope, depth):
    return f"({gen.tame('date', scope, depth)} + {gen.random.randrange(-3, 4)})"


@rule("date", tame=True)
def date_of_timestamp(gen, scope, depth):
    return f"({gen.tame('timestamptz', scope, depth)})::date"


@rule("timestamptz")
def truncated(gen, scope, depth):
    unit = gen.random.choice(["hour", "day", "month"])
    return f"date_trunc('{unit}', {gen.tame('timestamptz', scope, depth)})"


@rule("timestamptz")
def timestamp_plus(gen, scope, depth):
    return f"({gen.tame('timestamptz', scope, depth)} + interval '{gen.random.randrange(1, 5)} days')"


# ---- conditions ----

COMPARISONS = ["=", "=", "=", "<>", "<", "<=", ">", ">="]


def comparable(gen):
    """Two types that compare."""
    kind = gen.random.choice(KINDS)
    other = kind
    if kind in NUMBERS and gen.chance(0.3):
        other = gen.random.choice(NUMBERS)
    if kind in ("date", "timestamptz") and gen.chance(0.2):
        other = "date"
    return kind, other


@rule("bool", weight=8)
def comparison(gen, scope, depth):
    kind, other = comparable(gen)
    left = gen.expr(kind, scope, depth)
    right = gen.expr(other, scope, depth)
    return f"({left} {gen.random.choice(COMPARISONS)} {right})"


@rule("bool", weight=3, tame=True)
def is_null(gen, scope, depth):
    test = gen.random.choice(["IS NULL", "IS NOT NULL"])
    return f"({gen.expr(gen.random.choice(KINDS), scope, depth)} {test})"


@rule("bool", tame=True)
def is_truth(gen, scope, depth):
    negation = gen.random.choice(["", "NOT "])
    truth = gen.random.choice(["TRUE", "FALSE", "UNKNOWN"])
    return f"({gen.expr('bool', scope, depth)} IS {negation}{truth})"


@rule("bool", weight=2, tame=True)
def is_distinct(gen, scope, depth):
    negation = gen.random.choice(["", "NOT "])
    kind, other = comparable(gen)
    left = gen.expr(kind, scope, depth)
    return f"({left} IS {negation}DISTINCT FROM {gen.expr(other, scope, depth)})"


@rule("bool", weight=2)
def between(gen, scope, depth):
    kind = gen.random.choice(KINDS)
    words = gen.random.choice(["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC"])
    low = gen.expr(kind, scope, depth)
    return f"({gen.expr(kind, scope, depth)} {words} {low} AND {gen.expr(kind, scope, depth)})"


@rule("bool", weight=2)
def in_list(gen, scope, depth):
    kind = gen.random.choice(KINDS)
    items = [gen.expr(kind, scope, 0) for _ in range(gen.random.randrange(1, 4))]
    words = gen.random.choice(["IN", "NOT IN"])
    return f"({gen.expr(kind, scope, depth)} {words} ({', '.join(items)}))"


@rule("bool", weight=2)
def like(gen, scope, depth):
    words = gen.random.choice(["LIKE", "NOT LIKE", "ILIKE"])
    pattern = gen.random.choice(["a%", "%b%", "_", "%", "", "A_%"])
    return f"({gen.expr('text', scope, depth)} {words} '{pattern}')"


PATTERNS = ["a", "^a", "b$", "[a-c]+", "(a|b)c?", "^.$", "", r"\w\d", "a.*b", "^(a+)$"]


@rule("bool", weight=2)
def regex(gen, scope, depth):
    words = gen.random.choice(["~", "!~", "~*", "!~*"])
    pattern = gen.random.choice(PATTERNS)
    return f"({gen.expr('text', scope, depth)} {words} '{pattern}')"


@rule("bool")
def similar(gen, scope, depth):
    words = gen.random.choice(["SIMILAR TO", "NOT SIMILAR TO"])
    pattern = gen.random.choice(["a%", "%(b|c)%", "_", "[a-b]+%", ""])
    return f"({gen.expr('text', scope, depth)} {words} '{pattern}')"


@rule("text", weight=2)
def regex_part(gen, scope, depth):
    text = gen.expr("text", scope, depth)
    pattern = gen.random.choice(PATTERNS)
    return gen.random.choice(
        [
            f"substring({text} from '{pattern}')",
            f"regexp_replace({text}, '{pattern}', '<\\&>', 'g')",
            f"regexp_substr({text}, '{pattern}', 1, 2)",
        ]
    )


@rule("bool", weight=6, tame=True)
def logic(gen, scope, depth):
    word = gen.random.choice([" AND ", " OR "])
    count = gen.random.randrange(2, 4)
    parts = [gen.expr("bool", scope, depth) for _ in range(count)]
    return f"({word.join(parts)})"


@rule("bool", weight=2, tame=True)
def negation(gen, scope, depth):
    return f"(NOT {gen.expr('bool', scope, depth)})"


@rule("bool")
def rows_compared(gen, scope, depth):
    kinds = [gen.random.choice(KINDS) for _ in range(2)]
    left = ", ".join(gen.expr(kind, scope, 0) for kind in kinds)
    right = ", ".join(gen.expr(kind, scope, 0) for kind in kinds)
    return f"(({left}) {gen.random.choice(COMPARISONS)} ({right}))"


@rule("bool", weight=3)
def exists(gen, scope, depth):
    return gen.exists_subquery(scope, depth)


@rule("bool", weight=4)
def in_subquery(gen, scope, depth):
    return gen.in_subquery(scope, depth)


@rule("bool", weight=2)
def any_all(gen, scope, depth):
    return gen.any_all_subquery(scope, depth)
