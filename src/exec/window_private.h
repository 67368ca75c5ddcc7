/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window_private.h -- what the parts of the window operator share.
 *
 *   window.c        reads, orders, gives
 *   window_frame.c  which rows a row's frame has
 *   window_range.c  where RANGE with an offset ends
 *   window_call.c   the functions
 *
 * The input is sorted by partition, then by the keys of ORDER BY, then as it
 * came, and computed in loads of whole partitions, many small ones or a large
 * one.  A row of a load has a position in it; everything below speaks of
 * positions.  A load with a partition that does not fit into work_mem is in a
 * file: rows, peers and results are row_pages then.  If the sorter has written
 * nothing, its rows are the one load.  Values that the functions need, the exprs,
 * are columns of the input, or of the rows behind these.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exec/agg_state.h"
#include "exec/op.h"
#include "exec/row_pages.h"
#include "exec/row_store.h"
#include "exec/sorter.h"

#define NO_COLUMN UINT32_MAX

/* Where the values of one call are among the exprs. */
struct window_columns {
	uint32_t args[WINDOW_ARGS_MAX]; /* of an aggregate: arg, second */
	uint32_t filter;
	uint32_t start_offset;
	uint32_t end_offset;
	uint32_t range_key;
};

/* A call and its results, by position. */
struct window_result {
	const struct window_call *call;
	struct window_columns columns;
	struct vec values;       /* with null flags; `rows` of them; or: */
	struct row_pages *pages; /* NULL: the load is in memory */
	struct agg_state state;  /* of an aggregate, of a partition; or zeros */
};

struct window_op {
	struct op_state op;
	/* By expr: partition, order, then those of the calls. */
	uint32_t *expr_columns; /* where its values are in the rows */
	uint32_t expr_count;
	struct expr **computed; /* those that are no column of the input */
	uint32_t computed_count;
	bool needs_peers; /* some call asks which rows are peers */
	struct sorter sorter;
	bool is_sorted;
	struct batch sorted; /* rows in order, the next of which ... */
	uint32_t sorted_at;  /* ... this one in its selection is */
	bool is_begun;       /* some were taken */
	bool is_done;        /* there are no others */
	struct arena sorted_arena;
	struct row_store rows;   /* of the load; of one in a file, the last */
	struct row_pages *pages; /* of it; NULL: it is in memory */
	struct row_pages *peers; /* likewise: peers_first, peers_limit */
	struct type *types;      /* of the rows */
	struct window_result *results;
	struct arena arena;    /* of what follows */
	uint32_t *peers_first; /* of each position: its peers' first one */
	uint32_t *peers_limit; /* and the one after their last */
	uint32_t row_count;
	uint32_t at;           /* position that is given next */
	uint64_t memory_bytes; /* the most that was kept */
	uint64_t disk_bytes;   /* of loads in files */
	uint32_t file_count;
	struct arena bound_arena; /* of a key that others are compared with */
};

/* The column of an expr. */
static inline uint32_t
window_column(const struct window_op *window, uint32_t expr)
{
	return window->expr_columns[expr];
}

/* Positions first..limit-1. */
struct window_span {
	uint32_t first;
	uint32_t limit;
};

static inline struct datum
window_value(const struct window_op *window, uint32_t column, uint32_t position)
{
	uint32_t at = window_column(window, column);

	return window->pages != NULL
	    ? row_pages_get(window->pages, at, position)
	    : vec_get(&window->rows.columns[at], position);
}

/* The values of a load in memory from a position on, as a vector. */
static inline struct vec
window_slice(const struct vec *values, uint32_t position)
{
	struct vec part = *values;

	part.data = (char *)values->data + position * phys_size(values->phys);
	part.nulls = values->nulls + position;
	return part;
}

/* The peers of a position, as a span; 0 and all rows if a file has failed. */
static inline uint32_t
window_peers_first(const struct window_op *window, uint32_t position)
{
	struct datum value;

	if (window->peers == NULL)
		return window->peers_first[position];
	value = row_pages_get(window->peers, 0, position);
	return value.is_null ? 0 : (uint32_t)value.i64;
}

static inline uint32_t
window_peers_limit(const struct window_op *window, uint32_t position)
{
	struct datum value;

	if (window->peers == NULL)
		return window->peers_limit[position];
	value = row_pages_get(window->peers, 1, position);
	return value.is_null ? window->row_count : (uint32_t)value.i64;
}

/* ---- window_range.c ---- */

/* How RANGE with an offset gets from the key of a row to a bound. */
struct window_reach {
	const struct type *type; /* of keys and bounds */
	const struct time_zone *zone;
	struct datum offset;
	bool is_minus; /* the offset is subtracted */
	bool is_lower; /* the frame has the keys from the bound up, not down */
};

struct window_bound {
	int beyond; /* -1, 1: less, greater than any key; 0: as the value is */
	struct datum value;
};

/* 22013 for an offset that is negative. */
MUST_USE int window_reach_check(const struct window_reach *reach,
    struct error *err);

/* The bound is in the arena; 22008. */
MUST_USE int window_reach_bound(const struct window_reach *reach,
    const struct datum *key, struct arena *arena, struct window_bound *out,
    struct error *err);

/* ---- window_frame.c ---- */

/*
 * GROUPS: the group that is an offset away from that of a position; they go on
 * together, so that no groups are counted twice.
 */
struct window_group {
	uint32_t own;     /* the first position of the position's group */
	uint32_t at;      /* and of the other; the partition's limit: none */
	uint64_t missing; /* as many too few are there before `at` */
};

/* The frames of one call in one partition. */
struct window_frames {
	struct window_op *window;
	const struct window_result *result;
	struct window_span partition;
	struct window_span keyed; /* rows whose key is not null */
	uint64_t start_offset;    /* ROWS and GROUPS */
	uint64_t end_offset;
	struct window_reach start_reach; /* RANGE with an offset */
	struct window_reach end_reach;
	struct window_group start_group; /* GROUPS */
	struct window_group end_group;
	struct error *err; /* what has failed, .. */
	int rc;            /* .. if anything has */
};

/* 22004, 22013 for an offset that is null or negative.  `err` stays. */
MUST_USE int window_frames_init(struct window_frames *frames,
    struct window_op *window, const struct window_result *result,
    struct window_span partition, struct error *err);

/*
 * The frame of a position, which is not before the one asked for last; before
 * rows are excluded; may be empty.  0 or a code.
 */
MUST_USE int window_frames_at(struct window_frames *frames, uint32_t position,
    struct window_span *out);

/* Whether row `other` of the frame of `position` is excluded from it. */
bool window_is_excluded(const struct window_frames *frames, uint32_t position,
    uint32_t other);

/* ---- window_call.c ---- */

/* Compute a call for all rows of a partition, one partition after the other. */
MUST_USE int window_call_run(struct window_op *window,
    struct window_result *result, struct window_span partition,
    struct error *err);
