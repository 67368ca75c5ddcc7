#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL 15 answers, message by message, beside what Stele does.

    recorded_test.py [--show] [case ...]

The recordings' own program replays its cases against a server of ours, and the
answers are compared case by case.  A difference is a failure unless
recorded.reasons says why it is one, and how this server answers, which may be
as PostgreSQL 18 does.  A reason that explains nothing any more is printed: take
it out.  --show prints the differences that have a reason as well.

The recordings are looked for in golden/ of $STELE_CORPUS_DIR, else beside the
source tree; without them the test is skipped.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from stele_server import Server, skip  # noqa: E402

# The recordings' tables, as far as their columns can be stored.  Those that the
# cases make themselves as temporary ones are made by the cases.
SCHEMA = (
    "CREATE TYPE status AS ENUM ('new', 'paid', 'shipped')",
    "CREATE TABLE evt (ts timestamptz, id bigint, kind text, v float8, b bool,"
    " r real, i2 smallint, i4 int, d date, u uuid, j json, jb jsonb,"
    " n numeric(20,4), c char(10), vc varchar(20))",
    "CREATE TABLE part (ts timestamptz, v int)",
    "CREATE TABLE customer (id bigint, name varchar(50) NOT NULL, email text, created timestamptz)",
    "INSERT INTO customer (context_id, id, name) SELECT 'c', g, 'n' || g FROM generate_series(1, 20) AS g",
    "CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM part",
)

# There is one schema of users' here: names that say another are sent without it.
SCHEMA_NAME = "sales."

# What differs between any two servers.
VOLATILE = (
    (re.compile(r"pg_temp_\d+"), "pg_temp_..."),
    (re.compile(r"server_version=.*"), "server_version=..."),
    (re.compile(r"PostgreSQL 15\.[^|)]*\)[^|)]*"), "PostgreSQL 15 ..."),
    (re.compile(r"\d{4}-\d\d-\d\d(?! \d\d:\d\d:\d\d\.\d)(?=[|)])"), "<date>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+\d\d)?"), "<time>"),
    (re.compile(r"\d\d:\d\d:\d\d\.\d+(\+\d\d)?"), "<time>"),
)


def find_recordings():
    folder = os.environ.get("STELE_CORPUS_DIR")
    if folder is None:
        source = os.environ.get("srcdir", os.path.join(HERE, ".."))
        top = os.path.join(os.path.abspath(source), "..", "..")
        folder = os.path.join(top, "shared", "reference", "pgcompat-corpus")
    folder = os.path.join(folder, "golden")
    if not os.path.exists(os.path.join(folder, "protocol_pg15.txt")):
        skip(f"no recordings in {os.path.normpath(folder)}")
    return folder


def read_cases(path):
    """[(name, [line, ...])]: the name is SECTION/case, numbered if repeated."""
    cases, section, seen = [], "", {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# ==== "):
                section = line[7:].split()[0].lower()
            elif line.startswith("## "):
                name = f"{section}/{line[3:].strip()}".replace(SCHEMA_NAME, "")
                seen[name] = seen.get(name, 0) + 1
                if seen[name] > 1:
                    name += f" #{seen[name]}"
                cases.append((name, []))
            elif line.startswith("   ") and cases:
                for pattern, instead in VOLATILE:
                    line = pattern.sub(instead, line)
                cases[-1][1].append(line.strip())
    return cases


def without_settings(lines):
    """Which of them are reported differs from version to version."""
    return [line for line in lines if not line.startswith("S:")]


class Reasons:
    """recorded.reasons: the reason of each case, and what its answer must be.

    A paragraph is a reason and the cases that it explains, a line each with a
    tab, the SQLSTATE that the answer must have (- if it need have none, pg18 if
    it must be that of PostgreSQL 18), a tab and the name.
    """

    def __init__(self, path, newer):
        self.of = {}
        self.newer = newer
        reason = []
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                line = line.rstrip("\n")
                if line.startswith("#"):
                    continue
                if line.startswith("\t"):
                    _, code, name = line.split("\t", 2)
                    if name in self.of:
                        sys.exit(f"{path}:{number}: {name} stands there twice")
                    self.of[name] = (code, " ".join(reason))
                elif not line.strip():
                    reason = []
                else:
                    reason.append(line)
        self.used = set()

    def find(self, name, answer):
        """Why the answer is what it is; None if nothing says so."""
        code, reason = self.of.get(name, (None, None))
        self.used.add(name)
        if code == "pg18":
            newer = without_settings(self.newer[name])
            return reason if without_settings(answer) == newer else None
        if code in (None, "-") or f'"C": "{code}"' in " ".join(answer):
            return reason
        return None

    def unused(self):
        return [name for name in self.of if name not in self.used]


def difference(theirs, ours):
    lines = difflib.unified_diff(theirs, ours, lineterm="", n=99)
    return ["    " + line for line in lines if not line.startswith(("---", "+++", "@@"))]


def tls_options(folder):
    """The recordings' servers had TLS."""
    made = Certificates(folder)
    made.authority("server", "/CN=localhost")
    return ["ssl=on", f"ssl_cert_file={made.path('server.crt')}", f"ssl_key_file={made.path('server.key')}"]


def replay(folder, server):
    with pgwire.Connection(server.port) as connection:
        connection.start()
        for statement in SCHEMA:
            connection.query(statement)
    out = os.path.join(server.dir, "replayed")
    program = os.path.join(server.dir, "golden.py")
    with open(os.path.join(folder, "golden.py"), encoding="utf-8") as file:
        text = file.read()
    with open(program, "w", encoding="utf-8") as file:
        # An answer may take longer on a busy machine.
        file.write(text.replace(SCHEMA_NAME, "").replace("to=5)", "to=60)"))
    # The environment's PYTHONPATH and bytecode are not the recordings'.
    subprocess.run(
        [sys.executable, "-B", program, str(server.port), out],
        check=True,
        timeout=240,
    )
    return dict(read_cases(out))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()

    folder = find_recordings()
    newer = dict(read_cases(os.path.join(folder, "protocol_pg18.txt")))
    reasons = Reasons(os.path.join(HERE, "recorded.reasons"), newer)
    with tempfile.TemporaryDirectory() as keys, Server(*tls_options(keys)) as server:
        ours = replay(folder, server)
    recorded = read_cases(os.path.join(folder, "protocol_pg15.txt"))
    same, explained, failed = 0, 0, 0
    for name, lines in recorded:
        answer = ours.get(name, ["(not answered)"])
        if answer == lines:
            same += 1
            continue
        reason = reasons.find(name, answer)
        if reason:
            explained += 1
        else:
            failed += 1
        if (reason and not arguments.show) or (
            arguments.cases and not any(c in name for c in arguments.cases)
        ):
            continue
        print(f"{'SAME BUT FOR' if reason else 'FAIL'} {name}", f"({reason})" if reason else "")
        print("\n".join(difference(lines, answer)))
    for name in reasons.unused():
        print(f"recorded.reasons explains {name!r}, which does not differ any more")
    print(f"{len(recorded)} cases: {same} the same, {explained} explained, {failed} failures")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
