/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_texts.h -- the strings of one key of several, as numbers 0, 1, 2 ... in
 * the order of their first appearance.
 *
 * A group by several keys then has numbers in place of their strings: rows whose
 * strings come with codes (vec.h) need one look into an array for each, and each
 * string is kept once, in however many groups it is.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "exec/group_codes.h"
#include "exec/group_table.h"
#include "vec/vec.h"

struct error;

struct group_texts {
	struct group_table
	    values;               /* row n is that of number n; a null is one */
	struct group_codes codes; /* before it */
};

/* `type`, of the strings, stays; codes take no more than twice limit_bytes. */
void group_texts_init(struct group_texts *texts, const struct type *type,
    size_t limit_bytes, struct mem_budget *budget);
void group_texts_release(struct group_texts *texts);

static inline size_t
group_texts_bytes(const struct group_texts *texts)
{
	return group_table_bytes(&texts->values) +
	    group_codes_bytes(&texts->codes);
}

/*
 * In place of the strings of the selected rows their numbers, int8 in `scratch`;
 * new strings get one.  They may be late.
 */
MUST_USE int group_texts_number(struct group_texts *texts,
    const struct vec *strings, struct sel sel, struct arena *scratch,
    struct vec *numbers, struct error *err);

/* The same, but GROUP_NONE for new ones; all must be there. */
void group_texts_lookup(const struct group_texts *texts,
    const struct vec *strings, struct sel sel, struct arena *scratch,
    struct vec *numbers);

/* From numbers of `count` rows back to their strings, which are borrowed. */
void group_texts_strings(const struct group_texts *texts,
    const struct vec *numbers, uint32_t count, struct arena *arena,
    struct vec *strings);
