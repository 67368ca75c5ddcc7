/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_order.c -- see group_order.h.  While a dictionary is at hand the list
 * has the groups that it lacks, each with the code before which it belongs: so
 * they and the codes make the next list without another comparison.
 */
#include "exec/group_order.h"

#include <string.h>

#include "common/cancel.h"
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

/* ---- a dictionary comes ---- */

/* Whether a merge is cheaper than the look-ups that it spares. */
static bool
is_cheaper(const struct group_order *order, const struct vec_codes *dict)
{
	return dict->late != NULL &&
	    (uint64_t)order->count * STEPS_PER_LOOKUP >= dict->count;
}

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

/*
 * The places up to the strings of codes first, first + 1 ...; no more than VEC_ROWS
 * steps.  Returns how many of the strings are done.
 */
static uint32_t
meet_strings(struct meeting *meeting, const struct str *strings, uint32_t first,
    uint32_t count)
{
	const struct group_order *order = meeting->order;
	uint32_t i = 0;

	for (uint32_t step = 0;
	     step < VEC_ROWS && i < count && meeting->at < order->count;
	     step++) {
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
	return i;
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

/* All of these strings, or up to the last place. */
static int
meet_all(struct meeting *meeting, const struct str *strings, uint32_t first,
    uint32_t count, struct error *err)
{
	const struct group_order *order = meeting->order;
	uint32_t done = 0;
	int rc = 0;

	while (done < count && meeting->at < order->count && rc == 0) {
		done += meet_strings(meeting, strings + done, first + done,
		    count - done);
		rc = cancel_check(order->cancel, err);
	}
	return rc;
}

/* The places behind the last string. */
static int
keep_rest(struct meeting *meeting, uint32_t code, struct error *err)
{
	const struct group_order *order = meeting->order;
	int rc = 0;

	while (meeting->at < order->count && rc == 0) {
		uint32_t left = order->count - meeting->at;

		for (uint32_t i = 0; i < left && i < VEC_ROWS; i++)
			keep_place(meeting, code);
		rc = cancel_check(order->cancel, err);
	}
	return rc;
}

int
group_order_tell(struct group_order *order, const struct vec_codes *dict,
    struct arena *scratch, uint32_t *groups, struct error *err)
{
	struct meeting meeting = { .order = order, .groups = groups };
	uint32_t *codes = arena_alloc_array(scratch, VEC_ROWS, sizeof(*codes));
	struct vec strings;
	int rc;

	if (!is_cheaper(order, dict)) {
		group_order_release(order);
		return 0;
	}
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
			rc = meet_all(&meeting, strings.str, first, count, err);
	}
	if (rc == 0)
		rc = keep_rest(&meeting, dict->count, err);
	order->count = rc == 0 ? meeting.stays : 0;
	order->merge_count++;
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
struct merge {
	const struct group_order *order;
	const uint32_t *groups;
	uint32_t code_count;
	const struct vec *keys;
	uint32_t group_count;
	uint32_t at;   /* the next place that stayed */
	uint32_t code; /* the next code */
	struct group_place *out;
};

static bool
is_merged(const struct merge *merge)
{
	return merge->at == merge->order->count &&
	    merge->code == merge->code_count;
}

/* The next places and codes, VEC_ROWS at most. */
static void
merge_some(struct merge *merge)
{
	const struct group_order *order = merge->order;
	uint32_t group;

	for (uint32_t i = 0; i < VEC_ROWS && !is_merged(merge); i++) {
		uint32_t code = merge->code;

		if (merge->at < order->count &&
		    order->places[merge->at].code <= code) {
			*merge->out++ = order->places[merge->at++];
			continue;
		}
		hint_key(merge->groups, code + AHEAD, merge->code_count,
		    merge->keys, merge->group_count);
		if (has_group(merge->groups[code], merge->group_count, &group))
			*merge->out++ =
			    (struct group_place){ .key =
						      merge->keys->str[group],
				    .group = group };
		merge->code++;
	}
}

static int
merge_all(struct merge *merge, struct error *err)
{
	int rc = 0;

	while (!is_merged(merge) && rc == 0) {
		merge_some(merge);
		rc = cancel_check(merge->order->cancel, err);
	}
	return rc;
}

int
group_order_add(struct group_order *order, const uint32_t *groups,
    uint32_t code_count, const struct vec *keys, uint32_t group_count,
    struct error *err)
{
	uint64_t count = (uint64_t)order->count +
	    count_groups(groups, code_count, group_count);
	struct merge merge = { .order = order,
		.groups = groups,
		.code_count = code_count,
		.keys = keys,
		.group_count = group_count };
	struct group_place *places = NULL;
	struct arena arena;
	int rc = 0;

	arena_init(&arena, order->arena.budget);
	if (count <= order->max_count)
		places = arena_try_alloc(&arena, count * sizeof(*places) + 1);
	if (places != NULL) {
		merge.out = places;
		rc = merge_all(&merge, err);
	}
	if (places == NULL || rc != 0) {
		arena_release(&arena);
		group_order_release(order);
		return rc;
	}
	arena_release(&order->arena);
	order->arena = arena;
	order->places = places;
	order->count = (uint32_t)count;
	return 0;
}
