#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TLS on the PostgreSQL port (promise S4): how it is asked for, what is refused,
certificates and their reload, and what strangers may try in a handshake.
"""

import os
import random
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from pgwire import GSS_REQUEST, SSL_REQUEST, query, startup  # noqa: E402
from stele_server import Failure, Server, check, skip  # noqa: E402

SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
ROUNDS = 60 if pgwire.IS_SANITIZED else 300
IDLE_CONNECTIONS = 200
IDLE_MAX_KIB = 64


def client(*, ca, alpn=None, certificate=None, least=None, greatest=None):
    """What a client asks of TLS; `ca` is a file."""
    context = ssl.create_default_context(cafile=ca)
    if alpn:
        context.set_alpn_protocols([alpn])
    if certificate:
        context.load_cert_chain(f"{certificate}.crt", f"{certificate}.key")
    if least:
        context.minimum_version = least
    if greatest:
        context.maximum_version = greatest
    return context


class Connection(pgwire.Connection):
    def shake_hands(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        return self

    def ask(self, request=SSL_REQUEST):
        self.send(request)
        return self.read(1)


def value(connection, sql):
    messages = connection.query(sql)
    check(not pgwire.errors(messages), f"{sql}: {pgwire.errors(messages)}")
    return pgwire.rows(messages)[0][0]


def alive(connection):
    check(value(connection, "SELECT 6 * 7") == b"42", "SELECT 6 * 7")


def served(server, context, is_direct=False):
    """A connection that has been served by TLS; raises what the client says."""
    connection = Connection(server.port)
    try:
        if is_direct:
            connection.shake_hands(context)
        else:
            connection.start_tls(context)
        connection.start()
        alive(connection)
    except Exception:
        connection.close()
        raise
    return connection


def refused(server, context, is_direct=False):
    """TLS must not come about, or must end before the session begins."""
    try:
        served(server, context, is_direct).close()
    except (OSError, pgwire.Closed):
        return
    raise Failure("was served")


def closes(connection, what):
    try:
        answer = connection.read(1)
        raise Failure(f"{what}: was answered by {answer}")
    except (OSError, pgwire.Closed):
        pass
    connection.close()


def until_served(server, context, files, name):
    """New connections see this certificate, as soon as it is reloaded."""
    with open(files.path(f"{name}.crt")) as file:
        wanted = ssl.PEM_cert_to_DER_cert(file.read())
    for _ in range(1000):
        with served(server, context) as connection:
            if connection.socket.getpeercert(True) == wanted:
                return
        time.sleep(0.01)
    raise Failure(f"not served with {name}.crt")


# ---- asking for it ----


def requests(server, files):
    ours = client(ca=files.path("ca.crt"))
    with Connection(server.port) as connection:
        check(connection.ask(GSS_REQUEST) == b"N", "GSSENCRequest")
        connection.start_tls(ours)
        connection.start()
        alive(connection)
    with Connection(server.port) as connection:
        connection.start()
        alive(connection)  # plain text is still there
    with served(server, ours) as connection:
        check(connection.socket.version() == "TLSv1.3", "version")
        check(connection.socket.compression() is None, "compression")
        check(not connection.socket.session.has_ticket, "a ticket was sent")


def only_once(server, files):
    ours = client(ca=files.path("ca.crt"))
    for request in (SSL_REQUEST, GSS_REQUEST):
        connection = Connection(server.port).start_tls(ours)
        connection.send(request)
        closes(connection, "a request inside of TLS")
    connection = Connection(server.port)
    check(connection.ask(GSS_REQUEST) == b"N", "GSSENCRequest")
    connection.send(GSS_REQUEST)
    closes(connection, "a second GSSENCRequest")


def plain_text_first(server, _):
    """CVE-2021-23214: what was injected must not be taken for the client's."""
    for injected in (startup(), b"\0", SSL_REQUEST):
        connection = Connection(server.port)
        connection.send(SSL_REQUEST + injected)
        closes(connection, "plain text before the handshake")
    connection = Connection(server.port)
    check(connection.ask() == b"S", "TLS was refused")
    connection.send(startup())  # no handshake
    answer = connection.socket.recv(100)
    check(answer[:1] in (b"", b"\x15"), f"plain text instead: {answer}")
    connection.close()


def direct(server, files):
    ca = files.path("ca.crt")
    served(server, client(ca=ca, alpn="postgresql"), True).close()
    served(server, client(ca=ca, alpn="postgresql")).close()
    refused(server, client(ca=ca), True)
    refused(server, client(ca=ca, alpn="http/1.1"), True)
    refused(server, client(ca=ca, alpn="http/1.1"))
    connection = Connection(server.port)
    check(connection.ask(GSS_REQUEST) == b"N", "GSSENCRequest")
    try:
        connection.shake_hands(client(ca=ca, alpn="postgresql"))
        raise Failure("TLS began without being asked for")
    except OSError:
        connection.close()


def unix_socket(server, _):
    """There it is not needed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(os.path.join(server.dir, f".s.PGSQL.{server.port}"))
        connection.sendall(SSL_REQUEST)
        check(connection.recv(1) == b"N", "SSLRequest on a UNIX socket")


def versions(server, files):
    ca = files.path("ca.crt")
    twelve = ssl.TLSVersion.TLSv1_2
    with served(server, client(ca=ca, greatest=twelve)) as connection:
        check(connection.socket.version() == "TLSv1.2", "version")
        check(connection.socket.cipher()[0].startswith("ECDHE"), "cipher")
    # Older ones, which this client only speaks when it is told to.
    for option in ("-tls1", "-tls1_1"):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}",
             "-starttls", "postgres", option, "-cipher", "ALL:@SECLEVEL=0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60,
        )
        check("protocol version" in done.stdout, f"{option}: {done.stdout}")


# ---- what it carries ----


def traffic(server, files):
    """More than fits in a record, in a buffer and in a socket, both ways."""
    ours = client(ca=files.path("ca.crt"))
    with served(server, ours) as connection:
        connection.query("CREATE TABLE line (n bigint, s text)")
        rows = b"".join(b"c%d\t%d\t%s\n" % (i % 97, i, b"x" * (i * 7919 % 3000))
                        for i in range(5000))
        connection.send(query("COPY line (context_id, n, s) FROM STDIN"))
        check(connection.message()[0] == b"G", "COPY")
        for i in range(0, len(rows), 99991):
            connection.send(pgwire.message(b"d", rows[i : i + 99991]))
        connection.send(pgwire.message(b"c"))
        messages = connection.until_ready()
        check(not pgwire.errors(messages), f"COPY: {pgwire.errors(messages)}")
        # The client reads nothing while the server fills what there is.
        connection.send(query("COPY (SELECT context_id, n, s FROM line ORDER BY n)"
                              " TO STDOUT"))
        time.sleep(0.2)
        back = b"".join(body for kind, body in connection.until_ready()
                        if kind == b"d")
        check(back == rows, "what was copied in is not what comes back")
        # A pipeline: many short replies.
        connection.send(b"".join(query(f"SELECT {i}") for i in range(500)))
        for i in range(500):
            answer = pgwire.rows(connection.until_ready())
            check(answer == [[b"%d" % i]], f"reply {i}: {answer}")


def cancel(server, files):
    """As libpq's newer clients do: the cancel request by TLS, too."""
    ours = client(ca=files.path("ca.crt"))
    with served(server, ours) as connection:
        for _ in range(2):
            connection.send(query("SELECT count(*) FROM generate_series(1,"
                                  " 10000000000)"))
            time.sleep(0.05)
            with Connection(server.port).start_tls(ours) as other:
                body = struct.pack("!I", 80877102) + connection.key
                other.send(struct.pack("!I", len(body) + 4) + body)
                other.until_closed()
            states = [f["C"] for f in pgwire.errors(connection.until_ready())]
            check(states == ["57014"], f"cancelled: {states}")
        alive(connection)


def memory_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def idle_memory(server, files):
    ours = client(ca=files.path("ca.crt"))
    connections = [served(server, ours) for _ in range(20)]
    before = memory_kib(server.process.pid)
    for _ in range(IDLE_CONNECTIONS):
        connections.append(served(server, ours))
    each = (memory_kib(server.process.pid) - before) / IDLE_CONNECTIONS
    for connection in connections:
        connection.close()
    check(each <= IDLE_MAX_KIB or pgwire.IS_SANITIZED, f"{each} KiB each")


# ---- reload ----


def install(server, files, name, key=None):
    shutil.copy(files.path(f"{name}.crt"), os.path.join(server.data, "tls.crt"))
    shutil.copy(files.path(f"{key or name}.key"), os.path.join(server.data, "tls.key"))


def reload(server):
    """What the log says of it."""
    with open(server.log) as log:
        log.seek(0, os.SEEK_END)
        server.process.send_signal(signal.SIGHUP)
        for _ in range(6000):
            for line in log:
                if "reloaded" in line:
                    return line
            time.sleep(0.01)
    raise Failure("no word of a reload")


def reloads(server, files):
    ours = client(ca=files.path("ca.crt"))
    stop = threading.Event()
    faults = []

    def work():
        try:
            with served(server, ours) as connection:
                while not stop.is_set():
                    alive(connection)
                    served(server, ours).close()
        except Exception as error:
            faults.append(error)

    with served(server, ours) as old:
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(20):
            install(server, files, ("second", "server")[i % 2])
            server.process.send_signal(signal.SIGHUP)
            until_served(server, ours, files, ("second", "server")[i % 2])
        alive(old)
        time.sleep(1)  # the log leaves out what comes too often
        install(server, files, "second", key="server")
        check("not reloaded" in reload(server), "another's key was taken")
        until_served(server, ours, files, "server")
        install(server, files, "second")
        os.chmod(os.path.join(server.data, "tls.key"), 0o640)
        line = reload(server)
        check("not reloaded" in line and "group or world access" in line,
              f"a key that others read: {line}")
        with open(os.path.join(server.data, "tls.crt"), "w") as file:
            file.write("garbage")
        check("not reloaded" in reload(server), "garbage was taken")
        until_served(server, ours, files, "server")
        install(server, files, "server")
        check("not reloaded" not in reload(server), "the first one again")
        stop.set()
        for thread in threads:
            thread.join()
    check(not faults, f"under reloads: {faults}")


# ---- clients' certificates ----

PG_STAT_SSL = ("SELECT ssl, version, cipher IS NOT NULL, bits, client_dn,"
               " client_serial, issuer_dn FROM pg_stat_ssl"
               " WHERE pid = pg_backend_pid()")


def row(connection, sql):
    messages = connection.query(sql)
    check(not pgwire.errors(messages), f"{sql}: {pgwire.errors(messages)}")
    return pgwire.rows(messages)[0]


def configure(server, **options):
    """Beside what the command line says; returns when it is taken."""
    configure.count += 1
    options["max_prepared_statements"] = 20000 + configure.count
    with open(os.path.join(server.data, "stele.conf"), "w") as conf:
        conf.writelines(f"{name} = '{text}'\n" for name, text in options.items())
    server.process.send_signal(signal.SIGHUP)
    for _ in range(1000):
        with Connection(server.port) as connection:
            connection.start()
            if value(connection, "SHOW max_prepared_statements") == str(
                options["max_prepared_statements"]
            ).encode():
                return
        time.sleep(0.01)
    raise Failure(f"not taken: {options}")


configure.count = 0


def client_certificates(server, files):
    ca = files.path("ca.crt")
    ours = client(ca=ca)
    with Connection(server.port) as connection:
        connection.start()
        got = row(connection, PG_STAT_SSL)
        check(got == [b"f", None, b"f"] + [None] * 4, f"plain text: {got}")
    with served(server, client(ca=ca, certificate=files.path("bob"))) as connection:
        got = row(connection, PG_STAT_SSL)
        check(got == [b"t", b"TLSv1.3", b"t", b"256"] + [None] * 3,
              f"nobody asks for a certificate: {got}")
    configure(server, ssl_ca_file=files.path("people.crt"))
    served(server, ours).close()  # whether he needs one is not said here
    with served(server, client(ca=ca, certificate=files.path("bob"))) as connection:
        got = row(connection, PG_STAT_SSL)
        check(got[:4] == [b"t", b"TLSv1.3", b"t", b"256"], f"{got}")
        check(got[4] == "/O=Acme\\, Inc./CN=b\xf6b".encode(), f"client_dn: {got[4]}")
        check(got[5] == str(files.serial("bob")).encode(), f"serial: {got[5]}")
        check(got[6] == b"/CN=people", f"issuer_dn: {got[6]}")
        with served(server, ours) as other:
            count = value(other, "SELECT count(*) FROM pg_stat_ssl WHERE ssl AND"
                          " client_dn LIKE '%CN=b_b'")
            check(count == b"1", f"what others see: {count}")
    for name in ("stranger", "expired", "server"):
        refused(server, client(ca=ca, certificate=files.path(name)))
    served(server, client(ca=ca, certificate=files.path("eve"))).close()
    configure(server, ssl_ca_file=files.path("people.crt"),
              ssl_crl_file=files.path("people.crl"))
    refused(server, client(ca=ca, certificate=files.path("eve")))
    served(server, client(ca=ca, certificate=files.path("bob"))).close()
    configure(server, ssl_min_protocol_version="TLSv1.3")
    refused(server, client(ca=ca, greatest=ssl.TLSVersion.TLSv1_2))
    served(server, ours).close()
    configure(server, ssl_max_protocol_version="TLSv1.2",
              ssl_ciphers="ECDHE-RSA-AES128-GCM-SHA256")
    with served(server, ours) as connection:
        got = row(connection, PG_STAT_SSL)
        check(got[:2] + got[3:4] == [b"t", b"TLSv1.2", b"128"], f"{got}")
        got = value(connection, "SELECT cipher FROM pg_stat_ssl WHERE ssl")
        check(got == b"ECDHE-RSA-AES128-GCM-SHA256", f"{got}")
    configure(server)


# ---- strangers ----


def hello():
    """What a client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.set_alpn_protocols(["postgresql"])
    try:
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def damaged(rng, first):
    """A hello that is none, or not quite."""
    kind = rng.randrange(7)
    data = bytearray(first)
    if kind == 0:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(1, 2000)))
    if kind == 1:
        return bytes(data[: rng.randrange(1, len(data))])
    if kind == 2:
        for _ in range(rng.randrange(1, 10)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 3:  # the record's length lies
        data[3:5] = struct.pack("!H", rng.randrange(65536))
    elif kind == 4:  # the message's does
        data[6:9] = rng.randrange(1 << 24).to_bytes(3, "big")
    elif kind == 5:  # a record of another kind, a handshake of another
        data[rng.choice((0, 5))] = rng.randrange(256)
    else:  # alerts and empty records without end
        return b"\x15\3\3\0\2\1\0" * 1000 + b"\x16\3\3\0\0" * 1000
    return bytes(data)


def handshakes(server, files):
    rng = random.Random(SEED)
    first = hello()
    for i in range(ROUNDS):
        data = damaged(rng, first)
        with Connection(server.port) as connection:
            try:
                if i % 2 == 0:
                    check(connection.ask() == b"S", "TLS was refused")
                elif data[0] != 0x16:
                    data = b"\x16" + data[1:]
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
                answer = connection.read(1)
                check(answer in (b"\x15", b"\x16"), f"SEED={SEED}: {answer}")
                while True:
                    connection.read(1)
            except (pgwire.Closed, OSError):
                pass
    served(server, client(ca=files.path("ca.crt"))).close()


def endless_handshake(server, files):
    """A hello that does not end is not read for ever, nor kept."""
    connection = Connection(server.port)
    check(connection.ask() == b"S", "TLS was refused")
    connection.send(b"\x16\3\1\x40\0\1" + (131000).to_bytes(3, "big") + bytes(16380))
    try:
        # Less than what it says, and more than is read of a handshake.
        for _ in range(5):
            connection.send(b"\x16\3\1\x40\0" + bytes(16384))
    except pgwire.Closed:
        pass
    check(pgwire.wait_closed(connection, 10 * pgwire.PATIENCE), "it is read on")
    connection.close()


def slow_handshakes(server, files):
    """Half a hello costs nobody else anything; byte by byte it still works."""
    first = hello()
    waiting = [Connection(server.port) for _ in range(20)]
    for i, connection in enumerate(waiting):
        connection.send(first[: 1 + i * 20])
    connection = Connection(server.port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client(ca=files.path("ca.crt"), alpn="postgresql")
    secret = ours.wrap_bio(incoming, outgoing, server_hostname="localhost")
    while True:
        try:
            secret.do_handshake()
            break
        except ssl.SSLWantReadError:
            for byte in outgoing.read():
                connection.send(bytes([byte]))
            incoming.write(connection.read(1))
    secret.write(startup())
    for byte in outgoing.read():
        connection.send(bytes([byte]))
    while True:
        try:
            check(secret.read(1) == b"R", "the start of a session")
            break
        except ssl.SSLWantReadError:
            incoming.write(connection.read(1))
    for other in waiting + [connection]:
        other.close()


def gone_in_the_middle(server, files):
    """Clients that are cut off, with a statement running and output waiting."""
    ours = client(ca=files.path("ca.crt"))
    for _ in range(20):
        connection = served(server, ours)
        connection.send(query("SELECT repeat('x', 1000) FROM generate_series(1,"
                              " 1000000)"))
        connection.read(100)
        plain = connection.socket
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    served(server, ours).close()


CASES = (
    requests,
    only_once,
    plain_text_first,
    direct,
    unix_socket,
    versions,
    traffic,
    cancel,
    idle_memory,
    reloads,
    client_certificates,
    handshakes,
    endless_handshake,
    slow_handshakes,
    gone_in_the_middle,
)


# ---- what the server says of its options ----


def refuses_to_start(server, files):
    """Each with what is wrong; nothing is left running."""
    good = {"ssl": "on", "ssl_cert_file": files.path("server.crt"),
            "ssl_key_file": files.path("server.key")}
    shutil.copy(files.path("server.key"), files.path("open.key"))
    os.chmod(files.path("open.key"), 0o644)
    for change, words in (
        ({"ssl_cert_file": "nowhere.crt"}, "could not load server certificate file"),
        ({"ssl_key_file": "nowhere.key"}, "could not access private key file"),
        ({"ssl_key_file": files.path("open.key")}, "has group or world access"),
        ({"ssl_key_file": files.path("second.key")}, "check of private key failed"),
        ({"ssl_key_file": files.folder}, "is not a regular file"),
        ({"ssl_ca_file": "nowhere.crt"}, "could not load root certificate file"),
        ({"ssl_ca_file": files.path("ca.crt"), "ssl_crl_file": "nowhere.crl"},
         "could not load SSL certificate revocation list file"),
        ({"ssl_ciphers": "NONE"}, "could not set the cipher list"),
        ({"ssl_ecdh_curve": "nobody"}, "could not set \"ssl_ecdh_curve\""),
        ({"ssl_min_protocol_version": "TLSv1.3", "ssl_max_protocol_version":
          "TLSv1.2"}, "cannot be higher than"),
        ({"ssl_min_protocol_version": "TLSv1.1"}, "invalid value for parameter"),
    ):
        arguments = ["serve", "-D", server.data + ".not", "-c", f"port={server.port}"]
        for name, text in {**good, **change}.items():
            arguments += ["-c", f"{name}={text}"]
        done = server.program(*arguments)
        check(done.returncode != 0 and words in done.stdout,
              f"{change}: {done.returncode} {done.stdout}")


def main():
    if shutil.which("openssl") is None:
        skip("there is no openssl on this machine")
    folder = tempfile.mkdtemp(prefix="stele-tls-", dir="/tmp")
    files = Certificates(folder)
    try:
        files.authority("ca")
        files.server("server", "ca", algorithm="rsa:2048")
        files.server("second", "ca")
        files.authority("people")
        files.authority("others")
        files.signed("bob", "people", "/O=Acme, Inc./CN=b\xf6b")
        files.signed("eve", "people", "/CN=eve")
        files.signed("expired", "people", "/CN=old", days="-1")
        files.signed("stranger", "others", "/CN=bob")
        files.revoke("eve", "people")
        server = Server("ssl=on", "ssl_cert_file=tls.crt", "ssl_key_file=tls.key")
        os.mkdir(server.data)
        shutil.copy(files.path("server.crt"), os.path.join(server.data, "tls.crt"))
        shutil.copy(files.path("server.key"), os.path.join(server.data, "tls.key"))
        failed = 0
        with server:
            for case in CASES:
                try:
                    case(server, files)
                except (Failure, OSError, pgwire.Closed) as why:
                    failed += 1
                    print(f"FAIL {case.__name__}: {why!r} SEED={SEED}", flush=True)
            check(server.is_running(), "the server is not there any more")
            refuses_to_start(server, files)
            if failed:
                server.print_log()
        print(f"tls: {len(CASES) + 1 - failed} passed, {failed} failed")
        sys.exit(failed != 0)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
