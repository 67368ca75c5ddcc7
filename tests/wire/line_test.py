#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The line door: bytes that go in, bytes that come back.

What SnelDB's clients send is answered byte for byte as they expect it, over TCP,
TLS and a UNIX socket; what is hostile, slow or gone harms nobody.
"""

import os
import re
import select
import socket
import ssl
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import native_client  # noqa: E402
import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from native_client import STORED, make_boss  # noqa: E402
from native_client import PONG as HELLO  # noqa: E402
from pgwire import PATIENCE  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402


class Line(native_client.Line):
    """A client of the line door that looks at each byte."""

    def take(self, count):
        """So many bytes, fewer if the server closes."""
        while len(self.rest) < count:
            data = self.socket.recv(1 << 16)
            if not data:
                break
            self.rest += data
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def frames(self):
        """A reply of frames, or the one line that stands in its place."""
        lines = [self.line()]
        while lines[-1].startswith((b'{"type":"schema"', b'{"type":"batch"')):
            lines.append(self.line())
        return b"".join(lines)

    def is_closed(self):
        try:
            return self.rest == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def exchange(line, command, reply):
    line.send(command)
    got = line.take(len(reply))
    check(got == reply, f"{command} is answered by {got + line.rest}")


def sure(line):
    """Nothing is left over: the next reply is that of the next command."""
    exchange(line, b"PING\n", HELLO)


def without_times(frames):
    return re.sub(rb'"(order|page_view)",\d+,\d+', rb'"\1",T,I', frames)


def asked(line, command):
    line.send(command)
    return without_times(line.frames())


SCHEMA = (
    b'{"type":"schema","columns":['
    b'{"name":"context_id","logical_type":"String"},'
    b'{"name":"event_type","logical_type":"String"},'
    b'{"name":"timestamp","logical_type":"Timestamp"},'
    b'{"name":"event_id","logical_type":"Integer"},'
    b'{"name":"id","logical_type":"Integer"},'
    b'{"name":"status","logical_type":"Enum"}]}\n'
)


def of_sneldb(server):
    """The exchanges of its protocol."""
    with Line(server) as line:
        exchange(line, b"PING\n", HELLO)
        exchange(line, b"ping\r\n", HELLO)
        exchange(
            line,
            b'DEFINE order FIELDS { "id": "int", "status": ["new","paid"] }\n',
            b"200 OK\nSchema defined for 'order'\n",
        )
        exchange(
            line,
            b'DEFINE order FIELDS { "id": "int" }\n',
            b"400 Define failed: Schema for event_type 'order' already"
            b" defined\n",
        )
        exchange(
            line,
            b'STORE order FOR user-1 PAYLOAD {"id":1,"status":"new"}\n',
            STORED,
        )
        exchange(
            line,
            b'STORE order FOR user-1 PAYLOAD {"id":1}\n',
            b"400 Missing field 'status' in payload\n",
        )
        exchange(
            line,
            b'STORE order FOR user-1 PAYLOAD {"id":"x","status":"new"}\n',
            b"400 Field 'id' does not match expected type\n",
        )
        # What is of use in psql is told there alone.
        exchange(
            line,
            b'STORE order FOR user-1 PAYLOAD {"id":01,"status":"new"}\n',
            b"400 Invalid JSON: invalid input syntax for type json,"
            b" at character 32. Token \"01\" is invalid.\n",
        )
        exchange(
            line,
            b'STORE order FOR user-1 PAYLOAD '
            b'{"id":1,"status":"new","colour":1}\n',
            b"400 Payload contains fields not defined in schema: colour\n",
        )
        exchange(
            line,
            b'STORE nothing FOR user-1 PAYLOAD {"id":1}\n',
            b"400 No schema defined for event type 'nothing'\n",
        )
        exchange(line, b"NONSENSE\n", b"ERROR: Unknown command: NONSENSE\n")
        exchange(line, b"  no such\t\n", b"ERROR: Unknown command: no such\n")
        exchange(line, b"\n", b"ERROR: Unknown command: \n")
        check(
            asked(line, b"QUERY order WHERE id = 1\n")
            == SCHEMA
            + b'{"type":"batch","rows":[["user-1","order",T,I,1,"new"]]}\n'
            + b'{"type":"end","row_count":1}\n',
            "QUERY with rows",
        )
        check(
            asked(line, b"QUERY order COUNT\n")
            == b'{"type":"schema","columns":['
            b'{"name":"count","logical_type":"Integer"}]}\n'
            b'{"type":"batch","rows":[[1]]}\n'
            b'{"type":"end","row_count":1}\n',
            "aggregates",
        )
        check(
            asked(line, b"QUERY order LIMIT 1 OFFSET 2\n")
            == SCHEMA + b'{"type":"end","row_count":0}\n',
            "QUERY without rows",
        )
        exchange(
            line,
            b"REMEMBER QUERY order COUNT AS kept\n",
            b"200 OK\nremembered query 'kept'\nrows stored: 1\n"
            b"rows appended: 1\n",
        )
        check(
            asked(line, b"SHOW kept\n") == asked(line, b"QUERY order COUNT\n"),
            "a kept query",
        )
        exchange(line, b"FORGET kept\n", b"200 OK\nforgotten query 'kept'\n")
        exchange(line, b"FLUSH\n", b"200 OK\nFlush command completed\n")
        exchange(line, b"RETAIN order 90 DAYS\n",
                 b"200 OK\nRetention set for 'order'\n")
        exchange(line, b"RETAIN order FOREVER\n",
                 b"200 OK\nRetention set for 'order'\n")
        exchange(line, b"LIST USERS\n", b"200 OK\nNo users found\n")
        sure(line)


def of_sql(server):
    """SQL is understood where the native language has no such word."""
    with Line(server) as line:
        exchange(
            line,
            b"INSERT INTO \"order\" (context_id, id, status)"
            b" VALUES ('sql', 2, 'paid')\n",
            b"200 OK\nINSERT 0 1\n",
        )
        check(
            asked(line, b"SELECT id, status FROM \"order\" ORDER BY id\n")
            == b'{"type":"schema","columns":['
            b'{"name":"id","logical_type":"Integer"},'
            b'{"name":"status","logical_type":"Enum"}]}\n'
            b'{"type":"batch","rows":[[1,"new"],[2,"paid"]]}\n'
            b'{"type":"end","row_count":2}\n',
            "SELECT",
        )
        line.send(b"SELECT nonsense FROM \"order\"\n")
        check(
            line.line()
            == b'400 column "nonsense" does not exist, at character 8\n',
            "a column that is not there",
        )
        line.send(b"SELECT 1 +\n")
        check(
            line.line().startswith(b"ERROR: syntax error at end of input"),
            "a syntax error",
        )
        # Two statements are two replies, and one transaction.
        exchange(
            line,
            b"INSERT INTO \"order\" (context_id, id, status)"
            b" VALUES ('two', 3, 'new');"
            b" INSERT INTO \"order\" (context_id, id, status)"
            b" VALUES ('two', 4, 'none');\n",
            b"200 OK\nINSERT 0 1\n400 ",
        )
        line.line()
        check(b'"row_count":0}' in asked(line, b"QUERY order FOR two\n"),
              "half a request is stored")
        for statement in (b"LISTEN x\n", b"COPY \"order\" TO STDOUT\n",
                          b"COPY \"order\" FROM STDIN\n"):
            line.send(statement)
            reply = line.line()
            check(reply.startswith(b"400 ") and b"not supported on this port"
                  in reply, f"{statement}: {reply}")
        sure(line)


def an_error_amid_rows(server):
    """The frames end with an error instead of an end."""
    with Line(server) as line:
        line.send(b"SELECT 1 / (5000 - i) FROM generate_series(1, 9000) i\n")
        frames = line.frames().splitlines()
        check(frames[0].startswith(b'{"type":"schema"'), "no schema")
        check(frames[-1].startswith(b'{"type":"error"'), frames[-1])
        check(b"division by zero" in frames[-1], frames[-1])
        check(not any(frame.startswith(b'{"type":"end"') for frame in frames),
              "an end is there")
        sure(line)


def a_transaction(server):
    """It is the connection's."""
    store = b'STORE order FOR held PAYLOAD {"id":9,"status":"new"}\n'
    with Line(server) as line, Line(server) as other:
        exchange(line, b"BEGIN\n", b"200 OK\nBEGIN\n")
        exchange(line, store, STORED)
        check(b'"row_count":0' in asked(other, b"QUERY order FOR held\n"),
              "others see it")
        exchange(line, b"ROLLBACK\n", b"200 OK\nROLLBACK\n")
        check(b'"row_count":0' in asked(line, b"QUERY order FOR held\n"),
              "it is stored")


def a_commit_that_fails(server):
    """What stands before it was sent as it was; the COMMIT is an error."""
    with Line(server) as line, Line(server) as other:
        exchange(line, b'DEFINE aged FIELDS { "n": "int" }\n',
                 b"200 OK\nSchema defined for 'aged'\n")
        exchange(line, b'STORE aged FOR c PAYLOAD {"n": 1}\n', STORED)
        exchange(line, b"BEGIN\n", b"200 OK\nBEGIN\n")
        old = int(time.time()) - 5 * 86400
        exchange(line, b'STORE aged FOR c AT %d PAYLOAD {"n": 2}\n' % old, STORED)
        exchange(other, b"RETAIN aged 1 DAY\n",
                 b"200 OK\nRetention set for 'aged'\n")
        line.send(b"QUERY aged TOTAL n; COMMIT\n")
        check(line.lines(3).endswith(b'{"type":"batch","rows":[[3]]}\n'
                                     b'{"type":"end","row_count":1}\n'), "rows")
        check(re.match(rb'400 timestamp .* is older than what "aged" retains\.',
                       line.line()), "the error")
        exchange(line, b"ROLLBACK\n", b"200 OK\nROLLBACK\n")
        check(b"[[1]]" in asked(line, b"QUERY aged TOTAL n\n"), "it is stored")
        sure(line)


def a_pipeline(server):
    """A thousand stores in one write, answered in their order."""
    count = 1000
    commands = []
    for i in range(count):
        if i % 100 == 50:
            commands.append(b'STORE order FOR many PAYLOAD {"id":1}\n')
        else:
            commands.append(
                b'STORE order FOR many PAYLOAD {"id":%d,"status":"new"}\n' % i)
    with Line(server) as line:
        line.send(b"".join(commands))
        for i in range(count):
            wanted = (
                b"400 Missing field 'status' in payload\n"
                if i % 100 == 50 else STORED
            )
            got = line.take(len(wanted))
            check(got == wanted, f"reply {i} is {got}")
        line.send(b"QUERY order COUNT FOR many\n")
        check(b"[[990]]" in line.frames(), "they are not all there")
        sure(line)


def pieces(server):
    """Lines come as they please."""
    with Line(server) as line:
        for byte in b"PING\r\n":
            line.send(bytes([byte]))
            time.sleep(0.002)
        check(line.take(len(HELLO)) == HELLO, "byte by byte")
        line.send(b"PING\nPI")
        check(line.take(len(HELLO)) == HELLO, "one and a half")
        exchange(line, b"NG\n", HELLO)
        # Longer than what is read at once.
        text = b"x" * (1 << 20)
        line.send(b"SELECT length('" + text)
        time.sleep(0.05)
        line.send(text + b"')\n")
        check(b"[[%d]]" % (2 << 20) in line.frames(), "a long line")
        line.send(b"PING")  # and no more
    with Line(server) as line:
        line.send(b"PING")
        line.socket.shutdown(socket.SHUT_WR)
        check(line.is_closed(), "half a line is answered")


def half_closed(server):
    """Who has said all still gets every reply."""
    store = b'STORE order FOR half PAYLOAD {"id":1,"status":"new"}\n'
    query = b"SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i\n"
    with Line(server) as line:
        line.send(store * 20 + query + store + b"half a line")
        line.socket.shutdown(socket.SHUT_WR)
        got = line.take(1 << 30)
        check(got.startswith(STORED * 20 + b'{"type":"schema"'), got[:200])
        check(got.endswith(b'{"type":"end","row_count":5000}\n' + STORED),
              got[-200:])
    with Line(server) as line:
        line.socket.shutdown(socket.SHUT_WR)
        check(line.is_closed(), "nothing at all")


def limits(server):
    """A line past max_statement_size ends its connection alone."""
    with Line(server) as line, Line(server) as other:
        sure(other)
        try:
            line.send(b"PING " + b"x" * (5 << 20))
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = line.line()
        check(got == b"ERROR: line is longer than 4194304 bytes\n" or
              got == b"\n", got)
        check(line.is_closed(), "it goes on")
        sure(other)


def a_browser(server):
    """What a page makes it send runs no commands."""
    for first in (b"POST / HTTP/1.1", b"GET /?q=1 HTTP/1.0"):
        with Line(server) as line:
            line.send(first + b"\r\nHost: 127.0.0.1:7171\r\n"
                      b"Content-Type: text/plain\r\n\r\n"
                      b'DEFINE planted FIELDS { "n": "int" }\n')
            got = line.line()
            check(got == b"ERROR: this port takes lines, not HTTP\n", got)
            check(line.is_closed(), "it goes on")
    # A handshake of TLS, where there is none, with lines in it.
    for first in (b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        with Line(server) as line:
            line.send(first + b'\nDEFINE planted FIELDS { "n": "int" }\n')
            check(line.is_closed(), "it is taken for lines")
    with Line(server) as line:
        line.send(b"QUERY planted\n")
        check(line.line().startswith(b"400 No schema"), "it is planted")
        # Behind another line it is one as any.
        line.send(b"POST / HTTP/1.1\n")
        check(line.line() == b"ERROR: Unknown command: POST / HTTP/1.1\n",
              "not the first")


def the_unread(server):
    """Who reads nothing holds up nobody, and gets all when he reads."""
    query = b"SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i\n"
    with Line(server) as line, Line(server) as other:
        line.send(query + b"PING\n")
        time.sleep(0.2)
        sure(other)
        frames = line.frames()
        check(frames.endswith(b'{"type":"end","row_count":20000}\n'),
              frames[-100:])
        check(frames.count(b"xxx") > 0 and len(frames) > 20000 * 1000,
              "rows are missing")
        check(line.take(len(HELLO)) == HELLO, "what comes behind")


def the_gone(server):
    """Clients that vanish amid a reply, a line, a pipeline."""
    for data in (
        b"SELECT i, repeat('x', 1000) FROM generate_series(1, 100000) i\n",
        b"STORE order FOR gone PAY",
        b'STORE order FOR gone PAYLOAD {"id":1,"status":"new"}\n' * 200,
    ):
        line = Line(server)
        line.send(data)
        line.close()
    with Line(server) as line:
        sure(line)


def by_socket(server):
    path = f"{server.dir}/.s.STELE.{server.line_port}"
    check(os.stat(path).st_mode & 0o7777 & ~0o777 == 0, "a strange mode")
    with Line(server, path=path) as line:
        sure(line)
        # Longer than what is read of strangers.
        exchange(line, b" " * 100000 + b"PING\n", HELLO)


def by_tls():
    with tempfile.TemporaryDirectory(prefix="stele-test-") as folder:
        made = Certificates(folder)
        made.authority("ca")
        made.signed("server", "ca", "/CN=localhost",
                    "subjectAltName=DNS:localhost")
        options = (
            "ssl=on",
            f"ssl_cert_file={folder}/server.crt",
            f"ssl_key_file={folder}/server.key",
        )
        with line_server(*options) as server:
            speak_tls(server, f"{folder}/ca.crt")


def speak_tls(server, authority):
    context = ssl.create_default_context(cafile=authority)
    with Line(server, context=context) as line:
        sure(line)
        line.send(b"SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()\n")
        check(b"[[true]]" in line.frames(), "it is not known to be TLS")
    with Line(server) as line:
        sure(line)  # plain text goes on
        line.send(b"SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()\n")
        check(b"[[false]]" in line.frames(), "it is taken for TLS")
    context.set_alpn_protocols(["http/1.1"])
    try:
        with Line(server, context=context) as line:
            line.send(b"PING\n")
            check(line.is_closed(), "another protocol's client is served")
    except (ssl.SSLError, ConnectionResetError):
        pass


def trust(server):
    """Once there are roles nobody is let in without a proof; see the log."""
    with Line(server) as line:
        sure(line)
        make_boss(server)
        exchange(line, b"PING\n", b"ERROR: Authentication failed\n")
    with Line(server) as line:
        exchange(line, b"PING\n", b"ERROR: Authentication failed\n")
        exchange(line, b"PING\n", b"ERROR: Authentication failed\n")
    with Line(server) as line:
        line.send(b"x" * 40000)
        check(line.line().startswith(b"ERROR: line is longer than 16383"),
              "a stranger's long line")
        check(line.is_closed(), "who goes on")


def killed(server):
    """What was acknowledged is there after kill -9."""
    with Line(server) as line:
        line.send(b'DEFINE kept FIELDS { "n": "int" }\n')
        line.take(len(b"200 OK\nSchema defined for 'kept'\n"))
        count = 0
        line.send(b"".join(
            b'STORE kept FOR k PAYLOAD {"n":%d}\n' % n for n in range(3000)))
        while count < 500:
            check(line.take(len(STORED)) == STORED, "a store is refused")
            count += 1
        server.process.kill()
        server.process.wait()
        try:
            while line.take(len(STORED)) == STORED:
                count += 1
        except ConnectionResetError:
            pass
    server.process = None
    server.start()
    with Line(server) as line:
        line.send(b"QUERY kept COUNT\n")
        frames = line.frames()
        stored = int(re.search(rb"\[\[(\d+)\]\]", frames)[1])
        check(count <= stored <= 3000, f"{count} acknowledged, {frames}")


def the_stop():
    """The server says goodbye."""
    with line_server() as server, Line(server) as line:
        sure(line)
        check(server.stop() == 0, "the server does not stop")
        check(line.line() == b"ERROR: Server is shutting down\n",
              "no word of it")
        check(line.is_closed(), "it stays open")


def waits(line, command):
    """How often SnelDB's Python client would wait for more of the lines."""
    line.send(command)
    reply = line.line()
    while reply.startswith(b'{"type":') and b'"end"' not in reply:
        reply = line.line()
    if not reply.startswith(b"200 OK"):
        return 0
    while True:
        if b"\n" not in line.rest:
            ready, _, _ = select.select([line.socket], [], [], 0.1)
            if not ready:
                return 1
        if line.line() == b"\n":
            return 0


def blank_lines():
    """They follow the lines of a 200 OK, and nothing else."""
    with line_server("line_reply_blank_line=on") as server:
        with Line(server) as line:
            exchange(line, b"PING\n", HELLO + b"\n")
            exchange(line, b"NO\n", b"ERROR: Unknown command: NO\n")
            exchange(line, b"STORE x FOR y PAYLOAD {}\n",
                     b"400 No schema defined for event type 'x'\n")
            line.send(b"SELECT 1\nPING\n")
            line.frames()
            check(line.take(len(HELLO) + 1) == HELLO + b"\n", "behind frames")
            for command in (b"PING\n", b"NO\n", b"SELECT 1\n", b"FLUSH\n"):
                check(waits(line, command) == 0, f"{command} is waited for")


def always_trusted():
    with line_server("native_trust=on") as server:
        make_boss(server)
        with Line(server) as line:
            sure(line)
            line.send(b"SELECT current_user\n")
            check(b'[["boss"]]' in line.frames(), "as another")
            exchange(line, b'CREATE USER bob WITH KEY "k"\n',
                     b"200 OK\nUser 'bob' created\nSecret key: k\n")
            # with what SQL says of a user, it is SQL's
            exchange(line, b"CREATE USER eva PASSWORD 'x' NOCREATEDB\n",
                     b"200 OK\nCREATE ROLE\n")
            exchange(line, b"CREATE USER ivo WITH PASSWORD 'x'\n",
                     b"200 OK\nCREATE ROLE\n")
            exchange(line, b"DROP USER eva, ivo\n", b"200 OK\nDROP ROLE\n")
            exchange(line, b"CREATE USER eva WITH\n",
                     b"ERROR: Missing argument: ROLES, at character 21\n")
            exchange(line, b"LIST USERS\n",
                     b"200 OK\nboss: active\nbob: active\n")
            line.send(b'DEFINE order FIELDS { "id": "int" }\n')
            line.take(len(b"200 OK\nSchema defined for 'order'\n"))
            exchange(line, b"SHOW PERMISSIONS FOR bob\n",
                     b"200 OK\nPermissions for user 'bob':\n  order: none\n")
            exchange(line, b"SET ROLE bob\n", b"200 OK\nSET\n")
            exchange(line, b'STORE order FOR c PAYLOAD {"id":1}\n',
                     b"403 Write permission denied for event type 'order'\n")
            exchange(line, b"QUERY order\n",
                     b"403 Read permission denied for event type 'order'\n")
            exchange(line, b'DEFINE more FIELDS { "id": "int" }\n',
                     b"403 Only admin users can define schemas\n")
            exchange(line, b"CREATE USER eve\n",
                     b"403 Only admin users can manage users\n")
            exchange(line, b"RESET ROLE\n", b"200 OK\nRESET\n")
            exchange(line, b"GRANT READ, WRITE ON order TO bob\n",
                     b"200 OK\nPermissions granted to user 'bob'\n")
            exchange(line, b"SHOW PERMISSIONS FOR bob\n",
                     b"200 OK\nPermissions for user 'bob':\n"
                     b"  order: read, write\n")
            exchange(line, b"REVOKE KEY bob\n",
                     b"200 OK\nKey revoked for user 'bob'\n")


def never_trusted():
    with line_server("native_trust=off", "authentication_timeout=1s") as server:
        with Line(server) as line:
            exchange(line, b"PING\n", b"ERROR: Authentication failed\n")
            try:
                while line.line() == b"ERROR: Authentication failed\n":
                    line.send(b"PING\n")
                    time.sleep(0.01)
            except (BrokenPipeError, ConnectionResetError):
                pass
            check(line.is_closed(), "he may try for ever")


def silence():
    """Who says nothing is closed, and there are not many of them."""
    with line_server("authentication_timeout=1s", "max_pending_logins=3",
                     "idle_session_timeout=2s") as server:
        with Line(server) as known:
            sure(known)
            silent = [Line(server) for _ in range(3)]
            with Line(server) as line:
                check(line.line().startswith(
                    b'ERROR: too many connections from "127.0.0.1" have not'
                    b" logged in"), "a fourth is let in")
                check(line.is_closed(), "and stays")
            for line in silent:
                check(line.is_closed(), "silence is no reason to close")
                line.close()
            sure(known)
            # Who is trusted has begun with his first byte.
            with Line(server) as half:
                half.send(b"PIN")
                for line in (known, half):
                    check(line.line() == b"ERROR: terminating connection due to"
                          b" idle-session timeout\n", "idleness")
                    check(line.is_closed(), "idle for ever")


def too_many():
    """max_connections holds for all doors together."""
    with line_server("max_connections=6",
                     "superuser_reserved_connections=1") as server:
        with pgwire.Connection(server.port) as connection:
            connection.start()
            lines = [Line(server) for _ in range(5)]
            for line in lines:
                sure(line)
            with Line(server) as line:
                exchange(line, b"PING\n",
                         b"ERROR: sorry, too many clients already\n")
                check(line.is_closed(), "a seventh stays")
            for line in lines:
                sure(line)
                line.close()


def line_server(*options):
    port = free_port()
    server = Server(f"line_port={port}", "max_statement_size=4MB", *options)
    server.line_port = port
    return server


def main():
    with line_server() as server:
        for part in (of_sneldb, of_sql, an_error_amid_rows, a_transaction,
                     a_commit_that_fails, a_pipeline, pieces, half_closed, limits, a_browser,
                     the_unread, the_gone, by_socket, killed, trust):
            part(server)
            print("ok", part.__name__)
    for part in (by_tls, blank_lines, always_trusted, never_trusted, silence,
                 too_many, the_stop):
        part()
        print("ok", part.__name__)


if __name__ == "__main__":
    main()
