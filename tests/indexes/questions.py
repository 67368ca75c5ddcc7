# SPDX-License-Identifier: Apache-2.0
"""Random queries whose rows have one order, in both languages."""

import events

ZONE_ROWS = 2048
COMPARISONS = ["=", "=", "=", "<", "<=", ">", ">=", "<>"]
ORDERED = [f for f in events.FIELDS if f.name != "doc"]
SUMMED = ["number", "key", "rising", "price", "wide", "small"]
NATIVE = [f for f in events.FIELDS if f.native]


class Questions:
    def __init__(self, random, load):
        self.random = random
        self.load = load
        self.count = load.count

    def literal(self, field):
        """Of a row that may be there, an end of a zone, or of no row."""
        if self.random.random() < 0.3:
            return self.load.edge(self.load.columns[field.name], ZONE_ROWS)
        if field.extremes and self.random.random() < 0.2:
            return self.random.choice(field.extremes)
        number = self.random.randrange(self.count)
        if self.random.random() < 0.2:
            number += 10 * self.count
        return field.draw(self.random, number, 11 * self.count)

    # -- conditions of SQL --

    def condition(self):
        make = self.random.choice(
            [self.comparison] * 6
            + [self.between] * 3
            + [self.among, self.nullity, self.either]
            + [self.of_context, self.of_time, self.of_time, self.of_id]
        )
        return make()

    def comparison(self):
        field = self.random.choice(ORDERED)
        operator = self.random.choice(COMPARISONS)
        return f"{field.name} {operator} {self.literal(field)}"

    def between(self):
        field = self.random.choice(ORDERED)
        return f"{field.name} BETWEEN {self.literal(field)} AND {self.literal(field)}"

    def among(self):
        field = self.random.choice(ORDERED)
        count = self.random.choice([1, 2, 3, 20])
        values = [self.literal(field) for _ in range(count)]
        if self.random.random() < 0.1:
            values.append("NULL")
        word = self.random.choice(["IN", "IN", "NOT IN"])
        return f"{field.name} {word} ({', '.join(values)})"

    def nullity(self):
        field = self.random.choice(events.FIELDS)
        return f"{field.name} IS {self.random.choice(['', 'NOT '])}NULL"

    def either(self):
        return f"({self.comparison()} OR {self.comparison()})"

    def of_context(self):
        return f"context_id = '{events.context(self.random)}'"

    def of_time(self):
        low, high = sorted(self.time() for _ in range(2))
        operator = self.random.choice(["=", "<=", ">="])
        if self.random.random() < 0.6:
            return f'"timestamp" {operator} {self.time()}'
        return f'"timestamp" >= {low} AND "timestamp" < {high}'

    def time(self):
        if self.random.random() < 0.7:
            rows = self.random.choice([events.FLUSHED, len(self.load.times)])
            return self.load.edge(self.load.times, rows)
        return self.random.choice(self.load.times)

    def of_id(self):
        """Segments begin and end with statements."""
        first = self.random.randrange(self.count + 100)
        if self.random.random() < 0.5:
            first = first // events.BATCH * events.BATCH + self.random.choice([0, 1])
        return self.random.choice(
            [
                f"event_id = {first}",
                f"event_id BETWEEN {first} AND {first + self.random.randrange(900)}",
                f"event_id > {first}",
                f"event_id <= {first}",
            ]
        )

    def where(self):
        count = self.random.choice([1, 1, 2, 2, 3])
        return " AND ".join(self.condition() for _ in range(count))

    # -- queries of SQL --

    def rows(self):
        names = ", ".join(f.name for f in self.random.sample(events.FIELDS, 3))
        down = self.random.choice(["", " DESC"])
        return (
            f"SELECT event_id, context_id, {names} FROM sale WHERE {self.where()}"
            f" ORDER BY event_id{down} LIMIT {self.random.choice([1, 10, 40])}"
        )

    def newest(self):
        field = self.random.choice(ORDERED)
        return (
            f"SELECT event_id, {field.name} FROM sale WHERE {self.where()}"
            f' ORDER BY "timestamp" DESC, {field.name}, event_id LIMIT 10'
        )

    def totals(self):
        names = self.random.sample(ORDERED, 2)
        extremes = ", ".join(
            f"min({f.name}), max({f.name})"
            for f in names
            if f.name not in ("is_open", "part", "mood")
        )
        return (
            f"SELECT count(*), count({names[0].name}), sum(event_id),"
            f" sum({self.random.choice(SUMMED)})"
            + (f", {extremes}" if extremes else "")
            + f" FROM sale WHERE {self.where()}"
        )

    def groups(self):
        field = self.random.choice(["state", "is_open", "mood", "small", "code"])
        return (
            f"SELECT {field}, count(*), sum(key), min(at) FROM sale"
            f" WHERE {self.where()} GROUP BY {field} ORDER BY {field}"
        )

    def story(self):
        limit = self.random.choice(["", " LIMIT 5"])
        return (
            "SELECT event_id, event_type, payload FROM events"
            f" WHERE {self.of_context()} ORDER BY event_id{limit}"
        )

    def all_types(self):
        where = self.random.choice([self.of_id, self.of_time, self.of_context])()
        return (
            "SELECT event_type, count(*), min(event_id), max(\"timestamp\")"
            f" FROM events WHERE {where} GROUP BY event_type ORDER BY event_type"
        )

    def everything(self):
        return "SELECT count(*) FROM " + self.random.choice(
            ["sale", "visit", "events", "sale WHERE note IS NULL"]
        )

    # -- the native language --

    def native_value(self, field):
        text = self.literal(field)
        if text.startswith("'"):
            text = '"' + text[1:-1].replace("''", "'") + '"'
        return text

    def native_condition(self):
        field = self.random.choice(NATIVE)
        if field.name == "is_open":
            return self.random.choice(["is_open", "not is_open", "is_open = null"])
        if self.random.random() < 0.1:
            return f"{field.name} {self.random.choice(['=', '!='])} null"
        if self.random.random() < 0.2:
            values = [self.native_value(field) for _ in range(3)]
            return f"{field.name} in ({', '.join(values)})"
        operator = self.random.choice(["=", "!=", "<", "<=", ">", ">="])
        return f"{field.name} {operator} {self.native_value(field)}"

    def native_where(self):
        word = self.random.choice([" and ", " and ", " or "])
        count = self.random.choice([1, 2, 2])
        return word.join(self.native_condition() for _ in range(count))

    def native_rows(self):
        return (
            f"QUERY sale WHERE {self.native_where()}"
            " RETURN [token, key, state] ORDER BY event_id LIMIT 20"
        )

    def native_context(self):
        return (
            f"QUERY sale FOR {events.context(self.random)}"
            f" WHERE {self.native_where()} RETURN [note, price]"
        )

    def native_totals(self):
        return (
            "QUERY sale COUNT, TOTAL key, MIN price, MAX number"
            f" WHERE {self.native_where()} BY state ORDER BY state"
        )

    def replay(self):
        kind = self.random.choice(["", "sale ", "visit "])
        since = ""
        if self.random.random() < 0.3:
            since = f' SINCE "2024-01-01 0{self.random.randrange(10)}:00"'
        return f"REPLAY {kind}FOR {events.context(self.random)}{since}"

    def one(self):
        make = self.random.choice(
            [self.rows] * 4
            + [self.totals] * 5
            + [self.newest, self.groups] * 2
            + [self.story, self.all_types, self.everything]
            + [self.native_rows, self.native_context, self.native_totals]
            + [self.replay] * 2
        )
        return make()
