#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A start reads the log, and the log is bounded, however much is stored (V3).

Several times max_wal_size goes in; then the server is killed.  What the next
start recovers, and what the log's files take, stays within the bound.
"""

import glob
import os
import re
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

MIB = 1 << 20
WAL_FILE = 1 * MIB
WAL_MAX = 8 * MIB
ROUNDS = 3
ROWS_PER_ROUND = 12000
TEXT_BYTES = 1000
ROWS_PER_INSERT = 500
# The log may pass its bound while a flush is under way.
SLACK = WAL_MAX


def run(server, sql):
    with pgwire.Connection(server.port, timeout=60) as connection:
        connection.start()
        answer = connection.query(sql)
    if errors := pgwire.errors(answer):
        sys.exit(f"FAIL {sql:.60}: {errors}")
    return pgwire.rows(answer)


def fill(server, first, count):
    for start in range(first, first + count, ROWS_PER_INSERT):
        rows = ", ".join(
            f"('c{n % 100}', {n}, '{str(n) * (TEXT_BYTES // len(str(n)))}')"
            for n in range(start, start + ROWS_PER_INSERT)
        )
        run(server, f"INSERT INTO large (context_id, n, t) VALUES {rows}")


def check_start(server, stored):
    """Kill, start, and see how much was read back."""
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    with open(server.log) as log:
        before = len(log.readlines())
    size = sum(os.path.getsize(p) for p in glob.glob(server.data + "/wal/*"))
    if size > WAL_MAX + SLACK:
        sys.exit(f"FAIL with {stored} rows the log takes {size} bytes")
    server.start()
    with open(server.log) as log:
        lines = log.readlines()[before:]
    found = re.search(r"wal log recovered .*bytes=(\d+)", "".join(lines))
    if not found:
        sys.exit(f"FAIL nothing says what was recovered: {lines}")
    if int(found.group(1)) > WAL_MAX + SLACK:
        sys.exit(f"FAIL with {stored} rows a start reads {found.group(1)} bytes")
    print(f"{stored} rows: {size} bytes, {found.group(1)} of them read")
    rows = run(server, "SELECT count(*), sum(n) FROM large")
    expected = [str(stored).encode(), str(stored * (stored - 1) // 2).encode()]
    if rows != [expected]:
        sys.exit(f"FAIL {rows} instead of {expected}")


with Server(
    "shard_count=2",
    f"max_wal_size={WAL_MAX // MIB}MB",
    f"wal_file_size={WAL_FILE // MIB}MB",
) as server:
    run(server, "CREATE TABLE large (n int, t text)")
    for i in range(ROUNDS):
        fill(server, i * ROWS_PER_ROUND, ROWS_PER_ROUND)
        check_start(server, (i + 1) * ROWS_PER_ROUND)
