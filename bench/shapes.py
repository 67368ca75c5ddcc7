# SPDX-License-Identifier: Apache-2.0
"""Stele on other shapes and other sizes of the same data: no cliff beside the
benchmark's ten queries, and no cost that grows with what is stored.  How the
replay of a context grows stands beside how it does in PostgreSQL.

Costs are times as clients see them, or with --processor-time what the server's
threads have spent, which others on the machine do not disturb.
"""

import os
import statistics
import sys

import build
import queries
import report
import servers

SHAPE_EVENTS_SHARE = 5  # shapes have a fifth of the events: there are six
TYPES = 998  # and the shop's two
FIELDS = 52  # and eight
MEMTABLES = "10 % in MemTables"
# What it is, the generator's options.
SHAPES = (
    ("base", ()),
    ("1,000 event types", (f"types={TYPES}",)),
    ("60 columns", (f"fields={FIELDS}",)),
    ("uniform contexts", ("uniform=1",)),
    ("a tenth is up to 3 days late", ("late=10", "late_hours=72")),
    (MEMTABLES, ()),
)
BASE = SHAPES[0][0]
MEMTABLE_SIZE = "2GB"
FIELD_TYPES = {"n": "bigint", "f": "float8", "w": "text"}
HOUR = "SELECT count(*), sum(amount) FROM order_created WHERE timestamp >= '{}'"
GROWTH = (10**6, 10**7)
HUGE = 10**8
EVENTS_PER_USER = 50
EVENTS_PER_DAY = 10**7 // 30


class Loaded:
    """A server with the events of one shape."""

    dialect = "stele"

    def __init__(self, options, tools, work, name, count, generator_options):
        folder = name.replace(" ", "-").replace(",", "").replace("%", "percent")
        self.name = name
        self.options = options
        self.data = os.path.join(work, f"events-{count}-{folder}")
        if not generator_options:
            self.data = os.path.join(work, f"events-{count}")
        build.make_events(tools, self.data, count, *generator_options)
        folder = os.path.join(work, f"shape-{folder}-{count}")
        os.makedirs(folder, exist_ok=True)
        self.server = self.make_server(folder)

    def make_server(self, folder):
        settings = {}
        if self.name == MEMTABLES:
            settings["memtable_size"] = MEMTABLE_SIZE
            settings["memtable_age"] = "0"
        return servers.Stele(folder, self.options.stele, **settings)

    def path(self, name):
        return os.path.join(self.data, name + ".csv")

    def load(self):
        server = self.server
        server.create()
        server.start()
        self.create_tables()
        if self.name == MEMTABLES:
            self.copy_but_a_tenth()
        else:
            server.copy(self.data)
            self.copy_other_types()
            server.psql("CHECKPOINT")
        server.rest()
        self.key = server.rows(queries.FIND_BUSIEST)[0][0]

    def create_tables(self):
        with open(self.path("order_created")) as file:
            columns = file.readline().strip().split(",")
        more = "".join(
            f", {column} {FIELD_TYPES[column[0]]}"
            for column in columns
            if column[1:].isdigit()
        )
        orders = servers.ORDER_TABLE.format(name="order_created", core="")
        views = servers.VIEW_TABLE.format(name="page_view", core="")
        self.server.psql(orders[:-1] + more + ")", views)
        self.server.order_columns = ", ".join(columns)

    def copy_other_types(self):
        commands = []
        for number in range(1, TYPES + 1):
            path = self.path(f"other{number:04}")
            if not os.path.exists(path):
                break
            name = f"other{number:04}"
            commands.append(f"CREATE TABLE {name} (number bigint, word text)")
            commands.append(
                f"\\copy {name} (context_id, timestamp, number, word)"
                f" from '{path}' csv header"
            )
        if commands:
            self.server.psql(*commands)

    def copy_but_a_tenth(self):
        """Nine tenths are flushed, what comes then stays in memory."""
        for end in ("head -n", "tail -n +"):
            for name, columns in (
                ("order_created", self.server.order_columns),
                ("page_view", servers.VIEW_COLUMNS),
            ):
                path = self.path(name)
                with open(path) as file:
                    lines = sum(1 for _ in file)
                cut = lines * 9 // 10
                cut += end.startswith("tail")
                header = " header" if end.startswith("head") else ""
                self.server.psql(
                    f"\\copy {name} ({columns}) from program"
                    f" '{end}{cut} {path}' csv{header}"
                )
            if end.startswith("head"):
                self.server.psql("CHECKPOINT")
        rows = self.server.rows("SELECT sum(memtable_rows) FROM stele.shards")
        if int(rows[0][0]) == 0:
            sys.exit(f"{self.name}: nothing is left in MemTables")

    def facts(self):
        with open(self.path("order_created")) as file:
            for number, line in enumerate(file):
                if number == 1000:
                    return {
                        "order_id": line.split(",")[2],
                        "busiest": self.key,
                    }

    def cost(self, ask):
        """Of one execution in ms; ask returns a time, and executions."""
        before = self.server.processor_seconds()
        ms, executions = ask()
        spent = self.server.processor_seconds() - before
        if self.options.processor_time:
            return spent * 1e3 / executions
        return ms

    def query(self, sql):
        return self.cost(
            lambda: (self.server.ask(sql), servers.ASK_EXECUTIONS)
        )

    def replay(self):
        contexts = os.path.join(self.data, "contexts.txt")
        with open(contexts) as file:
            count = sum(1 for _ in file) + 1
        sql = queries.REPLAY[self.dialect]
        return self.cost(
            lambda: (self.server.replay(sql, contexts)[0], count)
        )


class LoadedPostgres(Loaded):
    """The same events in tables with btrees by context."""

    dialect = "postgres"

    def make_server(self, folder):
        return servers.Postgres(folder)

    def load(self):
        self.server.create()
        self.server.start()
        self.server.prepare_copy()
        self.server.copy(self.data)
        self.server.settle()


def alternate(options, loaded, function):
    """The median of each, by its name."""
    values = {}
    for _ in range(options.runs):
        for one in loaded:
            values.setdefault(one.name, []).append(function(one))
    return {name: statistics.median(runs) for name, runs in values.items()}


def ratio_rows(measured, loaded):
    """(what, medians by name) as the first one's cost, and ratios to it."""
    base, *others = (one.name for one in loaded)
    for what, medians in measured:
        cells = [what, report.figure(medians[base])]
        for name in others:
            known = name in medians
            cells.append(f"{medians[name] / medians[base]:.2f}" if known else "")
        report.say(" ", *cells)
        yield cells


def stop_all(loaded):
    for one in loaded:
        one.server.stop()


def unit(options):
    return "ms of processor time" if options.processor_time else "ms"


def shapes(options, tools, work):
    """The table of shapes: what the same queries cost beside the base."""
    count = options.events // SHAPE_EVENTS_SHARE
    loaded = [
        Loaded(options, tools, work, name, count, more) for name, more in SHAPES
    ]
    try:
        for one in loaded:
            report.say("loading:", one.name)
            one.load()
        rows = list(ratio_rows(shape_costs(options, loaded), loaded))
    finally:
        stop_all(loaded)
    head = ["what", f"base, {unit(options)}"]
    head += [f"× {name}" for name, _ in SHAPES[1:]]
    title = f"No cliff: {count:,} events; what each shape costs, × the base."
    return f"{title}\n\n{report.grid(head, rows)}"


def shape_costs(options, loaded):
    for name in queries.QUERIES:

        def one(server):
            facts = server.facts()
            return server.query(queries.text_of(name, "stele", **facts))

        yield name, alternate(options, loaded, one)
    yield report.Q7, alternate(options, loaded, Loaded.replay)


def growth(options, tools, work):
    """The table of sizes: users and days grow as the events do."""
    counts = GROWTH + ((HUGE,) if options.huge else ())
    loaded, peers = [], []
    for count in counts:
        more = ()  # as the benchmark itself
        if count != 10**7:
            users, days = count // EVENTS_PER_USER, count // EVENTS_PER_DAY
            more = (f"users={users}", f"days={days}")
        of = (options, tools, work, f"{count:,}", count, more)
        loaded.append(Loaded(*of))
        if count != HUGE:  # PostgreSQL's tables would take 40 GB
            peers.append(LoadedPostgres(*of))
    try:
        for one in loaded + peers:
            report.say("loading:", one.server.name, one.name)
            one.load()
        rows = list(ratio_rows(growth_costs(options, loaded, peers), loaded))
    finally:
        stop_all(loaded + peers)
    head = ["what", f"{loaded[0].name} events, {unit(options)}"]
    head += [f"× {one.name}" for one in loaded[1:]]
    title = "Growth: what more events of more contexts in more days cost."
    return f"{title}\n\n{report.grid(head, rows)}"


def growth_costs(options, loaded, peers):
    # The turns are shared: what the machine does meanwhile hits both.
    costs = {one: [] for one in loaded + peers}
    for _ in range(options.runs):
        for one, runs in costs.items():
            runs.append(one.replay())
    for what, ones in (
        ("REPLAY of a context, mean of 1,000", loaded),
        ("the same of PostgreSQL, by its btree", peers),
    ):
        yield what, {one.name: statistics.median(costs[one]) for one in ones}

    def last_hour(one):
        newest = "SELECT max(timestamp) - interval '1 hour' FROM order_created"
        return one.query(HOUR.format(one.server.rows(newest)[0][0]))

    yield "the last hour's sum", alternate(options, loaded, last_hour)

    def all_by_status(one):
        name = "Q2 sum, avg by status"
        return one.query(queries.text_of(name, "stele"))

    yield "sum, avg of all by status", alternate(options, loaded, all_by_status)

    def start(one):
        one.server.stop()
        return one.server.start() * 1e3

    what = "start, ms until the first answer"
    yield what, alternate(options, loaded, start)
