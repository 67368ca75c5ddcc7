# SPDX-License-Identifier: Apache-2.0
"""One measurement each: pgbench, COPY, a query, an answer to compare."""

import math
import os
import re
import subprocess
import sys
import time

PIPELINE = 100
PGBENCH_THREADS = 2
QUERY_SECONDS_MAX = 60
FLOAT = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")

ORDER_COLUMNS = (
    "context_id, timestamp, order_id, amount, status, country, channel, note"
)
VIEW_COLUMNS = "context_id, timestamp, user_id, page, duration_ms, referrer"

INSERT = (
    "INSERT INTO order_ingest (context_id, order_id, amount, status, country,"
    " channel) VALUES (:user, :id, :amount, 'done', 'NL', 'web');"
)
STORE = "STORE order_ingest FOR :user PAYLOAD :payload;"
STORE_PAYLOAD = (
    '{"order_id": 185415017442, "amount": 271.81, "status": "done",'
    ' "country": "NL", "channel": "web"}'
)
VARIABLES = (
    "\\set user random_zipfian(1, 200000, 1.05)\n"
    "\\set id random(1, 1000000000000)\n"
    "\\set amount random(100, 100000)\n"
)

# What Q1 to Q10 ask; the numbers are those of design.md, section 11.
QUERIES = {
    "Q1 count": "SELECT count(*) FROM order_created",
    "Q2 sum, avg by status": (
        "SELECT status, sum(amount), avg(amount) FROM order_created"
        " GROUP BY status ORDER BY status"
    ),
    "Q3 two filters": (
        "SELECT count(*) FROM order_created"
        " WHERE amount > 990 AND country = 'NL'"
    ),
    "Q4 last 24 h by hour": (
        "SELECT date_trunc('hour', timestamp) AS h, count(*)"
        " FROM order_created WHERE timestamp >= '2024-01-30 00:00:00+00'"
        " AND timestamp < '2024-01-31 00:00:00+00' GROUP BY h ORDER BY h"
    ),
    "Q5 group by two, top 10": (
        "SELECT country, channel, sum(amount) AS s, count(*) AS n"
        " FROM order_created GROUP BY country, channel"
        " ORDER BY s DESC LIMIT 10"
    ),
    "Q6 distinct contexts by country": (
        "SELECT country, count(DISTINCT context_id) AS d"
        " FROM order_created GROUP BY country ORDER BY country"
    ),
    "Q9 order_id = x": "SELECT * FROM order_created WHERE order_id = {order_id}",
    "Q10 top 100 by time": (
        "SELECT * FROM order_created ORDER BY timestamp DESC LIMIT 100"
    ),
}

# Q7: both give a context's story in the order of the log.
REPLAY_STELE = "REPLAY FOR $1"
REPLAY_POSTGRES = (
    "SELECT event_id, 'order_created' AS event_type, context_id, timestamp,"
    " order_id, amount, status, country, channel, note, NULL::bigint AS"
    " user_id, NULL AS page, NULL::bigint AS duration_ms, NULL AS referrer"
    " FROM order_created WHERE context_id = $1 UNION ALL"
    " SELECT event_id, 'page_view', context_id, timestamp, NULL, NULL, NULL,"
    " NULL, NULL, NULL, user_id, page, duration_ms, referrer"
    " FROM page_view WHERE context_id = $1 ORDER BY event_id"
)


class Measure:
    """Where the tools and the data are, and how long a run may take."""

    def __init__(self, tools, data, seconds):
        self.tools = tools
        self.data = data
        self.seconds = seconds
        self.scripts = {
            "INSERT": self.script("insert", INSERT),
            "STORE": self.script("store", STORE),
            "INSERT pipelined": self.script("insert_pipeline", INSERT, PIPELINE),
            "STORE pipelined": self.script("store_pipeline", STORE, PIPELINE),
        }

    def script(self, name, statement, count=1):
        path = os.path.join(self.tools, name + ".sql")
        with open(path, "w") as file:
            file.write(VARIABLES)
            if count > 1:
                file.write("\\startpipeline\n")
            file.write((statement + "\n") * count)
            if count > 1:
                file.write("\\endpipeline\n")
        return path

    def pgbench(self, server, script, clients):
        """Events per second."""
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients)]
            + ["-j", str(min(clients, PGBENCH_THREADS))]
            + ["-T", str(self.seconds), "-f", self.scripts[script]]
            + ["-D", "payload=" + STORE_PAYLOAD],
            env=server.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = done.stdout.decode()
        if done.returncode != 0:
            sys.exit(f"{server.name}: {script}: {output}")
        rate = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
        if rate is None:  # not one ended in that time
            return 0.0
        per_transaction = PIPELINE if "pipelined" in script else 1
        return float(rate.group(1)) * per_transaction

    def copy(self, server):
        """Seconds for both files, one after the other."""
        start = time.monotonic()
        for name, columns in (
            ("order_created", ORDER_COLUMNS),
            ("page_view", VIEW_COLUMNS),
        ):
            path = os.path.join(self.data, name + ".csv")
            server.psql(f"\\copy {name} ({columns}) from '{path}' csv header")
        return time.monotonic() - start

    def checkpoint(self, server):
        """Seconds until all is where it stays."""
        start = time.monotonic()
        server.psql("CHECKPOINT")
        return time.monotonic() - start

    def ask(self, server, sql, file=None):
        """Milliseconds and rows; see ask.c."""
        arguments = [os.path.join(self.tools, "ask"), server.conninfo()]
        arguments += [str(QUERY_SECONDS_MAX), sql]
        if file is not None:
            arguments.append(file)
        done = subprocess.run(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode != 0:
            sys.exit(f"{server.name}: {sql}: {done.stdout.decode()}")
        ms, rows = done.stdout.split()
        return float(ms), int(rows)


def rows_of(text):
    return [line.split("|") for line in text.splitlines()]


def same_cell(a, b):
    """Sums of floats depend on the order of their terms, which is not fixed."""
    if a == b:
        return True
    if "." not in a + b or not (FLOAT.fullmatch(a) and FLOAT.fullmatch(b)):
        return False
    return math.isclose(float(a), float(b), rel_tol=1e-9)


def same_rows(a, b):
    return len(a) == len(b) and all(
        len(left) == len(right) and all(map(same_cell, left, right))
        for left, right in zip(a, b)
    )


def check_same(servers, name, sql):
    """The benchmark ends here if two servers answer differently."""
    answers = [rows_of(server.psql(sql)) for server in servers]
    if name.startswith("Q10"):  # equal times may come in any order
        answers = [[[row[1]] for row in rows] for rows in answers]
    for server, answer in zip(servers[1:], answers[1:]):
        if not same_rows(answer, answers[0]):
            sys.exit(
                f"{name}: {servers[0].name} and {server.name} differ:\n"
                f"{answers[0][:5]}\n{answer[:5]}"
            )
