#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`SELECT stele.verify()` while a server works, and how far it is (C5).

A sound directory has no problem, also under load; what is damaged in a
segment or in the log is told as a notice that names the file, and the server
goes on.  `stele verify --progress` tells how far it is, too.
"""

import glob
import os
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

ROWS = 3000
PROGRESS = "SELECT state, files = files_total, bytes = bytes_total, files, "
PROGRESS += "problems, finished >= started FROM stele.verifications"


def ask(server, sql):
    with pgwire.Connection(server.port) as connection:
        connection.start()
        answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    notices = [pgwire.fields(body) for kind, body in answer if kind == b"N"]
    return pgwire.rows(answer), notices


def fill(server, name):
    rows = ", ".join(f"('c{n % 50}', {n}, 'text {n}')" for n in range(ROWS))
    ask(server, f"CREATE TABLE IF NOT EXISTS {name} (n int, t text)")
    ask(server, f"INSERT INTO {name} (context_id, n, t) VALUES {rows}")


def verify(server):
    """The number of problems, and the messages."""
    ((count,),), notices = ask(server, "SELECT stele.verify()")
    check(int(count) == len(notices), f"{count} problems, {notices}")
    return [(notice["C"], notice["M"]) for notice in notices]


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


def under_load(server):
    is_over = threading.Event()
    failures = []

    def store():
        try:
            while not is_over.is_set():
                fill(server, "load")
                ask(server, "CHECKPOINT")
        except Exception as failure:  # told below
            failures.append(failure)

    threads = [threading.Thread(target=store, daemon=True) for _ in range(2)]
    ask(server, "CREATE TABLE load (n int, t text)")
    for thread in threads:
        thread.start()
    for _ in range(5):
        found = verify(server)
        check(not found, f"problems where there are none: {found}")
    is_over.set()
    for thread in threads:
        thread.join()
    check(not failures, failures)


def damaged(server):
    """One byte of a segment and one of the log; both are told, and named."""
    fill(server, "kept")
    ask(server, "CHECKPOINT")
    segment = max(glob.glob(f"{server.data}/segments/*"))
    fill(server, "kept")
    fill(server, "kept")  # this one says that the one before was synced
    log = max(
        path
        for path in glob.glob(f"{server.data}/wal/*.wal")
        if open(path, "rb").read(4) == b"SGRP"
    )
    check(verify(server) == [], "problems before the damage")
    flip(segment, os.path.getsize(segment) // 2)
    ((code, message),) = verify(server)
    check(code == "XX001" and segment in message, message)
    flip(segment, os.path.getsize(segment) // 2)

    offset = open(log, "rb").read().find(b"text 17")
    check(offset > 0, "no event in the log")
    flip(log, offset)
    ((code, message),) = verify(server)
    check(code == "XX001" and log in message, message)
    check(ask(server, PROGRESS)[0][0][4] == b"1", "progress of problems")
    flip(log, offset)
    check(verify(server) == [], "problems after the damage")


def offline(server):
    said = subprocess.run(
        [server.stele, "verify", "-D", server.data, "--progress"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=server.server_environment(),
        text=True,
        timeout=60,
    )
    check(said.returncode == 0, said.stdout + said.stderr)
    lines = said.stderr.splitlines()
    segments = glob.glob(f"{server.data}/segments/*")
    check(
        lines[0].startswith(f"1 of {len(segments) + 1} files, "), lines[0]
    )
    words = lines[-1].replace(",", "").split()
    check(words[0] == words[2] and words[4] == words[6], lines[-1])
    check(len(lines) == len(segments) + 2, said.stderr)


def main():
    # Not merged: the test damages a segment and looks for its name.
    with Server(
        "shard_count=2", "wal_file_size=8MB", "compaction=off"
    ) as server:
        check(ask(server, PROGRESS)[0] == [], "progress before the first")
        check(verify(server) == [], "problems of an empty directory")
        ((state, *rest),) = ask(server, PROGRESS)[0]
        check(
            [state, *rest] == [b"done", b"t", b"t", b"1", b"0", b"t"],
            f"{state} {rest}",
        )
        under_load(server)
        damaged(server)
        check(server.stop() == 0, "it does not stop")
        offline(server)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
