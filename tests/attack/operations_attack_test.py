#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is wrong around the server: its directory, its files, its sockets, who
looks at it; and too much of everything (promises C3, S3, V4).

Each row is what happens, and what must come of it.  What other tests have of
the same is named in ELSEWHERE.

    operations_attack_test.py [WORD]        the rows that contain it
"""

import glob
import os
import signal
import socket
import stat
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

SECRET = "a-password-that-nobody-guesses"

ELSEWHERE = (
    ("more event types and fields than may be", "attack/limits_test.py", "schemas"),
    ("contexts, strings and rows that are too long", "attack/limits_test.py",
     "events"),
    ("a listener that does not read", "server/notify_test.py", "slow"),
    ("a query for too much memory", "attack/limits_test.py", "statements_memory"),
    ("a query for too many temporary files", "server/spill_test.py",
     "temporary_files"),
    ("a query for too much time", "server/cancel_test.py", "a_query"),
    ("a transaction of any size", "attack/limits_test.py", "open_transactions"),
    ("a query of a low role, cancelled by another's", "server/rights_test.py", None),
    ("files of others: a certificate's key", "tls/tls_test.py", None),
    ("damaged files", "storage/damage_test.py", None),
    ("a crafted backup", "fuzz/fuzz_directory.c", None),
    ("a crafted archive", "fuzz/fuzz_archive.c", None),
    ("a crafted MANIFEST", "fuzz/fuzz_manifest.c", None),
    ("JSON without end, twice the same key", "attack/attack_test.py", None),
)


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def refused(server, what, part):
    """The server does not start, and says why."""
    status = server.program("serve", "-D", server.data, "-c", f"port={server.port}",
                            "-c", "listen_addresses=", "-c",
                            f"unix_socket_directories={server.dir}")
    check(status.returncode == 1 and part in status.stdout,
          f"{what}: {status.returncode} {status.stdout[-300:]}")


# ---- the directory ----


def two_servers(server):
    """The second is refused, naming the first, which goes on."""
    refused(server, "a second server", str(server.process.pid))
    with pgwire.Connection(server.port) as connection:
        connection.start()
        check(pgwire.rows(connection.query("SELECT 42")) == [[b"42"]], "the first")


def modes(server):
    """Nobody else can read or write what is stored."""
    check(mode(server.data) == 0o700, f"{server.data}: {mode(server.data):o}")
    for path in glob.glob(server.data + "/**", recursive=True):
        if os.path.isfile(path) or os.path.isdir(path):
            check(mode(path) & 0o077 == 0, f"{path}: {mode(path):o}")


def writable_by_others(server):
    """Whoever can write to it could put a link where a file is to be."""
    server.stop()
    for rights in (0o770, 0o702, 0o720):
        os.chmod(server.data, rights)
        refused(server, f"mode {rights:o}", "can be written by others")
    os.chmod(server.data, 0o750)
    server.start()


def of_another(server):
    if os.geteuid() != 0:
        return
    server.stop()
    os.chown(server.data, 65534, -1)
    refused(server, "owned by nobody", "has wrong ownership")
    os.chown(server.data, 0, -1)
    server.start()


def no_directory(server):
    server.stop()
    data, server.data = server.data, os.path.join(server.dir, "file")
    with open(server.data, "w") as file:
        file.write("x")
    refused(server, "a file", server.data)
    server.data = data
    server.start()


def a_missing_segment(server):
    """What the MANIFEST knows has to be there."""
    with pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("CREATE TABLE gone (a int)")
        connection.query("INSERT INTO gone (context_id, a) VALUES ('c', 1)")
        connection.query("CHECKPOINT")
    server.stop()
    segment = max(glob.glob(server.data + "/segments/*.seg")
                  or glob.glob(server.data + "/**/*.seg", recursive=True))
    os.rename(segment, segment + ".away")
    refused(server, "a missing segment", os.path.basename(segment))
    os.rename(segment + ".away", segment)
    server.start()


# ---- secrets ----


def in_no_log(server):
    """A password is in no log, no file but as a verifier, and no argument."""
    with pgwire.Connection(server.port) as connection:
        connection.start()
        for sql in (f"CREATE ROLE secretive LOGIN SUPERUSER PASSWORD '{SECRET}'",
                    f"ALTER ROLE secretive PASSWORD '{SECRET}' VALID UNTIL 'x'",
                    f"ALTER ROLE nobody PASSWORD '{SECRET}'"):
            connection.query(sql)
        connection.query("CHECKPOINT")
    secret = SECRET.encode()
    for path in [server.log, *glob.glob(server.data + "/**", recursive=True),
                 f"/proc/{server.process.pid}/cmdline",
                 f"/proc/{server.process.pid}/environ"]:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                check(secret not in file.read(), f"{path} has the password")


def sockets(server):
    """From the first moment nobody can connect who may not open the directory."""
    for path in glob.glob(server.dir + "/.s.*"):
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            check(mode(path) & 0o002 == 0 or mode(server.dir) & 0o077 == 0,
                  f"{path}: {mode(path):o}")


def a_file_in_its_place(server):
    """A link where the socket is to be is no way to another file."""
    server.stop()
    path = os.path.join(server.dir, f".s.PGSQL.{server.port}")
    target = os.path.join(server.dir, "precious")
    with open(target, "w") as file:
        file.write("precious")
    if os.path.lexists(path):
        os.unlink(path)
    os.symlink(target, path)
    try:
        server.start()
        server.stop()
    except (Failure, SystemExit):
        pass
    with open(target) as file:
        check(file.read() == "precious", "the file is another")
    if os.path.lexists(path):
        os.unlink(path)
    server.start()


# ---- signals, and connections that are cut ----


def hangups(server):
    """A SIGHUP after the other is a reload, no more."""
    for _ in range(200):
        server.process.send_signal(signal.SIGHUP)
    with pgwire.Connection(server.port) as connection:
        connection.start()


def reset(server):
    """A thousand connections that are reset amid a query."""
    linger = b"\1\0\0\0\0\0\0\0"
    for _ in range(1000):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.sendall(pgwire.startup() + pgwire.query("SELECT 1"))
        connection.close()


ROWS = (two_servers, modes, writable_by_others, of_another, no_directory,
        a_missing_segment, sockets, a_file_in_its_place, hangups, reset, in_no_log)


def check_elsewhere():
    for what, path, name in ELSEWHERE:
        with open(os.path.join(HERE, "..", path), encoding="utf-8") as source:
            text = source.read()
        check(name is None or f"\ndef {name}(" in text, f"{what}: {path}: {name}")


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    check_elsewhere()
    failed = count = 0
    with Server() as server:
        for row in ROWS:
            if word not in row.__name__:
                continue
            count += 1
            try:
                row(server)
                check(server.is_running(), "the server is not there any more")
            except (Failure, OSError, pgwire.Closed) as why:
                failed += 1
                print(f"FAIL {row.__name__}: {why!r}"[:600], flush=True)
        if failed:
            server.print_log()
    print(f"operations: {count} rows, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
