/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h -- the schemas that there are, by OID and by name.
 *
 * They are fixed: what users make is in public, or, if it is temporary, in the
 * session's own; all else is the server's.  To each session its temporary schema
 * is the first one there is, for it sees no other.
 * OIDs are PostgreSQL's where it has fixed ones.
 *
 * Threads: constant.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"

enum schema_oid {
	SCHEMA_PG_CATALOG = 11,
	SCHEMA_PG_TOAST = 99,
	SCHEMA_PUBLIC = 2200,
	SCHEMA_STELE = 15000,
	SCHEMA_PG_TEMP = 15001,
	SCHEMA_INFORMATION = 13207, /* information_schema */
};

struct schema {
	uint32_t oid;
	const char *name;
	const char *comment; /* NULL: none */
};

#define SCHEMA_COUNT 6

/* By index, 0..SCHEMA_COUNT - 1. */
const struct schema *schema_at(uint32_t index);

/* Of what is temporary. */
static inline struct str
temp_schema_name(void)
{
	return STR("pg_temp_1");
}

/* NULL if there is none; names are exact, but for the alias pg_temp. */
const struct schema *schema_by_oid(uint32_t oid);
const struct schema *schema_by_name(struct str name);
