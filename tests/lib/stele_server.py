# SPDX-License-Identifier: Apache-2.0
"""A server of its own for one test, and the few words that tests share.

The program under test is named by $STELE.  It runs as a child on a data
directory below a temporary one, on a free port of the loopback and a UNIX
socket, and dies with the test.  A report of a sanitizer with which it was
built, or a bad end, fails the test even if all else went well.
"""

import ctypes
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from pgwire import PATIENCE

claimed = []  # names of ports, until the program ends
SKIPPED = 77  # the exit code by which automake knows a skipped test
PR_SET_PDEATHSIG = 1


def skip(why):
    print("SKIP:", why)
    sys.exit(SKIPPED)


class Failure(Exception):
    """What a test has seen that must not be."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def free_port():
    """A port below the range that the kernel gives to outgoing connections.

    It stays this program's while nothing listens on it, too: a name in the
    abstract namespace says so to others that look for one.
    """
    first = 20000 + os.getpid() % 10000
    for port in range(first, first + 2000):
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0stele-test-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        claimed.append(claim)
        return port
    sys.exit("no free port")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """`with Server() as server:` starts, stops and cleans up."""

    def __init__(self, *options, stele=None):
        self.stele = stele or os.environ.get("STELE")
        if not self.stele or not os.access(self.stele, os.X_OK):
            skip("$STELE does not name the server")
        self.options = options
        self.dir = tempfile.mkdtemp(prefix="stele-test-", dir="/tmp")
        self.data = os.path.join(self.dir, "data")
        self.log = os.path.join(self.dir, "server.log")
        self.port = free_port()
        self.process = None
        self.user = None  # the id of whom it is to run as, for a test of root's

    def server_environment(self):
        """Reports of sanitizers go to files, a process each."""
        environment = dict(os.environ)
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            given = environment.get(name)
            path = "log_path=" + os.path.join(self.dir, "report")
            environment[name] = f"{given}:{path}" if given else path
        return environment

    def program(self, *arguments):
        """`stele` with these arguments, run to its end: status and output."""
        return subprocess.run(
            [self.stele, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.server_environment(),
            text=True,
            timeout=120,
        )

    def arguments(self):
        """The command line of the server."""
        arguments = [self.stele, "serve", "-D", self.data]
        for option in (
            f"port={self.port}",
            "line_port=0",
            "ws_port=0",
            "http_port=0",
            "listen_addresses=127.0.0.1",
            # Unless an option says else: a new directory has two, written in full.
            "wal_file_size=4MB",
            f"unix_socket_directories={self.dir}",
        ) + self.options:
            arguments += ["-c", option]
        return arguments

    def start(self, seconds=20 * PATIENCE):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.server_environment(),
                preexec_fn=die_with_parent,
                user=self.user,
            )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.is_running():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                self.open_ports = {self.port}
                return
            except OSError:
                time.sleep(0.01)
        self.print_log()
        self.release()
        sys.exit("the server does not start")

    def wait_for_port(self, port):
        """The doors are opened one after another."""
        deadline = time.monotonic() + 10 * PATIENCE
        while port not in self.open_ports:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                self.open_ports.add(port)
            except ConnectionRefusedError:
                check(time.monotonic() < deadline, "nobody listens")
                time.sleep(0.01)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=10 * PATIENCE):
        """SIGTERM; the exit status, or None if it had to be killed."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        process.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    def restart(self):
        status = self.stop()
        if status != 0:
            self.print_log()
            sys.exit(f"the server stopped with status {status}")
        self.start()

    def print_log(self, lines=20):
        with open(self.log, errors="replace") as log:
            sys.stderr.writelines(log.readlines()[-lines:])

    def reports(self):
        texts = []
        for path in sorted(glob.glob(os.path.join(self.dir, "report.*"))):
            with open(path, errors="replace") as report:
                texts.append(report.read())
        return texts

    def release(self):
        """The last stop: True if that and all before it went well."""
        status = self.stop()
        reports = self.reports()
        if status != 0:
            self.print_log()
            print(f"FAIL the server stopped with status {status}")
        if reports:
            print("FAIL the server's sanitizer reports:", *reports, sep="\n")
        shutil.rmtree(self.dir, ignore_errors=True)
        return status == 0 and not reports

    def environment(self):
        """For libpq's programs and drivers."""
        return dict(
            os.environ,
            PGHOST="127.0.0.1",
            PGPORT=str(self.port),
            PGUSER="stele",
            PGDATABASE="stele",
            PGSSLMODE="disable",
            PGCONNECT_TIMEOUT="10",
        )

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and self.is_running():
            self.print_log()
        # What went wrong first is what is said, not how the server ended.
        if not self.release() and kind is None:
            sys.exit(1)
