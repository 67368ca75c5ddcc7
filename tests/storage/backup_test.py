#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`stele backup` of a server at work, and `stele restore` (K1, K2).

Four connections store events, each statement two of them, while backups are
taken and the log, which is kept small, is flushed and recycled.  Each backup
is restored elsewhere: what was acknowledged before it began is there, each
statement entirely or not at all, ids without a gap, and it verifies.
"""

import fcntl
import glob
import os
import shutil
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

LONG = "CHECK_LONG" in os.environ
WRITERS = 4
BACKUPS = 40 if LONG else 4
TEXT = "x" * 2000
OPTIONS = (
    "shard_count=3",
    "memtable_size=1MB",
    "wal_file_size=1MB",
    "max_wal_size=4MB",
)


def succeeds(server, *arguments):
    done = server.program(*arguments)
    check(done.returncode == 0, f"{arguments}: {done.stdout}")
    return done.stdout


def fails(server, text, *arguments):
    done = server.program(*arguments)
    check(
        done.returncode == 1 and text in done.stdout,
        f"{arguments}: {done.returncode} {done.stdout}",
    )


def ask(port, sql):
    with pgwire.Connection(port) as connection:
        connection.start()
        answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return pgwire.rows(answer)


class Writer(threading.Thread):
    """Stores 1, 1, 2, 2, 3, 3 ... in contexts of its own until told to stop."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.server, self.number = server, number
        self.acked = 0
        self.is_over = False
        self.error = None

    def run(self):
        try:
            with pgwire.Connection(self.server.port) as connection:
                connection.start()
                while not self.is_over:
                    self.store(connection, self.acked + 1)
                    self.acked += 1
        except Exception as error:  # told by the main thread
            self.error = error

    def store(self, connection, n):
        name = f"w{self.number}-{n}"
        answer = connection.query(
            "INSERT INTO load (context_id, writer, n, t) VALUES "
            f"('{name}-a', {self.number}, {n}, '{TEXT}'), "
            f"('{name}-b', {self.number}, {n}, '{TEXT}')"
        )
        check(not pgwire.errors(answer), str(pgwire.errors(answer)))


def check_content(port, acked):
    """What the writers knew of is there, and nothing by half."""
    rows = ask(
        port,
        "SELECT writer, count(*), count(DISTINCT n), max(n) FROM load "
        "GROUP BY writer ORDER BY writer",
    )
    found = {int(w): [int(x) for x in rest] for w, *rest in rows}
    for writer, n in acked.items():
        events, different, highest = found.get(writer, [0, 0, 0])
        check(highest >= n, f"writer {writer}: {highest}, but {n} was acked")
        check(different == highest, f"writer {writer} has a hole")
        check(events == 2 * different, f"writer {writer}: half a statement")
    ((count, last),) = ask(port, "SELECT count(*), max(event_id) FROM load")
    check(count == last, f"{count} events, the last is {last}")


def check_restored(server, backup, acked, arguments=()):
    """Restore it, ask it, write to it."""
    copy = Server(*OPTIONS)
    try:
        succeeds(server, "restore", "-D", copy.data, *arguments, backup)
        copy.start()
        check_content(copy.port, acked)
        ask(copy.port, "INSERT INTO load (context_id, n) VALUES ('new', 0)")
        ask(copy.port, "CHECKPOINT")
        check(copy.stop() == 0, "the restored server does not stop")
        check(
            " 0 problems" in succeeds(server, "verify", "-D", copy.data),
            "the restored directory is not sound",
        )
    finally:
        check(copy.release(), "the restored server ended badly")


def under_load(server):
    ask(server.port, "CREATE TABLE load (writer int, n int, t text)")
    writers = [Writer(server, i) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    backups = []
    for i in range(BACKUPS):
        while min(w.acked for w in writers) < 150 * (i + 1):
            check(not any(w.error for w in writers), [w.error for w in writers])
        backup = f"{server.dir}/backup-{i}"
        acked = {w.number: w.acked for w in writers}
        copy = ("--copy",) if i % 2 == 1 else ()
        said = succeeds(server, "backup", "-D", server.data, *copy, backup)
        check(" 0 problems" in said, said)
        check(("(0 linked)" in said) or not copy, said)
        backups.append((backup, acked))
    for writer in writers:
        writer.is_over = True
    for writer in writers:
        writer.join()
        check(writer.error is None, writer.error)
    for backup, acked in backups:
        check_restored(server, backup, acked)
        shutil.rmtree(backup)
    return {w.number: w.acked for w in writers}


def log_files(server):
    return sorted(glob.glob(f"{server.data}/wal/*.wal"))


def needed_files(server):
    """Those from the one on that the MANIFEST names; others may be reused."""
    said = succeeds(server, "dump", f"{server.data}/MANIFEST")
    marks = [s for s in said.splitlines() if "first file of the log" in s]
    first = f"{server.data}/wal/{int(marks[-1].split()[-1]):016x}.wal"
    return [path for path in log_files(server) if path >= first]


def kept_log(server):
    """As long as somebody holds KEEP, no file of the log goes."""
    ask(server.port, "CREATE TABLE filler (t text)")
    ask(server.port, "CHECKPOINT")
    with open(f"{server.data}/KEEP", "rb") as keep:
        fcntl.flock(keep, fcntl.LOCK_EX)
        before = needed_files(server)
        for _ in range(8):
            rows = ", ".join(f"('f', '{TEXT}')" for _ in range(500))
            ask(server.port, f"INSERT INTO filler (context_id, t) VALUES {rows}")
            ask(server.port, "CHECKPOINT")
        check(set(before) <= set(log_files(server)), "a file is gone")
        check(len(log_files(server)) > 7, "the log has not grown")
    ask(server.port, "INSERT INTO filler (context_id, t) VALUES ('f', '')")
    ask(server.port, "CHECKPOINT")
    check(before[0] not in needed_files(server), "the log stays for ever")


def settings_first(server, backup):
    """Without its settings, in a restore the key too, there is no copy."""
    for name, source, command in (
        ("stele.hba", server.data, ("backup", "-D", server.data)),
        ("native.key", backup, ("restore", "-D")),
    ):
        target = f"{server.dir}/no-{name}"
        path = f"{source}/{name}"
        if os.path.exists(path):
            os.rename(path, path + ".kept")
        os.mkdir(path)
        order = (target, backup) if command[0] == "restore" else (target,)
        fails(server, name, *command, *order)
        check(not os.path.exists(f"{target}/MANIFEST"), f"a copy without {name}")
        os.rmdir(path)
        if os.path.exists(path + ".kept"):
            os.rename(path + ".kept", path)


def refusals(server, acked):
    backup = f"{server.dir}/backup"
    fails(server, "is not empty", "backup", "-D", server.data, server.data)
    fails(server, "could not open", "backup", "-D", server.dir, backup)
    check(not os.path.exists(backup), "a failed backup leaves a directory")

    succeeds(server, "backup", "-D", server.data, "--copy", backup)
    fails(server, "is not empty", "restore", "-D", server.data, backup)
    # The same files once more: the server may be down as well.
    check_restored(server, backup, acked, ("--copy",))

    settings_first(server, backup)

    # An interrupted one has no MANIFEST, and is none.
    os.rename(f"{backup}/MANIFEST", f"{server.dir}/MANIFEST")
    fails(server, "MANIFEST", "restore", "-D", f"{server.dir}/new", backup)
    os.rename(f"{server.dir}/MANIFEST", f"{backup}/MANIFEST")

    # A damaged one is told, by the restore.
    path = sorted(glob.glob(f"{backup}/segments/*"))[0]
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        file.write(b"\xff" * 64)
    fails(server, path.split("/")[-1], "restore", "-D", f"{server.dir}/new",
          backup)

    # So is a log that lacks what was synced.
    for path in glob.glob(f"{backup}/wal/*"):
        os.truncate(path, 0)
    fails(server, "ends before group", "restore", "-D", f"{server.dir}/new2",
          backup)


def main():
    with Server(*OPTIONS) as server:
        acked = under_load(server)
        print(f"{BACKUPS} copies under load")
        kept_log(server)
        refusals(server, acked)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
