# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL 15 of the test's own, to compare with.

It runs on a free port of the loopback, in a directory that goes when the test
ends.  As PostgreSQL does not run for root, root starts it as `postgres`.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from stele_server import die_with_parent, free_port, skip

VERSION = "15"


def find_binaries():
    """The folder of initdb and postgres, or None."""
    found = glob.glob(f"/usr/lib/postgresql/{VERSION}/bin")
    on_path = shutil.which("initdb")
    if on_path:
        found.append(os.path.dirname(os.path.realpath(on_path)))
    for folder in found:
        program = os.path.join(folder, "postgres")
        if os.access(program, os.X_OK):
            version = subprocess.run(
                [program, "--version"], capture_output=True, text=True
            ).stdout
            if f" {VERSION}." in version:
                return folder
    return None


class Postgres:
    def __init__(self):
        self.binaries = find_binaries()
        if self.binaries is None:
            skip(f"there is no PostgreSQL {VERSION} on this machine")
        self.user = None
        if os.getuid() == 0:
            try:
                self.user = pwd.getpwnam("postgres")
            except KeyError:
                skip("PostgreSQL does not run for root, nobody else is here")
        self.dir = tempfile.mkdtemp(prefix="stele-postgres-", dir="/tmp")
        if self.user:
            os.chown(self.dir, self.user.pw_uid, self.user.pw_gid)
        self.port = free_port()
        self.process = None

    def become_user(self):
        die_with_parent()
        if self.user:
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def __enter__(self):
        data = os.path.join(self.dir, "data")
        subprocess.run(
            [os.path.join(self.binaries, "initdb"), "-D", data, "-U", "stele"]
            + ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.dir,
            preexec_fn=self.become_user,
        )
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.dir,
            "fsync": "off",
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": "20s",
        }
        arguments = [os.path.join(self.binaries, "postgres"), "-D", data]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        self.log = open(os.path.join(self.dir, "log"), "wb")
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=self.dir,
            preexec_fn=self.become_user,
        )
        ready = os.path.join(self.binaries, "pg_isready")
        for _ in range(400):
            if (
                subprocess.run(
                    [ready, "-q", "-h", "127.0.0.1", "-p", str(self.port)]
                ).returncode
                == 0
            ):
                return self
            time.sleep(0.05)
        raise SystemExit("PostgreSQL does not start")

    def __exit__(self, kind, value, trace):
        self.process.send_signal(signal.SIGINT)  # no wait for clients
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
