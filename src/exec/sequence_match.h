/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence_match.h -- the matches of a sequence within one unit.
 *
 * What a match is: doc/sequences.md, of which rules 3 to 5 are kept here.  The
 * caller has put each step's events of the unit in order of (time, id).  For
 * steps that look back in time both are complemented (~), which turns the
 * order round and keeps distances.
 *
 * Idea.  To take the earliest event for a step is never worse for the steps
 * after it, so a match is found by walking from step to step, and a search
 * starts where that of the entry before it did.  Only where one event could
 * serve several steps at the same time is there a choice: there, as many steps
 * as possible are matched to distinct events, as in a bipartite graph, of
 * which the least assignment is taken.
 *
 * Cost: O(log events) a step of an entry; where events are shared, up to
 * SEQUENCE_STEPS_MAX ^ 4 in the worst case, whatever the number of events.
 *
 * Threads: one.  Memory: nothing is allocated.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"

struct error;

#define SEQUENCE_STEPS_MAX 16

/* One step's events, ascending by (time, id); ids are unique. */
struct sequence_step {
	const int64_t *times;
	const int64_t *ids;
	uint32_t count;
};

struct sequence_match {
	uint32_t step_count; /* 2 to SEQUENCE_STEPS_MAX */
	bool has_within;
	uint64_t within_us; /* greatest distance of the last from the entry */
	bool is_shared;     /* one event may stand in several steps */
	const atomic_bool *cancel; /* NULL: cannot be cancelled */

	/* private: where the unit is */
	struct sequence_step steps[SEQUENCE_STEPS_MAX];
	uint32_t from[SEQUENCE_STEPS_MAX]; /* none before can be wanted */
	uint32_t entry;                    /* the next */
	uint32_t work;                     /* entries of all units */
};

/* Begin a unit; `steps` holds step_count. */
void sequence_match_begin(struct sequence_match *match,
    const struct sequence_step *steps);

/*
 * The next entry that has a match, in order of (time, id): positions[k] is the
 * event of step k.  Returns 1, 0 when there is none left, or 57014: the flag is
 * tested every so many entries, with and without a match.
 */
MUST_USE int sequence_match_next(struct sequence_match *match,
    uint32_t *positions, struct error *err);
