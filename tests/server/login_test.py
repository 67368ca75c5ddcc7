#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who is let in: the rules of stele.hba and their reload, what strangers are told
and how long they may take, how many of them there may be (promise S1)."""

import os
import pwd
import signal
import socket
import stat
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
import scram  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

LONG = 60 * pgwire.PATIENCE  # longer than anything takes that is to come


class LocalConnection(pgwire.Connection):
    """The same over the UNIX socket."""

    def __init__(self, server):
        self.port = server.port
        self.key = None
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LONG)
        self.socket.connect(f"{server.dir}/.s.PGSQL.{server.port}")
        self.received = b""


def connect(server, is_local=False):
    if is_local:
        return LocalConnection(server)
    return pgwire.Connection(server.port, timeout=LONG)


def outcome(server, user, is_local=False, database=b"d"):
    """"in", or the SQLSTATE and the text of the refusal."""
    with connect(server, is_local) as connection:
        connection.send(pgwire.startup(user=user.encode(), database=database))
        try:
            kind, _ = scram.authentication(connection)
        except scram.Refused as refused:
            return refused.error["C"] + " " + refused.error["M"]
        if kind == 0:
            connection.until_ready()
            return "in"
        return "asked for a password"


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def hba_path(server):
    return os.path.join(server.data, "stele.hba")


def log_text(server):
    with open(server.log, errors="replace") as log:
        return log.read()


def reload(server, text, wanted="configuration reloaded"):
    """New rules, and the server's word for them."""
    with open(hba_path(server), "w") as hba:
        hba.write(text)
    seen = len(log_text(server))
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LONG
    while wanted not in log_text(server)[seen:]:
        check(time.monotonic() < deadline, f"no {wanted!r} in the log")
        time.sleep(0.02)


# ---- the file ----


def default_file(server):
    """It is made, for its owner's eyes only, and left as it is later."""
    mode = stat.S_IMODE(os.stat(hba_path(server)).st_mode)
    expect("mode of stele.hba", oct(mode), oct(0o600))
    expect("loopback", outcome(server, "anybody"), "in")
    expect("UNIX socket", outcome(server, "anybody", is_local=True), "in")
    with open(hba_path(server), "a") as hba:
        hba.write("# mine\n")
    server.restart()
    with open(hba_path(server)) as hba:
        check(hba.read().endswith("# mine\n"), "stele.hba was written again")


ME = pwd.getpwuid(os.geteuid()).pw_name
NOBODY = 'for host "127.0.0.1", user "{}", database "d", no encryption'

RULES = f"""\
local   all       {ME},other  peer
local   all       all         reject
host    all       +other      all           reject
host    all       other,crowd all           scram-sha-256
host    special   all         127.0.0.1/32  reject
host    sameuser  all         127.0.0.1/32  reject
host    all       scram       127.0.0.1/32  scram-sha-256
host    all       "all"       127.0.0.1/32  reject
hostssl all       all         127.0.0.1/32  scram-sha-256
hostnossl all     bob         127.0.0.1 255.255.255.255 trust
"""

OUTCOMES = (
    (True, ME, "d", "in"),
    (True, "other", "d", '28000 peer authentication failed for user "other"'),
    (
        True,
        "bob",
        "d",
        '28000 stele.hba rejects connection for host "[local]", user "bob", '
        'database "d", no encryption',
    ),
    (False, "bob", "d", "in"),
    (False, "other", "d", "asked for a password"),
    (False, "scram", "d", "asked for a password"),
    (False, "all", "d", "28000 stele.hba rejects connection " + NOBODY.format("all")),
    (False, "ann", "d", "28000 no stele.hba entry " + NOBODY.format("ann")),
    (
        False,
        "bob",
        "special",
        "28000 stele.hba rejects connection "
        + NOBODY.format("bob").replace('"d"', '"special"'),
    ),
    (
        False,
        "bob",
        "bob",
        "28000 stele.hba rejects connection "
        + NOBODY.format("bob").replace('"d"', '"bob"'),
    ),
)


def rules(server):
    reload(server, RULES)
    for is_local, user, database, wanted in OUTCOMES:
        got = outcome(server, user, is_local, database.encode())
        expect(f"{user} of {database}, local {is_local}", got, wanted)


SHOW = (
    "SELECT line_number, type, database, user_name, address, netmask,"
    " auth_method, options, error FROM pg_hba_file_rules ORDER BY 1"
)


def shown(connection):
    return [
        tuple(None if value is None else value.decode() for value in row)
        for row in pgwire.rows(connection.query(SHOW))
    ]


def mistakes_change_nothing(server):
    """The old rules stay, the log says where, the view shows it."""
    reload(server, RULES)
    with connect(server) as connection:
        connection.start(user=b"bob", database=b"d")
        reload(
            server,
            "host all all 10.0.0.0/8 scram-sha-256\n"
            "hostssl all \"x y\",+z ::1/128 cert clientname=DN\n"
            "host all all all magic\n",
            'line 3, column 18 of',
        )
        expect("by the old rules", outcome(server, "bob"), "in")
        expect(
            "pg_hba_file_rules",
            shown(connection),
            [
                ("1", "host", "{all}", "{all}", "10.0.0.0", "255.0.0.0")
                + ("scram-sha-256", None, None),
                ("2", "hostssl", "{all}", '{"x y",+z}', "::1")
                + ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "cert")
                + ("{clientcert=verify-full,clientname=DN}", None),
                ("3", None, None, None, None, None, None, None)
                + ('invalid authentication method "magic"',),
            ],
        )
        reload(server, "host all all 0.0.0.0/0 trust\n", "allow_remote_trust")
        expect("by the old rules", outcome(server, "bob"), "in")
    reload(server, RULES)


def a_start_with_mistakes(server):
    """A server does not start by rules that nobody understands."""
    server.stop()
    for text, wanted in (
        ("locale all all trust\n", 'invalid connection type "locale"'),
        ("host all all all trust\n", "trust beyond loopback"),
    ):
        with open(hba_path(server), "w") as hba:
            hba.write(text)
        result = server.program(*server.arguments()[1:])
        check(result.returncode == 1, f"it starts with {text!r}")
        check(wanted in result.stdout, f"{wanted!r} is not in {result.stdout!r}")
    missing = server.program(*server.arguments()[1:], "-c", "hba_file=other.hba")
    check(missing.returncode == 1, "it starts without its hba_file")
    check("other.hba" in missing.stdout, missing.stdout)
    with open(hba_path(server), "w") as hba:
        hba.write(RULES)
    server.start()


# ---- passwords ----


def refused(server, user, password="x"):
    with connect(server) as connection:
        connection.send(pgwire.startup(user=user.encode()))
        try:
            scram.log_in(connection, password)
        except scram.Refused as why:
            return why.error["S"], why.error["C"], why.error["M"]
    raise Failure(f"{user} is let in by the password {password}")


def first_of(server, user):
    with connect(server) as connection:
        connection.send(pgwire.startup(user=user.encode()))
        return scram.attributes(scram.begin(connection))


def names_that_nobody_has(server):
    """They get an exchange like others, with a salt that stays."""
    everybody = "local all all reject\nhost all all all scram-sha-256\n"
    reload(server, everybody)
    salt = first_of(server, "scram")["s"]
    for user in ("scram", "x" * 63, "x" * 200, 'a"b', "%s%n", "\u00e9"):
        expect(
            f"{user!r} without a role",
            refused(server, user),
            ("FATAL", "28P01", f'password authentication failed for user "{user}"'),
        )
    expect("its salt again", first_of(server, "scram")["s"], salt)
    check(first_of(server, "other")["s"] != salt, "two names have one salt")
    check(
        first_of(server, "scram")["r"] != first_of(server, "scram")["r"],
        "two exchanges have one nonce",
    )
    server.restart()
    expect("its salt after a restart", first_of(server, "scram")["s"], salt)
    reload(server, RULES)


def failures_wait(server):
    """The first five cost nothing, then each doubles the wait."""
    begin = time.monotonic()
    for _ in range(8):
        refused(server, "other")
    elapsed = time.monotonic() - begin
    # 0.1 + 0.2 + 0.4 seconds after the fifth, the sixth, the seventh.
    check(elapsed >= 0.7, f"eight failures took {elapsed} seconds")
    # The message that waits is not lost, nor the session that sent it.
    check("wrong" not in log_text(server), "a name without a role has a password")
    check('user=other' in log_text(server), "failures are not in the log")


def attempts_take_turns(server):
    """Many at a time are no faster, and who never has his turn is turned away."""
    for _ in range(5):
        refused(server, "crowd")
    crowd = []
    for _ in range(8):
        connection = connect(server)
        connection.send(pgwire.startup(user=b"crowd"))
        exchange = scram.Scram("x")
        first = scram.begin(connection, first=exchange.first())
        crowd.append((connection, pgwire.message(b"p", exchange.final(first))))
    for connection, final in crowd:
        connection.send(final)
    for connection, _ in crowd:
        states = [e["C"] for e in pgwire.errors(connection.until_closed())]
        expect("one of many", states, ["28P01"])
        connection.close()
    check("too many attempts at a time" in log_text(server), "all have had a turn")


# ---- strangers ----


def silence_ends(server):
    """Who says nothing, or half of something, is gone in time."""
    starts = (
        b"",
        b"\0",
        pgwire.startup()[:-1],
        pgwire.startup(user=b"other"),
        pgwire.startup(user=b"other")
        + scram.sasl_initial("SCRAM-SHA-256", scram.Scram("").first()),
    )
    connections = [connect(server) for _ in starts]
    for connection, start in zip(connections, starts):
        connection.send(start)
    for connection, start in zip(connections, starts):
        check(pgwire.wait_closed(connection, 30), f"{start!r} is never closed")
    with connect(server) as connection:
        connection.start(user=b"bob", database=b"d")
        time.sleep(2.5)  # longer than authentication_timeout
        expect("who is in", pgwire.errors(connection.query("SELECT 1")), [])


def is_closed(connection):
    """Within a while; an open one answers SSLRequest."""
    try:
        connection.send(pgwire.SSL_REQUEST)
        return connection.read(1) != b"N"
    except pgwire.Closed:
        return True


def only_so_many_strangers(server):
    """Seven of eight, eight, and the ninth is closed; sessions do not count."""
    with connect(server) as inside:
        inside.start(user=b"bob", database=b"d")
        strangers = [connect(server) for _ in range(8)]
        for number, stranger in enumerate(strangers, 1):
            check(not is_closed(stranger), f"number {number} is closed")
        with connect(server) as another:
            states = [e["C"] for e in pgwire.errors(another.until_closed())]
            expect("one too many", states, ["53300"])
        for stranger in strangers:
            stranger.socket.setblocking(False)
            try:
                check(stranger.socket.recv(1), "an earlier one is closed")
            except BlockingIOError:
                pass
        with connect(server, is_local=True) as local:
            local.start(user=ME.encode(), database=b"d")
        strangers.pop().close()
        deadline = time.monotonic() + LONG
        while True:
            check(time.monotonic() < deadline, "a place is never free again")
            with connect(server) as another:
                if not is_closed(another):
                    break
            time.sleep(0.02)
        expect("who is in", pgwire.errors(inside.query("SELECT 1")), [])
    for stranger in strangers:
        stranger.close()


def strangers_take_all(server):
    """Sockets for one connection and 64 more; then the UNIX socket is left."""
    deadline = time.monotonic() + LONG
    while True:
        strangers = [connect(server) for _ in range(65)]
        if not any([is_closed(stranger) for stranger in strangers]):
            break
        # Those that were there before are gone after a while.
        check(time.monotonic() < deadline, "there are never 65 sockets")
        for stranger in strangers:
            stranger.close()
        time.sleep(0.05)
    with connect(server) as another:
        check(is_closed(another), "one too many is not closed")
    expect("on the machine", outcome(server, "anybody", is_local=True), "in")
    for stranger in strangers:
        stranger.close()


def logins_are_logged(server):
    check("connection authorized" not in log_text(server), "logged without a wish")
    with open(os.path.join(server.data, "stele.conf"), "w") as conf:
        conf.write("log_connections = on\n")
    reload(server, RULES)
    expect("bob", outcome(server, "bob"), "in")
    for word in ("connection authorized", "user=bob", "method=trust"):
        check(word in log_text(server), f"{word!r} is not in the log")


def main():
    # Time to log in is long but where it is what is tested.
    with Server("authentication_timeout=60s") as server:
        for case in (
            default_file,
            rules,
            mistakes_change_nothing,
            a_start_with_mistakes,
            names_that_nobody_has,
            failures_wait,
            attempts_take_turns,
            logins_are_logged,
        ):
            case(server)
            print("ok", case.__name__)
    with Server("authentication_timeout=2s", "max_pending_logins=8") as server:
        reload(server, RULES)
        for case in (silence_ends, only_so_many_strangers):
            case(server)
            print("ok", case.__name__)
    few = ("max_connections=1", "max_pending_logins=1000")
    with Server("authentication_timeout=60s", *few) as server:
        strangers_take_all(server)
        print("ok", strangers_take_all.__name__)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {failure}")
