/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen_set.c -- see seen_set.h.
 */
#include "exec/seen_set.h"

#include <string.h>

#define WORD_BITS  64
#define GROUPS_MIN 8
#define WORDS_MIN  16 /* of a group */

void
seen_set_init(struct seen_set *set, const struct type *type, size_t limit_bytes,
    struct mem_budget *budget)
{
	*set = (struct seen_set){ .limit_bytes = limit_bytes };
	group_table_init(&set->values, type, 1, KEY_EQUAL, budget);
	group_codes_init(&set->codes, 1, limit_bytes, budget);
	arena_init(&set->arena, budget);
}

void
seen_set_release(struct seen_set *set)
{
	group_table_release(&set->values);
	group_codes_release(&set->codes);
	arena_release(&set->arena);
	set->words = NULL;
}

size_t
seen_set_bytes(const struct seen_set *set)
{
	return group_table_bytes(&set->values) +
	    group_codes_bytes(&set->codes) + set->arena.used_bytes;
}

/* ---- bits ---- */

static uint64_t *
word_of(const struct seen_set *set, uint64_t group, uint64_t number)
{
	return &set->words[group * set->row_words + number / WORD_BITS];
}

static uint64_t
bit_of(uint64_t number)
{
	return UINT64_C(1) << (number % WORD_BITS);
}

static bool
has_room(const struct seen_set *set, uint64_t group, uint64_t number)
{
	return group < set->group_count && number / WORD_BITS < set->row_words;
}

static uint64_t
doubled(uint64_t from, uint64_t least, uint64_t wanted)
{
	from = from == 0 ? least : from;
	while (from < wanted)
		from *= 2;
	return from;
}

/* Room for groups and numbers up to these; false if that is too much. */
static bool
reserve(struct seen_set *set, uint64_t group, uint64_t number)
{
	uint64_t groups = doubled(set->group_count, GROUPS_MIN, group + 1);
	uint64_t words =
	    doubled(set->row_words, WORDS_MIN, number / WORD_BITS + 1);
	size_t most = set->limit_bytes / sizeof(uint64_t);
	struct arena arena;
	uint64_t *more;

	if (has_room(set, group, number))
		return true;
	if (words > most || groups > most / words)
		return false;
	arena_init(&arena, set->arena.budget);
	more = arena_try_alloc(&arena, groups * words * sizeof(*more));
	if (more == NULL)
		return false;
	memset(more, 0, groups * words * sizeof(*more));
	for (uint64_t g = 0; g < set->group_count; g++)
		memcpy(more + g * words, set->words + g * set->row_words,
		    set->row_words * sizeof(*more));
	arena_release(&set->arena);
	set->arena = arena;
	set->words = more;
	set->group_count = groups;
	set->row_words = words;
	return true;
}

/* ---- pairs ---- */

/* Numbers for the values; may close the set. */
static int
number_values(struct seen_set *set, const struct vec *values, struct sel sel,
    struct arena *scratch, uint32_t *numbers, struct error *err)
{
	int rc;

	if (!set->is_closed &&
	    group_table_bytes_with(&set->values, sel.count) > set->limit_bytes)
		set->is_closed = true;
	if (!set->is_closed)
		return group_codes_find(&set->codes, &set->values, values, sel,
		    scratch, numbers, err);
	rc = vec_need_strings(values, sel, err);
	if (rc == 0)
		group_table_lookup(&set->values, values, sel, scratch, numbers);
	return rc;
}

static uint64_t
group_at(const struct vec *groups, uint32_t row)
{
	return (uint64_t)groups->i64[vec_index(groups, row)];
}

/* Make room for all groups of the rows and all numbers, or close the set. */
static void
make_room(struct seen_set *set, const struct vec *groups, struct sel sel)
{
	uint64_t last = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint64_t group = group_at(groups, sel_row(sel, i));

		last = group > last ? group : last;
	}
	if (!reserve(set, last, group_table_count(&set->values)))
		set->is_closed = true;
}

int
seen_set_add(struct seen_set *set, const struct vec *groups,
    const struct vec *values, struct sel sel, struct arena *scratch,
    enum seen *seen, struct error *err)
{
	uint32_t *numbers =
	    arena_alloc_array(scratch, sel.count + 1, sizeof(*numbers));
	int rc;

	rc = number_values(set, values, sel, scratch, numbers, err);
	if (rc != 0)
		return rc;
	if (!set->is_closed)
		make_room(set, groups, sel);
	for (uint32_t i = 0; i < sel.count; i++) {
		uint64_t group = group_at(groups, sel_row(sel, i));
		uint64_t *word;

		seen[i] = SEEN_ELSEWHERE;
		if (!has_room(set, group, numbers[i]))
			continue;
		word = word_of(set, group, numbers[i]);
		if ((*word & bit_of(numbers[i])) != 0)
			seen[i] = SEEN_BEFORE;
		else if (!set->is_closed)
			seen[i] = SEEN_FIRST;
		if (!set->is_closed)
			*word |= bit_of(numbers[i]);
	}
	return 0;
}
