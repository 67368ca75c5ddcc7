/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/compact/cut.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/hash.h"
#include "engine/compact/policy.h"

#define SLOTS_MIN 64

static int
no_memory(struct error *err)
{
	return error_no_memory(err);
}

/* ---- counting ---- */

int
cut_counter_init(struct cut_counter *counter, int64_t window_us,
    struct error *err)
{
	*counter = (struct cut_counter){ .window_us = window_us };
	counter->slots = calloc(SLOTS_MIN, sizeof(*counter->slots));
	if (counter->slots == NULL)
		return no_memory(err);
	counter->slot_count = SLOTS_MIN;
	return 0;
}

void
cut_counter_release(struct cut_counter *counter)
{
	free(counter->slots);
	*counter = (struct cut_counter){ 0 };
}

static struct cut_slot *
find_slot(const struct cut_counter *counter, int64_t window)
{
	uint32_t mask = counter->slot_count - 1;
	uint32_t i = (uint32_t)hash_u64((uint64_t)window) & mask;

	while (counter->slots[i].row_count > 0 &&
	    counter->slots[i].window != window)
		i = (i + 1) & mask;
	return &counter->slots[i];
}

static void
count_rows(struct cut_counter *counter, int64_t window, uint64_t row_count)
{
	struct cut_slot *slot = find_slot(counter, window);

	counter->window_count += slot->row_count == 0;
	slot->window = window;
	slot->row_count += row_count;
}

/* Into a table of another size, `shift` doublings wider. */
static int
rebuild(struct cut_counter *counter, uint32_t slot_count, unsigned shift,
    struct error *err)
{
	struct cut_slot *old = counter->slots;
	uint32_t old_count = counter->slot_count;
	struct cut_slot *slots = calloc(slot_count, sizeof(*slots));

	if (slots == NULL)
		return no_memory(err);
	counter->slots = slots;
	counter->slot_count = slot_count;
	counter->window_count = 0;
	counter->window_us <<= shift;
	for (uint32_t i = 0; i < old_count; i++)
		if (old[i].row_count > 0)
			count_rows(counter, old[i].window >> shift,
			    old[i].row_count);
	free(old);
	return 0;
}

/* Room for one more window: the table stays at most half full. */
static int
make_room(struct cut_counter *counter, struct error *err)
{
	if (counter->window_count < counter->slot_count / 2)
		return 0;
	if (counter->window_count >= CUT_WINDOWS_MAX)
		return rebuild(counter, counter->slot_count, 1, err);
	return rebuild(counter, 2 * counter->slot_count, 0, err);
}

/* From row `at` of the selection on, how many times lie in its window. */
static uint32_t
count_in_window(const struct cut_counter *counter, int64_t first,
    const struct vec *times, struct sel sel, uint32_t at)
{
	int64_t low, high;
	uint32_t i;

	compact_window_bounds(first, counter->window_us, &low, &high);
	for (i = at; i < sel.count; i++) {
		int64_t time = times->i64[vec_index(times, sel_row(sel, i))];

		if (time < low || time > high)
			break;
	}
	return i - at;
}

int
cut_counter_add(struct cut_counter *counter, const struct vec *times,
    struct sel sel, struct error *err)
{
	for (uint32_t at = 0; at < sel.count;) {
		int64_t time = times->i64[vec_index(times, sel_row(sel, at))];
		int rc = make_room(counter, err);
		int64_t window;
		uint32_t count;

		if (rc != 0)
			return rc;
		window = compact_window_of(time, counter->window_us);
		count = count_in_window(counter, time, times, sel, at);
		count_rows(counter, window, count);
		at += count;
	}
	return 0;
}

/* ---- cutting ---- */

static int
compare_bins(const void *a, const void *b)
{
	const struct compact_bin *x = a, *y = b;

	return (x->window > y->window) - (x->window < y->window);
}

static struct compact_bin *
sorted_bins(const struct cut_counter *counter)
{
	struct compact_bin *bins =
	    calloc(counter->window_count + (size_t)1, sizeof(*bins));
	uint32_t count = 0;

	for (uint32_t i = 0; bins != NULL && i < counter->slot_count; i++)
		if (counter->slots[i].row_count > 0)
			bins[count++] = (struct compact_bin){
				.window = counter->slots[i].window,
				.row_count = counter->slots[i].row_count,
			};
	if (bins != NULL)
		qsort(bins, count, sizeof(*bins), compare_bins);
	return bins;
}

int
cut_make(struct cut *cut, struct cut_counter *counter,
    const struct compact_policy *policy, uint64_t weight, struct error *err)
{
	struct compact_bin *bins = sorted_bins(counter);
	uint32_t count = counter->window_count;

	*cut = (struct cut){ .piece_count = 0 };
	if (bins == NULL)
		return no_memory(err);
	cut->ranges = calloc(count + (size_t)1, sizeof(*cut->ranges));
	if (cut->ranges == NULL) {
		free(bins);
		return no_memory(err);
	}
	cut->piece_count = compact_cut(policy, bins, count, weight);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && bins[i].piece == bins[i - 1].piece)
			continue;
		cut->ranges[cut->range_count++] = (struct cut_range){
			.first = i == 0 ? INT64_MIN
					: bins[i].window * counter->window_us,
			.piece = bins[i].piece,
		};
	}
	free(bins);
	return 0;
}

int
cut_make_whole(struct cut *cut, struct error *err)
{
	*cut = (struct cut){ .range_count = 1, .piece_count = 1 };
	cut->ranges = calloc(1, sizeof(*cut->ranges));
	if (cut->ranges == NULL)
		return no_memory(err);
	cut->ranges[0].first = INT64_MIN;
	return 0;
}

void
cut_release(struct cut *cut)
{
	free(cut->ranges);
	*cut = (struct cut){ 0 };
}

/* ---- picking ---- */

static int64_t
range_last(const struct cut *cut, uint32_t i)
{
	return i + 1 < cut->range_count ? cut->ranges[i + 1].first - 1
					: INT64_MAX;
}

void
cut_bounds(const struct cut *cut, uint32_t piece, int64_t *low, int64_t *high)
{
	*low = INT64_MAX;
	*high = INT64_MIN;
	for (uint32_t i = 0; i < cut->range_count; i++) {
		if (cut->ranges[i].piece != piece)
			continue;
		if (cut->ranges[i].first < *low)
			*low = cut->ranges[i].first;
		*high = range_last(cut, i);
	}
}

static uint32_t
range_of(const struct cut *cut, int64_t time)
{
	uint32_t first = 0, limit = cut->range_count;

	while (limit - first > 1) {
		uint32_t middle = first + (limit - first) / 2;

		if (cut->ranges[middle].first <= time)
			first = middle;
		else
			limit = middle;
	}
	return first;
}

uint32_t
cut_pick(const struct cut *cut, uint32_t piece, const struct vec *times,
    struct sel sel, uint16_t *rows)
{
	uint32_t count = 0, range = 0;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		int64_t time = times->i64[vec_index(times, row)];

		if (time < cut->ranges[range].first ||
		    time > range_last(cut, range))
			range = range_of(cut, time);
		if (cut->ranges[range].piece == piece)
			rows[count++] = (uint16_t)row;
	}
	return count;
}
