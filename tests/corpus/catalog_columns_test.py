#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""pg_catalog and information_schema have PostgreSQL 15's relations and columns.

    catalog_columns_test.py

`SELECT *` of each relation of golden/catalog_columns_pg15.tsv is described: all
columns must be there, by name, in order, with the OIDs of their types.  What is
a domain there is told as the type below it, as PostgreSQL does.

The recordings are found as corpus_test.py finds them; without them the test is
skipped.
"""

import collections
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)

import pgwire  # noqa: E402
from corpus_test import find_folder  # noqa: E402
from stele_server import Server  # noqa: E402

DOMAINS = {
    "information_schema.cardinal_number": 23,
    "information_schema.character_data": 1043,
    "information_schema.sql_identifier": 19,
    "information_schema.time_stamp": 1184,
    "information_schema.yes_or_no": 1043,
}
# Types that columns cannot have here, and what theirs, which are null, have.
STANDS_IN = {
    "anyarray": 25,
    "pg_dependencies": 25,
    "pg_mcv_list": 25,
    "pg_ndistinct": 25,
    "pg_statistic[]": 25,
}


def read_relations(folder):
    relations = collections.OrderedDict()
    path = os.path.join(folder, "golden", "catalog_columns_pg15.tsv")
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            relation, _, _, column, name, oid, _ = line.rstrip("\n").split("\t")
            oid = DOMAINS.get(name, STANDS_IN.get(name, int(oid)))
            relations.setdefault(relation, []).append((column, oid))
    return relations


def describe(connection, relation):
    for kind, body in connection.query(f"SELECT * FROM {relation} LIMIT 0"):
        if kind == b"E":
            return pgwire.fields(body)["M"]
        if kind == b"T":
            return [(name, oid) for name, oid in pgwire.columns(body)]
    return "no description"


def main():
    relations = read_relations(find_folder())
    misses = 0
    with Server() as server:
        connection = pgwire.Connection(server.port)
        connection.start(database=b"stele")
        for relation, expected in relations.items():
            got = describe(connection, relation)
            if got == expected:
                continue
            misses += 1
            print(f"{relation}: {got if isinstance(got, str) else 'differs'}")
            for pair in zip(expected, got) if isinstance(got, list) else ():
                if pair[0] != pair[1]:
                    print(f"    expected {pair[0]}, got {pair[1]}")
    print(f"{len(relations)} relations, {misses} differ")
    if misses or len(relations) < 190:
        sys.exit(1)


if __name__ == "__main__":
    main()
