#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real clients over TLS: psql, psycopg 2 and 3, asyncpg, pgjdbc, s_client.

Those that are not on this machine are left out.
"""

import asyncio
import os
import shutil
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from certificates import Certificates  # noqa: E402
from stele_server import Failure, Server, check, skip  # noqa: E402

SQL = "SELECT ssl, coalesce(client_dn, '-') FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
JAR = os.environ.get("PGJDBC_JAR", "/usr/share/java/postgresql.jar")


def run(server, *command, **environment):
    return subprocess.run(
        command,
        env={**server.environment(), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def psql(server, files, mode, ok=True, **environment):
    for name in ("PGSSLCERT", "PGSSLKEY"):
        environment.setdefault(name, os.path.join(files.folder, "none"))
    environment.setdefault("PGSSLROOTCERT", files.path("ca.crt"))
    done = run(server, "psql", "-XAtqc", SQL, PGSSLMODE=mode, **environment)
    check((done.returncode == 0) == ok, f"psql {mode} {environment}: {done.stdout}")
    return done.stdout.strip()


def psql_modes(server, files):
    check(psql(server, files, "disable") == "f|-", "disable")
    for mode in ("prefer", "require", "verify-ca"):
        check(psql(server, files, mode) == "t|-", mode)
    check(psql(server, files, "verify-full", PGHOST="localhost") == "t|-", "full")
    # The certificate is of localhost only.
    psql(server, files, "verify-full", PGHOST="127.0.0.1", ok=False)
    psql(server, files, "verify-ca", PGSSLROOTCERT=files.path("people.crt"), ok=False)
    psql(server, files, "require", PGSSLMAXPROTOCOLVERSION="TLSv1.1",
         PGSSLMINPROTOCOLVERSION="TLSv1", ok=False)
    certificate = {"PGSSLCERT": files.path("bob.crt"), "PGSSLKEY": files.path("bob.key")}
    check(psql(server, files, "require", **certificate) == "t|/CN=bob", "certificate")
    # libpq of PostgreSQL 17 and later.
    done = run(server, "psql", "-XAtqc", SQL, "sslmode=require sslnegotiation=direct"
               f" sslrootcert={files.path('ca.crt')}")
    if "invalid connection option" not in done.stdout:
        check(done.stdout.strip() == "t|-", f"direct: {done.stdout}")


def psql_much(server, files):
    """Through psql's own COPY, both ways."""
    rows = "".join(f"c{i % 10}\t{i}\t{'y' * (i % 500)}\n" for i in range(20000))
    environment = dict(server.environment(), PGSSLMODE="verify-full", PGHOST="localhost",
                       PGSSLROOTCERT=files.path("ca.crt"))
    script = ("CREATE TABLE much (n int, s text);\n"
              "\\copy much (context_id, n, s) from stdin\n" + rows + "\\.\n"
              "\\copy (SELECT context_id, n, s FROM much ORDER BY n) to stdout\n")
    done = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                          input=script, env=environment, stdout=subprocess.PIPE,
                          text=True, timeout=120)
    check(done.returncode == 0 and done.stdout == rows, "what psql copied")


def s_client(server, files):
    done = run(server, "openssl", "s_client", "-connect", f"127.0.0.1:{server.port}",
               "-starttls", "postgres", "-CAfile", files.path("ca.crt"),
               "-verify_return_error")
    check("Verify return code: 0 (ok)" in done.stdout, done.stdout)
    for protocol, ok in (("postgresql", True), ("h2", False)):
        done = run(server, "openssl", "s_client", "-connect",
                   f"127.0.0.1:{server.port}", "-alpn", protocol, "-CAfile",
                   files.path("ca.crt"))
        check((f"ALPN protocol: {protocol}" in done.stdout) == ok, done.stdout)
    check("no application protocol" in done.stdout, done.stdout)


def psycopg2(server, files):
    try:
        import psycopg2 as driver
    except ImportError:
        return "left out"
    with driver.connect(dbname="stele", user="stele", host="localhost",
                        port=server.port, sslmode="verify-full",
                        sslrootcert=files.path("ca.crt")) as connection:
        with connection.cursor() as cursor:
            cursor.execute(SQL)
            check(cursor.fetchone() == (True, "-"), "psycopg2")
    connection.close()


def psycopg3(server, files):
    try:
        import psycopg
    except ImportError:
        return "left out"
    with psycopg.connect(dbname="stele", user="stele", host="localhost",
                         port=server.port, sslmode="verify-full",
                         sslrootcert=files.path("ca.crt"),
                         sslcert=files.path("bob.crt"),
                         sslkey=files.path("bob.key")) as connection:
        check(connection.execute(SQL).fetchone() == (True, "/CN=bob"), "psycopg")
        with connection.pipeline():
            cursors = [connection.execute("SELECT %s::int", (i,)) for i in range(300)]
        check([c.fetchone()[0] for c in cursors] == list(range(300)), "a pipeline")


def asyncpg(server, files):
    try:
        import asyncpg as driver
    except ImportError:
        return "left out"

    async def ask():
        context = ssl.create_default_context(cafile=files.path("ca.crt"))
        connection = await driver.connect(host="localhost", port=server.port,
                                          user="stele", database="stele", ssl=context)
        row = await connection.fetchrow(SQL)
        check(tuple(row) == (True, "-"), f"asyncpg: {row}")
        try:
            await connection.fetch("SELECT count(*) FROM generate_series(1,"
                                   " 100000000000)", timeout=0.3)
            raise Failure("it was not cancelled")
        except asyncio.TimeoutError:
            pass
        await connection.close()

    asyncio.run(ask())


JAVA = """
import java.sql.*;
public class Secret {
	public static void main(String[] a) throws SQLException {
		try (Connection c = DriverManager.getConnection(a[0]);
		     Statement s = c.createStatement();
		     ResultSet r = s.executeQuery(a[1])) {
			r.next();
			System.out.println(r.getBoolean(1) + " " + r.getString(2));
		}
	}
}
"""


def pgjdbc(server, files):
    if shutil.which("java") is None or not os.path.isfile(JAR):
        return "left out"
    source = files.path("Secret.java")
    with open(source, "w") as file:
        file.write(JAVA)
    url = (f"jdbc:postgresql://localhost:{server.port}/stele?user=stele"
           f"&sslmode=verify-full&sslrootcert={files.path('ca.crt')}")
    done = run(server, "java", "-XX:TieredStopAtLevel=1", "-cp", JAR, source, url, SQL)
    check(done.stdout.strip() == "true -", f"pgjdbc: {done.stdout}")


CASES = (psql_modes, psql_much, s_client, psycopg2, psycopg3, asyncpg, pgjdbc)


def main():
    for program in ("openssl", "psql"):
        if shutil.which(program) is None:
            skip(f"there is no {program} on this machine")
    folder = tempfile.mkdtemp(prefix="stele-tls-", dir="/tmp")
    files = Certificates(folder)
    failed = 0
    try:
        files.authority("ca")
        files.authority("people")
        files.signed("server", "ca", "/CN=localhost", "subjectAltName=DNS:localhost")
        files.signed("bob", "people", "/CN=bob")
        with Server("ssl=on", f"ssl_cert_file={files.path('server.crt')}",
                    f"ssl_key_file={files.path('server.key')}",
                    f"ssl_ca_file={files.path('people.crt')}") as server:
            for case in CASES:
                try:
                    print(case.__name__, case(server, files) or "passed", flush=True)
                except Failure as why:
                    failed += 1
                    print(f"FAIL {case.__name__}: {why}", flush=True)
            if failed:
                server.print_log()
    finally:
        shutil.rmtree(folder)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
