/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_set.h -- a set of keys that may be larger than work_mem: what a recursive
 * UNION has seen, the values of IN (SELECT ...).
 *
 * The newest keys are in a hash table.  When it is full they are written to a
 * run of a temporary file, in the order of their hashes; of each block the first
 * hash stays in memory, so that a key is looked for in few blocks.  Keys of a
 * batch are looked for in the order of their hashes: a block is read once for
 * all of them.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/exec.h"
#include "exec/group_table.h"
#include "exec/spill.h"

struct error;

struct key_set {
	uint64_t disk_bytes;
	uint64_t memory_bytes; /* the most that was kept */

	/* private */
	const struct exec_context *context;
	struct group_table table;
	struct spill spill; /* the keys, then their hash */
	uint64_t **firsts;  /* of each run: the first hash of each block */
	uint32_t run_capacity;
	struct arena arena; /* of these */
};

/* `types` stay.  Keys are equal as KEY_EQUAL says. */
void key_set_init(struct key_set *set, const struct exec_context *context,
    const struct type *types, uint32_t key_count, struct arena *lasting);
void key_set_release(struct key_set *set);

static inline bool
key_set_is_empty(const struct key_set *set)
{
	return group_table_count(&set->table) == 0 && set->spill.run_count == 0;
}

/*
 * Add the selected rows' keys.  is_new[], by position in the selection, says
 * which were not there, nor before in the selection.
 */
MUST_USE int key_set_add(struct key_set *set, const struct vec *keys,
    struct sel sel, struct arena *scratch, bool *is_new, struct error *err);

/* Which of the selected rows' keys are there, by position in the selection. */
MUST_USE int key_set_find(const struct key_set *set, const struct vec *keys,
    struct sel sel, struct arena *scratch, bool *found, struct error *err);
