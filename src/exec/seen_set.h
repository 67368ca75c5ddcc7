/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen_set.h -- pairs of a group and a value that have been seen: each value
 * gets a number, and each group a bit for each number.
 *
 * So a value's bytes are looked at once, or once a segment if it comes with a
 * code (group_codes.h), in however many groups it is.  When that would take
 * more than a limit, no pair is added any more: the set says which it has, and
 * the rest is somebody else's.
 *
 * Memory: charged to the budget.  Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "exec/group_codes.h"
#include "exec/group_table.h"
#include "vec/vec.h"

struct error;

struct seen_set {
	struct group_table values; /* their numbers */
	struct group_codes codes;  /* before it */
	struct arena arena;        /* of the bits */
	uint64_t *words;           /* group by group */
	uint64_t row_words;        /* of one */
	uint64_t group_count;      /* that there is room for */
	size_t limit_bytes;
	bool is_closed; /* no pair is added */
};

/* `type`, of the values, stays. */
void seen_set_init(struct seen_set *set, const struct type *type,
    size_t limit_bytes, struct mem_budget *budget);
void seen_set_release(struct seen_set *set);
size_t seen_set_bytes(const struct seen_set *set);

enum seen {
	SEEN_BEFORE,
	SEEN_FIRST,    /* it was not there, now it is */
	SEEN_ELSEWHERE /* it is not there, and the set is closed */
};

/*
 * Look up a group, numbers from 0 on, and a value for each selected row;
 * seen[i] is about row sel_row(sel, i).
 */
MUST_USE int seen_set_add(struct seen_set *set, const struct vec *groups,
    const struct vec *values, struct sel sel, struct arena *scratch,
    enum seen *seen, struct error *err);
