# SPDX-License-Identifier: Apache-2.0
"""Random queries.

A query is text and the columns that come out of it.  Every SELECT is made from
parts, each a method that may be extended: FROM items (`FROM_ITEMS`), aggregates
(`AGGREGATES`), expressions (see expressions.py).  `Generator.query` makes a
whole statement; it says in `is_ordered` whether the rows have one order, and in
`is_loose` whether equal values may look different (1.0 and 1.00 in DISTINCT), in
`is_strict` that an error must be the same error.
"""

import random

import schema
from expressions import KINDS, Expressions, Field, Scope
from patterns import Patterns
from probes import Probes

# Of queries: see probes.py, patterns.py.
PROBE_SHARE = 0.25
PATTERN_SHARE = 0.1

FROM_ITEMS = []  # (weight, method name)
AGGREGATES = []  # (result type, function)


SELECT_SETS = []  # functions that make a set for a select list, with its type


def select_set(function):
    SELECT_SETS.append(function)
    return function


def from_item(weight=1):
    def add(function):
        FROM_ITEMS.append((weight, function))
        return function

    return add


def aggregate(kind, weight=1):
    def add(function):
        AGGREGATES.extend([(kind, function)] * weight)
        return function

    return add


class Query:
    def __init__(self, text, columns, has_order=False):
        self.text = text
        self.has_order = has_order  # ends with ORDER BY or LIMIT
        self.columns = columns  # of Field: text is the name


class Source:
    """An item of FROM: its text, and the names that it brings."""

    def __init__(self, text, fields, size, merged=()):
        self.text = text
        self.fields = fields
        self.size = size  # about how many rows
        self.merged = list(merged)  # unqualified names that USING made


# ---- FROM ----


@from_item(weight=8)
def table(gen, scope, depth):
    chosen = gen.random.choices(gen.tables, [1, 5, 6, 4])[0]
    alias = gen.alias()
    fields = [
        Field(f"{alias}.{column.name}", column.kind, column.is_tame)
        for column in chosen.all_columns
    ]
    word = gen.random.choice(["AS ", ""])
    return Source(f"{chosen.name} {word}{alias}", fields, chosen.row_count)


@from_item(weight=4)
def subquery(gen, scope, depth):
    if depth <= 0:
        return table(gen, scope, depth)
    return from_query(gen, gen.select(depth - 1, None), "")


@from_item(weight=2)
def lateral(gen, scope, depth):
    if depth <= 0 or not gen.lateral_fields:
        return table(gen, scope, depth)
    outer = Scope(gen.lateral_fields, scope)
    return from_query(gen, gen.select(depth - 1, outer), "LATERAL ")


def from_query(gen, query, word):
    alias = gen.alias()
    fields = [
        Field(f"{alias}.{column.text}", column.kind, column.is_tame)
        for column in query.columns
    ]
    names = ""
    if gen.chance(0.2):
        named = [gen.name("r") for _ in query.columns]
        names = f" ({', '.join(named)})"
        for field, name in zip(fields, named):
            field.text = f"{alias}.{name}"
    return Source(f"{word}({query.text}) AS {alias}{names}", fields, 20)


@from_item(weight=1)
def values(gen, scope, depth):
    kinds = [gen.random.choice(KINDS) for _ in range(gen.random.randrange(1, 4))]
    rows = [
        "(" + ", ".join(gen.fixed(kind) for kind in kinds) + ")"
        for _ in range(gen.random.randrange(1, 5))
    ]
    alias = gen.alias()
    names = [gen.name("v") for _ in kinds]
    fields = [
        Field(f"{alias}.{name}", kind, True) for name, kind in zip(names, kinds)
    ]
    text = f"(VALUES {', '.join(rows)}) AS {alias} ({', '.join(names)})"
    return Source(text, fields, len(rows))


SERIES = {  # by type: arguments
    "int4": ["1, {n}", "{n}, 1, -2"],
    "int8": ["1::int8, {n}", "-3, {n}::int8, 2"],
    "numeric": ["0.5, {n}", "{n}, 0, -0.75"],
    "timestamptz": [
        "timestamptz '2024-01-31 12:00+00', '2024-06-01', '1 month'",
        "timestamptz '2024-01-02', '2024-01-01', '-5 hours'",
    ],
}


@from_item(weight=1)
def series(gen, scope, depth):
    """A set of a function, maybe as long as an item before it says."""
    kind = gen.random.choice(list(SERIES))
    arguments = gen.random.choice(SERIES[kind])
    length = str(gen.random.randrange(8))
    word = ""
    numbers = [f for f in gen.lateral_fields if f.kind == "int4" and f.is_tame]
    if "{n}" in arguments and numbers and gen.chance(0.5):
        length = f"({gen.random.choice(numbers).text} % 6)"
        word = "LATERAL "
    alias = gen.alias()
    name = gen.name("g")
    text = f"{word}generate_series({arguments.format(n=length)})"
    fields = [Field(f"{alias}.{name}", kind, True)]
    if gen.chance(0.3):
        ordinal = gen.name("o")
        fields.append(Field(f"{alias}.{ordinal}", "int8", True))
        names = f"{name}, {ordinal}"
        return Source(f"{text} WITH ORDINALITY AS {alias} ({names})", fields, 6)
    return Source(f"{text} AS {alias} ({name})", fields, 6)


@from_item(weight=2)
def with_query(gen, scope, depth):
    if not gen.ctes:
        return table(gen, scope, depth)
    name, columns = gen.random.choice(gen.ctes)
    alias = gen.alias()
    fields = [Field(f"{alias}.{c.text}", c.kind, c.is_tame) for c in columns]
    return Source(f"{name} AS {alias}", fields, 20)


# ---- aggregates ----


def argument(gen, scope, kind, tame=True):
    make = gen.tame if tame else gen.expr
    return make(kind, scope, 1)


@aggregate("int8", weight=3)
def count(gen, scope):
    if gen.chance(0.4):
        return "count(*)"
    distinct = "DISTINCT " if gen.chance(0.3) else ""
    kind = gen.random.choice(KINDS)
    return f"count({distinct}{argument(gen, scope, kind, False)})"


@aggregate("int8")
def sum_int4(gen, scope):
    distinct = "DISTINCT " if gen.chance(0.2) else ""
    return f"sum({distinct}{argument(gen, scope, 'int4')})"


@aggregate("numeric", weight=2)
def sum_numeric(gen, scope):
    kind = gen.random.choice(["int8", "numeric"])
    name = gen.random.choice(["sum", "avg"])
    return f"{name}({argument(gen, scope, kind)})"


@aggregate("bool")
def bools(gen, scope):
    name = gen.random.choice(["bool_and", "bool_or", "every"])
    return f"{name}({argument(gen, scope, 'bool')})"


@aggregate("numeric")
def variance(gen, scope):
    kind = gen.random.choice(["int4", "int8", "numeric"])
    name = gen.random.choice(["var_pop", "var_samp", "stddev", "stddev_pop"])
    return f"{name}({argument(gen, scope, kind)})"


@aggregate("int4")
def bits(gen, scope):
    name = gen.random.choice(["bit_and", "bit_or", "bit_xor"])
    return f"{name}({argument(gen, scope, 'int4')})"


@aggregate("text")
def joined(gen, scope):
    text = argument(gen, scope, "text")
    if gen.chance(0.4):
        return f"string_agg(DISTINCT {text}, ',')"
    direction = gen.random.choice(["", " DESC", " NULLS FIRST"])
    return f"string_agg({text}, ',' ORDER BY {text}{direction})"


@aggregate("int8")
def pairs(gen, scope):
    return f"regr_count({argument(gen, scope, 'int4')}, {argument(gen, scope, 'int4')})"


@aggregate("float8")
def percentile(gen, scope):
    fraction = gen.random.choice(["0", "0.25", "0.5", "1"])
    direction = gen.random.choice(["", " DESC"])
    return f"percentile_cont({fraction}) WITHIN GROUP (ORDER BY {argument(gen, scope, 'int4')}{direction})"


def set_aggregate(kind):
    def make(gen, scope):
        name = gen.random.choice(["mode()", "percentile_disc(0.5)"])
        value = argument(gen, scope, kind)
        if value.startswith("'") or value == "NULL":
            value = f"{value}::{kind}"
        return f"{name} WITHIN GROUP (ORDER BY {value})"

    return make


for each in ["int4", "text", "date"]:
    aggregate(each)(set_aggregate(each))


def extreme_aggregate(kind):
    def make(gen, scope):
        name = gen.random.choice(["min", "max"])
        return f"{name}({argument(gen, scope, kind, False)})"

    return make


for each in KINDS:
    if each not in ("bool", "jsonb", "uuid", "bytea"):
        aggregate(each)(extreme_aggregate(each))


# ---- the generator ----


class Generator(Expressions, Probes, Patterns):
    def __init__(self, seed, tables, views=()):
        self.random = random.Random(seed)
        self.tables = tables
        self.views = list(views)  # (name, columns)
        self.counter = 0
        self.ctes = []
        self.lateral_fields = []
        self.is_loose = False
        self.is_ordered = False
        self.is_strict = False

    def alias(self):
        return self.name("q")

    def name(self, letter):
        self.counter += 1
        return f"{letter}{self.counter}"

    # -- a statement --

    def query(self):
        if self.chance(PROBE_SHARE + PATTERN_SHARE):
            self.is_strict = True
            is_probe = self.chance(PROBE_SHARE / (PROBE_SHARE + PATTERN_SHARE))
            return self.probe() if is_probe else self.pattern_query()
        depth = self.random.choice([0, 1, 1, 2, 2, 3])
        prefix = self.with_clause(depth) if self.chance(0.2) else ""
        query = self.body(depth, None, None)
        is_ordered = self.chance(0.4)
        text = prefix + query.text
        if is_ordered and query.has_order:
            text = f"{prefix}SELECT * FROM ({query.text}) AS {self.alias()}"
        if is_ordered:
            text += self.total_order(query) + self.limit()
        self.is_ordered = is_ordered
        return text

    def view(self):
        """A query to make a view of."""
        return self.select(1, None)

    def body(self, depth, outer, kinds):
        if depth > 0 and self.chance(0.25):
            return self.set_operation(depth, outer, kinds)
        if kinds is None and self.chance(0.03):
            return self.values_query()
        return self.select(depth, outer, kinds)

    def values_query(self):
        kinds = self.some_kinds()
        rows = [
            "(" + ", ".join(self.fixed(kind) for kind in kinds) + ")"
            for _ in range(self.random.randrange(1, 4))
        ]
        columns = [
            Field(f"column{number + 1}", kind, True)
            for number, kind in enumerate(kinds)
        ]
        return Query(f"VALUES {', '.join(rows)}", columns)

    def total_order(self, query):
        """By all columns: equal rows are the same rows."""
        keys = []
        numbers = list(range(1, len(query.columns) + 1))
        self.random.shuffle(numbers)
        for number in numbers:
            direction = self.random.choice(["", " ASC", " DESC"])
            nulls = self.random.choice(["", "", " NULLS FIRST", " NULLS LAST"])
            keys.append(f"{number}{direction}{nulls}")
        return " ORDER BY " + ", ".join(keys)

    def limit(self):
        text = ""
        self.is_loose = True
        if self.chance(0.1):
            return f" FETCH FIRST {self.random.randrange(1, 6)} ROWS WITH TIES"
        if self.chance(0.4):
            text += f" LIMIT {self.random.randrange(0, 8)}"
        if self.chance(0.2):
            text += f" OFFSET {self.random.randrange(0, 4)}"
        return text

    # -- WITH --

    def with_clause(self, depth):
        items = []
        for _ in range(self.random.randrange(1, 3)):
            name = self.name("w")
            if self.chance(0.2):
                items.append(self.recursive(name))
                continue
            query = self.body(max(depth - 1, 0), None, None)
            hint = self.random.choice(
                ["", "", "MATERIALIZED ", "NOT MATERIALIZED "]
            )
            items.append(f"{name} AS {hint}({query.text})")
            self.ctes.append((name, query.columns))
        return "WITH RECURSIVE " + ", ".join(items) + " "

    def recursive(self, name):
        limit = self.random.randrange(2, 9)
        union = self.random.choice(["UNION", "UNION ALL"])
        step = self.random.randrange(1, 3)
        start = self.random.randrange(1, 3)
        self.ctes.append((name, [Field("n", "int4", True)]))
        return (
            f"{name} (n) AS (SELECT {start} {union}"
            f" SELECT n + {step} FROM {name} WHERE n < {limit})"
        )

    # -- set operations --

    def set_operation(self, depth, outer, kinds):
        kinds = kinds or self.some_kinds()
        left = self.body(depth - 1, outer, kinds)
        right = self.body(depth - 1, outer, kinds)
        word = self.random.choice(
            ["UNION", "UNION ALL", "UNION ALL", "INTERSECT", "EXCEPT"]
            + ["INTERSECT ALL", "EXCEPT ALL"]
        )
        self.is_loose = True
        return Query(f"({left.text}) {word} ({right.text})", left.columns)

    def some_kinds(self):
        count = self.random.randrange(1, 4)
        return [self.random.choice(KINDS) for _ in range(count)]

    # -- SELECT --

    def select(self, depth, outer, kinds=None):
        may_have_sets = kinds is None
        kinds = kinds or self.some_kinds()
        text, scope = self.from_clause(depth, outer)
        where = ""
        if self.chance(0.6):
            where = f" WHERE {self.condition(scope, depth + 1)}"
        if self.chance(0.3):
            return self.grouped(text + where, scope, kinds, depth)
        targets, columns = self.targets(
            kinds, lambda kind: self.expr(kind, scope, depth + 1)
        )
        if may_have_sets and self.chance(0.1):
            targets, columns = self.with_set(targets, columns, scope)
        distinct = ""
        if self.chance(0.12):
            distinct = "DISTINCT "
            self.is_loose = True
        query = Query(f"SELECT {distinct}{targets}{text}{where}", columns)
        if not distinct and self.chance(0.06):
            return self.distinct_on(f"{targets}{text}{where}", columns)
        if self.chance(0.1):
            query.text += self.total_order(query) + self.limit()
            query.has_order = True
        return query

    def with_set(self, targets, columns, scope):
        """Rows repeat for each of a set, or of two that step together."""
        for _ in range(self.random.choice([1, 1, 2])):
            text, kind = self.random.choice(SELECT_SETS)(self, scope, 1)
            name = self.name("c")
            targets += f", {text} AS {name}"
            columns = columns + [Field(name, kind, False)]
        return targets, columns

    def distinct_on(self, rest, columns):
        """The first of each group in the order of all columns."""
        self.is_loose = True
        count = self.random.randrange(1, len(columns) + 1)
        keys = ", ".join(str(number + 1) for number in range(count))
        order = ", ".join(str(number + 1) for number in range(len(columns)))
        return Query(
            f"SELECT DISTINCT ON ({keys}) {rest} ORDER BY {order}",
            columns,
            True,
        )

    def targets(self, kinds, make):
        items = []
        columns = []
        for kind in kinds:
            name = self.name("c")
            # the declared type is what the set operation around expects
            items.append(f"{make(kind)} AS {name}")
            columns.append(Field(name, kind, False))
        return ", ".join(items), columns

    def from_clause(self, depth, outer):
        """Some items, joined in some way; the scope of all of them."""
        if self.chance(0.03):
            return "", Scope([], outer)
        saved = self.lateral_fields
        self.lateral_fields = []
        sources = [self.source(depth, outer)]
        text = sources[0].text
        size = sources[0].size
        while self.chance(0.45) and len(sources) < 3:
            self.lateral_fields = [f for s in sources for f in s.fields]
            more = self.source(depth, outer)
            if size * more.size > 6000:
                break
            size = max(1, size) * max(1, more.size)
            text = self.join(text, sources, more, outer, depth)
            sources.append(more)
        self.lateral_fields = saved
        if len(sources) > 1 and self.chance(0.1):
            text = f"({text})" if not self.has_top_level_comma(text) else text
        fields = [field for source in sources for field in source.fields]
        fields += [field for source in sources for field in source.merged]
        return f" FROM {text}", Scope(fields, outer)

    def source(self, depth, outer):
        weights = [item[0] for item in FROM_ITEMS]
        item = self.random.choices(FROM_ITEMS, weights)[0]
        return item[1](self, outer, depth)

    def join(self, text, sources, more, outer, depth):
        kind = self.random.choice(
            [",", "CROSS JOIN", "JOIN", "JOIN", "JOIN", "LEFT JOIN"]
            + ["LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]
        )
        if "LATERAL" in more.text and kind in ("RIGHT JOIN", "FULL JOIN"):
            kind = "LEFT JOIN"
        if kind == ",":
            return f"{text}, {more.text}"
        if kind == "CROSS JOIN":
            return self.cross(text, more)
        # after a comma only the last item is in reach of ON
        left = [f for source in sources for f in source.fields]
        if ", " in text and self.has_top_level_comma(text):
            left = []
        if self.chance(0.2):
            using = self.using(text, sources, more, kind)
            if using:
                return using
        condition = self.join_condition(left, more.fields, outer, depth, kind)
        return f"{text} {kind} {more.text} ON {condition}"

    def cross(self, text, more):
        return f"{text} CROSS JOIN {more.text}"

    def using(self, text, sources, more, kind):
        """JOIN USING, if only the last item is joined and both have a name."""
        if len(sources) > 1:
            return None
        names = self.shared_names(sources[0], more)
        if not names:
            return None
        chosen = self.random.sample(names, min(len(names), 2))
        for name, column_kind in chosen:
            more.merged.append(Field(name, column_kind, True))
        alias = ""
        if self.chance(0.2):
            alias = f" AS {self.alias()}"
        columns = ", ".join(name for name, _ in chosen)
        return f"{text} {kind} {more.text} USING ({columns}){alias}"

    def shared_names(self, left, right):
        """Tame columns that both sides have once, with the same type."""
        theirs = {f.text.split(".")[1]: f for f in right.fields if f.is_tame}
        shared = []
        for field in left.fields:
            name = field.text.split(".")[1]
            if field.is_tame and name in theirs and name != "context_id":
                if theirs[name].kind == field.kind:
                    shared.append((name, field.kind))
        return shared

    def has_top_level_comma(self, text):
        level = 0
        for letter in text:
            level += letter == "("
            level -= letter == ")"
            if letter == "," and level == 0:
                return True
        return False

    def join_condition(self, left, right, outer, depth, kind):
        """An equality, mostly; PostgreSQL's FULL JOIN takes nothing else."""
        pairs = [
            (a, b)
            for a in left
            for b in right
            if a.kind == b.kind and a.is_tame and b.is_tame
        ]
        if not pairs:
            return "true"
        parts = []
        for _ in range(1 if self.chance(0.7) else 2):
            a, b = self.random.choice(pairs)
            parts.append(f"{a.text} = {b.text}")
        if kind == "FULL JOIN":
            return " AND ".join(parts)
        if self.chance(0.3):
            scope = Scope(left + right, outer)
            parts.append(self.condition(scope, max(depth, 1)))
        if self.chance(0.15):
            return f"({' OR '.join(parts)})"
        return " AND ".join(parts)

    # -- GROUP BY --

    def grouped(self, text, scope, kinds, depth):
        groups = []
        for _ in range(self.random.randrange(0, 3)):
            kind = self.random.choice(KINDS)
            if self.chance(0.7):
                group = self.column(kind, Scope(scope.fields), False)
            else:
                group = self.expr(kind, Scope(scope.fields), 1)
            if group and any(f.text in group for f in scope.fields):
                groups.append(Field(group, kind, False))
        self.is_loose = True
        inner = Scope(groups, scope.outer)
        clause = self.group_clause(groups)
        having = ""
        if self.chance(0.25):
            having = f" HAVING {self.aggregate_condition(scope, inner)}"
        targets, columns = self.targets(
            kinds, lambda kind: self.grouped_target(kind, scope, inner)
        )
        return Query(f"SELECT {targets}{text}{clause}{having}", columns)

    def group_clause(self, groups):
        if not groups:
            return ""
        names = [group.text for group in groups]
        roll = self.random.random()
        if roll < 0.1:
            return f" GROUP BY ROLLUP ({', '.join(names)})"
        if roll < 0.2:
            return f" GROUP BY CUBE ({', '.join(names)})"
        if roll < 0.3:
            sets = ", ".join(f"({name})" for name in names)
            return f" GROUP BY GROUPING SETS ({sets}, ())"
        return " GROUP BY " + ", ".join(names)

    def grouped_target(self, kind, scope, inner):
        fields = inner.find(kind, False)
        if fields and self.chance(0.5):
            return self.random.choice(fields).text
        found = [a for a in AGGREGATES if a[0] == kind]
        if not found:
            return f"max({self.expr('int4', scope, 1)}) IS NULL" if kind == "bool" else self.fixed(kind)
        text = self.random.choice(found)[1](self, Scope(scope.fields))
        if self.chance(0.15):
            condition = self.condition(Scope(scope.fields), 1)
            text += f" FILTER (WHERE {condition})"
        return text

    def aggregate_condition(self, scope, inner):
        left = self.random.choice(AGGREGATES)
        if left[0] == "bool":
            return f"{left[1](self, Scope(scope.fields))} IS NOT FALSE"
        text = left[1](self, Scope(scope.fields))
        return f"{text} {self.random.choice(['=', '<>', '<', '>='])} {self.fixed(left[0])}"

    # -- subqueries in expressions --

    def scalar_subquery(self, kind, scope, depth):
        if self.nesting >= 2 or depth <= 0:
            return self.leaf(kind, scope, False)
        self.nesting += 1
        text, inner = self.from_clause(0, scope)
        where = ""
        if self.chance(0.7):
            where = f" WHERE {self.condition(inner, 1)}"
        found = [a for a in AGGREGATES if a[0] == kind]
        if found and inner.fields:
            target = self.random.choice(found)[1](self, Scope(inner.fields))
            result = f"(SELECT {target}{text}{where})"
        else:
            target = self.expr(kind, inner, 1)
            result = f"(SELECT {target}{text}{where} ORDER BY 1 LIMIT 1)"
            self.is_loose = True
        self.nesting -= 1
        if self.chance(0.1) and " LIMIT 1)" not in result:
            result = self.through_with(result)
        return result

    def through_with(self, scalar):
        """The same, with its query in WITH."""
        name = self.name("w")
        hint = self.random.choice(["", "MATERIALIZED ", "NOT MATERIALIZED "])
        return (
            f"(WITH {name} (r) AS {hint}{scalar}"
            f" SELECT a.r FROM {name} a CROSS JOIN {name} b)"
        )

    def exists_subquery(self, scope, depth):
        if self.nesting >= 2 or depth <= 0:
            return self.leaf("bool", scope, False)
        self.nesting += 1
        text, inner = self.from_clause(0, scope)
        condition = self.condition(inner, 1)
        self.nesting -= 1
        word = self.random.choice(["EXISTS", "EXISTS", "NOT EXISTS"])
        return f"({word} (SELECT 1{text} WHERE {condition}))"

    def in_subquery(self, scope, depth):
        if self.nesting >= 2 or depth <= 0:
            return self.leaf("bool", scope, False)
        self.nesting += 1
        kinds = self.some_kinds() if self.chance(0.2) else None
        kinds = (kinds or [self.random.choice(KINDS)])[:2]
        around = scope if self.chance(0.5) else None
        query = self.select(0, around, kinds)
        self.nesting -= 1
        left = ", ".join(self.expr(kind, scope, 0) for kind in kinds)
        word = self.random.choice(["IN", "IN", "NOT IN"])
        return f"(({left}) {word} ({query.text}))"

    def any_all_subquery(self, scope, depth):
        if self.nesting >= 2 or depth <= 0:
            return self.leaf("bool", scope, False)
        self.nesting += 1
        kind = self.random.choice(KINDS)
        around = scope if self.chance(0.5) else None
        query = self.select(0, around, [kind])
        self.nesting -= 1
        operator = self.random.choice(["=", "<>", "<", ">="])
        word = self.random.choice(["ANY", "ALL", "SOME"])
        left = self.expr(kind, scope, 0)
        return f"({left} {operator} {word} ({query.text}))"

    nesting = 0
