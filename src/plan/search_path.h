/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_path.h -- where names without a schema are looked for.
 *
 * As in PostgreSQL, pg_catalog comes first unless the path says where, and
 * relations are looked for among the temporary ones before that, likewise; names
 * of schemas that do not exist are passed over.  "$user" is passed over, too:
 * no schema belongs to a user.
 *
 * Threads: a path is a value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "plan/schema.h"

struct search_path {
	uint32_t schemas[SCHEMA_COUNT]; /* enum schema_oid, in order */
	uint32_t count;
	bool is_catalog_implied; /* the first is pg_catalog, not said */
};

/* pg_catalog, then public. */
extern const struct search_path search_path_default;

/* The value of the setting search_path; false if it is no list of names. */
bool search_path_parse(struct str text, struct search_path *out);

bool search_path_equal(const struct search_path *a,
    const struct search_path *b);

/* Schema `i` of those that relations are looked for in; false: no more. */
bool search_path_of_relations(const struct search_path *path, uint32_t i,
    uint32_t *schema);

bool search_path_has(const struct search_path *path, uint32_t schema);

/* Where new objects go, current_schema(): the first that is said; 0: none. */
uint32_t search_path_current(const struct search_path *path);
