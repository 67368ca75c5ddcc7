/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compact_task.h -- one merge of the compactor, from the choice of its inputs
 * to its publication.
 *
 * Threads: a task belongs to one thread of the compactor; what others show of
 * it (compact_task_status) is under the compactor's lock, or atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "engine/compact/policy.h"
#include "engine/engine.h"

struct catalog;
struct compactor;
struct segment;
struct segment_meta;
struct shard_view;

/* When it last rested, and what others had done by then. */
struct compact_pace {
	int64_t since_ns;
	int64_t thread_ns; /* that it had worked, all in all */
	uint64_t position;
	uint64_t scans;
	int64_t rate_ns; /* the rate counts from here on */
};

struct compact_task {
	struct compactor *compactor;
	uint32_t shard;

	/* The thread's own. */
	struct arena arena;
	struct shard_view *part;       /* of the shard; a reference */
	const struct catalog *catalog; /* not before the part; a reference */
	struct compact_choice choice;
	struct segment *inputs[COMPACT_INPUTS_MAX]; /* of the part */
	const struct segment_meta *metas[COMPACT_INPUTS_MAX];
	struct compact_pace pace;
	uint64_t bad_segment; /* that could not be read; 0: none */

	/* For those who watch. */
	bool is_running; /* under the lock, with `status` */
	struct compaction_status status;
	int64_t started_ns;
	atomic_uint_least64_t row_count; /* read to be written, and verified */
	atomic_int state;                /* enum compaction_state */
};

/*
 * Look at the shard, give up what is too old, or merge what is to be merged.
 * Returns 1 if it has, 0 if there is nothing to do, or why it could not.
 */
MUST_USE int compact_task_run(struct compact_task *task, uint32_t shard,
    const struct compact_policy *policy, struct error *err);

/*
 * compact_drop.c: give up segments of which all is older than the horizons.
 * Returns as compact_task_run().
 */
MUST_USE int compact_drop(struct compact_task *task, struct error *err);

/* About how many rows of a segment are older than the horizons. */
uint64_t compact_past_rows(const struct compact_task *task,
    struct segment *segment);

/* The first inputs of the task give their place in the view to the outputs. */
void compact_swap_view(struct compact_task *task, uint32_t input_count,
    struct segment **outputs, uint32_t count);

/* Under the compactor's lock: as it is now. */
void compact_task_status(const struct compact_task *task,
    struct compaction_status *out);

/* compact_pace.c: merge_spec.pace, with the task as its argument. */
void compact_pace_start(struct compact_task *task);
int compact_pace(void *arg, uint64_t row_count, struct error *err);
