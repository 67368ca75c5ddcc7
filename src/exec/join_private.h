/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join_private.h -- the join, for the two files that make it:
 *
 *   join.c        the operator: builds a table, probes it
 *   join_parts.c  a table that does not fit into work_mem
 *
 * When the rows of the table fill work_mem, they and all rows of both sides are
 * written to parts by the hash of their keys; then each part of the table is
 * built, and probed with the part of the other side.  A part that is too large
 * is cut again, both sides of it.  One whose rows all have one hash, as without
 * keys, is built piece by piece, and each piece is probed with all of the other
 * side's part: a bit of each probing row says whether it has met a partner.
 *
 * If somebody sees the order of the rows, what comes out goes through a sorter:
 * in the order of the probing side, and what the table gives on its own last.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "exec/eval.h"
#include "exec/join_table.h"
#include "exec/op.h"
#include "exec/partition.h"
#include "exec/sorter.h"

/* What comes out of a join, said of the sides' roles. */
struct join_output {
	bool pairs;           /* each pair that matches */
	bool probe_unmatched; /* rows of the probing side without a match */
	bool probe_matched;   /* those with one, once */
	bool table_unmatched; /* the same of the table's rows, at the end */
	bool table_matched;
};

/* Pairs of a probing row and a row of the table, or JOIN_NO_ROW. */
struct pairs {
	uint16_t probe[VEC_ROWS];
	uint32_t table[VEC_ROWS];
	bool keep[VEC_ROWS];
	uint32_t count;
};

/* One side in parts: its columns, the ordinal, the keys. */
struct join_side {
	uint32_t column_count; /* of its columns */
	const struct type *types;
	struct partitions partitions;
	int64_t next_ordinal;
};

struct join_parts {
	struct join_side table;
	struct join_side probe;
	struct part table_part;
	struct part probe_part;
	struct spill_reader reader; /* of it */
	bool is_started;            /* a batch of it has been read */
	bool has_part;              /* the table of a part is built */

	/* a part whose table is built in pieces */
	struct spill_reader table_reader;
	struct batch block; /* of it, the first of the next piece */
	bool is_in_pieces;
	bool is_last_piece;
	uint64_t probe_row;     /* of the part: the first of the batch */
	uint8_t *has_met;       /* bits by probing row; NULL: nobody asks */
	struct arena met_arena; /* of them */

	struct sorter sorter; /* what came out, with ordinals behind */
	struct sort_key by_ordinal;
	bool is_sorted;
};

struct join_op {
	struct op_state op;
	struct op_state *right;
	bool is_left_built; /* the table has the rows of the left side */
	const struct join_output *output;
	bool *is_tested; /* of both sides' columns: a conjunct reads it */
	struct join_table table;
	struct arena matched_arena;
	uint8_t *is_matched; /* of the table's rows; NULL: nobody asks */
	struct arena arena;  /* of the next two */
	struct pairs *pairs;
	struct join_parts *parts; /* NULL: the table fits */
	bool is_built;
	bool is_probed;
	uint64_t memory_bytes; /* the most that was kept */

	/* the probing batch */
	struct arena probe_arena; /* of the next three */
	struct vec *keys;
	uint64_t *hashes; /* by position in batch.sel */
	bool *has_null;   /* likewise: a null in its key */
	struct batch batch;
	bool has_batch;
	uint32_t at;            /* position in batch.sel */
	struct join_link next;  /* its next candidate, if is_in_chain */
	bool is_in_chain;       /* some candidates of that row are done */
	bool first_has_matched; /* and one of them was kept */

	uint32_t left_over; /* next row of the table to be looked at */
};

/* ---- join.c ---- */

struct op_state *join_probing_side(const struct join_op *join);
struct op_state *join_table_side(const struct join_op *join);

/* The keys of a side's rows. */
MUST_USE int join_eval_keys(struct join_op *join, const struct eval *eval,
    struct sel sel, bool is_left, struct vec *out, struct error *err);

/* Whether the table with `count` more rows exceeds work_mem. */
bool join_is_too_large(const struct join_op *join, uint32_t count);

/* An empty table; all rows of it are there. */
void join_begin(struct join_op *join, const struct type *types,
    uint32_t column_count);
MUST_USE int join_finish(struct join_op *join, struct error *err);

/*
 * What comes out of the table and the probing rows: 1, 0 at the end, or a code.
 * Until is_probed is set a row is join->pairs' of join->batch, then of the
 * table.
 */
MUST_USE int join_give(struct join_op *join, struct batch *out,
    struct error *err);

/* ---- join_parts.c ---- */

/* The table has become too large: all goes to parts from now on. */
MUST_USE int join_parts_begin(struct join_op *join, struct error *err);
MUST_USE int join_parts_add(struct join_op *join, struct join_side *side,
    const struct vec *columns, const struct vec *keys, uint32_t row_count,
    struct sel sel, struct error *err);

/* The table's side has been added: read the other one. */
MUST_USE int join_parts_read(struct join_op *join, struct error *err);

/* A batch of the probing part and its keys: 1, 0 at the end, or a code. */
MUST_USE int join_parts_probe(struct join_op *join, struct error *err);

/*
 * Whether a row of the probing batch has met a partner in a piece of the table
 * before, whether that is no matter before the last one; that it has now.
 */
bool join_parts_has_met(const struct join_op *join, uint16_t row);
bool join_parts_may_miss(const struct join_op *join);
void join_parts_meet(struct join_op *join, uint16_t row);

/* What comes out: 1, 0 at the end, or a code. */
MUST_USE int join_parts_next(struct join_op *join, struct batch *out,
    struct error *err);

void join_parts_release(struct join_op *join);
