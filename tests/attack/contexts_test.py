#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""As many contexts as anybody likes with one event each, and one context with as
many events: the server's memory is the same (promise V4).

    contexts_test.py [COUNT]        $CONTEXTS_COUNT stands for the argument

A hundred million of each take about 15 GB below /tmp at the most.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

COUNT = 10_000_000
PIECE = 250_000
# MemTables (2 x 256 MiB when the disk or the processor lags behind), the block
# cache, a statement, and as much again while two shards make segments: this is
# all, however many contexts there are.
MEMORY_MAX_KIB = 3 << 19
CACHE = "block_cache_size=256MB"
LONG = 3600


def memory_kib(server, what):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(what):
                return int(line.split()[1])
    return 0


def disk_mib(folder):
    return sum(os.lstat(os.path.join(path, name)).st_blocks
               for path, _, names in os.walk(folder) for name in names) >> 11


def same(what, got, wanted):
    check(got == wanted, f"{what}: {got} instead of {wanted}")


def ask(server, sql):
    with pgwire.Connection(server.port, LONG) as connection:
        connection.start()
        messages = connection.query(sql)
        same(sql[:80], pgwire.errors(messages), [])
        return pgwire.rows(messages)


def check_memory(server, what):
    rss, peak = (memory_kib(server, name) >> 10 for name in ("VmRSS", "VmHWM"))
    print(f"{what}: {rss} MiB, at the most {peak}; {disk_mib(server.data)} MiB of"
          " disk", flush=True)
    check(peak << 10 <= MEMORY_MAX_KIB or pgwire.IS_SANITIZED, f"{what}: {peak} MiB")


def fill(server, event_type, context, count):
    """Events 1 to count; `context` is an expression of g."""
    ask(server, f"CREATE TABLE {event_type} (n bigint)")
    for first in range(1, count + 1, PIECE):
        last = min(first + PIECE - 1, count)
        ask(server, f"INSERT INTO {event_type} (context_id, n)"
            f" SELECT {context}, g FROM generate_series({first}, {last}) g")
        if last % (count // 5 // PIECE * PIECE or count) == 0:
            check_memory(server, f"{last:,} events of {event_type}")


def of_many(server, count):
    """One in the middle is found, and one that is not there is not."""
    same("events", ask(server, "SELECT count(*), sum(n) FROM many"),
         [[b"%d" % count, b"%d" % (count * (count + 1) // 2)]])
    for n in (1, count // 2, count):
        same(f"context {n}",
             ask(server, f"SELECT n FROM many WHERE context_id = 'context-{n}'"),
             [[b"%d" % n]])
        same(f"story {n}", len(ask(server, f"REPLAY FOR \"context-{n}\"")), 1)
    same("nobody", ask(server, "SELECT n FROM many WHERE context_id = 'nobody'"), [])


def of_one(server, count):
    """Its story can be begun anywhere, and counted."""
    same("events", ask(server, "SELECT count(*), sum(n) FROM one"
                       " WHERE context_id = 'the only one'"),
         [[b"%d" % count, b"%d" % (count * (count + 1) // 2)]])
    for n in (0, count // 2, count - 3):
        rows = ask(server, "SELECT n FROM one WHERE context_id = 'the only one'"
                   f" AND n > {n} ORDER BY event_id LIMIT 3")
        same(f"behind {n}", rows, [[b"%d" % (n + i)] for i in (1, 2, 3)])


def start_again(server):
    """On a machine that is busy with other things both take their time."""
    same("the stop", server.stop(LONG), 0)
    server.start(LONG)


def main():
    count = int(sys.argv[1] if len(sys.argv) > 1
                else os.environ.get("CONTEXTS_COUNT", COUNT))
    with Server(CACHE) as server:
        check_memory(server, "an empty server")
        fill(server, "many", "'context-' || g", count)
        of_many(server, count)
        check_memory(server, "many contexts, asked")
        start_again(server)
        of_many(server, count)
        check_memory(server, "many contexts, after a start")
        same("the end", server.stop(LONG), 0)
    with Server(CACHE) as server:
        fill(server, "one", "'the only one'", count)
        of_one(server, count)
        check_memory(server, "one context, asked")
        start_again(server)
        of_one(server, count)
        check_memory(server, "one context, after a start")
        same("the end", server.stop(LONG), 0)
    print("ok")


if __name__ == "__main__":
    main()
