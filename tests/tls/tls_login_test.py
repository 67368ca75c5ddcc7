#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logging in over TLS: binding to the channel and who must not give it up, the
password in clear text, certificates; and by real clients, where they are.
"""

import os
import select
import shutil
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import hashlib  # noqa: E402

import pgwire  # noqa: E402
import scram  # noqa: E402
from certificates import Certificates  # noqa: E402
from pgwire import cstring, message  # noqa: E402
from stele_server import Failure, Server, check, skip  # noqa: E402

LONG = 60 * pgwire.PATIENCE
BINDING = b"p=tls-server-end-point,,"
PLUS = "SCRAM-SHA-256-PLUS"

RULES = """\
local   all  all      trust
hostssl all  clear    all           password
hostssl all  costly   all           password
hostssl all  bob      all           cert
hostssl all  "/CN=x"  all           reject
hostssl all  "CN=dn"  all           cert  clientname=DN
hostssl all  signed   all           scram-sha-256 clientcert=verify-ca
hostssl all  named    all           scram-sha-256 clientcert=verify-full
hostssl all  all      all           scram-sha-256
host    all  plain    127.0.0.1/32  scram-sha-256
"""

ROLES = ("app", "clear", "bob", "CN=dn", "signed", "named", "plain")


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


class Connection(pgwire.Connection):
    def start_tls_with(self, files, certificate=None):
        context = ssl.create_default_context(cafile=files.path("ca.crt"))
        if certificate:
            context.load_cert_chain(
                files.path(f"{certificate}.crt"), files.path(f"{certificate}.key")
            )
        self.start_tls(context)

    def end_point(self):
        return hashlib.sha256(self.socket.getpeercert(True)).digest()


def begin(server, files, user, certificate=None, is_tls=True):
    connection = Connection(server.port, timeout=LONG)
    if is_tls:
        connection.start_tls_with(files, certificate)
    connection.send(pgwire.startup(user=user.encode()))
    return connection


def log_in(connection, mechanism, header=b"n,,", binding=b"", password="secret"):
    """"in", or the SQLSTATE of the refusal."""
    try:
        kind, data = scram.authentication(connection)
        expect("asked for", kind, scram.SASL)
        exchange = scram.Scram(password, header, binding)
        connection.send(scram.sasl_initial(mechanism, exchange.first()))
        kind, first = scram.authentication(connection)
        connection.send(message(b"p", exchange.final(first)))
        kind, data = scram.authentication(connection)
        expect("its signature", (kind, data), (12, b"v=" + exchange.signature))
        scram.authentication(connection)
        connection.until_ready()
        expect("SELECT 1", pgwire.errors(connection.query("SELECT 1")), [])
        return "in"
    except scram.Refused as why:
        return why.error["C"]
    finally:
        connection.close()


def state(connection):
    """The SQLSTATE of who is not even asked, or "in"."""
    with connection:
        try:
            kind, _ = scram.authentication(connection)
            return "in" if kind == 0 else f"asked for {kind}"
        except scram.Refused as why:
            return why.error["C"]


# ---- binding to the channel ----


def binding(server, files):
    with begin(server, files, "app") as connection:
        kind, data = scram.authentication(connection)
        expect("mechanisms", scram.mechanisms(data), [PLUS, PLUS[:-5]])
        right = connection.end_point()
    with begin(server, files, "plain", is_tls=False) as connection:
        kind, data = scram.authentication(connection)
        expect("without TLS", scram.mechanisms(data), [PLUS[:-5]])
    wrong = bytes(32)
    for what, mechanism, header, bound, wanted in (
        ("bound", PLUS, BINDING, right, "in"),
        ("bound to another", PLUS, BINDING, wrong, "28000"),
        ("bound to nothing", PLUS, BINDING, b"", "28000"),
        ("not bound, and says so", PLUS[:-5], b"n,,", b"", "in"),
        ("thinks we cannot", PLUS[:-5], b"y,,", b"", "28000"),
        ("PLUS but not bound", PLUS, b"n,,", b"", "08P01"),
        ("bound without PLUS", PLUS[:-5], BINDING, right, "08P01"),
        ("another kind", PLUS, b"p=tls-unique,,", right, "08P01"),
    ):
        connection = begin(server, files, "app")
        expect(what, log_in(connection, mechanism, header, bound), wanted)
    connection = begin(server, files, "plain", is_tls=False)
    expect("y without TLS", log_in(connection, PLUS[:-5], b"y,,"), "in")
    connection = begin(server, files, "app")
    expect("wrong password",
           log_in(connection, PLUS, BINDING, right, password="other"), "28P01")
    expect("no TLS, no rule", state(begin(server, files, "app", is_tls=False)),
           "28000")


# ---- in clear text ----


def clear_text(server, files):
    for password, wanted in (
        (b"secret\0", "in"),
        (b"Secret\0", "28P01"),
        (b"\0", "28P01"),
        (b"x" * 1024 + b"\0", "28P01"),
        (b"x" * 1025 + b"\0", "28P01"),
        (b"secret", "08P01"),
        (b"secret\0\0", "08P01"),
    ):
        with begin(server, files, "clear") as connection:
            kind, _ = scram.authentication(connection)
            expect("asked for", kind, 3)
            connection.send(message(b"p", password))
            expect(f"a password of {len(password)} bytes", state(connection), wanted)
    with begin(server, files, "clear") as connection:
        scram.authentication(connection)
        connection.send(message(b"p", b"secret\0"))
        scram.authentication(connection)
        connection.until_ready()
        expect("SELECT 1", pgwire.errors(connection.query("SELECT 1")), [])
    expect("without TLS", state(begin(server, files, "clear", is_tls=False)), "28000")


def one_worker_is_left(server, files):
    """Passwords that cost much do not keep a query waiting for all of them."""
    connections = [begin(server, files, "costly") for _ in range(8)]
    for connection in connections:
        expect("asked for", scram.authentication(connection)[0], 3)
    for connection in connections:
        connection.send(message(b"p", b"secret\0"))
    with begin(server, files, "bob", "bob") as other:
        other.until_ready()
        got = pgwire.rows(other.query(
            "SELECT count(*) FROM generate_series(1, 100000)"))
        expect("a query", got, [[b"100000"]])
    done = select.select([each.socket for each in connections], [], [], 0)[0]
    check(len(done) <= 5, f"{len(done)} logins before the query")
    for connection in connections:
        expect("costly", state(connection), "in")


# ---- certificates ----


def certificates(server, files):
    for user, certificate, wanted in (
        ("bob", "bob", "in"),
        ("bob", "app", "28000"),
        ("bob", None, "28000"),
        ("CN=dn", "dn", "in"),
        ("CN=dn", "bob", "28000"),
        ("signed", None, "28000"),
        ("signed", "bob", "asked for 10"),
        ("named", "bob", "28000"),
        ("named", "named", "asked for 10"),
    ):
        got = state(begin(server, files, user, certificate))
        expect(f"{user} with the certificate of {certificate}", got, wanted)
    connection = begin(server, files, "named", "named")
    expect("named with its password", log_in(connection, PLUS[:-5]), "in")


# ---- real clients ----

PSQL = ("require", "disable", "prefer")


def psql(server, files):
    if shutil.which("psql") is None:
        return
    for user, password, more, wanted in (
        ("app", "secret", {"PGSSLMODE": "require"}, 0),
        ("app", "secret", {"PGSSLMODE": "prefer"}, 0),
        ("app", "secret", {"PGSSLMODE": "disable"}, 2),
        ("app", "secret", {"PGCHANNELBINDING": "require"}, 0),
        ("app", "secret", {"PGCHANNELBINDING": "disable"}, 0),
        ("app", "secret", {"PGSSLMODE": "verify-full"}, 0),
        ("app", "other", {"PGCHANNELBINDING": "require"}, 2),
        ("nobody", "secret", {"PGSSLMODE": "require"}, 2),
        ("clear", "secret", {"PGSSLMODE": "require"}, 0),
        ("clear", "other", {"PGSSLMODE": "require"}, 2),
        ("clear", "secret", {"PGCHANNELBINDING": "require"}, 2),
        ("plain", "secret", {"PGSSLMODE": "disable"}, 0),
    ):
        environment = server.environment()
        environment.update(
            PGHOST="localhost", PGUSER=user, PGPASSWORD=password, PGSSLMODE="prefer",
            PGSSLROOTCERT=files.path("ca.crt"),
        )
        environment.update(more)
        result = subprocess.run(
            ["psql", "-XAtc", "SELECT current_user"],
            env=environment, capture_output=True, text=True, timeout=LONG,
        )
        what = f"psql as {user} with {password}, {more}"
        check(result.returncode == wanted, f"{what}: {result}")
        if wanted == 0:
            expect(what, result.stdout, user + "\n")


def by_python(server, files, connect, refused):
    """A driver: the right password, a wrong one, no such role."""
    ca = files.path("ca.crt")
    expect("right", connect(server.port, ca, "app", "secret"), "app")
    for user, password in (("app", "other"), ("nobody", "secret")):
        try:
            connect(server.port, ca, user, password)
        except refused as why:
            check("password authentication failed" in str(why), str(why))
        else:
            raise Failure(f"{user} is let in with {password}")


def psycopg(server, files):
    for name in ("psycopg2", "psycopg"):
        try:
            driver = __import__(name)
        except ImportError:
            continue

        def connect(port, ca, user, password, driver=driver):
            with driver.connect(
                host="localhost", port=port, user=user, password=password,
                dbname="stele", sslmode="verify-full", sslrootcert=ca,
                channel_binding="require",
            ) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT session_user")
                    return cursor.fetchone()[0]

        by_python(server, files, connect, driver.OperationalError)


def asyncpg(server, files):
    try:
        import asyncio

        import asyncpg as driver
    except ImportError:
        return

    async def session_user(port, ca, user, password):
        connection = await driver.connect(
            host="localhost", port=port, user=user, password=password,
            database="stele", ssl=ssl.create_default_context(cafile=ca),
        )
        try:
            return await connection.fetchval("SELECT session_user")
        finally:
            await connection.close()

    def connect(*arguments):
        return asyncio.run(session_user(*arguments))

    by_python(server, files, connect, driver.InvalidPasswordError)


def start(files):
    server = Server(
        "ssl=on",
        f"ssl_cert_file={files.path('server.crt')}",
        f"ssl_key_file={files.path('server.key')}",
        f"ssl_ca_file={files.path('ca.crt')}",
        "scram_iterations=4096",
        "worker_count=2",
        "authentication_timeout=300s",
    )
    server.start()
    secret = scram.verifier("secret")
    with pgwire.Connection(server.port) as admin:
        admin.start()
        for role in ROLES:
            sql = f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{secret}'"
            if role == "app":
                sql += " SUPERUSER"
            expect(sql, pgwire.errors(admin.query(sql)), [])
        costly = scram.verifier("secret", iterations=1000000)
        sql = f"CREATE ROLE costly LOGIN PASSWORD '{costly}'"
        expect(sql, pgwire.errors(admin.query(sql)), [])
    server.stop()
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write(RULES)
    server.start()
    return server


CASES = (binding, clear_text, one_worker_is_left, certificates, psql, psycopg, asyncpg)


def main():
    if shutil.which("openssl") is None:
        skip("there is no openssl on this machine")
    with tempfile.TemporaryDirectory(prefix="stele-tls-", dir="/tmp") as folder:
        files = Certificates(folder)
        files.authority("ca")
        files.server("server", "ca")
        for name in ("bob", "app", "named", "dn"):
            files.signed(name, "ca", f"/CN={name}")
        server = start(files)
        try:
            for case in CASES:
                case(server, files)
                print("ok", case.__name__)
        except BaseException:
            server.release()
            raise
        sys.exit(not server.release())


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
