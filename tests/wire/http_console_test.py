#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The console's files over HTTP: what is sent with them, and that nothing else
is.  Of a server that is built without a console: that it says so."""

import gzip
import http.client
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402

LONG = 60 * pgwire.PATIENCE
WITHOUT = "built without its console"
SIZE_MAX = 400 << 10  # of all, as they are sent
FIELDS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy":
        "default-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
TYPES = {"/": "text/html", "/app.js": "text/javascript", "/app.css": "text/css",
         "/favicon.svg": "image/svg+xml"}


class Client:
    def __init__(self, server):
        server.wait_for_port(server.http_port)
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", server.http_port, timeout=LONG)

    def ask(self, path, method="GET", **fields):
        """The reply, and its body as it came."""
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in fields.items():
            self.connection.putheader(name.replace("_", "-"), value)
        self.connection.endheaders()
        reply = self.connection.getresponse()
        return reply, reply.read()

    def close(self):
        self.connection.close()


def expect_fields(path, reply):
    for name, value in FIELDS.items():
        check(reply.headers[name] == value, f"{path}: {name}")
    check("Set-Cookie" not in reply.headers, "there are no cookies")
    check("X-Execution-Time-Ms" not in reply.headers, "nothing is run")


def expect_file(client, path, kind):
    plain, body = client.ask(path)
    check(plain.status == 200 and body, f"{path}: {plain.status}")
    check(plain.headers["Content-Type"].startswith(kind), path)
    check("Content-Encoding" not in plain.headers, f"{path} is not asked packed")
    expect_fields(path, plain)
    packed, zipped = client.ask(path, Accept_Encoding="br, gzip;q=0.5")
    check(packed.headers["Content-Encoding"] == "gzip", f"{path} is packed")
    check(gzip.decompress(zipped) == body, f"{path} packed and plain")
    expect_fields(path, packed)
    for refused in ("identity", "gzip;q=0", "*;q=0", "gzip;q=0, *"):
        reply, same = client.ask(path, Accept_Encoding=refused)
        check("Content-Encoding" not in reply.headers and same == body,
              f"{path} for {refused}")
    tag = plain.headers["ETag"]
    check(re.fullmatch(r'W/"[0-9a-f]{32}"', tag), f"{path}: {tag}")
    for known in (tag, tag[2:], "*", f'"x", {tag}'):
        reply, nothing = client.ask(path, If_None_Match=known)
        check(reply.status == 304 and nothing == b"", f"{path}: {known}")
        check(reply.headers["ETag"] == tag, "with its tag")
        expect_fields(path, reply)
    reply, _ = client.ask(path, If_None_Match='"x"')
    check(reply.status == 200, f"{path} is another one")
    reply, nothing = client.ask(path, "HEAD")
    check(reply.status == 200 and nothing == b"" and
          int(reply.headers["Content-Length"]) == len(body), f"HEAD {path}")
    reply, _ = client.ask(path, "POST", Content_Length="0")
    check(reply.status == 405 and reply.headers["Allow"] == "GET, HEAD", path)
    return len(zipped), body


def files(client):
    sizes, bodies = zip(*(expect_file(client, path, kind)
                          for path, kind in TYPES.items()))
    check(sum(sizes) < SIZE_MAX, f"{sizes} bytes are sent")
    page = bodies[0].decode()
    # What the policy forbids is not there, either.
    check(not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|//",
                        page), f"the page has what it must not have: {page}")
    # Nothing of a page's is looked at for a link to it.
    reply, _ = client.ask("/", Sec_Fetch_Site="cross-site")
    check(reply.status == 200, "a link leads here")


def nothing_else(client):
    for path in ("/index.html", "/app.js/", "//app.js", "/APP.JS", "/.sources",
                 "/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/app.js%00",
                 "/src/main.tsx", "/%61pp.js"):
        reply, body = client.ask(path)
        check(reply.status == 404 and b"Not Found" in body, f"{path}: {body}")


def switch_off(server, client):
    with open(os.path.join(server.data, "stele.conf"), "w") as conf:
        conf.write("console = off\n")
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LONG
    while client.ask("/")[0].status != 404:
        check(time.monotonic() < deadline, "the option counts")
        time.sleep(0.02)
    reply, body = client.ask("/")
    check(b"option console" in body, body)
    check("ETag" not in reply.headers, "nothing of the page")
    check(client.ask("/healthz")[0].status == 200, "all else goes on")


def ready_line(server):
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        with open(server.log) as log:
            for line in log:
                if " server ready " in line and line.endswith("\n"):
                    return line
        time.sleep(0.02)
    check(False, "the server does not say that it is ready")


def main():
    port = free_port()
    with Server(f"http_port={port}") as server:
        server.http_port = port
        client = Client(server)
        is_built = "console=on" in ready_line(server)
        reply, body = client.ask("/")
        check(is_built == (reply.status == 200), f"the log and {body[:200]}")
        if is_built:
            files(client)
        else:
            check(reply.status == 404 and WITHOUT.encode() in body, body)
            check(client.ask("/app.js")[0].status == 404, "nothing is there")
        nothing_else(client)
        switch_off(server, client)
        client.close()
    print("with" if is_built else "without", "a console")


main()
