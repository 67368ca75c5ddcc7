/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_table.h -- the server's own relations, as statements name them.
 *
 * A system table shows state of the server as rows: stele.segments is one.  It
 * has a schema, a name and columns; that is all the planner knows.  Its rows
 * are told by a provider when a plan runs (exec/system_scan.h).
 *
 * Threads: constant.
 */
#pragma once

#include <stdint.h>

#include "common/str.h"
#include "types/type.h"

struct system_column {
	const char *name;
	enum type_oid type;
};

struct system_table {
	const char *schema;
	const char *name;
	uint32_t oid; /* below FIRST_USER_OID, no other object's */
	const struct system_column *columns;
	uint32_t column_count;
};

/* All that a statement may name; NULL in place of one is an empty set. */
struct system_tables {
	const struct system_table *const *items;
	uint32_t count;
};

/* By exact names; NULL if there is none. */
const struct system_table *system_table_find(const struct system_tables *tables,
    struct str schema, struct str name);
