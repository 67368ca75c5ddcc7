#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is tried against the server, and the tests that try it: the list.

A row is an attack or an accident, and the cases that assert the answer to it: a
function or a table of a test, or all of a file.  This test sees that each is
there, and that what is in the folder beside it is in the list.  A row that does
not apply says why.
"""

import os
import re
import sys

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

PG = "attack/attack_test.py"
LOGIN = "attack/login_attack_test.py"
LIMITS = "attack/limits_test.py"
NATIVE = "attack/native_attack_test.py"
OPERATIONS = "attack/operations_attack_test.py"
CONTEXTS = "attack/contexts_test.py"
LINE = "wire/line_test.py"
HTTP = "wire/http_test.py"
WEBSOCKET = "wire/websocket_test.py"
AUTH = "wire/auth_test.py"
LET_IN = "server/login_test.py"
PASSWORDS = "server/password_test.py"
TLS = "tls/tls_test.py"

POSTGRESQL_PORT = (
    ("a start that is short, negative, or past 10,000 bytes", (PG, "STARTUPS")),
    ("a message whose length is below 4, or near 2^31",
     (PG, "FRAMES"), (LIMITS, "promised_messages"), (LIMITS, "message_size")),
    ("Bind: counts, formats, lengths below -1, sums and array dimensions that wrap",
     (PG, "BINDS"), (PG, "ARRAYS")),
    ("texts without an end, fields past the frame, bytes that are left",
     (PG, "BINDS"), (PG, "EXTENDED"), (PG, "SIMPLE"), (PG, "STARTUPS")),
    ("SCRAM: long or broken messages, nonces, attributes, a second first one",
     (LOGIN, "FIRSTS"), (LOGIN, "FINALS"), (LOGIN, "second_initial"),
     (LOGIN, "query_behind"), ("fuzz/fuzz_scram.c", None)),
    ("requests for encryption again, or within each other",
     (PG, "requests_repeat"), (TLS, "only_once")),
    ("plain text before the handshake", (TLS, "plain_text_first")),
    ("records of TLS that bring nothing, without end",
     ("unit/net/test_tls.c", None)),
    ("options of a start that act before the password",
     (LOGIN, "OPTIONS"), (PG, "STARTUPS")),
    ("many _pq_ options, many starts", (PG, "STARTUPS"), (LIMITS, "many_starts")),
    ("unknown names, and how long a password is looked at",
     (LET_IN, "names_that_nobody_has"), (PASSWORDS, "logins"),
     ("unit/common/test_scram.c", None)),
    ("a role that has expired, or may not log in",
     (PASSWORDS, "logins"), (PASSWORDS, "changes_hit_the_next_login"),
     (PASSWORDS, "expired_meanwhile"), (AUTH, "taken_back")),
    ("passwords and keys are guessed",
     (LET_IN, "failures_wait"), (LET_IN, "attempts_take_turns"), (AUTH, "delays")),
    ("cancel requests, guessed, or by the thousand, or for the next statement",
     (LOGIN, "cancel_is_quiet"), (PG, "cancels_of_others"),
     ("server/cancel_test.py", "nothing")),
    ("say nothing, or a byte now and then; too many at once",
     (LET_IN, "silence_ends"), (LET_IN, "only_so_many_strangers"),
     (LET_IN, "strangers_take_all"), (PASSWORDS, "reserved_connections"),
     (LIMITS, "connections"), (PG, "start_by_byte"), (PG, "starts_that_stop")),
    ("read nothing while asking for much",
     (LIMITS, "unread_output"), (LIMITS, "read_timeout"), (LIMITS, "late_reader"),
     (LIMITS, "unread_values"), (LIMITS, "slow_reader"), (PG, "slow_reader")),
    ("format characters in names, errors without all fields",
     (PG, "format_characters"), (PG, "check_error"), (LOGIN, "FIRSTS")),
    ("deep parentheses, long lists, many parameters, patterns, statements, portals",
     (PG, "STATEMENTS"), (PG, "many_parameters"), (PG, "many_statements"),
     (PG, "many_portals"), (LIMITS, "prepared_statements")),
    ("settings of names without number, set again and again",
     ("unit/server/test_settings.c", None)),
    ("advisory locks without number",
     ("server/advisory_lock_test.py", "number")),
    ("schemas of any size: types, fields, comments, views, and all together",
     (LIMITS, "schemas"), ("unit/engine/test_catalog_size.c", None)),
    ("sizes that wrap", (PG, "STATEMENTS"),
     ("unit/exec/test_function_ends.c", None)),
    ("commands of administrators by other roles",
     ("server/rights_test.py", None), ("../regress/sql/rights.sql", None)),
    ("COPY and functions that read or write files",
     (PG, "STATEMENTS"), (OPERATIONS, "links_to_its_files"),
     ("storage/backup_test.py", "refusals")),
    ("SQL in names, within the server", (PG, "STATEMENTS"), (NATIVE, "STATEMENTS")),
)

NATIVE_DOORS = (
    ("a line without end; silence",
     (LINE, "limits"), (LINE, "trust"), (LINE, "silence"), (LINE, "too_many"),
     (NATIVE, "slow_line"), (WEBSOCKET, "trust"), (WEBSOCKET, "too_slow")),
    ("a signed command again, or with another body; tokens",
     (AUTH, "replays"), (AUTH, "over_http"), (AUTH, "tokens_expire"),
     (NATIVE, "replayed")),
    ("a GET that changes something", (HTTP, "no_such"), (NATIVE, "REQUESTS")),
    ("a page of another site; a name led to us",
     (HTTP, "browsers"), (LINE, "a_browser"), (NATIVE, "LIMIT_ROWS"),
     (WEBSOCKET, "handshakes")),
    ("headers that say who a client is", (NATIVE, "spoofed")),
    ("a request that can be read in two ways", (HTTP, "hostile"), (NATIVE, "BAD_HEADS")),
    ("heads and bodies that are slow, or without end",
     (HTTP, "too_slow"), (HTTP, "patient"), (HTTP, "stalled_events"),
     (HTTP, "too_much"), (NATIVE, "slow_head"), (NATIVE, "slow_body"),
     (NATIVE, "LIMIT_ROWS")),
    ("connections that are used, or kept, for ever",
     (NATIVE, "requests"), (NATIVE, "idle")),
    ("bodies that grow when they are unpacked", (HTTP, "bodies"),
     (WEBSOCKET, "handshakes")),
    ("frames that are none: lengths, masks, fragments, bad UTF-8",
     (WEBSOCKET, "ends"), (NATIVE, "FRAMES"), (NATIVE, "fragments"),
     (NATIVE, "frames"), (NATIVE, "believed_lengths")),
    ("scripts in what is stored",
     (NATIVE, "stored_script"), ("console/cases_safe.js", None)),
    ("paths to other files", (HTTP, "no_such"), ("wire/http_console_test.py", None)),
    ("huge results; answers that nobody reads",
     (HTTP, "slow_reader"), (NATIVE, "slow_readers"), (NATIVE, "unread_pings"),
     (NATIVE, "unread_errors")),
    ("what metrics and health tell", (HTTP, "metrics"), (NATIVE, "nothing_is_told")),
    ("many passwords by Basic", (NATIVE, "passwords"), (HTTP, "proofs")),
    ("passwords in clear text that cost much to look at",
     ("tls/tls_login_test.py", "one_worker_is_left"),
     (PASSWORDS, "given_verifiers"), ("unit/server/test_password_checks.c", None)),
)

ENGINE_FILES_OPERATIONS = (
    ("a hundred million contexts, or events of one context", (CONTEXTS, None)),
    ("too many event types and fields",
     (LIMITS, "schemas"), ("server/catalog_scale_test.py", None)),
    ("contexts, strings and rows that are too long", (LIMITS, "events")),
    ("JSON: depth, keys twice, NaN, surrogates, long numbers", (PG, "STATEMENTS"),
     ("fuzz/fuzz_payload.c", None)),
    ("times out of range", (PG, "STATEMENTS")),
    ("subscribers that are slow, or dead",
     ("server/notify_test.py", "slow"), ("server/watch_test.py", None)),
    ("a query for too much memory, disk or time; one of a low role",
     (LIMITS, "statements_memory"), (LIMITS, "much_memory"),
     (LIMITS, "open_transactions"), (LIMITS, "unfinished_messages"),
     ("server/spill_test.py", "temp_limit"), ("server/cancel_test.py", "a_query"),
     (NATIVE, "LIMIT_ROWS"), ("server/rights_test.py", None)),
    ("links, wrong owners, two servers",
     (OPERATIONS, "two_servers"), (OPERATIONS, "modes"), (OPERATIONS, "of_another"),
     (OPERATIONS, "writable_by_others"), (OPERATIONS, "links_to_its_files"),
     (OPERATIONS, "a_file_in_its_place"), (OPERATIONS, "no_directory")),
    ("a backup, an archive or a segment that somebody has made",
     ("fuzz/fuzz_directory.c", None), ("fuzz/fuzz_archive.c", None),
     ("fuzz/fuzz_manifest.c", None), ("fuzz/fuzz_segment.c", None),
     ("storage/damage_test.py", None), (OPERATIONS, "a_missing_segment")),
    ("a key file from before ERASE is put back",
     "there is no ERASE: no subject has a key whose loss erases it, and what"
     " retention takes is gone from the files"),
    ("secrets in logs, arguments, cores, memory",
     (OPERATIONS, "in_no_log"), (OPERATIONS, "closed_to_others"),
     (PASSWORDS, "nothing_is_left"), ("server/keys_test.py", None)),
    ("a socket that others reach before its mode is set", (OPERATIONS, "sockets")),
    ("holes in libraries", (OPERATIONS, "what_it_is_made_of")),
    ("the service is taken over", (OPERATIONS, "the_unit")),
    ("signals and connections by the thousand",
     (OPERATIONS, "hangups"), (OPERATIONS, "reset")),
    ("thousands of connections that wait, a storm of logins",
     (LIMITS, "idle_connections"), (LIMITS, "idle_tls_connections"),
     (LIMITS, "login_storm")),
)

LIST = POSTGRESQL_PORT + NATIVE_DOORS + ENGINE_FILES_OPERATIONS

texts = {}


def text_of(path):
    if path not in texts:
        with open(os.path.join(TESTS, path), encoding="utf-8") as file:
            texts[path] = file.read()
    return texts[path]


def is_there(path, name):
    """A function, or a table, that begins a line."""
    if not os.path.exists(os.path.join(TESTS, path)):
        return False
    return name is None or re.search(
        rf"^(def {name}\(|{name} = \()", text_of(path), re.MULTILINE) is not None


def main():
    if not os.path.isdir(os.path.join(TESTS, "..", "regress", "sql")):
        print("SKIP: not in a source tree")
        sys.exit(77)
    bad = [f"{what}: {case} is not there" for what, *cases in LIST for case in cases
           if isinstance(case, tuple) and not is_there(*case)]
    bad += [f"no test of: {what}" for what, *cases in LIST if not cases]
    named = {case[0] for _, *cases in LIST for case in cases if isinstance(case, tuple)}
    here = os.listdir(os.path.join(TESTS, "attack"))
    bad += [f"attack/{name} is in no row" for name in here
            if name.endswith("_test.py") and name != os.path.basename(__file__)
            and f"attack/{name}" not in named]
    print(*bad, f"{len(LIST)} rows", sep="\n")
    sys.exit(len(bad) > 0)


if __name__ == "__main__":
    main()
