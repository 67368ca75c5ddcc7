/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agg_op.h -- the aggregation, for the files that make it:
 *
 *   agg.c         the operator: reads, gives
 *   agg_known.c   what is known without reading
 *   agg_columns.c what it reads of each column
 *   agg_parts.c   rows of groups that do not fit into work_mem
 *   agg_pieces.c  the input of each shard apart, on several threads
 *
 * When the groups fill work_mem no new one is made: rows of those that are there
 * go on, the others are written to parts by the hash of their keys.  At the end
 * the groups are given and forgotten, and each part is read as the input was.
 * So all rows of a group are added to one state, in their order.  Aggregates that
 * keep every value, or have an order, let them wait until the group is given:
 * agg_late.h.
 *
 * If somebody sees the order of the groups, that of their first rows, those of
 * parts go through a sorter; those of the input are the first anyway.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exec/agg_late.h"
#include "exec/agg_seen.h"
#include "exec/agg_state.h"
#include "exec/eval.h"
#include "exec/group_codes.h"
#include "exec/group_table.h"
#include "exec/op.h"
#include "exec/partition.h"
#include "exec/row_store.h"
#include "exec/sorter.h"

struct agg_call_state {
	/* Whose state it uses: its own, or that of a call with the same sum. */
	struct agg_call_state *host;
	struct agg_state state;
	bool is_distinct; /* and not ordered: */
	struct agg_seen seen;
	bool is_ordered; /* all its rows wait: */
	struct agg_late late;
};

/* Rows in parts: what the calls need of the input, the keys, the ordinal. */
struct agg_parts {
	bool is_begun; /* there are some */
	struct partitions partitions;
	struct spill_reader reader; /* of the part that is read */
	const struct type *types;   /* of the rows in parts */
	uint32_t *columns;          /* numbers of the input's; at first: */
	uint32_t column_count;
	struct row_store firsts; /* by group: the ordinal of its first row */
	struct sorter sorter;    /* results with the ordinals behind them */
	struct sort_key by_ordinal;
	bool is_sorted; /* the sorter gives what is left */
};

struct agg_op {
	struct op_state op;
	const struct type *key_types; /* of the keys, and of the set's number */
	struct group_table table;
	struct group_codes codes; /* before it */
	struct agg_call_state *calls;
	bool is_read;  /* all rows that the groups will get */
	bool is_full;  /* no new groups */
	bool is_piece; /* one of several, whose groups are made one */
	uint32_t group_count;
	uint32_t at; /* next group to give */
	int64_t next_ordinal;
	uint64_t memory_bytes; /* the most that was kept */
	uint64_t part_count;   /* of values of DISTINCT that waited */
	uint64_t disk_bytes;   /* of them */
	uint64_t merge_count;  /* dictionaries that keys were merged with */
	struct agg_parts parts;
};

/* ---- agg.c ---- */

/* Keys that rows are grouped by, the number of the set among them. */
uint32_t agg_key_count(const struct agg_op *agg);

/*
 * Add the rows to the groups of their keys.  `ordinals`, by row, number the rows
 * in the order in which they came; NULL: these come next.
 */
MUST_USE int agg_add(struct agg_op *agg, const struct eval *eval,
    struct sel sel, const struct vec *keys, const struct vec *ordinals,
    struct error *err);

/* The same of all rows of a batch, for all grouping sets. */
MUST_USE int agg_add_batch(struct agg_op *agg, const struct batch *batch,
    struct error *err);

/* A batch of groups: 1, or 0 if all were given, or a code. */
MUST_USE int agg_give(struct agg_op *agg, struct batch *out, struct error *err);

/* Begin without groups. */
void agg_begin(struct agg_op *agg);
void agg_forget(struct agg_op *agg);

/* No more rows for the groups that are there. */
MUST_USE int agg_finish(struct agg_op *agg, struct error *err);

/* ---- agg_known.c ---- */

/* Without groups: set all results, if they are known without reading the rows. */
MUST_USE int agg_know(struct agg_op *agg, bool *is_done, struct error *err);

/* ---- agg_columns.c ---- */

/* Tell a scan below of which columns strings may come late. */
MUST_USE int agg_prepare(struct op_state *op, struct error *err);

/* ---- agg_parts.c ---- */

/* Write rows of groups that there is no room for. */
MUST_USE int agg_parts_add(struct agg_op *agg, const struct eval *eval,
    struct sel sel, const struct vec *keys, const struct vec *ordinals,
    struct error *err);

/* The ordinals of rows that make a group. */
MUST_USE int agg_parts_note(struct agg_op *agg, struct sel sel,
    const bool *is_new, const struct vec *ordinals, struct error *err);

/* The groups of the parts: 1, 0 at the end, or a code. */
MUST_USE int agg_parts_next(struct agg_op *agg, struct batch *out,
    struct error *err);

void agg_parts_release(struct agg_op *agg);

/* ---- agg_pieces.c ---- */

/*
 * Add all rows of the input, if it is such that it can be made of each shard
 * apart, and there is so much of it that this is worth while.  If not, or if the
 * groups do not fit into work_mem, nothing is done and *is_done is false.
 */
MUST_USE int agg_read_pieces(struct agg_op *agg, bool *is_done,
    struct error *err);
