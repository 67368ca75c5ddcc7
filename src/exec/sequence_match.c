/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_match.c -- see sequence_match.h.
 */
#include "exec/sequence_match.h"

#include <assert.h>
#include <string.h>

#include "common/cancel.h"

#define ENTRIES_AT_ONCE 256 /* between two tests of the flag */

void
sequence_match_begin(struct sequence_match *match,
    const struct sequence_step *steps)
{
	assert(match->step_count >= 2);
	assert(match->step_count <= SEQUENCE_STEPS_MAX);
	memcpy(match->steps, steps, match->step_count * sizeof(*steps));
	memset(match->from, 0, sizeof(match->from));
	match->entry = 0;
}

/* The first event at or after `time`, from position `from` on: galloping. */
static uint32_t
first_at(const struct sequence_step *step, uint32_t from, int64_t time)
{
	uint32_t low = from; /* all before are earlier */
	uint32_t high;       /* is not earlier, or the end */
	uint32_t stride = 1;

	while (low < step->count && step->times[low] < time) {
		uint32_t left = step->count - low;

		from = low;
		low += stride < left ? stride : left;
		stride *= 2;
	}
	high = low;
	low = from;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (step->times[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_within(const struct sequence_match *match, int64_t entry, int64_t time)
{
	return !match->has_within ||
	    (uint64_t)time - (uint64_t)entry <= match->within_us;
}

/*
 * Let every step begin at the entry's time.  False if some step has nothing
 * from then on: neither this entry nor a later one has a match.
 */
static bool
advance_to_entry(struct sequence_match *match, int64_t time)
{
	for (uint32_t k = 1; k < match->step_count; k++) {
		const struct sequence_step *step = &match->steps[k];

		match->from[k] = first_at(step, match->from[k], time);
		if (match->from[k] == step->count)
			return false;
	}
	return true;
}

/* ---- steps that share no event ---- */

static bool
match_apart(const struct sequence_match *match, uint32_t *positions)
{
	int64_t entry = match->steps[0].times[positions[0]];
	int64_t time = entry;

	for (uint32_t k = 1; k < match->step_count; k++) {
		const struct sequence_step *step = &match->steps[k];

		positions[k] = first_at(step, match->from[k], time);
		if (positions[k] == step->count)
			return false;
		time = step->times[positions[k]];
		if (!is_within(match, entry, time))
			return false;
	}
	return true;
}

/* ---- steps that may share events ---- */

/*
 * The steps that events of one time can serve: steps first .. limit - 1.  Of
 * each step the first candidates are enough, one more than there are steps to
 * take one away.
 */
struct moment {
	const struct sequence_match *match;
	int64_t time;
	uint32_t first;
	uint32_t limit;
	uint32_t candidates[SEQUENCE_STEPS_MAX][SEQUENCE_STEPS_MAX];
	uint32_t counts[SEQUENCE_STEPS_MAX];
	uint32_t chosen[SEQUENCE_STEPS_MAX]; /* index into candidates */
};

static int64_t
candidate_id(const struct moment *moment, uint32_t k, uint32_t c)
{
	return moment->match->steps[k].ids[moment->candidates[k][c]];
}

static bool
is_used(const struct sequence_match *match, const uint32_t *positions,
    uint32_t count, int64_t id)
{
	for (uint32_t k = 0; k < count; k++)
		if (match->steps[k].ids[positions[k]] == id)
			return true;
	return false;
}

/* Candidates of step k: at the moment, not used by a step before `first`. */
static void
find_candidates(struct moment *moment, const uint32_t *positions, uint32_t k)
{
	const struct sequence_match *match = moment->match;
	const struct sequence_step *step = &match->steps[k];
	uint32_t at = first_at(step, match->from[k], moment->time);
	uint32_t count = 0;

	for (; at < step->count && step->times[at] == moment->time &&
	     count < match->step_count;
	     at++) {
		if (!is_used(match, positions, moment->first, step->ids[at]))
			moment->candidates[k][count++] = at;
	}
	moment->counts[k] = count;
}

/*
 * Find step k a candidate, if need be by giving those who have it others.
 * `tried` has a bit for each step that this search has come through, `fixed`
 * one for each that keeps what it has.
 */
static bool
augment(struct moment *moment, uint32_t k, uint32_t fixed, uint32_t *tried)
{
	uint32_t before = moment->chosen[k];

	*tried |= 1u << k;
	for (uint32_t c = 0; c < moment->counts[k]; c++) {
		int64_t id = candidate_id(moment, k, c);
		uint32_t holder = moment->first;

		while (holder < moment->limit &&
		    (holder == k ||
			candidate_id(moment, holder, moment->chosen[holder]) !=
			    id))
			holder++;
		moment->chosen[k] = c; /* no longer to be had */
		if (holder == moment->limit ||
		    (((fixed | *tried) & 1u << holder) == 0 &&
			augment(moment, holder, fixed, tried)))
			return true;
	}
	moment->chosen[k] = before;
	return false;
}

/* Could step k take candidate c, the steps before keeping what they have? */
static bool
try_choice(struct moment *moment, uint32_t k, uint32_t c)
{
	struct moment before = *moment;
	uint32_t fixed = (2u << k) - 1; /* steps up to k */
	int64_t id = candidate_id(moment, k, c);
	uint32_t tried = 0;

	for (uint32_t j = moment->first; j < moment->limit; j++) {
		if (j == k || candidate_id(moment, j, moment->chosen[j]) != id)
			continue;
		moment->chosen[k] = c;
		if (j > k && augment(moment, j, fixed, &tried))
			return true;
		*moment = before;
		return false;
	}
	moment->chosen[k] = c;
	return true;
}

/*
 * Serve as many steps as the moment can, from moment->first on, each by an
 * event of its own, and take the least ids, step by step.
 */
static void
serve(struct moment *moment, uint32_t *positions)
{
	uint32_t count = moment->match->step_count;

	while (moment->limit < count) {
		uint32_t k = moment->limit;
		uint32_t tried = 0;

		find_candidates(moment, positions, k);
		moment->chosen[k] = 0;
		moment->limit = k + 1;
		if (!augment(moment, k, 0, &tried)) {
			moment->limit = k;
			break;
		}
	}
	for (uint32_t k = moment->first; k < moment->limit; k++) {
		for (uint32_t c = 0; c < moment->chosen[k]; c++)
			if (try_choice(moment, k, c))
				break;
		positions[k] = moment->candidates[k][moment->chosen[k]];
	}
}

/* The first time from `time` on at which step k has an event not yet used. */
static bool
next_moment(const struct sequence_match *match, const uint32_t *positions,
    uint32_t k, int64_t *time)
{
	const struct sequence_step *step = &match->steps[k];
	uint32_t at = first_at(step, match->from[k], *time);

	while (at < step->count && is_used(match, positions, k, step->ids[at]))
		at++;
	if (at == step->count)
		return false;
	*time = step->times[at];
	return true;
}

static bool
match_shared(const struct sequence_match *match, uint32_t *positions)
{
	int64_t entry = match->steps[0].times[positions[0]];
	struct moment moment = { .match = match, .time = entry, .limit = 1 };

	while (moment.limit < match->step_count) {
		moment.first = moment.limit;
		if (!next_moment(match, positions, moment.first, &moment.time))
			return false;
		if (!is_within(match, entry, moment.time))
			return false;
		serve(&moment, positions);
	}
	return true;
}

int
sequence_match_next(struct sequence_match *match, uint32_t *positions,
    struct error *err)
{
	const struct sequence_step *entries = &match->steps[0];

	while (match->entry < entries->count) {
		if (++match->work % ENTRIES_AT_ONCE == 0 &&
		    cancel_check(match->cancel, err) != 0)
			return err->code;
		positions[0] = match->entry++;
		if (!advance_to_entry(match, entries->times[positions[0]]))
			break;
		if (match->is_shared ? match_shared(match, positions)
				     : match_apart(match, positions))
			return 1;
	}
	match->entry = entries->count;
	return 0;
}
