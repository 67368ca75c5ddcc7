#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What one client can take of the server (promise V4): output that nobody reads,
messages, memory.

With $CHECK_LONG also 2,000 connections that are idle, in plain text and by TLS, a
reader of 1 GiB that is slow, a hundred queries for 1 GiB, and a storm of logins
beside PostgreSQL's.

    limits_test.py [WORD]        the cases that contain it
"""

import concurrent.futures
import functools
import hashlib
import multiprocessing
import os
import resource
import signal
import socket
import ssl
import statistics
import struct
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("lib", "sqlgen")]

import pgwire  # noqa: E402
import postgres  # noqa: E402
import scram  # noqa: E402
from certificates import Certificates  # noqa: E402
from native_client import Line  # noqa: E402
from pgwire import SYNC, bind, execute, message, parse, query  # noqa: E402
from stele_server import Failure, Server, check, free_port  # noqa: E402

IS_LONG = os.environ.get("CHECK_LONG") == "1"
MIB = 1 << 20
GROWTH_MAX_KIB = 40 * 1024  # of a server that nobody reads from
IDLE_MAX_KIB = 24
IDLE_TLS_MAX_KIB = 64
READ_TIMEOUT = 0.4


def connect(server, timeout=60 * pgwire.PATIENCE, **options):
    connection = pgwire.Connection(server.port, timeout)
    connection.start(**options)
    return connection


def memory_kib(server, what="VmRSS"):
    with open(f"/proc/{server.process.pid}/status") as status:
        for line in status:
            if line.startswith(what):
                return int(line.split()[1])
    return 0


def states(messages):
    return [fields["C"] for fields in pgwire.errors(messages)]


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got} instead of {wanted}")


# ---- output that nobody reads ----

FLOODS = (
    ("simple queries", query("SELECT repeat('x', 1000)")),
    ("statements in a query", query("SELECT repeat('x', 1000);" * 10)),
    ("errors", query("SELECT 1/0")),
    ("extended, a Sync each", parse("SELECT repeat('x', 1000)") + bind() + execute()
     + SYNC),
    ("extended without Sync", parse("SELECT repeat('x', 1000)") + bind() + execute()),
    ("descriptions", parse("SELECT 1") + message(b"D", b"S\0") + message(b"H")),
    ("stores", query("INSERT INTO flood (context_id, a) VALUES ('c', 1)"
                     " RETURNING repeat('x', 1000)")),
    ("nothing but Sync", SYNC),
)


def flood(server, data):
    """Send until nothing is taken any more, at least for a moment."""
    connection = connect(server, timeout=0.5)
    many = data * (1 + 100000 // len(data))
    sent = 0
    try:
        while sent < 200 * MIB:
            connection.socket.sendall(many)
            sent += len(many)
    except OSError:
        pass
    return connection, sent


def unread_output(server):
    with connect(server) as connection:
        connection.query("CREATE TABLE flood (a int)")
    before = memory_kib(server)
    for what, data in FLOODS:
        connection, sent = flood(server, data)
        growth = memory_kib(server) - before
        check(growth < GROWTH_MAX_KIB or pgwire.IS_SANITIZED,
              f"{what}: {growth} KiB more, {sent} bytes taken")
        with connect(server) as other:
            expect(what, pgwire.rows(other.query("SELECT 42")), [[b"42"]])
        connection.close()


def late_reader(server):
    """What was not read for a while is all there, and in its order."""
    with connect(server) as connection:
        count = 4000
        def send():
            for first in range(0, count, 500):
                connection.send(b"".join(
                    query(f"SELECT {i}, repeat('x', 2500)")
                    for i in range(first, first + 500)))

        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(0.3)
        for i in range(count):
            rows = pgwire.rows(connection.until_ready())
            expect("reply", rows, [[b"%d" % i, b"x" * 2500]])
        sender.join()


class Late(Exception):
    """This program was itself as slow as one that takes nothing."""


def read_timeout(_):
    """Who takes nothing is disconnected; who takes little is not."""
    seconds = READ_TIMEOUT
    while True:
        try:
            return nothing_and_little(seconds)
        except Late:
            seconds *= 4
            check(seconds < 200, "this machine is too busy")


def nothing_and_little(seconds):
    big = query("SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
    with Server(f"client_read_timeout={int(seconds * 1000)}ms") as server:
        silent = [connect(server) for _ in range(3)]
        silent[0].send(big)
        silent[1].send(query("SELECT repeat('x', 1000)") * 5000)
        # One that is told to end, and does not read that either.
        silent[2].send(big + message(b"!"))
        with connect(server) as slow:
            slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            slow.send(big)
            total, last = 0, time.monotonic()

            def take(size):
                nonlocal total, last
                if time.monotonic() - last > seconds / 2:
                    raise Late()
                data = slow.socket.recv(size)
                check(data, f"the slow one was cut off after {total} bytes")
                total, last = total + len(data), time.monotonic()

            deadline = time.monotonic() + 6 * seconds
            while time.monotonic() < deadline:
                take(1 << 20)
                time.sleep(seconds / 4)
            with connect(server) as other:
                for _ in range(1000 * pgwire.PATIENCE):
                    answer = other.query("SELECT count(*) FROM pg_stat_activity")
                    if pgwire.rows(answer) == [[b"2"]]:
                        break
                    time.sleep(0.01)
                    if total < 50000 * 1000:  # it goes on taking little
                        # So much that its window opens each time.
                        take(1 << 16)
                expect("sessions", pgwire.rows(answer), [[b"2"]])
            while total < 100000 * 1000:
                take(1 << 20)
        for connection in silent:
            connection.close()


# ---- sizes ----


def send_refused(connection, data):
    """What is too much may be refused, and its rest reset, while it is sent."""
    try:
        connection.send(data)
    except pgwire.Closed:
        pass


def message_size(_):
    limit = 1 * MIB
    with Server(f"max_statement_size={limit}B") as server:
        for size, ok in ((limit - 1, True), (limit, True), (limit + 1, False)):
            with connect(server) as connection:
                text = query("SELECT 42 --".ljust(size - 5, "-"))
                if ok:
                    connection.send(text)
                    expect(size, pgwire.rows(connection.until_ready()), [[b"42"]])
                else:
                    send_refused(connection, text)
                    expect(size, states(connection.until_closed()), ["54000"])
            with connect(server) as connection:
                connection.query("CREATE TABLE IF NOT EXISTS sized (s text)")
                connection.send(query("COPY sized (s) FROM STDIN"))
                expect("COPY", connection.message()[0], b"G")
                row = message(b"d", b"c".ljust(size - 4, b"y")) + message(b"c")
                if ok:
                    connection.send(row)
                else:
                    send_refused(connection, row)
                    expect(size, states(connection.until_closed()), ["54000"])


def execute_states(connection, sql):
    return "+".join(states(connection.query(sql)))


def events(_):
    """What an event may have: one less than the limit, the limit, one more."""
    insert = "INSERT INTO sized (context_id, s) VALUES ('{}', repeat('{}', {}))"
    with Server("max_context_size=100B", "max_string_size=4kB",
                "max_row_size=16kB") as server, connect(server) as connection:
        connection.query("CREATE TABLE sized (s text, r text, q text, p text)")
        for size, wanted in ((99, ""), (100, ""), (101, "54000")):
            sql = insert.format("c" * size, "x", 1)
            expect(f"context of {size}", execute_states(connection, sql), wanted)
        for size, wanted in ((4095, ""), (4096, ""), (4097, "54000")):
            sql = insert.format("c", "x", size)
            expect(f"string of {size}", execute_states(connection, sql), wanted)
            store = f'STORE sized FOR c PAYLOAD {{"s": "{"x" * size}"}}'
            expect(f"stored string of {size}", execute_states(connection, store),
                   wanted)
        # Of a row the limit is of its encoding, which is a little more.
        whole = "INSERT INTO sized (context_id, s, r, q, p) VALUES ('c', {})"
        texts = ", ".join(["repeat('x', 4096)"] * 3)
        taken = [size for size in range(3800, 4097) if execute_states(
            connection, whole.format(f"{texts}, repeat('x', {size})")) == ""]
        expect("rows", taken, list(range(3800, taken[-1] + 1)))
        check(16384 - 100 < 3 * 4096 + taken[-1] <= 16384, f"up to {taken[-1]}")
        rows = pgwire.rows(connection.query("SELECT count(*) FROM sized"))
        expect("stored", rows, [[b"%d" % (6 + len(taken))]])


def schemas(_):
    """Event types, and their fields; what is said of them."""
    line_port = free_port()
    with Server("max_event_types=3", "max_fields=4", f"line_port={line_port}") \
            as server, connect(server) as connection:
        for i, wanted in ((2, ""), (3, ""), (4, "54011"), (5, "54011")):
            fields = ", ".join(f"f{k} int" for k in range(i + 1))
            sql = f"CREATE TABLE t{i} ({fields})"
            if i < 4:
                expect(f"type {i} of {i + 1}", execute_states(connection, sql), wanted)
            else:
                expect(f"{i + 1} fields", execute_states(connection, sql), wanted)
        expect("a fifth field", execute_states(
            connection, "ALTER TABLE t3 ADD COLUMN more int"), "54011")
        expect("a fourth", execute_states(
            connection, "ALTER TABLE t2 ADD COLUMN more int"), "")
        expect("the third type", execute_states(
            connection, "CREATE TABLE t0 (a int)"), "")
        [fields] = pgwire.errors(connection.query("CREATE TABLE t1 (a int)"))
        expect("a fourth type", fields["C"], "54011")
        check("max_event_types" in fields["H"], f"hint: {fields}")
        for size, wanted in ((MIB - 1, ""), (MIB, ""), (MIB + 1, "54000")):
            expect(f"a comment of {size}", execute_states(
                connection, f"COMMENT ON TABLE t2 IS '{'x' * size}'"), wanted)
        expect("a view of more", execute_states(
            connection, f"CREATE VIEW v AS SELECT '{'x' * MIB}' AS x"), "54000")
        server.line_port = line_port
        server.wait_for_port(line_port)
        line = Line(server)
        reply = line.ask('DEFINE t1 FIELDS { "a": "int" }')
        check(reply.startswith(b"400 "), f"a fourth type on a line: {reply}")
        line.close()


def connections(_):
    """All of them, of which some are for superusers; one more is refused."""
    with Server("max_connections=4", "superuser_reserved_connections=1") as server:
        with connect(server) as connection:
            for role in ("root SUPERUSER", "ann"):
                expect(role, execute_states(connection, f"CREATE ROLE {role} LOGIN"),
                       "")
        held = []
        for user, wanted in ((b"ann", []), (b"ann", []), (b"ann", []),
                             (b"ann", ["53300"]), (b"root", []),
                             (b"root", ["53300"])):
            connection = pgwire.Connection(server.port, 60 * pgwire.PATIENCE)
            connection.send(pgwire.startup(user=user))
            if wanted:
                expect(f"{len(held)} and {user}", states(connection.until_closed()),
                       wanted)
            else:
                connection.until_ready()
                held.append(connection)
        for connection in held:
            connection.close()


# ---- numbers of things ----


def prepared_statements(_):
    """As many as are allowed, by either protocol; closing one gives room."""
    with Server("max_prepared_statements=10", "max_portals=10") as server:
        with connect(server) as connection:
            for i in range(9):
                connection.send(parse("SELECT 1", f"s{i}") + SYNC)
                expect(i, states(connection.until_ready()), [])
            expect("10th", states(connection.query("PREPARE s9 AS SELECT 1")), [])
            connection.send(parse("SELECT 1", "s10") + SYNC)
            fields = pgwire.errors(connection.until_ready())[0]
            expect("11th", fields["C"], "54000")
            check("max_prepared_statements" in fields["H"], f"hint: {fields}")
            expect("11th", states(connection.query("PREPARE s10 AS SELECT 1")),
                   ["54000"])
            connection.send(message(b"C", b"Ss3\0") + parse("SELECT 1", "s10") + SYNC)
            expect("in its place", states(connection.until_ready()), [])
            expect("closed", states(connection.query("DEALLOCATE ALL")), [])
        with connect(server) as connection:
            connection.send(parse("SELECT 1", "s") + SYNC)
            connection.until_ready()
            connection.query("BEGIN")
            for i in range(9):
                connection.send(bind(name="s", portal=f"p{i}") + message(b"H"))
                expect(i, connection.message()[0], b"2")
            connection.send(SYNC)
            connection.until_ready()
            declare = "DECLARE c{} CURSOR FOR SELECT 1"
            expect("10th", states(connection.query(declare.format(1))), [])
            connection.query("SAVEPOINT a")
            fields = pgwire.errors(connection.query(declare.format(2)))[0]
            expect("11th", fields["C"], "54000")
            check("max_portals" in fields["H"], f"hint: {fields}")
            connection.query("ROLLBACK TO a; CLOSE c1")
            expect("in its place", states(connection.query(declare.format(2))), [])


IN_EACH = 500
LEFT_MAX_KIB = 6 * 1024


def leaves_nothing(server):
    """What a session does again and again takes no more memory each time."""
    declare = "DECLARE c CURSOR FOR SELECT 1"
    cursors = bind(name="d") + execute() + bind(name="c") + execute()
    again = (  # (what, a transaction of IN_EACH, its replies, how often)
        ("savepoints that are released",
         query("BEGIN;" + "SAVEPOINT a; RELEASE a;" * IN_EACH + "COMMIT"), 1, 400),
        ("DECLARE, prepared",
         query("BEGIN") + cursors * IN_EACH + SYNC + query("COMMIT"), 3, 100),
    )
    with connect(server) as connection:
        connection.send(parse(declare, "d") + parse("CLOSE c", "c") + SYNC)
        connection.until_ready()
        for what, data, replies, count in again:
            before = 0
            for i in range(count):
                connection.send(data)
                for _ in range(replies):
                    expect(what, states(connection.until_ready()), [])
                if i == count // 10:
                    before = memory_kib(server)
            growth = memory_kib(server) - before
            check(growth < LEFT_MAX_KIB or pgwire.IS_SANITIZED,
                  f"{what}: {growth} KiB more")


def tcp_timer(*ports):
    """Kind and ticks of the timer of the connection between two ports."""
    with open("/proc/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if ports == tuple(int(fields[i].split(":")[1], 16) for i in (1, 2)):
                return fields[5].split(":")
    raise Failure("there is no such connection")


def keepalive_due(server, ours):
    """Seconds until the kernel asks the client whether it is there."""
    for _ in range(500):
        kind, ticks = tcp_timer(server.port, ours)
        if kind == "02":  # and not one of a retransmission
            break
        time.sleep(0.01)
    expect("a keepalive timer", kind, "02")
    return int(ticks, 16) / os.sysconf("SC_CLK_TCK")


def keepalives(_):
    """The kernel's timer of the connection, as it tells in /proc."""
    with Server("tcp_keepalives_idle=77", "tcp_keepalives_count=3",
                "tcp_keepalives_interval=5", "tcp_user_timeout=9s") as server:
        with connect(server) as connection:
            for name, value in (("idle", b"77s"), ("count", b"3"), ("interval", b"5s")):
                rows = pgwire.rows(connection.query(f"SHOW tcp_keepalives_{name}"))
                expect(name, rows, [[value]])
            ours = connection.socket.getsockname()[1]
            for statement, least, most in (
                ("SHOW port", 60, 77.5),
                ("SET tcp_keepalives_idle = 300", 250, 300.5),
                ("RESET tcp_keepalives_idle", 60, 77.5),
                ("SET tcp_keepalives_idle = 0", 1000, 7200.5),
            ):
                connection.query(statement)
                seconds = keepalive_due(server, ours)
                check(least < seconds <= most,
                      f"{statement}: it is due in {seconds} s")


# ---- memory ----

TOTAL_MIB = 64
UNCOUNTED_MIB = 25  # of a hundred statements that are small: ADR 15
# Each wants more than $n MiB: of a function's result, an aggregate's, an array, a
# text that grows.
HOGS = (
    "SELECT length(repeat('x', $n * 1100000))",
    "SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, $n * 1100)",
    "SELECT array_length(array(SELECT g FROM generate_series(1, $n * 140000) g), 1)",
    "SELECT length(replace(repeat('x', $n * 11000), 'x', repeat('y', 100)))",
    "SELECT length(regexp_replace(repeat('x', $n * 1100), 'x', repeat('y', 1000), 'g'))",
    "SELECT length(format('%' || $n * 1100000 || 's', 'x'))",
    "SELECT length((array_agg(repeat('x', 1000)))::text) FROM generate_series(1, $n * 1100)",
    "SELECT length(jsonb_agg(repeat('x', 1000))::text) FROM generate_series(1, $n * 1100)",
    "SELECT length(convert_from(decode(repeat('61', $n * 550000), 'hex'), 'UTF8'))",
)


def at_once(count, work):
    """What each of `count` threads has returned; what one has raised is raised."""
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def check_peak(server, base, what, limit_mib):
    peak = (memory_kib(server, "VmHWM") - base) / 1024
    print(f"{what}: {peak:.0f} MiB, {limit_mib:.0f} may be", flush=True)
    check(peak <= limit_mib or pgwire.IS_SANITIZED, f"{what}: {peak} MiB")


def hundred_hogs(total_mib, limit_mib):
    """A hundred that want too much: each gets 53200, and all stay below the cap."""
    with Server(f"total_statement_memory={total_mib}MB", "worker_count=8",
                "max_pending_logins=200") as server:
        with connect(server) as small:
            base = memory_kib(server)

            def work(i):
                sql = HOGS[i % len(HOGS)].replace("$n", str(total_mib))
                with connect(server, timeout=600) as connection:
                    got = states(connection.query(sql))
                    # Its session goes on.
                    rows = pgwire.rows(connection.query("SELECT 42"))
                    return (got, rows) == (["53200"], [[b"42"]]) or (sql, got)

            bad = [r for r in at_once(100, work) if r is not True]
            check(not bad, f"not refused: {bad}")
            check_peak(server, base, "100 statements", limit_mib)
            expect("small", pgwire.rows(small.query("SELECT 42")), [[b"42"]])


def statements_memory(_):
    if pgwire.IS_SANITIZED:
        return  # a sanitizer keeps what is freed: it would take many minutes
    hundred_hogs(TOTAL_MIB, TOTAL_MIB * 1.1 + UNCOUNTED_MIB)


def unread_values(_):
    """The replies of those who do not read are in it, too."""
    # The last is read when all others have been.
    with Server(f"total_statement_memory={TOTAL_MIB}MB", "worker_count=8",
                "client_read_timeout=10min") as server:
        base = memory_kib(server)
        connections = [connect(server) for _ in range(20)]
        for connection in connections:
            connection.send(query("SELECT repeat('x', 15000000)"))
        time.sleep(2)
        check_peak(server, base, "values that are not read", TOTAL_MIB * 1.1)
        ends = []
        for connection in connections:
            messages = connection.until_ready()
            rows = pgwire.rows(messages)
            ends.append(states(messages) == ["53200"]
                        or rows == [[b"x" * 15000000]])
            connection.close()
        check(all(ends), f"{ends.count(False)} have neither a value nor 53200")
        with connect(server) as connection:
            rows = pgwire.rows(connection.query("SELECT repeat('x', 15000000)"))
            check(len(rows) == 1, "the memory has not come back")


def open_transactions(_):
    """And what transactions have written that are not committed."""
    write = ("INSERT INTO large (context_id, s)"
             " SELECT 'c', repeat('x', 16000) FROM generate_series(1, 500)")
    with Server(f"total_statement_memory={TOTAL_MIB}MB", "worker_count=8") as server:
        with connect(server) as connection:
            connection.query("CREATE TABLE large (s text)")
        base = memory_kib(server)
        open_ones = [connect(server) for _ in range(20)]
        ends = [execute_states(each, "BEGIN; " + write) for each in open_ones]
        check(set(ends) == {"", "53200"}, f"{ends}")
        check_peak(server, base, "transactions", TOTAL_MIB * 1.1 + UNCOUNTED_MIB)
        for each, end in zip(open_ones, ends):
            if end:
                each.close()
            else:
                expect("COMMIT", execute_states(each, "COMMIT"), "")
                each.close()
        with connect(server) as connection:
            expect("then", execute_states(connection, write), "")
            rows = pgwire.rows(connection.query("SELECT count(*) FROM large"))
            expect("stored", rows, [[b"%d" % (500 * (1 + ends.count("")))]])


def unfinished_messages(_):
    """And messages that are not complete."""
    with Server(f"total_statement_memory={TOTAL_MIB}MB") as server:
        base = memory_kib(server)
        connections = [connect(server) for _ in range(20)]
        for connection in connections:
            try:
                connection.send(message(b"Q", bytes(20 * MIB), 40 * MIB))
            except pgwire.Closed:
                pass
        check_peak(server, base, "messages", TOTAL_MIB * 1.1 + UNCOUNTED_MIB)
        for connection in connections:
            connection.close()
        with connect(server) as connection:
            expect("alive", pgwire.rows(connection.query("SELECT 42")), [[b"42"]])


def promised_messages(server):
    """A length is no reason for memory: what has come is."""
    before = memory_kib(server)
    connections = [connect(server) for _ in range(90)]
    for connection in connections:
        connection.send(message(b"Q", b"SELECT", 60 * MIB))
    growth = memory_kib(server) - before
    print(f"90 promises of 60 MiB each: {growth} KiB", flush=True)
    check(growth < GROWTH_MAX_KIB or pgwire.IS_SANITIZED, f"{growth} KiB")
    for connection in connections:
        connection.close()


def many_starts(server):
    """What comes before a session goes with it, also if it is refused."""
    large = {f"_pq_.{i:03}": b"x" * 60 for i in range(120)}
    starts = (pgwire.startup(**large), pgwire.startup(user=None, **large),
              pgwire.startup(end=b"port\0", **large), pgwire.startup(**large)[:-9])

    def start_all(count):
        for i in range(count):
            with pgwire.Connection(server.port) as connection:
                connection.send(starts[i % len(starts)])
                if i % len(starts) < 3:
                    connection.message()

    count = 4000 if IS_LONG else 1500
    start_all(400)
    before = memory_kib(server)
    start_all(count)
    growth = memory_kib(server) - before
    print(f"{count} starts of 9 kB: {growth} KiB", flush=True)
    check(growth < 8 * 1024 or pgwire.IS_SANITIZED, f"{growth} KiB")


# ---- the long parts ----


IDLE_COUNT = 2000


def idle(what, max_kib, start, *options):
    """What connections take that have been asked, every second one, and wait."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * IDLE_COUNT), hard))
    with Server(f"max_connections={IDLE_COUNT + 100}", *options) as server:
        connections = [start(server) for _ in range(50)]
        before = memory_kib(server)
        for i in range(IDLE_COUNT):
            connections.append(start(server))
            if i % 2 == 0:
                connections[-1].query("SELECT 1")
        each = (memory_kib(server) - before) / IDLE_COUNT
        print(f"{IDLE_COUNT} idle connections {what}: {each:.1f} KiB each", flush=True)
        check(each <= max_kib, f"{each} KiB each")
        rows = pgwire.rows(connections[0].query("SELECT count(*) FROM pg_stat_activity"))
        expect("sessions", rows, [[b"%d" % len(connections)]])
        for connection in connections:
            connection.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def idle_connections(_):
    idle("in plain text", IDLE_MAX_KIB, connect)


def idle_tls_connections(_):
    with tempfile.TemporaryDirectory(prefix="stele-test-") as folder:
        made = Certificates(folder)
        made.authority("ca")
        made.signed("server", "ca", "/CN=localhost", "subjectAltName=DNS:localhost")
        context = ssl.create_default_context(cafile=made.path("ca.crt"))

        def start(server):
            connection = pgwire.Connection(server.port, 60 * pgwire.PATIENCE)
            connection.start_tls(context).start()
            return connection

        idle("by TLS", IDLE_TLS_MAX_KIB, start, "ssl=on",
             f"ssl_cert_file={made.path('server.crt')}",
             f"ssl_key_file={made.path('server.key')}")


def much_memory(_):
    hundred_hogs(512, 512 * 1.1)


def latencies(connection, seconds):
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        connection.query("SELECT 1")
        taken.append(time.monotonic() - start)
        time.sleep(0.002)
    return statistics.median(taken)


def slow_reader(server):
    """1 GiB at 20 MiB a second or so: flat memory; what it costs others is told."""
    with connect(server) as slow, connect(server) as other:
        alone = latencies(other, 3)
        before = memory_kib(server)
        slow.send(query("SELECT repeat('x', 10000) FROM generate_series(1, 107375)"))
        total, most, besides = 0, 0, []
        while total < 1 << 30:
            data = slow.socket.recv(1 << 20)
            check(data, f"cut off after {total} bytes")
            before_mib, total = total >> 20, total + len(data)
            if total >> 23 != before_mib >> 3:
                most = max(most, memory_kib(server))
                besides.append(latencies(other, 0.3))
        print(f"a slow reader of 1 GiB: {(most - before) / 1024:.1f} MiB more; others'"
              f" median latency {statistics.median(besides) / alone:.2f} times as long")
        check(most - before < GROWTH_MAX_KIB, f"{most - before} KiB more")


STORM_SECONDS = 2
STORM_CLIENTS = 2
LOGIN_CPU_MS = 0.3  # the server's, of one login
PASSWORD = "open sesame"


def hash_once():
    """The client's share of SCRAM, which is the larger one, is done once."""
    hashlib.pbkdf2_hmac = functools.lru_cache(hashlib.pbkdf2_hmac)


def log_in_for(port, seconds):
    """How many logins one client comes to."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with pgwire.Connection(port) as connection:
            connection.send(pgwire.startup(user=b"storm", database=b"postgres"))
            scram.log_in(connection, PASSWORD)
            connection.send(message(b"X"))
        count += 1
    return count


def storm(pool, port):
    """Logins a second."""
    counts = pool.starmap(log_in_for, [(port, STORM_SECONDS)] * STORM_CLIENTS)
    return sum(counts) / STORM_SECONDS


def cpu_ms(pid):
    with open(f"/proc/{pid}/stat") as status:
        fields = status.read().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def login_storm(_):
    """SCRAM logins as fast as PostgreSQL's, of the same verifier."""
    if postgres.find_binaries() is None:
        return
    role = f"CREATE ROLE storm LOGIN SUPERUSER PASSWORD '{scram.verifier(PASSWORD)}'"
    rule = "host all all 127.0.0.1/32 scram-sha-256\n"
    with Server() as server, postgres.Postgres() as other, \
            multiprocessing.get_context("fork").Pool(
                STORM_CLIENTS, hash_once) as pool:
        for port in (server.port, other.port):
            with pgwire.Connection(port) as connection:
                connection.start(user=b"stele", database=b"postgres")
                expect("CREATE ROLE", states(connection.query(role)), [])
        for path, process in (
            (os.path.join(server.data, "stele.hba"), server.process),
            (os.path.join(other.dir, "data", "pg_hba.conf"), other.process),
        ):
            with open(path, "w") as rules:
                rules.write(rule)
            process.send_signal(signal.SIGHUP)
        time.sleep(1)
        ours, theirs = [], []
        before = cpu_ms(server.process.pid)
        for _ in range(5):
            ours.append(storm(pool, server.port))
            theirs.append(storm(pool, other.port))
        each = (cpu_ms(server.process.pid) - before) / (sum(ours) * STORM_SECONDS)
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"logins by SCRAM: {statistics.median(ours):.0f} a second, {ratio:.2f}"
              f" times PostgreSQL's; {each:.2f} ms of the server's CPU each")
        check(ratio >= 0.9, f"{ratio} of PostgreSQL's rate")
        check(each <= LOGIN_CPU_MS, f"{each} ms of CPU each")


CASES = (
    unread_output,
    late_reader,
    read_timeout,
    message_size,
    events,
    schemas,
    connections,
    prepared_statements,
    leaves_nothing,
    keepalives,
    statements_memory,
    unread_values,
    open_transactions,
    unfinished_messages,
    promised_messages,
    many_starts,
)
LONG_CASES = (idle_connections, idle_tls_connections, slow_reader, much_memory,
              login_storm)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = 0
    with Server() as server:
        for case in CASES + (LONG_CASES if IS_LONG else ()):
            if word not in case.__name__:
                continue
            try:
                case(server)
            except (Failure, OSError, pgwire.Closed, struct.error) as why:
                failed += 1
                print(f"FAIL {case.__name__}: {why!r}", flush=True)
        if failed:
            server.print_log()
    print(f"limits: {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
