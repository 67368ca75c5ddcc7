/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_table.h -- a hash table from tuples of values to numbers 0, 1, 2 ...
 * in the order of their first appearance: the groups of GROUP BY, the values
 * of DISTINCT.
 *
 * Strings among several keys may be kept as numbers: group_table_number_texts().
 *
 * Memory: a row_store and the table's own arena.  Threads: one.
 *
 * Growing a large table tests keys.cancel, which may be set after init.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/row_key.h"
#include "exec/row_store.h"
#include "types/type.h"
#include "vec/vec.h"

struct error;
struct group_texts;

/*
 * The tag, half of the group's hash, lies here, so that most slots of other
 * groups need no look at these.
 */
struct group_slot {
	uint32_t number; /* group + 1, or 0 */
	uint32_t tag;
};

struct group_table {
	const struct type *types;
	uint32_t key_count;
	enum key_rule rule;
	struct row_store keys; /* row g is group g; see group_table_batch() */

	/* private */
	struct group_texts **texts;    /* by key; NULL: as they are */
	struct arena texts_arena;      /* of these, and of: */
	const struct type *kept_types; /* of `keys` */
	struct arena arena;
	uint64_t *hashes;         /* of each group; half as many as slots */
	struct group_slot *slots; /* a power of two of them */
	uint32_t slot_count;
};

/* `types` stay; the rule says what is equal, see row_key.h. */
void group_table_init(struct group_table *table, const struct type *types,
    uint32_t key_count, enum key_rule rule, struct mem_budget *budget);
void group_table_release(struct group_table *table);

/*
 * Before there are groups: keep strings of keys that are equal if their bytes
 * are as numbers (group_texts.h), which know codes by arrays of `limit_bytes`
 * for each key.  Without memory for that they are kept as they are.
 */
void group_table_number_texts(struct group_table *table, size_t limit_bytes);

/* Dictionaries that such strings were merged with. */
uint64_t group_table_merge_count(const struct group_table *table);

static inline uint32_t
group_table_count(const struct group_table *table)
{
	return table->keys.row_count;
}

size_t group_table_bytes(const struct group_table *table);

/* The same when it has `count` more groups, their strings not counted. */
size_t group_table_bytes_with(const struct group_table *table, uint32_t count);

/* The keys of groups first, first + 1 ...: see row_store_batch(). */
void group_table_batch(const struct group_table *table, uint32_t first,
    uint32_t count, struct arena *arena, struct batch *out);

/*
 * Find the group of each selected row, making those that are new.  groups[]
 * and is_new[] are by position in the selection; is_new may be NULL.  Strings
 * that are kept as numbers may be late.
 */
MUST_USE int group_table_find(struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups, bool *is_new,
    struct error *err);

#define GROUP_NONE UINT32_MAX

/* Find the group of each selected row; GROUP_NONE where there is none. */
void group_table_lookup(const struct group_table *table, const struct vec *keys,
    struct sel sel, struct arena *scratch, uint32_t *groups);
