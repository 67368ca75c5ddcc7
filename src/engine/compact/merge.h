/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.h -- one merge: segments of a shard in, segments with the same rows
 * out, cut by windows of time (policy.h); but without those that are older than
 * the horizon of their type.
 *
 * It streams.  Each piece is written by itself: its dictionaries are united
 * first, then the rows of each type go from the inputs' cursors, merged by
 * event_id, to the writer, strings as codes.  Inputs are read through a small
 * cache of its own, around the engine's.
 *
 * Before it says that it is done it has read all that it has written and found
 * every rule of the format kept, and as many rows, with the same content, as in
 * the inputs (promise C4).  Rows that are left out are counted by themselves,
 * before: these and those that were written are all there were.  Nothing is
 * published here; what was written before a failure is removed.
 *
 * Memory: 4 bytes a row of the output, 8 for each string of the inputs'
 * dictionaries, one zone of each column, the filters of a type (64 MiB at most);
 * a batch of each input, policy->batch_bytes together, and the text of each, at
 * most a zone's (segment_writer.c).  The inputs together weigh no more than
 * policy->weight_max.
 *
 * Threads: one.
 */
#pragma once

#include <stdint.h>

#include "common/attr.h"
#include "vec/value.h"

struct catalog;
struct compact_policy;
struct error;
struct os_fs;
struct segment_meta;

struct merge_spec {
	struct os_fs *fs;
	const char *dir; /* the server's directory */
	struct uuid directory;
	uint32_t shard;
	uint32_t zone_rows;
	/* Knows all types of the inputs, and their horizons; was published. */
	const struct catalog *catalog;
	const struct compact_policy *policy;
	int64_t window_us; /* to cut by */
	const struct segment_meta *const *inputs;
	uint32_t input_count;

	/* The number of an output that is to be written. */
	int (*new_number)(void *arg, uint64_t *out, struct error *err);

	/*
	 * Called often, when some more rows were read to be written (or, later,
	 * to be verified), with the sum of both; may take its time.  A code
	 * ends the merge.
	 */
	int (*pace)(void *arg, uint64_t row_count, struct error *err);
	void *arg;
};

struct merge_result {
	struct segment_meta *outputs; /* ascending number; owned */
	uint32_t output_count;        /* 0: all is left out */
	uint64_t past_rows;           /* that are left out */
};

/*
 * Returns 0 and *out, which is to be released; or what reading or writing
 * answers (STELE_E_CORRUPT, STELE_E_DISK_FULL, STELE_E_OS ...), what a callback
 * answered, STELE_E_OUT_OF_MEMORY; STELE_E_INTERNAL if the outputs do not hold
 * what the inputs do.  Nothing is left of the outputs then.
 */
MUST_USE int merge_run(const struct merge_spec *spec, struct merge_result *out,
    struct error *err);
void merge_result_release(struct merge_result *result);

/* Remove the outputs' files: they were not published. */
void merge_result_remove(const struct merge_spec *spec,
    const struct merge_result *result);
