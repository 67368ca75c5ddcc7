# SPDX-License-Identifier: Apache-2.0
"""pgbench and its scripts; whether answers are the same."""

import os
import re
import subprocess
import sys

import queries

PIPELINE = 100
STORIES_COMPARED = 50
PGBENCH_THREADS = 2

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


class Pgbench:
    """Where the scripts are, and how long a run may take."""

    def __init__(self, tools, seconds):
        self.tools = tools
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

    def run(self, server, script, clients, *more, transactions=None):
        """What it says: of its time, or of so many transactions of a client."""
        length = ["-T", str(self.seconds)]
        if transactions is not None:
            length = ["-t", str(transactions)]
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients)]
            + ["-j", str(min(clients, PGBENCH_THREADS))]
            + [*length, "-f", self.scripts[script]]
            + ["-D", "payload=" + STORE_PAYLOAD, *more],
            env=server.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = done.stdout.decode()
        if done.returncode != 0:
            sys.exit(f"{server.name}: {script}: {output}")
        return output

    def rate(self, server, script, clients):
        """Events per second."""
        output = self.run(server, script, clients)
        rate = re.search(r"^tps = ([0-9.]+)", output, re.MULTILINE)
        if rate is None:  # not one ended in that time
            return 0.0
        per_transaction = PIPELINE if "pipelined" in script else 1
        return float(rate.group(1)) * per_transaction


def check_same(peers, name, facts):
    """The benchmark ends here if two peers answer differently."""
    reference = None
    for peer in peers:
        text = queries.text_of(name, peer.dialect, **facts)
        if text is None:
            continue
        rows = queries.plain_rows(name, peer.dialect, peer.rows(text))
        if reference is None:
            first, reference = peer, rows
        elif not queries.same_as(name, peer.dialect, rows, reference):
            sys.exit(
                f"{name}: {first.name} and {peer.name} differ:\n"
                f"{reference[:5]}\n{rows[:5]}"
            )


def check_same_stories(peers, contexts):
    """The same for the first of the contexts that are replayed."""
    with open(contexts) as file:
        keys = file.read().split()
    for key in keys[:STORIES_COMPARED]:
        check_same(peers, queries.BUSIEST, {"busiest": key})
