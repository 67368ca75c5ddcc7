/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/policy.h"

#include <stdlib.h>

#include "common/arena.h"
#include "engine/segment/segment.h"

#define WIDTH_MAX   ((int64_t)1 << 62)
#define CLASS_COUNT 33 /* of 64-bit weights, by powers of FAN_IN */

struct compact_policy
compact_policy(int64_t window_us, uint32_t zone_rows)
{
	struct compact_policy policy = {
		.window_us = window_us,
		.weight_min = (uint64_t)COMPACT_PIECE_ZONES * zone_rows,
		.weight_max = COMPACT_WEIGHT_MAX,
		.batch_bytes = COMPACT_BATCH_BYTES,
	};

	/* With large zones too, FAN_IN must fit and then be worth something. */
	if (policy.weight_max < 2 * COMPACT_FAN_IN * policy.weight_min)
		policy.weight_max = 2 * COMPACT_FAN_IN * policy.weight_min;
	return policy;
}

uint64_t
compact_weight(uint64_t row_count, uint64_t size_bytes)
{
	uint64_t by_bytes = size_bytes / COMPACT_WEIGHT_BYTES;

	return row_count > by_bytes ? row_count : by_bytes;
}

static uint64_t
weight_of(const struct compact_segment *segment)
{
	return compact_weight(segment->row_count, segment->size_bytes);
}

/* ---- windows ---- */

int64_t
compact_window_of(int64_t time, int64_t window_us)
{
	int64_t quotient = time / window_us;

	return time % window_us < 0 ? quotient - 1 : quotient;
}

void
compact_window_bounds(int64_t time, int64_t window_us, int64_t *first,
    int64_t *last)
{
	/* The outermost windows reach beyond what there is of time. */
	if (__builtin_mul_overflow(compact_window_of(time, window_us),
		window_us, first))
		*first = INT64_MIN;
	if (__builtin_add_overflow(*first, window_us - 1, last))
		*last = INT64_MAX;
}

static int
compare_times(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static uint32_t
count_windows(const int64_t *times, uint32_t count, int64_t width)
{
	uint32_t windows = 0;

	for (uint32_t i = 0; i < count; i++)
		windows += i == 0 ||
		    compact_window_of(times[i], width) !=
			compact_window_of(times[i - 1], width);
	return windows;
}

int64_t
compact_window(const struct compact_policy *policy,
    const struct compact_segment *segments, uint32_t count,
    struct arena *scratch)
{
	int64_t *times =
	    arena_try_alloc(scratch, (count + (size_t)1) * sizeof(*times));
	int64_t width = policy->window_us;
	uint32_t begin_count = 0;

	if (times == NULL)
		return width;
	for (uint32_t i = 0; i < count; i++)
		if (weight_of(&segments[i]) >= policy->weight_min)
			times[begin_count++] = segments[i].time_min;
	qsort(times, begin_count, sizeof(*times), compare_times);
	while (width < WIDTH_MAX / 2 &&
	    count_windows(times, begin_count, width) > COMPACT_WINDOWS_MAX)
		width *= 2;
	return width;
}

struct compact_segment
compact_segment_of(const struct segment_meta *meta)
{
	return (struct compact_segment){
		.row_count = meta->row_count,
		.size_bytes = meta->size_bytes,
		.time_min = meta->time_min,
		.time_max = meta->time_max,
		.event_id_first = meta->event_id_first,
		.event_id_last = meta->event_id_last,
	};
}

const char *
compact_kind_name(enum compact_kind kind)
{
	switch (kind) {
	case COMPACT_SMALL:
		return "small";
	case COMPACT_MIXED:
		return "mixed";
	case COMPACT_SETTLED:
		return "window";
	case COMPACT_PAST:
		return "past";
	case COMPACT_NOTHING:
		break;
	}
	return "";
}

enum compact_kind
compact_segment_kind(const struct compact_policy *policy,
    const struct compact_segment *segment, int64_t window_us)
{
	if (weight_of(segment) < policy->weight_min)
		return COMPACT_SMALL;
	return compact_window_of(segment->time_min, window_us) ==
		compact_window_of(segment->time_max, window_us)
	    ? COMPACT_SETTLED
	    : COMPACT_MIXED;
}

/* ---- candidates ---- */

/* A segment as the rules look at it. */
struct candidate {
	uint32_t index;
	uint64_t weight;
	uint64_t event_id_first;
	uint64_t event_id_last;
	int64_t first; /* windows */
	int64_t last;
};

/* Those of one kind, in the arena. */
struct candidates {
	struct candidate *items;
	uint32_t count;
};

struct chooser {
	const struct compact_policy *policy;
	const struct compact_segment *segments;
	uint32_t count;
	struct arena *scratch;
	struct compact_choice *out;
};

static bool
collect(const struct chooser *c, enum compact_kind kind, struct candidates *out)
{
	out->count = 0;
	out->items = arena_try_alloc(c->scratch,
	    (c->count + (size_t)1) * sizeof(*out->items));
	for (uint32_t i = 0; out->items != NULL && i < c->count; i++) {
		const struct compact_segment *segment = &c->segments[i];
		int64_t width = c->out->window_us;

		if (compact_segment_kind(c->policy, segment, width) != kind)
			continue;
		out->items[out->count++] = (struct candidate){
			.index = i,
			.weight = weight_of(segment),
			.event_id_first = segment->event_id_first,
			.event_id_last = segment->event_id_last,
			.first = compact_window_of(segment->time_min, width),
			.last = compact_window_of(segment->time_max, width),
		};
	}
	return out->count > 1;
}

static int
compare_by_event(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->event_id_first > y->event_id_first) -
	    (x->event_id_first < y->event_id_first);
}

static int
compare_by_weight(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = (x->weight > y->weight) - (x->weight < y->weight);

	return order != 0 ? order : compare_by_event(a, b);
}

static int
compare_by_window(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = (x->first > y->first) - (x->first < y->first);

	return order != 0 ? order : compare_by_weight(a, b);
}

/* Add one to the choice if P4 allows it. */
static bool
choose(struct chooser *c, const struct candidate *candidate, uint64_t *weight)
{
	struct compact_choice *out = c->out;

	if (out->input_count == COMPACT_INPUTS_MAX ||
	    *weight + candidate->weight > c->policy->weight_max)
		return false;
	*weight += candidate->weight;
	out->inputs[out->input_count++] = candidate->index;
	return true;
}

/* Whether what was chosen is worth a merge; if not, it is forgotten. */
static bool
is_chosen(struct chooser *c, enum compact_kind kind)
{
	if (c->out->input_count < 2) {
		c->out->input_count = 0;
		return false;
	}
	c->out->kind = kind;
	return true;
}

/* ---- P1: small ones ---- */

static unsigned
class_of(uint64_t weight)
{
	unsigned class = 0;

	while (weight >= COMPACT_FAN_IN) {
		weight /= COMPACT_FAN_IN;
		class ++;
	}
	return class;
}

/* The least class that is full; CLASS_COUNT if none is. */
static unsigned
full_class(const struct chooser *c, const struct candidates *small)
{
	uint32_t counts[CLASS_COUNT] = { 0 };
	unsigned class;

	if (c->policy->is_forced)
		return CLASS_COUNT - 1;
	for (uint32_t i = 0; i < small->count; i++)
		counts[class_of(small->items[i].weight)]++;
	for (class = 0; class < CLASS_COUNT; class ++)
		if (counts[class] >= COMPACT_FAN_IN)
			break;
	return class;
}

/* Oldest first, so that what is merged lies together in the log. */
static bool
choose_small(struct chooser *c)
{
	struct candidates small;
	uint64_t weight = 0;
	unsigned class;

	if (!collect(c, COMPACT_SMALL, &small))
		return false;
	class = full_class(c, &small);
	if (class == CLASS_COUNT)
		return false;
	qsort(small.items, small.count, sizeof(*small.items), compare_by_event);
	for (uint32_t i = 0; i < small.count; i++)
		if (class_of(small.items[i].weight) <= class &&
		    !choose(c, &small.items[i], &weight))
			break;
	return is_chosen(c, COMPACT_SMALL);
}

/* ---- P2: mixed ones ---- */

/* One that is more than half of what may be can not be merged with its like. */
static void
drop_full(const struct chooser *c, struct candidates *all)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < all->count; i++)
		if (all->items[i].weight <= c->policy->weight_max / 2)
			all->items[kept++] = all->items[i];
	all->count = kept;
}

static int
compare_windows(const void *a, const void *b)
{
	return compare_times(a, b);
}

/* The first window over which most lie, and how many they are. */
static uint32_t
deepest_window(const struct chooser *c, const struct candidates *mixed,
    int64_t *window)
{
	uint32_t count = mixed->count, ended = 0, depth = 0;
	int64_t *firsts =
	    arena_try_alloc(c->scratch, 2 * (size_t)count * sizeof(*firsts));
	int64_t *lasts;

	if (firsts == NULL)
		return 0;
	lasts = firsts + count;
	for (uint32_t i = 0; i < count; i++) {
		firsts[i] = mixed->items[i].first;
		lasts[i] = mixed->items[i].last;
	}
	qsort(firsts, count, sizeof(*firsts), compare_windows);
	qsort(lasts, count, sizeof(*lasts), compare_windows);
	for (uint32_t begun = 1; begun <= count; begun++) {
		int64_t at = firsts[begun - 1];

		while (lasts[ended] < at)
			ended++;
		if (begun - ended > depth) {
			depth = begun - ended;
			*window = at;
		}
	}
	return depth;
}

static bool
choose_mixed(struct chooser *c)
{
	uint32_t least = c->policy->is_forced ? 2 : COMPACT_FAN_IN;
	struct candidates mixed;
	uint64_t weight = 0;
	int64_t window = 0;

	if (!collect(c, COMPACT_MIXED, &mixed))
		return false;
	drop_full(c, &mixed);
	if (mixed.count < least || deepest_window(c, &mixed, &window) < least)
		return false;
	qsort(mixed.items, mixed.count, sizeof(*mixed.items),
	    compare_by_weight);
	for (uint32_t i = 0; i < mixed.count; i++)
		if (mixed.items[i].first <= window &&
		    mixed.items[i].last >= window &&
		    !choose(c, &mixed.items[i], &weight))
			break;
	return is_chosen(c, COMPACT_MIXED);
}

/* ---- P3: settled ones ---- */

/* Whether as much as a window holds was written after all of it. */
static bool
is_closed(const struct chooser *c, const struct candidate *group,
    uint32_t count)
{
	uint64_t held = 0, since = 0, last = 0;

	for (uint32_t i = 0; i < count; i++) {
		held += group[i].weight;
		if (group[i].event_id_last > last)
			last = group[i].event_id_last;
	}
	for (uint32_t i = 0; i < c->count; i++)
		if (c->segments[i].event_id_first > last)
			since += weight_of(&c->segments[i]);
	return since >= held;
}

/*
 * From `first` on, how many are each at most `share` times those before it,
 * and can be merged.
 */
static uint32_t
run_length(const struct chooser *c, const struct candidate *group,
    uint32_t first, uint32_t count, uint64_t share)
{
	uint64_t weight = group[first].weight;
	uint32_t i;

	for (i = first + 1; i < count && i - first < COMPACT_INPUTS_MAX; i++) {
		if (group[i].weight > share * weight ||
		    weight + group[i].weight > c->policy->weight_max)
			break;
		weight += group[i].weight;
	}
	return i - first;
}

/*
 * How many of a window's segments, lightest first, are to be merged; 0: none.
 * Those before the run that makes it worth while cost little more.
 */
static uint32_t
merge_count(const struct chooser *c, const struct candidate *group,
    uint32_t count)
{
	uint64_t share = COMPACT_LIKE_SHARE;
	uint32_t least = COMPACT_FAN_IN;

	if (c->policy->is_forced) {
		share = UINT32_MAX;
		least = 2;
	} else if (is_closed(c, group, count)) {
		share = COMPACT_LATE_SHARE;
		least = 2;
	}
	for (uint32_t first = 0; first + least <= count; first++) {
		uint32_t length = run_length(c, group, first, count, share);

		if (length >= least)
			return first + length;
	}
	return 0;
}

/* The window in which most can be merged; of several, the latest. */
static bool
choose_settled(struct chooser *c)
{
	struct candidates all;
	const struct candidate *best = NULL;
	uint32_t best_count = 0, count;
	uint64_t weight = 0;

	if (!collect(c, COMPACT_SETTLED, &all))
		return false;
	qsort(all.items, all.count, sizeof(*all.items), compare_by_window);
	for (uint32_t at = 0; at < all.count; at += count) {
		const struct candidate *group = &all.items[at];
		uint32_t merged;

		for (count = 1; at + count < all.count &&
		     group[count].first == group[0].first;
		     count++)
			continue;
		merged = merge_count(c, group, count);
		if (merged > 0 && merged >= best_count) {
			best = group;
			best_count = merged;
		}
	}
	/* Heaviest first: if not all fit, the light ones can wait. */
	for (uint32_t i = best_count; i-- > 0;)
		(void)choose(c, &best[i], &weight);
	return is_chosen(c, COMPACT_SETTLED);
}

/* ---- P5: what is past ---- */

static bool
choose_past(struct chooser *c)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		const struct compact_segment *segment = &c->segments[i];
		bool is_worth_it = segment->past_rows * COMPACT_PAST_SHARE >=
		    segment->row_count;

		if (segment->past_rows <= most ||
		    (!is_worth_it && !c->policy->is_forced))
			continue;
		most = segment->past_rows;
		c->out->inputs[0] = i;
	}
	if (most == 0)
		return false;
	c->out->input_count = 1;
	c->out->kind = COMPACT_PAST;
	return true;
}

void
compact_choose(const struct compact_policy *policy,
    const struct compact_segment *segments, uint32_t count,
    struct arena *scratch, struct compact_choice *out)
{
	struct chooser chooser = {
		.policy = policy,
		.segments = segments,
		.count = count,
		.scratch = scratch,
		.out = out,
	};

	out->kind = COMPACT_NOTHING;
	out->input_count = 0;
	out->window_us = policy->is_forced
	    ? policy->forced_us
	    : compact_window(policy, segments, count, scratch);
	if (choose_small(&chooser) || choose_mixed(&chooser) ||
	    choose_settled(&chooser) || choose_past(&chooser))
		return;
}

uint32_t
compact_rest_share(uint32_t small_count)
{
	if (small_count > COMPACT_FAR_BEHIND)
		return 0;
	return small_count > COMPACT_BEHIND ? 1 : COMPACT_REST_SHARE;
}

/* ---- cutting ---- */

uint32_t
compact_cut(const struct compact_policy *policy, struct compact_bin *bins,
    uint32_t count, uint64_t weight)
{
	uint64_t rows = 0, rows_min, group_rows = 0;
	uint32_t pieces = 0, group = UINT32_MAX, last_group = UINT32_MAX;

	for (uint32_t i = 0; i < count; i++)
		rows += bins[i].row_count;
	if (rows == 0)
		return 0;
	/* Rows that weigh weight_min, as all weigh alike. */
	rows_min = (uint64_t)((double)policy->weight_min * (double)rows /
	    (double)weight);
	if (rows_min == 0)
		rows_min = 1;
	for (uint32_t i = 0; i < count; i++) {
		if (bins[i].row_count >= rows_min) { /* C1 */
			bins[i].piece = pieces++;
			continue;
		}
		if (group == UINT32_MAX) {
			group = pieces++;
			group_rows = 0;
		}
		bins[i].piece = group;
		group_rows += bins[i].row_count;
		if (group_rows >= rows_min) { /* C2 */
			last_group = group;
			group = UINT32_MAX;
		}
	}
	if (group == UINT32_MAX || last_group == UINT32_MAX)
		return pieces;
	for (uint32_t i = 0; i < count; i++) {
		if (bins[i].piece == group)
			bins[i].piece = last_group;
		else if (bins[i].piece > group)
			bins[i].piece--;
	}
	return pieces - 1;
}
