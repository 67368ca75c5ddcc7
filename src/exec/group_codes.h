/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_codes.h -- groups by the codes of their keys: what stands before a
 * group_table and answers for rows whose keys come with codes of dictionaries
 * (vec.h), by one look into an array.
 *
 * The array has an entry for each combination of codes, a null being one more
 * code, and is for one tuple of dictionaries: with the next segment it begins
 * anew, and each combination is looked up in the table once.  If there is one
 * key, what the codes of the last segment have come to is carried over
 * (group_order.h), and only strings that are new are looked up.
 *
 * Memory: arenas of its own.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/group_order.h"
#include "vec/vec.h"

struct error;
struct group_table;

struct group_codes {
	struct arena arena;
	uint32_t key_count;
	uint32_t max_count;  /* of combinations */
	const void **dicts;  /* of each key; NULL at first */
	uint32_t code_count; /* of the first key's */
	uint32_t *groups;    /* by combination: the group + 1; 0: not known */
	struct group_order order; /* of one key */
};

/*
 * The array takes no more than limit_bytes, and of several keys' codes no more
 * than is cleared soon; those of one key are not more than its segment's rows.
 * What is carried over takes as much again at most.
 */
void group_codes_init(struct group_codes *codes, uint32_t key_count,
    size_t limit_bytes, struct mem_budget *budget);
void group_codes_release(struct group_codes *codes);

static inline size_t
group_codes_bytes(const struct group_codes *codes)
{
	return codes->arena.used_bytes + codes->order.arena.used_bytes;
}

/*
 * As group_table_find() without is_new; where the keys have no codes, or too
 * many, it is nothing else.  The keys' strings may be late.
 */
MUST_USE int group_codes_find(struct group_codes *codes,
    struct group_table *table, const struct vec *keys, struct sel sel,
    struct arena *scratch, uint32_t *groups, struct error *err);

/*
 * As group_table_lookup(), of a table that does not change any more: it
 * remembers who has no group, so group_codes_find() must not be called too.
 */
MUST_USE int group_codes_lookup(struct group_codes *codes,
    const struct group_table *table, const struct vec *keys, struct sel sel,
    struct arena *scratch, uint32_t *groups, struct error *err);
