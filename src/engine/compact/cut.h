/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut.h -- which piece of what comes of a merge a row goes to, by its time.
 *
 * First all times are counted by windows, then policy.h says which windows are
 * a piece, then rows are picked.  Memory: 16 bytes a window, of which there
 * are at most CUT_WINDOWS_MAX: more make the windows wider.
 *
 * Threads: one at a time; a finished cut does not change.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "vec/vec.h"

struct compact_policy;
struct error;

#define CUT_WINDOWS_MAX 65536

struct cut_slot {
	int64_t window;
	uint64_t row_count; /* 0: free */
};

struct cut_counter {
	int64_t window_us;
	struct cut_slot *slots; /* a hash table; owned */
	uint32_t slot_count;    /* power of two */
	uint32_t window_count;
};

MUST_USE int cut_counter_init(struct cut_counter *counter, int64_t window_us,
    struct error *err);
void cut_counter_release(struct cut_counter *counter);

/* Count the selected times. */
MUST_USE int cut_counter_add(struct cut_counter *counter,
    const struct vec *times, struct sel sel, struct error *err);

/* Times from `first` on, up to the next range. */
struct cut_range {
	int64_t first;
	uint32_t piece;
};

struct cut {
	struct cut_range *ranges; /* ascending, from INT64_MIN on; owned */
	uint32_t range_count;
	uint32_t piece_count;
};

/* Release in any case.  `weight` is that of all rows. */
MUST_USE int cut_make(struct cut *cut, struct cut_counter *counter,
    const struct compact_policy *policy, uint64_t weight, struct error *err);

/* One piece, whatever the times. */
MUST_USE int cut_make_whole(struct cut *cut, struct error *err);
void cut_release(struct cut *cut);

/* No time of the piece lies outside. */
void cut_bounds(const struct cut *cut, uint32_t piece, int64_t *low,
    int64_t *high);

/* Those of `sel` that go to the piece, into rows[]; returns their number. */
uint32_t cut_pick(const struct cut *cut, uint32_t piece,
    const struct vec *times, struct sel sel, uint16_t *rows);
