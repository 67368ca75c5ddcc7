#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Roles with passwords: who is let in and what the others are told, the first
administrator, who may take which connection, and that no password is left
anywhere (promises S1, S3)."""

import os
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
import scram  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

LONG = 60 * pgwire.PATIENCE
ADMIN = "geheim-\u00e9-admin"  # SASLprep leaves it as it is
RULES = "local all all trust\nhost all all all scram-sha-256\n"


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def log_text(server):
    with open(server.log, errors="replace") as log:
        return log.read()


def choose(server, password, *arguments):
    """stele admin-password with a line of standard input."""
    return subprocess.run(
        [server.stele, "admin-password", "-D", server.data, *arguments],
        input=password,
        capture_output=True,
        text=True,
        env=server.server_environment(),
        timeout=LONG,
    )


def start(server, user, password):
    """A session of the role; scram.Refused if it is not let in."""
    connection = pgwire.Connection(server.port, timeout=LONG)
    connection.send(pgwire.startup(user=user.encode()))
    try:
        messages = scram.log_in(connection, password)
    except scram.Refused:
        connection.close()
        raise
    connection.key = dict(messages).get(b"K")
    return connection


def outcome(server, user, password):
    try:
        start(server, user, password).close()
    except scram.Refused as why:
        return why.error["C"] + " " + why.error["M"]
    return "in"


def run(connection, *statements):
    for sql in statements:
        errors = pgwire.errors(connection.query(sql))
        check(not errors, f"{sql}: {errors}")


def value(connection, sql):
    return pgwire.rows(connection.query(sql))[0][0].decode()


def use_rules(server, text):
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write(text)
    seen = len(log_text(server))
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LONG
    while "configuration reloaded" not in log_text(server)[seen:]:
        check(time.monotonic() < deadline, "the rules are not taken")
        time.sleep(0.02)


# ---- the first administrator ----


def beyond_loopback(server):
    """Nobody else is listened to before a password is chosen."""
    everywhere = server.arguments()[1:] + ["-c", "listen_addresses=*"]
    result = server.program(*everywhere)
    expect("status of a start without a password", result.returncode, 1)
    for words in ('cannot listen on "*": no superuser has a password',
                  "stele admin-password"):
        check(words in result.stdout, f"{words!r} is not in {result.stdout!r}")
    for bad in ("", "\n", "x" * 1025 + "\n"):
        result = choose(server, bad)
        expect(f"status with {len(bad)} bytes", result.returncode, 1)
    for good in ("x" * 1024 + "\n", "last line", ADMIN + "\n"):
        result = choose(server, good)
        expect("status of a chosen password", result.returncode, 0)
    expect("what it says", result.stdout, 'superuser "stele" has a password\n')
    server.options += ("listen_addresses=*",)
    server.start()
    check(choose(server, "other\n").returncode == 1, "while a server runs")
    use_rules(server, RULES)
    expect("its password", outcome(server, "stele", ADMIN), "in")
    expect("an older one", outcome(server, "stele", "last line"),
           '28P01 password authentication failed for user "stele"')
    with start(server, "stele", ADMIN) as admin:
        expect("it is", value(admin, "SELECT rolsuper FROM pg_roles"
                                     " WHERE rolname = current_user"), "t")


# ---- roles ----

def secret(password):
    return "PASSWORD '" + scram.verifier(password) + "'"


MAKE = (
    f"CREATE ROLE app LOGIN {secret('app-secret')}",
    f'CREATE ROLE "Odd ""name" LOGIN {secret("odd-secret")}',
    f"CREATE ROLE expired LOGIN {secret('expired-secret')}"
    " VALID UNTIL '2001-01-01'",
    f"CREATE ROLE later LOGIN {secret('later-secret')} VALID UNTIL 'infinity'",
    f"CREATE ROLE locked NOLOGIN {secret('locked-secret')}",
    "CREATE ROLE empty LOGIN",
    f"CREATE ROLE few LOGIN {secret('few-secret')} CONNECTION LIMIT 2",
)

LOGINS = (
    ("app", "app-secret", True),
    ("app", "App-secret", False),
    ("app", "", False),
    ('Odd "name', "odd-secret", True),
    ("later", "later-secret", True),
    ("expired", "expired-secret", False),
    ("locked", "locked-secret", False),
    ("empty", "", False),
    ("empty", "x", False),
    ("nobody", "app-secret", False),
    ("APP", "app-secret", False),
    ("pg_read_all_data", "x", False),
)


def logins(server):
    """Who is not let in is told the same, whatever the reason."""
    with start(server, "stele", ADMIN) as admin:
        run(admin, *MAKE)
    for user, password, is_in in LOGINS:
        refusal = f'28P01 password authentication failed for user "{user}"'
        expect(f"{user} with {password!r}", outcome(server, user, password),
               "in" if is_in else refusal)
    with start(server, "app", "app-secret") as app:
        expect("session_user", value(app, "SELECT session_user"), "app")
        errors = pgwire.errors(app.query("SELECT * FROM pg_hba_file_rules"))
        expect("pg_hba_file_rules", [e["C"] for e in errors], ["42501"])
        expect("pg_stat_activity", value(
            app, "SELECT usename FROM pg_stat_activity"
                 " WHERE pid = pg_backend_pid()"), "app")


def trusted_names(server):
    """By trust a name must be a role's that can log in."""
    for user, wanted in (
        (b"stele", None),
        (b"expired", None),  # VALID UNTIL is of the password
        (b"nobody", '28000 role "nobody" does not exist'),
        (b"locked", '28000 role "locked" is not permitted to log in'),
    ):
        with pgwire.Connection(server.port) as connection:
            connection.socket.close()
            connection.socket = socket.socket(socket.AF_UNIX)
            connection.socket.connect(f"{server.dir}/.s.PGSQL.{server.port}")
            connection.send(pgwire.startup(user=user))
            try:
                scram.authentication(connection)
                connection.until_ready()
                got = None
            except scram.Refused as why:
                got = why.error["C"] + " " + why.error["M"]
            except pgwire.Closed:
                got = "closed"
            expect(user, got, wanted)


def changes_hit_the_next_login(server):
    with start(server, "stele", ADMIN) as admin:
        run(admin, f"ALTER ROLE app {secret('second-secret')}")
        expect("an old password", outcome(server, "app", "app-secret")[:5], "28P01")
        expect("a new one", outcome(server, "app", "second-secret"), "in")
        run(admin, "ALTER ROLE app NOLOGIN")
        expect("NOLOGIN", outcome(server, "app", "second-secret")[:5], "28P01")
        run(admin, "ALTER ROLE app LOGIN VALID UNTIL '2001-01-01'")
        expect("expired", outcome(server, "app", "second-secret")[:5], "28P01")
        run(admin, f"ALTER ROLE app VALID UNTIL 'infinity' {secret('app-secret')}")
        expect("as before", outcome(server, "app", "app-secret"), "in")


def expired_meanwhile(server):
    """What is true at the end of the exchange counts."""
    with start(server, "stele", ADMIN) as admin:
        with pgwire.Connection(server.port) as connection:
            connection.send(pgwire.startup(user=b"app"))
            exchange = scram.Scram("app-secret")
            first = scram.begin(connection, first=exchange.first())
            run(admin, "ALTER ROLE app NOLOGIN")
            connection.send(pgwire.message(b"p", exchange.final(first)))
            states = [e["C"] for e in pgwire.errors(connection.until_closed())]
            expect("after NOLOGIN", states, ["28P01"])
        run(admin, "ALTER ROLE app LOGIN")


def members(server):
    """+name is who is a member, superusers only if they are, too."""
    with start(server, "stele", ADMIN) as admin:
        run(admin, "CREATE ROLE staff", "CREATE ROLE crew IN ROLE staff",
            "GRANT crew TO app")
        use_rules(server, "host all +staff all scram-sha-256\n"
                          "host all later all reject\n"
                          "host all all 127.0.0.1/32 scram-sha-256\n")
        expect("through crew", outcome(server, "app", "app-secret"), "in")
        use_rules(server, "host all +staff all reject\n"
                          "host all all all scram-sha-256\n")
        expect("through crew", outcome(server, "app", "app-secret")[:5], "28000")
        expect("a superuser", outcome(server, "stele", ADMIN), "in")
        use_rules(server, RULES)
        run(admin, "REVOKE crew FROM app")


def given_verifiers(server):
    """A verifier of too many iterations is refused, and so are as many rounds."""
    base = scram.verifier("app-secret", iterations=1)
    with start(server, "app", "app-secret") as app:
        for iterations, wanted in ((999999, []), (1000000, []),
                                   (1000001, ["22023"]), (10000000, ["22023"])):
            given = base.replace("$1:", f"${iterations}:", 1)
            errors = pgwire.errors(app.query(f"ALTER ROLE app PASSWORD '{given}'"))
            expect(iterations, [e["C"] for e in errors], wanted)
            errors = pgwire.errors(app.query(f"SET scram_iterations = {iterations}"))
            expect(f"SET {iterations}", [e["C"] for e in errors], wanted)
        run(app, "RESET scram_iterations", f"ALTER ROLE app {secret('app-secret')}")
    expect("app", outcome(server, "app", "app-secret"), "in")


def connection_limit(server):
    """One of two, two, and the third is too many; of this role alone."""
    held = [start(server, "few", "few-secret") for _ in range(2)]
    expect("the third", outcome(server, "few", "few-secret"),
           '53300 too many connections for role "few"')
    expect("another role", outcome(server, "later", "later-secret"), "in")
    held.pop().close()
    until_in(server, "few", "few-secret")
    for connection in held:
        connection.close()


def until_in(server, user, password):
    deadline = time.monotonic() + LONG
    while outcome(server, user, password) != "in":
        check(time.monotonic() < deadline, f"{user} is never let in again")
        time.sleep(0.02)


def reserved_connections(server):
    """Of six, two are for superusers: four, then none, then two more."""
    server.options += ("max_connections=6", "superuser_reserved_connections=2")
    server.restart()
    held = [start(server, "later", "later-secret") for _ in range(4)]
    reserved = ("53300 remaining connection slots are reserved for"
                " non-replication superuser connections")
    expect("the fifth", outcome(server, "later", "later-secret"), reserved)
    held += [start(server, "stele", ADMIN) for _ in range(2)]
    full = "53300 sorry, too many clients already"
    expect("the seventh", outcome(server, "stele", ADMIN), full)
    held.pop().close()
    until_in(server, "stele", ADMIN)
    expect("still reserved", outcome(server, "later", "later-secret"), reserved)
    for connection in held:
        connection.close()


SECRETS = ["app-secret", "second-secret", "odd-secret", "few-secret", ADMIN]


def nothing_is_left(server):
    """No password in a file of the directory, nor in the log."""
    server.stop()
    names = [server.log]
    for folder, _, files in os.walk(server.data):
        names += [os.path.join(folder, name) for name in files]
    for name in names:
        with open(name, "rb") as file:
            content = file.read()
        for secret in SECRETS:
            check(secret.encode() not in content, f"{secret!r} is in {name}")
    server.start()


CASES = (
    logins,
    trusted_names,
    changes_hit_the_next_login,
    expired_meanwhile,
    members,
    given_verifiers,
    connection_limit,
    reserved_connections,
    nothing_is_left,
)


def main():
    server = Server("scram_iterations=4096")
    try:
        beyond_loopback(server)
        print("ok beyond_loopback")
        for case in CASES:
            case(server)
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
