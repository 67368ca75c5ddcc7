/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.h -- rows of several runs in the order of event_id.
 *
 * A merged batch is described by spans: so many rows of that source.  It ends
 * where a source's batch ends that is not its last, so that everything it names
 * stays valid until the next merged batch is asked for; as each source's batch
 * ends only one of ours, batches stay large.
 *
 * Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/attr.h"
#include "common/error.h"
#include "engine/engine.h"
#include "vec/vec.h"

struct event_type;

/* The parts of one run, one after the other. */
struct merge_source {
	struct scan *scan;
	uint32_t run;
	const struct event_type *type;
	uint32_t id_column; /* of event_id among the scan's columns */

	/* private */
	uint32_t next_part;
	struct scan_cursor *cursor;
	struct batch batch;
	uint32_t at; /* next row of batch.sel */
	bool is_done;
};

/* `count` rows of batch.sel of the source, from `first` on. */
struct merge_span {
	const struct merge_source *source;
	uint32_t first;
	uint32_t count;
};

struct merge {
	struct merge_source *sources;
	uint32_t source_count;
	bool is_ordered;          /* false: one source after the other */
	struct merge_span *spans; /* of the last merged batch */
	uint32_t span_count;
	uint32_t row_count;

	/* private: a heap of sources by their next event_id */
	struct merge_source **heap;
	uint32_t heap_count;
	bool is_started;
};

/* `sources` are zeroed but for what is not private; the arena outlives it. */
void merge_init(struct merge *merge, struct merge_source *sources,
    uint32_t source_count, bool is_ordered, struct arena *arena);
void merge_close(struct merge *merge);

/* The next merged batch, at most VEC_ROWS rows: 1, 0 at the end, or a code. */
MUST_USE int merge_next(struct merge *merge, struct error *err);

/*
 * Column `column` of the sources for all rows of the merged batch, gathered
 * into `out`, or borrowed if one source gave them all.
 */
void merge_column(const struct merge *merge, uint32_t column, enum phys phys,
    struct arena *arena, struct vec *out);

/* Before that: the strings of a column whose sources may give them late. */
MUST_USE int merge_need_strings(const struct merge *merge, uint32_t column,
    struct error *err);

/* The selection and row count that fit merge_column(). */
void merge_shape(const struct merge *merge, struct arena *arena,
    struct batch *out);
