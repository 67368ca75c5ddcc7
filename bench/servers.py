# SPDX-License-Identifier: Apache-2.0
"""The servers side by side: Stele, PostgreSQL 15, and ones that do nothing.

Each runs as a child on a port of the loopback, with its data below the
benchmark's directory, and is ended by its own process id.
"""

import ctypes
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

PG_BIN = "/usr/lib/postgresql/15/bin"
START_SECONDS = 120
STOP_SECONDS = 120
QUERY_SECONDS_MAX = 20
ASK_EXECUTIONS = 6  # of ask.c, the first uncounted
THREADS = 2
REST_SECONDS_MAX = 120
REST_LOOK_SECONDS = 0.5
REST_SHARE = 0.02  # of a core, by a server that rests
PR_SET_PDEATHSIG = 1
MIB = 1 << 20


def free_ports(count):
    """Ports below the range that the kernel gives to outgoing connections."""
    first = 21000 + os.getpid() % 10000
    ports = []
    for port in range(first, first + 1000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    sys.exit("no free port")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def total_memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def tree_bytes(directory):
    """Bytes on disk, of a folder that may change meanwhile."""
    done = subprocess.run(
        ["du", "-s", "--block-size=1", directory],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return int(done.stdout.split()[0])


def pids_below(pid):
    pids = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path) as children:
            for child in children.read().split():
                pids += pids_below(int(child))
    return pids


class Peer:
    """What stands in a column of the table."""

    name = None
    dialect = None  # of queries.py
    process = None
    version = ""

    def stop(self):
        raise NotImplementedError

    def memory_bytes(self):
        """Resident memory, pages that processes share counted once."""
        total = 0
        for pid in pids_below(self.process.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    for line in rollup:
                        if line.startswith("Pss:"):
                            total += int(line.split()[1]) * 1024
            except OSError:
                continue
        return total


class Server(Peer):
    """start(), stop(), and how clients reach it."""

    order_columns = (
        "context_id, timestamp, order_id, amount, status, country, channel,"
        " note"
    )
    user = database = "stele"
    tools = None  # where ask is

    def __init__(self, directory):
        self.directory = os.path.join(directory, type(self).__name__.lower())
        self.log = self.directory + ".log"
        self.port = None
        self.process = None

    def conninfo(self):
        return (
            f"host=127.0.0.1 port={self.port} user={self.user}"
            f" dbname={self.database} sslmode=disable gssencmode=disable"
        )

    def environment(self):
        return dict(
            os.environ,
            PGHOST="127.0.0.1",
            PGPORT=str(self.port),
            PGUSER=self.user,
            PGDATABASE=self.database,
            PGSSLMODE="disable",
            PGGSSENCMODE="disable",
            PGTZ="UTC",
        )

    def arguments(self):
        raise NotImplementedError

    def start(self, user=None):
        """Start it; the seconds until it answered."""
        if self.port is None:
            [self.port] = free_ports(1)
        start = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                user=user,
            )
        while time.monotonic() < start + START_SECONDS:
            if self.process.poll() is not None:
                break
            if self.answers():
                return time.monotonic() - start
            time.sleep(0.002)
        self.kill()
        sys.exit(f"{self.name} does not start: see {self.log}")

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return self.psql("SELECT 1", is_checked=False) == "1\n"

    def stop(self, signo=signal.SIGTERM):
        if self.process is None:
            return
        self.process.send_signal(signo)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def psql(self, *commands, is_checked=True):
        """What the commands print; an error ends the benchmark."""
        arguments = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        for command in commands:
            arguments += ["-c", command]
        done = subprocess.run(
            arguments,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if is_checked and done.returncode != 0:
            sys.exit(f"{self.name}: {commands}: {done.stdout.decode()}")
        return done.stdout.decode()

    def rows(self, sql):
        return [line.split("|") for line in self.psql(sql).splitlines()]

    def ask(self, sql):
        """Milliseconds until a client has the whole answer; see ask.c."""
        return self.run_ask(sql)[0]

    def replay(self, sql, contexts):
        """The mean over the lines of a file as $1, and the rows of all."""
        return self.run_ask(sql.format(key="$1", **TABLES), contexts)

    def run_ask(self, sql, *files):
        arguments = [os.path.join(self.tools, "ask"), self.conninfo()]
        done = subprocess.run(
            [*arguments, str(QUERY_SECONDS_MAX), sql, *files],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            sys.exit(f"{self.name}: {sql}: {done.stdout.decode()}")
        ms, rows = done.stdout.split()
        return float(ms), int(rows)

    def copy(self, data):
        """Seconds for both files, one after the other."""
        start = time.monotonic()
        for name, columns in (
            ("order_created", self.order_columns),
            ("page_view", VIEW_COLUMNS),
        ):
            path = os.path.join(data, name + ".csv")
            self.psql(f"\\copy {name} ({columns}) from '{path}' csv header")
        return time.monotonic() - start

    def processor_seconds(self):
        """What its processes have spent so far."""
        total = 0
        for pid in pids_below(self.process.pid):
            for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                try:
                    with open(path) as file:
                        total += int(file.read().split()[0])
                except OSError:
                    continue
        return total / 1e9

    def rest(self):
        """Wait until it has done what it does afterwards: merges, vacuums."""
        end = time.monotonic() + REST_SECONDS_MAX
        before = self.processor_seconds()
        while time.monotonic() < end:
            time.sleep(REST_LOOK_SECONDS)
            spent = self.processor_seconds() - before
            if 0 <= spent < REST_LOOK_SECONDS * REST_SHARE:
                return
            before += spent

    def checkpoint(self):
        """Seconds until all is where it stays."""
        start = time.monotonic()
        self.psql("CHECKPOINT")
        return time.monotonic() - start


class Stele(Server):
    name = "Stele"
    dialect = "stele"

    def __init__(self, directory, program, **settings):
        super().__init__(directory)
        self.program = program
        self.settings = settings
        self.line_port = self.http_port = None

    def start(self, user=None):
        if self.port is None:
            self.port, self.line_port, self.http_port = free_ports(3)
        return super().start(user)

    def arguments(self):
        settings = {
            "port": self.port,
            "line_port": self.line_port,
            "http_port": self.http_port,
            "ws_port": 0,
            "unix_socket_directories": "",
            "worker_count": THREADS,
            "work_mem": f"{WORK_MEM}MB",
            **self.settings,
        }
        arguments = [self.program, "serve", "-D", self.directory]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        return arguments

    def create(self):
        shutil.rmtree(self.directory, ignore_errors=True)

    def prepare_copy(self):
        """An empty server."""
        self.stop()
        self.create()
        self.start()
        self.psql(ORDER_TABLE.format(name="order_created", core=""))
        self.psql(VIEW_TABLE.format(name="page_view", core=""))

    def prepare_ingest(self):
        """A type of which each run appends to the end."""
        self.psql(
            ORDER_TABLE.format(name="order_ingest", core="").replace(
                "CREATE TABLE", "CREATE TABLE IF NOT EXISTS"
            )
        )

    def settle(self):
        """All events in segments."""
        self.psql("CHECKPOINT")

    def data_bytes(self):
        """The log, and the reserve for its recovery, are bounded by options."""
        return sum(
            tree_bytes(path)
            for path in glob.glob(os.path.join(self.directory, "*"))
            if os.path.basename(path) not in ("wal", "RESERVE")
        )


class Postgres(Server):
    name = "PostgreSQL 15"
    dialect = "postgres"
    user = database = "postgres"

    def __init__(self, directory):
        super().__init__(directory)
        # It refuses to run as root.
        self.account = "postgres" if os.geteuid() == 0 else None

    def create(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory, mode=0o700)
        if self.account:
            entry = pwd.getpwnam(self.account)
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
        subprocess.run(
            [f"{PG_BIN}/initdb", "-D", self.directory, "-U", self.user]
            + ["-E", "UTF8", "--locale=C", "--auth=trust", "-N"],
            user=self.account,
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def arguments(self):
        memory = total_memory() // MIB
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": f"{memory // 4}MB",
            "effective_cache_size": f"{memory * 2 // 3}MB",
            "maintenance_work_mem": "1GB" if memory > 8000 else "256MB",
            "work_mem": f"{WORK_MEM}MB",
            "max_parallel_workers_per_gather": THREADS - 1,  # and the leader
            "max_wal_size": "8GB",
            "checkpoint_timeout": "30min",
            "max_connections": 200,
            "random_page_cost": 1.1,
            "wal_sync_method": "fdatasync",
            "synchronous_commit": "on",
            "fsync": "on",
            "full_page_writes": "on",
        }
        arguments = [f"{PG_BIN}/postgres", "-D", self.directory]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        return arguments

    def start(self, user=None):
        return super().start(user=self.account)

    def stop(self, signo=signal.SIGINT):
        super().stop(signo)  # SIGINT: its fast shutdown

    def processor_seconds(self):
        """Those of backends that have ended are their parent's."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ended = int(fields[13]) + int(fields[14])
        return super().processor_seconds() + ended / os.sysconf("SC_CLK_TCK")

    def prepare_copy(self):
        """Empty tables with the indexes that Stele's segments have too."""
        self.psql(
            "DROP TABLE IF EXISTS order_created, page_view",
            "DROP SEQUENCE IF EXISTS log",
            "CREATE SEQUENCE log",
            ORDER_TABLE.format(name="order_created", core=PG_CORE),
            VIEW_TABLE.format(name="page_view", core=PG_CORE),
            *(
                f"CREATE INDEX ON {name} {index}"
                for name in ("order_created", "page_view")
                for index in PG_INDEXES
            ),
            "CHECKPOINT",
        )

    def prepare_ingest(self):
        self.psql(
            "DROP TABLE IF EXISTS order_ingest",
            "CREATE SEQUENCE IF NOT EXISTS log",
            ORDER_TABLE.format(name="order_ingest", core=PG_CORE),
            *(f"CREATE INDEX ON order_ingest {i}" for i in PG_INDEXES),
            "CHECKPOINT",
        )

    def settle(self):
        self.psql("VACUUM (FREEZE, ANALYZE)", "CHECKPOINT")

    def add_query_indexes(self):
        """What a person who has Q9 and Q10 would add."""
        self.psql(
            "CREATE INDEX ON order_created (order_id)",
            "CREATE INDEX ON order_created (timestamp)",
            "ANALYZE order_created",
        )

    def data_bytes(self):
        return int(
            self.psql(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
                " WHERE relname IN ('order_created', 'page_view')"
            )
        )


class Null(Server):
    """Answers everything at once; see limits/null_server.c."""

    name = "null server"

    def prepare_ingest(self):
        """Every table is there."""

    def __init__(self, directory, program):
        super().__init__(directory)
        self.program = program

    @property
    def line_port(self):
        return self.port  # the first bytes say what is spoken

    http_port = line_port

    def arguments(self):
        return [self.program, str(self.port)]

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


class NullLog(Null):
    """The same, after a group commit."""

    name = "null server with a log"

    def arguments(self):
        return [self.program, str(self.port), self.directory + ".log-file"]


WORK_MEM = 256 if total_memory() > 8000 * MIB else 64
TABLES = {"o": "order_created", "v": "page_view"}
VIEW_COLUMNS = "context_id, timestamp, user_id, page, duration_ms, referrer"
PG_CORE = (
    "context_id text NOT NULL, timestamp timestamptz NOT NULL DEFAULT now(),"
    " event_id bigint NOT NULL DEFAULT nextval('log'),"
)
PG_INDEXES = ("(context_id, event_id)", "USING brin (timestamp)")
ORDER_TABLE = (
    "CREATE TABLE {name} ({core} order_id bigint NOT NULL,"
    " amount float8 NOT NULL, status text NOT NULL, country text NOT NULL,"
    " channel text NOT NULL, note text)"
)
VIEW_TABLE = (
    "CREATE TABLE {name} ({core} user_id bigint NOT NULL, page text NOT NULL,"
    " duration_ms bigint NOT NULL, referrer text)"
)
