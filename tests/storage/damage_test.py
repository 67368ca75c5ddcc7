#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A damaged segment: never wrong rows, and all else stays readable (C1, C5).

The file of one event type is flipped, zeroed, cut, swapped or removed while
the server is down.  What reads the damage says so, with the file and where in
it; the other type, and new events, are not concerned; `stele verify` finds it.
"""

import glob
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

ROWS = 5000
SUM = "SELECT sum(n), count(DISTINCT t), count(DISTINCT context_id) FROM "
WHOLE = [[str(ROWS * (ROWS - 1) // 2).encode(), b"5000", b"50"]]


def ask(server, sql):
    """Rows and errors of a statement, of a connection of its own."""
    with pgwire.Connection(server.port) as connection:
        connection.start()
        answer = connection.query(sql)
    return pgwire.rows(answer), pgwire.errors(answer)


def right(server, sql, expected=None):
    rows, errors = ask(server, sql)
    check(not errors, f"{sql}: {errors}")
    check(expected is None or rows == expected, f"{sql}: {rows}")


def fill(server, name):
    """One type, one segment of it; its path."""
    before = set(glob.glob(f"{server.data}/segments/*"))
    rows = ", ".join(f"('c{n % 50}', {n}, 'text {n}')" for n in range(ROWS))
    right(server, f"CREATE TABLE {name} (n int, t text)")
    right(server, f"INSERT INTO {name} (context_id, n, t) VALUES {rows}")
    right(server, "FLUSH")
    (path,) = set(glob.glob(f"{server.data}/segments/*")) - before
    return path


def verify(server):
    return subprocess.run(
        [server.stele, "verify", "-D", server.data],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=server.server_environment(),
        text=True,
        timeout=60,
    )


def overwrite(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def flip(path, offset):
    with open(path, "rb") as file:
        file.seek(offset)
        byte = file.read(1)[0]
    overwrite(path, offset, bytes([byte ^ 1]))


def read_damage(server, path, damage, what):
    """The rows are right or there is an error that names the file."""
    good = os.path.join(server.dir, "good")
    shutil.copy(path, good)
    damage(path)
    server.start()
    name = os.path.basename(path)
    for sql in (SUM + "hurt", "QUERY hurt", "SELECT * FROM events"):
        rows, errors = ask(server, sql)
        check(errors, f"{what}: {sql}: no error")
        check(errors[0]["C"] == "XX001", f"{what}: {sql}: {errors}")
        check(name in errors[0]["M"], f"{what}: {sql}: {errors}")
        check("offset" in errors[0]["M"], f"{what}: {sql}: {errors}")
    right(server, SUM + "well", WHOLE)
    right(server, "INSERT INTO hurt (context_id, n, t) VALUES ('new', 1, '')")
    right(server, "SELECT max(n) FROM well WHERE context_id = 'c7'", [[b"4957"]])
    check(server.stop() == 0, f"{what}: the server does not stop in order")
    found = verify(server)
    check(found.returncode == 1, f"{what}: verify: {found.stdout}")
    check(name in found.stdout, f"{what}: verify: {found.stdout}")
    os.replace(good, path)


def refuse_damage(server, path, damage, what):
    """The server does not start, and says which file it is."""
    good = os.path.join(server.dir, "good")
    shutil.copy(path, good)
    damage(path)
    for words in (["verify"], ["serve", "-c", f"port={server.port}"]):
        done = subprocess.run(
            [server.stele, words[0], "-D", server.data] + words[1:],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=server.server_environment(),
            text=True,
            timeout=60,
        )
        check(done.returncode == 1, f"{what}: {words}: {done.stdout}")
        check(
            os.path.basename(path) in done.stdout,
            f"{what}: {words}: {done.stdout}",
        )
    os.replace(good, path)


def run(server):
    path = fill(server, "hurt")
    other = fill(server, "well")
    size = os.path.getsize(path)
    server.stop()
    for offset in (size // 4, size // 3, size // 2):
        read_damage(
            server, path, lambda p, at=offset: flip(p, at), f"a bit at {offset}"
        )
    read_damage(
        server, path, lambda p: overwrite(p, 512, bytes(512)), "512 bytes of zeros"
    )
    check(os.path.getsize(other) == size, "the files differ in size")
    read_damage(server, path, lambda p: shutil.copy(other, p), "swapped")
    refuse_damage(server, path, lambda p: os.truncate(p, size - 1), "cut")
    refuse_damage(server, path, os.unlink, "removed")
    check(verify(server).returncode == 0, "all is mended again")
    server.start()
    right(server, SUM + "well", WHOLE)
    right(server, SUM + "hurt WHERE context_id <> 'new'", WHOLE)


# Not merged: files are damaged by their names.
with Server("shard_count=1", "compaction=off") as server:
    try:
        run(server)
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
