/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name_table.h -- a session's prepared statements or portals by their name.
 *
 * What has a name embeds a struct named, first.  The table finds it in constant
 * time, for a driver may prepare thousands, and walks over all, newest first.
 *
 * Thread: one at a time, that of the session.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"

struct named {
	struct str name;
	struct named *next; /* of all; NULL: the last */

	/* private */
	struct named *previous;
	struct named *in_bucket;
	uint64_t hash;
	char *storage; /* owned; of the name */
};

struct name_table {
	struct named *first; /* of all */
	uint32_t count;

	/* private */
	struct named *unnamed;  /* the one whose name is empty; NULL: none */
	struct named **buckets; /* owned */
	uint32_t bucket_count;  /* a power of two, or 0 */
};

/* Free the table's own memory; it must be empty. */
void name_table_release(struct name_table *table);

/* NULL if there is none. */
struct named *name_table_find(const struct name_table *table, struct str name);

/*
 * Enter `named` under a copy of a name that is not there.  False if there is no
 * memory.
 */
MUST_USE bool name_table_add(struct name_table *table, struct named *named,
    struct str name);
void name_table_remove(struct name_table *table, struct named *named);
