#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of doc/http.md do what is written there.

An example is an indented block: a command of the shell with curl in it, and
behind it the lines that it prints.  They run in the order of the page, on one
server.
"""

import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

from pgwire import PATIENCE  # noqa: E402
from stele_server import Server, free_port, skip  # noqa: E402

PAGE = os.path.join(HERE, "..", "..", "doc", "http.md")
ADDRESS = "http://127.0.0.1:8085/"
INDENT = "    "


def examples():
    """(line number, command, lines) of each block."""
    found = []
    in_block = False
    with open(PAGE, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.startswith(INDENT):
                in_block = False
            elif in_block:
                found[-1][2].append(line[len(INDENT):].rstrip("\n"))
            else:
                found.append((number, line[len(INDENT):].rstrip("\n"), []))
                in_block = True
    return found


def main():
    if not shutil.which("curl"):
        skip("there is no curl")
    found = examples()
    if len(found) < 5 or any(ADDRESS not in command for _, command, _ in found):
        sys.exit("doc/http.md has no examples, or one without curl")
    port = free_port()
    environment = dict(os.environ, no_proxy="*")
    with Server(f"http_port={port}") as server:
        for number, command, lines in found:
            got = subprocess.run(
                ["bash", "-c", command.replace(":8085/", f":{port}/").replace(
                    "curl ", "curl --retry 5 --retry-connrefused ")],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=60 * PATIENCE,
            ).stdout.decode().replace("\r\n", "\n").splitlines()
            if got != lines:
                server.print_log()
                sys.exit(f"{PAGE}:{number}: {got} instead of {lines}")
    print(f"{len(found)} examples")


main()
