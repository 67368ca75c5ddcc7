#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input while a client logs in (promises S1, S2, V1).

Each row is what a stranger sends once he was asked for a password, and the
answer that he must get: the SQLSTATE of a FATAL error, then the end.  After
each the server takes connections.

    login_attack_test.py [WORD]        the rows that contain it
"""

import base64
import os
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
import scram  # noqa: E402
from pgwire import message  # noqa: E402
from scram import sasl_initial  # noqa: E402
from stele_server import Server  # noqa: E402

SHA = "SCRAM-SHA-256"
GOOD = scram.Scram("").first()
PENDING = None  # no answer yet: the message is not complete

# ---- instead of the first message ----

FIRSTS = (
    ("no password message but a query", pgwire.query("SELECT 1"), "08P01"),
    ("a second startup packet", pgwire.startup(), "08P01"),
    ("an SSLRequest", pgwire.SSL_REQUEST, "08P01"),
    ("length 0", message(b"p", length=0), "08P01"),
    ("length 3", message(b"p", length=3), "08P01"),
    ("length -1", message(b"p", length=-1), "08P01"),
    ("length 2^31 - 1", message(b"p", length=0x7FFFFFFF), "08P01"),
    ("length 2,049", message(b"p", length=2049), "08P01"),
    ("length 2,048, of which little comes", message(b"p", b"x", 2048), PENDING),
    ("half a header", b"p\0\0", PENDING),
    ("empty", message(b"p"), "08P01"),
    ("no end of the mechanism", message(b"p", b"SCRAM-SHA-256"), "08P01"),
    ("a mechanism, no length", message(b"p", b"SCRAM-SHA-256\0"), "08P01"),
    ("first message longer than its frame", sasl_initial(SHA, GOOD, 10**6), "08P01"),
    ("first message of length 2^31 - 1", sasl_initial(SHA, GOOD, 2**31 - 1), "08P01"),
    ("first message of length -2", sasl_initial(SHA, GOOD, -2), "08P01"),
    ("no first message", sasl_initial(SHA, b"", -1), "08P01"),
    ("bytes behind it", sasl_initial(SHA, GOOD, len(GOOD) - 1), "08P01"),
    ("an unknown mechanism", sasl_initial("SCRAM-SHA-1", GOOD), "08P01"),
    ("MD5", message(b"p", b"md5" + b"0" * 32 + b"\0"), "08P01"),
    ("a password in clear text", message(b"p", b"secret\0"), "08P01"),
    ("PLUS without TLS", sasl_initial(SHA + "-PLUS", GOOD), "08P01"),
    ("binding without PLUS", sasl_initial(SHA, b"p=tls-unique,,n=,r=x"), "08P01"),
    ("another identity", sasl_initial(SHA, b"n,a=root,n=,r=x"), "0A000"),
    ("a mandatory extension", sasl_initial(SHA, b"n,,m=x,n=,r=x"), "0A000"),
    ("no nonce", sasl_initial(SHA, b"n,,n="), "08P01"),
    ("an empty nonce", sasl_initial(SHA, b"n,,n=,r="), "08P01"),
    ("a nonce of control characters", sasl_initial(SHA, b"n,,n=,r=\1\2"), "08P01"),
    ("a zero byte", sasl_initial(SHA, b"n,,n=\0,r=x"), "08P01"),
    ("a message of 1,025 bytes", sasl_initial(SHA, GOOD.ljust(1025, b"x")), "08P01"),
    ("format characters", sasl_initial("%s%n%p", b"n,,n=%s,r=%n%n"), "08P01"),
)

# ---- instead of the last message, for which {nonce} is the right one ----

PROOF = base64.b64encode(bytes(32)).decode()
FINALS = (
    ("a wrong proof", "c=biws,r={nonce},p=" + PROOF, "28P01"),
    ("empty", "", "08P01"),
    ("no proof", "c=biws,r={nonce}", "08P01"),
    ("a short proof", "c=biws,r={nonce},p=AAAA", "08P01"),
    ("a long proof", "c=biws,r={nonce},p=" + "A" * 88, "08P01"),
    ("a proof of 900 bytes", "c=biws,r={nonce},p=" + "A" * 900, "08P01"),
    ("no base64", "c=biws,r={nonce},p=" + "!" * 44, "08P01"),
    ("another nonce", "c=biws,r=x,p=" + PROOF, "08P01"),
    ("a longer nonce", "c=biws,r={nonce}x,p=" + PROOF, "08P01"),
    ("another header", "c=eSws,r={nonce},p=" + PROOF, "08P01"),
    ("a binding", "c=cD10bHMtdW5pcXVlLCw=,r={nonce},p=" + PROOF, "08P01"),
    ("a zero byte", "c=biws,r={nonce},\0p=" + PROOF, "08P01"),
    ("something behind", "c=biws,r={nonce},p=" + PROOF + ",x=y", "08P01"),
    ("the first message again", GOOD.decode(), "08P01"),
    ("1,025 bytes", "c=biws,r={nonce},x=".ljust(1100, "x"), "08P01"),
)


def states(connection):
    """What it is told before it is closed."""
    return [
        error["C"]
        for error in pgwire.errors(connection.until_closed())
        if error.get("S") == "FATAL"
    ]


def asked(port):
    connection = pgwire.Connection(port)
    connection.send(pgwire.startup(user=b"scram"))
    kind, data = scram.authentication(connection)
    if (kind, scram.mechanisms(data)) != (scram.SASL, [SHA]):
        sys.exit(f"asked for {kind} {data}")
    return connection


def run_first(port, data, expected):
    with asked(port) as connection:
        connection.send(data)
        if expected is PENDING:
            connection.socket.settimeout(0.3)
            try:
                return f"answered {connection.message()}"
            except TimeoutError:
                return None
        got = states(connection)
        return None if got == [expected] else f"answered {got}"


def run_final(port, text, expected):
    with asked(port) as connection:
        connection.send(sasl_initial(SHA, GOOD))
        kind, data = scram.authentication(connection)
        if kind != scram.CONTINUE:
            return f"answered {kind} {data}"
        nonce = scram.attributes(data)["r"].decode()
        connection.send(message(b"p", text.replace("{nonce}", nonce).encode()))
        got = states(connection)
        return None if got == [expected] else f"answered {got}"


def second_initial(port):
    """The exchange has begun: a SASLInitialResponse is no answer to it."""
    with asked(port) as connection:
        connection.send(sasl_initial(SHA, GOOD) * 2)
        scram.authentication(connection)
        got = states(connection)
        return None if got == ["08P01"] else f"answered {got}"


def query_behind(port):
    """What is sent too early does not run: the connection ends before."""
    with asked(port) as connection:
        connection.send(sasl_initial(SHA, GOOD))
        connection.send(message(b"p", b"c=biws,r=x,p=x") + pgwire.query("SELECT 1"))
        scram.authentication(connection)
        messages = connection.until_closed()
        kinds = [kind for kind, _ in messages]
        return None if kinds == [b"E"] else f"answered {messages}"


def cancel_is_quiet(port):
    """No answer, whether the key is right, wrong, or far too often wrong."""
    with pgwire.Connection(port) as victim:
        victim.start()
        for key in (victim.key, victim.key[:-1] + b"?", victim.key[:4] + bytes(256)):
            with pgwire.Connection(port) as connection:
                body = struct.pack("!I", 80877102) + key
                connection.send(struct.pack("!I", len(body) + 4) + body)
                if messages := connection.until_closed():
                    return f"answered {messages}"
        for _ in range(300):
            with pgwire.Connection(port) as connection:
                connection.send(struct.pack("!IIII", 16, 80877102, 1, 2))
                if messages := connection.until_closed():
                    return f"answered {messages}"
        errors = pgwire.errors(victim.query("SELECT 1"))
        return f"failed with {errors}" if errors else None


OPTIONS = (
    ("a setting that there is not", {"nobody": b"x"}),
    ("a bad value of a setting", {"DateStyle": b"x"}),
    ("a setting of the server", {"options": b"-c port=1"}),
    ("an unknown encoding", {"client_encoding": b"KLINGON"}),
    ("a schema", {"search_path": b"nobody"}),
    ("another role", {"options": b"-c role=root"}),
)


def run_options(port, options):
    """What a start asks for is not looked at before the password."""
    with pgwire.Connection(port) as connection:
        connection.send(pgwire.startup(user=b"scram", **options))
        kind, _ = scram.authentication(connection)
        if kind != scram.SASL:
            return f"asked for {kind}"
        connection.send(sasl_initial(SHA, b"n,,n="))
        got = states(connection)
        return None if got == ["08P01"] else f"answered {got}"


def reset_is_nobody():
    """A peer that has sent a reset has no address: it is not a local one.

    The server finds the connection, its data and the reset together.
    """
    with Server() as server:
        use_rules(server)
        with pgwire.Connection(server.port) as connection:
            connection.start()
            connection.query("CREATE ROLE scram SUPERUSER LOGIN PASSWORD 'secret'")
            server.process.send_signal(signal.SIGSTOP)
            for i in range(20):
                send_and_reset(
                    server.port,
                    pgwire.startup(user=b"scram")
                    + pgwire.query(f"CREATE TABLE nobody{i} (x int)"),
                )
            server.process.send_signal(signal.SIGCONT)
            asked(server.port).close()  # behind all of them
            time.sleep(0.3)  # what they would do is done
            names = "SELECT relname FROM pg_class WHERE relname LIKE 'nobody%'"
            made = pgwire.rows(connection.query(names))
    return f"it has made {made}" if made else None


def send_and_reset(port, data):
    with pgwire.Connection(port) as connection:
        connection.send(data)
        connection.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )


def rows():
    for what, options in OPTIONS:
        yield what, lambda port, o=options: run_options(port, o)
    for what, data, expected in FIRSTS:
        yield what, lambda port, d=data, e=expected: run_first(port, d, e)
    for what, text, expected in FINALS:
        name = f"last message: {what}"
        yield name, lambda port, t=text, e=expected: run_final(port, t, e)
    yield "a reset", lambda port: reset_is_nobody()
    for case in (second_initial, query_behind, cancel_is_quiet):
        yield case.__doc__.split("\n")[0], case


def check_alive(port):
    with pgwire.Connection(port) as connection:
        connection.start()
        errors = pgwire.errors(connection.query("SELECT 1"))
        return f"afterwards: {errors}" if errors else None


def use_rules(server):
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write("local all all trust\n")
        hba.write("host all scram all scram-sha-256\n")
        hba.write("host all all 127.0.0.1/32 trust\n")
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with open(server.log) as log:
            if "configuration reloaded" in log.read():
                return
        time.sleep(0.02)
    sys.exit("the rules are not taken")


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = count = 0
    with Server() as server:
        use_rules(server)
        for what, case in rows():
            if word not in what:
                continue
            count += 1
            try:
                why = case(server.port) or check_alive(server.port)
            except (pgwire.Closed, OSError, scram.Refused) as error:
                why = f"{type(error).__name__} {error}"
            if why:
                failed += 1
                print(f"FAIL {what}: {why}")
    print(f"{count} rows, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
