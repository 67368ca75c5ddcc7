/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_address.h -- objects of the catalogue by what pg_depend says of them:
 * the catalogue that lists them, an OID, and of a relation a column.
 *
 * Threads: as the context.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/buf.h"
#include "plan/names.h"

struct arena;

struct object_address {
	uint32_t class_oid;
	uint32_t oid;
	int64_t column; /* 0: the object itself */
};

/*
 * Append what pg_describe_object() says, "column a of table t"; false, and there is
 * nothing that makes sense, if there is no such object.
 */
bool object_describe(const struct plan_names *names,
    const struct object_address *address, struct buf *out);

/* What pg_identify_object() says; empty is null. */
struct object_identity {
	struct str type; /* "table column" */
	struct str schema;
	struct str name; /* where no other of the type in the schema has it */
	struct str identity;
	struct str parts[3]; /* the names that lead to it */
	uint32_t part_count; /* 0: there is no such object */
};

/* 0A000 for a catalogue that is not among these, 53200. */
MUST_USE int object_identify(const struct plan_names *names,
    const struct object_address *address, struct arena *arena,
    struct object_identity *out, struct error *err);

/* object_find.c: the reverse, with pg_get_object_address()'s errors; 0A000. */
MUST_USE int object_find(const struct plan_names *names, struct str type,
    const struct str *parts, uint32_t part_count, struct arena *arena,
    struct object_address *out, struct error *err);

/* ---- shared by object_*.c ---- */

/* A name as SQL has it, in double quotes if it needs them. */
struct str object_quoted(struct arena *arena, struct str name);
