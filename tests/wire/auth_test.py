#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who a command of the line door is from: the forms of SnelDB's protocol byte for
byte, what each user may then do, what ends, what is delayed, and that nothing of
it is seen afterwards."""

import base64
import http.client as http_client
import os
import pwd
import re
import signal
import ssl
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from native_client import (DENIED, PONG, STORED, Line, auth, fresh,  # noqa: E402
                           inline, sign)
from stele_server import Server, check, free_port  # noqa: E402
from websocket import WebSocket  # noqa: E402

LONG = 60 * pgwire.PATIENCE
SCRAM = "local all all scram-sha-256\nhost all all all scram-sha-256\n"
TRUST_ADMIN = "host all pgadmin 127.0.0.1/32 trust\n"
KEYS = {"root": "root-key", "bob": "secret-key", "eve": "eve-key",
        "ann": "ann-key", "wil": "wil-key"}


def admin(server):
    connection = pgwire.Connection(server.port, timeout=LONG)
    connection.start(user=b"pgadmin")
    return connection


def run(connection, *statements):
    for sql in statements:
        errors = pgwire.errors(connection.query(sql))
        check(not errors, f"{sql}: {errors}")


def log_text(server):
    with open(server.log, errors="replace") as log:
        return log.read()


def use(server, rules, **options):
    """Other rules and options, from now on."""
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write(rules)
    with open(os.path.join(server.data, "stele.conf"), "w") as conf:
        conf.writelines(f"{name} = '{value}'\n"
                        for name, value in options.items())
    seen = len(log_text(server))
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LONG
    while "configuration reloaded" not in log_text(server)[seen:]:
        check(time.monotonic() < deadline, "the reload is not told")
        time.sleep(0.02)


def make(server):
    with admin(server) as connection:
        run(connection, "CREATE ROLE pgadmin SUPERUSER LOGIN")
        for user, roles in (("root", '"admin"'), ("bob", '"editor"'),
                            ("eve", ""), ("ann", '"reader"'),
                            ("wil", '"write-only"')):
            run(connection, f"CREATE USER {user} WITH KEY '{KEYS[user]}'"
                            f" WITH ROLES [{roles}]")
        run(connection, 'DEFINE t FIELDS {"a": "int"}',
            'DEFINE u FIELDS {"a": "int"}')
    use(server, TRUST_ADMIN + SCRAM)


# ---- the exchanges of the protocol ----


def of_sneldb(server):
    vectors = {
        "example": "2324d3fbf5f36d5d59f01b2ce68178667d4c4cb7d06e82e48248d070"
                   "ecfcc865",
        "PING": "5e30fe82c73083d961cb1772bde18879a3a9a3570f48fb19ebff403db4fb"
                "9ff7",
        "user": "df37b567e8b2a3219bae6fcb3e68f24e890403f78002120106c7f3b8a93a"
                "8b6d",
    }
    for text, signature in vectors.items():
        check(sign("secret-key", text) == signature, text)
    ping = vectors["PING"]
    with Line(server) as line:
        line.expect("PING", DENIED)
        line.expect("", DENIED)
        line.expect(f"{ping}:PING", DENIED)
        line.expect(f"bob:{ping}:PING", PONG)
        line.expect(f"  bob:{ping}:  PING \r", PONG)
        line.expect(f"bob:{ping}:FLUSH", DENIED)
        line.expect("bob:nothing:PING", DENIED)
        line.expect(f"rob:{ping}:PING", DENIED)
        line.expect(f"PING TOKEN {ping}", DENIED)
        token = line.token("bob", "secret-key")
        line.expect(f"PING TOKEN {token}", PONG)
        line.expect(f"{ping}:PING", PONG)
        line.expect(f"{ping}:FLUSH", DENIED)
        line.expect(f"bob:{ping}:PING", PONG)
        line.expect("auth bob:" + ping, DENIED)
    with Line(server) as line:
        line.expect(f"PING TOKEN {token}", PONG)
        line.expect(f"{ping}:PING", DENIED)
        line.send(f"PING TOKEN {token}\nPING\nbob:{ping}:PING\n")
        got = line.lines(5)
        check(got == PONG + DENIED + PONG, f"pipelined: {got}")


# ---- who may do what ----

STORE_T = 'STORE t FOR c PAYLOAD {"a": 1}'
NO_WRITE = b"403 Write permission denied for event type 't'\n"
NO_READ = b"403 Read permission denied for event type 't'\n"
NO_ADMIN = rb"403 .*\n"
FRAMES = rb'\{"type":"schema".*\n'

# who, what, the first line of the answer
RIGHTS = (
    ("root", STORE_T, b"200 OK\n"), ("bob", STORE_T, b"200 OK\n"),
    ("wil", STORE_T, b"200 OK\n"), ("ann", STORE_T, NO_WRITE),
    ("eve", STORE_T, NO_WRITE),
    ("root", "QUERY t", FRAMES), ("bob", "QUERY t", FRAMES),
    ("ann", "QUERY t", FRAMES), ("wil", "QUERY t", NO_READ),
    ("eve", "QUERY t", NO_READ),
    ("ann", "REPLAY t FOR c", FRAMES), ("eve", "REPLAY t FOR c", NO_READ),
    ("root", "LIST USERS", b"200 OK\n"), ("bob", "LIST USERS", NO_ADMIN),
    ("root", "SHOW PERMISSIONS FOR eve", b"200 OK\n"),
    ("ann", "SHOW PERMISSIONS FOR eve", NO_ADMIN),
    ("bob", "FLUSH", NO_ADMIN), ("root", "FLUSH", b"200 OK\n"),
    ("bob", "CREATE USER new", NO_ADMIN), ("bob", "REVOKE KEY root", NO_ADMIN),
    ("bob", "GRANT READ ON t TO eve", NO_ADMIN),
    ("bob", 'DEFINE n FIELDS {"a": "int"}', NO_ADMIN),
    ("eve", "PING", b"200 OK\n"),
)


def forms(server, user, command):
    """Each way to say who one is, on a connection of its own."""
    key = KEYS[user]
    with Line(server) as line:
        yield "inline", line, inline(user, key, command)
    with Line(server) as line:
        yield "fresh", line, fresh(user, key, command)
    with Line(server) as line:
        line.token(user, key)
        yield "signed", line, f"{sign(key, command)}:{command}"
    with Line(server) as line:
        line.token(user, key)
        yield "connection", line, command
    with Line(server) as other, Line(server) as line:
        token = other.token(user, key)
        yield "token", line, f"{command} TOKEN {token}"
    with Line(server) as line:
        # of another user's connection, for this command alone
        line.token("eve" if user == "root" else "root",
                   KEYS["eve" if user == "root" else "root"])
        yield "in between", line, inline(user, key, command)


def rights(server):
    for user, command, wanted in RIGHTS:
        for form, line, text in forms(server, user, command):
            got = line.ask(text)
            check(re.fullmatch(wanted, got), f"{user} {form} {command}: {got!r}")


# ---- what is good once, and what ends ----


def wait_for_fresh(server):
    """Just after a start none is taken that may be from before it."""
    deadline = time.monotonic() + LONG
    with Line(server) as line:
        while line.ask(fresh("bob", KEYS["bob"], "FLUSH")) == DENIED:
            check(time.monotonic() < deadline, "no fresh signature is taken")
            time.sleep(0.2)


def replays(server):
    with Line(server) as line:
        once = fresh("bob", KEYS["bob"], "PING")
        line.expect(once, PONG)
        line.expect(once, DENIED)
        line.expect(fresh("bob", KEYS["bob"], "PING", at=time.time() - 300),
                    DENIED)
        line.expect(fresh("bob", KEYS["bob"], "PING", at=time.time() + 300),
                    DENIED)
        line.expect(fresh("bob", "other", "PING"), DENIED)
        got = line.ask(fresh("bob", KEYS["bob"], "AUTH"))
        check(got.startswith(b"OK TOKEN "), got)
        line.expect("PING", PONG)


def tokens_expire(server):
    use(server, TRUST_ADMIN + SCRAM, native_token_expiry="1s")
    with Line(server) as first, Line(server) as second:
        while True:
            begun = time.monotonic()
            token = first.token("bob", KEYS["bob"])
            if second.ask(f"PING TOKEN {token}") == b"200 OK\n":
                break
            check(time.monotonic() - begun > 0.9, "a new token is refused")
        check(second.line() == b"PONG\n", "the rest of the reply")
        time.sleep(1.2)
        second.expect(f"PING TOKEN {token}", DENIED)
        first.expect("PING", PONG)
    use(server, TRUST_ADMIN + SCRAM)


TAKEN_BACK = (
    ("REVOKE KEY bob", "ROTATE KEY bob WITH KEY 'secret-key'"),
    ("ROTATE KEY bob WITH KEY 'secret-key'", ""),
    ("ALTER ROLE bob NOLOGIN", "ALTER ROLE bob LOGIN"),
    ("ALTER ROLE bob VALID UNTIL '2001-01-01'",
     "ALTER ROLE bob VALID UNTIL 'infinity'"),
)


def taken_back(server):
    """In mid-session: the connection's user, and his tokens."""
    for take, give in TAKEN_BACK:
        with Line(server) as line, Line(server) as other, \
                admin(server) as connection:
            token = line.token("bob", KEYS["bob"])
            line.expect("PING", PONG)
            other.expect(f"PING TOKEN {token}", PONG)
            run(connection, take)
            line.expect("PING", DENIED)
            other.expect(f"PING TOKEN {token}", DENIED)
            line.expect(f"{sign(KEYS['bob'], 'PING')}:PING", DENIED)
            if give:
                run(connection, give)
            line.expect(inline("bob", KEYS["bob"], "PING"), PONG)
            line.token("bob", KEYS["bob"])
            line.expect("PING", PONG)


def native_words(server):
    """CREATE USER, ROTATE KEY, REVOKE KEY over the door itself."""
    with Line(server) as line:
        line.token("root", KEYS["root"])
        line.expect("CREATE USER zoe WITH KEY \"zoe's\" WITH ROLES [\"admin\"]",
                    b"200 OK\nUser 'zoe' created\nSecret key: zoe's\n")
        lines = line.ask("CREATE USER yan", 3).decode().split("\n")
        check(lines[:2] == ["200 OK", "User 'yan' created"], lines)
        made = re.fullmatch("Secret key: ([0-9a-f]{64})", lines[2])
        check(made, lines[2])
        line.expect(inline("yan", made[1], "PING"), PONG)
        lines = line.ask("ROTATE KEY yan", 3).decode().split("\n")
        check(lines[1] == "Key rotated for user 'yan'", lines)
        line.expect(inline("yan", made[1], "PING"), DENIED)
        line.expect(inline("yan", lines[2][12:], "PING"), PONG)
        line.expect("REVOKE KEY yan", b"200 OK\nKey revoked for user 'yan'\n")
        line.expect(inline("yan", lines[2][12:], "PING"), DENIED)
        users = line.ask("LIST USERS", 9).decode().split("\n")
        for user in ("root: active", "bob: active", "yan: inactive",
                     "zoe: active"):
            check(user in users, f"{user}: {users}")


# ---- HTTP and WebSocket ----


def http(server, body, method="POST", path="/command", **fields):
    """Status and body of one request."""
    connection = http_client.HTTPConnection("127.0.0.1", server.http_port,
                                            timeout=LONG)
    connection.request(method, path, body, {
        name.replace("_", "-"): value for name, value in fields.items()})
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    return reply.status, text


def over_http(server):
    key = KEYS["bob"]
    with admin(server) as connection:
        run(connection, "ALTER ROLE bob PASSWORD 'pencil'")
    with Line(server) as line:
        token = line.token("bob", key)

    def signed(text, user="bob", secret=key):
        return {"X_Auth_User": user, "X_Auth_Signature": sign(secret, text)}

    def basic(text):
        return {"Authorization":
                "Basic " + base64.b64encode(text.encode()).decode()}

    define = '{"type":"Ping"}'
    events = "/v1/contexts/c/events?type=t"
    for what, wanted, arguments, fields in (
        ("signed", 200, ("PING",), signed("PING")),
        ("blanks around it", 200, ("  PING\n",), signed("PING")),
        ("another command", 401, ("FLUSH",), signed("PING")),
        ("a wrong key", 401, ("PING",), signed("PING", secret="x")),
        ("nobody", 401, ("PING",), signed("PING", user="nobody")),
        ("without a word", 401, ("PING",), {}),
        ("in the body", 200, (inline("bob", key, "PING"),), {}),
        ("fresh", 200, (fresh("bob", key, "PING"),), {}),
        ("a token", 200, ("PING",), {"Authorization": f"Bearer {token}"}),
        ("its suffix", 200, (f"PING TOKEN {token}",), {}),
        ("no token", 401, ("PING",), {"Authorization": "Bearer " + "0" * 64}),
        ("a password", 200, ("PING",), basic("bob:pencil")),
        ("a wrong one", 401, ("PING",), basic("bob:pen")),
        ("the key is none", 401, ("PING",), basic("bob:" + key)),
        ("a long one", 401, ("PING",), basic("bob:" + "x" * 1000)),
        ("JSON", 200, (define, "POST", "/json-command"), signed(define)),
        ("another JSON", 401, (define, "POST", "/json-command"),
         signed("PING")),
        ("events of a context", 200, (None, "GET", events), signed(events)),
        ("those of another", 401, (None, "GET", events), signed("/v1")),
        ("appending", 200, ('{"type":"t","context":"c","payload":{"a":1}}\n',
                            "POST", "/v1/events"),
         {"Authorization": f"Bearer {token}"}),
        ("unsigned", 401, ("{}\n", "POST", "/v1/events"), signed("{}")),
        ("no right", 403, (STORE_T,), signed(STORE_T, "ann", KEYS["ann"])),
        ("a right", 200, (STORE_T,), signed(STORE_T)),
    ):
        status, text = http(server, *arguments, **fields)
        check(status == wanted, f"{what}: {status} {text}")


def over_websocket(server):
    key = KEYS["bob"]
    with WebSocket(server.ws_port) as ws:
        def expect(command, reply):
            got = ws.ask(command.encode())
            check(got == reply, f"{command} is answered by {got}")

        expect("PING", DENIED)
        expect(inline("bob", key, "PING"), PONG)
        expect(inline("bob", "wrong", "PING"), DENIED)
        got = ws.ask(auth("bob", key).encode())
        check(re.fullmatch(rb"OK TOKEN [0-9a-f]{64}\n", got), got)
        expect("PING", PONG)
        expect(f"{sign(key, 'PING')}:PING", PONG)
        expect(f"PING {got[3:-1].decode()}", PONG)
        expect(inline("ann", KEYS["ann"], STORE_T), NO_WRITE)
        # failures wait, and nothing is lost or comes out of its order
        for _ in range(7):
            expect(inline("wil", "wrong", "PING"), DENIED)
        expect(inline("wil", KEYS["wil"], STORE_T), STORED)


UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def over_an_upgrade(server):
    """Whom the fields of the request for a WebSocket show is its user."""
    key = KEYS["bob"]
    with Line(server) as line:
        token = line.token("bob", key)

    def basic(text):
        return "Basic " + base64.b64encode(text.encode()).decode()

    def signed(text, secret=key):
        return {"X-Auth-User": "bob", "X-Auth-Signature": sign(secret, text)}

    for what, is_right, fields in (
        ("signed", True, signed("/ws")),
        ("another path", False, signed("/metrics")),
        ("a wrong key", False, signed("/ws", "x")),
        ("a token", True, {"Authorization": f"Bearer {token}"}),
        ("no token", False, {"Authorization": "Bearer " + "0" * 64}),
        ("a password", True, {"Authorization": basic("bob:pencil")}),
        ("a wrong one", False, {"Authorization": basic("bob:pen")}),
        ("a long one", False, {"Authorization": basic("bob:" + "x" * 1000)}),
    ):
        if not is_right:
            status, text = http(server, None, "GET", "/ws", **UPGRADE, **fields)
            check(status == 401, f"{what}: {status} {text}")
            continue
        with WebSocket(server.http_port, path="/ws", fields=[
                f"{name}: {value}" for name, value in fields.items()]) as ws:
            for command, reply in (
                ("PING", PONG),
                (STORE_T, STORED),
                (inline("ann", KEYS["ann"], STORE_T), NO_WRITE),
                (inline("bob", "wrong", "PING"), DENIED),
                ("PING", PONG),
            ):
                got = ws.ask(command.encode())
                check(got == reply, f"{what}: {command}: {got}")
    with WebSocket(server.http_port, path="/ws") as ws:
        check(ws.ask(b"PING") == DENIED, "without a word")
        got = ws.ask(auth("bob", key).encode())
        check(re.fullmatch(rb"OK TOKEN [0-9a-f]{64}\n", got), got)
        check(ws.ask(b"PING") == PONG, "AUTH")


# ---- failures ----


def delays(server):
    """Each failure after the fifth makes the next attempt wait."""
    wrong = inline("ann", "wrong", "PING")
    with Line(server) as line:
        for _ in range(4):
            line.expect(wrong, DENIED)
        begun = time.monotonic()  # not after the fifth has been told
        line.expect(wrong, DENIED)
        line.expect(wrong, DENIED)
        line.expect(inline("ann", KEYS["ann"], "PING"), PONG)
        # at least 0.1 and 0.2 seconds
        check(time.monotonic() - begun >= 0.3, "not delayed")
        line.expect(inline("bob", KEYS["bob"], "PING"), PONG)


# ---- where what can be repeated is taken ----


def off(server):
    use(server, TRUST_ADMIN + SCRAM, native_signed_commands="off")
    with Line(server) as line:
        line.expect(inline("bob", KEYS["bob"], "PING"), DENIED)
        line.expect(auth("bob", KEYS["bob"]), DENIED)
        line.expect(fresh("bob", KEYS["bob"], "PING"), PONG)
        line.expect(fresh("bob", KEYS["bob"], "AUTH"), DENIED)
    use(server, TRUST_ADMIN + SCRAM)


def tls(folder):
    made = Certificates(folder)
    made.authority("ca")
    made.signed("server", "ca", "/CN=localhost",
                "subjectAltName=DNS:localhost")
    return ("ssl=on", f"ssl_cert_file={folder}/server.crt",
            f"ssl_key_file={folder}/server.key")


def over_tls(server, folder):
    context = ssl.create_default_context(cafile=f"{folder}/ca.crt")
    with Line(server, context=context) as line:
        line.expect("PING", DENIED)
        line.expect(inline("bob", KEYS["bob"], "PING"), PONG)
        token = line.token("bob", KEYS["bob"])
        line.expect("PING", PONG)
    with Line(server) as line:
        line.expect(f"PING TOKEN {token}", PONG)


def socket_path(server):
    return os.path.join(server.dir, f".s.STELE.{server.line_port}")


def over_a_socket(server):
    """A name on this machine is a proof where a rule says so."""
    with Line(server, path=socket_path(server)) as line:
        line.expect("PING", DENIED)
        line.expect(inline("bob", KEYS["bob"], "PING"), PONG)
    name = pwd.getpwuid(os.geteuid()).pw_name
    with admin(server) as connection:
        if name not in KEYS:
            run(connection, f'CREATE ROLE "{name}" LOGIN')
    use(server, TRUST_ADMIN + "local all all peer\n" + SCRAM)
    with Line(server, path=socket_path(server)) as line:
        line.expect("PING", PONG)
        got = line.ask("SELECT current_user", 3)
        check(f'"{name}"'.encode() in got, got)
        if name != "bob":
            line.expect(inline("bob", KEYS["bob"], "PING"), DENIED)
    with Line(server) as line:
        line.expect("PING", DENIED)
    use(server, TRUST_ADMIN + SCRAM)


def everybody(server):
    """native_trust = on: what is shown is taken off, whatever it is."""
    use(server, "host all all 127.0.0.1/32 trust\n", native_trust="on")
    with Line(server) as line:
        line.expect("PING", PONG)
        line.expect(inline("bob", "wrong", "PING"), PONG)
        line.expect(f"{'0' * 64}:PING", PONG)
        line.expect(f"PING TOKEN {'0' * 64}", PONG)
        token = line.token("nobody", "no key")
        line.expect(f"PING TOKEN {token}", PONG)
        got = line.ask(inline("bob", "x", "SELECT current_user"), 3)
        check(b'"bob"' in got, got)
        line.expect(inline("ann", "x", STORE_T), NO_WRITE)
        line.expect(inline("bob", "x", STORE_T), STORED)
    use(server, TRUST_ADMIN + SCRAM)


def nothing_is_seen(server):
    """No signature, token or key in the log or in any relation."""
    with Line(server) as line, admin(server) as connection:
        token = line.token("bob", KEYS["bob"])
        line.expect(f"{STORE_T} TOKEN {token}", STORED)
        command = "QUERY t LIMIT 1"
        signature = sign(KEYS["bob"], command)
        line.send(f"bob:{signature}:{command}\n")
        line.lines(3)
        relations = b"".join(
            repr(pgwire.rows(connection.query(sql))).encode() for sql in (
                "SELECT usename, query FROM pg_stat_activity",
                "SELECT * FROM stele.statements", "TABLE pg_settings"))
        check(b"'bob', b'QUERY t LIMIT 1'" in relations, "whose it is is seen")
        everything = relations.decode() + log_text(server)
        for secret in [token, signature, *KEYS.values()]:
            check(secret not in everything, f"{secret} is seen")


def first_steps():
    """Before there are roles the credentials of a client do no harm."""
    with Server(f"line_port={free_port()}") as server:
        server.line_port = int(server.options[0].split("=")[1])
        with Line(server) as line:
            line.expect("PING", PONG)
            line.expect(inline("admin", "any", "PING"), PONG)
            token = line.token("admin", "any")
            line.expect(f"PING TOKEN {token}", PONG)
            line.expect(f"{'0' * 64}:PING", PONG)
            line.expect("CREATE USER admin WITH KEY k WITH ROLES [\"admin\"]",
                        b"200 OK\nUser 'admin' created\nSecret key: k\n")
            line.expect("PING", DENIED)
            line.expect(f"PING TOKEN {token}", DENIED)
            line.expect(inline("admin", "k", "PING"), PONG)


def main():
    port, http_port, ws_port = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, \
            Server(f"line_port={port}", f"http_port={http_port}",
                   f"ws_port={ws_port}", "log_min_duration_statement=0",
                   *tls(folder)) as server:
        server.line_port = port
        server.http_port, server.ws_port = http_port, ws_port
        make(server)
        of_sneldb(server)
        wait_for_fresh(server)
        rights(server)
        replays(server)
        tokens_expire(server)
        taken_back(server)
        native_words(server)
        over_http(server)
        over_websocket(server)
        over_an_upgrade(server)
        delays(server)
        off(server)
        over_tls(server, folder)
        over_a_socket(server)
        everybody(server)
        nothing_is_seen(server)
    first_steps()
    print("ok")


main()
