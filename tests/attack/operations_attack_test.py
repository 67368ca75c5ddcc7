#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is wrong around the server: its directory, its files, its sockets, who
looks at it; and too much of everything (promises C3, S3, V4).

Each row is what happens, and what must come of it.  What other tests have of
the same is named in attacks_test.py.

    operations_attack_test.py [WORD]        the rows that contain it
"""

import glob
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

NOBODY = 65534
SECRET = "a-password-that-nobody-guesses"

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
    os.chown(server.data, NOBODY, -1)
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


def links_to_its_files(server):
    """What is its own is a file of its directory, not one that a link leads to."""
    server.stop()
    away = os.path.join(server.dir, "away")
    for path in (os.path.join(server.data, name) for name in ("LOCK", "MANIFEST")):
        os.rename(path, away)
        os.symlink(away, path)
        refused(server, f"a link to {path}", "symbolic links")
        os.rename(away, path)
    server.start()
    with pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("CREATE TABLE linked (a int)")
        connection.query("INSERT INTO linked (context_id, a) VALUES ('c', 1)")
        connection.query("CHECKPOINT")
    server.stop()
    segment = max(glob.glob(server.data + "/**/*.seg", recursive=True))
    for path in (segment, os.path.join(server.data, "login.key")):
        os.rename(path, away)
        os.symlink(away, path)
        refused(server, f"a link to {path}", "symbolic links")
        os.rename(away, path)
    # what an operator may keep elsewhere
    hba = os.path.join(server.data, "stele.hba")
    os.rename(hba, away)
    os.symlink(away, hba)
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


def owner_in_proc(server):
    return os.stat(f"/proc/{server.process.pid}/mem").st_uid


def closed_to_others(server):
    """Its own user's other processes cannot look into a server that strangers reach.

    What the kernel lets nobody look at, nor leave a core, is root's in /proc.
    """
    user = os.geteuid() or NOBODY
    options = server.options
    server.stop()
    if os.geteuid() == 0:
        os.chmod(server.dir, 0o755)
        os.chown(server.log, user, -1)
        for path in [server.dir, server.data,
                     *glob.glob(server.data + "/**", recursive=True)]:
            os.chown(path, user, -1)
        server.user = user
    server.start()
    check(owner_in_proc(server) == user, "a server for this machine alone")
    server.stop()
    done = subprocess.run([server.stele, "admin-password", "-D", server.data],
                          input=SECRET + "\n", text=True, timeout=60, user=server.user,
                          stdout=subprocess.DEVNULL)
    check(done.returncode == 0, "no password was chosen")
    server.options += ("listen_addresses=*",)
    server.start()
    check(owner_in_proc(server) == 0, "it can be looked into")
    server.stop()
    server.options, server.user = options, None
    if os.geteuid() == 0:
        for path in [server.data, *glob.glob(server.data + "/**", recursive=True)]:
            os.chown(path, 0, -1)
    server.start()


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


# ---- what is shipped ----


def built(server, name):
    """A file of the build's doc/; None for a server that is not in a build."""
    path = os.path.join(os.path.dirname(server.stele), "..", "doc", name)
    return path if os.path.exists(path) else None


def the_unit(server):
    """What systemd makes of stele.service: exposure of 2.0 at the most, of 10."""
    unit = built(server, "stele.service")
    if unit is None or shutil.which("systemd-analyze") is None:
        print("not tried: the_unit (no systemd-analyze, or no unit)")
        return
    with open(unit, encoding="utf-8") as text:
        lines = text.read().splitlines()
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes",
                 "MemoryMax=90%"):
        check(line in lines, f"{unit} has no {line}")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20",
         "--no-pager", unit],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=60)
    check(done.returncode == 0 and "exposure level" in done.stdout,
          done.stdout[-300:])


def what_it_is_made_of(server):
    """The bill of materials names each library that the process has loaded."""
    path = built(server, "stele.cdx.json")
    if path is None:
        print("not tried: what_it_is_made_of (no stele.cdx.json)")
        return
    with open(path, encoding="utf-8") as text:
        bill = json.load(text)
    check((bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5"), bill)
    version = server.program("--version").stdout.split()[-1]
    check(bill["metadata"]["component"]["version"] == version, version)
    names = {component["name"] for component in bill["components"]}
    check(all(component["version"] for component in bill["components"]), "versions")
    with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as maps:
        loaded = {os.path.realpath(line.split()[-1]) for line in maps
                  if re.search(r"/lib[^/]*\.so", line)}
    check(any("libcrypto" in file for file in loaded), f"{loaded}")
    for file in loaded:
        owner = subprocess.run(
            ["dpkg-query", "-S", file, "/usr" + file, file.removeprefix("/usr")],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        name = owner.stdout.split(":")[0] or os.path.basename(file).split(".so")[0]
        check(name in names, f"{file} of {name} is not in {sorted(names)}")


ROWS = (the_unit, what_it_is_made_of, two_servers, modes, writable_by_others,
        of_another, no_directory, a_missing_segment, links_to_its_files, sockets,
        a_file_in_its_place, hangups, reset, in_no_log, closed_to_others)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
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
