# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL 15 of a test's own, with the schema that clients were recorded on.

PostgreSQL does not run as root: as root its programs run as user postgres.  It
listens on a free port of the loopback, its directory goes at the end.
"""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile

from stele_server import free_port

BIN = "/usr/lib/postgresql/15/bin"


def find():
    """The folder of PostgreSQL 15's programs, or None."""
    return BIN if os.path.exists(os.path.join(BIN, "initdb")) else None


class Postgres:
    def __init__(self, schema):
        self.schema = schema
        self.port = free_port()
        self.folder = None

    def run(self, *command):
        user = {}
        if os.getuid() == 0:
            user = {"user": "postgres", "group": "postgres"}
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", **user
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr}")

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="stele-postgres-")
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", pwd.getpwnam("postgres").pw_gid)
        data = os.path.join(self.folder, "data")
        self.run(
            f"{BIN}/initdb", "-D", data, "-A", "trust", "-U", "stele", "--no-sync",
            "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        self.run(
            f"{BIN}/pg_ctl", "-D", data, "-w", "-l", os.path.join(self.folder, "log"),
            "-o", f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
            " -c fsync=off", "start",
        )  # fmt: skip
        self.psql("-c", "CREATE DATABASE stele")
        for path in self.schema:
            self.psql("-f", path)
        return self

    def psql(self, *arguments):
        """Errors of single statements do not matter: roles that are there ..."""
        self.run(
            "psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "stele",
            "-d", "postgres" if "-c" in arguments else "stele", *arguments,
        )  # fmt: skip

    def __exit__(self, kind, value, trace):
        data = os.path.join(self.folder, "data")
        if glob.glob(os.path.join(data, "postmaster.pid")):
            self.run(f"{BIN}/pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
