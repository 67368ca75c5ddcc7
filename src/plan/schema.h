/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h -- the schemas that there are, by OID and by name.
 *
 * They are fixed: what users make is in public, all else is the server's own.
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
	SCHEMA_INFORMATION = 13207, /* information_schema */
};

struct schema {
	uint32_t oid;
	const char *name;
	const char *comment; /* NULL: none */
};

#define SCHEMA_COUNT 5

/* By index, 0..SCHEMA_COUNT - 1. */
const struct schema *schema_at(uint32_t index);

/* NULL if there is none; names are exact. */
const struct schema *schema_by_oid(uint32_t oid);
const struct schema *schema_by_name(struct str name);
