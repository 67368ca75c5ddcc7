/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_order.h -- groups of one key in the order of their strings, which is
 * the order of the codes of every dictionary (dict.h).
 *
 * So what the codes of one segment have come to, those of the next one are told
 * by a merge of the list with its dictionary, which reads both from the first
 * to the last: no string is hashed or looked up that a segment before had.
 *
 * For keys whose values are equal if their bytes are.  The list is a help: where
 * there is no room for it, it is empty, and who has it looks up what he needs.
 *
 * Cancelling: both merges look at the flag every VEC_ROWS steps; the list is empty
 * then.
 *
 * Memory: an arena of its own, charged to the budget; strings are borrowed from
 * the groups' keys.  Threads: one.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/str.h"
#include "vec/vec.h"

struct error;

struct group_place {
	struct str key;
	uint32_t group;
	uint32_t code; /* the first of the dictionary at hand behind it */
};

struct group_order {
	struct arena arena;
	struct group_place *places; /* ascending */
	uint32_t count;
	uint32_t max_count;
	uint64_t merge_count;      /* dictionaries it was merged with */
	const atomic_bool *cancel; /* NULL at first: it cannot be cancelled */
};

/* The list takes no more than limit_bytes. */
void group_order_init(struct group_order *order, size_t limit_bytes,
    struct mem_budget *budget);
void group_order_release(struct group_order *order);

/*
 * Merge the list with a dictionary whose strings are late: groups[code] becomes
 * the group + 1 where the string has one, and its place leaves the list until
 * group_order_add().  If that costs more than the look-ups it spares, or strings
 * are not late, the list is forgotten instead.
 */
MUST_USE int group_order_tell(struct group_order *order,
    const struct vec_codes *dict, struct arena *scratch, uint32_t *groups,
    struct error *err);

/*
 * Put the groups that codes of that dictionary have come to into the list, which
 * is empty if it was not told of the dictionary;
 * groups[code] is the group + 1, and what is not in `keys`, which has the key of
 * each group, is none.
 */
MUST_USE int group_order_add(struct group_order *order, const uint32_t *groups,
    uint32_t code_count, const struct vec *keys, uint32_t group_count,
    struct error *err);
