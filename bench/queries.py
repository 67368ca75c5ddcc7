# SPDX-License-Identifier: Apache-2.0
"""What Q1 to Q10 ask, in each server's words; design.md, section 11, has the numbers.

A query is a dictionary from the dialect to its SQL; "sql" is what all say that
have no entry of their own.  {order_id} and {busiest} are filled in by whoever
knows the events; {o} and {v} are the tables' names.
"""

import json
import math
import re

DAY = (
    "SELECT date_trunc('hour', timestamp) AS h, count(*) FROM {{o}}"
    " WHERE timestamp >= '2024-01-30 00:00:00{zone}'"
    " AND timestamp < '2024-01-31 00:00:00{zone}' GROUP BY h ORDER BY h"
)

# Users who saw the checkout and had an order done then or later.
FUNNEL_USERS = (
    "SELECT count(*) FROM (SELECT context_id, min(timestamp) AS t1 FROM {v}"
    " WHERE page = '/checkout' GROUP BY context_id) AS a JOIN (SELECT"
    " context_id, max(timestamp) AS t2 FROM {o} WHERE status = 'done'"
    " GROUP BY context_id) AS b ON a.context_id = b.context_id"
    " WHERE b.t2 >= a.t1"
)
SEQUENCE = (
    "stele.sequence('page_view FOLLOWED BY order_created LINKED BY context_id"
    ' WHERE page_view.page = "/checkout" AND order_created.status = "done"\')'
)

# Each sight of the checkout with the first order done then or later.
PAIRS_WINDOW = (
    "SELECT count(*), {gap} FROM (SELECT timestamp, a, min(CASE WHEN a = 0"
    " THEN timestamp END) OVER (PARTITION BY context_id ORDER BY timestamp"
    " DESC, a ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS done FROM"
    " (SELECT context_id, timestamp, 1 AS a FROM {{v}} WHERE page ="
    " '/checkout' UNION ALL SELECT context_id, timestamp, 0 FROM {{o}} WHERE"
    " status = 'done') AS u) AS w WHERE a = 1 AND done IS NOT NULL"
)
PAIRS_ASOF = (
    "SELECT count(*), {gap} FROM (SELECT context_id, timestamp FROM {{v}}"
    " WHERE page = '/checkout') AS a {join} (SELECT context_id, timestamp"
    " FROM {{o}} WHERE status = 'done') AS b ON a.context_id = b.context_id"
    " AND a.timestamp <= b.timestamp"
)
GAP_DUCKDB = "avg(epoch_us({later}) - epoch_us({earlier})) / 1e6"
GAP_CLICKHOUSE = "avg(dateDiff('microsecond', {earlier}, {later})) / 1e6"
GAP = "extract(epoch FROM avg({later} - {earlier}))"


def pairs_window(gap):
    return PAIRS_WINDOW.format(
        gap=gap.format(later="done", earlier="timestamp")
    )


def pairs_asof(gap, join):
    return PAIRS_ASOF.format(
        gap=gap.format(later="b.timestamp", earlier="a.timestamp"), join=join
    )


BUSIEST = "Q7 replay of the busiest context"
QUERIES = {
    "Q1 count": {"sql": "SELECT count(*) FROM {o}"},
    "Q2 sum, avg by status": {
        "hand": "Q2",
        "sql": "SELECT status, sum(amount), avg(amount) FROM {o}"
        " GROUP BY status ORDER BY status"
    },
    "Q3 two filters": {
        "hand": "Q3",
        "sql": "SELECT count(*) FROM {o} WHERE amount > 990 AND country = 'NL'"
    },
    "Q4 last 24 h by hour": {
        "hand": "Q4",
        "sql": DAY.format(zone="+00"),
        "duckdb": DAY.format(zone=""),
        "clickhouse": DAY.format(zone=""),
    },
    "Q5 group by two, top 10": {
        "hand": "Q5",
        "sql": "SELECT country, channel, sum(amount) AS s, count(*) AS n"
        " FROM {o} GROUP BY country, channel ORDER BY s DESC LIMIT 10"
    },
    "Q6 distinct contexts by country": {
        "hand": "Q6",
        "sql": "SELECT country, count(DISTINCT context_id) AS d FROM {o}"
        " GROUP BY country ORDER BY country",
    },
    "Q6 the same by a subquery": {
        "sql": "SELECT country, count(*) FROM (SELECT DISTINCT country,"
        " context_id FROM {o}) AS x GROUP BY country ORDER BY country"
    },
    BUSIEST: {},  # below
    "Q8a funnel, users": {"hand": "Q8a", "sql": FUNNEL_USERS},
    "Q8a funnel, users, each its own way": {
        "sql": FUNNEL_USERS,
        "stele": "SELECT count(DISTINCT page_view.context_id) FROM "
        + SEQUENCE,
        "clickhouse": "SELECT countIf(level = 2) FROM (SELECT context_id,"
        " windowFunnel(100000000000000)(toUInt64(toUnixTimestamp64Micro("
        "timestamp)), e = 1, e = 2) AS level FROM (SELECT context_id,"
        " timestamp, 1 AS e FROM {v} WHERE page = '/checkout' UNION ALL"
        " SELECT context_id, timestamp, 2 FROM {o} WHERE status = 'done')"
        " GROUP BY context_id)",
    },
    "Q8b funnel, pairs by a window": {
        "sql": pairs_window(GAP),
        "duckdb": pairs_window(GAP_DUCKDB),
        "clickhouse": pairs_window(GAP_CLICKHOUSE).replace(
            "THEN timestamp END", "THEN toNullable(timestamp) END"
        ),
    },
    "Q8b funnel, pairs, each its own way": {
        "sql": pairs_window(GAP),
        "stele": "SELECT count(*), "
        + GAP.format(
            later="order_created.timestamp", earlier="page_view.timestamp"
        )
        + " FROM "
        + SEQUENCE,
        "duckdb": pairs_asof(GAP_DUCKDB, "ASOF JOIN"),
        "clickhouse": pairs_asof(GAP_CLICKHOUSE, "ASOF INNER JOIN"),
    },
    "Q9 order_id = x": {
        "hand": "Q9 {order_id}",
        "sql": "SELECT * FROM {o} WHERE order_id = {order_id}",
    },
    "Q10 top 100 by time": {
        "hand": "Q10",
        "sql": "SELECT * FROM {o} ORDER BY timestamp DESC LIMIT 100"
    },
}

# With the index that this one query asks for, where a server has one.
WITH_INDEX = ("Q9 order_id = x", "Q10 top 100 by time")

# Q7: a context's story.  All give these columns and, where they have one, the
# order of the log; Stele's REPLAY has its event_id in the third place.
ORDER_FIELDS = "order_id, amount, status, country, channel, note"
VIEW_FIELDS = "user_id, page, duration_ms, referrer"
STORY = (
    "SELECT {first}'order_created' AS event_type, context_id, timestamp, "
    + ORDER_FIELDS
    + ", NULL{big} AS user_id, NULL AS page, NULL{big} AS duration_ms,"
    " NULL AS referrer FROM {{o}} WHERE context_id = {{key}} UNION ALL"
    " SELECT {first}'page_view', context_id, timestamp, NULL, NULL, NULL,"
    " NULL, NULL, NULL, "
    + VIEW_FIELDS
    + " FROM {{v}} WHERE context_id = {{key}} ORDER BY {order}"
)
REPLAY = {
    "stele": "REPLAY FOR {key}",
    "postgres": STORY.format(
        first="event_id, ", big="::bigint", order="event_id"
    ),
    "duckdb": STORY.format(first="", big="", order="timestamp"),
    "clickhouse": "SELECT * FROM ("
    + STORY.format(first="", big="", order="timestamp").replace(
        " ORDER BY timestamp", ") ORDER BY timestamp"
    ),
}
QUERIES[BUSIEST] = {
    dialect: sql.replace("{key}", "'{busiest}'")
    for dialect, sql in REPLAY.items()
}


FIND_BUSIEST = (
    "SELECT context_id FROM order_created GROUP BY context_id"
    " ORDER BY count(*) DESC, context_id LIMIT 1"
)

# What goes by context asks the copies of the column stores that are so sorted.
BY_CONTEXT = (BUSIEST,)


def text_of(name, dialect, **facts):
    """The query in one server's words; None: it has no such query."""
    query = QUERIES[name]
    text = query.get(dialect, query.get("sql"))
    is_sorted = dialect in ("duckdb", "clickhouse") and name in BY_CONTEXT
    if text is None or dialect == "hand" and "hand" not in query:
        return None
    ending = "_sorted" if is_sorted else ""
    return text.format(
        o="order_created" + ending, v="page_view" + ending, **facts
    )


# ---- answers ----

STORY_FIELDS = f"{ORDER_FIELDS}, {VIEW_FIELDS}".split(", ")
TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)?(\+00)?")
FLOAT = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


def plain_rows(name, dialect, rows):
    """Rows as they can be compared between servers."""
    if name.startswith("Q7"):
        return sorted(map(plain_row, story(dialect, rows)))
    if name.startswith(("Q9", "Q10")) and dialect in ("stele", "postgres"):
        rows = [row[:2] + row[3:] for row in rows]  # without event_id
    if name.startswith("Q10"):  # equal times may come in any order
        rows = [[row[-1] if dialect == "hand" else row[1]] for row in rows]
    return [plain_row(row) for row in rows]


def same_as(name, dialect, rows, reference):
    """C by hand finds Q9's row and no more."""
    if name.startswith("Q9") and dialect == "hand":
        reference = [row[2:3] for row in reference]
    return same_rows(rows, reference)


def plain_row(row):
    return [plain_cell(cell) for cell in row]


def plain_cell(cell):
    match = TIME.fullmatch(cell)
    if match is None:
        return cell
    return match[1] + (match[2] or "").rstrip("0").rstrip(".")


def story(dialect, rows):
    """event_type, context_id, timestamp and the fields of both types."""
    if dialect == "postgres":
        return [row[1:] for row in rows]
    if dialect != "stele":
        return rows
    stories = []
    for context, event_type, timestamp, _, *payload in rows:
        fields = json.loads("|".join(payload))
        stories.append(
            [event_type, context, timestamp]
            + [text_of_json(fields.get(field)) for field in STORY_FIELDS]
        )
    return stories


def text_of_json(value):
    return "" if value is None else str(value)


def same_cell(a, b):
    """Sums of floats depend on the order of their terms, which is not fixed."""
    if a == b:
        return True
    if not (FLOAT.fullmatch(a) and FLOAT.fullmatch(b)):
        return False
    return math.isclose(float(a), float(b), rel_tol=1e-9)


def same_rows(a, b):
    return len(a) == len(b) and all(
        len(left) == len(right) and all(map(same_cell, left, right))
        for left, right in zip(a, b)
    )
