/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_order.c -- see group_order.h.  While a dictionary is at hand the list
 * has the groups that it lacks, each with the code before which it belongs: so
 * they and the codes make the next list without another comparison.
 */
#include "exec/group_order.h"

#include <string.h>

#include "common/error.h"

/* A string's look-up costs as much as so many steps of a merge. */
#define STEPS_PER_LOOKUP 4

#define AHEAD 8 /* places, of whose strings memory is asked for */

void
group_order_init(struct group_order *order, size_t limit_bytes,
    struct mem_budget *budget)
{
	size_t room = limit_bytes / sizeof(struct group_place);

	*order = (struct group_order){
		.max_count = room < UINT32_MAX ? (uint32_t)room : UINT32_MAX
	};
	arena_init(&order->arena, budget);
}

void
group_order_release(struct group_order *order)
{
	arena_release(&order->arena);
	order->places = NULL;
	order->count = 0;
}

bool
group_order_helps(const struct group_order *order, const struct vec_codes *dict)
{
	return dict->late != NULL &&
	    (uint64_t)order->count * STEPS_PER_LOOKUP >= dict->count;
}

/* ---- a dictionary comes ---- */

struct meeting {
	struct group_order *order;
	uint32_t *groups;
	uint32_t at;    /* the next place */
	uint32_t stays; /* places before it whose string the dictionary lacks */
};

static void
keep_place(struct meeting *meeting, uint32_t code)
{
	struct group_place *places = meeting->order->places;

	places[meeting->stays] = places[meeting->at++];
	places[meeting->stays++].code = code;
}

/* The places up to the strings of codes first, first + 1 ... */
static void
meet_strings(struct meeting *meeting, const struct str *strings, uint32_t first,
    uint32_t count)
{
	const struct group_order *order = meeting->order;
	uint32_t i = 0;

	while (i < count && meeting->at < order->count) {
		const struct group_place *place = &order->places[meeting->at];
		int result = str_compare(place->key, strings[i]);

		if (meeting->at + AHEAD < order->count)
			__builtin_prefetch(place[AHEAD].key.data);
		if (result < 0) {
			keep_place(meeting, first + i);
			continue;
		}
		if (result == 0) {
			meeting->groups[first + i] = place->group + 1;
			meeting->at++;
		}
		i++;
	}
}

/* Some strings of the dictionary: a vector whose codes are first, first + 1 ... */
static int
read_strings(struct vec *strings, uint32_t *codes, uint32_t first,
    uint32_t count, struct error *err)
{
	for (uint32_t i = 0; i < count; i++)
		codes[i] = first + i;
	return vec_need_strings(strings, sel_all(count), err);
}

int
group_order_tell(struct group_order *order, const struct vec_codes *dict,
    struct arena *scratch, uint32_t *groups, struct error *err)
{
	struct meeting meeting = { .order = order, .groups = groups };
	uint32_t *codes = arena_alloc_array(scratch, VEC_ROWS, sizeof(*codes));
	struct vec strings;
	int rc;

	vec_init(&strings, PHYS_STR, VEC_ROWS, scratch);
	strings.codes = *dict;
	strings.codes.of = codes;
	rc = arena_check(scratch, err);
	for (uint32_t first = 0;
	     first < dict->count && meeting.at < order->count && rc == 0;
	     first += VEC_ROWS) {
		uint32_t count = dict->count - first;

		count = count < VEC_ROWS ? count : VEC_ROWS;
		rc = read_strings(&strings, codes, first, count, err);
		if (rc == 0)
			meet_strings(&meeting, strings.str, first, count);
	}
	while (meeting.at < order->count)
		keep_place(&meeting, dict->count);
	order->count = meeting.stays;
	return rc;
}

/* ---- and goes ---- */

/* Whether a code has come to one of the groups, and which. */
static bool
has_group(uint32_t known, uint32_t group_count, uint32_t *group)
{
	*group = known - 1; /* 0: beyond all */
	return *group < group_count;
}

static uint32_t
count_groups(const uint32_t *groups, uint32_t code_count, uint32_t group_count)
{
	uint32_t count = 0;
	uint32_t group;

	for (uint32_t code = 0; code < code_count; code++)
		count += has_group(groups[code], group_count, &group);
	return count;
}

static void
hint_key(const uint32_t *groups, uint32_t code, uint32_t code_count,
    const struct vec *keys, uint32_t group_count)
{
	uint32_t group;

	if (code < code_count && has_group(groups[code], group_count, &group))
		__builtin_prefetch(&keys->str[group]);
}

/* What stayed, and the groups of the codes, in one list. */
static uint32_t
merge_places(const struct group_order *order, const uint32_t *groups,
    uint32_t code_count, const struct vec *keys, uint32_t group_count,
    struct group_place *out)
{
	uint32_t at = 0, count = 0;
	uint32_t group;

	for (uint32_t code = 0; code < code_count; code++) {
		hint_key(groups, code + AHEAD, code_count, keys, group_count);
		while (at < order->count && order->places[at].code <= code)
			out[count++] = order->places[at++];
		if (has_group(groups[code], group_count, &group))
			out[count++] =
			    (struct group_place){ .key = keys->str[group],
				    .group = group };
	}
	while (at < order->count)
		out[count++] = order->places[at++];
	return count;
}

void
group_order_add(struct group_order *order, const uint32_t *groups,
    uint32_t code_count, const struct vec *keys, uint32_t group_count)
{
	uint64_t count = (uint64_t)order->count +
	    count_groups(groups, code_count, group_count);
	struct group_place *places = NULL;
	struct arena arena;

	arena_init(&arena, order->arena.budget);
	if (count <= order->max_count)
		places = arena_try_alloc(&arena, count * sizeof(*places) + 1);
	if (places == NULL) {
		arena_release(&arena);
		group_order_release(order);
		return;
	}
	order->count =
	    merge_places(order, groups, code_count, keys, group_count, places);
	arena_release(&order->arena);
	order->arena = arena;
	order->places = places;
}
